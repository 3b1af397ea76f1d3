"""Tables that every report has: what was assumed, what it rests on, what it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.report import words
from seldinger.report.blocks import Block, Heading, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.core.record import AssumptionUse


def build_assumptions(used: Iterable[AssumptionUse]) -> Table:
    """What was used, its range and why; what is used twice alike stands once."""
    rows = {}
    for a in used:
        name = words.name(a.name) + (" (yours)" if a.edited else "")
        value = f"{a.value:.4g} {words.unit(a.unit)}".strip()
        rows[name, value] = Row((name, value, f"{a.low:.4g} to {a.high:.4g}", a.reason))
    head, widths = ("what", "used", "range", "why"), ("auto", "auto", "auto", "1fr")
    return Table(head, tuple(rows.values()), "None was needed.", widths=widths, wrap=True)


def build_sources(keys: Iterable[str]) -> Table:
    """The full citations of ``keys``."""
    rows = tuple(Row((key, evidence.source(key).text)) for key in dict.fromkeys(keys))
    return Table(("key", "source"), rows, widths=("auto", "1fr"), dense=True)


def build_provenance(inputs: Sequence[tuple[str, str]], version: str, command: str | None) -> Table:
    """What a report was made from.

    Args:
        inputs: (name, SHA-256) of each file.
        version: of this package.
        command: how it was asked for.
    """
    rows = [Row((f"SHA-256 of {name}", digest)) for name, digest in inputs]
    rows.append(Row(("seldinger", version)))
    if command:
        rows.append(Row(("command", command)))
    return Table(("what", "value"), tuple(rows), widths=("auto", "1fr"), dense=True)


def with_headings(*parts: tuple[str, Block]) -> tuple[Block, ...]:
    """Each block under its heading."""
    return tuple(block for title, part in parts for block in (Heading(title), part))
