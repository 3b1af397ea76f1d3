"""Ledger: cases on their pathway, implants with a date, adverse events, device incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli import ledger_department, ledger_things, ledger_words
from seldinger.cli.ledger_options import (
    By,
    Case,
    Db,
    Now,
    Role,
    Said,
    author,
    day,
    instant,
    ledger,
    said,
)
from seldinger.cli.terminal import HELP, AsJson, Named, enter, example
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.care.checklist import Device

app = typer.Typer(
    cls=Named,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings=HELP,
)


@app.callback(epilog=example("ledger"))
def ledger_() -> None:
    """Keep cases, implants and adverse events in a database of your own.

    Nothing is overwritten: a correction is a new entry, and the last one counts. The identifiers
    are yours: this program needs no names of patients.
    """


def open_(
    case: Case,
    procedure: Annotated[str, typer.Argument(help="As ordered.")],
    access: Annotated[str | None, typer.Option(help="As ordered: femoral, radial, ...")] = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Open a case; makes the ledger where there is none."""
    who, when = author(by, role), instant(now)
    book = ledger(db, create=True)
    ledger_words.warn_of_person(case)
    made = book.open_case(case, procedure, access, by=who, now=when)
    if book.database.made:
        typer.echo(f"seldinger: made a new ledger at {book.database.shown}", err=True)
    ledger_words.give(made, f"{made.name}: {made.state}", as_json=as_json)


def list_(
    db: Db = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only cases not closed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the cases."""
    found = ledger(db).cases(open_only=only_open)
    if as_json:
        ledger_words.print_record(found)
        return
    ledger_words.tell_cases(found)


def show(case: Case, db: Db = None, as_json: AsJson = False) -> None:
    """Show a case: where it stands, its implants and events, what is known."""
    found = ledger(db).show(case)
    if as_json:
        ledger_words.print_record(found)
        return
    ledger_words.tell_case(found)


def record(
    case: Case,
    words: Said = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Write what is known, by the pathway's keys; a correction is written the same way."""
    pairs = said(words)
    if not pairs:
        raise CareError("what is known? write KEY=WORDS; `missing` lists the keys")
    found = ledger(db).record(case, pairs, by=author(by, role), now=instant(now))
    ledger_words.give(found, f"{case}: recorded {', '.join(pairs)}", as_json=as_json)


def missing(
    case: Case,
    to: Annotated[str | None, typer.Option(help="Another state than the next one.")] = None,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Say what must be known before a case can move on."""
    from seldinger.care import pathway

    book = ledger(db)
    found = book.missing(case, to)
    if as_json:
        ledger_words.print_record(found)
        return
    coming = pathway.next_state(book.show(case).case.state)
    ledger_words.tell_missing(case, to or (coming.name if coming else None), found)


def move(
    case: Case,
    state: Annotated[str, typer.Argument(help="The next state.")],
    words: Said = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Move a case to its next state; what is told with it is kept only if it moves."""
    found = ledger(db).move(case, state, by=author(by, role), now=instant(now), entries=said(words))
    ledger_words.give(found, f"{found.name}: {found.state}", as_json=as_json)


def time_out(
    case: Case,
    yes: Annotated[list[str] | None, typer.Option(metavar="ITEM", help="Answered yes.")] = None,
    no: Annotated[list[str] | None, typer.Option(metavar="ITEM", help="Answered no.")] = None,
    device: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=EXPIRY", help="A device and the last day it may be used."),
    ] = None,
    no_device: Annotated[bool, typer.Option("--no-device", help="No device is used.")] = False,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Answer the time-out's list, all of it at once; without answers, print it."""
    from seldinger.care import checklist

    when = instant(now)
    book = ledger(db)
    if not yes and not no and device is None and not no_device:
        judged = checklist.judge((), None, when.date())
        book.show(case)
    else:
        who = author(by, role)
        both = sorted(set(yes or []) & set(no or []))
        if both:
            raise CareError(f"{both[0]} is answered yes and no: answer it once")
        answers = [checklist.Answer(one, yes=True, by=who, at=when) for one in yes or []]
        answers += [checklist.Answer(one, yes=False, by=who, at=when) for one in no or []]
        judged = checklist.judge(answers, _devices(device, no_device=no_device), when.date())
        book.time_out(case, judged, by=who, now=when)
    if as_json:
        ledger_words.print_with(judged, complete=judged.complete, missing=list(judged.missing))
        return
    ledger_words.tell_time_out(judged)


def close(
    case: Case,
    words: Said = None,
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Close a case that was followed up and has no open implant."""
    found = ledger(db).close(case, by=author(by, role), now=instant(now), entries=said(words))
    ledger_words.give(found, f"{found.name}: {found.state}", as_json=as_json)


def _devices(told_devices: list[str] | None, *, no_device: bool) -> list[Device] | None:
    from seldinger.care.checklist import Device

    if told_devices is None:
        return [] if no_device else None
    if no_device:
        raise CareError("--device and --no-device: say one of them")
    found = []
    for one in told_devices:
        name, equals, date = one.rpartition("=")
        found.append(Device(name, None, day(date)) if equals else Device(date))
    return found


_COMMANDS: dict[str, Callable[..., None]] = {
    "open": open_,
    "list": list_,
    "show": show,
    "record": record,
    "missing": missing,
    "move": move,
    "time-out": time_out,
    "close": close,
    "export": ledger_department.export,
    "import": ledger_department.import_,
    "summary": ledger_department.summary,
    "procedures": ledger_department.procedures,
    "implant": ledger_things.implant,
    "assign": ledger_things.assign,
    "resolve": ledger_things.resolve,
    "due": ledger_things.due,
    "event": ledger_things.event,
    "incident": ledger_things.incident,
    "reported": ledger_things.reported,
}
for _name, _do in _COMMANDS.items():
    enter(app, f"ledger {_name}", _do)
