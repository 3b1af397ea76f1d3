"""Readiness: the patient's clearance answers the plan's question, and only where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seldinger import demo, evidence
from seldinger.care import procedures
from seldinger.care.clearance import Answer
from seldinger.catalogue.techniques import find_territory
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan import findings, readiness

if TYPE_CHECKING:
    from seldinger.care import Visit
    from seldinger.care.clearance import Clearance


def cleared(visit: Visit, procedure: str = "biopsy", organ: str | None = "liver") -> Clearance:
    found = readiness.assess_visit(procedure, organ, None, visit)
    assert found is not None
    return found


def without_inr() -> Visit:
    visit = demo.visit()
    patient = visit.patient
    labs = tuple(lab for lab in patient.labs if lab.key != "inr")
    return replace(visit, patient=replace(patient, labs=labs))


def test_without_a_patient_nobody_is_assessed() -> None:
    assert readiness.assess_visit("biopsy", "liver", None, None) is None


@pytest.mark.parametrize(
    ("file_says", "planned", "refused"),
    [
        ("kidney", "left renal artery", False),
        ("left kidney", "left renal artery", False),
        ("right kidney", "left renal artery", True),
        ("leg", "left renal artery", True),
    ],
)
def test_a_file_for_the_territory_holds_for_its_arteries_but_never_for_the_other_side(
    file_says: str, planned: str, refused: bool
) -> None:
    visit = demo.visit("renal-angioplasty", file_says)
    if refused:
        with pytest.raises(PlanError, match="write a file for this procedure"):
            readiness.check("angioplasty", planned, visit)
    else:
        readiness.check("angioplasty", planned, visit)
        assert cleared(visit, "angioplasty", planned).bleeding.value == "high"


@pytest.mark.parametrize(
    ("procedure", "planned"),
    [
        ("angioplasty", "left renal artery"),
        ("stent", "right common iliac artery"),
        ("drug-coated-balloon", "left superficial femoral artery"),
        ("dialysis-access", "left cephalic vein"),
    ],
)
def test_a_file_may_call_it_by_the_technique_or_by_the_key_of_its_clearance(
    procedure: str, planned: str
) -> None:
    told = []
    for name in (procedure, procedures.name_there(procedure, planned)):
        visit = demo.visit(str(name), find_territory(planned))
        readiness.check(procedure, planned, visit)
        told.append(cleared(visit, procedure, planned))
    assert told[0] == told[1]
    assert told[0].findings


def test_a_file_for_the_dialysis_access_is_for_its_vein() -> None:
    visit = demo.visit("dialysis-access", "dialysis access")
    readiness.check("dialysis-access", "dialysis-access", visit)
    with pytest.raises(PlanError, match="write a file for this procedure"):
        readiness.check("dialysis-access", "left renal artery", visit)


def test_what_was_decided_for_a_leg_does_not_clear_a_renal_artery() -> None:
    visit = demo.visit("peripheral-angioplasty", None)
    with pytest.raises(PlanError, match="peripheral-angioplasty"):
        readiness.check("angioplasty", "left renal artery", visit)
    readiness.check("angioplasty", "right femoral artery", visit)


def test_a_procedure_that_no_rule_knows_stays_unknown() -> None:
    visit = demo.visit("a stranger's")
    assert readiness.assess_visit("a stranger's", "liver", None, visit) is None


def test_a_clear_patient_meets_the_gate() -> None:
    found = cleared(demo.visit())
    assert found.answer is Answer.CLEAR
    answer = readiness.build_finding(found)
    assert answer.status is Status.MET
    assert "apixaban 4 doses" in answer.text
    assert "patel2019" in answer.sources


def test_a_missing_lab_never_clears_and_the_first_sentence_names_it() -> None:
    found = cleared(without_inr())
    assert found.answer is Answer.UNKNOWN
    answer = readiness.build_finding(found)
    assert answer.status is Status.UNKNOWN
    assert "INR" in findings.shorten_finding(answer)


def test_the_plan_says_what_is_done_and_where() -> None:
    visit = demo.visit("ablation", None)
    found = readiness.assess_visit("ablation", "left kidney", "cold", visit)
    assert found is not None
    request = found.case.request
    assert (request.procedure, request.organ, request.technique) == (
        "ablation", "left kidney", "cold",
    )  # fmt: skip
    assert request.access == "percutaneous"


def test_depth_decides_the_class_of_a_drain() -> None:
    deep, shallow = (
        cleared(demo.visit("drainage", None, d), "drainage", None) for d in ("deep", "superficial")
    )
    assert (deep.bleeding.value, shallow.bleeding.value) == ("high", "low")
    assert [d.act for d in shallow.drugs if d.drug == "apixaban"] == ["continue"]


def test_what_was_decided_about_one_procedure_clears_no_other() -> None:
    """No antibiotic for a biopsy is none for a gallbladder full of germs."""
    biopsy = demo.visit()
    readiness.check("biopsy", "liver", biopsy)
    readiness.check("biopsy", None, biopsy)
    for procedure, organ in (("cholecystostomy", None), ("biopsy", "left lung")):
        with pytest.raises(PlanError, match="for biopsy of the liver, the plan for"):
            readiness.check(procedure, organ, biopsy)
    found = cleared(demo.visit("cholecystostomy", None), "cholecystostomy", None)
    assert found.answer is not Answer.CLEAR
    assert any(
        f.id == "antibiotics.cholecystostomy" and f.status is Status.UNKNOWN for f in found.findings
    )


def test_the_file_has_dates_and_no_patient() -> None:
    section = readiness.build_section(cleared(demo.visit()))
    (apixaban,) = (d for d in section.drugs if d.drug == "apixaban")
    # Twice a day, four doses held, start Monday 09:00: the last is Saturday at eight.
    assert apixaban.last_dose == "2026-12-05T08:00:00+01:00"
    assert section.judged_at == "2026-12-04T08:00:00+00:00"
    assert not hasattr(section, "case")


def test_every_source_of_the_rules_is_named() -> None:
    found = cleared(demo.visit())
    keys = readiness.list_sources(readiness.find_outcomes("biopsy", "liver"), found)
    assert "memory" not in keys
    used = {evidence.fact(fact).source for one in found.findings for fact in one.facts}
    assert used - {"memory"} <= set(keys)


@pytest.mark.parametrize("name", ["nonsense", "biopsies"])
def test_no_page_of_outcomes_is_no_error(name: str) -> None:
    assert readiness.find_outcomes(name, None) is None
