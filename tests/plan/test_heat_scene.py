"""The heat scene: structures become tissues, thick vessels are held, and what stands in is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.heat_block import ball, lattice, patient, thing, tube, tumour

from seldinger.anatomy.model import Kind
from seldinger.core.errors import PlanError
from seldinger.core.space import Grid
from seldinger.simulate.thermal import scene as heat_scene
from seldinger.simulate.thermal.scene import HeatScene, build_scene, make_grid, open_mask

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.core.space import Vector

GRID = Grid.aligned((61, 61, 61), 1.0, (-30.0, -30.0, -30.0))
EVERYWHERE = np.ones(GRID.shape, dtype=np.bool_)
LIVER = thing("liver", Kind.ORGAN, ball(GRID, 56.0))
HERE: Vector = (0.0, 0.0, 0.0)
BLOCK = make_grid(HERE, 20.0, 1.0)


def scene_of(
    structures: tuple[Structure, ...],
    organ: str | None = "liver",
    block: Grid = BLOCK,
    centre: Vector = HERE,
    lung: str = "inflated",
    held_mm: float = 3.0,
) -> HeatScene:
    body = patient(structures, GRID, EVERYWHERE)
    return build_scene(body, tumour(GRID, 10.0, organ, centre), block, held_mm, lung)


def tissue_at(scene: HeatScene, point: Vector) -> str:
    i, j, k = np.rint(scene.grid.to_index(np.asarray(point))).astype(int)
    number = int(scene.material[i, j, k])
    return heat_scene.NOTHING if number == 0 else scene.tissues[number - 1]


@pytest.mark.parametrize(("diameter_mm", "held"), [(2.0, False), (3.0, True), (6.0, True)])
@pytest.mark.parametrize("spacing_mm", [1.0, 2.0])
def test_a_vessel_is_held_from_3_mm_on(diameter_mm: float, held: bool, spacing_mm: float) -> None:
    vein = thing("hepatic vessels", Kind.VESSEL, tube(GRID, diameter_mm, (10.3, 0.2)))
    scene = scene_of((LIVER, vein), block=make_grid(HERE, 20.0, spacing_mm))
    assert scene.vessels.any() == held
    if held:
        wide_mm2 = float(scene.vessels.sum()) / scene.grid.shape[2] * spacing_mm**2
        assert wide_mm2 == pytest.approx(np.pi * diameter_mm**2 / 4.0, rel=0.45)


@pytest.mark.parametrize("spacing_mm", [1.0, 1.5])
def test_thickness_hardly_depends_on_how_a_vessel_lies_in_its_cells(spacing_mm: float) -> None:
    rng = np.random.default_rng(3)
    edge = round(30.0 / spacing_mm)
    grid = Grid.aligned((edge, edge, 4), spacing_mm, (-15.0, -15.0, 0.0))
    for _ in range(20):
        at = tuple(rng.uniform(-0.5, 0.5, 2) * spacing_mm)
        assert not open_mask(tube(grid, 1.9, at), spacing_mm, 3.0).all()
        thick = tube(grid, 5.0, at)
        assert open_mask(thick, spacing_mm, 3.0).sum() > 0.9 * thick.sum()


def test_what_a_ball_cannot_reach_is_not_thick() -> None:
    stem, twig = tube(GRID, 8.0), tube(GRID, 2.0, (20.0, 0.0))
    thick = open_mask(stem | twig, 1.0, 4.0)
    assert (thick & stem).sum() > 0.95 * stem.sum()
    assert not (thick & twig).any()


def test_the_limit_of_held_vessels_is_the_users() -> None:
    vein = thing("portal vein", Kind.VESSEL, tube(GRID, 4.0, (10.0, 0.0)))
    assert scene_of((LIVER, vein), held_mm=3.0).vessels.any()
    assert not scene_of((LIVER, vein), held_mm=6.0).vessels.any()


def test_structures_become_the_tissues_said() -> None:
    kinds = {
        "left kidney": (Kind.ORGAN, "kidney"),
        "spleen": (Kind.ORGAN, "soft_tissue"),
        "colon": (Kind.BOWEL, "soft_tissue"),
        "iliopsoas": (Kind.MUSCLE, "muscle"),
        "ribs": (Kind.BONE, "bone_cancellous"),
        "left lung": (Kind.LUNG, "lung_inflated"),
        "trachea": (Kind.AIRWAY, heat_scene.NOTHING),
        "bowel gas": (Kind.BOWEL, heat_scene.NOTHING),
    }
    for name, (kind, tissue) in kinds.items():
        there = ball(GRID, 8.0, (14.0, 0.0, 0.0))
        liver = thing("liver", Kind.ORGAN, LIVER.mask & ~there)
        scene = scene_of((liver, thing(name, kind, there)))
        assert tissue_at(scene, (14.0, 0.0, 0.0)) == tissue, name
        assert scene.stands_for[name] == (tissue or "gas, insulates")
        assert tissue_at(scene, HERE) == "liver_tumour"
        assert tissue_at(scene, (-14.0, 0.0, 0.0)) == "liver"
    assert tissue_at(scene_of(()), (14.0, 0.0, 0.0)) == "fat"


def test_the_heart_holds_its_temperature() -> None:
    heart = thing("heart", Kind.HEART, ball(GRID, 10.0, (14.0, 0.0, 0.0)))
    assert scene_of((LIVER, heart)).vessels.sum() == pytest.approx(heart.mask.sum(), rel=0.02)


def test_every_kind_of_structure_is_spoken_for_or_a_vessel_or_no_tissue_of_its_own() -> None:
    for kind in Kind:
        name = f"a {kind.value}"
        scene = scene_of((LIVER, thing(name, kind, ball(GRID, 12.0, (13.0, 0.0, 0.0)))))
        assert name in scene.stands_for or kind is Kind.LOBE, kind


@pytest.mark.parametrize(
    ("state", "around"),
    [
        ("inflated", "lung_inflated"),
        ("deflated", "lung_deflated"),
        ("flooded", "lung_flooded"),
    ],
)
def test_the_state_of_a_lung_and_a_solid_tumour_in_it(state: str, around: str) -> None:
    there = ball(GRID, 8.0, (0.0, 0.0, -18.0))
    mine = thing("right lung", Kind.LUNG, ball(GRID, 40.0) & ~there)
    other = thing("left lung", Kind.LUNG, there)
    scene = scene_of((mine, other), "right lung", lung=state)
    assert tissue_at(scene, (12.0, 0.0, 0.0)) == around
    assert tissue_at(scene, HERE) == "lung_deflated"
    assert tissue_at(scene, (0.0, 0.0, -18.0)) == "lung_inflated"


def test_an_unknown_state_of_the_lung_is_refused() -> None:
    with pytest.raises(PlanError, match="inflated, deflated, flooded"):
        scene_of((LIVER,), lung="collapsed")


def test_a_point_outside_the_body_is_refused() -> None:
    away = make_grid((200.0, 0.0, 0.0), 10.0, 1.0)
    with pytest.raises(PlanError, match="outside the body or the scan"):
        build_scene(patient((), GRID, EVERYWHERE), tumour(GRID, 10.0, None, HERE), away, 3.0)


def test_what_the_scan_does_not_hold_insulates() -> None:
    scene = scene_of((LIVER,), block=make_grid((25.0, 0.0, 0.0), 20.0, 1.0))
    beyond = lattice(scene.grid)[..., 0] > 31.0
    assert not scene.material[beyond].any()
    assert scene.material[~beyond & (lattice(scene.grid)[..., 0] < 30.0)].all()


def test_a_vessel_inside_the_target_does_not_save_it() -> None:
    vein = thing("portal vein", Kind.VESSEL, tube(GRID, 6.0))
    scene = scene_of((LIVER, vein))
    assert scene.vessels.any()
    assert not (scene.vessels & scene.target).any()


@pytest.mark.parametrize("diameter_mm", [4.0, 8.0, 14.0])
def test_a_vein_inside_the_liver_is_no_capsule(diameter_mm: float) -> None:
    at = (6.0 + 0.5 * diameter_mm, 0.0)
    vein = thing("portal vein", Kind.VESSEL, tube(GRID, diameter_mm, at))
    hollow = thing("liver", Kind.ORGAN, LIVER.mask & ~vein.mask & ~ball(GRID, 10.0))
    scene = scene_of((hollow, vein))
    assert scene.organ is not None
    assert scene.organ[scene.target].all()
    assert scene.organ[ball(scene.grid, 30.0)].all()


def test_a_great_vessel_beside_the_liver_lies_outside() -> None:
    cava = thing("inferior vena cava", Kind.VESSEL, tube(GRID, 16.0, (20.0, 0.0)))
    half = thing("liver", Kind.ORGAN, LIVER.mask & (lattice(GRID)[..., 0] < 11.0))
    scene = scene_of((half, cava), block=make_grid(HERE, 29.0, 1.0))
    assert scene.organ is not None
    beside = ball(scene.grid, 5.0, (16.0, 0.0, 0.0))
    assert scene.vessels[beside].all()
    assert not scene.organ[beside].any()


def test_an_unknown_organ_stays_unknown() -> None:
    assert scene_of((LIVER,), organ=None).organ is None
    assert scene_of((), organ="liver").organ is None


def test_the_same_patient_gives_the_same_scene() -> None:
    def made() -> Anatomy:
        vein = thing("portal vein", Kind.VESSEL, tube(GRID, 6.0, (9.0, 0.0)))
        return patient((LIVER, vein), GRID, EVERYWHERE)

    one, other = (
        build_scene(made(), tumour(GRID, 10.0, "liver", HERE), BLOCK, 3.0) for _ in range(2)
    )
    assert one.tissues == other.tissues
    assert one.stands_for == other.stands_for
    assert (one.material == other.material).all()
    assert (one.vessels == other.vessels).all()
