"""Laws of radiofrequency: closed forms, currents, scale, symmetry, controllers, books."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seldinger.core.errors import Cancelled
from seldinger.core.space import Grid, Vector
from seldinger.kernels import laplace, laplace_plain, laplace_solve
from seldinger.physics.thermal import damage, electrode_frame, potential
from seldinger.physics.thermal.bodies import Rod
from seldinger.physics.thermal.controllers import (
    Controller,
    Drive,
    Hold,
    ImpedancePulses,
    PowerRamp,
    TipTemperature,
)
from seldinger.physics.thermal.model import Model, Settings, SteadyFlow
from seldinger.physics.thermal.properties import Blood, Boiling, Tissue
from seldinger.physics.thermal.radiofrequency import (
    FACES,
    Conductor,
    Electrode,
    Face,
    Generator,
    Radiofrequency,
    Trace,
)
from seldinger.physics.thermal.run import run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.thermal.potential import Potential
    from seldinger.physics.thermal.result import Result

BLOOD = Blood(3.8e6, 37.0)
WATERY = Tissue("watery", 3.8e6, 0.52, 0.0, None, Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2))
FIXED = Conductor(0.3, 0.0, 100.0, 101.0, 0.3)
DRYING = Conductor(0.33, 0.015, 100.0, 101.0, 1e-3)
UNLIMITED = Generator(1e6, math.inf, math.inf, math.inf)
UP = (0.0, 0.0, 1.0)
WATT = Hold(Drive("W", 1.0))
LAW = damage.liver_arrhenius(40.0)


def lattice(edge: int = 31, spacing_mm: float = 1.0) -> Grid:
    half = 0.5 * spacing_mm * (edge - 1)
    return Grid.aligned((edge,) * 3, spacing_mm, (-half,) * 3)


def rod(
    middle: Vector = (0.0, 0.0, 0.0), length: float = 12.0, radius: float = 0.75, axis: Vector = UP
) -> Electrode:
    along = np.asarray(axis) / np.linalg.norm(axis)
    x, y, z = (float(c) for c in np.asarray(middle) - 0.5 * length * along)
    return Electrode(f"rod {middle}", Rod((x, y, z), axis, length, radius), 0.0, 15.0)


def block(
    *electrodes: Electrode,
    grid: Grid | None = None,
    conductors: tuple[Conductor, ...] = (FIXED,),
    material: NDArray[np.uint8] | None = None,
    controller: Controller = WATT,
    pads: tuple[Face, ...] = FACES,
    generator: Generator = UNLIMITED,
    series_ohm: float = 0.0,
    seconds: float = 1e4,
    fine_mm: float = 12.0,
    tissue: Tissue = WATERY,
) -> Model:
    grid = lattice() if grid is None else grid
    setup = Radiofrequency(
        electrodes or (rod(),), conductors, (), pads, series_ohm, generator, controller, seconds,
        fine_mm=fine_mm,
    )  # fmt: skip
    cells = np.ones(grid.shape, np.uint8) if material is None else material
    return Model(
        grid, cells, (tissue,) * len(conductors), BLOOD, SteadyFlow(), None, (), (), 37.0,
        radiofrequency=setup,
    )  # fmt: skip


def solved(model: Model, *, plain: bool = False, theta_k: float = 0.0) -> Potential:
    assert model.radiofrequency is not None
    kind = np.float64 if plain else np.float32
    theta = np.full(model.grid.shape, theta_k, kind)
    found = potential.begin(model, model.radiofrequency, theta, plain=plain)
    potential.solve(found)
    return found


def ohm(model: Model, **how: Any) -> float:
    return 1.0 / solved(model, **how).conductance_s


def trace(result: Result) -> Trace:
    assert result.radiofrequency is not None
    return result.radiofrequency


def radius_mm(grid: Grid) -> NDArray[np.float64]:
    axes = [grid.origin_lps_mm[a] + grid.spacing_mm[a] * np.arange(grid.shape[a]) for a in range(3)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    return np.asarray(np.sqrt(x * x + y * y + z * z))


def test_concentric_spheres() -> None:
    # A short rod is a ball of 6 mm; a shell that conducts a thousand times better is earth.
    grid, inner, outer = lattice(49), 6.0, 20.0
    away = radius_mm(grid)
    material = np.where(away < outer, 1, 2).astype(np.uint8)
    metal = replace(FIXED, s_per_m=300.0, dry_s_per_m=300.0)
    ball = rod(length=2.0 * inner + 1e-3, radius=inner)
    model = block(ball, grid=grid, conductors=(FIXED, metal), material=material, fine_mm=99.0)
    found = solved(model)
    true = 1e3 * (1.0 / inner - 1.0 / outer) / (4.0 * np.pi * 0.3)
    assert 1.0 / found.conductance_s == pytest.approx(true, rel=0.03)
    line = found.volts[24, 24, 24:]
    density = found.watts[24, 24, 24:] / 1e-9
    for r in (9, 12, 15):
        share = (1.0 / r - 1.0 / outer) / (1.0 / inner - 1.0 / outer)
        slope = 1e3 / (r * r * (1.0 / inner - 1.0 / outer))
        assert line[r] == pytest.approx(share, abs=0.02)
        assert density[r] == pytest.approx(0.3 * slope**2, rel=0.1)


@pytest.mark.parametrize("radius", [0.4, 0.75, 1.2, 2.0])
def test_a_thin_rod_in_a_cylinder(radius: float) -> None:
    long = 25
    grid = Grid.aligned((41, 41, long), 1.0, (-20.0, -20.0, -0.5 * (long - 1)))
    i, j = np.meshgrid(np.arange(41) - 20.0, np.arange(41) - 20.0, indexing="ij")
    far = np.repeat((np.hypot(i, j) >= 18.0)[:, :, None], long, axis=2)
    material = np.where(far, 2, 1).astype(np.uint8)
    metal = replace(FIXED, s_per_m=3000.0, dry_s_per_m=3000.0)
    model = block(
        rod(length=float(long), radius=radius), grid=grid, conductors=(FIXED, metal),
        material=material, pads=("left", "right", "anterior", "posterior"), fine_mm=99.0,
    )  # fmt: skip
    true = math.log(18.0 / radius) / (2.0 * math.pi * 0.3 * long * 1e-3)
    assert ohm(model) == pytest.approx(true, rel=0.05)


def test_impedance_does_not_depend_on_the_grid_or_on_how_the_rod_lies_in_it() -> None:
    reference = ohm(block(grid=lattice(65), fine_mm=99.0))
    assert ohm(block(grid=lattice(65))) == pytest.approx(reference, rel=5e-3)
    assert ohm(block(grid=lattice(33, 65 / 33))) == pytest.approx(reference, rel=0.04)
    for axis in ((1.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.3, 0.5, 1.0)):
        lying = block(rod(axis=axis), grid=lattice(65))
        assert ohm(lying) == pytest.approx(reference, rel=0.03), axis
    moved = block(rod((0.5, 0.5, 0.3)), grid=lattice(65))
    assert ohm(moved) == pytest.approx(reference, rel=0.03)


def test_power_is_voltage_times_current() -> None:
    found = solved(block(rod(axis=(0.3, 0.5, 1.0)), conductors=(DRYING,)))
    (ampere,) = potential.currents_a(found)
    assert ampere == pytest.approx(found.conductance_s, rel=1e-4)
    pair = (rod((-6.0, 0.0, 0.0)), replace(rod((6.0, 0.0, 0.0)), potential=-0.5))
    bipolar = solved(block(*pair, pads=()))
    there, back = potential.currents_a(bipolar)
    assert there == pytest.approx(-back, rel=1e-4)
    assert 1.5 * there == pytest.approx(bipolar.conductance_s * 1.5**2, rel=1e-4)


def test_scale_laws() -> None:
    once = ohm(block())
    double = replace(FIXED, s_per_m=0.6, dry_s_per_m=0.6)
    assert ohm(block(conductors=(double,))) == pytest.approx(0.5 * once, rel=1e-5)
    louder = solved(block(replace(rod(), potential=3.0)))
    assert 1.0 / louder.conductance_s == pytest.approx(once, rel=1e-5)
    assert louder.watts.sum() == pytest.approx(9.0 / once, rel=1e-5)
    shrunk = Electrode("rod", Rod((0.0, 0.0, -3.0), UP, 6.0, 0.375), 0.0, 15.0)
    half = block(shrunk, grid=lattice(31, 0.5), fine_mm=6.0)
    assert ohm(half) == pytest.approx(2.0 * once, rel=1e-5)


def test_fields_of_electrodes_superpose() -> None:
    one, two = rod((-5.0, 1.0, 0.0)), rod((5.0, 0.0, 0.0), axis=(0.2, 0.1, 1.0))
    silent = [replace(e, potential=0.0) for e in (one, two)]
    both = solved(block(one, two), plain=True).volts
    first = solved(block(one, silent[1]), plain=True).volts
    second = solved(block(silent[0], two), plain=True).volts
    assert np.abs(first + second - both).max() < 1e-7


def test_mirrored_electrodes_give_mirrored_heat() -> None:
    found = solved(block(rod((-5.0, 0.0, 0.0)), rod((5.0, 0.0, 0.0)), fine_mm=99.0))
    left, right = potential.currents_a(found)
    assert left == pytest.approx(right, rel=1e-5)
    assert np.abs(found.watts - found.watts[::-1]).max() < 1e-4 * found.watts.max()
    alone = solved(block(rod((5.0, 0.0, 0.0)), fine_mm=99.0))
    # Neighbours of one potential shade each other.
    assert right < 0.95 * alone.conductance_s


def test_current_avoids_what_does_not_conduct() -> None:
    material = np.ones((31, 31, 31), np.uint8)
    material[:13] = 2
    bone = replace(FIXED, s_per_m=0.0, dry_s_per_m=0.0)
    model = block(rod((2.0, 0.0, 0.0)), material=material, conductors=(FIXED, bone), fine_mm=99.0)
    found = solved(model)
    assert (found.watts[:13] == 0.0).all()
    assert 1.0 / found.conductance_s > 1.1 * ohm(block(rod((2.0, 0.0, 0.0))))
    warm = replace(rod((2.0, 0.0, 0.0)), core_c=None)
    model = block(warm, material=material, conductors=(FIXED, bone), fine_mm=99.0)
    result = run(model, Settings(4.0, plain=True))
    assert result.energy.absorbed_j[0] == pytest.approx(4.0, rel=1e-9)


def test_kernels_agree_with_their_twins() -> None:
    # In the precision that runs have: a second one would be compiled for this alone.
    for shape in ((7, 6, 9), (6, 7, 8)):
        fast = _by(laplace, laplace_solve, shape, np.float32)
        slow = _by(laplace_plain, laplace_plain, shape, np.float32)
        for name, ours in fast.items():
            worst = np.abs(ours - slow[name]).max() / np.abs(slow[name]).max()
            assert worst < 3e-4, name


def _by(loops: Any, solver: Any, shape: tuple[int, int, int], kind: Any) -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(7)
    begins = [np.cumsum([0, *rng.integers(1, 4, n)]) for n in shape]
    places = [np.repeat(np.arange(n), np.diff(b)) for n, b in zip(shape, begins, strict=True)]
    wide = [np.diff(b).astype(kind) for b in begins]
    whole = tuple(int(b[-1]) for b in begins)
    theta = rng.uniform(0.0, 70.0, whole).astype(kind)
    kinds = rng.integers(0, 3, whole).astype(np.uint8)
    table = np.array([[0, 0, 1e30, 0, 0], DRYING.row(37.0), FIXED.row(37.0)], kind)
    box = np.array([1, shape[0], 0, shape[1] - 1, 2, shape[2]])
    sigma = np.full(shape, 0.2, kind)
    sigma[0, 0] = 0.0
    loops.conductivity(box, *begins, theta, kinds, table, sigma)
    fixed = np.where(rng.random(shape) < 0.05, 0.1, 0.0).astype(kind)
    fixed[-1] += sigma[-1]
    drive = np.where(rng.random(shape) < 0.05, 1.0, 0.0).astype(kind) * (sigma > 0.0)
    made = [np.zeros(shape, kind) for _ in range(4)]
    loops.assemble(*wide, sigma, fixed, *made)
    a, b, c = shape
    half = (c + 1) // 2
    room = (
        np.zeros((6, a + 1, b + 1, half), kind),
        np.zeros((5, a, b, half), kind),
        np.zeros((a, half)),
    )
    volts, watts = rng.random(shape).astype(kind), np.zeros(shape, kind)
    limits = np.array([1e-5 if kind is np.float32 else 1e-10, 500.0])
    assert 0 < solver.solve(*made, drive, limits, volts, *room) < 500
    loops.joule(*wide, sigma, fixed, volts, watts)
    base = rng.random(whole).astype(kind)
    out, factor = np.zeros(whole, kind), np.array([2.0], kind)
    inner = np.array([1, whole[0], 0, whole[1], 0, whole[2] - 1])
    loops.spread(inner, *places, watts, (kinds > 0).astype(np.uint8), factor, base, out)
    names = ("face_i", "face_j", "face_k", "scale")
    found = dict(zip(names, made, strict=True))
    return found | {"sigma": sigma, "volts": volts, "watts": watts, "out": out}


def test_impedance_falls_with_warmth_and_rises_as_tissue_dries() -> None:
    model = block(conductors=(DRYING,))
    found = [ohm(model, theta_k=t) for t in (0.0, 40.0, 63.0, 63.5, 64.0)]
    assert found[1] == pytest.approx(found[0] / 1.6, rel=1e-3)
    assert found[2] < found[1]
    assert found[3] == pytest.approx(found[2] * 1.945 / (0.5 * (1.945 + 1e-3 / 0.33)), rel=1e-3)
    assert found[4] == pytest.approx(found[0] * 330.0, rel=1e-3)


@pytest.mark.parametrize(("plain", "allowed"), [(False, 1e-5), (True, 1e-10)])
@pytest.mark.parametrize("front_k", [0.02, 2.0])
def test_books_balance(front_k: float, plain: bool, allowed: float) -> None:
    for core_c in (15.0, None):
        electrode = replace(rod(), core_c=core_c)
        hold = Hold(Drive("W", 25.0))
        model = block(electrode, conductors=(DRYING,), controller=hold, grid=lattice(21))
        found = run(model, Settings(6.0, plain=plain, front_k=front_k))
        energy, given = found.energy, 25.0 * 6.0
        assert abs(energy.missing_j) < allowed * energy.turned_over_j
        assert trace(found).total_j == pytest.approx(given, rel=1e-9)
        # What lies outside the box has not been booked; a coolant takes some at the wall.
        least = 0.8 if core_c is not None or front_k > 1.0 else 1.0 - 1e-5
        assert least * given < energy.absorbed_j[0] < (1.0 + 1e-5) * given
        assert (energy.from_bodies_j[0] < 0.0) == (core_c is not None)


def test_a_coolant_takes_half_of_what_arises_at_its_wall_unless_a_film_holds_it_back() -> None:
    thin = replace(rod(), film_w_per_m2_k=500.0)
    half, less, none = (solved(block(e)) for e in (rod(), thin, replace(rod(), core_c=None)))
    (contact,) = half.contacts
    drop = 1.0 - half.volts.reshape(-1)[contact.cells]
    way = float((contact.reach_m * 0.3 * drop**2).sum())
    assert half.watts.sum() - half.kept.sum() == pytest.approx(0.5 * way, rel=1e-3)
    assert none.kept.sum() == pytest.approx(none.watts.sum(), rel=1e-6)
    assert half.kept.sum() < less.kept.sum() < none.kept.sum()
    assert half.conductance_s == none.conductance_s


def test_a_box_that_grows_gives_cells_what_they_should_have_had() -> None:
    model = block(controller=Hold(Drive("W", 10.0)), grid=lattice(41))
    points = ((4.0, 0.0, 0.0), (0.0, 9.0, 2.0))
    asked = Settings(40.0, points_lps_mm=points, plain=True)
    grown = run(model, replace(asked, front_k=0.3))
    whole = run(model, replace(asked, front_k=1e-9))
    assert grown.stepping.box_share < 0.8 * whole.stepping.box_share
    assert grown.points_c[-1] == pytest.approx(whole.points_c[-1], abs=0.05)


def test_blood_is_in_the_books() -> None:
    tissue = replace(WATERY, perfusion_per_s=0.0154)
    model = block(conductors=(DRYING,), controller=Hold(Drive("W", 10.0)), tissue=tissue)
    found = run(model, Settings(30.0, sample_every_s=1.0)).energy
    assert found.to_blood_j > 10.0
    assert abs(found.missing_j) < 1e-3 * found.turned_over_j


def test_what_stays_in_the_series_resistance_is_delivered_but_not_absorbed() -> None:
    electrode = replace(rod(), core_c=None)
    model = block(electrode, series_ohm=50.0, controller=Hold(Drive("V", 20.0)))
    found = run(model, Settings(10.0))
    own = ohm(electrode_frame.align(model, Settings(10.0)).model)
    log = trace(found)
    assert log.impedance_ohm == pytest.approx(np.full(len(log.times_s), own + 50.0), rel=1e-5)
    assert log.total_j == pytest.approx(10.0 * 400.0 / (own + 50.0), rel=1e-6)
    assert found.energy.absorbed_j[0] == pytest.approx(log.total_j * own / (own + 50.0), rel=1e-4)


@pytest.mark.parametrize(
    ("drive", "column"),
    [
        (Drive("W", 12.0), "power_w"),
        (Drive("V", 25.0), "voltage_v"),
        (Drive("A", 0.3), "current_a"),
    ],
)
def test_hold_holds(drive: Drive, column: str) -> None:
    model = block(conductors=(DRYING,), controller=Hold(drive), seconds=14.0)
    log = trace(run(model, Settings(20.0)))
    on = log.times_s < 14.0
    assert getattr(log, column)[on] == pytest.approx(np.full(on.sum(), drive.value))
    assert (log.power_w[~on] == 0.0).all()
    assert 14.0 in log.times_s
    assert log.power_w == pytest.approx(log.voltage_v * log.current_a)
    assert log.impedance_ohm[on] == pytest.approx(log.voltage_v[on] / log.current_a[on])
    steps = np.diff([*log.times_s, 20.0])
    assert np.cumsum(steps * log.power_w)[:-1] == pytest.approx(log.delivered_j[1:])
    assert (steps * log.power_w).sum() == pytest.approx(log.total_j)


@pytest.mark.parametrize(
    ("generator", "column", "most"),
    [
        (Generator(5.0, math.inf, math.inf, math.inf), "power_w", 5.0),
        (Generator(500.0, 0.2, math.inf, math.inf), "current_a", 0.2),
        (Generator(500.0, math.inf, 15.0, math.inf), "voltage_v", 15.0),
    ],
)
def test_a_generator_gives_no_more_than_it_can(
    generator: Generator, column: str, most: float
) -> None:
    log = trace(run(block(controller=Hold(Drive("W", 400.0)), generator=generator), Settings(4.0)))
    assert getattr(log, column) == pytest.approx(np.full(len(log.times_s), most))


def test_pulses_rest_for_as_long_as_they_say_after_the_rise_that_they_say() -> None:
    pulses = ImpedancePulses(Drive("A", 0.8), 0.2, 7.0)
    found = run(block(conductors=(DRYING,), controller=pulses), Settings(60.0, (LAW,)))
    log = trace(found)
    on = log.power_w > 0.0
    ends = np.flatnonzero(on[:-1] & ~on[1:]) + 1
    begins = np.flatnonzero(~on[:-1] & on[1:]) + 1
    assert len(ends) >= 3
    assert (log.impedance_ohm[ends] > 1.2 * log.impedance_ohm[0]).all()
    assert (log.impedance_ohm[on] <= 1.2 * log.impedance_ohm[0]).all()
    rests = [log.times_s[b] - log.times_s[e] for e, b in zip(ends, begins, strict=False)]
    assert rests == pytest.approx(np.full(len(rests), 7.0))
    assert log.current_a[on] == pytest.approx(np.full(on.sum(), 0.8))
    assert 99.0 < found.peak_c.values.max() < 105.0


def test_a_ramp_climbs_by_the_minute_and_goes_on_with_less_after_a_roll_off() -> None:
    ramp = PowerRamp(8.0, 10.0, 0.1, 5.0, 0.5, 1)
    log = trace(run(block(conductors=(DRYING,), controller=ramp), Settings(240.0)))
    assert log.power_w[log.times_s < 60.0] == pytest.approx(8.0)
    on = log.power_w > 0.0
    ends = np.flatnonzero(on[:-1] & ~on[1:]) + 1
    assert len(ends) == 2
    before = log.power_w[ends[0] - 1]
    assert before in (pytest.approx(18.0), pytest.approx(28.0), pytest.approx(38.0))
    again = int(np.flatnonzero(on & (log.times_s > log.times_s[ends[0]]))[0])
    assert log.times_s[again] - log.times_s[ends[0]] == pytest.approx(5.0)
    assert log.power_w[again] == pytest.approx(0.5 * before)
    assert (log.power_w[ends[1] :] == 0.0).all()


@pytest.mark.parametrize("band_k", [0.0, 10.0])
def test_tips_are_held_at_their_temperature(band_k: float) -> None:
    control = TipTemperature(80.0, 20.0, band_k)
    tine = replace(rod(radius=0.5), core_c=None)
    found = run(block(tine, conductors=(DRYING,), controller=control), Settings(90.0))
    log = trace(found)
    assert log.tip_c[0] == pytest.approx(37.0)
    late = log.tip_c[log.times_s > 60.0]
    assert late.min() > 80.0 - max(1.2 * band_k, 6.0)
    assert late.max() < 88.0
    assert log.power_w.max() == pytest.approx(20.0)
    share = np.clip((80.0 - log.tip_c) / band_k, 0.0, 1.0) if band_k else log.tip_c < 80.0
    assert log.power_w == pytest.approx(20.0 * share, abs=1e-9)


def test_a_cooled_electrode_keeps_its_wall_cool_and_moves_the_heat_outwards() -> None:
    hold = Hold(Drive("W", 15.0))
    points = ((1.5, 0.0, 0.0), (4.5, 0.0, 0.0))
    ends = [
        run(
            block(replace(rod(), core_c=core), controller=hold),
            Settings(60.0, points_lps_mm=points),
        ).points_c[-1]
        for core in (10.0, None)
    ]
    assert ends[0][0] < ends[1][0] - 20.0
    assert ends[0][0] < ends[0][1]


def test_a_generator_that_stops_at_an_impedance_stops_for_good() -> None:
    limited = Generator(100.0, math.inf, math.inf, 150.0)
    model = block(conductors=(DRYING,), controller=Hold(Drive("W", 60.0)), generator=limited)
    found = run(model, Settings(40.0))
    log = trace(found)
    assert log.stopped_s is not None
    assert log.stopped_s < 30.0
    assert (log.power_w[log.times_s >= log.stopped_s] == 0.0).all()
    assert found.peak_c.values.max() < 110.0
    beyond_s = log.stopped_s + 2.0
    forced = run(replace(model, radiofrequency=_unlimited(model)), Settings(beyond_s))
    assert any("forced through dry tissue" in w for w in forced.warnings)


def _unlimited(model: Model) -> Radiofrequency:
    assert model.radiofrequency is not None
    return replace(model.radiofrequency, generator=UNLIMITED)


def test_fast_and_plain_runs_agree() -> None:
    model = block(conductors=(DRYING,), controller=Hold(Drive("W", 20.0)), grid=lattice(21))
    fast, slow = (run(model, Settings(10.0, (LAW,), plain=p)) for p in (False, True))
    assert np.abs(fast.temperature_c.values - slow.temperature_c.values).max() < 0.1
    assert trace(fast).impedance_ohm[-1] == pytest.approx(trace(slow).impedance_ohm[-1], rel=1e-3)


def test_super_steps_agree_with_explicit_ones() -> None:
    model = block(conductors=(DRYING,), controller=Hold(Drive("W", 8.0)), grid=lattice(25))
    found = [
        run(model, Settings(20.0, method=how, points_lps_mm=((3.0, 0.0, 0.0),))).points_c[-1, 0]
        for how in ("explicit", "super")
    ]
    assert found[0] == pytest.approx(found[1], abs=0.5)


def test_a_run_can_be_cancelled() -> None:
    def stop(what: str, fraction: float) -> None:
        if fraction > 0.4:
            raise Cancelled(f"{what} stopped by the user")

    with pytest.raises(Cancelled, match="heat stopped"):
        run(block(), Settings(20.0), stop)


def test_the_same_run_twice_is_the_same_to_the_bit() -> None:
    model = block(conductors=(DRYING,), controller=ImpedancePulses(Drive("A", 0.8), 0.1, 4.0))
    first, second = (run(model, Settings(20.0, (LAW,))) for _ in range(2))
    assert (first.temperature_c.values == second.temperature_c.values).all()
    assert first.energy == second.energy
    assert (trace(first).power_w == trace(second).power_w).all()
