"""Wave nodes: what flows where elastic tubes meet and where they end, in the middle of a step.

Seen from a node every vessel runs towards it, with the outward speed v, and carries its invariant
v + 4 c there. The arrays are those of ``wave``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

JUNCTION, FLOW, BED, REFLECTION = 0, 1, 2, 3
_TURNS = 50
_SETTLED = 1e-9
"""Of an area; what Newton's rule leaves is the square of it."""


@serial
def look_up(time_s: float, node: int, table_first: Numbers, table: Floats) -> float:
    """Value given at ``node`` at ``time_s``, straight between the times of its table.

    Args:
        time_s: since the start.
        node: its number.
        table_first: (N + 1,).
        table: (2, m).
    """
    low, high = table_first[node], table_first[node + 1] - 1
    if low == high:
        return float(table[1, low])
    within = time_s % table[0, high]
    while high - low > 1:
        middle = (low + high) // 2
        if table[0, middle] <= within:
            low = middle
        else:
            high = middle
    share = (within - table[0, low]) / (table[0, high] - table[0, low])
    return float(table[1, low] + share * (table[1, high] - table[1, low]))


@serial
def join(
    ends: Numbers, first: Numbers, face: Floats, leaving: Floats, face_area: Floats, scratch: Floats
) -> bool:
    """Areas at a node of several vessels; whether Newton's rule settled.

    Seen from each vessel v = W - 4 c, so a common total pressure H moves its area by
    (H - h) A / (c (c - v)) and its flow by -(H - h) A / c: no matrix is needed.

    Args:
        ends: (e,) at this node.
        first: (v + 1,).
        face: (3, n + v).
        leaving: (2 v,).
        face_area: (n + v,) those at the ends hold a guess and are filled.
        scratch: (3, 2 v).
    """
    for _ in range(_TURNS):
        total, heads, flows = 0.0, 0.0, 0.0
        for e in ends:
            k = e // 2
            f = first[k + e % 2] + k
            root = np.sqrt(face_area[f])
            wave = np.sqrt(0.5 * face[0, f] * root)
            out = leaving[e] - 4.0 * wave
            head = face[1, f] + face[0, f] * root + 0.5 * out * out
            admittance = face_area[f] / wave
            total += admittance
            heads += admittance * head
            flows += face_area[f] * out
            scratch[0, e], scratch[1, e], scratch[2, e] = head, wave, out
        common = (heads + flows) / total
        off = 0.0
        for e in ends:
            f = first[e // 2 + e % 2] + e // 2
            share = (common - scratch[0, e]) / (scratch[1, e] * (scratch[1, e] - scratch[2, e]))
            face_area[f] *= 1.0 + max(share, -0.5)
            off = max(off, abs(share))
        if off < _SETTLED:
            return True
    return False


@serial
def close(
    kind: int,
    given: float,
    resistance: float,
    beta: float,
    base: float,
    leaving: float,
    guess: float,
) -> float:
    """Area at an end with a boundary; not positive where Newton's rule did not settle.

    Args:
        kind: ``FLOW`` or ``BED``.
        given: flow in; pressure behind the resistance.
        resistance: of the bed, over the density.
        beta: of the face.
        base: of the face.
        leaving: the invariant v + 4 c.
        guess: area to begin with.
    """
    area = guess
    for _ in range(_TURNS):
        root = np.sqrt(area)
        wave = np.sqrt(0.5 * beta * root)
        out = leaving - 4.0 * wave
        if kind == FLOW:
            miss, slope = area * out + given, out - wave
        else:
            miss = base + beta * root - given - resistance * area * out
            slope = wave * wave / area - resistance * (out - wave)
        share = -miss / (slope * area)
        area *= 1.0 + max(share, -0.5)
        if abs(share) < _SETTLED:
            return float(area)
    return -1.0


@serial
def meet(
    time_s: float,
    dt: float,
    first: Numbers,
    face: Floats,
    node_first: Numbers,
    node_end: Numbers,
    kind: Numbers,
    bed: Floats,
    table_first: Numbers,
    table: Floats,
    leaving: Floats,
    stored: Floats,
    face_area: Floats,
    face_speed: Floats,
    scratch: Floats,
) -> bool:
    """The faces at all nodes in the middle of a step; whether all of them settled.

    Args:
        time_s: middle of the step.
        dt: whole step.
        first: (v + 1,).
        face: (3, n + v).
        node_first: (N + 1,).
        node_end: (2 v,).
        kind: (N,).
        bed: (5, N).
        table_first: (N + 1,).
        table: (2, m).
        leaving: (2 v,).
        stored: (N,) pressure at the compliance of each bed; carried on.
        face_area: (n + v,) filled at the ends.
        face_speed: (n + v,) likewise.
        scratch: (3, 2 v).
    """
    for n in range(kind.size):
        ends = node_end[node_first[n] : node_first[n + 1]]
        e = ends[0]
        k = e // 2
        f = first[k + e % 2] + k
        if kind[n] == JUNCTION:
            if not join(ends, first, face, leaving, face_area, scratch):
                return False
        elif kind[n] == REFLECTION:
            entering = -bed[1, n] - bed[0, n] * (leaving[e] - bed[1, n])
            wave = 0.125 * (leaving[e] - entering)
            face_area[f] = (2.0 * wave * wave * face[2, f]) ** 2
        else:
            given, resistance = 0.0, 0.0
            soft = bed[1, n] + 0.5 * dt / bed[2, n]
            if kind[n] == FLOW or bed[4, n] > 0.0:
                given = look_up(time_s, n, table_first, table)
            else:
                given = (bed[1, n] * stored[n] + 0.5 * dt * bed[3, n] / bed[2, n]) / soft
                resistance = bed[0, n] + 0.5 * dt / soft
            found = close(
                kind[n], given, resistance, face[0, f], face[1, f], leaving[e], face_area[f]
            )
            if not found > 0.0:
                return False
            face_area[f] = found
            if kind[n] == BED and bed[4, n] == 0.0:
                wave = np.sqrt(0.5 * face[0, f] * np.sqrt(found))
                held = given + 0.5 * dt / soft * found * (leaving[e] - 4.0 * wave)
                stored[n] = 2.0 * held - stored[n]
        for e in ends:
            k = e // 2
            f = first[k + e % 2] + k
            out = leaving[e] - 4.0 * np.sqrt(0.5 * face[0, f] * np.sqrt(face_area[f]))
            face_speed[f] = out if e % 2 == 1 else -out
    return True
