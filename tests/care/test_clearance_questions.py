"""Emergencies, and what else is asked: contrast, fasting, antibiotics, local rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.care.clearance_cases import (
    ABLATION,
    APIXABAN,
    CONTRAST,
    HIGH,
    LOW,
    NOW,
    START,
    WOMAN,
    asked,
    cleared,
    decided,
    found,
    rules,
    told,
    with_condition,
    with_decision,
    with_drug,
    with_lab,
)

from seldinger.care.clearance import Answer, assess, headline
from seldinger.care.clearance import file as clearance_file
from seldinger.care.clearance import profile_file as profiles
from seldinger.care.clearance.profile import Maximum
from seldinger.care.patient import Allergy
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP

# --- emergencies ----------------------------------------------------------------------------------


def test_an_emergency_says_who_decides_and_invents_no_agent() -> None:
    case = asked(told(APIXABAN, drugs_complete=False), urgency="emergency")
    made = cleared(case)
    assert made.emergency
    assert made.findings[0].id == "emergency"
    assert "anaesthesia" in made.decides[0]
    assert "local protocol" in found(made, "emergency.reversal.apixaban").text
    assert not made.stops


def test_cangrelor_stops_what_can_wait_and_no_emergency() -> None:
    case = with_drug(HIGH, "cangrelor", route="iv")
    waits = cleared(case)
    assert [one.id for one in waits.stops] == ["sir2019.high.cangrelor"]
    assert waits.answer is Answer.NOT_CLEAR
    now = cleared(asked(case, urgency="emergency"))
    assert not now.stops
    (plan,) = now.drugs
    assert plan.last_dose == START - dt.timedelta(hours=1)


# --- other questions ------------------------------------------------------------------------------


def test_two_authorities_about_metformin_both_stand_and_nobody_wins_silently() -> None:
    made = cleared(with_lab(CONTRAST, "egfr", 45.0, "mL/min/{1.73_m2}"))
    assert {"acr2026.metformin.no_hold", "fda.metformin.hold", "contrast.metformin"} <= rules(made)
    assert made.answer is Answer.CONDITIONAL
    case = with_decision(with_lab(CONTRAST, "egfr", 45.0, "mL/min/{1.73_m2}"), "metformin", "hold")
    assert cleared(case).answer is Answer.CLEAR
    back = next(d for d in cleared(case).timetable if d.rule == "fda.metformin.hold")
    assert back.when == START + dt.timedelta(hours=48)


def test_no_premedication_is_made_up() -> None:
    reacted = told(CONTRAST, allergies=(Allergy("iohexol", "severe"),))
    made = cleared(reacted)
    assert made.answer is Answer.CONDITIONAL
    assert any("allergology" in one for one in made.decides)
    assert "2025" in found(made, "contrast.allergy.reacted").text
    assert "50 mg" not in clearance_file.to_json(made)
    shellfish = cleared(told(CONTRAST, allergies=(Allergy("shellfish", "mild"),)))
    assert shellfish.answer is Answer.CLEAR
    assert "no reason" in found(shellfish, "contrast.iodine.no_reason").text


@pytest.mark.parametrize("drug", ["semaglutide", "empagliflozin"])
def test_drugs_that_need_a_local_rule(drug: str) -> None:
    made = cleared(with_drug(HIGH, drug))
    assert made.answer is Answer.CONDITIONAL
    assert "local rule" in " ".join(one.text for one in made.findings)
    assert cleared(with_drug(LOW, drug)).answer is Answer.CLEAR


def test_memory_is_shown_and_drives_nothing() -> None:
    made = cleared(asked(ABLATION, decisions=()))
    one = found(made, "antibiotics.liver_ablation")
    assert (one.status, one.stamp) == (Status.UNKNOWN, SECONDARY_STAMP)
    paced = cleared(asked(with_condition(ABLATION, "pacemaker"), decisions=()))
    from_memory = [each for each in paced.findings if each.stamp == MEMORY_STAMP]
    assert "pacemaker.radiofrequency" in {each.id for each in from_memory}
    assert all(each.status is Status.UNKNOWN for each in from_memory)


def test_whatever_rests_on_a_copy_says_so() -> None:
    made = cleared(APIXABAN)
    driven = [one for one in made.findings if any(f.startswith("bleeding.") for f in one.facts)]
    assert len(driven) >= 5
    assert all(one.stamp.startswith(SECONDARY_STAMP) for one in driven)
    assert all(one.profile == "us-sir2019" for one in made.findings)


def test_fasting_as_clock_times() -> None:
    when = {one.rule: one.when.hour for one in cleared(HIGH).timetable}
    assert when["asa2023.clear_fluids"] == 8
    assert when["asa2017.light_meal"] == 4
    assert when["asa2017.fatty_meal"] == 2
    drank = asked(HIGH, intake={"clear_fluids": START - dt.timedelta(hours=1, minutes=59)})
    assert cleared(drank).answer is Answer.NOT_CLEAR
    in_time = asked(HIGH, intake={"clear_fluids": START - dt.timedelta(hours=2)})
    assert cleared(in_time).answer is Answer.CLEAR


def test_open_bile_ducts_are_a_red_flag() -> None:
    made = cleared(with_condition(ABLATION, "sphincterotomy"))
    assert made.answer is Answer.NOT_CLEAR
    assert "440 days" in found(made, "antibiotics.biliary.open").text
    given_case = with_decision(with_condition(ABLATION, "sphincterotomy"), "antibiotics.biliary",
                               "a long course")  # fmt: skip
    assert cleared(given_case).answer is Answer.CLEAR


def test_the_antibiotic_has_its_time() -> None:
    case = asked(HIGH, decisions=(decided("antibiotics", "cefazolin"),))
    (due,) = (one for one in cleared(case).timetable if "cefazolin" in one.what)
    assert due.when == START - dt.timedelta(hours=1)


def test_fibroids_and_pregnancy_stop() -> None:
    case = asked(told(WOMAN, pregnant=True), procedure="fibroid-embolization", organ=None)
    assert [one.id for one in cleared(case).stops] == ["pregnancy.fibroids"]
    assert found(cleared(told(WOMAN, pregnant=True)), "pregnancy.yes").severity is Severity.ACTION


def test_a_maximum_of_local_anaesthetic_is_the_labels_or_the_departments() -> None:
    other = cleared(asked(HIGH, local_anaesthetic="ropivacaine"))
    assert "no maximum stands here" in found(other, "local-anaesthetic").text
    case = asked(HIGH, local_anaesthetic="lidocaine")
    for weight, most in ((80.0, 300), (50.0, 225)):
        labelled = found(cleared(told(case, weight_kg=weight)), "local-anaesthetic")
        assert f"at most {most} mg by the label" in labelled.text
    local = replace(
        profiles.default_profile(), anaesthetics={"lidocaine": Maximum(3.0, "the pharmacy")}
    )
    made = assess(case, NOW, local)
    assert made.answer is Answer.CLEAR
    assert "240 mg" in found(made, "local-anaesthetic").text


def test_a_drug_that_is_not_recognised_is_unknown() -> None:
    case = with_drug(LOW, "eliquis2", recognised=False)
    made = cleared(case)
    assert made.answer is Answer.UNKNOWN
    assert "what eliquis2 is (did you mean eliquis?)" in made.missing


def test_few_findings_where_all_is_well() -> None:
    made = cleared(LOW)
    assert not [one for one in made.findings if one.severity is not Severity.INFO]
    assert headline.headline_line(made) == "CLEAR"


# --- allergies ----------------------------------------------------------------------------------


def test_nobody_is_cleared_while_allergies_are_not_all_told() -> None:
    for case in (HIGH, LOW, ABLATION):
        made = cleared(told(case, allergies_complete=False))
        assert made.answer is not Answer.CLEAR
        assert "all allergies (allergies_complete)" in made.missing


def test_an_allergy_to_the_planned_anaesthetic_stops() -> None:
    case = with_decision(asked(HIGH, local_anaesthetic="lidocaine"), "local-anaesthetic", "10 mL")
    assert cleared(case).answer is Answer.CLEAR
    other = cleared(told(case, allergies=(Allergy("penicillin", "mild"),)))
    assert other.answer is Answer.CLEAR
    for name in ("Lidocaine", "lignocaine", "Xylocaine 2 %", "XYLOCAINES"):
        made = cleared(told(case, allergies=(Allergy(name, "severe"),)))
        one = found(made, "anaesthetic.allergy.reacted")
        assert (one.status, one.severity) == (Status.NOT_MET, Severity.STOP)
        assert made.answer is Answer.NOT_CLEAR
