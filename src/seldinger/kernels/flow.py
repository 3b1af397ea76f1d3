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

The plain twin is the general solver of ``physics.flow.graph``: the same circuit as one sparse
matrix.
"""

from __future__ import annotations

from typing import Any

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
SETTLED = 1e-7
"""Of the largest flow, in steady flow."""


@serial
def factor_tree(
    rate: float,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    admittance: Floats,
    out: Floats,
) -> int:
    """Eliminate all vessels; ``admittance`` of each node comes to hold all that lies below.

    Args:
        rate: 1/s that a time derivative multiplies by; 0 in steady flow.
        walk: (3, n).
        vessels: (4, n); the loss is not looked at.
        fixed: (n + 1,).
        admittance: (n + 1,) of the beds at the nodes; grows.
        out: (7, n) rows of ``COEFFICIENTS``.
    """
    up, forward = walk[0], walk[1]
    for i in range(up.size - 1, -1, -1):
        stores = vessels[1, i] * rate
        before, behind = vessels[0, i], vessels[2, i] * rate
        if forward[i] == 0:
            before, behind = behind, before
        if fixed[i + 1] and behind == 0.0:
            # The compliance itself is held: only what lies before it counts.
            if before == 0.0:
                return i
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
            return i
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
def solve_tree(
    walk: Numbers,
    coefficients: Floats,
    gives: Floats,
    root_admittance: float,
    source: Floats,
    pressure: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
) -> None:
    """One way up and down with the coefficients of ``factor_tree``.

    Args:
        walk: (3, n).
        coefficients: (7, n).
        gives: (4, n) pressure that inertance's past and the linearised loss give back; flow that
            the compliance's past gives back; compliance times rate.
        root_admittance: of all below the root; 0 where the root's ``pressure`` is given.
        source: (n + 1,) of the nodes, flow out or less the given pressure; grows.
        pressure: (n + 1,) of the nodes; filled.
        inner: (n,) pressure at the compliance; filled.
        first: (n,) flow away from the root at the upper end; filled.
        last: (n,) flow away from the root at the lower end; filled.
    """
    up, forward = walk[0], walk[1]
    below, inertia, loss, past = coefficients[0], coefficients[1], coefficients[2], coefficients[3]
    above, before, behind = coefficients[4], coefficients[5], coefficients[6]
    inertial, lost, stored, stores = gives[0], gives[1], gives[2], gives[3]
    for i in range(up.size - 1, -1, -1):
        carried = below[i] * source[i + 1] + inertia[i] * inertial[i]
        carried += loss[i] * lost[i] - past[i] * stored[i]
        first[i] = carried
        source[up[i]] += carried
    if root_admittance != 0.0:
        pressure[0] = -source[0] / root_admittance
    for i in range(up.size):
        top = pressure[up[i]]
        flow = above[i] * top + first[i]
        middle = top - before[i] * flow
        if forward[i]:
            middle += lost[i]
            gives_behind = inertial[i]
        else:
            middle += inertial[i]
            gives_behind = lost[i]
        leaving = flow - stores[i] * middle + stored[i]
        pressure[i + 1] = middle - behind[i] * leaving + gives_behind
        first[i] = flow
        last[i] = leaving
        inner[i] = middle


@serial
def solve_small(matrix: NDArray[Any], right: NDArray[Any]) -> bool:
    """Solve a few equations by elimination with pivots; whether they have one answer.

    Args:
        matrix: (t, t); destroyed.
        right: (t,); becomes the answer.
    """
    count = right.size
    for i in range(count):
        best = i
        for r in range(i + 1, count):
            if abs(matrix[r, i]) > abs(matrix[best, i]):
                best = r
        if abs(matrix[best, i]) == 0.0:
            return False
        for c in range(count):
            matrix[i, c], matrix[best, c] = matrix[best, c], matrix[i, c]
        right[i], right[best] = right[best], right[i]
        for r in range(i + 1, count):
            share = matrix[r, i] / matrix[i, i]
            for c in range(i, count):
                matrix[r, c] -= share * matrix[i, c]
            right[r] -= share * right[i]
    for i in range(count - 1, -1, -1):
        for c in range(i + 1, count):
            right[i] -= matrix[i, c] * right[c]
        right[i] /= matrix[i, i]
    return True


@serial
def respond(
    walk: Numbers,
    coefficients: Floats,
    gives: Floats,
    root_admittance: float,
    ties: Numbers,
    out: Floats,
) -> None:
    """How the gap at each tie answers to a flow across each cut.

    Args:
        walk: (3, n).
        coefficients: (7, n).
        gives: (4, n) of which only compliance times rate counts.
        root_admittance: as ``solve_tree`` takes it.
        ties: (2, t).
        out: (t, t); filled.
    """
    if ties.shape[1] == 0:
        return
    n = walk.shape[1]
    bare, source, pressure = np.zeros((4, n)), np.empty(n + 1), np.empty(n + 1)
    inner, first, last = np.empty(n), np.empty(n), np.empty(n)
    bare[3] = gives[3]
    for j in range(ties.shape[1]):
        source[:] = 0.0
        source[ties[0, j]] -= 1.0
        source[ties[1, j]] += 1.0
        pressure[0] = 0.0
        solve_tree(walk, coefficients, bare, root_admittance, source, pressure, inner, first, last)
        for i in range(ties.shape[1]):
            out[i, j] = pressure[ties[1, i]] - pressure[ties[0, i]]


@serial
def solve_tied(
    walk: Numbers,
    coefficients: Floats,
    gives: Floats,
    root_admittance: float,
    ties: Numbers,
    answers: Floats,
    source: Floats,
    pressure: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
) -> bool:
    """``solve_tree``, and once more with the flows that close the ties; whether they could be.

    Args:
        walk: (3, n).
        coefficients: (7, n).
        gives: (4, n).
        root_admittance: as there.
        ties: (2, t).
        answers: (t, t) of ``respond``.
        source: (n + 1,) as there.
        pressure: (n + 1,) as there.
        inner: (n,) as there.
        first: (n,) as there.
        last: (n,) as there.
    """
    count = ties.shape[1]
    if count == 0:
        solve_tree(walk, coefficients, gives, root_admittance, source, pressure, inner, first, last)
        return True
    kept, held = source.copy(), pressure[0]
    solve_tree(walk, coefficients, gives, root_admittance, source, pressure, inner, first, last)
    across = np.empty(count)
    for i in range(count):
        across[i] = pressure[ties[0, i]] - pressure[ties[1, i]]
    if not solve_small(answers.copy(), across):
        return False
    source[:] = kept
    pressure[0] = held
    for i in range(count):
        source[ties[0, i]] -= across[i]
        source[ties[1, i]] += across[i]
    solve_tree(walk, coefficients, gives, root_admittance, source, pressure, inner, first, last)
    return True


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
def linearise(vessels: Floats, guess: Floats, met: Floats, lost: Floats) -> None:
    """Put quadratic losses at ``guess`` into a resistance and a pressure given back.

    Args:
        vessels: (4, n).
        guess: (n,) flow through the resistance.
        met: (4, n); its first row is filled.
        lost: (n,); filled.
    """
    for i in range(guess.size):
        loss = vessels[3, i] * abs(guess[i])
        met[0, i] = vessels[0, i] + 2.0 * loss
        lost[i] = loss * guess[i]


@serial
def settle(
    flow: Floats,
    guess: Floats,
    vessels: Floats,
    within: float,
    late: bool,  # noqa: FBT001  numba binds by position
) -> bool:
    """Take ``flow`` as the next guess; whether it was near enough, the loss being off by a square.

    Args:
        flow: (n,) just found.
        guess: (n,) that it was linearised at; becomes the next one.
        vessels: (4, n); where the loss is zero the guess does not matter.
        within: of the largest flow; the losses then agree to its square.
        late: go only half the way, as the whole way did not settle.
    """
    largest, off = 0.0, 0.0
    for i in range(flow.size):
        largest = max(largest, abs(flow[i]))
        if vessels[3, i] != 0.0:
            off = max(off, abs(flow[i] - guess[i]))
    done = off <= within * largest
    share = 0.5 if late and not done else 1.0
    for i in range(flow.size):
        guess[i] += share * (flow[i] - guess[i])
    return done


@serial
def steady_tree(
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    ties: Numbers,
    ladders: Floats,
    bed_node: Numbers,
    given: Floats,
    guess: Floats,
    most: int,
    pressure: Floats,
) -> int:
    """Steady flow, by Newton's rule on the quadratic losses.

    Args:
        walk: (3, n).
        vessels: (4, n).
        fixed: (n + 1,).
        ties: (2, t).
        ladders: (6, b).
        bed_node: (b,) where the beds stand.
        given: (n + 1,) flow out of each node, or less the pressure of a fixed one.
        guess: (n,) flow away from the root to begin with; becomes the solution.
        most: turns.
        pressure: (n + 1,) of the nodes; filled.
    """
    n = guess.size
    flow, inner, last = np.empty(n), np.empty(n), np.empty(n)
    reduced, coefficients = np.empty((BED_COEFFICIENTS, bed_node.size)), np.empty((COEFFICIENTS, n))
    met, gives = np.zeros((4, n)), np.zeros((4, n))
    admittance, source = np.empty(n + 1), np.empty(n + 1)
    answers = np.empty((ties.shape[1], ties.shape[1]))
    factor_beds(0.0, ladders, reduced)
    for turn in range(most):
        linearise(vessels, guess, met, gives[1])
        admittance[:] = 0.0
        source[:] = given
        for b in range(bed_node.size):
            admittance[bed_node[b]] += reduced[0, b]
            source[bed_node[b]] += reduced[3, b]
        failed = factor_tree(0.0, walk, met, fixed, admittance, coefficients)
        if failed != SOLVED:
            return failed
        root = 0.0 if fixed[0] else admittance[0]
        pressure[0] = -given[0]
        respond(walk, coefficients, gives, root, ties, answers)
        if not solve_tied(
            walk, coefficients, gives, root, ties, answers, source, pressure, inner, flow, last
        ):
            return 0
        if settle(flow, guess, vessels, SETTLED, turn >= most // 2):
            return SOLVED
    return NOT_CONVERGED
