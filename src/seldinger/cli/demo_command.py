"""Demo: every procedure there is so far, on the built-in patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger import workflow
from seldinger.cli.terminal import AsJson, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from seldinger.plan import Plan


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("build/demo"),
    voxel_mm: Annotated[
        float,
        typer.Option(help="Edge of the patients' voxels; organs with arteries: 2.5 or more."),
    ] = 1.5,
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
        ("procedure", "target", "verdict", "technique", "way", "report"),
        [
            (
                plan.request.procedure,
                plan.target.label,
                plan.verdict.status.value,
                plan.treatment.technique,
                _tell_way(plan),
                str(page),
            )
            for plan, page in made
        ],
    )
    typer.echo(f"index: {out / 'index.html'}")


def _tell_way(made: Plan) -> str:
    """How far it is to the target: through tissue, or through vessels."""
    if made.approach.paths:
        return f"{made.approach.paths[0].depth_mm:.0f} mm deep"
    open_ways = [route for route in made.approach.routes if not route.violations]
    return f"{open_ways[0].length_mm:.0f} mm of vessels" if open_ways else "no way"
