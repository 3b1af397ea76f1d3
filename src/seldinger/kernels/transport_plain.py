"""Plain twin of ``transport``: whole arrays, node by node; to be read."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


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
    """Twin of ``transport.carry``."""
    vessels = np.arange(len(first) - 1)
    owner = np.repeat(vessels, np.diff(first))
    left = np.arange(len(amount)) + owner
    start, end = first[:-1] + vessels, first[1:] + vessels
    for row, shots in enumerate(injected):
        m = row % len(passed)
        before, after = volume[m], volume[m + 1]
        out = np.maximum(passed[m][left + 1], 0.0) + np.maximum(-passed[m][left], 0.0)
        most = max(1.0, float((out / (0.5 * np.minimum(before, after))).max()))
        parts = math.ceil(max(most, 4.0 * float(spread.max())))
        flow = passed[m] / parts
        for part in range(parts):
            now = before + (after - before) * part / parts
            crossing = _inside(first, now, flow, spread / parts, amount / now)
            waiting += shots / parts
            for n in range(len(waiting)):
                comes = [*end[ends[1] == n], *start[ends[0] == n]]
                outward = np.array([-1.0] * (ends[1] == n).sum() + [1.0] * (ends[0] == n).sum())
                goes = outward * flow[comes]
                waiting[n] += abs(crossing[comes])[goes <= 0.0].sum()
                total = goes[goes > 0.0].sum()
                surplus = -goes.sum() if open_[n] else 0.0
                fresh = max(-surplus, 0.0) * entering
                waiting[n] += fresh
                total += max(surplus, 0.0)
                given = min(waiting[n], cap * total)
                mixed = given / total if total > 0.0 else 0.0
                waiting[n] -= given
                books[:, n] += fresh, max(surplus, 0.0) * mixed
                into = goes > 0.0
                crossing[np.array(comes)[into]] = outward[into] * goes[into] * mixed
            amount += crossing[left] - crossing[left + 1]
        if (row + 1) % every == 0:
            kept = (row + 1) // every
            amounts[kept], waits[kept], ledger[kept] = amount, waiting, books


def _inside(
    first: Numbers, volume: Floats, flow: Floats, spread: Floats, concentration: Floats
) -> Floats:
    """Amount across the faces, but for what the nodes let in."""
    crossing = np.zeros(len(flow))
    for k, (a, b) in enumerate(pairwise(first)):
        c, v, faces = concentration[a:b], volume[a:b], flow[a + k : b + k + 1]
        rise = np.diff(c)
        together = rise[1:] * rise[:-1] > 0.0
        slope = np.zeros(len(c))
        # One infinitesimal slope serves both ways of flow; the outermost cells have none.
        below = np.where(together, rise[1:] + rise[:-1], 1.0)
        slope[1:-1] = np.where(together, 2.0 * rise[1:] * rise[:-1] / below, 0.0)
        inner = faces[1:-1]
        down = c[:-1] + 0.5 * (1.0 - inner / v[:-1]) * slope[:-1]
        up = c[1:] - 0.5 * (1.0 + inner / v[1:]) * slope[1:]
        mixed = spread[k] * np.minimum(v[:-1], v[1:]) * -rise
        crossing[a + k + 1 : b + k] = np.where(inner >= 0.0, down, up) * inner + mixed
        crossing[a + k] = min(faces[0], 0.0) * c[0]
        crossing[b + k] = max(faces[-1], 0.0) * c[-1]
    return crossing
