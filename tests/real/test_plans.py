"""Needle paths on the three real scans: what a radiologist would ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.real.scans import ABDOMEN, CHEST, LIVER

from seldinger import image
from seldinger.anatomy import Skin, Tissue, targets
from seldinger.core.space import as_vector
from seldinger.plan import PercutaneousOptions, Settings, propose

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.scans import Scans

    from seldinger.anatomy import Anatomy
    from seldinger.plan import Plan

pytestmark = pytest.mark.real

KIDNEY_POINT = (-77.0, -144.0, 313.0)
"""In the lower pole of the right kidney of the abdomen, read off the pictures."""


@pytest.fixture
def liver_plan(scans: Scans, liver: Anatomy) -> Plan:
    return scans.keep(LIVER, "biopsy", lambda: propose("biopsy", liver, "livertumor1"))


@pytest.fixture
def lung_plan(scans: Scans, chest: Anatomy, data_dir: Path) -> Plan:
    nodule = data_dir / "chest-lidc0001" / "nodule-threshold.nii.gz"

    def made() -> Plan:
        mask = image.load_mask(nodule, chest.grid)
        return propose("biopsy", chest, targets.from_mask(chest, mask, "nodule"))

    return scans.keep(CHEST, "biopsy", made)


@pytest.fixture
def kidney_plan(scans: Scans, abdomen: Anatomy) -> Plan:
    def made() -> Plan:
        return propose("biopsy", abdomen, targets.from_sphere(abdomen, KIDNEY_POINT, 15.0))

    return scans.keep(ABDOMEN, "biopsy", made)


@pytest.mark.parametrize("name", ["liver_plan", "lung_plan", "kidney_plan"])
def test_every_path_keeps_the_limits(name: str, request: pytest.FixtureRequest) -> None:
    made: Plan = request.getfixturevalue(name)
    assert made.approach.paths
    for path in made.approach.paths:
        assert path.depth_mm <= 150.0
        assert path.tilt_deg <= 30.0
        assert path.unidentified_mm <= 2.0
        assert path.violations == ()
        assert min(c for c in path.clearances_mm.values() if c is not None) > 0.0
        assert (path.probability.hit is None) == path.provisional


@pytest.mark.parametrize("name", ["liver_plan", "lung_plan", "kidney_plan"])
def test_what_lies_on_the_way_is_named(name: str, request: pytest.FixtureRequest) -> None:
    """Read off the tissue map again, point by point, apart from the search."""
    made: Plan = request.getfixturevalue(name)
    anatomy = made.anatomy
    organ = anatomy.get_structure(made.target.organ or "").mask
    for path in made.approach.paths:
        entry, aim = np.asarray(path.entry_lps_mm), np.asarray(path.target_lps_mm)
        along = np.linspace(entry, aim, 300)[2:]
        index = tuple(np.rint(anatomy.grid.to_index(along)).astype(int).T)
        tissue = anatomy.tissue[index]
        allowed = np.isin(tissue, (Tissue.FAT, Tissue.BODY_WALL)) | organ[index]
        allowed |= made.goal.mask[index]
        assert (~allowed).sum() * path.depth_mm / 300 <= 4.0


def test_the_liver_tumour_is_reached_through_liver(liver_plan: Plan) -> None:
    assert liver_plan.target.organ == "liver"
    assert {"stomach", "colon", "gallbladder", "right kidney"} <= set(liver_plan.not_segmented)
    for path in liver_plan.approach.paths:
        assert path.lengths_mm["liver"] >= 10.0
        assert path.clearances_mm["stomach"] is None
        assert path.entry_lps_mm[0] < liver_plan.target.centre_lps_mm[0] + 60.0, "from the right"
        assert (path.clearances_mm["right lung"] or 0.0) > 0.0
    aim = np.rint(liver_plan.anatomy.grid.to_index(liver_plan.goal.aim_lps_mm)).astype(int)
    assert liver_plan.goal.viable[tuple(aim)]
    assert liver_plan.anatomy.image.values[tuple(aim)] < 200.0, "not in the Lipiodol"


def test_the_posterior_nodule_is_reached_from_behind(lung_plan: Plan) -> None:
    assert lung_plan.target.organ == "left lung"
    best = lung_plan.approach.paths[0]
    assert best.entry_lps_mm[1] > lung_plan.target.centre_lps_mm[1], "behind it"
    assert best.depth_mm < 80.0
    assert best.patient_position != "supine"
    assert best.provisional
    assert best.lengths_mm.get("left lung", 0.0) < 30.0
    assert lung_plan.verdict.status.value == "unknown"


def test_the_kidney_is_reached_beside_colon_and_liver(kidney_plan: Plan) -> None:
    assert kidney_plan.target.organ == "right kidney"
    for path in kidney_plan.approach.paths:
        assert (path.clearances_mm["colon"] or 0.0) >= 2.0
        assert (path.clearances_mm["liver"] or 0.0) >= 2.0
        assert path.entry_lps_mm[0] < KIDNEY_POINT[0] + 20.0, "from the right or behind"


def test_a_path_through_the_unlabelled_stomach_is_refused(liver: Anatomy) -> None:
    """The user's own entry from the left front, across stomach and colon that nobody labelled."""
    skin = liver.grid.to_lps(np.argwhere(liver.skin == Skin.OPEN))
    front = skin[np.argmin(np.linalg.norm(skin - [280.0, 60.0, 125.0], axis=1))]
    asked = Settings(options=(PercutaneousOptions(entry_lps_mm=as_vector(front)),))
    made = propose("biopsy", liver, "livertumor1", settings=asked)
    (mine,) = made.approach.paths
    assert mine.origin == "user"
    assert "unidentified" in mine.violations or "bowel gas" in mine.violations
    assert made.verdict.status.value == "unsuitable"
