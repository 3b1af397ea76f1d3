"""Levels: a field whose zero is the edge of a zone becomes distances to that edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import edt
import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points

_NEAR_CELLS = 1.5
_LEAST_SLOPE = 1e-6


def signed_mm(level: NDArray[np.float32], spacing_mm: float) -> NDArray[np.float32]:
    """Distance to the zero of ``level``, positive where it is, (i, j, k) float32.

    Near the edge it is read between the cells from the level and its slope; further away it is the
    Euclidean distance between cells, half a cell less.

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
    slope = np.sqrt(sum(g * g for g in np.gradient(level, spacing_mm)))
    near = level / np.maximum(slope, _LEAST_SLOPE)
    close = np.abs(far) < _NEAR_CELLS * spacing_mm
    believed = close & (np.abs(near) < (_NEAR_CELLS + 1.0) * spacing_mm)
    found: NDArray[np.float32] = np.where(believed, near, far).astype(np.float32)
    return found


def at(field: NDArray[np.float32], grid: Grid, points_lps_mm: Points) -> NDArray[np.float64]:
    """A field at points, (n, 3) LPS mm, between its cells; its nearest value outside, (n,)."""
    index = grid.to_index(points_lps_mm).T
    found: NDArray[np.float64] = ndimage.map_coordinates(
        field, index, order=1, mode="nearest", output=np.float64
    )
    return found


def axes_mm(zone: NDArray[np.bool_], spacing_mm: float) -> tuple[float, float, float]:
    """Longest, middle and shortest axis of the ellipsoid with a zone's second moments.

    The largest piece only; zero when nothing died.
    """
    marked, count = ndimage.label(zone)
    if count == 0:
        return (0.0, 0.0, 0.0)
    largest = int(np.argmax(np.bincount(marked.ravel())[1:])) + 1
    points = np.argwhere(marked == largest) * spacing_mm
    if len(points) == 1:
        return (spacing_mm,) * 3
    spread = np.cov(points.T) + np.eye(3) * spacing_mm**2 / 12.0
    # A solid ellipsoid's variance along an axis is a fifth of its squared half-axis.
    long, middle, short = 2.0 * np.sqrt(5.0 * np.sort(np.linalg.eigvalsh(spread))[::-1])
    return float(long), float(middle), float(short)
