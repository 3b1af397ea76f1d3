"""The three real scans: volumes, table, skin, and points whose tissue was read off the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.real.scans import ABDOMEN, CHEST, LIVER, Scan

from seldinger import image
from seldinger.anatomy import Kind, Origin, Skin, Tissue, targets
from seldinger.geometry.morphology import erode

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.anatomy import Anatomy
    from seldinger.core.space import Vector

pytestmark = pytest.mark.real


def tissue_at(anatomy: Anatomy, point: Vector) -> Tissue:
    i, j, k = np.rint(anatomy.grid.to_index(point)).astype(int)
    return Tissue(int(anatomy.tissue[i, j, k]))


UNLABELLED = {
    "left kidney": [(270.8, 218.3, 18.7), (293.3, 218.3, 60.7)],
    "right kidney": [(120.8, 222.8, 18.7), (105.8, 225.8, 60.7)],
    "jejunum": [
        (255.8, 138.8, 18.7),
        (278.3, 138.8, 18.7),
        (305.3, 155.3, 18.7),
        (248.3, 165.8, 60.7),
    ],
    "colon": [
        (93.8, 203.3, 18.7),
        (314.3, 183.8, 18.7),
        (312.8, 188.3, 60.7),
        (293.3, 135.8, 117.7),
        (293.3, 105.8, 117.7),
    ],
    "stomach": [(158.3, 113.3, 60.7), (243.8, 135.8, 117.7), (225.8, 188.3, 117.7)],
    "spleen": [
        (285.8, 188.3, 117.7),
        (300.8, 195.8, 117.7),
        (312.8, 173.3, 117.7),
        (318.8, 188.3, 117.7),
    ],
    "psoas": [(150.8, 240.8, 18.7), (240.8, 240.8, 18.7)],
}
WALL = {
    "left flank": (336.8, 195.8, 18.7),
    "right flank": (63.8, 195.8, 18.7),
    "rectus": (150.8, 96.8, 18.7),
    "erector spinae": (165.8, 278.3, 18.7),
    "right intercostal": (53.3, 150.8, 117.7),
    "left erector, chest": (143.3, 288.8, 117.7),
}
FAT = {
    "back": (90.8, 278.3, 18.7),
    "belly": (180.8, 78.8, 18.7),
    "left flank": (300.8, 285.8, 18.7),
    "right chest": (45.8, 158.3, 117.7),
    "perirenal, left": (308.3, 240.8, 60.7),
    "perirenal, right": (98.3, 248.3, 18.7),
    "perisplenic": (285.8, 248.3, 117.7),
}


@pytest.mark.parametrize(
    ("organ", "point"), [(organ, point) for organ, points in UNLABELLED.items() for point in points]
)
def test_unlabelled_organs_are_unidentified(liver: Anatomy, organ: str, point: Vector) -> None:
    assert tissue_at(liver, point) == Tissue.UNIDENTIFIED, organ


@pytest.mark.parametrize(("muscle", "point"), WALL.items())
def test_muscle_is_wall(liver: Anatomy, muscle: str, point: Vector) -> None:
    assert tissue_at(liver, point) == Tissue.BODY_WALL, muscle


@pytest.mark.parametrize(("where", "point"), FAT.items())
def test_fat_is_fat(liver: Anatomy, where: str, point: Vector) -> None:
    assert tissue_at(liver, point) == Tissue.FAT, where


def test_ways_through_the_right_flank_into_the_liver_are_mostly_known(liver: Anatomy) -> None:
    """All horizontal ways that meet nothing else first; slips of diaphragm stay unidentified."""
    inside = liver.get_structure("liver").mask
    foreign = (liver.tissue == Tissue.STRUCTURE) & ~inside
    unknown_mm = []
    for j in range(80, 135, 3):
        for k in range(30, 85, 2):
            entry = int(np.argmax(inside[:, j, k]))
            reached = inside[entry, j, k] and entry < 110
            if reached and not foreign[:entry, j, k].any():
                unknown = liver.tissue[:entry, j, k] == Tissue.UNIDENTIFIED
                unknown_mm.append(liver.grid.spacing_mm[0] * float(unknown.sum()))
    assert len(unknown_mm) > 150
    assert np.median(unknown_mm) == 0.0
    assert np.mean(np.array(unknown_mm) <= 2.0) > 0.8


@pytest.mark.parametrize(("label", "volume_ml"), [("livertumor1", 85.6), ("livertumor2", 78.6)])
def test_tumours_have_their_published_volumes(liver: Anatomy, label: str, volume_ml: float) -> None:
    found = targets.find(liver, label)
    assert found.volume_ml == pytest.approx(volume_ml, rel=0.005)
    assert (found.organ, found.origin) == ("liver", Origin.LABEL)
    aim = np.rint(liver.grid.to_index(found.aim_lps_mm)).astype(int)
    assert found.viable[tuple(aim)]


def test_the_skin_label_is_no_structure(liver: Anatomy) -> None:
    assert not any("skin" in s.sources for s in liver.structures)
    assert any("skin" in note for note in liver.notes)


def test_the_calcium_of_the_first_tumour_is_left_out(liver: Anatomy) -> None:
    found = targets.find(liver, "livertumor1")
    assert any("calcium" in note for note in found.notes)
    assert (liver.image.values[found.viable] > 400.0).mean() < 0.002


@pytest.mark.parametrize(
    ("name", "scan"), [("liver", LIVER), ("chest", CHEST), ("abdomen", ABDOMEN)]
)
def test_skin_classes_are_plausible(name: str, scan: Scan, request: pytest.FixtureRequest) -> None:
    found: Anatomy = request.getfixturevalue(name)
    count = np.bincount(found.skin.ravel(), minlength=6).astype(float)
    true = count[Skin.OPEN] + count[Skin.TABLE_CONTACT]
    assert scan.open_share < count[Skin.OPEN] / true < 0.85
    contact = np.argwhere(found.skin == Skin.TABLE_CONTACT)
    middle = np.argwhere(found.body.any(axis=(0, 2))).mean()
    assert (contact[:, 1] > middle).all()


@pytest.mark.parametrize("name", ["liver", "chest", "abdomen"])
def test_the_table_is_not_in_the_body(name: str, request: pytest.FixtureRequest) -> None:
    found: Anatomy = request.getfixturevalue(name)
    lowest = np.where(found.body.any(axis=1), np.argmax(found.body[:, ::-1], axis=1), -1)
    columns = lowest[lowest >= 0]
    assert np.percentile(columns, 1.0) > 0
    values = found.image.values
    skin = found.skin > Skin.NONE
    assert np.median(values[skin & (found.skin < Skin.FIELD_CUT)]) > -300.0
    # Below the back lie some air and then table: none of it is patient.
    assert not found.body[:, -3:].any()


def test_arms_and_the_cut_field_are_known(chest: Anatomy) -> None:
    arm = np.argwhere(chest.skin == Skin.ARM)
    cut = np.argwhere(chest.skin == Skin.FIELD_CUT)
    assert len(arm) > 1000
    assert len(cut) > 1000
    assert arm[:, 2].min() > 0.6 * chest.grid.shape[2]


def test_lobes_make_lungs(chest: Anatomy) -> None:
    left = chest.get_structure("left lung")
    parts = [s for s in chest.structures if s.kind is Kind.LOBE and s.name.startswith("left")]
    assert len(parts) == 2
    assert left.mask.sum() == sum(p.mask.sum() for p in parts)
    lobe_only = (chest.tissue == Tissue.STRUCTURE) & ~left.mask
    assert lobe_only.any()


def test_the_nodule_lies_in_the_left_lung(chest: Anatomy, data_dir: Path) -> None:
    path = data_dir / CHEST.folder / "nodule-threshold.nii.gz"
    found = targets.from_mask(chest, image.load_mask(path, chest.study.image.grid), "nodule")
    assert found.organ == "left lung"
    assert found.volume_ml == pytest.approx(5.5, rel=0.01)


def test_thresholded_bone_spares_the_aorta(chest: Anatomy, bare_chest: Anatomy) -> None:
    bone = bare_chest.get_structure("bone").mask
    assert bone[chest.get_structure("aorta").mask].mean() < 0.01
    assert bone[chest.get_structure("left kidney").mask].mean() < 0.01
    assert bone[chest.get_structure("vertebrae").mask].mean() > 0.5


def test_thresholded_lungs_agree_with_labelled_ones(chest: Anatomy, bare_chest: Anatomy) -> None:
    for name in ("left lung", "right lung"):
        one, two = chest.get_structure(name).mask, bare_chest.get_structure(name).mask
        assert 2.0 * (one & two).sum() / (one.sum() + two.sum()) > 0.95


HIDDEN = frozenset({Kind.ORGAN, Kind.BOWEL, Kind.HEART, Kind.VESSEL})


@pytest.mark.parametrize(
    ("name", "wall_share", "fat_share"), [("chest", 0.005, 0.01), ("abdomen", 0.02, 0.02)]
)
def test_hidden_viscera_are_neither_wall_nor_fat(
    name: str, wall_share: float, fat_share: float, request: pytest.FixtureRequest
) -> None:
    """With every label taken away, what the labels show more than 3 mm deep is not crossable."""
    known: Anatomy = request.getfixturevalue(name)
    bare: Anatomy = request.getfixturevalue(f"bare_{name}")
    hidden = np.zeros_like(known.body)
    for structure in known.structures:
        if structure.kind in HIDDEN and structure.origin is Origin.LABEL:
            hidden |= erode(structure.mask, 2.5, 1.5)
    assert (bare.tissue[hidden] == Tissue.BODY_WALL).mean() < wall_share
    assert (bare.tissue[hidden] == Tissue.FAT).mean() < fat_share


def test_a_point_in_a_kidney(abdomen: Anatomy) -> None:
    mask = abdomen.get_structure("left kidney").mask
    centre = abdomen.grid.to_lps(np.argwhere(mask).mean(axis=0))
    found = targets.from_sphere(abdomen, tuple(centre), 20.0)
    assert found.organ == "left kidney"


def test_labelled_muscle_is_wall(abdomen: Anatomy) -> None:
    muscle = abdomen.get_structure("gluteal muscles").mask
    assert (abdomen.tissue[muscle] == Tissue.BODY_WALL).mean() > 0.99
