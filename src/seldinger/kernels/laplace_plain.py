"""Plain twins of ``laplace`` and ``laplace_solve``: whole arrays in numpy, arguments alike.

Their oracle in tests, and what a plain run uses in float64. Written to be read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Indices = NDArray[np.int64]
Classes = NDArray[np.uint8]

_TINY = 1.0e-30


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
    """Twin of ``laplace.conductivity``."""
    i0, i1, j0, j1, k0, k1 = (int(n) for n in cells)
    begins = (begin_i[i0 : i1 + 1], begin_j[j0 : j1 + 1], begin_k[k0 : k1 + 1])
    here = tuple(slice(int(b[0]), int(b[-1])) for b in begins)
    own, t = table[kinds[here]].astype(np.float64), theta[here].astype(np.float64)
    wet = own[..., 0] + own[..., 1] * np.minimum(t, own[..., 2])
    mean = np.maximum(wet - own[..., 3] * np.maximum(t - own[..., 2], 0.0), own[..., 4])
    for axis, begin in enumerate(begins):
        mean = np.add.reduceat(mean, begin[:-1] - begin[0], axis=axis)
        shape = [-1 if a == axis else 1 for a in range(3)]
        mean = mean / np.diff(begin).reshape(shape)
    sigma[i0:i1, j0:j1, k0:k1] = mean


def _sides(values: Floats, axis: int) -> tuple[Floats, Floats]:
    """What lies before and behind each inner face."""
    n = values.shape[axis]
    return np.take(values, range(n - 1), axis), np.take(values, range(1, n), axis)


def _areas(widths: tuple[Floats, Floats, Floats], axis: int) -> Floats:
    """Area of the faces across an axis, to be broadcast."""
    first, second = (w for a, w in enumerate(widths) if a != axis)
    return np.expand_dims(first[:, None] * second[None, :], axis)


def _wide(widths: tuple[Floats, Floats, Floats], axis: int) -> Floats:
    """Widths along an axis, to be broadcast."""
    return widths[axis].reshape([-1 if a == axis else 1 for a in range(3)])


def _pad(faces: Floats, axis: int, before: int) -> Floats:
    """Faces in the array of the cells in front of them (0) or behind them (1)."""
    return np.pad(faces, [(before, 1 - before) if a == axis else (0, 0) for a in range(3)])


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
    """Twin of ``laplace.assemble``."""
    widths = (wide_i, wide_j, wide_k)
    diagonal = fixed.copy()
    inner = []
    for axis in range(3):
        low, high = _sides(sigma, axis)
        wide_low, wide_high = _sides(_wide(widths, axis), axis)
        below = wide_low * high + wide_high * low + _TINY
        inner.append(2.0 * _areas(widths, axis) * low * high / below)
        diagonal += _pad(inner[axis], axis, 0) + _pad(inner[axis], axis, 1)
    root = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    scale[:] = np.where(diagonal > 0.0, 1.0 / root, 0.0)
    for axis, face in enumerate((face_i, face_j, face_k)):
        low, high = _sides(scale, axis)
        face[:] = _pad(inner[axis] * low * high, axis, 0)


def _apply(x: Floats, faces: tuple[Floats, Floats, Floats]) -> Floats:
    """The scaled matrix times a field."""
    out = x.copy()
    for axis, face in enumerate(faces):
        inner, _ = _sides(face, axis)
        low, high = _sides(x, axis)
        out -= _pad(inner * high, axis, 0) + _pad(inner * low, axis, 1)
    return out


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
    """Twin of ``laplace_solve.solve``; no cell is eliminated, so that it takes twice the steps."""
    del halves, spare, sums
    faces = (face_i, face_j, face_k)
    conducts = scale > 0.0
    y = np.where(conducts, potential / np.where(conducts, scale, 1.0), 0.0)
    pushed = scale * drive
    r = pushed - _apply(y, faces)
    p = r.copy()
    enough = float(limits[0]) ** 2 * float(np.vdot(pushed, pushed))
    left = float(np.vdot(r, r))
    count = 0
    while left > enough and count < limits[1]:
        q = _apply(p, faces)
        alpha = left / float(np.vdot(p, q))
        y += alpha * p
        r -= alpha * q
        before, left = left, float(np.vdot(r, r))
        p = r + left / before * p
        count += 1
    potential[:] = scale * y
    return count


def joule(
    wide_i: Floats,
    wide_j: Floats,
    wide_k: Floats,
    sigma: Floats,
    earth: Floats,
    potential: Floats,
    watts: Floats,
) -> None:
    """Twin of ``laplace.joule``."""
    widths = (wide_i, wide_j, wide_k)
    total = np.where(sigma > 0.0, earth * potential**2, 0.0)
    for axis in range(3):
        low, high = _sides(sigma, axis)
        wide_low, wide_high = _sides(_wide(widths, axis), axis)
        below = wide_low * high + wide_high * low + _TINY
        heat = 2.0 * _areas(widths, axis) * low * high / below * np.diff(potential, axis=axis) ** 2
        total += _pad(heat * wide_low * high / below, axis, 0)
        total += _pad(heat * wide_high * low / below, axis, 1)
    watts[:] = total


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
    """Twin of ``laplace.spread``."""
    i0, i1, j0, j1, k0, k1 = (int(n) for n in box)
    here = (slice(i0, i1), slice(j0, j1), slice(k0, k1))
    found = density[np.ix_(place_i[i0:i1], place_j[j0:j1], place_k[k0:k1])]
    out[here] = base[here] + takes[here] * factor[0] * found
