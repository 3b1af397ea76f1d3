"""Near: exact squared distances, in cells, to the cells of a mask, as far as they are asked for.

The square of a distance is a sum over the axes, so one sweep per axis finds it; as no cell farther
than ``far`` matters, a sweep looks at so many neighbours and no more, a whole row at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import prange, row, stencil

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOST_CELLS = 254
"""Steps are counted in bytes."""


@stencil
def count_steps(mask: NDArray[np.bool_], far: int, out: Bytes) -> None:
    """Cells along the first axis to the nearest one in ``mask``, at most ``far``.

    Args:
        mask: (i, j, k).
        far: at most ``MOST_CELLS`` + 1.
        out: (i, j, k).
    """
    planes, lines, cells = mask.shape
    for j in prange(lines):
        for i in range(planes):
            before = out[max(i - 1, 0), j]
            for k in range(cells):
                count = far if i == 0 else min(before[k] + 1, far)
                out[i, j, k] = 0 if mask[i, j, k] else count
        for back in range(1, planes):
            i = planes - 1 - back
            behind = out[i + 1, j]
            for k in range(cells):
                out[i, j, k] = min(out[i, j, k], behind[k] + 1)


@row
def _lower(out: Floats, beside: Floats, more: Any) -> None:
    """The least of a row and the row beside it plus the square of how far that is."""
    for n in range(out.size):
        out[n] = min(out[n], beside[n] + more)


@stencil
def square_distances(along: Bytes, squares: Floats, out: Floats) -> None:
    """Squared distance to the mask from its ``count_steps``; exact below the last of ``squares``.

    Args:
        along: (i, j, k) steps, each an index of ``squares``.
        squares: (far + 1,) of 0, 1, ...
        out: (i, j, k) cells squared, at most the last of ``squares``.
    """
    planes, lines, cells = along.shape
    far = squares.size - 1
    for i in prange(planes):
        plane = np.empty((lines, cells), squares.dtype)
        across = np.empty(cells, squares.dtype)
        for j in range(lines):
            for k in range(cells):
                plane[j, k] = squares[along[i, j, k]]
        for j in range(lines):
            across[:] = plane[j]
            for d in range(1, far):
                if j >= d:
                    _lower(across, plane[j - d], squares[d])
                if j + d < lines:
                    _lower(across, plane[j + d], squares[d])
            own = out[i, j]
            own[:] = across
            for d in range(1, min(far, cells)):
                _lower(own[d:], across[: cells - d], squares[d])
                _lower(own[: cells - d], across[d:], squares[d])


def square_distances_plain(mask: NDArray[np.bool_], far: int) -> Floats:
    """Twin of ``square_distances``: every cell is compared with every cell of the mask."""
    there, cells = np.argwhere(mask), np.indices(mask.shape).reshape(3, -1).T
    apart = ((cells[:, None, :] - there) ** 2).sum(axis=-1)
    least = apart.min(axis=1, initial=far * far)
    return np.asarray(least.reshape(mask.shape), dtype=np.float32)
