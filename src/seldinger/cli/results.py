"""Results: what a plan says in a few lines on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.plan.model import Plan


def tell(made: Plan) -> None:
    """The answer in a few lines."""
    from seldinger.report import ablation, first_page, words

    title = f"{made.request.procedure} of {made.target.label}"
    typer.echo(f"{title}: {made.verdict.status.value}")
    for line in (*made.verdict.figures, *made.verdict.reasons):
        typer.echo(f"  {line}")
    if stamp := first_page.first_warning(made, None):
        typer.secho(f"! {stamp}", fg=typer.colors.RED, bold=True)
    for line in ablation.summarize(made):
        typer.echo(line)
    alternatives = () if made.has_programme else made.approach.paths
    for number, path in enumerate(alternatives, start=1):
        entry = ", ".join(f"{x:.1f}" for x in path.entry_lps_mm)
        provisional = ", provisional: rescan" if path.provisional else ""
        typer.echo(
            f"path {number}: entry ({entry}) mm LPS, depth {path.depth_mm:.0f} mm, "
            f"tilt {path.tilt_deg:.0f} degrees, "
            f"P(hit) {words.chance(path.probability.hit)}, {path.patient_position}{provisional}"
        )
    if made.not_segmented:
        typer.echo(f"not segmented, so unknown: {', '.join(made.not_segmented)}")
    tell_notes((*made.target.notes, *made.provenance.notes))


def tell_notes(notes: Iterable[str]) -> None:
    """What readers corrected, assumed or left out: each once, before anybody trusts the answer."""
    for note in dict.fromkeys(notes):
        typer.echo(f"note: {note}")
