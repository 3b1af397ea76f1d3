"""Demo: every procedure there is so far, on the built-in patient."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import check_folder, written
from seldinger.cli.terminal import AsJson, print_json, print_table, progress_bar
from seldinger.core.progress import part

if TYPE_CHECKING:
    from seldinger.core.progress import Progress
    from seldinger.plan.model import Plan

CASES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("biopsy", "liver-tumour-1", {"haemangioma": "no", "hydatid": "no"}),
    ("biopsy", "lung-nodule-1", {}),
    (
        "drainage",
        "abscess-deep",
        {"hydatid": "no", "liquid": "yes", "urinary bladder": "looked-at"},
    ),
    (
        "drainage",
        "abscess-superficial",
        {"hydatid": "no", "liquid": "no", "urinary bladder": "looked-at"},
    ),
    ("cholecystostomy", "gallbladder", {"fit-for-surgery": "no"}),
    (
        "ablation",
        "liver-tumour-1",
        {
            "bile ducts": "looked-at", "biliary-anastomosis": "no", "diaphragm": "looked-at",
            "histology": "crlm", "modality": "microwave",
        },
    ),
)  # fmt: skip
"""Procedure, target and answers of every demo plan, in the order of the index.

Answered as an invented radiologist would, so that every verdict is shown: go (the biopsy of the
liver, the deep abscess), protect first (the ablation: the gallbladder is near), unknown (the lung
and the gallbladder: others still decide), unsuitable (what lies under the skin is not liquid).
"""

ANTIBIOTICS = {("drainage", "abscess-deep"): "given", ("ablation", "liver-tumour-1"): "given"}
"""Where cardiologist and operator have decided besides the biopsy of the liver, and what of these.

The patient's labs and drugs come with all plans, decisions only with these.
"""

SUPERFICIAL = {"abscess-superficial": "superficial"}
"""Targets near the skin: their bleeding class is another one."""


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("build/demo"),
    voxel_mm: Annotated[float, typer.Option(help="Edge of the patient's voxels.")] = 1.5,
    as_json: AsJson = False,
) -> None:
    """Plan every procedure on the built-in patient."""
    for case in CASES:
        check_folder(_folder(out, *case[:2]))
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
    for number, (procedure, target, answers) in enumerate(CASES):
        start, end = (0.3 + 0.7 * (number + step) / len(CASES) for step in (0, 1))
        told = part(progress, start, end, f"{procedure} of {target}: ")
        organ = "liver" if target == "liver-tumour-1" else None
        given = ANTIBIOTICS.get((procedure, target))
        visit = demos.visit(procedure, organ, SUPERFICIAL.get(target, "deep"), given)
        settings = plans.Settings(answers=answers, visit=visit)
        made.append(plans.propose(procedure, anatomy, target, settings, told))
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
        pages.append(written(_folder(out, *CASES[number][:2]), plan, command, told))
    report.write_index(out, tuple(zip(made, pages, strict=True)))
    return tuple(pages)


def _folder(out: Path, procedure: str, target: str) -> Path:
    return out / f"{procedure}-{target}"
