"""Experiments carried out: exact answers, one law after another."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seldinger import simulate
from seldinger.core.errors import SimulationError
from seldinger.core.space import Grid
from seldinger.physics.thermal import exact
from seldinger.physics.thermal.properties import Blood, Tissue
from seldinger.simulate import measure

if TYPE_CHECKING:
    from seldinger.simulate.outcome import Outcome

PLAIN: dict[str, Any] = {
    "block": {"size_mm": [44, 44, 44], "spacing_mm": 2.0, "initial_c": 37.0, "edge": "insulated"},
    "tissue": {
        "density_kg_per_m3": 1000.0,
        "heat_capacity_j_per_kg_k": 3600.0,
        "conductivity_w_per_m_k": 0.5,
        "perfusion_per_s": 0.01,
        "electric_conductivity_s_per_m": 0.3,
    },
    "blood": {
        "temperature_c": 37.0,
        "density_kg_per_m3": 1000.0,
        "heat_capacity_j_per_kg_k": 3800.0,
    },
    "perfusion": {"mode": "constant"},
}
ICE = {
    "fusion_j_per_m3": 2.5e8,
    "freezing_start_c": -1.0,
    "freezing_end_c": -8.0,
    "frozen_heat_capacity_j_per_kg_k": 1800.0,
    "frozen_conductivity_w_per_m_k": 2.0,
}


def done(**sections: Any) -> Outcome:
    return simulate.ablation.run(simulate.check_experiment(copy.deepcopy(PLAIN) | sections))


def heat(power_w: float = 2.0, seconds: float = 60.0, **more: Any) -> dict[str, Any]:
    centre = [1.0, 1.0, 1.0]
    return {
        "kind": "gaussian",
        "centre_lps_mm": centre,
        "sigma_mm": 4.0,
        "power_w": power_w,
        "seconds": seconds,
        **more,
    }


def test_a_gaussian_transient_is_the_exact_one() -> None:
    points = [{"name": f"r{r}", "lps_mm": [1.0 + r, 1.0, 1.0]} for r in (0, 4, 8)]
    found = done(source=[heat()], point=points)
    tissue, blood = Tissue("t", 3.6e6, 0.5, 0.01, None, None), Blood(3.8e6, 37.0)
    for n, r in enumerate((0.0, 4.0, 8.0)):
        expected = exact.gaussian_k(tissue, blood, 2.0, 4.0, r, 60.0)
        assert found.result.points_c[-1, n] - 37.0 == pytest.approx(expected, rel=0.04)


def test_zones_grow_with_power_and_shrink_with_perfusion() -> None:
    laws = [{"kind": "cem43", "counted_above_c": 40.0, "lethal": 240.0}]
    wet = PLAIN["tissue"] | {"perfusion_per_s": 0.05}
    base = done(source=[heat(6.0)], law=laws).damage[0].zone.volume_ml
    more = done(source=[heat(8.0)], law=laws).damage[0].zone.volume_ml
    less = done(source=[heat(6.0)], law=laws, tissue=wet).damage[0].zone.volume_ml
    assert less < base < more


@pytest.mark.parametrize(
    "blood",
    [
        {"mode": "stopped", "law": "arrhenius-liver", "share": 1.0},
        {"mode": "two-compartment", "blood_fraction": 0.1, "exchange_w_per_m3_k": 3e4},
        {"mode": "none"},
    ],
)
def test_what_blood_does_is_a_choice_that_matters(blood: dict[str, Any]) -> None:
    laws = [{"kind": "arrhenius-liver", "counted_above_c": 40.0, "lethal": 1.0}]
    point = [{"name": "centre", "lps_mm": [1.0, 1.0, 1.0]}]
    one = done(source=[heat(6.0, 120.0)], law=laws, point=point).result.points_c[-1, 0]
    other = done(source=[heat(6.0, 120.0)], law=laws, point=point, perfusion=blood)
    assert other.result.points_c[-1, 0] > one


def test_a_cold_wall_freezes_as_neumann_says() -> None:
    column = {"size_mm": [4, 4, 60], "spacing_mm": 1.0, "initial_c": 37.0, "edge": "mirror"}
    sharp = ICE | {"freezing_start_c": -0.99, "freezing_end_c": -1.01}
    wall = {
        "kind": "plane",
        "point_lps_mm": [0, 0, -25],
        "normal_lps": [0, 0, 1],
        "temperature_c": -140.0,
        "ramp_s": 0.0,
    }
    found = done(
        block=column,
        tissue=PLAIN["tissue"] | sharp,
        perfusion={"mode": "none"},
        blood=None,
        cold=[wall],
        duration_s=300.0,
        isotherms_c=[-40.0, -20.0, -1.0],
    )
    stefan = exact.Stefan(-140.0, -1.0, 37.0, 2.5e8, 2.0, 1.8e6, 0.5, 3.6e6)
    deep, middle, front = (one.zone.beyond_tip_mm for one in found.isotherms)
    assert deep == pytest.approx(stefan.depth_mm(-40.0, 300.0), abs=0.2)
    assert middle == pytest.approx(stefan.depth_mm(-20.0, 300.0), abs=0.3)
    # A front at one temperature lies somewhere in the cell that freezes.
    assert front == pytest.approx(stefan.front_mm(300.0), abs=1.0)


def test_own_steps_never_overshoot_and_longer_ones_are_refused() -> None:
    column = {"size_mm": [2, 2, 40], "spacing_mm": 0.5, "initial_c": 37.0, "edge": "mirror"}
    wall = {
        "kind": "plane",
        "point_lps_mm": [0, 0, -15],
        "normal_lps": [0, 0, 1],
        "temperature_c": -140.0,
        "ramp_s": 0.0,
    }
    cold = {"block": column, "tissue": PLAIN["tissue"] | ICE, "perfusion": {"mode": "none"}}
    cold |= {"cold": [wall], "duration_s": 20.0}
    found = done(**cold)
    assert found.result.coldest_c.values.min() >= -140.5
    with pytest.raises(SimulationError, match="too long"):
        done(**cold, numerics={"step_s": 2.0})


def test_cryoprobes_freeze_together_and_thaw() -> None:
    steps = [
        {"act": "freeze", "seconds": 60.0, "temperature_c": -120.0},
        {"act": "passive", "seconds": 20.0},
        {"act": "thaw", "seconds": 20.0, "temperature_c": 20.0},
    ]
    probe = {"device": "cryo-2-4mm", "axis_lps": [0, 0, 1], "ramp_s": 10.0, "schedule": steps}
    tissue = PLAIN["tissue"] | ICE
    asked = {
        "block": PLAIN["block"] | {"size_mm": [48, 40, 76]},
        "tissue": tissue,
        "frost": {"frozen_share": 0.0, "thawed_share": 0.0},
        "isotherms_c": [-20.0],
        "law": [{"kind": "cold", "temperature_c": -20.0, "thawed_above_c": 0.0, "lethal": 1}],
    }
    one = {**probe, "tip_lps_mm": [0, 0, -20], "outside_table": True}
    two = [one | {"tip_lps_mm": [x, 0, -20]} for x in (-5, 5)]
    single, pair = done(**asked, probe=[one]), done(**asked, probe=two)
    assert single.isotherms[0].zone.volume_ml > 0.5
    assert pair.isotherms[0].zone.volume_ml > 1.8 * single.isotherms[0].zone.volume_ml
    assert single.damage[0].zone == single.isotherms[0].zone
    assert any("outside the table" in words for words in single.warnings)
    assert single.result.bodies_c[-1, 0] == pytest.approx(20.0)


def test_an_antenna_of_ones_own_heats_symmetrically() -> None:
    probe = {
        "device": "emprint",
        "tip_lps_mm": [0, 0, -10],
        "axis_lps": [0, 0, 1],
        "power_w": 20.0,
        "seconds": 60.0,
        "outside_table": True,
        "absorption": {
            "attenuation_per_mm": 0.1,
            "sigma_mm": 5.0,
            "behind_tip_mm": 10.0,
            "efficiency": 0.5,
        },
    }
    found = done(probe=[probe], isotherms_c=[45.0])
    zone = found.isotherms[0].zone
    assert zone.width_mm is not None
    assert zone.length_mm is not None
    assert zone.centre_behind_tip_mm == pytest.approx(10.0, abs=0.3)
    assert found.result.energy.absorbed_j[0] == pytest.approx(0.5 * 20.0 * 60.0, rel=0.05)


def test_a_vessel_keeps_its_side_alive() -> None:
    vessel = {"from_lps_mm": [6, -99, 1], "to_lps_mm": [6, 99, 1], "diameter_mm": 4.0}
    points = [
        {"name": n, "lps_mm": [1.0 + s * 3.0, 1.0, 1.0]} for n, s in (("near", 1), ("far", -1))
    ]
    found = done(source=[heat(4.0)], vessel=[vessel], point=points)
    near, far = found.result.points_c[-1]
    assert near < far - 1.0
    assert found.bodies == ("vessel 1",)


def test_electrodes_are_driven_together() -> None:
    electrode = {
        "device": "cooled-rf-20mm",
        "tip_lps_mm": [0, 0, -10],
        "axis_lps": [0, 0, 1],
        "coolant_c": 10.0,
        "outside_table": True,
    }
    electric = {
        "seconds": 8.0,
        "pads": ["left", "right", "anterior", "posterior"],
        "series_ohm": 40.0,
        "share_per_k": 0.02,
        "falls_from_c": 100.0,
        "dry_at_c": 102.0,
        "dry_share": 0.01,
        "controller": {"kind": "hold", "power_w": 30.0},
    }
    found = done(
        probe=[electrode],
        radiofrequency=electric,
        isotherms_c=[39.0],
        block=PLAIN["block"] | {"edge": "mirror"},
    )
    trace = found.result.radiofrequency
    assert trace is not None
    assert trace.total_j == pytest.approx(30.0 * 8.0, rel=0.02)
    assert found.isotherms[0].zone.volume_ml > 0.1
    assert found.sources_of_heat == ("electrodes",)
    assert not any("follows the impedance" in words for words in found.notes)
    pulses = {"kind": "impedance-pulses", "power_w": 30.0, "rise_share": 0.2, "pause_s": 15.0}
    pulsed = done(
        probe=[electrode],
        radiofrequency=electric | {"controller": pulses, "seconds": 2.0},
        isotherms_c=[39.0],
        block=PLAIN["block"] | {"edge": "mirror"},
    )
    assert any("follows the impedance" in words for words in pulsed.notes)


def test_the_edge_may_be_held_or_mirrored_when_that_is_asked() -> None:
    strong = [heat(3.0, 200.0)]
    dry: dict[str, Any] = {"perfusion": {"mode": "none"}, "source": strong}
    small = PLAIN["block"] | {"size_mm": [24, 24, 24]}
    held = done(**dry, block=small | {"edge": "held"})
    mirror = done(**dry, block=small | {"edge": "mirror"})
    assert "edge" in held.bodies
    assert held.result.peak_c.values.max() < mirror.result.peak_c.values.max()
    assert any("mirror" in words for words in mirror.warnings)


def test_a_named_tissue_brings_its_assumptions_and_sources() -> None:
    found = done(tissue={"name": "liver", "perfusion_per_s": 0.02}, source=[heat()])
    by_name = {one.name: one for one in found.assumptions}
    assert by_name["liver.perfusion_per_s"].edited
    assert by_name["liver.perfusion_per_s"].value == 0.02
    assert "perklab_rf" in found.cites


def test_a_ball_is_measured_between_the_cells() -> None:
    grid = Grid.aligned((41, 41, 41), 1.0, (-20.0,) * 3)
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    centre = np.array([0.3, -0.2, 0.4])
    excess = (9.3 - np.linalg.norm(points - centre, axis=1)).reshape(grid.shape)
    zone = measure.measure_zone(excess, grid, measure.Axis("a", (0.3, -0.2, -4.0), (0.0, 0.0, 1.0)))
    assert zone.volume_ml == pytest.approx(4.0 / 3.0 * math.pi * 9.3**3 / 1000.0, rel=0.01)
    for width in (zone.width_mm, zone.least_width_mm, zone.most_width_mm, zone.length_mm):
        assert width == pytest.approx(18.6, abs=0.1)
    assert zone.beyond_tip_mm == pytest.approx(9.3 - 4.4, abs=0.05)
    assert zone.centre_behind_tip_mm == pytest.approx(4.4, abs=0.05)
    assert (zone.parts, zone.cut) == (1, False)


def test_what_the_edge_cuts_has_no_axes() -> None:
    grid = Grid.aligned((10, 10, 10), 1.0)
    excess = np.full(grid.shape, -1.0)
    excess[:, :, :4] = 1.0
    zone = measure.measure_zone(excess, grid, measure.Axis("a", (0.0, 0.0, 0.0), (0.0, 0.0, -1.0)))
    assert zone.cut
    assert zone.width_mm is None
    assert zone.beyond_tip_mm == pytest.approx(3.5)
    assert zone.volume_ml == pytest.approx(0.4, rel=1e-6)
    assert (
        measure.measure_zone(
            -np.ones(grid.shape), grid, measure.Axis("a", (0, 0, 0), (0, 0, 1))
        ).parts
        == 0
    )
