"""Veins of real labels: the cava from the iliac veins up, by its perimeter, and a filter's plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import anatomy, image, plan
from seldinger.anatomy.vessels.cava import measure_cava
from seldinger.anatomy.vessels.veins import trace_veins
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan.model import PlanStatus

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def built(data_dir: Path) -> anatomy.Anatomy:
    place = data_dir / "abdpelvis-totalseg"
    study = image.load(place / "ct.nii.gz", place / "labels.nii.gz", place / "labels.json")
    return anatomy.build(study, settings=anatomy.Settings(voxel_mm=4.0))


def test_the_cava_is_wider_from_the_front_than_by_its_perimeter(built: anatomy.Anatomy) -> None:
    cava = measure_cava(trace_veins(built))
    assert cava.confluence_seen
    assert "estimate" in cava.renal_from
    below = [one for one in cava.levels if one.known and 10.0 < one.at_mm < (cava.renal_mm or 0.0)]
    around = np.array([one.perimeter_diameter_mm for one in below])
    front = np.array([one.projected_width_mm for one in below])
    area = np.array([one.area_diameter_mm for one in below])
    assert 15.0 < around.min() < around.max() < 26.0
    assert (area <= around + 0.2).all()
    assert 0.5 < float((front - around).mean()) < 5.0, "2 mm in 1503 patients"


def test_a_filter_is_planned_and_what_no_label_shows_is_unknown(built: anatomy.Anatomy) -> None:
    made = plan.propose("caval-filter", built, "inferior vena cava")
    assert made.verdict.status is PlanStatus.UNKNOWN
    found = {one.id: one for one in made.findings}
    assert found["label-largest"].status is Status.MET
    assert found["renal-level"].status is Status.UNKNOWN
    assert made.approach.routes[0].title.endswith("common femoral vein, with the flow")
    bare = replace(built, structures=tuple(s for s in built.structures if "kidney" not in s.name))
    with pytest.raises(PlanError, match="renal_z"):
        plan.propose("caval-filter", bare, "inferior vena cava")
