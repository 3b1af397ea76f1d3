"""Tree: networks without rings, or with a few, solved by the kernels of ``kernels.flow``.

A kernel that meets a vessel it cannot eliminate (no impedance between two given pressures) says so
by ``None``; the general solver then has its turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft

from seldinger.core.errors import SimulationError
from seldinger.kernels import flow, flow_harmonic, flow_march, flow_turns
from seldinger.physics.flow.circuit import LOSS, RESISTANCE
from seldinger.physics.flow.periodic import harmonic_rates, settle_losses, waveform_spectra
from seldinger.physics.flow.result import FlowWaves, SteadyFlow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.flow.boundaries import Waveform
    from seldinger.physics.flow.circuit import Circuit, TreeOrder
    from seldinger.physics.flow.settings import MarchSettings, PeriodSettings

    Floats = NDArray[np.float64]
    Spectra = NDArray[np.complex128]

STEADY_TURNS = 100
MARCH_TURNS = 30
FIRST_GUESS_ML_PER_S = 1.0
"""Where Newton's rule begins; not zero, where a loss alone would be no resistance at all."""


def unsettled(what: str) -> SimulationError:
    """The refusal of a solution whose losses did not settle."""
    return SimulationError(
        f"{what}: the quadratic losses did not settle; a negative stenosis coefficient may have no "
        "answer at all: look at it, or take shorter steps"
    )


def steady(circuit: Circuit, order: TreeOrder, guess: Floats | None) -> SteadyFlow | None:
    """Steady flow; ``guess`` (v,) is where Newton's rule begins.

    Raises:
        SimulationError: the quadratic losses did not settle.
    """
    n = len(order.place)
    flows = np.full(n, FIRST_GUESS_ML_PER_S)
    if guess is not None:
        flows = order.sign * guess[order.place]
    given, pressure = np.zeros(n + 1), np.empty(n + 1)
    given[order.node[circuit.given_node]] = [-wave.mean for wave in circuit.given]
    done = flow_turns.steady_tree(
        order.walk, np.take(circuit.elements, order.place, axis=1), order.fixed, order.ties,
        circuit.ladders,
        order.node[circuit.bed_node], given, flows, STEADY_TURNS, pressure,
    )  # fmt: skip
    if done == flow.NOT_CONVERGED:
        raise unsettled("steady flow")
    if done != flow.SOLVED:
        return None
    out = np.empty((4, n))
    flow_march.record(order.walk, pressure, flows, flows, out)
    return SteadyFlow.from_rows(circuit, out)


def march(
    circuit: Circuit, order: TreeOrder, settings: MarchSettings, period_s: float, begun: SteadyFlow
) -> FlowWaves | None:
    """Through time from ``begun``, or from rest if the settings say so.

    Raises:
        SimulationError: the quadratic losses of a step did not settle.
    """
    steps = settings.steps_per_cycle
    rows = settings.cycles * steps
    time = np.arange(rows, dtype=np.float64) * (period_s / steps)
    state, bed_state = _start(circuit, order, begun)
    if settings.from_rest:
        state[:], bed_state[:] = 0.0, 0.0
    first = 1 if settings.keep_all else rows - steps
    out = np.empty((rows - max(first, 1), 4, len(order.place)))
    vessels = np.take(circuit.elements, order.place, axis=1)
    trunk = _trunk(order, vessels[LOSS] != 0.0)
    done = flow_march.march_tree(
        period_s / steps, order.walk, vessels, order.fixed, order.ties, np.flatnonzero(~trunk),
        np.flatnonzero(trunk), circuit.ladders, order.node[circuit.bed_node], circuit.squeezed,
        sample_cycles(circuit.muscle, time, steps), order.node[circuit.given_node],
        sample_cycles(circuit.given, time, steps), state, bed_state, MARCH_TURNS, max(first, 1),
        out,
    )  # fmt: skip
    if done == flow.NOT_CONVERGED:
        raise unsettled("a step through time")
    if done != flow.SOLVED:
        return None
    if first <= 1:
        start = begun.rows()[None, :]
        out = np.concatenate([0.0 * start if settings.from_rest else start, out])
    periods = settings.cycles if settings.keep_all else 1
    return FlowWaves.from_rows(circuit, time[-len(out) :], out.transpose(1, 0, 2), periods)


def periodic(
    circuit: Circuit, order: TreeOrder, settings: PeriodSettings, period_s: float, begun: SteadyFlow
) -> FlowWaves | None:
    """The state that repeats, found at once; ``begun`` is the steady one."""
    samples = settings.samples
    crown = _gather_crown(circuit, order, samples, period_s)
    if crown is None:
        return None
    loss = crown.vessels[LOSS]
    ports = np.flatnonzero(loss)
    stands, lost = np.empty(0), np.empty((len(crown.rates), 0), np.complex128)
    if len(ports):
        begin = (order.sign * begun.start_ml_per_s[order.place])[ports]
        stands, lost = settle_losses(crown.solve, loss[ports], begin, settings)
    crown.solve(stands, lost)
    spectra = np.empty((4, len(crown.rates), len(loss)), np.complex128)
    flow_harmonic.descend(
        crown.rates, order.walk, crown.vessels, crown.port, lost, crown.seen, crown.root, spectra
    )
    time = np.arange(samples, dtype=np.float64) * (period_s / samples)
    return FlowWaves.from_rows(circuit, time, irfft(spectra, samples, axis=1), 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Crown:
    """A tree at every harmonic, down to its trunk; the arrays are those of the kernels."""

    order: TreeOrder
    rates: Spectra
    vessels: Floats
    bare: Floats
    trunk: NDArray[np.int64]
    port: NDArray[np.int64]
    admittance: Spectra
    source: Spectra
    seen: Spectra
    root: Spectra

    def solve(self, resistance: Floats, lost: Spectra) -> Spectra:
        """(k, p) flow through the losses, with (p,) resistance and (k, p) source for them."""
        ports = self.port >= 0
        self.vessels[RESISTANCE, ports] = self.bare[ports] + resistance
        flows = np.empty_like(lost)
        done = flow_harmonic.solve_trunk(
            self.rates, self.order.walk, self.vessels, self.order.fixed, self.order.ties,
            self.trunk, self.port, lost, self.admittance, self.source, self.seen, self.root, flows,
        )  # fmt: skip
        if done != flow.SOLVED:
            raise unsettled("a harmonic")
        return flows


def _gather_crown(
    circuit: Circuit, order: TreeOrder, samples: int, period_s: float
) -> _Crown | None:
    """Everything but the trunk, eliminated; None where it cannot be."""
    rates = harmonic_rates(period_s, samples)
    k, n = len(rates), len(order.place)
    vessels = np.take(circuit.elements, order.place, axis=1)
    lossy = vessels[LOSS] != 0.0
    port = np.where(lossy, np.cumsum(lossy) - 1, -1)
    trunk = _trunk(order, lossy)
    ladders = circuit.ladders.copy()
    ladders[5] *= samples
    muscle = np.zeros((k, len(circuit.bed_node)), np.complex128)
    muscle[:, circuit.squeezed] = waveform_spectra(circuit.muscle, period_s, samples)
    given = waveform_spectra(circuit.given, period_s, samples)
    given_node = order.node[circuit.given_node]
    admittance, source = (np.empty((k, n + 1), np.complex128) for _ in range(2))
    seen, root = np.empty((k, 2, n), np.complex128), np.empty(k, np.complex128)
    if order.fixed[0]:
        root[:] = given[:, np.flatnonzero(given_node == 0)[0]]
    done = flow_harmonic.gather_crown(
        rates, order.walk, vessels, order.fixed, trunk, ladders, order.node[circuit.bed_node],
        muscle, given_node, given, admittance, source, seen,
    )  # fmt: skip
    if done != flow.SOLVED:
        return None
    numbers = np.flatnonzero(trunk)
    return _Crown(
        order, rates, vessels, vessels[RESISTANCE].copy(), numbers, port, admittance, source, seen,
        root,
    )  # fmt: skip


def sample_cycles(waves: Sequence[Waveform], time_s: Floats, steps: int) -> Floats:
    """Values of w waveforms at ``time_s`` (t,), every cycle of ``steps`` the same: (t, w).

    Args:
        waves: to be sampled; w of them.
        time_s: even times of whole cycles.
        steps: of a cycle.
    """
    if not waves:
        return np.empty((len(time_s), 0))
    once = np.stack([wave.sampled(time_s[:steps]) for wave in waves], axis=1)
    return np.tile(once, (len(time_s) // steps, 1))


def _trunk(order: TreeOrder, lossy: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) vessels that have a loss or are cut, and all that lie between them and the root."""
    wanted = lossy.copy()
    wanted[order.ties[order.ties > 0] - 1] = True
    found, up = wanted.tolist(), order.walk[0].tolist()
    for i in range(len(found) - 1, -1, -1):
        if found[i] and up[i] > 0:
            found[up[i] - 1] = True
    return np.array(found, np.bool_)


def _start(circuit: Circuit, order: TreeOrder, begun: SteadyFlow) -> tuple[Floats, Floats]:
    """States of vessels and beds that do not change any more."""
    flows = order.sign * begun.start_ml_per_s[order.place]
    # No flow is lost on the way, and the inertance takes no pressure.
    state = np.array([begun.end_mmhg[order.place], flows, flows])
    return state, steady_bed_states(circuit, begun)


def steady_bed_states(circuit: Circuit, begun: SteadyFlow) -> Floats:
    """(2, b) pressure at the first compliance of each bed, and across its second."""
    pressure, ladders = begun.node_mmhg(), circuit.ladders
    top = pressure[circuit.bed_node]
    through = (top - ladders[5]) / ladders[0:5:2].sum(axis=0)
    one = top - ladders[0] * through
    two = one - ladders[2] * through
    two[circuit.squeezed] -= [wave.mean for wave in circuit.muscle]
    return np.array([one, two])
