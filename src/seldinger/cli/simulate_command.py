"""Simulate: an experiment's file becomes a folder of what it came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import tell_notes
from seldinger.cli.terminal import HELP, AsJson, Named, enter, example, progress_bar
from seldinger.core.errors import CaseError
from seldinger.core.progress import scale_progress
from seldinger.report.folder import check_ahead

if TYPE_CHECKING:
    from seldinger.simulate.measure import Zone
    from seldinger.simulate.outcome import Outcome

app = typer.Typer(
    cls=Named,
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=example("simulate"),
    context_settings=HELP,
)


@app.callback(epilog=example("simulate"))
def simulate() -> None:
    """Simulate an arrangement as it is described, without planning."""


def ablation(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.toml", help="An experiment; see `schema simulation`."),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for what comes out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Heat or freeze a block or a patient with any arrangement of probes.

    Writes temperature and damage as volumes, a picture, and result.json: volumes and axes at the
    isotherms and levels asked for, temperatures at points over time, and where the energy went.
    """
    from seldinger import simulate

    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print it")
    if out is not None:
        check_ahead(out)
    experiment = simulate.read(file)
    with progress_bar(quiet=as_json) as progress:
        found = simulate.ablation.run(
            experiment, scale_progress(progress, 0.0, 0.9 if out else 1.0)
        )
        if out is not None:
            from seldinger.report import simulation

            simulation.write(out, found, progress=scale_progress(progress, 0.9, 1.0))
    if as_json:
        from seldinger.report import simulation

        typer.echo(simulation.to_json(found), nl=False)
        return
    _tell(found)
    if out is not None:
        typer.echo(f"result: {out / 'result.json'}")


enter(app, "simulate ablation", ablation)


def _tell(found: Outcome) -> None:
    """The answer in a few lines."""
    typer.echo(found.experiment.asked.title or "simulated ablation")
    for warm in found.isotherms:
        typer.echo(f"  {warm.side} than {warm.temperature_c:g} C: {_size(warm.zone)}")
    for dead in found.damage:
        typer.echo(f"  dead by {dead.law} (from {dead.lethal:g}): {_size(dead.zone)}")
    for n, point in enumerate(found.experiment.asked.point):
        typer.echo(f"  {point.name}: {found.result.points_c[-1, n]:.2f} C in the end")
    for warning in found.warnings:
        typer.echo(f"  mind: {warning}")
    tell_notes(found.notes)


def _size(zone: Zone) -> str:
    if zone.parts == 0:
        return "nowhere"
    words = [f"{zone.volume_ml:.2f} mL"]
    if zone.width_mm is not None and zone.length_mm is not None:
        words.append(f"{zone.width_mm:.1f} x {zone.length_mm:.1f} mm")
    if zone.beyond_tip_mm is not None:
        words.append(f"{zone.beyond_tip_mm:.1f} mm beyond the tip")
    if zone.parts > 1:
        words.append(f"in {zone.parts} parts")
    if zone.cut:
        words.append("cut by the edge of the grid")
    return ", ".join(words)
