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


def rehearsed(made: Rehearsal) -> tuple[Block, ...]:
    """What came of all draws."""
    title = f"Rehearsed: {made.draws} draws of one uncorrected placement (seed {made.seed})"
    seen = min(made.draws, rehearsal_chart.MOST_DOTS)
    return (
        Heading(title),
        *((Note(made.doubt),) if made.doubt else ()),
        Figure(
            "pictures/rehearsal.png",
            "Where each device came to lie about the target, and how the result scatters",
            f"{seen} tips about the aim (+) as the target sees them, looking along each device, "
            "mm; outlined: the target's viable part.",
        ),
        _shares(made),
        _spreads(made),
        Text(points=made.notes),
        Text(_WHOSE, soft=True),
    )


def _shares(made: Rehearsal) -> Table:
    rows = [row for one in made.passes for row in _of_device(one)]
    if made.plan.not_segmented:
        unknown = ", ".join(words.name(n) for n in made.plan.not_segmented)
        rows.append(Row((f"touches {unknown}", words.UNKNOWN, "", "nobody segmented it"), "warn"))
    if made.zone is not None:
        rows.append(_row("the whole target dies", made.zone.shares))
    rows.append(_row("all as meant, nothing that is labelled touched", made.as_meant, "strong"))
    note = (
        "As meant: every device hits, touches nothing that is labelled, and what shall die does."
        " The plan's own chance of the whole target also varies tissue and power."
        if made.zone is not None
        else "As meant: the device hits and touches nothing that is labelled."
    )
    head = ("In one placement", "Share of draws", "95 % interval", "Planned")
    return Table(head, tuple(rows), note=note, widths=("1fr", "auto", "auto", "auto"), wrap=True)


def _of_device(one: Passes) -> tuple[Row, ...]:
    hit, *touches = one.shares.items()
    rows = [_row(f"{one.name} hits the target", hit[1])]
    for name, found in touches:
        tone = "warn" if found.count else "plain"
        rows.append(_row(f"{one.name} touches {words.name(name)}", found, tone))
    return tuple(rows)


def _row(what: str, found: Share, tone: str = "plain") -> Row:
    low, high = (percent(bound) for bound in found.interval)
    between = low if low == high else f"{low} to {high}"
    planned = "" if found.planned is None else percent(found.planned)
    return Row((what, percent(found.value), between, planned), tone)


def _spreads(made: Rehearsal) -> Table:
    rows = []
    for one in made.passes:
        rows.append(_scatter(f"{one.name}: tip beside its axis", spread(one.lateral_mm, 0.0)))
        if one.inside_mm is not None:
            inside = spread(one.inside_mm, one.planned_inside_mm)
            rows.append(_scatter(f"{one.name}: of its stretch in the target", inside))
    if made.zone is not None:
        rows.append(_scatter("thinnest margin, away from the capsule", made.zone.margin))
        covered = made.zone.covered
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


REHEARSAL = Section(Part.BODY, 25, rehearsed, _drawn, of=Rehearsal)
