"""Nothing told is lost: whatever is added, a finding names it, or the answer is not clear."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.care.clearance_cases import (
    CLEAR,
    HIGH,
    LOW,
    NOW,
    START,
    WOMAN,
    asked,
    cleared,
    decided,
    lab,
    told,
    with_condition,
    with_decision,
    with_drug,
    with_lab,
)

from seldinger.care import allergies, conditions, drugs, labs
from seldinger.care.clearance import Answer, Clearance, assess, recorded
from seldinger.care.clearance import inputs as room_inputs
from seldinger.care.clearance import profile_file as profiles
from seldinger.care.clearance.rules import tables
from seldinger.care.patient import Allergy, Condition
from seldinger.core.errors import CareError


def names(made: Clearance, key: str) -> bool:
    """Whether a finding names something that was told."""
    read = room_inputs.collect_inputs(made.case, made.profile, made.now, tables())
    return key in recorded.list_considered(made.findings, read)


@pytest.mark.parametrize("name", ["thyroid biopsy", "leg stent", "embolization"])
def test_every_condition_is_named_or_keeps_the_answer_from_clear(name: str) -> None:
    for key in conditions.conditions():
        made = cleared(with_condition(CLEAR[name], key))
        assert names(made, f"condition.{key}"), key


def test_free_words_beside_a_condition_keep_the_answer_from_clear() -> None:
    for key in list(conditions.conditions())[::3]:
        made = cleared(told(LOW, conditions=(Condition(key, None, "of a rare kind"),)))
        assert made.answer is not Answer.CLEAR, key
        assert "of a rare kind" in " ".join(made.understood), key


@pytest.mark.parametrize("name", ["liver biopsy", "leg stent"])
def test_every_drug_is_named_or_keeps_the_answer_from_clear(name: str) -> None:
    for each in {min(k.name for k in drugs.table().drugs.values() if c in k.classes)
                 for c in drugs.table().classes}:  # fmt: skip
        made = cleared(with_drug(CLEAR[name], each))
        assert names(made, f"drug.{each}"), each


def test_every_lab_is_named() -> None:
    for key, one in labs.ANALYTES.items():
        for value in (one.low, one.high):
            made = cleared(with_lab(LOW, key, value, one.unit))
            assert names(made, f"lab.{key}"), key


def test_every_allergy_is_named_and_a_strange_one_is_asked_about() -> None:
    for key, one in allergies.table().allergens.items():
        for case in (LOW, HIGH):
            made = cleared(told(case, allergies=(Allergy(one.name, "severe"),)))
            assert names(made, f"allergy.{allergies.fold(one.name)}"), key
    for strange in ("zorblax", "Omnipaq", "penicilin", "latex and zorblax"):
        made = cleared(told(LOW, allergies=(Allergy(strange, "mild"),)))
        assert made.answer is Answer.UNKNOWN, strange
        assert any(strange in one for one in made.missing)
    assert "did you mean Omnipaque" in str(
        cleared(told(LOW, allergies=(Allergy("Omnipaq"),))).missing
    )


def test_what_is_left_over_waits_for_a_decision_by_name() -> None:
    strange = Condition("other", None, "a rare disease of the skin")
    case = told(LOW, conditions=(strange,))
    made = cleared(case)
    assert made.answer is Answer.CONDITIONAL
    assert "rare disease of the skin" in " ".join(made.conditions)
    settled = cleared(with_decision(case, "recorded.condition.other", "of no account"))
    assert settled.answer is Answer.CLEAR
    assert recorded.may_be_decided("recorded.condition.other")
    assert not recorded.may_be_decided("recorded.condition.nonsense")


# --- dangers that were told, and a clear answer ---------------------------------------------------

DANGERS = {
    "sepsis": ("vertebroplasty", None), "spondylodiscitis": ("kyphoplasty", None),
    "active-bleeding": ("dvt-lysis", None), "intracranial-haemorrhage": ("dvt-lysis", None),
    "recent-surgery": ("dvt-lysis", None), "bleeding-disorder": ("biopsy", "liver"),
    "pelvic-infection": ("fibroid-embolization", None), "ascites": ("chemoembolization", None),
    "hepatic-encephalopathy": ("radioembolization", None),
    "portal-vein-thrombosis": ("chemoembolization", None),
    "phaeochromocytoma": ("biopsy", "adrenal gland"),
    "uncontrolled-hypertension": ("biopsy", "kidney"),
    "cord-compression": ("vertebroplasty", None), "single-kidney": ("biopsy", "left kidney"),
    "bacteraemia": ("filter-placement", None), "osteomyelitis": ("kyphoplasty", None),
    "heparin-induced-thrombocytopenia": ("peripheral-stent", None),
}  # fmt: skip


@pytest.mark.parametrize("key", DANGERS)
def test_a_contraindication_of_the_procedure_is_not_clear(key: str) -> None:
    procedure, organ = DANGERS[key]
    made = cleared(with_condition(asked(HIGH, procedure=procedure, organ=organ), key))
    assert made.answer is Answer.NOT_CLEAR
    assert any(f"condition.{key}" in one.id for one in made.findings if one.status == "not_met")


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("haemoglobin", 4.1, "g/dL"), ("potassium", 7.2, "mmol/L"), ("potassium", 2.2, "mmol/L"),
        ("sodium", 108, "mmol/L"), ("glucose", 28, "mmol/L"), ("glucose", 2.0, "mmol/L"),
        ("white_cells", 0.4, "G/L"), ("hcg", 5000, "IU/L"), ("fibrinogen", 60, "mg/dL"),
    ],
)  # fmt: skip
def test_a_panic_value_is_not_clear_whatever_the_class(key: str, value: float, unit: str) -> None:
    for case in (LOW, HIGH, WOMAN):
        woman = told(case, sex=WOMAN.patient.sex, pregnant=False)
        made = cleared(with_lab(woman, key, value, unit))
        assert made.answer is Answer.NOT_CLEAR
        old = lab(key, value, unit, None)
        assert cleared(told(woman, labs=(*woman.patient.labs, old))).answer is not Answer.CLEAR


@pytest.mark.parametrize(
    ("to", "changes"),
    [
        *((name, {"contrast": "intravenous"}) for name in (
            "Omnipaque", "Visipaque 320", "iomeron 400", "X-ray dye", "IV dye", "Ultravist")),
        ("penicillin", {"decisions": (decided("antibiotics", "ceftriaxone 1 g"),)}),
        ("Keflex", {"decisions": (decided("antibiotics", "cefazolin 2 g"),)}),
        ("latex", {}), ("Betadine", {}), ("chlorhexidine", {}), ("sticking plasters", {}),
        ("articaine", {"local_anaesthetic": "lidocaine"}),
        ("Novocaine", {"local_anaesthetic": "lidocaine"}),
        ("fentanyl", {}), ("Dormicum", {}),
        ("Gelfoam", {"procedure": "fibroid-embolization", "organ": None}),
        ("nickel", {"procedure": "filter-placement", "organ": None}),
        ("HIT", {"procedure": "peripheral-stent", "organ": None, "access": "femoral-artery"}),
        ("PMMA", {"procedure": "vertebroplasty", "organ": None}),
    ],
)  # fmt: skip
def test_an_allergy_meets_what_the_procedure_brings(to: str, changes: dict[str, object]) -> None:
    made = cleared(told(asked(HIGH, **changes), allergies=(Allergy(to, "severe"),)))
    assert made.answer is not Answer.CLEAR
    assert any(to in one.text or to in str(one.inputs) for one in made.findings
               if one.status != "met")  # fmt: skip


def test_the_wrist_that_is_chosen_must_allow_it() -> None:
    from seldinger.care.clearance import RadialArtery

    bad = RadialArtery("D", 2.6, tortuous=False, occluded=False)
    made = cleared(asked(CLEAR["leg stent"], access="radial", radial=bad))
    assert made.answer is Answer.NOT_CLEAR


def test_an_alternative_is_judged_before_it_is_offered() -> None:
    case = with_condition(with_lab(HIGH, "platelets", 12.0, "10*9/L"), "liver-cirrhosis")
    (other,) = cleared(case).alternatives
    assert other.status == "not_met"
    assert "not clear" in other.text


def test_nobody_is_cleared_for_what_is_past() -> None:
    made = assess(LOW, START + dt.timedelta(days=365), profiles.default_profile())
    assert made.answer is Answer.UNKNOWN
    assert "a start that is not past" in made.missing


# --- drugs that the procedure needs -------------------------------------------------------------


def test_a_carotid_stent_keeps_its_drugs_and_says_when_they_lack() -> None:
    case = asked(
        HIGH, procedure="carotid-stent", organ=None, access="femoral-artery", sheath_french=6.0
    )
    bare = cleared(case)
    assert bare.answer is Answer.NOT_CLEAR
    both = with_drug(with_drug(case, "aspirin"), "clopidogrel")
    made = cleared(with_condition(both, "atrial-fibrillation"))
    assert {one.act for one in made.drugs} == {"continue"}
    assert not any("Last dose" in one.what for one in made.timetable)
    assert cleared(with_decision(both, "clopidogrel", "hold")).answer is Answer.NOT_CLEAR


def test_lysis_keeps_its_anticoagulant() -> None:
    case = asked(HIGH, procedure="dvt-lysis", organ=None, access="femoral-vein")
    made = cleared(with_drug(case, "heparin", route="iv"))
    assert [one.act for one in made.drugs] == ["continue"]
    assert made.answer is Answer.CONDITIONAL


def test_other_vitamin_k_antagonists_have_the_limits_of_warfarin() -> None:
    for drug in ("warfarin", "phenprocoumon", "acenocoumarol", "fluindione"):
        soon = asked(LOW, start=START - dt.timedelta(days=3))
        made = cleared(with_drug(with_lab(soon, "inr", 3.4, "{INR}"), drug))
        assert made.answer is Answer.NOT_CLEAR, drug


def test_two_drugs_against_platelets_are_never_both_stopped() -> None:
    case = with_condition(HIGH, "coronary-stent", dt.date(2019, 1, 1))
    for drug in ("aspirin", "clopidogrel"):
        case = with_drug(case, drug, times=(dt.time(8),))
    made = cleared(case)
    assert made.answer is Answer.NOT_CLEAR
    assert not any(one.last_dose for one in made.drugs)
    split = with_decision(with_decision(case, "clopidogrel", "hold"), "aspirin", "continue")
    dated = "".join(one.what for one in cleared(split).timetable)
    assert "Last dose of clopidogrel" in dated
    assert "Last dose of aspirin" not in dated


# --- units as laboratories print them ---------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "unit", "kept"),
    [
        *(("platelets", 180.0, unit, 180.0) for unit in (
            "G/L", "10^9/L", "x10^9/L", "10e9/l", "Gpt/l", "10^3/uL", "K/uL",
            "Tsd/µl", "k/mm3", "10³/µL")),
        ("platelets", 180000.0, "/µl", 180.0), ("haemoglobin", 13.0, "g/dl", 13.0),
        ("haemoglobin", 130.0, "G/L", 13.0), ("creatinine", 88.42, "uMol/L", 1.0),
        ("creatinine", 88.42, "mcmol/l", 1.0), ("creatinine", 1.0, "MG/DL", 1.0),
        ("inr", 1.1, "INR", 1.1), ("hcg", 3.0, "mIU/mL", 3.0), ("aptt", 30.0, "sec", 30.0),
        ("egfr", 80.0, "ml/min/1.73m2", 80.0), ("potassium", 4.0, "mmol/l", 4.0),
    ],
)  # fmt: skip
def test_units_are_read_as_laboratories_print_them(
    key: str, value: float, unit: str, kept: float
) -> None:
    assert labs.analyte(key).convert(value, unit) == pytest.approx(kept, rel=1e-4)


def test_a_strange_unit_is_refused_with_what_is_near() -> None:
    with pytest.raises(CareError, match="did you mean 'mmol/L'"):
        labs.analyte("potassium").convert(4.0, "mmol/LL")


def test_a_decision_of_tomorrow_settles_nothing() -> None:
    late = replace(decided("antibiotics", "none"), at=NOW + dt.timedelta(days=1))
    assert cleared(asked(LOW, decisions=(late,))).answer is Answer.UNKNOWN
