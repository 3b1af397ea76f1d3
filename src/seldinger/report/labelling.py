"""Lettering: names placed on a picture so that they hide neither each other nor the needle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from seldinger.report.strokes import Letters, draw_line, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Points

_ASPECT = 0.56
"""Mean width of a letter over its height, DejaVu Sans."""
_RINGS_MM = (0.0, 5.0, 10.0, 16.0, 24.0)
_DIRECTIONS = 12
_FITS = 0.8
"""Share of a name's half width that must fit into what it names."""
_STRONG = 1.15
_SMALL_MM = 14.0
_MARGIN_MM = 1.5
_LEADER_FROM_MM = 6.0
_POINTS_PER_INCH = 72.0


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A name that wants a place.

    Attributes:
        text: the name.
        at_mm: the middle of what it names.
        room_mm: how far that reaches about its middle; a wider name goes beside it.
        colour: of the letters.
        body_mm: shape (n, 2), points of what it names; other names keep off it when it is small.
        importance: what is smallest is placed first.
        strong: larger and bold.
    """

    text: str
    at_mm: tuple[float, float]
    room_mm: float
    colour: str
    importance: float
    body_mm: Points
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    bottom: float
    top: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, extent: tuple[float, float, float, float]) -> bool:
        left, right, bottom, top = extent
        return (
            self.left >= left + _MARGIN_MM
            and self.right <= right - _MARGIN_MM
            and self.bottom >= bottom + _MARGIN_MM
            and self.top <= top - _MARGIN_MM
        )

    def touched_by(self, points: Points) -> bool:
        x, y = points[:, 0], points[:, 1]
        inside = (x > self.left) & (x < self.right) & (y > self.bottom) & (y < self.top)
        return bool(inside.any())


def find_middle(section: NDArray[np.bool_]) -> tuple[float, float, float]:
    """The (column, row) deepest inside ``section``, and how deep that is in pixels."""
    depth = ndimage.distance_transform_edt(np.pad(section, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(depth)), section.shape)
    return float(column), float(row), float(depth[row, column])


def readable_name(name: str) -> str:
    """A structure's name as a person writes it."""
    return name.replace("_", " ")


def place_names(
    axes: Axes,
    wanted: list[Wanted],
    keep_clear: Points,
    size_pt: float,
    extent: tuple[float, float, float, float],
) -> int:
    """Write the names; those without a free place are left out. Returns how many were written.

    Args:
        axes: a picture whose limits are ``extent``, in millimetres.
        wanted: the names.
        keep_clear: shape (n, 2), points that no name may cover.
        size_pt: of the letters.
        extent: left, right, bottom, top of the picture.
    """
    figure_width_in = axes.get_figure(root=True).get_figwidth()  # type: ignore[union-attr]
    width_in = figure_width_in * axes.get_position().width
    mm_per_pt = (extent[1] - extent[0]) / (width_in * _POINTS_PER_INCH)
    taken: list[_Box] = []
    for name in sorted(wanted, key=lambda w: (w.importance, w.text)):
        others = [w.body_mm for w in wanted if w is not name and w.room_mm < _SMALL_MM]
        clear = np.concatenate([keep_clear, *others])
        size = size_pt * (_STRONG if name.strong else 1.0)
        spot = _free_place(name, taken, clear, size * mm_per_pt, extent)
        if spot is None:
            continue
        at, box = spot
        taken.append(box)
        _write(axes, name, at, size)
    return len(taken)


def _free_place(
    name: Wanted,
    taken: list[_Box],
    keep_clear: Points,
    size_mm: float,
    extent: tuple[float, float, float, float],
) -> tuple[tuple[float, float], _Box] | None:
    letter_mm = (_ASPECT + 0.08 * name.strong) * size_mm
    half_width = 0.5 * letter_mm * len(name.text) + 0.3 * size_mm
    half_height = 0.7 * size_mm
    outside = name.room_mm < half_width * _FITS
    for ring in (name.room_mm + r + half_height if outside else r for r in _RINGS_MM):
        for turn in np.arange(_DIRECTIONS if ring else 1) * 2.0 * np.pi / _DIRECTIONS:
            reach = ring + (half_width * abs(np.cos(turn)) if ring else 0.0)
            x = name.at_mm[0] + reach * float(np.cos(turn))
            y = name.at_mm[1] + ring * float(np.sin(turn))
            box = _Box(x - half_width, x + half_width, y - half_height, y + half_height)
            if (
                box.within(extent)
                and not any(box.meets(other) for other in taken)
                and not box.touched_by(keep_clear)
            ):
                return (x, y), box
    return None


def _write(axes: Axes, name: Wanted, at: tuple[float, float], size_pt: float) -> None:
    away = float(np.hypot(at[0] - name.at_mm[0], at[1] - name.at_mm[1]))
    far = away > max(name.room_mm, _LEADER_FROM_MM)
    if far:
        leader = np.array([name.at_mm, at])
        draw_line(axes, leader, name.colour, 0.6, rim=False, zorder=8)
    letters = Letters(size_pt, name.colour, bold=name.strong, zorder=9)
    write_text(axes, at, name.text, letters)
