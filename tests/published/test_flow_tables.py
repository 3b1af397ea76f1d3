"""Published cases of lumped flow, typed here from their printed numbers, not read from the code.

Every row of docs/reference/flow-truth.md that is not a waveform is held here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from seldinger.physics.drain_flow import Fluid
from seldinger.physics.flow.boundaries import (
    Boundary,
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
    WindkesselBoundary,
)
from seldinger.physics.flow.elements import (
    Stenosis,
    inertance_mmhg_s2_per_ml,
    poiseuille_mmhg_s_per_ml,
    stenosis_vessel,
)
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.solve import solve_steady

if TYPE_CHECKING:
    from seldinger.physics.flow.result import SteadyFlow

DYN = 1333.22387415
BLOOD = Fluid(1060.0, 0.004)


def flow(value: float, node: str = "a", name: str = "in") -> FlowBoundary:
    return FlowBoundary(name, node, Waveform((value,)))


def pressure(dyn: float, node: str, name: str = "out") -> PressureBoundary:
    return PressureBoundary(name, node, Waveform((dyn / DYN,)))


def bed(resistance: float, distal: float, node: str, name: str = "out") -> ResistanceBoundary:
    return ResistanceBoundary(name, node, resistance / DYN, distal / DYN)


def tube(name: str, ends: tuple[str, str], area_cm2: float, length_cm: float) -> Vessel:
    radius_mm = 10.0 * math.sqrt(area_cm2 / math.pi)
    sizes = (10.0 * length_cm, radius_mm, radius_mm, BLOOD)
    return Vessel(
        name, *ends, poiseuille_mmhg_s_per_ml(*sizes), 0.0, inertance_mmhg_s2_per_ml(*sizes)
    )


def solved(vessels: tuple[Vessel, ...], *ends: Boundary) -> SteadyFlow:
    return solve_steady(Network(vessels, ends))


# ------------------------------------------------------------------ svOneDSolver, steady, CGS


def test_svonedsolver_tube() -> None:
    one = tube("v", ("a", "b"), 1.0, 10.0)
    ends: dict[str, tuple[Boundary, float, float]] = {
        "tube_r": (bed(100.0, 0.0, "b"), 11005.30965, 10000.0),
        "tube_r_Pd": (bed(100.0, 1000.0, "b"), 12005.30965, 11000.0),
        "tube_pressure": (pressure(10000.0, "b"), 11005.30965, 10000.0),
        "tube_rcr": (
            WindkesselBoundary("out", "b", 9.0 / DYN, 1e-3 * DYN, 91.0 / DYN, 0.0),
            11005.30965,
            10000.0,
        ),
    }
    for out, inlet, outlet in ends.values():
        found = solved((one,), flow(100.0), out)
        assert found.start_mmhg[0] * DYN == pytest.approx(inlet, rel=1e-9)
        assert found.end_mmhg[0] * DYN == pytest.approx(outlet, rel=1e-9)


def test_svonedsolver_tube_under_pressure() -> None:
    one = tube("v", ("a", "b"), 1.0, 10.0)
    found = solved((one,), pressure(10000.0, "a", "in"), bed(100.0, 0.0, "b"))
    assert found.end_mmhg[0] * DYN == pytest.approx(9086.52306835, rel=1e-10)
    assert found.end_ml_per_s[0] == pytest.approx(90.8652306835, rel=1e-10)


def test_svonedsolver_stenosis() -> None:
    """10 cm2, then 5 cm2 over 10 cm, then 10 cm2; 100 mL/s."""
    wide = 20.0 * math.sqrt(10.0 / math.pi)
    narrow = 20.0 * math.sqrt(5.0 / math.pi)
    vessels = (
        tube("v", ("a", "b"), 10.0, 10.0),
        stenosis_vessel("s", ("b", "c"), Stenosis(wide, narrow, 100.0), BLOOD),
        tube("w", ("c", "d"), 10.0, 10.0),
    )
    found = solved(vessels, flow(100.0), bed(100.0, 0.0, "d"))
    assert found.start_mmhg[0] * DYN == pytest.approx(10150.68211, rel=1e-9)
    assert found.end_mmhg[2] * DYN == pytest.approx(10000.0, rel=1e-9)
    drop = (found.start_mmhg[1] - found.end_mmhg[1]) * DYN
    assert drop == pytest.approx(130.5759137, rel=1e-8)


def test_svonedsolver_bifurcation() -> None:
    vessels = (
        tube("v", ("a", "b"), 2.32352192659501, 8.6),
        tube("one", ("b", "c"), 1.13097335529233, 8.5),
        tube("two", ("b", "d"), 1.13097335529233, 8.5),
    )
    found = solved(vessels, flow(7.985), bed(991.36, 0.0, "c", "x"), bed(991.36, 0.0, "d", "y"))
    assert found.start_mmhg[0] * DYN == pytest.approx(3997.46433118937, rel=1e-9)
    assert found.end_mmhg * DYN == pytest.approx([3984.67700709878, 3958.0048, 3958.0048], rel=1e-9)
    assert found.end_ml_per_s[1:] == pytest.approx([3.9925, 3.9925], rel=1e-9)
    held = solved(vessels, flow(7.985), pressure(4000.0, "c", "x"), pressure(4000.0, "d", "y"))
    assert held.start_mmhg[0] * DYN == pytest.approx(4039.45953118937, rel=1e-9)
    assert held.end_mmhg[0] * DYN == pytest.approx(4026.67220709878, rel=1e-9)
    assert held.end_ml_per_s[1:] == pytest.approx([3.9925, 3.9925], rel=1e-9)


# ------------------------------------------------------------------ svZeroDSolver, steady, CGS


def vessel(name: str, ends: tuple[str, str], *numbers: float) -> Vessel:
    """R, C, L, K in CGS."""
    r, c, inertance, k = (*numbers, 0.0, 0.0, 0.0)[:4]
    return Vessel(name, *ends, r / DYN, c * DYN, inertance / DYN, k / DYN)


AB = ("a", "b")
SIMPLE = [
    ("steadyFlow_stenosis_R", vessel("v", AB, 100, 0, 0, 100), bed(100, 100, "b"), 3600, 600),
    ("steadyFlow_RLC_R", vessel("v", AB, 100, 1e-4, 1), bed(100, 100, "b"), 1100, 600),
    ("steadyFlow_R_RCR", vessel("v", AB, 100),
     WindkesselBoundary("out", "b", 1000 / DYN, 1e-4 * DYN, 1000 / DYN, 0.0), 10500, 10000),
    ("steadyFlow_R_coronary", vessel("v", AB, 100),
     CoronaryBoundary("out", "b", 100 / DYN, 1e-4 * DYN, 100 / DYN, 1e-4 * DYN, 100 / DYN,
                      Waveform((1000 / DYN,)), 0.0), 2000, 1500),
    ("steadyFlow_R_steadyPressure", vessel("v", AB, 100), pressure(1000, "b"), 1500, 1000),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "out", "inlet", "outlet"), [row[1:] for row in SIMPLE], ids=[row[0] for row in SIMPLE]
)
@pytest.mark.parametrize("plain", [False, True])
def test_svzerodsolver_steady(
    one: Vessel, out: Boundary, inlet: float, outlet: float, *, plain: bool
) -> None:
    found = solve_steady(Network((one,), (flow(5.0), out)), plain=plain)
    assert found.start_mmhg[0] * DYN == pytest.approx(inlet, rel=1e-10)
    assert found.end_mmhg[0] * DYN == pytest.approx(outlet, rel=1e-10)
    assert found.end_ml_per_s[0] == pytest.approx(5.0, rel=1e-12)


def test_svzerodsolver_bifurcations() -> None:
    even = solved(
        tuple(vessel(n, e, 100) for n, e in (("v", AB), ("1", ("b", "c")), ("2", ("b", "d")))),
        flow(5.0), bed(100, 100, "c", "x"), bed(100, 100, "d", "y"),
    )  # fmt: skip
    assert even.start_mmhg * DYN == pytest.approx([1100, 600, 600])
    assert even.end_mmhg[1:] * DYN == pytest.approx([350, 350])
    uneven = solved(
        (vessel("v", AB, 300), vessel("1", ("b", "c"), 400), vessel("2", ("b", "d"), 500)),
        flow(5.0), bed(100, 50, "c", "x"), bed(1000, 200, "d", "y"),
    )  # fmt: skip
    assert uneven.start_ml_per_s == pytest.approx([5.0, 3.825, 1.175])
    assert uneven.start_mmhg[:2] * DYN == pytest.approx([3462.5, 1962.5])
    assert uneven.end_mmhg[1:] * DYN == pytest.approx([432.5, 1375.0])


def test_svzerodsolver_blood_vessel_junction() -> None:
    vessels = (
        vessel("v", AB, 300), vessel("j1", ("b", "b1"), 100), vessel("j2", ("b", "b2"), 200),
        vessel("1", ("b1", "c"), 300), vessel("2", ("b2", "d"), 300),
    )  # fmt: skip
    found = solved(vessels, flow(5.0), bed(100, 50, "c", "x"), bed(1000, 200, "d", "y"))
    assert found.start_mmhg[[0, 3, 4]] * DYN == pytest.approx([3462.5, 1580.0, 1727.5])
    assert found.end_ml_per_s[3:] == pytest.approx([3.825, 1.175])


def test_svzerodsolver_confluence() -> None:
    vessels = (vessel("v", ("a", "c"), 100), vessel("w", ("b", "c"), 200),
               vessel("x", ("c", "d"), 300))  # fmt: skip
    found = solved(vessels, flow(5.0), flow(10.0, "b", "two"), bed(100, 100, "d"))
    assert found.start_mmhg * DYN == pytest.approx([6600, 8100, 6100])
    assert found.end_mmhg[2] * DYN == pytest.approx(1600)


# ------------------------------------------------------------------ Young and Tsai, worked values

LESIONS = [
    # bed, D0 mm, L mm, Q0 mL/s; flow, drop, Pd/Pa at 50, 60, 70, 80 % of the diameter
    ("common iliac, rest", 9.0, 20.0, 8.0,
     [(7.882, 1.40, 0.986), (7.689, 3.69, 0.963), (7.070, 11.05, 0.890), (5.120, 34.20, 0.658)]),
    ("common iliac, hyperaemia", 9.0, 20.0, 32.0,
     [(27.826, 12.39, 0.876), (23.235, 26.02, 0.740), (16.082, 47.26, 0.527),
      (7.894, 71.56, 0.284)]),
    ("superficial femoral, rest", 5.5, 50.0, 4.0,
     [(3.785, 5.10, 0.949), (3.501, 11.86, 0.881), (2.787, 28.82, 0.712), (1.388, 62.04, 0.380)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "d0", "length", "q0", "cells"), LESIONS)
def test_worked_stenoses(
    name: str, d0: float, length: float, q0: float, cells: list[tuple[float, float, float]]
) -> None:
    del name
    for percent, (q, drop, ratio) in zip((50, 60, 70, 80), cells, strict=True):
        lesion = Stenosis(d0, d0 * (1.0 - percent / 100.0), length)
        net = Network(
            (stenosis_vessel("s", AB, lesion, BLOOD),),
            (
                PressureBoundary("in", "a", Waveform((100.0,))),
                ResistanceBoundary("out", "b", 95.0 / q0, 5.0),
            ),
        )
        found = solve_steady(net)
        assert found.start_ml_per_s[0] == pytest.approx(q, abs=6e-4)
        assert found.start_mmhg[0] - found.end_mmhg[0] == pytest.approx(drop, abs=6e-3)
        assert found.end_mmhg[0] / 100.0 == pytest.approx(ratio, abs=6e-4)
