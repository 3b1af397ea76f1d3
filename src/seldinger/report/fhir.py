"""FHIR: a plan and what stands against it, as R4B resources in one Bundle.

A proposal, never an order: every request is a draft. The subject is contained and carries no
identity. No code is invented: concepts are text. Rates of a population are told in words and never
as a patient's probability. Ids follow from the content, so that the same plan gives the same bytes.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from seldinger.core.verdict import Severity, Status
from seldinger.report import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.care.outcomes import OutcomeRow, Outcomes
    from seldinger.core.finding import Finding
    from seldinger.plan.model import Plan

Resource = dict[str, Any]

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "seldinger:fhir")
_SUBJECT = {"reference": "#patient"}
_PATIENT: Resource = {"resourceType": "Patient", "id": "patient"}
_SEVERITY = {
    Severity.STOP: "high",
    Severity.ACTION: "high",
    Severity.CAUTION: "moderate",
    Severity.INFO: "low",
}


def bundle_plan(
    plan: Plan, findings: Sequence[Finding] = (), outcomes: Outcomes | None = None
) -> Resource:
    """A plan as a Bundle: the request, the plan of care, risks, and an issue per open finding.

    Args:
        plan: to be told.
        findings: of clearance, besides the plan's own.
        outcomes: outcomes beside those of the alternatives.
    """
    title = f"{plan.request.procedure} of {words.name(plan.target.label)}"
    request = _request(plan.request.procedure, _where(plan), _notes(plan))
    return _bundle(
        [
            request,
            _care_plan(plan, title, request),
            *([] if outcomes is None else [_risks(outcomes)]),
            *list_issues((*plan.findings, *findings)),
        ]
    )


def bundle_care(
    procedure: str, findings: Sequence[Finding], outcomes: Outcomes | None = None
) -> Resource:
    """A clearance of a ``procedure`` as a Bundle, with an issue for each of ``findings``."""
    risks = [] if outcomes is None else [_risks(outcomes)]
    return _bundle([_request(procedure, None, ()), *risks, *list_issues(findings)])


def list_issues(findings: Iterable[Finding]) -> list[Resource]:
    """An issue for every rule that is not met or unknown."""
    issues = []
    for one in findings:
        stamp = f" [{one.stamp}]" if one.stamp else ""
        issue = _issue(one.id, one.status, one.severity, f"{one.text}{stamp}")
        if issue is not None:
            issues.append(issue)
    return issues


def to_json(bundle: Resource) -> str:
    """A Bundle as JSON text."""
    return json.dumps(bundle, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _bundle(resources: Sequence[Resource]) -> Resource:
    entries: list[Resource] = []
    for number, resource in enumerate(resources):
        name = json.dumps([number, resource], sort_keys=True, ensure_ascii=False)
        own = str(uuid.uuid5(_SPACE, name))
        entries.append({"fullUrl": f"urn:uuid:{own}", "resource": {**resource, "id": own}})
    for entry in entries:
        _point(entry["resource"], entries)
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _point(resource: Resource, entries: Sequence[Resource]) -> None:
    """Let references to the first request find it."""
    if resource.get("resourceType") == "CarePlan":
        resource["activity"][0]["reference"] = {"reference": entries[0]["fullUrl"]}


def _text(said: str) -> Resource:
    return {"text": said}


def _narrative(said: str) -> Resource:
    plain = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{plain}</div>',
    }


def _request(procedure: str, where: str | None, notes: Sequence[str]) -> Resource:
    request: Resource = {
        "resourceType": "ServiceRequest",
        "text": _narrative(f"{procedure}. {words.DISCLAIMER}"),
        "contained": [dict(_PATIENT)],
        "status": "draft",
        "intent": "proposal",
        "code": _text(procedure),
        "subject": dict(_SUBJECT),
    }
    if where is not None:
        request["bodySite"] = [_text(where)]
    if notes:
        request["note"] = [{"text": note} for note in notes]
    return request


def _care_plan(plan: Plan, title: str, request: Resource) -> Resource:
    del request  # named here for the reader: it is the first activity, see ``_point``
    steps = [
        {
            "detail": {
                "status": "not-started",
                "description": f"{step.title}. {step.text}",
            }
        }
        for step in plan.treatment.steps
    ]
    return {
        "resourceType": "CarePlan",
        "text": _narrative(f"{title}: {plan.verdict.status}. {words.DISCLAIMER}"),
        "contained": [dict(_PATIENT)],
        "status": "draft",
        "intent": "proposal",
        "title": title,
        "description": " ".join(
            (f"Verdict: {plan.verdict.status}.", *plan.verdict.figures, *plan.verdict.reasons)
        ),
        "subject": dict(_SUBJECT),
        "activity": [{"reference": {}}, *steps],
    }


def _risks(outcomes: Outcomes) -> Resource:
    """Outcomes of every option in words; a population's rate is no patient's probability."""
    predictions = [
        {
            "outcome": _text(f"{option.name}: {row.statement}"),
            "rationale": "; ".join(filter(None, _told(row))),
        }
        for option in outcomes.options
        for row in option.rows
    ]
    assessment: Resource = {
        "resourceType": "RiskAssessment",
        "text": _narrative("Rates of populations, not this patient's probabilities."),
        "contained": [dict(_PATIENT)],
        "status": "preliminary",
        "subject": dict(_SUBJECT),
        "method": _text("Published rates beside those of the alternatives"),
        "note": [{"text": "Rates of populations, not this patient's probabilities."}],
    }
    if predictions:
        assessment["prediction"] = predictions
    return assessment


def _told(row: OutcomeRow) -> tuple[str, ...]:
    """A row in words, and whose it is."""
    return (row.text, row.label, row.population, row.horizon, row.source, row.stamp)


def _issue(name: str, status: Status, severity: Severity, text: str) -> Resource | None:
    """A rule that is open as an issue; None when it is met."""
    if status is Status.MET:
        return None
    word = "unknown" if status is Status.UNKNOWN else "not met"
    return {
        "resourceType": "DetectedIssue",
        "text": _narrative(f"{name}: {word}. {text}"),
        "contained": [dict(_PATIENT)],
        "status": "preliminary",
        "severity": _SEVERITY[severity],
        "code": _text(f"{name}: {word}"),
        "patient": dict(_SUBJECT),
        "detail": text,
    }


def _where(plan: Plan) -> str:
    organ = "" if plan.target.organ is None else f" in the {words.name(plan.target.organ)}"
    return f"{words.name(plan.target.label)}{organ}"


def _notes(plan: Plan) -> tuple[str, ...]:
    inputs = (f"{role}: SHA-256 {digest}" for role, digest in plan.provenance.inputs.items())
    return (words.DISCLAIMER, f"seldinger {plan.provenance.version}", *inputs)
