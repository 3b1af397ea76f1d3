"""Clearance, as the report prints it: the answer, the drugs with their dates, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.clearance import headline
from seldinger.core.verdict import Met, Severity
from seldinger.report import words
from seldinger.report.blocks import Banner, Row, Table

if TYPE_CHECKING:
    import datetime as dt

    from seldinger.care.clearance.model import Clearance, DrugPlan, Restart
    from seldinger.care.finding import CareFinding

_STATUS = {Met.MET: "met", Met.NOT_MET: "not met", Met.UNKNOWN: "unknown"}
_TONES = {"clear": "good", "conditional": "warn", "not-clear": "bad", "unknown": "warn"}
_SENTENCES = {
    "clear": "Nothing that was asked stands against the procedure.",
    "conditional": "Ready only if those who are named decide so.",
    "not-clear": "At least one rule is not met.",
    "unknown": "Something that decides is not known. Unknown never clears.",
}
_KEPT = "Nothing that was asked stands against the procedure, if this is kept:"


@dataclass(frozen=True, slots=True)
class ClearancePage:
    """The page, the answer first.

    Attributes:
        banner: the answer.
        subtitle: for what, by which profile, and when it was judged.
        topics: the answer of each topic, in one line.
        understood: the patient as the rules read the file.
        orders: what is to be ordered.
        drugs: last dose, earliest restart, who decides.
        missing: what would have to be known.
        timetable: in order of time.
        conditions: what must be kept.
        findings: the open ones first.
        alternatives: other ways in.
        decides: who decides what rules do not.
    """

    banner: Banner
    subtitle: str
    topics: str
    understood: tuple[str, ...]
    orders: tuple[str, ...]
    drugs: Table
    missing: tuple[str, ...]
    timetable: Table
    conditions: tuple[str, ...]
    findings: Table
    alternatives: Table
    decides: tuple[str, ...]


def of(cleared: Clearance) -> ClearancePage:
    """The page of a clearance."""
    answer = cleared.answer.value
    short = headline.of(cleared)
    more = (f"and {short.more} more below",) if short.more else ()
    sentence = _SENTENCES[answer]
    if answer == "clear" and short.clauses:
        sentence = _KEPT
    bleeding = cleared.bleeding.value or "open"
    return ClearancePage(
        banner=Banner(
            cleared.answer.words.upper(), sentence, _TONES[answer], (*short.clauses, *more)
        ),
        subtitle=(
            f"{words.name(cleared.case.request.procedure)}; bleeding class {bleeding} "
            f"({cleared.bleeding.chosen_by}); judged {when(cleared.now)} by the profile "
            f"{cleared.profile.name}"
        ),
        topics="; ".join(f"{one.topic}: {one.answer.words}" for one in cleared.topics),
        understood=cleared.understood,
        orders=tuple(f"{one.topic}: {one.text}" for one in cleared.orders),
        drugs=Table(
            ("Drug", "What", "Last dose", "Not again before", "Who decides"),
            tuple(_drug(one) for one in cleared.drugs),
            "No rule speaks of a drug that was named.",
            "Restart only once haemostasis is secured.",
        ),
        missing=cleared.missing,
        timetable=Table(
            ("When", "What", "Rule"),
            tuple(Row((when(one.when), one.what, one.rule)) for one in cleared.timetable),
            "Nothing has a date.",
        ),
        conditions=cleared.conditions,
        findings=_findings(cleared.findings, "No rule was applied."),
        alternatives=_findings(cleared.alternatives, "No other way in is offered."),
        decides=cleared.decides,
    )


def when(moment: dt.datetime) -> str:
    """A moment as it is read, with its day: "Mon 30 Nov 2026, 08:00"."""
    return f"{moment:%a %d %b %Y, %H:%M}"


def last_dose(plan: DrugPlan) -> str:
    """The last permitted dose of a drug; both where the source gives a range."""
    if plan.act == "continue":
        return "go on"
    if plan.last_dose is None:
        return words.UNKNOWN if plan.act == "withhold" else "-"
    first = when(plan.last_dose)
    other = plan.last_dose_at_most
    return first if other is None or other == plan.last_dose else f"{first} or {when(other)}"


def restart(one: Restart) -> str:
    """When a drug may come back."""
    day = f"{one.not_before:%a %d %b %Y}"
    text = day if one.whole_day else when(one.not_before)
    if one.earliest != one.not_before:
        text = f"{when(one.earliest)} to {text}"
    return f"{one.note}: {text}" if one.note else text


def _drug(plan: DrugPlan) -> Row:
    back = "; ".join(restart(one) for one in plan.restarts) or "-"
    decided = plan.decision.text if plan.decision is not None else plan.decides
    told = plan.drug if plan.told.lower() == plan.drug.lower() else f"{plan.drug} ({plan.told})"
    what = f"{plan.act} {plan.hold}".strip()
    open_one = plan.act == "silent" or (bool(plan.decides) and plan.decision is None)
    return Row((told, what, last_dose(plan), back, decided or "-"), "warn" if open_one else "plain")


def _findings(found: tuple[CareFinding, ...], empty: str) -> Table:
    rows = tuple(
        Row(
            (
                "nothing" if f.status is Met.MET else f.severity.value,
                _STATUS[f.status],
                f.text,
                "; ".join(f"{k} {v}" for k, v in f.inputs.items()) or "-",
                _basis(f),
            ),
            _tone(f),
        )
        for f in sorted(found, key=lambda f: f.status is Met.MET)
    )
    return Table(("Asks for", "Rule", "Finding", "Judged on", "Rule, source, trust"), rows, empty)


def _basis(finding: CareFinding) -> str:
    keys = sorted({evidence.fact(one).source for one in finding.facts})
    said = (finding.rule, ", ".join(keys), finding.stamp, finding.profile)
    return "; ".join(one for one in said if one)


def _tone(finding: CareFinding) -> str:
    if finding.status is Met.MET:
        return "plain"
    if finding.status is Met.UNKNOWN:
        return "warn"
    serious = finding.severity in {Severity.STOP, Severity.ACTION}
    return "bad" if serious else "warn"
