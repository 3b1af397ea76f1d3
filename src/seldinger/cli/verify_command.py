"""Verify: an image after treatment becomes what was delivered."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import tell_notes
from seldinger.cli.terminal import HELP, AsJson, Named, enter, example, progress_bar, read_numbers
from seldinger.core.errors import CaseError
from seldinger.core.formatting import format_figure
from seldinger.core.progress import scale_progress
from seldinger.report.folder import check_ahead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.followup.delivered import DeliveredDose
    from seldinger.followup.forecast import Forecast
    from seldinger.followup.planned import Planned

app = typer.Typer(
    cls=Named,
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=example("verify"),
    context_settings=HELP,
)


@app.callback(epilog=example("verify"))
def verify() -> None:
    """Say what a treatment delivered, by an image after it."""


def radioembolization(
    pet: Annotated[
        Path, typer.Option(metavar="PET", help="PET or SPECT after: DICOM, NIfTI, NRRD, MetaImage.")
    ],
    seg: Annotated[Path, typer.Option(help="Contours of liver and tumours, in the same mm.")],
    seg_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --seg.")
    ] = None,
    ct: Annotated[Path | None, typer.Option(help="CT in the same frame: gives densities.")] = None,
    maa: Annotated[
        Path | None, typer.Option(metavar="SPECT", help="SPECT of MAA before, in the same frame.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(metavar="PLAN.json", help="The plan: its doses stand beside.")
    ] = None,
    modality: Annotated[str | None, typer.Option(help="PT or NM, when no file says so.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Bq/mL or counts, of a file that is not DICOM.")
    ] = None,
    tumour: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A tumour's label; repeat.")
    ] = None,
    liver: Annotated[str | None, typer.Option(metavar="NAME", help="The liver's label.")] = None,
    nuclide: Annotated[str, typer.Option(help="y90 or ho166.")] = "y90",
    constants: Annotated[str, typer.Option(help="Preset of the constants.")] = "icrp107",
    method: Annotated[str, typer.Option(help="local, kernel, paths or monte-carlo.")] = "local",
    given_mbq: Annotated[
        float | None,
        typer.Option(help="Net activity given: the image then only shares it out."),
    ] = None,
    lung_shunt: Annotated[float | None, typer.Option(help="Lung shunt, 0 to below 1.")] = None,
    administered_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="As 2026-11-30T09:30+01:00.")
    ] = None,
    imaged_at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="When the image's numbers hold, if no header tells."),
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say the dose of every tumour and of the liver, by PET or SPECT after radioembolization.

    What is not known (the unit, when the activity was given) makes the answer provisional.
    """
    from seldinger import image
    from seldinger.followup.delivered import assess
    from seldinger.followup.delivered_activity import VerifyRequest
    from seldinger.simulate.dose.model import find_method

    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print it")
    if out is not None:
        check_ahead(out)
    asked = VerifyRequest(
        nuclide=nuclide, constants=constants, method=find_method(method), given_mbq=given_mbq,
        lung_shunt=lung_shunt, administered_at=_read_instant(administered_at, "--administered-at"),
        imaged_at=_read_instant(imaged_at, "--imaged-at"), tumours=tuple(tumour or ()),
        liver=liver, assume=read_numbers(assume),
    )  # fmt: skip
    with progress_bar(quiet=as_json) as progress:
        progress("reading", 0.0)
        kind = modality or (None if pet.is_dir() else "PT")
        others = () if ct is None else (image.SeriesSource(ct, role="anatomical", modality="CT"),)
        # Read with the image, so that contours of another patient or frame are refused.
        study = image.load(pet, seg, seg_key, modality=kind, unit=unit, others=others)
        drawn = image.load_labels(seg, seg_key, study.planning)
        found = assess(
            study, drawn.map, asked, drawn.inputs, drawn.notes, scale_progress(progress, 0.2, 0.8)
        )
        foretold = None if maa is None else _compare(found, maa)
        planned = None if plan is None else _read_plan(found, plan)
        if planned is not None:
            found = replace(found, provisional=(*found.provisional, *planned.doubts))
        if out is not None:
            from seldinger.report import delivered as reports

            given = {
                "--pet": pet, "--seg": seg, "--seg-key": seg_key, "--ct": ct, "--maa": maa,
                "--plan": plan,
                "--modality": modality, "--unit": unit, "--liver": liver, "--nuclide": nuclide,
                "--constants": constants, "--method": method, "--given-mbq": given_mbq,
                "--lung-shunt": lung_shunt, "--administered-at": administered_at,
                "--imaged-at": imaged_at,
            }  # fmt: skip
            reports.write(
                out, found, forecast=foretold, planned=planned,
                command=_spell(given, asked.tumours, asked.assume),
                progress=scale_progress(progress, 0.8, 1.0),
            )  # fmt: skip
    if as_json:
        from seldinger.report import delivered_file

        typer.echo(delivered_file.to_json(found, foretold, planned), nl=False)
        return
    _tell(found, planned)
    if out is not None:
        typer.echo(f"report: {out / 'report.html'}")


def _compare(found: DeliveredDose, maa: Path) -> Forecast:
    """What MAA foretold."""
    from seldinger import image
    from seldinger.followup.forecast import compare_forecast

    kind = None if maa.is_dir() else "NM"
    return compare_forecast(found, image.load(maa, modality=kind).planning)


def _read_plan(found: DeliveredDose, plan: Path) -> Planned:
    """What a plan foresaw."""
    from seldinger.followup.planned import compare_plan
    from seldinger.plan import file

    try:
        text = plan.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise CaseError(f"{plan.name}: it cannot be read: {wrong}") from wrong
    return compare_plan(found, file.from_json(text))


def _read_instant(text: str | None, option: str) -> dt.datetime | None:
    if text is None:
        return None
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        read = None
    # A date alone would be midnight, and hours off.
    if read is None or ":" not in text:
        raise CaseError(
            f"{option} is {text!r}; write date, time and zone as 2026-11-30T09:30+01:00"
        )
    return read


def _spell(
    given: Mapping[str, object], tumours: tuple[str, ...], assume: Mapping[str, float]
) -> str:
    """The request as a command; files by their names, never by this machine's paths."""
    said = ["seldinger", "verify", "radioembolization"]
    for option, value in given.items():
        if value is not None:
            said += [option, value.name if isinstance(value, Path) else str(value)]
    said += [word for one in tumours for word in ("--tumour", one)]
    said += [word for key, value in assume.items() for word in ("--assume", f"{key}={value:g}")]
    return shlex.join(said)


def _tell(found: DeliveredDose, planned: Planned | None) -> None:
    """The answer in a few lines."""
    typer.echo(f"dose after {found.constants.symbol} radioembolization: {found.status}")
    for reason in found.provisional:
        typer.echo(f"  {reason}")
    typer.echo(f"{found.activity_mbq:.0f} MBq in the image; {found.constants.text}")
    for one in found.structures:
        mean = one.mean_gy
        figures = (one.volume_ml, mean.nominal, mean.p05, mean.p95, one.d70_gy.nominal)
        volume, dose, low, high, d70 = map(format_figure, figures)
        typer.echo(f"  {one.name}, {volume} mL: mean {dose} Gy ({low} to {high}), D70 {d70} Gy")
    lung = "unknown: no lung shunt was told" if found.lung_gy is None else f"{found.lung_gy:.3g} Gy"
    typer.echo(f"lungs: {lung}")
    if planned is not None:
        for name in planned.absent:
            typer.echo(f"beside the plan: no contour shows {name}")
    tell_notes(found.notes)


enter(app, "verify radioembolization", radioembolization)
