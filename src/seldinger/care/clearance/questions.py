"""Questions: everything else that is asked of a case, each answered by its table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.care import allergies
from seldinger.care.clearance import timetable
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, settled, shown
from seldinger.care.clearance.model import Due
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import Trust, driving_value, fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.evaluate import Judgement
    from seldinger.care.clearance.inputs import Known
    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Fast, Question, Said, Tables
    from seldinger.core.finding import Finding

FASTED = frozenset({"minimal", "moderate", "deep", "general"})
METFORMIN = ("contrast.metformin.acr", "contrast.metformin.fda")


@dataclass(frozen=True, slots=True)
class Asked:
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


def asked(
    case: Case, inputs: Mapping[str, Known], tables: Tables, profile: Profile
) -> Iterator[Asked]:
    """What comes of every question that concerns the case; authorities that differ, both."""
    found = {
        question.id: list(_answers(question, case, inputs, profile))
        for question in tables.questions
    }
    conflict = _metformin(found, case, profile)
    for answers in found.values():
        yield from answers
    if conflict is not None:
        yield conflict


def _answers(
    question: Question, case: Case, inputs: Mapping[str, Known], profile: Profile
) -> Iterator[Asked]:
    applies = concerns(question.applies, inputs)
    if applies.status is Status.NOT_MET:
        return
    judged = [(rule, concerns(rule.when, inputs)) for rule in question.rules]
    matched = [(rule, one) for rule, one in judged if one.status is Status.MET]
    unsure = [(rule, one) for rule, one in judged if one.status is Status.UNKNOWN]
    if applies.status is Status.UNKNOWN:
        lacking = (*applies.missing, *(m for _, one in unsure for m in one.missing))
        yield Asked(
            _not_known(question, question.rules, lacking, inputs, (applies,), profile),
            decides=question.decides,
        )
        return
    for rule, one in matched:
        yield _said(question, rule, shown(inputs, (*applies.used, *one.used)), case, profile)
    if not matched and unsure:
        lacking = tuple(m for _, one in unsure for m in one.missing)
        used = (applies, *(one for _, one in unsure))
        rules = tuple(rule for rule, _ in unsure)
        yield Asked(
            _not_known(question, rules, lacking, inputs, used, profile), decides=question.decides
        )
    elif not matched and question.silent:
        made = finding(
            question.id, question.topic, Status.UNKNOWN, Severity.CAUTION, question.silent,
            profile=profile, inputs=shown(inputs, applies.used),
            facts=_read_facts(question.rules), decides=question.decides,
        )  # fmt: skip
        both = ("metformin", "contrast.metformin") if question.id in METFORMIN else ()
        made = settled(made, case.request, profile, *both)
        if question.order:
            made = replace(made, severity=Severity.INFO)
        is_open = made.status is not Status.MET and made.severity is not Severity.INFO
        yield Asked(made, decides=question.decides if is_open else "", order=question.order)


def _read_facts(rules: Iterable[Said]) -> tuple[str, ...]:
    """The facts that somebody read: where a source is silent, only such a one can be."""
    return tuple(one for one in _facts(rules) if fact(one).trust is not Trust.MEMORY)


def _facts(rules: Iterable[Said]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for rule in rules for one in rule.facts))


def _not_known(
    question: Question,
    rules: Iterable[Said],
    missing: tuple[str, ...],
    inputs: Mapping[str, Known],
    used: tuple[Judgement, ...],
    profile: Profile,
) -> Finding:
    return finding(
        question.id, question.topic, Status.UNKNOWN, question.severity,
        f"{question.asks}: not known.", profile=profile, missing=missing, facts=_facts(rules),
        inputs=shown(inputs, dict.fromkeys(n for one in used for n in one.used)),
        decides=question.decides,
    )  # fmt: skip


def _said(
    question: Question, rule: Said, inputs: Mapping[str, str], case: Case, profile: Profile
) -> Asked:
    made = finding(
        rule.id, question.topic, rule.status, rule.severity, rule.text,
        profile=profile, facts=rule.facts, inputs=inputs, decides=question.decides,
    )  # fmt: skip
    made = settled(made, case.request, profile, question.id)
    if question.order and rule.status is Status.UNKNOWN:
        made = replace(made, severity=Severity.INFO)
    is_open = made.status is not Status.MET
    return Asked(
        made,
        condition=rule.text.rstrip(".") if rule.condition else "",
        due=_held(rule, case),
        decides=question.decides if is_open and made.severity is not Severity.INFO else "",
        order=question.order,
    )


def _held(rule: Said, case: Case) -> tuple[Due, ...]:
    start = case.request.start
    if rule.hold_h is None or start is None:
        return ()
    back = timetable.after(start, rule.hold_h, case.patient.time_zone)
    return (Due(back, f"{rule.text} Not before, counted from the start.", rule.id),)


def _metformin(found: Mapping[str, list[Asked]], case: Case, profile: Profile) -> Asked | None:
    """What is said where one authority holds metformin and the other does not."""
    told = [[one for one in found.get(name, []) if not one.finding.missing] for name in METFORMIN]
    if not all(told):
        return None
    holds = [any(one.condition for one in answers) for answers in told]
    if holds[0] == holds[1]:
        return None
    made = finding(
        "contrast.metformin", "contrast", Status.UNKNOWN, Severity.ACTION,
        "The authorities do not say the same about metformin, both stand here: a local profile or "
        "a person decides.",
        profile=profile, decides="who asks for the contrast", considers=("drug.metformin",),
        facts=tuple(f for answers in told for one in answers for f in one.finding.facts),
    )  # fmt: skip
    made = settled(made, case.request, profile, "metformin")
    return Asked(made, decides="" if made.status is Status.MET else "who asks for the contrast")


def fasting(
    case: Case, inputs: Mapping[str, Known], tables: Tables, profile: Profile
) -> Iterator[Asked]:
    """Clock times before the start, where sedation is planned; else what was eaten, as told."""
    if case.request.sedation not in FASTED:
        for name, last in case.request.intake.items():
            if case.request.sedation is not None:
                yield Asked(
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


def _fast(rule: Fast, case: Case, inputs: Mapping[str, Known], profile: Profile) -> Asked:
    start, zone = case.request.start, case.patient.time_zone
    told = shown(inputs, ("sedation",))
    if start is None:
        made = finding(
            rule.id, "fasting", Status.UNKNOWN, Severity.ACTION,
            f"{rule.name.capitalize()} until {rule.hours:g} h before the start: no clock time.",
            profile=profile, facts=rule.facts, inputs=told, missing=("the start",),
        )  # fmt: skip
        return Asked(made)
    until = timetable.after(start, -rule.hours, zone)
    text = f"{rule.name.capitalize()} until {until:%a %d %b %H:%M}, {rule.hours:g} h before."
    last = case.request.intake.get(rule.intake)
    kept = last is None or last.timestamp() <= until.timestamp()
    if last is not None:
        text = f"{text} Last: {last:%a %d %b %H:%M}{'' if kept else ', too late'}."
        told[rule.intake] = f"{last:%Y-%m-%d %H:%M}"
    made = finding(
        rule.id, "fasting", Status.MET if kept else Status.NOT_MET,
        Severity.INFO if kept else Severity.ACTION, text,
        profile=profile, facts=rule.facts, inputs=told, considers=(f"intake.{rule.intake}",),
    )  # fmt: skip
    return Asked(made, due=(Due(until, f"Until then {rule.name}.", rule.id),))


def anaesthetic(case: Case, profile: Profile) -> Asked:
    """The maximum of a local anaesthetic, which only a local profile gives."""
    drug, weight = case.request.local_anaesthetic, case.patient.weight_kg
    rule, topic = "local-anaesthetic", "local anaesthetic"
    if drug is None:
        made = finding(
            rule, topic, Status.UNKNOWN, Severity.CAUTION, "Not known which one is used, if any.",
            profile=profile, missing=("the local anaesthetic, or none",),
        )  # fmt: skip
        return Asked(made)
    told = {"local_anaesthetic": drug}
    if drug == "none":
        made = finding(
            rule, topic, Status.MET, Severity.INFO, "None is planned.", profile=profile, inputs=told
        )
        return Asked(made)
    maximum = profile.anaesthetics.get(drug)
    given = {one.key for one in allergies.recognise(drug).allergens}
    if maximum is None and given == {_LABELLED}:
        return Asked(_by_label(drug, case, profile), order=True)
    if maximum is None:
        made = finding(
            rule, topic, Status.UNKNOWN, Severity.INFO,
            f"{drug.capitalize()}: no maximum stands here, none was read in a source; a local "
            "profile gives it, or the operator says how much.",
            profile=profile, inputs=told, decides="the operator",
        )  # fmt: skip
        made = settled(made, case.request, profile)
        return Asked(made, order=True)
    if weight is None:
        made = finding(
            rule, topic, Status.UNKNOWN, Severity.INFO,
            f"{drug.capitalize()}: {maximum.mg_per_kg:g} mg/kg by the local profile.",
            profile=profile, inputs=told, missing=("the weight",),
        )  # fmt: skip
        return Asked(made, order=True)
    text = (
        f"{drug.capitalize()}: at most {maximum.mg_per_kg * weight:.0f} mg "
        f"({maximum.mg_per_kg:g} mg/kg, {weight:g} kg; {maximum.source}; {profile.signature})."
    )
    made = finding(
        rule, topic, Status.MET, Severity.INFO, text, profile=profile,
        inputs={**told, "weight_kg": f"{weight:g} kg"},
    )  # fmt: skip
    return Asked(made, order=True)


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
