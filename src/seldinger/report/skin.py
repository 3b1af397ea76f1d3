"""Skin map: the body as seen from the side of the entry, with the entries as numbered dots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage

from seldinger.anatomy.model import Skin
from seldinger.core.space import unit
from seldinger.report import labelling, mpr, palette
from seldinger.report.planes import CRANIAL, Plane
from seldinger.report.strokes import Letters, fit_to_plane, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.plan.model import Path, Plan

_WIDTH_IN = 3.2
_HEIGHT_IN = 4.5
_DPI = 150
_TURN_DEG = 15.0
_MARGIN_MM = 60.0
_HALF_HEIGHT_MM = 120.0
_HIDDEN_MM = 15.0
_LIGHT = (-0.35, 0.45, 0.82)
_SMOOTH_PIXELS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """Height towards the viewer (NaN = nothing there) and the skin's kind, (rows, columns)."""

    height_mm: NDArray[np.float64]
    kind: NDArray[np.uint8]


def draw_skin_map(plan: Plan) -> Figure:
    """The body surface from the side of the best entry; skin that cannot be entered is grey.

    Entries of what is used together, or of all paths where one of them is to be chosen.
    """
    paths = _shown(plan)
    best = paths[0]
    towards = _view(best)
    across = unit(np.cross(CRANIAL, towards))
    plane = _frame(paths, across)
    surface = _seen(plan, plane, towards)
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.imshow(
        _shaded(surface, plane),
        origin="lower",
        extent=plane.extent,
        aspect="equal",
        interpolation="bilinear",
    )
    fit_to_plane(axes, plane)
    aim = plane.project(best.target_lps_mm)
    axes.plot(*aim, marker="+", markersize=14, markeredgewidth=2.0, color=palette.TARGET, zorder=4)
    label = f"{labelling.readable_name(plan.target.label)} (deep to the skin)"
    below = (float(aim[0]), float(aim[1]) - 0.045 * plane.size_mm[1])
    write_text(axes, below, label, Letters(8.0, palette.TARGET, va="top", zorder=4))
    for number in range(len(paths), 0, -1):
        _dot(axes, paths[number - 1], number, plane, surface, towards)
    mpr.draw_borders(axes, plane, 9.0, "skin, from the side of entry 1")
    return figure


def _shown(plan: Plan) -> tuple[Path, ...]:
    return plan.taken if plan.has_programme else plan.approach.paths


def _view(best: Path) -> Points:
    """Horizontal direction from the target towards the viewer, in steps of 15 degrees."""
    away = np.asarray(best.entry_lps_mm) - np.asarray(best.target_lps_mm)
    turn = np.round(np.degrees(np.arctan2(away[1], away[0])) / _TURN_DEG) * _TURN_DEG
    return np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn)), 0.0])


def _frame(paths: tuple[Path, ...], across: Points) -> Plane:
    """A plane in the figure's shape that holds every entry and enough body to know the place."""
    points = np.array([p.entry_lps_mm for p in paths] + [paths[0].target_lps_mm])
    u, v = points @ across, points @ CRANIAL
    middle = 0.5 * (u.min() + u.max()) * across + 0.5 * (v.min() + v.max()) * CRANIAL
    aspect = _WIDTH_IN / _HEIGHT_IN
    half_height = max(
        _HALF_HEIGHT_MM,
        0.5 * float(v.max() - v.min()) + _MARGIN_MM,
        (0.5 * float(u.max() - u.min()) + _MARGIN_MM) / aspect,
    )
    half_width = half_height * aspect
    return Plane(middle, across, CRANIAL, -half_width, half_width, -half_height, half_height)


def _seen(plan: Plan, plane: Plane, towards: Points) -> _Surface:
    """Nearest skin voxel behind each pixel."""
    index = np.argwhere(plan.anatomy.skin != Skin.NONE)
    pixel_mm = 1.5 * max(plan.anatomy.grid.spacing_mm)
    columns, rows = (max(8, int(np.ceil(size / pixel_mm))) for size in plane.size_mm)
    points = plan.anatomy.grid.to_lps(index)
    flat = plane.project(points)
    left, right, bottom, top = plane.extent
    seen = (flat[:, 0] > left) & (flat[:, 0] < right) & (flat[:, 1] > bottom) & (flat[:, 1] < top)
    index, points, flat = index[seen], points[seen], flat[seen]
    column = ((flat[:, 0] - plane.left_mm) / plane.size_mm[0] * columns).astype(int)
    row = ((flat[:, 1] - plane.bottom_mm) / plane.size_mm[1] * rows).astype(int)
    height = points @ towards
    order = np.argsort(height, kind="stable")
    shown = np.full((rows, columns), np.nan)
    kind = np.zeros((rows, columns), dtype=np.uint8)
    cell = (np.clip(row, 0, rows - 1)[order], np.clip(column, 0, columns - 1)[order])
    shown[cell] = height[order]
    kind[cell] = plan.anatomy.skin[tuple(index[order].T)]
    return _filled(_Surface(shown, kind))


def _filled(surface: _Surface) -> _Surface:
    """Pinholes between voxels take the value of their nearest neighbour."""
    there = np.isfinite(surface.height_mm)
    if not there.any():
        return surface
    wanted = ndimage.binary_closing(np.pad(there, 2), np.ones((3, 3)))[2:-2, 2:-2] | there
    _, nearest = ndimage.distance_transform_edt(~there, return_indices=True)
    height = np.where(wanted, surface.height_mm[tuple(nearest)], np.nan)
    return _Surface(height, np.where(wanted, surface.kind[tuple(nearest)], 0).astype(np.uint8))


def _shaded(surface: _Surface, plane: Plane) -> NDArray[np.float32]:
    """Colours by the kind of skin, brightness by the slope."""
    there = np.isfinite(surface.height_mm)
    if not there.any():
        return np.zeros((*there.shape, 4), dtype=np.float32)
    _, nearest = ndimage.distance_transform_edt(~there, return_indices=True)
    height = ndimage.gaussian_filter(surface.height_mm[tuple(nearest)], _SMOOTH_PIXELS)
    step = plane.size_mm[0] / surface.height_mm.shape[1]
    dy, dx = np.gradient(height, step)
    normal = np.stack([-dx, -dy, np.ones_like(dx)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.clip(normal @ np.asarray(_LIGHT), 0.0, 1.0) * 0.8 + 0.2
    kind = surface.kind[tuple(nearest)]
    open_skin = (kind == Skin.OPEN) | (kind == Skin.NONE)
    colour = np.where(open_skin[..., None], palette.SKIN_OPEN, palette.SKIN_CLOSED)
    rgba = np.zeros((*there.shape, 4), dtype=np.float32)
    rgba[..., :3] = colour * light[..., None]
    rgba[..., 3] = there
    return rgba


def _dot(
    axes: Axes, path: Path, number: int, plane: Plane, surface: _Surface, towards: Points
) -> None:
    """A numbered dot; hollow when the entry lies on the far side."""
    x, y = plane.project(path.entry_lps_mm)
    rows, columns = surface.height_mm.shape
    row = int(np.clip((y - plane.bottom_mm) / plane.size_mm[1] * rows, 0, rows - 1))
    column = int(np.clip((x - plane.left_mm) / plane.size_mm[0] * columns, 0, columns - 1))
    front = surface.height_mm[row, column]
    hidden = bool(front - np.asarray(path.entry_lps_mm) @ towards > _HIDDEN_MM)
    first = number == 1
    axes.plot(
        x,
        y,
        marker="o",
        markersize=16 if first else 12,
        zorder=6 if first else 5,
        markerfacecolor="none" if hidden else palette.NEEDLE if first else palette.INK,
        markeredgecolor=palette.NEEDLE if hidden else palette.HALO,
        markeredgewidth=1.4,
    )
    colour = palette.NEEDLE if hidden else palette.HALO
    letters = Letters(
        9.5 if first else 8.0, colour, bold=True, zorder=7, rim_pt=2.2 if hidden else 0.0
    )
    write_text(axes, (x, y), str(number), letters)
