"""Boxes: exact squared distances to a union of boxes (voxels with their extents), axis by axis.

The square of the distance to a box is a sum over its axes, so three sweeps along the axes give the
distance to the nearest of all boxes (Felzenszwalb and Huttenlocher, Theory of Computing 2012, with
voxels that have a width). Where the sweep is read need not be where the boxes lie.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import serial

Floats = NDArray[np.float32]
Places = NDArray[np.float64]

LARGEST = float(np.finfo(np.float32).max)
"""Above it is only what is infinite."""


@serial
def _envelope(
    line: Floats,
    edge_mm: float,
    width_mm: float,
    most: float,
    apex: Places,
    height: Places,
    start: Places,
) -> int:
    """Lower envelope of the parabolas, none above ``most``, on the faces of cells; how many."""
    cells = line.shape[0]
    count = 0
    for n in range(cells + 1):
        here = np.inf
        if n < cells:
            here = float(line[n])
        if n > 0:
            here = min(here, float(line[n - 1]))
        if here > most:
            continue
        x = edge_mm + n * width_mm
        begin = -np.inf
        while count > 0:
            p, q = apex[count - 1], height[count - 1]
            begin = (here + x * x - q - p * p) / (2.0 * (x - p))
            if begin > start[count - 1]:
                break
            count -= 1
            begin = -np.inf
        apex[count], height[count], start[count] = x, here, begin
        count += 1
    start[count] = np.inf
    return count


@serial
def sweep(
    values: Floats,
    first_mm: float,
    width_mm: float,
    places_mm: Places,
    cap_mm: float,
    out: Floats,
) -> None:
    """One sweep: ``out[l, m]`` is the least of ``values[l, n]`` plus squared distance to cell n.

    Args:
        values: (lines, cells) squared mm so far; infinite where there is nothing.
        first_mm: centre of cell 0 along the axis.
        width_mm: width of a cell.
        places_mm: (m,) ascending places along the axis where the sweep is read.
        cap_mm: distances beyond it need not be right: they are infinite, or above it.
        out: (lines, m).
    """
    most = min(cap_mm * cap_mm, LARGEST)
    lines, cells = values.shape
    apex = np.empty(cells + 1, dtype=np.float64)
    height = np.empty(cells + 1, dtype=np.float64)
    start = np.empty(cells + 2, dtype=np.float64)
    edge = first_mm - width_mm / 2.0
    for line in range(lines):
        if _envelope(values[line], edge, width_mm, most, apex, height, start) == 0:
            out[line, :] = np.inf
            continue
        k = 0
        for m in range(places_mm.shape[0]):
            x = places_mm[m]
            while start[k + 1] < x:
                k += 1
            best = (x - apex[k]) ** 2 + height[k]
            cell = int(np.floor((x - edge) / width_mm))
            if 0 <= cell < cells:
                best = min(best, float(values[line, cell]))
            out[line, m] = best


def sweep_plain(
    values: Floats, first_mm: float, width_mm: float, places_mm: Places
) -> NDArray[np.float64]:
    """Twin of ``sweep``: every place is compared with every cell, written to be read."""
    centres = first_mm + width_mm * np.arange(values.shape[1])
    beside = np.maximum(0.0, np.abs(places_mm[:, None] - centres) - width_mm / 2.0)
    least: NDArray[np.float64] = (values[:, None, :] + beside**2).min(axis=-1)
    return least
