"""The predicted effect of any treatment: its measures, structures at risk and alternatives.

Ablation brings pages of its own; these serve every other treatment without a line of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.formatting import format_figure
from seldinger.core.quantity import Spread
from seldinger.report import words
from seldinger.report.ablation import is_ablation
from seldinger.report.blocks import Block, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import with_headings

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.blocks import Tone
    from seldinger.simulate.effect import Effect, EffectTable, Measure, Option, StructureEffect

_FIRST = 8
"""Measures that stand on the first pages; those that matter most come first."""
_KEPT: dict[bool | None, tuple[str, Tone]] = {
    True: ("kept", "plain"), False: ("NOT KEPT", "bad"), None: (words.UNKNOWN, "warn"),
}  # fmt: skip


def build_measures(plan: Plan) -> tuple[Block, ...]:
    """The first measures with their spread and what was asked, and what a reader must know."""
    effect = _effect(plan)
    if effect is None:
        return ()
    left = len(effect.measures) - _FIRST
    more = f" {left} more in the appendix." if left > 0 else ""
    table = _tabulate(effect, effect.measures[:_FIRST], more)
    points = (f"What counts as affected: {effect.criterion}.", *effect.notes)
    return (*with_headings(("Predicted effect and uncertainty", table)), Text(points=points))


def build_rest(plan: Plan) -> tuple[Block, ...]:
    """Every measure, where the first pages hold only some."""
    effect = _effect(plan)
    if effect is None or len(effect.measures) <= _FIRST:
        return ()
    return with_headings(("All that was predicted", _tabulate(effect, effect.measures, "")))


def _tabulate(effect: Effect, measures: tuple[Measure, ...], more: str) -> Table:
    note = f"{effect.samples} samples." if effect.samples else "Not sampled: no spread is told."
    if not effect.samples and any(isinstance(one.value, Spread) for one in effect.measures):
        note = "Not sampled: where a spread is told, it follows from a distribution."
    return Table(
        ("", "As planned", "5 %", "50 %", "95 %", "Asked", ""),
        tuple(_measure(one) for one in measures),
        "Nothing was predicted.",
        f"{note}{more}",
        ("1fr", "auto", "auto", "auto", "auto", "auto", "auto"),
        wrap=True,
    )


def build_structures(plan: Plan) -> tuple[Block, ...]:
    """Structures at risk, those that are not spared first."""
    effect = _effect(plan)
    if effect is None or not effect.structures:
        return ()
    order = {False: 0, None: 1, True: 2}
    known = sorted(effect.structures, key=lambda one: (order[one.kept], one.structure))
    table = Table(
        ("Structure", "What reaches it", "Spared", "Protection", "Source"),
        tuple(_structure(one) for one in known),
        widths=("1fr", "1.6fr", "auto", "1.4fr", "auto"),
        wrap=True,
    )
    return with_headings(("Organs at risk", table))


def build_options(plan: Plan) -> tuple[Block, ...]:
    """The alternatives that were tried; the columns are their measures."""
    effect = _effect(plan)
    if effect is None or not effect.options:
        return ()
    labels = tuple(dict.fromkeys(m.label for one in effect.options for m in one.measures))
    table = Table(
        ("Technique", "Device", "Setting", *labels, "Why, or why not"),
        tuple(_option(one, labels) for one in effect.options),
        widths=("1.6fr", "1.6fr", "1.2fr", *("1fr",) * len(labels), "1.8fr"),
        wrap=True,
    )
    return with_headings(("Alternatives", table))


def build_tables(plan: Plan) -> tuple[Block, ...]:
    """What the treatment tells in rows of words."""
    effect = _effect(plan)
    titled = () if effect is None else effect.tables
    return with_headings(*((one.title, _words(one)) for one in titled)) if titled else ()


def _words(told: EffectTable) -> Table:
    tones = dict.fromkeys(told.strong, "strong") | dict.fromkeys(told.bad, "bad")
    rows = tuple(Row(row, tones.get(n, "plain")) for n, row in enumerate(told.rows))
    return Table(told.head, rows, "Nothing is told.", told.note, wrap=True)


def _effect(plan: Plan) -> Effect | None:
    return None if is_ablation(plan) else plan.effect


def _measure(measure: Measure) -> Row:
    spread = measure.value if isinstance(measure.value, Spread) else None
    rest = ("", "", "") if spread is None else (spread.p05, spread.p50, spread.p95)
    state, tone = _KEPT[measure.kept] if _asked(measure) else ("", "plain")
    cells = (measure.label, _figure(measure, measure.nominal), *(_figure(measure, v) for v in rest))
    return Row((*cells, _asked(measure), state), tone)


def _figure(measure: Measure, value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return words.UNKNOWN
    return f"{format_figure(value)} {words.unit(measure.unit)}".strip()


def _asked(one: Measure) -> str:
    sides = (("at least", one.at_least), ("at most", one.at_most))
    return ", ".join(f"{side} {_figure(one, v)}" for side, v in sides if v is not None)


def _structure(structure: StructureEffect) -> Row:
    reached = "; ".join(
        f"{m.label} {_figure(m, m.nominal)}" + (f" ({_asked(m)} asked)" if _asked(m) else "")
        for m in structure.measures
    )
    state, tone = _KEPT[structure.kept]
    protection = structure.protection or ("none needed" if structure.kept else words.UNKNOWN)
    sources = ", ".join(structure.sources) or "no source"
    return Row((words.name(structure.structure), reached, state, protection, sources), tone)


def _option(option: Option, labels: tuple[str, ...]) -> Row:
    by_label = {m.label: _figure(m, m.nominal) for m in option.measures}
    note = option.note
    if option.chosen:
        note = f"CHOSEN: {note}" if note else "CHOSEN"
    device = f"{option.count} × {words.name(option.device)}"
    figures = (by_label.get(label, "–") for label in labels)
    cells = (words.name(option.technique), device, option.setting, *figures, note)
    return Row(cells, "strong" if option.chosen else "plain")


MEASURES = Section(Part.FIRST, 35, build_measures, details=build_rest)
STRUCTURES = Section(Part.BODY, 15, build_structures)
OPTIONS = Section(Part.FIRST, 45, build_options)
TABLES = Section(Part.BODY, 16, build_tables)
