"""Graph: any network, loops and zero resistances too, as one sparse matrix (modified nodal).

It is also the plain twin of the kernels: one equation a line of physics, solved by SuperLU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.fft import irfft
from scipy.sparse.linalg import splu

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.circuit import COMPLIANCE, INERTANCE
from seldinger.physics.flow.periodic import harmonic_rates, settle_losses, waveform_spectra
from seldinger.physics.flow.result import FlowWaves, SteadyFlow
from seldinger.physics.flow.tree import (
    FIRST_GUESS_ML_PER_S,
    MARCH_TURNS,
    STEADY_TURNS,
    sample_cycles,
    steady_bed_states,
    unsettled,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from seldinger.physics.flow.circuit import Circuit
    from seldinger.physics.flow.settings import MarchSettings, PeriodSettings

    Floats = NDArray[np.float64]

_SETTLED = 1e-7
"""Of the largest flow; what is left of a quadratic loss is the square of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """``storage`` x' + ``matrix`` x = sources, less the losses at the first v equations.

    Unknowns, in this order: (nodes) pressures; (v) flow at the start, pressure at the compliance,
    flow at the end; (p) flow in at given pressures; (b) flow, pressure, onward flow and pressure
    across the second compliance of each bed.

    Attributes:
        storage, matrix: (x, x) sparse.
        fixed: (x,) sources that do not change.
        given: (x, g) what given flows and pressures add.
        muscle: (x, s) what the muscles' pressures add.
        start_flow: columns of the flows that the losses depend on.
    """

    storage: Any
    matrix: Any
    fixed: Floats
    given: Any
    muscle: Any
    start_flow: slice


def equations(circuit: Circuit) -> Equations:
    """Kirchhoff's and the elements' laws of ``circuit``."""
    nodes, v = len(circuit.network.nodes), len(circuit.start)
    held, b = np.flatnonzero(circuit.is_pressure), len(circuit.bed_node)
    sizes = (nodes, v, v, v, len(held), b, b, b, b)
    at = [np.arange(size) + before for size, before in zip(sizes, np.cumsum((0, *sizes)),
          strict=False)]  # fmt: skip
    p, first, inner, last, entering, flow, one, onward, two = at
    # Equations: loss, compliance, inertance (v each), nodes, given pressures, four of each bed.
    rows = (v, v, v, nodes, len(held), b, b, b, b)
    on = [np.arange(size) + before for size, before in zip(rows, np.cumsum((0, *rows)),
          strict=False)]  # fmt: skip
    start, end, bed = circuit.start, circuit.end, circuit.ladders
    matrix = [
        (on[0], p[start], 1.0), (on[0], inner, -1.0), (on[0], first, -circuit.resistance),
        (on[1], first, -1.0), (on[1], last, 1.0),
        (on[2], inner, -1.0), (on[2], p[end], 1.0),
        (on[3][end], last, 1.0), (on[3][start], first, -1.0),
        (on[3][circuit.given_node[held]], entering, 1.0),
        (on[4], p[circuit.given_node[held]], 1.0),
        (on[3][circuit.bed_node], flow, -1.0),
        (on[5], p[circuit.bed_node], 1.0), (on[5], one, -1.0), (on[5], flow, -bed[0]),
        (on[6], onward, 1.0), (on[6], flow, -1.0),
        (on[7], one, 1.0), (on[7], two, -1.0), (on[7], onward, -bed[2]),
        (on[8], onward, -1.0), (on[8], two, 1.0 / bed[4]),
    ]  # fmt: skip
    storage = [
        (on[1], inner, circuit.elements[COMPLIANCE]), (on[2], last, circuit.elements[INERTANCE]),
        (on[6], one, bed[1]), (on[8], two, bed[3]),
    ]  # fmt: skip
    size = int(sum(sizes))
    fixed = np.zeros(size)
    fixed[on[8]] = bed[5] / bed[4]
    free = np.flatnonzero(~circuit.is_pressure)
    given = [(on[3][circuit.given_node[free]], free, -1.0), (on[4], held, 1.0)]
    squeezed, s = circuit.squeezed, np.arange(len(circuit.squeezed))
    muscle = [(on[7][squeezed], s, 1.0), (on[8][squeezed], s, -1.0 / bed[4][squeezed])]
    return Equations(
        _sparse(storage, (size, size)),
        _sparse(matrix, (size, size)),
        fixed,
        _sparse(given, (size, len(circuit.given))),
        _sparse(muscle, (size, len(squeezed))),
        slice(int(first[0]), int(first[-1]) + 1),
    )


def steady(circuit: Circuit, guess: Floats | None) -> SteadyFlow:
    """Steady flow; ``guess`` (v,) is where Newton's rule begins.

    Raises:
        SimulationError: the quadratic losses did not settle.
    """
    laws = equations(circuit)
    means = _means(circuit)
    flows = np.full(len(circuit.start), FIRST_GUESS_ML_PER_S) if guess is None else guess
    sources = laws.fixed + laws.given @ means[0] + laws.muscle @ means[1]
    solved = _newton(laws, laws.matrix, circuit.loss, sources, flows, STEADY_TURNS)
    if solved is None:
        raise unsettled("steady flow")
    return SteadyFlow.from_rows(circuit, _ends(circuit, solved[None, :])[:, 0])


def march(
    circuit: Circuit, settings: MarchSettings, period_s: float, begun: SteadyFlow
) -> FlowWaves:
    """Through time by BDF2, the first step by backward Euler.

    Raises:
        SimulationError: the quadratic losses of a step did not settle.
    """
    laws, steps = equations(circuit), settings.steps_per_cycle
    rows, step = settings.cycles * steps, period_s / steps
    time = np.arange(rows, dtype=np.float64) * step
    given = sample_cycles(circuit.given, time, steps)
    muscle = sample_cycles(circuit.muscle, time, steps)
    now = np.zeros(laws.matrix.shape[0]) if settings.from_rest else _unknowns(circuit, begun)
    old, kept_from = now, 0 if settings.keep_all else rows - steps
    kept = np.empty((rows - kept_from, len(now)))
    if kept_from == 0:
        kept[0] = now
    linear, solver = not circuit.loss.any(), None
    flows = before = now[laws.start_flow]
    for row in range(1, rows):
        rate = (1.0 if row == 1 else 1.5) / step
        past = now if row == 1 else 2.0 * now - 0.5 * old
        sources = laws.fixed + laws.given @ given[row] + laws.muscle @ muscle[row]
        sources += laws.storage @ past / step
        old = now
        if linear:
            if row <= 2:  # noqa: PLR2004  the matrix is another one after the first step
                solver = _factored(rate * laws.storage + laws.matrix)
            now = solver(sources)  # type: ignore[misc]  # made in the first two rows
        else:
            found = _newton(
                laws, rate * laws.storage + laws.matrix, circuit.loss, sources,
                2.0 * flows - before, MARCH_TURNS,
            )  # fmt: skip
            if found is None:
                raise unsettled("a step through time")
            now, before, flows = found, flows, found[laws.start_flow]
        if row >= kept_from:
            kept[row - kept_from] = now
    periods = settings.cycles if settings.keep_all else 1
    return FlowWaves.from_rows(circuit, time[kept_from:], _ends(circuit, kept), periods)


def periodic(
    circuit: Circuit, settings: PeriodSettings, period_s: float, begun: SteadyFlow
) -> FlowWaves:
    """The state that repeats: a sparse matrix for each harmonic."""
    laws, samples = equations(circuit), settings.samples
    rates = harmonic_rates(period_s, samples)
    ports = np.flatnonzero(circuit.loss)
    spectra = waveform_spectra(circuit.given, period_s, samples) @ laws.given.T
    spectra += waveform_spectra(circuit.muscle, period_s, samples) @ laws.muscle.T
    spectra[0] += samples * laws.fixed
    columns = ports + laws.start_flow.start
    solved = np.empty((len(rates), laws.matrix.shape[0]), np.complex128)
    kept: dict[bytes, list[Callable[[Any], Any]]] = {}

    def solve(resistance: Floats, lost: NDArray[np.complex128]) -> NDArray[np.complex128]:
        key = resistance.tobytes()
        if key not in kept:
            kept.clear()
            met = _with_losses(laws, laws.matrix, ports, resistance)
            kept[key] = [_factored(rate * laws.storage + met) for rate in rates]
        for k, solver in enumerate(kept[key]):
            sources = spectra[k].copy()
            sources[ports] -= lost[k]
            solved[k] = solver(sources)
        return solved[:, columns]

    stands, lost = np.empty(0), np.empty((len(rates), 0), np.complex128)
    if len(ports):
        begin = begun.start_ml_per_s[ports]
        stands, lost = settle_losses(solve, circuit.loss[ports], begin, settings)
    solve(stands, lost)
    waves = irfft(_ends(circuit, solved), samples, axis=1)
    time = np.arange(samples, dtype=np.float64) * (period_s / samples)
    return FlowWaves.from_rows(circuit, time, waves, 1)


def _newton(
    laws: Equations, matrix: Any, loss: Floats, sources: Floats, flows: Floats, most: int
) -> Floats | None:
    """The unknowns with quadratic losses; None where they did not settle."""
    ports = np.flatnonzero(loss)
    for turn in range(most):
        met = _with_losses(laws, matrix, ports, 2.0 * loss[ports] * abs(flows[ports]))
        right = sources.copy()
        right[ports] -= loss[ports] * abs(flows[ports]) * flows[ports]
        found: Floats = _factored(met)(right)
        new = found[laws.start_flow]
        off = abs(new[ports] - flows[ports]).max(initial=0.0)
        if off <= _SETTLED * abs(new).max():
            return found
        flows = flows + (1.0 if turn < most // 2 else 0.5) * (new - flows)
    return None


def _with_losses(laws: Equations, matrix: Any, ports: NDArray[np.intp], more: Floats) -> Any:
    """``matrix`` with the resistance ``more`` (p,) at the vessels ``ports``."""
    extra = [(ports, ports + laws.start_flow.start, -more)]
    return matrix + _sparse(extra, matrix.shape)


def _factored(matrix: Any) -> Callable[[Any], Any]:
    try:
        solve: Callable[[Any], Any] = splu(matrix.tocsc()).solve
    except RuntimeError as singular:
        raise SimulationError(
            "the network has no single answer: a ring of vessels without resistance, two given "
            "pressures joined by none, or inflow that can go nowhere: give every vessel a "
            "resistance"
        ) from singular
    return solve


def _sparse(entries: list[tuple[Any, Any, Any]], shape: tuple[int, int]) -> Any:
    rows = np.concatenate([row for row, _, _ in entries])
    columns = np.concatenate([column for _, column, _ in entries])
    values = np.concatenate([np.broadcast_to(value, row.shape) for row, _, value in entries])
    return sparse.csr_matrix((values, (rows, columns)), shape=shape)


def _means(circuit: Circuit) -> tuple[Floats, Floats]:
    return (
        np.array([wave.mean for wave in circuit.given], np.float64),
        np.array([wave.mean for wave in circuit.muscle], np.float64),
    )


def _ends(circuit: Circuit, unknowns: Any) -> Any:
    """(4, t, v) pressure at start and end, flow at start and end, of (t, x) unknowns."""
    nodes, v = len(circuit.network.nodes), len(circuit.start)
    first, last = unknowns[:, nodes : nodes + v], unknowns[:, nodes + 2 * v : nodes + 3 * v]
    return np.stack([unknowns[:, circuit.start], unknowns[:, circuit.end], first, last])


def _unknowns(circuit: Circuit, begun: SteadyFlow) -> Floats:
    """Every unknown of the steady state; the march needs those with a past."""
    one, two = steady_bed_states(circuit, begun)
    pressure = begun.node_mmhg()
    top = pressure[circuit.bed_node]
    through = (top - circuit.ladders[5]) / circuit.ladders[0:5:2].sum(axis=0)
    return np.concatenate([
        pressure, begun.start_ml_per_s, begun.end_mmhg, begun.end_ml_per_s,
        np.zeros(int(circuit.is_pressure.sum())), through, one, through, two,
    ])  # fmt: skip
