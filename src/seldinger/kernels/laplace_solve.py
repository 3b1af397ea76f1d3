"""Conjugate gradients for ``laplace``: every second cell eliminated, no allocation on the way.

Cells are black and red like a chess board, black where i + j + k is even. A red cell only touches
black ones. What is left has half the cells, and needs half the steps. Both colours are kept
compact, so that rows are read one after the other: place h of a row holds cell 2 h or 2 h + 1.

One thread: a lattice around electrodes is small, and sharing its loops took three times as long to
compile (36 against 13 s) for next to no gain.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import row, serial

Floats = NDArray[Any]
"""float32 or float64; one dtype per call."""


@serial
def _pack(face_i: Floats, face_j: Floats, face_k: Floats, halves: Floats) -> None:
    """The six faces of black cells, each in its own compact array: before and after, i to k."""
    a, b, c = face_i.shape
    halves[:, a], halves[:, :, b] = 0.0, 0.0
    for i in range(a):
        n = max(i - 1, 0)
        for j in range(b):
            m = max(j - 1, 0)
            first = (i + j) % 2
            halves[:, i, j] = 0.0
            for k in range(first, c, 2):
                o = max(k - 1, 0)
                h = k // 2
                halves[0, i, j, h] = (i - n) * face_i[n, j, k]
                halves[1, i, j, h] = face_i[i, j, k]
                halves[2, i, j, h] = (j - m) * face_j[i, m, k]
                halves[3, i, j, h] = face_j[i, j, k]
                halves[4, i, j, h] = (k - o) * face_k[i, j, o]
                halves[5, i, j, h] = face_k[i, j, k]


@row
def _pair(out: Floats, face: Floats, far: Floats, other_face: Floats, other: Floats) -> None:
    """Add what two rows send through their faces."""
    for h in range(out.size):
        out[h] += face[h] * far[h] + other_face[h] * other[h]


@row
def _one(out: Floats, face: Floats, far: Floats) -> None:
    """Add what one row sends through its faces."""
    for h in range(out.size):
        out[h] += face[h] * far[h]


@row
def _to_red(out: Floats, black: Floats, halves: Floats, i: int, j: int) -> None:
    """A row of what red cells receive from their black neighbours."""
    a, b, h = black.shape
    out[:] = 0.0
    # Before the first row of ``halves`` lies its last, which is empty.
    n, m, o, q = min(i + 1, a - 1), max(i - 1, 0), min(j + 1, b - 1), max(j - 1, 0)
    _pair(out, halves[0, i + 1, j], black[n, j], halves[1, i - 1, j], black[m, j])
    _pair(out, halves[2, i, j + 1], black[i, o], halves[3, i, j - 1], black[i, q])
    odd = (i + j) % 2
    own = black[i, j]
    _one(out, halves[5 - odd, i, j], own)
    _one(out[odd : h - 1 + odd], halves[4 + odd, i, j, 1 - odd : h - odd], own[1 - odd : h - odd])


@row
def _to_black(out: Floats, red: Floats, halves: Floats, i: int, j: int) -> None:
    """A row of what black cells receive from their red neighbours."""
    a, b, h = red.shape
    out[:] = 0.0
    n, m, o, q = min(i + 1, a - 1), max(i - 1, 0), min(j + 1, b - 1), max(j - 1, 0)
    _pair(out, halves[0, i, j], red[m, j], halves[1, i, j], red[n, j])
    _pair(out, halves[2, i, j], red[i, q], halves[3, i, j], red[i, o])
    odd = (i + j) % 2
    even = 1 - odd
    own = red[i, j]
    _one(out, halves[5 - odd, i, j], own)
    here = halves[4 + odd, i, j, even : h - 1 + even]
    _one(out[even : h - 1 + even], here, own[1 - even : h - even])


@row
def _total(sums: NDArray[np.float64]) -> float:
    """All of an array, always in the same order."""
    total = 0.0
    for i in range(sums.shape[0]):
        for k in range(sums.shape[1]):
            total += sums[i, k]
    return total


@serial
def _fill(
    scale: Floats, drive: Floats, potential: Floats, spare: Floats, sums: NDArray[np.float64]
) -> float:
    """Scaled potential and drive of black cells, and drive of red; returns the drive squared."""
    a, b, c = scale.shape
    y, r, t = spare[0], spare[1], spare[4]
    for i in range(a):
        held = sums[i]
        held[:] = 0.0
        for j in range(b):
            first = (i + j) % 2
            y[i, j, :], r[i, j, :], t[i, j, :] = 0.0, 0.0, 0.0
            for k in range(c):
                s, h = scale[i, j, k], k // 2
                pushed = s * drive[i, j, k]
                held[h] += np.float64(pushed) * np.float64(pushed)
                if k % 2 == first:
                    r[i, j, h] = pushed
                    y[i, j, h] = potential[i, j, k] / s if s > 0.0 else 0.0
                else:
                    t[i, j, h] = pushed
    return _total(sums)


@serial
def _start(halves: Floats, spare: Floats) -> None:
    """Residual and first direction, from what ``_fill`` left."""
    a, b, _ = spare[0].shape
    y, r, p, t = spare[0], spare[1], spare[2], spare[4]
    for i in range(a):
        for j in range(b):
            # Room for a moment: the direction has not begun.
            g, u = p[i, j], t[i, j]
            _to_red(g, y, halves, i, j)
            for h in range(g.size):
                u[h] += g[h]
    for i in range(a):
        for j in range(b):
            f, g, u = r[i, j], p[i, j], y[i, j]
            _to_black(g, t, halves, i, j)
            for h in range(f.size):
                f[h] += g[h] - u[h]
                g[h] = f[h]


@serial
def _squared(x: Floats, sums: NDArray[np.float64]) -> float:
    """A field times itself, summed."""
    a, b, c = x.shape
    for i in range(a):
        held = sums[i]
        held[:] = 0.0
        for j in range(b):
            f = x[i, j]
            for k in range(c):
                held[k] += np.float64(f[k]) * np.float64(f[k])
    return _total(sums)


@serial
def _times(halves: Floats, spare: Floats, sums: NDArray[np.float64]) -> float:
    """The reduced matrix times the direction; returns the direction times that."""
    a, b, c = spare.shape[1:]
    p, q, t = spare[2], spare[3], spare[4]
    for i in range(a):
        for j in range(b):
            _to_red(t[i, j], p, halves, i, j)
    for i in range(a):
        held = sums[i]
        held[:] = 0.0
        for j in range(b):
            e, g = q[i, j], p[i, j]
            _to_black(e, t, halves, i, j)
            for k in range(c):
                e[k] = g[k] - e[k]
                held[k] += np.float64(g[k]) * np.float64(e[k])
    return _total(sums)


@serial
def _move(alpha: Any, spare: Floats, sums: NDArray[np.float64]) -> float:
    """A step along the direction; returns the residual squared."""
    a, b, c = spare.shape[1:]
    y, r, p, q = spare[0], spare[1], spare[2], spare[3]
    for i in range(a):
        held = sums[i]
        held[:] = 0.0
        for j in range(b):
            e, f, g, u = q[i, j], r[i, j], p[i, j], y[i, j]
            for k in range(c):
                u[k] += alpha * g[k]
                f[k] -= alpha * e[k]
                held[k] += np.float64(f[k]) * np.float64(f[k])
    return _total(sums)


@serial
def _turn(beta: Any, r: Floats, p: Floats) -> None:
    """The next direction."""
    a, b, c = p.shape
    for i in range(a):
        for j in range(b):
            f, g = r[i, j], p[i, j]
            for k in range(c):
                g[k] = f[k] + beta * g[k]


@serial
def _finish(scale: Floats, drive: Floats, potential: Floats, halves: Floats, spare: Floats) -> None:
    """Black cells are solved; red ones follow from them."""
    a, b, c = scale.shape
    y, t = spare[0], spare[4]
    for i in range(a):
        for j in range(b):
            _to_red(t[i, j], y, halves, i, j)
            first = (i + j) % 2
            for k in range(c):
                s, h = scale[i, j, k], k // 2
                if k % 2 == first:
                    potential[i, j, k] = s * y[i, j, h]
                else:
                    potential[i, j, k] = s * (s * drive[i, j, k] + t[i, j, h])


@serial
def solve(
    face_i: Floats,
    face_j: Floats,
    face_k: Floats,
    scale: Floats,
    drive: Floats,
    limits: NDArray[np.float64],
    potential: Floats,
    halves: Floats,
    spare: Floats,
    sums: NDArray[np.float64],
) -> int:
    """Conjugate gradients, from the potential that is there; returns how many steps it took.

    Cells are black and red like a chess board, and red ones only touch black ones: they are
    eliminated, which halves the work of a step and the number of steps.

    Args:
        face_i: (a, b, c) of the scaled system, see ``assemble``.
        face_j: (a, b, c).
        face_k: (a, b, c).
        scale: (a, b, c).
        drive: (a, b, c) current from the fixed potentials into each cell, A.
        limits: residual to stop at, as a share of the drive's; most steps.
        potential: (a, b, c) V, improved.
        halves: (6, a + 1, b + 1, (c + 1) // 2) room.
        spare: (5, a, b, (c + 1) // 2) room.
        sums: (a, (c + 1) // 2) room.
    """
    _pack(face_i, face_j, face_k, halves)
    enough = limits[0] * limits[0] * _fill(scale, drive, potential, spare, sums)
    _start(halves, spare)
    left = _squared(spare[1], sums)
    step = np.zeros(1, scale.dtype)
    count = 0
    while left > enough and count < limits[1]:
        step[0] = left / _times(halves, spare, sums)
        before = left
        left = _move(step[0], spare, sums)
        step[0] = left / before
        _turn(step[0], spare[1], spare[2])
        count += 1
    _finish(scale, drive, potential, halves, spare)
    return count
