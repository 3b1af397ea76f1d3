"""Vessels: labels of vessels become centrelines, a table of branches, a route and a picture."""

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
    from seldinger.anatomy.vessels import Route, TraceRequest, VesselTrace
    from seldinger.anatomy.vessels.branches import Branch
    from seldinger.core.progress import Progress
    from seldinger.core.record import InputFile
    from seldinger.core.space import Vector
    from seldinger.core.volume import LabelMap, Volume

_MOST_ROWS = 30


def vessels(
    labels: Annotated[Path, typer.Option(help="Label file or folder, the vessels among them.")],
    vessel: Annotated[
        list[str], typer.Option(metavar="NAME", help="Label to trace; repeat it to join several.")
    ],
    ct: Annotated[
        Path | None,
        typer.Option(metavar="CT", help="Their scan; without one nothing is said of calcium."),
    ] = None,
    label_key: Annotated[
        Path | None, typer.Option(help="JSON or CSV that names the ids of --labels.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Which series of the folder --ct.")
    ] = None,
    modality: Annotated[str | None, typer.Option(help="CT or MR, when no file says so.")] = None,
    root: Annotated[
        str | None,
        typer.Option(metavar="L,P,S", help="Near the end that feeds the rest, mm."),
    ] = None,
    route: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="FROM TO", help="A way: from the far end of FROM to where TO begins."),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Another name for an edge's number or an old name."),
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Override an assumption.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for lines, figures, picture.")] = None,
    as_json: AsJson = False,
) -> None:
    """Trace vessels in labels: centrelines, diameters, narrowings, a route through them.

    Parts of a label that do not touch are never joined; ends that the root does not reach are
    named. FROM and TO are names of vessels, or places as L,P,S in mm.
    """
    from seldinger import image
    from seldinger.anatomy.vessels import TraceRequest, trace_vessels

    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print it")
    if ct is None and (series is not None or modality is not None):
        raise CaseError("--series and --modality belong to --ct: give it, or leave them out")
    asked = TraceRequest(
        tuple(vessel), None if root is None else _place(root), route,
        _new_names(rename), read_numbers(assume),
    )  # fmt: skip
    if out is not None:
        check_ahead(out)
    _check_names(asked, image.check_there(labels if ct is None else ct, labels, label_key))
    with progress_bar(quiet=as_json) as progress:
        progress("reading", 0.0)
        drawn, scan, notes, inputs = _read(ct, labels, label_key, series, modality)
        trace = trace_vessels(drawn, asked, scan, scale_progress(progress, 0.3, 0.9))
        if out is not None:
            _write(out, trace, notes, inputs, progress)
    if as_json:
        from seldinger.report import vessel_file

        typer.echo(vessel_file.to_json(trace, notes, inputs), nl=False)
        return
    _tell(trace)
    tell_notes((*trace.notes, *notes))
    if out is not None:
        typer.echo(f"picture: {out / 'vessels.png'}")


def _read(
    ct: Path | None, labels: Path, key: Path | None, series: str | None, modality: str | None
) -> tuple[LabelMap, Volume | None, tuple[str, ...], tuple[InputFile, ...]]:
    """Labels, the scan where its numbers are HU, notes and files."""
    from seldinger import image

    if ct is None:
        alone = image.load_labels(labels, key)
        return alone.map, None, alone.notes, alone.inputs
    study = image.load(ct, labels, key, series, modality=modality)
    if study.labels is None:
        raise CaseError("the study has no labels: give --labels")
    scan = study.image if study.planning.modality is image.Modality.CT else None
    inputs = (*study.planning.inputs, *study.label_inputs)
    return study.labels, scan, study.notes, inputs


def _write(
    out: Path,
    trace: VesselTrace,
    notes: tuple[str, ...],
    inputs: tuple[InputFile, ...],
    progress: Progress,
) -> None:
    from seldinger.report import vessel_trace

    progress("picture", 0.9)
    vessel_trace.write(out, trace, notes, inputs)


def _check_names(asked: TraceRequest, known: tuple[str, ...] | None) -> None:
    """Refuse a label that there cannot be, before large files are read."""
    from seldinger.core.naming import did_you_mean, match_name

    for name in asked.vessels if known else ():
        if match_name(name, known or ()) is None:
            hint = did_you_mean(name, known or ())
            raise CaseError(
                f"no label is called {name!r}; {hint}there are: {', '.join(known or ())}"
            )


def _place(word: str) -> Vector:
    try:
        x, y, z = (float(number) for number in word.split(","))
    except ValueError as wrong:
        raise CaseError(f"--root is {word!r}: give L,P,S, three numbers in mm") from wrong
    return (x, y, z)


def _new_names(words: list[str] | None) -> dict[int | str, str]:
    """Words of ``--rename``, by number of an edge or by old name."""
    names: dict[int | str, str] = {}
    for word in words or ():
        old, equals, new = word.partition("=")
        if not (old and equals and new):
            raise CaseError(f"--rename is {word!r}: give OLD=NEW, OLD an edge's number or a name")
        names[int(old) if old.isdigit() else old] = new
    return names


def _tell(trace: VesselTrace) -> None:
    """The answer in a few lines: the longest branches, narrowings, the route, ends not reached."""
    tree, lines = trace.tree, trace.lines
    total = sum(branch.length_mm for branch in trace.branches)
    typer.echo(
        f"{', '.join(trace.vessels)}: {len(trace.branches)} branches, {total:.0f} mm; root at "
        f"{_lps(tuple(tree.nodes_lps_mm[lines.root]))}"
    )
    longest = sorted(trace.branches, key=lambda branch: -branch.length_mm)[:_MOST_ROWS]
    head = ("edge", "vessel", "length mm", "median diameter mm", "least diameter mm")
    print_table(head, [_row(branch) for branch in longest])
    if len(trace.branches) > _MOST_ROWS:
        typer.echo(f"and {len(trace.branches) - _MOST_ROWS} shorter ones")
    for branch in trace.branches:
        for one in branch.narrowings:
            grade = one.grade
            typer.echo(
                f"narrowing of edge {branch.edge} ({branch.name or 'no name'}) at "
                f"{_lps(one.at_lps_mm)}: {grade.percent_diameter:.0f} % of diameter, "
                f"{grade.percent_area:.0f} % of area; least diameter "
                f"{grade.minimum_diameter_mm:.1f} of {grade.reference_diameter_mm:.1f} mm "
                f"({grade.reference}), {grade.length_mm:.0f} mm long"
            )
            for note in one.notes:
                typer.echo(f"  {note}")
    if trace.route is not None:
        _tell_route(trace.route)
    for node in lines.unreached:
        typer.echo(f"not reached from the root: the end at {_lps(tuple(tree.nodes_lps_mm[node]))}")


def _row(branch: Branch) -> tuple[str, ...]:
    widths = (branch.median_diameter_mm, branch.least_diameter_mm)
    shown = ("unknown" if width is None else f"{width:.1f}" for width in widths)
    return (str(branch.edge), branch.name or "-", f"{branch.length_mm:.0f}", *shown)


def _tell_route(route: Route) -> None:
    passed = ", ".join(name or "no name" for name in route.names)
    least = "unknown"
    if route.least_diameter_mm is not None and route.least_lps_mm is not None:
        least = f"{route.least_diameter_mm:.1f} mm at {_lps(route.least_lps_mm)}"
    typer.echo(
        f"route through {passed}: {route.length_mm:.0f} mm ({route.straight_mm:.0f} mm straight), "
        f"turning {route.turning_deg:.0f} degrees in all, at most {route.sharpest_deg:.0f} degrees "
        f"within 20 mm; least diameter {least}"
    )


def _lps(place: tuple[float, ...]) -> str:
    return "({:.0f}, {:.0f}, {:.0f}) mm LPS".format(*place)
