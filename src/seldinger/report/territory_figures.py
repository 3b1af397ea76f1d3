"""Territory figures: the perfused part over the patient, its predicted dose, and histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from seldinger.image.resample import resample_mask
from seldinger.physics.dose.histogram import dose_histogram
from seldinger.report import mpr, palette
from seldinger.report.overlay import draw_outline, sample_plane
from seldinger.report.planes import ANTERIOR, CRANIAL, LEFT, Plane, sample_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seldinger.anatomy.model import Territory
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask, Volume
    from seldinger.plan.model import Plan

DOSE = "dose"
_DPI = 150
_PLANES_IN, _CURVES_IN = (7.2, 2.55), (7.2, 2.9)
_MARGIN_MM = 25.0
_STEP_MM = 1.0
_TOP_PERCENTILE = 99.5
_FAINT = 0.04
"""Share of the colour scale under which nothing is laid over the patient."""
_INK, _SOFT = "#14181d", "#5b6570"
_LINES = ("#d55e00", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
_NORMAL = "#0072b2"
_TUMOUR = palette.Stroke("#ffffff", "solid", 1.2)
_PERFUSED = palette.Stroke("#2fd39a", "dashed", 1.1)


def find_dose(plan: Plan) -> Volume | None:
    """The predicted dose by voxels; None where none was kept."""
    found = None if plan.fields is None else plan.fields.volumes.get(DOSE)
    return found if found is not None and found.unit == "Gy" else None


def draw_planes(plan: Plan) -> Figure:
    """CT through the target in three planes, with tumours, territory and dose."""
    goal: Territory = plan.goal
    grid = plan.anatomy.grid
    aim = goal.lesions[0].centre_lps_mm if goal.lesions else plan.target.centre_lps_mm
    middle = np.asarray(aim, dtype=np.float64)
    places = grid.to_lps(np.argwhere(goal.mask).astype(float))
    low, high = places.min(axis=0) - _MARGIN_MM, places.max(axis=0) + _MARGIN_MM
    figure = Figure(figsize=_PLANES_IN, dpi=_DPI, facecolor=palette.PAPER)
    views = (
        (LEFT, ANTERIOR, "axial"),
        (LEFT, CRANIAL, "coronal"),
        (-ANTERIOR, CRANIAL, "sagittal"),
    )
    dose = find_dose(plan)
    top = 0.0 if dose is None else _find_top_gy(dose)
    for number, (across, up, name) in enumerate(views):
        axes = figure.add_axes((0.005 + 0.305 * number, 0.01, 0.30, 0.90))
        plane = _cut(middle, (across, up), low, high)
        _draw_plane(axes, plan, plane, dose, top)
        axes.set_title(name, fontsize=8, color=palette.INK, pad=2)
    if dose is not None:
        bar = figure.add_axes((0.925, 0.12, 0.015, 0.70))
        figure.colorbar(ScalarMappable(Normalize(0.0, top), "inferno"), cax=bar)
        bar.tick_params(labelsize=7, colors=palette.INK)
        bar.set_title("Gy", fontsize=8, color=palette.INK, pad=4)
    return figure


def _cut(middle: Points, sides: tuple[Points, Points], low: Points, high: Points) -> Plane:
    """A square plane through a point that shows the whole box."""
    half = max(0.5 * float(np.abs(v) @ (high - low)) for v in sides)
    offset = [float(v @ (0.5 * (low + high) - middle)) for v in sides]
    return Plane(
        middle, *sides, offset[0] - half, offset[0] + half, offset[1] - half, offset[1] + half
    )


def _find_top_gy(dose: Volume) -> float:
    """Dose at the top of the colour scale: nearly all that takes any lies below."""
    held = dose.values[dose.values > 0.0]
    return max(1.0, float(np.percentile(held, _TOP_PERCENTILE))) if held.size else 1.0


def _draw_plane(axes: Axes, plan: Plan, plane: Plane, dose: Volume | None, top: float) -> None:
    low, high = mpr.window_of(plan)
    axes.set_facecolor(palette.PAPER)
    behind = sample_image(plan.anatomy.study.image, plane, _STEP_MM, min(low, -1000.0))
    axes.imshow(
        behind, origin="lower", extent=plane.extent, cmap="gray", vmin=low, vmax=high,
        interpolation="bilinear",
    )  # fmt: skip
    if dose is not None:
        shown = sample_image(dose, plane, _STEP_MM, 0.0)
        strength = np.clip((shown / top - _FAINT) / 0.15, 0.0, 0.75)
        axes.imshow(
            shown, origin="lower", extent=plane.extent, cmap="inferno", vmin=0.0, vmax=top,
            alpha=strength, interpolation="bilinear",
        )  # fmt: skip
    _outline(axes, plan, plane, plan.goal.mask, _PERFUSED)
    for lesion in plan.goal.lesions:
        _outline(axes, plan, plane, lesion.mask, _TUMOUR)
    axes.set_xlim(plane.left_mm, plane.right_mm)
    axes.set_ylim(plane.bottom_mm, plane.top_mm)
    axes.set_xticks([])
    axes.set_yticks([])
    left, _, _, up = plane.border_letters()
    for text, x, y in ((left, 0.02, 0.5), (up, 0.5, 0.96)):
        axes.text(x, y, text, transform=axes.transAxes, fontsize=8, color=palette.INK, va="top")


def _outline(axes: Axes, plan: Plan, plane: Plane, mask: Mask, stroke: palette.Stroke) -> None:
    share = sample_plane(mask, plan.anatomy.grid, plane, _STEP_MM)
    draw_outline(axes, plane, share, 0.5, stroke)


def draw_histograms(plan: Plan) -> Figure:
    """Share of the volume over dose, of every tumour and of the normal perfused liver."""
    dose = find_dose(plan)
    assert dose is not None  # noqa: S101  looked at before
    goal: Territory = plan.goal
    figure = Figure(figsize=_CURVES_IN, dpi=_DPI, facecolor="white")
    axes = figure.add_axes((0.08, 0.17, 0.62, 0.78))
    normal = np.array(goal.mask)
    for lesion in goal.lesions:
        normal &= ~lesion.mask
    drawn = [
        (lesion.label, lesion.viable & goal.mask, colour, "solid")
        for lesion, colour in zip(goal.lesions, _LINES, strict=False)
    ]
    drawn.append(("normal perfused liver", normal, _NORMAL, "dashed"))
    for name, mask, colour, dash in drawn:
        inside = resample_mask(mask, plan.anatomy.grid, dose.grid)
        if not inside.any():
            continue
        histogram = dose_histogram(dose.values, inside)
        percent = 100.0 * np.cumsum(histogram.weight)
        axes.plot(histogram.dose_gy, percent, color=colour, linewidth=1.6, linestyle=dash,
                  label=f"{name}, D95 {histogram.dose_to_percent_gy(95.0):.0f} Gy")  # fmt: skip
        axes.axvline(histogram.mean_gy, color=colour, linewidth=0.9, linestyle="dotted")
    axes.set_xlim(0.0, 1.1 * _find_top_gy(dose))
    axes.set_ylim(0.0, 100.0)
    axes.set_xlabel("absorbed dose, Gy", fontsize=8, color=_INK)
    axes.set_ylabel("% with at least that dose", fontsize=8, color=_INK)
    axes.tick_params(labelsize=8, colors=_SOFT)
    axes.grid(color="#e3e7eb", linewidth=0.6)
    figure.legend(loc="center left", bbox_to_anchor=(0.71, 0.55), fontsize=7, frameon=False)
    return figure
