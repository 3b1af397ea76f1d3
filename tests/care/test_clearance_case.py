"""A whole case: unknown never clears, worse never removes, units do not matter."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.clearance_cases import (
    APIXABAN,
    CLEAR,
    EMBOLIZATION,
    FEMORAL,
    HIGH,
    NOW,
    START,
    TWICE,
    asked,
    cleared,
    found,
    lab,
    rules,
    told,
    with_decision,
    with_drug,
    with_lab,
)

from seldinger.care.clearance import Answer, RadialArtery, assess
from seldinger.care.clearance import profile_file as profiles
from seldinger.core.verdict import Status

if TYPE_CHECKING:
    from seldinger.care.clearance import Clearance

# --- unknown never clears -------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLEAR)
def test_where_nothing_is_missing_the_patient_is_clear(name: str) -> None:
    made = cleared(CLEAR[name])
    assert made.answer is Answer.CLEAR, [f for f in made.findings if f.status is not Status.MET]
    assert not made.missing
    assert not made.stops


PATIENT_INPUTS: dict[str, Any] = {
    "age_years": None,
    "drugs_complete": False,
    "conditions_complete": False,
}
DROPPED: list[tuple[str, str, dict[str, Any]]] = [
    *((name, key, {key: value}) for name in CLEAR for key, value in PATIENT_INPUTS.items()),
    *((name, "sex", {"sex": None, "pregnant": None, "age_years": 40.0}) for name in CLEAR),
    ("woman", "pregnant", {"pregnant": None, "age_years": 40.0}),
    ("liver biopsy", "asa_class", {"asa_class": None}),
    ("apixaban", "weight_kg", {"weight_kg": None}),
    ("apixaban", "dialysis", {"dialysis": None}),
    ("apixaban", "acute_kidney_injury", {"acute_kidney_injury": None}),
    ("apixaban", "time_zone", {"time_zone": None}),
    ("contrast", "acute_kidney_injury", {"acute_kidney_injury": None}),
    ("contrast", "dialysis", {"dialysis": None}),
    ("contrast", "allergies_complete", {"allergies_complete": False}),
    ("embolization", "allergies_complete", {"allergies_complete": False}),
]


@pytest.mark.parametrize(
    ("name", "changes"), [(n, c) for n, _, c in DROPPED], ids=[f"{n}, {k}" for n, k, _ in DROPPED]
)
def test_without_something_of_the_patient_it_is_unknown(name: str, changes: dict[str, Any]) -> None:
    if name == "embolization" and changes == {"conditions_complete": False}:
        changes = {**changes, "conditions": ()}
    made = cleared(told(CLEAR[name], **changes))
    assert made.answer is Answer.UNKNOWN
    assert made.missing


REQUEST_INPUTS = {
    "liver biopsy": ("organ", "urgency", "start", "contrast", "sedation", "local_anaesthetic"),
    "thyroid biopsy": ("organ", "urgency", "start", "contrast", "sedation"),
    "leg stent": ("access", "sheath_french", "contrast", "start"),
    "ablation": ("organ", "technique", "sedation"),
    "embolization": ("contrast",),
}


@pytest.mark.parametrize(
    ("name", "key"), [(name, key) for name, keys in REQUEST_INPUTS.items() for key in keys]
)
def test_without_something_of_the_request_it_is_unknown(name: str, key: str) -> None:
    made = cleared(asked(CLEAR[name], **{key: None}))
    assert made.answer is Answer.UNKNOWN
    assert made.missing or key == "organ"


@pytest.mark.parametrize("name", ["liver biopsy", "apixaban", "ablation", "embolization"])
@pytest.mark.parametrize("key", ["inr", "platelets", "haemoglobin"])
def test_high_risk_is_never_clear_without_its_labs(name: str, key: str) -> None:
    made = cleared(with_lab(CLEAR[name], key, None))
    assert made.answer is Answer.UNKNOWN
    assert len(made.missing) == 1


@pytest.mark.parametrize(
    ("name", "key"),
    [("apixaban", "creatinine"), ("embolization", "fibrinogen")],
)
def test_nor_without_the_labs_that_other_rules_need(name: str, key: str) -> None:
    assert cleared(with_lab(CLEAR[name], key, None)).answer is Answer.UNKNOWN


@pytest.mark.parametrize("organ", ["liver", "left kidney", "spleen"])
@pytest.mark.parametrize("lost", ["inr", "platelets"])
@pytest.mark.parametrize("decision", ["inr", "sir2019.high.inr", "sir2019.high.platelets"])
def test_nobody_can_decide_a_missing_lab_away(organ: str, lost: str, decision: str) -> None:
    case = with_decision(with_lab(asked(HIGH, organ=organ), lost, None), decision, "go on")
    assert cleared(case).answer is Answer.UNKNOWN


def test_labs_grow_old() -> None:
    def drawn(days: float) -> Clearance:
        when = START - dt.timedelta(days=days)
        return cleared(told(HIGH, labs=tuple(replace(x, taken=when) for x in HIGH.patient.labs)))

    assert drawn(30.0).answer is Answer.CLEAR
    old = drawn(30.1)
    assert old.answer is Answer.UNKNOWN
    assert "a newer INR" in old.missing
    (assumed,) = (one for one in old.assumptions if one.name == "lab_validity_d")
    assert (assumed.name, assumed.value, assumed.edited) == ("lab_validity_d", 30.0, False)
    assert "no source" in assumed.reason


@pytest.mark.parametrize("taken", [None, NOW + dt.timedelta(hours=1)])
def test_a_lab_without_a_time_or_from_the_future_is_unknown(taken: dt.datetime | None) -> None:
    rest = tuple(x for x in HIGH.patient.labs if x.key != "inr")
    made = cleared(told(HIGH, labs=(*rest, lab("inr", 1.1, "{INR}", taken))))
    assert made.answer is Answer.UNKNOWN
    assert "INR" in " ".join(made.missing)


# --- units, and what gets worse -------------------------------------------------------------------


@pytest.mark.parametrize("creatinine", [0.6, 0.9, 1.1, 1.7, 3.4])
@pytest.mark.parametrize("platelets", [49.9, 50.0, 180.0])
def test_si_and_us_units_give_the_same(creatinine: float, platelets: float) -> None:
    us = with_lab(with_lab(APIXABAN, "creatinine", creatinine, "mg/dL"), "platelets", platelets,
                  "10*9/L")  # fmt: skip
    si = with_lab(with_lab(APIXABAN, "creatinine", creatinine * 88.42, "umol/L"), "platelets",
                  platelets * 1000.0, "/uL")  # fmt: skip
    first, second = cleared(us), cleared(si)
    assert first.answer == second.answer
    assert first.timetable == second.timetable
    assert [(f.id, f.status) for f in first.findings] == [(f.id, f.status) for f in second.findings]


def unmet(made: Clearance) -> set[str]:
    return {
        one.id for one in (*made.findings, *made.alternatives)
        if one.status is not Status.MET or one.topic == "access"
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["liver biopsy", "thyroid biopsy", "leg stent", "embolization"]),
    inr=st.floats(0.8, 6.0),
    worse_inr=st.floats(0.0, 4.0),
    platelets=st.floats(5.0, 300.0),
    share=st.floats(0.0, 1.0),
)
def test_a_worse_lab_never_removes_a_finding(
    name: str, inr: float, worse_inr: float, platelets: float, share: float
) -> None:
    def judged(ratio: float, count: float) -> Clearance:
        case = with_lab(CLEAR[name], "inr", ratio, "{INR}")
        return cleared(with_lab(case, "platelets", count, "10*9/L"))

    better, worse = judged(inr, platelets), judged(inr + worse_inr, platelets * share)
    assert unmet(better) <= unmet(worse)
    order = tuple(Answer)
    assert order.index(better.answer) <= order.index(worse.answer)


# --- the class ------------------------------------------------------------------------------------


def test_a_case_in_rows_of_both_classes_names_both_and_shows_the_rules_of_both() -> None:
    made = cleared(asked(EMBOLIZATION, decisions=()))
    text = found(made, "sir2019.class").text
    assert made.bleeding.value is None
    assert "Source ambiguous" in text
    assert "embolotherapy" in text
    assert "mesenteric" in text
    assert {"sir2019.low.platelets_liver", "sir2019.high.platelets_liver"} <= rules(made)


def test_a_case_in_no_row_is_ambiguous_too() -> None:
    for sheath in (6.0, 7.0):
        made = cleared(asked(FEMORAL, sheath_french=sheath))
        assert made.answer is Answer.CLEAR
        assert made.bleeding.value is None
        assert "every class ends alike" in found(made, "sir2019.class").text
        held = cleared(with_drug(asked(FEMORAL, sheath_french=sheath), "apixaban", times=TWICE))
        assert held.answer is Answer.CONDITIONAL
        assert any(one.startswith("if high risk: last dose of Apix") for one in held.conditions)
        assert "no row of either class" in found(held, "sir2019.class").text
    assert cleared(asked(HIGH, organ="left lung")).bleeding.value is None


def test_while_the_class_is_open_only_what_fails_in_both_is_not_clear() -> None:
    case = asked(EMBOLIZATION, decisions=EMBOLIZATION.request.decisions[1:])
    assert cleared(with_lab(case, "platelets", 25.0, "10*9/L")).answer is Answer.CONDITIONAL
    assert cleared(with_lab(case, "platelets", 19.0, "10*9/L")).answer is Answer.NOT_CLEAR


def test_no_profile_and_nobody_turns_a_clear_row_round() -> None:
    local = replace(profiles.default_profile(), classes={"biopsy": "low"})
    case = with_decision(HIGH, "sir2019.class", "low")
    assert assess(case, NOW, local).bleeding.value == "high"


def test_of_children_the_consensus_says_nothing() -> None:
    made = cleared(told(APIXABAN, age_years=17.0))
    assert made.answer is Answer.CONDITIONAL
    assert any("paediatric" in one for one in made.decides)
    assert not any(one.id.startswith("sir2019.high.inr") for one in made.findings)
    assert "silent" in found(made, "sir2019.any.apixaban").text


@pytest.mark.parametrize("creatinine", [5.8, 12.0])
def test_below_a_clearance_of_15_the_source_is_silent(creatinine: float) -> None:
    made = cleared(with_lab(APIXABAN, "creatinine", creatinine, "mg/dL"))
    assert "source silent" in found(made, "sir2019.high.apixaban").text
    assert made.answer is Answer.CONDITIONAL
    assert cleared(told(APIXABAN, dialysis=True)).answer is Answer.CONDITIONAL


# --- ways in --------------------------------------------------------------------------------------

WRIST = RadialArtery("A", 2.6, tortuous=False, occluded=False)


@pytest.mark.parametrize(
    ("inr", "wrist", "sheath", "status"),
    [
        (1.9, WRIST, 5.0, Status.MET),
        (2.19, WRIST, 5.0, Status.MET),
        (2.2, WRIST, 5.0, Status.NOT_MET),
        (1.9, replace(WRIST, barbeau="D"), 5.0, Status.NOT_MET),
        (1.9, replace(WRIST, diameter_mm=1.9), 5.0, Status.NOT_MET),
        (1.9, replace(WRIST, diameter_mm=2.0), 5.0, Status.MET),
        (1.9, replace(WRIST, tortuous=True), 5.0, Status.NOT_MET),
        (1.9, replace(WRIST, occluded=True), 5.0, Status.NOT_MET),
        (1.9, RadialArtery(), 5.0, Status.UNKNOWN),
        (1.9, replace(WRIST, diameter_mm=None), 5.0, Status.UNKNOWN),
    ],
)
def test_the_wrist_where_the_groin_fails(
    inr: float, wrist: RadialArtery, sheath: float, status: Status
) -> None:
    case = asked(with_lab(FEMORAL, "inr", inr, "{INR}"), radial=wrist, sheath_french=sheath)
    made = cleared(case)
    assert made.answer is Answer.NOT_CLEAR
    assert found(made, "access.radial").status is status


def test_a_narrow_wrist_is_said_and_dialysis_excludes_it() -> None:
    case = with_lab(FEMORAL, "inr", 1.9, "{INR}")
    narrow = cleared(asked(case, radial=replace(WRIST, diameter_mm=2.5)))
    assert "occludes more often" in found(narrow, "access.radial").text
    on_dialysis = cleared(told(asked(case, radial=WRIST), dialysis=True))
    assert found(on_dialysis, "access.radial").status is Status.NOT_MET


def test_no_alternative_where_none_is_needed() -> None:
    assert not cleared(FEMORAL).alternatives
    assert not cleared(HIGH).alternatives


def test_the_vein_for_a_liver_that_may_bleed() -> None:
    made = cleared(with_lab(HIGH, "platelets", 30.0, "10*9/L"))
    assert "ransjugular" in found(made, "access.transjugular").text
    vein = asked(with_lab(HIGH, "platelets", 30.0, "10*9/L"), procedure="transjugular-liver-biopsy",
                 access="jugular")  # fmt: skip
    assert cleared(vein).answer is Answer.CLEAR


def test_another_artery_is_not_taken_for_one_of_the_two() -> None:
    made = cleared(asked(FEMORAL, access="brachial-artery"))
    assert made.answer is Answer.CONDITIONAL
    assert "silent" in found(made, "sir2019.low.inr_other_artery").text
