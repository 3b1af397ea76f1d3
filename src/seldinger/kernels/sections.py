"""Sections: rays in a plane across a vessel, from its middle to its wall."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import inlined, serial

Floats = NDArray[np.float64]

HALF = 0.5
"""The wall lies where the mask is half filled."""


@inlined
def _filled(cells: NDArray[np.uint8], x: float, y: float, z: float) -> float:
    """How much of a place the mask fills, between voxel centres; nothing beyond the lattice."""
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    ni, nj, nk = cells.shape
    if i < 0 or j < 0 or k < 0 or i >= ni - 1 or j >= nj - 1 or k >= nk - 1:
        return 0.0
    a, b, c = x - i, y - j, z - k
    low = (cells[i, j, k] * (1 - c) + cells[i, j, k + 1] * c) * (1 - b) + (
        cells[i, j + 1, k] * (1 - c) + cells[i, j + 1, k + 1] * c
    ) * b
    high = (cells[i + 1, j, k] * (1 - c) + cells[i + 1, j, k + 1] * c) * (1 - b) + (
        cells[i + 1, j + 1, k] * (1 - c) + cells[i + 1, j + 1, k + 1] * c
    ) * b
    filled: float = low * (1 - a) + high * a
    return filled


@serial
def cast(
    cells: NDArray[np.uint8],
    middles: Floats,
    first: Floats,
    second: Floats,
    reach: Floats,
    step: float,
    turns: Floats,
    out: Floats,
) -> None:
    """Distance from each middle to where the mask is half filled, along rays of its plane.

    Args:
        cells: (i, j, k) 1 in the mask.
        middles: (n, 3) in voxels.
        first: (n, 3) one axis of each plane, in voxels per mm of it.
        second: (n, 3) the other.
        reach: (n,) mm; what is farther counts as that far.
        step: mm between samples of a ray.
        turns: (m, 2) cosine and sine of each ray.
        out: (n, m) mm; 0 where the middle lies outside.
    """  # fmt: skip
    for n in range(middles.shape[0]):
        x, y, z = middles[n, 0], middles[n, 1], middles[n, 2]
        here = _filled(cells, x, y, z)
        for m in range(turns.shape[0]):
            dx = turns[m, 0] * first[n, 0] + turns[m, 1] * second[n, 0]
            dy = turns[m, 0] * first[n, 1] + turns[m, 1] * second[n, 1]
            dz = turns[m, 0] * first[n, 2] + turns[m, 1] * second[n, 2]
            before = here
            out[n, m] = 0.0 if here < HALF else reach[n]
            far = 0.0
            while before >= HALF and far < reach[n]:
                far += step
                now = _filled(cells, x + far * dx, y + far * dy, z + far * dz)
                if now < HALF:
                    out[n, m] = min(reach[n], far - step * (HALF - now) / (before - now))
                before = now


@serial
def nearest_outside(
    cells: NDArray[np.uint8], places: NDArray[np.int64], spacing: Floats, out: Floats
) -> None:
    """Distance from voxels of the mask to the nearest centre outside it; the lattice ends outside.

    Args:
        cells: (i, j, k) 1 in the mask.
        places: (n, 3) voxels.
        spacing: (3,) mm.
        out: (n,) mm.
    """
    ni, nj, nk = cells.shape
    for n in range(places.shape[0]):
        i, j, k = places[n, 0], places[n, 1], places[n, 2]
        best = np.inf
        least = min(spacing[0], spacing[1], spacing[2])
        shell = 1
        while (shell * least) ** 2 < best:
            for a in range(i - shell, i + shell + 1):
                on_i = abs(a - i) == shell
                for b in range(j - shell, j + shell + 1):
                    on_j = abs(b - j) == shell
                    jump = 1 if on_i or on_j else 2 * shell
                    for c in range(k - shell, k + shell + 1, jump):
                        inside = 0 <= a < ni and 0 <= b < nj and 0 <= c < nk
                        if inside and cells[a, b, c]:
                            continue
                        d = (
                            ((a - i) * spacing[0]) ** 2
                            + ((b - j) * spacing[1]) ** 2
                            + ((c - k) * spacing[2]) ** 2
                        )
                        best = min(best, d)
            shell += 1
        out[n] = np.sqrt(best)
