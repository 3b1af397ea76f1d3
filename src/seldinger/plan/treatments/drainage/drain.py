"""PigtailDrain: abscesses and other collections, and the gallbladder.

The decisions are in ``drain_choice``; here they become instruments for the path search and, once
the paths are known, a treatment: devices, settings, steps, findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import catalogue
from seldinger.catalogue.model import AccessNeedle, Guidewire, PigtailDrain, TrocarDrain
from seldinger.core.errors import PlanError
from seldinger.plan.approach.percutaneous import guidance
from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
from seldinger.plan.model import Treatment
from seldinger.plan.procedure import Decision, Reach, TreatmentLogic
from seldinger.plan.treatments import common_steps, tissue_profile
from seldinger.plan.treatments.drainage import findings, hydraulics, steps
from seldinger.plan.treatments.drainage.choice import (
    ACCESS_GAUGE,
    ASPIRATION,
    ASPIRATION_GAUGE,
    ASSUMPTIONS,
    BY_USER,
    GALLBLADDER_FRENCH,
    LENGTH_MARGIN,
    NEEDLE_TIP,
    SELDINGER,
    TRANSHEPATIC,
    TROCAR,
    Bore,
    DrainageAnswers,
    Technique,
    choose_bore,
    choose_gallbladder_bore,
    choose_technique,
    is_simple,
)
from seldinger.plan.wording import get_number, quote_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue import Device
    from seldinger.core.record import Assumption
    from seldinger.plan.model import Approach, DeviceUse, Path
    from seldinger.plan.procedure import Search


_DRAIN_KINDS = ("trocar-drain", "drain", "access-needle")


@dataclass(frozen=True, slots=True)
class Drain(TreatmentLogic[NeedleCase]):
    """Drainage of a collection.

    Attributes:
        gallbladder: the target is the gallbladder: no aspiration rule, liver on the way is wanted.
    """

    answers: ClassVar[type[Any] | None] = DrainageAnswers

    gallbladder: bool = False

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source that drainage uses."""
        own = (GALLBLADDER_FRENCH, TRANSHEPATIC) if self.gallbladder else ()
        return (*ASSUMPTIONS, *own, *hydraulics.ASSUMPTIONS, *guidance.ASSUMPTIONS)

    def check_device(self, device: str) -> None:
        """``PlanError`` for a device that drains nothing."""
        found = catalogue.device(device)
        if found.kind not in _DRAIN_KINDS:
            raise _drains_nothing(found)

    def list_instruments(self, case: NeedleCase) -> tuple[Instrument, ...]:
        """The chosen technique first; then Seldinger, a smaller drain, and the needle alone."""
        if case.settings.device is not None:
            return (self._named(case, catalogue.device(case.settings.device)),)
        way, wanted = self._technique(case), self._bore(case)
        offers: list[Instrument] = []
        if way.name == ASPIRATION:
            offers += self._aspiration(case, "; ".join(way.reasons))
        if way.name == TROCAR:
            (device, *_) = common_steps.list_of_size(TrocarDrain, _french(wanted.french))
            offers.append(self._trocar(device, "; ".join(way.reasons)))
        for drain in self._drains(case, wanted):
            offers += self._seldinger(case, drain, "; ".join(way.reasons))
        if way.name != ASPIRATION:
            offers += self._aspiration(case, "no drain finds a way or room: a needle alone")
        return tuple(offers)

    def decide(self, case: NeedleCase, search: Search[NeedleCase]) -> Decision:
        """One search; the best path decides the rest."""
        reach = search(self.list_instruments(case), self.score_penalties)
        return self.conclude(reach.case, reach.instrument, reach.approach)

    def conclude(self, case: NeedleCase, instrument: Instrument, approach: Approach) -> Decision:
        """PigtailDrain, steps, guidance and findings for the best path."""
        best = next(iter(approach.paths), None)
        eye = guidance.choose(case, best)
        wanted = self._bore(case)
        drain = self._drain_of(case, instrument, wanted)
        told_of = findings.Chosen(
            way=instrument.technique,
            reasons=self._reasons(case, instrument),
            needle_mm=catalogue.device(instrument.device).outer_diameter_mm,
            drain=drain,
            content=wanted.content,
            simple=is_simple(case),
            gallbladder=self.gallbladder,
        )
        treatment = Treatment(
            kind="drain",
            technique=instrument.technique,
            devices=self._devices(instrument, drain),
            settings=self._settings(case, instrument, drain, wanted),
            steps=steps.build_steps(case, told_of, instrument, best, eye),
            bail_out=steps.list_bail_out(gallbladder=self.gallbladder),
            notes=self._notes(case, instrument, drain, wanted),
        )
        reach = Reach(case, instrument, approach)
        return Decision(reach, treatment, eye, findings.build_findings(case, told_of, best))

    def score_penalties(self, case: NeedleCase, path: Path) -> Mapping[str, float]:
        """For the gallbladder: a path that crosses no liver; else nothing."""
        if not self.gallbladder:
            return {}
        liver_mm = tissue_profile.measure_crossed_mm(case, path, "liver")
        missed = liver_mm is not None and liver_mm <= 0.0
        return {
            "not through liver": TRANSHEPATIC.get_value(case.settings.assume) if missed else 0.0
        }

    def _reasons(self, case: NeedleCase, instrument: Instrument) -> tuple[str, ...]:
        """Why ``instrument``: by rule, by the user, or because the first choice failed."""
        first = self._technique(case)
        if case.settings.device is not None:
            return (BY_USER,)
        if instrument.technique == first.name:
            return first.reasons
        because = "; ".join(first.reasons)
        return (f"{first.name} ({because}) would come first but finds no free path or no room",)

    def _technique(self, case: NeedleCase) -> Technique:
        found = choose_technique(case)
        if self.gallbladder and found.name == ASPIRATION:
            return Technique(SELDINGER, ("the gallbladder is drained, not only emptied",))
        return found

    def _bore(self, case: NeedleCase) -> Bore:
        return choose_gallbladder_bore(case) if self.gallbladder else choose_bore(case)

    def _drains(self, case: NeedleCase, wanted: Bore) -> list[PigtailDrain]:
        """The wanted drain, then the smaller one with its tighter loop; only loops that can fit."""
        sizes = [wanted.french]
        smaller = get_number("drainage.size.serous")
        if smaller < wanted.french:
            sizes.append(smaller)
        found = [common_steps.list_of_size(PigtailDrain, _french(f))[0] for f in sizes]
        return [d for d in found if d.loop_mm < case.target.diameter_mm]

    def _drain_of(
        self, case: NeedleCase, instrument: Instrument, wanted: Bore
    ) -> PigtailDrain | None:
        """The drain that ``instrument`` brings in; None for a needle alone."""
        if instrument.technique == ASPIRATION:
            return None
        if instrument.technique == TROCAR:
            return catalogue.device(instrument.device, PigtailDrain)
        if case.settings.device is not None:
            return catalogue.device(case.settings.device, PigtailDrain)
        fitting = [d for d in self._drains(case, wanted) if self._room(d) == instrument.beyond_mm]
        return next(
            iter(fitting), common_steps.list_of_size(PigtailDrain, _french(wanted.french))[0]
        )

    @staticmethod
    def _room(drain: PigtailDrain) -> float:
        """How far beyond the aim the drain reaches: half its loop; the holes lie on the loop."""
        return drain.loop_mm / 2.0

    def _trocar(self, drain: PigtailDrain, reason: str) -> Instrument:
        return _instrument(drain, TROCAR, self._room(drain), reason)

    def _seldinger(self, case: NeedleCase, drain: PigtailDrain, reason: str) -> list[Instrument]:
        room, gauge = self._room(drain), ACCESS_GAUGE.get_value(case.settings.assume)
        needles = common_steps.list_of_size(AccessNeedle, f"{gauge:g} G")
        reaching = common_steps.choose_long_enough(needles, _needed_mm(case, room))
        return [_instrument(n, SELDINGER, room, reason, drain) for n in reaching]

    def _aspiration(self, case: NeedleCase, reason: str) -> list[Instrument]:
        tip = NEEDLE_TIP.get_value(case.settings.assume)
        gauge = ASPIRATION_GAUGE.get_value(case.settings.assume)
        needles = common_steps.list_of_size(AccessNeedle, f"{gauge:g} G")
        reaching = common_steps.choose_long_enough(needles, _needed_mm(case, tip))
        return [_instrument(n, ASPIRATION, tip, reason) for n in reaching]

    def _named(self, case: NeedleCase, device: Device) -> Instrument:
        """The user's own choice: a trocar drain, a drain over a wire, or a needle."""
        if isinstance(device, TrocarDrain):
            return self._trocar(device, BY_USER)
        if isinstance(device, PigtailDrain):
            return self._seldinger(case, device, BY_USER)[-1]
        if isinstance(device, AccessNeedle):
            tip = NEEDLE_TIP.get_value(case.settings.assume)
            return _instrument(device, ASPIRATION, tip, BY_USER)
        raise _drains_nothing(device)

    @staticmethod
    def _devices(instrument: Instrument, drain: PigtailDrain | None) -> tuple[DeviceUse, ...]:
        first = catalogue.device(instrument.device)
        if drain is None:
            return (common_steps.use(first, "empties the collection"),)
        if instrument.technique == TROCAR:
            return (common_steps.use(drain, "goes in on its own stylet and stays"),)
        return (
            common_steps.use(first, "opens the way and takes the wire"),
            *(common_steps.use(w, role) for w, role in choose_wires(first, drain)),
            common_steps.use(drain, "goes in over the wire and stays"),
        )

    def _settings(
        self, case: NeedleCase, instrument: Instrument, drain: PigtailDrain | None, wanted: Bore
    ) -> dict[str, str | float | bool | None]:
        loop = None if drain is None else drain.loop_mm
        return {
            "technique": instrument.technique,
            "content": wanted.content,
            "simple": is_simple(case),
            "french": None if drain is None else float(drain.french),
            "loop_mm": loop,
            "side_hole_mm": None if drain is None else drain.side_hole_mm,
            "beyond_aim_mm": instrument.beyond_mm,
            "water_flow_ml_per_min": None
            if drain is None
            else _rounded(hydraulics.compute_water_ml_per_min(drain, case.settings)),
        }

    def _notes(
        self, case: NeedleCase, instrument: Instrument, drain: PigtailDrain | None, wanted: Bore
    ) -> tuple[str, ...]:
        made = [wanted.reason]
        if drain is not None:
            made += [
                hydraulics.describe_flow(drain, case.settings),
                quote_fact("drainage.side_holes.one_side"),
            ]
        named = [catalogue.device(instrument.device)]
        if drain is not None and drain.id != instrument.device:
            named.append(drain)
        made += [f"{d.name}: {d.assumption}" for d in named if d.assumption]
        return tuple(made)


def _instrument(
    device: Device, way: str, beyond_mm: float, reason: str, follows: PigtailDrain | None = None
) -> Instrument:
    """Everything beyond the near wall stays inside; what matters lies around the aim.

    What ``follows`` over the wire, and the dilator of its size before it, need more room than the
    needle.
    """
    widest = max((device, follows or device), key=lambda d: d.outer_diameter_mm)
    return Instrument(
        device=device.id,
        technique=way,
        diameter_mm=widest.outer_diameter_mm,
        usable_mm=device.usable_mm,
        beyond_mm=beyond_mm,
        sample_mm=(-beyond_mm, beyond_mm),
        keeps_inside=True,
        reason=reason,
        widest=widest.id,
    )


def _french(size: float) -> str:
    return f"{size:g} F"


def _needed_mm(case: NeedleCase, beyond_mm: float) -> float:
    way = case.skin_distance_mm + case.target.diameter_mm / 2.0 + beyond_mm
    return way + LENGTH_MARGIN.get_value(case.settings.assume)


def choose_wires(needle: Device, drain: Device) -> tuple[tuple[Device, str], ...]:
    """The wire that the needle is made for, and that of dilator and drain where it is another.

    Raises:
        PlanError: the catalogue does not say which wire a device takes, or has no such wire.
    """
    through, working = _wire_of(needle), _wire_of(drain)
    carries = "carries the dilator and the drain"
    if through == working:
        return ((working, carries),)
    thin = "goes through the needle; is exchanged for the working wire through a transition sheath"
    return ((through, thin), (working, carries))


def _wire_of(device: Device) -> Guidewire:
    """The guidewire of the catalogue that ``device`` is made for."""
    known = catalogue.devices(Guidewire)
    found = [w for w in known if w.outer_diameter_mm == device.wire_mm]
    if not found:
        sizes = ", ".join(f"{w.outer_diameter_mm:g} mm" for w in known)
        raise PlanError(
            f"{device.id} takes a wire of {device.wire_mm} mm, by the catalogue; its wires are "
            f"{sizes}: name the wire in the device's table"
        )
    return found[0]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 0)


def _drains_nothing(device: Device) -> PlanError:
    return PlanError(
        f"{device.id} ({device.kind}) drains nothing; allowed: devices of kind "
        f"{', '.join(_DRAIN_KINDS)}"
    )
