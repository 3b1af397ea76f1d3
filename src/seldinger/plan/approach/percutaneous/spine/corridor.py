"""Corridor: lines through a pedicle into the body that keep to bone and off the canal.

Every line from a tip in the body through a point of the pedicle's narrowest section is sampled from
the tip to the back of the pedicle. Its room is the least distance to the bone's surface there; what
a needle leaves of it is the thinnest wall. Behind the pedicle the bone may be entered anywhere, but
the canal is kept away from along the whole line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import edt
import numpy as np
import scipy

from seldinger.anatomy.vertebra.model import Side
from seldinger.core.space import as_vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.model import Pedicle, Vertebra
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask

STEP_MM = 0.75
"""Along a line."""
OUTSIDE_MM = 90.0
"""A line is followed this far from its tip: past the skin, or nearly."""
NO_CANAL_MM = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Distances in and around one vertebra.

    Attributes:
        vertebra: whose.
        in_bone_mm: (a, b, c) to the bone's surface, positive inside it.
        to_canal_mm: (a, b, c) to the canal's surface, negative inside it; None: no canal shows.
    """

    vertebra: Vertebra
    in_bone_mm: NDArray[np.float32]
    to_canal_mm: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Room:
    """What surrounds a line.

    Attributes:
        pedicle_mm: least distance from the line to the bone's surface within the pedicle.
        body_mm: the same within the body, to the tip.
        canal_mm: least distance from the line to the canal, along all of it; None: no canal shows.
    """

    pedicle_mm: float
    body_mm: float
    canal_mm: float | None


@dataclass(frozen=True, slots=True)
class Corridor:
    """A line that a needle may take.

    Attributes:
        side: of the pedicle.
        tip_lps_mm: where it ends.
        axis_lps: unit, from the tip out of the patient.
        room: around it.
        tip_across_mm: of the tip from the middle plane, positive on the other side.
    """

    side: Side
    tip_lps_mm: Vector
    axis_lps: Vector
    room: Room
    tip_across_mm: float


@dataclass(frozen=True, slots=True)
class Goals:
    """Where tips may lie, as shares of the body's depth, width and height.

    Attributes:
        depth: (least, most) from the front wall.
        across: (least, most) from the middle plane, of half the width, positive on the needle's own
            side.
        height: (least, most) of the body, from below.
        least_room_mm: of the line in pedicle and body.
        least_canal_mm: of the line to the canal.
    """

    depth: tuple[float, float]
    across: tuple[float, float]
    height: tuple[float, float]
    least_room_mm: float
    least_canal_mm: float


def survey(vertebra: Vertebra) -> Surroundings:
    """Distances to the surfaces of bone and canal, half a voxel off the voxels' centres."""
    canal = None if vertebra.canal is None else -_signed_mm(vertebra.canal, vertebra.grid)
    return Surroundings(vertebra, _signed_mm(vertebra.bone, vertebra.grid), canal)


def _signed_mm(mask: Mask, grid: Grid) -> NDArray[np.float32]:
    step = grid.spacing_mm[0]
    # Outside the lattice is not the mask: whoever leaves it has left bone.
    inside = edt.edt(np.ascontiguousarray(mask), black_border=True, order="C", parallel=1)
    outside = edt.edt(np.ascontiguousarray(~mask), order="C", parallel=1)
    made: NDArray[np.float32] = np.where(mask, inside - 0.5, 0.5 - outside) * np.float32(step)
    return made


def measure_room(around: Surroundings, pedicle: Pedicle, tip: Points, axis: Points) -> Room:
    """What surrounds a line.

    Args:
        around: of the vertebra.
        pedicle: that it goes through.
        tip: (3,) LPS mm.
        axis: (3,) unit, out of the patient.
    """
    pedicle_mm, body_mm, canal_mm = _measure_rooms(around, pedicle, tip[None], axis[None])
    canal = None if around.to_canal_mm is None else float(canal_mm[0])
    return Room(float(pedicle_mm[0]), float(body_mm[0]), canal)


def find_corridors(
    around: Surroundings, pedicle: Pedicle, goals: Goals, most: int = 3
) -> tuple[Corridor, ...]:
    """The roomiest lines through a pedicle whose tips meet the goals; best first, well apart.

    Args:
        around: of the vertebra.
        pedicle: that they go through.
        goals: that a tip meets, and the room that every line keeps.
        most: of them.
    """
    tips, axes = _list_lines(around.vertebra, pedicle, goals)
    if not len(tips):
        return ()
    pedicle_mm, body_mm, canal_mm = _measure_rooms(around, pedicle, tips, axes)
    free = (pedicle_mm >= goals.least_room_mm) & (body_mm >= goals.least_room_mm)
    if around.to_canal_mm is not None:
        free &= canal_mm >= goals.least_canal_mm
    rows = np.flatnonzero(free)
    # Tenths of a millimetre: among equally roomy lines the flattest is taken.
    tilt = np.abs(axes[rows, 2])
    order = rows[np.lexsort((tilt, -np.round(np.minimum(pedicle_mm, body_mm)[rows], 1)))]
    frame = around.vertebra.frame
    toward = -1.0 if pedicle.side is Side.LEFT else 1.0
    made: list[Corridor] = []
    for row in order:
        if any(is_same_line(tips[row], axes[row], one) for one in made):
            continue
        away = float(np.subtract(tips[row], frame.origin_lps_mm) @ np.asarray(frame.left))
        canal = None if around.to_canal_mm is None else float(canal_mm[row])
        room = Room(float(pedicle_mm[row]), float(body_mm[row]), canal)
        made.append(
            Corridor(pedicle.side, as_vector(tips[row]), as_vector(axes[row]), room, toward * away)
        )
        if len(made) == most:
            break
    return tuple(made)


def is_same_line(tip: Points, axis: Points, other: Corridor) -> bool:
    """Whether a line, (3,) tip and (3,) axis, is hardly another than a corridor."""
    near = float(np.linalg.norm(np.subtract(tip, other.tip_lps_mm))) < 4.0  # noqa: PLR2004
    return near and float(axis @ np.asarray(other.axis_lps)) > 0.996  # noqa: PLR2004


def _list_lines(vertebra: Vertebra, pedicle: Pedicle, goals: Goals) -> tuple[Points, Points]:
    """(n, 3) tips and (n, 3) axes out of the patient."""
    tips = list_tips(vertebra, pedicle.side, goals)
    through = _list_section(vertebra, pedicle)
    if not (len(tips) and len(through)):
        return np.zeros((0, 3)), np.zeros((0, 3))
    first, second = np.repeat(tips, len(through), 0), np.tile(through, (len(tips), 1))
    along = second - first
    length = np.linalg.norm(along, axis=1, keepdims=True)
    axes = along / np.maximum(length, 1e-9)
    back = axes @ np.asarray(vertebra.frame.back)
    # A line that runs more across than forwards does not come through a pedicle.
    kept = (length[:, 0] > 5.0) & (back > 0.6)  # noqa: PLR2004
    return first[kept], axes[kept]


def list_tips(vertebra: Vertebra, side: Side, goals: Goals) -> Points:
    """(n, 3) points of the body within the goals, every 2 mm or so."""
    frame = vertebra.frame
    points = vertebra.grid.to_lps(np.argwhere(vertebra.body))
    local = points - np.asarray(frame.origin_lps_mm)
    left, back, up = (local @ np.asarray(a) for a in (frame.left, frame.back, frame.up))
    front, low, high = (float(np.percentile(v, p)) for v, p in ((back, 1), (up, 2), (up, 98)))
    deep = float(np.percentile(back, 99)) - front
    half = 0.5 * float(np.percentile(left, 98) - np.percentile(left, 2))
    own = (1.0 if side is Side.LEFT else -1.0) * left / half
    depth, height = (back - front) / deep, (up - low) / (high - low)
    kept = np.ones(len(points), np.bool_)
    for values, (least, most) in (
        (depth, goals.depth), (own, goals.across), (height, goals.height),
    ):  # fmt: skip
        kept &= (values >= least) & (values <= most)
    spread = max(1, round(2.0 / vertebra.grid.spacing_mm[0]))
    index = np.argwhere(vertebra.body)[kept]
    coarse = (index % spread == 0).all(axis=1)
    return points[kept][coarse] if coarse.any() else points[kept][:1]


def _list_section(vertebra: Vertebra, pedicle: Pedicle) -> Points:
    """(n, 3) points of the pedicle's narrowest section, every millimetre."""
    axis = np.asarray(pedicle.axis_lps)
    points = vertebra.grid.to_lps(np.argwhere(pedicle.mask))
    along = (points - np.asarray(pedicle.isthmus_lps_mm)) @ axis
    near = np.abs(along) <= 0.75 * vertebra.grid.spacing_mm[0]
    flat: Points = points[near] - along[near, None] * axis
    return flat


def _measure_rooms(
    around: Surroundings, pedicle: Pedicle, tips: Points, axes: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(n,) least distances within the pedicle, within the body, and to the canal."""
    vertebra, frame = around.vertebra, around.vertebra.frame
    steps = np.arange(0.0, OUTSIDE_MM, STEP_MM)
    back = np.asarray(frame.back)
    origin = np.asarray(frame.origin_lps_mm)
    depth_of_tip = (tips - origin) @ back
    climb = axes @ back
    depth = depth_of_tip[:, None] + climb[:, None] * steps
    bone_points = vertebra.grid.to_lps(np.argwhere(pedicle.mask)) - origin
    first, last = np.percentile(bone_points @ back, (2.0, 98.0))
    points = tips[:, None] + steps[:, None] * axes[:, None]
    index = vertebra.grid.to_index(points.reshape(-1, 3)).T
    inside = read_field(around.in_bone_mm, index, -STEP_MM).reshape(depth.shape)
    in_pedicle = (depth >= first) & (depth <= last)
    pedicle_mm = np.where(in_pedicle, inside, np.inf).min(axis=1)
    body_mm = np.where(depth < first, inside, np.inf).min(axis=1)
    if around.to_canal_mm is None:
        canal_mm = np.full(len(tips), NO_CANAL_MM)
    else:
        canal_mm = read_field(around.to_canal_mm, index, np.inf).reshape(depth.shape).min(axis=1)
    return pedicle_mm, body_mm, canal_mm


def read_field(
    field: NDArray[np.float32], index: NDArray[np.float64], outside: float
) -> NDArray[np.float64]:
    """Values of ``field``, (a, b, c), at ``index``, (3, n); ``outside`` off its lattice."""
    found: NDArray[np.float64] = scipy.ndimage.map_coordinates(
        field, index, order=1, mode="nearest", output=np.float64
    )
    shape = np.asarray(field.shape)[:, None]
    away = ((index < -0.5) | (index > shape - 0.5)).any(axis=0)  # noqa: PLR2004
    found[away] = outside
    return found
