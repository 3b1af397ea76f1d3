"""Plain twin of ``elastic``: element matrices by Gauss quadrature, in numpy, arguments alike.

Its oracle in tests. It shares no algebra with the kernel: shape functions at eight points,
strain-displacement matrices, and a product by 24 x 24 matrices. Written to be read.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

CORNERS = tuple(itertools.product((0, 1), repeat=3))
"""Offsets of a cell's corners, in the order of the element matrices."""


def strain_matrix(spacing: Floats, at: Floats) -> Floats:
    """(6, 24) strain (xx, yy, zz, xy, xz, yz; shear as its engineering angle) from corner values.

    Args:
        spacing: (3,) mm.
        at: (3,) place in the cell, -1 to 1 along each axis.
    """
    out = np.zeros((6, 24))
    for n, corner in enumerate(CORNERS):
        sign = 2.0 * np.array(corner) - 1.0
        half = 0.5 * (1.0 + sign * at)
        d = sign / spacing * half[[1, 0, 0]] * half[[2, 2, 1]]
        for axis in range(3):
            out[axis, 3 * n + axis] = d[axis]
        for line, (p, q) in enumerate(((0, 1), (0, 2), (1, 2)), start=3):
            out[line, 3 * n + p], out[line, 3 * n + q] = d[q], d[p]
    return out


def element_matrices(spacing: Floats) -> tuple[Floats, Floats]:
    """(24, 24) stiffness of one cell for unit lam, and for unit mu, mm."""
    volume = np.diag([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    volume[:3, :3] = 1.0
    shear = np.diag([2.0, 2.0, 2.0, 1.0, 1.0, 1.0])
    first, second = np.zeros((24, 24)), np.zeros((24, 24))
    weight = float(np.prod(spacing)) / 8.0
    for corner in CORNERS:
        b = strain_matrix(spacing, (2.0 * np.array(corner) - 1.0) / np.sqrt(3.0))
        first += weight * b.T @ volume @ b
        second += weight * b.T @ shear @ b
    return first, second


def corner_values(nodal: Floats) -> Floats:
    """(cells, 24) of nodal values (a + 1, b + 1, c + 1, 3), cells in C order."""
    a, b, c = (n - 1 for n in nodal.shape[:3])
    parts = [nodal[i : i + a, j : j + b, k : k + c] for i, j, k in CORNERS]
    return np.stack(parts, axis=3).reshape(a * b * c, 24)


def apply(lam: Floats, mu: Floats, spacing: Floats, u: Floats, room: Floats, out: Floats) -> None:
    """Twin of ``elastic.apply``."""
    del room
    first, second = element_matrices(spacing)
    corners = corner_values(u)
    forces = lam.reshape(-1, 1) * (corners @ first) + mu.reshape(-1, 1) * (corners @ second)
    a, b, c = mu.shape
    each = forces.reshape(a, b, c, 8, 3)
    out[:] = 0.0
    for n, (i, j, k) in enumerate(CORNERS):
        out[i : i + a, j : j + b, k : k + c] += each[:, :, :, n]


def advance(
    load: Floats,
    product: Floats,
    inverse: Floats,
    keep: float,
    gain: float,
    step: Floats,
    u: Floats,
) -> None:
    """Twin of ``elastic.advance``."""
    step[:] = keep * step + gain * inverse * (load - product)
    u += step


def _weights(fine: int, factor: int, coarse: int) -> Floats:
    """(fine, coarse) nodes: linear interpolation along one axis."""
    place = np.arange(fine) / factor
    out: Floats = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(coarse)[None, :]))
    return out


def _all_weights(fine: Floats, factors: Indices, coarse: Floats) -> list[Floats]:
    return [_weights(fine.shape[a], int(factors[a]), coarse.shape[a]) for a in range(3)]


def restrict(fine: Floats, factors: Indices, coarse: Floats) -> None:
    """Twin of ``elastic.restrict``."""
    x, y, z = _all_weights(fine, factors, coarse)
    coarse[:] = np.einsum("ijkc,ip,jq,kr->pqrc", fine, x, y, z, optimize=True)


def prolong(coarse: Floats, factors: Indices, fine: Floats) -> None:
    """Twin of ``elastic.prolong``."""
    x, y, z = _all_weights(fine, factors, coarse)
    fine += np.einsum("pqrc,ip,jq,kr->ijkc", coarse, x, y, z, optimize=True)
