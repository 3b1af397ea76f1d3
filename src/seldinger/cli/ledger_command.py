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
from seldinger.cli.terminal import AsJson, Named, Once, example
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from seldinger.care.checklist import Device

app = typer.Typer(
    cls=Named,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_WHO = '--by "R. Vogel" --role nurse'


@app.callback(epilog=example("seldinger ledger list --db department.ledger"))
def ledger_() -> None:
    """Keep cases, implants and adverse events in a database of your own.

    Nothing is overwritten: a correction is a new entry, and the last one counts. The identifiers
    are yours: this program needs no names of patients.
    """


@app.command(
    "open",
    cls=Once,
    epilog=example(f"seldinger ledger open 2026-0412 drainage --db department.ledger {_WHO}"),
)
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


@app.command("list", cls=Once, epilog=example("seldinger ledger list --open"))
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


@app.command("show", cls=Once, epilog=example("seldinger ledger show 2026-0412"))
def show(case: Case, db: Db = None, as_json: AsJson = False) -> None:
    """Show a case: where it stands, its implants and events, what is known."""
    found = ledger(db).show(case)
    if as_json:
        ledger_words.print_record(found)
        return
    ledger_words.tell_case(found)


@app.command(
    "record",
    cls=Once,
    epilog=example(
        f'seldinger ledger record 2026-0412 indication="liver abscess" allergies=none {_WHO}'
    ),
)
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


@app.command("missing", cls=Once, epilog=example("seldinger ledger missing 2026-0412"))
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


@app.command(
    "move",
    cls=Once,
    epilog=example(f"seldinger ledger move 2026-0412 assessed pregnancy=no {_WHO}"),
)
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


@app.command(
    "time-out",
    cls=Once,
    epilog=example(
        f"seldinger ledger time-out 2026-0412 --yes patient --yes site --no consent {_WHO}"
    ),
)
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


@app.command("close", cls=Once, epilog=example(f"seldinger ledger close 2026-0412 {_WHO}"))
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


app.command(
    "export",
    cls=Once,
    epilog=example(
        "seldinger ledger export --out ledger.json", "seldinger ledger export --csv --out cases.csv"
    ),
)(ledger_department.export)
app.command("import", cls=Once, epilog=example(f"seldinger ledger import cases.csv {_WHO}"))(
    ledger_department.import_
)
app.command(
    "summary",
    cls=Once,
    epilog=example(
        "seldinger ledger summary",
        "seldinger ledger summary --scale sir2017 --grade severe --threshold 0.05",
    ),
)(ledger_department.summary)
app.command("procedures", cls=Once, epilog=example("seldinger ledger procedures"))(
    ledger_department.procedures
)
app.command(
    "implant",
    cls=Once,
    epilog=example(
        "seldinger ledger implant 2026-0412 drain 'pigtail 10 F' --placed 2026-04-12 "
        f"--owner 'drain clinic' --due 2026-04-26 {_WHO}"
    ),
)(ledger_things.implant)
app.command(
    "assign",
    cls=Once,
    epilog=example(f"seldinger ledger assign 3 --due 2026-05-10 --why 'still draining' {_WHO}"),
)(ledger_things.assign)
app.command(
    "resolve", cls=Once, epilog=example(f"seldinger ledger resolve 3 --how removed {_WHO}")
)(ledger_things.resolve)
app.command(
    "due",
    cls=Once,
    epilog=example("seldinger ledger due", "seldinger ledger due --all --ics due.ics"),
)(ledger_things.due)
app.command(
    "event",
    cls=Once,
    epilog=example(
        "seldinger ledger event 2026-0412 moderate 'haematoma, transfused' --scale sir2017 "
        f"--harm yes {_WHO}"
    ),
)(ledger_things.event)
app.command(
    "incident",
    cls=Once,
    epilog=example(
        "seldinger ledger incident 'pigtail 10 F' 'hub came off' --lot A17 --case 2026-0412 "
        f"{_WHO}",
        f"seldinger ledger incident 'pigtail 10 F' 'sterile pack open' {_WHO}",
    ),
)(ledger_things.incident)
app.command(
    "reported", cls=Once, epilog=example(f"seldinger ledger reported 2 'the authority' {_WHO}")
)(ledger_things.reported)


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
