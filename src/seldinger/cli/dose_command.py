"""Dose: a patient's dose reports are added up, judged and mapped; or a department's are audited."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.terminal import AsJson, print_table, read_numbers
from seldinger.core.errors import CareError, CaseError

if TYPE_CHECKING:
    from seldinger.care.exposure.audit import Audit
    from seldinger.physics.skin_dose import Surface

_AUDIT = "audit"
_ANSWERS = {"yes": True, "no": False, "unknown": None}


def dose(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Dose reports of one patient; or: audit FOLDER.",
            show_default=False,
        ),
    ],
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose levels: aapm-mppg12a-2022, ncrp168.")
    ] = None,
    height_cm: Annotated[float | None, typer.Option(help="Of the patient.")] = None,
    weight_kg: Annotated[float | None, typer.Option(help="Of the patient.")] = None,
    pregnant: Annotated[
        str | None, typer.Option(metavar="ANSWER", help="yes, no or unknown.")
    ] = None,
    ct: Annotated[
        Path | None, typer.Option(help="CT of the patient on the back, for the skin.")
    ] = None,
    ct_level: Annotated[
        int | None, typer.Option(metavar="SLICE", help="Slice in the middle of the beams.")
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    procedure: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With audit: whose reference levels, e.g. tace."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With audit: one row per report.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add dose reports up again, hold them against levels, and estimate the dose to the skin.

    Several reports are taken as one patient's and accumulate. With audit, a folder of reports of
    one procedure gives the department's median beside its reference levels, never one patient's.
    """
    one = (policy, height_cm, weight_kg, pregnant, ct, ct_level, assume, out)
    if files[0] == _AUDIT:
        if len(files) != 2 or any(value is not None for value in one):  # noqa: PLR2004
            raise CaseError("write: seldinger dose audit FOLDER [--procedure NAME] [--csv FILE]")
        _audit(Path(files[1]), procedure, csv, as_json=as_json)
        return
    if procedure is not None or csv is not None:
        raise CaseError("--procedure and --csv belong to: seldinger dose audit FOLDER")
    from seldinger.care.exposure.assessment import DoseRequest, assess_dose
    from seldinger.care.exposure.policy import DEFAULT
    from seldinger.image.dose_report_reader import read
    from seldinger.report.folder import check_ahead

    asked = DoseRequest(
        policy=policy or DEFAULT,
        edits=read_numbers(assume),
        weight_kg=_size("--weight-kg", weight_kg, 0.3, 500.0),
        height_cm=_size("--height-cm", height_cm, 20.0, 260.0),
        pregnant=_pregnant(pregnant),
    )
    if out is not None:
        check_ahead(out)
    reports = [read(Path(file)) for file in files]
    body = None if ct is None else _skin_of(ct, ct_level)
    if ct is None and ct_level is not None:
        raise CaseError("--ct-level belongs to --ct")
    found = assess_dose(reports, asked, body)
    if out is not None:
        from seldinger.report import dose as report

        report.write(out, found, command=_spelled(files, ct, ct_level, asked.policy, assume))
    if as_json:
        from seldinger.report import dose_file

        typer.echo(dose_file.to_json(found), nl=False)
        return
    from seldinger.report import dose_words

    for line in dose_words.format_lines(found):
        typer.echo(line)
    if out is not None:
        typer.echo(f"report: {out / 'dose.html'}")


def _audit(folder: Path, procedure: str | None, csv: Path | None, *, as_json: bool) -> None:
    from seldinger.care.exposure.audit import audit, to_csv

    found = audit(folder, procedure)
    if csv is not None:
        from seldinger.report import folder as folders

        if csv.exists() and not csv.read_text("utf-8", "replace").startswith("file,kind,date,"):
            raise CaseError(f"{csv.name} is there and not ours; choose another --csv")
        folders.write_file(csv, to_csv(found))
    if as_json:
        from seldinger.report import dose_file

        typer.echo(dose_file.audit_json(found), nl=False)
        return
    _tell_audit(found)


def _tell_audit(found: Audit) -> None:
    """Medians and where they stand; then the files that do not count."""
    counted = len(found.lines) - len(found.broken)
    typer.echo(f"{found.title}: {counted} of {len(found.lines)} file(s) count")
    if found.medians:
        rows = [
            (
                one.quantity,
                f"{one.median:.4g}",
                "too few" if one.low is None else f"{one.low:.4g} to {one.high:.4g}",
                one.unit,
                str(one.cases),
            )
            for one in found.medians
        ]
        print_table(("quantity", "median", "95 % interval", "unit", "cases"), rows)
    for held in found.held:
        said = "shown beside, judges nothing" if held.standing is None else held.standing.value
        kind, population = held.fact.kind.value, held.fact.population
        typer.echo(
            f"{held.quantity}: {said}; {kind} {held.level:g} {held.fact.unit} ({population})"
        )
    for line in found.lines:
        if line.disagreeing:
            typer.echo(f"totals disagree: {line.file}: {', '.join(line.disagreeing)}")
    for line in found.broken:
        typer.echo(f"does not count: {line.file}: {line.error}")


def _skin_of(ct: Path, level: int | None) -> Surface:
    """The skin of a scan."""
    from seldinger import anatomy, image
    from seldinger.physics.skin_dose_voxels import from_mask

    study = image.load(ct)
    if study.position not in (None, image.PatientPosition.SUPINE):
        raise CareError(
            f"{ct.name}: the patient lies {study.position}; a skin is laid on the table's pad from "
            "a scan on the back only. Leave --ct out, or give another scan"
        )
    built = anatomy.build(study)
    try:
        return from_mask(built.body, float(built.grid.spacing_mm[0]), level)
    except ValueError as wrong:
        raise CareError(f"{ct.name}: {wrong}") from wrong


def _pregnant(word: str | None) -> bool | None:
    if word is None:
        return None
    if word not in _ANSWERS:
        raise CaseError(f"--pregnant is {word!r}; allowed: {', '.join(_ANSWERS)}")
    return _ANSWERS[word]


def _size(option: str, value: float | None, low: float, high: float) -> float | None:
    if value is not None and not low <= value <= high:
        raise CaseError(f"{option} is {value:g}; allowed: {low:g} to {high:g}")
    return value


def _spelled(
    files: list[str], ct: Path | None, level: int | None, policy: str, assume: list[str] | None
) -> str:
    """The request as a command; files by their names, never by this machine's paths."""
    words = ["seldinger", "dose", *(Path(file).name for file in files), "--policy", policy]
    if ct is not None:
        words += ["--ct", ct.name]
    if level is not None:
        words += ["--ct-level", str(level)]
    words += [w for one in assume or () for w in ("--assume", one)]
    return shlex.join(words)
