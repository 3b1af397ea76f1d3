"""The rehearsal: how often what was meant happened, beside the plan's own chances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.guide.model import Passes, Rehearsal, Share, percent, spread
from seldinger.report import rehearsal_chart, words
from seldinger.report.blocks import Block, Figure, Heading, Note, Row, Table, Text
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.report.sections import Drawing

_WHOSE = (
    "Chances of the plan's own error model when nobody looks and corrects; not this patient's "
    "risk. Who checks and corrects each tip does better."
)


def build_rehearsal(rehearsal: Rehearsal) -> tuple[Block, ...]:
    """What came of all draws."""
    title = (
        f"Rehearsed: {rehearsal.draws} draws of one uncorrected placement (seed {rehearsal.seed})"
    )
    seen = min(rehearsal.draws, rehearsal_chart.MOST_DOTS)
    return (
        Heading(title),
        *((Note(rehearsal.doubt),) if rehearsal.doubt else ()),
        Figure(
            "pictures/rehearsal.png",
            "Where each device came to lie about the target, and how the result scatters",
            f"{seen} tips about the aim (+) as the target sees them, looking along each device, "
            "mm; outlined: the target's viable part.",
        ),
        _shares(rehearsal),
        _spreads(rehearsal),
        Text(points=rehearsal.notes),
        Text(_WHOSE, soft=True),
    )


def _shares(rehearsal: Rehearsal) -> Table:
    rows = [row for one in rehearsal.passes for row in _of_device(one)]
    if rehearsal.plan.not_segmented:
        unknown = ", ".join(words.name(n) for n in rehearsal.plan.not_segmented)
        rows.append(Row((f"touches {unknown}", words.UNKNOWN, "", "nobody segmented it"), "warn"))
    if rehearsal.zone is not None:
        rows.append(_row("the whole target dies", rehearsal.zone.shares))
    rows.append(
        _row("all as meant, nothing that is labelled touched", rehearsal.as_meant, "strong")
    )
    note = (
        "As meant: every device hits, touches nothing that is labelled, and what shall die does."
        " The plan's own chance of the whole target also varies tissue and power."
        if rehearsal.zone is not None
        else "As meant: the device hits and touches nothing that is labelled."
    )
    head = ("In one placement", "Share of draws", "95 % interval", "Planned")
    return Table(head, tuple(rows), note=note, widths=("1fr", "auto", "auto", "auto"), wrap=True)


def _of_device(passes: Passes) -> tuple[Row, ...]:
    hit, *touches = passes.shares.items()
    rows = [_row(f"{passes.name} hits the target", hit[1])]
    for name, found in touches:
        tone = "warn" if found.count else "plain"
        rows.append(_row(f"{passes.name} touches {words.name(name)}", found, tone))
    return tuple(rows)


def _row(what: str, share: Share, tone: str = "plain") -> Row:
    low, high = (percent(bound) for bound in share.interval)
    between = low if low == high else f"{low} to {high}"
    planned = "" if share.planned is None else percent(share.planned)
    return Row((what, percent(share.value), between, planned), tone)


def _spreads(rehearsal: Rehearsal) -> Table:
    rows = []
    for passes in rehearsal.passes:
        rows.append(_scatter(f"{passes.name}: tip beside its axis", spread(passes.lateral_mm, 0.0)))
        if passes.inside_mm is not None:
            inside = spread(passes.inside_mm, passes.planned_inside_mm)
            rows.append(_scatter(f"{passes.name}: of its stretch in the target", inside))
    if rehearsal.zone is not None:
        rows.append(_scatter("thinnest margin, away from the capsule", rehearsal.zone.margin))
        covered = rehearsal.zone.covered
        figures = (covered.nominal, covered.p05, covered.p50, covered.p95)
        rows.append(Row(("share of the target that dies", *(percent(f) for f in figures))))
    widths = ("1fr", "auto", "auto", "auto", "auto")
    head = ("", "As planned", "5 %", "50 %", "95 %")
    return Table(head, tuple(rows), widths=widths, wrap=True)


def _scatter(what: str, found: Spread) -> Row:
    figures = (found.nominal, found.p05, found.p50, found.p95)
    return Row((what, *(words.mm(f) for f in figures)), "warn" if found.p05 < 0.0 else "plain")


def _drawn(made: Rehearsal) -> tuple[Drawing, ...]:
    return (("rehearsal", lambda: rehearsal_chart.draw_rehearsal(made)),)


REHEARSAL = Section(Part.BODY, 25, build_rehearsal, _drawn, of=Rehearsal)
