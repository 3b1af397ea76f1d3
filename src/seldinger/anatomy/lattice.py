"""The planning lattice: cubes along the patient's axes; image and labels brought onto it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDING = 1e-6


def make_planning_grid(grid: Grid, voxel_mm: float) -> Grid:
    """The aligned lattice of ``voxel_mm`` cubes that covers ``grid`` and shares its centre."""
    corners = np.array(list(product(*[(-0.5, n - 0.5) for n in grid.shape])))
    points = grid.to_lps(corners)
    low, high = points.min(axis=0), points.max(axis=0)
    shape = np.maximum(1, np.floor((high - low) / voxel_mm + _ROUNDING).astype(int))
    origin = (low + high) / 2.0 - (shape - 1) / 2.0 * voxel_mm
    return Grid.aligned(shape.tolist(), voxel_mm, origin.tolist())


def resample_image(volume: Volume, grid: Grid, fill: float) -> NDArray[np.float32]:
    """``volume`` on ``grid`` by linear interpolation, float32; ``fill`` outside it."""
    values = np.ascontiguousarray(volume.values, dtype=np.float32)
    if volume.grid.matches(grid):
        return values.copy()
    return resample_volume(Volume(values, volume.grid, volume.unit), grid, 1, fill).values


def resample_labels(values: NDArray[Any], source: Grid, grid: Grid) -> NDArray[Any]:
    """``values``, (i, j, k) on ``source``, on ``grid``: nearest neighbour, 0 outside."""
    if source.matches(grid):
        return values
    whole = values.astype(np.uint8) if values.dtype == bool else values
    moved: NDArray[Any] = resample_volume(Volume(whole, source, "1"), grid, 0, 0).values
    return moved.astype(values.dtype, copy=False)
