"""Heat or freeze: ablation of a tumour by microwave, radiofrequency or cold.

The choices are in ``ablation_choice``, the probes in ``coverage``, the numbers in ``outcome``; here
they become a treatment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.catalogue.applicators import applicator
from seldinger.core.errors import PlanError
from seldinger.core.progress import scale_progress
from seldinger.plan.approach.percutaneous import guidance
from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
from seldinger.plan.model import DeviceUse, Treatment
from seldinger.plan.procedure import Decision, Reach, TreatmentLogic
from seldinger.plan.treatments.ablation import choice as ablation_choice
from seldinger.plan.treatments.ablation import (
    coverage,
    findings,
    organs_at_risk,
    outcome,
    ranking,
    steps,
    trajectories,
)
from seldinger.plan.treatments.ablation.coverage import Blocked
from seldinger.plan.treatments.ablation.modalities import MODALITIES
from seldinger.plan.treatments.ablation.options import AblationOptions
from seldinger.simulate.placement import Placement
from seldinger.simulate.thermal.effect import describe, describe_fields

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.record import Assumption
    from seldinger.plan.approach.percutaneous.model import Instrument
    from seldinger.plan.procedure import Search
    from seldinger.plan.treatments.ablation.choice import Choice
    from seldinger.plan.treatments.ablation.coverage import Covered
    from seldinger.plan.treatments.ablation.trajectories import Ways


@dataclass(frozen=True, slots=True)
class HeatOrFreeze(TreatmentLogic[NeedleCase]):
    """Thermal ablation."""

    section: ClassVar[str] = "ablation"
    options: ClassVar[type[Any] | None] = AblationOptions
    answers: ClassVar[type[Any] | None] = ablation_choice.AblationAnswers

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source that ablation uses."""
        own = (*ablation_choice.ASSUMPTIONS, *guidance.ASSUMPTIONS)
        return (*own, *ablation_choice.list_tissue_assumptions())

    def check_device(self, device: str) -> None:
        """``PlanError`` for what is no applicator, or for one that cannot be computed."""
        if why := _why_unusable(applicator(device)):
            raise PlanError(f"{why}; leave it out, or give another")

    def list_instruments(self, case: NeedleCase) -> tuple[Instrument, ...]:
        """The applicator of each modality, the preferred one first, aimed past the centre."""
        choice = ablation_choice.choose(case)
        made = []
        for modality in choice.order:
            kind = ablation_choice.choose_applicator(case, modality)
            if _why_unusable(kind):
                continue
            made.append(_aimed_past(case, kind))
        return tuple(made)

    def decide(self, case: NeedleCase, search: Search[NeedleCase]) -> Decision:
        """A first search for directions; then each probe's own way to its tip."""
        reach = search(self.list_instruments(case))
        return self.conclude(reach, search)

    def conclude(self, reach: Reach[NeedleCase], search: Search[NeedleCase]) -> Decision:
        """Probes, prediction, steps and findings."""
        case, instrument, approach = reach.case, reach.instrument, reach.approach
        choice = ablation_choice.choose(case)
        best = next(iter(approach.paths), None)
        eye = guidance.choose(case, best)
        progress = scale_progress(case.progress, 0.4, 0.95)
        if best is None:
            offers = self.list_instruments(case)
            won: Covered | Blocked = Blocked(trajectories.explain_blocked(case, search, offers))
        else:
            watched = organs_at_risk.find_watched(case)
            won = coverage.cover(
                case, search, choice, approach, watched, scale_progress(progress, 0.0, 0.6)
            )
        if isinstance(won, Blocked):
            said = findings.explain_without_probes(case, choice, won.why)
            nothing = _treatment(case, choice, instrument, None)
            technique = MODALITIES[instrument.technique].technique
            return Decision(reach, nothing, eye, said, placements=(), technique=technique)
        won = replace(won, options=ranking.annotate(won.options, choice.ranking))
        figures, fields = outcome.predict(case, choice, won, scale_progress(progress, 0.6, 1.0))
        said = findings.build_findings(case, choice, won, figures)
        figures = replace(figures, outside_domain=findings.list_outside_domain(said))
        return Decision(
            reach,
            _treatment(case, choice, instrument, won),
            eye,
            said,
            placements=_placements(won.ways),
            routes=won.ways.paths,
            effect=describe(figures),
            fields=describe_fields(fields),
            technique=won.modality.technique,
            tissues=won.ground.scene.tissues,
        )


def _why_unusable(kind: Applicator) -> str:
    return MODALITIES[kind.modality].why_unusable(kind)


def _aimed_past(case: NeedleCase, kind: Applicator) -> Instrument:
    """An applicator as it is searched for: its tip ends beyond the target's centre."""
    instrument = trajectories.make_instrument(kind, 0.0)
    behind = -0.5 * instrument.sample_mm[0]
    room = case.assumed.get_value(ablation_choice.TIP_ROOM.name)
    return replace(instrument, beyond_mm=behind + room, sample_mm=(-behind, behind))


def _treatment(
    case: NeedleCase, choice: Choice, instrument: Instrument, won: Covered | None
) -> Treatment:
    kind = applicator(instrument.device) if won is None else won.ways.placed[0].applicator
    modality = MODALITIES[kind.modality]
    count = 0 if won is None else len(won.ways.placed)
    technique = kind.modality if won is None else f"{kind.modality}, {count} x {kind.id}"
    settings: dict[str, str | float | bool | None] = {
        "modality": kind.modality,
        "margin_mm": choice.margin_mm,
        "mode": None if won is None else won.heated.mode,
    }
    if won is not None:
        settings |= _measures(case, kind)
        settings |= {
            "probes": float(count),
            "energy_kj": round(outcome.compute_energy_kj(won), 3) or None,
        }
    return Treatment(
        kind="heat or freeze",
        technique=technique,
        devices=()
        if won is None
        else (DeviceUse(kind.id, kind.name, _role(cold=modality.engine.cold)),),
        settings=settings,
        steps=() if won is None else steps.build_steps(case, won),
        bail_out=steps.list_bail_out(modality),
        notes=() if won is None else (*_taken_for(case, won), *_searched_for(instrument, kind)),
    )


def _measures(case: NeedleCase, kind: Applicator) -> dict[str, str | float | bool | None]:
    """The dimensions of what the plan goes on with, whatever was searched for first."""
    used = _aimed_past(case, kind)
    return {
        "device": used.device,
        "diameter_mm": used.diameter_mm,
        "usable_mm": used.usable_mm,
        "beyond_mm": used.beyond_mm,
        "sample_from_mm": used.sample_mm[0],
        "sample_to_mm": used.sample_mm[1],
    }


def _role(*, cold: bool) -> str:
    return "freezes the target" if cold else "heats the target"


def _placements(ways: Ways) -> tuple[Placement, ...]:
    """Every applicator from its entry to its tip, by the way of its own number."""
    return tuple(
        Placement(
            f"probe {number + 1}",
            one.applicator.id,
            (path.entry_lps_mm, one.tip_lps_mm),
            one.schedule,
            number,
        )
        for number, (one, path) in enumerate(zip(ways.placed, ways.paths, strict=True))
    )


def _searched_for(instrument: Instrument, kind: Applicator) -> tuple[str, ...]:
    """Whose paths the approach lists, where the plan goes on with something else."""
    if instrument.device == kind.id:
        return ()
    text = (
        f"The first paths were searched for {instrument.device} ({instrument.technique}); the plan "
        f"goes on with {kind.id}, and each probe's own way was searched for that."
    )
    return (text,)


def _taken_for(case: NeedleCase, won: Covered) -> tuple[str, ...]:
    """Which tissue stood for what; the target once, whatever else the labels call it."""
    again = {
        s.name
        for s in case.anatomy.structures
        if s.name != case.target.label
        and s.kind in {Kind.LESION, Kind.COLLECTION}
        and np.array_equal(s.mask, case.target.mask)
    }
    stands_for = won.ground.scene.stands_for
    named = [f"{name}: {what}" for name, what in stands_for.items() if name not in again]
    return (f"Tissues taken for the structures near the target: {'; '.join(named)}.",)
