"""Cement figures: where cement comes to lie in a vertebra, beside what, and over what time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from seldinger.anatomy.vertebra import parse_level
from seldinger.plan.approach.percutaneous.spine.approach import read_vertebra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.space import Grid, Points
    from seldinger.plan.model import Plan

CEMENT = "cement"
GIVEN, PRESSURE, LEAK = "cement given", "syringe", "leak by "
_DPI, _SIZE_IN, _TIME_IN, _HEIGHTS_IN = 150, (7.2, 3.2), (7.2, 2.9), (7.2, 2.4)
_INK, _SOFT = "#14181d", "#5b6570"
_CEMENT, _CANAL, _NEEDLE, _BODY, _BREAK = "#e69f00", "#0072b2", "#d55e00", "#009e73", "#b3261e"
_LEAKS = ("#b3261e", "#cc79a7", "#56b4e9", "#5b6570", "#0072b2", "#d55e00")
_HALF = 0.5
_HALF_MM = 45.0
_STEP_MM = 0.5
_WINDOW_HU = (-250.0, 1250.0)
_S_PER_MIN = 60.0
_IN_PLANE_MM = 2.0
_HALF_BAR = 0.32
_LEAST_ML = 0.01


@dataclass(frozen=True, slots=True)
class Plane:
    """A square of a plane: its middle, and where its pictures' right and top lie."""

    title: str
    middle_lps_mm: Points
    right: Points
    top: Points
    letters: tuple[str, str, str, str]
    """At the left, right, top and bottom."""

    def list_points(self) -> Points:
        """(n, n, 3) LPS mm: rows from the top, columns from the left."""
        steps = np.arange(-_HALF_MM, _HALF_MM + _STEP_MM / 2.0, _STEP_MM)
        across = steps[None, :, None] * self.right
        up = -steps[:, None, None] * self.top
        points: Points = self.middle_lps_mm + across + up
        return points

    def project(self, points: Points) -> tuple[Points, Points, Points]:
        """Across, up and off the plane, mm, of (n, 3) points."""
        local = points - self.middle_lps_mm
        off = np.cross(self.right, self.top)
        return local @ self.right, local @ self.top, local @ off


def has_cement(plan: Plan) -> bool:
    """Whether cement was given in this plan's model."""
    return plan.fields is not None and CEMENT in plan.fields.volumes


def draw_cement(plan: Plan) -> Figure:
    """From the side through the middle, along the needles, and from behind."""
    vertebra = read_vertebra(plan.anatomy.study, parse_level(plan.target.label))
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor="white")
    for number, plane in enumerate(list_planes(plan, vertebra)):
        axes = figure.add_axes((0.01 + 0.33 * number, 0.13, 0.32, 0.78))
        _draw_plane(axes, plan, vertebra, plane)
        figure.text(0.17 + 0.33 * number, 0.94, plane.title, ha="center", fontsize=9, color=_INK)
    handles = [
        Patch(facecolor=_CEMENT, alpha=0.7, label="cement"),
        Line2D([], [], color=_NEEDLE, linewidth=2.0, label="needle"),
        Line2D([], [], color=_BODY, linewidth=1.2, label="body"),
        Line2D([], [], color=_CANAL, linewidth=1.5, label="canal"),
        Line2D([], [], color=_BREAK, linewidth=2.0, label="no cortex shows"),
    ]
    figure.legend(handles=handles, loc="lower center", ncols=5, fontsize=8, frameon=False)
    return figure


def list_planes(plan: Plan, vertebra: Vertebra) -> tuple[Plane, Plane, Plane]:
    """From the left, along the needles, and from the front."""
    frame = vertebra.frame
    left, back, up = (np.asarray(a) for a in (frame.left, frame.back, frame.up))
    middle = np.asarray(frame.origin_lps_mm)
    ways = [np.asarray(one.points_lps_mm) for one in plan.placements]
    tips = np.mean([way[-1] for way in ways], axis=0) if ways else middle
    along = np.mean([way[0] - way[-1] for way in ways], axis=0) if ways else back
    # The plane of the needles: left and right, and the mean of their directions.
    along = along - (along @ left) * left
    along /= np.linalg.norm(along)
    through = tips + ((middle - tips) @ left) * left
    first = ways[0][-1] if ways else middle
    beside = middle + 10.0 * back + ((first - middle) @ left) * left
    before = middle + ((tips - middle) @ back) * back
    name = plan.placements[0].name if ways else "the middle"
    return (
        Plane(f"from the left, at {name}", beside, back, up, ("A", "P", "S", "I")),
        Plane("along the needles", through + 15.0 * along, left, -along, ("R", "L", "A", "P")),
        Plane("from the front, at the tips", before, left, up, ("R", "L", "S", "I")),
    )


def _draw_plane(axes: Axes, plan: Plan, vertebra: Vertebra, plane: Plane) -> None:
    points = plane.list_points()
    image = plan.anatomy.study.image
    hu = sample(image.values, image.grid, points, 1, -1000.0)
    box = (-_HALF_MM, _HALF_MM, -_HALF_MM, _HALF_MM)
    low, high = _WINDOW_HU
    axes.imshow(hu, cmap="gray", vmin=low, vmax=high, extent=box, interpolation="bilinear")
    cement = plan.fields.volumes[CEMENT] if plan.fields is not None else None
    if cement is not None:
        full = sample(cement.values.astype(np.float32), cement.grid, points, 1, 0.0)
        shown = np.ma.masked_less(full, 0.1)
        axes.imshow(np.ones_like(full), cmap=_one_colour(_CEMENT), extent=box,
                    alpha=np.clip(0.85 * shown.filled(0.0), 0.0, 0.85))  # fmt: skip
    steps = np.arange(-_HALF_MM, _HALF_MM + _STEP_MM / 2.0, _STEP_MM)
    for mask, colour, width in list_outlines(vertebra):
        edge = sample(mask.astype(np.float32), vertebra.grid, points, 1, 0.0)
        if edge.max() > _HALF:
            axes.contour(steps, -steps, edge, levels=[_HALF], colors=colour, linewidths=width)
    for one in plan.placements:
        draw_needle(axes, np.asarray(one.points_lps_mm), plane)
    axes.set_xlim(-_HALF_MM, _HALF_MM)
    axes.set_ylim(-_HALF_MM, _HALF_MM)
    axes.axis("off")
    for letter, (x, y) in zip(
        plane.letters, ((0.03, 0.5), (0.97, 0.5), (0.5, 0.96), (0.5, 0.04)), strict=True
    ):
        axes.text(x, y, letter, transform=axes.transAxes, ha="center", va="center", fontsize=8,
                  color="white")  # fmt: skip


def list_outlines(vertebra: Vertebra) -> list[tuple[NDArray[np.bool_], str, float]]:
    """Masks on the vertebra's grid with their colours and widths of line."""
    made = [(vertebra.body, _BODY, 0.9)]
    if vertebra.canal is not None:
        made.append((vertebra.canal, _CANAL, 1.3))
    made += [(one.where, _BREAK, 1.6) for one in vertebra.breaks or ()]
    return made


def draw_needle(axes: Axes, way: Points, plane: Plane) -> None:
    """The part of a needle that lies near the plane is drawn through, the rest thin.

    Args:
        axes: of the picture.
        way: (2, 3) LPS mm, from the skin to the tip.
        plane: of the picture.
    """
    steps = np.linspace(0.0, 1.0, 200)[:, None]
    across, up, off = plane.project(way[0] + steps * (way[-1] - way[0]))
    near = np.abs(off) <= _IN_PLANE_MM
    axes.plot(across, up, color=_NEEDLE, linewidth=0.7, linestyle=":")
    axes.plot(np.where(near, across, np.nan), np.where(near, up, np.nan), color=_NEEDLE,
              linewidth=1.8, solid_capstyle="butt")  # fmt: skip


def sample(
    values: NDArray[np.generic], grid: Grid, points: Points, order: int, outside: float
) -> NDArray[np.float32]:
    """Values at points, by interpolation.

    Args:
        values: (i, j, k) on ``grid``.
        grid: where they lie.
        points: (n, m, 3) LPS mm.
        order: of the interpolation.
        outside: beyond the grid.

    Returns:
        (n, m).
    """
    index = grid.to_index(points.reshape(-1, 3)).T
    low = np.maximum(np.floor(index.min(axis=1)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(index.max(axis=1)).astype(int) + 2, grid.shape)
    if (high <= low).any():
        return np.full(points.shape[:2], outside, np.float32)
    part = np.asarray(values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))])
    found: NDArray[np.float32] = scipy.ndimage.map_coordinates(
        part, index - low[:, None], order=order, mode="constant", cval=outside, output=np.float32
    )
    return found.reshape(points.shape[:2])


def _one_colour(colour: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from matplotlib.colors import ListedColormap

    return ListedColormap([colour])


def draw_cement_time(plan: Plan) -> Figure:
    """Cement in the body and out of it, and the pressure at the syringe, over the time."""
    assert plan.fields is not None  # noqa: S101  looked at before
    traces = plan.fields.traces
    figure = Figure(figsize=_TIME_IN, dpi=_DPI, facecolor="white")
    volume = figure.add_axes((0.08, 0.18, 0.39, 0.7))
    given = traces[GIVEN]
    minutes = given.times_s / _S_PER_MIN
    volume.plot(minutes, given.values, color=_CEMENT, linewidth=2.2, label="given")
    # Exits that take none would hide those that do.
    out = sorted(
        name
        for name, one in traces.items()
        if name.startswith(LEAK) and one.values.max() >= _LEAST_ML
    )
    for colour, name in zip(_LEAKS * 2, out, strict=False):
        one = traces[name]
        volume.plot(one.times_s / _S_PER_MIN, one.values, color=colour, linewidth=1.5,
                    label=f"out by {name.removeprefix(LEAK)}")  # fmt: skip
    volume.set_ylabel("cement, mL", fontsize=9)
    volume.set_title("Where the cement is", fontsize=9, color=_INK)
    volume.legend(fontsize=7, frameon=False, loc="upper left")
    pressure = figure.add_axes((0.58, 0.18, 0.39, 0.7))
    push = traces[PRESSURE]
    pressure.plot(push.times_s / _S_PER_MIN, push.values, color=_INK, linewidth=1.8)
    pressure.set_ylabel("pressure at the syringe, kPa", fontsize=9)
    pressure.set_title("What it takes", fontsize=9, color=_INK)
    for axes in (volume, pressure):
        axes.set_xlabel("minutes since the injection began", fontsize=9)
        axes.set_ylim(bottom=0.0)
        axes.tick_params(labelsize=8, colors=_SOFT)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    return figure


def draw_heights(plan: Plan) -> Figure:
    """Heights of the body as they are, and as its neighbours let one expect."""
    assert plan.effect is not None  # noqa: S101  looked at before
    figure = Figure(figsize=_HEIGHTS_IN, dpi=_DPI, facecolor="white")
    axes = figure.add_axes((0.12, 0.16, 0.85, 0.78))
    places = ("front", "middle", "back")
    have = [plan.effect.measure(f"height-{one}").nominal or 0.0 for one in places]
    axes.bar(places, have, width=0.5, color=_BODY, label="now")
    for number, place in enumerate(places):
        expected = plan.effect.measure(f"expected-{place}").nominal
        if expected is not None:
            name = "expected by its neighbours" if number == 0 else None
            ends = [number - _HALF_BAR, number + _HALF_BAR]
            axes.plot(ends, [expected, expected], color=_INK, linewidth=2.0, label=name)
    axes.set_ylabel("height, mm", fontsize=9)
    axes.set_ylim(0.0, 1.35 * max(have))
    axes.legend(fontsize=8, frameon=False, loc="upper left", ncols=2)
    axes.tick_params(labelsize=8, colors=_SOFT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
