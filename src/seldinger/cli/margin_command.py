"""Margin: two scans with labels, before and after ablation, become a measured margin."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import tell_notes
from seldinger.cli.terminal import AsJson, progress_bar, read_numbers
from seldinger.core.errors import CaseError
from seldinger.core.progress import scale_progress
from seldinger.report.folder import check_ahead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.progress import Progress
    from seldinger.followup.margin import FollowUp


def margin(
    before: Annotated[
        Path, typer.Option(metavar="CT", help="Scan before: DICOM, NIfTI, NRRD or MetaImage.")
    ],
    before_labels: Annotated[Path, typer.Option(help="Its labels, the target among them.")],
    after: Annotated[Path, typer.Option(metavar="CT", help="Scan after, of the same kind.")],
    after_labels: Annotated[Path, typer.Option(help="Its labels, the zone among them.")],
    target: Annotated[str, typer.Option(metavar="NAME", help="The tumour's label before.")],
    zone: Annotated[str, typer.Option(metavar="NAME", help="The treated zone's label after.")],
    organ: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The organ's label in both; found when left out."),
    ] = None,
    before_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --before-labels.")
    ] = None,
    after_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --after-labels.")
    ] = None,
    before_series: Annotated[
        str | None, typer.Option(metavar="UID", help="Which series of the folder --before.")
    ] = None,
    after_series: Annotated[
        str | None, typer.Option(metavar="UID", help="Which series of the folder --after.")
    ] = None,
    modality: Annotated[str | None, typer.Option(help="CT or MR, when no file says so.")] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the margin of an ablation on scans before and after it.

    Registers the scans, carries the tumour's surface over and measures it against the zone, between
    the voxels. When registration does not converge, that is said and no margin is given.
    """
    from seldinger import image
    from seldinger.followup.labels import MarginRequest, check_request
    from seldinger.followup.margin import assess

    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print it")
    asked = MarginRequest(target, zone, organ, read_numbers(assume))
    if out is not None:
        check_ahead(out)
    check_request(
        asked,
        image.check_there(before, before_labels, before_key),
        image.check_there(after, after_labels, after_key),
    )
    with progress_bar(quiet=as_json) as progress:
        progress("reading", 0.0)
        first = image.load(before, before_labels, before_key, before_series, modality=modality)
        second = image.load(after, after_labels, after_key, after_series, modality=modality)
        found = assess(first, second, asked, scale_progress(progress, 0.1, 0.9))
        if out is not None:
            given = {
                "--before": before,
                "--before-labels": before_labels,
                "--before-key": before_key,
                "--before-series": before_series,
                "--after": after,
                "--after-labels": after_labels,
                "--after-key": after_key,
                "--after-series": after_series,
                "--modality": modality,
            }
            _written(out, found, _spelled(given, found), scale_progress(progress, 0.9, 1.0))
    if as_json:
        from seldinger.report import margin_file

        typer.echo(margin_file.to_json(found), nl=False)
        return
    _tell(found)
    if out is not None:
        typer.echo(f"report: {out / 'report.html'}")


def _written(out: Path, found: FollowUp, command: str, progress: Progress) -> None:
    from seldinger.report import margin as reports

    reports.write(out, found, command=command, progress=progress)


def _tell(found: FollowUp) -> None:
    """The answer in a few lines."""
    whole = found.margin.whole
    typer.echo(f"margin of {found.asked.zone} over {found.asked.target}: {found.status}")
    for reason in found.reasons:
        typer.echo(f"  {reason}")
    typer.echo(
        f"minimal ablative margin {whole.minimal_mm:.1f} mm, median {whole.median_mm:.1f} mm; "
        "surface under "
        + ", ".join(f"{t} mm: {100.0 * share:.0f} %" for t, share in whole.under.items())
    )
    for name, piece in (
        ("away from the capsule", found.margin.inner),
        ("subcapsular", found.margin.under_capsule),
    ):
        if piece is not None:
            typer.echo(f"  {name}: minimal ablative margin {piece.minimal_mm:.1f} mm")
    by_rigid = f"{found.rigid.whole.minimal_mm:.1f} mm"
    bent = found.deformable
    by_bent = "none to trust" if bent is None else f"{bent.whole.minimal_mm:.1f} mm"
    kept = "deformable" if found.registration.bends else "rigid"
    typer.echo(f"  by the rigid match {by_rigid}, by the deformable {by_bent}; kept: {kept}")
    if found.interval_mm is not None:
        low, high = found.interval_mm
        typer.echo(f"  with both and the error of registration: {low:.1f} to {high:.1f} mm")
    near = "unknown" if found.near_error_mm is None else f"about {found.near_error_mm:.1f} mm"
    typer.echo(f"registration error near the target: {near}")
    tell_notes(found.notes)


def _spelled(given: Mapping[str, Path | str | None], found: FollowUp) -> str:
    """The request as a command; files by their names, never by this machine's paths."""
    words = ["seldinger", "margin"]
    for option, value in given.items():
        if value is not None:
            words += [option, value.name if isinstance(value, Path) else value]
    words += ["--target", found.asked.target, "--zone", found.asked.zone]
    if found.asked.organ is not None:
        words += ["--organ", found.asked.organ]
    assume = found.asked.assume.items()
    words += [w for key, value in assume for w in ("--assume", f"{key}={value:g}")]
    return shlex.join(words)
