"""Recorded: everything that was told, and what no rule looked at: it is listed, never dropped.

Findings say what they considered; what is left over becomes a finding of its own, which stands
until somebody decides about it by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import allergies, conditions
from seldinger.care.clearance.findings import finding, settle
from seldinger.care.labs import ANALYTES
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Condition
    from seldinger.core.finding import Finding

PREFIX = "recorded."
TOPIC = "recorded"
DECIDES = "the operator"


def format_condition(entry: Condition) -> str:
    """A condition as it is printed: "coronary stent, drug-eluting, 2026-11-05"."""
    name = conditions.conditions()[entry.key].name
    since = None if entry.since is None else entry.since.isoformat()
    return ", ".join(part for part in (name, entry.detail, since) if part)


def list_recorded(case: Case) -> dict[str, str]:
    """Everything that was told of the patient: what findings call it -> as it is printed."""
    patient = case.patient
    recorded: dict[str, str] = {}
    for one in patient.conditions:
        key = f"condition.{one.key}"
        recorded[key] = "; ".join(
            part for part in (recorded.get(key), format_condition(one)) if part
        )
    for lab in patient.labs:
        recorded[f"lab.{lab.key}"] = f"{ANALYTES[lab.key].name} {lab.told}"
    for drug in patient.drugs:
        recorded[f"drug.{drug.name}"] = drug.told
    for allergy in patient.allergies:
        told_reaction = f" ({allergy.reaction})" if allergy.reaction else ""
        recorded[f"allergy.{allergies.fold(allergy.to)}"] = f"{allergy.to}{told_reaction}"
    for name in case.request.intake:
        recorded[f"intake.{name}"] = name.replace("_", " ")
    return recorded


def list_considered(findings: Iterable[Finding], inputs: Mapping[str, Input]) -> frozenset[str]:
    """What some findings looked at: what they say, and what their inputs were made of."""
    seen: set[str] = set()
    for one in findings:
        seen.update(one.considers)
        for name in one.inputs:
            if name in inputs:
                seen.update(inputs[name].of)
    return frozenset(seen)


def list_left_over(
    case: Case, findings: Iterable[Finding], inputs: Mapping[str, Input], profile: Profile
) -> Iterator[Finding]:
    """What was told, and neither ``findings`` nor ``inputs`` looked at."""
    seen = list_considered(findings, inputs)
    for key, printed in list_recorded(case).items():
        if key in seen:
            continue
        result = finding(
            f"{PREFIX}{key}", TOPIC, Status.UNKNOWN, Severity.CAUTION,
            f"{printed}: recorded, but no rule here considers it. Somebody decides what it means.",
            profile=profile, inputs={key: printed}, decides=DECIDES, considers=(key,),
        )  # fmt: skip
        yield settle(result, case.request, profile)
    yield from _details(case, tuple(findings), inputs, profile)


def _details(
    case: Case, findings: tuple[Finding, ...], inputs: Mapping[str, Input], profile: Profile
) -> Iterator[Finding]:
    """What a detail adds to a condition against which nothing stands: free words no rule reads."""
    open_ones = list_considered(
        [condition for condition in findings if condition.status is not Status.MET], inputs
    )
    for condition in case.patient.conditions:
        key, detail = f"condition.{condition.key}", (condition.detail or "").casefold()
        known = {word.casefold() for word in conditions.conditions()[condition.key].details}
        if not detail or detail in known or key in open_ones or condition.key == conditions.OTHER:
            continue
        result = finding(
            f"{PREFIX}{key}", TOPIC, Status.UNKNOWN, Severity.CAUTION,
            f"{format_condition(condition)}: recorded, but no rule here considers what is "
            "said beside it. Somebody decides what it means.",
            profile=profile, inputs={key: format_condition(condition)}, decides=DECIDES,
            considers=(key,),
        )  # fmt: skip
        yield settle(result, case.request, profile)


def may_be_decided(about: str) -> bool:
    """Whether an id could be that of something left over."""
    kind, _, name = about.removeprefix(PREFIX).partition(".")
    if not about.startswith(PREFIX) or not name:
        return False
    if kind == "condition":
        return name in conditions.conditions()
    if kind == "lab":
        return name in ANALYTES
    return kind in {"drug", "allergy", "intake"}
