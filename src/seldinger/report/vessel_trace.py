"""Vessel trace: traced vessels become a folder: lines, figures, and a picture over the mask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from seldinger.report import folder, palette, tree_files, vessel_file
from seldinger.report.pictures import to_png
from seldinger.report.strokes import Letters, write_text
from seldinger.report.tree_files import has_loops

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.anatomy.vessels import VesselTrace
    from seldinger.core.record import InputFile

VESSEL_FILE, PICTURE = "vessels.json", "vessels.png"
TREE_FILES = ("tree.vtp", "tree.mrk.json", "tree.swc")
"""The last one only where there is no loop."""
_COLOURS = ("#56b4e9", "#e69f00", "#2fd39a", "#f0e442", "#ff8a5c", "#d98cc4", "#8fb3ff", "#b7d968")
"""Colours come again in a large tree: numbers stand beside its longest lines."""
_DPI = 150
_HIGH_IN = 7.4
_WIDEST_IN = 11.0
_AROUND_MM = 8.0
_TITLE_SHARE = 0.04
_MOST_NUMBERS = 40
_PIXELS = 900
_SCALE_BARS_MM = (5.0, 10.0, 20.0, 50.0, 100.0)
_CORONAL, _SAGITTAL = 0, 1
"""Axis of LPS that runs across each view: left, posterior."""


def write(
    out: Path | str,
    trace: VesselTrace,
    notes: tuple[str, ...] = (),
    inputs: tuple[InputFile, ...] = (),
) -> Path:
    """Write ``trace`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier one of ours, which is replaced as a whole.
        trace: what to write.
        notes: of the files it was made of.
        inputs: those files.

    Returns:
        The picture, ``out/vessels.png``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        AnatomyError: a number is not finite.
    """
    if has_loops(trace.tree):
        notes += ("The tree has loops, which SWC cannot hold: tree.swc is left out.",)
    place = Path(out)
    with folder.replace_folder(place) as staging:
        text = vessel_file.to_json(trace, notes, inputs)
        (staging / VESSEL_FILE).write_text(text, encoding="utf-8")
        for name in TREE_FILES:
            if not name.endswith(".swc") or not has_loops(trace.tree):
                tree_files.write_tree(staging / name, trace.tree)
        (staging / PICTURE).write_bytes(to_png(draw_vessels(trace)))
    return place / PICTURE


def draw_vessels(trace: VesselTrace) -> Figure:
    """The mask from the front and from the left side, with centrelines coloured by branch.

    The root is a ring, a narrowing a cross, the route a white line below the others.
    """
    index = np.argwhere(trace.mask)
    points = trace.grid.to_lps(index)
    low, high = points.min(axis=0) - _AROUND_MM, points.max(axis=0) + _AROUND_MM
    high[2] += _TITLE_SHARE * (high[2] - low[2])
    size = high - low
    scale = min(_HIGH_IN / size[2], _WIDEST_IN / (size[0] + size[1]))
    figure = Figure(
        figsize=((size[0] + size[1]) * scale, size[2] * scale), dpi=_DPI, facecolor=palette.PAPER
    )
    share = size[0] / (size[0] + size[1])
    for across, left, wide in ((_CORONAL, 0.0, share), (_SAGITTAL, share, 1.0 - share)):
        axes = figure.add_axes((left, 0.0, wide, 1.0))
        _draw_view(axes, trace, points, across, (low, high))
    return figure


def _draw_view(
    axes: Axes,
    trace: VesselTrace,
    points: NDArray[np.float64],
    across: int,
    box: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    low, high = box
    axes.set_facecolor(palette.PAPER)
    axes.set_axis_off()
    # From the front the patient's right is on the left; from the left side the front is.
    axes.set_xlim(low[across], high[across])
    axes.set_ylim(low[2], high[2])
    axes.set_aspect("equal")
    _draw_mask(axes, trace, points, across, box)
    _draw_route(axes, trace, across)
    _draw_lines(axes, trace, across)
    _draw_signs(axes, trace, across)
    _write_corners(axes, across, box)


def _draw_mask(
    axes: Axes,
    trace: VesselTrace,
    points: NDArray[np.float64],
    across: int,
    box: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Grey by how much of the mask lies behind a place."""
    low, high = box
    step = max(*trace.grid.spacing_mm, float((high - low).max()) / _PIXELS)
    bins = [np.arange(low[a], high[a] + step, step) for a in (across, 2)]
    thick, _, _ = np.histogram2d(points[:, across], points[:, 2], bins=bins)
    grey = np.zeros((*thick.T.shape, 4))
    grey[..., :3] = 0.72
    grey[..., 3] = np.where(thick.T > 0, 0.28 + 0.42 * np.sqrt(thick.T / thick.max()), 0.0)
    extent = (bins[0][0], bins[0][-1], bins[1][0], bins[1][-1])
    axes.imshow(grey, origin="lower", extent=extent, interpolation="nearest", aspect="equal")


def _draw_lines(axes: Axes, trace: VesselTrace, across: int) -> None:
    edges = trace.tree.edges
    lines = [edge.curve.points_lps_mm[:, (across, 2)] for edge in edges]
    colours = [_COLOURS[n % len(_COLOURS)] for n in range(len(edges))]
    axes.add_collection(LineCollection(lines, colors=palette.HALO, linewidths=2.6, zorder=3))
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=1.5, zorder=4))
    ends = trace.tree.nodes_lps_mm[trace.tree.degree > 1]
    axes.scatter(ends[:, across], ends[:, 2], s=5, c=palette.INK, zorder=5, linewidths=0)
    if across != _CORONAL:
        return
    longest = sorted(range(len(edges)), key=lambda n: -edges[n].curve.length_mm)[:_MOST_NUMBERS]
    for n in longest:
        curve = edges[n].curve
        middle = curve.points_at(0.5 * curve.length_mm)
        size = 7.0 if len(edges) > len(_COLOURS) else 8.5
        text = str(n) if len(edges) > len(_COLOURS) else f"{n} {edges[n].name}".strip()
        write_text(axes, (middle[across], middle[2]), text, Letters(size, colours[n], ha="left"))


def _draw_route(axes: Axes, trace: VesselTrace, across: int) -> None:
    if trace.route is not None:
        way = trace.route.curve.points_lps_mm
        axes.plot(way[:, across], way[:, 2], color=palette.INK, linewidth=5.0, alpha=0.55, zorder=2)


def _draw_signs(axes: Axes, trace: VesselTrace, across: int) -> None:
    root = trace.tree.nodes_lps_mm[trace.lines.root]
    axes.scatter(
        root[across], root[2], s=90, facecolors="none", edgecolors=palette.INK, linewidths=1.8,
        zorder=7,
    )  # fmt: skip
    write_text(axes, (root[across], root[2]), "  root", Letters(8.0, ha="left"))
    lost = trace.tree.nodes_lps_mm[list(trace.lines.unreached)]
    axes.scatter(lost[:, across], lost[:, 2], s=22, marker="s", facecolors="none",
                 edgecolors=palette.NEEDLE, linewidths=1.0, zorder=6)  # fmt: skip
    for branch in trace.branches:
        for one in branch.narrowings:
            at = one.at_lps_mm
            axes.scatter(
                at[across], at[2], s=60, marker="x", c=palette.TARGET, linewidths=2.0, zorder=8
            )
            text = f"  {one.grade.percent_diameter:.0f} % of diameter"
            write_text(axes, (at[across], at[2]), text, Letters(8.0, palette.TARGET, ha="left"))


def _write_corners(
    axes: Axes, across: int, box: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    """Sides of the patient, what the view is, and a bar of whole millimetres."""
    low, high = box
    left, right = ("R", "L") if across == _CORONAL else ("A", "P")
    write_text(axes, (0.03, 0.5), left, Letters(12.0, bold=True), corner=True)
    write_text(axes, (0.97, 0.5), right, Letters(12.0, bold=True), corner=True)
    title = "from the front" if across == _CORONAL else "from the left side"
    write_text(axes, (0.5, 0.985), title, Letters(9.0, va="top"), corner=True)
    if across != _CORONAL:
        return
    wide = float(high[across] - low[across])
    bar = max((b for b in _SCALE_BARS_MM if b < 0.4 * wide), default=_SCALE_BARS_MM[0])
    x, z = float(low[across]) + 0.06 * wide, float(low[2]) + 0.03 * float(high[2] - low[2])
    axes.plot((x, x + bar), (z, z), color=palette.INK, linewidth=2.0, zorder=8)
    write_text(axes, (x + 0.5 * bar, z), f"{bar:.0f} mm", Letters(8.0, va="bottom"))
