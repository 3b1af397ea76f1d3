"""Plan: options or a file become a case; the workflow carries it out; the answer is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seldinger import workflow
from seldinger.cli.plan_words import pairs, point, probe_of
from seldinger.cli.results import tell
from seldinger.cli.terminal import AsJson, progress_bar
from seldinger.core.errors import CaseError

if TYPE_CHECKING:
    from seldinger.plan.case import CaseFile


def plan(
    what: Annotated[
        str, typer.Argument(metavar="PROCEDURE|CASE.toml", help="A procedure, or a case file.")
    ],
    ct: Annotated[
        Path | None, typer.Option(help="DICOM folder or file, NIfTI, NRRD or MetaImage.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Label map, folder of masks, or DICOM SEG.")
    ] = None,
    label_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the label map's ids.")
    ] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="What label names mean: a vocabulary, or one's own .toml.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Which series of the DICOM folder.")
    ] = None,
    scanned_position: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="How the patient lay when the scan was made (not how you want to work): supine, "
            "prone, left-lateral or right-lateral.",
        ),
    ] = None,
    modality: Annotated[str | None, typer.Option(help="CT or MR, when no file says so.")] = None,
    target: Annotated[
        str | None, typer.Option(metavar="NAME", help="A label; or what to call the mask or point.")
    ] = None,
    target_mask: Annotated[
        Path | None, typer.Option(help="An image file whose non-zero voxels are the target.")
    ] = None,
    target_lps: Annotated[
        str | None, typer.Option(metavar="X,Y,Z", help="Centre of a round target, LPS mm.")
    ] = None,
    diameter_mm: Annotated[float | None, typer.Option(help="Diameter of the round target.")] = None,
    organ: Annotated[
        str | None, typer.Option(help="The structure it lies in, when labels cannot tell.")
    ] = None,
    entry_lps: Annotated[
        str | None,
        typer.Option(metavar="X,Y,Z", help="Score the path from this entry instead of searching."),
    ] = None,
    relax: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Open a hard rule; recorded.")
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUESTION=ANSWER",
            help="Answer a question of the procedure; or, of a structure that no label shows, "
            "NAME=absent or NAME=looked-at.",
        ),
    ] = None,
    guidance: Annotated[str | None, typer.Option(help="ct or ultrasound.")] = None,
    technique: Annotated[
        str | None, typer.Option(metavar="KEY", help="Error model to use for every path.")
    ] = None,
    lateral_error_mm: Annotated[
        float | None, typer.Option(help="Mean lateral error to use instead of the published one.")
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'N tip=X,Y,Z entry=X,Y,Z power=W minutes=M'",
            help="Ablation: fix applicator N, or parts of it, by hand; N one more adds another.",
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="ID", help="Device to use; `devices` lists them.")
    ] = None,
    paths: Annotated[int | None, typer.Option(help="How many alternatives to keep.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of all sampling.")] = None,
    voxel_mm: Annotated[
        float | None, typer.Option(help="Edge of the planning lattice's voxels.")
    ] = None,
    patient: Annotated[
        Path | None,
        typer.Option(help="patient.toml, or a case as `clear` reads it: clearance."),
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="When clearance is judged; now by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan one procedure, or score your own path.

    Needs an image (--ct), a target (--target, --target-mask or --target-lps with --diameter-mm)
    and somewhere to put the answer (--out, --json or both). Points are LPS+ millimetres. What no
    label shows is unknown in the plan, never clear.
    """
    options: dict[str, Any] = {
        "study": {
            "ct": ct,
            "labels": labels,
            "label_key": label_key,
            "vocabulary": vocabulary,
            "series": series,
            "scanned_position": scanned_position,
            "modality": modality,
        },
        "target": {
            "name": target,
            "mask": target_mask,
            "centre_lps_mm": point(target_lps, "--target-lps"),
            "diameter_mm": diameter_mm,
            "organ": organ,
        },
        "plan": {
            "entry_lps_mm": point(entry_lps, "--entry-lps"),
            "relax": relax,
            "guidance": guidance,
            "technique": technique,
            "lateral_error_mm": lateral_error_mm,
            "device": device,
            "paths": paths,
            "seed": seed,
            "voxel_mm": voxel_mm,
        },
        "probe": [probe_of(words) for words in probe or ()],
        "assume": pairs(assume, "--assume"),
        "answers": pairs(answer, "--answer"),
        "visit": {"patient": patient, "now": now},
    }
    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print the plan")
    case = _case(what, options)
    with progress_bar(quiet=as_json) as progress:
        made, page = workflow.run(case, out, progress)
    if as_json:
        from seldinger.plan import file

        typer.echo(file.to_json(made), nl=False)
        return
    tell(made)
    if page is not None:
        typer.echo(f"report: {page}")


def _case(what: str, options: dict[str, Any]) -> CaseFile:
    """The case that the file or the options describe."""
    from seldinger.plan import case as cases

    said = {
        section: {key: value for key, value in given.items() if value is not None}
        for section, given in options.items()
        if isinstance(given, dict)
    }
    if options["probe"]:
        said["probe"] = options["probe"]
    if not what.endswith(".toml"):
        return cases.checked({"procedure": what, **said}, "command line", workflow.OPTIONS)
    given = [
        workflow.OPTIONS.get((section, key), workflow.OPTIONS.get((section,), key))
        for section, keys in said.items()
        for key in keys
    ]
    if given:
        raise CaseError(
            f"{', '.join(given)} beside a case file: write it into {Path(what).name} instead"
        )
    return cases.read(Path(what))
