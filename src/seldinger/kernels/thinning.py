"""Thinning: a mask becomes curves of the same topology, voxel by voxel.

A voxel may go when its neighbourhood stays in one piece without it, in and out (26 neighbours of
the mask, 6 of the rest): then no part, loop or hole is made or lost (a "simple" point; Bertrand and
Malandain 1994, doi:10.1016/0167-8655(94)90046-9). Six sides take turns (as in Lee, Kashyap and Chu
1994, doi:10.1006/cgip.1994.1042), so that curves lie near the middle; ends of curves stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.kernels.jit import inlined, serial

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS = 27
CENTRE = 13


def _bits(steps_allowed: tuple[int, ...], own: tuple[int, ...]) -> NDArray[np.int64]:
    """(27,) which cells of a cube of 3 touch each, as bits, over so many axes at once."""
    place = np.indices((3, 3, 3)).reshape(3, -1).T
    joined = np.zeros(CELLS, dtype=np.int64)
    for one in range(CELLS):
        for other in range(CELLS):
            apart = np.abs(place[one] - place[other])
            within = np.abs(place[other] - 1).sum() in own and np.abs(place[one] - 1).sum() in own
            if apart.max() == 1 and apart.sum() in steps_allowed and within:
                joined[one] |= 1 << other
    return joined


TOUCHING = _bits((1, 2, 3), (1, 2, 3))
"""Neighbours of each cell of the mask, the middle left out."""
FACING = _bits((1,), (1, 2))
"""Neighbours of each cell of the background; corners do not count."""
FACES = sum(1 << n for n in (4, 10, 12, 14, 16, 22))
"""The six cells that share a face with the middle."""


@inlined
def _spread(first: int, allowed: int, joined: NDArray[np.int64]) -> int:
    """Every cell of ``allowed`` that hangs together with ``first``."""
    whole = first
    fresh = first
    while fresh != 0:
        beyond = 0
        for n in range(27):
            if (fresh >> n) & 1:
                beyond |= joined[n]
        fresh = beyond & allowed & ~whole
        whole |= fresh
    return whole


@serial
def is_simple(
    near: int, touching: NDArray[np.int64], facing: NDArray[np.int64], faces: int
) -> bool:
    """Whether the middle may go.

    Args:
        near: its neighbours in the mask, as bits of the 27 cells of a cube.
        touching: ``TOUCHING``, shape (27,).
        facing: ``FACING``, shape (27,).
        faces: ``FACES``.
    """
    if near == 0:
        return False
    if _spread(near & -near, near, touching) != near:
        return False
    away = ~near & ((1 << 27) - 1) & ~(1 << CENTRE)
    open_faces = away & faces
    if open_faces == 0:
        return False
    return (open_faces & ~_spread(open_faces & -open_faces, away, facing)) == 0


@inlined
def _gather(cells: NDArray[np.uint8], at: int, steps: NDArray[np.int64]) -> int:
    near = 0
    for n in range(27):
        if n != CENTRE and cells[at + steps[n]]:
            near |= 1 << n
    return near


@serial
def thin(
    cells: NDArray[np.uint8],
    active: NDArray[np.int64],
    steps: NDArray[np.int64],
    touching: NDArray[np.int64],
    facing: NDArray[np.int64],
    faces: int,
) -> int:
    """Thin in place; the number of voxels left.

    Args:
        cells: (n,) 1 in the mask; a flat C-ordered volume with a rim of zeros.
        active: (m,) places of the ones; reordered, the first so many are left.
        steps: (27,) from a cell to each of its cube.
        touching: ``TOUCHING``.
        facing: ``FACING``.
        faces: ``FACES``.
    """
    count = active.size
    waiting = np.empty(count, np.int64)
    sides = (4, 22, 10, 16, 12, 14)
    going = True
    while going:
        going = False
        for side in sides:
            step = steps[side]
            found = 0
            for n in range(count):
                at = active[n]
                if cells[at] and not cells[at + step]:
                    near = _gather(cells, at, steps)
                    if near & (near - 1) and is_simple(near, touching, facing, faces):
                        waiting[found] = at
                        found += 1
            for n in range(found):
                at = waiting[n]
                near = _gather(cells, at, steps)
                if near & (near - 1) and is_simple(near, touching, facing, faces):
                    cells[at] = 0
                    going = True
        kept = 0
        for n in range(count):
            if cells[active[n]]:
                active[kept] = active[n]
                kept += 1
        count = kept
    return count
