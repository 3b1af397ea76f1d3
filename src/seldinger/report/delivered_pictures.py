"""Delivered dose pictures: dose over the patient in three planes, and dose-volume histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from seldinger.core.formatting import format_figure
from seldinger.image.study import Alignment, Modality
from seldinger.report import palette
from seldinger.report.overlay import draw_outline, sample_plane
from seldinger.report.planes import ANTERIOR, CRANIAL, LEFT, Plane, sample_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.followup.delivered import DeliveredDose
    from seldinger.simulate.dose.outline import Contour
    from seldinger.simulate.dose.structures import StructureDose

_DPI = 150
_PLANES_IN = (7.2, 2.45)
_CURVES_IN = (7.2, 3.4)
_MARGIN_MM = 25.0
_STEP_MM = 1.0
_TOP_PERCENTILE = 99.5
_FAINT = 0.04
"""Share of the colour scale under which nothing is laid over the patient."""
_SHOWN = 7
_INK, _SOFT = "#14181d", "#5b6570"
_LINES = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
_TUMOUR = palette.Stroke("#ffffff", "solid", 1.2)
_LIVER = palette.Stroke("#2fd39a", "dashed", 1.1)


def draw_planes(delivered: DeliveredDose) -> Figure:
    """Dose in colour through the largest tumour, from below, from the front and from the left."""
    middle, low, high = _find_box(delivered)
    top = find_top_gy(delivered)
    figure = Figure(figsize=_PLANES_IN, dpi=_DPI, facecolor=palette.PAPER)
    views = (
        (LEFT, ANTERIOR, "axial"),
        (LEFT, CRANIAL, "coronal"),
        (-ANTERIOR, CRANIAL, "sagittal"),
    )
    for number, (across, up, name) in enumerate(views):
        axes = figure.add_axes((0.005 + 0.305 * number, 0.01, 0.30, 0.90))
        half = [0.5 * float(np.abs(v) @ (high - low)) for v in (across, up)]
        side = max(half)
        offset = [float(v @ (0.5 * (low + high) - middle)) for v in (across, up)]
        plane = Plane(
            middle, across, up, offset[0] - side, offset[0] + side, offset[1] - side,
            offset[1] + side,
        )  # fmt: skip
        _draw_plane(axes, delivered, plane, top)
        axes.set_title(name, fontsize=8, color=palette.INK, pad=2)
    bar = figure.add_axes((0.925, 0.12, 0.015, 0.70))
    scale = ScalarMappable(Normalize(0.0, top), "inferno")
    figure.colorbar(scale, cax=bar)
    bar.tick_params(labelsize=7, colors=palette.INK)
    bar.set_title("Gy", fontsize=8, color=palette.INK, pad=4)
    return figure


def find_top_gy(delivered: DeliveredDose) -> float:
    """Dose at the top of the colour scale: nearly all of what is treated lies below."""
    treated = [one for one in delivered.structures if one.is_tumour] or delivered.structures
    doses = [
        float(np.interp(100.0 - _TOP_PERCENTILE, one.curve_percent[1][::-1], one.curve_gy[::-1]))
        for one in treated
    ]
    return max(1.0, *doses)


def _find_box(
    delivered: DeliveredDose,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Where the planes meet, and the corners of what is shown; LPS mm."""
    contours = delivered.contours
    aim = max(contours.tumours or contours.every, key=lambda one: int(one.mask.sum()))
    shown = contours.liver or aim
    places = shown.grid.to_lps(np.argwhere(shown.mask).astype(float))
    own = aim.grid.to_lps(np.argwhere(aim.mask).astype(float))
    return own.mean(axis=0), places.min(axis=0) - _MARGIN_MM, places.max(axis=0) + _MARGIN_MM


def _draw_plane(axes: Axes, delivered: DeliveredDose, plane: Plane, top: float) -> None:
    study = delivered.study
    ct = next(
        (
            one
            for one in study.series
            if one.modality is Modality.CT and study.alignment(one) is Alignment.SAME_FRAME
        ),
        None,
    )
    axes.set_facecolor(palette.PAPER)
    if ct is not None:
        behind = sample_image(ct.image, plane, _STEP_MM, -1000.0)
        limits = (-120.0, 260.0)
    else:
        behind = sample_image(study.image, plane, _STEP_MM, 0.0)
        limits = (0.0, float(np.percentile(study.image.values, 99.9)))
    axes.imshow(
        behind, origin="lower", extent=plane.extent, cmap="gray", vmin=limits[0], vmax=limits[1],
        interpolation="bilinear",
    )  # fmt: skip
    dose = sample_image(delivered.dose, plane, _STEP_MM, 0.0)
    strength = np.clip((dose / top - _FAINT) / 0.15, 0.0, 0.8)
    axes.imshow(
        dose, origin="lower", extent=plane.extent, cmap="inferno", vmin=0.0, vmax=top,
        alpha=strength, interpolation="bilinear",
    )  # fmt: skip
    for one in delivered.contours.tumours:
        _outline(axes, plane, one, _TUMOUR)
    if delivered.contours.liver is not None:
        _outline(axes, plane, delivered.contours.liver, _LIVER)
    axes.set_xlim(plane.left_mm, plane.right_mm)
    axes.set_ylim(plane.bottom_mm, plane.top_mm)
    axes.set_xticks([])
    axes.set_yticks([])
    left, _, _, up = plane.border_letters()
    for text, x, y in ((left, 0.02, 0.5), (up, 0.5, 0.96)):
        axes.text(x, y, text, transform=axes.transAxes, fontsize=8, color=palette.INK, va="top")


def _outline(axes: Axes, plane: Plane, contour: Contour, stroke: palette.Stroke) -> None:
    share = sample_plane(contour.mask, contour.grid, plane, _STEP_MM)
    draw_outline(axes, plane, share, 0.5, stroke)


def list_shown(delivered: DeliveredDose) -> tuple[StructureDose, ...]:
    """Structures whose histogram is drawn: the largest tumours, and what lies around them."""
    tumours = [one for one in delivered.structures if one.is_tumour]
    around = [one for one in delivered.structures if not one.is_tumour]
    room = max(1, _SHOWN - min(len(around), 2))
    largest = sorted(tumours, key=lambda one: -one.volume_ml)[:room]
    kept = [one for one in tumours if one in largest]
    return (*kept, *around[: _SHOWN - len(kept)])


def _find_end_gy(one: StructureDose) -> float:
    """Where the upper band of a histogram has come down to a hundredth of the volume."""
    above = np.flatnonzero(one.curve_percent[2] > 1.0)
    last = min(int(above[-1]) + 1, len(one.curve_gy) - 1) if above.size else 1
    return float(one.curve_gy[last])


def draw_histograms(delivered: DeliveredDose) -> Figure:
    """Per cent of the volume over dose, with where nine tenths of the samples lie."""
    figure = Figure(figsize=_CURVES_IN, dpi=_DPI, facecolor="white")
    axes = figure.add_axes((0.08, 0.15, 0.62, 0.80))
    shown = list_shown(delivered)
    for one, colour in zip(shown, _LINES, strict=False):
        low, planned, high = one.curve_percent
        axes.fill_between(one.curve_gy, low, high, color=colour, alpha=0.18, linewidth=0.0)
        dash = "solid" if one.is_tumour else "dashed"
        label = f"{one.name}, {format_figure(one.volume_ml)} mL"
        axes.plot(one.curve_gy, planned, color=colour, linewidth=1.6, linestyle=dash, label=label)
    axes.set_xlim(0.0, max(_find_end_gy(one) for one in shown))
    axes.set_ylim(0.0, 100.0)
    axes.set_xlabel("absorbed dose, Gy", fontsize=8, color=_INK)
    axes.set_ylabel("% of the volume with at least that dose", fontsize=8, color=_INK)
    axes.tick_params(labelsize=8, colors=_SOFT)
    axes.grid(color="#e3e7eb", linewidth=0.6)
    figure.legend(loc="center left", bbox_to_anchor=(0.71, 0.55), fontsize=7, frameon=False)
    return figure
