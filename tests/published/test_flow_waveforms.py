"""Waveforms of svZeroDSolver, by a few of its numbers.

Made once with the solver that the ``svv`` 0.0.57 wheel carries, from the files that are made here:
30 cycles of 2001 points, tolerance 1e-10, its last cycle; dyn/cm2 and mL/s. Each triple is mean,
largest and smallest of the 2000 points without the repeated last one.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.physics.flow.zerod_files import bed, forked, straight, vessel
from tests.published import boileau

from seldinger.physics.flow.boundaries import FlowBoundary, Waveform, WindkesselBoundary
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.settings import MarchSettings, PeriodSettings
from seldinger.physics.flow.solve import march, solve_period
from seldinger.physics.flow.units import FlowUnits
from seldinger.physics.flow.zerod import parse_zerod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.flow.result import FlowWaves

DYN = 1333.22387415
CYCLES = MarchSettings(30, 2000)


def table(mean: float, swing: float, count: int) -> tuple[list[float], list[float]]:
    """A sine of one second by ``count`` straight pieces."""
    times = [n / count for n in range(count + 1)]
    return [mean + swing * math.sin(2.0 * math.pi * t) for t in times], times


def alone(values: dict[str, float], drive: dict[str, Any], out: dict[str, Any]) -> dict[str, Any]:
    one = vessel(0, values, inlet=drive["bc_name"], outlet=out["bc_name"])
    return {"vessels": [one], "boundary_conditions": [drive, out]}


FLOW, TIMES = table(2.2, 2.5, 100)
INFLOW = bed("INFLOW", "FLOW", Q=FLOW, t=TIMES)
RCR = bed("OUT", "RCR", Rp=121.0, C=1e-4, Rd=1212.0, Pd=0.0)
SQUEEZE = [n / 50 for n in range(51)]
CORONARY = bed(
    "OUT", "CORONARY", Ca=1e-4, Cc=1e-4, Ra1=100.0, Ra2=100.0, Rv1=100.0, P_v=0.0, t=SQUEEZE,
    Pim=[1000.0 * (1.0 - math.cos(2.0 * math.pi * t)) for t in SQUEEZE],
)  # fmt: skip
PUSH = bed("IN", "PRESSURE", P=table(120000.0, 30000.0, 100)[0], t=TIMES)

Triple = tuple[float, float, float]
Case = tuple[dict[str, Any], dict[tuple[int, str], Triple], Triple]
CASES: dict[str, Case] = {
    "R and RCR": (
        alone({"R_poiseuille": 100.0}, INFLOW, RCR),
        {(0, "start_mmhg"): (3152.6, 6021.327, 283.8727),
         (0, "end_mmhg"): (2932.6, 5589.315, 275.8851)},
        (1e-6, 1e-5, 6e-5),
    ),
    "RLC and RCR": (
        alone({"R_poiseuille": 100.0, "C": 1e-4, "L": 5.0}, INFLOW, RCR),
        {(0, "start_mmhg"): (3152.6, 5101.455, 1203.745),
         (0, "end_mmhg"): (2932.6, 4754.384, 1110.816),
         (0, "end_ml_per_s"): (2.2, 3.913755, 0.4862445)},
        (1e-6, 1e-5, 6e-5),
    ),
    "R and coronary": (
        alone({"R_poiseuille": 100.0}, INFLOW, CORONARY),
        {(0, "start_mmhg"): (880.0, 1931.682, -171.6822),
         (0, "end_mmhg"): (660.0, 1462.898, -142.8982)},
        (1e-6, 1e-5, 6e-5),
    ),
    "stenosis under pressure": (
        alone({"R_poiseuille": 10.0, "C": 1e-4, "L": 5.0, "stenosis_coefficient": 50.0}, PUSH, RCR),
        {(0, "end_mmhg"): (49468.56, 54625.37, 44118.89),
         (0, "end_ml_per_s"): (37.1107, 41.89443, 31.98731)},
        (1e-6, 1e-5, 6e-5),
    ),
    "fork of all elements": (
        forked(),
        {(0, "start_mmhg"): (4987.625, 6337.209, 4356.016),
         (0, "end_ml_per_s"): (1.592858, 4.762784, 0.4241313),
         (1, "start_ml_per_s"): (-1.204769, 0.6690012, -1.995881),
         (3, "end_ml_per_s"): (2.122575, 2.848319, 1.773076),
         (4, "end_mmhg"): (4697.556, 5824.123, 4147.336),
         (4, "end_ml_per_s"): (0.6750523, 1.355481, 0.1721379)},
        (5e-4, 7e-4, 9e-3),
    ),
}  # fmt: skip
"""File, (vessel, what) -> triple, and the largest miss over the swing: marched, of 512 samples,
of 128."""


def told(found: FlowWaves, number: int, what: str) -> NDArray[np.float64]:
    wave = getattr(found, what)[:, number] * (DYN if what.endswith("mmhg") else 1.0)
    return np.array([wave.mean(), wave.max(), wave.min()])


@pytest.mark.parametrize("case", CASES)
def test_waves_are_the_peers(case: str) -> None:
    document, expected, within = CASES[case]
    network = parse_zerod(json.dumps(document), FlowUnits.CGS).network
    ways = (
        march(network, CYCLES),
        solve_period(network, PeriodSettings(512)),
        solve_period(network, PeriodSettings(128)),
    )
    for found, most in zip(ways, within, strict=True):
        for (number, what), triple in expected.items():
            miss = abs(told(found, number, what) - triple).max() / (triple[1] - triple[2])
            assert miss <= most, (number, what)


def test_a_flow_through_a_stenosis_alone() -> None:
    """pulsatileFlow_CStenosis_steadyPressure: P = |sin t| sin t + 0.1, Q = sin t."""
    period = 6.283185307
    times = [period * n / 99 for n in range(100)]
    document = straight("PRESSURE", P=[0.1, 0.1], t=[0.0, period])
    values = {"R_poiseuille": 0.0, "C": 1.0, "L": 0.0, "stenosis_coefficient": 1.0}
    document["vessels"][0]["zero_d_element_values"] = values
    flow = [math.sin(t) for t in times]
    document["boundary_conditions"][0] = bed("INFLOW", "FLOW", Q=flow, t=times)
    network = parse_zerod(json.dumps(document), FlowUnits.CLINICAL).network
    found = march(network, MarchSettings(2, 495))
    true = np.sin(found.time_s)
    assert found.end_ml_per_s[:, 0] == pytest.approx(true, abs=6e-4)
    assert found.start_mmhg[:, 0] == pytest.approx(abs(true) * true + 0.1, abs=1.1e-3)


# ------------------------------------------- Boileau 2015, elastic 1-D against four lumps each

PA_S_PER_M3 = 133.322387415e6
"""What one mmHg s/mL is."""
PARTS = 4


def lumps(
    name: str,
    ends: tuple[str, str],
    sizes_m: tuple[float, float, float],
    young_pa: float,
    profile: int,
    mean_pa: float,
) -> list[Vessel]:
    """A vessel of openBF (length, unloaded radius, wall) in a row of lumps at its mean pressure."""
    length, unloaded, wall = sizes_m
    stiff = 4.0 / 3.0 * young_pa * wall
    radius = unloaded + mean_pa * unloaded**2 / stiff
    area = math.pi * radius**2
    resistance = 2.0 * (profile + 2) * math.pi * 0.004 * length / area**2
    softness = 2.0 * math.pi * radius * unloaded**2 / stiff * length
    nodes = [ends[0], *(f"{name}{n}" for n in range(1, PARTS)), ends[1]]
    scale = PARTS * PA_S_PER_M3
    return [
        Vessel(
            f"{name}-{n}", nodes[n], nodes[n + 1], resistance / scale,
            softness / PARTS * PA_S_PER_M3, 1060.0 * length / area / scale,
        )
        for n in range(PARTS)
    ]  # fmt: skip


def end(name: str, node: str, numbers: tuple[float, float, float]) -> WindkesselBoundary:
    """R1, Cc and R2 in SI."""
    first, soft, second = numbers
    return WindkesselBoundary(
        name, node, first / PA_S_PER_M3, soft * PA_S_PER_M3, second / PA_S_PER_M3, 0.0
    )


def test_the_iliac_bifurcation_is_near_its_1d_waves() -> None:
    """Largest, smallest and mean pressure at the inlets: 1 to 2 mmHg above the 1-D model."""
    wall = (8.5e-2, 5.492e-3, 0.68e-3)
    vessels = (
        *lumps("parent", ("a", "b"), (8.6e-2, 7.581e-3, 0.9e-3), 500e3, 9, 12450.0),
        *lumps("one", ("b", "c"), wall, 700e3, 9, 12450.0),
        *lumps("two", ("b", "d"), wall, 700e3, 9, 12450.0),
    )
    ends = (6.8123e7, 3.6664e-10, 3.1013e9)
    drive = FlowBoundary("in", "a", Waveform(*boileau.inflow(boileau.ILIAC_INFLOW)))
    found = solve_period(Network(vessels, (drive, end("x", "c", ends), end("y", "d", ends))))
    for number, expected in ((0, (127.00, 67.49, 93.46)), (PARTS, (128.32, 66.69, 93.47))):
        wave = found.start_mmhg[:, number]
        misses = np.array([wave.max(), wave.min(), wave.mean()]) - expected
        assert ((misses > 1.0) & (misses < 2.0)).all(), misses
    assert found.start_ml_per_s[:, PARTS].mean() == pytest.approx(3.947, abs=0.05)


def test_the_carotid_is_near_its_1d_waves() -> None:
    """Cycle 4 from rest, in Pa: the pulse within 2 % of itself."""
    vessels = tuple(lumps("v", ("a", "b"), (0.126, 2.6485e-3, 0.24e-3), 700e3, 2, 13000.0))
    drive = FlowBoundary("in", "a", Waveform(*boileau.inflow(boileau.CAROTID_INFLOW)))
    out = end("x", "b", (2.4875e8, 1.7529e-10, 1.8697e9))
    found = march(Network(vessels, (drive, out)), MarchSettings(4, 1000, from_rest=True))
    waves = 133.322387415 * np.array([found.start_mmhg[:, 0], found.end_mmhg[:, -1]])
    told = np.array([waves.min(axis=1), waves.max(axis=1)]).T
    misses = told - [(10986.7, 16524.0), (10822.2, 16562.8)]
    assert misses == pytest.approx(np.array([(-15.0, 73.0), (-2.0, 64.0)]), abs=5.0)
