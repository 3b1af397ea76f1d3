"""Harmonic: a tree of vessels at every harmonic of a period, by the elimination of ``flow``.

Vessels with a quadratic loss, and all that lie above them, are the trunk: what the rest of the
tree, the crown, is to them is found once, and only the trunk is solved again while losses settle.
Arrays are those of ``flow``; ``rates`` is i omega of each harmonic, 0 first. The plain twin is the
general solver of ``physics.flow.graph``, one sparse matrix a harmonic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.flow import SOLVED
from seldinger.kernels.flow_turns import solve_small
from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
Spectra = NDArray[np.complex128]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@serial
def _eliminate(
    rate: complex,
    i: int,
    walk: Numbers,
    vessels: Floats,
    held: bool,  # noqa: FBT001  numba binds by position
    lost: complex,
    admittance: Spectra,
    source: Spectra,
    seen: Spectra,
) -> bool:
    """Put vessel ``i`` of one harmonic into the node above it; whether that could be done."""
    forward = walk[1, i]
    before, behind = vessels[0, i] + 0.0 * rate, vessels[2, i] * rate
    if not forward:
        before, behind = behind, before
    if held and behind == 0.0:
        if before == 0.0:
            return False
        above = 1.0 / before
        carried = (source[i + 1] + lost) * above
    else:
        if held:
            share = 1.0 / behind
            above = share
        else:
            share = 1.0 / (1.0 + admittance[i + 1] * behind)
            above = admittance[i + 1] * share
        carried = source[i + 1] * share
        if not forward:
            carried += above * lost
        above += vessels[1, i] * rate
        share = 1.0 / (1.0 + above * before)
        if forward:
            carried += above * lost
        above *= share
        carried *= share
    seen[0, i], seen[1, i] = above, carried
    admittance[walk[0, i]] += above
    source[walk[0, i]] += carried
    return bool(np.isfinite(above.real))


@serial
def _descend(
    rate: complex, i: int, walk: Numbers, vessels: Floats, lost: complex, seen: Spectra,
    pressure: Spectra,
) -> tuple[complex, complex]:  # fmt: skip
    """Flow away from the root at both ends of vessel ``i``; fills the pressure below it."""
    middle = pressure[walk[0, i]]
    first = seen[0, i] * middle + seen[1, i]
    if walk[1, i]:
        middle += lost - vessels[0, i] * first
        last = first - vessels[1, i] * rate * middle
        pressure[i + 1] = middle - vessels[2, i] * rate * last
    else:
        middle -= vessels[2, i] * rate * first
        last = first - vessels[1, i] * rate * middle
        pressure[i + 1] = middle - vessels[0, i] * last + lost
    return first, last


@serial
def gather_crown(
    rates: Spectra,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    trunk: Flags,
    ladders: Floats,
    bed_node: Numbers,
    muscle: Spectra,
    given_node: Numbers,
    given: Spectra,
    admittance: Spectra,
    source: Spectra,
    seen: Spectra,
) -> int:
    """Eliminate beds and every vessel that is not of the trunk.

    Args:
        rates: (k,).
        walk: (3, n).
        vessels: (4, n).
        fixed: (n + 1,).
        trunk: (n,) whether a vessel is of it.
        ladders: (6, b); the distal pressure in the scale of the spectra.
        bed_node: (b,) where the beds stand.
        muscle: (k, b) spectra of the pressure around each bed's second compliance.
        given_node: (g,) nodes where flow or pressure is given.
        given: (k, g) its spectra.
        admittance: (k, n + 1) of the nodes; filled.
        source: (k, n + 1) of the nodes; filled.
        seen: (k, 2, n) admittance and source of each vessel from above; filled.
    """
    admittance[:] = 0.0
    source[:] = 0.0
    for k in range(rates.size):
        rate = rates[k]
        for b in range(bed_node.size):
            inner = rate * ladders[3, b] + 1.0 / ladders[4, b]
            flow = -rate * ladders[3, b] * muscle[k, b]
            if k == 0:
                flow -= ladders[5, b] / ladders[4, b]
            share = 1.0 / (1.0 + ladders[2, b] * inner)
            inner = inner * share + rate * ladders[1, b]
            flow *= share
            share = 1.0 / (1.0 + ladders[0, b] * inner)
            admittance[k, bed_node[b]] += inner * share
            source[k, bed_node[b]] += flow * share
        for g in range(given_node.size):
            source[k, given_node[g]] -= given[k, g]
        for i in range(trunk.size - 1, -1, -1):
            if not trunk[i] and not _eliminate(
                rate, i, walk, vessels, fixed[i + 1], 0.0 * rate, admittance[k], source[k], seen[k]
            ):
                return i
    return SOLVED


@serial
def _pass_trunk(
    rate: complex,
    share: float,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    ties: Numbers,
    across: Spectra,
    trunk: Numbers,
    port: Numbers,
    lost: Spectra,
    admittance: Spectra,
    source: Spectra,
    seen: Spectra,
    pressure: Spectra,
    flow: Spectra,
) -> int:
    """Up and down the trunk at one harmonic, with ``share`` of all sources and ``across`` ties."""
    met, flows = np.zeros(port.size + 1, np.complex128), np.zeros(port.size + 1, np.complex128)
    met[0], flows[0] = admittance[0], share * source[0]
    for i in trunk:
        met[i + 1], flows[i + 1] = admittance[i + 1], share * source[i + 1]
    for t in range(across.size):
        flows[ties[0, t]] -= across[t]
        flows[ties[1, t]] += across[t]
    for i in trunk[::-1]:
        gives = share * lost[port[i]] if port[i] >= 0 else 0.0 * rate
        if not _eliminate(rate, i, walk, vessels, fixed[i + 1], gives, met, flows, seen):
            return int(i)
    pressure[0] = share * pressure[0] if fixed[0] else -flows[0] / met[0]
    for i in trunk:
        gives = share * lost[port[i]] if port[i] >= 0 else 0.0 * rate
        first, last = _descend(rate, i, walk, vessels, gives, seen, pressure)
        if port[i] >= 0:
            flow[port[i]] = first if walk[1, i] else last
    return SOLVED


@serial
def solve_trunk(
    rates: Spectra,
    walk: Numbers,
    vessels: Floats,
    fixed: Flags,
    ties: Numbers,
    trunk: Numbers,
    port: Numbers,
    lost: Spectra,
    admittance: Spectra,
    source: Spectra,
    seen: Spectra,
    root: Spectra,
    flow: Spectra,
) -> int:
    """Solve the trunk with the crown as ``gather_crown`` left it.

    Args:
        rates: (k,).
        walk: (3, n).
        vessels: (4, n).
        fixed: (n + 1,).
        ties: (2, t), all of the trunk.
        trunk: (m,) vessels of the trunk, parents first.
        port: (n,) column in ``lost`` and ``flow``; -1 where a vessel has no quadratic loss.
        lost: (k, p) what the loss gives back beyond the resistance.
        admittance: (k, n + 1) of the crown.
        source: (k, n + 1) of the crown.
        seen: (k, 2, n); of the trunk, filled.
        root: (k,) pressure at the root; filled, unless it is given.
        flow: (k, p) through the resistance, away from the root; filled.
    """
    count = ties.shape[1]
    pressure, across = np.zeros(port.size + 1, np.complex128), np.zeros(count, np.complex128)
    answers, gap = np.empty((count, count), np.complex128), np.empty(count, np.complex128)
    for k in range(rates.size):
        # One pass for each tie alone, one for the gaps, and the last with the gaps closed.
        for turn in range(count + 1 if count else 0):
            across[:] = 0.0
            if turn < count:
                across[turn] = 1.0
            pressure[0] = root[k]
            failed = _pass_trunk(
                rates[k], 0.0 if turn < count else 1.0, walk, vessels, fixed, ties, across, trunk,
                port, lost[k], admittance[k], source[k], seen[k], pressure, flow[k],
            )  # fmt: skip
            if failed != SOLVED:
                return failed
            for t in range(count):
                gap[t] = pressure[ties[0, t]] - pressure[ties[1, t]]
            if turn < count:
                answers[:, turn] = -gap
        if count and not solve_small(answers, gap):
            return 0
        across[:] = gap
        pressure[0] = root[k]
        failed = _pass_trunk(
            rates[k], 1.0, walk, vessels, fixed, ties, across, trunk, port, lost[k], admittance[k],
            source[k], seen[k], pressure, flow[k],
        )  # fmt: skip
        if failed != SOLVED:
            return failed
        root[k] = pressure[0]
    return SOLVED


@serial
def descend(
    rates: Spectra,
    walk: Numbers,
    vessels: Floats,
    port: Numbers,
    lost: Spectra,
    seen: Spectra,
    root: Spectra,
    out: Spectra,
) -> None:
    """From the root to every leaf, once all vessels are eliminated.

    Args:
        rates: (k,).
        walk: (3, n).
        vessels: (4, n), with the resistances that ``solve_trunk`` was given.
        port: (n,) as there.
        lost: (k, p) as there.
        seen: (k, 2, n) as it was found.
        root: (k,) as it was found.
        out: (4, k, n) pressure at start and end, flow at start and end, in the network's order;
            filled.
    """
    pressure = np.empty(port.size + 1, np.complex128)
    for k in range(rates.size):
        rate = rates[k]
        pressure[0] = root[k]
        for i in range(port.size):
            gives = lost[k, port[i]] if port[i] >= 0 else 0.0 * rate
            first, last = _descend(rate, i, walk, vessels, gives, seen[k], pressure)
            top, bottom, v = pressure[walk[0, i]], pressure[i + 1], walk[2, i]
            if walk[1, i]:
                out[0, k, v], out[1, k, v] = top, bottom
                out[2, k, v], out[3, k, v] = first, last
            else:
                out[0, k, v], out[1, k, v] = bottom, top
                out[2, k, v], out[3, k, v] = -last, -first
