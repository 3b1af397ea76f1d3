"""Clearance, as the report prints it: the answer, the drugs with their dates, what is missing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.clearance import headline
from seldinger.report import words
from seldinger.report.blocks import Banner, Block, Columns, Heading, Note, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import build_findings, explain_stamps, shorten_stamp, with_subheadings

if TYPE_CHECKING:
    import datetime as dt

    from seldinger.care.clearance.model import Clearance, DrugPlan, Restart
    from seldinger.core.finding import Finding
    from seldinger.plan.model import Plan

_TONES = {"clear": "good", "conditional": "warn", "not-clear": "bad", "unknown": "warn"}
_SENTENCES = {
    "clear": "No rule that was checked stands against the procedure.",
    "conditional": "Ready only if those who are named below decide so.",
    "not-clear": "At least one rule is not met.",
    "unknown": "Something decisive is not known. Unknown never counts as clear.",
}
_KEPT = "No rule that was checked stands against the procedure, provided that:"


def build_section(plan: Plan) -> tuple[Block, ...]:
    """Whether the patient is ready; nothing where no patient was given."""
    return () if plan.cleared is None else (Heading("Clearance"), *build_answer(plan.cleared))


def build_details(plan: Plan) -> tuple[Block, ...]:
    """Every rule of the clearance; nothing where no patient was given."""
    return () if plan.cleared is None else build_rules(plan.cleared)


def build_clearance(cleared: Clearance) -> tuple[Block, ...]:
    """A clearance, the answer first, then every rule of it."""
    return (*build_answer(cleared), *build_rules(cleared))


def build_answer(cleared: Clearance) -> tuple[Block, ...]:
    """The answer, what must be kept, what to do with each drug, and when."""
    told = headline.make_headline(cleared).clauses == cleared.conditions
    conditions = () if told else cleared.conditions
    said = "; ".join(f"{one.topic}: {one.answer.words}" for one in cleared.topics)
    return (
        Text(_subject(cleared), soft=True),
        build_banner(cleared),
        Text(said, "By topic:"),
        *((Text(lead="Conditions:", points=conditions),) if conditions else ()),
        Text(". ".join(words.plain_units(s).rstrip(".") for s in cleared.understood), soft=True),
        *((Note("; ".join(cleared.missing), "warn", "Missing"),) if cleared.missing else ()),
        _drugs(cleared),
        *((Text("; ".join(cleared.decides), "Who decides:"),) if cleared.decides else ()),
        _orders_and_times(cleared),
    )


def build_rules(cleared: Clearance) -> tuple[Block, ...]:
    """Every rule that was applied, and the other ways in."""
    basis = partial(_basis, cleared.profile.name)
    other = cleared.alternatives
    legend = explain_stamps(finding.stamp for finding in (*cleared.findings, *other))
    rules = build_findings(cleared.findings, basis)
    return with_subheadings(
        ("Rules of clearance", (Text(f"{legend}.", soft=True), *rules) if legend else rules),
        ("Other ways in", build_findings(other, basis) if other else ()),
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
    chosen_by = f" ({cleared.bleeding.chosen_by})" if cleared.bleeding.chosen_by else ""
    return (
        f"{words.name(cleared.case.request.procedure)}; bleeding class "
        f"{cleared.bleeding.value or 'open'}{chosen_by}; judged {format_moment(cleared.now)} "
        f"by the profile {cleared.profile.name}"
    )


def _drugs(cleared: Clearance) -> Table:
    return Table(
        ("Drug", "Action", "Last dose", "Restart not before", "Who decides"),
        tuple(_drug(one) for one in cleared.drugs),
        "No rule speaks of a drug that was named.",
        "Restart only once haemostasis is secured.",
        ("auto", "auto", "auto", "1fr", "1fr"),
        wrap=True,
    )


def _orders_and_times(cleared: Clearance) -> Block:
    """Orders beside the timetable; the timetable alone where nothing is to be ordered."""
    rows = tuple(Row((format_moment(one.when), one.what, one.rule)) for one in cleared.timetable)
    head, widths = ("When", "What", "Rule"), ("auto", "1fr", "24%")
    times = (
        Heading("Timetable", level=2),
        Table(head, rows, "Nothing has a date.", widths=widths, wrap=True, dense=True),
    )
    orders = tuple(Row((one.topic, one.text)) for one in cleared.orders)
    if not orders:
        return Columns((times,), (1.0,))
    table = Table(("", ""), orders, widths=("auto", "1fr"), wrap=True, dense=True)
    return Columns((times, (Heading("To be ordered", level=2), table)), (1.15, 1.0))


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


def _basis(profile: str, finding: Finding) -> str:
    """What was judged, and by which rule; its profile where that is not the clearance's own."""
    keys = sorted({evidence.fact(one).source for one in finding.facts})
    inputs = finding.inputs.items()
    judged = "; ".join(f"{words.name(key).replace('.', ' ')}: {v}" for key, v in inputs)
    other = "" if finding.profile == profile else finding.profile
    parts = (finding.id, ", ".join(keys), shorten_stamp(finding.stamp), other)
    basis = "; ".join(part for part in parts if part)
    return f"Judged on {words.plain_units(judged)}. {basis}" if judged else basis


CLEARANCE = Section(Part.BODY, 60, build_section, details=build_details)
