"""Outcomes: a procedure's outcomes beside those of its alternatives, as the report prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.report.blocks import Block, Heading, Row, Table, Text
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.care.outcomes import Option, OutcomeRow, Outcomes
    from seldinger.plan.model import Plan

_KINDS = {
    "this": "this procedure",
    "surgical": "surgery",
    "conservative": "without a procedure",
    "image-guided": "another image-guided procedure",
    "other": "something else",
}


def build_section(plan: Plan) -> tuple[Block, ...]:
    """Outcomes beside those of the alternatives; nothing where no page of them was written."""
    return () if plan.outlook is None else build_outcomes(plan.outlook)


def build_outcomes(outcomes: Outcomes) -> tuple[Block, ...]:
    """The outcomes, the answer first; the procedure itself stands before its alternatives."""
    caveats = (outcomes.confounding, outcomes.caveat)
    least = f"Among what follows: {outcomes.stamp}." if outcomes.stamp else ""
    moved = (Text(outcomes.transplant, "Transplant."),) if outcomes.transplant else ()
    return (
        Heading("Outcomes and alternatives"),
        Text(outcomes.answer, f"{outcomes.title}."),
        *(Text(one, soft=True) for one in (*caveats, least) if one),
        *(block for option in outcomes.options for block in _choice(option)),
        *moved,
        Heading("What it is for, and when to think again", level=2),
        _reasons(outcomes),
    )


def _reasons(outcomes: Outcomes) -> Table:
    rows = (
        *(Row(("for", r.statement, _cited(r))) for r in outcomes.indicated),
        *(Row(("think again", r.statement, _cited(r)), "warn") for r in outcomes.think_again),
    )
    widths = ("auto", "1fr", "22%")
    empty = "No indication was written down."
    return Table(("", "", "Source"), rows, empty, widths=widths, wrap=True, dense=True)


def _choice(option: Option) -> tuple[Block, ...]:
    head = ("", "What", "How much", "In whom, by when", "Source")
    rows = tuple(_row(one) for one in option.rows)
    widths = ("auto", "1.4fr", "1fr", "1.4fr", "0.8fr")
    notes = (one for one in (option.confounding, option.not_read) if one)
    return (
        Heading(f"{option.name} ({_KINDS[option.kind]})", level=2),
        Table(head, rows, "No figure was read.", widths=widths, wrap=True, dense=True),
        *(Text(one, soft=True) for one in notes),
    )


def _row(row: OutcomeRow) -> Row:
    against = f"; against {row.comparator}" if row.comparator else ""
    whose = f"{row.population}{against}; {row.horizon}"
    return Row((row.side.value, row.statement, row.number or "in words", whose, _cited(row)))


def _cited(row: OutcomeRow) -> str:
    key = evidence.fact(row.fact).source
    return f"{key}; {row.stamp}" if row.stamp else key


OUTCOMES = Section(Part.BODY, 70, build_section)
