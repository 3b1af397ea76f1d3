"""Setting cement: how much heat, where it goes, what must not be lost, and what makes it wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plain_vertebra import make_needle, make_vertebra
from tests.vertebra_setting_truth import ball, leaked, setting

from seldinger.core.errors import SimulationError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.evidence import driving_value
from seldinger.physics.thermal.model import Settings
from seldinger.physics.thermal.properties import Tissue
from seldinger.physics.thermal.run import run
from seldinger.simulate.cement import setting as page
from seldinger.simulate.cement.inject import CementPlan, LeakStop, simulate_cement
from seldinger.simulate.cement.setting import CEMENT, SettingChanges, simulate_setting
from seldinger.simulate.cement.setting_heat import FACTOR, find_setting_heat, mix
from seldinger.simulate.cement.setting_scene import DISC_ABOVE, build_setting_scene, carry_share
from seldinger.simulate.cement.setting_spread import BONE, draw_changes, spread_setting
from seldinger.simulate.cement.settings import ASSUMPTIONS
from seldinger.simulate.thermal.bone import CANAL

if TYPE_CHECKING:
    from seldinger.simulate.cement.outcome import CementResult

COARSE = {"setting_voxel_mm": 2.0}


@pytest.fixture(scope="module")
def given() -> CementResult:
    vertebra = make_vertebra(patchy_hu=40.0)
    plan = CementPlan(4.0, stop_at_leak=LeakStop.NEVER)
    return simulate_cement(vertebra, [make_needle(vertebra, 6.0, 2.0)], plan, voxel_mm=2.0)


def test_the_heat_of_a_millilitre_is_that_of_its_monomer() -> None:
    monomer_g_per_g = 19.5 * 0.94 / (20.0 * 0.94 + 40.0)
    j_per_g = 52.3e3 / 100.12 * monomer_g_per_g * 0.8
    heat = find_setting_heat({})
    assert heat.j_per_ml == pytest.approx(j_per_g * 1.19, rel=1e-9)
    assert heat.capacity_j_per_m3_k == pytest.approx(1190.0 * 1306.0)
    assert heat.low_j_per_ml < heat.j_per_ml < heat.high_j_per_ml
    assert find_setting_heat({FACTOR: 1.1}).j_per_ml == pytest.approx(1.1 * heat.j_per_ml)


def test_an_edit_holds_the_heat_but_not_what_was_read() -> None:
    held = find_setting_heat({FACTOR: 1.0})
    assert held.high_j_per_ml / held.low_j_per_ml == pytest.approx(
        54.4 / 52.3 * 0.85 / 0.75, rel=1e-9
    )


def test_the_schedule_adds_up() -> None:
    heat = find_setting_heat({})
    schedule = heat.make_schedule(930.0)
    steps = np.diff([0.0, *schedule.ends_s])
    assert float(steps @ np.array(schedule.power_w)) == pytest.approx(930.0, rel=1e-12)
    assert schedule.ends_s[-1] == pytest.approx(heat.release_s)
    assert min(schedule.power_w) >= 0.0


def test_all_heat_is_booked_once() -> None:
    done = setting(6.0)
    held_ml = float(done.cement.values.sum()) * done.cement.grid.voxel_ml
    assert held_ml == pytest.approx(6.0, abs=1e-6)
    assert done.total_j == pytest.approx(6.0 * done.heat.j_per_ml, rel=1e-6)
    assert sum(done.energy.absorbed_j) == pytest.approx(done.total_j, rel=1e-6)
    assert abs(done.energy.missing_j) < 1e-4 * done.total_j


def test_a_block_of_cement_alone_warms_by_its_heat_over_its_capacity(given: CementResult) -> None:
    scene = build_setting_scene(given.made.vertebra, given.made.bed.grid, 6.0, 12.0)
    heat = find_setting_heat({})
    full = np.ones(scene.grid.shape)
    total_j = float(full.sum()) * scene.grid.voxel_ml * heat.j_per_ml
    model = page._build_model(scene, full, heat, total_j, 1.0, {})
    done = run(model, Settings(200.0))
    rise = done.temperature_c.values - 37.0
    assert rise == pytest.approx(heat.adiabatic_k, rel=1e-5)
    assert 80.0 < heat.adiabatic_k < 120.0


@pytest.mark.parametrize("spacing_mm", [2.0, 1.5])
def test_a_ball_of_cement_cools_as_it_must(spacing_mm: float) -> None:
    got, exact, far = ball(spacing_mm)
    assert got == pytest.approx(exact, rel=0.02)
    assert abs(far) < 0.3


def test_shares_are_carried_without_loss_whatever_the_lattice() -> None:
    values = np.random.default_rng(3).random((9, 8, 7))
    fine = Volume(values, Grid.aligned((9, 8, 7), 1.0, (3.3, -2.1, 0.4)), "1")
    for spacing, shift in ((1.5, 0.0), (2.0, 0.31), (0.7, -0.4)):
        low = np.array([3.3, -2.1, 0.4]) - 6.0 + shift
        grid = Grid.aligned((32, 32, 32), spacing, low.tolist())
        share = carry_share(fine, grid)
        assert float(share.sum()) * grid.voxel_ml == pytest.approx(
            float(values.sum()) * fine.grid.voxel_ml, rel=1e-12
        )
        assert share.max() <= 1.0 + 1e-12


def test_cement_beyond_the_lattice_is_refused() -> None:
    fine = Volume(np.ones((4, 4, 4)), Grid.aligned((4, 4, 4), 1.0), "1")
    with pytest.raises(SimulationError, match="beyond the lattice"):
        carry_share(fine, Grid.aligned((4, 4, 4), 1.0, (1.0, 0.0, 0.0)))


def test_nothing_sets_without_cement(given: CementResult) -> None:
    none = replace(given, cement=replace(given.cement, values=0.0 * given.cement.values))
    with pytest.raises(SimulationError, match="nothing that sets"):
        simulate_setting(replace(none, leaks=()), COARSE)


def test_cement_in_gas_still_warms(given: CementResult) -> None:
    scene = build_setting_scene(given.made.vertebra, given.made.bed.grid, 2.0)
    material = scene.bone.scene.material.copy()
    share = carry_share(given.cement, scene.grid)
    material[share > 0.0] = 0
    gas = replace(
        scene, bone=replace(scene.bone, scene=replace(scene.bone.scene, material=material))
    )
    done = simulate_setting(given, COARSE, scene=gas)
    assert sum(done.energy.absorbed_j) == pytest.approx(done.total_j, rel=1e-6)


def test_no_blood_flows_in_cement_and_mixed_cells_lie_between() -> None:
    heat = find_setting_heat({})
    bone = Tissue("bone", 2.6e6, 0.31, 5e-4, None, None)
    assert mix(bone, heat, 0.0) is bone
    half, full = mix(bone, heat, 0.5), mix(bone, heat, 1.0)
    assert half.perfusion_per_s == full.perfusion_per_s == 0.0
    assert full.capacity_j_per_m3_k == pytest.approx(heat.capacity_j_per_m3_k)
    assert half.capacity_j_per_m3_k == pytest.approx(0.5 * (2.6e6 + heat.capacity_j_per_m3_k))
    assert 0.18 < half.conductivity_w_per_m_k < 0.31


def test_the_edge_of_the_lattice_is_no_sink(given: CementResult) -> None:
    made = given.made
    near, far = (
        simulate_setting(
            given, COARSE, scene=build_setting_scene(made.vertebra, made.bed.grid, 2.0, margin)
        )
        for margin in (16.0, 30.0)
    )
    for name in (CANAL, DISC_ABOVE):
        assert near.places[name].peak_c == pytest.approx(far.places[name].peak_c, abs=0.05)
    tight = build_setting_scene(made.vertebra, made.bed.grid, 2.0, 2.0)
    warm = simulate_setting(given, COARSE, scene=tight)
    assert warm.places[CANAL].peak_c >= far.places[CANAL].peak_c - 0.05


def test_more_heat_less_blood_and_more_cement_are_warmer(given: CementResult) -> None:
    usual, more, dry = (
        simulate_setting(given, COARSE, changes).places[CANAL].peak_c
        for changes in (None, SettingChanges(j_per_ml=197.0), SettingChanges(perfusion=0.0))
    )
    assert more > usual
    assert dry > usual
    assert setting(10.0).places[CANAL].peak_c > setting(6.0).places[CANAL].peak_c


def test_warmth_goes_with_the_heat(given: CementResult) -> None:
    one, two = (
        simulate_setting(given, COARSE, SettingChanges(j_per_ml=j)).places[CANAL].peak_c - 37.0
        for j in (100.0, 200.0)
    )
    assert two == pytest.approx(2.0 * one, rel=1e-3)


def test_cement_in_the_canal_warms_it_from_inside() -> None:
    done = leaked()
    in_canal = done.leaked.sum_region_ml(CANAL)
    assert in_canal == pytest.approx(0.16, abs=0.02)
    limit = driving_value("vertebra.tumour.heat.stop")
    assert done.places[CANAL].peak_c > limit + 5.0
    assert done.places[CANAL].above_43_s > 60.0
    assert done.places[CANAL].cem43_min > 100.0
    assert done.places[CEMENT].peak_c > done.places[CANAL].peak_c


def test_leaks_that_are_not_known_are_said() -> None:
    vertebra = make_vertebra(breaks=None)
    plan = CementPlan(2.0, stop_at_leak=LeakStop.NEVER)
    done = simulate_cement(vertebra, [make_needle(vertebra)], plan, voxel_mm=2.0)
    assert any("not known" in one for one in simulate_setting(done, COARSE).notes)


def test_a_canal_that_does_not_show_has_no_temperature(given: CementResult) -> None:
    blind = replace(given.made.vertebra, canal=None)
    made = replace(given.made, vertebra=blind)
    done = simulate_setting(replace(given, made=made), COARSE)
    assert CANAL not in done.places


def test_finer_cells_agree_at_the_canal(given: CementResult) -> None:
    fine, coarse = (
        simulate_setting(given, {"setting_voxel_mm": mm}).places[CANAL].peak_c for mm in (1.0, 2.0)
    )
    assert fine == pytest.approx(coarse, abs=0.5)  # half a millimetre nearer the wall


def test_what_is_still_warm_when_it_is_followed_no_further_is_said(given: CementResult) -> None:
    cut = {**COARSE, "setting_follow_s": 600.0, "setting_perfusion_factor": 0.0}
    hot = simulate_setting(given, cut, SettingChanges(j_per_ml=600.0))
    assert any(CANAL in one and "are the least" in one for one in hot.notes)
    assert not any("are the least" in one for one in simulate_setting(given, COARSE).notes)


def test_tissues_that_are_told_are_read(given: CementResult) -> None:
    usual = simulate_setting(given, COARSE).places
    for name, value in (
        ("bone_cancellous.conductivity_w_per_m_k", 0.5),
        ("bone_cancellous.heat_capacity_j_per_kg_k", 1500.0),
        ("bone_cancellous.perfusion_per_s", 0.01),
    ):
        assert name in page.READS
        told = simulate_setting(given, COARSE, tissues={name: value}).places
        assert told[CANAL].peak_c != usual[CANAL].peak_c, name


def test_times_above_a_level_are_those_of_a_tent() -> None:
    times = np.array([0.0, 10.0, 20.0])
    tent = np.array([[37.0, 40.0], [57.0, 41.0], [37.0, 40.0]])
    assert page._measure_above_s(times, tent, 47.0) == pytest.approx(10.0)
    assert page._measure_above_s(times, tent, 60.0) == 0.0


def test_the_spread_repeats_holds_edits_and_surrounds_the_plan(given: CementResult) -> None:
    one, two = (spread_setting(given, [given, given], COARSE, seed=4) for _ in range(2))
    assert one.peaks_c == two.peaks_c
    assert one.runs == 2
    for found in one.peaks_c.values():
        assert found.p05 <= found.nominal <= found.p95
    draws = draw_changes({FACTOR: 1.0, "setting_release_s": 90.0}, {BONE[0]: 0.3}, 5, 1)
    assert BONE[0] not in draws
    assert np.allclose(draws["setting_release_s"], 90.0)
    known = {one.name: one for one in ASSUMPTIONS}
    assert draws["perfusion"].max() <= known["setting_perfusion_factor"].high


def test_a_heat_that_is_none_is_refused(given: CementResult) -> None:
    with pytest.raises(SimulationError, match="setting_heat_factor"):
        simulate_setting(given, {FACTOR: 3.0})
