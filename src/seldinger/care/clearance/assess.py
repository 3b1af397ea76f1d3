"""Assess: a case becomes an answer, with everything a reader needs to distrust it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from seldinger.care import drugs as drug_names
from seldinger.care.clearance import (
    access,
    alarms,
    allergy,
    bleeding,
    decided,
    drug_list,
    emergency,
    holds,
    needs,
    questions,
    recorded,
    rules,
    thrombosis,
    timetable,
    understood,
)
from seldinger.care.clearance import answer as answers
from seldinger.care.clearance import inputs as rule_inputs
from seldinger.care.clearance import profile_file as profiles
from seldinger.care.clearance.findings import finding, settle, sort_findings
from seldinger.care.clearance.model import Clearance, Due, TopicAnswer
from seldinger.care.patient import Sex
from seldinger.core.errors import CareError
from seldinger.core.record import AssumptionUse
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import driving_value

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import BleedingClass, Case, DrugPlan
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.questions import QuestionResult
    from seldinger.care.clearance.rules import Tables
    from seldinger.core.finding import Finding

ANTIBIOTIC_TIMING = "antibiotics.timing"
_NONE = "none"


def assess(
    case: Case,
    now: dt.datetime,
    profile: Profile | None = None,
    tables: Tables | None = None,
) -> Clearance:
    """Whether a patient is ready, what is missing, and when the last doses are.

    Args:
        case: a patient and what is to be done.
        now: aware; a hold that can still be kept is a condition, one that cannot is not met.
        profile: the department's; the shipped one unless given.
        tables: the rules; the shipped ones unless given.

    Raises:
        CareError: ``now`` has no zone, or the procedure is not one that may be cleared.
    """
    if now.utcoffset() is None:
        raise CareError("now has no zone: give it with its offset")
    used = profiles.default_profile() if profile is None else profile
    known = rules.tables() if tables is None else tables
    if case.request.procedure not in known.procedures:
        raise CareError(
            f"no procedure that may be cleared is called {case.request.procedure!r}; there are: "
            f"{', '.join(known.procedures)}"
        )
    as_told = _judged(case, now, used, known)
    if not case.request.decisions:
        return as_told
    weighed = decided.weigh(case, rule_inputs.collect_inputs(case, used, now, known), used, now)
    return _worse(_judged(weighed, now, used, known), as_told)


def _judged(case: Case, now: dt.datetime, used: Profile, known: Tables) -> Clearance:
    """The answer, decisions as the request has them."""
    inputs = rule_inputs.collect_inputs(case, used, now, known)
    group, result = _class(case, inputs, known, used)
    labs = [
        settle(one, case.request, used) if one.status is not Status.MET else one
        for one in bleeding.assess_labs(case, inputs, group, known, used, now)
    ]
    setting = holds.Setting(case, inputs, group, known, used, now)
    drugs = list(holds.assess_drugs(setting))
    question_results = [
        *questions.ask_questions(case, inputs, known, used),
        *questions.assess_fasting(case, inputs, known, used),
        questions.assess_anaesthetic(case, used),
    ]
    results = [
        *_case(case, used, now),
        *result,
        *labs,
        *_arterial(case, group, known, used),
        *access.assess_radial(case, used),
        *drug_list.assess_list(setting),
        *(one.finding for one in drugs),
        *needs.list_missing(setting),
        *drug_list.assess_together(setting),
        *drug_list.compare_labels(setting),
        *(one.finding for one in question_results),
        *allergy.assess_allergies(case, used, _orders(question_results)),
        *alarms.assess_alarms(case, used, now),
    ]
    results.extend(recorded.list_left_over(case, results, inputs, used))
    results.extend(_settling(case, results, used))
    plans = tuple(one.plan for one in drugs if one.plan is not None)
    findings = answers.settle_alike(sort_findings(emergency.soften(results, case)), group, plans)
    topics = answers.answer_topics(findings, group)
    judge = partial(assess, now=now, profile=used, tables=known)
    alternatives = tuple(access.list_alternatives(case, inputs, labs, known, used, judge))
    return Clearance(
        answer=answers.worst_answer(
            (*(one.answer for one in topics), answers.worst_of(findings, group))
        ),
        topics=topics,
        conditions=_conditions(case, drugs, question_results, findings, group),
        missing=tuple(
            dict.fromkeys(m for one in findings if answers.blocks(one) for m in one.missing)
        ),
        bleeding=group,
        drugs=plans,
        timetable=_timetable(case, group, plans, question_results, used),
        findings=(*emergency.list_findings(case, used), *findings),
        orders=tuple(
            one.finding for one in question_results if one.order or one.finding.topic == "fasting"
        ),
        understood=understood.format_lines(case, inputs),
        alternatives=alternatives,
        emergency=emergency.is_emergency(case),
        decides=_decides(case, findings),
        profile=used,
        assumptions=_assumptions(case, used, findings),
        case=case,
        now=now,
    )


def _worse(weighed: Clearance, as_told: Clearance) -> Clearance:
    """The clearance by the decisions that count, and no better than by all of them as told."""
    seen = {(item.id, answers.answer_of(item)) for item in weighed.findings}
    worse = [
        item for item in as_told.findings
        if answers.blocks(item) and (item.id, answers.answer_of(item)) not in seen
        and item.status is Status.NOT_MET
    ]  # fmt: skip
    # In an emergency its own finding stays the first.
    first = tuple(emergency.list_findings(as_told.case, as_told.profile))
    rules_of = {item.id for item in (*worse, *first)}
    rest = [item for item in weighed.findings if item.id not in rules_of]
    findings = (*first, *sort_findings([*worse, *rest]))
    topics = tuple(
        TopicAnswer(
            item.topic,
            answers.worst_answer((item.answer, other.answer)),
            tuple(
                f.text for f in findings if answers.topic_of(f) is item.topic and answers.blocks(f)
            ),
        )
        for item, other in zip(weighed.topics, as_told.topics, strict=True)
    )
    return replace(
        weighed,
        answer=answers.worst_answer((weighed.answer, as_told.answer)),
        topics=topics,
        findings=findings,
        decides=tuple(dict.fromkeys((*weighed.decides, *_decides(as_told.case, worse)))),
        case=as_told.case,
    )


def _settling(case: Case, open_findings: Iterable[Finding], profile: Profile) -> Iterator[Finding]:
    """What a decision about a whole question, or under a name of its own, settles."""
    for about in dict.fromkeys(one.settled_by for one in open_findings if one.settled_by):
        mine = [one for one in open_findings if one.settled_by == about]
        rules_of = tuple(dict.fromkeys(one.id for one in mine))
        decision = case.request.decision(about)
        if rules_of == (about,) or decision is None:
            continue
        noted = any(one.severity is not Severity.INFO for one in mine)
        yield finding(
            f"case.decision_of.{about}", "case", Status.MET,
            Severity.CAUTION if noted else Severity.INFO,
            f"One decision about {about} settles {len(rules_of)} rule(s): "
            f"{', '.join(rules_of)}. {decision.text}.",
            profile=profile, inputs={"about": about},
        )  # fmt: skip


def _orders(asked: Iterable[QuestionResult]) -> tuple[str, ...]:
    return ("antibiotics", *(a.finding.id for a in asked if a.finding.topic == "antibiotics"))


def _assumptions(
    case: Case, profile: Profile, findings: Iterable[Finding]
) -> tuple[AssumptionUse, ...]:
    """Values without a source, as they were used in this case."""
    uses = [*profile.assumptions(), *alarms.list_assumptions(case, profile)]
    patient = case.patient
    if patient.sex is not Sex.MALE and not patient.pregnant:
        uses += [AssumptionUse.resolve(one, profile.alarms) for one in rule_inputs.FERTILE]
    if case.request.decisions:
        uses.append(AssumptionUse.resolve(decided.VALIDITY, profile.alarms))
    if drug_names.drugs_of_class(patient, "anticoagulant-vka"):
        uses.append(AssumptionUse.resolve(rule_inputs.INR_ON_VKA, profile.alarms))
    if any("drugs against platelets" in one.text for one in findings):
        uses.append(AssumptionUse.resolve(thrombosis.FRESH, profile.alarms))
    return tuple(uses)


def _class(
    case: Case, inputs: Mapping[str, Input], tables: Tables, profile: Profile
) -> tuple[BleedingClass, tuple[Finding, ...]]:
    """The bleeding class and what is said of it; none where the consensus is silent."""
    outside = bleeding.check_domain(inputs, tables, profile)
    if outside is not None and not outside.missing:
        return bleeding.SILENT, (outside,)
    group, said = bleeding.classify(inputs, tables, profile, case.request)
    return group, (said,) if outside is None else (outside, said)


def _case(case: Case, profile: Profile, now: dt.datetime) -> Iterator[Finding]:
    start = case.request.start
    if start is None:
        yield finding(
            "case.start", "case", Status.UNKNOWN, Severity.ACTION,
            "When it starts is not known: no date follows.",
            profile=profile, missing=("the start",),
        )  # fmt: skip
    elif start.timestamp() < now.timestamp():
        yield finding(
            "case.start_past", "case", Status.UNKNOWN, Severity.STOP,
            f"The start is past: {start:%a %d %b %Y %H:%M} lies before now, "
            f"{now:%a %d %b %Y %H:%M}. Nobody is cleared for what is past: check the year, or give "
            "the time of judging.",
            profile=profile, inputs={"start": f"{start:%Y-%m-%d %H:%M}"},
            missing=("a start that is not past",),
        )  # fmt: skip
    for decision in case.request.decisions:
        if decision.at.timestamp() > now.timestamp():
            yield finding(
                f"case.decision.{decision.about}", "case", Status.UNKNOWN, Severity.ACTION,
                f"The decision about {decision.about} is dated {decision.at:%Y-%m-%d %H:%M}, after "
                "now.",
                profile=profile,
                missing=(f"the right time of the decision about {decision.about}",),
            )  # fmt: skip


def _arterial(
    case: Case, group: BleedingClass, tables: Tables, profile: Profile
) -> Iterator[Finding]:
    """What is said of an artery for which the consensus has no INR of its own."""
    request = case.request
    if tables.procedures[request.procedure].vessel != "artery" or "low" not in group.considered:
        return
    if request.access in {"femoral-artery", "radial", None}:
        return
    result = finding(
        "sir2019.low.inr_other_artery", bleeding.TOPIC, Status.UNKNOWN, Severity.CAUTION,
        f"Source silent: of arteries it names the femoral and the radial, not {request.access}.",
        profile=profile, inputs={"access": request.access or ""}, decides="the operator",
        facts=("bleeding.sir2019.low.inr_femoral", "bleeding.sir2019.low.inr_radial"),
    )  # fmt: skip
    yield settle(result, request, profile)


def _conditions(
    case: Case,
    drugs: list[holds.DrugAssessment],
    results: list[QuestionResult],
    findings: Iterable[Finding],
    group: BleedingClass,
) -> tuple[str, ...]:
    """What must be kept, and who must agree to what, the drugs first."""
    of_class = {one.finding.id for one in drugs if one.condition}
    conditions = [
        f"if {one.plan.bleeding_class} risk: {one.condition}"
        if group.value is None and one.condition and one.plan is not None
        else one.condition
        for one in drugs
    ]
    conditions += [
        answers.format_condition(one)
        for one in findings
        if answers.blocks(one) and one.status is Status.UNKNOWN and one.decides and not one.missing
        and one.id not in of_class
    ]  # fmt: skip
    conditions += [one.condition for one in results]
    fasts = [one for one in results if one.finding.topic == "fasting" and one.due]
    if len(case.request.intake) < len(fasts):
        conditions.append("the fasting times are kept")
    return tuple(dict.fromkeys(one for one in conditions if one))


def _decides(case: Case, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Who decides about every open finding."""
    deciders = [emergency.DECIDES] if emergency.is_emergency(case) else []
    for item in findings:
        if answers.blocks(item) and item.decides and not (item.missing and item.topic != "drugs"):
            about = item.inputs.get("drug") or item.inputs.get("allergy") or item.id
            deciders.append(f"{item.decides}: {about}")
    return tuple(dict.fromkeys(deciders))


def _timetable(
    case: Case,
    group: BleedingClass,
    plans: Iterable[DrugPlan],
    results: Iterable[QuestionResult],
    profile: Profile,
) -> tuple[Due, ...]:
    start = case.request.start
    if start is None:
        return ()
    zone = case.patient.time_zone
    lines = [due for one in results for due in one.due]
    for plan in plans:
        lines.extend(_of_drug(plan, group))
    lines.extend(_antibiotic(case, results, profile))
    lines.append(
        Due(timetable.add_hours(start, 0.0, zone), "Start of the procedure.", "case.start")
    )
    return tuple(sorted(lines, key=lambda one: (one.when.timestamp(), one.what)))


def _of_drug(plan: DrugPlan, group: BleedingClass) -> Iterator[Due]:
    decided = "" if plan.decision is None else plan.decision.decided
    if plan.last_dose is None or plan.act == "defer" or decided.startswith("continue"):
        return
    proposed = f", proposed: {plan.decides} decides" if plan.decides and not decided else ""
    kind = f", if {plan.bleeding_class} risk" if group.value is None else ""
    where = f"{plan.hold}{kind}{proposed}"
    if plan.last_dose == plan.last_dose_at_most or plan.last_dose_at_most is None:
        yield Due(plan.last_dose, f"Last dose of {plan.told} ({where}).", plan.rule)
    else:
        yield Due(
            plan.last_dose, f"Last dose of {plan.told} by the longer hold ({where}).", plan.rule
        )
        yield Due(plan.last_dose_at_most, f"The same by the shorter hold ({where}).", plan.rule)
    for back in plan.restarts:
        note = f" ({back.note})" if back.note else ""
        early = (
            "" if back.earliest == back.not_before else f", at the earliest {back.earliest:%H:%M}"
        )
        day = (
            f"{back.not_before:%a %d %b}" if back.whole_day else f"{back.not_before:%a %d %b %H:%M}"
        )
        yield Due(
            back.not_before,
            f"{plan.told}{note} not before {day}{early}, if haemostasis is secured; counted from "
            f"{plan.counted_from}.",
            plan.rule,
        )


def _antibiotic(case: Case, results: Iterable[QuestionResult], profile: Profile) -> Iterator[Due]:
    """From when the antibiotic may be given, where somebody decided that one is."""
    start = case.request.start
    rules_asked = [a.finding.id for a in results if a.finding.topic == "antibiotics"]
    names = ["antibiotics", *rules_asked]
    told_by = [d.decided for d in map(case.request.decision, names) if d is not None]
    told_by += [profile.settled[name] for name in names if name in profile.settled]
    given = [one for one in told_by if not one.lower().startswith(_NONE)]
    if start is None or not given:
        return
    minutes = driving_value(ANTIBIOTIC_TIMING, secondary=True)
    when = timetable.add_hours(start, -minutes / 60.0, case.patient.time_zone)
    yield Due(when, f"From then on the antibiotic ({given[0]}).", ANTIBIOTIC_TIMING)
