"""Who may decide, for how long, and what one decision settles: never better than as it was told."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.care.clearance_cases import (
    CLEAR,
    DRAWN,
    HIGH,
    NOW,
    ONCE,
    START,
    TWICE,
    asked,
    cleared,
    decided,
    found,
    lab,
    told,
    with_condition,
    with_decision,
    with_drug,
    with_lab,
)

from seldinger.care.clearance import Answer, profile_file, rules
from seldinger.care.clearance import text as texts
from seldinger.care.clearance.assess import _judged, assess
from seldinger.care.clearance.decided import VALIDITY, may_decide, parse_parties
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from seldinger.care.clearance import Case, Clearance

ORDER = tuple(Answer)
RULES = Path("src/seldinger/care/data")
AF = with_condition(
    with_drug(HIGH, "apixaban", times=TWICE, reason="atrial-fibrillation"), "atrial-fibrillation"
)
HOLD = "sir2019.high.apixaban.crcl_50"


def as_told(case: Case) -> Clearance:
    """Every decision taken at its word."""
    return _judged(case, NOW, profile_file.default_profile(), rules.tables())


def rank(made: Clearance) -> int:
    return ORDER.index(made.answer)


def asked_by(data: Any) -> set[str]:
    """Every "decides" of a table, however deep."""
    if isinstance(data, dict):
        own = {value for key, value in data.items() if key == "decides" and value}
        return own.union(*map(asked_by, data.values()))
    return set().union(*map(asked_by, data)) if isinstance(data, list) else set()


def test_every_rule_asks_somebody_whom_a_role_can_name() -> None:
    tables = [tomllib.loads(one.read_text("utf-8")) for one in RULES.rglob("*.toml")]
    everybody = set().union(*map(asked_by, tables))
    assert len(everybody) > 40
    assert [one for one in everybody if not parse_parties(one)] == []
    # Those written in code.
    for one in ("the operator, or a local profile", "a paediatric team", "who prescribes it"):
        assert parse_parties(one)


@pytest.mark.parametrize(
    ("role", "asks", "may"),
    [
        ("cardiologist", "cardiology", True),
        ("Consultant Cardiologist", "cardiology", True),
        ("interventional cardiologist", "the operator", False),
        ("interventional radiologist", "the operator", True),
        ("interventional radiologist", "cardiology", False),
        ("neuroradiologist, operator", "neurology", False),
        ("cardiology nurse", "cardiology", False),
        ("radiologic technologist", "the operator", False),
        ("radiographer", "the operator", False),
        ("medical student, cardiology", "cardiology", False),
        ("nephrologist", "the operator with nephrology", True),
        ("haematologist", "the operator, with haematology or who prescribes the drug", True),
        ("general practitioner", "who prescribes it", True),
        ("secretary", "who prescribes it", False),
        ("friend of the patient", "who prescribes it", False),
        ("friend of the patient", "who may consent", True),
        ("", "the operator", False),
        ("head", "the operator", False),
        ("anybody", "", True),
        ("anybody", "the chaplain", False),
    ],
)
def test_a_role_is_one_of_those_who_are_asked(role: str, asks: str, may: bool) -> None:
    assert may_decide(role, asks) is may


def test_to_go_on_against_the_source_takes_the_operator_too() -> None:
    alone = with_decision(AF, "apixaban", "continue", "cardiologist")
    assert as_told(alone).answer is Answer.CLEAR
    made = cleared(alone)
    assert made.answer is Answer.CONDITIONAL
    assert "the operator: apixaban" in made.decides
    assert made.drugs[0].decision is None
    text = found(made, HOLD).text
    assert "Told, and does not count: continue: decided by B. Vale, cardiologist" in text
    assert text.endswith("the profile asks the operator.")
    both = cleared(with_decision(alone, "apixaban", "continue", "interventional radiologist"))
    assert both.answer is Answer.CLEAR
    text = found(both, HOLD).text
    assert "B. Vale, interventional radiologist; B. Vale, cardiologist, 2026" in text
    # The operator alone does not know what the drug is for.
    made = cleared(with_decision(AF, "apixaban", "continue", "operator"))
    assert made.answer is Answer.CONDITIONAL
    assert "cardiology or who prescribes it: apixaban" in made.decides


def test_they_must_agree() -> None:
    case = with_decision(AF, "apixaban", "hold", "cardiologist", NOW - dt.timedelta(days=1))
    made = cleared(with_decision(case, "apixaban", "continue", "operator"))
    assert made.answer is Answer.CONDITIONAL
    assert made.drugs[0].decision is None
    assert cleared(case).answer is Answer.CLEAR


def test_a_hold_by_somebody_else_is_only_told() -> None:
    made = cleared(with_decision(AF, "apixaban", "hold", "ward nurse"))
    assert made.answer is Answer.CONDITIONAL
    assert "the profile asks cardiology" in found(made, HOLD).text
    # Nothing speaks against this hold: it needs nobody.
    plain = with_drug(HIGH, "apixaban", times=TWICE, reason="none")
    assert cleared(with_decision(plain, "apixaban", "hold", "ward nurse")).answer is Answer.CLEAR


def test_a_decision_that_does_not_count_never_helps() -> None:
    needed = asked(
        with_drug(HIGH, "clopidogrel", times=ONCE),
        procedure="carotid-stent", organ=None, access="femoral-artery",
    )  # fmt: skip
    against = with_decision(needed, "clopidogrel", "hold", "ward nurse")
    assert cleared(against).answer is as_told(against).answer is Answer.NOT_CLEAR
    # Two classes are open: taken as the strict one, the platelets are too few.
    open_class = with_lab(asked(CLEAR["embolization"], decisions=()), "platelets", 25.0, "10*9/L")
    strict = with_decision(open_class, "sir2019.class", "high", "ward nurse")
    assert as_told(strict).answer is Answer.NOT_CLEAR
    assert cleared(strict).answer is Answer.NOT_CLEAR


def test_the_class_is_for_the_operator_to_choose() -> None:
    case = asked(CLEAR["embolization"], decisions=())
    made = cleared(with_decision(case, "sir2019.class", "low", "cardiologist"))
    assert made.bleeding.value is None
    assert "the profile asks the operator" in found(made, "sir2019.class").text
    assert cleared(with_decision(case, "sir2019.class", "low", "operator")).bleeding.value == "low"


def test_a_decision_ages() -> None:
    old = START - dt.timedelta(days=VALIDITY.value, hours=1)
    sepsis = with_condition(HIGH, "sepsis")
    for at, counts in ((old, False), (NOW, True)):
        made = cleared(with_decision(sepsis, "condition.sepsis", "treated", at=at))
        one = found(made, "condition.sepsis.stops")
        assert (one.status is Status.MET) is counts
        assert ("30.0 d old at the start, at most 30" in one.text) is not counts
    assert any(one.name == VALIDITY.name for one in made.assumptions)
    local = replace(profile_file.default_profile(), alarms={VALIDITY.name: 60.0})
    made = assess(with_decision(sepsis, "condition.sepsis", "treated", at=old), NOW, local)
    assert found(made, "condition.sepsis.stops").status is Status.MET


def test_a_value_that_was_drawn_since_overtakes_a_decision() -> None:
    case = with_lab(HIGH, "inr", 2.4, "{INR}")
    rule = next(one.id for one in cleared(case).findings if one.status is Status.NOT_MET)
    after = with_decision(case, rule, "accepted")
    before = with_decision(case, rule, "accepted", at=DRAWN - dt.timedelta(hours=3))
    assert found(cleared(after), rule).status is Status.MET
    made = cleared(before)
    assert made.answer is Answer.NOT_CLEAR
    assert "before the last inr of 2026-11-25 08:00" in found(made, rule).text
    # One of a lab that the rule does not look at overtakes nothing.
    other = told(before, labs=(*before.patient.labs, lab("crp", 5.0, "mg/L", NOW)))
    early = replace(other, patient=replace(other.patient, labs=tuple(
        replace(one, taken=DRAWN - dt.timedelta(hours=4)) if one.key == "inr" else one
        for one in other.patient.labs
    )))  # fmt: skip
    assert found(cleared(early), rule).status is Status.MET


def test_a_decision_about_a_question_lists_every_rule_it_settles() -> None:
    case = with_condition(HIGH, "sepsis")
    made = cleared(with_decision(case, "condition.sepsis", "treated"))
    listed = found(made, "case.decision_of.condition.sepsis")
    assert "condition.sepsis.stops" in listed.text
    assert listed.severity is Severity.CAUTION
    assert any(listed.text in line for line in texts.format_lines(made, everything=False))
    own = cleared(with_decision(case, "condition.sepsis.stops", "treated"))
    assert "case.decision_of.condition.sepsis.stops" not in {one.id for one in own.findings}


DRUGS = frozenset({"apixaban", "clopidogrel", "aspirin", "warfarin", "metformin"})
CLASS = {"hold": "high", "continue": "low"}
ABOUT = st.sampled_from(
    ["apixaban", "clopidogrel", "aspirin", "warfarin", "sir2019.class", "condition.sepsis",
     "condition.sepsis.stops", "metformin", "contrast.metformin", "antibiotics",
     "sir2019.high.inr", "sir2019.high.platelets", "recorded.condition.other"]
)  # fmt: skip
ROLES = ["cardiologist", "operator", "ward nurse", "haematologist", "operator, with cardiology"]
DECISION = st.builds(
    lambda about, what, role, days: decided(
        about, what if about in DRUGS else CLASS[what] if about.endswith("class") else
        "accepted", role, NOW - dt.timedelta(days=days)),
    ABOUT, st.sampled_from(["hold", "continue"]), st.sampled_from(ROLES), st.integers(0, 40),
)  # fmt: skip


@given(
    name=st.sampled_from(sorted(CLEAR)),
    drugs=st.sets(st.sampled_from(sorted(DRUGS)), max_size=2),
    conditions=st.sets(
        st.sampled_from(["atrial-fibrillation", "coronary-stent", "sepsis"]), max_size=2
    ),
    inr=st.sampled_from([1.1, 1.7, 2.5]),
    decisions=st.lists(DECISION, min_size=1, max_size=4),
)
def test_weighing_decisions_never_makes_an_answer_better(
    name: str, drugs: set[str], conditions: set[str], inr: float, decisions: list[Any]
) -> None:
    case = with_lab(asked(CLEAR[name], decisions=()), "inr", inr, "{INR}")
    for drug in sorted(drugs):
        case = with_drug(case, drug, times=ONCE)
    for condition in sorted(conditions):
        case = with_condition(case, condition, dt.date(2026, 1, 1))
    case = asked(case, decisions=tuple(decisions))
    made, plain = cleared(case), as_told(case)
    assert rank(made) >= rank(plain)
    assert made.answer is max((one.answer for one in made.topics), key=ORDER.index)
    for now, then in zip(made.topics, plain.topics, strict=True):
        assert ORDER.index(now.answer) >= ORDER.index(then.answer)
    # What is printed as decided was decided by somebody who may, and lately.
    for plan in made.drugs:
        if plan.decision is not None:
            assert "nurse" not in plan.decision.role or not plan.decides
