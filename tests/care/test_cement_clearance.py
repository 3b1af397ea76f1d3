"""Cement in a vertebra: what stops it, with and without a balloon, and by which source."""

from __future__ import annotations

import pytest
from tests.care.clearance_cases import (
    HIGH,
    WOMAN,
    asked,
    cleared,
    found,
    rules,
    told,
    with_condition,
    with_decision,
    with_drug,
    with_lab,
)

from seldinger import evidence
from seldinger.care import conditions, procedures
from seldinger.care.clearance import Answer, Case
from seldinger.care.patient import Allergy
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import Trust

BOTH = ("vertebroplasty", "kyphoplasty")
EITHER = pytest.mark.parametrize("procedure", BOTH)


def case(procedure: str) -> Case:
    """Somebody with a painful fracture, in whom nothing is missing."""
    request = asked(HIGH, procedure=procedure, organ=None)
    return with_condition(with_condition(request, "osteoporosis"), "vertebral-fracture")


@EITHER
def test_a_painful_fracture_in_somebody_who_is_well_is_clear(procedure: str) -> None:
    made = cleared(case(procedure))
    assert made.answer is Answer.CLEAR, [f.text for f in made.findings if f.status != "met"]
    assert found(made, "condition.vertebral-fracture.cement").status is Status.MET


STOPS = (
    "sepsis", "bacteraemia", "spondylodiscitis", "osteomyelitis", "active-bleeding",
    "bleeding-disorder", "cord-compression", "unstable-spine", "painless-fracture",
)  # fmt: skip
HOLDS = (
    "active-infection", "fever", "urinary-infection", "pneumonia", "skin-infection", "endocarditis",
    "back-wall-fracture", "epidural-tumour",
)  # fmt: skip


@EITHER
@pytest.mark.parametrize("key", STOPS)
def test_a_contraindication_stops_and_names_its_source(procedure: str, key: str) -> None:
    made = cleared(with_condition(case(procedure), key))
    assert made.answer is Answer.NOT_CLEAR
    said = found(made, f"condition.{key}.cement")
    assert said.severity is Severity.STOP
    assert said.status is Status.NOT_MET
    assert said.facts
    assert said.decides
    assert all(evidence.fact(one).trust is not Trust.MEMORY for one in said.facts)


@EITHER
@pytest.mark.parametrize("key", HOLDS)
def test_what_may_only_wait_is_not_clear_until_somebody_decides(procedure: str, key: str) -> None:
    assert cleared(with_condition(case(procedure), key)).answer is Answer.NOT_CLEAR


@EITHER
@pytest.mark.parametrize(
    "key", ["radiculopathy", "improving-pain", "tuberculosis", "right-to-left-shunt"]
)
def test_a_doubt_is_somebodys_by_name(procedure: str, key: str) -> None:
    made = cleared(with_condition(case(procedure), key))
    assert made.answer is Answer.CONDITIONAL
    assert found(made, f"condition.{key}.cement").decides


@EITHER
def test_sepsis_an_infected_spine_and_bleeding_at_once_are_never_clear(procedure: str) -> None:
    worst = case(procedure)
    for key in ("sepsis", "spondylodiscitis", "active-bleeding"):
        worst = with_condition(worst, key)
    made = cleared(worst)
    assert made.answer is Answer.NOT_CLEAR
    assert {
        f"condition.{key}.cement" for key in ("sepsis", "spondylodiscitis", "active-bleeding")
    } <= (rules(made))


@EITHER
@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [("inr", 2.6, "{INR}"), ("platelets", 30, "10*9/L"), ("crp", 140, "mg/L")],
)
def test_blood_that_does_not_clot_or_is_inflamed_is_not_clear(
    procedure: str, key: str, value: float, unit: str
) -> None:
    assert cleared(with_lab(case(procedure), key, value, unit)).answer is Answer.NOT_CLEAR


@EITHER
@pytest.mark.parametrize("drug", ["apixaban", "clopidogrel", "phenprocoumon"])
def test_a_drug_against_clotting_is_held_beside_the_cord(procedure: str, drug: str) -> None:
    made = cleared(with_drug(case(procedure), drug))
    assert {one.act for one in made.drugs} <= {"withhold", "silent"}
    assert made.answer is not Answer.CLEAR or any("last dose" in one for one in made.conditions)


@EITHER
@pytest.mark.parametrize("missing", ["inr", "platelets"])
def test_a_lab_that_nobody_measured_is_unknown(procedure: str, missing: str) -> None:
    assert cleared(with_lab(case(procedure), missing, None)).answer is Answer.UNKNOWN


@EITHER
def test_a_pregnancy_is_decided_about_first(procedure: str) -> None:
    woman = told(case(procedure), sex=WOMAN.patient.sex, age_years=34.0, pregnant=True)
    assert cleared(woman).answer is Answer.NOT_CLEAR
    nobody_asked = told(woman, pregnant=None)
    assert cleared(nobody_asked).answer is Answer.UNKNOWN


@EITHER
@pytest.mark.parametrize(
    "to", ["PMMA", "bone cement", "acrylic nails", "barium sulfate", "zirconia"]
)
@pytest.mark.parametrize("reaction", ["mild", "severe", None])
def test_cement_that_is_not_borne_stays_out(procedure: str, to: str, reaction: str | None) -> None:
    made = cleared(told(case(procedure), allergies=(Allergy(to, reaction),)))  # type: ignore[arg-type]
    assert made.answer is Answer.NOT_CLEAR
    (said,) = (one for one in made.findings if one.id.endswith(".cement-itself"))
    assert said.severity is Severity.STOP
    assert said.facts == ("cement.stop.allergy", "cement.stop.opacifier")


def test_contrast_fills_the_balloon_although_none_is_given() -> None:
    severe = (Allergy("iohexol", "severe"),)
    made = cleared(told(case("kyphoplasty"), allergies=severe))
    assert made.answer is Answer.NOT_CLEAR
    assert found(made, "allergy.iohexol.balloon-contrast").facts == (
        "cement.balloon.rupture",
        "cement.stop.allergy",
    )
    assert not any("no iodinated contrast is planned" in one.text for one in made.findings)
    mild = cleared(told(case("kyphoplasty"), allergies=(Allergy("iohexol", "mild"),)))
    assert mild.answer is Answer.CONDITIONAL
    without = cleared(told(case("vertebroplasty"), allergies=severe))
    assert without.answer is Answer.CLEAR
    assert any("no iodinated contrast is planned" in one.text for one in without.findings)


def test_a_balloon_asks_more_of_a_broken_back_wall() -> None:
    pushed = "condition.back-wall-fracture.balloon"
    assert pushed in rules(cleared(with_condition(case("kyphoplasty"), "back-wall-fracture")))
    assert pushed not in rules(
        cleared(with_condition(case("vertebroplasty"), "back-wall-fracture"))
    )


@EITHER
def test_the_spine_is_of_high_bleeding_risk_by_its_source(procedure: str) -> None:
    made = cleared(case(procedure))
    assert any("bleeding.sir2019.class.high.spine" in one.facts for one in made.findings)


@EITHER
def test_a_surgeon_who_decides_is_heard_and_stays_on_the_page(procedure: str) -> None:
    broken = with_condition(case(procedure), "back-wall-fracture")
    for rule in ("cement", "balloon"):
        broken = with_decision(
            broken,
            f"condition.back-wall-fracture.{rule}",
            "10 % of the canal, no deficit",
            "spine surgeon",
        )
    made = cleared(broken)
    assert made.answer is Answer.CLEAR
    assert "10 % of the canal" in found(made, "condition.back-wall-fracture.cement").text


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("burst fracture", "back-wall-fracture"),
        ("retropulsed fragment", "back-wall-fracture"),
        ("unstable fracture", "unstable-spine"),
        ("asymptomatic fracture", "painless-fracture"),
        ("healed fracture", "painless-fracture"),
        ("compression fracture", "vertebral-fracture"),
        ("epidural extension", "epidural-tumour"),
        ("spinal tuberculosis", "spondylodiscitis"),
        ("myelopathy", "cord-compression"),
    ],
)
def test_a_danger_is_known_by_its_other_names(name: str, key: str) -> None:
    assert conditions.condition(name).key == key


@pytest.mark.parametrize("key", ["unstable-spine", "back-wall-fracture", "epidural-tumour"])
def test_a_spine_in_danger_is_not_clear_for_another_procedure_either(key: str) -> None:
    assert cleared(with_condition(HIGH, key)).answer is not Answer.CLEAR


def test_each_of_the_two_is_cleared_under_its_own_name() -> None:
    for name in BOTH:
        assert procedures.clearance_key(name) == name
        assert procedures.get(name).id == name
        assert not procedures.missing_pages(name, None)
    assert procedures.find("cement") is None  # it does not say which of the two
