"""Arrange: patterns are what they say, and a zone laid over a target lies as geometry has it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.heat_block import lattice

from seldinger.catalogue.applicators import applicator
from seldinger.core.space import Grid, gap_mm, unit
from seldinger.geometry import levels
from seldinger.plan.treatments.ablation import arrange
from seldinger.plan.treatments.ablation.arrange import Goal, Pattern, Setting, Template, fit
from seldinger.simulate.placement import make_heating

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = Grid.aligned((41, 41, 41), 2.0, (-40.0, -40.0, -40.0))
CENTRE = np.array([12.5, -30.25, 71.0])
SETTING = Setting("75 W for 5 min", (make_heating(300.0, 75.0),))
UPRIGHT = [np.array([0.0, 0.0, 1.0])]


def sphere(count: int = 400) -> NDArray[np.float64]:
    """Points spread evenly over the unit sphere."""
    n = np.arange(count) + 0.5
    polar, turn = np.arccos(1.0 - 2.0 * n / count), np.pi * (1.0 + 5.0**0.5) * n
    return np.stack(
        [np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], axis=1
    )


def template(signed: NDArray[np.float64], count: int = 1) -> Template:
    """A zone that is known exactly."""
    pattern = Pattern(count, None if count == 1 else 12.0)
    return Template(
        applicator("emprint"), SETTING, pattern, "chart-calibrated", GRID,
        signed.astype(np.float32), 1.0,
    )  # fmt: skip


def ball(radius_mm: float) -> Template:
    return template(radius_mm - np.linalg.norm(lattice(GRID), axis=-1))


def ellipsoid(*half_mm: float, count: int = 1) -> Template:
    inside = 1.0 - np.linalg.norm(lattice(GRID) / half_mm, axis=-1)
    level = (inside * min(half_mm)).astype(np.float32)
    return template(levels.signed_distance_mm(level, 2.0).astype(np.float64), count)


def goal(half_mm: NDArray[np.float64] | float, needed_mm: float, frame: object = None) -> Goal:
    """An ellipsoid about ``CENTRE``, the same margin all round."""
    turn = np.eye(3) if frame is None else np.asarray(frame)
    place = (sphere() * half_mm) @ turn + CENTRE
    shell = (sphere(200) * (np.asarray(half_mm) + needed_mm)) @ turn + CENTRE
    return Goal(tuple(CENTRE), place, np.full(len(place), needed_mm), shell)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_neighbours_stand_as_far_apart_as_the_pattern_says(count: int) -> None:
    places = Pattern(count, None if count == 1 else 18.0).places_mm
    assert places.shape == (count, 2)
    assert places.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    if count > 1:
        apart = [np.linalg.norm(places[a] - places[a - 1]) for a in range(count)]
        assert apart == pytest.approx([18.0] * count)
        assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) > 17.99


def test_a_ball_over_a_ball_is_centred_and_its_slack_is_the_difference() -> None:
    found = fit(ball(20.0), goal(12.0, 5.0), UPRIGHT)
    assert found.middle_lps_mm == pytest.approx(CENTRE, abs=0.6)
    assert found.slack_mm == pytest.approx(3.0, abs=0.6)
    assert found.minimal_mm == pytest.approx(8.0, abs=0.6)
    assert found.coverage == 1.0


def test_slack_and_margin_differ_by_what_is_needed() -> None:
    for needed in (0.0, 5.0, 10.0):
        found = fit(ball(18.0), goal(12.0, needed), UPRIGHT)
        assert found.minimal_mm - found.slack_mm == pytest.approx(needed)


def test_what_is_reported_is_geometry() -> None:
    made = ellipsoid(14.0, 18.0, 22.0, count=2)
    aim = goal(np.array([9.0, 12.0, 15.0]), 4.0)
    found = fit(made, aim, [np.array([0.3, -0.9, 0.2]), np.array([0.0, 0.0, 1.0])])
    frame = np.stack([found.first_lps, found.second_lps, found.axis_lps])
    assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(frame) == pytest.approx(1.0)
    local = (aim.points_lps_mm - found.middle_lps_mm) @ frame.T
    there = levels.sample_field(made.signed_mm, GRID, local)
    assert found.minimal_mm == pytest.approx(there.min(), abs=1e-6)
    assert found.slack_mm == pytest.approx((there - aim.needed_mm).min(), abs=1e-6)
    shell = levels.sample_field(
        made.signed_mm, GRID, (aim.shell_lps_mm - found.middle_lps_mm) @ frame.T
    )
    assert found.coverage == pytest.approx((shell >= 0.0).mean())


def test_too_small_a_zone_lies_in_the_middle_and_says_how_much_is_missing() -> None:
    found = fit(ball(10.0), goal(15.0, 5.0), UPRIGHT)
    assert found.middle_lps_mm == pytest.approx(CENTRE, abs=1.5)
    assert found.slack_mm == pytest.approx(-10.0, abs=1.5)
    assert found.coverage == 0.0


def test_a_long_zone_is_turned_along_a_long_target() -> None:
    long = unit(np.array([0.2, -0.95, 0.1]))
    across = unit(np.cross(long, [0.0, 0.0, 1.0]))
    frame = np.stack([across, np.cross(long, across), long])
    aim = goal(np.array([8.0, 8.0, 20.0]), 3.0, frame)
    found = fit(ellipsoid(12.0, 12.0, 26.0), aim, [across, np.cross(long, across), long])
    assert abs(found.axis_lps @ long) == pytest.approx(1.0)
    assert found.slack_mm == pytest.approx(1.0, abs=0.7)


def test_a_flat_zone_is_turned_about_the_needle() -> None:
    for degrees in (0.0, 30.0, 60.0, 120.0):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        frame = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
        aim = goal(np.array([20.0, 10.0, 10.0]), 2.0, frame)
        found = fit(ellipsoid(24.0, 14.0, 14.0, count=2), aim, UPRIGHT)
        assert found.slack_mm > 1.0


def test_a_shifted_goal_gives_the_same_arrangement_shifted() -> None:
    by = np.array([3.7, -11.3, 200.4])
    made, one = ellipsoid(14.0, 18.0, 22.0, count=3), goal(np.array([9.0, 12.0, 15.0]), 4.0)
    other = Goal(tuple(CENTRE + by), one.points_lps_mm + by, one.needed_mm, one.shell_lps_mm + by)
    a, b = (fit(made, g, UPRIGHT) for g in (one, other))
    assert b.middle_lps_mm - a.middle_lps_mm == pytest.approx(by, abs=1e-6)
    assert b.slack_mm == pytest.approx(a.slack_mm, abs=1e-6)
    assert b.coverage == a.coverage


def test_applicators_stand_parallel_about_the_middle_of_their_zone() -> None:
    made = ellipsoid(20.0, 20.0, 24.0, count=3)
    found = fit(made, goal(10.0, 5.0), [np.array([0.1, -1.0, 0.3])])
    middles = []
    for one in found.placed:
        assert one.axis_lps == pytest.approx(tuple(found.axis_lps))
        assert one.schedule == SETTING.schedule
        middles.append(np.asarray(one.tip_lps_mm) + one.behind_tip_mm * found.axis_lps)
    assert np.mean(middles, axis=0) == pytest.approx(found.middle_lps_mm)
    apart = [np.linalg.norm(a - b) for a, b in combinations(middles, 2)]
    assert apart == pytest.approx([12.0] * 3)


def test_the_edge_of_the_capsule_needs_less() -> None:
    whole = goal(12.0, 10.0)
    near = Goal(
        whole.centre_lps_mm, whole.points_lps_mm,
        np.where(whole.points_lps_mm[:, 0] > CENTRE[0] - 3.0, 0.0, 10.0), whole.shell_lps_mm,
    )  # fmt: skip
    a, b = (fit(ball(20.0), g, UPRIGHT) for g in (whole, near))
    assert b.slack_mm > a.slack_mm + 0.2
    assert b.middle_lps_mm[0] < a.middle_lps_mm[0] - 1.0


def test_nothing_to_try_is_an_error() -> None:
    with pytest.raises(ValueError, match="no direction"):
        fit(ball(10.0), goal(5.0, 5.0), [])


def test_the_gap_between_shafts_against_brute_force() -> None:
    rng = np.random.default_rng(5)
    share = np.linspace(0.0, 1.0, 401)[:, None]
    for trial in range(40):
        p, q, r, s = rng.uniform(-50.0, 50.0, (4, 3))
        if trial % 4 == 0:  # parallel
            s = r + 0.7 * (q - p)
        one, other = p + share * (q - p), r + share * (s - r)
        brute = np.linalg.norm(one[:, None] - other[None], axis=-1).min()
        found = gap_mm((p, q), (r, s))
        assert found <= brute + 1e-9
        assert found == pytest.approx(brute, abs=0.45)
        assert gap_mm((r, s), (p, q)) == pytest.approx(found, abs=1e-9)
        assert gap_mm((q, p), (s, r)) == pytest.approx(found, abs=1e-9)


def test_crossing_shafts_have_no_gap_and_a_shaft_past_the_other_s_end_has_one() -> None:
    a, b = np.array([-10.0, 0.0, 0.0]), np.array([10.0, 0.0, 0.0])
    assert gap_mm((a, b), (np.array([0.0, -5.0, 0.0]), np.array([0.0, 5.0, 0.0]))) == 0.0
    beyond = (np.array([13.0, -5.0, 4.0]), np.array([13.0, 5.0, 4.0]))
    assert gap_mm((a, b), beyond) == pytest.approx(5.0)


def test_the_most_probes_of_a_plan() -> None:
    assert arrange.MOST_PROBES == 4
