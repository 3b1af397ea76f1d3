"""Water against ESTAR, and the laws by which a cut divides losses."""

from __future__ import annotations

import numpy as np
import pytest

from seldinger.physics.dose import water
from seldinger.physics.dose.spectrum import ELECTRON_MEV
from seldinger.physics.dose.steps import BIN_MEV, TransportSettings, tabulate_steps

# ESTAR (NIST), liquid water: MeV, collision MeV cm2/g, range g/cm2, radiation yield.
ESTAR = np.array([
    (0.02, 13.17, 8.566e-4, 1.663e-4), (0.05, 6.603, 4.320e-3, 3.435e-4),
    (0.10, 4.115, 1.431e-2, 5.842e-4), (0.20, 2.793, 4.488e-2, 9.826e-4),
    (0.50, 2.034, 0.1766, 1.976e-3), (0.80, 1.886, 0.3302, 2.928e-3),
    (1.00, 1.849, 0.4367, 3.579e-3), (1.50, 1.822, 0.7075, 5.281e-3),
    (2.00, 1.824, 0.9785, 7.085e-3),
])  # fmt: skip


def test_stopping_power_and_range_are_those_of_estar() -> None:
    energy, collision, ranges, _ = ESTAR.T
    assert water.collision_mev_cm2_per_g(energy) == pytest.approx(collision, rel=5e-4)
    assert water.range_g_per_cm2(energy) == pytest.approx(ranges, rel=5e-4)


def test_radiation_yield_is_that_of_estar() -> None:
    for energy, _, _, wanted in ESTAR[2:]:
        at = np.geomspace(1e-3, energy, 4000)
        radiative = water.radiative_mev_cm2_per_g(at)
        share = radiative / (radiative + water.collision_mev_cm2_per_g(at))
        assert np.trapezoid(share, at) / energy == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize("cut", [0.02, 0.05])
@pytest.mark.parametrize("energy", [0.3, 1.0, 2.0])
def test_soft_and_hard_losses_are_all_losses(energy: float, cut: float) -> None:
    at = np.array([energy])
    tau = energy / ELECTRON_MEV
    lost = np.linspace(cut, 0.5 * energy, 20001)
    rest = energy - lost
    square, cross = (tau / (tau + 1.0)) ** 2, (2.0 * tau + 1.0) / (tau + 1.0) ** 2
    law = 1.0 / lost**2 + 1.0 / rest**2 + square / energy**2 - cross / (lost * rest)
    scale = 0.1535354 * 0.555087 / (tau * (tau + 2.0) / (tau + 1.0) ** 2)
    hard = scale * np.trapezoid(law * lost, lost)
    soft = water.collision_mev_cm2_per_g(at, cut)[0]
    assert soft + hard == pytest.approx(water.collision_mev_cm2_per_g(at)[0], rel=1e-4)
    number = water.hard_per_g_cm2(at, cut)[0]
    assert number == pytest.approx(scale * np.trapezoid(law, lost), rel=1e-4)


def test_scattering_dies_away_with_energy_and_is_mostly_forward() -> None:
    first, second = water.transport_cm2_per_g(np.geomspace(0.02, 2.0, 20), 0.02)
    assert (np.diff(first) < 0.0).all()
    # For deflections that are all small the second is three times the first.
    assert (second < 3.0 * first).all()
    assert (second > 2.0 * first).all()


def test_the_table_keeps_the_moments_of_angle_and_loss() -> None:
    settings = TransportSettings(0.04, 0.05)
    table = tabulate_steps(2.0, settings)
    energy = 1.0
    step, loss, radiated, spread, share, corner, hard, reach = table[round(energy / BIN_MEV)]
    assert loss == pytest.approx(0.05 * energy)
    middle = np.array([0.975 * energy])
    soft = water.collision_mev_cm2_per_g(middle, 0.04) + water.radiative_mev_cm2_per_g(middle)
    assert step == pytest.approx(10.0 * loss / soft[0], rel=1e-3)
    first, _ = water.transport_cm2_per_g(middle, 0.04)
    mean = 0.5 * (share * corner + (1.0 - share) * (1.0 + corner))
    assert 1.0 - 2.0 * mean == pytest.approx(np.exp(-first[0] * step / 10.0), rel=1e-3)
    variance = water.soft_variance_mev2_cm2_per_g(middle, 0.04)[0] * step / 10.0
    assert spread**2 / 3.0 == pytest.approx(variance, rel=1e-3)
    assert hard == pytest.approx(water.hard_per_g_cm2(middle, 0.04)[0] * step / 10.0, rel=1e-3)
    assert reach == pytest.approx(4.367, rel=1e-3)
    assert 0.005 < radiated < 0.01


def test_a_short_step_loses_nothing_or_up_to_a_largest_loss() -> None:
    # Uniform about the mean would give energy back; mean and variance stand all the same.
    table = tabulate_steps(0.2, TransportSettings(0.04, 0.01))
    step, loss, _, spread, *_ = table[round(0.2 / BIN_MEV)]
    assert spread < 0.0
    chance = -2.0 * loss / spread
    assert 0.0 < chance < 1.0
    variance = water.soft_variance_mev2_cm2_per_g(np.array([0.199]), 0.04)[0] * step / 10.0
    assert chance * spread**2 / 3.0 - loss**2 == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize(
    ("cut", "loss", "match"), [(0.001, 0.1, "cut_mev"), (0.5, 0.1, "cut_mev"), (0.04, 0.9, "loss")]
)
def test_settings_out_of_range_are_refused(cut: float, loss: float, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        TransportSettings(cut, loss)
