"""Laws of scores: code and facts agree, units do not matter, nothing is guessed, traps are shut."""

from __future__ import annotations

import contextlib
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger import evidence
from seldinger.care import scores
from seldinger.care.labs import analyte
from seldinger.care.patient import Condition, Drug, Lab, Patient, Sex
from seldinger.care.scores import (
    contrast,
    kidney_bleeding,
    limb,
    lung,
)
from seldinger.core.errors import CareError
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP
from seldinger.evidence.model import FactKind, Trust

if TYPE_CHECKING:
    from seldinger.care.scores import Form

FORMS = tuple(scores.FORMS.values())
BY_NAME = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
STAMPS = {Trust.PRIMARY: "", Trust.SECONDARY: SECONDARY_STAMP, Trust.MEMORY: MEMORY_STAMP}
WORST = (Trust.MEMORY, Trust.SECONDARY, Trust.PRIMARY)

FULL = {
    "albi": "bilirubin=20umol/L albumin=40g/L",
    "ez-albi": "bilirubin=2mg/dL albumin=3.5g/dL",
    "child-pugh": "bilirubin=2mg/dL albumin=3g/dL inr=1.2 ascites=none encephalopathy=none",
    "hap": "albumin=36g/L bilirubin=17umol/L afp=400ng/mL size=70mm",
    "meld": "bilirubin=3mg/dL inr=1.5 creatinine=2mg/dL dialysis=no",
    "meld-na": "bilirubin=3mg/dL inr=1.5 creatinine=2mg/dL dialysis=no sodium=130mmol/L",
    "meld-3": (
        "bilirubin=3mg/dL inr=1.5 creatinine=2mg/dL dialysis=no sodium=130mmol/L albumin=3g/dL "
        "sex=female age=50"
    ),
    "cockcroft-gault": "creatinine=1.2mg/dL age=70 weight=80kg sex=male",
    "ckd-epi-2021": "creatinine=1.2mg/dL age=70 sex=male",
    "renal": "diameter=40mm exophytic=50% nearness=7mm face=anterior location=1 hilar=no",
    "halimi": "charlson=0 frailty=0 sex=male "
    + " ".join(f"{key}=no" for key in kidney_bleeding._HALIMI_YES_NO),
    "kaczmarek": "kidney=graft anaemia=no sex=male heart_failure=no acute_kidney_failure=no",
    "villalta": "pain=1 cramps=0 heaviness=2 paraesthesia=0 itching=1 oedema=2 induration=0 "
    "hyperpigmentation=1 ectasia=0 redness=0 calf_pain=1 ulcer=no",
    "wifi": "wound=0 infection=0 abi=0.9",
    "mehran": (
        "hypotension=no balloon_pump=no heart_failure=no age=60 anaemia=no diabetes=no "
        "contrast=100mL creatinine=1mg/dL"
    ),
    "pneumothorax": " ".join(f"{key}=no" for key in lung.PNEUMOTHORAX.by_key),
}


def words(text: str) -> dict[str, str]:
    return dict(one.split("=") for one in text.split())


def patient(**told: object) -> Patient:
    nothing: dict[str, object] = {
        "age_years": None,
        "sex": None,
        "weight_kg": None,
        "height_cm": None,
        "asa_class": None,
        "pregnant": None,
        "dialysis": None,
        "acute_kidney_injury": None,
        "labs": (),
        "drugs": (),
        "drugs_complete": False,
        "allergies": (),
        "allergies_complete": False,
        "conditions": (),
        "conditions_complete": False,
        "time_zone": None,
    }
    return Patient(**(nothing | told))  # type: ignore[arg-type]


# --- code and facts -------------------------------------------------------------------------------


@BY_NAME
def test_every_number_is_its_fact(form: Form) -> None:
    assert form.coefficients
    for key, number in form.coefficients.items():
        assert evidence.fact(f"{form.prefix}.{key}").value == number, key


def test_every_fact_of_scores_is_somebodys() -> None:
    used = {one for form in FORMS for one in form.fact_ids}
    assert {fact.id for fact in evidence.facts("scores")} <= used


@BY_NAME
def test_a_stamp_is_the_worst_trust_behind_it(form: Form) -> None:
    def worst(keys: set[str]) -> Trust:
        trusts = {evidence.fact(f"{form.prefix}.{key}").trust for key in keys}
        return next(one for one in WORST if one in trusts)

    assert form.stamp == STAMPS[worst(set(form.coefficients) - set(form.band_facts))]
    if form.band_facts:
        assert form.band_stamp == STAMPS[worst(set(form.band_facts))]


def test_rates_have_a_horizon_and_a_population() -> None:
    for fact in evidence.facts("scores"):
        if fact.kind is FactKind.PROPORTION:
            assert fact.horizon, fact.id
            assert fact.population, fact.id


def test_the_limb_table_is_the_fact_that_holds_it() -> None:
    rows = re.findall(r"\b[VLMH]{4}\b", evidence.fact("scores.wifi.table").note)
    assert rows == [row for block in limb.WIFI_TABLE for row in block]


def test_what_is_off_says_what_its_fact_says() -> None:
    said = evidence.fact("scores.mehran.external_c").statement
    numbers = re.findall(r"0\.\d+", said)
    assert numbers
    assert all(number in contrast.MEHRAN.off for number in numbers)


# --- nothing is guessed ---------------------------------------------------------------------------


@BY_NAME
def test_dropping_any_input_gives_unknown_or_the_same(form: Form) -> None:
    whole = form.read(words(FULL[form.name]))
    if form.name != "pneumothorax":
        assert whole.known
        assert whole.missing == ()
    for key in words(FULL[form.name]):
        rest = {k: v for k, v in words(FULL[form.name]).items() if k != key}
        for less in (form.read(rest), form.read({**rest, key: "unknown"})):
            assert not less.known
            assert not less.drives
            assert less.missing, key


def test_sodium_is_not_asked_where_it_does_not_count() -> None:
    low = scores.read("meld-na", words("bilirubin=1mg/dL inr=1 creatinine=1mg/dL dialysis=no"))
    assert (low.value, low.missing) == (6.0, ())
    high = scores.read("meld-na", words("bilirubin=9mg/dL inr=2 creatinine=1mg/dL dialysis=no"))
    assert (high.value, high.missing) == (None, ("sodium",))


def test_nobody_says_no_unless_told_to() -> None:
    told = words("charlson=0 frailty=0 sex=male anaemia=yes")
    assert scores.read("halimi", told).missing
    said = scores.read("halimi", told, others_no=True)
    assert said.value == 13.0
    assert said.inputs["vasculitis"] == "no"
    assert list(said.inputs) == [i.key for i in scores.form("halimi").inputs]


def test_children_get_no_adult_formula() -> None:
    for found in (
        scores.read("cockcroft-gault", words("creatinine=0.6mg/dL age=12 weight=40kg sex=male")),
        scores.read("ckd-epi-2021", words("creatinine=0.6mg/dL age=17.9 sex=male")),
        scores.read("meld-3", words(FULL["meld-3"]) | {"age": "15"}),
    ):
        assert not found.known
        assert "under 18" in found.notes[0]


def test_a_rule_from_memory_stamps_the_result() -> None:
    told = words("bilirubin=3mg/dL inr=1.5 creatinine=1mg/dL")
    found = scores.read("meld", told | {"dialysis": "yes"})
    high = scores.read("meld", told | {"dialysis": "no", "creatinine": "9mg/dL"})
    assert found.value == high.value
    assert found.stamp == MEMORY_STAMP
    assert not found.drives
    assert scores.read("meld", told | {"dialysis": "no"}).drives


def test_what_is_from_memory_drives_nothing() -> None:
    for form in FORMS:
        found = form.read(words(FULL[form.name]))
        assert not (found.drives and form.stamp == MEMORY_STAMP)
        assert not (found.band_drives and MEMORY_STAMP in {form.stamp, form.band_stamp})
    albi = scores.read("albi", words(FULL["albi"]))
    assert albi.drives
    assert albi.band_drives
    assert albi.band_stamp.startswith("secondary source")


# --- units ----------------------------------------------------------------------------------------

UNITS = [
    (form.name, key)
    for form in FORMS
    for key in words(FULL[form.name])
    if len(getattr(form.by_key[key], "factors", ())) > 1
]


@pytest.mark.parametrize(("name", "key"), UNITS)
@given(share=st.floats(0.02, 0.6))
def test_every_unit_gives_the_same(name: str, key: str, share: float) -> None:
    form = scores.form(name)
    asked = form.by_key[key]
    factors: dict[str, float] = dict(getattr(asked, "factors", {}))
    low, high = getattr(asked, "low", 0.0), getattr(asked, "high", 0.0)
    decimals = getattr(asked, "decimals", None)
    value = round(low + share * (high - low), 3 if decimals is None else decimals)
    answers = []
    for unit, factor in factors.items():
        told = {**words(FULL[name]), key: f"{value / factor!r}{'' if unit == '1' else unit}"}
        found = form.read(told)
        answers.append((found.value, found.band, found.missing))
    assert answers.count(answers[0]) == len(answers)


@pytest.mark.parametrize(
    ("edge", "group"),
    [
        ("bilirubin=17umol/L", "A"),
        ("bilirubin=0.9939mg/dL", "A"),
        ("bilirubin=1.0mg/dL", "B"),
        ("albumin=36g/L", "A"),
        ("albumin=3.6g/dL", "A"),
        ("albumin=3.59g/dL", "B"),
        ("size=7cm", "A"),
    ],
)
def test_an_edge_is_that_edge_in_every_unit(edge: str, group: str) -> None:
    found = scores.read("hap", words(FULL["hap"]) | words(edge))
    assert found.band == f"HAP {group}"


def test_an_edge_of_a_patients_lab_is_that_edge() -> None:
    labs = (
        Lab.from_unit("bilirubin", 17.0, "umol/L", None),
        Lab.from_unit("albumin", 36.0, "g/L", None),
        Lab.from_unit("afp", 400.0, "ng/mL", None),
    )
    assert scores.read("hap", {"size": "70mm"}, patient(labs=labs)).band == "HAP A"


def test_a_patient_in_either_unit_is_the_same_patient() -> None:
    us = (("bilirubin", 1.2, "mg/dL"), ("albumin", 3.8, "g/dL"), ("creatinine", 1.1, "mg/dL"))
    si = (
        ("bilirubin", 1.2 * 17.104, "umol/L"),
        ("albumin", 38.0, "g/L"),
        ("creatinine", 1.1 * 88.42, "umol/L"),
    )
    answers = []
    for labs in (us, si):
        who = patient(
            labs=tuple(Lab.from_unit(key, value, unit, None) for key, value, unit in labs),
            age_years=70.0,
            weight_kg=80.0,
            sex=Sex.FEMALE,
        )
        answers.append(
            [scores.read(name, {}, who).value for name in ("albi", "ez-albi", "cockcroft-gault")]
        )
    assert answers[0] == answers[1]
    assert None not in answers[0]


# --- domains --------------------------------------------------------------------------------------


@BY_NAME
def test_both_sides_of_every_domain(form: Form) -> None:
    for key in words(FULL[form.name]):
        asked = form.by_key[key]
        low, high = getattr(asked, "low", None), getattr(asked, "high", None)
        if low is None or high is None:
            with pytest.raises(CareError, match="allowed"):
                form.read({key: "perhaps"})
            continue
        assert asked.checked(low) == low
        assert asked.checked(high) == high
        for outside in (low - 1e-3 - abs(low) * 1e-3, high * 1.001 + 1e-3, math.nan):
            with pytest.raises(CareError, match="allowed"):
                asked.checked(outside)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"bilirubn": "1mg/dL"}, r"no input 'bilirubn'; did you mean 'bilirubin'\?"),
        ({"bilirubin": "high"}, "write a number and a unit"),
        ({"bilirubin": "<0.2mg/dL"}, "write a number and a unit"),
        ({"bilirubin": "1,2mg/dL"}, "write a number and a unit|not told in"),
        ({"bilirubin": "1.2"}, "has no unit; allowed: mg/dL, umol/L"),
        ({"bilirubin": "1.2mmol/L"}, "is not told in 'mmol/L'"),
    ],
)
def test_a_refusal_says_what_is_allowed(told: dict[str, str], said: str) -> None:
    with pytest.raises(CareError, match=said):
        scores.read("albi", told)


def test_a_score_that_is_not_there_is_refused_with_a_close_one() -> None:
    with pytest.raises(CareError, match=r"did you mean 'meld'\?"):
        scores.form("melt")


@given(st.text(max_size=20))
def test_no_words_end_in_a_traceback(text: str) -> None:
    for name in ("albi", "child-pugh", "halimi"):
        form = scores.form(name)
        for key in form.by_key:
            with contextlib.suppress(CareError):
                form.read({key: text})


# --- patients -------------------------------------------------------------------------------------


def test_a_patient_fills_what_is_known_and_words_go_first() -> None:
    who = patient(
        labs=(Lab.from_unit("creatinine", 1.2, "mg/dL", None),),
        age_years=70.0,
        weight_kg=80.0,
        sex=Sex.MALE,
    )
    found = scores.read("cockcroft-gault", {}, who)
    assert found.value == pytest.approx(70 * 80 / (72 * 1.2))
    assert found.inputs["creatinine"] == "1.2 mg/dL (drawn: not told)"
    heavy = scores.read("cockcroft-gault", {"weight": "100kg"}, who)
    assert heavy.value == pytest.approx(70 * 100 / (72 * 1.2))
    assert scores.read("cockcroft-gault", {"weight": "unknown"}, who).missing == ("weight",)


def test_a_list_that_nobody_called_complete_says_no_to_nothing() -> None:
    rest = words("kidney=native anaemia=no sex=male acute_kidney_failure=no")
    assert scores.read("kaczmarek", rest, patient()).missing == ("heart_failure",)
    whole = patient(conditions_complete=True)
    assert scores.read("kaczmarek", rest, whole).value == 0.0
    ill = patient(conditions=(Condition("heart-failure"),))
    assert scores.read("kaczmarek", rest, ill).value == 1.0


def test_an_empty_patient_makes_every_score_unknown() -> None:
    who = patient(drugs=(Drug("apixaban", "apixaban"),))
    for form in FORMS:
        assert not form.read({}, who).known


def test_labs_of_forms_are_labs() -> None:
    for form in FORMS:
        for asked in form.inputs:
            if asked.key in {"bilirubin", "albumin", "creatinine", "inr", "sodium", "afp"}:
                assert set(analyte(asked.key).factors) == set(getattr(asked, "factors", ()))


# --- docs -----------------------------------------------------------------------------------------


def test_the_reference_has_every_score_and_every_input() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/scores.md").read_text(encoding="utf-8")
    words_of = {
        "": "primary",
        SECONDARY_STAMP: "secondary",
        MEMORY_STAMP: "memory: to be confirmed",
    }
    for form in FORMS:
        rows = [line for line in page.splitlines() if line.startswith(f"| `{form.name}` |")]
        assert len(rows) == 2
        assert f"| {words_of[form.stamp]}" in rows[0]
        for asked in form.inputs:
            domain = "" if asked.yes_no else f" {asked.domain}"
            assert f"`{asked.key}`{domain}" in rows[1]
