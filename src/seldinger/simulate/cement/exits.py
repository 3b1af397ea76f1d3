"""Exits: where marrow, and then cement, may leave a vertebral body, and how open that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.anatomy.vertebra.model import Wall
from seldinger.core.formatting import short_repr
from seldinger.evidence import driving_value
from seldinger.physics.cement.bed import Exit
from seldinger.physics.cement.bone import (
    cleft_permeability_m2,
    tube_openness_m3,
    wall_openness_m3,
)
from seldinger.simulate.cement.pedicle_walls import ASIDE, CANAL, FORAMEN, find_pedicle_breaks
from seldinger.simulate.cement.settings import get_assumed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from seldinger.anatomy.vertebra.model import Vertebra, VertebraFrame
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask
    from seldinger.simulate.cement.lattice import Averager
    from seldinger.simulate.cement.pedicle_walls import PedicleBreak

Floats = NDArray[np.float64]

BASIVERTEBRAL = "basivertebral vein"
CANAL_BREAK = "break: back, towards the canal"
_VEINS_EACH = 2
_WIDENINGS = 6
_WIDER = 1.5


class ExitKind(StrEnum):
    """What an exit is."""

    CANAL = "towards the canal"
    """A break of the back wall, or the veins that leave it."""
    BREAK = "a break elsewhere"
    VEIN = "a vein elsewhere"
    FORAMEN = "towards a foramen"
    """A break of a pedicle's wall above a root."""
    DISC = "into a disc"
    """Through a whole endplate; a broken one is a break."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlets:
    """Exits of a body.

    Attributes:
        exits: as the engine takes them.
        kinds: of each, by name.
        notes: what could not be placed.
    """

    exits: tuple[Exit, ...]
    kinds: Mapping[str, ExitKind]
    notes: tuple[str, ...]

    __repr__ = short_repr


def name_break(wall: Wall) -> str:
    """What the exit through a break of ``wall`` is called."""
    return CANAL_BREAK if wall is Wall.BACK else f"break: {wall.value}"


def find_exits(
    vertebra: Vertebra,
    around: Averager,
    body: Mask,
    outer: Mask,
    assumed: Mapping[str, float],
    pedicles: Mask | None = None,
) -> Outlets:
    """Breaks as they are known, the veins that every body has, and whole endplates.

    Args:
        vertebra: whose.
        around: to the bed's voxels.
        body: (a, b, c) there, its open pores.
        outer: (a, b, c) bed, pedicles and closed voxels included.
        assumed: edits of assumptions.
        pedicles: (a, b, c) there, their open pores; None: cement does not come there.
    """
    exits: list[Exit] = []
    kinds: dict[str, ExitKind] = {}
    notes: list[str] = []
    free = body.copy() if pedicles is None else body | pedicles
    places = find_frame_places(vertebra.frame, around)

    def add(name: str, where: Mask, openness_m3: float, kind: ExitKind) -> None:
        where = where & free
        if not where.any():
            notes.append(f"no open pore was left for the exit {name!r}: it is left out")
            return
        exits.append(Exit(name, where, openness_m3, get_assumed(assumed, "outside_kpa")))
        kinds[name] = kind
        free[where] = False

    for wall in sorted({one.wall for one in vertebra.breaks or ()}, key=lambda one: one.value):
        patches = [one for one in vertebra.breaks or () if one.wall is wall]
        area = sum(one.area_mm2 for one in patches)
        where = np.any([around.mean(one.where) > 0.0 for one in patches], axis=0)
        if not (where & free).any():
            where = _nearest(free, np.mean([_middle(one.where, around) for one in patches], axis=0))
        kind = ExitKind.CANAL if wall is Wall.BACK else ExitKind.BREAK
        add(name_break(wall), where, _break_openness(area, assumed), kind)
    gaps, unseen = find_pedicle_breaks(vertebra, assumed)
    if unseen:
        notes.append(
            f"no wall shows at the {' and '.join(unseen)} pedicle: gaps in it, towards canal and "
            "foramen, are not known"
        )
    for name, kind, where, area in _list_pedicle_gaps(gaps, around, pedicles):
        add(name, where, _break_openness(area, assumed), kind)
    for name, wall, calibre in _VEINS:
        where = _wall_middle(vertebra.frame, wall, free & body, outer, places, assumed)
        kind = ExitKind.CANAL if wall is Wall.BACK else ExitKind.VEIN
        add(name, where, _vein_openness(calibre, assumed), kind)
    for wall, mask in (
        (Wall.UPPER, vertebra.upper_endplate),
        (Wall.LOWER, vertebra.lower_endplate),
    ):
        where = (around.mean(mask) > 0.0) & body & free
        if where.any():
            add(name_whole(wall), where, _endplate_openness(vertebra, mask, assumed), ExitKind.DISC)
    return Outlets(tuple(exits), kinds, tuple(notes))


def name_whole(wall: Wall) -> str:
    """What the exit through an endplate that is not broken is called."""
    return f"whole {wall.value}"


def _endplate_openness(vertebra: Vertebra, mask: Mask, assumed: Mapping[str, float]) -> float:
    """Of all of an endplate, as a thin layer before the disc."""
    axis = int(np.argmax(np.abs(vertebra.frame.up)))
    spacing = np.delete(np.asarray(vertebra.grid.spacing_mm), axis)
    area = float(mask.any(axis=axis).sum() * spacing.prod())
    thickness = driving_value(ENDPLATE_THICKNESS)
    return wall_openness_m3(get_assumed(assumed, "endplate_permeability_m2"), area, thickness)


def _list_pedicle_gaps(
    gaps: Sequence[PedicleBreak], around: Averager, pedicles: Mask | None
) -> Iterator[tuple[str, ExitKind, Mask, float]]:
    """Name, kind, voxels of the bed and area of gaps in the pedicles, one of each direction."""
    if pedicles is None:
        return
    for side, towards in sorted({(one.side, one.towards) for one in gaps}):
        same = [one for one in gaps if (one.side, one.towards) == (side, towards)]
        where = np.any([around.mean(one.where) > 0.0 for one in same], axis=0) & pedicles
        if where.any():
            name = f"break: {side.value} pedicle, towards the {towards}"
            yield name, _BEHIND[towards], where, sum(one.area_mm2 for one in same)


_BEHIND = {CANAL: ExitKind.CANAL, FORAMEN: ExitKind.FORAMEN, ASIDE: ExitKind.BREAK}
ENDPLATE_THICKNESS = "vertebra.mechanics.endplate.thickness"
_VEINS = (
    (BASIVERTEBRAL, Wall.BACK, "basivertebral_vein_mm"),
    ("segmental vein: left", Wall.LEFT, "segmental_vein_mm"),
    ("segmental vein: right", Wall.RIGHT, "segmental_vein_mm"),
    ("segmental vein: front", Wall.FRONT, "segmental_vein_mm"),
)


def find_frame_places(frame: VertebraFrame, around: Averager) -> Points:
    """(a, b, c, 3) mm of the bed's voxels to the left, back and up of the body's centroid."""
    index = np.stack(
        np.meshgrid(*(np.arange(n) for n in around.grid.shape), indexing="ij"), axis=-1
    )
    away = around.grid.to_lps(index.reshape(-1, 3)) - np.asarray(frame.origin_lps_mm)
    axes = np.array([frame.left, frame.back, frame.up])
    found: Points = (away @ axes.T).reshape(*around.grid.shape, 3)
    return found


def _vein_openness(calibre: str, assumed: Mapping[str, float]) -> float:
    factor = get_assumed(assumed, "vein_calibre_factor")
    inner = factor * get_assumed(assumed, calibre)
    return tube_openness_m3(inner, get_assumed(assumed, "vein_length_mm"), _VEINS_EACH)


def find_inner_veins(
    outlets: Outlets, around: Averager, frame: VertebraFrame, assumed: Mapping[str, float]
) -> Floats:
    """(a, b, c) m2 that veins within the body add to the permeability of its bone.

    Straight tubes from the body's centroid to where they leave it, shared among the voxels they
    pass so that they conduct the same in any.

    Args:
        outlets: of the body.
        around: to the bed's voxels.
        frame: of the vertebra.
        assumed: edits of assumptions by name.
    """
    added = np.zeros(around.grid.shape)
    voxel_mm = around.grid.spacing_mm[0]
    middle = around.grid.to_index(frame.origin_lps_mm)
    calibres = {name: calibre for name, _, calibre in _VEINS}
    inner = get_assumed(assumed, "inner_vein_calibre")
    for one in outlets.exits:
        if one.name not in calibres:
            continue
        # What a tube of unit length conducts: its openness times its length.
        tube_m4 = _vein_openness(calibres[one.name], assumed) * inner**4
        tube_m4 *= 1e-3 * get_assumed(assumed, "vein_length_mm")
        end = np.argwhere(one.where).mean(axis=0)
        length = float(np.linalg.norm(end - middle))
        count = max(1, int(np.ceil(_POINTS_PER_VOXEL * length)))
        points = middle + (end - middle) * ((np.arange(count) + 0.5) / count)[:, None]
        each = tube_m4 / (1e-3 * voxel_mm) ** 2 * length / count
        _deposit(added, points, each)
    return added


_POINTS_PER_VOXEL = 8


def _deposit(into: Floats, points: Points, each: float) -> None:
    """Share ``each`` among the eight voxels around every point, (n, 3) index; in place."""
    low = np.floor(points).astype(np.int64)
    part = points - low
    top = np.array(into.shape) - 1
    for corner in np.ndindex(2, 2, 2):
        at = np.clip(low + corner, 0, top)
        weight = np.prod(np.where(np.array(corner) == 1, part, 1.0 - part), axis=1)
        np.add.at(into, tuple(at.T), each * weight)


def _break_openness(area_mm2: float, assumed: Mapping[str, float]) -> float:
    permeability = cleft_permeability_m2(get_assumed(assumed, "break_gap_mm"))
    return wall_openness_m3(permeability, area_mm2, get_assumed(assumed, "cortex_mm"))


def _wall_middle(
    frame: VertebraFrame,
    wall: Wall,
    free: Mask,
    outer: Mask,
    places: Points,
    assumed: Mapping[str, float],
) -> Mask:
    """The middle of a wall: its free voxels near the axis through the body's centroid."""
    along = {Wall.LEFT: 0, Wall.RIGHT: 0, Wall.FRONT: 1, Wall.BACK: 1}[wall]
    sign = 1.0 if wall in {Wall.LEFT, Wall.BACK} else -1.0
    direction = sign * np.asarray((frame.left, frame.back, frame.up)[along])
    surface = _surface(free, outer, direction)
    away = np.delete(places, along, axis=-1)
    radius = get_assumed(assumed, "foramen_mm")
    for _ in range(_WIDENINGS):
        where: Mask = surface & (np.hypot(away[..., 0], away[..., 1]) <= radius)
        if where.any():
            return where
        radius *= _WIDER
    return np.zeros_like(free)


def _surface(body: Mask, outer: Mask, direction: Points) -> Mask:
    """Voxels of ``body`` whose neighbour along the grid's axis nearest to ``direction`` is out."""
    axis = int(np.argmax(np.abs(direction)))
    step = 1 if direction[axis] > 0.0 else -1
    wide = np.pad(outer, 1)
    beyond = np.roll(wide, -step, axis)[1:-1, 1:-1, 1:-1]
    found: Mask = body & ~beyond
    return found


def _middle(where: Mask, around: Averager) -> Points:
    """(3,) index of a mask's middle in the bed's voxels."""
    weight = around.mean(where)
    if not weight.any():
        return 0.5 * (np.array(around.grid.shape) - 1.0)
    at = np.argwhere(weight > 0.0)
    found: Points = np.average(at, axis=0, weights=weight[weight > 0.0])
    return found


def _nearest(free: Mask, index: Points) -> Mask:
    """The free voxel nearest to an index, (3,); none where there is none."""
    found = np.zeros_like(free)
    at = np.argwhere(free)
    if len(at):
        found[tuple(at[np.argmin(np.linalg.norm(at - index, axis=1))])] = True
    return found
