"""The path search on a patient with formulas: distances, rules, positions, ranking, relaxations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.phantom import (
    AIM,
    AORTA_MM,
    AORTA_XY,
    BODY_MM,
    GAS_CENTRE,
    GAS_MM,
    LIVER_MM,
    H,
    known,
    needle,
    options,
    phantom,
    settings,
    sphere_target,
)  # fmt: skip

from seldinger.anatomy.model import Anatomy, Kind, Origin, Skin, Structure, Tissue
from seldinger.core.errors import PlanError
from seldinger.image.study import PatientPosition
from seldinger.plan.approach.percutaneous import path, ranking, rules
from seldinger.plan.approach.percutaneous.model import Instrument, Limits
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.approach.percutaneous.scene import Scene, build
from seldinger.plan.procedure import Settings

if TYPE_CHECKING:
    from seldinger.plan.assumptions import Assumed

LEAST_MM = 2.0
"""The default least clearance."""


def search(
    made: Scene, instrument: Instrument, limits: Limits, chosen: Settings, assumed: Assumed
) -> path.Search:
    """One search from a scene."""
    rays = path.choose_rays(made, chosen, assumed)
    return path.search(rays, instrument, limits, chosen, assumed)


def distance_to_point(entry: np.ndarray, tip: np.ndarray, point: np.ndarray, axes: int) -> float:
    """Segment to point, in the first ``axes`` dimensions, densely sampled."""
    s = np.linspace(0.0, 1.0, 20_001)[:, None]
    line = entry + s * (tip - entry)
    return float(np.linalg.norm(line[:, :axes] - point[:axes], axis=1).min())


def test_printed_clearances_are_the_analytic_ones_within_a_voxel(scene: Scene) -> None:
    instrument = needle(beyond_mm=9.0)
    done = search(scene, instrument, Limits(), settings(), known())
    for one in path.build_approach(done).paths:
        entry, aim = np.asarray(one.entry_lps_mm), np.asarray(AIM)
        tip = aim + (aim - entry) / one.depth_mm * instrument.beyond_mm
        aorta = distance_to_point(entry, tip, AORTA_XY, 2) - AORTA_MM - 0.6
        gas = distance_to_point(entry, tip, GAS_CENTRE, 3) - GAS_MM - 0.6
        assert one.clearances_mm["aorta"] == pytest.approx(aorta, abs=H)
        assert one.clearances_mm["bowel gas"] == pytest.approx(gas, abs=H)
        assert one.depth_mm == pytest.approx(float(np.linalg.norm(entry - aim)))


def test_lengths_are_those_of_the_shapes(scene: Scene) -> None:
    done = search(scene, needle(), Limits(), settings(entry_lps_mm=(-109.0, 0.0, 0.0)), known())
    (only,) = path.build_approach(done).paths
    assert only.lengths_mm["liver"] == pytest.approx(LIVER_MM - 10.0, abs=H)
    assert only.lengths_mm["target"] == pytest.approx(10.0, abs=H)
    assert only.lengths_mm["body wall"] == pytest.approx(0.07 * BODY_MM[0], abs=H)
    assert sum(only.lengths_mm.values()) == pytest.approx(only.depth_mm, abs=0.5)
    assert only.skin_angle_deg < 3.0
    assert only.tilt_deg < 1.0
    assert only.axial_angle_deg == pytest.approx(-90.0, abs=2.0)


def test_no_planned_path_breaks_a_rule(scene: Scene) -> None:
    done = search(scene, needle(beyond_mm=12.0), Limits(), settings(), known())
    approach = path.build_approach(done)
    assert 0 < approach.accepted < approach.candidates
    for one in approach.paths:
        assert one.violations == ()
        assert one.depth_mm <= 150.0
        assert one.tilt_deg <= 30.0
        assert min(c for c in one.clearances_mm.values() if c is not None) > 0.0
    entries = np.array([p.entry_lps_mm for p in approach.paths])
    gaps = np.linalg.norm(entries[:, None] - entries[None], axis=-1)
    assert gaps[~np.eye(len(entries), dtype=bool)].min() >= 15.0


def test_a_path_through_gas_is_rejected_and_counted(scene: Scene) -> None:
    done = search(scene, needle(), Limits(), settings(), known())
    direct = done.candidates.lps_mm - np.asarray(AIM)
    unit = direct / np.linalg.norm(direct, axis=1, keepdims=True)
    offset = GAS_CENTRE - np.asarray(AIM)
    along = np.clip((unit * offset).sum(axis=1), 0.0, np.linalg.norm(direct, axis=1))
    near = np.linalg.norm(offset - along[:, None] * unit, axis=1)
    rejected = done.rejected["bowel gas"]
    assert rejected[near < GAS_MM - H].all()
    assert not rejected[near > GAS_MM + 0.6 + LEAST_MM + H].any()
    assert path.build_approach(done).rejections["bowel gas"] == rejected.sum()


def test_the_device_goes_on_beyond_the_aim(anatomy: Anatomy) -> None:
    """A needle whose throw reaches the aorta is refused though its aim is free."""
    target = sphere_target(anatomy, 10.0, (10.0, 15.0, 0.0), None)
    made = build(anatomy, target, frozenset({"liver"}))
    entry = settings(entry_lps_mm=(10.0, -79.0, 0.0))
    short = search(made, needle(), Limits(), entry, known())
    long = search(made, needle(beyond_mm=20.0), Limits(), entry, known())
    assert path.build_approach(short).paths[0].violations == ()
    assert "aorta" in path.build_approach(long).paths[0].violations
    assert path.build_approach(short).paths[0].clearances_mm["aorta"] == pytest.approx(14.4, abs=H)
    assert path.build_approach(long).paths[0].clearances_mm["aorta"] == 0.0


def test_unidentified_tissue_is_closed_until_it_is_opened_on_record() -> None:
    anatomy = phantom()
    loop = anatomy.tissue.copy()
    loop[anatomy.body & (anatomy.tissue == Tissue.FAT)] = Tissue.UNIDENTIFIED
    blind = Anatomy(
        anatomy.study, anatomy.image, anatomy.grid, anatomy.body, loop, anatomy.skin,
        anatomy.structures,
    )  # fmt: skip
    made = build(blind, sphere_target(blind), frozenset())
    closed = path.build_approach(search(made, needle(), Limits(), settings(), known()))
    assert closed.accepted == 0
    assert closed.paths == ()
    (offer,) = [r for r in closed.relaxations if r.rule == "unidentified"]
    assert not offer.recorded
    assert offer.freed > 0
    assert "mm of unidentified tissue" in offer.cost
    opened = search(made, needle(), Limits(), settings(relax=("unidentified",)), known())
    approach = path.build_approach(opened)
    assert approach.accepted > 0
    assert approach.paths[0].unidentified_mm > 2.0
    assert [r.rule for r in approach.relaxations if r.recorded] == ["unidentified"]


def test_a_back_entry_is_never_called_supine(scene: Scene) -> None:
    done = search(scene, needle(), Limits(), settings(), known())
    back = done.candidates.outward[:, 1] > np.sin(np.radians(10.5))
    supine = list(PatientPosition).index(PatientPosition.SUPINE)
    assert back.any()
    assert (done.candidates.position[back] != supine).all()
    assert done.candidates.provisional[back].all()
    rows = np.flatnonzero(back & ~done.blocking)[:1].tolist()
    (one,) = path.build_paths(done, rows)
    assert one.provisional
    assert one.probability.hit is None
    assert one.probability.touch == {}


def test_a_prone_scan_makes_the_back_the_scanned_side() -> None:
    anatomy = phantom(position=PatientPosition.PRONE)
    made = build(anatomy, sphere_target(anatomy), frozenset())
    done = search(made, needle(), Limits(), settings(), known())
    front = done.candidates.outward[:, 1] < -0.3
    assert done.candidates.provisional[front].all()


@pytest.mark.parametrize(
    ("limits", "instrument", "rule"),
    [
        (Limits(depth_mm=40.0), needle(), "depth"),
        (Limits(), needle(usable_mm=40.0), "needle-length"),
        (Limits(tilt_deg=0.0), needle(), "tilt"),
        (Limits(organ_first=frozenset({"liver"})), needle(), "organ-first"),
        (Limits(), needle(usable_mm=320.0), "gantry"),
    ],
)
def test_each_limit_rejects(scene: Scene, limits: Limits, instrument: object, rule: str) -> None:
    done = search(scene, instrument, limits, settings(), known(organ_first_mm=20.0))  # type: ignore[arg-type]
    free = search(scene, needle(), Limits(), settings(), known())
    assert (
        done.rejected[rule].sum() > free.rejected.get(rule, np.zeros(1)).sum()
        or rule == "organ-first"
    )
    assert rule in done.rejected


def test_an_organ_target_near_the_capsule_wants_healthy_organ_first(anatomy: Anatomy) -> None:
    target = sphere_target(anatomy, 10.0, (-84.0, 0.0, 0.0))
    made = build(anatomy, target, frozenset())
    limits = Limits(organ_first=frozenset({"liver"}))
    done = search(made, needle(), limits, settings(), known())
    straight = np.abs(done.candidates.lps_mm - [-109.0, 0.0, 0.0]).sum(axis=1) < 3 * H
    assert done.rejected["organ-first"][straight].all()
    accepted = ~done.blocking
    assert (done.met.lengths_mm[accepted, 5] >= 10.0).all()


def test_a_drain_stays_inside_its_collection(scene: Scene) -> None:
    inside = replace(needle(beyond_mm=8.0), keeps_inside=True)
    through = replace(needle(beyond_mm=14.0), keeps_inside=True)
    stays = search(scene, inside, Limits(), settings(), known())
    leaves = search(scene, through, Limits(), settings(), known())
    assert not stays.rejected["stays-inside"].any()
    assert leaves.rejected["stays-inside"].all()


def test_the_users_entry_far_from_the_skin_is_refused(scene: Scene) -> None:
    with pytest.raises(PlanError, match="mm from the skin"):
        search(scene, needle(), Limits(), settings(entry_lps_mm=(0.0, 0.0, 0.0)), known())


def test_an_end_of_the_scan_is_no_skin_for_the_user_either(anatomy: Anatomy) -> None:
    skin = anatomy.skin.copy()
    skin[:, :, -1] = np.where(anatomy.body[:, :, -1], np.uint8(Skin.SCAN_END), skin[:, :, -1])
    cut = replace(anatomy, skin=skin)
    made = build(cut, sphere_target(cut), frozenset())
    with pytest.raises(PlanError, match="the nearest skin is at"):
        search(made, needle(), Limits(), settings(entry_lps_mm=(-45.0, 0.0, 79.0)), known())


def test_an_opened_rule_is_named_on_the_paths_that_rely_on_it(scene: Scene) -> None:
    through_gas = settings(entry_lps_mm=(-7.0, -79.5, 0.0), relax=("bowel gas", "bowel gas"))
    approach = path.build_approach(search(scene, needle(), Limits(), through_gas, known()))
    assert approach.paths[0].relies_on == ("bowel gas",)
    assert "bowel gas" not in approach.paths[0].violations
    assert [r.rule for r in approach.relaxations if r.recorded] == ["bowel gas"]
    beside = settings(relax=("bowel gas",), entry_lps_mm=(-109.0, 0.0, 0.0))
    kept = path.build_approach(search(scene, needle(), Limits(), beside, known()))
    assert kept.paths[0].relies_on == ()


def test_the_users_bad_path_is_scored_and_its_faults_are_named(scene: Scene) -> None:
    toward_gas = settings(entry_lps_mm=(-7.0, -79.5, 0.0))
    approach = path.build_approach(search(scene, needle(), Limits(), toward_gas, known()))
    assert approach.paths[0].origin == "user"
    assert "bowel gas" in approach.paths[0].violations
    assert approach.paths[0].clearances_mm["bowel gas"] == 0.0


def test_the_front_is_what_nothing_dominates() -> None:
    rng = np.random.default_rng(2)
    costs = rng.integers(0, 4, (60, 3)).astype(float)
    slow = [not any((o <= c).all() and (o < c).any() for o in costs) for c in costs]
    assert ranking.find_pareto(costs).tolist() == slow


def test_an_organ_next_door_is_an_obstacle_but_the_targets_own_is_not(anatomy: Anatomy) -> None:
    spleen = Structure(
        "spleen", Kind.ORGAN, np.roll(anatomy.get_structure("liver").mask, 45, 0), Origin.LABEL,
        ("spleen",), mobile=True,
    )  # fmt: skip
    more = Anatomy(
        anatomy.study, anatomy.image, anatomy.grid, anatomy.body, anatomy.tissue, anatomy.skin,
        (*anatomy.structures, spleen),
    )  # fmt: skip
    made = build(more, sphere_target(more), frozenset())
    names = [o.name for o in made.obstacles]
    assert "spleen" in names
    assert "liver" not in names


def test_the_scan_agrees_with_the_exact_distance(scene: Scene) -> None:
    done = search(scene, needle(), Limits(), settings(), known())
    rows = np.flatnonzero(~done.blocking)[::40]
    for row in rows[:25]:
        exact = path.measure_clearances_mm(done, int(row))
        for name, value in exact.items():
            scanned = float(done.met.approach_mm[name][row]) - 0.6
            assert value is not None
            if value < 35.0:
                assert scanned == pytest.approx(value, abs=H), name


def test_the_rules_see_the_hub(scene: Scene) -> None:
    done = search(scene, needle(usable_mm=200.0), Limits(), settings(), known())
    hub = done.candidates.lps_mm + done.candidates.outward * 200.0
    far = np.hypot(hub[:, 0], hub[:, 1]) > 350.0 - 20.0 + 2 * H
    assert done.rejected["gantry"][far & ~done.candidates.provisional].all()
    assert rules.LOOP_ROOM_MM >= 0.0


@pytest.mark.parametrize("rule", ["depth", "aort", "no such rule"])
def test_only_a_known_rule_of_judgement_can_be_opened(scene: Scene, rule: str) -> None:
    with pytest.raises(PlanError, match="rule"):
        search(scene, needle(), Limits(), settings(relax=(rule,)), known())


def test_instruments_of_equal_reach_share_one_cast(scene: Scene) -> None:
    rays = path.choose_rays(scene, settings(), known())
    short = path.search(rays, needle(usable_mm=100.0), Limits(), settings(), known())
    long = path.search(rays, needle(usable_mm=200.0), Limits(), settings(), known())
    further = path.search(rays, needle(beyond_mm=20.0), Limits(), settings(), known())
    assert short.met is long.met
    assert further.met is not long.met
    assert short.rejected["needle-length"].sum() > long.rejected["needle-length"].sum()


def test_a_flat_path_beats_a_tilted_twin_by_its_published_error(scene: Scene) -> None:
    published = PercutaneousOptions()
    done = search(scene, needle(), Limits(), Settings(options=(published,)), known())
    free = np.flatnonzero(~done.blocking)
    error = ranking.estimate_error_mm(done.candidates, needle(), published, known(), free)
    flat = done.candidates.tilt_deg[free] < 5.0
    assert set(np.round(error[flat], 3)) == {3.3}
    assert set(np.round(error[~flat], 3)) <= {4.4, 6.7}
    fixed = ranking.estimate_error_mm(done.candidates, needle(), options(), known(), free)
    assert set(np.round(fixed, 3)) == {3.7}


def test_an_instrument_with_an_error_of_its_own_errs_by_that_whatever_its_angles(
    scene: Scene,
) -> None:
    published = PercutaneousOptions()
    cannula = replace(needle(), error="pedicle")
    done = search(scene, cannula, Limits(), Settings(options=(published,)), known())
    free = np.flatnonzero(~done.blocking)
    error = ranking.estimate_error_mm(done.candidates, cannula, published, known(), free)
    assert set(np.round(error, 3)) == {2.5}
    told = ranking.estimate_error_mm(done.candidates, cannula, options(), known(), free)
    assert set(np.round(told, 3)) == {3.7}, "a technique that the user tells comes first"
    rows = [int(free[0])]
    assert [one.technique for one in path.build_paths(done, rows)] == ["pedicle"]
    freehand = PercutaneousOptions(technique="ct-freehand")
    with_told = replace(done, settings=Settings(options=(freehand,)))
    assert [one.technique for one in path.build_paths(with_told, rows)] == ["ct-freehand"]
