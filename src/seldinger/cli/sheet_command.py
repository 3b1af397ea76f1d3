"""The sheet: one procedure in words that a patient reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer


def sheet(
    procedure: Annotated[str, typer.Argument(help="By name, e.g. biopsy.", metavar="PROCEDURE")],
    organ: Annotated[str | None, typer.Option(help="Where, if the sheet asks for it.")] = None,
    language: Annotated[str, typer.Option(help="Of the text.")] = "en",
    release: Annotated[
        Path | None,
        typer.Option(
            help="A clinician's release; without it no medicine is named.", dir_okay=False
        ),
    ] = None,
    patient: Annotated[
        Path | None,
        typer.Option(
            metavar="CASE.toml",
            help="With --release: the patient's file; a release of another patient is refused.",
            dir_okay=False,
        ),
    ] = None,
    today: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date to print; a line for it by default."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for sheet.html and sheet.pdf.", file_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the sheet as JSON.")] = False,
) -> None:
    """Write a sheet for patients: what it is for, other choices, what happens, what can go wrong.

    Every number is a fact and cited. Reading grade is measured and printed.
    """
    from seldinger.core.errors import CaseError
    from seldinger.report import sheet as sheets
    from seldinger.report import sheet_file, sheet_release

    if out is None and not as_json:
        raise CaseError("nowhere to put the sheet: say --out FOLDER, or --json to print it")
    day = None if today is None else today.date()
    if patient is not None and release is None:
        raise CaseError("--patient belongs to --release: without one no medicine is named")
    released = None
    if release is not None:
        now = dt.datetime.now(tz=dt.UTC)
        purpose = sheet_release.Purpose(
            procedure, organ, day or now.date(), None if patient is None else _digest(patient, now)
        )
        released = sheet_release.read(release, purpose)
    made = sheets.build_sheet(procedure, organ, day, language=language, released=released)
    if as_json:
        typer.echo(sheet_file.to_json(made), nl=False)
    if out is not None:
        page = sheet_file.write(out, made)
        if not as_json:
            typer.echo(f"sheet: {page}")
            typer.echo(made.stamp)


def _digest(patient: Path, now: dt.datetime) -> str:
    """What tells this patient's data from another's."""
    from seldinger import care
    from seldinger.care.clearance import file

    return file.patient_sha256(care.load(patient, now).patient)
