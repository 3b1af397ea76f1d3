"""What lies inside a target stays an obstacle; the aim and the plan say so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.phantom import AIM, SHAPE, known, needle, phantom, settings, sphere_target

from seldinger.anatomy.model import Kind, Origin, Structure
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import LabelEntry, LabelMap
from seldinger.plan.approach.percutaneous import aim, path, rules
from seldinger.plan.approach.percutaneous.model import Limits
from seldinger.plan.approach.percutaneous.scene import build

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.plan.approach.percutaneous.scene import Scene
    from seldinger.plan.model import Approach

VESSEL_MM = 5.0


def along_z(anatomy: Anatomy, name: str, kind: Kind, origin: Origin = Origin.LABEL) -> Structure:
    """A tube through the middle of the liver, head to foot."""
    points = anatomy.grid.to_lps(np.indices(SHAPE).reshape(3, -1).T)
    away = np.linalg.norm(points[:, :2] - AIM[:2], axis=1).reshape(SHAPE)
    short = np.abs(points[:, 2]).reshape(SHAPE) <= 30.0
    return Structure(name, kind, (away <= VESSEL_MM) & short, origin, (name,), mobile=True)


def planned(anatomy: Anatomy, target: Lesion) -> tuple[Scene, Approach]:
    """The scene steered clear, and the search in it."""
    made = build(anatomy, target, frozenset())
    made = aim.move_aim_clear(made, (rules.compute_least_mm(needle(), known()),))
    rays = path.choose_rays(made, settings(), known())
    done = path.search(rays, needle(beyond_mm=6.0), Limits(), settings(), known())
    return made, path.build_approach(done)


def with_more(anatomy: Anatomy, *more: Structure) -> Anatomy:
    return replace(anatomy, structures=(*anatomy.structures, *more))


@pytest.mark.parametrize(
    ("name", "kind", "drawn", "diameter_mm"),
    [
        ("portal vein", Kind.VESSEL, False, 30.0),
        ("bile ducts", Kind.VESSEL, True, 60.0),
        ("colon", Kind.BOWEL, False, 60.0),
        ("gallbladder", Kind.ORGAN, True, 30.0),
        ("nerve", Kind.NERVE, False, 60.0),
    ],
)
def test_no_target_erases_what_lies_in_it(
    name: str, kind: Kind, drawn: bool, diameter_mm: float
) -> None:
    bare = phantom()
    tube = along_z(bare, name, kind)
    held = with_more(bare, tube)
    made, approach = planned(held, replace(sphere_target(held, diameter_mm), drawn=drawn))
    points = held.grid.to_lps(np.argwhere(tube.mask))
    assert approach.paths
    for one in approach.paths:
        entry, end = np.asarray(one.entry_lps_mm), np.asarray(one.target_lps_mm)
        way = (end - entry) / one.depth_mm
        along = entry + np.arange(0.0, one.depth_mm + 6.0, 0.5)[:, None] * way
        beside = np.abs(along[:, None] - points) - 1.0
        nearest = np.sqrt((np.maximum(0.0, beside) ** 2).sum(axis=-1)).min()
        assert one.clearances_mm[name] == pytest.approx(nearest - 0.6, abs=0.2)
        assert nearest - 0.6 >= 2.0 - 0.01
    assert name in {o.name for o in made.obstacles}
    assert not (made.target.viable & tube.mask).any()
    (said,) = aim.find_obstacles_inside(made, approach)
    assert name in said.text
    assert said.severity is (Severity.CAUTION if drawn else Severity.ACTION)
    assert said.status is not Status.MET
    assert "the aim was moved" in made.target.notes[-1]
    (overlap,) = [o for o in made.overlaps if o.name == name]
    inside = float((tube.mask & made.target.mask).sum()) / float(made.target.mask.sum())
    assert overlap.share == pytest.approx(inside)
    assert overlap.from_centre_mm == 0.0


def test_a_target_that_is_all_vessel_has_no_path() -> None:
    bare = phantom()
    held = with_more(bare, along_z(bare, "portal vein", Kind.VESSEL))
    made, approach = planned(held, sphere_target(held, 6.0))
    assert approach.paths == ()
    assert approach.rejections["portal vein"] == approach.candidates
    assert made.target.aim_lps_mm == AIM


def test_an_aim_with_room_stays_and_the_organ_itself_is_no_obstacle() -> None:
    held = phantom()
    made, _ = planned(held, sphere_target(held))
    assert made.target.aim_lps_mm == AIM
    assert made.overlaps == ()
    assert aim.find_obstacles_inside(made, planned(held, sphere_target(held))[1]) == ()
    drawn_vein = replace(sphere_target(held), label="aorta")
    assert "aorta" in {o.name for o in build(held, drawn_vein, frozenset()).obstacles}


@pytest.mark.parametrize(
    ("drawn", "origin", "kept"),
    [
        (True, Origin.THRESHOLD, False),
        (False, Origin.THRESHOLD, True),
        (True, Origin.LABEL, True),
    ],
)
def test_gas_in_an_outlined_abscess_is_its_own(drawn: bool, origin: Origin, kept: bool) -> None:
    """Gas found by HU inside an outline belongs to it; in a sphere, or labelled, it is bowel."""
    bare = phantom(stripped=True)
    gas = along_z(bare, "bowel gas", Kind.BOWEL, origin)
    held = with_more(bare, gas)
    made = build(held, replace(sphere_target(held, 70.0), drawn=drawn), frozenset())
    assert ("bowel gas" in {o.name for o in made.obstacles}) is kept


def test_a_vessel_between_the_nodes_of_the_lattice_is_missed_all_the_same() -> None:
    """One voxel of 0.5 mm wide, on a grid of its own: no path comes nearer than allowed."""
    bare = phantom()
    grid = type(bare.grid).aligned((1, 160, 1), 0.5, (-60.0, -40.0, 0.2))
    labels = LabelMap((np.ones(grid.shape, dtype=np.uint8),), (LabelEntry("thin", 1, 0),), grid)
    none = np.zeros(SHAPE, dtype=bool)
    vein = Structure("portal vein", Kind.VESSEL, none, Origin.LABEL, ("thin",), mobile=True)
    liver = replace(bare.get_structure("liver"), origin=Origin.USER)
    held = replace(
        with_more(bare, vein),
        study=replace(bare.study, labels=labels),
        structures=(liver, *bare.structures[1:], vein),
    )
    made, approach = planned(held, sphere_target(held))
    (field,) = [o for o in made.obstacles if o.name == "portal vein"]
    at = np.rint(held.grid.to_index(grid.to_lps(np.argwhere(np.ones(grid.shape))))).astype(int)
    assert field.cover[tuple((at - field.corner).T)].all()
    number = made.class_names.index("portal vein")
    assert (made.classes[tuple(at.T)] == number).all()
    assert approach.paths
    for one in approach.paths:
        assert (one.clearances_mm["portal vein"] or 0.0) >= 2.0 - 0.01
