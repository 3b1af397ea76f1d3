"""The arteries of a real liver: what they allow to be said, and what they cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seldinger import anatomy, image, plan
from seldinger.anatomy.supply import SupplyRequest, find_supply
from seldinger.core.verdict import Status
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.embolization.options import EmbolizationOptions

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def liver(data_dir: Path) -> anatomy.Anatomy:
    place = data_dir / "liver-ircad17"
    study = image.load(place / "ct.nii.gz", place / "labels.nii.gz", place / "labels.json")
    return anatomy.build(study, settings=anatomy.Settings(voxel_mm=3.0))


def test_feeders_of_a_real_tumour_are_told_with_their_doubt(liver: anatomy.Anatomy) -> None:
    supply = find_supply(liver, SupplyRequest("liver", "livertumor2"))
    best = next(one for one in supply.feeders if not one.leads_aside)
    assert best.target_share > 0.7
    assert best.organ_share < 0.25
    again = find_supply(liver, SupplyRequest("liver", "livertumor2", at=best.edge))
    assert again.injection is not None
    assert again.target is not None
    sure, likely, possible = again.injection.share(again.target.mask)
    assert sure < likely <= possible
    assert sure < 0.6, "half of the tumour lies nearly as near to other branches"
    assert supply.far_share > 0.5
    assert any("one label" in note for note in supply.notes)
    assert any("not the patient, decides" in note for note in supply.notes)


def test_a_plan_says_what_the_labelled_arteries_cannot_show(liver: anatomy.Anatomy) -> None:
    answers = {"disease": "hcc", "child-pugh": "a"}
    told = EmbolizationOptions(agent="dc_bead", total_bilirubin_mg_per_dl=0.8)
    settings = plan.Settings(answers=answers, options=(told,))
    made = plan.propose("chemoembolization", liver, "livertumor2", settings=settings)
    assert made.verdict.status is PlanStatus.UNKNOWN
    found = {one.id: one for one in made.findings}
    assert found["free-way"].status is Status.UNKNOWN, "no access site is traced"
    assert found["positions"].status in (Status.MET, Status.NOT_MET)
    assert made.goal.far_share is not None
    assert made.goal.far_share > 0.3
