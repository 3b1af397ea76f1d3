"""Closing figures: arteries around a bleeding, those whose blood is cut off, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.plan.model import Plan
    from seldinger.simulate.effect import ScalarTree

CUT_OFF = "blood cut off"
OCCLUDERS = ("coil", "vascular-plug")
_DPI, _SIZE_IN = 150, (7.2, 4.0)
_INK, _SOFT, _OPEN, _CUT, _LAID, _BLEEDS = (
    "#14181d", "#5b6570", "#8a97a3", "#d55e00", "#14181d", "#b3261e",
)  # fmt: skip
_HALF = 50.0
_MARGIN_MM = 25.0


def find_cut_off(plan: Plan) -> ScalarTree | None:
    """Arteries by whether their blood is cut off; None where nothing is closed."""
    return None if plan.fields is None else plan.fields.trees.get(CUT_OFF)


def draw_closing(plan: Plan) -> Figure:
    """From the front and from the left."""
    tree = find_cut_off(plan)
    assert tree is not None  # noqa: S101  looked at before
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor="white")
    low, high = _bound(plan, tree)
    for number, (axis, title) in enumerate(((0, "from the front"), (1, "from the left"))):
        axes = figure.add_axes((0.02 + 0.49 * number, 0.11, 0.47, 0.82))
        _draw_tree(axes, tree, axis)
        for lesion in plan.goal.lesions:
            if lesion.label != plan.goal.organ:
                at = (lesion.centre_lps_mm[axis], lesion.centre_lps_mm[2])
                axes.add_patch(Circle(at, 0.5 * lesion.diameter_mm, facecolor=_BLEEDS, alpha=0.45,
                                      edgecolor=_BLEEDS, zorder=3))  # fmt: skip
        for one in plan.placements:
            if one.name.split(" ")[0] in OCCLUDERS:
                points = np.asarray(one.points_lps_mm)
                axes.plot(points[:, axis], points[:, 2], color=_LAID, linewidth=5.0,
                          solid_capstyle="butt", zorder=4)  # fmt: skip
        axes.set_xlim(low[axis], high[axis])
        axes.set_ylim(low[2], high[2])
        axes.set_aspect("equal", anchor="N")
        axes.axis("off")
        figure.text(0.255 + 0.49 * number, 0.95, title, ha="center", fontsize=9, color=_INK)
        if axis == 0:
            axes.text(0.0, 0.5, "R", transform=axes.transAxes, fontsize=9, color=_SOFT)
    handles = [
        Line2D([], [], color=_OPEN, linewidth=2.5, label="stays open"),
        Line2D([], [], color=_CUT, linewidth=2.5, label="blood is cut off"),
        Line2D([], [], color=_LAID, linewidth=5.0, label="coil or plug"),
        Line2D([], [], color=_BLEEDS, marker="o", linestyle="none", alpha=0.6, label="bleeding"),
    ]
    figure.legend(handles=handles, loc="lower center", ncols=4, fontsize=8, frameon=False)
    return figure


def _bound(plan: Plan, tree: ScalarTree) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners, LPS mm, around what is cut off and the bleeding."""
    cut = [line[value >= _HALF] for line, value in zip(tree.lines_lps_mm, tree.values, strict=True)]
    laid = [np.asarray(one.points_lps_mm) for one in plan.placements
            if one.name.split(" ")[0] in OCCLUDERS]  # fmt: skip
    middles = [np.array([lesion.centre_lps_mm]) for lesion in plan.goal.lesions]
    points = np.vstack([*cut, *laid, *middles])
    return points.min(axis=0) - _MARGIN_MM, points.max(axis=0) + _MARGIN_MM


def _draw_tree(axes: Axes, tree: ScalarTree, axis: int) -> None:
    for colour, chosen, order in ((_OPEN, False, 1), (_CUT, True, 2)):
        pieces, widths = [], []
        for line, width, value in zip(
            tree.lines_lps_mm, tree.widths_mm, tree.values, strict=True
        ):  # fmt: skip
            flat = line[:, (axis, 2)]
            cut = value >= _HALF
            for first, last in zip(range(len(flat) - 1), range(1, len(flat)), strict=True):
                if bool(cut[last]) is chosen:
                    pieces.append(flat[[first, last]])
                    widths.append(float(np.clip(0.9 * width[first], 1.0, 5.0)))
        axes.add_collection(
            LineCollection(pieces, colors=colour, linewidths=widths, capstyle="round",
                           zorder=order)
        )  # fmt: skip
