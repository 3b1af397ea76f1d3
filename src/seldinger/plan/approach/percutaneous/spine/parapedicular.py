"""Beside: lines that enter the body at its upper back corner, outwards of the pedicle.

Bone is met three times at most: a rim of the pedicle's outer wall, the transverse process, and the
body. The canal is kept away from along the whole line, which never passes through the pedicle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vertebra.model import Side
from seldinger.core.space import as_vector
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.spine.corridor import (
    OUTSIDE_MM,
    STEP_MM,
    Corridor,
    Room,
    is_same_line,
    list_tips,
    read_field,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.model import Pedicle
    from seldinger.core.space import Grid, Points
    from seldinger.plan.approach.percutaneous.scene import Obstacle
    from seldinger.plan.approach.percutaneous.spine.corridor import Goals, Surroundings

_ASIDE_MM = np.arange(0.0, 13.0, 1.5)
_HIGH_MM = 2.0
_SPARSE = 4
"""Every so many steps obstacles are read: they are measured exactly once a way is searched."""
_ENOUGH_MM = 5.0
"""Farther from all that must be missed than this is as good."""
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class ParapedicularGoals:
    """What a line beside a pedicle keeps to.

    Attributes:
        angle_deg: (least, wanted, most) from the vertebra's middle plane.
        most_bone_mm: of its own vertebra before the body.
        least_root_mm: from the line to where a root is taken to lie.
        least_gap_mm: from the line to an obstacle.
    """

    angle_deg: tuple[float, float, float]
    most_bone_mm: float
    least_root_mm: float
    least_gap_mm: float


@dataclass(frozen=True, slots=True)
class Passage:
    """What a line beside a pedicle meets.

    Attributes:
        body_mm: least distance to the bone's surface in the body, off the place of entry.
        canal_mm: least distance to the canal; None: no canal shows.
        root_mm: least distance to where roots are taken to lie; None: no opening shows.
        bone_mm: of the vertebra before the body.
        above_mm: of the place where the body is entered, above the pedicle's middle.
        outside_mm: outwards of the pedicle's outer wall, at its narrowest section.
        angle_deg: from the vertebra's middle plane.
    """

    body_mm: float
    canal_mm: float | None
    root_mm: float | None
    bone_mm: float
    above_mm: float
    outside_mm: float
    angle_deg: float

    def keeps(self, goals: Goals, beside: ParapedicularGoals) -> bool:
        """Whether it keeps to what is wanted; what does not show is not judged here."""
        low, _, high = beside.angle_deg
        return (
            self.body_mm >= goals.least_room_mm
            and (self.canal_mm is None or self.canal_mm >= goals.least_canal_mm)
            and (self.root_mm is None or self.root_mm >= beside.least_root_mm)
            and self.bone_mm <= beside.most_bone_mm
            and self.above_mm >= 0.0
            and self.outside_mm >= 0.0
            and low <= self.angle_deg <= high
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Met:
    """Of n lines, as ``Passage`` has them, (n,) each; NaN where it has None."""

    body: NDArray[np.float64]
    canal: NDArray[np.float64]
    root: NDArray[np.float64]
    bone: NDArray[np.float64]
    above: NDArray[np.float64]
    outside: NDArray[np.float64]
    angle: NDArray[np.float64]


def measure_passage(
    around: Surroundings, pedicle: Pedicle, goals: Goals, tip: Points, axis: Points
) -> Passage:
    """What a line meets; its room is measured off the place of entry.

    Args:
        around: of the vertebra.
        pedicle: that it passes.
        goals: whose room is wanted.
        tip: (3,) LPS mm.
        axis: (3,) unit, out of the patient.
    """
    met = _measure(around, pedicle, goals, tip[None], axis[None])
    told = {name: float(getattr(met, name)[0]) for name in met.__slots__}
    canal, root = (None if np.isnan(told[name]) else told[name] for name in ("canal", "root"))
    return Passage(
        told["body"], canal, root, told["bone"], told["above"], told["outside"], told["angle"]
    )


def find_parapedicular_lines(
    around: Surroundings,
    pedicle: Pedicle,
    goals: Goals,
    beside: ParapedicularGoals,
    obstacles: Sequence[Obstacle],
    lattice: Grid,
    most: int = 3,
) -> tuple[Corridor, ...]:
    """Lines beside a pedicle whose tips meet the goals; best first, well apart.

    The best is farthest from canal, roots and obstacles, and meets the least bone before the body;
    of equals the one nearest to the angle that is wanted.

    Args:
        around: of the vertebra.
        pedicle: that they pass.
        goals: that a tip meets, and the room that every line keeps.
        beside: what else it keeps to.
        obstacles: that are missed, on ``lattice``.
        lattice: of the obstacles' fields.
        most: of them.
    """
    tips, axes = _list_lines(around, pedicle, goals, beside)
    if not len(tips):
        return ()
    met = _measure(around, pedicle, goals, tips, axes)
    low, wanted, high = beside.angle_deg
    free = (met.body >= goals.least_room_mm) & (met.bone <= beside.most_bone_mm)
    free &= ~(met.canal < goals.least_canal_mm) & ~(met.root < beside.least_root_mm)
    free &= (met.above >= 0.0) & (met.outside >= 0.0) & (met.angle >= low) & (met.angle <= high)
    rows = np.flatnonzero(free)
    if not len(rows):
        return ()
    gap = _measure_obstacles(tips[rows], axes[rows], obstacles, lattice)
    near = gap >= beside.least_gap_mm - lattice.spacing_mm[0]
    rows, gap = rows[near], gap[near]
    spare = np.stack([
        gap - beside.least_gap_mm,
        np.nan_to_num(met.canal[rows] - goals.least_canal_mm, nan=0.0),
        np.nan_to_num(met.root[rows] - beside.least_root_mm, nan=0.0),
        np.full(len(rows), _ENOUGH_MM),
    ]).min(axis=0)  # fmt: skip
    order = np.lexsort(
        (np.abs(met.angle[rows] - wanted), np.round(met.bone[rows]), -np.round(spare))
    )
    frame = around.vertebra.frame
    toward = -1.0 if pedicle.side is Side.LEFT else 1.0
    made: list[Corridor] = []
    for row in rows[order]:
        if any(is_same_line(tips[row], axes[row], one) for one in made):
            continue
        away = float(np.subtract(tips[row], frame.origin_lps_mm) @ np.asarray(frame.left))
        canal = None if np.isnan(met.canal[row]) else float(met.canal[row])
        room = Room(float(met.body[row]), float(met.body[row]), canal)
        made.append(
            Corridor(pedicle.side, as_vector(tips[row]), as_vector(axes[row]), room, toward * away)
        )
        if len(made) == most:
            break
    return tuple(made)


def _list_lines(
    around: Surroundings, pedicle: Pedicle, goals: Goals, beside: ParapedicularGoals
) -> tuple[Points, Points]:
    """(n, 3) tips and (n, 3) axes that pass outwards of the pedicle's narrowest section."""
    frame, sign = around.vertebra.frame, 1.0 if pedicle.side is Side.LEFT else -1.0
    tips = list_tips(around.vertebra, pedicle.side, goals)
    high = np.arange(-0.5 * pedicle.height_mm, 0.5 * pedicle.height_mm + 6.0, _HIGH_MM)
    aside, up = np.meshgrid(0.5 * pedicle.width_mm + _ASIDE_MM, high, indexing="ij")
    left, above = np.asarray(frame.left), np.asarray(frame.up)
    gates = (
        np.asarray(pedicle.isthmus_lps_mm)
        + sign * aside.reshape(-1, 1) * left
        + up.reshape(-1, 1) * above
    )
    first, second = np.repeat(tips, len(gates), 0), np.tile(gates, (len(tips), 1))
    along = second - first
    axes = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    angle = _angle_deg(around, pedicle, axes)
    kept = (angle >= beside.angle_deg[0]) & (angle <= beside.angle_deg[2])
    kept &= np.abs(axes @ above) <= _HALF
    return first[kept], axes[kept]


def _angle_deg(around: Surroundings, pedicle: Pedicle, axes: Points) -> NDArray[np.float64]:
    frame, sign = around.vertebra.frame, 1.0 if pedicle.side is Side.LEFT else -1.0
    aside, back = sign * (axes @ np.asarray(frame.left)), axes @ np.asarray(frame.back)
    found: NDArray[np.float64] = np.degrees(np.arctan2(aside, back))
    return found


def _measure(
    around: Surroundings, pedicle: Pedicle, goals: Goals, tips: Points, axes: Points
) -> _Met:
    vertebra, frame = around.vertebra, around.vertebra.frame
    steps = np.arange(0.0, OUTSIDE_MM, STEP_MM)
    points = tips[:, None] + steps[:, None] * axes[:, None]
    index = vertebra.grid.to_index(points.reshape(-1, 3)).T
    shape = points.shape[:2]
    depth = read_field(around.in_bone_mm, index, -STEP_MM).reshape(shape)
    body = vertebra.body.astype(np.float32)
    within = read_field(body, index, 0.0).reshape(shape) >= _HALF
    last = np.where(within.all(axis=1), shape[1], (~within).argmax(axis=1))
    rank = np.arange(shape[1])[None]
    # The wall is pierced somewhere: room counts before it.
    off = int(2.0 * goals.least_room_mm / STEP_MM)
    inner = rank < np.maximum(last - off, 1)[:, None]
    room = np.where(inner, depth, np.inf).min(axis=1)
    bone = STEP_MM * ((depth > 0.0) & (rank >= last[:, None])).sum(axis=1)
    if around.to_canal_mm is None:
        canal = np.full(len(tips), np.nan)
    else:
        canal = read_field(around.to_canal_mm, index, np.inf).reshape(shape).min(axis=1)
    entry = tips + (STEP_MM * last)[:, None] * axes
    from_isthmus = np.asarray(pedicle.isthmus_lps_mm)
    above = (entry - from_isthmus) @ np.asarray(frame.up)
    sign = 1.0 if pedicle.side is Side.LEFT else -1.0
    back = np.asarray(frame.back)
    at = tips + (((from_isthmus - tips) @ back) / np.maximum(axes @ back, 1e-3))[:, None] * axes
    outside = sign * ((at - from_isthmus) @ np.asarray(frame.left)) - 0.5 * pedicle.width_mm
    return _Met(
        room, canal, _measure_roots(around, pedicle, tips, axes), bone.astype(np.float64),
        above, outside, _angle_deg(around, pedicle, axes),
    )  # fmt: skip


def _measure_roots(
    around: Surroundings, pedicle: Pedicle, tips: Points, axes: Points
) -> NDArray[np.float64]:
    """(n,) to where the roots under and above the pedicle are taken to lie; NaN: none shows."""
    beside = around.vertebra.foramina.get(pedicle.side)
    shown = [] if beside is None else [one for one in (beside.own, beside.above) if one is not None]
    if not shown:
        return np.full(len(tips), np.nan)
    roots = np.concatenate([one.root_lps_mm for one in shown])[::3]
    nearest = np.full(len(tips), np.inf)
    for point in roots:
        offset = point - tips
        along = np.maximum((offset * axes).sum(axis=1), 0.0)
        np.minimum(nearest, np.linalg.norm(offset - along[:, None] * axes, axis=1), out=nearest)
    return nearest


def _measure_obstacles(
    tips: Points, axes: Points, obstacles: Sequence[Obstacle], lattice: Grid
) -> NDArray[np.float64]:
    """(n,) least distance to an obstacle, to within a voxel."""
    steps = np.arange(0.0, OUTSIDE_MM, STEP_MM * _SPARSE)
    points = tips[:, None] + steps[:, None] * axes[:, None]
    index = lattice.to_index(points.reshape(-1, 3))
    gap = np.full(len(tips), np.inf)
    for one in obstacles:
        near = scenes.read(one, index).reshape(len(tips), -1).min(axis=1)
        np.minimum(gap, near, out=gap)
    return gap
