"""Volume: two readings, before and after embolization, become a change beside cohorts."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import tell_notes
from seldinger.cli.terminal import AsJson, progress_bar, read_numbers
from seldinger.core.errors import CaseError, PlanError
from seldinger.core.progress import scale_progress
from seldinger.report.folder import check_ahead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.followup.volumetry_follow_up import Timepoint, VolumeFollowUp
    from seldinger.plan.assumptions import Assumed

Three = tuple[float, float, float]


def volume(
    kind: Annotated[str, typer.Option(help="fibroid, uterus, prostate or tumour.")],
    before: Annotated[
        Path | None, typer.Option(metavar="LABELS", help="Labels of the scan before.")
    ] = None,
    after: Annotated[
        Path | None, typer.Option(metavar="LABELS", help="Labels of the scan after.")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="NAME", help="The label's name.")] = None,
    after_label: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its name after, if another.")
    ] = None,
    before_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --before.")
    ] = None,
    after_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --after.")
    ] = None,
    before_scan: Annotated[
        Path | None, typer.Option(metavar="SCAN", help="The scan before: its date and border.")
    ] = None,
    after_scan: Annotated[
        Path | None, typer.Option(metavar="SCAN", help="The scan after, likewise.")
    ] = None,
    before_diameters_mm: Annotated[
        Three | None, typer.Option(metavar="A B C", help="Three diameters before: an ellipsoid.")
    ] = None,
    after_diameters_mm: Annotated[
        Three | None, typer.Option(metavar="A B C", help="Three diameters after.")
    ] = None,
    before_diameter_mm: Annotated[
        float | None, typer.Option(help="One diameter before: no volume is told.")
    ] = None,
    after_diameter_mm: Annotated[float | None, typer.Option(help="One diameter after.")] = None,
    days: Annotated[float | None, typer.Option(help="Days between the scans.")] = None,
    days_since_embolization: Annotated[
        float | None, typer.Option(help="Days from embolization to the scan after, if fewer.")
    ] = None,
    infarcted_share: Annotated[
        float | None, typer.Option(help="Share that was infarcted, 0 to 1.")
    ] = None,
    embolized_share: Annotated[
        float | None, typer.Option(help="Share that was embolized, by a plan, 0 to 1.")
    ] = None,
    modality: Annotated[str | None, typer.Option(help="CT or MR, when no scan says so.")] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say how a volume changed after embolization, beside what cohorts let expect.

    A drawn label and three diameters are different definitions, and one diameter is no volume: both
    scans are measured in one way. A cohort's band is not this patient's chance.
    """
    from seldinger.followup.volumetry import find_kind
    from seldinger.followup.volumetry_follow_up import (
        VolumeRequest,
        assess,
        read_diameters,
        resolve_volumetry,
    )

    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print it")
    if out is not None:
        check_ahead(out)
    followed = find_kind(kind)
    asked = VolumeRequest(
        followed,
        days,
        days_since_embolization,
        infarcted_share,
        embolized_share,
        read_numbers(assume),
    )
    used = resolve_volumetry(asked.assume)
    _check_one_way(
        (before, before_diameters_mm, before_diameter_mm),
        (after, after_diameters_mm, after_diameter_mm),
    )
    labels = {
        "before": (before, before_key, before_scan, label),
        "after": (after, after_key, after_scan, after_label or label),
    }
    diameters = {
        "before": before_diameters_mm or _single(before_diameter_mm),
        "after": after_diameters_mm or _single(after_diameter_mm),
    }
    with progress_bar(quiet=as_json) as progress:
        progress("reading", 0.0)
        first, second = (
            read_diameters(diameters[when], followed, used)
            if diameters[when]
            else _read_label(when, *labels[when], modality, used)
            for when in ("before", "after")
        )
        found = assess(first, second, asked)
        if out is not None:
            from seldinger.report import volumetry as reports

            given = {
                "--kind": followed.value, "--before": before, "--after": after, "--label": label,
                "--after-label": after_label, "--before-key": before_key, "--after-key": after_key,
                "--before-scan": before_scan, "--after-scan": after_scan,
                "--before-diameters-mm": before_diameters_mm,
                "--after-diameters-mm": after_diameters_mm,
                "--before-diameter-mm": before_diameter_mm,
                "--after-diameter-mm": after_diameter_mm, "--days": days,
                "--days-since-embolization": days_since_embolization,
                "--infarcted-share": infarcted_share, "--embolized-share": embolized_share,
                "--modality": modality,
            }  # fmt: skip
            spelled = _spell(given, asked.assume)
            part = scale_progress(progress, 0.3, 1.0)
            reports.write(out, found, command=spelled, progress=part)
    if as_json:
        from seldinger.report import volumetry_file

        typer.echo(volumetry_file.to_json(found), nl=False)
        return
    _tell(found)
    if out is not None:
        typer.echo(f"report: {out / 'report.html'}")


def _single(diameter_mm: float | None) -> tuple[float, ...]:
    return () if diameter_mm is None else (diameter_mm,)


def _check_one_way(before: tuple[object, ...], after: tuple[object, ...]) -> None:
    """Refuse two scans that are not measured in one way, before anything is read.

    Args:
        before: labels, three diameters, one diameter; None: not given.
        after: likewise.

    Raises:
        CaseError: one is not measured, or twice.
        PlanError: they are measured in two ways.
    """
    from seldinger.followup.volumetry import MIXED

    ways = []
    for when, given in (("before", before), ("after", after)):
        told = [number for number, one in enumerate(given) if one is not None]
        if len(told) != 1:
            raise CaseError(
                f"the scan {when} is measured in {len(told)} ways: give one of --{when} (labels), "
                f"--{when}-diameters-mm (three) and --{when}-diameter-mm (one)"
            )
        ways += told
    if ways[0] == ways[1]:
        return
    if 2 in ways:  # noqa: PLR2004  the place of one diameter
        raise PlanError(
            "one diameter is no volume and is not compared with one: measure both alike"
        )
    raise PlanError(MIXED)


def _read_label(
    when: str,
    path: Path | None,
    key: Path | None,
    scan: Path | None,
    name: str | None,
    modality: str | None,
    used: Assumed,
) -> Timepoint:
    """One label on its own lattice."""
    from seldinger import image
    from seldinger.followup.volumetry_follow_up import read_label

    if path is None or name is None:
        raise CaseError("labels need the name of one: say --label NAME")
    series = None if scan is None else image.load(scan, modality=modality).planning
    return read_label(image.load_labels(path, key, series), name, when, used, series)


def _spell(given: Mapping[str, object], assume: Mapping[str, float]) -> str:
    """The request as a command; files by their names, never by this machine's paths."""
    said = ["seldinger", "volume"]
    for option, value in given.items():
        if isinstance(value, Path):
            said += [option, value.name]
        elif isinstance(value, tuple):
            said += [option, *(f"{one:g}" for one in value)]
        elif value is not None:
            said += [option, f"{value:g}" if isinstance(value, float) else str(value)]
    said += [word for key, value in assume.items() for word in ("--assume", f"{key}={value:g}")]
    return shlex.join(said)


def _tell(found: VolumeFollowUp) -> None:
    """The answer in a few lines."""
    from seldinger.followup.shrinkage import COHORT_NOTE
    from seldinger.report.volumetry import tell_change, tell_standing

    typer.echo(f"{found.asked.kind} after embolization: {found.status}")
    for reason in found.provisional:
        typer.echo(f"  {reason}")
    typer.echo(tell_change(found))
    for one in found.forecasts.predictions:
        typer.echo(f"  {tell_standing(found, one)}")
    for why in found.forecasts.withheld:
        typer.echo(f"  not given: {why}")
    if found.forecasts.predictions:
        typer.echo(COHORT_NOTE)
    tell_notes(found.notes)
