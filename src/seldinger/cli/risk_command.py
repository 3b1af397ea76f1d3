"""Risk: a procedure beside its alternatives; audit: a department's rate against a threshold."""

from __future__ import annotations

from dataclasses import asdict
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.terminal import AsJson, print_json, print_table
from seldinger.core.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.care import outcomes as pages
    from seldinger.care.outcomes import Option, OutcomeRow, Outcomes

_WIDTH = 100


def risk(
    procedure: Annotated[
        str | None, typer.Argument(help="Which one, e.g. ufe; without, lists them.")
    ] = None,
    organ: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where, e.g. liver; some pages need it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what came of a procedure, beside surgery, waiting and other ways.

    First the answer, then the figures by endpoint with every option under it. Rates are those of
    populations, never this patient's.
    """
    from seldinger.care import outcomes

    if procedure is None:
        if organ is not None:
            raise CaseError(f"--organ {organ} says where, but not what: name a procedure")
        _list(as_json=as_json)
        return
    found = outcomes.find(procedure, organ)
    if as_json:
        print_json(asdict(found))
        return
    _tell(found)


def audit(
    events: Annotated[int, typer.Argument(metavar="K", help="How often it happened.")],
    cases: Annotated[int, typer.Argument(metavar="N", help="In how many cases.")],
    threshold: Annotated[
        str, typer.Option(metavar="T", help="Share that triggers a review: 0.05 or 5%.")
    ],
    as_json: AsJson = False,
) -> None:
    """Hold K events in N cases against an audit threshold.

    The rate stands with its Wilson interval: it is below or above only where the whole interval
    is. A threshold is an audit trigger for a department, not a patient's risk.
    """
    from seldinger.care.quality import audit as held

    found = held(events, cases, _share(threshold))
    if as_json:
        print_json(asdict(found))
        return
    low, high = found.interval
    typer.echo(f"{found.standing.value}: {_why(found.standing.value)}")
    typer.echo(
        f"{found.events} of {found.cases}: {_percent(found.rate)} "
        f"({_percent(low)} to {_percent(high)}, {_percent(found.level)} confidence, Wilson); "
        f"threshold {_percent(found.threshold)}"
    )
    typer.echo(found.caveat)


def _share(told: str) -> float:
    """A share as it was written: "0.05" or "5%"."""
    number = told.strip().removesuffix("%")
    try:
        value = float(number)
    except ValueError as wrong:
        raise CaseError(f"--threshold is {told!r}: a share like 0.05, or 5%") from wrong
    if told.strip().endswith("%"):
        return value / 100.0
    if value >= 1.0:
        raise CaseError(f"--threshold is {told!r}: a share below 1, or per cent with its sign")
    return value


def _why(standing: str) -> str:
    return {
        "below": "the whole interval lies under the threshold",
        "above": "the whole interval lies over the threshold: look into the cases",
        "cannot tell": "the interval holds the threshold; more cases are needed",
    }[standing]


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


def _list(*, as_json: bool) -> None:
    from seldinger.care import outcomes

    pages = outcomes.list_pages()
    if as_json:
        print_json([{"procedure": name, "organ": organ} for name, organ in pages])
        return
    print_table(("procedure", "organ"), [(name, organ or "any") for name, organ in pages])


def _tell(found: Outcomes) -> None:
    from seldinger.care.outcomes import Side

    where = "" if found.organ is None else f" ({found.organ})"
    typer.echo(f"{found.procedure}{where}: {found.title}\n")
    _say(found.answer)
    _say(found.caveat)
    _say(f"Not simply comparable: {found.confounding}")
    if found.transplant:
        _say(f"Transplant: {found.transplant}")
    typer.echo()
    for row in (*found.indicated, *found.think_again):
        _say(f"{row.statement}{_stamped(row)}")
    for side in Side:
        _tell_side(found, side)
    _tell_gaps(found)


def _tell_side(found: Outcomes, side: pages.Side) -> None:
    """Every endpoint of a side; those that several options share stand first, side by side."""
    from seldinger.care.outcomes import Side

    groups: dict[tuple[str, str], list[tuple[Option, OutcomeRow]]] = {}
    for option, row in _rows(found, side):
        groups.setdefault((row.endpoint or row.statement, row.horizon), []).append((option, row))
    if groups:
        rates = "" if side is Side.BURDEN else ": rates of populations, not this patient's"
        typer.echo(f"\n{side.value.upper()}{rates}")
    shared_first = sorted(groups.items(), key=lambda one: len({o.name for o, _ in one[1]}) == 1)
    for (endpoint, horizon), members in shared_first:
        _say(f"{endpoint} [{horizon}]", 2)
        alone = len({option.name for option, _ in members}) == 1
        for option, row in members:
            _say(f"{option.name}: {row.number or row.statement}{_stamped(row)}", 4)
            _tell_origin(row, against=alone)


def _tell_origin(row: OutcomeRow, *, against: bool) -> None:
    """Whom a row was seen in, who says otherwise, what else must be known."""
    beside = f"; against: {row.comparator}" if against and row.comparator else ""
    _say(f"{row.population}{beside}; {row.design}; {row.fact}", 8)
    if row.conflicts:
        _say(f"says otherwise: {', '.join(row.conflicts)}", 8)
    if row.note.rstrip(".").lower() not in ("", "to be confirmed"):
        _say(row.note, 8)


def _rows(found: Outcomes, side: pages.Side) -> Iterator[tuple[Option, OutcomeRow]]:
    return ((option, row) for option in found.options for row in option.side(side))


def _tell_gaps(found: Outcomes) -> None:
    typer.echo("\nOPTIONS")
    for option in found.options:
        said = " ".join(text for text in (option.not_read, option.confounding) if text)
        _say(f"{option.name} ({option.kind}){': ' if said else ''}{said}", 2)


def _stamped(row: OutcomeRow) -> str:
    return f" [{row.stamp}]" if row.stamp else ""


def _say(text: str, indent: int = 0) -> None:
    first, rest = " " * indent, " " * (indent + 2 if indent else 0)
    typer.echo(fill(text, _WIDTH, initial_indent=first, subsequent_indent=rest))
