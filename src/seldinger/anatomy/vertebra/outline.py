"""Outline: one vertebra on a lattice along its own axes, told apart in canal, body and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vertebra.canal import find_canal, find_span
from seldinger.core.space import Grid, as_vector, unit
from seldinger.geometry.morphology import dilate, distance_mm, keep_touched, open_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.canal import Canal
    from seldinger.anatomy.vertebra.spine import Shape
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

_MARGIN_MM = 4.0
_PROCESS_MM = 4.0
"""What is thinner than twice this in front of the canal is a process beside the body."""
_CONCAVE_MM = 2.0
"""So far behind its middle the back wall may lie at its sides, half of which is taken."""
_MIDDLE_MM = 4.0
_STRAY_MM = 3.0
"""Farther from the straight back wall than this a section's end is something else."""
_DEPTH_MM = 14.0
_LEAST_PROCESS_MM = 1.5
_END_SHARE = 0.2
"""Of the height, at either end, where no process leaves the body."""
_WAIST_MM = 1.5
_FRONT = 35.0
"""Percent of the depth, from the front, where no process leaves the body."""
_LEAST_SECTIONS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A vertebra along its own axes: index (i, j, k) runs left, back, up.

    Attributes:
        grid: isotropic, turned.
        axes: (3, 3), rows left, back, up in LPS.
        depth_mm: (i, j, k) signed distance of the label, positive inside.
        bone, body: (i, j, k) bool.
        canal: None where none shows.
        wall: (i, k) index along j where the body ends.
        back_line: (k,) index along j of the body's back near the midline.
        centre: index of the body's middle, (3,).
    """

    grid: Grid
    axes: Points
    depth_mm: NDArray[np.float32]
    bone: Mask
    body: Mask
    canal: Canal | None
    wall: NDArray[np.float64]
    back_line: NDArray[np.float64]
    centre: Points

    @property
    def voxel_mm(self) -> float:
        """Edge of a voxel."""
        return self.grid.spacing_mm[0]


def turn_axes(up: Points, back: Points) -> Points:
    """Rows left, back, up, (3, 3), orthonormal; ``up`` is kept."""
    high = unit(up)
    rear = unit(back - (back @ high) * high)
    return np.stack([np.cross(rear, high), rear, high])


def draw_outline(
    shape: Shape, cord: Shape | None, axes: Points, voxel_mm: float, *, with_canal: bool = True
) -> Outline:
    """A label along ``axes``, (3, 3) rows left, back, up, with its canal and body.

    Args:
        shape: the label.
        cord: that of the cord or the canal; None without one.
        axes: (3, 3), orthonormal rows in LPS.
        voxel_mm: edge of the outline's voxels.
        with_canal: without it the body is told all the same, by its own back.
    """
    grid = _lay(shape, axes, voxel_mm)
    depth = shape.sample(grid)
    bone: Mask = depth > 0.0
    seed = grid.to_index(shape.centre_lps_mm)
    marrow = None if cord is None else cord.sample_mask(grid)
    back = _find_back_line(bone, seed, voxel_mm)
    coarsest = max(shape.grid.spacing_mm)
    canal = find_canal(bone, seed, marrow, back, voxel_mm, coarsest) if with_canal else None
    wall = _find_wall(canal, back, bone, seed, voxel_mm)
    body = _find_body(bone, wall, seed, voxel_mm)
    if not shape.body_cut:
        body = _cut_wings(body, voxel_mm)
    centre = np.argwhere(body).mean(axis=0) if body.any() else seed
    return Outline(grid, axes, depth, bone, body, canal, wall, back, centre)


def _lay(shape: Shape, axes: Points, voxel_mm: float) -> Grid:
    points = shape.points_lps_mm @ axes.T
    low, high = points.min(axis=0) - _MARGIN_MM, points.max(axis=0) + _MARGIN_MM
    size = np.ceil((high - low) / voxel_mm).astype(int) + 1
    affine = np.eye(4)
    affine[:3, :3] = axes.T * voxel_mm
    affine[:3, 3] = axes.T @ low
    return Grid((int(size[0]), int(size[1]), int(size[2])), affine)


def _find_back_line(bone: Mask, seed: Points, voxel_mm: float) -> NDArray[np.float64]:
    """Index along j where the body ends near the midline, (k,): as its bone shows it, smooth."""
    i, j, _ = np.clip(np.rint(seed).astype(int), 0, np.array(bone.shape) - 1)
    near = max(1, round(_MIDDLE_MM / voxel_mm))
    rows = bone[max(0, i - near) : i + near + 1, j:]
    solid = rows.all(axis=1)
    ends = np.where(solid, rows.shape[1], (~rows).argmax(axis=1)).astype(np.float64)
    ends = np.where(rows[:, 0], ends + j - 0.5, np.nan)
    low, high = find_span(bone, seed)
    trim = round(0.15 * (high - low))
    heights = np.arange(low + trim, high - trim + 1)
    usual = np.array([_median(ends[:, n]) for n in heights])
    seen = np.isfinite(usual)
    every = np.arange(bone.shape[2], dtype=np.float64)
    if seen.sum() < 4:  # noqa: PLR2004  no line through fewer
        return np.full(every.shape, float(j) + _DEPTH_MM / voxel_mm)
    slope, offset, _, _ = scipy.stats.theilslopes(usual[seen], heights[seen])
    line = offset + slope * every
    known = seen & (np.abs(usual - line[heights]) <= _STRAY_MM / voxel_mm)
    if not known.any():
        return np.asarray(line, dtype=np.float64)
    away = np.interp(every, heights[known], (usual - line[heights])[known])
    found: NDArray[np.float64] = line + scipy.ndimage.median_filter(away, 5, mode="nearest")
    return found


def _median(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else np.nan


def _find_wall(
    canal: Canal | None, back_line: NDArray[np.float64], bone: Mask, seed: Points, voxel_mm: float
) -> NDArray[np.float64]:
    """Index along j, (i, k), where the body ends: at the canal, and level with it beside it.

    In front of the canal all bone belongs to the body, a fragment pushed back as well.
    """
    wall = np.repeat(back_line[None, :] + 0.5 * _CONCAVE_MM / voxel_mm, bone.shape[0], axis=0)
    if canal is None:
        return wall
    j = int(np.clip(round(float(seed[1])), 0, bone.shape[1] - 1))
    rest = bone[:, j:]
    ends = np.where(rest.all(axis=1), rest.shape[1], (~rest).argmax(axis=1)) + j - 0.5
    across = np.flatnonzero(canal.sections.any(axis=(1, 2)))
    half = max(0.0, 0.35 * np.ptp(across))
    before = np.abs(np.arange(bone.shape[0]) - canal.centre[0]) <= half
    ahead = back_line[None, :] - _STRAY_MM / voxel_mm
    inside = before[:, None] & rest[:, 0] & (ends >= ahead) & (ends < canal.centre[1])
    return np.where(inside, ends, wall)


def _find_body(bone: Mask, wall: NDArray[np.float64], seed: Points, voxel_mm: float) -> Mask:
    """Bone in front of the wall without the processes beside it."""
    j = np.arange(bone.shape[1])[None, :, None]
    front: Mask = bone & (j <= wall[:, None, :])
    if not front.any():
        return front
    deepest = float(distance_mm(~front, voxel_mm).max())
    by_mm = max(_LEAST_PROCESS_MM, min(_PROCESS_MM, 0.6 * deepest))
    # Beyond the walls the body would go on: only what is thin sideways or upright is a process.
    padded = front | (bone & (j > wall[:, None, :]) & (j < wall[:, None, :] + 2 * by_mm / voxel_mm))
    core = open_mask(padded, by_mm, voxel_mm) & front
    if not core.any():
        core = front
    middle = np.zeros_like(front)
    a, b, c = np.clip(np.rint(seed).astype(int), 0, np.array(bone.shape) - 1)
    around = max(1, round(3.0 / voxel_mm))
    middle[tuple(slice(max(0, n - around), n + around + 1) for n in (a, b, c))] = True
    kept = keep_touched(core, middle)
    core = kept if kept.any() else core
    grown: Mask = dilate(core, 0.75 * by_mm + 0.5, voxel_mm) & front
    return keep_touched(grown, core)


def _cut_wings(body: Mask, voxel_mm: float) -> Mask:
    """A body without what stands out at its sides behind, farther than its own ends do.

    A body is waisted: where it is widest in the middle of its height a process as thick as the body
    is high leaves it, as at the fifth lumbar level. What is pushed back in the midline stays.
    """
    filled = np.flatnonzero(body.any(axis=(0, 1)))
    if filled.size < _LEAST_SECTIONS:
        return body
    low, high = int(filled[0]), int(filled[-1])
    share = max(2, round(_END_SHARE * (high - low)))
    outer = np.concatenate(
        [body[..., low : low + share], body[..., high - share + 1 : high + 1]], 2
    )
    ends: Mask = np.asarray(outer.any(axis=2))
    across, along = np.nonzero(ends)
    middle, half = float(np.median(across)), 0.25 * float(np.ptp(across))
    shadow = dilate(ends[..., None], _WAIST_MM, voxel_mm)[..., 0]
    i, j = np.indices(shadow.shape)
    open_ = shadow | (np.abs(i - middle) <= half) | (j <= float(np.percentile(along, _FRONT)))
    return keep_touched(body & open_[..., None], body & ends[..., None])


def middle_of(outline: Outline) -> tuple[float, float, float]:
    """Centroid of the body, LPS mm."""
    return as_vector(outline.grid.to_lps(outline.centre))
