"""Bleeding: the class of a procedure, and what the labs must be for it.

The consensus is no partition: where a case stands in rows of both classes, or in none, no class is
chosen here and the rules of both are looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance import inputs as rule_inputs
from seldinger.care.clearance import thrombosis
from seldinger.care.clearance.decided import OPERATOR, find_ruling
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, format_inputs
from seldinger.care.clearance.model import LOCAL, BleedingClass
from seldinger.care.labs import analyte
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Case, Request
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Tables, Threshold
    from seldinger.core.finding import Finding

TOPIC = "bleeding"
CLASS_RULE = "sir2019.class"
DOMAIN_RULE = "sir2019.domain"
_DOMAIN_FACT = "bleeding.sir2019.high.screening"
BOTH = ("high", "low")
SILENT = BleedingClass(None, (), (), "")
"""The class of a patient of whom the consensus does not speak: not the nearest row."""


def check_domain(inputs: Mapping[str, Input], tables: Tables, profile: Profile) -> Finding | None:
    """Why the consensus does not speak of a patient with these ``inputs``; None where it does."""
    judgement = concerns(tables.domain, inputs)
    if judgement.status is Status.MET:
        return None
    if judgement.status is Status.UNKNOWN:
        text = "The consensus speaks of adults: whether it speaks of this patient is not known."
    else:
        text = "The source is silent: the consensus speaks of adults. A paediatric team decides."
    return finding(
        DOMAIN_RULE, TOPIC, Status.UNKNOWN, Severity.ACTION, text, profile=profile,
        facts=(_DOMAIN_FACT,), inputs=format_inputs(inputs, ("age_years",)),
        missing=judgement.missing, decides="a paediatric team" if not judgement.missing else "",
    )  # fmt: skip


def classify(
    inputs: Mapping[str, Input], tables: Tables, profile: Profile, request: Request
) -> tuple[BleedingClass, Finding]:
    """The bleeding class by ``inputs``, and what is to be said of it."""
    judged = [(row, concerns(row.when, inputs)) for row in tables.classes]
    rows = [row for row, found in judged if found.status is Status.MET]
    open_rows = [(row, found) for row, found in judged if found.status is Status.UNKNOWN]
    named = tuple((row.id, f"{row.bleeding_class}: {row.says}") for row in rows)
    facts = [fact for row in (*rows, *(r for r, _ in open_rows)) for fact in row.facts]
    missing = tuple(m for _, found in open_rows for m in found.missing)
    used = dict.fromkeys(
        ("procedure", *(n for _, found in judged if found.status is not Status.NOT_MET
                        for n in found.used))
    )  # fmt: skip
    inputs_shown = format_inputs(inputs, used)
    classes: set[str] = {row.bleeding_class for row in rows}
    chosen, who = _local(request, profile)
    if open_rows:
        text = "The bleeding class is not known yet."
        status, severity, found_class = Status.UNKNOWN, Severity.ACTION, None
    elif len(classes) == 1:
        (found_class,) = classes
        text = f"{found_class.capitalize()} bleeding risk: {'; '.join(w for _, w in named)}."
        status, severity = Status.MET, Severity.INFO
    elif chosen is not None:
        found_class = chosen
        text = f"{_ambiguous(named)} Taken as {who}."
        status, severity = Status.MET, Severity.INFO
    else:
        found_class = None
        text = f"{_ambiguous(named)} A local profile or the operator decides."
        text = f"{text} {who}." if who else text
        status, severity = Status.UNKNOWN, Severity.ACTION
    result = finding(
        CLASS_RULE, TOPIC, status, severity, text, profile=profile, inputs=inputs_shown,
        missing=missing, facts=tuple(dict.fromkeys(facts)) or (_DOMAIN_FACT,),
        decides="the operator, or a local profile",
    )  # fmt: skip
    by_source = found_class is not None and len(classes) == 1
    return (
        BleedingClass(
            value=found_class,
            rows=named,
            considered=BOTH if found_class is None else (found_class,),
            chosen_by="source" if by_source else who if found_class else "",
        ),
        result,
    )


def _local(request: Request, profile: Profile) -> tuple[str | None, str]:
    """The class that a person or the local profile chose, and who; without one, who may not."""
    decided = find_ruling(request, CLASS_RULE, OPERATOR)
    if decided.decision is not None and decided.decision.decided in BOTH:
        return decided.decision.decided, decided.decision.text
    found = profile.classes.get(request.procedure)
    return found, f"{found}: {profile.signature}" if found else decided.told


def _ambiguous(named: tuple[tuple[str, str], ...]) -> str:
    if not named:
        return "Source ambiguous: the case stands in no row of either class."
    return f"Source ambiguous, rows of both classes match: {'; '.join(w for _, w in named)}."


def assess_labs(
    case: Case,
    inputs: Mapping[str, Input],
    bleeding: BleedingClass,
    tables: Tables,
    profile: Profile,
    now: dt.datetime,
) -> Iterator[Finding]:
    """What each threshold says of ``inputs``, for every class that is considered.

    A routine lab whose rule is not known to concern the case is unknown, with its value shown.
    """
    for bleeding_class in bleeding.considered:
        classed = rule_inputs.add_class(inputs, bleeding_class)
        for rule in tables.thresholds:
            found = _judged(rule, case, classed, bleeding, profile, now, tables)
            if found is not None:
                yield found


def _judged(
    rule: Threshold,
    case: Case,
    inputs: Mapping[str, Input],
    bleeding: BleedingClass,
    profile: Profile,
    now: dt.datetime,
    tables: Tables,
) -> Finding | None:
    concerned = concerns(rule.when, inputs)
    if concerned.status is Status.NOT_MET:
        return None
    value = rule_inputs.latest_lab(case, rule.lab, profile, now)
    if rule.sense == "none" and case.patient.lab(rule.lab) is None:
        return None
    again = rule.lab == "inr" and _measured_again(case, inputs, now)
    if again and inputs["bleeding_class"].value == "high":
        value = _after_hold(case, value)
    local = profile.edges.get(rule.id)
    status, severity, text = _answer(rule, value, inputs, local)
    missing = () if status is Status.MET else value.missing
    if again and status is Status.UNKNOWN and case.patient.lab("inr") is not None:
        text = f"{text} It is measured again before the start, and must be so then."
        missing = ()
    if concerned.status is Status.UNKNOWN:
        status, severity = Status.UNKNOWN, Severity.ACTION
        missing = (*concerned.missing, *missing)
        text = f"Not known whether this rule concerns the patient. {text}"
    who = _decides(case, tables)
    if status is Status.NOT_MET:
        reasons, _ = thrombosis.reasons_of(case.patient, tables)
        beside = f" Beside it stands: {reasons}." if reasons else ""
        text = f"{text} {who[:1].upper()}{who[1:]} decides: corrected, put off, or done so.{beside}"
    if bleeding.value is None:
        text = f"If {inputs['bleeding_class'].value} risk: {text}"
    result = finding(
        rule.id, TOPIC, status, severity, f"{text} {rule.text}".strip(), profile=profile,
        facts=rule.facts, missing=missing, decides="" if status is Status.MET else who,
        inputs={**format_inputs(inputs, concerned.used), rule.lab: value.told},
        considers=(f"lab.{rule.lab}",),
    )  # fmt: skip
    return result if local is None else _locally(result)


def _measured_again(case: Case, inputs: Mapping[str, Input], now: dt.datetime) -> bool:
    """Whether the INR can still be measured after a vitamin K antagonist was withheld."""
    start = case.request.start
    taken = drugs.drugs_of_class(case.patient, "anticoagulant-vka")
    goes_on = [
        one for one in taken
        if (d := case.request.decision(one.name)) is not None and d.decided.startswith("continue")
    ]  # fmt: skip
    high = inputs["bleeding_class"].value == "high"
    if not taken or start is None or (high and goes_on):
        return False
    return start.timestamp() > now.timestamp()


def _decides(case: Case, tables: Tables) -> str:
    """Who decides about a lab beyond its limit: the operator, and who knows the drugs."""
    _, who = thrombosis.reasons_of(case.patient, tables)
    if who:
        return f"the operator, with {who}"
    return "the operator, with haematology where it cannot be corrected"


def _locally(made: Finding) -> Finding:
    return replace(made, stamp=f"{made.stamp}; {LOCAL}")


def _answer(
    rule: Threshold, value: Input, inputs: Mapping[str, Input], local: float | None
) -> tuple[Status, Severity, str]:
    name, unit = analyte(rule.lab).name, analyte(rule.lab).unit.strip("{}").replace("INR", "")
    if rule.sense == "none":
        return Status.MET, Severity.INFO, f"{value.told}."
    wanted = f"{name} {rule.sense} {_edges(rule, local, unit)}".strip()
    if value.value is None:
        asked = rule.routine or concerns(rule.ask_when, inputs).status is not Status.NOT_MET
        if not asked and not value.told.startswith(name):
            return Status.MET, Severity.INFO, f"{name} is not tested as a routine before low risk."
        return Status.UNKNOWN, Severity.ACTION, f"{wanted}: {value.told}."
    status = check_threshold(rule, float(value.value), local)
    if status is Status.UNKNOWN:
        return (
            Status.MET, Severity.CAUTION,
            f"{wanted}: {value.told}, within the source's range: met, with caution.",
        )  # fmt: skip
    severity = Severity.INFO if status is Status.MET else Severity.ACTION
    return (
        status,
        severity,
        f"{wanted}: {'met' if status is Status.MET else 'not met'}, {value.told}.",
    )


def _edges(rule: Threshold, local: float | None, unit: str) -> str:
    if rule.strict is None:
        return ""
    if local is not None:
        return f"{local:g} {unit} (source {rule.strict:g} to {rule.lax:g})".replace("  ", " ")
    ranged = f" to {rule.lax:g}" if rule.strict != rule.lax else ""
    return f"{rule.strict:g}{ranged} {unit}".strip()


def check_threshold(rule: Threshold, value: float, local: float | None = None) -> Status:
    """Whether a value passes; unknown between the two edges of a source's range.

    Args:
        rule: the threshold.
        value: in the analyte's own unit.
        local: the edge that a local profile chose within the range.
    """
    if rule.strict is None or rule.lax is None:
        return Status.MET
    strict, lax = (rule.strict, rule.lax) if local is None else (local, local)
    if _passes(rule.sense, value, strict):
        return Status.MET
    return Status.UNKNOWN if _passes(rule.sense, value, lax) else Status.NOT_MET


def _passes(sense: str, value: float, edge: float) -> bool:
    return {
        "at most": value <= edge,
        "below": value < edge,
        "at least": value >= edge,
        "above": value > edge,
    }.get(sense, True)


def _after_hold(case: Case, value: Input) -> Input:
    """The INR, if it was drawn after the last dose of warfarin."""
    taken = [one.last for one in drugs.drugs_of_class(case.patient, "anticoagulant-vka")]
    inr = case.patient.lab("inr")
    if value.value is None or inr is None or inr.taken is None:
        return value
    after = all(last is not None and last.timestamp() < inr.taken.timestamp() for last in taken)
    if after:
        return value
    return rule_inputs.Input(
        None, f"{value.told}, not known to be after the last dose of warfarin",
        ("the INR after warfarin was withheld",),
    )  # fmt: skip
