"""Holds: what happens to each drug, by the rules, the dosing times and what it is taken for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance import inputs as rule_inputs
from seldinger.care.clearance import needs, thrombosis, timetable
from seldinger.care.clearance.decided import OPERATOR, find_ruling
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, format_inputs, settle
from seldinger.care.clearance.kept import SAYS, name_of, state_of
from seldinger.care.clearance.model import DrugPlan
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import BleedingClass, Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Hold, Need, Span, Tables
    from seldinger.care.clearance.thrombosis import Side
    from seldinger.care.patient import Drug
    from seldinger.core.finding import Finding

TOPIC = "drugs"
_JUDGED = ("antiplatelet", "anticoagulant", "fibrinolytic", "nsaid")
"""Classes of which a reader expects a rule: of others nothing is said where there is none."""


@dataclass(frozen=True, slots=True)
class DrugAssessment:
    """A drug's plan, what is said of it, and what must be kept."""

    finding: Finding
    plan: DrugPlan | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all drugs of a case share."""

    case: Case
    inputs: Mapping[str, Input]
    bleeding: BleedingClass
    tables: Tables
    profile: Profile
    now: dt.datetime


def assess_drugs(setting: Setting) -> Iterator[DrugAssessment]:
    """What every rule says of every drug, for each class that is considered."""
    for drug in setting.case.patient.drugs:
        need = needs.find_need(drug, setting) if drug.recognised else None
        if need is not None:
            yield _needed(need, drug, setting)
        elif drug.recognised and not setting.bleeding.considered:
            if drugs.drug(drug.name).classes & set(_JUDGED):
                yield _silent(drug, "any", setting.inputs, [], "", setting)
        elif drug.recognised:
            for bleeding_class in setting.bleeding.considered:
                yield from _of_drug(drug, bleeding_class, setting)


def _needed(need: Need, drug: Drug, setting: Setting) -> DrugAssessment:
    """A drug that the procedure needs goes on, in each class."""
    made_of = find_ruling(setting.case.request, drug.name, need.decides if need.open else "")
    decision = made_of.decision
    plan = DrugPlan(
        drug.name, drug.told, need.id, setting.bleeding.value or "any", "continue", "",
        decides=need.decides if need.open else "", decision=decision,
    )  # fmt: skip
    text = f"{name_of(drug)}: {need.text}"
    status = Status.UNKNOWN if need.open else Status.MET
    severity = Severity.ACTION if need.open else Severity.INFO
    if decision is not None and decision.decided.startswith("hold"):
        status, severity = Status.NOT_MET, Severity.STOP
        text = f"{text} Against that: {decision.text}."
    elif decision is not None:
        status, severity, text = Status.MET, Severity.INFO, f"{text} {decision.text}."
    elif made_of.told:
        text = f"{text} {made_of.told}."
    result = finding(
        f"{need.id}.{drug.name}", TOPIC, status, severity, text, profile=setting.profile,
        facts=need.facts, inputs={"drug": drug.told}, considers=(f"drug.{drug.name}",),
        decides=need.decides,
    )  # fmt: skip
    return DrugAssessment(result, plan)


def _of_drug(drug: Drug, bleeding_class: str, setting: Setting) -> Iterator[DrugAssessment]:
    classes = drugs.drug(drug.name).classes
    names = {drug.name, *(f"@{one}" for one in classes)}
    inputs = rule_inputs.add_drug(
        rule_inputs.add_class(setting.inputs, bleeding_class), drug.route, drug.intent
    )
    rules = [rule for rule in setting.tables.holds if rule.drugs & names]
    found = [(rule, concerns(rule.when, inputs)) for rule in rules]
    matched = [rule for rule, one in found if one.status is Status.MET]
    unsure = [(rule, one) for rule, one in found if one.status is Status.UNKNOWN]
    where = f"If {bleeding_class} risk: " if setting.bleeding.value is None else ""
    for rule in matched:
        made = _act(rule, drug, bleeding_class, inputs, setting)
        yield replace(made, finding=replace(made.finding, text=f"{where}{made.finding.text}"))
    if unsure:
        missing = tuple(m for _, one in unsure for m in one.missing)
        used = tuple(n for _, one in unsure for n in one.used)
        text = f"{where}{name_of(drug)}: not known which rule holds ({_rules(unsure)}), at least "
        text = f"{text}the longest is left out until it is."
        yield DrugAssessment(
            finding(
                f"sir2019.{bleeding_class}.{drug.name}", TOPIC, Status.UNKNOWN, Severity.ACTION,
                text, profile=setting.profile, missing=missing, inputs=format_inputs(inputs, used),
                facts=tuple(f for rule, _ in unsure for f in rule.facts),
                considers=(f"drug.{drug.name}",),
            ),
            _longest(drug, bleeding_class, [rule for rule, _ in unsure], setting),
        )  # fmt: skip
    if not matched and not unsure and classes & set(_JUDGED):
        yield _silent(drug, bleeding_class, inputs, rules, where, setting)


def _longest(
    drug: Drug, bleeding_class: str, rules: list[Hold], setting: Setting
) -> DrugPlan | None:
    """The longest of the holds among which nobody can choose yet, as "at least"."""
    plans = [
        _dated(
            DrugPlan(
                drug.name, drug.told, rule.id, bleeding_class, "withhold",
                f"at least {' or '.join(s.words for s in rule.spans)}",
                decides="who prescribes it, when it is known which hold is right",
            ),
            rule, drug, setting,
        )
        for rule in rules
        if rule.act == "withhold"
    ]  # fmt: skip
    dated = [one for one in plans if one.last_dose is not None]
    if not dated:
        return max(plans, key=lambda one: _length(one.hold), default=None)
    return min(dated, key=lambda one: one.last_dose.timestamp() if one.last_dose else 0.0)


def _length(hold: str) -> float:
    """The largest number in the words of a hold."""
    return max((float(w) for w in hold.split() if w.replace(".", "").isdigit()), default=0.0)


def _rules(unsure: Iterable[tuple[Hold, object]]) -> str:
    return "; ".join(" or ".join(s.words for s in rule.spans) or rule.act for rule, _ in unsure)


def _silent(
    drug: Drug,
    bleeding_class: str,
    inputs: Mapping[str, Input],
    rules: list[Hold],
    where: str,
    setting: Setting,
) -> DrugAssessment:
    """A drug of which the source says nothing, here or at all."""
    used = dict.fromkeys(n for rule in rules for row in rule.when for n in row)
    rule = f"sir2019.{bleeding_class}.{drug.name}"
    text = f"{where}{name_of(drug)}: source silent"
    text += " for this patient." if rules else "; it has no rule for this drug."
    result = finding(
        rule, TOPIC, Status.UNKNOWN, Severity.ACTION, f"{text} Who prescribes it decides.",
        profile=setting.profile, inputs={"drug": drug.told, **format_inputs(inputs, used)},
        facts=tuple(dict.fromkeys(f for one in rules for f in one.facts)),
        considers=(f"drug.{drug.name}",), decides=_who(drug, setting),
    )  # fmt: skip
    result = settle(result, setting.case.request, setting.profile, drug.name)
    plan = DrugPlan(
        drug.name, drug.told, rule, bleeding_class, "silent", "", decides=_who(drug, setting),
        decision=find_ruling(setting.case.request, drug.name, result.decides).decision,
    )  # fmt: skip
    return DrugAssessment(result, plan)


def _who(drug: Drug, setting: Setting) -> str:
    """Who decides about a drug of which the source says nothing."""
    return thrombosis.name_deciders(drug, setting) or "who prescribes it"


def _act(
    rule: Hold,
    drug: Drug,
    bleeding_class: str,
    inputs: Mapping[str, Input],
    setting: Setting,
) -> DrugAssessment:
    used = format_inputs(inputs, dict.fromkeys(n for row in rule.when for n in row))
    plan = DrugPlan(drug.name, drug.told, rule.id, bleeding_class, rule.act, "")
    if rule.act == "withhold":
        return _withheld(rule, drug, plan, used, setting)
    status, severity, words = {
        "continue": (Status.MET, Severity.INFO, "continue"),
        "silent": (Status.UNKNOWN, Severity.CAUTION, "no recommendation"),
        "defer": (Status.NOT_MET, Severity.STOP, "defer the procedure"),
    }[rule.act]
    who = _who(drug, setting)
    result = finding(
        rule.id, TOPIC, status, severity, f"{name_of(drug)}: {words}. {rule.text}".strip(),
        profile=setting.profile, facts=rule.facts, inputs={"drug": drug.told, **used},
        considers=(f"drug.{drug.name}",), decides="" if status is Status.MET else who,
    )  # fmt: skip
    if rule.act != "continue":
        decision = find_ruling(setting.case.request, drug.name, who).decision
        plan = replace(plan, decides=who, decision=decision)
    if rule.act == "silent":
        result = settle(result, setting.case.request, setting.profile, drug.name)
    return DrugAssessment(result, plan)


def _withheld(
    rule: Hold, drug: Drug, plan: DrugPlan, used: Mapping[str, str], setting: Setting
) -> DrugAssessment:
    spans = _chosen(rule, setting.profile)
    side = thrombosis.assess_side(drug, setting)
    why = thrombosis.reason_not_to_stop(drug, setting)
    if why and setting.case.request.urgency != "emergency":
        kept = _not_stopped(rule, drug, plan, side, why, setting)
        if kept is not None:
            return kept
    plan = replace(plan, hold=" or ".join(s.words for s in spans))
    if _oftener(drug, spans):
        return _not_dated(rule, drug, plan, used, setting)
    plan = _dated(plan, rule, drug, setting)
    state = state_of(plan, drug, setting)
    plan = replace(plan, decides=side.decides, decision=side.decision)
    status, severity, words = state.status, state.severity, state.words
    missing: tuple[str, ...] = (*state.missing, *side.missing)
    emergency = setting.case.request.urgency == "emergency"
    if side.decision is not None and side.decision.decided.startswith("continue"):
        status, severity, words = Status.MET, Severity.CAUTION, side.decision.text
        missing = ()
    elif emergency:
        words = f"{words}. In an emergency who treats decides: see the emergency's own finding"
    elif side.text:
        if status is Status.MET and side.open:
            status, severity = Status.UNKNOWN, Severity.ACTION
        words = f"{words}. {side.text[:1].upper()}{side.text[1:]}"
    text = f"{name_of(drug)}: withhold {plan.hold}. {words}."
    result = finding(
        rule.id, TOPIC, status, severity, " ".join(f"{text} {rule.text}".split()),
        profile=setting.profile, facts=rule.facts, missing=missing,
        inputs={"drug": drug.told, **_dosing(drug), **used, **side.inputs},
        considers=(f"drug.{drug.name}", *side.considers), decides=side.decides or "the operator",
    )  # fmt: skip
    ahead = state.ahead and (status is Status.MET or side.open)
    condition = ""
    if ahead and plan.last_dose is not None and not _continued(plan):
        condition = f"last dose of {name_of(drug)} not after {plan.last_dose:{SAYS}}"
        if side.open and not side.missing:
            condition = f"{side.decides} agrees to withhold {name_of(drug)}, {condition}"
    return DrugAssessment(result, plan, condition)


def _oftener(drug: Drug, spans: Iterable[Span]) -> bool:
    """Whether doses are counted of a drug that is taken more often than its rule has in mind."""
    usual = _USUAL_DOSES_A_DAY.get(drug.name)
    return usual is not None and len(drug.times) > usual and any(s.unit == "doses" for s in spans)


def _not_dated(
    rule: Hold, drug: Drug, plan: DrugPlan, used: Mapping[str, str], setting: Setting
) -> DrugAssessment:
    """No date where the rule's doses would be over too soon: who prescribes it says how long."""
    usual = {1: "once", 2: "twice"}[_USUAL_DOSES_A_DAY[drug.name]]
    who = _who(drug, setting)
    result = finding(
        rule.id, TOPIC, Status.UNKNOWN, Severity.ACTION,
        f"{name_of(drug)}: withhold {plan.hold}, as the source counts for a drug taken {usual} a "
        f"day. Here it is taken {len(drug.times)} times a day, and so few doses are over too soon: "
        f"no date is given. {who[:1].upper()}{who[1:]} decides how long it is withheld.",
        profile=setting.profile, facts=rule.facts,
        inputs={"drug": drug.told, **_dosing(drug), **used}, decides=who,
        considers=(f"drug.{drug.name}",),
    )  # fmt: skip
    request = setting.case.request
    latest = request.decision(drug.name)
    on = (drug.name,) if latest is not None and latest.decided.startswith("continue") else ()
    result = settle(result, request, setting.profile, *on, also=OPERATOR)  # "hold": not how long
    also = OPERATOR if on else ""
    return DrugAssessment(
        result,
        replace(plan, decides=who, decision=find_ruling(request, drug.name, who, also).decision),
    )


_USUAL_DOSES_A_DAY = {"apixaban": 2, "dabigatran": 2, "edoxaban": 1, "rivaroxaban": 1}
"""How often each is commonly taken: an assumption of this project, which only asks."""


def _not_stopped(
    rule: Hold, drug: Drug, plan: DrugPlan, side: Side, why: str, setting: Setting
) -> DrugAssessment | None:
    """A drug against platelets beside a fresh stent or event: no date; None: one may be given.

    One of two may be held where its decider says so and the other is decided to go on.
    """
    others = [
        one
        for one in drugs.drugs_of_class(setting.case.patient, "antiplatelet")
        if one.name != drug.name
    ]
    held = side.decision is not None and side.decision.decided.startswith("hold")
    kept = [d for d in (thrombosis.assess_side(one, setting).decision for one in others)
            if d is not None and d.decided.startswith("continue")]  # fmt: skip
    if side.decision is not None and (not held or kept):
        return None
    who = side.decides or "cardiology"
    text = (
        f"{name_of(drug)}: no date for stopping it. {why[:1].upper()}{why[1:]}. Not both drugs "
        "against platelets are stopped: the procedure waits, or is done on treatment. "
        f"{who[:1].upper()}{who[1:]} decides."
    )
    waits = setting.case.request.urgency != "urgent" or held
    if held:
        text = f"{text} Against that: {side.decision.text if side.decision else ''}."
    result = finding(
        rule.id, TOPIC, Status.NOT_MET if waits else Status.UNKNOWN,
        Severity.STOP if held else Severity.ACTION, text,
        profile=setting.profile, facts=rule.facts,
        inputs={"drug": drug.told, **_dosing(drug), **side.inputs}, missing=side.missing,
        considers=(f"drug.{drug.name}", *side.considers), decides=who,
    )  # fmt: skip
    return DrugAssessment(result, replace(plan, act="defer", decides=who, decision=side.decision))


def _continued(plan: DrugPlan) -> bool:
    return plan.decision is not None and plan.decision.decided.startswith("continue")


def _chosen(rule: Hold, profile: Profile) -> tuple[Span, ...]:
    local = profile.holds.get(rule.id)
    if local is None:
        return rule.spans
    return (rule.spans[0].settled(local),)


def _dated(plan: DrugPlan, rule: Hold, drug: Drug, setting: Setting) -> DrugPlan:
    """The plan with its dates; without them where start, zone or dosing times are missing."""
    start = setting.case.request.start
    if start is None:
        return plan
    zone = setting.case.patient.time_zone
    ends = [
        timetable.last_dose(start, number, span.unit, drug.times, zone)
        for span in _chosen(rule, setting.profile)
        for number in (span.low, span.high)
    ]
    known = [one for one in ends if one is not None]
    if len(known) < len(ends):
        known = []
    end, counted = _end(setting)
    first, last = (min(known), max(known)) if known else (None, None)
    return replace(
        plan,
        last_dose=first,
        last_dose_at_most=last,
        hours=None if first is None else timetable.hours_between(first, start),
        restarts=tuple(timetable.plan_restart(one, end, drug.times, zone) for one in rule.restart),
        counted_from=counted,
    )


def _end(setting: Setting) -> tuple[dt.datetime, str]:
    """When the procedure ends, as far as anybody knows, and what that is counted from."""
    request = setting.case.request
    start = request.start or setting.now
    if request.duration_min is None:
        return start, "the start: the duration is not told, count anew from the real end"
    end = timetable.add_hours(start, request.duration_min / 60.0, setting.case.patient.time_zone)
    return end, "the planned end: count anew from the real end"


def _dosing(drug: Drug) -> dict[str, str]:
    fields = {}
    if drug.times:
        fields["times"] = ", ".join(f"{one:%H:%M}" for one in drug.times)
    if drug.last is not None:
        fields["last"] = f"{drug.last:{SAYS}}"
    return fields
