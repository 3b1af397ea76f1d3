"""Periodic: spectra of the boundary, and how quadratic losses settle over a period.

A loss K |Q| Q is split into a resistance, K times the largest flow, and the rest, which acts as a
source of pressure. The rest then moves less than the resistance holds it, so that the turns
contract for any passive network; Anderson's mixing makes few of many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.fft import irfft, rfft

from seldinger.core.errors import SimulationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from seldinger.physics.flow.boundaries import Waveform
    from seldinger.physics.flow.settings import PeriodSettings

    Floats = NDArray[np.float64]
    Spectra = NDArray[np.complex128]
    PortSolver = Callable[[Floats, Spectra], Spectra]
    """(p,) resistance that stands for the losses and (k, p) source -> (k, p) flow."""

_MEMORY = 6
_STALE = 1.3


def harmonic_rates(period_s: float, samples: int) -> Spectra:
    """(k,) i omega of the harmonics that ``samples`` carry, the one of half of them left out."""
    omega = 2.0 * np.pi / period_s * np.arange(samples // 2, dtype=np.float64)
    rates: Spectra = (1j * omega).astype(np.complex128)
    return rates


def waveform_spectra(waves: Sequence[Waveform], period_s: float, samples: int) -> Spectra:
    """(k, w) exact Fourier coefficients of tables that are straight between their times.

    Args:
        waves: each of this period, or constant.
        period_s: their period.
        samples: the scale of the coefficients, that of an unscaled transform of so many.
    """
    omega = harmonic_rates(period_s, samples).imag[1:, None]
    out = np.zeros((samples // 2, len(waves)), np.complex128)
    for column, wave in enumerate(waves):
        out[0, column] = wave.mean
        if wave.times_s:
            t, v = np.array(wave.times_s), np.array(wave.values)
            turn = np.exp(-1j * omega * t)
            slope = np.diff(v) / np.diff(t)
            edges = (1j / omega) * np.diff(v * turn, axis=1)
            ramps = slope * np.diff(turn, axis=1) / omega**2
            out[1:, column] = (edges + ramps).sum(axis=1) / period_s
    return samples * out


def settle_losses(
    solve: PortSolver, loss: Floats, start: Floats, settings: PeriodSettings
) -> tuple[Floats, Spectra]:
    """The resistance and the source that stand for quadratic losses in the periodic state.

    Args:
        solve: the linear network as seen from its losses.
        loss: (p,) coefficients K.
        start: (p,) flows to begin with, as steady.
        settings: samples, tolerance, turns.

    Returns:
        (p,) resistance and (k, p) source with which the network carries the flows that they are
        made of.

    Raises:
        SimulationError: the losses did not settle.
    """
    flows = np.tile(start[:, None], settings.samples)
    resistance = 2.0 * loss * abs(start)
    mixer = _Mixer()
    for turn in range(settings.most):
        largest = abs(flows).max(axis=1)
        off = largest * abs(loss) > _STALE * abs(resistance)
        if turn == 1 or off.any():
            resistance = np.where(off | (turn == 1), loss * largest, resistance)
            mixer = _Mixer()
        source = _rest(loss, resistance, flows)
        found = irfft(solve(resistance, source).T, settings.samples, axis=1)
        change = float(abs(found - flows).max())
        if change <= settings.tolerance * max(float(abs(found).max()), np.finfo(float).tiny):
            return resistance, _rest(loss, resistance, found)
        flows = mixer.mixed(flows, found)
    raise SimulationError(
        f"the quadratic losses did not settle in {settings.most} turns, the last moved a flow by "
        f"{change:.3g} mL/s: march the network through time instead, or look for a negative loss"
    )


def _rest(loss: Floats, resistance: Floats, flows: Floats) -> Spectra:
    """(k, p) what a loss gives back beyond its resistance."""
    rest = (resistance[:, None] - loss[:, None] * abs(flows)) * flows
    return np.ascontiguousarray(rfft(rest, axis=1)[:, : flows.shape[1] // 2].T)


class _Mixer:
    """Anderson's mixing of the last few turns."""

    def __init__(self) -> None:
        self.given: list[Floats] = []
        self.off: list[Floats] = []

    def mixed(self, flows: Floats, found: Floats) -> Any:
        """What to try after ``flows`` gave ``found``, both (p, samples)."""
        self.given.append(found)
        self.off.append((found - flows).ravel())
        self.given, self.off = self.given[-_MEMORY:], self.off[-_MEMORY:]
        if len(self.off) == 1:
            return found
        steps = np.diff(np.array(self.off), axis=0)
        square = steps @ steps.T
        square[np.diag_indices(len(steps))] *= 1.0 + 1e-12
        try:
            weights = np.linalg.solve(square, steps @ self.off[-1])
        except np.linalg.LinAlgError:
            return found
        out = found.copy()
        for weight, one, two in zip(weights, self.given, self.given[1:], strict=False):
            out -= weight * (two - one)
        return out
