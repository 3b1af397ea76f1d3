"""Sampling: values of one lattice as means over the voxels of another, in any direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid

    Floats = NDArray[np.float64]


def list_points(grid: Grid, count: int) -> Floats:
    """(count^3 * voxels, 3) LPS mm of points within each voxel."""
    steps = (np.arange(count) + 0.5) / count - 0.5
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    places: Floats = grid.to_lps((offsets[:, None] + index.reshape(1, -1, 3)).reshape(-1, 3))
    return places


def pick(values: NDArray[Any], index: Floats, grid: Grid, count: int) -> NDArray[Any]:
    """(count^3, a, b, c) of the nearest voxels; 0 outside.

    Args:
        values: (i, j, k) on their own lattice.
        index: (count^3 * voxels, 3) places on that lattice, of ``list_points`` of ``grid``.
        grid: (a, b, c) voxels.
        count: of points along each edge.
    """
    near = np.floor(index + 0.5 + 1e-6).astype(np.int64)
    inside = ((near >= 0) & (near < np.array(values.shape))).all(axis=1)
    held = np.clip(near, 0, np.array(values.shape) - 1)
    found = values[held[:, 0], held[:, 1], held[:, 2]] * inside
    return np.asarray(found).reshape(count**3, *grid.shape)
