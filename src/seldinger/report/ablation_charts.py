"""Charts of an ablation: temperature over time where it matters, and how sure the margin is."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from seldinger.report import labelling

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.simulate.thermal.effect import AblationFields, AtRisk, Figures

DPI = 150
_CURVES_IN = (7.2, 3.3)
_SURE_IN = (7.2, 2.7)
_INK = "#14181d"
_SOFT = "#5b6570"
_BAR = "#0072b2"
_LIMIT = "#b3261e"
_LOOKS = (
    ("#d55e00", "solid"),
    ("#0072b2", "dashed"),
    ("#009e73", "dashdot"),
    ("#cc79a7", "solid"),
    ("#56b4e9", "dotted"),
    ("#8a6d00", "dashed"),
)
"""Okabe and Ito's hues, dark enough for paper; close ones differ in dash."""
MOST_CURVES = len(_LOOKS)
_BARS = 24
_NAME_WIDTH = 30
_MINUTE_S = 60.0
_FLAT_K = 1.0
"""A structure that warms or cools by less than this stays as it is: the table says so."""


def choose_curves(figures: Figures, fields: AblationFields) -> tuple[str, ...]:
    """The structures whose curves are drawn: those nearest to their limit first."""
    known = {c.structure: c for c in figures.at_risk}

    def room_c(name: str) -> tuple[float, str]:
        structure = known.get(name)
        if structure is None or structure.limit_c is None or structure.extreme_c is None:
            return (np.inf, name)
        cold = structure.limit_c < fields.curves_c[name][0]
        return ((structure.extreme_c - structure.limit_c) * (1.0 if cold else -1.0), name)

    return tuple(sorted(fields.curves_c, key=room_c)[:MOST_CURVES])


def is_informative(figures: Figures, fields: AblationFields) -> bool:
    """Whether any curve leaves the body's temperature by enough to be worth a picture.

    A flat line at 37 degrees takes half a page to say "nothing".
    """
    return any(
        float(np.ptp(fields.curves_c[name])) >= _FLAT_K for name in choose_curves(figures, fields)
    )


def draw_curves(figures: Figures, fields: AblationFields) -> Figure:
    """Temperature over time at the structures to spare, with the limit of each in its colour."""
    figure = Figure(figsize=_CURVES_IN, dpi=DPI, facecolor="white")
    axes = figure.add_axes((0.075, 0.15, 0.56, 0.81))
    minutes = fields.times_s / _MINUTE_S
    known = {c.structure: c for c in figures.at_risk}
    for name, (colour, dash) in zip(choose_curves(figures, fields), _LOOKS, strict=False):
        axes.plot(
            minutes, fields.curves_c[name], color=colour, linestyle=dash, linewidth=1.8,
            label=_label(name, known.get(name)),
        )  # fmt: skip
        limit = known[name].limit_c if name in known else None
        if limit is not None:
            axes.axhline(limit, color=colour, linewidth=0.9, linestyle=(0, (1.0, 2.0)))
    axes.set_xlabel("minutes", fontsize=8.5, color=_INK)
    axes.set_ylabel("°C", fontsize=8.5, color=_INK)
    axes.set_xlim(float(minutes[0]), float(minutes[-1]))
    axes.margins(y=0.08)
    style_axes(axes)
    axes.grid(color="#e3e7eb", linewidth=0.6)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.02, 1.02), fontsize=7.5, frameon=False,
        handlelength=2.6, labelspacing=0.7, borderaxespad=0.0,
    )  # fmt: skip
    return figure


def draw_uncertainty(figures: Figures, fields: AblationFields) -> Figure:
    """What the uncertainty comes from, and the minimal ablative margin of every sample."""
    figure = Figure(figsize=_SURE_IN, dpi=DPI, facecolor="white")
    _sources(figure.add_axes((0.245, 0.17, 0.215, 0.68)), figures)
    _margins(figure.add_axes((0.57, 0.17, 0.41, 0.68)), figures, fields)
    return figure


def _label(name: str, structure: AtRisk | None) -> str:
    """The structure with its limit, broken so that it fits beside the chart."""
    limit = "no limit known"
    if structure is not None and structure.limit_c is not None:
        limit = f"limit {structure.limit_c:g} °C, dotted"
    readable = labelling.readable_name(name)
    return "\n".join([*textwrap.wrap(readable, _NAME_WIDTH), limit])


def _sources(axes: Axes, figures: Figures) -> None:
    named = sorted(figures.variance.items(), key=lambda item: (item[1], item[0]))
    percent = [100.0 * share for _, share in named]
    places = [float(n) for n in range(len(named))]
    axes.barh(places, percent, color=_BAR, height=0.62)
    for place, value in zip(places, percent, strict=True):
        axes.text(value + 2.0, place, f"{value:.0f} %", va="center", fontsize=8.0, color=_INK)
    axes.set_yticks(places)
    axes.set_yticklabels(
        ["\n".join(textwrap.wrap(labelling.readable_name(name), 24)) for name, _ in named],
        fontsize=8.0,
    )
    axes.set_xlim(0.0, max([*percent, 1.0]) * 1.3)
    axes.set_xticks([])
    axes.set_title("share of the variance", loc="left", fontsize=8.5, fontweight="bold", color=_INK)
    style_axes(axes)
    axes.spines["bottom"].set_visible(False)


def _margins(axes: Axes, figures: Figures, fields: AblationFields) -> None:
    spread = figures.minimal_margin_mm
    axes.axvspan(spread.p05, spread.p95, color=_BAR, alpha=0.12, linewidth=0.0)
    label = "minimal ablative margin, mm (shaded: 5 to 95 %)"
    draw_margins(axes, fields.margins_mm, figures.margin_asked_mm)
    label_axes(axes, label, f"of {len(fields.margins_mm)} samples")


def draw_margins(axes: Axes, margins_mm: NDArray[np.float64], asked_mm: float) -> None:
    """Histogram of minimal ablative margins, with lines where tumour is left and at what was asked.

    Args:
        axes: drawn on.
        margins_mm: shape (n,).
        asked_mm: the margin that was asked for.
    """
    ends = (min(float(margins_mm.min()), 0.0), max(float(margins_mm.max()), asked_mm))
    draw_histogram(
        axes, margins_mm, (float(np.floor(ends[0])) - 0.5, float(np.ceil(ends[1])) + 0.5)
    )
    lines = (
        (0.0, _LIMIT, "solid", "tumour is left", "right"),
        (asked_mm, _INK, "dashed", f"{asked_mm:g} mm asked", "center"),
    )
    for at, colour, dash, words, side in lines:
        axes.axvline(at, color=colour, linestyle=dash, linewidth=1.4)
        # Above the chart and away from each other: they cannot meet.
        axes.annotate(
            words, (at, 1.0), xycoords=("data", "axes fraction"),
            xytext=(2.0 if side == "right" else 0.0, 4.0), textcoords="offset points", ha=side,
            va="bottom", fontsize=8.0, color=colour, annotation_clip=False,
        )  # fmt: skip


def draw_histogram(axes: Axes, values: NDArray[np.float64], ends: tuple[float, float]) -> None:
    """Bars of how often values came out how large.

    Args:
        axes: drawn on.
        values: shape (n,).
        ends: of the axis.
    """
    edges = np.linspace(*ends, _BARS + 1)
    axes.hist(values, bins=edges.tolist(), color="#9fb6c8", edgecolor="white")
    axes.set_xlim(ends)


def label_axes(axes: Axes, across: str, up: str) -> None:
    """Both labels, two thin sides, small letters.

    Args:
        axes: labelled.
        across: below it.
        up: beside it.
    """
    axes.set_xlabel(across, fontsize=8.0, color=_INK)
    axes.set_ylabel(up, fontsize=8.0, color=_INK)
    style_axes(axes)


def style_axes(axes: Axes) -> None:
    """Two thin sides, small letters."""
    axes.tick_params(labelsize=8.0, colors=_INK, length=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(_SOFT)
