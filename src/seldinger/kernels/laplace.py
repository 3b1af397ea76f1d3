"""Laplace: the potential of electrodes in tissue, div(sigma grad V) = 0, on a lattice of boxes.

Every kernel is generic in its float dtype. The lattice is a product of three axes whose cells may
differ in width (``wide_i`` and so on, metres): fine where current crowds, coarse where it does not.
The conductance of a face is that of two half cells in a row, so that a cell of conductivity zero
insulates. Electrodes and earth enter as conductances from a cell to a fixed potential.

The system is scaled by the root of its diagonal on both sides: its diagonal is then one, and plain
conjugate gradients on it are those with Jacobi's preconditioner; see ``laplace_solve``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import prange, row, stencil

Floats = NDArray[Any]
"""float32 or float64; one dtype per call."""
Indices = NDArray[np.int64]
Classes = NDArray[np.uint8]

_TINY = 1.0e-30


@stencil
def conductivity(
    cells: Indices,
    begin_i: Indices,
    begin_j: Indices,
    begin_k: Indices,
    theta: Floats,
    kinds: Classes,
    table: Floats,
    sigma: Floats,
) -> None:
    """Mean conductivity of lattice cells from the temperature of the block's cells in them.

    Args:
        cells: the lattice cells to bring up to date, (i0, i1, j0, j1, k0, k1).
        begin_i: (a + 1) first cell of the block in each lattice cell.
        begin_j: (b + 1).
        begin_k: (c + 1).
        theta: the block's temperature, K above the reference.
        kinds: of the block's cells, row of ``table``.
        table: (kinds, 5) S/m at theta 0, its change per K, theta from which it falls, S/m that each
            kelvin then costs, and the S/m at which that ends.
        sigma: (a, b, c) S/m, written.
    """
    for i in prange(cells[0], cells[1]):
        for j in range(cells[2], cells[3]):
            for k in range(cells[4], cells[5]):
                total = 0.0
                count = 0
                for x in range(begin_i[i], begin_i[i + 1]):
                    for y in range(begin_j[j], begin_j[j + 1]):
                        for z in range(begin_k[k], begin_k[k + 1]):
                            t = theta[x, y, z]
                            own = table[kinds[x, y, z]]
                            wet = own[0] + own[1] * min(t, own[2])
                            total += max(wet - own[3] * max(t - own[2], 0.0), own[4])
                            count += 1
                sigma[i, j, k] = total / count


@row
def _between(area: Any, wide: Any, s: Any, far_wide: Any, far_s: Any) -> Any:
    """Conductance of a face: two half cells in a row, S."""
    return 2.0 * area * s * far_s / (wide * far_s + far_wide * s + _TINY)


@stencil
def _faces(
    wide_i: Floats,
    wide_j: Floats,
    wide_k: Floats,
    sigma: Floats,
    face_i: Floats,
    face_j: Floats,
    face_k: Floats,
) -> None:
    """Conductance of each cell's faces to the next cells; zero in the last."""
    a, b, c = sigma.shape
    for i in prange(a):
        n = min(i + 1, a - 1)
        for j in range(b):
            m = min(j + 1, b - 1)
            for k in range(c):
                o = min(k + 1, c - 1)
                s, x, y, z = sigma[i, j, k], wide_i[i], wide_j[j], wide_k[k]
                face_i[i, j, k] = (n - i) * _between(y * z, x, s, wide_i[n], sigma[n, j, k])
                face_j[i, j, k] = (m - j) * _between(x * z, y, s, wide_j[m], sigma[i, m, k])
                face_k[i, j, k] = (o - k) * _between(x * y, z, s, wide_k[o], sigma[i, j, o])


@stencil
def _diagonal(fixed: Floats, face_i: Floats, face_j: Floats, face_k: Floats, out: Floats) -> None:
    """One over the root of each cell's whole conductance; zero where there is none."""
    a, b, c = fixed.shape
    for i in prange(a):
        n = max(i - 1, 0)
        for j in range(b):
            m = max(j - 1, 0)
            for k in range(c):
                o = max(k - 1, 0)
                whole = fixed[i, j, k] + face_i[i, j, k] + face_j[i, j, k] + face_k[i, j, k]
                whole += (i - n) * face_i[n, j, k]
                whole += (j - m) * face_j[i, m, k]
                whole += (k - o) * face_k[i, j, o]
                out[i, j, k] = 1.0 / np.sqrt(whole) if whole > 0.0 else 0.0


@stencil
def assemble(
    wide_i: Floats,
    wide_j: Floats,
    wide_k: Floats,
    sigma: Floats,
    fixed: Floats,
    face_i: Floats,
    face_j: Floats,
    face_k: Floats,
    scale: Floats,
) -> None:
    """The scaled system: each face's conductance over the roots of both cells' diagonals.

    Args:
        wide_i: (a) widths, m.
        wide_j: (b).
        wide_k: (c).
        sigma: (a, b, c) S/m.
        fixed: (a, b, c) conductance to fixed potentials, S.
        face_i: (a, b, c) to the next cell along i; zero in the last.
        face_j: as ``face_i``, along j.
        face_k: as ``face_i``, along k.
        scale: (a, b, c) one over the root of the diagonal; zero where nothing conducts.
    """
    _faces(wide_i, wide_j, wide_k, sigma, face_i, face_j, face_k)
    _diagonal(fixed, face_i, face_j, face_k, scale)
    a, b, c = sigma.shape
    for i in prange(a):
        n = min(i + 1, a - 1)
        for j in range(b):
            m = min(j + 1, b - 1)
            for k in range(c):
                o = min(k + 1, c - 1)
                s = scale[i, j, k]
                face_i[i, j, k] *= s * scale[n, j, k]
                face_j[i, j, k] *= s * scale[i, m, k]
                face_k[i, j, k] *= s * scale[i, j, o]


@row
def _share(v: Any, s: Any, wide: Any, far_v: Any, far_s: Any, far_wide: Any, area: Any) -> Any:
    """Watts in this half of a face: its drop squared, shared as the two resistances are."""
    below = wide * far_s + far_wide * s + _TINY
    drop = v - far_v
    return 2.0 * area * s * far_s / below * drop * drop * (wide * far_s / below)


@stencil
def joule(
    wide_i: Floats,
    wide_j: Floats,
    wide_k: Floats,
    sigma: Floats,
    earth: Floats,
    potential: Floats,
    watts: Floats,
) -> None:
    """Heat of each cell, W: of its half of every face, and of its way to earth.

    Args:
        wide_i: (a) widths, m.
        wide_j: (b).
        wide_k: (c).
        sigma: (a, b, c) S/m.
        earth: (a, b, c) conductance to zero volts, S.
        potential: (a, b, c) V.
        watts: (a, b, c) written.
    """
    a, b, c = sigma.shape
    for i in prange(a):
        for j in range(b):
            for k in range(c):
                s, v, total = sigma[i, j, k], potential[i, j, k], 0.0
                if s > 0.0:
                    total = earth[i, j, k] * v * v
                    for side in range(-1, 2, 2):
                        n, m, o = i + side, j + side, k + side
                        if 0 <= n < a:
                            total += _share(
                                v, s, wide_i[i], potential[n, j, k], sigma[n, j, k], wide_i[n],
                                wide_j[j] * wide_k[k],
                            )  # fmt: skip
                        if 0 <= m < b:
                            total += _share(
                                v, s, wide_j[j], potential[i, m, k], sigma[i, m, k], wide_j[m],
                                wide_i[i] * wide_k[k],
                            )  # fmt: skip
                        if 0 <= o < c:
                            total += _share(
                                v, s, wide_k[k], potential[i, j, o], sigma[i, j, o], wide_k[o],
                                wide_i[i] * wide_j[j],
                            )  # fmt: skip
                watts[i, j, k] = total


@stencil
def spread(
    box: Indices,
    place_i: Indices,
    place_j: Indices,
    place_k: Indices,
    density: Floats,
    takes: Classes,
    factor: Floats,
    base: Floats,
    out: Floats,
) -> None:
    """Bring the lattice's heat to the block's cells.

    Args:
        box: the block's cells to write, (i0, i1, j0, j1, k0, k1).
        place_i: lattice cell of each of the block's cells, along i.
        place_j: along j.
        place_k: along k.
        density: (a, b, c) W/m3 at the solved potential.
        takes: (i, j, k) 1 where the block takes heat.
        factor: what the density is multiplied by.
        base: (i, j, k) W/m3 of everything else.
        out: (i, j, k) W/m3, written.
    """
    k0, k1 = box[4], box[5]
    f = factor[0]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            plane = density[place_i[i], place_j[j]]
            for k in range(k0, k1):
                out[i, j, k] = base[i, j, k] + takes[i, j, k] * f * plane[place_k[k]]
