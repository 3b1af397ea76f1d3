"""Emergency: missing data do not stop one; who decides is said, and nothing is invented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance.findings import finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.core.finding import Finding

TOPIC = "emergency"
DECIDES = "the operator with anaesthesia and who sent the patient"
_REVERSED = ("anticoagulant", "antiplatelet", "fibrinolytic")


def is_emergency(case: Case) -> bool:
    """Whether somebody said that it is an emergency."""
    return case.request.urgency == "emergency"


def list_findings(case: Case, profile: Profile) -> Iterator[Finding]:
    """What is said first in an emergency."""
    if not is_emergency(case):
        return
    yield finding(
        "emergency", TOPIC, Status.MET, Severity.ACTION,
        f"An emergency: what is missing here does not by itself stop it; no source that was read "
        f"says more. {DECIDES[:1].upper()}{DECIDES[1:]} decide, with what is known.",
        profile=profile, inputs={"urgency": "emergency"},
    )  # fmt: skip
    for drug in case.patient.drugs:
        if drug.recognised and drugs.drug(drug.name).classes & set(_REVERSED):
            yield finding(
                f"emergency.reversal.{drug.name}", TOPIC, Status.MET, Severity.ACTION,
                f"{drug.told}: whether and with what it is reversed stands in the local protocol; "
                "haematology is asked. No agent and no dose stands here.",
                profile=profile, inputs={"drug": drug.told},
            )  # fmt: skip


def soften(found: Iterable[Finding], case: Case) -> Iterator[Finding]:
    """The findings, without a stop in an emergency: it becomes an action for who decides."""
    for one in found:
        stops = one.severity is Severity.STOP and is_emergency(case)
        yield replace(one, severity=Severity.ACTION) if stops else one
