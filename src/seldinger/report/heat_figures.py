"""Heat figures: how hot a vertebra becomes before cement, beside its canal, and over what time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from seldinger.anatomy.vertebra import parse_level
from seldinger.plan.approach.percutaneous.spine.approach import read_vertebra
from seldinger.plan.treatments.augmentation.heat_words import CURVE, TEMPERATURE
from seldinger.report.cement_figures import draw_needle, list_outlines, list_planes, sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.plan.model import Plan
    from seldinger.report.cement_figures import Plane

_DPI, _SIZE_IN = 150, (7.2, 3.0)
_INK, _SOFT, _LIMIT = "#14181d", "#5b6570", "#b3261e"
_LOOKS = (("#0072b2", "solid"), ("#d55e00", "dashed"), ("#009e73", "dashdot"))
_WARM_C, _HOT_C = 39.0, 70.0
_LIMITS = ("heat-canal-max", "heat-left-root-max")
_WINDOW_HU = (-250.0, 1250.0)
_HALF = 0.5
_S_PER_MIN = 60.0


def has_heat(plan: Plan) -> bool:
    """Whether a vertebra was heated in this plan's model."""
    return plan.fields is not None and any(name.startswith(CURVE) for name in plan.fields.traces)


def draw_heat(plan: Plan) -> Figure:
    """Along the needles, from the left, and canal and roots over time."""
    vertebra = read_vertebra(plan.anatomy.study, parse_level(plan.target.label))
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor="white")
    side, along, _ = list_planes(plan, vertebra)
    for number, plane in enumerate((along, side)):
        axes = figure.add_axes((0.005 + 0.295 * number, 0.08, 0.285, 0.8))
        _draw_plane(axes, plan, vertebra, plane)
        figure.text(0.147 + 0.295 * number, 0.92, plane.title, ha="center", fontsize=8.5,
                    color=_INK)  # fmt: skip
    _draw_curves(figure.add_axes((0.66, 0.19, 0.33, 0.66)), plan)
    figure.text(0.825, 0.92, "canal and roots", ha="center", fontsize=8.5, color=_INK)
    return figure


def _get_limit(plan: Plan) -> float:
    assert plan.effect is not None  # noqa: S101  fields stand beside an effect
    told = [plan.effect.measure(name).at_most for name in _LIMITS]
    return min(one for one in told if one is not None)


def _draw_plane(axes: Axes, plan: Plan, vertebra: Vertebra, plane: Plane) -> None:
    assert plan.fields is not None  # noqa: S101  looked at before
    points = plane.list_points()
    image, hot = plan.anatomy.study.image, plan.fields.volumes[TEMPERATURE]
    half = -points[0, 0] @ plane.right + plane.middle_lps_mm @ plane.right
    box, steps = (-half, half, -half, half), np.linspace(-half, half, points.shape[1])
    low, high = _WINDOW_HU
    axes.imshow(sample(image.values, image.grid, points, 1, -1000.0), cmap="gray", vmin=low,
                vmax=high, extent=box, interpolation="bilinear")  # fmt: skip
    warm = sample(hot.values.astype(np.float32), hot.grid, points, 1, 0.0)
    shown = np.clip((warm - _WARM_C) / (_HOT_C - _WARM_C), 0.0, 1.0)
    axes.imshow(warm, cmap="autumn_r", vmin=_WARM_C, vmax=_HOT_C, extent=box,
                alpha=np.where(warm > _WARM_C, 0.35 + 0.4 * shown, 0.0))  # fmt: skip
    for mask, colour, width in list_outlines(vertebra):
        edge = sample(mask.astype(np.float32), vertebra.grid, points, 1, 0.0)
        if edge.max() > _HALF:
            axes.contour(steps, -steps, edge, levels=[_HALF], colors=colour, linewidths=width)
    limit = _get_limit(plan)
    if warm.max() > limit:
        axes.contour(steps, -steps, warm, levels=[limit], colors="white", linewidths=1.3)
    for one in plan.placements:
        draw_needle(axes, np.asarray(one.points_lps_mm), plane)
    axes.set_xlim(-half, half)
    axes.set_ylim(-half, half)
    axes.axis("off")
    spots = ((0.03, 0.5), (0.97, 0.5), (0.5, 0.96), (0.5, 0.04))
    for letter, (x, y) in zip(plane.letters, spots, strict=True):
        axes.text(x, y, letter, transform=axes.transAxes, ha="center", va="center", fontsize=8,
                  color="white")  # fmt: skip


def _draw_curves(axes: Axes, plan: Plan) -> None:
    assert plan.fields is not None  # noqa: S101  looked at before
    found = {n: t for n, t in plan.fields.traces.items() if n.startswith(CURVE)}
    for (name, one), (colour, dash) in zip(found.items(), _LOOKS, strict=False):
        axes.plot(one.times_s / _S_PER_MIN, one.values, color=colour, linestyle=dash,
                  linewidth=1.8, label=name.removeprefix(CURVE))  # fmt: skip
    limit = _get_limit(plan)
    axes.axhline(limit, color=_LIMIT, linewidth=1.0, linestyle=(0, (2.0, 2.0)))
    axes.text(0.98, limit, f"{limit:g} °C", transform=axes.get_yaxis_transform(), ha="right",
              va="bottom", fontsize=7.5, color=_LIMIT)  # fmt: skip
    axes.set_ylim(
        33.0, max(limit + 2.0, *(float(one.values.max()) + 1.0 for one in found.values()))
    )
    axes.set_xlabel("minutes", fontsize=8.5)
    axes.set_ylabel("°C", fontsize=8.5)
    axes.tick_params(labelsize=8, colors=_SOFT)
    axes.legend(fontsize=7, frameon=False, loc="lower right")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
