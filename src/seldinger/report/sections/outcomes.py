"""Outcomes: a procedure's outcomes beside those of its alternatives, as the report prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.report.blocks import Block, Heading, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import explain_stamps, shorten_stamp, with_subheadings

if TYPE_CHECKING:
    from seldinger.care.outcomes import OutcomeRow, Outcomes
    from seldinger.plan.model import Plan

_KINDS = {
    "this": "this procedure",
    "surgical": "surgery",
    "conservative": "without a procedure",
    "image-guided": "another image-guided procedure",
    "other": "something else",
}


def build_section(plan: Plan) -> tuple[Block, ...]:
    """The answer; nothing where no page of outcomes was written."""
    return () if plan.outlook is None else build_answer(plan.outlook)


def build_details(plan: Plan) -> tuple[Block, ...]:
    """Every figure; nothing where no page of outcomes was written."""
    return () if plan.outlook is None else build_figures(plan.outlook)


def build_outcomes(outcomes: Outcomes) -> tuple[Block, ...]:
    """The outcomes, the answer first, then every figure."""
    return (*build_answer(outcomes), *build_figures(outcomes))


def build_answer(outcomes: Outcomes) -> tuple[Block, ...]:
    """What is known in a few sentences, what it is for, and when to think again."""
    least = f"Among the figures: {outcomes.stamp}." if outcomes.stamp else ""
    caveats = " ".join(one for one in (outcomes.confounding, outcomes.caveat, least) if one)
    return (
        Heading("Outcomes and alternatives"),
        Text(outcomes.answer, f"{outcomes.title}."),
        Text(caveats, soft=True),
        *((Text(outcomes.transplant, "Transplant."),) if outcomes.transplant else ()),
        _reasons(outcomes),
    )


def build_figures(outcomes: Outcomes) -> tuple[Block, ...]:
    """Every figure with whom it was seen in; the procedure stands before its alternatives."""
    rows: list[Row] = []
    for option in outcomes.options:
        found = "" if option.rows else "No figure was read."
        said = " ".join(one for one in (found, option.confounding, option.not_read) if one)
        rows.append(Row(("", f"{option.name} ({_KINDS[option.kind]})", "", "", ""), "strong"))
        rows += [_row(one) for one in option.rows]
        rows += [Row(("", said, "", "", ""))] if said else []
    head = ("", "What", "How much", "In whom, by when", "Source")
    widths = ("auto", "1.5fr", "0.8fr", "1.9fr", "1fr")
    note = explain_stamps(row.stamp for option in outcomes.options for row in option.rows)
    table = Table(head, tuple(rows), note=note, widths=widths, wrap=True, dense=True)
    return with_subheadings(("Outcomes in figures", (table,)))


def _reasons(outcomes: Outcomes) -> Table:
    rows = (
        *(Row(("indication", r.statement, _cited(r))) for r in outcomes.indicated),
        *(Row(("think again", r.statement, _cited(r)), "warn") for r in outcomes.think_again),
    )
    empty = "No indication was written down."
    return Table(("", "", "Source"), rows, empty, widths=("auto", "1fr", "auto"), dense=True)


def _row(row: OutcomeRow) -> Row:
    against = f"; against {row.comparator}" if row.comparator else ""
    whose = f"{row.population}{against}; {row.horizon}"
    source = "; ".join(s for s in (evidence.fact(row.fact).source, shorten_stamp(row.stamp)) if s)
    return Row((row.side.value, row.statement, row.number or "in words", whose, source))


def _cited(row: OutcomeRow) -> str:
    key = evidence.fact(row.fact).source
    return f"{key}; {row.stamp}" if row.stamp else key


OUTCOMES = Section(Part.BODY, 70, build_section, details=build_details)
