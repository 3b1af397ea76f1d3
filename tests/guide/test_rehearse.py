"""A rehearsal is the plan's own error model, drawn: its shares, its scatter and its zone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy
from tests.ablated import changed, figures, parts, refilled

from seldinger.core.errors import PlanError
from seldinger.core.space import Grid, Vector, as_vector, unit
from seldinger.guide import file, rehearse
from seldinger.guide.model import Passes, format_percent
from seldinger.guide.zone import carry_zone, compute_rotations
from seldinger.plan import PercutaneousOptions, Settings, propose
from seldinger.plan.approach.percutaneous.scene import build

if TYPE_CHECKING:
    from tests.demo_plans import DemoPlans

    from seldinger.anatomy import Anatomy
    from seldinger.core.space import Points
    from seldinger.guide import Rehearsal
    from seldinger.plan import Plan

DRAWS = 4000
NEEDLES = [
    ("biopsy", "liver-tumour-1"),
    ("biopsy", "lung-nodule-1"),
    ("drainage", "abscess-superficial"),
    ("cholecystostomy", "gallbladder"),
]
SOBOL = 0.004
"""By how much the plan's own 4096 samples may miss a chance."""


@pytest.fixture(scope="module")
def nodule(demo_plans: DemoPlans) -> Rehearsal:
    """The smallest target that a needle is for."""
    return rehearse(demo_plans["biopsy", "lung-nodule-1"], seed=7, draws=DRAWS)


def agrees(value: float, planned: float, draws: int) -> bool:
    sd = np.sqrt(max(planned * (1.0 - planned), 1.0 / draws) / draws)
    return bool(abs(value - planned) <= 3.5 * sd + SOBOL)


@pytest.mark.parametrize("case", NEEDLES, ids="-".join)
def test_shares_are_the_plans_own_chances(demo_plans: DemoPlans, case: tuple[str, str]) -> None:
    made = rehearse(demo_plans[case], seed=3, draws=DRAWS)
    (needle,) = made.passes
    path = demo_plans[case].approach.paths[0]
    known = {k for k, v in path.probability.touch.items() if v is not None}
    assert set(needle.touch) == known
    for name, found in needle.shares.items():
        assert found.planned is not None
        assert agrees(found.value, found.planned, DRAWS), name


def test_a_needle_scatters_as_published_and_no_draw_knows_another(nodule: Rehearsal) -> None:
    (needle,) = nodule.passes
    errors, path = needle.errors, needle.path
    assert errors.lateral_mean_mm == pytest.approx(3.3)
    assert needle.lateral_mm.mean() == pytest.approx(errors.lateral_mean_mm, rel=0.03)
    axis = unit(np.subtract(path.target_lps_mm, path.entry_lps_mm))
    away = needle.tip_lps_mm - np.asarray(path.target_lps_mm)
    side = unit(np.cross(axis, [0.0, 0.0, 1.0]))
    parts = np.column_stack(
        [away @ side, away @ np.cross(axis, side), away @ axis, nodule.breath_mm]
    )
    wanted = (errors.lateral_sd_mm, errors.lateral_sd_mm, errors.depth_sd_mm, errors.breath_sd_mm)
    assert parts.std(axis=0) == pytest.approx(wanted, rel=0.04)
    assert abs(parts.mean(axis=0)).max() < 0.2
    between = np.corrcoef(parts.T) - np.eye(4)
    assert abs(between).max() < 3.5 / np.sqrt(DRAWS)
    after = [np.corrcoef(one[1:], one[:-1])[0, 1] for one in parts.T]
    assert np.abs(after).max() < 3.5 / np.sqrt(DRAWS)


def test_errors_that_the_user_edits_are_the_ones_that_are_drawn(demo_anatomy: Anatomy) -> None:
    way = PercutaneousOptions(lateral_error_mm=6.0)
    settings = Settings(options=(way,), assume={"depth_error_sd_mm": 1.0})
    plan = propose("biopsy", demo_anatomy, "lung-nodule-1", settings=settings)
    (needle,) = rehearse(plan, draws=DRAWS).passes
    assert needle.lateral_mm.mean() == pytest.approx(6.0, rel=0.03)
    assert needle.errors.depth_sd_mm == 1.0
    told = needle.shares["hit"]
    assert told.planned is not None
    assert told.planned < 0.9
    assert agrees(told.value, told.planned, DRAWS)


def test_each_draw_meets_what_a_plain_look_at_the_voxels_meets(
    nodule: Rehearsal, demo_voxel_mm: float
) -> None:
    """Every pass again, by points along it and the nearest voxel of each mask."""
    plan, (needle,) = nodule.plan, nodule.passes
    instrument, grid = plan.instrument, plan.anatomy.grid
    assert instrument is not None
    entry = np.asarray(needle.path.entry_lps_mm)
    axis = (needle.tip_lps_mm - entry) / np.linalg.norm(
        needle.tip_lps_mm - entry, axis=1, keepdims=True
    )
    blur = demo_voxel_mm * np.sqrt(3.0) / 2.0

    def nearest_mm(mask: np.ndarray, low: Points, high: Points, *, moves: bool) -> Points:
        tree = scipy.spatial.cKDTree(grid.to_lps(np.argwhere(mask)))
        shift = np.outer(nodule.breath_mm, [0.0, 0.0, 1.0]) if moves else 0.0
        steps = np.linspace(0.0, 1.0, 150)
        found = np.full(len(low), np.inf)
        for t in steps:
            found = np.minimum(found, tree.query(low + t * (high - low) - shift)[0])
        return found

    start, stop = instrument.sample_mm
    ends = needle.tip_lps_mm + start * axis, needle.tip_lps_mm + stop * axis
    goal = nearest_mm(plan.goal.viable, *ends, moves=True)
    assert needle.hit[goal < 0.1].all()
    assert not needle.hit[goal > blur + 0.5].any()
    structure = plan.anatomy.get_structure("lower rib margin")
    tip = needle.tip_lps_mm + instrument.beyond_mm * axis
    away = nearest_mm(
        structure.mask, np.broadcast_to(entry, tip.shape), tip, moves=structure.mobile
    )
    met = needle.touch["lower rib margin"]
    assert met[away < 0.1].all()
    assert not met[away > blur + instrument.diameter_mm / 2.0 + 0.5].any()
    assert 0 < met.sum() < DRAWS


def test_what_lies_in_the_target_is_some_of_the_stretch_wherever_it_hits(
    nodule: Rehearsal, demo_voxel_mm: float
) -> None:
    """A chord shorter than a voxel may lie between two places that the march looks at."""
    (needle,) = nodule.passes
    assert needle.inside_mm is not None
    assert nodule.plan.instrument is not None
    start, stop = nodule.plan.instrument.sample_mm
    assert 0.0 <= needle.inside_mm.min() < needle.inside_mm.max() <= stop - start
    assert needle.inside_mm[~needle.hit].max() <= demo_voxel_mm
    assert (needle.inside_mm[needle.hit] > 0.0).mean() > 0.98
    assert needle.planned_inside_mm <= stop - start


def test_the_same_seed_gives_the_same_draws_and_another_gives_others(
    demo_plans: DemoPlans,
) -> None:
    plan = demo_plans["biopsy", "lung-nodule-1"]
    first, again, other = (file.to_json(rehearse(plan, s, draws=60)) for s in (7, 7, 8))
    assert first == again != other
    told = json.loads(first)
    assert (told["seed"], told["draws"]) == (7, 60)
    hit = told["passes"][0]["hit"]
    assert hit["count"] == sum(told["passes"][0]["draws"]["hit"])
    assert hit["low"] <= hit["share"] <= hit["high"]
    assert len(told["passes"][0]["draws"]["tip_lps_mm"]) == 60


def test_the_drawing_scene_is_the_planners(demo_plans: DemoPlans) -> None:
    """Nothing was steered elsewhere: the path's own distances come out of the rebuilt scene."""
    plan = demo_plans["biopsy", "liver-tumour-1"]
    again = build(plan.anatomy, plan.goal, frozenset())
    assert again.target.aim_lps_mm == plan.approach.paths[0].target_lps_mm
    assert np.array_equal(again.target.viable, plan.goal.viable)


def test_as_meant_is_every_pass_in_and_nothing_touched(nodule: Rehearsal) -> None:
    (needle,) = nodule.passes
    clean = needle.hit & ~np.any(list(needle.touch.values()), axis=0)
    assert nodule.as_meant.count == clean.sum()
    assert nodule.as_meant.count < needle.shares["hit"].count
    assert nodule.lines[-1].startswith("All as planned, no labelled structure touched: ")
    assert "one uncorrected placement" in nodule.lines[0]


def test_the_ends_of_the_scale_are_never_claimed() -> None:
    assert [format_percent(p) for p in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "< 1 %", "< 1 %", "50 %", "> 99 %", "> 99 %",
    ]  # fmt: skip


# --- the zone -------------------------------------------------------------------------------------


def test_a_zone_carried_along_scatters_as_the_plan_says(small_ablation: Plan) -> None:
    """Only placement scatters in this plan, so both say the same, up to what 200 samples can."""
    made = rehearse(small_ablation, seed=5, draws=DRAWS)
    assert made.zone is not None
    found = figures(small_ablation)
    here, there = made.zone.margin, found.minimal_margin_mm
    assert here.nominal == there.nominal
    # The probe turns about its entry: its zone misses by a little less than its tip, never by more.
    assert -0.3 < here.p50 - there.p50 < 1.0
    assert -0.3 < here.p05 - there.p05 < 2.0
    assert -0.3 < here.p95 - there.p95 < 1.0
    sd = np.sqrt(0.925 * 0.075 / found.samples)
    assert abs(made.zone.shares.value - found.coverage_probability) < 3.0 * sd
    assert made.zone.covered.p95 == 1.0
    assert made.zone.coverage[made.zone.complete].min() > 0.98
    (probe,) = made.passes
    for name, told in probe.shares.items():
        assert told.planned is not None
        assert agrees(told.value, told.planned, DRAWS), name


BALL_MM, TARGET_MM, BEHIND_MM = 16.0, 9.0, 12.0


def balls(plan: Plan) -> Plan:
    """The same plan with a ball that dies on the probe's axis, about a ball of a target."""
    (probe,) = plan.placements
    centre = np.asarray(probe.tip_lps_mm) + BEHIND_MM * np.asarray(probe.axis_lps)
    grid = Grid.aligned((101, 101, 101), 1.0, (centre - 50.0).tolist())
    points = grid.to_lps(np.argwhere(np.ones(grid.shape, dtype=bool)))
    edge = BALL_MM - np.linalg.norm(points - centre, axis=1).reshape(grid.shape)
    number = np.arange(1000) + 0.5
    height, turn = 1.0 - 2.0 * number / 1000, np.pi * (1.0 + 5.0**0.5) * number
    flat = np.sqrt(1.0 - height**2)
    looks = np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)
    nothing = np.zeros(grid.shape, dtype=np.float32)
    return refilled(
        plan,
        grid=grid,
        edge_mm=edge.astype(np.float32),
        zone=edge > 0.0,
        kill_probability=nothing,
        temperature_c=nothing,
        surface_lps_mm=centre + TARGET_MM * looks,
        surface_margin_mm=np.full(1000, BALL_MM - TARGET_MM),
        subcapsular=np.zeros(1000, dtype=bool),
    )


def test_a_ball_about_a_ball_misses_by_what_the_needles_geometry_says(small_ablation: Plan) -> None:
    """Margin = difference of radii less the distance of centres, each found without rotations."""
    plan = balls(small_ablation)
    made = rehearse(plan, seed=11, draws=300)
    (probe,) = made.passes
    rng = np.random.default_rng(1)
    shift = rng.normal(0.0, 2.0, (300, 3))
    zone = carry_zone(plan, *parts(plan), made.passes, shift)
    entry, tip = np.asarray(probe.path.entry_lps_mm), np.asarray(probe.path.target_lps_mm)
    along = (probe.tip_lps_mm - entry) / np.linalg.norm(
        probe.tip_lps_mm - entry, axis=1, keepdims=True
    )
    of_zone = probe.tip_lps_mm - BEHIND_MM * along
    of_target = tip - BEHIND_MM * unit(tip - entry) + shift
    apart = np.linalg.norm(of_zone - of_target, axis=1)
    assert zone.margin_mm == pytest.approx(BALL_MM - TARGET_MM - apart, abs=0.25)
    sure = np.abs(zone.margin_mm) > 0.2
    assert np.array_equal(zone.complete[sure], zone.margin_mm[sure] > 0.0)
    assert 0 < zone.complete.sum() < 300
    assert apart.max() > 5.0


def two_probes(plan: Plan) -> Plan:
    """The same plan with a second probe 8 mm beside the first."""
    (probe,), (way, *others) = plan.placements, plan.approach.paths

    def aside(point: Vector) -> Vector:
        return as_vector(np.add(point, (8.0, 0.0, 0.0)))

    beside = replace(
        way, target_lps_mm=aside(way.target_lps_mm), entry_lps_mm=aside(way.entry_lps_mm)
    )
    moved = replace(probe, points_lps_mm=tuple(map(aside, probe.points_lps_mm)), route=1)
    return replace(
        plan,
        approach=replace(plan.approach, paths=(way, beside, *others)),
        placements=(probe, moved),
    )


def test_two_probes_miss_each_its_own_way_under_one_breath(small_ablation: Plan) -> None:
    made = rehearse(two_probes(small_ablation), seed=2, draws=DRAWS)
    away = [p.tip_lps_mm - np.asarray(p.path.target_lps_mm) for p in made.passes]
    between = np.corrcoef(np.column_stack(away).T)[:3, 3:]
    assert np.abs(between).max() < 4.0 / np.sqrt(DRAWS)
    assert len(made.breath_mm) == DRAWS
    both = made.passes[0].hit & made.passes[1].hit
    assert made.as_meant.count <= both.sum()
    assert any("Between probes" in note for note in made.notes)


def test_two_probes_that_do_not_miss_leave_the_zone_where_it_is(small_ablation: Plan) -> None:
    plan = two_probes(balls(small_ablation))
    (met,) = rehearse(small_ablation, draws=2).passes
    both: tuple[Passes, ...] = tuple(
        replace(met, path=path, tip_lps_mm=np.tile(np.asarray(one.tip_lps_mm), (2, 1)))
        for one, path in zip(plan.placements, plan.approach.paths, strict=False)
    )
    off = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    found = carry_zone(plan, *parts(plan), both, off)
    full = BALL_MM - TARGET_MM
    assert found.margin_mm == pytest.approx([full, full - 3.0], abs=0.15)


def test_a_rotation_turns_the_axis_and_keeps_lengths() -> None:
    rng = np.random.default_rng(0)
    axis, others = unit(rng.normal(size=3)), rng.normal(size=(20, 3))
    turn = compute_rotations(axis, others)
    assert turn @ axis == pytest.approx(others / np.linalg.norm(others, axis=1)[:, None])
    assert turn @ turn.transpose(0, 2, 1) == pytest.approx(np.tile(np.eye(3), (20, 1, 1)))
    assert np.linalg.det(turn) == pytest.approx(np.ones(20))


# --- what is refused, and what is said ------------------------------------------------------------


def test_what_cannot_be_rehearsed_is_refused(demo_plans: DemoPlans) -> None:
    plan = demo_plans["biopsy", "liver-tumour-1"]
    for wrong in (0, -1, 10**9):
        with pytest.raises(PlanError, match="from 1 to"):
            rehearse(plan, draws=wrong)
    nowhere = replace(plan, approach=replace(plan.approach, paths=()), placements=())
    with pytest.raises(PlanError, match="has no way in"):
        rehearse(nowhere)
    first, *others = plan.approach.paths
    elsewhere = (replace(first, provisional=True, patient_position="prone"), *others)
    with pytest.raises(PlanError, match=r"not scanned \(prone\)"):
        rehearse(replace(plan, approach=replace(plan.approach, paths=elsewhere)))


def test_a_zone_outside_its_domain_says_so_first(small_ablation: Plan) -> None:
    assert rehearse(small_ablation, draws=5).doubt == ""
    for outside, why in ((("too hot",), "too hot"), (None, "nobody judged")):
        made = rehearse(changed(small_ablation, outside_domain=outside), draws=5)
        assert "not to be believed" in made.doubt
        assert why in made.doubt
        assert made.lines[0] == made.doubt == json.loads(file.to_json(made))["doubt"]
