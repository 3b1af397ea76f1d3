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
from seldinger.care.clearance import inputs as told
from seldinger.care.clearance import profile_file as profiles
from seldinger.care.clearance.findings import finding, ordered, settled
from seldinger.care.clearance.model import Clearance, Due, TopicAnswer
from seldinger.care.patient import Sex
from seldinger.core.errors import CareError
from seldinger.core.record import AssumptionUse
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import driving_value

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Known
    from seldinger.care.clearance.model import BleedingClass, Case, DrugPlan
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.questions import Asked
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
    used = profiles.default() if profile is None else profile
    known = rules.tables() if tables is None else tables
    if case.request.procedure not in known.procedures:
        raise CareError(
            f"no procedure that may be cleared is called {case.request.procedure!r}; there are: "
            f"{', '.join(known.procedures)}"
        )
    as_told = _judged(case, now, used, known)
    if not case.request.decisions:
        return as_told
    weighed = decided.weighed(case, told.of(case, used, now, known), used, now)
    return _worse(_judged(weighed, now, used, known), as_told)


def _judged(case: Case, now: dt.datetime, used: Profile, known: Tables) -> Clearance:
    """The answer, decisions as the request has them."""
    inputs = told.of(case, used, now, known)
    group, said = _class(case, inputs, known, used)
    labs = [
        settled(one, case.request, used) if one.status is not Status.MET else one
        for one in bleeding.labs(case, inputs, group, known, used, now)
    ]
    setting = holds.Setting(case, inputs, group, known, used, now)
    drugs = list(holds.judged(setting))
    asked = [
        *questions.asked(case, inputs, known, used),
        *questions.fasting(case, inputs, known, used),
        questions.anaesthetic(case, used),
    ]
    found = [
        *_case(case, used, now),
        *said,
        *labs,
        *_arterial(case, group, known, used),
        *access.chosen(case, used),
        *drug_list.listed(setting),
        *(one.finding for one in drugs),
        *needs.missing(setting),
        *drug_list.together(setting),
        *drug_list.labels(setting),
        *(one.finding for one in asked),
        *allergy.judged(case, used, _orders(asked)),
        *alarms.judged(case, used, now),
    ]
    found.extend(recorded.left_over(case, found, inputs, used))
    found.extend(_settling(case, found, used))
    plans = tuple(one.plan for one in drugs if one.plan is not None)
    findings = answers.alike(ordered(emergency.softened(found, case)), group, plans)
    topics = answers.topics(findings, group)
    judge = partial(assess, now=now, profile=used, tables=known)
    alternatives = tuple(access.alternatives(case, inputs, labs, known, used, judge))
    return Clearance(
        answer=answers.worst((*(one.answer for one in topics), answers.of(findings, group))),
        topics=topics,
        conditions=_conditions(case, drugs, asked, findings, group),
        missing=tuple(
            dict.fromkeys(m for one in findings if answers.counts(one) for m in one.missing)
        ),
        bleeding=group,
        drugs=plans,
        timetable=_timetable(case, group, plans, asked, used),
        findings=(*emergency.findings(case, used), *findings),
        orders=tuple(one.finding for one in asked if one.order or one.finding.topic == "fasting"),
        understood=understood.lines(case, inputs),
        alternatives=alternatives,
        emergency=emergency.is_one(case),
        decides=_decides(case, findings),
        profile=used,
        assumptions=_assumptions(case, used, findings),
        case=case,
        now=now,
    )


def _worse(weighed: Clearance, as_told: Clearance) -> Clearance:
    """The clearance by the decisions that count, and no better than by all of them as told."""
    seen = {(one.id, answers.single(one)) for one in weighed.findings}
    worse = [
        one for one in as_told.findings
        if answers.counts(one) and (one.id, answers.single(one)) not in seen
        and one.status is Status.NOT_MET
    ]  # fmt: skip
    # In an emergency its own finding stays the first.
    first = tuple(emergency.findings(as_told.case, as_told.profile))
    rules_of = {one.id for one in (*worse, *first)}
    rest = [one for one in weighed.findings if one.id not in rules_of]
    findings = (*first, *ordered([*worse, *rest]))
    topics = tuple(
        TopicAnswer(
            one.topic,
            answers.worst((one.answer, other.answer)),
            tuple(
                f.text for f in findings if answers.topic_of(f) is one.topic and answers.counts(f)
            ),
        )
        for one, other in zip(weighed.topics, as_told.topics, strict=True)
    )
    return replace(
        weighed,
        answer=answers.worst((weighed.answer, as_told.answer)),
        topics=topics,
        findings=findings,
        decides=tuple(dict.fromkeys((*weighed.decides, *_decides(as_told.case, worse)))),
        case=as_told.case,
    )


def _settling(case: Case, found: Iterable[Finding], profile: Profile) -> Iterator[Finding]:
    """What a decision about a whole question, or under a name of its own, settles."""
    for about in dict.fromkeys(one.settled_by for one in found if one.settled_by):
        mine = [one for one in found if one.settled_by == about]
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


def _orders(asked: Iterable[Asked]) -> tuple[str, ...]:
    return ("antibiotics", *(a.finding.id for a in asked if a.finding.topic == "antibiotics"))


def _assumptions(
    case: Case, profile: Profile, findings: Iterable[Finding]
) -> tuple[AssumptionUse, ...]:
    """Values without a source, as they were used in this case."""
    found = [*profile.assumptions(), *alarms.used(case, profile)]
    patient = case.patient
    if patient.sex is not Sex.MALE and not patient.pregnant:
        found += [AssumptionUse.of(one, profile.alarms) for one in told.FERTILE]
    if case.request.decisions:
        found.append(AssumptionUse.of(decided.VALIDITY, profile.alarms))
    if drug_names.of_class(patient, "anticoagulant-vka"):
        found.append(AssumptionUse.of(told.INR_ON_VKA, profile.alarms))
    if any("drugs against platelets" in one.text for one in findings):
        found.append(AssumptionUse.of(thrombosis.FRESH, profile.alarms))
    return tuple(found)


def _class(
    case: Case, inputs: Mapping[str, Known], tables: Tables, profile: Profile
) -> tuple[BleedingClass, tuple[Finding, ...]]:
    """The bleeding class and what is said of it; none where the consensus is silent."""
    outside = bleeding.domain(inputs, tables, profile)
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
    made = finding(
        "sir2019.low.inr_other_artery", bleeding.TOPIC, Status.UNKNOWN, Severity.CAUTION,
        f"Source silent: of arteries it names the femoral and the radial, not {request.access}.",
        profile=profile, inputs={"access": request.access or ""}, decides="the operator",
        facts=("bleeding.sir2019.low.inr_femoral", "bleeding.sir2019.low.inr_radial"),
    )  # fmt: skip
    yield settled(made, request, profile)


def _conditions(
    case: Case,
    drugs: list[holds.Judged],
    asked: list[Asked],
    findings: Iterable[Finding],
    group: BleedingClass,
) -> tuple[str, ...]:
    """What must be kept, and who must agree to what, the drugs first."""
    of_class = {one.finding.id for one in drugs if one.condition}
    found = [
        f"if {one.plan.bleeding_class} risk: {one.condition}"
        if group.value is None and one.condition and one.plan is not None
        else one.condition
        for one in drugs
    ]
    found += [
        answers.condition(one)
        for one in findings
        if answers.counts(one) and one.status is Status.UNKNOWN and one.decides and not one.missing
        and one.id not in of_class
    ]  # fmt: skip
    found += [one.condition for one in asked]
    fasts = [one for one in asked if one.finding.topic == "fasting" and one.due]
    if len(case.request.intake) < len(fasts):
        found.append("the fasting times are kept")
    return tuple(dict.fromkeys(one for one in found if one))


def _decides(case: Case, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Who decides about every open finding."""
    found = [emergency.DECIDES] if emergency.is_one(case) else []
    for one in findings:
        if answers.counts(one) and one.decides and not (one.missing and one.topic != "drugs"):
            about = one.inputs.get("drug") or one.inputs.get("allergy") or one.id
            found.append(f"{one.decides}: {about}")
    return tuple(dict.fromkeys(found))


def _timetable(
    case: Case,
    group: BleedingClass,
    plans: Iterable[DrugPlan],
    asked: Iterable[Asked],
    profile: Profile,
) -> tuple[Due, ...]:
    start = case.request.start
    if start is None:
        return ()
    zone = case.patient.time_zone
    found = [due for one in asked for due in one.due]
    for plan in plans:
        found.extend(_of_drug(plan, group))
    found.extend(_antibiotic(case, asked, profile))
    found.append(Due(timetable.after(start, 0.0, zone), "Start of the procedure.", "case.start"))
    return tuple(sorted(found, key=lambda one: (one.when.timestamp(), one.what)))


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
    for one in plan.restarts:
        note = f" ({one.note})" if one.note else ""
        early = "" if one.earliest == one.not_before else f", at the earliest {one.earliest:%H:%M}"
        day = f"{one.not_before:%a %d %b}" if one.whole_day else f"{one.not_before:%a %d %b %H:%M}"
        yield Due(
            one.not_before,
            f"{plan.told}{note} not before {day}{early}, if haemostasis is secured; counted from "
            f"{plan.counted_from}.",
            plan.rule,
        )


def _antibiotic(case: Case, asked: Iterable[Asked], profile: Profile) -> Iterator[Due]:
    """From when the antibiotic may be given, where somebody decided that one is."""
    start = case.request.start
    rules_asked = [a.finding.id for a in asked if a.finding.topic == "antibiotics"]
    names = ["antibiotics", *rules_asked]
    told_by = [d.decided for d in map(case.request.decision, names) if d is not None]
    told_by += [profile.settled[name] for name in names if name in profile.settled]
    given = [one for one in told_by if not one.lower().startswith(_NONE)]
    if start is None or not given:
        return
    minutes = driving_value(ANTIBIOTIC_TIMING, secondary=True)
    when = timetable.after(start, -minutes / 60.0, case.patient.time_zone)
    yield Due(when, f"From then on the antibiotic ({given[0]}).", ANTIBIOTIC_TIMING)
