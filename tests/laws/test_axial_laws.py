"""Laws of the run around an axis: twins, books, order, closed forms, the answer of the grid."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seldinger.core.space import Grid
from seldinger.physics.thermal import axial, bodies, damage, exact, sources
from seldinger.physics.thermal.axial import AxialModel, AxialSettings, FixedRod, Rings
from seldinger.physics.thermal.axial_run import run
from seldinger.physics.thermal.bodies import Phase, Programme
from seldinger.physics.thermal.model import (
    FrozenFlow,
    Model,
    Settings,
    SteadyFlow,
    TwoCompartmentFlow,
    VascularStasis,
)
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue
from seldinger.physics.thermal.run import run as run_grid
from seldinger.physics.thermal.sources import Absorption, Schedule

BLOOD = Blood(1050.0 * 3617.0, 37.0)
PLAIN = Tissue("plain", 1079.0 * 3540.0, 0.52, 0.0, None, None)
PERFUSED = replace(PLAIN, perfusion_per_s=0.0154)
WATERY = replace(
    PLAIN,
    freezing=Freezing(-1.0, -8.0, 2.5e8, 1.8e6, 2.0),
    boiling=Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2),
)
ICY = replace(WATERY, perfusion_per_s=0.01)
LAW = damage.liver_arrhenius(40.0)
DOSE = damage.cem43(240.0, 40.0)
COLD = damage.ColdIsotherm("cold", -20.0, 0.0, 1.0)
ANTENNA = Absorption(0.08, 6.0, 12.0, 0.6, 1.2)
RINGS = Rings.around(1.0, 30.0, 20.0, 45.0)


def heated(
    power_w: float = 40.0,
    seconds: float = 120.0,
    tissue: Tissue = WATERY,
    rings: Rings = RINGS,
    **changes: Any,
) -> AxialModel:
    density = axial.antenna(rings, ANTENNA)
    on = Schedule.steady(power_w, seconds)
    model = AxialModel(rings, tissue, BLOOD, SteadyFlow(), None, density, on, None, 37.0)
    return replace(model, **changes)


def frozen(seconds: float = 120.0, rings: Rings = RINGS, **changes: Any) -> AxialModel:
    programme = Programme((Phase(seconds, -140.0),), 10.0)
    rod = replace(FixedRod("probe", 20.0, 1.2, programme), **changes)
    ice = FrozenFlow(0.0, 0.0)
    return AxialModel(rings, WATERY, BLOOD, SteadyFlow(), ice, None, None, rod, 37.0)


def last(model: AxialModel, seconds: float, **changes: Any) -> axial.AxialResult:
    asked = replace(AxialSettings(seconds, (LAW, DOSE, COLD)), **changes)
    return run(model, asked)[-1]


@pytest.mark.parametrize(
    "model",
    [
        heated(power_w=120.0),
        heated(tissue=PERFUSED, flow=VascularStasis(LAW.name, 0.9)),
        frozen(),
        frozen(wall_w_per_m2_k=2000.0, limit_w=15.0),
    ],
    ids=["boiling", "stopped flow", "freezing", "film and limit"],
)
def test_the_kernel_and_its_plain_twin_agree(model: AxialModel) -> None:
    fast, slow = last(model, 12.0), last(model, 12.0, plain=True)
    assert fast.temperature_c == pytest.approx(slow.temperature_c, abs=1e-9)
    for law in (LAW, DOSE, COLD):
        assert fast.damage[law.name] == pytest.approx(slow.damage[law.name], rel=1e-9, abs=1e-12)
    assert fast.energy.from_bodies_j == pytest.approx(slow.energy.from_bodies_j, rel=1e-9)


@pytest.mark.parametrize(
    "model", [heated(power_w=120.0), frozen(), frozen(limit_w=15.0)], ids=["hot", "cold", "limited"]
)
def test_without_blood_the_books_balance(model: AxialModel) -> None:
    energy = last(model, 60.0).energy
    assert energy.turned_over_j > 100.0
    assert abs(energy.missing_j) < 1e-10 * energy.turned_over_j


def test_with_blood_the_books_balance_at_every_time_that_is_kept() -> None:
    asked = AxialSettings(120.0, (LAW,), keep_s=(30.0, 61.0))
    found = run(heated(tissue=PERFUSED), asked)
    assert [r.time_s for r in found] == [30.0, 61.0, 120.0]
    assert all(abs(r.energy.missing_j) < 2e-3 * r.energy.turned_over_j for r in found)


def test_a_result_kept_on_the_way_is_the_end_of_a_shorter_run() -> None:
    kept = run(heated(tissue=PERFUSED), AxialSettings(60.0, (LAW,), keep_s=(30.0,)))[0]
    ended = last(heated(tissue=PERFUSED), 30.0)
    assert kept.temperature_c == pytest.approx(ended.temperature_c, abs=1e-12)
    assert kept.energy.to_blood_j == pytest.approx(ended.energy.to_blood_j, rel=1e-9)


def test_the_antennas_power_is_all_there() -> None:
    rings = Rings.around(1.0, 90.0, 60.0, 80.0)
    power = float((axial.antenna(rings, ANTENNA) * rings.volumes_m3).sum())
    assert power == pytest.approx(ANTENNA.efficiency, rel=1e-5)
    for density in (axial.ball(rings, 3.0, 8.0), axial.electrode(rings, 30.0, 0.75)):
        assert float((density * rings.volumes_m3).sum()) == pytest.approx(1.0, rel=1e-12)


def test_an_electrode_heats_both_halves_alike_and_less_with_distance() -> None:
    rings = Rings.around(1.0, 30.0, 30.0, 60.0)
    density = axial.electrode(rings, 30.0, 0.75)
    for i in (1, 4, 12):
        assert density[i, 20:70] == pytest.approx(density[i, 20:70][::-1], rel=1e-9)
    assert (np.diff(density[1:, 45]) < 0.0).all()
    # Far from it the field is a point's, its heat falls with the fourth power.
    far = axial.electrode(Rings.around(1.0, 200.0, 30.0, 60.0), 30.0, 0.75)
    assert far[180, 45] / far[90, 45] == pytest.approx((90.5 / 180.5) ** 4, rel=0.05)


SPHERE = (62.586, 59.762, 47.835, 38.889, 37.370, 37.017)
"""Temperature at 0, a/2, a, 1.5 a, 2 a, 3 a of 2 MW/m3 in a ball of 8 mm, w 0.0154, k 0.52."""


def test_it_settles_at_the_steady_heated_sphere() -> None:
    rings = Rings.around(0.5, 30.0, 30.0, 30.0)
    watts = 2.0e6 * 4.0 / 3.0 * math.pi * 8e-3**3
    model = AxialModel(
        rings, PERFUSED, BLOOD, SteadyFlow(), None, axial.ball(rings, 0.0, 8.0),
        Schedule.steady(watts, 900.0), None, 37.0,
    )  # fmt: skip
    found = last(model, 900.0, laws=(), sample_every_s=20.0).temperature_c
    beside = 0.5 * (found[:, 59] + found[:, 60])
    for share, expected in zip((0.5, 1.0, 1.5, 2.0, 3.0), SPHERE[1:], strict=True):
        r = float(np.interp(8.0 * share, rings.radii_mm, beside))
        assert r == pytest.approx(expected, abs=0.15)
    assert found[0, 60] == pytest.approx(SPHERE[0], abs=0.15)


def test_halving_the_rings_quarters_the_error() -> None:
    errors = []
    for h in (2.0, 1.0, 0.5):
        rings = Rings.around(h, 24.0, 24.0, 24.0)
        r, z = rings.radii_mm[:, None], rings.heights_mm[None, :]
        away = np.hypot(r, z)
        sigma = 4e-3
        density = np.exp(-0.5 * (away * 1e-3 / sigma) ** 2) * (2.0 * math.pi * sigma**2) ** -1.5
        model = AxialModel(
            rings, PERFUSED, BLOOD, SteadyFlow(), None, density, Schedule.steady(5.0, 40.0), None,
            37.0,
        )  # fmt: skip
        found = last(model, 40.0, laws=(), sample_every_s=40.0).temperature_c
        misses = [
            found[i, j] - 37.0 - exact.gaussian_k(PERFUSED, BLOOD, 5.0, 4.0, away[i, j], 40.0)
            for i in range(0, rings.outwards // 2, 4)
            for j in range(0, rings.along, 6)
        ]
        errors.append(float(np.abs(misses).max()))
    assert errors[0] / errors[1] > 3.0
    assert errors[1] / errors[2] > 3.0


@pytest.mark.parametrize("tissue", [PERFUSED, WATERY], ids=["perfused", "boiling"])
def test_an_antenna_on_the_grid_and_around_the_axis_agree(tissue: Tissue) -> None:
    grid = Grid.aligned((49, 49, 65), 1.0, (-24.0, -24.0, -18.0))
    on = Schedule.steady(50.0, 150.0)
    source = sources.antenna(grid, "antenna", (0.0, 0.0, -0.5), (0.0, 0.0, 1.0), ANTENNA, on)
    cells = np.ones(grid.shape, np.uint8)
    block = Model(grid, cells, (tissue,), BLOOD, SteadyFlow(), None, (source,), (), 37.0)
    there = run_grid(block, Settings(150.0, (LAW,)))
    around = last(heated(50.0, 150.0, tissue), 150.0)
    zone = around.zone(LAW.name)
    assert zone is not None
    assert there.dead_ml(LAW.name) == pytest.approx(zone.volume_ml, rel=0.03)
    for i, j in ((4, 24), (8, 32), (10, 30), (14, 36), (6, 40)):
        # A ring's middle lies half a millimetre between the voxels' middles.
        values = there.temperature_c.values[24 + i : 26 + i, 24, j - 2]
        assert values.mean() == pytest.approx(around.temperature_c[i, j], abs=1.5)


def test_a_cryoprobe_on_the_grid_and_around_the_axis_agree() -> None:
    seconds = 200.0
    grid = Grid.aligned((41, 41, 55), 1.0, (-20.0, -20.0, -17.5))
    rod = bodies.Rod((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 20.0, 1.2)
    programme = Programme((Phase(seconds, -140.0),), 10.0)
    held = bodies.FixedBody("probe", bodies.rod_cells(grid, rod), programme, rod=rod)
    cells = np.ones(grid.shape, np.uint8)
    block = Model(
        grid, cells, (WATERY,), BLOOD, SteadyFlow(), FrozenFlow(0.0, 0.0), (), (held,), 37.0
    )
    there = run_grid(block, Settings(seconds))
    around = last(frozen(seconds), seconds, laws=())
    middle = there.coldest_c.values[20:, 20, 27]
    for isotherm in (-40.0, -4.0):
        reach = float(np.interp(isotherm, middle, np.arange(middle.size)))
        zone = around.colder(isotherm)
        assert zone is not None
        assert reach == pytest.approx(0.5 * zone.width_mm, abs=1.0)


def test_a_rod_takes_no_more_than_its_limit_and_nothing_when_passive() -> None:
    limited = last(frozen(limit_w=10.0), 60.0)
    assert limited.energy.from_bodies_j[0] >= -10.0 * 60.0 - 1e-6
    assert limited.rod_c is not None
    assert limited.rod_c > -139.0
    free = last(frozen(), 60.0)
    assert free.energy.from_bodies_j[0] < limited.energy.from_bodies_j[0]
    programme = Programme((Phase(30.0, -140.0),), 5.0)
    stopped = frozen(programme=programme)
    early, late = run(stopped, AxialSettings(90.0, keep_s=(30.0,)))
    assert late.energy.from_bodies_j == pytest.approx(early.energy.from_bodies_j)
    assert late.rod_c is not None
    assert late.rod_c > -60.0


def test_a_second_freeze_is_counted() -> None:
    programme = Programme((Phase(40.0, -140.0), Phase(120.0, 37.0), Phase(40.0, -140.0)), 5.0)
    found = last(frozen(programme=programme), 200.0)
    beside = found.damage[COLD.name][1, 30]
    assert beside == 2.0


@settings(deadline=None, max_examples=8)
@given(power_w=st.floats(10.0, 60.0), more=st.floats(1.05, 1.5), flow=st.floats(0.002, 0.02))
def test_more_power_is_larger_and_more_blood_is_smaller(
    power_w: float, more: float, flow: float
) -> None:
    def volume(power: float, perfusion: float) -> float:
        tissue = replace(WATERY, perfusion_per_s=perfusion)
        zone = last(heated(power, 60.0, tissue), 60.0, laws=(LAW,), sample_every_s=6.0).zone(
            LAW.name
        )
        return 0.0 if zone is None else zone.volume_ml

    base = volume(power_w, flow)
    assert volume(power_w * more, flow) >= base
    assert volume(power_w, flow * more) <= base


@settings(deadline=None, max_examples=40)
@given(across=st.floats(6.0, 15.0), along=st.floats(6.0, 15.0), middle=st.floats(-3.0, 20.0))
def test_a_zone_is_measured_to_a_fraction_of_a_ring(
    across: float, along: float, middle: float
) -> None:
    r, z = RINGS.radii_mm[:, None], RINGS.heights_mm[None, :]
    inside = 1.0 - np.hypot(r / across, (z - middle) / along)
    zone = axial.measure_zone(RINGS, inside)
    assert zone is not None
    assert zone.width_mm == pytest.approx(2.0 * across, abs=0.15)
    assert zone.length_mm == pytest.approx(2.0 * along, abs=0.15)
    assert zone.centre_behind_tip_mm == pytest.approx(middle, abs=0.1)
    assert zone.beyond_tip_mm == pytest.approx(along - middle, abs=0.1)
    assert zone.volume_ml == pytest.approx(4e-3 / 3.0 * math.pi * across**2 * along, rel=0.04)


def test_no_zone_is_none_and_one_that_leaves_the_rings_is_refused() -> None:
    field = np.full(RINGS.shape, -1.0)
    assert axial.measure_zone(RINGS, field) is None
    field[:, 3] = 1.0
    with pytest.raises(ValueError, match="edge of the rings"):
        axial.measure_zone(RINGS, field)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: heated(flow=TwoCompartmentFlow(0.1, 1e4)), "two compartments"),
        (lambda: heated(density_per_m3=None), "both its density"),
        (lambda: heated(density_per_m3=None, schedule=None), "nothing heats"),
        (lambda: heated(density_per_m3=np.ones((3, 3))), "shape"),
        (lambda: replace(frozen(), tissue=PERFUSED), "no freezing"),
        (lambda: replace(frozen(), tissue=ICY, frost=None), "blood"),
        (lambda: frozen(length_mm=-1.0), "positive"),
        (lambda: last(frozen(length_mm=80.0), 4.0), "does not fit"),
        (lambda: last(heated(flow=VascularStasis("other", 1.0)), 4.0), "other"),
        (lambda: last(heated(), 4.0).zone("unknown"), "did not follow"),
        (lambda: AxialSettings(10.0, keep_s=(11.0,)), "keep_s"),
        (lambda: Rings(0.0, 10, 10, 5), "positive spacing"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()
