"""Occluders: which coil or plug closes an artery of this width, and through which catheter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seldinger import catalogue, evidence
from seldinger.catalogue.occluders import Coil, Occluder, VascularPlug
from seldinger.catalogue.vascular import DiagnosticCatheter, Microcatheter
from seldinger.core.errors import PlanError
from seldinger.core.record import Assumption
from seldinger.plan.approach.endovascular.model import Delivery
from seldinger.plan.treatments.embolization.catheters import needs_mm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.catalogue.vascular import Catheter
    from seldinger.plan.assumptions import Assumed

OccluderForm = Literal["coil", "plug", "gelatin"]
COIL_OVERSIZE, PLUG_OVERSIZE = (
    "haemostasis.device.coil.oversize",
    "haemostasis.device.plug.oversize",
)
COIL_MOST = Assumption(
    "coil_most_oversize", 0.6, "1", 0.3, 1.5,
    "how much wider than the artery a coil may be and still take its shape; a source says that "
    "there is such a limit and none that was read says where",
)  # fmt: skip
_FORMS: dict[str, type[Occluder]] = {"coil": Coil, "plug": VascularPlug}
_GUIDE_FRENCH = 5.0
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class FittedOccluder:
    """A coil or plug of a size, for an artery.

    Attributes:
        device: of the catalogue.
        name: of the size.
        diameter_mm: when free.
        oversize: share by which that is wider than the artery.
        bore_mm: of the narrowest catheter that it goes through.
        facts: ids of evidence behind its size.
    """

    device: Occluder
    name: str
    diameter_mm: float
    oversize: float
    bore_mm: float
    facts: tuple[str, ...]

    @property
    def text(self) -> str:
        """In words."""
        return f"{self.device.name}, {self.name}"


def check_occluder(device: str, form: OccluderForm | None = None) -> None:
    """Refuse what closes no artery, or is of another form than is told.

    Args:
        device: catalogue id.
        form: that the user named.

    Raises:
        PlanError: naming those that do.
    """
    kinds = tuple(_FORMS.values()) if form is None else (_FORMS.get(form, Occluder),)
    if form == "gelatin" or not isinstance(catalogue.device(device), kinds):
        fit = [one.id for one in catalogue.devices() if isinstance(one, kinds)]
        told = "" if form is None else f" beside --occluder {form}"
        raise PlanError(
            f"{device} is not used here{told}; allowed: "
            f"{'no device, gelatin is cut by hand' if form == 'gelatin' else ', '.join(fit)}"
        )


def fit_occluders(
    form: OccluderForm, device: str | None, artery_mm: float, room_mm: float, assumed: Assumed
) -> tuple[FittedOccluder, ...]:
    """Coils or plugs that fit an artery, the stoutest first; none of gelatin, which is cut.

    Args:
        form: "coil" or "plug".
        device: the only one, by its id; None: all.
        artery_mm: its lumen.
        room_mm: stretch of it that there is.
        assumed: how wide a coil may be.
    """
    kind = _FORMS.get(form)
    if kind is None:
        return ()
    found = [
        one
        for one in catalogue.devices()
        if isinstance(one, kind) and device in (None, one.id) and one.landing_mm <= room_mm + _SAME
    ]
    sized = [fit for one in found for fit in _size(one, artery_mm, assumed)]
    return tuple(sorted(sized, key=lambda one: (-one.device.outer_diameter_mm, one.device.id)))


def _size(device: Occluder, artery_mm: float, assumed: Assumed) -> Iterator[FittedOccluder]:
    """The narrowest size that is wide enough and not too wide; nothing where there is none."""
    if isinstance(device, Coil):
        least = _share(evidence.driving_value(COIL_OVERSIZE))
        most = assumed.get_value(COIL_MOST.name)
        fit: list[tuple[str, float, float, tuple[str, ...]]] = [
            (f"{d:g} mm", d, device.bore_mm, (COIL_OVERSIZE,))
            for d in device.diameters_mm
            if least - _SAME <= d / artery_mm - 1.0 <= most + _SAME
        ]
    else:
        assert isinstance(device, VascularPlug)  # noqa: S101  there are no other forms
        low, high = (_share(x) for x in evidence.fact(PLUG_OVERSIZE).interval or (0.0, 0.0))
        fit = []
        for one in device.plugs:
            wider = one.diameter_mm / artery_mm - 1.0
            named = one.vessel_mm
            if (named is None and low - _SAME <= wider <= high + _SAME) or (
                named is not None and named[0] <= artery_mm <= named[1]
            ):
                facts = one.facts if named is not None else (PLUG_OVERSIZE, *one.facts)
                fit.append((f"size {one.name}", one.diameter_mm, one.bore_mm, facts))
    for name, diameter, bore, facts in fit[:1]:
        yield FittedOccluder(device, name, diameter, diameter / artery_mm - 1.0, bore, facts)


def _share(percent: float) -> float:
    return percent / 100.0


def list_carriers(
    fitted: FittedOccluder | None, width_mm: float, assumed: Assumed
) -> tuple[Delivery, ...]:
    """Catheters that bring it there, in order of preference: the thinnest that it passes.

    A microcoil goes through a microcatheter: in a wide bore it may curl up inside.

    Args:
        fitted: the coil or plug; None: gelatin, through whatever comes there.
        width_mm: narrowest lumen on the way.
        assumed: clearance of a shaft.
    """
    bore = 0.0 if fitted is None else fitted.bore_mm
    narrow = max((_bore(one) for one in catalogue.devices(Microcatheter)), default=0.0)
    kinds: tuple[type[Catheter], ...] = (
        (Microcatheter,) if fitted is not None and bore <= narrow else (DiagnosticCatheter,)
    )
    if fitted is None:
        kinds = (Microcatheter, DiagnosticCatheter)
    found = [
        one
        for kind in kinds
        for one in catalogue.devices(kind)
        if _bore(one) >= bore - _SAME
        and one.tip != "pigtail"
        and needs_mm(assumed, one) <= width_mm + _SAME
        and (fitted is None or fitted.device.usable_mm >= one.usable_mm)
    ]
    found.sort(key=lambda one: (one.french, one.usable_mm, one.id))
    return tuple(_deliver(one) for one in found)


def _bore(one: Catheter) -> float:
    return one.inner_diameter_mm or 0.0


def _deliver(one: Catheter) -> Delivery:
    micro = isinstance(one, Microcatheter)
    return Delivery(
        one.id, "microcatheter" if micro else "catheter",
        "microcatheter" if micro else "catheter", _GUIDE_FRENCH if micro else one.french,
        one.usable_mm, one.outer_diameter_mm, one.wire_mm, "the thinnest that what closes passes",
        exchanged=False,
    )  # fmt: skip


def find_thinnest_mm(assumed: Assumed) -> float:
    """Lumen that the thinnest catheter of all needs.

    Args:
        assumed: clearance of a shaft.
    """
    return min(needs_mm(assumed, one) for one in catalogue.devices(Microcatheter))
