"""Margin pictures: the tumour's surface unrolled and coloured; a cut where it is thinnest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from scipy.spatial import cKDTree

from seldinger.plan.margin import THRESHOLDS_MM
from seldinger.report import cut, lettering, palette
from seldinger.report.planes import Plane, Sampler, along_needle, image_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seldinger.core.space import Points
    from seldinger.plan.follow_up import FollowUp
    from seldinger.plan.margin import Margin

CLASSES = ("#b2182b", "#ef8a62", "#fddbc7", "#67a9cf", "#2166ac")
"""Under 0, 3, 5, 10 mm and above: Brewer's red to blue, told apart by the colour-blind."""

_DPI = 150
_MAP_IN = (7.2, 3.9)
_CUT_IN = (7.2, 4.6)
_COLUMNS, _ROWS = 360, 180
_NEIGHBOURS = 4
_AROUND_MM = 18.0
_THICK_VOXELS = 0.6
_WORDS = ("under 0", "0 to 3", "3 to 5", "5 to 10", "over 10")


def surface_map(found: FollowUp) -> Figure:
    """The margin in every direction from the tumour's middle, as a map of a globe."""
    margin = found.margin
    figure = Figure(figsize=_MAP_IN, dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.075, 0.20, 0.90, 0.74))
    colours, norm = _scale()
    axes.imshow(
        _unrolled(margin, margin.values_mm),
        origin="lower",
        extent=(-180.0, 180.0, -90.0, 90.0),
        aspect="auto",
        cmap=colours,
        norm=norm,
        interpolation="nearest",
    )
    if margin.subcapsular is not None and margin.subcapsular.any():
        under = _unrolled(margin, margin.subcapsular.astype(np.float64))
        axes.contourf(
            np.linspace(-179.5, 179.5, _COLUMNS), np.linspace(-89.5, 89.5, _ROWS), under,
            levels=[0.5, 1.5], hatches=["////"], colors="none",
        )  # fmt: skip
    _thinnest_on_map(axes, margin)
    _directions(axes)
    _legend(axes, margin)
    return figure


def thinnest_cut(found: FollowUp) -> Figure:
    """The scan after on the plane through the tumour's middle and the thinnest place."""
    margin, scan = found.margin, found.after.image
    middle = np.average(margin.points_lps_mm, axis=0, weights=margin.areas_mm2)
    thinnest = np.asarray(margin.whole.thinnest_lps_mm)
    across, up = along_needle(thinnest, middle)
    reach = np.abs(Plane(middle, across, up, 0.0, 1.0, 0.0, 1.0).project(_zone_points(found))).max(
        axis=0
    )
    half = max(float(reach[1]) + _AROUND_MM, (float(reach[0]) + _AROUND_MM) * 4.6 / 7.2)
    wide = half * _CUT_IN[0] / _CUT_IN[1]
    plane = Plane(middle, across, up, -wide, wide, -half, half)
    step = plane.size_mm[0] / 480.0
    figure = Figure(figsize=_CUT_IN, dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    low, high = _window(found)
    axes.imshow(
        image_on(scan, plane, step, low), origin="lower", extent=plane.extent, cmap="gray",
        vmin=low, vmax=high, interpolation="bilinear",
    )  # fmt: skip
    _outline(axes, found, plane, step)
    flat = plane.project(margin.points_lps_mm)
    near = np.abs((margin.points_lps_mm - middle) @ np.cross(across, up)) <= _THICK_VOXELS * max(
        scan.grid.spacing_mm
    )
    colours, norm = _scale()
    axes.scatter(
        flat[near, 0], flat[near, 1], c=margin.values_mm[near], cmap=colours, norm=norm, s=9.0,
        linewidths=0.0, zorder=6,
    )  # fmt: skip
    axes.plot(
        *plane.project(thinnest), marker="o", markersize=11, markerfacecolor="none",
        markeredgecolor=palette.NEEDLE, markeredgewidth=1.8, zorder=8,
    )  # fmt: skip
    axes.set_xlim(plane.left_mm, plane.right_mm)
    axes.set_ylim(plane.bottom_mm, plane.top_mm)
    axes.set_axis_off()
    cut.borders(axes, plane, 10.0, "scan after; white: zone; dots: tumour's surface, carried over")
    return figure


def _scale() -> tuple[ListedColormap, BoundaryNorm]:
    edges = [-1000.0, *THRESHOLDS_MM, 1000.0]
    return ListedColormap(list(CLASSES)), BoundaryNorm(edges, len(CLASSES))


def _angles(points: Points, middle: Points) -> Points:
    """Turn from anterior towards the patient's left, and height above the equator, degrees."""
    away = points - middle
    turn = np.degrees(np.arctan2(away[:, 0], -away[:, 1]))
    height = np.degrees(np.arctan2(away[:, 2], np.hypot(away[:, 0], away[:, 1])))
    return np.stack([turn, height], axis=1)


def _middle(margin: Margin) -> Points:
    middle: Points = np.average(margin.points_lps_mm, axis=0, weights=margin.areas_mm2)
    return middle


def _unrolled(margin: Margin, values: Points) -> Points:
    """Least of the nearest values in every direction, (rows, columns)."""
    away = margin.points_lps_mm - _middle(margin)
    tree = cKDTree(away / np.linalg.norm(away, axis=1, keepdims=True))
    turn = np.radians(np.linspace(-179.5, 179.5, _COLUMNS))[None, :]
    height = np.radians(np.linspace(-89.5, 89.5, _ROWS))[:, None]
    looks = np.stack(
        np.broadcast_arrays(
            np.cos(height) * np.sin(turn), -np.cos(height) * np.cos(turn), np.sin(height)
        ),
        axis=-1,
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
        path_effects=lettering.halo(3.0),
    )


def _directions(axes: Axes) -> None:
    axes.set_xticks([-180, -90, 0, 90, 180])
    axes.set_xticklabels(["back", "right", "front", "left", "back"])
    axes.set_yticks([-90, 0, 90])
    axes.set_yticklabels(["feet", "level", "head"])
    axes.tick_params(colors=palette.INK, labelsize=9, length=3)
    for side in axes.spines.values():
        side.set_color(palette.INK)


def _legend(axes: Axes, margin: Margin) -> None:
    """Colours with the share of the surface that has them."""
    edges = np.array([-np.inf, *THRESHOLDS_MM, np.inf])
    for number, (colour, words) in enumerate(zip(CLASSES, _WORDS, strict=True)):
        there = (margin.values_mm >= edges[number]) & (margin.values_mm < edges[number + 1])
        share = 100.0 * margin.areas_mm2[there].sum() / margin.areas_mm2.sum()
        x = 0.2 * number
        axes.plot(
            x + 0.008, -0.20, marker="s", markersize=9, color=colour, transform=axes.transAxes,
            clip_on=False,
        )  # fmt: skip
        axes.text(
            x + 0.026, -0.20, f"{words} mm: {share:.0f} %", transform=axes.transAxes, va="center",
            color=palette.INK, fontsize=7.5,
        )  # fmt: skip


def _zone_points(found: FollowUp) -> Points:
    return found.after.image.grid.to_lps(np.argwhere(found.zone_mask)[::7])


def _window(found: FollowUp) -> tuple[float, float]:
    """Grey levels from what lies around the zone."""
    if found.after.image.unit != "HU":
        values = found.after.image.values
        return float(np.percentile(values, 1.0)), float(np.percentile(values, 99.0))
    inside = float(np.median(found.after.image.values[found.zone_mask]))
    return (-1350.0, 150.0) if inside < -300.0 else (-160.0, 240.0)  # noqa: PLR2004  lung, else soft


def _outline(axes: Axes, found: FollowUp, plane: Plane, step: float) -> None:
    sampler = Sampler.of(plane, found.after.image.grid, step)
    share = sampler.share(found.zone_mask)
    if share is None:
        return
    rows, columns = share.shape
    u = plane.left_mm + (np.arange(columns) + 0.5) * plane.size_mm[0] / columns
    v = plane.bottom_mm + (np.arange(rows) + 0.5) * plane.size_mm[1] / rows
    axes.contour(u, v, share, levels=[0.5], colors=[palette.INK], linewidths=1.6, zorder=5)
