"""Waves' tasks: networks that Boileau 2015 published, and the kernel against its twin."""

from __future__ import annotations

from dataclasses import replace

from tests.published import adan56, boileau

from benchmarks.flow import cpu_s
from seldinger.physics.flow.transport import Injection, TransportSettings, transport
from seldinger.physics.flow.transport_field import wave_field
from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import WaveSettings

CAROTID = WaveSettings(cycles=4, tolerance=0.0)
ARTERIES = WaveSettings(cell_mm=2.0, cycles=10, tolerance=0.0)
COARSE = WaveSettings(cell_mm=12.0, cycles=1, tolerance=0.0)
"""Given to both kernel and twin."""


def carotid_cpu_s() -> float:
    """Four cycles of the common carotid."""
    return cpu_s(lambda: march_waves(boileau.carotid(), CAROTID))


def arteries_cpu_s() -> float:
    """Ten cycles of 56 arteries in 77 segments."""
    march_waves(adan56.network(), replace(ARTERIES, cell_mm=20.0, cycles=1))
    return cpu_s(lambda: march_waves(adan56.network(), ARTERIES), 1)


def twin_ratio() -> float:
    """One coarse cycle of the carotid by the twin, over the same by the kernel."""
    kernel = cpu_s(lambda: march_waves(boileau.carotid(), COARSE))
    return cpu_s(lambda: march_waves(boileau.carotid(), COARSE, plain=True), 1) / kernel


def contrast_cpu_s() -> float:
    """Ten seconds of contrast, injected into the aorta."""
    waves = march_waves(adan56.network(), replace(ARTERIES, cell_mm=4.0, cycles=4))
    field, shot = wave_field(waves), Injection("54", 0.5, 2.0, 10.0, 320.0)
    return cpu_s(lambda: transport(field, [shot], TransportSettings(10.0, every=10)))
