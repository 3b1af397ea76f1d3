"""Volumetry picture: bands of cohorts over time, and the measured volume with its reader error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from seldinger.followup.shrinkage import MONTH_D, spread_left
from seldinger.followup.volumetry import Bound, VolumeChange
from seldinger.followup.volumetry_follow_up import resolve_volumetry
from seldinger.report import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from seldinger.followup.shrinkage import Prediction
    from seldinger.followup.volumetry_follow_up import VolumeFollowUp

_DPI = 150
_SIZE_IN = (7.2, 3.6)
_COLOURS = ("#4aa3ff", "#f0932b")
_DASHES = ("solid", "dashed")
_STEPS = 240
_LEAST_MONTHS = 6.0


def draw_course(follow_up: VolumeFollowUp) -> Figure:
    """Per cent of the volume before that is left, by months since embolization.

    Args:
        follow_up: with at least one prediction.
    """
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.085, 0.14, 0.895, 0.82), facecolor=palette.HALO)
    days = follow_up.since_days or 0.0
    last = max(_LEAST_MONTHS * MONTH_D, 1.25 * days)
    for number, one in enumerate(follow_up.forecasts.predictions):
        _band(axes, follow_up, one, last, number)
    _observe(axes, follow_up, days)
    axes.axhline(100.0, color=palette.INK, linewidth=0.8, alpha=0.5)
    axes.set_xlim(0.0, last / MONTH_D)
    axes.set_ylim(0.0, max(150.0, axes.get_ylim()[1]))
    axes.set_xlabel("months since embolization", color=palette.INK, fontsize=9)
    axes.set_ylabel("volume left, % of before", color=palette.INK, fontsize=9)
    axes.tick_params(colors=palette.INK, labelsize=9, length=3)
    for side in axes.spines.values():
        side.set_color(palette.INK)
    axes.legend(
        loc="lower left", fontsize=8, frameon=False, labelcolor=palette.INK, ncols=1, borderpad=0.2
    )
    return figure


def _band(axes: Axes, follow_up: VolumeFollowUp, one: Prediction, last: float, number: int) -> None:
    """Median and 90 % of patients, day by day."""
    used = resolve_volumetry(follow_up.asked.assume)
    end = min(last, max(one.cohort.last_months * MONTH_D, one.days))
    days = np.linspace(0.0, end, _STEPS)
    spreads = [spread_left(one.course, float(d), used)[0] for d in days]
    low, middle, high = (
        100.0 * np.array([getattr(s, key) for s in spreads]) for key in ("p05", "p50", "p95")
    )
    colour, months = _COLOURS[number % 2], days / MONTH_D
    axes.fill_between(months, low, high, color=colour, alpha=0.16, linewidth=0.0)
    for edge in (low, high):
        axes.plot(months, edge, color=colour, linewidth=0.8, linestyle="dotted")
    axes.plot(
        months, middle, color=colour, linewidth=1.8, linestyle=_DASHES[number % 2],
        label=f"{one.cohort.name}: median, 90 % of patients",
    )  # fmt: skip


def _observe(axes: Axes, follow_up: VolumeFollowUp, days: float) -> None:
    change = follow_up.change
    if not isinstance(change, VolumeChange) or change.change is None:
        return
    left, month = 100.0 * (1.0 + change.change.nominal), days / MONTH_D
    low, high = (100.0 * (1.0 + x) for x in (change.change.p05, change.change.p95))
    # A triangle points where the truth may lie, when a label is cut.
    marker = {Bound.AT_LEAST: "v", Bound.AT_MOST: "^"}.get(change.bound, "o")
    axes.errorbar(
        [month], [left], yerr=[[left - low], [high - left]], color=palette.INK, marker=marker,
        markersize=7, capsize=4, linewidth=1.6, zorder=6, clip_on=False,
        label="measured, 90 % of readings",
    )  # fmt: skip
