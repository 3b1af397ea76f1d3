"""Score: what the scores ask for, and what one of them says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.terminal import AsJson, print_json, print_table
from seldinger.core.errors import CareError
from seldinger.core.formatting import to_plain

if TYPE_CHECKING:
    from seldinger.care.patient import Patient
    from seldinger.care.scores import Form, Score


def score(
    name: Annotated[
        str | None, typer.Argument(help="Which score; without it all are listed.")
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help='What it asks for, with units: bilirubin=1.2mg/dL albumin="38 g/L" ascites=none.',
        ),
    ] = None,
    patient: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A patient.toml that fills the rest.")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="With --patient: when the age counts, 2026-11-25T08:00+01:00."
        ),
    ] = None,
    others_no: Annotated[
        bool, typer.Option("--others-no", help="Every yes or no that is not told is no.")
    ] = False,
    insist: Annotated[
        bool, typer.Option("--insist", help="Work out a score that is off by default.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Work out a score, or list the scores and what each asks for.

    A missing input makes the answer unknown; nothing is guessed, and no unit is assumed.
    """
    from seldinger.care import scores

    if name is None:
        _list(tuple(scores.FORMS.values()), as_json=as_json)
        return
    form = scores.form(name)
    if patient is None and now is not None:
        raise CareError("--now belongs to --patient: give both, or leave it out")
    found = scores.read(
        name,
        _words(inputs or []),
        None if patient is None else _patient(patient, now),
        insist=insist,
        others_no=others_no,
    )
    if as_json:
        print_json(_record(found))
        return
    _print(form, found)


def _words(told: list[str]) -> dict[str, str]:
    words: dict[str, str] = {}
    for one in told:
        key, equals, value = one.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise CareError(f"{one!r} is not KEY=VALUE: write bilirubin=1.2mg/dL, without spaces")
        if key.strip() in words:
            raise CareError(f"{key.strip()} is given twice: give it once")
        words[key.strip()] = value
    return words


def _patient(path: Path, now: str | None) -> Patient:
    from seldinger import care
    from seldinger.care.times import parse_instant

    return care.load(path, None if now is None else parse_instant(now)).patient


def _record(found: Score) -> dict[str, object]:
    return {**to_plain(found), "drives": found.drives, "band_drives": found.band_drives}


def _list(forms: tuple[Form, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([_asked(one) for one in forms])
        return
    for one in forms:
        typer.echo(f"{one.name}: {one.title}. {one.about}")
        for mark in filter(None, (one.stamp, one.band_stamp and f"its groups: {one.band_stamp}")):
            typer.echo(f"  {mark}")
        print_table(
            ("  input", "what it is", "allowed"),
            [
                (f"  {i.key}", f"{i.name}{', if known' if i.optional else ''}", i.domain)
                for i in one.inputs
            ],
        )
        typer.echo()


def _asked(one: Form) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "about": one.about,
        "unit": one.unit,
        "stamp": one.stamp,
        "band_stamp": one.band_stamp,
        "off": one.off,
        "inputs": [
            {"key": i.key, "name": i.name, "allowed": i.domain, "optional": i.optional}
            for i in one.inputs
        ],
        "fact_ids": list(one.fact_ids),
    }


def _print(form: Form, found: Score) -> None:
    """The answer first, then what it rests on."""
    typer.echo(f"{form.title}: {_answer(found)}")
    if found.stamp:
        typer.echo(f"  {found.stamp}")
    if found.band is not None and found.band_stamp not in {"", found.stamp}:
        typer.echo(f"  {found.band}: {found.band_stamp}")
    for key in found.missing:
        asked = form.by_key[key]
        typer.echo(f"  not told: {key} ({asked.name}: {asked.domain})")
    for note in found.notes:
        typer.echo(f"  {note}")
    for key, told in found.inputs.items():
        typer.echo(f"  {key} = {told}")
    typer.echo(f"  facts: {form.prefix}.* (seldinger facts {form.prefix.partition('.')[0]})")


def _answer(found: Score) -> str:
    """Value and band, or that there is none."""
    if not found.known:
        return "unknown" if found.missing else "no value"
    points = "point" if found.value == 1.0 else "points"
    unit = "" if found.unit == "1" else f" {found.unit.replace('{point}', points)}"
    value = None if found.value is None else f"{found.value:.2f}".removesuffix(".00")
    parts = (None if value is None else f"{value}{unit}", found.band)
    return ", ".join(part for part in parts if part is not None)
