"""FHIR: what we write parses as R4B, says what is open, invents no code and no probability."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fhir.resources.R4B.bundle import Bundle

from seldinger.care import outcomes
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import SECONDARY_STAMP
from seldinger.report import fhir

if TYPE_CHECKING:
    from seldinger.plan.model import Plan

OPEN = Finding(
    "sir2019.high.inr", Status.UNKNOWN, Severity.ACTION, "INR is not known <yet> & old.",
    topic="bleeding", missing=("inr",), stamp=SECONDARY_STAMP,
)  # fmt: skip
SETTLED = replace(OPEN, id="sir2019.high.platelets", status=Status.MET)


def parsed(bundle: fhir.Resource) -> Bundle:
    return Bundle.model_validate(json.loads(fhir.to_json(bundle)))


@pytest.fixture
def whole(plan: Plan) -> fhir.Resource:
    return fhir.bundle_plan(plan, (OPEN, SETTLED), outcomes.find("biopsy", "liver"))


def test_everything_parses_as_r4b(whole: fhir.Resource) -> None:
    kinds = [str(getattr(e.resource, "__resource_type__", "")) for e in parsed(whole).entry or ()]
    assert kinds[:3] == ["ServiceRequest", "CarePlan", "RiskAssessment"]
    assert set(kinds[3:]) == {"DetectedIssue"}
    assert parsed(fhir.bundle_care("biopsy", (OPEN,), outcomes.find("biopsy", "liver"))).entry


def test_it_is_a_proposal_of_nobody(whole: fhir.Resource) -> None:
    text = json.dumps(whole)
    for entry in whole["entry"]:
        resource = entry["resource"]
        assert resource["status"] in {"draft", "preliminary"}
        assert resource["contained"] == [{"resourceType": "Patient", "id": "patient"}]
    assert "coding" not in text, "no code is invented"
    assert "probability" not in json.dumps(
        [e["resource"].get("prediction") for e in whole["entry"]]
    ).replace("patient's probability", "")
    assert '"identifier"' not in text


def test_the_care_plan_points_at_its_request(whole: fhir.Resource) -> None:
    request, care = whole["entry"][0], whole["entry"][1]["resource"]
    assert care["activity"][0]["reference"] == {"reference": request["fullUrl"]}
    assert request["fullUrl"] == f"urn:uuid:{request['resource']['id']}"


def test_every_open_rule_is_an_issue_and_no_other(whole: fhir.Resource, plan: Plan) -> None:
    told = {
        e["resource"]["code"]["text"]: e["resource"]
        for e in whole["entry"]
        if e["resource"]["resourceType"] == "DetectedIssue"
    }
    wanted = {
        f"{f.id}: {'unknown' if f.status is Status.UNKNOWN else 'not met'}"
        for f in plan.findings
        if f.status is not Status.MET
    }
    assert set(told) == wanted | {"sir2019.high.inr: unknown"}
    inr = told["sir2019.high.inr: unknown"]
    assert inr["severity"] == "high"
    assert SECONDARY_STAMP in inr["detail"]
    assert "&lt;yet&gt; &amp; old" in inr["text"]["div"]


def test_risks_say_whose_they_are(whole: fhir.Resource) -> None:
    risks = whole["entry"][2]["resource"]
    assert "not this patient's" in risks["note"][0]["text"]
    pneumo = json.dumps(risks)
    assert "rate of the population named, not this patient's" in pneumo


def test_the_same_plan_gives_the_same_bytes(plan: Plan) -> None:
    assert fhir.to_json(fhir.bundle_plan(plan)) == fhir.to_json(fhir.bundle_plan(plan))
