"""Readiness: what is known of the procedure and of the patient besides the images.

The outcomes are the procedure's; clearance needs a patient, and without one is unknown. A patient
comes for one procedure in one place, and only that is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care import outcomes, procedures
from seldinger.care.clearance import Answer, Case, Request, assess, headline, rules
from seldinger.care.clearance.inputs import latest_lab
from seldinger.care.clearance.profile_file import default_profile
from seldinger.catalogue.techniques import find_territory, list_techniques
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from seldinger.care.clearance.model import Clearance, DrugPlan
    from seldinger.care.visit import Visit

CLEARANCE = "clearance"
"""Id of the gate's finding."""

_GATE = {Answer.CLEAR: Status.MET, Answer.NOT_CLEAR: Status.NOT_MET}
"""Answers that decide the gate; every other one leaves it unknown."""


@dataclass(frozen=True, slots=True)
class HeldDrug:
    """One drug, as the plan's file has it; times are ISO, null = nothing, or not known."""

    drug: str
    told: str
    act: str
    hold: str
    last_dose: str | None
    restart_not_before: tuple[str, ...]
    decides: str
    decision: str | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """One line of the timetable."""

    when: str
    what: str
    rule: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A finding of the clearance as the plan's file has it: see ``core.finding.Finding``."""

    rule: str
    topic: str
    status: Status
    severity: Severity
    text: str
    inputs: Mapping[str, str]
    missing: tuple[str, ...]
    facts: tuple[str, ...]
    stamp: str
    profile: str
    decides: str
    considers: tuple[str, ...]
    settled_by: str


@dataclass(frozen=True, slots=True)
class ClearanceSection:
    """Clearance as the plan's file has it, without the patient.

    Attributes:
        answer: "clear", "conditional", "unknown" or "not-clear".
        bleeding_class: "low", "high"; null = the source is ambiguous, or an input is missing.
        profile: by which it was judged.
        judged_at: when, ISO.
        missing: what would have to be known.
        conditions: what must be kept.
        drugs, timetable: what is held, until when.
        findings: every rule with what it was judged on.
        decides: who decides what no rule does.
    """

    answer: str
    bleeding_class: str | None
    profile: str
    judged_at: str
    missing: tuple[str, ...]
    conditions: tuple[str, ...]
    drugs: tuple[HeldDrug, ...]
    timetable: tuple[DueLine, ...]
    findings: tuple[RuleLine, ...]
    decides: tuple[str, ...]


def find_outcomes(procedure: str, organ: str | None) -> outcomes.Outcomes | None:
    """Outcomes beside those of the alternatives; None for a procedure that has no page of them."""
    return outcomes.find(procedure, organ) if procedures.has_outcomes(procedure, organ) else None


def find_missing_pages(procedure: str, organ: str | None) -> tuple[Finding, ...]:
    """Which pages about the procedure nobody has written: the reader shall not look for them."""
    return tuple(
        Finding(f"no-{page.replace(' ', '-')}", Status.UNKNOWN, Severity.INFO, text)
        for page, text in procedures.missing_pages(procedure, organ)
    )


def check(procedure: str, organ: str | None, visit: Visit | None) -> None:
    """Refuse a patient's file that was written for something else.

    Whatever was decided in it (no antibiotic, a drug held) was decided about that procedure there;
    carried over, it would clear what nobody has looked at.

    Raises:
        PlanError: the file names another procedure, or another organ.
    """
    if visit is None or visit.request is None:
        return
    asked = visit.request
    there = procedures.name_there(procedure, organ)
    elsewhere = (
        asked.organ is not None
        and organ is not None
        and not _is_there(asked.organ, organ, by_territory=_is_in_vessel(procedure))
    )
    if asked.procedure not in {procedure, there} or elsewhere:
        told, planned = (
            name if where is None else f"{name} of the {where}"
            for name, where in ((asked.procedure, asked.organ), (procedure, organ))
        )
        raise PlanError(
            f"the patient's file is for {told}, the plan for {planned}: what was decided there "
            "does not hold here; write a file for this procedure"
        )


def _is_in_vessel(procedure: str) -> bool:
    """Whether it is done inside a vessel, by its technique's name or by its territory's."""
    known = list_techniques()
    return procedure in known or any(procedure in one.keys.values() for one in known.values())


def _is_there(asked: str, planned: str, *, by_territory: bool) -> bool:
    """Whether the place of a file holds the planned one: "kidney" for the left kidney.

    Of a technique inside a vessel, any name of the territory does, but never the other side.
    """
    if asked in {planned, planned.removeprefix("left ").removeprefix("right ")}:
        return True
    sides = {side for place in (asked, planned) for side in ("left", "right") if side in place}
    territory = find_territory(asked)
    same = territory is not None and territory == find_territory(planned)
    return by_territory and same and len(sides) < len(("left", "right"))


def assess_visit(
    procedure: str,
    organ: str | None,
    technique: str | None,
    visit: Visit | None,
    access: str = "percutaneous",
    sheath_french: float | None = None,
) -> Clearance | None:
    """Whether the visiting patient is ready for what is planned.

    Args:
        procedure: name of it.
        organ: of the target; None where it is not known.
        technique: what clearance calls how it is done; None where that does not matter.
        visit: the patient; None: nobody.
        access: what clearance calls the way in; a planned sheath goes before what the visit tells.
        sheath_french: of the sheath that is planned; None: what the visit tells holds.

    Returns:
        Nothing without a patient, and for a procedure that no rule knows: clearance is unknown.
    """
    key = procedures.name_there(procedure, organ)
    if visit is None or key is None or key not in rules.tables().procedures:
        return None
    asked = visit.request or Request(key)
    request = replace(
        asked,
        procedure=key if asked.procedure == procedure else asked.procedure,
        organ=asked.organ if organ is None else organ,
        technique=technique or asked.technique,
        access=asked.access or access if sheath_french is None else access,
        sheath_french=asked.sheath_french if sheath_french is None else sheath_french,
    )
    return assess(Case(request, visit.patient), visit.now, visit.profile)


def list_sources(expected: outcomes.Outcomes | None, cleared: Clearance | None) -> tuple[str, ...]:
    """Keys of the bibliography that both rest on; what is from memory has none."""
    used: set[str] = set()
    if expected is not None:
        shown = (*expected.rows, *expected.indicated, *expected.think_again)
        used |= {row.fact for row in shown if row.source}
    if cleared is not None:
        used |= {fact for one in cleared.findings for fact in one.facts}
    keys = {evidence.fact(one).source for one in used}
    return tuple(sorted(keys - {"memory"}))


def build_section(cleared: Clearance) -> ClearanceSection:
    """A clearance as the plan's file has it."""
    return ClearanceSection(
        answer=cleared.answer.value,
        bleeding_class=cleared.bleeding.value,
        profile=cleared.profile.name,
        judged_at=cleared.now.isoformat(),
        missing=cleared.missing,
        conditions=cleared.conditions,
        drugs=tuple(_held(one) for one in cleared.drugs),
        timetable=tuple(
            DueLine(one.when.isoformat(), one.what, one.rule) for one in cleared.timetable
        ),
        findings=tuple(_line(one) for one in (*cleared.findings, *cleared.alternatives)),
        decides=cleared.decides,
    )


def _line(one: Finding) -> RuleLine:
    told = {f.name: getattr(one, f.name) for f in fields(RuleLine)[1:]}
    return RuleLine(rule=one.id, **told)


def build_finding(cleared: Clearance) -> Finding:
    """What the assessment says, for the plan's gate: what is missing and who decides come first.

    Any answer that is not plainly clear or not clear leaves the gate unknown.
    """
    status = _GATE.get(cleared.answer, Status.UNKNOWN)
    said = f"Clearance by {cleared.profile.name}: {cleared.answer.words}"
    if cleared.answer is Answer.CONDITIONAL:
        said = f"{said}, ready if {headline.shorten_list(cleared.conditions)}"
    if cleared.missing:
        said = f"{said}; missing: {', '.join(cleared.missing)}"
    if cleared.decides:
        said = f"{said}; who decides: {'; '.join(cleared.decides)}"
    said = f"{said}."
    if status is not Status.MET:
        broken = [f.text for f in cleared.findings if f.status is Status.NOT_MET]
        said = f"{said} Not met: {headline.shorten_list(broken)}." if broken else said
    held = [f"{d.drug} {d.hold}" for d in cleared.drugs if d.last_dose is not None]
    if held:
        said = f"{said} Held: {', '.join(held)}."
    severity = Severity.STOP if cleared.stops else Severity.ACTION
    keys = {evidence.fact(fact).source for one in cleared.findings for fact in one.facts}
    return Finding(CLEARANCE, status, severity, said, tuple(sorted(keys - {"memory"})))


def _held(plan: DrugPlan) -> HeldDrug:
    return HeldDrug(
        drug=plan.drug,
        told=plan.told,
        act=plan.act,
        hold=plan.hold,
        last_dose=None if plan.last_dose is None else plan.last_dose.isoformat(),
        restart_not_before=tuple(one.not_before.isoformat() for one in plan.restarts),
        decides=plan.decides,
        decision=None if plan.decision is None else plan.decision.text,
    )


def read_lab(patient: Visit | None, key: str) -> tuple[float | None, str]:
    """A lab that still counts, in its own unit, and how it is printed: clearance's own rule.

    One that is too old, was drawn later than now, or nobody knows when, is not known.

    Args:
        patient: who comes; None: nothing is known.
        key: of the lab.
    """
    if patient is None or patient.patient.lab(key) is None:
        return None, ""
    case = Case(patient.request or Request(""), patient.patient)
    found = latest_lab(case, key, patient.profile or default_profile(), patient.now)
    return (None if found.value is None else float(found.value)), found.told
