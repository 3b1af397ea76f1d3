"""Dose rays: energy of voxels spread along straight rays by water-equivalent distance.

Along each ray a voxel gets what a point kernel leaves between the water-equivalent distances at
which the ray enters and leaves it. So nothing is lost that does not leave the lattice, and density
counts between source and target as well as in the target. The plain twin is ``dose_rays_plain``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.dose_electron import draw, start
from seldinger.kernels.jit import kernel, prange, serial

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Numbers = NDArray[np.int64]


@serial
def inside_share(reach: float, inverse_mm: float, below: Floats) -> Any:
    """Share of the energy nearer than ``reach``.

    Args:
        reach: mm of water.
        inverse_mm: entries of ``below`` in a mm.
        below: (m,) share nearer than each entry's distance; the first is nothing.
    """
    at = reach * inverse_mm
    k = int(at)
    if k >= below.size - 1:
        return below[below.size - 1]
    return below[k] + (at - k) * (below[k + 1] - below[k])


@serial
def first_face(x: float, u: float, side: float) -> tuple[float, float, int]:
    """Along one axis: way to the first face, way from face to face, and the step in voxels.

    Args:
        x: place in the voxel, mm from its lower face.
        u: component of the direction.
        side: of the voxel.
    """
    if u > 0.0:
        return (side - x) / u, side / u, 1
    if u < 0.0:
        return -x / u, -side / u, -1
    return 1e9, 0.0, 0


@serial
def cast(
    x: Floats,
    u: Floats,
    cell: Numbers,
    energy: float,
    inverse_mm: float,
    below: Floats,
    density: Singles,
    spacing: Floats,
    tally: Floats,
) -> float:
    """Spread ``energy`` along one ray; what is carried out of the lattice.

    Args:
        x: (3,) start in mm from the lower corner of its voxel.
        u: (3,) direction.
        cell: (3,) its voxel.
        energy: of the ray.
        inverse_mm: entries of ``below`` in a mm.
        below: (m,) share nearer than each entry's distance.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.
        tally: (i, j, k) grows.
    """
    ti, di, si = first_face(x[0], u[0], spacing[0])
    tj, dj, sj = first_face(x[1], u[1], spacing[1])
    tk, dk, sk = first_face(x[2], u[2], spacing[2])
    i, j, k = cell[0], cell[1], cell[2]
    at, gone, before, last = 0.0, 0.0, 0.0, below[below.size - 1]
    while before < last:
        near = min(ti, tj, tk)
        gone += (near - at) * float(density[i, j, k])
        at = near
        after = inside_share(gone, inverse_mm, below)
        tally[i, j, k] += energy * (after - before)
        before = after
        if ti <= near:
            i, ti = i + si, ti + di
            if i < 0 or i >= density.shape[0]:
                break
        elif tj <= near:
            j, tj = j + sj, tj + dj
            if j < 0 or j >= density.shape[1]:
                break
        else:
            k, tk = k + sk, tk + dk
            if k < 0 or k >= density.shape[2]:
                break
    return float(energy * (last - before))


@kernel
def spread_along_rays(
    seed: int,
    voxels: Numbers,
    energy: Floats,
    rays: Floats,
    inverse_mm: float,
    below: Floats,
    density: Singles,
    spacing: Floats,
    tally: Floats,
    carried: Floats,
) -> None:
    """Spread the energy of ``voxels`` in lanes that threads share.

    Every voxel turns the rays about the third axis and shifts their starts by chance of its own.

    Args:
        seed: of the run.
        voxels: (n, 3).
        energy: (n,) of each.
        rays: (r, 6) directions and starts as shares of a voxel.
        inverse_mm: entries of ``below`` in a mm.
        below: (m,) share nearer than each entry's distance.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.
        tally: (lanes, i, j, k) grows.
        carried: (lanes,) out of the lattice, grows.
    """
    lanes = tally.shape[0]
    for lane in prange(lanes):
        state = np.empty(1, np.uint64)
        x, u, shift = np.empty(3), np.empty(3), np.empty(3)
        cell = np.empty(3, np.int64)
        for n in range(lane, voxels.shape[0], lanes):
            start(seed, n, state)
            angle = 2.0 * math.pi * draw(state)
            cosine, sine = math.cos(angle), math.sin(angle)
            for k in range(3):
                shift[k] = draw(state)
            share = energy[n] / rays.shape[0]
            for r in range(rays.shape[0]):
                u[0] = cosine * rays[r, 0] - sine * rays[r, 1]
                u[1] = sine * rays[r, 0] + cosine * rays[r, 1]
                u[2] = rays[r, 2]
                for k in range(3):
                    cell[k] = voxels[n, k]
                    part = rays[r, 3 + k] + shift[k]
                    x[k] = (part - math.floor(part)) * spacing[k]
                carried[lane] += cast(
                    x, u, cell, share, inverse_mm, below, density, spacing, tally[lane]
                )
