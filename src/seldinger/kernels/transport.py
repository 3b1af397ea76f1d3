"""Transport: what blood carries along, through vessels cut into cells and mixed where they meet.

Between two rows a given volume passes every face and every cell goes straight from one volume to
the next, so that a concentration is never made by rounding. Faces inside a vessel are of second
order (van Leer's limiter), ends of first. At a node all that arrives is mixed and leaves in shares
of what flows out; no node gives more than ``cap``, the rest waits there until more flow passes.

Arrays; n cells of v vessels, n + v faces, N nodes, r rows that repeat:

``first``   (v + 1,) int: first cell of each vessel; its first face is v further
``ends``    (2, v) int: node where each vessel starts and ends
``open_``   (N,): whether blood may enter and leave the network there
``volume``  (r + 1, n): of the cells at the rows
``passed``  (r, n + v): through the faces from row to row
``spread``  (v,): share of a cell that dispersion exchanges with a neighbour from row to row

The plain twin is ``transport_plain``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_COURANT = 0.5
"""Of a cell's volume at most so much leaves it in a part of a row."""


@serial
def parts_of_row(
    first: Numbers, before: Floats, after: Floats, passed: Floats, spread: Floats
) -> int:
    """In how many parts a row is walked through.

    Args:
        first: (v + 1,).
        before: (n,) volumes.
        after: (n,) volumes a row later.
        passed: (n + v,).
        spread: (v,).
    """
    most = 1.0
    for k in range(first.size - 1):
        for i in range(first[k], first[k + 1]):
            leaving = max(passed[i + k + 1], 0.0) + max(-passed[i + k], 0.0)
            most = max(most, leaving / (_COURANT * min(before[i], after[i])))
        most = max(most, 4.0 * spread[k])
    return int(np.ceil(most))


@serial
def limited(behind: float, ahead: float) -> float:
    """Slope between two differences: their harmonic mean, nothing where they disagree.

    Args:
        behind: difference to the cell upstream.
        ahead: difference to the cell downstream.
    """
    if behind * ahead <= 0.0:
        return 0.0
    return 2.0 * behind * ahead / (behind + ahead)


@serial
def cross_faces(
    first: Numbers,
    volume: Floats,
    share: float,
    passed: Floats,
    spread: Floats,
    concentration: Floats,
    crossing: Floats,
) -> None:
    """Amount across every face inside the vessels, and out of their ends.

    Args:
        first: (v + 1,).
        volume: (n,) now.
        share: of a row.
        passed: (n + v,) in a row.
        spread: (v,) in a row.
        concentration: (n,).
        crossing: (n + v,) filled; nothing where an end lets something in.
    """
    for k in range(first.size - 1):
        a, b = first[k], first[k + 1]
        crossing[a + k] = min(passed[a + k], 0.0) * share * concentration[a]
        crossing[b + k] = max(passed[b + k], 0.0) * share * concentration[b - 1]
        for i in range(a, b - 1):
            f = i + k + 1
            flow = passed[f] * share
            up, down, far = i, i + 1, i - 1
            if flow < 0.0:
                up, down, far = i + 1, i, i + 2
            value = concentration[up]
            ahead = concentration[down] - value
            if a <= far < b:
                slope = limited(value - concentration[far], ahead)
                value += 0.5 * (1.0 - abs(flow) / volume[up]) * slope
            exchanged = spread[k] * share * min(volume[i], volume[i + 1])
            fall = concentration[i] - concentration[i + 1]
            crossing[f] = flow * value + exchanged * fall


@serial
def mix_nodes(
    first: Numbers,
    ends: Numbers,
    open_: Flags,
    share: float,
    passed: Floats,
    entering: float,
    cap: float,
    crossing: Floats,
    waiting: Floats,
    books: Floats,
    leaving: Floats,
    arriving: Floats,
) -> None:
    """Mix what arrives at the nodes and send it on; ``waiting`` holds what is injected.

    Args:
        first: (v + 1,).
        ends: (2, v).
        open_: (N,).
        share: of a row.
        passed: (n + v,) in a row.
        entering: concentration of blood that enters the network.
        cap: largest concentration that leaves a node.
        crossing: (n + v,) filled where an end lets something in.
        waiting: (N,) amount at each node; carried on.
        books: (2, N) amount that entered and left at each node; grows.
        leaving: (N,) scratch.
        arriving: (N,) scratch.
    """
    leaving[:], arriving[:] = 0.0, 0.0
    for k in range(first.size - 1):
        for side in range(2):
            f = first[k + side] + k
            out = passed[f] * share if side == 0 else -passed[f] * share
            if out > 0.0:
                leaving[ends[side, k]] += out
            else:
                arriving[ends[side, k]] -= out
                waiting[ends[side, k]] += abs(crossing[f])
    for n in range(waiting.size):
        gone = 0.0
        if open_[n]:
            gone = arriving[n] - leaving[n]
            if gone < 0.0:
                books[0, n] -= gone * entering
                waiting[n] -= gone * entering
                gone = 0.0
        total = leaving[n] + gone
        given = min(waiting[n], cap * total)
        waiting[n] -= given
        # From here on `leaving` is the concentration that leaves.
        leaving[n] = given / total if total > 0.0 else 0.0
        books[1, n] += gone * leaving[n]
    for k in range(first.size - 1):
        f, g = first[k] + k, first[k + 1] + k
        if passed[f] > 0.0:
            crossing[f] = passed[f] * share * leaving[ends[0, k]]
        if passed[g] < 0.0:
            crossing[g] = passed[g] * share * leaving[ends[1, k]]


@serial
def carry(
    first: Numbers,
    ends: Numbers,
    open_: Flags,
    volume: Floats,
    passed: Floats,
    spread: Floats,
    injected: Floats,
    entering: float,
    cap: float,
    every: int,
    amount: Floats,
    waiting: Floats,
    books: Floats,
    amounts: Floats,
    waits: Floats,
    ledger: Floats,
) -> None:
    """Carry ``amount`` through all rows of ``injected``, and keep every so many of them.

    Args:
        first: (v + 1,).
        ends: (2, v).
        open_: (N,).
        volume: (r + 1, n).
        passed: (r, n + v).
        spread: (v,).
        injected: (t, N) amount that is injected at each node in each row.
        entering: concentration of blood that enters.
        cap: largest concentration that leaves a node.
        every: rows between two that are kept.
        amount: (n,) in the cells; carried on.
        waiting: (N,) at the nodes; carried on.
        books: (2, N) entered and left; carried on.
        amounts: (t / every + 1, n) filled but for the first row.
        waits: (t / every + 1, N) likewise.
        ledger: (t / every + 1, 2, N) likewise.
    """
    size = volume.shape[1]
    now, concentration = np.empty(size), np.empty(size)
    crossing = np.empty(passed.shape[1])
    leaving, arriving = np.empty(waiting.size), np.empty(waiting.size)
    for row in range(injected.shape[0]):
        m = row % passed.shape[0]
        before, after = volume[m], volume[m + 1]
        parts = parts_of_row(first, before, after, passed[m], spread)
        share = 1.0 / parts
        for part in range(parts):
            for i in range(size):
                now[i] = before[i] + (after[i] - before[i]) * (part * share)
                concentration[i] = amount[i] / now[i]
            cross_faces(first, now, share, passed[m], spread, concentration, crossing)
            for n in range(waiting.size):
                waiting[n] += injected[row, n] * share
            mix_nodes(
                first, ends, open_, share, passed[m], entering, cap, crossing, waiting, books,
                leaving, arriving,
            )  # fmt: skip
            for k in range(first.size - 1):
                for i in range(first[k], first[k + 1]):
                    amount[i] += crossing[i + k] - crossing[i + k + 1]
        if (row + 1) % every == 0:
            kept = (row + 1) // every
            amounts[kept], waits[kept], ledger[kept] = amount, waiting, books
