"""Vein figures: the cava along its course with a filter, and how a clot is expected to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from seldinger.plan.model import Plan

DPI = 150
SLOW, LYSED, FAST = "clot gone, 5 % of people", "clot gone, middle", "clot gone, 95 % of people"
PASSED = "clot out by passes"
_STOP_PERCENT = 80.0
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


def draw_lysis(plan: Plan) -> Figure:
    """Share of a clot that is gone by hours, over people of one trial, or out by passes."""
    figure = Figure(figsize=_SIZE_IN, dpi=DPI, facecolor="white")
    axes = figure.add_subplot()
    fields = plan.fields
    traces = {} if fields is None else fields.traces
    profiles = {} if fields is None else fields.profiles
    if LYSED in traces:
        low, middle, high = (traces[name] for name in (SLOW, LYSED, FAST))
        hours = middle.times_s / 3600.0
        axes.fill_between(hours, low.values, high.values, color="#0072b2", alpha=0.18, linewidth=0)
        axes.plot(hours, middle.values, color="#0072b2", linewidth=2.0, label="middle of people")
        axes.axhline(_STOP_PERCENT, color=_LIMIT, linewidth=1.0, label="lysis ends")
        axes.set_xlabel("hours of infusion; shaded, 5 to 95 % of people of one trial", fontsize=8)
        axes.set_xticks(np.arange(0.0, float(hours[-1]) + 1.0, 12.0))
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    elif PASSED in profiles:
        one = profiles[PASSED]
        axes.bar(one.along_mm, one.values, color="#0072b2", width=0.6)
        axes.set_xlabel("passes; the middle of people of one register", fontsize=8)
    axes.set_ylim(0.0, 102.0)
    axes.set_ylabel("clot gone, %", fontsize=8)
    axes.tick_params(labelsize=8)
    figure.subplots_adjust(left=0.08, right=0.99, top=0.96, bottom=0.17)
    return figure
