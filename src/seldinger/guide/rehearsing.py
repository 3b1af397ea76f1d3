"""Rehearsing: a plan's passes, drawn again and again from the plan's own error model.

Every draw is one uncorrected placement: nobody looks and sets it right. Lateral and depth errors
are each device's own; the breath is one for all devices of a draw. Draws are independent, from a
generator of their own: they are not the samples that the plan's chances were counted from.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger import plan as plans
from seldinger.catalogue.applicators import applicator
from seldinger.core.errors import PlanError
from seldinger.core.progress import Progress, silent
from seldinger.guide.model import Passes, Rehearsal
from seldinger.guide.zone import carry_zone
from seldinger.plan.approach.percutaneous import error_model, probability
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.assumptions import Assumed
from seldinger.plan.treatments.ablation import choice, trajectories
from seldinger.simulate.thermal import effect, uncertainty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.plan.approach.percutaneous.model import Instrument
    from seldinger.plan.approach.percutaneous.probability import Passes as Thrown
    from seldinger.plan.approach.percutaneous.scene import Scene
    from seldinger.plan.model import Path, Plan

DRAWS = 1000
MOST_DRAWS = 100_000
_STEP_MM = 0.5
"""The stretch that must lie in the target is looked at this finely."""


def rehearse(
    plan: Plan, seed: int = 0, *, draws: int = DRAWS, progress: Progress = silent
) -> Rehearsal:
    """Carry out a plan again and again with the errors that its needles have.

    Args:
        plan: made by ``plan.propose`` in this session: its file holds no anatomy.
        seed: of the draws; the same plan, seed and number give the same rehearsal.
        draws: how many, 1 to 100,000.
        progress: told what is being done; may raise ``Cancelled``.

    Returns:
        What every draw met. Nothing in it is a probability of one patient: it is what the plan's
        own error model comes to when nobody corrects anything.

    Raises:
        PlanError: the plan has no way, its position was not scanned, or it goes no straight way
            through the skin.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise PlanError(f"{draws} draws: give a number from 1 to {MOST_DRAWS}")
    approach = plans.load_procedures()[plan.request.procedure].approach
    if not isinstance(approach, Percutaneous):
        raise PlanError(
            f"{plan.request.procedure} goes no straight way through the skin: only needles, drains "
            "and probes are rehearsed"
        )
    named = _devices(plan)
    known = Assumed.from_uses(plan.assumptions)
    progress("distance maps", 0.0)
    scene = scenes.build(plan.anatomy, plan.goal, approach.permitted_structures)
    rng = np.random.default_rng(seed)
    breath, registration = rng.standard_normal(draws), rng.standard_normal((draws, 3))
    made = []
    for number, (name, path, instrument) in enumerate(named):
        progress(f"rehearsing the {name}", 0.3 + 0.4 * number / len(named))
        samples = np.column_stack([rng.standard_normal((draws, 3)), breath])
        made.append(_passes(plan, scene, (name, path, instrument), known, samples))
    breath_mm = made[0].errors.breath_sd_mm * breath
    zone = None
    figures, fields = effect.read(plan.effect), effect.read_fields(plan.fields)
    if figures is not None and fields is not None:
        progress("carrying the zone along", 0.7)
        shift = known.get_value(uncertainty.REGISTRATION.name) * registration
        if scene.goal.mobile:
            shift[:, 2] += breath_mm
        zone = carry_zone(plan, figures, fields, made, shift)
    progress("rehearsed", 1.0)
    return Rehearsal(
        plan=plan,
        seed=seed,
        draws=draws,
        passes=tuple(made),
        zone=zone,
        breath_mm=breath_mm,
        target_moves=scene.goal.mobile,
        doubt=_doubt(plan),
        notes=_notes(plan),
    )


def _devices(plan: Plan) -> tuple[tuple[str, Path, Instrument], ...]:
    """What goes in, by name: its way, and what it is."""
    ways = tuple(zip(plan.placements, plan.taken, strict=True))
    if not ways or plan.instrument is None:
        raise PlanError(
            f"the plan of {plan.request.procedure} of {plan.target.label} has no way in, so there "
            "is nothing to rehearse: see its reasons"
        )
    for placed, path in ways:
        if path.provisional:
            raise PlanError(
                f"the position for {placed.words} was not scanned ({path.patient_position}): where "
                "organs lie then is not known; scan it, or give an entry that was scanned"
            )
    if effect.read(plan.effect) is None:
        return tuple((placed.name, path, plan.instrument) for placed, path in ways)
    room = Assumed.from_uses(plan.assumptions).get_value(choice.TIP_ROOM.name)
    return tuple(
        (placed.name, path, trajectories.make_instrument(applicator(placed.device), room))
        for placed, path in ways
    )


def _passes(
    plan: Plan,
    scene: Scene,
    device: tuple[str, Path, Instrument],
    known: Assumed,
    samples: NDArray[np.float64],
) -> Passes:
    """All passes of one device."""
    name, path, instrument = device
    told = plan.request.options.get("lateral_error_mm")
    given = PercutaneousOptions(lateral_error_mm=None if told is None else float(told))
    errors = error_model.choose_error_model(path.technique, given, known)
    aimed = replace(scene, target=replace(scene.target, aim_lps_mm=path.target_lps_mm))
    met = probability.meet(aimed, path.entry_lps_mm, instrument, errors, samples)
    as_planned = probability.throw_passes(aimed, path.entry_lps_mm, errors, np.zeros((1, 4)))
    grid = plan.anatomy.grid
    tips, entry = grid.to_lps(met.thrown.aims.astype(float)), np.asarray(path.entry_lps_mm)
    along = (tips - entry) / np.linalg.norm(tips - entry, axis=1, keepdims=True)
    return Passes(
        name=name,
        path=path,
        errors=errors,
        tip_lps_mm=tips + met.thrown.depth_error_mm.astype(float)[:, None] * along,
        hit=met.hit,
        touch=met.touch,
        inside_mm=None if plan.has_programme else _inside_mm(aimed, instrument, met.thrown),
        planned_inside_mm=float(_inside_mm(aimed, instrument, as_planned)[0]),
    )


def _inside_mm(scene: Scene, instrument: Instrument, thrown: Thrown) -> NDArray[np.float64]:
    """How much of each pass's stretch lies in the viable target, (n,)."""
    ends = probability.locate_stretch(instrument, thrown, scene.spacing_mm)
    begin, end = (one.astype(float) for one in ends)
    start, stop = instrument.sample_mm
    count = max(1, round((stop - start) / _STEP_MM))
    moved = thrown.breath_mm / scene.spacing_mm if scene.goal.mobile else 0.0
    found = np.zeros(len(begin))
    for n in range(count):
        place = begin + (n + 0.5) / count * (end - begin)
        place[:, 2] -= moved
        found += scenes.read(scene.goal, place) <= 0.0
    return found * (stop - start) / count


def _doubt(plan: Plan) -> str:
    """Why the predicted zone is not to be believed; empty where it may be, and without one."""
    if plan.effect is None or plan.effect.outside_domain == ():
        return ""
    why = "; ".join(plan.effect.outside_domain or ("nobody judged whether it may be",))
    return f"The predicted zone is not to be believed, nor is its rehearsal: {why}."


def _notes(plan: Plan) -> tuple[str, ...]:
    """What was assumed, and what nobody knows."""
    said = []
    if plan.not_segmented:
        unknown = ", ".join(plan.not_segmented)
        said.append(f"Nobody has segmented, so touching it is unknown: {unknown}.")
    if effect.read(plan.effect) is not None:
        said.append(
            "The zone is the plan's, carried along with its probe; tissue, blood and power are as "
            "planned: the plan's own spread varies them as well."
        )
    if len(plan.placements) > 1:
        said.append(
            "Between probes the zone follows the nearer one; what they would do to each other at "
            "another distance was not computed."
        )
    return tuple(said)
