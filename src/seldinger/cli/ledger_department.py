"""Ledger, the department: cases in and out as a table, and a summary that feeds an audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seldinger.cli import ledger_words
from seldinger.cli.ledger_options import By, Db, Now, Role, author, day, instant, ledger
from seldinger.cli.terminal import AsJson
from seldinger.core.errors import CareError, OutputError

_LARGEST_BYTES = 50_000_000


def export(
    out: Annotated[Path | None, typer.Option(help="A file; left out: the terminal.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="A row per case instead of JSON.")] = False,
    db: Db = None,
    as_json: AsJson = False,
) -> None:
    """Print the whole ledger as JSON, or its cases as CSV, or write either to a file."""
    from seldinger.care import ledger_csv
    from seldinger.care.ledger_export import HEAD

    if as_csv and as_json:
        raise CareError("--csv and --json: say one of them")
    book = ledger(db)
    text = ledger_csv.to_csv(book.records()) if as_csv else book.export()
    if out is None:
        typer.echo(text, nl=False)
        return
    write(out, text, ",".join(ledger_csv.HEAD) if as_csv else f'"{HEAD}"')
    typer.echo(f"written: {out}", err=True)


def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a row per case.", dir_okay=False)],
    db: Db = None,
    by: By = None,
    role: Role = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Open a case for each row of a CSV, with what is known of it: all of them, or none."""
    from seldinger.care import ledger_csv

    who, when = author(by, role), instant(now)
    new = ledger_csv.parse_cases(_text(file))
    for one in new:
        ledger_words.warn_of_person(one.name)
    made = ledger(db, create=True).import_cases(new, by=who, now=when)
    ledger_words.give(made, f"{len(made)} case(s) opened", as_json=as_json)


def summary(
    procedure: Annotated[str | None, typer.Option(help="One procedure only.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Opened on or after.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Opened on or before.")] = None,
    scale: Annotated[str | None, typer.Option(help="Count events on this scale only.")] = None,
    grade: Annotated[str | None, typer.Option(help="Of that scale: this grade or worse.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Hold each rate against this share, as audit does.")
    ] = None,
    db: Db = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Count cases, events and implants by procedure, with rates and their intervals."""
    from seldinger.care.ledger_summary import SummaryRequest, summarize

    if grade is not None and scale is None:
        raise CareError("--grade belongs to a scale: say --scale sir2017 or cirse2017")
    asked = SummaryRequest(day(since), day(until), procedure, scale, grade, threshold)
    found = summarize(ledger(db).records(), asked, instant(now).date())
    if as_json:
        ledger_words.print_record(found)
        return
    ledger_words.tell_summary(found, asked)


def procedures(as_json: AsJson = False) -> None:
    """List the names of procedures that a case can be opened for."""
    from seldinger.care.ledger_procedures import OTHER, all_names

    if as_json:
        ledger_words.print_record(all_names())
        return
    for name in all_names():
        typer.echo(name)
    typer.echo(f"{OTHER}IN WORDS")


def write(out: Path, text: str, ours: str) -> None:
    """A file that is new, or an earlier one of ours; whole or not at all.

    Args:
        out: where.
        text: what.
        ours: by which an earlier one is known, in its first hundred characters.

    Raises:
        OutputError: something else is there, or it cannot be written.
    """
    from seldinger.report import folder

    if out.exists():
        try:
            known = ours in out.read_text(encoding="utf-8")[:100]
        except (OSError, ValueError):
            known = False
        if not known:
            raise OutputError(f"{out.name} is there and not ours: choose another file")
    folder.write_file(out, text)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise CareError(f"{file.name} is too large for a table of cases")
        return file.read_text(encoding="utf-8-sig")
    except OSError as wrong:
        raise CareError(f"{file.name}: {wrong.strerror or 'cannot be read'}") from wrong
    except UnicodeDecodeError as wrong:
        raise CareError(f"{file.name} is not UTF-8: save it as 'CSV UTF-8'") from wrong
