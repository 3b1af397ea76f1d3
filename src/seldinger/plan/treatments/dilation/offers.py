"""Offers: which balloons and stents of the catalogue fit the lesion, the best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import catalogue, evidence
from seldinger.catalogue.vascular import (
    AngioplastyBalloon,
    BalloonExpandableStent,
    DrugCoatedBalloon,
    SelfExpandingStent,
    SizedDevice,
)
from seldinger.core.errors import PlanError
from seldinger.plan.approach.endovascular.model import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.vessels.stenosis import Stenosis
    from seldinger.plan.treatments.dilation.options import DilationOptions

NEVER_LARGER = "vascular_devices.size.never_larger"
OVERHANG = "vascular_devices.size.overhang"
_LANDING_MM = 3.0
"""Of healthy vessel that a balloon covers on either side, at least; a stent lands on as much."""
_ROUNDING_MM = 0.3
"""A vessel is measured to about so much: a size within it is not larger."""
OVERSIZE_BALLOON_PERCENT = 5.0
"""By which a balloon counts as no larger than the vessel."""
_TERRITORY = {
    "renal": "renal", "carotid": "carotid", "iliac": "iliac", "femoral": "femoral",
    "popliteal": "femoral", "fistula": "dialysis", "graft": "dialysis", "cephalic": "dialysis",
    "basilic": "dialysis",
}  # fmt: skip
"""Word in the vessel's name -> word in the names of stents that are made for it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A device in one size.

    Attributes:
        device: of the catalogue.
        diameter_mm, length_mm: nominal.
        delivery: what the search through vessels must know of it.
    """

    device: SizedDevice
    diameter_mm: float
    length_mm: float
    delivery: Delivery


def list_offers(
    kinds: tuple[type[SizedDevice], ...], lesion: Stenosis, vessel: str, options: DilationOptions,
    device: str | None,
) -> tuple[Offer, ...]:  # fmt: skip
    """Devices that cover the lesion and are as wide as its healthy vessel allows.

    Args:
        kinds: that the procedure uses, the preferred first.
        lesion: as it was graded.
        vessel: its name.
        options: sizes that were fixed by hand.
        device: id that was fixed by hand; None: any.

    Raises:
        PlanError: nothing of the catalogue fits, or what was fixed is not made.
    """
    found = [
        offer
        for kind in kinds
        for one in catalogue.devices()
        if isinstance(one, kind) and device in (None, one.id) and _made_for(one, vessel)
        for offer in _sizes(one, lesion, options)
    ]
    if not found:
        asked = f"{lesion.reference_diameter_mm:.1f} mm vessel, lesion {lesion.length_mm:.0f} mm"
        named = f" in the size asked of {device}" if device else ""
        raise PlanError(
            f"no device of the catalogue fits{named}: {asked}; `seldinger devices` lists the sizes "
            "that are made; choose another stretch or size"
        )
    order = {kind: n for n, kind in enumerate(kinds)}
    return tuple(
        sorted(
            found,
            key=lambda o: (
                next(n for k, n in order.items() if isinstance(o.device, k)),
                _misfit(o, lesion),
                o.length_mm,
                o.delivery.sheath_french,
                o.device.usable_mm,
                o.device.id,
            ),
        )
    )


def _made_for(device: SizedDevice, vessel: str) -> bool:
    """A stent for its own territory; a balloon for every one but dialysis accesses."""
    wanted = next((word for part, word in _TERRITORY.items() if part in vessel), None)
    named = [word for word in set(_TERRITORY.values()) if word in device.id]
    return not named or wanted in named


def find_window(device: SizedDevice, lesion: Stenosis) -> tuple[float, float]:
    """Least and largest nominal diameter of ``device`` for the healthy vessel."""
    healthy = lesion.reference_diameter_mm
    if isinstance(device, SelfExpandingStent):
        return healthy + device.least_oversize_mm - _ROUNDING_MM, healthy + device.most_oversize_mm
    above = min(_ROUNDING_MM, OVERSIZE_BALLOON_PERCENT / 100.0 * healthy)
    return healthy - 1.0 - _ROUNDING_MM, healthy + above


def _sizes(device: SizedDevice, lesion: Stenosis, options: DilationOptions) -> Iterator[Offer]:
    low, high = find_window(device, lesion)
    overhang = evidence.fact(OVERHANG).value or 0.0
    short = lesion.length_mm + 2.0 * _LANDING_MM
    for size in device.sizes:
        if options.diameter_mm is not None:
            if abs(size.diameter_mm - options.diameter_mm) > 1e-6:  # noqa: PLR2004
                continue
        elif not low <= size.diameter_mm <= high:
            continue
        fitting = [n for n in size.lengths_mm if short <= n <= lesion.length_mm + 2.0 * overhang]
        longer = [n for n in size.lengths_mm if n >= short]
        lengths = fitting[:1] or longer[:1]
        if options.length_mm is not None:
            lengths = [n for n in size.lengths_mm if n == options.length_mm]
        for length in lengths:
            yield Offer(device, size.diameter_mm, length, _deliver(device, size, length))


def _deliver(device: SizedDevice, size: catalogue.vascular.DeviceSize, length: float) -> Delivery:
    stent = isinstance(device, BalloonExpandableStent | SelfExpandingStent)
    word = "stent" if stent else "balloon"
    return Delivery(
        device=device.id, technique=_technique(device), role=word,
        sheath_french=size.sheath_french, shaft_mm=device.usable_mm,
        shaft_outer_mm=device.outer_diameter_mm, wire_mm=device.wire_mm,
        reason=f"{word} of {size.diameter_mm:g} x {length:g} mm through {size.sheath_french:g} F",
    )  # fmt: skip


def _technique(device: SizedDevice) -> str:
    names: dict[type[SizedDevice], str] = {
        AngioplastyBalloon: "plain balloon",
        DrugCoatedBalloon: "drug-coated balloon",
        BalloonExpandableStent: "balloon-expandable stent",
        SelfExpandingStent: "self-expanding stent",
    }
    return next(name for kind, name in names.items() if isinstance(device, kind))


def _misfit(offer: Offer, lesion: Stenosis) -> float:
    """How far its diameter is from the best one, in tenths of a millimetre."""
    low, high = find_window(offer.device, lesion)
    scaffold = isinstance(offer.device, SelfExpandingStent)
    best = 0.5 * (low + high) if scaffold else lesion.reference_diameter_mm
    return round(abs(offer.diameter_mm - best), 1)
