"""Flow: blood in a tree of vessels, by eliminating from the leaves to the root (Hines).

Vessel i hangs below node ``up`` and ends at node i + 1; parents come before children. Seen from
above, what lies below a node is an admittance and a source, Q = Y P + J; going up once and down
once solves the tree. Where the vessel's own start lies above, its resistance comes first and its
inertance last ("forward"); elsewhere the other way round.

Arrays that all of these kernels take, by rows:

``walk``      (3, n) int: node above; 1 if forward, else 0; number in the network
``vessels``   (4, n): resistance, compliance, inertance, quadratic loss
``ladders``   (6, b): the beds at the boundary: resistance, compliance, resistance, compliance,
              resistance, distal pressure
``fixed``     (n + 1,): nodes whose pressure is given, each a leaf or the root
``ties``      (2, t) int: pairs of nodes that are one: a ring is cut at a node, and the flow across
              the cut is what brings the two to one pressure
``pick``      (m,) int: vessels to be looked at, parents first

The plain twin is the general solver of ``physics.flow.graph``: the same circuit as one sparse
matrix.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

COEFFICIENTS = 7
"""Rows that ``factor_tree`` fills: of the source below, of inertia, of loss, of the compliance's
past, of the pressure above; impedance before and behind the compliance."""
BED_COEFFICIENTS = 5
SOLVED = -1
"""What a kernel returns when all went well; otherwise the number of the vessel it failed at."""
NOT_CONVERGED = -2


@serial
def factor_tree(
    rate: float,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    pick: Numbers,
    admittance: Floats,
    out: Floats,
) -> int:
    """Eliminate vessels; ``admittance`` of each node comes to hold all that lies below.

    Args:
        rate: 1/s that a time derivative multiplies by; 0 in steady flow.
        walk: (3, n).
        vessels: (4, n); the loss is not looked at.
        fixed: (n + 1,).
        pick: (m,).
        admittance: (n + 1,) of the beds at the nodes; grows.
        out: (7, n) rows of ``COEFFICIENTS``.
    """
    up, forward = walk[0], walk[1]
    for m in range(pick.size - 1, -1, -1):
        i = pick[m]
        stores = vessels[1, i] * rate
        before, behind = vessels[0, i], vessels[2, i] * rate
        if forward[i] == 0:
            before, behind = behind, before
        if fixed[i + 1] and behind == 0.0:
            # The compliance itself is held: only what lies before it counts.
            if before == 0.0:
                return int(i)
            below = above = side = 1.0 / before
            past = 0.0
        else:
            inner = behind if fixed[i + 1] else 1.0 + admittance[i + 1] * behind
            first = 1.0 / inner
            carried = first if fixed[i + 1] else admittance[i + 1] * first
            past = 1.0 / (1.0 + (carried + stores) * before)
            above = (carried + stores) * past
            below = first * past
            side = carried * past
        if not np.isfinite(above):
            return int(i)
        out[0, i] = below
        out[1, i] = side if forward[i] else above
        out[2, i] = above if forward[i] else side
        out[3, i] = past
        out[4, i] = above
        out[5, i] = before
        out[6, i] = behind
        admittance[up[i]] += above
    return SOLVED


@serial
def climb(
    walk: Numbers, coefficients: Floats, gives: Floats, pick: Numbers, source: Floats, first: Floats
) -> None:
    """Carry sources up, with the coefficients of ``factor_tree``.

    Args:
        walk: (3, n).
        coefficients: (7, n).
        gives: (4, n) pressure that inertance's past and the linearised loss give back; flow that
            the compliance's past gives back; compliance times rate.
        pick: (m,).
        source: (n + 1,) of the nodes, flow out or less the given pressure; grows.
        first: (n,) what each vessel carries up; filled.
    """
    up = walk[0]
    below, inertia, loss, past = coefficients[0], coefficients[1], coefficients[2], coefficients[3]
    for m in range(pick.size - 1, -1, -1):
        i = pick[m]
        carried = below[i] * source[i + 1] + inertia[i] * gives[0, i]
        carried += loss[i] * gives[1, i] - past[i] * gives[2, i]
        first[i] = carried
        source[up[i]] += carried


@serial
def fall(
    walk: Numbers,
    coefficients: Floats,
    gives: Floats,
    pick: Numbers,
    pressure: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
) -> None:
    """Carry pressure down, once ``climb`` has been up.

    Args:
        walk: (3, n).
        coefficients: (7, n).
        gives: (4, n) as there.
        pick: (m,).
        pressure: (n + 1,) of the nodes; below the first of them, filled.
        inner: (n,) pressure at the compliance; filled.
        first: (n,) as ``climb`` left it; becomes the flow away from the root at the upper end.
        last: (n,) flow away from the root at the lower end; filled.
    """
    up, forward = walk[0], walk[1]
    above, before, behind = coefficients[4], coefficients[5], coefficients[6]
    for m in range(pick.size):
        i = pick[m]
        middle = pressure[up[i]]
        flow = above[i] * middle + first[i]
        middle -= before[i] * flow
        if forward[i]:
            middle += gives[1, i]
            given_behind = gives[0, i]
        else:
            middle += gives[0, i]
            given_behind = gives[1, i]
        leaving = flow - gives[3, i] * middle + gives[2, i]
        pressure[i + 1] = middle - behind[i] * leaving + given_behind
        first[i] = flow
        last[i] = leaving
        inner[i] = middle


@serial
def factor_beds(rate: float, ladders: Floats, out: Floats) -> None:
    """Reduce the ladders at the boundary to what their nodes see.

    Args:
        rate: 1/s; 0 in steady flow.
        ladders: (6, b).
        out: (5, b) admittance; shares of the first and second compliance's past; constant source;
            share of the pressure around the second.
    """
    for b in range(ladders.shape[1]):
        inner = rate * ladders[3, b] + 1.0 / ladders[4, b]
        fall = 1.0 + ladders[2, b] * inner
        middle = inner / fall + rate * ladders[1, b]
        first = 1.0 + ladders[0, b] * middle
        out[0, b] = middle / first
        out[1, b] = 1.0 / first
        out[2, b] = 1.0 / (fall * first)
        out[3, b] = -ladders[5, b] / ladders[4, b] / (fall * first)
        out[4, b] = -rate * ladders[3, b] / (fall * first)


@serial
def linearise(vessels: Floats, pick: Numbers, guess: Floats, met: Floats, lost: Floats) -> None:
    """Put quadratic losses at ``guess`` into a resistance and a pressure given back.

    Args:
        vessels: (4, n).
        pick: (m,).
        guess: (n,) flow through the resistance.
        met: (4, n); its first row is filled.
        lost: (n,); filled.
    """
    for i in pick:
        loss = vessels[3, i] * abs(guess[i])
        met[0, i] = vessels[0, i] + 2.0 * loss
        lost[i] = loss * guess[i]


@serial
def settle(
    walk: Numbers,
    vessels: Floats,
    pick: Numbers,
    first: Floats,
    last: Floats,
    within: float,
    late: bool,  # noqa: FBT001  numba binds by position
    guess: Floats,
) -> bool:
    """Take the flow found as the next guess; whether it was near enough.

    Args:
        walk: (3, n).
        vessels: (4, n); where the loss is zero the guess does not matter.
        pick: (m,).
        first: (n,) flow at the upper end.
        last: (n,) flow at the lower end.
        within: of the largest flow; the losses then agree to its square.
        late: go only half the way, as the whole way did not settle.
        guess: (n,) flow through the resistance; becomes the next one.
    """
    largest, off = 0.0, 0.0
    for i in pick:
        flow = first[i] if walk[1, i] else last[i]
        largest = max(largest, abs(flow))
        if vessels[3, i] != 0.0:
            off = max(off, abs(flow - guess[i]))
    done = off <= within * largest
    share = 0.5 if late and not done else 1.0
    for i in pick:
        flow = first[i] if walk[1, i] else last[i]
        guess[i] += share * (flow - guess[i])
    return done
