"""The ledger's records as lines on the terminal: first the answer, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from seldinger.cli.terminal import print_json, print_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from seldinger.care.checklist import TimeOut
    from seldinger.care.ledger_records import Case, CaseRecord, Event, Implant, Incident
    from seldinger.care.ledger_summary import Line, SummaryRequest
    from seldinger.care.pathway import Need


def warn_of_person(case: str) -> None:
    """A word on stderr where a case's name looks like a person's."""
    from seldinger.care.ledger_procedures import looks_like_a_person

    if looks_like_a_person(case):
        typer.echo(
            f"seldinger: {case!r} looks like a person's name; give your own identifier instead: "
            "a ledger needs no names, and nothing in it can be deleted",
            err=True,
        )


def tell_summary(found: Sequence[Line], asked: SummaryRequest) -> None:
    """A department's counts; the rate stands with its interval."""
    if not found:
        typer.echo("no case")
        return
    what = "any event" if asked.grade is None else f"{asked.grade} or worse ({asked.scale})"
    print_table(
        ("procedure", "cases", "followed", what, "rate, 95 % interval", "open implants", "overdue"),
        [
            (
                one.procedure, str(one.opened), str(one.followed), str(one.with_event),
                _rate(one), str(one.open_implants), str(one.overdue),
            )
            for one in found
        ],
    )  # fmt: skip
    for one in found:
        if one.audited is not None:
            typer.echo(
                f"{one.procedure}: {one.audited.standing.value} the threshold of "
                f"{100.0 * one.audited.threshold:g} %. {one.audited.caveat}"
            )
        elif one.followed:
            typer.echo(
                f"{one.procedure}: seldinger audit {one.with_event} {one.followed} --threshold T"
            )
        if one.other_scale:
            typer.echo(
                f"{one.procedure}: {one.other_scale} event(s) on another scale are not counted: "
                "no scale is turned into another"
            )
    typer.echo("Rates are over cases that were followed up: an open case may still have an event.")


def _rate(one: Line) -> str:
    if one.interval is None:
        return "none followed"
    low, high = (100.0 * edge for edge in one.interval)
    return f"{100.0 * one.with_event / one.followed:.1f} % ({low:.1f} to {high:.1f})"


def tell_cases(found: Sequence[Case]) -> None:
    """A table of cases."""
    if not found:
        typer.echo("no case")
        return
    print_table(
        ("case", "state", "opened", "procedure"),
        [(one.name, one.state, _day(one.opened), one.procedure) for one in found],
    )


def tell_missing(case: str, state: str | None, found: Sequence[Need]) -> None:
    """What must be known before a case enters a state."""
    if state is None:
        typer.echo(f"{case} is closed")
        return
    if not found:
        typer.echo(f"{case} can be {state}: nothing is missing")
        return
    typer.echo(f"before {case} can be {state}, {len(found)} missing:")
    for one in found:
        typer.echo(f"  {one.key}: {one.ask}")


def tell_case(found: CaseRecord) -> None:
    """A case: where it stands, what is open, then what is known."""
    case = found.case
    access = f", {case.access}" if case.access else ""
    typer.echo(f"{case.name}: {case.state} ({case.procedure}{access}, opened {_day(case.opened)})")
    for implant in found.implants:
        typer.echo(f"  {implant_line(implant)}")
    for event in found.events:
        typer.echo(f"  {event_line(event)}")
    for incident in found.incidents:
        typer.echo(f"  {incident_line(incident)}")
    if found.known:
        typer.echo()
        print_table(
            ("key", "when", "by", "words"),
            [
                (one.key, _moment(one.at), f"{one.by.name}, {one.by.role}", one.value)
                for one in found.known.values()
            ],
        )


def tell_due(found: Sequence[Implant], on: dt.date | None) -> None:
    """Implants that want looking after."""
    if not found:
        typer.echo("no implant is open" if on is None else f"nothing is due on {on.isoformat()}")
        return
    print_table(
        ("implant", "due", "owner", "case", "placed", "what"),
        [
            (
                str(one.number),
                "no date" if one.due is None else one.due.isoformat(),
                one.owner,
                one.case,
                one.placed.isoformat(),
                f"{one.kind}, {one.device}",
            )
            for one in found
        ],
    )


def tell_time_out(judged: TimeOut) -> None:
    """The answer, then what is missing, then the rest."""
    if judged.complete:
        typer.echo(f"time-out complete: {len(judged.items)} of {len(judged.items)}")
        return
    typer.echo(f"time-out not complete: {len(judged.missing)} of {len(judged.items)} open")
    for one in judged.items:
        if one.why:
            typer.echo(f"  {one.key}: {one.why} ({one.ask})")


def implant_line(one: Implant) -> str:
    """An implant on one line."""
    what = f"implant {one.number}: {one.kind}, {one.device}, placed {one.placed.isoformat()}"
    if one.resolved is not None:
        return f"{what}, resolved {one.resolved.isoformat()}: {one.how}"
    due = "no date yet" if one.due is None else f"due {one.due.isoformat()}"
    return f"{what}, OPEN, {due}, {one.owner}"


def event_line(one: Event) -> str:
    """An adverse event on one line, with its scale's name, and how far its words are known."""
    from seldinger.care import adverse

    scale = adverse.scale(one.scale)
    replaced = "" if one.replaced_by is None else f" (corrected by {one.replaced_by})"
    stamp = f" [the scale's words: {scale.stamp}]" if scale.stamp else ""
    return f"event {one.number}{replaced}: {one.grade} on {scale.title}: {one.text}{stamp}"


def incident_line(one: Incident) -> str:
    """A device incident on one line."""
    to = ", ".join(report.to for report in one.reports) or "nobody yet"
    return f"incident {one.number}: {one.device}: {one.what}; reported to {to}"


def give(value: object, line: str, *, as_json: bool) -> None:
    """A record as JSON, or its line."""
    if as_json:
        print_record(value)
        return
    typer.echo(line)


def print_record(value: object) -> None:
    """A record, or several, as JSON."""
    from seldinger.care.ledger_export import to_plain

    print_json(to_plain(value))


def print_with(value: object, **more: object) -> None:
    """A record as JSON, with what follows from it."""
    from seldinger.care.ledger_export import to_plain

    print_json({**more, **to_plain(value)})


def _day(at: dt.datetime) -> str:
    return at.date().isoformat()


def _moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
