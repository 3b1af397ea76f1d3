"""Plan: options or a case file become a case; the rooms carry it out; the answer is printed."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seldinger.cli.plan_checks import check
from seldinger.cli.plan_words import pairs, point, probe_of, stem
from seldinger.cli.results import check_folder, tell, written
from seldinger.cli.terminal import AsJson, progress_bar
from seldinger.core.errors import CaseError
from seldinger.core.progress import part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.catalogue.model import Vocabulary
    from seldinger.core.progress import Progress
    from seldinger.core.record import InputFile
    from seldinger.plan.case import CaseFile, ProbeSection
    from seldinger.plan.model import Plan
    from seldinger.plan.procedure import Settings
    from seldinger.plan.readiness import Visit

NAMES = {
    ("study",): "--ct",
    ("study", "ct"): "--ct",
    ("study", "labels"): "--labels",
    ("study", "label_key"): "--label-key",
    ("study", "vocabulary"): "--vocabulary",
    ("study", "series"): "--series",
    ("study", "scanned_position"): "--scanned-position",
    ("study", "modality"): "--modality",
    ("target",): "--target, --target-mask or --target-lps",
    ("target", "name"): "--target",
    ("target", "mask"): "--target-mask",
    ("target", "centre_lps_mm"): "--target-lps",
    ("target", "diameter_mm"): "--diameter-mm",
    ("target", "organ"): "--organ",
    ("plan", "entry_lps_mm"): "--entry-lps",
    ("plan", "relax"): "--relax",
    ("plan", "guidance"): "--guidance",
    ("plan", "technique"): "--technique",
    ("plan", "lateral_error_mm"): "--lateral-error-mm",
    ("plan", "device"): "--device",
    ("plan", "paths"): "--paths",
    ("plan", "seed"): "--seed",
    ("plan", "voxel_mm"): "--voxel-mm",
    ("probe",): "--probe",
    ("assume",): "--assume",
    ("answers",): "--answer",
    ("visit",): "--patient",
    ("visit", "patient"): "--patient",
    ("visit", "now"): "--now",
}


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
        typer.Option(help="The patient besides the images, as `clear` reads it: clearance."),
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
    case = _case(what, options).judged()
    if out is not None:
        check_folder(out)
    with progress_bar(quiet=as_json) as progress:
        made = planned(case, part(progress, 0.0, 0.8 if out else 1.0))
        page = None
        if out is not None:
            page = written(out, made, spelled(case), part(progress, 0.8, 1.0))
    if as_json:
        from seldinger.plan import file

        typer.echo(file.to_json(made), nl=False)
        return
    tell(made)
    if page is not None:
        typer.echo(f"report: {page}")


def planned(case: CaseFile, progress: Progress) -> Plan:
    """Open the rooms in their order: image, anatomy, plan."""
    from seldinger import anatomy as anatomies
    from seldinger import image
    from seldinger import plan as plans

    ours, theirs = _split(case.assume)
    wanted = anatomies.Settings(voxel_mm=case.plan.voxel_mm, assume=ours)
    vocabulary = _vocabulary(case.study.vocabulary)
    settings = _settings(case, theirs)
    check(case, settings, vocabulary)
    settings = replace(settings, inputs=_further(case), visit=_visit(case))
    progress("reading", 0.0)
    study = image.load(
        case.study.ct,
        labels=case.study.labels,
        label_key=case.study.label_key,
        series=case.study.series,
        position=case.study.scanned_position,
        modality=case.study.modality,
    )
    anatomy = anatomies.build(
        study,
        vocabulary=vocabulary,
        settings=wanted,
        progress=part(progress, 0.2, 0.6),
    )
    target = _target(case, anatomy)
    return plans.propose(case.procedure, anatomy, target, settings, part(progress, 0.6, 1.0))


def _settings(case: CaseFile, assume: Mapping[str, float]) -> Settings:
    """The planner's choices as the case makes them, without the files beside it."""
    from seldinger import plan as plans

    return plans.Settings(
        seed=case.plan.seed,
        relax=case.plan.relax,
        assume=assume,
        answers=case.answers,
        entry_lps_mm=case.plan.entry_lps_mm,
        guidance=case.plan.guidance,
        technique=case.plan.technique,
        lateral_error_mm=case.plan.lateral_error_mm,
        device=case.plan.device,
        paths=case.plan.paths,
        probes=tuple(
            plans.ProbeEdit(
                one.number, one.tip_lps_mm, one.entry_lps_mm, one.power_w,
                None if one.minutes is None else 60.0 * one.minutes,
            )
            for one in case.probe
        ),
    )  # fmt: skip


def _visit(case: CaseFile) -> Visit | None:
    """The patient who comes for it, and when that is judged."""
    asked = case.visit
    if asked.patient is None:
        return None
    from seldinger.care.clearance import case_file, profile_file
    from seldinger.plan.readiness import Visit

    now = asked.judged_at
    who, own = case_file.load(asked.patient, now)
    return Visit(who, None if own is None else profile_file.load(own), now)


def _further(case: CaseFile) -> tuple[InputFile, ...]:
    """The files besides image and labels that the plan rests on."""
    from seldinger import image

    asked = case.study.vocabulary
    own = Path(asked) if asked is not None and asked.endswith(".toml") else None
    given = (
        ("target mask", case.target.mask),
        ("vocabulary", own),
        ("patient", case.visit.patient),
    )
    return tuple(image.identified(role, file) for role, file in given if file)


def spelled(case: CaseFile) -> str:
    """The case as a command; files by their names, never by this machine's paths."""
    words = ["seldinger", "plan", case.procedure]
    for (section, *keys), option in NAMES.items():
        given = getattr(case, section)
        if section == "probe":
            words += [word for one in given for word in (option, _probe_words(one))]
            continue
        if section in {"assume", "answers"}:
            words += [word for key, value in given.items() for word in (option, f"{key}={value}")]
            continue
        value = getattr(given, keys[0]) if keys else None
        if value is None or value == type(given).model_fields[keys[0]].default:
            continue
        if keys[0] == "relax":
            words += [word for rule in value for word in (option, rule)]
        elif isinstance(value, dt.datetime):
            words += [option, value.isoformat()]
        elif isinstance(value, tuple):
            words += [option, ",".join(f"{number:g}" for number in value)]
        elif isinstance(value, Path) or str(value).endswith(".toml"):
            words += [option, Path(value).name]
        else:
            words += [option, str(value)]
    return shlex.join(words)


def _probe_words(one: ProbeSection) -> str:
    """An applicator fixed by hand, as it is typed."""
    said = [str(one.number)]
    points = {"tip": one.tip_lps_mm, "entry": one.entry_lps_mm}
    said += [f"{k}={','.join(f'{x:g}' for x in v)}" for k, v in points.items() if v is not None]
    numbers = {"power": one.power_w, "minutes": one.minutes}
    said += [f"{k}={v:g}" for k, v in numbers.items() if v is not None]
    return " ".join(said)


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
        return cases.checked({"procedure": what, **said}, "command line", NAMES)
    given = [
        NAMES.get((section, key), NAMES.get((section,), key))
        for section, keys in said.items()
        for key in keys
    ]
    if given:
        raise CaseError(
            f"{', '.join(given)} beside a case file: write it into {Path(what).name} instead"
        )
    return cases.read(Path(what))


def _target(case: CaseFile, anatomy: Anatomy) -> Lesion:
    """The target as the case describes it."""
    from seldinger import image
    from seldinger.anatomy import targets

    asked = case.target
    if asked.mask is not None:
        drawn = image.read_mask(asked.mask, anatomy.study.image.grid)
        found = targets.from_mask(
            anatomy, drawn.mask, asked.name or stem(asked.mask), organ=asked.organ
        )
        return replace(found, notes=(*drawn.notes, *found.notes))
    if asked.centre_lps_mm is not None and asked.diameter_mm is not None:
        label = asked.name or "target"
        return targets.from_sphere(
            anatomy, asked.centre_lps_mm, asked.diameter_mm, label, organ=asked.organ
        )
    return targets.find(anatomy, asked.name or "", organ=asked.organ)


def _vocabulary(asked: str | None) -> Vocabulary | str | None:
    """A vocabulary of the catalogue by name, or the user's own from its file."""
    from seldinger import catalogue

    if asked is None or not asked.endswith(".toml"):
        return asked
    return catalogue.read_vocabulary(Path(asked))


def _split(assume: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Overrides that the anatomy knows, and the rest, which is the planner's."""
    from seldinger.anatomy import settings

    known = {assumption.name for assumption in settings.ASSUMPTIONS}
    ours = {name: value for name, value in assume.items() if name in known}
    return ours, {name: value for name, value in assume.items() if name not in known}
