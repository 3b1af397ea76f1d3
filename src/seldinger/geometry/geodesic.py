"""Geodesic: how far it is inside a mask from the nearest of many places, and which that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.geometry.morphology import bounding_box
from seldinger.kernels.geodesic import NOBODY, OWNER, spread_from_seeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

_MOST_BUCKETS = 1_000_000
_ROOM = 4.0
"""Ways round corners are that many times longer than straight ones before order is lost."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """What is reached from where.

    Attributes:
        place: (i, j, k) number of the place that each voxel of the mask is reached from; -1 outside
            of it, and where no way inside the mask leads.
        length_mm: (i, j, k) of that way; infinite where there is none.
    """

    place: NDArray[np.int32]
    length_mm: NDArray[np.float32]

    __repr__ = short_repr


def reach_from(
    mask: Mask, grid: Grid, places_lps_mm: Points, weights: NDArray[np.float64] | None = None
) -> Reached:
    """The nearest of some places to every voxel of a mask, by ways inside the mask.

    A place beside the mask is joined to the nearest voxel of it, straight.

    Args:
        mask: (i, j, k), at least one voxel.
        grid: of the mask.
        places_lps_mm: (s, 3), at least one.
        weights: (s,) above 0: what a millimetre from each place costs; None: all the same.

    Raises:
        ValueError: no voxel, no place, or a weight that is not above 0.
    """
    from scipy.spatial import cKDTree  # it opens only where something is parted

    if not mask.any() or not len(places_lps_mm):
        raise ValueError("a mask without a voxel, or no place, reaches nothing: give some")
    cost = np.ones(len(places_lps_mm)) if weights is None else np.asarray(weights, np.float64)
    if cost.shape != (len(places_lps_mm),) or not (np.isfinite(cost) & (cost > 0.0)).all():
        raise ValueError("a weight for each place is needed, finite and above 0")
    box = bounding_box(mask, 0.0, 1.0)
    inside = np.pad(mask[box], 1)
    low = np.array([side.start for side in box], dtype=np.float64) - 1.0
    places = grid.to_index(np.asarray(places_lps_mm, dtype=np.float64)) - low
    spacing = np.array(grid.spacing_mm, dtype=np.float64)
    cells = np.rint(places).astype(np.int64)
    held: Mask = np.logical_and.reduce((cells >= 0) & (cells < inside.shape), axis=1)
    held[held] = inside[tuple(cells[held].T)]
    if not held.all():
        voxels = np.argwhere(_find_surface(inside))
        _, near = cKDTree(voxels * spacing).query(places[~held] * spacing)
        cells[~held] = voxels[near]
    shape = np.array(inside.shape, dtype=np.int64)
    first = np.ravel_multi_index(tuple(cells.T), inside.shape).astype(np.int64)
    owner, length = _spread(inside, shape, spacing, places, first, cost)
    place = np.full(mask.shape, NOBODY, dtype=np.int32)
    away = np.full(mask.shape, np.inf, dtype=np.float32)
    core = (slice(1, -1),) * 3
    place[box], away[box] = owner[core], length[core]
    return Reached(place, away)


def _find_surface(inside: Mask) -> Mask:
    """Voxels with a face outside of the mask, which has an empty rim."""
    deep = inside.copy()
    for axis in range(3):
        for step in (-1, 1):
            deep &= np.roll(inside, step, axis)
    surface: Mask = inside & ~deep
    return surface


def _spread(
    inside: Mask,
    shape: NDArray[np.int64],
    spacing: NDArray[np.float64],
    places: NDArray[np.float64],
    first: NDArray[np.int64],
    cost: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Memory for the kernel, and what it finds."""
    width = float(spacing.min() * cost.min())
    most = _ROOM * float(np.linalg.norm(shape * spacing) * cost.max())
    # The last two are for what costs more than that, in any order.
    heads = np.full(min(int(most / width) + 2, _MOST_BUCKETS), NOBODY, dtype=np.int32)
    links = np.full((3, inside.size), NOBODY, dtype=np.int32)
    found = np.full((2, inside.size), NOBODY, dtype=np.int32)
    length = np.full(inside.size, np.inf)
    spread_from_seeds(
        inside.ravel(), shape, spacing, places, first, cost, width, heads, links, found, length
    )
    return found[OWNER].reshape(inside.shape), length.reshape(inside.shape)
