"""Clearance, as the report prints it: the answer, the drugs with their dates, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.clearance import headline
from seldinger.core.verdict import Severity, Status
from seldinger.report import words
from seldinger.report.blocks import Banner, Block, Heading, Note, Row, Table, Text
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    import datetime as dt

    from seldinger.care.clearance.model import Clearance, DrugPlan, Restart
    from seldinger.core.finding import Finding
    from seldinger.plan.model import Plan

_STATUS = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNKNOWN: "unknown"}
_TONES = {"clear": "good", "conditional": "warn", "not-clear": "bad", "unknown": "warn"}
_SENTENCES = {
    "clear": "Nothing that was asked stands against the procedure.",
    "conditional": "Ready only if those who are named decide so.",
    "not-clear": "At least one rule is not met.",
    "unknown": "Something that decides is not known. Unknown never clears.",
}
_KEPT = "Nothing that was asked stands against the procedure, if this is kept:"


def build_section(plan: Plan) -> tuple[Block, ...]:
    """Whether the patient is ready; nothing where no patient was given."""
    return () if plan.cleared is None else (Heading("Clearance"), *build_clearance(plan.cleared))


def build_clearance(cleared: Clearance) -> tuple[Block, ...]:
    """A clearance, the answer first."""
    return (
        Text(_subject(cleared), soft=True),
        build_banner(cleared),
        Text("; ".join(f"{one.topic}: {one.answer.words}" for one in cleared.topics), "By topic:"),
        *_points("What must be kept:", cleared.conditions),
        *(Text(sentence, soft=True) for sentence in cleared.understood),
        *((Note("; ".join(cleared.missing), "warn", "Missing"),) if cleared.missing else ()),
        _drugs(cleared),
        *_decides(cleared),
        *_orders(cleared),
        Heading("Timetable", level=2),
        _timetable(cleared),
        Heading("Rules of clearance", level=2),
        _findings(cleared.findings, "No rule was applied."),
        *_other_ways(cleared),
    )


def build_banner(cleared: Clearance) -> Banner:
    """The answer, and what must be kept for it to stand."""
    answer = cleared.answer.value
    short = headline.make_headline(cleared)
    more = (f"and {short.more} more below",) if short.more else ()
    kept = answer == "clear" and short.clauses
    sentence = _KEPT if kept else _SENTENCES[answer]
    said = (*short.clauses, *more)
    return Banner(cleared.answer.words.upper(), sentence, _TONES[answer], said)


def _subject(cleared: Clearance) -> str:
    bleeding = cleared.bleeding.value or "open"
    return (
        f"{words.name(cleared.case.request.procedure)}; bleeding class {bleeding} "
        f"({cleared.bleeding.chosen_by}); judged {format_moment(cleared.now)} by the profile "
        f"{cleared.profile.name}"
    )


def _points(lead: str, points: tuple[str, ...]) -> tuple[Block, ...]:
    return (Text(lead=lead, points=points),) if points else ()


def _drugs(cleared: Clearance) -> Table:
    return Table(
        ("Drug", "What", "Last dose", "Not again before", "Who decides"),
        tuple(_drug(one) for one in cleared.drugs),
        "No rule speaks of a drug that was named.",
        "Restart only once haemostasis is secured.",
        ("auto", "auto", "auto", "1fr", "1fr"),
        wrap=True,
    )


def _decides(cleared: Clearance) -> tuple[Block, ...]:
    if not cleared.decides:
        return ()
    return (Text("; ".join(cleared.decides), "Who decides what no rule does:"),)


def _orders(cleared: Clearance) -> tuple[Block, ...]:
    orders = tuple(f"{one.topic}: {one.text}" for one in cleared.orders)
    return (Heading("To be ordered", level=2), Text(points=orders)) if orders else ()


def _timetable(cleared: Clearance) -> Table:
    rows = tuple(Row((format_moment(one.when), one.what, one.rule)) for one in cleared.timetable)
    widths = ("auto", "1fr", "22%")
    return Table(("When", "What", "Rule"), rows, "Nothing has a date.", widths=widths)


def _other_ways(cleared: Clearance) -> tuple[Block, ...]:
    if not cleared.alternatives:
        return ()
    return (Heading("Other ways in", level=2), _findings(cleared.alternatives, ""))


def format_moment(moment: dt.datetime) -> str:
    """A moment as it is read, with its day: "Mon 30 Nov 2026, 08:00"."""
    return f"{moment:%a %d %b %Y, %H:%M}"


def format_last_dose(plan: DrugPlan) -> str:
    """The last permitted dose of a drug; both where the source gives a range."""
    if plan.act == "continue":
        return "go on"
    if plan.last_dose is None:
        return words.UNKNOWN if plan.act == "withhold" else "-"
    first = format_moment(plan.last_dose)
    other = plan.last_dose_at_most
    return (
        first if other is None or other == plan.last_dose else f"{first} or {format_moment(other)}"
    )


def format_restart(back: Restart) -> str:
    """When a drug may come back."""
    day = f"{back.not_before:%a %d %b %Y}"
    text = day if back.whole_day else format_moment(back.not_before)
    if back.earliest != back.not_before:
        text = f"{format_moment(back.earliest)} to {text}"
    return f"{back.note}: {text}" if back.note else text


def _drug(plan: DrugPlan) -> Row:
    back = "; ".join(format_restart(one) for one in plan.restarts) or "-"
    decided = plan.decision.text if plan.decision is not None else plan.decides
    name = plan.drug if plan.told.lower() == plan.drug.lower() else f"{plan.drug} ({plan.told})"
    what = f"{plan.act} {plan.hold}".strip()
    open_one = plan.act == "silent" or (bool(plan.decides) and plan.decision is None)
    return Row(
        (name, what, format_last_dose(plan), back, decided or "-"), "warn" if open_one else "plain"
    )


def _findings(every: tuple[Finding, ...], empty: str) -> Table:
    rows = tuple(
        Row(
            (
                "nothing" if f.status is Status.MET else f.severity.value,
                _STATUS[f.status],
                f.text,
                "; ".join(f"{k} {v}" for k, v in f.inputs.items()) or "-",
                _basis(f),
            ),
            _tone(f),
        )
        for f in sorted(every, key=lambda f: f.status is Status.MET)
    )
    head = ("Asks for", "Rule", "Finding", "Judged on", "Rule, source, trust")
    widths = ("auto", "auto", "1.6fr", "1fr", "1fr")
    return Table(head, rows, empty, widths=widths, wrap=True, dense=True)


def _basis(finding: Finding) -> str:
    keys = sorted({evidence.fact(one).source for one in finding.facts})
    said = (finding.id, ", ".join(keys), finding.stamp, finding.profile)
    return "; ".join(one for one in said if one)


def _tone(finding: Finding) -> str:
    if finding.status is Status.MET:
        return "plain"
    if finding.status is Status.UNKNOWN:
        return "warn"
    serious = finding.severity in {Severity.STOP, Severity.ACTION}
    return "bad" if serious else "warn"


CLEARANCE = Section(Part.BODY, 60, build_section)
