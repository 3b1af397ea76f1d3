"""Turns: rings closed and quadratic losses settled, in a tree of ``flow``.

A ring was cut at a node. How the gap of pressure at each cut answers to a flow across each is found
once for a factored tree; the flows that close all gaps are then a few equations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.flow import (
    BED_COEFFICIENTS,
    COEFFICIENTS,
    NOT_CONVERGED,
    SOLVED,
    climb,
    factor_beds,
    factor_tree,
    fall,
    linearise,
    settle,
)
from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

SETTLED = 1e-7
"""Of the largest flow, in steady flow."""


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
def _copy(pick: Numbers, values: Floats, out: Floats) -> None:
    """Copy (n + 1,) values at the root and below the vessels of ``pick``."""
    out[0] = values[0]
    for i in pick:
        out[i + 1] = values[i + 1]


@serial
def _pass(
    walk: Numbers,
    coefficients: Floats,
    gives: Floats,
    pick: Numbers,
    root_admittance: float,
    held: float,
    source: Floats,
    pressure: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
) -> None:
    """Up, across the root and down; a root of given pressure has no admittance and is ``held``."""
    climb(walk, coefficients, gives, pick, source, first)
    pressure[0] = held if root_admittance == 0.0 else -source[0] / root_admittance
    fall(walk, coefficients, gives, pick, pressure, inner, first, last)


@serial
def _close(
    walk: Numbers,
    coefficients: Floats,
    gives: Floats,
    ties: Numbers,
    pick: Numbers,
    root_admittance: float,
    held: float,
    source: Floats,
    pressure: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
) -> bool:
    """Add to ``source`` the flows across the ties that close their gaps; whether there are such."""
    count, nodes = ties.shape[1], source.size
    across, answers = np.empty(count), np.empty((count, count))
    bare, sums = np.zeros(gives.shape), np.empty(nodes)
    bare[3] = gives[3]
    for turn in range(count + 1):
        if turn < count:
            sums[:] = 0.0
            sums[ties[0, turn]] -= 1.0
            sums[ties[1, turn]] += 1.0
        else:
            _copy(pick, source, sums)
        _pass(
            walk, coefficients, bare if turn < count else gives, pick, root_admittance,
            0.0 if turn < count else held, sums, pressure, inner, first, last,
        )  # fmt: skip
        for t in range(count):
            gap = pressure[ties[1, t]] - pressure[ties[0, t]]
            if turn < count:
                answers[t, turn] = gap
            else:
                across[t] = -gap
    if not solve_small(answers, across):
        return False
    for t in range(count):
        source[ties[0, t]] -= across[t]
        source[ties[1, t]] += across[t]
    return True


@serial
def solve_turns(
    rate: float,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    ties: Numbers,
    pick: Numbers,
    base: Floats,
    held: float,
    given: Floats,
    within: float,
    most: int,
    guess: Floats,
    gives: Floats,
    met: Floats,
    coefficients: Floats,
    pressure: Floats,
    inner: Floats,
    first: Floats,
    last: Floats,
) -> int:
    """Solve the vessels of ``pick``, rings closed, by Newton's rule on their losses.

    Args:
        rate: 1/s; 0 in steady flow.
        walk: (3, n).
        vessels: (4, n).
        fixed: (n + 1,).
        ties: (2, t).
        pick: (m,) with every vessel that has a loss or lies above one or above a tie.
        base: (n + 1,) admittance of all else.
        held: pressure of the root, where it is given.
        given: (n + 1,) source of all else.
        within: of the largest flow, when losses count as settled.
        most: turns.
        guess: (n,) flow through the resistance; becomes the solution.
        gives: (4, n) as ``climb`` takes it; the losses' row is filled.
        met: (4, n) vessels as they are met; the resistances are filled.
        coefficients: (7, n); filled.
        pressure: (n + 1,); filled.
        inner: (n,); filled.
        first: (n,); filled.
        last: (n,); filled.
    """
    admittance, source = np.empty(base.size), np.empty(base.size)
    for turn in range(most):
        linearise(vessels, pick, guess, met, gives[1])
        _copy(pick, base, admittance)
        failed = factor_tree(rate, walk, met, fixed, pick, admittance, coefficients)
        if failed != SOLVED:
            return failed
        root = 0.0 if fixed[0] else admittance[0]
        _copy(pick, given, source)
        if ties.shape[1] and not _close(
            walk, coefficients, gives, ties, pick, root, held, source, pressure, inner, first, last
        ):
            return 0
        _pass(walk, coefficients, gives, pick, root, held, source, pressure, inner, first, last)
        if settle(walk, vessels, pick, first, last, within, turn >= most // 2, guess):
            return SOLVED
    return NOT_CONVERGED


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
        given: (n + 1,) flow out of each node, or less the pressure of a fixed one; changes.
        guess: (n,) flow away from the root to begin with; becomes the solution.
        most: turns.
        pressure: (n + 1,) of the nodes; filled.
    """
    n, held = guess.size, -given[0]
    reduced, base = np.empty((BED_COEFFICIENTS, bed_node.size)), np.zeros(n + 1)
    factor_beds(0.0, ladders, reduced)
    for b in range(bed_node.size):
        base[bed_node[b]] += reduced[0, b]
        given[bed_node[b]] += reduced[3, b]
    return solve_turns(
        0.0, walk, vessels, fixed, ties, np.arange(n), base, held, given, SETTLED, most, guess,
        np.zeros((4, n)), np.zeros((4, n)), np.empty((COEFFICIENTS, n)), pressure, np.empty(n),
        np.empty(n), np.empty(n),
    )  # fmt: skip
