"""What every report ends with: rules, assumptions, sources, and what it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.clearance.model import PROJECT_RULE
from seldinger.core.verdict import Severity, Status
from seldinger.evidence.model import MEMORY_STAMP, SECONDARY_STAMP
from seldinger.report import words
from seldinger.report.blocks import Block, Entries, Heading, Row, Table, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from seldinger.core.finding import Finding
    from seldinger.core.quantity import Spread
    from seldinger.core.record import AssumptionUse

_SEVERITIES = (Severity.STOP, Severity.ACTION, Severity.CAUTION, Severity.INFO)
_STATUS_WORDS = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNKNOWN: "unknown"}


_STAMPS = {
    PROJECT_RULE: "house rule", SECONDARY_STAMP: "secondary", MEMORY_STAMP: "to be confirmed",
}  # fmt: skip
"""Stamps that many rows bear, in a word each; the appendix explains them where they are used."""


def shorten_stamp(stamp: str) -> str:
    """A stamp in a word, where there is one for it."""
    return _STAMPS.get(stamp, stamp)


def explain_stamps(stamps: Iterable[str]) -> str:
    """The words of ``shorten_stamp`` and what they stand for; empty where none was used."""
    used = set(stamps)
    told = (
        stamp if stamp.startswith(short) else f"{short}: {stamp}"
        for stamp, short in _STAMPS.items()
        if stamp in used
    )
    return "; ".join(told).capitalize()


def build_findings(
    findings: Sequence[Finding], describe_basis: Callable[[Finding], str]
) -> tuple[Block, ...]:
    """Rules that are open in a table, the gravest first; below it those that are met.

    Args:
        findings: every rule that was applied.
        describe_basis: what a finding rests on.
    """
    open_rules = [f for f in findings if f.status is not Status.MET]
    rows = tuple(
        Row(
            (_STATUS_WORDS[f.status], f.severity.value, words.plain_units(f.text),
             describe_basis(f)),
            _tone(f),
        )
        for f in sorted(open_rules, key=lambda f: _SEVERITIES.index(f.severity))
    )  # fmt: skip
    head, widths = ("Rule", "Asks for", "Finding", "Basis"), ("auto", "auto", "1.8fr", "1fr")
    met = tuple(
        Row(("", words.plain_units(f.text), describe_basis(f)))
        for f in findings
        if f.status is Status.MET
    )
    blocks: tuple[Block, ...] = ()
    if rows or not findings:
        blocks += (Table(head, rows, "No rule was applied.", widths=widths, dense=True),)
    return (*blocks, Text(lead="Rules that are met"), Entries(met)) if met else blocks


def _tone(finding: Finding) -> str:
    serious = finding.severity in {Severity.STOP, Severity.ACTION}
    return "bad" if serious and finding.status is Status.NOT_MET else "warn"


def build_assumptions(used: Iterable[AssumptionUse], note: str = "") -> Entries:
    """What was assumed, its range and why, the user's own first; one reason of a tissue once."""
    groups: dict[tuple[bool, str, str], list[str]] = {}
    for use in used:
        tissue, _, label = words.assumption(use.name).rpartition(": ")
        value = f"{use.value:g}" if use.edited else words.number(use.value)
        said = f"{value} {words.unit(use.unit)}".strip()
        said += f" ({words.number(use.low)} to {words.number(use.high)})"
        lead = (tissue or label) + (" (edited)" if use.edited else "")
        item = f"{label} {said}" if tissue else said
        groups.setdefault((not use.edited, lead, use.reason), []).append(item)
    rows = tuple(
        Row((lead, f"{', '.join(dict.fromkeys(items))}: {reason}"), "plain" if standard else "warn")
        for (standard, lead, reason), items in sorted(groups.items(), key=lambda one: one[0][0])
    )
    return Entries(rows, "No assumption was used.", note)


def build_sources(sources: Iterable[tuple[str, str, str]]) -> Entries:
    """Every source once: its key, its citation, how far it can be trusted."""
    rows = tuple(Row(source) for source in dict.fromkeys(sources))
    return Entries(rows, "No source is cited.")


def cite(keys: Iterable[str]) -> Entries:
    """The full citations of ``keys``."""
    return build_sources((key, evidence.source(key).text, "") for key in keys)


def build_provenance(
    inputs: Iterable[tuple[str, str]], version: str, more: Iterable[tuple[str, str]]
) -> Entries:
    """What a report was made from.

    Args:
        inputs: (name, SHA-256) of each file.
        version: of this package.
        more: (what, value), such as settings or the command.
    """
    files = ((f"SHA-256 of {name}", digest) for name, digest in inputs)
    return Entries(tuple(Row(one) for one in (*files, ("seldinger", version), *more)))


def build_spreads(rows: Iterable[Row], note: str = "", *, dense: bool = False) -> Table:
    """What is planned beside what came out in samples.

    Args:
        rows: of ``make_spread_row``.
        note: stands below.
        dense: small letters in print.
    """
    head, widths = ("", "As planned", "5 %", "50 %", "95 %"), ("1fr", *("auto",) * 4)
    return Table(head, tuple(rows), note=note, widths=widths, wrap=True, dense=dense)


def make_spread_row(
    what: str, spread: Spread, format_value: Callable[[float], str] = words.mm
) -> Row:
    """One quantity, red where the plan itself falls below zero, amber where 5 % of samples do.

    Args:
        what: the quantity.
        spread: its values.
        format_value: how one of them is said.
    """
    values = (spread.nominal, spread.p05, spread.p50, spread.p95)
    tone = "bad" if spread.nominal < 0.0 else "warn" if spread.p05 < 0.0 else "plain"
    return Row((what, *map(format_value, values)), tone)


def with_headings(*parts: tuple[str, Block]) -> tuple[Block, ...]:
    """Each block under its heading."""
    return tuple(block for title, part in parts for block in (Heading(title), part))


def with_subheadings(*parts: tuple[str, tuple[Block, ...]]) -> tuple[Block, ...]:
    """Blocks under a heading of the second level; none where there are none."""
    return tuple(
        block for title, part in parts if part for block in (Heading(title, level=2), *part)
    )
