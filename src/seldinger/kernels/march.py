"""March: what straight needles cross on their way, and how close they come to what they must miss.

Positions are index coordinates of one aligned, isotropic lattice (float32); lengths are
millimetres.
A ray starts at ``entry``, passes ``aim`` after ``depth`` and ends ``beyond`` further on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.kernels.jit import inlined, kernel, prange

Floats = NDArray[np.float32]
Classes = NDArray[np.uint8]
Counts = NDArray[np.int32]

COARSE = 12
"""Fine steps in one coarse step."""


@inlined
def _trilinear(field: Floats, x: Any, y: Any, z: Any) -> Any:
    """``field`` at an index position; outside the lattice its nearest value."""
    nx, ny, nz = field.shape
    x = min(max(x, np.float32(0.0)), np.float32(nx - 1))
    y = min(max(y, np.float32(0.0)), np.float32(ny - 1))
    z = min(max(z, np.float32(0.0)), np.float32(nz - 1))
    i, j, k = min(int(x), nx - 2), min(int(y), ny - 2), min(int(z), nz - 2)
    u, v, w = x - np.float32(i), y - np.float32(j), z - np.float32(k)
    unity = np.float32(1.0)
    low = (field[i, j, k] * (unity - w) + field[i, j, k + 1] * w) * (unity - v) + (
        field[i, j + 1, k] * (unity - w) + field[i, j + 1, k + 1] * w
    ) * v
    high = (field[i + 1, j, k] * (unity - w) + field[i + 1, j, k + 1] * w) * (unity - v) + (
        field[i + 1, j + 1, k] * (unity - w) + field[i + 1, j + 1, k + 1] * w
    ) * v
    return low * (unity - u) + high * u


@inlined
def _at(field: Floats, entries: Floats, aims: Floats, n: int, t: Any, shift: Any) -> Any:
    """``field`` at the fraction ``t`` of the way from entry to aim of ray ``n``."""
    return _trilinear(
        field,
        entries[n, 0] + t * (aims[n, 0] - entries[n, 0]),
        entries[n, 1] + t * (aims[n, 1] - entries[n, 1]),
        entries[n, 2] + t * (aims[n, 2] - entries[n, 2]) - shift,
    )


@kernel
def nearest_approach(
    entries: Floats,
    aims: Floats,
    beyond_mm: Floats,
    shifts: Floats,
    distances: Floats,
    spacing_mm: float,
    step_mm: float,
    far_mm: float,
    out: Floats,
) -> None:
    """Smallest value of a distance field along each ray, from entry to beyond the aim.

    The field changes by at most 1 mm per mm: between two samples ``a`` and ``b`` that lie ``c``
    apart it
    is nowhere below ``(a + b - c) / 2``. A coarse walk finds an upper bound; only stretches that
    could
    beat it are walked in fine steps.

    Args:
        entries: (n, 3) index coordinates.
        aims: (n, 3) index coordinates.
        beyond_mm: (n,) how far each ray goes on after its aim.
        shifts: (n,) how far the structure has moved along k, in voxels.
        distances: (i, j, k) distance to the structure, mm.
        spacing_mm: voxel edge.
        step_mm: fine step; the answer is at most half of it above the true minimum.
        far_mm: an answer above this says only that the truth is above it too.
        out: (n,) nearest approach, mm.
    """
    fine = np.float32(step_mm)
    half = np.float32(0.5)
    for n in prange(entries.shape[0]):
        dx = aims[n, 0] - entries[n, 0]
        dy = aims[n, 1] - entries[n, 1]
        dz = aims[n, 2] - entries[n, 2]
        depth = np.sqrt(dx * dx + dy * dy + dz * dz) * np.float32(spacing_mm)
        if depth == np.float32(0.0):
            out[n] = _at(distances, entries, aims, n, np.float32(0.0), shifts[n])
            continue
        total = depth + beyond_mm[n]
        stretches = max(1, int(total / (np.float32(COARSE) * fine)))
        c = total / np.float32(stretches)
        per_mm = np.float32(1.0) / depth
        best = np.float32(np.inf)
        for m in range(stretches + 1):
            t = np.float32(m) * c * per_mm
            best = min(best, _at(distances, entries, aims, n, t, shifts[n]))
        a = _at(distances, entries, aims, n, np.float32(0.0), shifts[n])
        for m in range(stretches):
            t = np.float32(m + 1) * c * per_mm
            b = _at(distances, entries, aims, n, t, shifts[n])
            if (a + b - c) * half < min(best - half * fine, np.float32(far_mm)):
                s = np.float32(m) * c + max(fine, a - best)
                while s < np.float32(m + 1) * c:
                    d = _at(distances, entries, aims, n, s * per_mm, shifts[n])
                    best = min(best, d)
                    s += max(fine, d - best)
            a = b
        out[n] = best


@kernel
def measure_crossings(
    entries: Floats,
    aims: Floats,
    classes: Classes,
    organ: int,
    spacing_mm: float,
    step_mm: float,
    lengths: Floats,
    first_organ_mm: Floats,
    organ_passes: Counts,
) -> None:
    """Millimetres of each tissue class on each ray, entry to aim.

    Args:
        entries: (n, 3) index coordinates.
        aims: (n, 3) index coordinates.
        classes: (i, j, k) tissue class of each voxel.
        organ: class of the organ whose surface and passes are asked for.
        spacing_mm: voxel edge.
        step_mm: sampling step; samples lie in the middle of steps.
        lengths: (n, number of classes), zeroed by the caller.
        first_organ_mm: (n,) where the organ is first met; -1 if never.
        organ_passes: (n,) how often the organ is entered.
    """
    nx, ny, nz = classes.shape
    for n in prange(entries.shape[0]):
        dx = aims[n, 0] - entries[n, 0]
        dy = aims[n, 1] - entries[n, 1]
        dz = aims[n, 2] - entries[n, 2]
        total = np.float32(np.sqrt(dx * dx + dy * dy + dz * dz)) * np.float32(spacing_mm)
        steps = max(1, int(np.ceil(total / np.float32(step_mm))))
        piece = total / np.float32(steps)
        first = np.float32(-1.0)
        passes = 0
        before = -1
        for m in range(steps):
            t = (np.float32(m) + np.float32(0.5)) / np.float32(steps)
            i = int(np.floor(entries[n, 0] + t * dx + np.float32(0.5)))
            j = int(np.floor(entries[n, 1] + t * dy + np.float32(0.5)))
            k = int(np.floor(entries[n, 2] + t * dz + np.float32(0.5)))
            here = 0
            if 0 <= i < nx and 0 <= j < ny and 0 <= k < nz:
                here = classes[i, j, k]
            lengths[n, here] += piece
            if here == organ and before != organ:
                passes += 1
                if first < 0.0:
                    first = t * total
            before = here
        first_organ_mm[n] = first
        organ_passes[n] = passes


def nearest_approach_plain(
    entries: Floats,
    aims: Floats,
    beyond_mm: Floats,
    shifts: Floats,
    distances: Floats,
    spacing_mm: float,
    step_mm: float,
) -> Floats:
    """Twin of ``nearest_approach``: even steps, all rays at once, written to be read."""
    along = aims - entries
    depth_mm = np.linalg.norm(along, axis=1) * spacing_mm
    total_mm = depth_mm + beyond_mm
    nearest = np.full(len(entries), np.inf, dtype=np.float32)
    for step in range(int(np.ceil(total_mm.max() / step_mm)) + 1):
        s = np.minimum(step * step_mm, total_mm)
        position = entries + (s / depth_mm)[:, None] * along
        position[:, 2] -= shifts
        value = scipy.ndimage.map_coordinates(distances, position.T, order=1, mode="nearest")
        nearest = np.minimum(nearest, value)
    return nearest.astype(np.float32)


def measure_crossings_plain(
    entries: Floats, aims: Floats, classes: Classes, spacing_mm: float, step_mm: float, count: int
) -> Floats:
    """Twin of ``measure_crossings``: all rays at once, written to be read."""
    along = aims - entries
    total_mm = np.linalg.norm(along, axis=1) * spacing_mm
    steps = np.maximum(1, np.ceil(total_mm / step_mm)).astype(int)
    piece = total_mm / steps
    lengths = np.zeros((len(entries), count), dtype=np.float32)
    shape = np.asarray(classes.shape)
    rays = np.arange(len(entries))
    for step in range(int(steps.max())):
        live = step < steps
        index = np.floor(entries + ((step + 0.5) / steps)[:, None] * along + 0.5).astype(int)
        inside = ((index >= 0) & (index < shape)).all(axis=1)
        safe = np.where(inside[:, None], index, 0)
        here = np.where(inside, classes[safe[:, 0], safe[:, 1], safe[:, 2]], 0)
        lengths[rays[live], here[live]] += piece[live]
    return lengths
