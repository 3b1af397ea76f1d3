"""Demo: every procedure there is so far, on the built-in patient."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seldinger import workflow
from seldinger.cli.terminal import AsJson, print_json, print_table, progress_bar


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("build/demo"),
    voxel_mm: Annotated[float, typer.Option(help="Edge of the patient's voxels.")] = 1.5,
    as_json: AsJson = False,
) -> None:
    """Plan every procedure on the built-in patient."""
    with progress_bar(quiet=as_json) as progress:
        made = workflow.run_demo(out, voxel_mm, progress)
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
                for plan, page in made
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
            for plan, page in made
        ],
    )
    typer.echo(f"index: {out / 'index.html'}")
