"""Demo: every procedure there is so far, on the built-in patient."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seldinger import workflow
from seldinger.cli.terminal import AsJson, print_json, print_table, progress_bar


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("build/demo"),
    voxel_mm: Annotated[
        float,
        typer.Option(help="Edge of the patients' voxels; organs with arteries: 2.5 or more."),
    ] = 1.5,
    workers: Annotated[
        int, typer.Option(min=1, max=16, help="Processes that share the patients; 1.5 GB each.")
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Plan every procedure on the built-in patient."""
    with progress_bar(quiet=as_json) as progress:
        made = workflow.run_demo(out, voxel_mm, progress, workers)
    if as_json:
        print_json(
            [
                {
                    "procedure": one.procedure,
                    "target": one.target,
                    "status": one.status,
                    "technique": one.technique,
                    "report": str(one.page),
                }
                for one in made
            ]
        )
        return
    print_table(
        ("procedure", "target", "verdict", "technique", "way", "report"),
        [
            (one.procedure, one.target, one.status, one.technique, one.way, str(one.page))
            for one in made
        ],
    )
    typer.echo(f"index: {out / 'index.html'}")
