"""Electrons by condensed history: numbers by chance, a deflection, a hard collision, one step.

The random numbers are SplitMix64: every decay starts its own stream from a seed and its number, so
nothing depends on how decays are shared among threads. Lengths are mass thicknesses in mm g/ml,
energies MeV. The steps are read from the table of ``physics.dose.steps``; the plain twin is
``dose_electron_plain``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import serial

Floats = NDArray[np.float64]
State = NDArray[np.uint64]

ELECTRON_MEV = 0.51099895
DEPTH = 64
"""Electrons that may wait to be followed; each has at most half its parent's energy."""

STEP, LOSS, RADIATED, SPREAD, SHARE, CORNER, HARD = range(7)
"""Columns of the table."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53
_POINT = 1e-12
"""So near the middle of a circle a point has no direction."""


@serial
def mix(z: Any) -> Any:
    """The finaliser of SplitMix64."""
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    return z ^ (z >> _31)


@serial
def start(seed: int, number: int, state: State) -> None:
    """Begin the stream of one decay.

    Args:
        seed: of the run.
        number: of the decay.
        state: (1,) filled.
    """
    state[0] = mix(mix(np.uint64(seed) + _GOLDEN) + np.uint64(number) * _GOLDEN)


@serial
def draw(state: State) -> Any:
    """The next number of a stream, at least 0 and below 1; ``state`` is (1,)."""
    state[0] += _GOLDEN
    return float(mix(state[0]) >> _11) * _UNIT


@serial
def turn(state: State, cosine: float, u: Floats) -> None:
    """Turn a direction by a polar angle and any azimuth.

    Args:
        state: (1,) the stream.
        cosine: of the polar angle.
        u: (3,) changed.
    """
    a, b, square = 1.0, 1.0, 2.0
    while square > 1.0 or square < _POINT:
        a, b = 2.0 * draw(state) - 1.0, 2.0 * draw(state) - 1.0
        square = a * a + b * b
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0) / square)
    a, b = a * sine, b * sine
    x, y, z = u[0], u[1], u[2]
    # The frame of Duff et al.: no axis is special.
    sign = 1.0 if z >= 0.0 else -1.0
    c = -1.0 / (sign + z)
    d = x * y * c
    u[0] = a * (1.0 + sign * x * x * c) + b * d + cosine * x
    u[1] = a * sign * d + b * (sign + y * y * c) + cosine * y
    u[2] = -a * sign * x - b * y + cosine * z
    # Rounding of many turns would stretch it.
    scale = 1.5 - 0.5 * (u[0] * u[0] + u[1] * u[1] + u[2] * u[2])
    u[0], u[1], u[2] = u[0] * scale, u[1] * scale, u[2] * scale


@serial
def soft_cosine(state: State, share: float, corner: float) -> Any:
    """Cosine of a soft deflection: two uniform pieces with its first two moments.

    Args:
        state: (1,) the stream.
        share: of the first piece.
        corner: where the second begins, as (1 - cos) / 2.
    """
    u = draw(state)
    if u < share:
        return 1.0 - 2.0 * corner * u / share
    return 1.0 - 2.0 * (corner + (1.0 - corner) * (u - share) / (1.0 - share))


@serial
def soft_loss(state: State, mean: float, spread: float) -> Any:
    """What a step takes: uniform about the mean, or nothing or uniform from nothing on.

    Args:
        state: (1,) the stream.
        mean: of all losses.
        spread: half the width; or, negative, less the largest loss.
    """
    u = draw(state)
    if spread >= 0.0:
        return mean + spread * (2.0 * u - 1.0)
    chance = -2.0 * mean / spread
    return -spread * u / chance if u < chance else 0.0


@serial
def hard_loss(state: State, energy: float, cut: float) -> Any:
    """What a Moller collision takes, between ``cut`` and half of ``energy``.

    Args:
        state: (1,) the stream.
        energy: of the electron that collides, above twice the cut.
        cut: least loss.
    """
    tau = energy / ELECTRON_MEV
    square = (tau / (tau + 1.0)) ** 2
    least = cut / energy
    while True:
        share = least / (1.0 - (1.0 - 2.0 * least) * draw(state))
        ratio = share / (1.0 - share)
        weight = 1.0 + square * share * share + ratio * (ratio - 1.0 + square)
        if draw(state) * (1.0 + 1.25 * square) < weight:
            return share * energy


@serial
def collide(
    state: State, energy: float, cut: float, u: Floats, x: Floats, waiting: Floats, top: int
) -> Any:
    """One hard collision: the slower electron waits, the faster goes on.

    Args:
        state: (1,) the stream.
        energy: before it, above twice the cut.
        cut: least loss.
        u: (3,) direction, changed.
        x: (3,) place.
        waiting: (DEPTH, 7) energy, place and direction of electrons to be followed.
        top: row to be filled.

    Returns:
        Energy that is left.
    """
    lost = hard_loss(state, energy, cut)
    left = energy - lost
    both = energy + 2.0 * ELECTRON_MEV
    slow = math.sqrt(lost * both / (energy * (lost + 2.0 * ELECTRON_MEV)))
    fast = math.sqrt(left * both / (energy * (left + 2.0 * ELECTRON_MEV)))
    x0, y0, z0 = u[0], u[1], u[2]
    turn(state, slow, u)
    waiting[top, 0] = lost
    for k in range(3):
        waiting[top, 1 + k] = x[k]
        waiting[top, 4 + k] = u[k]
    u[0], u[1], u[2] = x0, y0, z0
    # Momentum: opposite sides would share one azimuth; over many turns that is forgotten.
    turn(state, fast, u)
    return left


@serial
def pick(state: State, quantiles: Floats) -> float:
    """An energy by chance from (n,) ``quantiles`` of a spectrum."""
    at = draw(state) * (quantiles.size - 1)
    k = int(at)
    return float(quantiles[k] + (at - k) * (quantiles[k + 1] - quantiles[k]))


@serial
def any_direction(state: State, u: Floats) -> None:
    """Fill (3,) ``u`` with a direction of an isotropic source."""
    u[0], u[1], u[2] = 0.0, 0.0, 1.0
    turn(state, 1.0 - 2.0 * draw(state), u)
