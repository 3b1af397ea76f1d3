"""The pages of physics.thermal: curves, sources, schedules, walls, the preview, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seldinger.core.space import Grid
from seldinger.kernels import heat_plain
from seldinger.physics.thermal import bodies, damage, exact, limit, properties, sources
from seldinger.physics.thermal.model import FrozenFlow, Model, Settings, SteadyFlow, VascularStasis
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue
from seldinger.physics.thermal.run import run

BLOOD = Blood(3.8e6, 37.0)
TISSUE = Tissue(
    "tissue", 3.8e6, 0.5, 0.01, Freezing(-1.0, -8.0, 2.5e8, 1.8e6, 2.0),
    Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2),
)  # fmt: skip
GRID = Grid.aligned((31, 31, 31), 1.0, (-15.0,) * 3)
CELLS = np.ones(GRID.shape, np.uint8)
ON = sources.Schedule.steady(10.0, 30.0)


def block(**changes: object) -> Model:
    heat = sources.gaussian(GRID, "heat", (0.0, 0.0, 0.0), 3.0, ON)
    made = Model(
        GRID, CELLS, (TISSUE,), BLOOD, SteadyFlow(), FrozenFlow(0.0, 0.0), (heat,), (), 37.0
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_curve_and_its_inverse_agree_in_every_phase() -> None:
    row = properties.enthalpy_curve(TISSUE, 37.0)
    celsius = np.array([-80.0, -8.0, -5.0, -1.0, 20.0, 37.0, 99.0, 100.5, 101.0, 150.0])
    h = properties.enthalpy(row, celsius - 37.0).reshape(1, 1, -1)
    theta, cond = np.zeros_like(h), np.zeros_like(h)
    box = np.array([0, 1, 0, 1, 0, 10])
    heat_plain._refresh(h, np.zeros(h.shape, np.uint8), row[None], theta, cond, box)
    assert theta.ravel() + 37.0 == pytest.approx(celsius)
    assert cond.ravel()[[0, 4, 9]] == pytest.approx([2.0, 0.5, 0.2])
    # Latent heat and the sensible heat of the bands, by hand.
    assert h[0, 0, 3] - h[0, 0, 1] == pytest.approx(2.5e8 + 7.0 * 2.8e6)
    assert h[0, 0, 8] - h[0, 0, 5] == pytest.approx(63.0 * 3.8e6 + 1.6e9 + 3.8e6)


def test_sources_hold_a_watt_per_watt() -> None:
    gaussian = sources.gaussian(GRID, "g", (0.3, -0.2, 0.1), 2.0, ON)
    ball = sources.uniform_sphere(GRID, "b", (0.3, -0.2, 0.1), 6.0, ON)
    fit = sources.Absorption(0.25, 3.0, 5.0, 0.6, 0.8)
    axis = (0.3, -0.5, 1.0)
    antenna = sources.antenna(GRID, "a", (0.0, 0.0, -5.0), axis, fit, ON)
    assert gaussian.inside(GRID) == pytest.approx(1.0, abs=1e-9)
    assert ball.inside(GRID) == pytest.approx(1.0, rel=5e-3)
    assert antenna.inside(GRID) == pytest.approx(0.6, rel=2e-2)


def test_an_antenna_heats_behind_its_tip() -> None:
    fit = sources.Absorption(0.25, 3.0, 5.0, 0.6, 0.8)
    made = sources.antenna(GRID, "a", (0.0, 0.0, -5.0), (0.0, 0.0, 1.0), fit, ON)
    k = np.arange(31) - 15.0
    centre = (made.density_per_m3.sum(axis=(0, 1)) * k).sum() / made.density_per_m3.sum()
    assert centre == pytest.approx(0.0, abs=1e-6)
    ratio = made.density_per_m3[19, 15, 15] / made.density_per_m3[23, 15, 15]
    assert ratio == pytest.approx(np.exp(0.5 * 4.0) * 2.0, rel=1e-6)


def test_an_antennas_pattern_belongs_to_its_place_and_not_to_its_power() -> None:
    fit = sources.Absorption(0.25, 3.0, 5.0, 0.6, 0.8)
    tip, axis, other = (0.0, 0.0, -5.0), (0.0, 0.0, 1.0), sources.Schedule((7.0,), (99.0,))
    coarse = Grid.aligned((15, 15, 15), 2.0, (-14.0, -14.0, -14.0))
    one = sources.antenna(GRID, "a", tip, axis, fit, ON)
    again = sources.antenna(GRID, "b", tip, axis, fit, other)
    assert np.array_equal(one.density_per_m3, again.density_per_m3)
    assert (again.name, again.schedule) == ("b", other)
    with pytest.raises(ValueError, match="read-only"):
        again.density_per_m3[0, 0, 0] = 1.0
    for changed in (
        sources.antenna(GRID, "a", (0.0, 1.0, -5.0), axis, fit, ON),
        sources.antenna(GRID, "a", tip, (0.0, 1.0, 1.0), fit, ON),
        sources.antenna(GRID, "a", tip, axis, replace(fit, sigma_mm=4.0), ON),
        sources.antenna(coarse, "a", tip, axis, fit, ON),
    ):
        assert not np.array_equal(one.density_per_m3, changed.density_per_m3)


def test_power_follows_its_schedule() -> None:
    schedule = sources.Schedule((10.0, 20.0, 30.0), (5.0, 0.0, 8.0))
    assert [schedule.power_w_at(t) for t in (0.0, 9.9, 10.0, 25.0, 30.0)] == [
        5.0,
        5.0,
        0.0,
        8.0,
        0.0,
    ]
    pulsed = sources.gaussian(GRID, "heat", (0.0, 0.0, 0.0), 3.0, schedule)
    found = run(block(sources=(pulsed,)), Settings(40.0, sample_every_s=3.0))
    assert found.energy.absorbed_j[0] == pytest.approx(130.0, rel=1e-3)
    assert {10.0, 20.0, 30.0} <= set(found.times_s)


def test_the_preview_agrees_with_the_solver() -> None:
    grid = Grid.aligned((48,) * 3, 1.0, (-23.5,) * 3)
    source = sources.gaussian(
        grid, "heat", (0.0, 0.0, 0.0), 5.0, sources.Schedule.steady(5.0, 60.0)
    )
    tissue = replace(TISSUE, freezing=None, boiling=None)
    model = Model(
        grid, np.ones(grid.shape, np.uint8), (tissue,), BLOOD, SteadyFlow(), None, (source,), (),
        37.0,
    )  # fmt: skip
    solved = run(model, Settings(60.0)).temperature_c.values - 37.0
    power = (5.0 * source.density_per_m3).astype(np.float32)
    preview = exact.homogeneous(tissue, BLOOD, power, 1.0, 60.0)
    assert preview.dtype == np.float32
    assert np.abs(solved - preview).max() < 0.01 * preview.max()
    closed = exact.gaussian_k(tissue, BLOOD, 5.0, 5.0, float(np.sqrt(0.75)), 60.0)
    assert preview[23, 23, 23] == pytest.approx(closed, rel=1e-4)


def test_the_preview_forgets_an_initial_field() -> None:
    start = np.zeros((8, 8, 8))
    start[4, 4, 4] = 5.0
    later = exact.homogeneous(TISSUE, BLOOD, np.zeros((8, 8, 8)), 1.0, 50.0, start)
    rate = TISSUE.perfusion_per_s * 3.8e6 / 3.8e6
    assert later.sum() == pytest.approx(5.0 * np.exp(-50.0 * rate))


def test_the_stable_step_is_the_textbook_one() -> None:
    bare = replace(TISSUE, perfusion_per_s=0.0, freezing=None, boiling=None)
    model = block(tissues=(bare,))
    assert limit.stable_step_s(model, CELLS, ()) == pytest.approx(1e-6 * 3.8e6 / (6.0 * 0.5))


@pytest.mark.parametrize("count", [3, 4, 9, 15])
def test_stages_are_consistent_to_second_order(count: int) -> None:
    # One step of y' = y: the scheme must match 1 + h + h^2 / 2.
    h = 1e-3
    first, last, before = 1.0, 1.0, 1.0
    for mu, nu, now, begun in limit.rkl2_coefficients(count):
        new = first + mu * (last - first) + nu * (before - first) + h * (now * last + begun * first)
        before, last = last, new
    assert last == pytest.approx(1.0 + h + 0.5 * h * h, abs=1e-9)
    assert limit.count_stages(0.24 * (count * count + count - 2), 1.0) == count


def test_an_oblique_rod_has_no_gap_and_a_body_knows_its_wall() -> None:
    rod = bodies.Rod((-5.0, -4.0, -6.0), (1.0, 0.8, 1.2), 16.0, 0.4)
    cells = bodies.rod_cells(GRID, rod)
    filled = np.argwhere(cells)
    assert set(range(filled[:, 2].min(), filled[:, 2].max() + 1)) == set(filled[:, 2].tolist())
    body = bodies.FixedBody("rod", cells, bodies.Programme.constant(-100.0), rod=rod)
    wall = bodies.find_wall(GRID, body, ~cells)
    assert not cells.ravel()[wall.cells].any()
    assert (wall.depth_m > 0.0).all()


def test_programmes() -> None:
    programme = bodies.Programme((bodies.Phase(60.0, -140.0), bodies.Phase(30.0, None)), 10.0)
    assert programme.ends_s == (60.0, 90.0)
    assert [programme.index_at(t) for t in (0.0, 59.9, 60.0, 95.0)] == [0, 0, 1, 2]
    with pytest.raises(ValueError, match="duty"):
        bodies.Phase(60.0, -100.0, duty=0.0)


def test_a_passive_probe_neither_cools_nor_warms() -> None:
    rod = bodies.Rod((0.0, 0.0, -5.0), (0.0, 0.0, 1.0), 10.0, 1.0)
    cells = bodies.rod_cells(GRID, rod)
    phases = (bodies.Phase(20.0, -100.0), bodies.Phase(20.0, None))
    held = bodies.FixedBody("probe", cells, bodies.Programme(phases, 5.0), rod=rod)
    cold = block(sources=(), bodies=(held,))
    short, long = run(cold, Settings(20.0)), run(cold, Settings(40.0))
    assert long.energy.from_bodies_j == pytest.approx(short.energy.from_bodies_j, rel=1e-6)
    assert long.bodies_c[-1, 0] > short.bodies_c[-1, 0] + 20.0
    half = replace(held, programme=bodies.Programme((bodies.Phase(20.0, -100.0, 0.5),), 5.0))
    eased = run(block(sources=(), bodies=(half,)), Settings(20.0))
    assert 0.3 < eased.energy.from_bodies_j[0] / short.energy.from_bodies_j[0] < 0.8


def test_air_insulates_and_takes_no_heat() -> None:
    material = CELLS.copy()
    material[:, :, 16:] = 0
    found = run(block(material=material), Settings(30.0, plain=True))
    assert (found.temperature_c.values[:, :, 16:] == 37.0).all()
    assert found.energy.absorbed_j[0] < 0.7 * 300.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"material": CELLS * 2}, "material 2 has no properties"),
        ({"material": CELLS * 0}, "no cell holds tissue"),
        ({"material": CELLS[1:]}, "material has shape"),
        ({"initial_c": -5.0, "tissues": (replace(TISSUE, freezing=None),)}, "has no freezing"),
        ({"frost": None, "initial_c": -5.0}, "say what frost does"),
        ({"grid": Grid.aligned((31, 31, 31), (1.0, 1.0, 2.0))}, "cubic cells"),
    ],
)
def test_a_model_that_cannot_be_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        block(**change)


def test_runs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="must be an Arrhenius law of the run"):
        run(block(flow=VascularStasis("cem43", 1.0)), Settings(10.0, (damage.cem43(240.0, 40.0),)))
    with pytest.raises(ValueError, match="outside the grid"):
        run(block(), Settings(10.0, points_lps_mm=((99.0, 0.0, 0.0),)))
    with pytest.raises(ValueError, match="different names"):
        Settings(10.0, (damage.cem43(240.0, 40.0), damage.cem43(100.0, 40.0)))
    with pytest.raises(ValueError, match="did not follow 'cem43'"):
        run(block(), Settings(4.0)).dead("cem43")


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_nonsense_properties_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="capacity_j_per_m3_k must be positive"):
        replace(TISSUE, capacity_j_per_m3_k=value)
    with pytest.raises(ValueError, match=r"power must be zero or more|growing"):
        sources.Schedule((10.0,), (value - 1.0,))
    with pytest.raises(ValueError, match="sigma_mm must be positive"):
        sources.gaussian(GRID, "g", (0.0, 0.0, 0.0), value, ON)


def test_a_grid_that_is_too_small_says_so() -> None:
    small = Grid.aligned((9, 9, 9), 1.0, (-4.0,) * 3)
    heat = sources.gaussian(small, "heat", (0.0, 0.0, 0.0), 3.0, ON)
    model = block(grid=small, material=np.ones(small.shape, np.uint8), sources=(heat,))
    found = run(model, Settings(30.0))
    assert any("too small" in w for w in found.warnings)
    assert any("edge of the grid" in w for w in found.warnings)
