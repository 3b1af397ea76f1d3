"""Strokes: letters, lines and signs as pictures draw them, legible on a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.patheffects import AbstractPathEffect, withStroke

from seldinger.report import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from seldinger.core.space import Points
    from seldinger.report.planes import Plane

Side = Literal["left", "center", "right"]
Level = Literal["top", "center", "bottom"]
_RIM_PT = 1.5
"""What a line's dark rim adds to its width."""


@dataclass(frozen=True, slots=True)
class Letters:
    """How words look; ``ha`` and ``va`` say which side of them stands at their place."""

    size_pt: float
    colour: str = palette.INK
    ha: Side = "center"
    va: Level = "center"
    bold: bool = False
    zorder: float = 8.0
    rim_pt: float = 2.2


def halo(width_pt: float = 2.2) -> list[AbstractPathEffect]:
    """Dark rim that keeps bright strokes legible on a bright picture."""
    return [withStroke(linewidth=width_pt, foreground=palette.HALO)]


def write_text(
    axes: Axes, at: Sequence[float] | Points, text: str, letters: Letters, *, corner: bool = False
) -> None:
    """Words over a picture.

    Args:
        axes: drawn on.
        at: where, (2,), in data units.
        text: the words.
        letters: how they look.
        corner: ``at`` is in shares of the picture instead.
    """
    axes.text(
        float(at[0]), float(at[1]), text, color=letters.colour, fontsize=letters.size_pt,
        ha=letters.ha, va=letters.va, fontweight="bold" if letters.bold else "normal",
        path_effects=halo(letters.rim_pt), zorder=letters.zorder,
        transform=axes.transAxes if corner else axes.transData,
    )  # fmt: skip


def draw_line(
    axes: Axes, ends: Points, colour: str, width_pt: float, dash: palette.Dash = "solid",
    *, rim: bool = True, zorder: float = 6.0,
) -> None:  # fmt: skip
    """A line over a picture.

    Args:
        axes: drawn on.
        ends: the points it runs through, (n, 2), in data units.
        colour: of the line.
        width_pt: of the line without its rim.
        dash: its style.
        rim: whether a dark rim keeps it legible.
        zorder: what is higher lies above.
    """
    axes.plot(
        *np.asarray(ends).T, color=colour, linewidth=width_pt, linestyle=dash, zorder=zorder,
        path_effects=halo(width_pt + _RIM_PT) if rim else None, solid_capstyle="butt",
    )  # fmt: skip


def draw_sign(
    axes: Axes, at: Points, sign: str, size_pt: float, colour: str = palette.NEEDLE
) -> None:
    """A filled sign with a dark edge.

    Args:
        axes: drawn on.
        at: where, (2,), in data units.
        sign: matplotlib's letter for it.
        size_pt: its width.
        colour: of its face.
    """
    axes.plot(
        *at, marker=sign, markersize=size_pt, color=colour, zorder=8, markeredgecolor=palette.HALO
    )


def fit_to_plane(axes: Axes, plane: Plane) -> None:
    """Let ``axes`` show the plane and nothing else."""
    axes.set_xlim(plane.left_mm, plane.right_mm)
    axes.set_ylim(plane.bottom_mm, plane.top_mm)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(palette.PAPER)
