"""The predicted effect of any treatment: its measures, structures at risk and alternatives.

Ablation brings pages of its own; these serve every other treatment without a line of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.quantity import Spread
from seldinger.report import words
from seldinger.report.ablation import is_ablation
from seldinger.report.blocks import Block, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import headed

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.blocks import Tone
    from seldinger.simulate.effect import Effect, Measure, Option, StructureEffect

_KEPT: dict[bool | None, tuple[str, Tone]] = {
    True: ("kept", "plain"), False: ("NOT KEPT", "bad"), None: (words.UNKNOWN, "warn"),
}  # fmt: skip


def measures(plan: Plan) -> tuple[Block, ...]:
    """Every measure with its spread and what was asked of it, and what a reader must know."""
    effect = _effect(plan)
    if effect is None:
        return ()
    note = f"{effect.samples} samples." if effect.samples else "Not sampled: no spread is told."
    table = Table(
        ("", "As planned", "5 %", "50 %", "95 %", "Asked", ""),
        tuple(_measure(one) for one in effect.measures),
        "Nothing was predicted.",
        note,
        ("1fr", "auto", "auto", "auto", "auto", "auto", "auto"),
        wrap=True,
    )
    points = (f"What counts as affected: {effect.criterion}.", *effect.notes)
    return (*headed(("Predicted effect and uncertainty", table)), Text(points=points))


def structures(plan: Plan) -> tuple[Block, ...]:
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
    return headed(("Structures at risk", table))


def options(plan: Plan) -> tuple[Block, ...]:
    """The alternatives that were tried; the columns are their measures."""
    effect = _effect(plan)
    if effect is None or not effect.options:
        return ()
    labels = tuple(dict.fromkeys(m.label for one in effect.options for m in one.measures))
    table = Table(
        ("Technique", "Device", "Setting", *labels, "Why, or why not"),
        tuple(_option(one, labels) for one in effect.options),
        wrap=True,
    )
    return headed(("Alternatives", table))


def _effect(plan: Plan) -> Effect | None:
    return None if is_ablation(plan) else plan.effect


def _measure(one: Measure) -> Row:
    spread = one.value if isinstance(one.value, Spread) else None
    rest = ("", "", "") if spread is None else (spread.p05, spread.p50, spread.p95)
    state, tone = _KEPT[one.kept] if _asked(one) else ("", "plain")
    cells = (one.label, _figure(one, one.nominal), *(_figure(one, v) for v in rest))
    return Row((*cells, _asked(one), state), tone)


def _figure(one: Measure, value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    return words.UNKNOWN if value is None else f"{value:.3g} {words.unit(one.unit)}".strip()


def _asked(one: Measure) -> str:
    sides = (("at least", one.at_least), ("at most", one.at_most))
    return ", ".join(f"{side} {_figure(one, v)}" for side, v in sides if v is not None)


def _structure(one: StructureEffect) -> Row:
    reached = "; ".join(
        f"{m.label} {_figure(m, m.nominal)}" + (f" ({_asked(m)} asked)" if _asked(m) else "")
        for m in one.measures
    )
    state, tone = _KEPT[one.kept]
    protection = one.protection or ("none needed" if one.kept else words.UNKNOWN)
    sources = ", ".join(one.sources) or "no source"
    return Row((words.name(one.structure), reached, state, protection, sources), tone)


def _option(one: Option, labels: tuple[str, ...]) -> Row:
    told = {m.label: _figure(m, m.nominal) for m in one.measures}
    note = one.note
    if one.chosen:
        note = f"CHOSEN: {note}" if note else "CHOSEN"
    device = f"{one.count} × {words.name(one.device)}"
    figures = (told.get(label, "–") for label in labels)
    cells = (words.name(one.technique), device, one.setting, *figures, note)
    return Row(cells, "strong" if one.chosen else "plain")


MEASURES = Section(Part.FIRST, 35, measures)
STRUCTURES = Section(Part.BODY, 15, structures)
OPTIONS = Section(Part.FIRST, 45, options)
