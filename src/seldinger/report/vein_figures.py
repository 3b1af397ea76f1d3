"""Vein figures: the cava along its course by three widths, with label and filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from seldinger.plan.model import Plan

DPI = 150
_SIZE_IN = (7.2, 2.9)
_INK, _SOFT, _LIMIT, _PLACE = "#14181d", "#5b6570", "#b3261e", "#cc79a7"
_LINES = (
    ("perimeter diameter", "#0072b2", "solid", 2.0),
    ("area diameter", "#009e73", "dashed", 1.2),
    ("projected width", "#d55e00", "dotted", 1.4),
)


def draw_cava(plan: Plan) -> Figure:
    """Widths of the cava along its course; the label's limit, and where the filter lies."""
    figure = Figure(figsize=_SIZE_IN, dpi=DPI, facecolor="white")
    axes = figure.add_subplot()
    profiles = {} if plan.fields is None else plan.fields.profiles
    words = {"perimeter diameter": "by perimeter: decides", "area diameter": "by area",
             "projected width": "from the front"}  # fmt: skip
    for name, colour, dash, wide in _LINES:
        if name in profiles:
            one = profiles[name]
            axes.plot(one.along_mm, one.values, color=colour, linestyle=dash, linewidth=wide,
                      label=words[name])  # fmt: skip
    limit = None if plan.effect is None else plan.effect.measure("perimeter-diameter").at_most
    if limit is not None:
        axes.axhline(limit, color=_LIMIT, linewidth=1.2, label=f"label, {limit:g} mm")
    low, high = plan.goal.from_mm, plan.goal.to_mm
    axes.axvspan(low, high, color=_PLACE, alpha=0.18, linewidth=0)
    axes.text(0.5 * (low + high), 0.03, "filter", fontsize=8, color=_INK, ha="center",
              transform=axes.get_xaxis_transform())  # fmt: skip
    axes.set_ylim(0.0, None)
    axes.set_xlabel("mm along the cava from the confluence, in the direction of flow", fontsize=8)
    axes.set_ylabel("width, mm", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=8, frameon=False, loc="lower right", ncols=2)
    figure.subplots_adjust(left=0.08, right=0.99, top=0.97, bottom=0.16)
    return figure
