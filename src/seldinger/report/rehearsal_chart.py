"""Chart of a rehearsal: where each device came to lie about the target, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from seldinger.report.ablation_charts import DPI, draw_histogram, draw_margins, label_axes
from seldinger.report.planes import Plane, Sampler, across_needle, direction_letters

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.guide import Passes, Rehearsal

_WIDTH_IN, _HEIGHT_IN = 7.2, 2.75
_CHART_IN, _BOARD_IN = 2.45, 2.3
"""What the chart beside the boards takes of the width at least, and a board at most."""
_INK, _SOFT, _TARGET = "#14181d", "#5b6570", "#a8479c"
_LOOKS = (
    ("hits", "#0072b2", "o", 5.0),
    ("touches something", "#d55e00", "x", 14.0),
    ("misses", "#14181d", "^", 14.0),
)
_RINGS_MM = (5.0, 10.0, 15.0)
MOST_DOTS = 1000
_STEP_MM, _SLAB_MM = 0.5, 2.0
_UNDER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
_MOST_TARGET_MM = 20.0
"""A board shows so much of a large target beside its tips."""


def draw_rehearsal(rehearsal: Rehearsal) -> Figure:
    """A board for each device, seen along it, and a histogram of margin or of what is sampled."""
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=DPI, facecolor="white")
    count = len(rehearsal.passes)
    each = min(_BOARD_IN, (_WIDTH_IN - _CHART_IN) / count) / _WIDTH_IN
    half = _half_mm(rehearsal)
    for number, one in enumerate(rehearsal.passes):
        place = (0.005 + each * number, 0.13, each - 0.015, 0.78)
        _board(figure.add_axes(place), rehearsal, one, half)
    artists: dict[str, Artist] = {}
    for axes in figure.axes:
        handles, words = axes.get_legend_handles_labels()
        artists |= dict(zip(words, handles, strict=True))
    figure.legend(
        list(artists.values()), list(artists), loc="lower left", bbox_to_anchor=(0.0, -0.01),
        ncols=3, fontsize=7.5, frameon=False, handletextpad=0.1, columnspacing=1.0,
    )  # fmt: skip
    left = 0.005 + each * count + 0.075
    _histogram(figure.add_axes((left, 0.2, 0.955 - left, 0.68)), rehearsal)
    return figure


def beside_target(rehearsal: Rehearsal, passes: Passes) -> Points:
    """(n, 3) where each tip lies from its aim, as the target sees it that the breath has moved."""
    away: Points = passes.tip_lps_mm - np.asarray(passes.path.target_lps_mm)
    if rehearsal.target_moves:
        away = away - np.outer(rehearsal.breath_mm, [0.0, 0.0, 1.0])
    return away


def _half_mm(rehearsal: Rehearsal) -> float:
    """Half of what a board shows: nearly every tip, and the target unless it is large."""
    far = [
        np.quantile(np.linalg.norm(_flat(rehearsal, one), axis=1), 0.99, method="lower")
        for one in rehearsal.passes
    ]
    target = min(_MOST_TARGET_MM, 0.6 * rehearsal.plan.goal.diameter_mm)
    return float(max(target, 1.08 * max(far)))


def _flat(made: Rehearsal, one: Passes) -> Points:
    axes = np.stack(across_needle(*_ends(one)), axis=1)
    flat: Points = beside_target(made, one) @ axes
    return flat


def _ends(one: Passes) -> tuple[Points, Points]:
    return np.asarray(one.path.entry_lps_mm), np.asarray(one.path.target_lps_mm)


def _board(axes: Axes, rehearsal: Rehearsal, passes: Passes, half: float) -> None:
    """Tips about the aim, the target's outline as it is seen along the device."""
    across, up = across_needle(*_ends(passes))
    plane = Plane(_ends(passes)[1], across, up, -half, half, -half, half)
    outline = silhouette(rehearsal, plane)
    if outline.max() > 0.0:
        axes.contour(
            outline, levels=[0.5], extent=plane.extent, origin="lower", colors=[_TARGET],
            linewidths=1.6,
        )  # fmt: skip
    for ring in _RINGS_MM:
        if ring < half:
            axes.add_patch(Circle((0.0, 0.0), ring, fill=False, edgecolor="#c9d0d6", linewidth=0.7))
            axes.text(
                0.71 * ring, -0.71 * ring, f"{ring:.0f}", fontsize=6.5, color=_SOFT, ha="center",
                va="center", zorder=5, bbox=_UNDER,
            )  # fmt: skip
    touched = np.any([np.zeros(rehearsal.draws, dtype=bool), *passes.touch.values()], axis=0)
    groups = (passes.hit & ~touched, touched, ~passes.hit & ~touched)
    flat = _flat(rehearsal, passes)
    for met, (words, colour, marker, size) in zip(groups, _LOOKS, strict=True):
        seen = flat[:MOST_DOTS][met[:MOST_DOTS]]
        if not len(seen):
            continue
        axes.scatter(
            seen[:, 0], seen[:, 1], s=size, color=colour, marker=marker, linewidths=0.8,
            alpha=0.55 if marker == "o" else 0.9, label=words, zorder=3,
        )  # fmt: skip
    axes.plot(0.0, 0.0, marker="+", color=_INK, markersize=9, zorder=4)
    axes.set_xlim(-half, half)
    axes.set_ylim(-half, half)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#c9d0d6")
    axes.set_anchor("N")
    axes.set_title(passes.name, fontsize=8.5, color=_INK, loc="left")
    for at, turned, where in (
        ((0.5, 0.985), up, ("center", "top")),
        ((0.985, 0.5), across, ("right", "center")),
    ):
        axes.text(
            *at, direction_letters(turned), transform=axes.transAxes, fontsize=7.5, color=_SOFT,
            ha=where[0], va=where[1], zorder=5,
            bbox=_UNDER,
        )  # fmt: skip


def silhouette(rehearsal: Rehearsal, plane: Plane) -> NDArray[np.float32]:
    """The viable target as it is seen across a plane, 0 to 1, (rows, columns)."""
    grid, mask = rehearsal.plan.anatomy.grid, rehearsal.plan.goal.viable
    points = grid.to_lps(np.argwhere(mask))
    normal = np.cross(plane.across, plane.up)
    depth = (points - plane.origin_lps_mm) @ normal
    seen: NDArray[np.float32] | None = None
    for at in np.arange(depth.min(), depth.max() + _SLAB_MM, _SLAB_MM):
        cut = Plane(
            plane.origin_lps_mm + at * normal, plane.across, plane.up, plane.left_mm,
            plane.right_mm, plane.bottom_mm, plane.top_mm,
        )  # fmt: skip
        sampler = Sampler.across(cut, grid, _STEP_MM)
        share = sampler.share(mask)
        if share is not None:
            seen = share if seen is None else np.maximum(seen, share)
    return np.zeros((2, 2), dtype=np.float32) if seen is None else seen


def _histogram(axes: Axes, rehearsal: Rehearsal) -> None:
    """The minimal ablative margin of every draw, or how much of the device works in the target."""
    inside = rehearsal.passes[0].inside_mm
    if rehearsal.zone is not None:
        label = "minimal ablative margin, mm"
        draw_margins(axes, rehearsal.zone.margin_mm, rehearsal.zone.margin_asked_mm)
    elif inside is not None:
        label = "working length in the target, mm"
        draw_histogram(axes, inside, (0.0, float(np.ceil(inside.max())) + 0.5))
    else:  # probes without a prediction
        axes.set_axis_off()
        return
    label_axes(axes, label, f"of {rehearsal.draws} draws")
