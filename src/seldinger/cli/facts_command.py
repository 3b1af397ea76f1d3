"""Facts: what is known, with value, horizon, trust and source; conflicts and claims beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.terminal import AsJson, print_json, print_table
from seldinger.core.errors import EvidenceError
from seldinger.evidence.model import Trust

if TYPE_CHECKING:
    from seldinger.evidence.model import Fact

_NAMED = 5
"""How many stale facts are named; the rest is counted."""


def facts(
    topic: Annotated[str | None, typer.Argument(help="Only this topic; without, all.")] = None,
    search: Annotated[
        str | None, typer.Option(help="Only facts with all of these words, anywhere.")
    ] = None,
    trust: Annotated[
        Trust | None, typer.Option(help="Only facts read in this way.", case_sensitive=False)
    ] = None,
    claims: Annotated[
        bool, typer.Option("--claims", help="Only popular claims, the verdict first.")
    ] = False,
    today: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day reviews are held against.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List, search and cite what is known; conflicts side by side."""
    from seldinger import evidence

    day = _day(today)
    found = [
        one
        for one in evidence.facts(topic)
        if (trust is None or one.trust is trust)
        and (not claims or one.verdict is not None)
        and (search is None or _has(one, search))
    ]
    stale = {one.id for one in evidence.list_overdue(day)}
    if as_json:
        print_json([_json(one, one.id in stale) for one in found])
        return
    if not found:
        typer.echo("No fact fits.")
        return
    if claims:
        _print_claims(found)
    else:
        _print_facts(found)
    _print_conflicts(found)
    _print_sources(found)
    _warn([one.id for one in found if one.id in stale], day)


def _day(today: str | None) -> dt.date:
    if today is None:
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(today)
    except ValueError as wrong:
        raise EvidenceError(f"--today is a day like 2026-11-25, got {today!r}") from wrong


def _has(one: Fact, search: str) -> bool:
    from seldinger import evidence

    told = (one.id, one.statement, one.population, one.comparator, one.endpoint, one.horizon)
    where = (one.kind.value, one.note, one.source, evidence.source(one.source).text)
    text = " ".join(part for part in (*told, *where) if part is not None).casefold()
    return all(word in text for word in search.casefold().split())


def _json(one: Fact, stale: bool) -> dict[str, object]:
    from seldinger import evidence

    stamp = evidence.stamp_of([one.id])
    return asdict(one) | {
        "topic": one.topic,
        "review_date": one.review_date.isoformat(),
        "review_by": one.review_by.isoformat(),
        "citation": evidence.source(one.source).text,
        "drives": one.drives,
        "stamp": stamp,
        "stale": stale,
    }


def _told(one: Fact) -> tuple[str, ...]:
    from seldinger.evidence import formatting

    said = one.statement if one.verdict is None else f"{one.verdict.value}: {one.statement}"
    return (one.id, formatting.format_value(one), formatting.format_trust(one), one.source, said)


def _print_facts(found: list[Fact]) -> None:
    print_table(("fact", "value", "trust", "source", "statement"), [_told(one) for one in found])


def _print_claims(found: list[Fact]) -> None:
    from seldinger import evidence
    from seldinger.evidence import formatting

    for one in found:
        verdict = "" if one.verdict is None else one.verdict.value.upper()
        typer.echo(f"{verdict}  {one.statement} [{one.id}; {formatting.format_trust(one)}]")
        rows = [_told(evidence.fact(other)) for other in one.see]
        print_table(("  answered by", "value", "trust", "source", "statement"), _indented(rows))
        typer.echo()


def _print_conflicts(found: list[Fact]) -> None:
    from seldinger.evidence import formatting

    groups = formatting.group_conflicts(found)
    if groups:
        typer.echo("\nConflicts, side by side:")
    for group in groups:
        typer.echo()
        head = ("  fact", "value", "trust", "source", "statement")
        print_table(head, _indented([_told(one) for one in group]))


def _indented(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [(f"  {row[0]}", *row[1:]) for row in rows]


def _print_sources(found: list[Fact]) -> None:
    from seldinger import evidence
    from seldinger.evidence import formatting

    answers = [evidence.fact(other) for one in found for other in one.see]
    beside = [one for group in formatting.group_conflicts(found) for one in group]
    typer.echo("\nSources:")
    for key in dict.fromkeys(one.source for one in (*found, *answers, *beside)):
        typer.echo(f"  {key}: {evidence.source(key).text}")


def _warn(stale: list[str], day: dt.date) -> None:
    if not stale:
        return
    more = f" and {len(stale) - _NAMED} more" if len(stale) > _NAMED else ""
    typer.secho(
        f"seldinger: past their review on {day}: {', '.join(stale[:_NAMED])}{more}",
        fg=typer.colors.YELLOW,
        err=True,
    )
