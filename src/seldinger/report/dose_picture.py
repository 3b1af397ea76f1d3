"""Dose picture: the skin unrolled, coloured by dose, with the peak marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from scipy.spatial import cKDTree

from seldinger.report import palette
from seldinger.report.strokes import halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.care.exposure.skin import SkinEstimate

_DPI = 150
_SIZE_IN = (7.2, 4.4)
_COLOURS = "inferno"
_SIDES = ("front", "left", "back", "right", "front")
_COLUMNS, _ROWS = 180, 90
_NEAR_MM = 12.0
_AROUND_MM = 60.0


def draw_skin_map(skin: SkinEstimate) -> Figure:
    """The map around the body as one sees it from behind: the back in the middle, head up.

    Args:
        skin: with a map.
    """
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.095, 0.15, 0.79, 0.80), facecolor=palette.HALO)
    values, bottom, top, at = _unrolled(skin)
    most = float(values.max())
    shown = axes.imshow(
        1000.0 * values,
        origin="lower",
        extent=(0.0, 1.0, bottom, top),
        aspect="auto",
        cmap=_COLOURS,
        vmin=0.0,
        vmax=1000.0 * most if most > 0.0 else 1.0,
        interpolation="nearest",
    )
    _peak(axes, at, skin.peak_gy or 0.0, (bottom, top))
    _borders(axes)
    bar = figure.colorbar(shown, cax=figure.add_axes((0.905, 0.15, 0.02, 0.80)))
    bar.set_label("dose to skin, mGy", color=palette.INK, fontsize=9)
    bar.ax.tick_params(colors=palette.INK, labelsize=9, length=3)
    figure.text(
        0.095, 0.03, f"{skin.body}; places along the table count from the middle of the beams",
        color=palette.INK, fontsize=8, ha="left", va="bottom",
    )  # fmt: skip
    return figure


def _unrolled(
    skin: SkinEstimate,
) -> tuple[NDArray[np.float64], float, float, tuple[float, float]]:
    """Doses by (along, around), the ends along in mm, and the peak's place."""
    surface, dose = skin.surface, skin.dose_gy
    if surface is None or dose is None or skin.peak_at_mm is None:
        raise ValueError("there is no map to draw")
    points = surface.points_mm
    around = _around(points)
    peak = int(np.argmax(dose))
    where = (float(around[peak]), float(points[peak, 2]))
    hit = points[dose > 0.0, 2]
    bottom, top = float(hit.min()) - _AROUND_MM, float(hit.max()) + _AROUND_MM
    if surface.shape is not None:
        rows, columns = surface.shape
        along = points[::columns, 2]
        near = (along >= bottom) & (along <= top)
        grid = dose.reshape(rows, columns)[near]
        cells = (np.arange(columns) + 0.5) / columns
        from_back = np.round(((0.5 - cells) % 1.0) * columns).astype(int) % columns
        return grid[:, from_back], float(along[near][0]), float(along[near][-1]), where
    # A scan's skin is no lattice: each cell of the map shows the nearest point.
    rim = np.pi * 0.5 * float(np.ptp(points[:, 0]) + np.ptp(points[:, 1]))
    flat = np.stack([around * rim, points[:, 2]], axis=1)
    # Around the body the end is the beginning.
    tree = cKDTree(
        np.concatenate([flat + np.array([turn * rim, 0.0]) for turn in (0.0, -1.0, 1.0)])
    )
    across = (np.arange(_COLUMNS) + 0.5) / _COLUMNS * rim
    along = bottom + (np.arange(_ROWS) + 0.5) / _ROWS * (top - bottom)
    cells = np.stack(np.meshgrid(across, along), axis=-1)
    away, nearest = tree.query(cells.reshape(-1, 2))
    shown = np.where(away <= _NEAR_MM, dose[nearest % len(points)], 0.0)
    return shown.reshape(_ROWS, _COLUMNS), bottom, top, where


def _around(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the way around, 0 to 1, from the middle of the front over the patient's left."""
    x = points[:, 0] - 0.5 * (points[:, 0].min() + points[:, 0].max())
    y = points[:, 1] - 0.5 * (points[:, 1].min() + points[:, 1].max())
    width, depth = max(np.ptp(points[:, 0]), 1e-9), max(np.ptp(points[:, 1]), 1e-9)
    turn = np.arctan2(x / width, y / depth) / (2.0 * np.pi)
    around: NDArray[np.float64] = (0.5 - turn) % 1.0
    return around


def _peak(axes: Axes, at: tuple[float, float], peak_gy: float, ends: tuple[float, float]) -> None:
    axes.plot(
        *at, marker="o", markersize=13, markerfacecolor="none", markeredgecolor=palette.ICE,
        markeredgewidth=1.8,
    )  # fmt: skip
    above = at[1] < 0.5 * (ends[0] + ends[1])
    axes.annotate(
        f"{1000.0 * peak_gy:.3g} mGy",
        at,
        xytext=(0.0, 13.0 if above else -18.0),
        textcoords="offset points",
        ha="left" if at[0] < 0.1 else "right" if at[0] > 0.9 else "center",  # noqa: PLR2004
        color=palette.ICE,
        fontsize=11,
        fontweight="bold",
        path_effects=halo(3.0),
    )


def _borders(axes: Axes) -> None:
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0])
    axes.set_xticklabels(list(_SIDES))
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.set_ylabel("towards the head, mm", color=palette.INK, fontsize=9)
    axes.tick_params(colors=palette.INK, labelsize=9, length=3)
    for side in axes.spines.values():
        side.set_color(palette.INK)
