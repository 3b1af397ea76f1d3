"""Plain twin of ``dose_rays``: each ray cut at all faces at once; to be read."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.dose_electron_plain import Stream

Floats = NDArray[np.float64]


def _cast(
    x: Floats, u: Floats, inverse_mm: float, below: Floats, density: NDArray[np.float32],
    spacing: Floats,
) -> tuple[NDArray[np.int64], Floats]:  # fmt: skip
    """Voxels that a ray crosses, (n, 3), and the share of its energy in each, (n,)."""
    size = np.array(density.shape)
    cuts = [(np.arange(size[k] + 1) * spacing[k] - x[k]) / u[k] for k in range(3) if u[k] != 0.0]
    t = np.unique(np.concatenate([np.zeros(1), *cuts]))
    t = t[t >= 0.0]
    cells = np.floor((x + 0.5 * (t[1:] + t[:-1])[:, None] * u) / spacing).astype(np.int64)
    inside = ((cells >= 0) & (cells < size)).all(axis=1)
    cells = cells[inside]
    weights = np.diff(t)[inside] * density[tuple(cells.T)]
    reach = np.concatenate([[0.0], np.cumsum(weights)])
    shares = np.diff(np.interp(reach * inverse_mm, np.arange(len(below)), below))
    return cells, shares


def spread_along_rays(
    seed: int, voxels: NDArray[np.int64], energy: Floats, rays: Floats, inverse_mm: float,
    below: Floats, density: NDArray[np.float32], spacing: Floats, tally: Floats, carried: Floats,
) -> None:  # fmt: skip
    """Twin of ``dose_rays.spread_along_rays``."""
    for n, voxel in enumerate(voxels):
        lane = n % len(tally)
        stream = Stream(seed, n)
        angle = 2.0 * math.pi * stream.draw()
        turned = np.array([
            [math.cos(angle), -math.sin(angle), 0.0], [math.sin(angle), math.cos(angle), 0.0],
            [0.0, 0.0, 1.0],
        ])  # fmt: skip
        shift = np.array([stream.draw() for _ in range(3)])
        for ray in rays:
            x = (voxel + (ray[3:] + shift) % 1.0) * spacing
            cells, shares = _cast(x, turned @ ray[:3], inverse_mm, below, density, spacing)
            each = energy[n] / len(rays)
            np.add.at(tally[lane], tuple(cells.T), each * shares)
            carried[lane] += each * (below[-1] - shares.sum())
