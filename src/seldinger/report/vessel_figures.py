"""Vessel figures: the way in, the straightened vessel, and pressure over all of them.

Seen from the front: the patient's right is on the left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.plan.model import Plan
    from seldinger.simulate.effect import ScalarTree

DPI = 150
_WAY_IN = (7.2, 4.6)
_PROFILE_IN = (7.2, 2.6)
_TREE_IN = (7.2, 3.8)
_BEAT_IN = (7.2, 3.2)
_WORDS_SHARE = 0.16
"""Room above a curve for words, of its height."""
_INK, _SOFT, _VESSEL = "#14181d", "#5b6570", "#c9d1d9"
_BEFORE, _AFTER, _LESION, _ROUTE = "#d55e00", "#0072b2", "#cc79a7", "#b3261e"
_MARGIN_MM = 30.0
_PER_MM = 0.55
"""Points of line for each mm of vessel, at the scale of these pictures."""


def draw_way(plan: Plan) -> Figure:
    """Vessels in grey, the two best ways in over them, punctures and lesion marked."""
    figure = Figure(figsize=_WAY_IN, dpi=DPI, facecolor="white")
    grid = figure.add_gridspec(1, 2, width_ratios=(1.0, 1.0), wspace=0.05)
    for column, (axis, title) in enumerate(((0, "from the front"), (1, "from the left"))):
        axes = figure.add_subplot(grid[0, column])
        for line in _lines(plan):
            axes.plot(line[:, axis], line[:, 2], color=_VESSEL, linewidth=2.5, zorder=1)
        for number, route in enumerate(plan.approach.routes[:2]):
            points = np.asarray(route.points_lps_mm)
            look = {"linewidth": 2.0, "zorder": 4} if number == 0 else {
                "linewidth": 1.2, "linestyle": "dashed", "zorder": 3,
            }  # fmt: skip
            colour = _ROUTE if number == 0 else _SOFT
            axes.plot(points[:, axis], points[:, 2], color=colour, **look)
            axes.plot(points[0, axis], points[0, 2], "o", color=colour, markersize=6, zorder=5)
        stretch = plan.goal.stretch
        if stretch is not None:
            lesion = stretch.curve.points_at(np.linspace(stretch.from_mm, stretch.to_mm, 20))
            axes.plot(lesion[:, axis], lesion[:, 2], color=_LESION, linewidth=5.0, zorder=6)
        _frame(axes, title, sides=axis == 0)
    _legend(figure, plan)
    return figure


def _legend(figure: Figure, plan: Plan) -> None:
    routes = plan.approach.routes
    aim = name_aim(plan)
    words = [(_LESION, aim), (_VESSEL, "traced vessels")]
    if routes:
        words.insert(0, (_ROUTE, f"1: {routes[0].title}"))
    if len(routes) > 1:
        words.insert(1, (_SOFT, f"2: {routes[1].title}"))
    for number, (colour, text) in enumerate(words):
        across, up = 0.02 + 0.5 * (number % 2), 0.055 - 0.04 * (number // 2)
        figure.text(across, up, "\u25a0", color=colour, fontsize=9, va="center")
        figure.text(across + 0.02, up, text, color=_INK, fontsize=8, va="center")
    figure.subplots_adjust(left=0.02, right=0.98, top=0.95, bottom=0.09)


def name_aim(plan: Plan) -> str:
    """What lies at the end of the way, in words."""
    kinds = {"caval-filter": "filter", "thrombolysis": "clot", "thrombectomy": "clot"}
    if plan.treatment.kind in kinds:
        return kinds[plan.treatment.kind]
    return "lesion" if plan.goal.stretch is plan.goal else "tip of the catheter"


def _lines(plan: Plan) -> list[NDArray[np.float64]]:
    """Vessels near the ways and the lesion; others would make the picture small."""
    vessels = plan.anatomy.vessels
    if vessels is None:
        return []
    shown = [np.asarray(r.points_lps_mm) for r in plan.approach.routes[:2]]
    if plan.goal.stretch is not None:
        shown.append(plan.goal.stretch.curve.points_lps_mm)
    if not shown:
        return [edge.curve.points_lps_mm for edge in vessels.edges]
    every = np.vstack(shown)
    low, high = every.min(axis=0) - _MARGIN_MM, every.max(axis=0) + _MARGIN_MM
    found = []
    for edge in vessels.edges:
        points = edge.curve.points_lps_mm
        inside = ((points >= low) & (points <= high)).all(axis=1)
        if inside.any():
            found.append(points[inside])
    return found


def _frame(axes: Axes, title: str, *, sides: bool) -> None:
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_title(title, fontsize=8, color=_SOFT)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_color("#e3e7eb")
    words = ("R", "L") if sides else ("A", "P")
    axes.text(0.01, 0.5, words[0], transform=axes.transAxes, fontsize=9, color=_SOFT)
    axes.text(0.99, 0.5, words[1], transform=axes.transAxes, fontsize=9, color=_SOFT, ha="right")
    low = axes.get_xlim()[0]
    bottom = axes.get_ylim()[0]
    axes.plot((low + 8, low + 58), (bottom + 6, bottom + 6), color=_INK, linewidth=1.5)
    axes.text(low + 33, bottom + 9, "50 mm", fontsize=7, color=_INK, ha="center")


def draw_profile(plan: Plan) -> Figure:
    """The vessel laid straight: its lumen before and after, the lesion shaded."""
    figure = Figure(figsize=_PROFILE_IN, dpi=DPI, facecolor="white")
    axes = figure.add_subplot()
    profiles = {} if plan.fields is None else plan.fields.profiles
    for name, colour, dash in (
        ("diameter after", _AFTER, "solid"),
        ("diameter before", _BEFORE, "solid"),
    ):
        if name in profiles:
            profile = profiles[name]
            half = profile.values / 2.0
            axes.fill_between(profile.along_mm, -half, half, color=colour, alpha=0.15, linewidth=0)
            for sign in (-1.0, 1.0):
                axes.plot(
                    profile.along_mm, sign * half, color=colour, linewidth=1.3, linestyle=dash
                )
    axes.axvspan(plan.goal.from_mm, plan.goal.to_mm, color=_LESION, alpha=0.15, linewidth=0)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + _WORDS_SHARE * (high - low))
    middle = (plan.goal.from_mm + plan.goal.to_mm) / 2.0
    axes.text(middle, 0.96, "lesion", fontsize=8, color=_LESION, va="top", ha="center",
              transform=axes.get_xaxis_transform())  # fmt: skip
    axes.set_xlabel(f"mm along the {plan.goal.vessel}, in the direction of flow", fontsize=8)
    axes.set_ylabel("half of the lumen, mm", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.text(0.92, 0.96, "before", color=_BEFORE, fontsize=8, ha="right", va="top",
              transform=axes.transAxes)  # fmt: skip
    axes.text(0.99, 0.96, "after", color=_AFTER, fontsize=8, ha="right", va="top",
              transform=axes.transAxes)  # fmt: skip
    figure.subplots_adjust(left=0.08, right=0.99, top=0.97, bottom=0.18)
    return figure


def draw_beat(plan: Plan) -> Figure:
    """Pressure on both sides of the lesion over a heartbeat, before beside after; flow below."""
    figure = Figure(figsize=_BEAT_IN, dpi=DPI, facecolor="white")
    traces = {} if plan.fields is None else plan.fields.traces
    rows = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, when in enumerate(("before", "after")):
        top, bottom = rows[0][column], rows[1][column]
        for name, colour in (("proximal", _INK), ("distal", _AFTER)):
            trace = traces[f"{name} pressure {when}"]
            top.plot(trace.times_s, trace.values, color=colour, linewidth=1.3, label=name)
        flow = traces[f"flow {when}"]
        bottom.plot(flow.times_s, flow.values, color=_BEFORE, linewidth=1.3)
        bottom.axhline(0.0, color=_VESSEL, linewidth=0.8)
        top.set_title(when, fontsize=9, color=_INK)
        bottom.set_xlabel("s", fontsize=8)
        for axes in (top, bottom):
            axes.tick_params(labelsize=8)
    rows[0][0].set_ylabel("pressure, mmHg", fontsize=8)
    rows[1][0].set_ylabel("flow, mL/min", fontsize=8)
    rows[0][1].legend(fontsize=8, frameon=False, loc="upper right")
    figure.subplots_adjust(left=0.09, right=0.99, top=0.92, bottom=0.13, hspace=0.12, wspace=0.05)
    return figure


def draw_pressure(plan: Plan) -> Figure:
    """Vessels by their pressure in hyperaemia, before beside after, by one scale."""
    figure = Figure(figsize=_TREE_IN, dpi=DPI, facecolor="white")
    trees = {} if plan.fields is None else plan.fields.trees
    both = [trees[name] for name in ("pressure before", "pressure after") if name in trees]
    low = min(float(v.min()) for tree in both for v in tree.values)
    high = max(float(v.max()) for tree in both for v in tree.values)
    norm = Normalize(low, max(high, low + 1.0))
    drawn = None
    for number, (tree, title) in enumerate(zip(both, ("before", "after"), strict=False)):
        axes = figure.add_axes((0.02 + 0.44 * number, 0.03, 0.42, 0.9))
        drawn = _draw_tree(axes, tree, norm)
        axes.set_title(title, fontsize=9, color=_INK)
        middle = plan.goal.curve.points_at((plan.goal.from_mm + plan.goal.to_mm) / 2.0)
        axes.annotate(
            "lesion", (middle[0], middle[2]), xytext=(18, 0), textcoords="offset points",
            fontsize=7, color=_LESION, arrowprops={"arrowstyle": "-", "color": _LESION},
            va="center",
        )  # fmt: skip
    if drawn is not None:
        bar = figure.colorbar(drawn, cax=figure.add_axes((0.91, 0.1, 0.02, 0.75)))
        bar.set_label("mean pressure in hyperaemia, mmHg", fontsize=8)
        bar.ax.tick_params(labelsize=8)
    return figure


def _draw_tree(axes: Axes, tree: ScalarTree, norm: Normalize) -> LineCollection:
    pieces, colours, widths = [], [], []
    for line, width, value in zip(tree.lines_lps_mm, tree.widths_mm, tree.values, strict=True):
        flat = line[:, [0, 2]]
        pieces += [flat[n : n + 2] for n in range(len(flat) - 1)]
        colours.append(0.5 * (value[1:] + value[:-1]))
        widths.append(np.clip(_PER_MM * 0.5 * (width[1:] + width[:-1]), 0.8, 7.0))
    drawn = LineCollection(
        pieces, cmap="viridis", norm=norm, linewidths=np.concatenate(widths), capstyle="round"
    )
    drawn.set_array(np.concatenate(colours))
    axes.add_collection(drawn)
    axes.autoscale()
    axes.set_aspect("equal", adjustable="datalim")
    axes.axis("off")
    axes.text(0.01, 0.5, "R", transform=axes.transAxes, fontsize=9, color=_SOFT)
    axes.text(0.99, 0.5, "L", transform=axes.transAxes, fontsize=9, color=_SOFT, ha="right")
    return drawn
