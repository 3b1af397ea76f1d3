"""Geodesic: the shortest way inside a mask from many seeds, and which seed it comes from.

Every cell keeps the place that it sees in a straight line, a seed or a cell at a corner of the
mask, and how long the way is up to there: so ways are straight and not those of a lattice. A front
goes outwards from bucket to bucket of cost, a cost being a length times its seed's weight.
"""

from __future__ import annotations

import heapq
import itertools

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import inlined, serial

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Cells = NDArray[np.int32]
Floats = NDArray[np.float64]

NOBODY = -1
AFTER, BEFORE, BUCKET = 0, 1, 2
"""Rows of the links: the next and the last cell in a bucket, and which bucket that is."""
OWNER, SEEN = 0, 1
"""Rows of what is found: the seed that a cell belongs to, and the place that it sees."""
_ADJACENT = 1.5
"""A place so near, in cells along its longest axis, is seen without a look between."""
_GAIN = 1e-9
"""Of a cost: a way that saves less is the same way."""


@inlined
def _put(cell: int, bucket: int, heads: Cells, links: Cells) -> None:
    """Put a cell first into a bucket, and out of the one that it was in."""
    if links[BUCKET, cell] != NOBODY:
        _take(cell, heads, links)
    old = heads[bucket]
    links[AFTER, cell], links[BEFORE, cell], links[BUCKET, cell] = old, NOBODY, bucket
    if old != NOBODY:
        links[BEFORE, old] = cell
    heads[bucket] = cell


@inlined
def _take(cell: int, heads: Cells, links: Cells) -> None:
    """Take a cell out of its bucket."""
    left, right = links[BEFORE, cell], links[AFTER, cell]
    if left == NOBODY:
        heads[links[BUCKET, cell]] = right
    else:
        links[AFTER, left] = right
    if right != NOBODY:
        links[BEFORE, right] = left
    links[BUCKET, cell] = NOBODY


@serial
def _begin(
    shape: Ints, spacing: Floats, seeds: Floats, first: Ints, weights: Floats, width: float,
    heads: Cells, links: Cells, found: Cells, length: Floats,
) -> None:  # fmt: skip
    """Put the first cell of every seed into its bucket; of several seeds in one the cheapest."""
    for s in range(weights.size):
        cell = first[s]
        a = (cell // (shape[1] * shape[2]) - seeds[s, 0]) * spacing[0]
        b = (cell // shape[2] % shape[1] - seeds[s, 1]) * spacing[1]
        c = (cell % shape[2] - seeds[s, 2]) * spacing[2]
        own = np.sqrt(a * a + b * b + c * c)
        if found[OWNER, cell] == NOBODY or weights[s] * own < (
            weights[found[OWNER, cell]] * length[cell]
        ):
            found[OWNER, cell], found[SEEN, cell], length[cell] = s, s, own
            _put(cell, min(int(weights[s] * own / width), heads.size - 1), heads, links)


@serial
def spread_from_seeds(
    inside: Bools, shape: Ints, spacing: Floats, seeds: Floats, first: Ints, weights: Floats,
    width: float, heads: Cells, links: Cells, found: Cells, length: Floats,
) -> None:  # fmt: skip
    """Fill ``found`` and ``length`` of every cell that a way inside the mask leads to.

    Args:
        inside: (n,) cells of the mask, flat in C order, with an empty rim.
        shape: (3,) of the lattice, rim included.
        spacing: (3,) of a cell, mm.
        seeds: (s, 3) places in cells of the lattice.
        first: (s,) the cell at which the way of each seed begins.
        weights: (s,) cost of a millimetre from each.
        width: of a bucket, in cost.
        heads: (b,) of ``NOBODY``; the last bucket takes all that costs more.
        links: (3, n) of ``NOBODY``: the cells of each bucket.
        found: (2, n) of ``NOBODY``; out: the seed, and the place that a cell sees: a seed, or the
            number of seeds and a cell.
        length: (n,) of infinity; out: mm.
    """
    _begin(shape, spacing, seeds, first, weights, width, heads, links, found, length)
    plane, line, many = shape[1] * shape[2], shape[2], weights.size
    bucket = 0
    while bucket < heads.size:
        cell = heads[bucket]
        if cell == NOBODY:
            bucket += 1
            continue
        _take(cell, heads, links)
        place = found[SEEN, cell]
        past, at = 0.0, cell
        if place >= many:
            at = place - many
            past = length[at]
            pi, pj, pk = float(at // plane), float(at // line % shape[1]), float(at % line)
        else:
            pi, pj, pk = seeds[place, 0], seeds[place, 1], seeds[place, 2]
        _spread_cell(
            cell, place, pi, pj, pk, past, bucket, inside, shape, spacing, weights, width, heads,
            links, found, length,
        )  # fmt: skip


@serial
def _spread_cell(
    cell: int, place: int, pi: float, pj: float, pk: float, past: float, bucket: int,
    inside: Bools, shape: Ints, spacing: Floats, weights: Floats, width: float, heads: Cells,
    links: Cells, found: Cells, length: Floats,
) -> None:  # fmt: skip
    """Offer its way to the neighbours of a cell, which sees ``place`` at (pi, pj, pk)."""
    plane, line = shape[1] * shape[2], shape[2]
    i, j, k = cell // plane, cell // line % shape[1], cell % line
    owner = found[OWNER, cell]
    weight = weights[owner]
    here = weight * length[cell]
    for number in range(27):
        di, dj, dk = number // 9 - 1, number // 3 % 3 - 1, number % 3 - 1
        other = cell + di * plane + dj * line + dk
        if not inside[other]:
            continue
        old = np.inf
        if found[OWNER, other] != NOBODY:
            old = weights[found[OWNER, other]] * length[other] * (1.0 - _GAIN)
        if old <= here:
            continue
        a, b, c = pi - i - di, pj - j - dj, pk - k - dk
        x, y, z = a * spacing[0], b * spacing[1], c * spacing[2]
        way, to = past + np.sqrt(x * x + y * y + z * z), place
        far = max(abs(a), abs(b), abs(c))
        if far > _ADJACENT and weight * way < old:
            # Seen if the cell one step towards the place is, and sees it too.
            step = int(np.floor(i + di + a / far + 0.5)) * plane
            step += int(np.floor(j + dj + b / far + 0.5)) * line
            step += int(np.floor(k + dk + c / far + 0.5))
            if not inside[step] or found[SEEN, step] != place:
                x, y, z = di * spacing[0], dj * spacing[1], dk * spacing[2]
                way, to = length[cell] + np.sqrt(x * x + y * y + z * z), weights.size + cell
        if weight * way < old:
            found[OWNER, other], found[SEEN, other], length[other] = owner, to, way
            _put(other, max(bucket, min(int(weight * way / width), heads.size - 1)), heads, links)


def spread_from_seeds_plain(
    inside: Bools, spacing: Floats, seeds: Floats, first: Ints, weights: Floats
) -> tuple[Ints, Floats]:
    """Twin of ``spread_from_seeds`` along the edges of the lattice: its ways are a little longer.

    Args:
        inside: (i, j, k).
        spacing: (3,) of a cell, mm.
        seeds: (s, 3) places in cells.
        first: (s,) flat, the cell at which each way begins.
        weights: (s,) cost of a millimetre.

    Returns:
        Seed and mm of every cell.
    """
    owner, length = np.full(inside.shape, NOBODY), np.full(inside.shape, np.inf)
    waiting: list[tuple[float, int, float, tuple[int, ...]]] = []
    for s, flat in enumerate(first):
        cell = tuple(int(n) for n in np.unravel_index(flat, inside.shape))
        own = float(np.linalg.norm((cell - seeds[s]) * spacing))
        heapq.heappush(waiting, (weights[s] * own, s, own, cell))
    while waiting:
        _, s, own, cell = heapq.heappop(waiting)
        if owner[cell] != NOBODY:
            continue
        owner[cell], length[cell] = s, own
        for step in itertools.product((-1, 0, 1), repeat=3):
            other = tuple(n + d for n, d in zip(cell, step, strict=True))
            if all(0 <= n < size for n, size in zip(other, inside.shape, strict=True)) and (
                inside[other] and owner[other] == NOBODY
            ):
                way = own + float(np.linalg.norm(np.array(step) * spacing))
                heapq.heappush(waiting, (weights[s] * way, s, way, other))
    return owner, length
