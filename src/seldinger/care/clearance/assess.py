"""Assess: a case becomes an answer, with everything a reader needs to distrust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.clearance import (
    access,
    bleeding,
    emergency,
    holds,
    questions,
    rules,
    timetable,
)
from seldinger.care.clearance import inputs as told
from seldinger.care.clearance import profile as profiles
from seldinger.care.clearance.findings import finding, ordered, settled
from seldinger.care.clearance.model import Answer, Clearance, Due
from seldinger.core.errors import CareError
from seldinger.core.verdict import Met, Severity
from seldinger.evidence import driving

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Known
    from seldinger.care.clearance.model import BleedingClass, Case, DrugPlan
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.questions import Asked
    from seldinger.care.clearance.rules import Tables
    from seldinger.care.finding import CareFinding

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
    inputs = told.of(case, used, now)
    group, said = _class(case, inputs, known, used)
    labs = [
        settled(one, case.request, used) if one.status is Met.UNKNOWN else one
        for one in bleeding.labs(case, inputs, group, known, used, now)
    ]
    setting = holds.Setting(case, inputs, group, known, used, now)
    drugs = list(holds.judged(setting))
    asked = [
        *questions.asked(case, inputs, known, used),
        *questions.fasting(case, inputs, known, used),
        questions.anaesthetic(case, used),
    ]
    found = (
        *_case(case, used),
        *said,
        *labs,
        *_arterial(case, group, known, used),
        *holds.listed(setting),
        *(one.finding for one in drugs),
        *(one.finding for one in asked),
    )
    findings = ordered(emergency.softened(found, case))
    plans = tuple(one.plan for one in drugs if one.plan is not None)
    return Clearance(
        answer=_answer(findings, group),
        conditions=_conditions(case, [one.condition for one in drugs], asked),
        missing=tuple(dict.fromkeys(m for one in findings if _counts(one) for m in one.missing)),
        bleeding=group,
        drugs=plans,
        timetable=_timetable(case, group, plans, asked, used),
        findings=(*emergency.findings(case, used), *findings),
        alternatives=tuple(access.alternatives(case, inputs, labs, known, used)),
        emergency=emergency.is_one(case),
        decides=_decides(case, plans, asked),
        profile=used,
        assumptions=used.assumptions(),
        case=case,
        now=now,
    )


def _class(
    case: Case, inputs: Mapping[str, Known], tables: Tables, profile: Profile
) -> tuple[BleedingClass, tuple[CareFinding, ...]]:
    """The bleeding class and what is said of it; none where the consensus is silent."""
    outside = bleeding.domain(inputs, tables, profile)
    if outside is not None and not outside.missing:
        return bleeding.SILENT, (outside,)
    group, said = bleeding.classify(inputs, tables, profile, case.request)
    return group, (said,) if outside is None else (outside, said)


def _case(case: Case, profile: Profile) -> Iterator[CareFinding]:
    if case.request.start is None:
        yield finding(
            "case.start", "case", Met.UNKNOWN, Severity.ACTION,
            "When it starts is not known: no date follows.",
            profile=profile, missing=("the start",),
        )  # fmt: skip


def _arterial(
    case: Case, group: BleedingClass, tables: Tables, profile: Profile
) -> Iterator[CareFinding]:
    """What is said of an artery for which the consensus has no INR of its own."""
    request = case.request
    if tables.procedures[request.procedure].vessel != "artery" or "low" not in group.considered:
        return
    if request.access in {"femoral-artery", "radial", None}:
        return
    made = finding(
        "sir2019.low.inr_other_artery", bleeding.TOPIC, Met.UNKNOWN, Severity.CAUTION,
        f"Source silent: of arteries it names the femoral and the radial, not {request.access}.",
        profile=profile, inputs={"access": request.access or ""},
        facts=("bleeding.sir2019.low.inr_femoral", "bleeding.sir2019.low.inr_radial"),
    )  # fmt: skip
    yield settled(made, request, profile)


def _counts(one: CareFinding) -> bool:
    """Whether a finding stands between the patient and the procedure."""
    return one.status is not Met.MET and one.severity is not Severity.INFO


def _answer(findings: Iterable[CareFinding], group: BleedingClass) -> Answer:
    """The worst of the findings; while the class is open only what is not met in both counts."""
    counting = [one for one in findings if _counts(one)]
    unmet = [one.rule for one in counting if one.status is Met.NOT_MET]
    if group.value is None and group.considered:
        of_class = {c: [r for r in unmet if f".{c}." in r] for c in group.considered}
        always = [r for r in unmet if not any(r in of for of in of_class.values())]
        unmet = [*always, *([] if not all(of_class.values()) else unmet)]
    if unmet:
        return Answer.NOT_CLEAR
    return Answer.UNKNOWN if counting else Answer.CLEAR


def _conditions(case: Case, drugs: list[str], asked: list[Asked]) -> tuple[str, ...]:
    found = [*drugs, *(one.condition for one in asked)]
    fasts = [one for one in asked if one.finding.topic == "fasting" and one.due]
    if len(case.request.intake) < len(fasts):
        found.append("the fasting times are kept")
    return tuple(dict.fromkeys(one for one in found if one))


def _decides(case: Case, plans: Iterable[DrugPlan], asked: Iterable[Asked]) -> tuple[str, ...]:
    found = [emergency.DECIDES] if emergency.is_one(case) else []
    found += [f"{one.decides}: {one.drug}" for one in plans if one.decides and one.decision is None]
    found += [f"{one.decides}: {one.finding.rule}" for one in asked if one.decides]
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
    if plan.last_dose is None or decided.startswith("continue"):
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
    rules_asked = [a.finding.rule for a in asked if a.finding.topic == "antibiotics"]
    names = ["antibiotics", *rules_asked]
    told_by = [d.decided for d in map(case.request.decision, names) if d is not None]
    told_by += [profile.settled[name] for name in names if name in profile.settled]
    given = [one for one in told_by if not one.lower().startswith(_NONE)]
    if start is None or not given:
        return
    minutes = driving(ANTIBIOTIC_TIMING, secondary=True)
    when = timetable.after(start, -minutes / 60.0, case.patient.time_zone)
    yield Due(when, f"From then on the antibiotic ({given[0]}).", ANTIBIOTIC_TIMING)
