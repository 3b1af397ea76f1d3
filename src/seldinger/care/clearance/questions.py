"""Questions: everything else that is asked of a case, each answered by its table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.care import allergies
from seldinger.care.clearance import timetable
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, format_inputs, settle
from seldinger.care.clearance.model import Due
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import Trust, driving_value, fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.evaluate import Judgement
    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Fast, Question, QuestionAnswer, Tables
    from seldinger.core.finding import Finding

FASTED = frozenset({"minimal", "moderate", "deep", "general"})
METFORMIN = ("contrast.metformin.acr", "contrast.metformin.fda")


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What came of a question.

    Attributes:
        finding: what is said.
        condition: what must be kept; empty: nothing.
        due: what goes into the timetable.
        decides: who decides, while it is open.
        order: whether it is something to be ordered.
    """

    finding: Finding
    condition: str = ""
    due: tuple[Due, ...] = ()
    decides: str = ""
    order: bool = False


def ask_questions(
    case: Case, inputs: Mapping[str, Input], tables: Tables, profile: Profile
) -> Iterator[QuestionResult]:
    """What comes of every question that concerns the ``inputs``; authorities that differ, both."""
    results = {
        question.id: list(_answers(question, case, inputs, profile))
        for question in tables.questions
    }
    conflict = _metformin(results, case, profile)
    for answers in results.values():
        yield from answers
    if conflict is not None:
        yield conflict


def _answers(
    question: Question, case: Case, inputs: Mapping[str, Input], profile: Profile
) -> Iterator[QuestionResult]:
    applies = concerns(question.applies, inputs)
    if applies.status is Status.NOT_MET:
        return
    judged = [(rule, concerns(rule.when, inputs)) for rule in question.rules]
    matched = [(rule, one) for rule, one in judged if one.status is Status.MET]
    unsure = [(rule, one) for rule, one in judged if one.status is Status.UNKNOWN]
    if applies.status is Status.UNKNOWN:
        lacking = (*applies.missing, *(m for _, one in unsure for m in one.missing))
        yield QuestionResult(
            _not_known(question, question.rules, lacking, inputs, (applies,), profile),
            decides=question.decides,
        )
        return
    for rule, one in matched:
        yield _said(
            question, rule, format_inputs(inputs, (*applies.used, *one.used)), case, profile
        )
    if not matched and unsure:
        lacking = tuple(m for _, one in unsure for m in one.missing)
        used = (applies, *(one for _, one in unsure))
        rules = tuple(rule for rule, _ in unsure)
        yield QuestionResult(
            _not_known(question, rules, lacking, inputs, used, profile), decides=question.decides
        )
    elif not matched and question.silent:
        result = finding(
            question.id, question.topic, Status.UNKNOWN, Severity.CAUTION, question.silent,
            profile=profile, inputs=format_inputs(inputs, applies.used),
            facts=_read_facts(question.rules), decides=question.decides,
        )  # fmt: skip
        both = ("metformin", "contrast.metformin") if question.id in METFORMIN else ()
        result = settle(result, case.request, profile, *both)
        if question.order:
            result = replace(result, severity=Severity.INFO)
        is_open = result.status is not Status.MET and result.severity is not Severity.INFO
        yield QuestionResult(
            result, decides=question.decides if is_open else "", order=question.order
        )


def _read_facts(rules: Iterable[QuestionAnswer]) -> tuple[str, ...]:
    """The facts that somebody read: where a source is silent, only such a one can be."""
    return tuple(one for one in _facts(rules) if fact(one).trust is not Trust.MEMORY)


def _facts(rules: Iterable[QuestionAnswer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for rule in rules for one in rule.facts))


def _not_known(
    question: Question,
    rules: Iterable[QuestionAnswer],
    missing: tuple[str, ...],
    inputs: Mapping[str, Input],
    used: tuple[Judgement, ...],
    profile: Profile,
) -> Finding:
    return finding(
        question.id, question.topic, Status.UNKNOWN, question.severity,
        f"{question.asks}: not known.", profile=profile, missing=missing, facts=_facts(rules),
        inputs=format_inputs(inputs, dict.fromkeys(n for one in used for n in one.used)),
        decides=question.decides,
    )  # fmt: skip


def _said(
    question: Question,
    rule: QuestionAnswer,
    inputs: Mapping[str, str],
    case: Case,
    profile: Profile,
) -> QuestionResult:
    result = finding(
        rule.id, question.topic, rule.status, rule.severity, rule.text,
        profile=profile, facts=rule.facts, inputs=inputs, decides=question.decides,
    )  # fmt: skip
    result = settle(result, case.request, profile, question.id)
    if question.order and rule.status is Status.UNKNOWN:
        result = replace(result, severity=Severity.INFO)
    is_open = result.status is not Status.MET
    return QuestionResult(
        result,
        condition=rule.text.rstrip(".") if rule.condition else "",
        due=_held(rule, case),
        decides=question.decides if is_open and result.severity is not Severity.INFO else "",
        order=question.order,
    )


def _held(rule: QuestionAnswer, case: Case) -> tuple[Due, ...]:
    start = case.request.start
    if rule.hold_h is None or start is None:
        return ()
    back = timetable.add_hours(start, rule.hold_h, case.patient.time_zone)
    return (Due(back, f"{rule.text} Not before, counted from the start.", rule.id),)


def _metformin(
    found: Mapping[str, list[QuestionResult]], case: Case, profile: Profile
) -> QuestionResult | None:
    """What is said where one authority holds metformin and the other does not."""
    answered = [
        [one for one in found.get(name, []) if not one.finding.missing] for name in METFORMIN
    ]
    if not all(answered):
        return None
    holds = [any(one.condition for one in answers) for answers in answered]
    if holds[0] == holds[1]:
        return None
    result = finding(
        "contrast.metformin", "contrast", Status.UNKNOWN, Severity.ACTION,
        "The authorities do not say the same about metformin, both stand here: a local profile or "
        "a person decides.",
        profile=profile, decides="who asks for the contrast", considers=("drug.metformin",),
        facts=tuple(f for answers in answered for one in answers for f in one.finding.facts),
    )  # fmt: skip
    result = settle(result, case.request, profile, "metformin")
    return QuestionResult(
        result, decides="" if result.status is Status.MET else "who asks for the contrast"
    )


def assess_fasting(
    case: Case, inputs: Mapping[str, Input], tables: Tables, profile: Profile
) -> Iterator[QuestionResult]:
    """Clock times before the start, if ``inputs`` plan sedation; else what was eaten."""
    if case.request.sedation not in FASTED:
        for name, last in case.request.intake.items():
            if case.request.sedation is not None:
                yield QuestionResult(
                    finding(
                        f"intake.{name}", "fasting", Status.MET, Severity.INFO,
                        f"{name.replace('_', ' ').capitalize()}, {last:%a %d %b %H:%M}: no "
                        "sedation is planned, and no fasting asked for.",
                        profile=profile, considers=(f"intake.{name}",),
                    )
                )  # fmt: skip
        return
    for rule in tables.fasts:
        yield _fast(rule, case, inputs, profile)


def _fast(rule: Fast, case: Case, inputs: Mapping[str, Input], profile: Profile) -> QuestionResult:
    start, zone = case.request.start, case.patient.time_zone
    given = format_inputs(inputs, ("sedation",))
    if start is None:
        result = finding(
            rule.id, "fasting", Status.UNKNOWN, Severity.ACTION,
            f"{rule.name.capitalize()} until {rule.hours:g} h before the start: no clock time.",
            profile=profile, facts=rule.facts, inputs=given, missing=("the start",),
        )  # fmt: skip
        return QuestionResult(result)
    until = timetable.add_hours(start, -rule.hours, zone)
    text = f"{rule.name.capitalize()} until {until:%a %d %b %H:%M}, {rule.hours:g} h before."
    last = case.request.intake.get(rule.intake)
    kept = last is None or last.timestamp() <= until.timestamp()
    if last is not None:
        text = f"{text} Last: {last:%a %d %b %H:%M}{'' if kept else ', too late'}."
        given[rule.intake] = f"{last:%Y-%m-%d %H:%M}"
    result = finding(
        rule.id, "fasting", Status.MET if kept else Status.NOT_MET,
        Severity.INFO if kept else Severity.ACTION, text,
        profile=profile, facts=rule.facts, inputs=given, considers=(f"intake.{rule.intake}",),
    )  # fmt: skip
    return QuestionResult(result, due=(Due(until, f"Until then {rule.name}.", rule.id),))


def assess_anaesthetic(case: Case, profile: Profile) -> QuestionResult:
    """The maximum of a local anaesthetic, which only a local profile gives."""
    drug, weight = case.request.local_anaesthetic, case.patient.weight_kg
    rule, topic = "local-anaesthetic", "local anaesthetic"
    if drug is None:
        result = finding(
            rule, topic, Status.UNKNOWN, Severity.CAUTION, "Not known which one is used, if any.",
            profile=profile, missing=("the local anaesthetic, or none",),
        )  # fmt: skip
        return QuestionResult(result)
    shown_inputs = {"local_anaesthetic": drug}
    if drug == "none":
        result = finding(
            rule,
            topic,
            Status.MET,
            Severity.INFO,
            "None is planned.",
            profile=profile,
            inputs=shown_inputs,
        )
        return QuestionResult(result)
    maximum = profile.anaesthetics.get(drug)
    given = {one.key for one in allergies.recognise(drug).allergens}
    if maximum is None and given == {_LABELLED}:
        return QuestionResult(_by_label(drug, case, profile), order=True)
    if maximum is None:
        result = finding(
            rule, topic, Status.UNKNOWN, Severity.INFO,
            f"{drug.capitalize()}: no maximum stands here, none was read in a source; a local "
            "profile gives it, or the operator says how much.",
            profile=profile, inputs=shown_inputs, decides="the operator",
        )  # fmt: skip
        result = settle(result, case.request, profile)
        return QuestionResult(result, order=True)
    if weight is None:
        result = finding(
            rule, topic, Status.UNKNOWN, Severity.INFO,
            f"{drug.capitalize()}: {maximum.mg_per_kg:g} mg/kg by the local profile.",
            profile=profile, inputs=shown_inputs, missing=("the weight",),
        )  # fmt: skip
        return QuestionResult(result, order=True)
    text = (
        f"{drug.capitalize()}: at most {maximum.mg_per_kg * weight:.0f} mg "
        f"({maximum.mg_per_kg:g} mg/kg, {weight:g} kg; {maximum.source}; {profile.signature})."
    )
    result = finding(
        rule, topic, Status.MET, Severity.INFO, text, profile=profile,
        inputs={**shown_inputs, "weight_kg": f"{weight:g} kg"},
    )  # fmt: skip
    return QuestionResult(result, order=True)


_LABELLED = "lidocaine"
_LABEL = ("clearance.lidocaine.plain_per_kg", "clearance.lidocaine.plain_total")


def _by_label(drug: str, case: Case, profile: Profile) -> Finding:
    """The label's maximum of lidocaine without adrenaline, by weight where that is told."""
    per_kg, total = driving_value(_LABEL[0]), driving_value(_LABEL[1])
    weight = case.patient.weight_kg
    most = total if weight is None else min(total, per_kg * weight)
    by = "" if weight is None else f", {weight:g} kg"
    return finding(
        "local-anaesthetic", "local anaesthetic", Status.MET, Severity.INFO,
        f"{drug.capitalize()} without adrenaline: at most {most:.0f} mg by the label "
        f"({per_kg:g} mg/kg and {total:g} mg{by}).",
        profile=profile, facts=_LABEL, inputs={"local_anaesthetic": drug},
        missing=() if weight is not None else ("the weight",),
    )  # fmt: skip
