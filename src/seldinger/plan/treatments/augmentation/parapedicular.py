"""Beside: needles that enter the body outwards of a pedicle that takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vertebra.model import Side
from seldinger.core.record import read_assumptions
from seldinger.plan.approach.percutaneous.model import Toward
from seldinger.plan.approach.percutaneous.spine.corridor import Room
from seldinger.plan.approach.percutaneous.spine.parapedicular import (
    ParapedicularGoals,
    find_parapedicular_lines,
    measure_passage,
)
from seldinger.plan.treatments.augmentation import needles
from seldinger.plan.treatments.augmentation.needles import NeedleWay, Pedicled, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seldinger.catalogue import Device
    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
    from seldinger.plan.approach.percutaneous.spine.corridor import Corridor, Goals
    from seldinger.plan.model import Path
    from seldinger.plan.procedure import Reach, Search

_ASSUMED = read_assumptions("seldinger.plan.treatments.augmentation")
ANGLE = _ASSUMED["parapedicular_angle_deg"]
BONE = _ASSUMED["parapedicular_bone_mm"]
ASSUMPTIONS = (ANGLE, BONE)
_EITHER_DEG = 15.0
"""So far from the wanted angle a way may lie."""


def make_parapedicular_goals(case: SpineCase, cannula: Device) -> ParapedicularGoals:
    """What a cannula beside a pedicle keeps to."""
    wanted = case.assumed.get_value(ANGLE.name)
    least = 0.5 * cannula.outer_diameter_mm + case.assumed.get_value("least_clearance_mm")
    return ParapedicularGoals(
        angle_deg=(wanted - _EITHER_DEG, wanted, wanted + _EITHER_DEG),
        most_bone_mm=case.assumed.get_value(BONE.name),
        least_root_mm=least,
        least_gap_mm=least,
    )


def find_parapedicular_way(
    case: SpineCase, search: Search[SpineCase], cannula: Device, side: Side, *, middle: bool
) -> Pedicled:
    """A way beside one pedicle.

    Args:
        case: with its vertebra.
        search: of the approach.
        cannula: the widest thing on the way.
        side: of the pedicle.
        middle: whether the tip is wanted at the middle plane, or in the needle's own half.
    """
    pedicle = case.vertebra.pedicles.get(side)

    def fail(why: str, reach: Reach[SpineCase] | None = None) -> Pedicled:
        return Pedicled(side, cannula.id, middle, None, why, reach, Way.PARAPEDICULAR)

    if pedicle is None:
        return fail(f"no {side} pedicle shows, beside which a needle could go")
    if case.around.to_canal_mm is None:
        return fail(f"no canal shows, and beside the {side} pedicle nothing else keeps off it")
    goals = needles.make_goals(case, cannula, middle=middle)
    wanted = make_parapedicular_goals(case, cannula)
    # The canal is measured on the vertebra's own voxels.
    missed = [one for one in case.scene.obstacles if one.name != "spinal canal"]
    corridors = find_parapedicular_lines(
        case.around, pedicle, goals, wanted, missed, case.anatomy.grid
    )  # fmt: skip
    where = f"the way beside the {side} pedicle"
    if not corridors:
        low, _, high = wanted.angle_deg
        return fail(
            f"no straight line for {cannula.outer_diameter_mm:.1f} mm beside the {side} pedicle, "
            f"{low:.0f} to {high:.0f} degrees from the middle plane, keeps off canal, roots and "
            f"what is labelled, with {wanted.most_bone_mm:g} mm of other bone at most"
        )
    reach: Reach[SpineCase] | None = None
    for corridor in corridors:
        toward = _toward(case, corridor, goals, wanted)
        reach = search((needles.make_instrument(cannula, Way.PARAPEDICULAR),), to=toward)
        if not reach.approach.paths:
            continue
        way = _describe(case, cannula, side, goals, reach.approach.paths[0])
        return Pedicled(side, cannula.id, middle, way, "", reach, Way.PARAPEDICULAR)
    assert reach is not None  # noqa: S101  there is a corridor
    return fail(needles.explain_no_entry(reach.approach, where), reach)


def _toward(
    case: SpineCase, corridor: Corridor, goals: Goals, wanted: ParapedicularGoals
) -> Toward:
    pedicle, tip = case.vertebra.pedicles[corridor.side], np.asarray(corridor.tip_lps_mm)

    def is_clear(entry: Points, outward: Points) -> bool:
        del entry
        return measure_passage(case.around, pedicle, goals, tip, outward).keeps(goals, wanted)

    lean_deg = case.assumed.get_value(needles.LEAN.name)
    given = case.options.entry_lps_mm
    return Toward(
        corridor.tip_lps_mm, corridor.axis_lps, lean_deg, is_clear, given, exact=True
    )  # fmt: skip


def _describe(case: SpineCase, cannula: Device, side: Side, goals: Goals, path: Path) -> NeedleWay:
    tip, entry = np.asarray(path.target_lps_mm), np.asarray(path.entry_lps_mm)
    axis = (entry - tip) / np.linalg.norm(entry - tip)
    passage = measure_passage(case.around, case.vertebra.pedicles[side], goals, tip, axis)
    frame, radius = case.vertebra.frame, 0.5 * cannula.outer_diameter_mm
    left = float((tip - np.asarray(frame.origin_lps_mm)) @ np.asarray(frame.left))
    canal = None if passage.canal_mm is None else passage.canal_mm - radius
    room = Room(passage.body_mm, passage.body_mm, passage.canal_mm)
    across = -left if side is Side.LEFT else left
    return NeedleWay(side, path, room, across, passage.body_mm - radius, canal, passage)


def choose_ways(
    case: SpineCase,
    search: Search[SpineCase],
    cannulas: Sequence[Device],
    *,
    way: Way | None,
    wanted: str | None,
    single_side: Side | None,
    prefer_two: bool,
    prefer: Callable[[Pedicled], float] | None = None,
) -> tuple[tuple[Pedicled, ...], tuple[Pedicled, ...]]:
    """The needles that are taken, and all that were tried; as ``needles.choose_ways``.

    Args:
        case: with its vertebra.
        search: of the approach.
        cannulas: the widest first.
        way: the only one, by the user; None: through pedicles, and beside one that takes no needle.
        wanted: "one" or "two", by the user; None: a rule decides.
        single_side: of a single needle, by the user.
        prefer_two: two unless told otherwise.
        prefer: of two single ways the one for which it is largest; None: the roomier.
    """
    find = find_parapedicular_way if way is Way.PARAPEDICULAR else needles.find_way
    taken, tried = needles.choose_ways(
        case, search, cannulas, wanted=wanted, single_side=single_side, prefer_two=prefer_two,
        prefer=prefer, find=find,
    )  # fmt: skip
    # An entry that is given is asked about as it is.
    if way is not None or case.options.entry_lps_mm is not None:
        return taken, tried
    found = {one.side for one in tried if one.way is not None}
    lost = [side for side in Side if side not in found and single_side in (None, side)]
    paired = any(not one.middle for one in tried) and wanted != "one" and single_side is None
    if not lost or (taken and not paired) or len(taken) > 1:
        return taken, tried
    if taken:
        other = find_parapedicular_way(
            case, search, _find_cannula(cannulas, taken[0].device), lost[0], middle=False
        )
        return ((*taken, other) if other.way else taken), (*tried, other)
    if len(lost) < 2 or wanted == "one" or not (prefer_two or wanted == "two"):  # noqa: PLR2004
        beside, more = needles.choose_ways(
            case, search, cannulas, wanted="one", single_side=single_side, prefer_two=False,
            find=find_parapedicular_way,
        )  # fmt: skip
        return beside, (*tried, *more)
    beside, more = needles.choose_ways(
        case, search, cannulas, wanted=wanted, single_side=None, prefer_two=True,
        find=find_parapedicular_way,
    )  # fmt: skip
    return beside, (*tried, *more)


def _find_cannula(cannulas: Sequence[Device], device: str) -> Device:
    return next(one for one in cannulas if one.id == device)
