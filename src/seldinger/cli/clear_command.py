"""Clear: a case file becomes an answer, with its conditions, its orders and its timetable."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from seldinger.cli.terminal import AsJson
from seldinger.core.errors import CareError


def clear(
    case: Annotated[
        Path | None, typer.Argument(metavar="CASE.toml", help="Patient and procedure.")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The department's own profile, TOML.")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Judge at this time, ISO 8601 with its offset."),
    ] = None,
    release: Annotated[
        str | None, typer.Option(metavar="NAME", help="Release it, as this clinician.")
    ] = None,
    role: Annotated[str | None, typer.Option(help="The clinician's role.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for page, PDF, JSON, FHIR.")] = None,
    new: Annotated[
        str | None,
        typer.Option("--new", metavar="PROCEDURE", help="Write a form of a case to fill in."),
    ] = None,
    organ: Annotated[str | None, typer.Option(help="With --new: which organ.")] = None,
    new_profile: Annotated[
        bool, typer.Option("--new-profile", help="Write a form of a department's profile.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Rules that are met, and assumptions, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether a patient is ready for a procedure, and when the last doses are.

    Unknown never clears: what is missing is listed. Exit code 0 whatever the answer is.
    """
    if new is not None or new_profile:
        typer.echo(_form(case, new, organ, new_profile=new_profile), nl=False)
        return
    if case is None:
        raise CareError("give a case file, or --new PROCEDURE for a form of one")
    from seldinger.care import clearance as room
    from seldinger.care.clearance import case_file, file, text
    from seldinger.care.clearance import profile_file as profiles

    at = _time(now)
    if (release is None) != (role is None):
        raise CareError("a release needs both: --release NAME and --role ROLE")
    told, beside = case_file.load(case, at)
    chosen = profile or beside
    used = profiles.default_profile() if chosen is None else profiles.load(chosen)
    found = room.assess(told, at, used)
    sealed = None if release is None else room.release(found, release, role or "", at)
    if out is not None:
        from seldinger.report import clearance_file

        clearance_file.write(out, found, sealed)
    if as_json:
        typer.echo(file.to_json(found, sealed), nl=False)
        return
    for line in text.format_lines(found, sealed, everything=everything):
        typer.echo(line)


def _form(case: Path | None, new: str | None, organ: str | None, *, new_profile: bool) -> str:
    """A form to fill in, as TOML."""
    from seldinger.care.clearance import form

    if case is not None or (new is not None and new_profile):
        raise CareError("--new and --new-profile write a form: give one of them, and no case file")
    return form.profile_form() if new is None else form.case_form(new, organ)


def _time(told: str | None) -> dt.datetime:
    """The time of judging: the one that was asked for, or the real one."""
    if told is None:
        return dt.datetime.now(tz=dt.UTC)
    from seldinger.care.times import parse_instant

    found = parse_instant(told)
    if found.utcoffset() is None:
        raise CareError(f"--now is {told!r}: write its offset, 2026-11-25T08:00:00+01:00")
    return found
