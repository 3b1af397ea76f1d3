"""Published tables of heat, cold and damage, typed here, not read from the code."""

from __future__ import annotations

import numpy as np
import pytest

from seldinger.core.space import Grid
from seldinger.physics.thermal import bodies, damage, exact, sources
from seldinger.physics.thermal.model import Model, Settings, SteadyFlow
from seldinger.physics.thermal.properties import Blood, Freezing, Tissue
from seldinger.physics.thermal.run import run

BLOOD = Blood(1050.0 * 3617.0, 37.0)
LIVER = Tissue("liver", 1079.0 * 3540.0, 0.52, 0.0154, None, None)

SPHERES = [
    # Q (W/m3), a (mm), k, w, temperature at 0, a/2, a, 1.5 a, 2 a, 3 a
    (2.0e6, 8.0, 0.52, 0.0154, (62.586, 59.762, 47.835, 38.889, 37.370, 37.017)),
    (1.0e6, 10.0, 0.53, 0.0617, (41.225, 41.091, 38.813, 37.043, 37.001, 37.000)),
    (1.5e6, 10.0, 0.39, 0.0026, (108.734, 100.004, 70.351, 47.035, 40.397, 37.461)),
]
PLACES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)

STEFAN = [
    # wall, freezing point, lambda, front at 60, 300, 600 s, -40 and -20 C at 600 s
    (-140.0, -1.0, 0.50498, (8.255, 18.458, 26.103), (18.000, 22.020)),
    (-140.0, -4.5, 0.49138, (8.032, 17.961, 25.400), (18.047, 22.080)),
    (-100.0, -1.0, 0.43255, (7.071, 15.810, 22.359), (13.022, 17.666)),
]

KINETICS = [
    # C, seconds to omega 1 (liver, skin), seconds to 240 CEM43
    (43.0, 510.5, 1.84e5, 14400.0),
    (45.0, 275.6, 4.10e4, 3600.0),
    (50.0, 61.05, 1042.0, 112.5),
    (55.0, 14.16, 29.6, 3.52),
    (60.0, 3.43, 0.935, 0.110),
]


def stefan(wall_c: float, freezing_c: float) -> exact.Stefan:
    return exact.Stefan(wall_c, freezing_c, 37.0, 2.5e8, 2.0, 998.0 * 1800.0, 0.5, 1000.0 * 3600.0)


@pytest.mark.parametrize(("power", "radius", "k", "w", "expected"), SPHERES)
def test_the_closed_form_gives_the_heated_sphere(
    power: float, radius: float, k: float, w: float, expected: tuple[float, ...]
) -> None:
    tissue = Tissue("t", 3.8e6, k, w, None, None)
    found = [37.0 + exact.heated_sphere_k(tissue, BLOOD, power, radius, radius * s) for s in PLACES]
    assert found == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(("power", "radius", "k", "w", "expected"), SPHERES[:1])
def test_the_solver_settles_at_the_heated_sphere(
    power: float, radius: float, k: float, w: float, expected: tuple[float, ...]
) -> None:
    grid = Grid.aligned((61,) * 3, 1.0, (-30.0,) * 3)
    watts = power * 4.0 / 3.0 * np.pi * (radius * 1e-3) ** 3
    source = sources.uniform_sphere(
        grid, "ball", (0.0, 0.0, 0.0), radius, sources.Schedule.steady(watts, 900.0)
    )
    tissue = Tissue("t", 1079.0 * 3540.0, k, w, None, None)
    block = Model(
        grid, np.ones(grid.shape, np.uint8), (tissue,), BLOOD, SteadyFlow(), None, (source,), (),
        37.0,
    )  # fmt: skip
    points = tuple((radius * s, 0.0, 0.0) for s in PLACES)
    found = run(block, Settings(900.0, points_lps_mm=points, sample_every_s=20.0))
    assert found.points_c[-1] == pytest.approx(expected, abs=0.35)
    assert found.warnings == ()


def test_even_heating_has_the_time_constant_of_liver() -> None:
    power = np.full((4, 4, 4), 1.0e6)
    one_minute = exact.homogeneous(LIVER, BLOOD, power, 1.0, 60.0)
    assert one_minute == pytest.approx(np.full((4, 4, 4), 10.275), abs=6e-4)
    assert exact.homogeneous(LIVER, BLOOD, power, 1.0, 1e5)[0, 0, 0] == pytest.approx(
        17.098, abs=6e-4
    )


def test_point_source() -> None:
    dry = Tissue("t", 1079.0 * 3540.0, 0.52, 0.0, None, None)
    found = [exact.point_source_k(dry, 5.0, r, 600.0) for r in (5.0, 10.0, 15.0)]
    assert found == pytest.approx((106.459, 33.207, 12.271), abs=6e-4)


@pytest.mark.parametrize(("wall", "point", "growth", "fronts", "isotherms"), STEFAN)
def test_the_closed_form_gives_the_frozen_front(
    wall: float,
    point: float,
    growth: float,
    fronts: tuple[float, ...],
    isotherms: tuple[float, ...],
) -> None:
    problem = stefan(wall, point)
    assert problem.growth == pytest.approx(growth, abs=6e-6)
    assert [problem.front_mm(t) for t in (60.0, 300.0, 600.0)] == pytest.approx(fronts, abs=6e-4)
    assert [problem.depth_mm(t, 600.0) for t in (-40.0, -20.0)] == pytest.approx(
        isotherms, abs=6e-4
    )


@pytest.mark.parametrize("case", [STEFAN[0], STEFAN[2]])
def test_the_solver_follows_the_frozen_front(
    case: tuple[float, float, float, object, object],
) -> None:
    wall, point = case[0], case[1]
    problem = stefan(wall, point)
    tissue = Tissue(
        "gel", 3.6e6, 0.5, 0.0, Freezing(point, point - 0.2, 2.5e8, 998.0 * 1800.0, 2.0), None
    )
    spacing = 0.5
    grid = Grid.aligned((200, 3, 3), spacing)
    cold = np.zeros(grid.shape, np.bool_)
    cold[0] = True
    plate = bodies.FixedBody("plate", cold, bodies.Programme.constant(wall))
    block = Model(
        grid, np.ones(grid.shape, np.uint8), (tissue,), BLOOD, SteadyFlow(), None, (), (plate,),
        37.0,
    )  # fmt: skip
    found = run(block, Settings(300.0, sample_every_s=2.0)).temperature_c.values[:, 1, 1]
    # The wall is the face between cells 0 and 1.
    depth = (np.arange(200) - 0.5) * spacing
    for isotherm in (point, -20.0, -40.0):
        there = float(np.interp(isotherm, found[1:], depth[1:]))
        true = problem.front_mm(300.0) if isotherm == point else problem.depth_mm(isotherm, 300.0)
        assert there == pytest.approx(true, abs=0.3)


@pytest.mark.parametrize(("celsius", "liver", "skin", "dose"), KINETICS)
def test_kinetics(celsius: float, liver: float, skin: float, dose: float) -> None:
    assert damage.seconds_to(damage.liver_arrhenius(39.0), celsius) == pytest.approx(
        liver, rel=5e-3
    )
    assert damage.seconds_to(damage.skin_arrhenius(39.0), celsius) == pytest.approx(skin, rel=5e-3)
    assert damage.seconds_to(damage.cem43(240.0, 39.0), celsius) == pytest.approx(dose, rel=5e-3)


def test_the_sets_differ_by_hundreds_at_43() -> None:
    liver = damage.seconds_to(damage.liver_arrhenius(39.0), 43.0)
    assert damage.seconds_to(damage.skin_arrhenius(39.0), 43.0) / liver > 300.0


def test_below_the_knee_a_degree_is_worth_four() -> None:
    law = damage.cem43(240.0, 39.0)
    assert damage.seconds_to(law, 42.0) == pytest.approx(4.0 * 14400.0)


@pytest.mark.parametrize("celsius", [45.0, 50.0])
def test_a_bath_of_one_temperature_kills_on_time(celsius: float) -> None:
    grid = Grid.aligned((4, 4, 4), 1.0)
    tissue = Tissue("t", 3.8e6, 0.5, 0.0, None, None)
    block = Model(
        grid, np.ones(grid.shape, np.uint8), (tissue,), BLOOD, SteadyFlow(), None, (), (), celsius
    )
    laws = (
        damage.liver_arrhenius(39.0),
        damage.skin_arrhenius(39.0),
        damage.artery_arrhenius(39.0),
        damage.cem43(240.0, 39.0),
    )
    found = run(block, Settings(60.0, laws))
    for law in laws:
        assert found.damage[law.name].values / law.lethal == pytest.approx(
            np.full(grid.shape, 60.0 / damage.seconds_to(law, celsius)), rel=1e-4
        )
