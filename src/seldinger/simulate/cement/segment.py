"""Segment: a vertebra with the bodies beside it and discs between, upright on one lattice.

Discs do not show on CT: what lies between two labelled bodies is one. Where a neighbour is not
known, a disc as thick as the other lies between the vertebra and a stiff plate in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.anatomy.vertebra.next_bodies import NextBody
from seldinger.core.errors import SimulationError
from seldinger.core.space import Grid
from seldinger.physics.elastic.compress import Ends
from seldinger.simulate.cement.lattice import HALF
from seldinger.simulate.cement.sampling import list_points, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.anatomy.vertebra.next_bodies import NextBodies
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask, Volume
    from seldinger.simulate.cement.bone_laws import Calibration

Floats = NDArray[np.float64]

SIDES = ("above", "below")
ACROSS_MM, ALONG_MM = 2.5, 1.25
"""Voxels lie flat: a disc needs several of them along the spine."""
LEAST_DISC_MM, MOST_DISC_MM = 3.0, 18.0
_MOST_TOUCHING = 0.2
"""Share of a disc's columns where labels may touch."""
_POINTS = 2
_LEAST_COLUMNS = 30
_FAR_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """What lies between the vertebra and the body, or the plate, beside it.

    Attributes:
        where: (a, b, c) bool.
        inner: (a, b) bool, columns farthest from its edge.
        height_mm: median over its columns.
    """

    where: Mask
    inner: Mask
    height_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A column of bodies and discs; index k runs up along the vertebra's own axis.

    Attributes:
        grid: flat voxels.
        own: (a, b, c) bool, the vertebra's body.
        next_bodies: by side, (a, b, c) bool, bodies beside it that are known.
        unknown: by side, why no body is known.
        discs: by side, both.
        mineral: (a, b, c) g/mL of bone; 0 elsewhere.
        filled: (a, b, c) share of the vertebra's voxels that is cement.
        ends: lowest and highest voxels, which the platens hold.
    """

    grid: Grid
    own: Mask
    next_bodies: Mapping[str, Mask]
    unknown: Mapping[str, str]
    discs: Mapping[str, Disc]
    mineral: Floats
    filled: Floats
    ends: Ends

    @property
    def bone(self) -> Mask:
        """(a, b, c) bool, all bodies."""
        found = self.own.copy()
        for one in self.next_bodies.values():
            found |= one
        return found


def build_segment(
    vertebra: Vertebra,
    beside: NextBodies,
    cement: Volume,
    line: Calibration,
    inner_share: float,
    across_mm: float = ACROSS_MM,
    along_mm: float = ALONG_MM,
) -> Segment:
    """The vertebra, what is known beside it, and discs.

    Args:
        vertebra: that is filled.
        beside: the bodies next to it.
        cement: share of each voxel that is cement.
        line: from HU to mineral.
        inner_share: of a disc's columns that count as its middle.
        across_mm: edge of the voxels across the spine.
        along_mm: along it.

    Raises:
        SimulationError: no body beside it can be used.
    """
    told = {"above": beside.above, "below": beside.below}
    unknown = {side: one for side, one in told.items() if isinstance(one, str)}
    known = {side: one for side, one in told.items() if isinstance(one, NextBody)}
    if vertebra.fused_with is not None:
        for side in [s for s, one in known.items() if one.level == vertebra.fused_with]:
            unknown[side] = f"{known.pop(side).level} is not apart from {vertebra.level}"
    grid = _lay(vertebra, known, across_mm, along_mm)
    points = list_points(grid, _POINTS)
    own, hu = _bring(vertebra.grid, vertebra.body, vertebra.hu, points, grid)
    mineral, bodies = np.where(own, line.find_g_per_ml(hu), 0.0), {}
    discs: dict[str, Disc] = {}
    for side, one in known.items():
        body, hu = _bring(one.grid, one.body, one.hu, points, grid)
        body &= ~own
        disc, touching = _fill_gap(own, body, along_mm, up=side == "above")
        height = _measure_height(disc, along_mm)
        columns = int(disc.any(axis=2).sum())
        touch = int(touching.any(axis=2).sum()) > _MOST_TOUCHING * columns
        if columns < _LEAST_COLUMNS or height < LEAST_DISC_MM or touch:
            unknown[side] = (
                f"no disc of {LEAST_DISC_MM:g} mm shows between {vertebra.level} and {one.level}"
            )
            continue
        body &= ~touching
        bodies[side] = body
        mineral = np.where(body, line.find_g_per_ml(hu), mineral)
        discs[side] = Disc(disc, _find_inner(disc, grid, inner_share), height)
    if not discs:
        said = "; ".join(unknown[side] for side in SIDES)
        raise SimulationError(f"no body beside {vertebra.level} can be used: {said}")
    for side in [s for s in SIDES if s not in discs]:
        height = next(iter(discs.values())).height_mm
        disc = _lay_on(own, round(height / along_mm), up=side == "above")
        discs[side] = Disc(disc, _find_inner(disc, grid, inner_share), height)
    filled = pick(cement.values, cement.grid.to_index(points), grid, _POINTS).mean(axis=0)
    last = {side: bodies.get(side, discs[side].where) for side in SIDES}
    ends = Ends(_find_end(last["below"], up=False), _find_end(last["above"], up=True))
    return Segment(
        grid, own, bodies, unknown, discs, mineral, filled.astype(np.float64) * own, ends
    )


def _lay(
    vertebra: Vertebra, known: Mapping[str, NextBody], across_mm: float, along_mm: float
) -> Grid:
    """A lattice along the vertebra's axes that holds all bodies, and a disc more at each end."""
    axes = np.array([vertebra.frame.left, vertebra.frame.back, vertebra.frame.up])
    origin = np.asarray(vertebra.frame.origin_lps_mm)
    parts = [(vertebra.grid, vertebra.body), *((one.grid, one.body) for one in known.values())]
    places = np.concatenate(
        [(grid.to_lps(np.argwhere(body)) - origin) @ axes.T for grid, body in parts]
    )
    # Only a plate that stands for a neighbour needs more.
    room = np.array([across_mm, across_mm, along_mm if len(known) == len(SIDES) else MOST_DISC_MM])
    edges = np.array([across_mm, across_mm, along_mm])
    # Symmetric about the vertebra's middle: a symmetric spine stays so.
    reach = np.abs(places).max(axis=0) + room
    half = np.ceil(reach / edges).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = axes.T * edges
    affine[:3, 3] = origin - ((half - 0.5) * edges) @ axes
    a, b, c = (2 * int(n) for n in half)
    return Grid((a, b, c), affine)


def _bring(
    source: Grid, body: Mask, hu: NDArray[np.float32], points: Points, grid: Grid
) -> tuple[Mask, Floats]:
    """A body on the segment's lattice, and its HU: of what of a voxel is body."""
    index = source.to_index(points)
    at = pick(body, index, grid, _POINTS).astype(np.float64)
    there: Mask = at.mean(axis=0) >= HALF
    mean: Floats = (pick(hu, index, grid, _POINTS) * at).sum(axis=0) / np.maximum(
        at.sum(axis=0), 1.0
    )
    return there, mean


def _find_top(body: Mask) -> NDArray[np.int64]:
    """(a, b) highest index of each column, -1 where there is none."""
    size = body.shape[2]
    found: NDArray[np.int64] = size - 1 - body[..., ::-1].argmax(axis=2)
    return np.where(body.any(axis=2), found, -1)


def _find_bottom(body: Mask) -> NDArray[np.int64]:
    """(a, b) lowest index of each column, the size where there is none."""
    found: NDArray[np.int64] = body.argmax(axis=2)
    return np.where(body.any(axis=2), found, body.shape[2])


def _fill_gap(own: Mask, other: Mask, along_mm: float, *, up: bool) -> tuple[Mask, Mask]:
    """The disc between two bodies, and voxels of ``other`` that it takes where they touch."""
    low, high = (own, other) if up else (other, own)
    both = low.any(axis=2) & high.any(axis=2)
    top, bottom = _find_top(low), _find_bottom(high)
    gap = bottom - top - 1
    both &= (gap >= 0) & (gap * along_mm <= MOST_DISC_MM)
    # Labels that touch are no bone that has grown together: one voxel of disc parts them.
    touching = both & (gap == 0)
    if up:
        bottom = bottom + touching
    else:
        top = top - touching
    k = np.arange(own.shape[2])
    disc = both[..., None] & (k > top[..., None]) & (k < bottom[..., None])
    return disc, disc & other


def _lay_on(own: Mask, layers: int, *, up: bool) -> Mask:
    """A disc of even thickness on an end of the body."""
    end = _find_end(own, up=up)
    found = np.zeros_like(own)
    for step in range(1, layers + 1):
        if up:
            found[..., step:] |= end[..., :-step]
        else:
            found[..., :-step] |= end[..., step:]
    return found & ~own


def _find_end(body: Mask, *, up: bool) -> Mask:
    """The outermost voxel of each column that ends in the body's outer half."""
    where = np.nonzero(body)[2]
    last = _find_top(body) if up else _find_bottom(body)
    middle = where.min() + _FAR_SHARE * (where.max() - where.min())
    far = body.any(axis=2) & ((last >= middle) if up else (last <= middle))
    found: Mask = far[..., None] & (np.arange(body.shape[2]) == last[..., None])
    return found


def _measure_height(disc: Mask, along_mm: float) -> float:
    layers = disc.sum(axis=2)
    return float(np.median(layers[layers > 0]) * along_mm) if layers.any() else 0.0


def _find_inner(disc: Mask, grid: Grid, share: float) -> Mask:
    """Columns farthest from the disc's edge, ``share`` of all."""
    columns = np.pad(disc.any(axis=2), 1)
    away = scipy.ndimage.distance_transform_edt(columns, sampling=grid.spacing_mm[:2])[1:-1, 1:-1]
    found: Mask = away >= np.quantile(away[away > 0.0], 1.0 - share)
    return found & disc.any(axis=2)
