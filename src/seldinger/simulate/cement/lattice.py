"""Lattice: the part of a vertebra that cement may reach, averaged into coarser or finer voxels.

Averages are by overlap of boxes: volumes are kept, and a symmetric body stays symmetric.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

Floats = NDArray[np.float64]
FINEST_MM, COARSEST_MM = 0.5, 3.0
_ROUNDING = 1e-9
HALF = 0.5 - _ROUNDING
"""A voxel belongs to what fills half of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Averager:
    """Carries fields of one grid to another around the same box.

    Attributes:
        grid: to which; aligned with LPS.
        box: of the source's voxels.
        weights: along each axis, (target, source) shares of a target voxel.
    """

    grid: Grid
    box: tuple[slice, slice, slice]
    weights: tuple[Floats, Floats, Floats]

    __repr__ = short_repr

    def mean(self, values: NDArray[np.generic]) -> Floats:
        """(a, b, c) means over each target voxel of what is told on the source's grid."""
        found = np.asarray(values[self.box], dtype=np.float64)
        for weights in self.weights:
            found = np.moveaxis(np.tensordot(weights, found, (1, 0)), 0, -1)
        return np.ascontiguousarray(found)


def make_averager(grid: Grid, inside: Mask, voxel_mm: float) -> Averager:
    """From ``grid`` to voxels of ``voxel_mm`` over the box of ``inside``, (a, b, c) on it.

    Raises:
        SimulationError: voxels that are too fine or too coarse, nothing inside, or a grid that is
            not aligned.
    """
    if not FINEST_MM <= voxel_mm <= COARSEST_MM:
        raise SimulationError(
            f"voxels of {voxel_mm:g} mm; allowed are {FINEST_MM:g} to {COARSEST_MM:g} mm: 1 mm "
            "for a plan, 2 mm for a preview"
        )
    if not inside.any() or not grid.is_aligned:
        raise SimulationError(
            f"a body of {int(inside.sum())} voxels on a grid that is "
            f"{'' if grid.is_aligned else 'not '}aligned: give at least one, on one that is"
        )
    spans = [np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    box = tuple(slice(int(span[0]), int(span[-1]) + 1) for span in spans)
    low = np.array([one.start for one in box])
    counts = np.array([one.stop - one.start for one in box])
    spacing = np.array(grid.spacing_mm)
    shape = [max(1, math.ceil(size / voxel_mm - _ROUNDING)) for size in counts * spacing]
    weights = tuple(
        _overlap(int(n), float(s), int(m), voxel_mm)
        for n, s, m in zip(counts, spacing, shape, strict=True)
    )
    middle = grid.to_lps(low + 0.5 * (counts - 1.0))
    origin = middle - 0.5 * voxel_mm * (np.array(shape) - 1.0)
    target = Grid.aligned(shape, voxel_mm, origin.tolist())
    return Averager(target, (box[0], box[1], box[2]), (weights[0], weights[1], weights[2]))


def _overlap(count: int, spacing: float, target: int, voxel: float) -> Floats:
    """(target, count) share of each target cell that a source cell fills; both are centred."""
    edges = (np.arange(count + 1) - 0.5 * count) * spacing
    faces = (np.arange(target + 1) - 0.5 * target) * voxel
    high = np.minimum(faces[1:, None], edges[None, 1:])
    low = np.maximum(faces[:-1, None], edges[None, :-1])
    found: Floats = np.maximum(high - low, 0.0) / voxel
    return found


def find_places(grid: Grid) -> Points:
    """(a, b, c, 3) LPS mm of a grid's voxels."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    found: Points = grid.to_lps(index.reshape(-1, 3)).reshape(*grid.shape, 3)
    return found
