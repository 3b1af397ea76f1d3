"""Ledger, its things: implants with a date, adverse events, device incidents."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli import ledger_words
from seldinger.cli.ledger_options import (
    By,
    Case,
    Db,
    Known,
    Now,
    Number,
    Role,
    author,
    day,
    instant,
    ledger,
)
from seldinger.cli.terminal import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.care.ledger_records import Implant


def implant(
    case: Case,
    kind: Annotated[str, typer.Argument(help="filter, drain, stent or other.")],
    device: Annotated[str, typer.Argument(help="Which one.")],
    placed: Annotated[str, typer.Option(metavar="DATE", help="On which day.")],
    owner: Annotated[str, typer.Option(help="Who sees to it that it is removed.")],
    due: Annotated[str | None, typer.Option(metavar="DATE", help="By when.")] = None,
    udi: Annotated[str | None, typer.Option(help="Its identifier.")] = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Something stays in the patient: from now on it has an owner and a date."""
    from seldinger.care import times
    from seldinger.care.ledger_records import NewImplant

    new = NewImplant(kind, device, udi, times.parse_date(placed), owner, day(due))
    made = ledger(db).add_implant(case, new, by=author(by, role), now=instant(now))
    ledger_words.give(made, ledger_words.implant_line(made), as_json=as_json)
    if kind == "filter" and made.due is None:
        _tell_filter(made)


def _tell_filter(made: Implant) -> None:
    """What is known of when a filter is to come out, where nobody gave a date."""
    from seldinger import evidence

    fact = evidence.fact("outcome_filter.retrieve_by")
    if fact.interval is None:
        return
    first, last = (made.placed + dt.timedelta(days=days) for days in fact.interval)
    typer.echo(
        f"seldinger: the filter has no date. {fact.statement} That is {first} to {last} "
        f"({fact.trust.value} source, {fact.source}): `assign` sets one",
        err=True,
    )


def _write_calendar(out: Path, found: Sequence[Implant], now: dt.datetime) -> None:
    from seldinger.care import ledger_calendar
    from seldinger.cli.ledger_department import write

    write(out, ledger_calendar.to_ics(found, now), "BEGIN:VCALENDAR")
    undated = sum(1 for one in found if one.due is None)
    if undated:
        typer.echo(f"{undated} without a date are not in the calendar: `assign` them one", err=True)


def assign(
    number: Number,
    why: Annotated[str, typer.Option(help="In words.")],
    owner: Annotated[str | None, typer.Option(help="Who from now on.")] = None,
    due: Annotated[str | None, typer.Option(metavar="DATE", help="By when now.")] = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give an open implant another owner or date."""
    made = ledger(db).assign_implant(
        number, why, owner=owner, due=day(due), by=author(by, role), now=instant(now)
    )
    ledger_words.give(made, ledger_words.implant_line(made), as_json=as_json)


def resolve(
    number: Number,
    how: Annotated[str, typer.Option(help="In words: removed, permanent and whose, ...")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Another day than today.")] = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """An implant is out, or stays for good in somebody's hands."""
    when = instant(now)
    made = ledger(db).resolve_implant(
        number, day(on) or when.date(), how, by=author(by, role), now=when
    )
    ledger_words.give(made, ledger_words.implant_line(made), as_json=as_json)


def due(
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Another day than today.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All open ones, due or not.")] = False,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them as a calendar, too.")
    ] = None,
    db: Db = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """List implants whose date has come, and those to which nobody has given a date."""
    when = instant(now)
    asked = day(on) or when.date()
    found = ledger(db).due(dt.date.max if every else asked)
    if ics is not None:
        _write_calendar(ics, found, when)
    if as_json:
        ledger_words.print_record(found)
        return
    ledger_words.tell_due(found, None if every else asked)


def event(
    case: Case,
    grade: Annotated[str, typer.Argument(help="Of that scale.")],
    text: Annotated[str, typer.Argument(help="What happened.")],
    scale: Annotated[str, typer.Option(help="sir2017 or cirse2017.")],
    device_related: Annotated[
        Known, typer.Option(help="Whether a device had a part in it.")
    ] = Known.UNKNOWN,
    harm: Annotated[Known, typer.Option(help="Whether the patient came to harm.")] = Known.UNKNOWN,
    corrects: Annotated[int | None, typer.Option(help="Number of the event it replaces.")] = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Record an adverse event with its grade and the scale's name."""
    from seldinger.care.ledger_records import NewEvent

    new = NewEvent(scale, grade, text, device_related.truth, harm.truth, corrects)
    made = ledger(db).add_event(case, new, by=author(by, role), now=instant(now))
    ledger_words.give(made, ledger_words.event_line(made), as_json=as_json)


def incident(
    device: Annotated[str, typer.Argument(help="Which one.")],
    what: Annotated[str, typer.Argument(help="What happened.")],
    case: Annotated[str | None, typer.Option(help="In which case.")] = None,
    lot: Annotated[str | None, typer.Option(help="Its lot.")] = None,
    udi: Annotated[str | None, typer.Option(help="Its identifier.")] = None,
    expiry: Annotated[str | None, typer.Option(metavar="DATE", help="Its last day.")] = None,
    reported_to: Annotated[str | None, typer.Option(help="To whom, if to anybody yet.")] = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Log a device that failed, or nearly did."""
    from seldinger.care.ledger_records import NewIncident

    new = NewIncident(case, device, what, lot, udi, day(expiry), reported_to)
    made = ledger(db).add_incident(new, by=author(by, role), now=instant(now))
    ledger_words.give(made, ledger_words.incident_line(made), as_json=as_json)


def reported(
    number: Number,
    to: Annotated[str, typer.Argument(help="To whom.")],
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Say to whom an incident was reported."""
    made = ledger(db).report_incident(number, to, by=author(by, role), now=instant(now))
    ledger_words.give(made, ledger_words.incident_line(made), as_json=as_json)
