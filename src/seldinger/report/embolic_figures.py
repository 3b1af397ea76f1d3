"""Embolic figures: arteries by what lodged behind them; the drug's inventory over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.simulate.effect import ScalarTree

LODGED = "beads lodged"
_DPI = 150
_TREE_IN, _DRUG_IN = (7.2, 4.0), (7.2, 2.7)
_INK, _SOFT, _BARE, _TIP = "#14181d", "#5b6570", "#dde2e7", "#b3261e"
_TARGET, _ORGAN, _OUT = "#d55e00", "#0072b2", "#cc79a7"
_SHOWN = 0.05
"""Per cent of the beads under which an artery is grey."""
_MARGIN_MM = 15.0
_S_PER_H = 3600.0


def find_lodged(plan: Plan) -> ScalarTree | None:
    """Arteries by what lodged; None where nothing was followed."""
    return None if plan.fields is None else plan.fields.trees.get(LODGED)


def has_drug(plan: Plan) -> bool:
    """Whether what is given carries a drug that was followed."""
    return plan.fields is not None and bool(plan.fields.traces)


def draw_lodged(plan: Plan) -> Figure:
    """From the front and from the left: colour by the share of beads behind each artery."""
    tree = find_lodged(plan)
    assert tree is not None  # noqa: S101  looked at before
    figure = Figure(figsize=_TREE_IN, dpi=_DPI, facecolor="white")
    places = np.argwhere(plan.goal.mask).astype(float)
    points = plan.anatomy.grid.to_lps(places)
    low, high = points.min(axis=0) - _MARGIN_MM, points.max(axis=0) + _MARGIN_MM
    share = [float(value.max()) for value in tree.values]
    norm, drawn = Normalize(0.0, max(100.0, *share)), None
    for number, (axis, title) in enumerate(((0, "from the front"), (1, "from the left"))):
        axes = figure.add_axes((0.02 + 0.44 * number, 0.03, 0.42, 0.9))
        bare = [line[:, (axis, 2)] for line, s in zip(tree.lines_lps_mm, share, strict=True)
                if s < _SHOWN]  # fmt: skip
        axes.add_collection(LineCollection(bare, colors=_BARE, linewidths=1.0, zorder=1))
        full = [n for n, s in enumerate(share) if s >= _SHOWN]
        wide = [float(np.clip(0.9 * np.median(tree.widths_mm[n]), 1.0, 5.0)) for n in full]
        drawn = LineCollection(
            [tree.lines_lps_mm[n][:, (axis, 2)] for n in full], cmap="viridis", norm=norm,
            linewidths=wide, capstyle="round", zorder=2,
        )  # fmt: skip
        drawn.set_array(np.array([share[n] for n in full]))
        axes.add_collection(drawn)
        for lesion in plan.goal.lesions:
            at = lesion.centre_lps_mm
            axes.add_patch(_circle((at[axis], at[2]), 0.5 * lesion.diameter_mm))
        stretch = plan.goal.stretch
        if stretch is not None:
            tip = stretch.curve.points_at(0.5 * (stretch.from_mm + stretch.to_mm))
            axes.plot(tip[axis], tip[2], "o", markerfacecolor="none", markeredgecolor=_TIP,
                      markersize=9, markeredgewidth=1.6, zorder=4)  # fmt: skip
        axes.set_xlim(low[axis], high[axis])
        axes.set_ylim(low[2], high[2])
        axes.set_aspect("equal")
        axes.axis("off")
        axes.set_title(title, fontsize=9, color=_INK)
        if axis == 0:
            axes.text(0.0, 0.5, "R", transform=axes.transAxes, fontsize=9, color=_SOFT)
    if drawn is not None:
        bar = figure.colorbar(drawn, cax=figure.add_axes((0.91, 0.1, 0.02, 0.75)))
        bar.set_label("% of all beads in or behind it", fontsize=8)
        bar.ax.tick_params(labelsize=8)
    return figure


def _circle(middle: tuple[float, float], radius_mm: float) -> Circle:
    return Circle(middle, radius_mm, fill=False, edgecolor=_TARGET, linewidth=1.3, zorder=3)


def draw_drug(plan: Plan) -> Figure:
    """Milligrams of drug over hours."""
    figure = Figure(figsize=_DRUG_IN, dpi=_DPI, facecolor="white")
    axes = figure.add_axes((0.08, 0.19, 0.64, 0.76))
    traces = {} if plan.fields is None else plan.fields.traces
    looks = (
        ("in beads in the target", _TARGET, "dashed"),
        ("in beads in the organ", _ORGAN, "dashed"),
        ("released", _OUT, "solid"),
    )
    for name, colour, dash in looks:
        if name in traces:
            trace = traces[name]
            axes.plot(trace.times_s / _S_PER_H, trace.values, color=colour, linestyle=dash,
                      linewidth=1.6, label=name)  # fmt: skip
    if "released low" in traces and "released high" in traces:
        low, high = traces["released low"], traces["released high"]
        axes.fill_between(low.times_s / _S_PER_H, low.values, high.values, color=_OUT, alpha=0.2,
                          linewidth=0)  # fmt: skip
    axes.set_xlabel("hours after the injection", fontsize=8, color=_INK)
    axes.set_ylabel("mg", fontsize=8, color=_INK)
    axes.set_xlim(left=0.0)
    axes.set_ylim(bottom=0.0)
    axes.tick_params(labelsize=8, colors=_SOFT)
    axes.grid(color="#e3e7eb", linewidth=0.6)
    figure.legend(loc="center left", bbox_to_anchor=(0.73, 0.55), fontsize=8, frameon=False)
    return figure
