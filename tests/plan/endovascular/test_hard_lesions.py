"""Lesions that mislead: two in a row, at the end of a vessel, longer than any device."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.arterial_tree import narrow_vessel, thin_vessel

from seldinger import anatomy, demo, plan
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.dilation.options import DilationOptions

if TYPE_CHECKING:
    from seldinger.core.finding import Finding
    from seldinger.plan import Plan

ILIAC, THIGH = "right common iliac artery", "left superficial femoral artery"


@pytest.fixture(scope="module")
def built() -> anatomy.Anatomy:
    return demo.vascular_patient(voxel_mm=4.0).build_anatomy(anatomy.Settings(voxel_mm=5.0))


def narrow(
    built: anatomy.Anatomy, name: str, at_mm: float, length_mm: float, percent: float
) -> anatomy.Anatomy:
    assert built.vessels is not None
    return replace(built, vessels=narrow_vessel(built.vessels, name, at_mm, length_mm, percent))


def find(made: Plan, name: str) -> Finding:
    return {one.id: one for one in made.findings}[name]


def choose(**sizes: float) -> plan.Settings:
    return plan.Settings(options=(DilationOptions(**sizes),))


def test_what_a_device_leaves_is_told_of_its_own_lesion(built: anatomy.Anatomy) -> None:
    both = narrow(built, ILIAC, 12.0, 14.0, 50.0)
    for target in (ILIAC, f"{ILIAC} #2"):
        effect = plan.propose("angioplasty", both, target).effect
        assert effect is not None
        residual = effect.measure("residual-stenosis").nominal
        assert residual is not None
        assert residual < 30.0, "the other stenosis is none that this balloon left"
        before, after = (
            effect.measure(f"hyperaemic-gradient-{when}").nominal for when in ("before", "after")
        )
        assert before is not None
        assert after is not None
        assert after < 0.2 * before


def test_a_stretch_with_two_stenoses_is_not_treated_as_one(built: anatomy.Anatomy) -> None:
    both = narrow(built, ILIAC, 12.0, 14.0, 50.0)
    with pytest.raises(AnatomyError, match=r"holds 2 stenoses \(7-17 mm, 26-46 mm\)"):
        plan.propose("angioplasty", both, f"{ILIAC} 5-60 mm")


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        (f"{THIGH} 0-290 mm", plan.Settings()),
        (THIGH, choose(length_mm=20.0)),
        ("left renal artery 0-12 mm", plan.Settings()),
    ],
)
def test_a_balloon_that_does_not_cover_the_stretch_says_so(
    built: anatomy.Anatomy, target: str, settings: plan.Settings
) -> None:
    found = find(plan.propose("angioplasty", built, target, settings=settings), "covers")
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.ACTION)


def test_a_balloon_far_longer_than_the_lesion_says_so(built: anatomy.Anatomy) -> None:
    found = find(plan.propose("drug-coated-balloon", built, "left renal artery"), "covers")
    assert found.status is Status.NOT_MET
    assert "reaches 14 mm beyond; by a label about 10 mm" in found.text


@pytest.mark.parametrize(("target", "diameter_mm"), [(ILIAC, 5.0), (THIGH, 8.0)])
def test_a_stent_that_does_not_suit_the_vessel_is_not_passed(
    built: anatomy.Anatomy, target: str, diameter_mm: float
) -> None:
    made = plan.propose("stent", built, target, settings=choose(diameter_mm=diameter_mm))
    found = find(made, "size")
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.ACTION)


def test_a_stent_across_a_branch_names_it(built: anatomy.Anatomy) -> None:
    name = "left common iliac artery"
    low = plan.propose("stent", narrow(built, name, 60.0, 14.0, 70.0), name)
    assert "left internal iliac artery" in find(low, "branches").text
    high = plan.propose("stent", narrow(built, name, 35.0, 14.0, 70.0), name)
    assert find(high, "branches").status is Status.MET


def test_a_lesion_near_the_end_of_a_vessel_is_planned(built: anatomy.Anatomy) -> None:
    ostial = narrow(built, "right renal artery", 14.0, 10.0, 70.0)
    assert find(plan.propose("stent", ostial, "right renal artery"), "covers").text


def test_a_pressure_for_a_stent_that_opens_by_itself_is_refused(built: anatomy.Anatomy) -> None:
    with pytest.raises(PlanError, match="opens by itself"):
        plan.propose("stent", built, THIGH, settings=choose(pressure_atm=8.0))


def test_a_vessel_narrow_for_most_of_its_length_is_held_against_the_other_side(
    built: anatomy.Anatomy,
) -> None:
    assert built.vessels is not None
    name = "right superficial femoral artery"
    long = replace(built, vessels=thin_vessel(built.vessels, name, 30.0, 270.0, 60.0))
    with pytest.raises(PlanError, match=r"5\.5 mm vessel, lesion 239 mm"):
        plan.propose("angioplasty", long, name)
    made = plan.propose("angioplasty", long, name, settings=choose(length_mm=200.0))
    assert "healthy vessel 5.5 mm by other side" in find(made, "graded").text
    assert find(made, "covers").status is Status.NOT_MET


def test_flow_that_nobody_knows_is_not_believed(built: anatomy.Anatomy) -> None:
    name = "left subclavian artery"
    arm = narrow(built, name, 30.0, 12.0, 60.0)
    assert find(plan.propose("angioplasty", arm, name), "effect-in-domain").status is Status.UNKNOWN
    told = plan.propose("angioplasty", arm, name, settings=choose(flow_ml_per_min=120.0))
    assert find(told, "effect-in-domain").status is Status.MET


def test_a_stent_at_a_joint_is_said(built: anatomy.Anatomy) -> None:
    made = plan.propose("stent", built, "left popliteal artery 20-60 mm")
    assert find(made, "joint").status is Status.NOT_MET


def test_a_stretch_that_cuts_into_a_stenosis_is_refused(built: anatomy.Anatomy) -> None:
    with pytest.raises(AnatomyError, match=r"cuts into the stenosis at 26-46 mm"):
        plan.propose("stent", built, f"{ILIAC} 44-60 mm")
