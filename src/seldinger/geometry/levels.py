"""Levels: a field whose zero is the edge of a zone becomes distances to that edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import edt
import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points

_BAND_MM = 20.0
"""Within this of the edge distances are read between the cells; further away between cells."""
_FACE = 0.5
"""So far aside of its place, in cells, a plane is believed."""
_TINY = 1e-12


def signed_distance_mm(level: NDArray[np.float32], spacing_mm: float) -> NDArray[np.float32]:
    """Distance to the zero of ``level``, positive where it is, (i, j, k) float32.

    Where a level changes its sign between two neighbours, the edge is read between them by their
    values; the distance is the one to the plane through the nearest of these places, or to the
    place itself where the plane has left it. Far away it is the distance between cells, half a
    cell less.

    Args:
        level: (i, j, k), positive inside; cubic cells.
        spacing_mm: edge of a cell.
    """
    inside = level > 0.0
    apart = {"anisotropy": (spacing_mm,) * 3, "black_border": False, "order": "C", "parallel": 2}
    if not inside.any():
        return np.full(level.shape, -spacing_mm * max(level.shape), dtype=np.float32)
    half = 0.5 * spacing_mm
    far = np.where(inside, edt.edt(inside, **apart) - half, half - edt.edt(~inside, **apart))
    place, normal = _edge(level, inside)
    close = np.abs(far) < _BAND_MM
    if len(place):
        cells = np.argwhere(close).astype(np.float64)
        _, nearest = scipy.spatial.cKDTree(place).query(cells)
        away = place[nearest] - cells
        along = np.abs(np.einsum("ij,ij->i", away, normal[nearest]))
        straight = np.linalg.norm(away, axis=1)
        # A plane is right beside its own place, the place itself from further away.
        aside = np.sqrt(np.maximum(straight**2 - along**2, 0.0))
        reach = np.hypot(along, np.maximum(aside - _FACE, 0.0))
        far[close] = np.where(inside[close], reach, -reach) * spacing_mm
    found: NDArray[np.float32] = far.astype(np.float32)
    return found


def _edge(
    level: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where a level crosses zero between neighbours: (n, 3) places in cells, unit normals."""
    slopes = np.stack(list(np.gradient(level)), axis=-1)
    places, normals = [], []
    for axis in range(3):
        low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        high = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        cells = np.argwhere(inside[low] != inside[high])
        one, other = level[low][tuple(cells.T)], level[high][tuple(cells.T)]
        share = (one / np.where(one == other, 1.0, one - other)).astype(np.float64)
        place = cells.astype(np.float64)
        place[:, axis] += share
        slope = (1.0 - share)[:, None] * slopes[low][tuple(cells.T)]
        slope += share[:, None] * slopes[high][tuple(cells.T)]
        places.append(place)
        normals.append(slope / np.maximum(np.linalg.norm(slope, axis=1), _TINY)[:, None])
    return np.concatenate(places), np.concatenate(normals)


def sample_field(
    field: NDArray[np.float32], grid: Grid, points_lps_mm: Points
) -> NDArray[np.float64]:
    """A field at points, (n, 3) LPS mm, between its cells; its nearest value outside, (n,)."""
    index = grid.to_index(points_lps_mm).T
    values: NDArray[np.float64] = scipy.ndimage.map_coordinates(
        field, index, order=1, mode="nearest", output=np.float64
    )
    return values


def principal_axes_mm(level: NDArray[np.float32], spacing_mm: float) -> tuple[float, float, float]:
    """Lengths of a zone along its principal axes: longest, middle and shortest.

    They are what a caliper with jaws across each axis reads, from the zone's outermost place on one
    side to that on the other; the edge is read between the cells. The axes are those of the second
    moments. The largest piece only; zero when nothing died.

    Args:
        level: (i, j, k), positive where the zone is; cubic cells.
        spacing_mm: edge of a cell.
    """
    inside = level > 0.0
    marked, count = scipy.ndimage.label(inside)
    if count == 0:
        return (0.0, 0.0, 0.0)
    piece = marked == int(np.argmax(np.bincount(marked.ravel())[1:])) + 1
    cells = np.argwhere(piece).astype(np.float64)
    # The other pieces are turned to what lies around them.
    places, _ = _edge(np.where(inside & ~piece, -level, level), piece)
    spread = np.cov(cells.T) if len(cells) > 1 else np.eye(3)
    _, axes = np.linalg.eigh(spread)
    # Cells as well: where the block cuts a zone there is no edge.
    along = np.concatenate([cells, places]) @ axes
    short, middle, long = np.sort(np.ptp(along, axis=0)) * spacing_mm
    return float(long), float(middle), float(short)
