"""What there is: procedures, series, schemas; devices and facts have pages of their own."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from seldinger.cli.terminal import AsJson, print_json, print_table

_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


class Schema(StrEnum):
    """Files whose JSON schema is published."""

    PLAN = "plan"
    CASE = "case"
    MARGIN = "margin"
    DOSE = "dose"
    DELIVERED = "delivered"
    SIMULATION = "simulation"
    PATIENT = "patient"
    CLEARANCE = "clearance"
    VESSELS = "vessels"
    TERRITORY = "territory"
    VOLUME = "volume"


_WRITTEN = {
    Schema.MARGIN: "margin_file",
    Schema.DELIVERED: "delivered_file",
    Schema.DOSE: "dose_form",
    Schema.VESSELS: "vessel_file",
    Schema.VOLUME: "volumetry_file",
    Schema.TERRITORY: "supply_file",
}
"""Pages of ``report`` that say what they write; opened when they are asked for."""


def _left_out() -> tuple[str, ...]:
    """Pages of other packages that cannot be used, each in a sentence."""
    from seldinger.care import outcomes_pages
    from seldinger.catalogue import procedures, shelf
    from seldinger.evidence import library
    from seldinger.report import sheet_text

    told = (
        *library.left_out(),
        *shelf.left_out(),
        *procedures.left_out_entries(),
        *outcomes_pages.left_out(),
        *(one for language in sheet_text.languages() for one in sheet_text.left_out(language)),
    )
    return tuple(dict.fromkeys(told))


def procedures(as_json: AsJson = False) -> None:
    """List the procedures and what they ask."""
    from seldinger import plan
    from seldinger.plan import neighbours
    from seldinger.plan.answers import list_words

    found = plan.load_procedures()
    for name, why in found.broken.items():
        typer.echo(f"not usable: {name}: {why}", err=True)
    for sentence in _left_out():
        typer.echo(f"not usable: {sentence}", err=True)
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "summary": one.summary,
                    "questions": {question.id: question.text for question in one.questions},
                    "answers": {
                        key: list(a) for key, a in list_words(one.treatment.answers).items()
                    },
                    "alternatives": list(one.alternatives),
                    "cites": list(one.references),
                }
                for one in found.values()
            ]
        )
        return
    print_table(("procedure", "what"), [(one.name, one.summary) for one in found.values()])
    for one in found.values():
        choices = list_words(one.treatment.answers)
        if one.questions or choices:
            typer.echo(f"\n{one.name} asks (answer with --answer QUESTION=ANSWER):")
            for question in one.questions:
                typer.echo(f"  {question.id}: {question.text} yes or no")
            for key, allowed in choices.items():
                typer.echo(f"  {key}: {', '.join(allowed)}")
    typer.echo(
        "\nall ask: clearance (yes or no), where no --patient is given; and of every structure "
        "within reach\nthat no label shows, by its name: " + " or ".join(neighbours.WORDS)
    )


def series(
    folder: Annotated[Path, typer.Argument(help="DICOM folder or file.")], as_json: AsJson = False
) -> None:
    """List the series of a DICOM folder."""
    from seldinger import image

    found = image.list_series(folder)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(
        ("series", "modality", "images", "description"),
        [(one.uid, one.modality, str(one.slices), one.description) for one in found],
    )


def schema(
    name: Annotated[Schema, typer.Argument(help="Which file's schema.", case_sensitive=False)],
) -> None:
    """Print a file's JSON schema.

    plan, margin, delivered, volume, dose, vessels and territory: what is written; case, simulation,
    patient, and clearance (the case file that `clear` reads): what is read.
    """
    if name in _WRITTEN:
        print_json(import_module(f"seldinger.report.{_WRITTEN[name]}").schema())
        return
    if name is Schema.SIMULATION:
        from seldinger.simulate import experiment

        print_json(experiment.build_schema())
        return
    if name in {Schema.PATIENT, Schema.CLEARANCE}:
        from seldinger.care import files
        from seldinger.care.clearance import case_file
        from seldinger.evidence import records

        read = files.PatientFile if name is Schema.PATIENT else case_file.ClearanceFile
        print_json(_DIALECT | records.schema_of(read) | {"title": f"{name.value}.toml"})
        return
    from seldinger.plan import case, file

    print_json(file.build_schema() if name is Schema.PLAN else case.build_schema())
