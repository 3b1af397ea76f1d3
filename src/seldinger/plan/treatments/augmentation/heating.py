"""Heating: radiofrequency before cement as a part of an augmentation, where it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.progress import scale_progress
from seldinger.core.verdict import Severity, Status
from seldinger.plan.model import DeviceUse
from seldinger.plan.treatments.augmentation import heat_words
from seldinger.plan.treatments.augmentation.electrode import choose_seat
from seldinger.plan.treatments.augmentation.heat import Heat, list_assumptions, plan_heat
from seldinger.plan.treatments.augmentation.tumour import outline_tumour
from seldinger.simulate.cement.setting import READS
from seldinger.simulate.placement import make_heating
from seldinger.simulate.thermal.bone import measure_to_line_mm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
    from seldinger.plan.model import Step
    from seldinger.plan.procedure import Decision
    from seldinger.plan.treatments.augmentation.needles import Pedicled
    from seldinger.plan.treatments.augmentation.options import AugmentationOptions
    from seldinger.plan.treatments.augmentation.tumour import Tumour

__all__ = ["list_assumptions"]
NAMES = frozenset(one.name for one in list_assumptions()) - READS
"""Of assumptions that only heat reads; cement that sets reads some of tissues, too."""


def check(options: AugmentationOptions, assumed: Mapping[str, float], tumour: Tumour) -> None:
    """Refuse what nothing would read.

    Args:
        options: what the user told.
        assumed: edits of assumptions by name.
        tumour: in the vertebra.

    Raises:
        PlanError: heat without a tumour, or numbers of heat without heat.
    """
    if options.heat is not None and not tumour.is_there:
        raise PlanError(
            "heat is told and nothing shows a tumour in this vertebra: no label, no destroyed "
            'bone, no answer. Answer cause "metastasis", "myeloma" or "haemangioma", label it, or '
            "leave heat out"
        )
    unread = sorted(NAMES & {*assumed}) if options.heat is None else []
    if unread:
        raise PlanError(
            f"{', '.join(unread)} is told and no heat is asked for, so that nothing reads it: "
            "leave it out, or ask for heat (--heat radiofrequency)"
        )


def make_preference(
    case: SpineCase, options: AugmentationOptions
) -> Callable[[Pedicled], float] | None:
    """Of two single ways the one that passes nearer to the tumour; None without heat."""
    outline = None if options.heat is None else outline_tumour(case)
    if outline is None:
        return None
    points = case.vertebra.grid.to_lps(np.argwhere(outline))

    def near(one: Pedicled) -> float:
        if one.way is None:
            return -np.inf
        path = one.way.path
        away = measure_to_line_mm(points, path.target_lps_mm, path.entry_lps_mm)
        return -float(away.mean())

    return near


def decide(
    case: SpineCase, options: AugmentationOptions, taken: Sequence[Pedicled]
) -> Heat | Finding | None:
    """The heat; a finding where there can be none; None where none is asked for.

    Args:
        case: with its vertebra.
        options: what the user told.
        taken: needles with their ways.
    """
    if options.heat is None:
        return None
    outline, assumed = outline_tumour(case), dict(case.settings.assume)
    seat = choose_seat(case.vertebra, outline, taken, assumed)
    if isinstance(seat, str):
        return heat_words.explain_without(seat)
    progress = scale_progress(case.progress, 0.3, 0.5)
    try:
        return plan_heat(case.vertebra, outline, seat, case.anatomy, assumed, progress)
    except PlanError as wrong:
        text = f"What heat would do here is not known: {wrong}"
        return Finding("heat-model", Status.UNKNOWN, Severity.STOP, text)


def list_findings(case: SpineCase, heat: Heat | Finding | None) -> tuple[Finding, ...]:
    """What is to be said of it."""
    if heat is None:
        return ()
    if isinstance(heat, Finding):
        return (heat,)
    return tuple(heat_words.find_about_heat(heat, case.vertebra))


def list_steps(heat: Heat | Finding | None) -> tuple[Step, ...]:
    """Its steps; none where nothing is heated."""
    if not isinstance(heat, Heat):
        return ()
    return heat_words.list_steps(heat, heat.seat.number + 1)


def add(decision: Decision, heat: Heat | Finding | None) -> Decision:
    """The decision of cement with the heat before it."""
    if not isinstance(heat, Heat):
        return replace(decision, left_out=NAMES)
    treatment, placements = decision.treatment, list(decision.placements or ())
    settings = {**treatment.settings, "heat": "radiofrequency"}
    devices = treatment.devices
    if heat.chosen is not None:
        number, kind = heat.seat.number, heat.seat.kind
        phase = make_heating(heat.chosen.seconds, heat.chosen.power_w)
        one = placements[number]
        placements[number] = replace(one, programme=(phase, *one.programme))
        devices = (*devices, DeviceUse(kind.id, kind.name, "heats the tumour before the cement"))
        settings |= {"heat_s": heat.chosen.seconds, "heat_w": heat.chosen.power_w}
    effect, fields = decision.effect, decision.fields
    return replace(
        decision,
        treatment=replace(treatment, devices=devices, settings=settings),
        placements=tuple(placements),
        effect=None if effect is None else heat_words.add_effect(effect, heat),
        fields=None if fields is None else heat_words.add_fields(fields, heat),
        tissues=(*heat.bone.scene.tissues, "blood"),
    )
