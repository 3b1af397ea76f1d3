"""Territory: what the arteries of an organ feed, and what a place of a catheter reaches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import tell_notes
from seldinger.cli.terminal import AsJson, print_table, progress_bar, read_numbers
from seldinger.core.errors import CaseError
from seldinger.core.progress import scale_progress
from seldinger.report.folder import check_ahead

if TYPE_CHECKING:
    from seldinger.anatomy.supply import Supply, SupplyRequest
    from seldinger.core.space import Vector

_MOST_ROWS = 25
_COORDINATES = 3


def territory(
    ct: Annotated[Path, typer.Option(metavar="CT", help="The scan: a file or a folder.")],
    labels: Annotated[Path, typer.Option(help="Labels of the organ, its tumours and arteries.")],
    label_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --labels.")
    ] = None,
    organ: Annotated[str, typer.Option(help="Whose supply is asked for.")] = "liver",
    target: Annotated[
        str | None, typer.Option(metavar="NAME", help="A tumour in it: feeders are ranked for it.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="ARTERY|EDGE|L,P,S", help="Where the catheter's tip lies."),
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Which series of the folder --ct.")
    ] = None,
    voxel_mm: Annotated[float, typer.Option(help="Edge of the voxels that are parted.")] = 2.0,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for figures, masks, picture.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which branch feeds which part of an organ, and what a tip of a catheter reaches.

    Every voxel goes to the last traced branch that is nearest by a way inside the organ. What a tip
    reaches is told three times: surely, likely, possibly.
    """
    from seldinger import anatomy, image
    from seldinger.anatomy.supply import SupplyRequest, find_supply

    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print it")
    asked = SupplyRequest(organ, target, None if at is None else _place(at), read_numbers(assume))
    if out is not None:
        check_ahead(out)
    with progress_bar(quiet=as_json) as progress:
        progress("reading", 0.0)
        study = image.load(ct, labels, label_key, series)
        progress("anatomy", 0.3)
        built = anatomy.build(
            study,
            settings=anatomy.Settings(voxel_mm=voxel_mm),
            progress=scale_progress(progress, 0.3, 0.7),
        )
        progress("territories", 0.7)
        supply = find_supply(built, asked)
        inputs = (*study.planning.inputs, *study.label_inputs)
        if out is not None:
            from seldinger.report import supply as page

            progress("picture", 0.9)
            page.write(out, supply, study.notes, inputs)
    if as_json:
        from seldinger.report import supply_file

        typer.echo(supply_file.to_json(supply, study.notes, inputs), nl=False)
        return
    _tell(supply, asked)
    tell_notes((*supply.notes, *study.notes))
    if out is not None:
        typer.echo(f"picture: {out / 'territory.png'}")


def _place(word: str) -> str | int | Vector:
    """An artery, the number of an edge, or a place."""
    if word.strip().isdigit():
        return int(word)
    parts = word.split(",")
    if len(parts) == _COORDINATES:
        try:
            x, y, z = (float(part) for part in parts)
        except ValueError:
            return word
        return (x, y, z)
    return word


def _tell(supply: Supply, asked: SupplyRequest) -> None:
    """Feeders in a table, the best first; what the tip reaches."""
    whose = supply.organ if supply.target is None else supply.target.label
    typer.echo(f"{whose}: {len(supply.feeders)} places from which it can be reached")
    head = ("edge", "artery", "diameter mm", f"% of {whose}", "% of organ", "spill mL", "aside")
    rows = [
        (
            str(one.edge), one.name or "-",
            "unknown" if one.diameter_mm is None else f"{one.diameter_mm:.1f}",
            f"{100.0 * one.target_share:.0f}", f"{100.0 * one.organ_share:.1f}",
            f"{one.spill_ml:.0f}", _tell_aside(one.leads_aside),
        )
        for one in supply.feeders[:_MOST_ROWS]
    ]  # fmt: skip
    print_table(head, rows)
    if len(supply.feeders) > _MOST_ROWS:
        typer.echo(f"and {len(supply.feeders) - _MOST_ROWS} more")
    given = supply.injection
    if given is None or asked.at is None:
        return
    name = supply.tree.edges[given.edge].name or "an artery without a name"
    volume = float(given.likely.sum()) * supply.partition.grid.voxel_ml
    typer.echo(
        f"tip in {name}, edge {given.edge}, {given.from_mm:.0f} mm along it: {volume:.0f} mL"
    )
    shares = [(supply.organ, supply.partition.organ)]
    if supply.target is not None:
        shares.append((supply.target.label, supply.target.mask))
    for what, mask in shares:
        sure, likely, possible = (100.0 * share for share in given.share(mask))
        typer.echo(
            f"  {what}: {likely:.0f} % likely; {sure:.0f} % surely, {possible:.0f} % possibly"
        )


def _tell_aside(names: tuple[str, ...]) -> str:
    shown = [name or "no name" for name in names[:3]]
    more = f" and {len(names) - 3} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
