"""File: a clearance as JSON; the same clearance gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.formatting import to_plain

if TYPE_CHECKING:
    from seldinger.care.clearance.model import Clearance, Release
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Patient
    from seldinger.core.finding import Finding

SCHEMA_VERSION = 2


def to_json(clearance: Clearance, release: Release | None = None) -> str:
    """The clearance as text, keys in a fixed order; a release stands after all it was given for."""
    content = as_dict(clearance)
    if release is not None:
        content["release"] = to_plain(release)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_dict(clearance: Clearance) -> dict[str, Any]:
    """The clearance in plain values; times with their offsets."""
    return {
        "schema_version": SCHEMA_VERSION,
        "answer": str(clearance.answer),
        "topics": {
            str(one.topic): {"answer": str(one.answer), "open": list(one.open)}
            for one in clearance.topics
        },
        "conditions": list(clearance.conditions),
        "missing": list(clearance.missing),
        "emergency": clearance.emergency,
        "decides": list(clearance.decides),
        "bleeding": to_plain(clearance.bleeding),
        "drugs": to_plain(clearance.drugs),
        "timetable": to_plain(clearance.timetable),
        "findings": [_finding(one) for one in clearance.findings],
        "orders": [_finding(one) for one in clearance.orders],
        "understood": list(clearance.understood),
        "alternatives": [_finding(one) for one in clearance.alternatives],
        "profile": _profile(clearance.profile),
        "assumptions": to_plain(clearance.assumptions),
        "request": to_plain(clearance.case.request),
        "patient": {
            "sha256": patient_sha256(clearance.case.patient),
            "drugs": [{"name": d.name, "told": d.told} for d in clearance.case.patient.drugs],
        },
        "now": clearance.now.isoformat(),
    }


def patient_sha256(patient: Patient) -> str:
    """What tells one patient's data from another's without telling any of them: a digest."""
    told = json.dumps(to_plain(patient), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


def _finding(item: Finding) -> dict[str, Any]:
    facts = [evidence.fact(name) for name in item.facts]
    return {
        "rule": item.id,
        "topic": item.topic,
        "status": str(item.status),
        "severity": str(item.severity),
        "text": item.text,
        "inputs": dict(item.inputs),
        "missing": list(item.missing),
        "facts": [
            {
                "id": fact.id,
                "source": evidence.source(fact.source).text,
                "locator": fact.locator,
                "reviewed": fact.review_date.isoformat(),
            }
            for fact in facts
        ],
        "stamp": item.stamp,
        "profile": item.profile,
        "decides": item.decides,
        "considers": list(item.considers),
        "settled_by": item.settled_by,
    }


def _profile(profile: Profile) -> dict[str, Any]:
    by = profile.signed
    return {
        "name": profile.name,
        "title": profile.title,
        "base": profile.base or "",
        "signed_by": "" if by is None else by.name,
        "role": "" if by is None else by.role,
        "at": None if by is None else by.at.isoformat(),
        "sha256": profile.sha256,
    }
