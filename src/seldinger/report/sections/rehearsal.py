"""The rehearsal: how often what was meant happened, beside the plan's own chances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.guide.model import Passes, Rehearsal, Share, format_percent, measure_spread
from seldinger.report import rehearsal_chart, words
from seldinger.report.blocks import Block, Columns, Figure, Heading, Note, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import build_spreads, make_spread_row

if TYPE_CHECKING:
    from seldinger.report.sections import Drawing

_WHOSE = (
    "Chances of the plan's own error model when nobody looks and corrects; not this patient's "
    "risk. Who checks and corrects each tip does better."
)


def build_rehearsal(rehearsal: Rehearsal) -> tuple[Block, ...]:
    """What came of all draws."""
    title = (
        f"Rehearsal: {rehearsal.draws} draws of one uncorrected placement (seed {rehearsal.seed})"
    )
    seen = min(rehearsal.draws, rehearsal_chart.MOST_DOTS)
    return (
        Heading(title),
        *((Note(rehearsal.doubt),) if rehearsal.doubt else ()),
        Figure(
            "pictures/rehearsal.png",
            "Where each device came to lie about the target, and how the result scatters",
            f"{seen} tips around the aim (+), seen along each device, mm, as they lie in the "
            "target; outlined: the target's viable part.",
        ),
        Columns(((_shares(rehearsal),), (_spreads(rehearsal),)), (1.3, 1.0)),
        Text(points=rehearsal.notes),
        Text(_WHOSE, soft=True),
    )


def _shares(rehearsal: Rehearsal) -> Table:
    rows = [row for one in rehearsal.passes for row in _of_device(one)]
    if rehearsal.plan.not_segmented:
        unknown = ", ".join(words.name(n) for n in rehearsal.plan.not_segmented)
        rows.append(Row((f"touches {unknown}", words.UNKNOWN, "", "not segmented"), "warn"))
    if rehearsal.zone is not None:
        rows.append(_row("complete ablation", rehearsal.zone.shares))
    rows.append(_row("all as planned, no labelled structure touched", rehearsal.as_meant, "strong"))
    note = (
        "As planned: every device hits, touches no labelled structure, and ablation is complete. "
        "The plan's own probability of complete ablation also varies tissue and power."
        if rehearsal.zone is not None
        else "As planned: the device hits and touches no labelled structure."
    )
    head = ("In one placement", "Share of draws", "95 % interval", "Planned")
    widths = ("1fr", "auto", "auto", "auto")
    return Table(head, tuple(rows), note=note, widths=widths, wrap=True, dense=True)


def _of_device(passes: Passes) -> tuple[Row, ...]:
    hit, *touches = passes.shares.items()
    rows = [_row(f"{passes.name} hits the target", hit[1])]
    for name, found in touches:
        tone = "warn" if found.count else "plain"
        rows.append(_row(f"{passes.name} touches {words.name(name)}", found, tone))
    return tuple(rows)


def _row(what: str, share: Share, tone: str = "plain") -> Row:
    low, high = (format_percent(bound) for bound in share.interval)
    between = low if low == high else f"{low} to {high}"
    planned = "" if share.planned is None else format_percent(share.planned)
    return Row((what, format_percent(share.value), between, planned), tone)


def _spreads(rehearsal: Rehearsal) -> Table:
    rows = []
    for passes in rehearsal.passes:
        lateral = measure_spread(passes.lateral_mm, 0.0)
        rows.append(make_spread_row(f"{passes.name}: lateral error of the tip", lateral))
        if passes.inside_mm is not None:
            inside = measure_spread(passes.inside_mm, passes.planned_inside_mm)
            rows.append(make_spread_row(f"{passes.name}: working length in the target", inside))
    if rehearsal.zone is not None:
        name = "minimal ablative margin, away from the capsule"
        rows.append(make_spread_row(name, rehearsal.zone.margin))
        rows.append(make_spread_row("cover of the target", rehearsal.zone.covered, format_percent))
    return build_spreads(rows, dense=True)


def _drawn(made: Rehearsal) -> tuple[Drawing, ...]:
    return (("rehearsal", lambda: rehearsal_chart.draw_rehearsal(made)),)


REHEARSAL = Section(Part.BODY, 25, build_rehearsal, _drawn, of=Rehearsal)
