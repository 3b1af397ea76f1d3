"""Steps: what an electron does between two points of its way, tabulated by its energy.

Condensed history: on a step the electron loses a given share of its energy to slower electrons and
to photons, is turned once at a random hinge by an angle with the first two moments of all its small
deflections, and may make one hard collision at the end. All lengths are mass thicknesses, so one
table serves water of every density.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seldinger.physics.dose import water

Floats = NDArray[np.float64]

BIN_MEV = 5e-4
_SUBSTEPS = 8
_GRID = 160
_LEAST_CUT_MEV, _MOST_CUT_MEV = 0.012, 0.2
_MOST_LOSS = 0.3
_TURN = 1.0
"""A step is at most so many transport mean free paths."""
_MM_PER_CM = 10.0


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """Where following ends and how long steps are.

    Attributes:
        cut_mev: an electron below stops where it is; collisions above it are followed one by one.
        loss_per_step: share of its energy that an electron loses softly in one step.

    Raises:
        ValueError: on construction, outside 0.012 to 0.2 MeV or 0 to 0.3.
    """

    cut_mev: float = 0.04
    loss_per_step: float = 0.1

    def __post_init__(self) -> None:
        if not _LEAST_CUT_MEV <= self.cut_mev <= _MOST_CUT_MEV:
            allowed = f"{_LEAST_CUT_MEV:g} to {_MOST_CUT_MEV:g}"
            raise ValueError(f"cut_mev is {self.cut_mev:g}; choose {allowed}")
        if not 0.0 < self.loss_per_step <= _MOST_LOSS:
            raise ValueError(
                f"loss_per_step is {self.loss_per_step:g}; choose above 0, up to {_MOST_LOSS:g}"
            )


def tabulate_steps(top_mev: float, settings: TransportSettings) -> Floats:
    """The table that ``kernels.dose_electron`` reads.

    Args:
        top_mev: largest energy to be looked up.
        settings: cut and length of steps.

    Returns:
        (n, 8), row k for ``k * BIN_MEV``: step in mm g/ml, mean soft loss in MeV, its share that is
        radiated, half the width of its spread in MeV (or, negative, less its largest value), the
        two numbers of the angle, probability of a hard collision, range in mm g/ml.
    """
    cut = settings.cut_mev
    least = 0.5 * cut
    energy = np.maximum(np.arange(int(top_mev / BIN_MEV) + 3) * BIN_MEV, least)
    coarse = np.geomspace((1.0 - _MOST_LOSS) * least, 1.01 * energy[-1], _GRID)
    turning = np.log(water.transport_cm2_per_g(coarse, cut))

    def scattering(at: Floats) -> tuple[Floats, Floats]:
        first, second = (np.interp(np.log(at), np.log(coarse), row) for row in turning)
        return np.exp(first), np.exp(second)

    soft = water.collision_mev_cm2_per_g(energy, cut) + water.radiative_mev_cm2_per_g(energy)
    loss = np.minimum(settings.loss_per_step * energy, _TURN / scattering(energy)[0] * soft)
    # Midpoints of equal parts of the loss: what happens on the way down, not only at its start.
    at = energy - loss * ((np.arange(_SUBSTEPS) + 0.5) / _SUBSTEPS)[:, None]
    radiative = water.radiative_mev_cm2_per_g(at)
    travelled = loss / _SUBSTEPS / (water.collision_mev_cm2_per_g(at, cut) + radiative)
    share, corner = _angle(*((travelled * cross).sum(axis=0) for cross in scattering(at)))
    variance = (travelled * water.soft_variance_mev2_cm2_per_g(at, cut)).sum(axis=0)
    hard = np.where(at > 2.0 * cut, water.hard_per_g_cm2(np.maximum(at, 2.0 * cut), cut), 0.0)
    columns = (
        _MM_PER_CM * travelled.sum(axis=0),
        loss,
        (travelled * radiative).sum(axis=0) / loss,
        _spread(loss, variance),
        share,
        corner,
        np.minimum((travelled * hard).sum(axis=0), 1.0),
        _MM_PER_CM * water.range_g_per_cm2(energy),
    )
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _angle(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Two uniform pieces of (1 - cos) / 2 with the moments of all deflections of a step."""
    mean = 0.5 * (1.0 - np.exp(-first))
    square = mean - (1.0 - np.exp(-second)) / 6.0
    corner = (2.0 * mean - 3.0 * square) / (1.0 - 2.0 * mean)
    return 1.0 - 2.0 * mean + corner, corner


def _spread(loss: Floats, variance: Floats) -> Floats:
    """Uniform about the mean; where that would give energy back, nothing or up to a largest."""
    half = np.sqrt(3.0 * variance)
    spread: Floats = np.where(half < loss, half, -1.5 * (variance + loss**2) / loss)
    return spread
