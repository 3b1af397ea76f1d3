"""Elements from geometry: Poiseuille, tapers, stiff walls, stenoses, and Womersley's limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import jv
from tests.physics.flow.networks import pressed, resisted

from seldinger.core.shapes import Curve
from seldinger.physics.flow.elements import (
    BLOOD,
    FLOW_ASSUMPTIONS,
    Stenosis,
    compliance_ml_per_mmhg,
    inertance_mmhg_s2_per_ml,
    junction_loss_mmhg_s2_per_ml2,
    lumen_ml,
    poiseuille_mmhg_s_per_ml,
    pulse_wave_m_per_s,
    stenosis_vessel,
    vessel_along,
)
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.solve import solve_steady

if TYPE_CHECKING:
    from seldinger.physics.drain_flow import Fluid

DYN = 1333.22387415


def straight(radius_mm: list[float], length_mm: float = 100.0) -> Curve:
    places = np.linspace(0.0, length_mm, len(radius_mm))
    return Curve(np.stack([places, 0 * places, 0 * places], axis=1), np.array(radius_mm))


def test_a_straight_tube_is_poiseuilles() -> None:
    """In CGS: 8 mu l / (pi r^4) and rho l / (pi r^2), of 10 cm and 4 mm."""
    vessel = vessel_along("v", ("a", "b"), straight([4.0] * 5))
    resistance, inertance = 8 * 0.04 * 10 / (math.pi * 0.4**4), 1.06 * 10 / (math.pi * 0.4**2)
    assert vessel.resistance_mmhg_s_per_ml * DYN == pytest.approx(resistance, rel=1e-12)
    assert vessel.inertance_mmhg_s2_per_ml * DYN == pytest.approx(inertance, rel=1e-12)
    assert vessel.compliance_ml_per_mmhg == 0.0
    assert vessel.lumen is not None
    assert vessel.lumen.diameter_mm == pytest.approx(8.0)


def test_a_taper_is_integrated_exactly_however_it_is_cut() -> None:
    whole = vessel_along("v", ("a", "b"), straight([5.0, 2.0]), BLOOD, 6.0)
    cut = vessel_along("v", ("a", "b"), straight(np.linspace(5.0, 2.0, 7).tolist()), BLOOD, 6.0)
    fine = np.linspace(5.0, 2.0, 200001)
    middle = (fine[1:] + fine[:-1]) / 2.0 * 1e-3
    integral = 8 * BLOOD.viscosity_pa_s / math.pi * (1e-3 * 100 / 200000 / middle**4).sum()
    assert whole.resistance_mmhg_s_per_ml == pytest.approx(integral / 133.322387415e6, rel=1e-8)
    for name in ("resistance_mmhg_s_per_ml", "inertance_mmhg_s2_per_ml", "compliance_ml_per_mmhg"):
        assert getattr(cut, name) == pytest.approx(getattr(whole, name), rel=1e-12)


def test_a_cone_has_its_volume() -> None:
    assert lumen_ml(30.0, 3.0, 3.0) == pytest.approx(math.pi * 0.27, rel=1e-12)
    cut = lumen_ml(np.array([10.0, 20.0]), np.array([4.0, 3.0]), np.array([3.0, 1.0]))
    # The tip that the whole cone of 40 mm lacks is one of 10 mm.
    assert cut == pytest.approx(math.pi / 3e3 * (40.0 * 16.0 - 10.0), rel=1e-12)


def test_a_wall_gives_way_as_its_pulse_wave_tells() -> None:
    """3 pi r^3 l / (2 E h) of a thin tethered wall is A l / (rho c^2)."""
    young, thickness, radius = 700.0, 0.72, 6.0
    speed = pulse_wave_m_per_s(young, thickness, radius, BLOOD)
    found = compliance_ml_per_mmhg(85.0, radius, radius, BLOOD, speed)
    m3_per_pa = 3 * math.pi * 6e-3**3 * 85e-3 / (2 * 700e3 * 0.72e-3)
    assert found == pytest.approx(m3_per_pa * 133.322387415 * 1e6, rel=1e-12)
    with pytest.raises(ValueError, match="rigid wall give none"):
        compliance_ml_per_mmhg(85.0, radius, radius, BLOOD, 0.0)


def test_a_curve_without_radius_is_refused() -> None:
    bare = Curve(np.array([[0.0, 0, 0], [1, 0, 0]]))
    with pytest.raises(ValueError, match="no radius, and none is guessed"):
        vessel_along("v", ("a", "b"), bare)


def test_a_radius_of_nothing_is_refused() -> None:
    for first, last in ((0.0, 1.0), (1.0, -1.0), (math.nan, 1.0)):
        with pytest.raises(ValueError, match="leave an occluded vessel out"):
            poiseuille_mmhg_s_per_ml(10.0, first, last, BLOOD)
        with pytest.raises(ValueError, match="leave an occluded vessel out"):
            inertance_mmhg_s2_per_ml(10.0, first, last, BLOOD)
        with pytest.raises(ValueError, match="leave an occluded vessel out"):
            compliance_ml_per_mmhg(10.0, first, last, BLOOD, 5.0)


def womersley(alpha: float, radius_m: float, fluid: Fluid) -> complex:
    """Pressure gradient over flow of a rigid tube at one frequency, Pa s/m4."""
    z = 1j**1.5 * alpha
    omega = alpha**2 * fluid.viscosity_pa_s / fluid.density_kg_per_m3 / radius_m**2
    profile = 1.0 - 2.0 * jv(1, z) / (z * jv(0, z))
    return complex(1j * omega * fluid.density_kg_per_m3 / (math.pi * radius_m**2) / profile)


def test_slow_and_fast_pulses_meet_womersleys_limits() -> None:
    """R of a slow one; L of a fast one, of which a slow one has 4/3."""
    radius_m, scale = 3e-3, 133.322387415e6
    r = poiseuille_mmhg_s_per_ml(1000.0, 3.0, 3.0, BLOOD) * scale
    inertance = inertance_mmhg_s2_per_ml(1000.0, 3.0, 3.0, BLOOD) * scale

    def both(alpha: float) -> tuple[float, float]:
        z = womersley(alpha, radius_m, BLOOD)
        omega = alpha**2 * BLOOD.viscosity_pa_s / BLOOD.density_kg_per_m3 / radius_m**2
        return z.real / r, z.imag / (omega * inertance)

    assert both(0.05) == pytest.approx((1.0, 4.0 / 3.0), rel=1e-3)
    assert both(60.0)[1] == pytest.approx(1.0, abs=0.03)
    assert both(60.0)[0] > 5.0, "a fast pulse meets more friction than Poiseuille's: not modelled"


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((6.0, 7.0, 10.0), "exchange the two"),
        ((6.0, 0.0, 10.0), "leave an occluded vessel out"),
        ((6.0, 3.0, -1.0), "all are positive"),
    ],
)
def test_a_faulty_stenosis_is_refused(sizes: tuple[float, float, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Stenosis(*sizes)


def test_half_the_diameter_is_three_quarters_of_the_area() -> None:
    lesion = Stenosis(6.0, 3.0, 10.0)
    assert lesion.diameter_percent == pytest.approx(50.0)
    assert 1.0 - 1.0 / lesion.area_ratio == pytest.approx(0.75)


def test_inertia_moves_no_mean_pressure() -> None:
    heavy, light = (
        stenosis_vessel("s", ("a", "b"), Stenosis(6.0, 3.0, 10.0), BLOOD, factor)
        for factor in (1.2, 1.0)
    )
    assert heavy.inertance_mmhg_s2_per_ml == pytest.approx(1.2 * light.inertance_mmhg_s2_per_ml)
    assert heavy.resistance_mmhg_s_per_ml == light.resistance_mmhg_s_per_ml


@given(st.floats(3.0, 10.0), st.floats(5.0, 50.0), st.floats(1.0, 30.0))
def test_the_distal_pressure_falls_with_every_narrowing(
    diameter_mm: float, length_mm: float, rest_ml_per_s: float
) -> None:
    """And the flow with it; with a bed in charge the drop never exceeds what drives it."""
    ratios, flows = [], []
    for left in np.linspace(1.0, 0.1, 19):
        lesion = Stenosis(diameter_mm, diameter_mm * float(left), length_mm)
        net = Network(
            (stenosis_vessel("s", ("a", "b"), lesion),),
            (pressed(100.0), resisted(95.0 / rest_ml_per_s, 5.0)),
        )
        found = solve_steady(net)
        ratios.append(float(found.end_mmhg[0] / found.start_mmhg[0]))
        flows.append(float(found.start_ml_per_s[0]))
    assert np.all(np.diff(ratios) < 0.0)
    assert np.all(np.diff(flows) < 0.0)
    assert 0.05 < ratios[-1] < ratios[0] < 1.0


def test_a_renal_stenosis_drops_no_impossible_pressure() -> None:
    """70 % of the diameter of a renal artery, any length and flow of one: at most 45 mmHg."""
    for length_mm in (5.0, 10.0, 15.0):
        for rest_ml_per_s in (6.0, 8.0, 10.0):
            vessel = stenosis_vessel("s", ("a", "b"), Stenosis(6.0, 1.8, length_mm))
            bed = resisted(95.0 / rest_ml_per_s, 5.0)
            found = solve_steady(Network((vessel,), (pressed(100.0), bed)))
            assert 10.0 < found.start_mmhg[0] - found.end_mmhg[0] <= 45.0


def test_a_branch_may_lose_its_velocity_head() -> None:
    """K rho U^2 / 2 at 1 m/s through 6 mm: 530 Pa for K = 1."""
    flow = math.pi * 3.0**2
    loss = junction_loss_mmhg_s2_per_ml2(1.0, 6.0)
    assert loss * flow**2 == pytest.approx(530.0 / 133.322387415)


def test_assumptions_hold_their_ranges() -> None:
    assert {a.name for a in FLOW_ASSUMPTIONS} >= {
        "blood_viscosity_mpa_s",
        "blood_density_kg_per_m3",
    }
    assert pytest.approx(0.004) == BLOOD.viscosity_pa_s
