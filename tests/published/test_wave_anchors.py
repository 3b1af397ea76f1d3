"""Boileau 2015, as openBF solves it: a carotid and an iliac bifurcation by waves.

openBF's results are tables of 100 even times of which the last is the first of the next cycle.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.published import adan56, boileau

from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import WaveSettings


def test_the_carotid_in_its_fourth_cycle() -> None:
    """Pa; the pulse within 0.7 % of itself, and no cell moves it."""
    for cell_mm in (1.0, 0.5):
        settings = WaveSettings(cell_mm=cell_mm, cycles=4, tolerance=0.0)
        found = march_waves(boileau.carotid(), settings)
        waves = 133.322387415 * np.array([found.start_mmhg[:, 0], found.end_mmhg[:, 0]])
        told = np.array([waves.min(axis=1), waves.max(axis=1)]).T
        misses = told - [(10986.7, 16524.0), (10822.2, 16562.8)]
        assert misses == pytest.approx(np.array([(9.4, 37.4), (8.2, 38.8)]), abs=5.0)


def test_the_iliac_bifurcation_in_its_ninth_cycle() -> None:
    """mmHg and mL/s; largest, smallest, mean, mean flow at the inlets of parent and daughter."""
    found = march_waves(boileau.iliac(), WaveSettings(cycles=9, tolerance=0.0, rows=99))
    flow = found.at_ends(found.flow_ml_per_s())[0]
    expected = ((127.00, 67.49, 93.46, 7.903), (128.32, 66.69, 93.47, 3.947))
    for number, anchor in enumerate(expected):
        wave = found.start_mmhg[:, number]
        told = (wave.max(), wave.min(), wave.mean(), flow[:, number].mean())
        misses = np.array(told) - anchor
        assert abs(misses[:2]).max() < 0.16, misses
        assert abs(misses[2]) < 0.02, misses
        assert abs(misses[3]) < 0.005, misses


def test_our_own_waves_in_fifty_six_arteries() -> None:
    """Ours, not published ones: largest, smallest, mean pressure in mmHg and mean flow in mL/s."""
    net = adan56.network()
    names = [vessel.name for vessel in net.vessels]
    assert len(names) == 77
    found = march_waves(net, WaveSettings(cell_mm=4.0, cycles=10, tolerance=0.0))
    expected = {
        "aortic_arch_I": (120.6, 82.6, 104.7, 112.90),
        "common_iliac_R": (130.7, 79.0, 104.0, 16.42),
        "radial_R": (118.8, 74.8, 98.7, 2.022),
        "posterior_tibial_R": (159.2, 68.2, 102.3, 1.151),
    }
    for name, told in expected.items():
        number = names.index(name)
        wave, flow = found.start_mmhg[:, number], found.start_ml_per_s[:, number]
        ours = (wave.max(), wave.min(), wave[:-1].mean())
        assert ours == pytest.approx(told[:3], abs=0.15), name
        assert flow.mean() == pytest.approx(told[3], rel=1e-3), name
    assert found.change < 2e-3
    assert found.start_ml_per_s[:, 0].mean() == pytest.approx(112.90, abs=0.01)
