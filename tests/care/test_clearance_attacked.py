"""Patients who were told they are clear, and were not: each stood on the page as clear once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.care.clearance_cases import (
    CLEAR,
    HIGH,
    LEG,
    NOW,
    ONCE,
    TWICE,
    asked,
    cleared,
    found,
    rules,
    told,
    with_condition,
    with_decision,
    with_drug,
)

from seldinger import care
from seldinger.care import conditions, drugs
from seldinger.care.clearance import Answer, Clearance, case_file
from seldinger.care.clearance import text as texts
from seldinger.care.patient import Allergy, Sex
from seldinger.core.errors import CareError
from seldinger.core.verdict import Severity

FORM = Path("examples/clear/01_liver_biopsy.toml")


def page(made: Clearance) -> str:
    return "\n".join(texts.format_lines(made, everything=False))


@pytest.mark.parametrize("about", ["condition.sepsis", "condition.sepsis.stops"])
def test_what_was_decided_against_a_rule_stays_on_the_page(about: str) -> None:
    made = cleared(with_decision(with_condition(HIGH, "sepsis"), about, "treated since Monday"))
    assert found(made, "condition.sepsis.stops").severity is Severity.CAUTION
    assert "treated since Monday: decided by B. Vale" in page(made)


def test_a_local_anaesthetic_that_is_not_borne_stays_on_the_page() -> None:
    case = told(HIGH, allergies=(Allergy("Xylocaine", "severe"),))
    case = asked(case, local_anaesthetic="lidocaine")
    made = cleared(with_decision(case, "anaesthetic.allergy.reacted", "it was a faint"))
    assert "it was a faint: decided by" in page(made)


def test_what_is_only_ordered_and_decided_is_not_said_twice() -> None:
    made = cleared(with_decision(HIGH, "antibiotics", "none"))
    assert "none: decided by" not in page(made).split("To be ordered")[0]
    assert all(one.severity is Severity.INFO for one in made.orders)


@pytest.mark.parametrize(
    ("name", "last", "there"),
    [("clopidogrel", dt.timedelta(days=12), True), ("clopidogrel", dt.timedelta(hours=28), False)],
)
def test_a_needed_drug_that_was_stopped_is_missing(
    name: str, last: dt.timedelta, there: bool
) -> None:
    case = asked(LEG, procedure="carotid-stent")
    case = with_drug(case, "aspirin", times=ONCE)
    made = cleared(with_drug(case, name, times=ONCE, last=NOW - last))
    assert ("needs.carotid_stent" in rules(made)) is there
    if there:
        said = found(made, "needs.carotid_stent").text
        assert "clopidogrel was last taken" in said
        assert said.endswith("The operator decides.")


@pytest.mark.parametrize(
    ("procedure", "sex"),
    [("fibroid-embolization", Sex.MALE), ("prostate-embolization", Sex.FEMALE)],
)
def test_an_organ_that_the_sex_does_not_have(procedure: str, sex: Sex) -> None:
    base = CLEAR["embolization"]
    made = cleared(told(asked(base, procedure=procedure), sex=sex, pregnant=None))
    assert made.answer is Answer.NOT_CLEAR
    assert any(one.startswith("sex.") for one in rules(made))


@pytest.mark.parametrize(
    ("procedure", "to", "rule"),
    [
        ("epidural-injection", "cortisone", "steroid"),
        ("facet-injection", "Kenalog", "steroid"),
        ("joint-injection", "Gadovist", "joint-contrast"),
        ("kyphoplasty", "gentamicin", "cement"),
        ("diagnostic-arteriography", "beef", "closure"),
        ("peripheral-stent", "gelatin", "closure"),
        ("picc", "minocycline", "coating"),
        ("port", "rifampicin", "coating"),
        ("central-line", "silver", "coating"),
    ],
)
def test_an_allergy_meets_what_the_procedure_brings(procedure: str, to: str, rule: str) -> None:
    made = cleared(told(asked(HIGH, procedure=procedure, organ=None), allergies=(Allergy(to),)))
    assert f"allergy.{to.lower()}.{rule}" in rules(made)
    assert made.answer is not Answer.CLEAR


def test_a_word_that_is_not_recognised_ends_with_a_full_stop() -> None:
    made = cleared(told(HIGH, allergies=(Allergy("zorblax"),)))
    assert "'zorblax' is not recognised. Nothing is judged of it." in page(made)


def test_an_overactive_thyroid_asks_before_anaesthesia() -> None:
    case = with_condition(asked(HIGH, contrast="none"), "hyperthyroidism")
    asks = "condition.hyperthyroidism.anaesthesia"
    assert asks in rules(cleared(asked(case, sedation="general")))
    assert asks not in rules(cleared(asked(case, sedation="moderate")))


@pytest.mark.parametrize("name", ["CJD", "porphyria", "MRSA", "hepatitis B", "HIV"])
def test_what_no_rule_considers_is_known_by_name(name: str) -> None:
    made = cleared(with_condition(HIGH, conditions.condition(name).key))
    assert made.answer is Answer.CONDITIONAL


def test_no_date_for_doses_that_are_over_too_soon() -> None:
    rule = "sir2019.high.rivaroxaban.crcl_30"
    once = cleared(with_drug(HIGH, "rivaroxaban", times=ONCE))
    assert once.drugs[0].last_dose is not None
    often = with_drug(HIGH, "rivaroxaban", times=TWICE)
    made = cleared(often)
    assert made.answer is Answer.CONDITIONAL
    assert made.drugs[0].last_dose is None
    assert "taken 2 times a day" in found(made, rule).text
    made = cleared(with_decision(often, "rivaroxaban", "hold"))
    assert made.answer is Answer.CONDITIONAL
    made = cleared(with_decision(often, rule, "hold from Monday night"))
    assert made.answer is Answer.CLEAR
    assert "hold from Monday night: decided by" in page(made)


def test_two_results_at_one_time_that_differ_are_refused(tmp_path: Path) -> None:
    at, one = tmp_path / "patient.toml", '[[lab]]\nname = "platelets"\nunit = "10*9/L"\n'
    one += "taken = 2026-11-25T08:00:00Z\n"
    at.write_text(f"{one}value = 220\n{one}value = 220\n")
    assert len(care.load(at).patient.labs) == 2
    at.write_text(f"{one}value = 220\n{one}value = 25\n")
    with pytest.raises(CareError, match="two results of platelets"):
        care.load(at)


@pytest.mark.parametrize(
    ("named", "generic"),
    [
        ("Eliquis 5 mg", "apixaban"),
        ("Aspirin 100mg", "aspirin"),
        ("Janumet 50/1000", "sitagliptin metformin"),
        ("Bisoprolol 2,5", "bisoprolol"),
        ("Pantoprazol", "pantoprazole"),
        ("Hydromorphon", "hydromorphone"),
        ("Vitamin D3", "vitamin-d"),
        ("amlodipine/valsartan", "amlodipine valsartan"),
        ("Zorblax 5 mg", ""),
        ("5 mg", ""),
    ],
)
def test_a_drug_is_recognised_with_its_strength(named: str, generic: str) -> None:
    assert " ".join(one.name for one in drugs.find(named)) == generic


@pytest.mark.parametrize("procedure", ["thoracentesis", "chest-tube", "tunnelled-drain"])
def test_a_single_lung_asks_before_a_needle_in_the_chest(procedure: str) -> None:
    case = asked(HIGH, procedure=procedure, organ=None, sedation="none")
    made = cleared(with_condition(case, "pneumonectomy"))
    assert "condition.pneumonectomy.chest" in rules(made)
    assert made.answer is Answer.CONDITIONAL


@pytest.mark.parametrize(
    ("name", "asks"), [("apixaban", True), ("clopidogrel", True), ("aspirin", False)]
)
def test_a_lumbar_puncture_on_a_drug_against_clots_is_asked_about(name: str, *, asks: bool) -> None:
    case = asked(HIGH, procedure="lumbar-puncture", organ=None, sedation="none")
    made = cleared(with_drug(case, name, times=ONCE))
    assert any(one.startswith("lumbar.") for one in rules(made)) is asks
    assert (made.answer is Answer.CONDITIONAL) is asks


def test_chemotherapy_while_a_child_is_fed_is_decided_before() -> None:
    case = with_condition(CLEAR["embolization"], "breast-feeding")
    case = told(case, sex=Sex.FEMALE, pregnant=False)
    made = cleared(asked(case, procedure="chemoembolization"))
    assert "condition.breast-feeding.chemotherapy" in rules(made)
    assert made.answer is not Answer.CLEAR


@pytest.mark.parametrize("key", ["name", "role"])
@pytest.mark.parametrize("nobody", ["-", "?", "..."])
def test_nobody_decides_nothing(key: str, nobody: str, tmp_path: Path) -> None:
    head, _, rest = FORM.read_text().partition("[[decision]]")
    lines = [
        f'{key} = "{nobody}"' if one.startswith(f"{key} =") else one for one in rest.split("\n")
    ]
    at = tmp_path / "case.toml"
    at.write_text(f"{head}[[decision]]" + "\n".join(lines))
    with pytest.raises(CareError, match=key):
        case_file.load(at, NOW)
