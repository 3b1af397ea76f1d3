"""Margin pictures: the tumour's surface unrolled and coloured; a cut where it is thinnest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from scipy.spatial import cKDTree

from seldinger.anatomy.model import Kind
from seldinger.report import mpr, palette, words
from seldinger.report.overlay import HALF, plane_axes
from seldinger.report.planes import Plane, Sampler, along_needle, sample_image
from seldinger.report.strokes import fit_to_plane, halo
from seldinger.simulate.margin import THRESHOLDS_MM, measure_distances_mm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seldinger.core.space import Points
    from seldinger.followup.margin import FollowUp
from seldinger.simulate.margin import Margin

CLASSES = ("#b2182b", "#ef8a62", "#fddbc7", "#67a9cf", "#2166ac")
"""Under 0, 3, 5, 10 mm and above: Brewer's red to blue, told apart by the colour-blind."""

_DPI = 150
_MAP_IN = (7.2, 4.1)
_CUT_IN = (7.2, 4.6)
_COLUMNS, _ROWS = 360, 180
_NEIGHBOURS = 4
_AROUND_MM = 18.0
_THICK_VOXELS = 0.6
_BAR = (0.075, 0.095, 0.90, 0.036)
_COARSE = 3.0
"""Pixels of the scan over one sample of the zone's outline."""
_HATCH = 6.0


def draw_surface_map(follow_up: FollowUp) -> Figure:
    """The margin in every direction from the tumour's middle, as an equal-area map of a globe."""
    margin = follow_up.margin
    figure = Figure(figsize=_MAP_IN, dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.075, 0.26, 0.90, 0.70))
    colours, norm = make_scale()
    axes.imshow(
        _unrolled(margin, margin.values_mm),
        origin="lower",
        extent=(-180.0, 180.0, -1.0, 1.0),
        aspect="auto",
        cmap=colours,
        norm=norm,
        interpolation="nearest",
    )
    if margin.subcapsular is not None and margin.subcapsular.any():
        _hatched(axes, _unrolled(margin, margin.subcapsular.astype(np.float64)))
    _thinnest_on_map(axes, margin)
    _directions(axes)
    _colour_bar(figure, margin)
    return figure


def draw_thinnest_plane(follow_up: FollowUp) -> Figure:
    """The scan after on the plane through the tumour's middle and the thinnest place."""
    margin, scan = follow_up.margin, follow_up.after.image
    middle = np.average(margin.points_lps_mm, axis=0, weights=margin.areas_mm2)
    thinnest = np.asarray(margin.whole.thinnest_lps_mm)
    across, up = along_needle(thinnest, middle)
    reach = np.abs(
        Plane(middle, across, up, 0.0, 1.0, 0.0, 1.0).project(_zone_points(follow_up))
    ).max(axis=0)
    half = max(float(reach[1]) + _AROUND_MM, (float(reach[0]) + _AROUND_MM) * 4.6 / 7.2)
    wide = half * _CUT_IN[0] / _CUT_IN[1]
    plane = Plane(middle, across, up, -wide, wide, -half, half)
    step = plane.size_mm[0] / 480.0
    figure = Figure(figsize=_CUT_IN, dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    low, high = _window(follow_up)
    axes.imshow(
        sample_image(scan, plane, step, low), origin="lower", extent=plane.extent, cmap="gray",
        vmin=low, vmax=high, interpolation="bilinear",
    )  # fmt: skip
    _organ(axes, follow_up, plane, step)
    _zone(axes, follow_up, plane, _COARSE * step)
    _tumour(axes, margin, plane, _THICK_VOXELS * max(scan.grid.spacing_mm))
    fit_to_plane(axes, plane)
    mpr.draw_borders(
        axes, plane, 10.0, "scan after; white: zone; dots: tumour's surface, carried over"
    )
    return figure


def _tumour(axes: Axes, margin: Margin, plane: Plane, thick_mm: float) -> None:
    """The tumour's surface near the plane in the map's colours; a ring where it is thinnest."""
    flat = plane.project(margin.points_lps_mm)
    off = (margin.points_lps_mm - plane.origin_lps_mm) @ np.cross(plane.across, plane.up)
    near = np.abs(off) <= thick_mm
    under = np.zeros(len(near), dtype=bool) if margin.subcapsular is None else margin.subcapsular
    colours, norm = make_scale()
    for chosen, marker, size in ((near & ~under, "o", 14.0), (near & under, "D", 26.0)):
        axes.scatter(
            flat[chosen, 0], flat[chosen, 1], c=margin.values_mm[chosen], cmap=colours, norm=norm,
            s=size, marker=marker, edgecolors=palette.HALO, linewidths=0.5, zorder=6,
        )  # fmt: skip
    x, y = plane.project(margin.whole.thinnest_lps_mm)
    axes.plot(
        x, y, marker="o", markersize=12, markerfacecolor="none", markeredgecolor=palette.NEEDLE,
        markeredgewidth=1.8, zorder=8,
    )  # fmt: skip
    # Towards the tumour's middle, where nothing is drawn.
    away = np.hypot(x, y) or 1.0
    axes.annotate(
        f"{margin.whole.minimal_mm:.1f} mm", (x, y), xytext=(-38.0 * x / away, -38.0 * y / away),
        textcoords="offset points", ha="center", va="center", color=palette.NEEDLE, fontsize=11,
        fontweight="bold", path_effects=halo(3.0), zorder=12,
    )  # fmt: skip


def make_scale() -> tuple[ListedColormap, BoundaryNorm]:
    """Colours of the classes, and which margin has which."""
    edges = [-1000.0, *THRESHOLDS_MM, 1000.0]
    return ListedColormap(list(CLASSES)), BoundaryNorm(edges, len(CLASSES))


def _angles(points: Points, middle: Points) -> Points:
    """Turn from anterior towards the patient's left, degrees, and sine of the elevation."""
    away = points - middle
    turn = np.degrees(np.arctan2(away[:, 0], -away[:, 1]))
    return np.stack([turn, away[:, 2] / np.linalg.norm(away, axis=1)], axis=1)


def _middle(margin: Margin) -> Points:
    middle: Points = np.average(margin.points_lps_mm, axis=0, weights=margin.areas_mm2)
    return middle


def _lattice() -> tuple[Points, Points]:
    """Middles of the map's columns, degrees, and rows, sines."""
    columns = (np.arange(_COLUMNS) + 0.5) * 360.0 / _COLUMNS - 180.0
    rows = (np.arange(_ROWS) + 0.5) * 2.0 / _ROWS - 1.0
    return columns, rows


def _hatched(axes: Axes, under: Points) -> None:
    """Stripes and a rim over the subcapsular part; light and dark, so that every colour shows."""
    turns, heights = _lattice()
    columns, rows = np.meshgrid(np.arange(_COLUMNS), np.arange(_ROWS))
    stripe = (columns + rows) % (2.0 * _HATCH) < 0.5 * _HATCH
    shade = np.zeros((*under.shape, 4))
    shade[(under > 0.5) & stripe] = (0.04, 0.05, 0.07, 0.55)  # noqa: PLR2004  of 0 and 1
    axes.imshow(
        shade, origin="lower", extent=(-180.0, 180.0, -1.0, 1.0), aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    for colour, width in ((palette.HALO, 3.0), (palette.INK, 1.2)):
        axes.contour(turns, heights, under, levels=[0.5], colors=[colour], linewidths=width)


def _unrolled(margin: Margin, values: Points) -> Points:
    """Least of the nearest values in every direction, (rows, columns)."""
    away = margin.points_lps_mm - _middle(margin)
    tree = cKDTree(away / np.linalg.norm(away, axis=1, keepdims=True))
    turns, heights = _lattice()
    turn, height = np.radians(turns)[None, :], heights[:, None]
    level = np.sqrt(1.0 - height**2)
    looks = np.stack(
        np.broadcast_arrays(level * np.sin(turn), -level * np.cos(turn), height), axis=-1
    )
    _, nearest = tree.query(looks.reshape(-1, 3), k=_NEIGHBOURS)
    least: Points = values[nearest].min(axis=1).reshape(_ROWS, _COLUMNS)
    return least


def _thinnest_on_map(axes: Axes, margin: Margin) -> None:
    place = np.asarray(margin.whole.thinnest_lps_mm)[None, :]
    turn, height = _angles(place, _middle(margin))[0]
    axes.plot(
        turn, height, marker="o", markersize=12, markerfacecolor="none",
        markeredgecolor=palette.HALO, markeredgewidth=2.0, clip_on=False,
    )  # fmt: skip
    axes.annotate(
        f"{margin.whole.minimal_mm:.1f} mm",
        (turn, height),
        xytext=(0.0, -17.0 if height > 0.0 else 11.0),
        textcoords="offset points",
        ha="right" if turn > 90.0 else "left" if turn < -90.0 else "center",  # noqa: PLR2004
        color=palette.INK,
        fontsize=10,
        fontweight="bold",
        path_effects=halo(3.0),
    )


def _directions(axes: Axes) -> None:
    axes.set_xticks([-180, -90, 0, 90, 180])
    axes.set_xticklabels(["back", "right", "front", "left", "back"])
    axes.set_yticks([-1, 0, 1])
    axes.set_yticklabels(["feet", "level", "head"])
    # The last "back" is the first one again; it stays inside the picture.
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    axes.tick_params(colors=palette.INK, labelsize=9, length=3)
    for side in axes.spines.values():
        side.set_color(palette.INK)


def _colour_bar(figure: Figure, margin: Margin) -> None:
    """The five colours, their limits, and the share of the surface that has each."""
    bar = figure.add_axes(_BAR)
    edges = np.array([-np.inf, *THRESHOLDS_MM, np.inf])
    for number, colour in enumerate(CLASSES):
        there = (margin.values_mm >= edges[number]) & (margin.values_mm < edges[number + 1])
        share = float(margin.areas_mm2[there].sum() / margin.areas_mm2.sum())
        bar.axvspan(number, number + 1, color=colour, linewidth=0.0)
        bar.text(
            number + 0.5, 1.35, words.percent(share), ha="center", va="bottom", fontsize=9,
            color=palette.INK, fontweight="bold" if share else "normal",
        )  # fmt: skip
    bar.set_xlim(0.0, len(CLASSES))
    bar.set_ylim(0.0, 1.0)
    bar.set_yticks([])
    bar.set_xticks(range(1, len(CLASSES)))
    bar.set_xticklabels([f"{t:g} mm" for t in THRESHOLDS_MM])
    bar.tick_params(colors=palette.INK, labelsize=9, length=3)
    many = len(CLASSES)
    ends = (
        (0.0, "not covered", "left"),
        (0.5 * many, "margin", "center"),
        (float(many), "wider", "right"),
    )
    for x, end, ha in ends:
        bar.text(x, -1.5, end, ha=ha, va="center", fontsize=9, color=palette.INK)
    for side in bar.spines.values():
        side.set_visible(False)


def _zone_points(found: FollowUp) -> Points:
    return found.after.image.grid.to_lps(np.argwhere(found.zone_mask)[::7])


def _window(follow_up: FollowUp) -> tuple[float, float]:
    """Grey levels from what lies around the zone."""
    if follow_up.after.image.unit != "HU":
        values = follow_up.after.image.values
        return float(np.percentile(values, 1.0)), float(np.percentile(values, 99.0))
    inside = float(np.median(follow_up.after.image.values[follow_up.zone_mask]))
    return (-1350.0, 150.0) if inside < -300.0 else (-160.0, 240.0)  # noqa: PLR2004  lung, else soft


def _organ(axes: Axes, follow_up: FollowUp, plane: Plane, step: float) -> None:
    """The capsule, where the organ is known on both scans."""
    labels = follow_up.after.labels
    if follow_up.asked.organ is None or labels is None:
        return
    whole = labels.mask(follow_up.asked.organ) | follow_up.zone_mask
    share = Sampler.across(plane, follow_up.after.image.grid, step).share(whole)
    if share is None or share.min() == share.max():
        return
    colour = palette.stroke(Kind.ORGAN, follow_up.asked.organ).colour
    axes.contour(
        *plane_axes(plane, share), share, levels=[HALF], colors=[colour], linewidths=1.2, zorder=4
    )


def _zone(axes: Axes, follow_up: FollowUp, plane: Plane, step: float) -> None:
    """The zone's surface between the voxels: the one that the margin is measured to."""
    points, shape = plane.samples(step)
    away = measure_distances_mm(points, follow_up.zone_surface).reshape(shape)
    axes.contour(
        *plane_axes(plane, away), away, levels=[0.0], colors=[palette.INK], linewidths=1.6, zorder=5
    )
