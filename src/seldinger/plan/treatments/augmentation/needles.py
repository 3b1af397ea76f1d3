"""Needles: which pedicles they go through, how wide, and the way from the skin to each tip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vertebra.model import Side
from seldinger.core.record import read_assumptions
from seldinger.plan.approach.percutaneous.model import Instrument, Toward
from seldinger.plan.approach.percutaneous.spine.corridor import (
    Goals,
    Room,
    find_corridors,
    measure_room,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seldinger.catalogue import Device
    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
    from seldinger.plan.approach.percutaneous.spine.corridor import Corridor
    from seldinger.plan.approach.percutaneous.spine.parapedicular import Passage
    from seldinger.plan.model import Approach, Path
    from seldinger.plan.procedure import Reach, Search

_ASSUMED = read_assumptions("seldinger.plan.treatments.augmentation")
WALL = _ASSUMED["pedicle_wall_mm"]
LEAN = _ASSUMED["needle_lean_deg"]
DEPTH = _ASSUMED["tip_depth_share"]
ACROSS = _ASSUMED["tip_across_share"]
HEIGHT = _ASSUMED["tip_height_share"]
REACHES = _ASSUMED["midline_share"]
METAL = _ASSUMED["metal_hu"]
SHELL = _ASSUMED["shell_above_hu"]
ASSUMPTIONS = (METAL, SHELL, WALL, LEAN, DEPTH, ACROSS, HEIGHT, REACHES)
_EITHER_WAY = 0.15
"""Of the body's depth, height and half width: tips that far from the wanted place are as good."""
_DEEPEST_MM = 250.0
CORRIDORS = 5
"""Tried for each pedicle, the roomiest first."""


class Way(StrEnum):
    """How a needle comes into the body."""

    TRANSPEDICULAR = "transpedicular"
    PARAPEDICULAR = "parapedicular"


_REASONS = {
    Way.TRANSPEDICULAR: "the widest cannula for which the pedicle has room",
    Way.PARAPEDICULAR: "the widest cannula for which there is room beside the pedicle",
}
_ERRORS = {Way.TRANSPEDICULAR: "pedicle", Way.PARAPEDICULAR: ""}
"""Nothing guides a needle beside a pedicle: it errs by its angles, as any other."""


@dataclass(frozen=True, slots=True)
class NeedleWay:
    """A needle with its way.

    Attributes:
        side: of the pedicle.
        path: from the skin to the tip.
        room: around it, before the needle's own radius is taken off.
        tip_across_mm: of the tip from the middle plane, positive on the other side.
        wall_mm: thinnest bone left between needle and pedicle's surface; beside a pedicle, the
            body's.
        canal_mm: from the needle's surface to the canal; None: no canal shows.
        passage: what it meets beside the pedicle; None: it goes through it.
    """

    side: Side
    path: Path
    room: Room
    tip_across_mm: float
    wall_mm: float
    canal_mm: float | None
    passage: Passage | None = None

    @property
    def kind(self) -> Way:
        """Through the pedicle or beside it."""
        return Way.TRANSPEDICULAR if self.passage is None else Way.PARAPEDICULAR


@dataclass(frozen=True, slots=True)
class Pedicled:
    """What was tried through one pedicle, or beside it.

    Attributes:
        side: of it.
        device: id of the cannula.
        middle: whether the tip was wanted at the middle plane.
        way: None where none was found.
        why: none was found; empty where one was.
        reach: of the search, for the plan; None where no corridor was searched from the skin.
        kind: through it or beside it.
    """

    side: Side
    device: str
    middle: bool
    way: NeedleWay | None
    why: str
    reach: Reach[SpineCase] | None
    kind: Way = Way.TRANSPEDICULAR


def make_instrument(cannula: Device, way: Way = Way.TRANSPEDICULAR) -> Instrument:
    """A bone access cannula as the path search must know it; its tip is where cement leaves."""
    return Instrument(
        device=cannula.id,
        technique=way.value,
        diameter_mm=cannula.outer_diameter_mm,
        usable_mm=cannula.usable_mm,
        beyond_mm=0.0,
        sample_mm=(-10.0, 0.0),
        keeps_inside=False,
        reason=_REASONS[way],
        error=_ERRORS[way],
    )  # fmt: skip


def measure_depth_behind_mm(case: SpineCase) -> float:
    """From the body's middle straight back to the skin, or to the end of the scan."""
    frame, grid = case.vertebra.frame, case.anatomy.grid
    steps = np.arange(0.0, _DEEPEST_MM)
    points = np.asarray(frame.origin_lps_mm) + steps[:, None] * np.asarray(frame.back)
    index = np.rint(grid.to_index(points)).astype(int)
    inside = ((index >= 0) & (index < np.asarray(grid.shape))).all(axis=1)
    within = np.zeros(len(steps), np.bool_)
    within[inside] = case.anatomy.body[tuple(index[inside].T)]
    return float(steps[within].max(initial=0.0))


def find_way(
    case: SpineCase, search: Search[SpineCase], cannula: Device, side: Side, *, middle: bool
) -> Pedicled:
    """A way through one pedicle.

    Args:
        case: with its vertebra.
        search: of the approach.
        cannula: the widest thing on the way.
        side: of the pedicle.
        middle: whether the tip is wanted at the middle plane, as that of a single needle is, or in
            the needle's own half.
    """
    pedicle = case.vertebra.pedicles.get(side)
    if pedicle is None:
        return Pedicled(side, cannula.id, middle, None, f"no {side} pedicle shows", None)
    goals = make_goals(case, cannula, middle=middle)
    corridors = find_corridors(case.around, pedicle, goals, CORRIDORS)
    if not corridors:
        why = (
            f"no straight line for {cannula.outer_diameter_mm:.1f} mm keeps "
            f"{case.assumed.get_value(WALL.name):g} mm of bone through the {side} pedicle "
            f"({pedicle.width_mm:.1f} mm wide)"
        )
        return Pedicled(side, cannula.id, middle, None, why, None)
    reach: Reach[SpineCase] | None = None
    for corridor in corridors:
        reach = search((make_instrument(cannula),), to=_toward(case, corridor, goals))
        if reach.approach.paths:
            way = _describe(case, cannula, side, reach.approach.paths[0])
            return Pedicled(side, cannula.id, middle, way, "", reach)
    assert reach is not None  # noqa: S101  there is a corridor
    why = explain_no_entry(reach.approach, f"the {side} pedicle")
    return Pedicled(side, cannula.id, middle, None, why, reach)


def make_goals(case: SpineCase, cannula: Device, *, middle: bool) -> Goals:
    """Where a cannula's tip may stand, and what room its line keeps.

    Args:
        case: with its vertebra.
        cannula: the widest thing on the way.
        middle: whether the tip is wanted at the middle plane.
    """
    depth, height = (case.assumed.get_value(one.name) for one in (DEPTH, HEIGHT))
    across = 0.0 if middle else case.assumed.get_value(ACROSS.name)
    radius = 0.5 * cannula.outer_diameter_mm
    room = radius + case.assumed.get_value(WALL.name)
    # As far as the search keeps every obstacle: a line nearer to the canal would be refused there.
    canal = radius + case.assumed.get_value("least_clearance_mm")
    reaches = case.assumed.get_value(REACHES.name)
    return Goals(
        depth=(depth - _EITHER_WAY, depth + _EITHER_WAY),
        across=(-_EITHER_WAY, reaches) if middle else (reaches, across + 2.0 * _EITHER_WAY),
        height=(height - _EITHER_WAY, height + _EITHER_WAY),
        least_room_mm=room,
        least_canal_mm=max(room, canal),
    )


def _toward(case: SpineCase, corridor: Corridor, goals: Goals) -> Toward:
    pedicle = case.vertebra.pedicles[corridor.side]
    tip = np.asarray(corridor.tip_lps_mm)

    def is_clear(entry: Points, outward: Points) -> bool:
        del entry
        room = measure_room(case.around, pedicle, tip, outward)
        off_canal = room.canal_mm is None or room.canal_mm >= goals.least_canal_mm
        return off_canal and min(room.pedicle_mm, room.body_mm) >= goals.least_room_mm

    lean_deg = case.assumed.get_value(LEAN.name)
    given = case.options.entry_lps_mm
    return Toward(
        corridor.tip_lps_mm, corridor.axis_lps, lean_deg, is_clear, given, exact=True
    )  # fmt: skip


def _describe(case: SpineCase, cannula: Device, side: Side, path: Path) -> NeedleWay:
    tip, entry = np.asarray(path.target_lps_mm), np.asarray(path.entry_lps_mm)
    axis = (entry - tip) / np.linalg.norm(entry - tip)
    room = measure_room(case.around, case.vertebra.pedicles[side], tip, axis)
    frame, radius = case.vertebra.frame, 0.5 * cannula.outer_diameter_mm
    left = float((tip - np.asarray(frame.origin_lps_mm)) @ np.asarray(frame.left))
    canal = None if room.canal_mm is None else room.canal_mm - radius
    across = -left if side is Side.LEFT else left
    return NeedleWay(side, path, room, across, room.pedicle_mm - radius, canal)


def explain_no_entry(way: Approach, where: str) -> str:
    """Why no skin entry leads to a corridor of ``where``."""
    if way.accepted:
        return f"no free skin entry keeps to the corridor of {where}"
    most = sorted(way.rejections, key=lambda r: (-way.rejections[r], r))[:3]
    told = ", ".join(f"{rule} rejects {way.rejections[rule]}" for rule in most)
    return f"no free skin entry to {where}" + (f" ({told})" if told else "")


def choose_ways(
    case: SpineCase,
    search: Search[SpineCase],
    cannulas: Sequence[Device],
    *,
    wanted: str | None,
    single_side: Side | None,
    prefer_two: bool,
    prefer: Callable[[Pedicled], float] | None = None,
    find: Callable[..., Pedicled] = find_way,
) -> tuple[tuple[Pedicled, ...], tuple[Pedicled, ...]]:
    """The needles that are taken, and all that were tried.

    Args:
        case: with its vertebra.
        search: of the approach.
        cannulas: the widest first.
        wanted: "one" or "two", by the user; None: one where its tip reaches the middle.
        single_side: of a single needle, by the user.
        prefer_two: two unless told otherwise, as balloons are.
        prefer: of two single ways the one for which it is largest; None: the roomier.
        find: a way on one side, as ``find_way`` does.
    """
    tried: list[Pedicled] = []
    sides = (single_side,) if single_side is not None else (Side.RIGHT, Side.LEFT)
    two = wanted == "two" or (wanted is None and prefer_two and single_side is None)
    for cannula in cannulas:
        if not two:
            singles = [find(case, search, cannula, side, middle=True) for side in sides]
            tried += singles
            free = [one for one in singles if one.way is not None]
            if free:
                return (max(free, key=prefer or get_room),), tuple(tried)
        if wanted == "one" or single_side is not None:
            continue
        pair = [find(case, search, cannula, side, middle=False) for side in Side]
        tried += pair
        if all(one.way is not None for one in pair):
            return tuple(pair), tuple(tried)
    # Whatever one needle reaches is better than nothing; it is said that it is not what was wanted.
    left = [one for one in tried if one.way is not None]
    if not left and wanted != "two":
        for cannula in cannulas:
            more = [find(case, search, cannula, side, middle=False) for side in sides]
            tried += more
            left = [one for one in more if one.way is not None]
            if left:
                break
    return ((max(left, key=get_room),) if left else ()), tuple(tried)


def get_room(one: Pedicled) -> float:
    """The thinnest wall; less than nothing without a way."""
    return -1.0 if one.way is None else one.way.wall_mm


def refuse_all(case: SpineCase) -> Toward:
    """A search that looks at every entry and takes none, for the rules to be told."""
    return Toward(case.target.aim_lps_mm, (0.0, 1.0, 0.0), 180.0, lambda *_: False)
