"""Risk: a procedure's outcomes beside those of its alternatives, as the report prints them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.report.blocks import Row, Table

if TYPE_CHECKING:
    from seldinger.care.outlook import Option, Outlook, OutlookRow

_KINDS = {
    "this": "this procedure",
    "surgical": "surgery",
    "conservative": "without a procedure",
    "image-guided": "another image-guided procedure",
    "other": "something else",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: its name, what kind it is, its rows, and what must be said of them."""

    name: str
    kind: str
    rows: Table
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """The page: the answer first.

    Attributes:
        title, answer: the question, and what can be said.
        cautions: why the options cannot simply be compared, and whose rates these are.
        choices: side by side, the procedure itself first.
        reasons: what it is for, and when to think again.
        transplant: what is known of downstaging; empty where it does not apply.
        stamp: of the least trusted fact.
    """

    title: str
    answer: str
    cautions: tuple[str, ...]
    choices: tuple[Choice, ...]
    reasons: Table
    transplant: str
    stamp: str


def of(outlook: Outlook) -> Risk:
    """The page of an outlook."""
    reasons = (
        *(Row(("for", r.statement, _cited(r))) for r in outlook.indicated),
        *(Row(("think again", r.statement, _cited(r)), "warn") for r in outlook.think_again),
    )
    cautions = tuple(said for said in (outlook.confounding, outlook.caveat) if said)
    return Risk(
        title=outlook.title,
        answer=outlook.answer,
        cautions=cautions,
        choices=tuple(_choice(one) for one in outlook.options),
        reasons=Table(("", "", "Source"), reasons, "No indication was written down."),
        transplant=outlook.transplant,
        stamp=outlook.stamp,
    )


def _choice(option: Option) -> Choice:
    head = ("", "What", "How much", "In whom, by when", "Source")
    notes = tuple(said for said in (option.confounding, option.not_read) if said)
    rows = tuple(_row(one) for one in option.rows)
    empty = "No figure was read."
    return Choice(option.name, _KINDS[option.kind], Table(head, rows, empty), notes)


def _row(row: OutlookRow) -> Row:
    against = f"; against {row.comparator}" if row.comparator else ""
    whose = f"{row.population}{against}; {row.horizon}"
    return Row((row.side.value, row.statement, row.number or "in words", whose, _cited(row)))


def _cited(row: OutlookRow) -> str:
    key = evidence.fact(row.fact).source
    return f"{key}; {row.stamp}" if row.stamp else key
