"""Elastic: trilinear hexahedra on a regular grid, multiplied without a matrix, and grid transfers.

Nodes are the corners of cells: (a + 1, b + 1, c + 1, 3) values belong to (a, b, c) cells. A cell's
24 corner values are turned into its eight modes (1, x, y, z, xy, xz, yz, xyz by component) by sums
and differences. Derivatives of these modes are orthogonal over the cell, so that the product
of element stiffness and modes is short: a fifth of the work of a matrix of 24 by 24, and exact.

One thread: the loops scatter to corners that neighbouring cells share.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import row, serial

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_THIRD, _NINTH = 1.0 / 3.0, 1.0 / 9.0


@row
def _gather(u: Floats, i: int, j: int, k: int, c: int) -> Any:
    """Sums and differences of one component over the four corners at the same k."""
    a, b = u[i, j, k, c], u[i + 1, j, k, c]
    d, e = u[i, j + 1, k, c], u[i + 1, j + 1, k, c]
    return (a + b) + (d + e), (b - a) + (e - d), (d - a) + (e - b), (a - b) + (e - d)


@row
def _scatter(
    out: Floats, i: int, j: int, k: int, c: int, one: Any, x: Any, y: Any, xy: Any
) -> None:
    """The transpose of ``_gather``, added."""
    out[i, j, k, c] += (one - x) - (y - xy)
    out[i + 1, j, k, c] += (one + x) - (y + xy)
    out[i, j + 1, k, c] += (one - x) + (y - xy)
    out[i + 1, j + 1, k, c] += (one + x) + (y + xy)


@row
def _linear(lam: Any, mu: Any, g: Floats, m: Floats, f: Floats) -> None:
    """Forces on the modes x, y, z: the cell's mean strain."""
    xx, yy, zz = g[0] * m[0, 0], g[1] * m[1, 1], g[2] * m[2, 2]
    xy = mu * (g[1] * m[0, 1] + g[0] * m[1, 0])
    xz = mu * (g[2] * m[0, 2] + g[0] * m[2, 0])
    yz = mu * (g[2] * m[1, 2] + g[1] * m[2, 1])
    t = lam * (xx + yy + zz)
    f[0, 0], f[0, 1], f[0, 2] = g[0] * (t + 2.0 * mu * xx), g[1] * xy, g[2] * xz
    f[1, 0], f[1, 1], f[1, 2] = g[0] * xy, g[1] * (t + 2.0 * mu * yy), g[2] * yz
    f[2, 0], f[2, 1], f[2, 2] = g[0] * xz, g[1] * yz, g[2] * (t + 2.0 * mu * zz)


@row
def _bilinear(lam: Any, mu: Any, g: Floats, m: Floats, f: Floats) -> None:
    """Forces on the modes xy, xz, yz (3, 4, 5): strain that changes along x, along y, along z."""
    lam, mu = lam * _THIRD, mu * _THIRD
    x, y, z = g[0], g[1], g[2]
    yy, zz, yz = y * m[1, 3], z * m[2, 4], mu * (z * m[1, 4] + y * m[2, 3])
    t = lam * (yy + zz)
    f[0, 3], f[0, 4] = y * y * mu * m[0, 3], z * z * mu * m[0, 4]
    f[1, 3], f[1, 4] = y * (t + 2.0 * mu * yy), z * yz
    f[2, 3], f[2, 4] = y * yz, z * (t + 2.0 * mu * zz)
    xx, zz, xz = x * m[0, 3], z * m[2, 5], mu * (z * m[0, 5] + x * m[2, 3])
    t = lam * (xx + zz)
    f[0, 3] += x * (t + 2.0 * mu * xx)
    f[1, 3] += x * x * mu * m[1, 3]
    f[2, 3] += x * xz
    f[0, 5], f[1, 5], f[2, 5] = z * xz, z * z * mu * m[1, 5], z * (t + 2.0 * mu * zz)
    xx, yy, xy = x * m[0, 4], y * m[1, 5], mu * (y * m[0, 5] + x * m[1, 4])
    t = lam * (xx + yy)
    f[0, 4] += x * (t + 2.0 * mu * xx)
    f[1, 4] += x * xy
    f[2, 4] += x * x * mu * m[2, 4]
    f[0, 5] += y * xy
    f[1, 5] += y * (t + 2.0 * mu * yy)
    f[2, 5] += y * y * mu * m[2, 5]


@row
def _trilinear(lam: Any, mu: Any, g: Floats, m: Floats, f: Floats) -> None:
    """Forces on the mode xyz (6)."""
    whole = mu * (g[0] * g[0] + g[1] * g[1] + g[2] * g[2])
    for c in range(3):
        f[c, 6] = _NINTH * (whole + (lam + mu) * g[c] * g[c]) * m[c, 6]


@row
def _rise(low: Floats, c: int, above: Any, m: Floats) -> None:
    """Modes of one component from what is gathered below (``low``, moved up) and above."""
    one, x, y, xy = above
    m[c, 0], m[c, 4] = x + low[c, 1], x - low[c, 1]
    m[c, 1], m[c, 5] = y + low[c, 2], y - low[c, 2]
    m[c, 3], m[c, 6] = xy + low[c, 3], xy - low[c, 3]
    m[c, 2] = one - low[c, 0]
    low[c, 0], low[c, 1], low[c, 2], low[c, 3] = one, x, y, xy


@row
def _line(
    lam: Floats, mu: Floats, share: Any, u: Floats, i: int, j: int, room: Floats, out: Floats
) -> None:
    """A line of cells along k. Each hands on to the next what it gathered and what it leaves."""
    n = mu.shape[2]
    g, m, f = room[0:3], room[3:24].reshape(3, 7), room[24:45].reshape(3, 7)
    low, left = room[45:57].reshape(3, 4), room[57:69].reshape(3, 4)
    gathered = -1
    for k in range(n):
        stiff = share * mu[i, j, k]
        if stiff == 0.0:
            continue
        if gathered != k:
            for c in range(3):
                low[c, 0], low[c, 1], low[c, 2], low[c, 3] = _gather(u, i, j, k, c)
                left[c, :] = 0.0
        for c in range(3):
            _rise(low, c, _gather(u, i, j, k + 1, c), m)
        gathered = k + 1
        first = share * lam[i, j, k]
        _linear(first, stiff, g, m, f)
        _bilinear(first, stiff, g, m, f)
        _trilinear(first, stiff, g, m, f)
        last = k + 1 == n or mu[i, j, min(k + 1, n - 1)] == 0.0
        for c in range(3):
            one, x, y, xy = f[c, 2], f[c, 0], f[c, 1], f[c, 3]
            _scatter(
                out, i, j, k, c, left[c, 0] - one, left[c, 1] + x - f[c, 4],
                left[c, 2] + y - f[c, 5], left[c, 3] + xy - f[c, 6],
            )  # fmt: skip
            left[c, 0], left[c, 1] = one, x + f[c, 4]
            left[c, 2], left[c, 3] = y + f[c, 5], xy + f[c, 6]
            if last:
                _scatter(out, i, j, k + 1, c, left[c, 0], left[c, 1], left[c, 2], left[c, 3])


@serial
def apply(lam: Floats, mu: Floats, spacing: Floats, u: Floats, room: Floats, out: Floats) -> None:
    """Stiffness times displacement, written to ``out``.

    Args:
        lam: (a, b, c) Lame's first modulus, MPa.
        mu: (a, b, c) shear modulus, MPa; 0 where there is nothing.
        spacing: (3,) mm.
        u: (a + 1, b + 1, c + 1, 3) mm.
        room: (69,) for a cell at a time.
        out: (a + 1, b + 1, c + 1, 3) N.
    """
    for c in range(3):
        room[c] = 2.0 / spacing[c]
    share = spacing[0] * spacing[1] * spacing[2] / 64.0
    out[:] = 0.0
    for i in range(mu.shape[0]):
        for j in range(mu.shape[1]):
            _line(lam, mu, share, u, i, j, room, out)


@serial
def advance(
    load: Floats, product: Floats, inverse: Floats, keep: Any, gain: Any, step: Floats, u: Floats
) -> None:
    """A step of the smoother: ``step = keep step + gain inverse (load - product)``, added to ``u``.

    Args:
        load: (a + 1, b + 1, c + 1, 3) N; all arrays here have this shape.
        product: stiffness times ``u``.
        inverse: one over the diagonal.
        keep: of the last step.
        gain: of the scaled residual.
        step: improved.
        u: improved.
    """
    for i in range(load.shape[0]):
        for j in range(load.shape[1]):
            e, f, g = load[i, j], product[i, j], inverse[i, j]
            p, q = step[i, j], u[i, j]
            for k in range(e.shape[0]):
                for c in range(3):
                    p[k, c] = keep * p[k, c] + gain * g[k, c] * (e[k, c] - f[k, c])
                    q[k, c] += p[k, c]


@serial
def restrict(fine: Floats, factors: Indices, coarse: Floats) -> None:
    """Nodal values of a fine grid summed onto a coarse one: the transpose of ``prolong``.

    Args:
        fine: (a + 1, b + 1, c + 1, 3).
        factors: (3,) how many fine cells make a coarse one along each axis, 1 or 2.
        coarse: nodes of the coarse grid, which covers the fine one; written.
    """
    coarse[:] = 0.0
    p, q, r = factors[0], factors[1], factors[2]
    for i in range(fine.shape[0]):
        i0, i1 = i // p, (i + p - 1) // p
        for j in range(fine.shape[1]):
            j0, j1 = j // q, (j + q - 1) // q
            for k in range(fine.shape[2]):
                k0, k1 = k // r, (k + r - 1) // r
                for c in range(3):
                    part = 0.125 * fine[i, j, k, c]
                    coarse[i0, j0, k0, c] += part
                    coarse[i0, j0, k1, c] += part
                    coarse[i0, j1, k0, c] += part
                    coarse[i0, j1, k1, c] += part
                    coarse[i1, j0, k0, c] += part
                    coarse[i1, j0, k1, c] += part
                    coarse[i1, j1, k0, c] += part
                    coarse[i1, j1, k1, c] += part


@serial
def prolong(coarse: Floats, factors: Indices, fine: Floats) -> None:
    """Nodal values of a coarse grid read at the nodes of a fine one, added to what is there.

    Args:
        coarse: nodes of the coarse grid, which covers the fine one.
        factors: (3,) how many fine cells make a coarse one along each axis, 1 or 2.
        fine: (a + 1, b + 1, c + 1, 3), improved.
    """
    p, q, r = factors[0], factors[1], factors[2]
    for i in range(fine.shape[0]):
        i0, i1 = i // p, (i + p - 1) // p
        for j in range(fine.shape[1]):
            j0, j1 = j // q, (j + q - 1) // q
            for k in range(fine.shape[2]):
                k0, k1 = k // r, (k + r - 1) // r
                for c in range(3):
                    near = coarse[i0, j0, k0, c] + coarse[i0, j0, k1, c]
                    near += coarse[i0, j1, k0, c] + coarse[i0, j1, k1, c]
                    far = coarse[i1, j0, k0, c] + coarse[i1, j0, k1, c]
                    far += coarse[i1, j1, k0, c] + coarse[i1, j1, k1, c]
                    fine[i, j, k, c] += 0.125 * (near + far)
