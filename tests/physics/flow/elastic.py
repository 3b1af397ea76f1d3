"""Elastic networks for tests."""

from __future__ import annotations

import math

import numpy as np

from seldinger.physics.drain_flow import Fluid
from seldinger.physics.flow.boundaries import FlowBoundary, Waveform, WindkesselBoundary
from seldinger.physics.flow.wave_network import (
    ElasticNetwork,
    ElasticVessel,
    ReflectionBoundary,
    WaveBoundary,
)

THIN = Fluid(1060.0, 1e-12)
"""Blood without friction."""


def tube(
    length_mm: float = 400.0, radius_mm: float = 4.0, young_kpa: float = 400.0
) -> ElasticVessel:
    return ElasticVessel("tube", "a", "b", length_mm, (radius_mm,), (0.1 * radius_mm,), young_kpa)


def bump(
    peak: float, width_s: float, period_s: float, floor: float = 0.0, corners: int = 2000
) -> Waveform:
    """A smooth pulse in mL/s, then ``floor``; of so many pieces that they do not show."""
    times = np.linspace(0.0, period_s, corners + 1)
    shape = np.where(times < width_s, np.sin(math.pi * times / width_s) ** 4, 0.0)
    return Waveform(tuple(floor + peak * shape), tuple(times))


def driven(wave: Waveform, vessel: ElasticVessel, out: WaveBoundary) -> ElasticNetwork:
    return ElasticNetwork((vessel,), (FlowBoundary("in", vessel.start, wave), out))


def absorbed(coefficient: float = 0.0) -> ReflectionBoundary:
    return ReflectionBoundary("out", "b", coefficient)


def ring() -> ElasticNetwork:
    """Two ways from one node to another, tapers, profiles, and every kind of end but one."""
    made = (
        ElasticVessel("a", "0", "1", 40.0, (5.0, 3.5), (0.6, 0.4), 400.0),
        ElasticVessel("b", "1", "2", 30.0, (3.0,), (0.3,), 500.0),
        ElasticVessel("c", "2", "1", 45.0, (2.5, 2.0), (0.25,), 600.0, profile=6.0),
        ElasticVessel("d", "2", "3", 30.0, (3.0,), (0.3,), 500.0),
        ElasticVessel("e", "4", "2", 30.0, (2.0,), (0.3,), 500.0),
    )
    beat = Waveform((0.0, 60.0, 5.0, 0.0), (0.0, 0.2, 0.5, 1.0))
    return ElasticNetwork(
        made,
        (
            FlowBoundary("in", "0", beat),
            WindkesselBoundary("bed", "3", 1.0, 0.5, 10.0, 5.0),
            ReflectionBoundary("thrown", "4", 0.4),
        ),
    )
