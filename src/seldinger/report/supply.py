"""Supply: what feeds an organ becomes a folder: figures, label maps to edit, lines, a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from seldinger.core.volume import Volume
from seldinger.report import folder, nifti, palette, supply_file, tree_files
from seldinger.report.overlay import draw_outline, sample_plane
from seldinger.report.pictures import to_png
from seldinger.report.planes import ANTERIOR, CRANIAL, LEFT, Plane, sample_image
from seldinger.report.strokes import Letters, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seldinger.anatomy.supply import Supply
    from seldinger.core.record import InputFile
    from seldinger.core.volume import Mask

SUPPLY_FILE, PICTURE = "territory.json", "territory.png"
BRANCHES, REACHED = "territories.nii.gz", "injection.nii.gz"
SURE, LIKELY, POSSIBLE = 3, 2, 1
"""Values of the label map of an injection."""
_COLOURS = ("#56b4e9", "#e69f00", "#2fd39a", "#f0e442", "#ff8a5c", "#d98cc4", "#8fb3ff", "#b7d968")
_DPI = 150
_SIZE_IN = (11.0, 4.1)
_MARGIN_MM = 12.0
_STEP_MM = 1.0
_WINDOW_HU = (-110.0, 240.0)
_FAINT, _STRONG = 0.28, 0.55
_REACHED = "#2fd39a"
_TARGET = palette.Stroke("#ffffff", "solid", 1.4)
_MOST_NUMBERS = 14


def write(
    out: Path | str,
    supply: Supply,
    notes: tuple[str, ...] = (),
    inputs: tuple[InputFile, ...] = (),
) -> Path:
    """Write ``supply`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier one of ours, which is replaced as a whole.
        supply: what to write.
        notes: of the files it was made of.
        inputs: those files.

    Returns:
        The picture.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        AnatomyError: a number is not finite.
    """
    place, grid = Path(out), supply.partition.grid
    with folder.replace_folder(place) as staging:
        text = supply_file.to_json(supply, notes, inputs)
        (staging / SUPPLY_FILE).write_text(text, encoding="utf-8")
        numbers = (supply.partition.branch + 1).astype(np.int16)
        nifti.write(staging / BRANCHES, Volume(numbers, grid, "1"))
        given = supply.injection
        if given is not None:
            levels = np.zeros(grid.shape, dtype=np.uint8)
            for level, mask in (
                (POSSIBLE, given.possible), (LIKELY, given.likely), (SURE, given.sure)
            ):  # fmt: skip
                levels[mask] = level
            nifti.write(staging / REACHED, Volume(levels, grid, "1"))
        tree_files.write_tree(staging / "tree.vtp", supply.tree)
        (staging / PICTURE).write_bytes(to_png(draw_supply(supply)))
    return place / PICTURE


def draw_supply(supply: Supply) -> Figure:
    """The organ's arteries from the front, and what they feed on two planes of the image.

    With a tip, what it reaches is green where that is sure and paler where it is only possible;
    without one, every last branch has its colour.
    """
    organ = supply.partition.organ
    places = supply.partition.grid.to_lps(np.argwhere(organ).astype(float))
    low, high = places.min(axis=0) - _MARGIN_MM, places.max(axis=0) + _MARGIN_MM
    if supply.target is not None:
        middle = np.asarray(supply.target.centre_lps_mm)
    elif supply.injection is not None:
        reached = np.argwhere(supply.injection.likely).astype(float)
        middle = supply.partition.grid.to_lps(reached).mean(axis=0)
    else:
        middle = places.mean(axis=0)
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor=palette.PAPER)
    _draw_arteries(figure.add_axes((0.005, 0.01, 0.33, 0.91)), supply, low, high)
    for number, (up, name) in enumerate(((ANTERIOR, "axial"), (CRANIAL, "coronal"))):
        axes = figure.add_axes((0.34 + 0.33 * number, 0.01, 0.325, 0.91))
        plane = Plane(
            middle, LEFT, up,
            *(float(x) for x in _span(LEFT, middle, low, high)),
            *(float(x) for x in _span(up, middle, low, high)),
        )  # fmt: skip
        _draw_plane(axes, supply, plane)
        axes.set_title(name, fontsize=9, color=palette.INK, pad=3)
    return figure


def _span(
    axis: np.ndarray, middle: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[float, float]:
    """How far a plane goes along an axis to show the whole box."""
    ends = [float(axis @ (end - middle)) for end in (low, high)]
    return min(ends), max(ends)


def _draw_arteries(axes: Axes, supply: Supply, low: np.ndarray, high: np.ndarray) -> None:
    """Lines over the shadow of the organ; with a tip, what lies below it stands out."""
    grid, tree = supply.partition.grid, supply.tree
    axes.set_facecolor(palette.PAPER)
    points = grid.to_lps(np.argwhere(supply.partition.organ).astype(float))
    step = max(grid.spacing_mm)
    bins = [np.arange(low[a], high[a] + step, step) for a in (0, 2)]
    thick, _, _ = np.histogram2d(points[:, 0], points[:, 2], bins=bins)
    shade = np.zeros((*thick.T.shape, 4))
    shade[..., :3] = 0.6
    shade[..., 3] = np.where(thick.T > 0, 0.12 + 0.25 * thick.T / thick.max(), 0.0)
    axes.imshow(shade, origin="lower", extent=(bins[0][0], bins[0][-1], bins[1][0], bins[1][-1]))
    given = supply.injection
    below = set() if given is None else {given.edge, *tree.below(given.edge)}
    colours = [
        (_REACHED if n in below else "#8a939c") if given is not None
        else _COLOURS[n % len(_COLOURS)]
        for n in range(len(tree.edges))
    ]  # fmt: skip
    lines = [edge.curve.points_lps_mm[:, (0, 2)] for edge in tree.edges]
    axes.add_collection(LineCollection(lines, colors=palette.HALO, linewidths=2.4, zorder=3))
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=1.3, zorder=4))
    for one in supply.feeders[:_MOST_NUMBERS]:
        curve = tree.edges[one.edge].curve
        at = curve.points_at(0.5 * curve.length_mm)
        if (low <= at).all() and (at <= high).all():
            write_text(axes, (at[0], at[2]), str(one.edge), Letters(7.0, colours[one.edge]))
    if given is not None:
        tip = tree.edges[given.edge].curve.points_at(given.from_mm)
        axes.scatter(tip[0], tip[2], s=60, facecolors="none", edgecolors=palette.INK,
                     linewidths=1.6, zorder=7)  # fmt: skip
        write_text(axes, (tip[0], tip[2]), "  tip", Letters(8.0, ha="left"))
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[2], high[2])
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title("arteries from the front", fontsize=9, color=palette.INK, pad=3)
    write_text(axes, (0.02, 0.5), "R", Letters(10.0, bold=True), corner=True)


def _draw_plane(axes: Axes, supply: Supply, plane: Plane) -> None:
    """One plane of the image with what is fed, and the target's outline."""
    image, grid = supply.anatomy.study.image, supply.partition.grid
    dark, bright = _WINDOW_HU
    if image.unit != "HU":
        dark, bright = (float(x) for x in np.percentile(image.values, (2.0, 99.0)))
    axes.set_facecolor(palette.PAPER)
    axes.imshow(
        sample_image(image, plane, _STEP_MM, dark), origin="lower", extent=plane.extent,
        cmap="gray", vmin=dark, vmax=bright, interpolation="bilinear",
    )  # fmt: skip
    for mask, colour, strength in _list_fills(supply):
        share = sample_plane(mask, grid, plane, _STEP_MM)
        fill = np.zeros((*share.shape, 4))
        fill[..., :3] = [int(colour[n : n + 2], 16) / 255.0 for n in (1, 3, 5)]
        fill[..., 3] = np.where(share > 0.5, strength, 0.0)  # noqa: PLR2004  half a voxel
        axes.imshow(fill, origin="lower", extent=plane.extent, interpolation="nearest")
    if supply.target is not None:
        draw_outline(axes, plane, sample_plane(supply.target.mask, grid, plane, _STEP_MM), 0.5,
                     _TARGET)  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    left, _, _, up = plane.border_letters()
    for text, x, y in ((left, 0.02, 0.5), (up, 0.5, 0.97)):
        write_text(axes, (x, y), text, Letters(10.0, bold=True), corner=True)


def _list_fills(supply: Supply) -> list[tuple[Mask, str, float]]:
    """What is laid over a plane, in order."""
    given = supply.injection
    if given is not None:
        return [(given.possible, _REACHED, _FAINT), (given.sure, _REACHED, _STRONG)]
    branch = supply.partition.branch
    return [
        (branch == number, _COLOURS[number % len(_COLOURS)], _FAINT)
        for number in np.unique(branch[branch >= 0])
    ]
