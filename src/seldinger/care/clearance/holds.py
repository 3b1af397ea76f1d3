"""Holds: what happens to each drug, by the rules, the dosing times and what it is taken for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance import inputs as told
from seldinger.care.clearance import needs, thrombosis, timetable
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, settled, shown
from seldinger.care.clearance.model import DrugPlan
from seldinger.core.verdict import Met, Severity
from seldinger.evidence import fact

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Known
    from seldinger.care.clearance.model import BleedingClass, Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Hold, Need, Span, Tables
    from seldinger.care.clearance.thrombosis import Side
    from seldinger.care.finding import CareFinding
    from seldinger.care.patient import Drug

TOPIC = "drugs"
LIST_RULE = "drugs.list"
_JUDGED = ("antiplatelet", "anticoagulant", "fibrinolytic", "nsaid")
"""Classes of which a reader expects a rule: of others nothing is said where there is none."""
SAYS = "%a %d %b %Y %H:%M"


@dataclass(frozen=True, slots=True)
class Judged:
    """A drug's plan, what is said of it, and what must be kept."""

    finding: CareFinding
    plan: DrugPlan | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all drugs of a case share."""

    case: Case
    inputs: Mapping[str, Known]
    bleeding: BleedingClass
    tables: Tables
    profile: Profile
    now: dt.datetime


def listed(setting: Setting) -> Iterator[CareFinding]:
    """What is said of the list itself: whether it is complete, and what is not recognised."""
    patient = setting.case.patient
    if not patient.drugs_complete:
        yield finding(
            LIST_RULE, TOPIC, Met.UNKNOWN, Severity.ACTION,
            "Nobody said that the list of drugs is complete.",
            profile=setting.profile, missing=("all drugs (drugs_complete)",),
        )  # fmt: skip
    if not patient.conditions_complete:
        yield finding(
            "conditions.list", "conditions", Met.UNKNOWN, Severity.ACTION,
            "Nobody said that the list of conditions is complete.",
            profile=setting.profile, missing=("all conditions (conditions_complete)",),
        )  # fmt: skip
    for drug in drugs.unrecognised(patient):
        made = finding(
            f"drugs.unrecognised.{drug.name}", TOPIC, Met.UNKNOWN, Severity.ACTION,
            f"{drugs.said_of(drug)}.", profile=setting.profile, inputs={"drug": drug.told},
            considers=(f"drug.{drug.name}",), decides="who prescribes it",
        )  # fmt: skip
        made = settled(made, setting.case.request, setting.profile, drug.name)
        lacking = () if made.status is Met.MET else (f"what {drug.told} is{_offered(drug)}",)
        yield replace(made, missing=lacking)


def together(setting: Setting) -> Iterator[CareFinding]:
    """What is said where several drugs against clots are taken: the source speaks of one."""
    platelets = drugs.of_class(setting.case.patient, "antiplatelet")
    clots = drugs.of_class(setting.case.patient, "anticoagulant")
    if len(platelets) + len(clots) < 2:  # noqa: PLR2004  one drug, or none
        return
    both = bool(platelets and clots) or len(clots) > 1
    names = ", ".join(one.told for one in (*clots, *platelets))
    made = finding(
        "drugs.together", TOPIC, Met.UNKNOWN if both else Met.MET, Severity.CAUTION,
        f"{names} together: the source speaks of one drug and one defect at a time; together they "
        "bleed more than it says.",
        profile=setting.profile, inputs={"drugs": names}, decides="the operator",
    )  # fmt: skip
    yield settled(made, setting.case.request, setting.profile)


_ANY = float("inf")
_LABELS = {
    "apixaban": {(0.0, _ANY): "antithrombotic.label.apixaban.low"},
    "dabigatran": {
        (80.0, _ANY): "antithrombotic.eu_label.dabigatran.standard.crcl_over_80",
        (50.0, 80.0): "antithrombotic.eu_label.dabigatran.standard.crcl_50_to_80",
        (0.0, 50.0): "antithrombotic.eu_label.dabigatran.standard.crcl_30_to_50",
    },
}
"""What labels say of direct anticoagulants before low risk: drug -> clearance -> fact."""


def labels(setting: Setting) -> Iterator[CareFinding]:
    """What the label says beside the consensus, where the two differ: both stand."""
    if "low" not in setting.bleeding.considered:
        return
    clearance = setting.inputs["crcl_ml_per_min"].value
    for drug in setting.case.patient.drugs:
        for (low, high), name in _LABELS.get(drug.name, {}).items():
            banded = low > 0.0 or high < _ANY
            if banded and not (isinstance(clearance, float) and low < clearance <= high):
                continue
            yield finding(
                f"drugs.label.{drug.name}", TOPIC, Met.MET, Severity.CAUTION,
                f"{_name(drug)}: the consensus goes on before low risk. {fact(name).statement} "
                "Both stand; who prescribes it is asked where they would differ.",
                profile=setting.profile, facts=(name,), inputs={"drug": drug.told},
            )  # fmt: skip


def _offered(drug: Drug) -> str:
    alike = drugs.near(drug.told)
    return f" (did you mean {' or '.join(alike)}?)" if alike else ""


def judged(setting: Setting) -> Iterator[Judged]:
    """What every rule says of every drug, for each class that is considered."""
    for drug in setting.case.patient.drugs:
        need = needs.of(drug, setting) if drug.recognised else None
        if need is not None:
            yield _needed(need, drug, setting)
        elif drug.recognised and not setting.bleeding.considered:
            if drugs.known(drug.name).classes & set(_JUDGED):
                yield _silent(drug, "any", setting.inputs, [], "", setting)
        elif drug.recognised:
            for bleeding_class in setting.bleeding.considered:
                yield from _of_drug(drug, bleeding_class, setting)


def _needed(need: Need, drug: Drug, setting: Setting) -> Judged:
    """A drug that the procedure needs goes on, in each class."""
    decision = setting.case.request.decision(drug.name)
    plan = DrugPlan(
        drug.name, drug.told, need.id, setting.bleeding.value or "any", "continue", "",
        decides=need.decides if need.open else "", decision=decision,
    )  # fmt: skip
    text = f"{_name(drug)}: {need.text}"
    status = Met.UNKNOWN if need.open else Met.MET
    severity = Severity.ACTION if need.open else Severity.INFO
    if decision is not None and decision.decided.startswith("hold"):
        status, severity = Met.NOT_MET, Severity.STOP
        text = f"{text} Against that: {decision.text}."
    elif decision is not None:
        status, severity, text = Met.MET, Severity.INFO, f"{text} {decision.text}."
    made = finding(
        f"{need.id}.{drug.name}", TOPIC, status, severity, text, profile=setting.profile,
        facts=need.facts, inputs={"drug": drug.told}, considers=(f"drug.{drug.name}",),
        decides=need.decides,
    )  # fmt: skip
    return Judged(made, plan)


def _of_drug(drug: Drug, bleeding_class: str, setting: Setting) -> Iterator[Judged]:
    classes = drugs.known(drug.name).classes
    names = {drug.name, *(f"@{one}" for one in classes)}
    inputs = told.of_drug(told.with_class(setting.inputs, bleeding_class), drug.route, drug.intent)
    rules = [rule for rule in setting.tables.holds if rule.drugs & names]
    found = [(rule, concerns(rule.when, inputs)) for rule in rules]
    matched = [rule for rule, one in found if one.status is Met.MET]
    unsure = [(rule, one) for rule, one in found if one.status is Met.UNKNOWN]
    where = f"If {bleeding_class} risk: " if setting.bleeding.value is None else ""
    for rule in matched:
        made = _act(rule, drug, bleeding_class, inputs, setting)
        yield replace(made, finding=replace(made.finding, text=f"{where}{made.finding.text}"))
    if unsure:
        missing = tuple(m for _, one in unsure for m in one.missing)
        used = tuple(n for _, one in unsure for n in one.used)
        text = f"{where}{_name(drug)}: not known which rule holds ({_rules(unsure)}), at least "
        text = f"{text}the longest is left out until it is."
        yield Judged(
            finding(
                f"sir2019.{bleeding_class}.{drug.name}", TOPIC, Met.UNKNOWN, Severity.ACTION, text,
                profile=setting.profile, missing=missing, inputs=shown(inputs, used),
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
    inputs: Mapping[str, Known],
    rules: list[Hold],
    where: str,
    setting: Setting,
) -> Judged:
    """A drug of which the source says nothing, here or at all."""
    used = dict.fromkeys(n for rule in rules for row in rule.when for n in row)
    rule = f"sir2019.{bleeding_class}.{drug.name}"
    text = f"{where}{_name(drug)}: source silent"
    text += " for this patient." if rules else "; it has no rule for this drug."
    made = finding(
        rule, TOPIC, Met.UNKNOWN, Severity.ACTION, f"{text} Who prescribes it decides.",
        profile=setting.profile, inputs={"drug": drug.told, **shown(inputs, used)},
        facts=tuple(dict.fromkeys(f for one in rules for f in one.facts)),
        considers=(f"drug.{drug.name}",), decides=_who(drug, setting),
    )  # fmt: skip
    made = settled(made, setting.case.request, setting.profile, drug.name)
    plan = DrugPlan(
        drug.name, drug.told, rule, bleeding_class, "silent", "", decides=_who(drug, setting),
        decision=setting.case.request.decision(drug.name),
    )  # fmt: skip
    return Judged(made, plan)


def _who(drug: Drug, setting: Setting) -> str:
    """Who decides about a drug of which the source says nothing."""
    return thrombosis.side(drug, setting).decides or "who prescribes it"


def _act(
    rule: Hold,
    drug: Drug,
    bleeding_class: str,
    inputs: Mapping[str, Known],
    setting: Setting,
) -> Judged:
    used = shown(inputs, dict.fromkeys(n for row in rule.when for n in row))
    plan = DrugPlan(drug.name, drug.told, rule.id, bleeding_class, rule.act, "")
    if rule.act == "withhold":
        return _withheld(rule, drug, plan, used, setting)
    status, severity, words = {
        "continue": (Met.MET, Severity.INFO, "continue"),
        "silent": (Met.UNKNOWN, Severity.CAUTION, "no recommendation"),
        "defer": (Met.NOT_MET, Severity.STOP, "defer the procedure"),
    }[rule.act]
    who = _who(drug, setting)
    made = finding(
        rule.id, TOPIC, status, severity, f"{_name(drug)}: {words}. {rule.text}".strip(),
        profile=setting.profile, facts=rule.facts, inputs={"drug": drug.told, **used},
        considers=(f"drug.{drug.name}",), decides="" if status is Met.MET else who,
    )  # fmt: skip
    if rule.act != "continue":
        decision = setting.case.request.decision(drug.name)
        plan = replace(plan, decides=who, decision=decision)
    if rule.act == "silent":
        made = settled(made, setting.case.request, setting.profile, drug.name)
    return Judged(made, plan)


def _withheld(
    rule: Hold, drug: Drug, plan: DrugPlan, used: Mapping[str, str], setting: Setting
) -> Judged:
    spans = _chosen(rule, setting.profile)
    side = thrombosis.side(drug, setting)
    why = thrombosis.fresh(drug, setting)
    if why and setting.case.request.urgency != "emergency":
        kept = _not_stopped(rule, drug, plan, side, why, setting)
        if kept is not None:
            return kept
    plan = _dated(replace(plan, hold=" or ".join(s.words for s in spans)), rule, drug, setting)
    state = _state(plan, drug, setting)
    plan = replace(plan, decides=side.decides, decision=side.decision)
    status, severity, words = state.status, state.severity, state.words
    missing: tuple[str, ...] = (*state.missing, *side.missing)
    emergency = setting.case.request.urgency == "emergency"
    if side.decision is not None and side.decision.decided.startswith("continue"):
        status, severity, words = Met.MET, Severity.CAUTION, side.decision.text
        missing = ()
    elif emergency:
        words = f"{words}. In an emergency who treats decides: see the emergency's own finding"
    elif side.text:
        if status is Met.MET and side.open:
            status, severity = Met.UNKNOWN, Severity.ACTION
        words = f"{words}. {side.text[:1].upper()}{side.text[1:]}"
    text = f"{_name(drug)}: withhold {plan.hold}. {words}."
    made = finding(
        rule.id, TOPIC, status, severity, " ".join(f"{text} {rule.text}".split()),
        profile=setting.profile, facts=rule.facts, missing=missing,
        inputs={"drug": drug.told, **_dosing(drug), **used, **side.inputs},
        considers=(f"drug.{drug.name}", *side.considers), decides=side.decides or "the operator",
    )  # fmt: skip
    ahead = state.ahead and (status is Met.MET or side.open)
    condition = ""
    if ahead and plan.last_dose is not None and not _continued(plan):
        condition = f"last dose of {_name(drug)} not after {plan.last_dose:{SAYS}}"
        if side.open and not side.missing:
            condition = f"{side.decides} agrees to withhold {_name(drug)}, {condition}"
    return Judged(made, plan, condition)


def _not_stopped(
    rule: Hold, drug: Drug, plan: DrugPlan, side: Side, why: str, setting: Setting
) -> Judged | None:
    """A drug against platelets beside a fresh stent or event: no date; None: one may be given.

    One of two may be held where its decider says so and the other is decided to go on.
    """
    decisions = setting.case.request.decision
    others = [
        one for one in drugs.of_class(setting.case.patient, "antiplatelet") if one.name != drug.name
    ]
    held = side.decision is not None and side.decision.decided.startswith("hold")
    kept = [d for d in (decisions(one.name) for one in others)
            if d is not None and d.decided.startswith("continue")]  # fmt: skip
    if side.decision is not None and (not held or kept):
        return None
    who = side.decides or "cardiology"
    text = (
        f"{_name(drug)}: no date for stopping it. {why[:1].upper()}{why[1:]}. Not both drugs "
        "against platelets are stopped: the procedure waits, or is done on treatment. "
        f"{who[:1].upper()}{who[1:]} decides."
    )
    waits = setting.case.request.urgency != "urgent" or held
    if held:
        text = f"{text} Against that: {side.decision.text if side.decision else ''}."
    made = finding(
        rule.id, TOPIC, Met.NOT_MET if waits else Met.UNKNOWN,
        Severity.STOP if held else Severity.ACTION, text,
        profile=setting.profile, facts=rule.facts,
        inputs={"drug": drug.told, **_dosing(drug), **side.inputs}, missing=side.missing,
        considers=(f"drug.{drug.name}", *side.considers), decides=who,
    )  # fmt: skip
    return Judged(made, replace(plan, act="defer", decides=who, decision=side.decision))


def _continued(plan: DrugPlan) -> bool:
    return plan.decision is not None and plan.decision.decided.startswith("continue")


def _chosen(rule: Hold, profile: Profile) -> tuple[Span, ...]:
    local = profile.holds.get(rule.id)
    if local is None:
        return rule.spans
    return (replace(rule.spans[0], low=local, high=local),)


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
        restarts=tuple(timetable.restart(one, end, drug.times, zone) for one in rule.restart),
        counted_from=counted,
    )


def _end(setting: Setting) -> tuple[dt.datetime, str]:
    """When the procedure ends, as far as anybody knows, and what that is counted from."""
    request = setting.case.request
    start = request.start or setting.now
    if request.duration_min is None:
        return start, "the start: the duration is not told, count anew from the real end"
    end = timetable.after(start, request.duration_min / 60.0, setting.case.patient.time_zone)
    return end, "the planned end: count anew from the real end"


@dataclass(frozen=True, slots=True)
class _State:
    """Whether a hold is kept, can still be kept, or was missed."""

    status: Met
    severity: Severity
    words: str
    missing: tuple[str, ...] = ()
    ahead: bool = False


def _state(plan: DrugPlan, drug: Drug, setting: Setting) -> _State:
    if setting.case.request.start is None:
        return _State(Met.UNKNOWN, Severity.ACTION, "No date without the start", ("the start",))
    if plan.last_dose is None or plan.last_dose_at_most is None:
        missing = [f"dosing times of {drug.told}"] if not drug.times else []
        if setting.case.patient.time_zone is None:
            missing.append("the patient's time zone")
        return _State(
            Met.UNKNOWN, Severity.ACTION, "No date without the dosing times", tuple(missing)
        )
    return _kept(
        plan, plan.last_dose.timestamp(), plan.last_dose_at_most.timestamp(), drug, setting
    )


def _kept(plan: DrugPlan, first: float, last: float, drug: Drug, setting: Setting) -> _State:
    """Whether the last dose that was taken, or still may be, fits ``first`` to ``last``."""
    words = f"Last dose {_between(plan)}, {plan.hours:.0f} h before the start"
    now = setting.now.timestamp()
    if drug.last is None:
        if now <= first:
            return _State(Met.MET, Severity.ACTION, words, ahead=True)
        return _State(
            Met.UNKNOWN, Severity.ACTION, f"{words}; not known when it was last taken",
            (f"the last dose of {drug.told}",),
        )  # fmt: skip
    taken, said = drug.last.timestamp(), f"last taken {drug.last:{SAYS}}"
    if taken > now:
        return _State(
            Met.UNKNOWN, Severity.ACTION, f"{words}; {said}, which lies after now",
            (f"the right time of the last dose of {drug.told}",),
        )  # fmt: skip
    if now <= first:
        return _State(Met.MET, Severity.ACTION, words, ahead=True)
    status = Met.NOT_MET if taken > last else Met.UNKNOWN if taken > first else Met.MET
    note = {
        Met.NOT_MET: "too late for the hold",
        Met.UNKNOWN: "the source gives a range, a local profile decides",
        Met.MET: "kept",
    }[status]
    severity = Severity.INFO if status is Met.MET else Severity.ACTION
    return _State(status, severity, f"{words}; {said}: {note}")


def _between(plan: DrugPlan) -> str:
    if plan.last_dose == plan.last_dose_at_most or plan.last_dose_at_most is None:
        return f"{plan.last_dose:{SAYS}}"
    return f"{plan.last_dose:{SAYS}} (longer hold) to {plan.last_dose_at_most:{SAYS}} (shorter)"


def _dosing(drug: Drug) -> dict[str, str]:
    found = {}
    if drug.times:
        found["times"] = ", ".join(f"{one:%H:%M}" for one in drug.times)
    if drug.last is not None:
        found["last"] = f"{drug.last:{SAYS}}"
    return found


def _name(drug: Drug) -> str:
    alike = drugs.plain(drug.told) == drug.name
    return drug.name.capitalize() if alike else f"{drug.name.capitalize()} ({drug.told})"
