"""March: a tree of vessels through time, by BDF2 with the elimination of ``flow`` in every step.

The first step is one of backward Euler. Vessels with a quadratic loss, rings, and all that lies
above them are the trunk, which is eliminated in every turn of Newton's rule, begun at the flow that
the last two steps promise; the rest, the crown, is eliminated once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.flow import (
    BED_COEFFICIENTS,
    COEFFICIENTS,
    SOLVED,
    climb,
    factor_beds,
    factor_tree,
    fall,
)
from seldinger.kernels.flow_turns import solve_turns
from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_STARTS = 2
"""Backward Euler once, BDF2 from then on: so many times the coefficients change."""
_SETTLED = 1e-4
"""Of the largest flow in a step; what is left of a loss is the square of it, and less than BDF2's
own error, as the guess is off by the square of the step."""


@serial
def _gather(
    bed_node: Numbers,
    reduced: Floats,
    bed_past: Floats,
    pressing: Floats,
    given_node: Numbers,
    given: Floats,
    bed_source: Floats,
    out: Floats,
) -> None:
    """What beds and given values put at their nodes in this step."""
    out[:] = 0.0
    for b in range(bed_node.size):
        held = reduced[1, b] * bed_past[0, b] + reduced[2, b] * bed_past[1, b]
        bed_source[b] = reduced[3, b] + reduced[4, b] * pressing[b] - held
    for b in range(bed_node.size):
        out[bed_node[b]] += bed_source[b]
    for g in range(given_node.size):
        out[given_node[g]] -= given[g]


@serial
def _advance_beds(
    rate: float,
    per_step: float,
    ladders: Floats,
    bed_node: Numbers,
    reduced: Floats,
    bed_source: Floats,
    pressing: Floats,
    pressure: Floats,
    state: Floats,
    past: Floats,
) -> None:
    """Carry the two states of every bed on, and what their past will add."""
    for b in range(bed_node.size):
        top = pressure[bed_node[b]]
        flow = reduced[0, b] * top + bed_source[b]
        one = top - ladders[0, b] * flow
        onward = flow - ladders[1, b] * rate * one + past[0, b]
        two = one - ladders[2, b] * onward - pressing[b]
        past[0, b] = ladders[1, b] * per_step * (2.0 * one - 0.5 * state[0, b])
        past[1, b] = ladders[3, b] * per_step * (2.0 * two - 0.5 * state[1, b])
        state[0, b], state[1, b] = one, two


@serial
def _advance_vessels(
    per_step: float,
    forward: Numbers,
    vessels: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
    state: Floats,
    gives: Floats,
) -> None:
    """Carry pressure at the compliance and flow in the inertance on, and what their past adds."""
    for i in range(inner.size):
        flow = last[i] if forward[i] else first[i]
        gives[0, i] = vessels[2, i] * per_step * (2.0 * flow - 0.5 * state[1, i])
        gives[2, i] = vessels[1, i] * per_step * (2.0 * inner[i] - 0.5 * state[0, i])
        state[0, i], state[1, i] = inner[i], flow


@serial
def record(walk: Numbers, pressure: Floats, first: Floats, last: Floats, out: Floats) -> None:
    """Write one moment in the order and direction of the network.

    Args:
        walk: (3, n).
        pressure: (n + 1,) of the nodes.
        first: (n,) flow away from the root at the upper end.
        last: (n,) the same at the lower end.
        out: (4, n) pressure at start and end, flow at start and end; filled.
    """
    for i in range(first.size):
        top, v = pressure[walk[0, i]], walk[2, i]
        if walk[1, i]:
            out[0, v], out[1, v] = top, pressure[i + 1]
            out[2, v], out[3, v] = first[i], last[i]
        else:
            out[0, v], out[1, v] = pressure[i + 1], top
            out[2, v], out[3, v] = -last[i], -first[i]


@serial
def _restart(
    rate: float,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    crown: Numbers,
    ladders: Floats,
    bed_node: Numbers,
    reduced: Floats,
    gives: Floats,
    base: Floats,
    coefficients: Floats,
) -> int:
    """Beds and crown for another ``rate``."""
    gives[3] = vessels[1] * rate
    factor_beds(rate, ladders, reduced)
    base[:] = 0.0
    for b in range(bed_node.size):
        base[bed_node[b]] += reduced[0, b]
    return factor_tree(rate, walk, vessels, fixed, crown, base, coefficients)


@serial
def _promise(trunk: Numbers, guess: Floats, before: Floats) -> None:
    """Put what the last two steps promise into ``guess``, which holds the last one."""
    for i in trunk:
        now = guess[i]
        guess[i] = 2.0 * now - before[i]
        before[i] = now


@serial
def march_tree(
    step_s: float,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    ties: Numbers,
    crown: Numbers,
    trunk: Numbers,
    ladders: Floats,
    bed_node: Numbers,
    squeezed: Numbers,
    muscle: Floats,
    given_node: Numbers,
    given: Floats,
    state: Floats,
    bed_state: Floats,
    most: int,
    kept_from: int,
    out: Floats,
) -> int:
    """March from time 0 to the last row of ``given``; row 0 is where it starts.

    Args:
        step_s: seconds between rows.
        walk: (3, n).
        vessels: (4, n).
        fixed: (n + 1,).
        ties: (2, t).
        crown: (c,) vessels that neither have a loss nor lie above one or above a tie.
        trunk: (m,) all others; both parents first.
        ladders: (6, b).
        bed_node: (b,) where the beds stand.
        squeezed: (s,) beds around whose second compliance a muscle presses.
        muscle: (t, s) its pressure.
        given_node: (g,) nodes where flow or pressure is given.
        given: (t, g) flow into the node, or its pressure.
        state: (3, n) pressure at the compliance, flow in the inertance, flow through the
            resistance; changes.
        bed_state: (2, b) pressure at the first compliance and across the second; changes.
        most: turns of Newton's rule a step.
        kept_from: first row that is written to ``out``, at least 1.
        out: (t - kept_from, 4, n) as ``record`` writes it; filled.
    """
    n, per_step = walk.shape[1], 1.0 / step_s
    reduced, bed_source = np.empty((BED_COEFFICIENTS, bed_node.size)), np.empty(bed_node.size)
    coefficients, met, gives = np.empty((COEFFICIENTS, n)), vessels.copy(), np.zeros((4, n))
    base, source, pressure = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1)
    first, last, inner = np.empty(n), np.empty(n), np.empty(n)
    guess, before = state[2].copy(), state[2].copy()
    gives[0], gives[2] = vessels[2] * per_step * state[1], vessels[1] * per_step * state[0]
    bed_past, pressing = ladders[1:4:2] * per_step * bed_state, np.zeros(bed_node.size)
    rate, failed = per_step, SOLVED
    for row in range(1, given.shape[0]):
        if row <= _STARTS:
            rate = per_step if row == 1 else 1.5 * per_step
            failed = _restart(
                rate, walk, vessels, fixed, crown, ladders, bed_node, reduced, gives, base,
                coefficients,
            )  # fmt: skip
        for s in range(squeezed.size):
            pressing[squeezed[s]] = muscle[row, s]
        _gather(bed_node, reduced, bed_past, pressing, given_node, given[row], bed_source, source)
        held = -source[0]
        climb(walk, coefficients, gives, crown, source, first)
        if failed == SOLVED:
            failed = solve_turns(
                rate, walk, vessels, fixed, ties, trunk, base, held, source, _SETTLED, most, guess,
                gives, met, coefficients, pressure, inner, first, last,
            )  # fmt: skip
        if failed != SOLVED:
            return failed
        fall(walk, coefficients, gives, crown, pressure, inner, first, last)
        _promise(trunk, guess, before)
        _advance_beds(
            rate, per_step, ladders, bed_node, reduced, bed_source, pressing, pressure, bed_state,
            bed_past,
        )  # fmt: skip
        _advance_vessels(per_step, walk[1], vessels, inner, first, last, state, gives)
        if row >= kept_from:
            record(walk, pressure, first, last, out[row - kept_from])
    return SOLVED
