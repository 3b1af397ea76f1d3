"""Measure: how large a zone is, between the cells: its volume, and its axes along a needle.

A field is taken as linear between cell centres. Volumes count points within the cells that the
level crosses; axes run between the points where the level crosses the lattice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from seldinger.core.space import tangents, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask

_FINE = 4
"""Points per edge of a cell that the level crosses."""
_BREADTHS = 36
"""Directions across the axis in which a zone is measured: every 5 degrees."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From where and along what a zone is measured.

    Attributes:
        name: of the probe, source or body that it belongs to.
        tip_lps_mm: its working end, or its centre.
        axis_lps: from the tip towards the hub.
    """

    name: str
    tip_lps_mm: Vector
    axis_lps: Vector


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as it was measured; what the edge of the grid cuts is not known.

    Attributes:
        volume_ml: between the cells; only what the grid holds.
        parts: how many separate pieces.
        cut: whether the zone reaches the edge of the grid.
        width_mm: across the axis, mean of all directions.
        least_width_mm, most_width_mm: the narrowest and the widest.
        length_mm: along the axis.
        beyond_tip_mm: from the tip onwards, away from the hub.
        centre_behind_tip_mm: from the tip back to the middle of its length.
    """

    volume_ml: float
    parts: int
    cut: bool
    width_mm: float | None = None
    least_width_mm: float | None = None
    most_width_mm: float | None = None
    length_mm: float | None = None
    beyond_tip_mm: float | None = None
    centre_behind_tip_mm: float | None = None


def measure_zone(excess: NDArray[Any], grid: Grid, axis: Axis) -> Zone:
    """Measure where ``excess`` is zero or more.

    Args:
        excess: (i, j, k), how far each cell is beyond the level; finite.
        grid: aligned, cubic cells.
        axis: along what.
    """
    field = np.asarray(excess, dtype=np.float64)
    inside = field >= 0.0
    if not inside.any():
        return Zone(0.0, 0, cut=False)
    cut = _cut(inside)
    parts = int(ndimage.label(inside)[1])
    volume = _volume_cells(field, inside) * grid.voxel_ml
    points = _crossings(field, grid)
    if not len(points):
        return Zone(volume, parts, cut)
    hub = unit(np.asarray(axis.axis_lps))
    along = (points - np.asarray(axis.tip_lps_mm)) @ hub
    beyond = float(-along.min())
    if cut:
        known = _ends_inside(inside, hub)
        return Zone(volume, parts, cut, beyond_tip_mm=beyond if known else None)
    widths = _breadths(points, hub)
    length = float(along.max()) + beyond
    return Zone(
        volume_ml=volume,
        parts=parts,
        cut=cut,
        width_mm=float(widths.mean()),
        least_width_mm=float(widths.min()),
        most_width_mm=float(widths.max()),
        length_mm=length,
        beyond_tip_mm=beyond,
        centre_behind_tip_mm=0.5 * length - beyond,
    )


def _cut(inside: Mask) -> bool:
    return any(bool(np.take(inside, n, axis).any()) for axis in range(3) for n in (0, -1))


def _ends_inside(inside: Mask, hub: Points) -> bool:
    """Whether a cut zone still ends inside the grid on the side away from the hub."""
    axis = int(np.argmax(np.abs(hub)))
    return not bool(np.take(inside, 0 if hub[axis] > 0.0 else -1, axis).any())


def _volume_cells(field: NDArray[np.float64], inside: Mask) -> float:
    """How many cells a zone fills."""
    around = np.ones((3, 3, 3), dtype=bool)
    full = ndimage.binary_erosion(inside, around, border_value=1)
    crossed = np.argwhere(ndimage.binary_dilation(inside, around) & ~full)
    steps = (np.arange(_FINE) + 0.5) / _FINE - 0.5
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    part = 0
    for offset in offsets:
        value = ndimage.map_coordinates(field, (crossed + offset).T, order=1, mode="nearest")
        part += int(np.count_nonzero(value >= 0.0))
    return float(np.count_nonzero(full)) + part / len(offsets)


def _crossings(field: NDArray[np.float64], grid: Grid) -> Points:
    """Where the level crosses the lattice between neighbouring centres, (n, 3) LPS mm."""
    found = []
    for axis in range(3):
        along = np.moveaxis(field, axis, 0)
        first, second = along[:-1], along[1:]
        at = np.argwhere((first >= 0.0) != (second >= 0.0))
        a, b = first[tuple(at.T)], second[tuple(at.T)]
        place = at.astype(np.float64)
        place[:, 0] += a / (a - b)
        others = [n for n in range(3) if n != axis]
        index = np.empty_like(place)
        index[:, axis], index[:, others] = place[:, 0], place[:, 1:]
        found.append(index)
    return grid.to_lps(np.concatenate(found))


def _breadths(points: Points, hub: Points) -> NDArray[np.float64]:
    """Extent of points in every direction across the axis, mm."""
    first, second = tangents(hub)
    angles = np.pi * np.arange(_BREADTHS) / _BREADTHS
    across = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second
    reach = points @ across.T
    widths: NDArray[np.float64] = reach.max(axis=0) - reach.min(axis=0)
    return widths
