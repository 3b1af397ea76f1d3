"""Demo: every procedure there is so far, on the built-in patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import check_folder, written
from seldinger.cli.terminal import AsJson, print_json, print_table, progress_bar
from seldinger.core.progress import part

if TYPE_CHECKING:
    from seldinger.core.progress import Progress
    from seldinger.plan.model import Plan
    from seldinger.plan.procedure import DemoCase


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("build/demo"),
    voxel_mm: Annotated[float, typer.Option(help="Edge of the patient's voxels.")] = 1.5,
    as_json: AsJson = False,
) -> None:
    """Plan every procedure on the built-in patient."""
    for procedure, case in _cases():
        check_folder(_folder(out, procedure, case.target))
    with progress_bar(quiet=as_json) as progress:
        made = _plans(voxel_mm, part(progress, 0.0, 0.5))
        pages = _written(out, made, voxel_mm, part(progress, 0.5, 1.0))
    if as_json:
        print_json(
            [
                {
                    "procedure": plan.request.procedure,
                    "target": plan.target.label,
                    "status": plan.verdict.status.value,
                    "technique": plan.treatment.technique,
                    "report": str(page),
                }
                for plan, page in zip(made, pages, strict=True)
            ]
        )
        return
    print_table(
        ("procedure", "target", "verdict", "technique", "depth", "report"),
        [
            (
                plan.request.procedure,
                plan.target.label,
                plan.verdict.status.value,
                plan.treatment.technique,
                f"{plan.approach.paths[0].depth_mm:.0f} mm" if plan.approach.paths else "no path",
                str(page),
            )
            for plan, page in zip(made, pages, strict=True)
        ],
    )
    typer.echo(f"index: {out / 'index.html'}")


def _cases() -> tuple[tuple[str, DemoCase], ...]:
    """Every case that an installed procedure declares, by the procedure's name."""
    from seldinger import plan as plans

    return tuple((name, case) for name, one in plans.procedures().items() for case in one.demo)


def _plans(voxel_mm: float, progress: Progress) -> tuple[Plan, ...]:
    """A plan for every demo case."""
    from seldinger import anatomy as anatomies
    from seldinger import demo as demos
    from seldinger import plan as plans

    progress("the built-in patient", 0.0)
    patient = demos.patient(voxel_mm)
    anatomy = anatomies.build(
        patient.study,
        settings=anatomies.Settings(voxel_mm=voxel_mm),
        progress=part(progress, 0.1, 0.3),
    )
    made = []
    cases = _cases()
    for number, (procedure, case) in enumerate(cases):
        start, end = (0.3 + 0.7 * (number + step) / len(cases) for step in (0, 1))
        told = part(progress, start, end, f"{procedure} of {case.target}: ")
        visit = demos.visit(procedure, case.organ, case.depth, case.antibiotics)
        settings = plans.Settings(answers=case.answers, visit=visit)
        made.append(plans.propose(procedure, anatomy, case.target, settings, told))
    return tuple(made)


def _written(
    out: Path, made: tuple[Plan, ...], voxel_mm: float, progress: Progress
) -> tuple[Path, ...]:
    """A report for every plan, and the page that lists them."""
    from seldinger import report

    command = f"seldinger demo --voxel-mm {voxel_mm:g}"
    pages = []
    for number, plan in enumerate(made):
        told = part(progress, number / len(made), (number + 1) / len(made))
        pages.append(
            written(_folder(out, plan.request.procedure, plan.target.label), plan, command, told)
        )
    report.write_index(out, tuple(zip(made, pages, strict=True)))
    return tuple(pages)


def _folder(out: Path, procedure: str, target: str) -> Path:
    return out / f"{procedure}-{target}"
