"""Laws that heat must obey, whatever the numbers: books, symmetry, order, bounds, monotony."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seldinger.core.errors import Cancelled
from seldinger.core.space import Grid
from seldinger.physics.thermal import bodies, damage, exact, sources
from seldinger.physics.thermal.model import (
    Flow,
    FrozenFlow,
    Model,
    Settings,
    SteadyFlow,
    TwoCompartmentFlow,
    VascularStasis,
)
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue
from seldinger.physics.thermal.run import run

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOOD = Blood(3.8e6, 37.0)
PLAIN = Tissue("plain", 3.8e6, 0.52, 0.0, None, None)
PERFUSED = replace(PLAIN, perfusion_per_s=0.0154)
WATERY = replace(
    PLAIN,
    freezing=Freezing(-1.0, -8.0, 2.5e8, 1.8e6, 2.0),
    boiling=Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2),
)
LAW = damage.liver_arrhenius(40.0)
ORIGIN = (0.0, 0.0, 0.0)


def lattice(edge: int = 21, spacing_mm: float = 1.0) -> Grid:
    half = 0.5 * spacing_mm * (edge - 1)
    return Grid.aligned((edge,) * 3, spacing_mm, (-half,) * 3)


def warm(
    power_w: float = 4.0,
    tissue: Tissue = PLAIN,
    seconds: float = 40.0,
    grid: Grid | None = None,
    flow: Flow = SteadyFlow(),  # noqa: B008  frozen
    sigma_mm: float = 2.5,
    centres: tuple[tuple[float, float, float], ...] = (ORIGIN,),
) -> Model:
    grid = lattice() if grid is None else grid
    on = sources.Schedule.steady(power_w, seconds)
    made = tuple(sources.gaussian(grid, f"heat {c}", c, sigma_mm, on) for c in centres)
    cells = np.ones(grid.shape, np.uint8)
    return Model(grid, cells, (tissue,), BLOOD, flow, None, made, (), 37.0)


def probed(seconds: float = 60.0, limit_w: float | None = None) -> Model:
    grid = lattice(25)
    rod = bodies.Rod((0.0, 0.0, -6.0), (0.0, 0.0, 1.0), 12.0, 1.2)
    programme = bodies.Programme((bodies.Phase(seconds, -140.0),), 10.0)
    held = bodies.FixedBody(
        "probe", bodies.rod_cells(grid, rod), programme, rod=rod, limit_w=limit_w
    )
    cells = np.ones(grid.shape, np.uint8)
    return Model(
        grid, cells, (WATERY,), BLOOD, SteadyFlow(), FrozenFlow(0.0, 0.0), (), (held,), 37.0
    )


def final(model: Model, **changes: object) -> NDArray[np.float64]:
    seconds = max([40.0, *(s.schedule.ends_s[-1] for s in model.sources)])
    asked = replace(Settings(seconds), **changes)  # type: ignore[arg-type]
    return np.asarray(run(model, asked).temperature_c.values, dtype=np.float64)


@pytest.mark.parametrize(("plain", "allowed"), [(False, 1e-5), (True, 1e-10)])
@pytest.mark.parametrize("power_w", [4.0, 60.0])
def test_books_balance_without_blood(power_w: float, plain: bool, allowed: float) -> None:
    found = run(warm(power_w, WATERY), Settings(40.0, plain=plain))
    assert sum(found.energy.absorbed_j) == pytest.approx(40.0 * power_w, rel=2e-3)
    assert abs(found.energy.missing_j) < allowed * found.energy.turned_over_j


@pytest.mark.parametrize(("plain", "allowed"), [(False, 1e-5), (True, 1e-10)])
@pytest.mark.parametrize("limit_w", [None, 5.0])
def test_books_balance_while_freezing(limit_w: float | None, plain: bool, allowed: float) -> None:
    found = run(probed(20.0, limit_w), Settings(20.0, plain=plain))
    assert found.stepping.method == "super"
    assert found.energy.from_bodies_j[0] < -50.0
    assert abs(found.energy.missing_j) < allowed * found.energy.turned_over_j
    if limit_w is not None:
        assert found.energy.from_bodies_j[0] == pytest.approx(-20.0 * limit_w, rel=0.15)
        assert found.energy.from_bodies_j[0] >= -20.0 * limit_w


DRYING = replace(WATERY, boiling=Boiling(100.0, 101.0, 4.0e8, 1.9e6, 0.2, absorbed_dry=0.02))


def drying(tissue: Tissue = DRYING, ends_s: tuple[float, ...] = (20.0, 30.0, 60.0)) -> Model:
    """Two antennas beside each other, one of them with a pause; hot enough to dry their middle."""
    on = sources.Schedule(ends_s, (20.0, 0.0, 30.0))
    model = warm(20.0, tissue, 60.0)
    other = sources.gaussian(model.grid, "other", (3.0, 0.0, 0.0), 2.5, on)
    both = tuple(replace(s, dries=True) for s in (*model.sources, other))
    return replace(model, sources=both)


@pytest.mark.parametrize(("plain", "allowed"), [(False, 1e-5), (True, 1e-10)])
def test_books_balance_while_dry_tissue_takes_up_less(plain: bool, allowed: float) -> None:
    given = (20.0 * 60.0, 20.0 * 20.0 + 30.0 * 30.0)
    found = run(drying(), Settings(60.0, plain=plain)).energy
    assert abs(found.missing_j) < allowed * found.turned_over_j
    for taken, whole in zip(found.absorbed_j, given, strict=True):
        assert 0.35 * whole < taken < 0.95 * whole


def test_dry_tissue_that_takes_up_less_stays_near_boiling() -> None:
    wet = replace(DRYING, boiling=Boiling(100.0, 101.0, 4.0e8, 1.9e6, 0.2))
    hottest = [
        float(run(drying(tissue), Settings(60.0)).peak_c.values.max()) for tissue in (DRYING, wet)
    ]
    assert 101.0 < hottest[0] < 150.0
    assert hottest[1] > 1000.0


def test_blood_that_starts_cooler_than_tissue_cools_it_without_any_source() -> None:
    """The second compartment brings its cold from the first step on."""
    flow = TwoCompartmentFlow(0.15, 5.0e4)
    still = replace(warm(0.0, PERFUSED, flow=flow), sources=(), initial_c=40.0)
    found = final(still)
    assert found == pytest.approx(found[10, 10, 10], abs=1e-3)
    assert 37.0 < found[10, 10, 10] < 39.5


def test_books_balance_with_blood_as_the_samples_get_finer() -> None:
    missing = [
        abs(run(warm(4.0, PERFUSED), Settings(40.0, sample_every_s=s)).energy.missing_j)
        for s in (4.0, 1.0)
    ]
    assert missing[1] < 0.15 * missing[0]
    assert missing[1] < 1e-3 * 160.0


def test_mirrored_heat_gives_mirrored_warmth_to_the_bit() -> None:
    field = run(warm(30.0, WATERY), Settings(40.0, (LAW,))).temperature_c.values
    for axis in range(3):
        assert (np.flip(field, axis) == field).all()
    assert np.abs(field - field.transpose(2, 0, 1)).max() < 1e-3


def test_kernels_and_twin_agree_over_a_whole_run() -> None:
    model = warm(60.0, replace(WATERY, perfusion_per_s=0.01), flow=VascularStasis(LAW.name, 0.9))
    model = replace(model, frost=FrozenFlow(0.0, 0.0))
    fast = run(model, Settings(40.0, (LAW,)))
    slow = run(model, Settings(40.0, (LAW,), plain=True))
    assert np.abs(fast.temperature_c.values - slow.temperature_c.values).max() < 0.02
    assert fast.dead_ml(LAW.name) == pytest.approx(slow.dead_ml(LAW.name), abs=0.003)


def test_sources_superpose() -> None:
    one, two = (-4.0, 0.0, 0.0), (5.0, 2.0, 0.0)
    apart = [final(warm(tissue=PERFUSED, centres=(c,)), plain=True) - 37.0 for c in (one, two)]
    both = final(warm(tissue=PERFUSED, centres=(one, two)), plain=True) - 37.0
    # The box ends where less than 0.02 K is felt.
    assert np.abs(both - apart[0] - apart[1]).max() < 0.03


def test_second_order_in_space() -> None:
    misses = []
    for edge, spacing in ((15, 2.0), (29, 1.0)):
        model = warm(4.0, PERFUSED, 30.0, lattice(edge, spacing), sigma_mm=4.0)
        # The same small step throughout: what is left is the error in space.
        asked = Settings(30.0, method="super", step_s=0.5, plain=True, front_k=1e-6)
        centre = tuple(n // 2 for n in model.grid.shape)
        got = float(run(model, asked).temperature_c.values[centre]) - 37.0
        misses.append(abs(got - exact.gaussian_k(PERFUSED, BLOOD, 4.0, 4.0, 0.0, 30.0)))
    assert misses[0] / misses[1] == pytest.approx(4.0, abs=0.6)


@pytest.mark.parametrize(("method", "steps", "ratio"), [
    ("explicit", (1.0, 0.5), 2.0), ("super", (4.0, 2.0), 4.0),
])  # fmt: skip
def test_order_in_time(method: str, steps: tuple[float, float], ratio: float) -> None:
    model = warm(4.0, PERFUSED, 40.0, lattice(11))

    def at(step_s: float, how: str) -> NDArray[np.float64]:
        return final(model, method=how, step_s=step_s, sample_every_s=4.0, plain=True, front_k=1e-9)

    truth = at(0.25, "super")
    coarse, fine = (np.abs(at(s, method) - truth).max() for s in steps)
    assert coarse / fine == pytest.approx(ratio, rel=0.35)


def test_super_steps_agree_with_small_explicit_steps_in_ice() -> None:
    points = ((3.0, 0.0, 0.0), (6.0, 0.0, 0.0), (0.0, 8.0, 0.0))
    asked = Settings(60.0, points_lps_mm=points)
    by_super = run(probed(), replace(asked, step_s=1.0))
    by_euler = run(probed(), replace(asked, method="explicit"))
    assert by_super.points_c[-1] == pytest.approx(by_euler.points_c[-1], abs=0.4)
    assert by_super.stepping.steps * by_super.stepping.stages < by_euler.stepping.steps


@settings(max_examples=6)
@given(st.floats(1.0, 20.0), st.floats(1.05, 2.0))
def test_more_power_is_nowhere_colder(power_w: float, factor: float) -> None:
    grid = lattice(15)
    less, more = (final(warm(p, WATERY, grid=grid)) for p in (power_w, power_w * factor))
    assert (more - less).min() > -0.02
    assert more.max() > less.max() or less.max() >= 100.0


@settings(max_examples=6)
@given(st.floats(0.0, 0.03), st.floats(0.002, 0.03))
def test_more_blood_is_nowhere_warmer(less_flow: float, extra: float) -> None:
    grid = lattice(15)
    few, many = (
        final(warm(6.0, replace(PLAIN, perfusion_per_s=w), grid=grid))
        for w in (less_flow, less_flow + extra)
    )
    assert (many - few).max() < 0.02


@settings(max_examples=8)
@given(st.integers(0, 2**31), st.sampled_from(["explicit", "super"]))
def test_without_heat_nothing_leaves_the_range_it_started_in(seed: int, method: str) -> None:
    grid = lattice(9)
    start = np.random.default_rng(seed).uniform(20.0, 90.0, grid.shape)
    cells = np.random.default_rng(seed).integers(1, 3, grid.shape).astype(np.uint8)
    stiff = replace(PERFUSED, name="stiff", conductivity_w_per_m_k=2.0)
    model = Model(grid, cells, (PERFUSED, stiff), BLOOD, SteadyFlow(), None, (), (), start)
    found = run(model, Settings(10.0, method=method))  # type: ignore[arg-type]
    slack = 1e-3 if method == "explicit" else 0.5
    assert found.peak_c.values.max() <= start.max() + slack
    assert found.coldest_c.values.min() >= start.min() - slack


def test_nothing_passes_105_degrees_while_it_holds_water() -> None:
    fierce = run(warm(20.0, WATERY, 20.0), Settings(20.0))
    assert fierce.temperature_c.values.max() > 99.0
    assert fierce.temperature_c.values.max() < 105.0
    naive = run(warm(20.0, PLAIN, 20.0), Settings(20.0))
    assert naive.temperature_c.values.max() > 150.0
    assert any("without boiling" in w for w in naive.warnings)


def test_blood_that_stops_leaves_more_dead_than_blood_that_flows() -> None:
    tissue = PERFUSED
    dead = {
        name: run(warm(8.0, tissue, 120.0, flow=flow), Settings(120.0, (LAW,))).dead_ml(LAW.name)
        for name, flow in (
            ("steady", SteadyFlow()),
            ("stopped", VascularStasis(LAW.name, 1.0)),
            ("two", TwoCompartmentFlow(0.15, 5.0e4)),
        )
    }
    assert dead["steady"] < dead["two"]
    assert dead["steady"] < dead["stopped"]


def test_two_compartments_with_perfect_exchange_are_one() -> None:
    one = final(warm(4.0, PERFUSED, 100.0), sample_every_s=0.5)
    two = final(
        warm(4.0, PERFUSED, 100.0, flow=TwoCompartmentFlow(0.01, 3.0e6)),
        sample_every_s=0.1,
    )
    # In series with the perfusion (58 kW/(m3 K)), an exchange of 3 MW/(m3 K) costs two per cent.
    assert two.max() - 37.0 == pytest.approx(one.max() - 37.0, rel=0.03)


def test_a_vessel_keeps_its_wall_cool_and_a_film_keeps_it_warmer() -> None:
    grid = lattice()
    rod = bodies.Rod((5.0, 0.0, -10.0), (0.0, 0.0, 1.0), 20.0, 2.0)
    cells = np.ones(grid.shape, np.uint8)
    at = ((2.4, 0.0, 0.0),)
    ends = []
    for film in (None, 2000.0, 1e-3):
        vessel = bodies.FixedBody(
            "vein", bodies.rod_cells(grid, rod), bodies.Programme.constant(37.0), film, rod
        )
        model = replace(warm(4.0), bodies=(vessel,), material=cells)
        ends.append(float(run(model, Settings(40.0, points_lps_mm=at)).points_c[-1, 0]))
    assert 37.0 < ends[0] < ends[1] < ends[2]


@pytest.mark.parametrize(
    "radius",
    [
        0.4, 2.0, pytest.param(0.75, marks=pytest.mark.slow),
        pytest.param(1.2, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_a_thin_rod_draws_what_a_true_cylinder_draws(radius: float) -> None:
    # Steady flow between a held cylinder and a held ring; ln(R / r) decides.
    edge = 41
    grid = Grid.aligned((edge, edge, 3), 1.0, (-20.0, -20.0, -1.0))
    rod = bodies.Rod((0.0, 0.0, -1.5), (0.0, 0.0, 1.0), 3.0, radius)
    i, j = np.meshgrid(np.arange(edge) - 20.0, np.arange(edge) - 20.0, indexing="ij")
    far = np.repeat((np.hypot(i, j) >= 18.0)[:, :, None], 3, axis=2)
    held = (
        bodies.FixedBody(
            "rod", bodies.rod_cells(grid, rod), bodies.Programme.constant(20.0), rod=rod
        ),
        bodies.FixedBody("ring", far, bodies.Programme.constant(37.0)),
    )
    light = replace(PLAIN, capacity_j_per_m3_k=1e5)
    cells = np.ones(grid.shape, np.uint8)
    model = Model(grid, cells, (light,), BLOOD, SteadyFlow(), None, (), held, 37.0)
    asked = Settings(60.0, method="super", sample_every_s=1.0)
    first, more = run(model, asked), run(model, replace(asked, duration_s=80.0))
    drawn = (more.energy.from_bodies_j[0] - first.energy.from_bodies_j[0]) / 20.0
    true = 2.0 * np.pi * 0.52 * 3e-3 * (20.0 - 37.0) / np.log(17.8 / radius)
    assert drawn == pytest.approx(true, rel=0.06)


def test_cycles_count_only_after_a_thaw() -> None:
    base = probed()
    phases = [bodies.Phase(60.0, t) for t in (-140.0, 30.0, -140.0)]
    twice = replace(base.bodies[0], programme=bodies.Programme(tuple(phases), 5.0))
    law = damage.ColdIsotherm("-20 C", -20.0, 0.0, 2.0)
    found = run(replace(base, bodies=(twice,)), Settings(180.0, (law,)))
    once = run(base, Settings(60.0, (law,)))
    assert found.damage[law.name].values.max() == 2
    assert once.damage[law.name].values.max() == 1
    assert once.dead_ml(law.name) == 0.0 < found.dead_ml(law.name)
    assert found.coldest_c.values.min() >= -140.0 - 1e-3


def test_an_unstable_step_is_refused() -> None:
    with pytest.raises(ValueError, match=r"5 s is unstable here: at most 1\.\d+ s"):
        run(warm(), Settings(40.0, step_s=5.0))


def test_a_run_can_be_cancelled() -> None:
    told: list[float] = []

    def stop(what: str, fraction: float) -> None:
        told.append(fraction)
        if fraction > 0.4:
            raise Cancelled(f"{what} stopped by the user")

    with pytest.raises(Cancelled, match="heat stopped"):
        run(warm(), Settings(40.0), stop)
    assert told[0] == 0.0
    assert told[-1] < 0.6


def test_the_same_run_twice_is_the_same_to_the_bit() -> None:
    first, second = (run(warm(20.0, WATERY), Settings(20.0, (LAW,))) for _ in range(2))
    assert (first.temperature_c.values == second.temperature_c.values).all()
    assert first.energy == second.energy
