"""Pictures of one path: the plane that holds the needle, axial slices, the needle's-eye view.

Each function returns a finished matplotlib figure; ``writing`` saves it. No global state is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon

from seldinger.report import labelling, mpr, overlay, palette
from seldinger.report.needle import Needle, make_needle
from seldinger.report.planes import ANTERIOR, LEFT, Plane, across_needle, along_needle
from seldinger.report.strokes import Letters, draw_line, draw_sign, write_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from seldinger.core.space import Points
    from seldinger.plan.model import Path, Plan

DPI = 150
_HERO_IN = (7.2, 4.6)
_SMALL_IN = (2.6, 1.95)
_SLICES_IN = (5.2, 2.7)
_EYE_IN = (5.2, 1.85)
_OUTSIDE_MM = 22.0
_BEYOND_MM = 22.0
_SIDE_MM = 34.0
_TICK_MM = 10.0
_EYE_HALF_MM = 32.0
_AXIAL_HALF_MM = 85.0
_TARGET_ONLY_HALF_MM = 75.0
_SAME_SLICE_MM = 0.5
_IN_SLICE_MM = 2.5
_STRIPES = "amber stripes: tissue that nobody has named"
_RINGS_MM = (5.0, 10.0)
_APART_MM = 6.0
_NOTE = Letters(6.8, ha="left", va="bottom", zorder=12)
_RING = Letters(6.0, palette.NEEDLE, zorder=7)
_DEPTH = Letters(7.5, palette.NEEDLE)


def draw_needle(plan: Plan, path: Path) -> Figure:
    """The oblique plane that holds the needle, from outside the skin to beyond the tip."""
    needle = make_needle(plan, path)
    figure, axes = _canvas(_HERO_IN)
    plane = _needle_plane(needle, _HERO_IN[0] / _HERO_IN[1])
    spots = _spots(plane, needle)
    look = mpr.Look(step_mm=plane.size_mm[0] / 420.0, name_pt=8.5, notes=True)
    mpr.draw(axes, plan, plane, spots, look, (_entry_name(plane, needle),))
    overlay.draw_masks(axes, plan, plane)
    _cone(axes, plane, needle)
    _shaft(axes, plane, needle, width_pt=1.8)
    _ticks(axes, plane, needle)
    draw_sign(axes, plane.project(needle.entry_lps_mm), "o", 5.5)
    mpr.draw_borders(axes, plane, 11.0)
    return figure


def draw_target(plan: Plan) -> Figure:
    """The axial slice at the target, for a plan without a path."""
    figure, axes = _canvas(_HERO_IN)
    half_height = _TARGET_ONLY_HALF_MM
    half_width = half_height * _HERO_IN[0] / _HERO_IN[1]
    origin = np.asarray(plan.target.centre_lps_mm, dtype=np.float64)
    plane = Plane(origin, LEFT, ANTERIOR, -half_width, half_width, -half_height, half_height)
    look = mpr.Look(step_mm=plane.size_mm[0] / 420.0, corner=True, notes=True)
    mpr.draw(axes, plan, plane, _circle(plan.goal.diameter_mm / 2.0 + 3.0), look)
    mpr.draw_borders(
        axes, plane, 10.0, f"no path is free; axial, target slice, z {origin[2]:.1f} mm"
    )
    write_text(axes, (0.012, 0.018), _STRIPES, _NOTE, corner=True)
    return figure


def draw_thumbnail(plan: Plan, path: Path) -> Figure:
    """The same plane, small and without words, for the list of alternatives."""
    needle = make_needle(plan, path)
    figure, axes = _canvas(_SMALL_IN)
    plane = _needle_plane(needle, _SMALL_IN[0] / _SMALL_IN[1])
    look = mpr.Look(step_mm=plane.size_mm[0] / 220.0, name_pt=0.0, line=0.8)
    mpr.draw(axes, plan, plane, _spots(plane, needle), look)
    _shaft(axes, plane, needle, width_pt=1.4)
    mpr.draw_borders(axes, plane, 8.0)
    return figure


def draw_axial(
    plan: Plan,
    path: Path,
    what: tuple[str, str] = ("target", "entry"),
    over: Callable[[Axes, Plane], object] | None = None,
) -> Figure:
    """Axial slices at the path's end and at its entry, the needle projected on both.

    Args:
        plan: whose anatomy is cut.
        path: its end and its entry choose the slices.
        what: how the two slices are called.
        over: draws on each slice, under the needle.
    """
    needle = make_needle(plan, path)
    figure = Figure(figsize=_SLICES_IN, dpi=DPI, facecolor=palette.PAPER)
    aim, entry = needle.aim_lps_mm, needle.entry_lps_mm
    middle = (aim + entry) / 2.0
    half = max(_AXIAL_HALF_MM, float(np.abs((aim - entry)[:2]).max()) / 2.0 + 35.0)
    for number, (name, point) in enumerate(zip(what, (aim, entry), strict=True)):
        axes = figure.add_axes((0.005 + 0.5 * number, 0.01, 0.49, 0.98))
        origin = np.array([middle[0], middle[1], point[2]])
        plane = Plane(origin, LEFT, ANTERIOR, -half, half, -half, half)
        spots = _spots(plane, needle)
        mpr.draw(axes, plan, plane, spots, mpr.Look(2.0 * half / 330.0, 7.0, 10, corner=True))
        if over is not None:
            over(axes, plane)
        _projected(axes, plane, needle)
        same = " (the same)" if number and abs(entry[2] - aim[2]) < _SAME_SLICE_MM else ""
        mpr.draw_borders(axes, plane, 8.5, f"axial, {name} slice{same}, z {point[2]:.1f} mm")
    return figure


def draw_needles_eye(plan: Plan, path: Path) -> Figure:
    """Three planes across the needle, seen along it, with rings of 5 and 10 mm."""
    needle = make_needle(plan, path)
    figure = Figure(figsize=_EYE_IN, dpi=DPI, facecolor=palette.PAPER)
    across, up = across_needle(needle.entry_lps_mm, needle.aim_lps_mm)
    half = _EYE_HALF_MM
    for number, (depth, words) in enumerate(_depths(plan, path, needle)):
        axes = figure.add_axes((0.004 + number / 3.0, 0.01, 0.325, 0.98))
        plane = Plane(needle.point_at(depth), across, up, -half, half, -half, half)
        mpr.draw(
            axes, plan, plane, _ring_points(), mpr.Look(2.0 * half / 220.0, 6.5, 7, corner=True)
        )
        for ring in _RINGS_MM:
            axes.add_patch(
                Circle(
                    (0.0, 0.0),
                    ring,
                    fill=False,
                    edgecolor=palette.NEEDLE,
                    linewidth=0.9,
                    linestyle=(0, (4, 2)),
                    zorder=6,
                )
            )
            write_text(axes, (0.71 * ring, -0.71 * ring), f"{ring:.0f}", _RING)
        axes.plot(0.0, 0.0, marker="o", markersize=3.5, color=palette.NEEDLE, zorder=7)
        mpr.draw_borders(axes, plane, 7.5, words)
    return figure


def _canvas(size_in: tuple[float, float]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=size_in, dpi=DPI, facecolor=palette.PAPER)
    return figure, figure.add_axes((0.0, 0.0, 1.0, 1.0))


def _needle_plane(needle: Needle, aspect: float) -> Plane:
    """The needle's plane, framed so that skin, needle and what lies beyond its tip are seen."""
    across, up = along_needle(needle.entry_lps_mm, needle.aim_lps_mm)
    middle = needle.point_at(needle.end_mm / 2.0)
    frame = Plane(middle, across, up, 0.0, 1.0, 0.0, 1.0)
    ends = np.stack(
        [
            frame.project(needle.point_at(-_OUTSIDE_MM)),
            frame.project(needle.point_at(needle.end_mm + _BEYOND_MM)),
        ]
    )
    reach = np.abs(ends).max(axis=0)
    half_height = max(float(reach[1]), _SIDE_MM, (float(reach[0])) / aspect, 42.0)
    half_width = half_height * aspect
    return Plane(middle, across, up, -half_width, half_width, -half_height, half_height)


def _spots(plane: Plane, needle: Needle) -> Points:
    """Points of the needle that no name may cover."""
    depths = np.linspace(-_OUTSIDE_MM, needle.end_mm + 5.0, 120)
    return plane.project(needle.entry_lps_mm + depths[:, None] * needle.direction)


def _line(plane: Plane, needle: Needle, start: float, stop: float) -> Points:
    """The needle between two depths, on the plane, (2, 2)."""
    return plane.project(np.stack([needle.point_at(start), needle.point_at(stop)]))


def _shaft(axes: Axes, plane: Plane, needle: Needle, width_pt: float) -> None:
    """Shaft to the aim, the way beyond dashed, the sampled stretch in the target's colour."""
    shaft = _line(plane, needle, -_OUTSIDE_MM, needle.depth_mm)
    draw_line(axes, shaft, palette.NEEDLE, width_pt)
    if needle.beyond_mm:
        beyond = _line(plane, needle, needle.depth_mm, needle.end_mm)
        draw_line(axes, beyond, palette.NEEDLE, width_pt, (0.0, (2.0, 1.4)))
    if needle.sample_mm is not None:
        start, stop = (needle.depth_mm + s for s in needle.sample_mm)
        sampled = _line(plane, needle, start, stop)
        draw_line(axes, sampled, palette.SAMPLE, 2.2 * width_pt, zorder=7)


def _cone(axes: Axes, plane: Plane, needle: Needle) -> None:
    """Mean lateral error of one uncorrected pass: nothing at the skin, growing with depth."""
    if needle.lateral_error_mm is None:
        return
    direction = np.array([needle.direction @ plane.across, needle.direction @ plane.up])
    side = np.array([-direction[1], direction[0]]) / max(float(np.linalg.norm(direction)), 1e-6)
    entry, end = plane.project(needle.point_at(0.0)), plane.project(needle.point_at(needle.end_mm))
    wide = needle.lateral_error_mm * needle.end_mm / needle.depth_mm * side
    axes.add_patch(
        Polygon(
            np.stack([entry, end + wide, end - wide]),
            closed=True,
            facecolor=palette.CONE,
            alpha=0.16,
            edgecolor="none",
            zorder=4,
        )
    )
    for sign in (-1.0, 1.0):
        edge = np.stack([entry, end + sign * wide])
        draw_line(axes, edge, palette.CONE, 0.8, (0.0, (4.0, 2.0)), rim=False, zorder=5)


def _ticks(axes: Axes, plane: Plane, needle: Needle) -> None:
    """A tick every 10 mm below the skin, every second one with its depth."""
    direction = np.array([needle.direction @ plane.across, needle.direction @ plane.up])
    side = np.array([-direction[1], direction[0]])
    if side[1] < 0:
        side = -side
    for count in range(int(needle.depth_mm // _TICK_MM) + 1):
        at = plane.project(needle.point_at(count * _TICK_MM))
        ends = np.stack([at - 1.6 * side, at + 1.6 * side])
        draw_line(axes, ends, palette.NEEDLE, 1.0, rim=False, zorder=7)
        if count and count % 2 == 0:
            write_text(axes, at + 5.0 * side, f"{count * _TICK_MM:.0f}", _DEPTH)


def _entry_name(plane: Plane, needle: Needle) -> labelling.Wanted:
    at = plane.project(needle.entry_lps_mm)
    place = (float(at[0]), float(at[1]))
    return labelling.Wanted("entry", place, 3.0, palette.NEEDLE, -2.0, at[None, :], strong=True)


def explain_signs(plan: Plan, path: Path) -> str:
    """What the signs of the needle's plane mean, for the words under it."""
    needle = make_needle(plan, path)
    signs = ["Ticks every 10 mm from the skin"]
    if needle.lateral_error_mm is not None:
        signs.append(f"cone: mean lateral error, {needle.lateral_error_mm:.1f} mm at the target")
    if needle.beyond_mm:
        signs.append(f"dashed: the device ends {needle.beyond_mm:.0f} mm beyond the aim")
    if needle.sample_mm is not None:
        signs.append("pink bar: where the device works")
    if mpr.has_dead_part(plan):
        signs.append("dotted pink: edge of what is worth sampling")
    return "; ".join((*signs, _STRIPES))


def _projected(axes: Axes, plane: Plane, needle: Needle) -> None:
    """Needle on a slice: solid where it lies in the slice, dashed where it is only projected."""
    whole = _line(plane, needle, 0.0, needle.depth_mm)
    draw_line(axes, whole, palette.NEEDLE, 1.1, (0.0, (2.5, 2.5)), rim=False)
    depths = np.linspace(0.0, needle.depth_mm, 200)
    points = needle.entry_lps_mm + depths[:, None] * needle.direction
    off_mm = np.abs((points - plane.origin_lps_mm) @ np.cross(plane.across, plane.up))
    within = depths[off_mm <= _IN_SLICE_MM]
    if len(within):
        inside = _line(plane, needle, float(within[0]), float(within[-1]))
        draw_line(axes, inside, palette.NEEDLE, 1.8)
    entry, aim = plane.project(needle.entry_lps_mm), plane.project(needle.aim_lps_mm)
    draw_sign(axes, entry, "o", 5.0)
    axes.plot(*aim, marker="+", markersize=9.0, markeredgewidth=1.8, color=palette.TARGET, zorder=8)


def _depths(plan: Plan, path: Path, needle: Needle) -> list[tuple[float, str]]:
    """Three depths worth a look across the needle, shallow first, each with its words."""
    known = {n: c for n, c in path.clearances_mm.items() if c is not None and plan.anatomy.has(n)}
    chosen = [(needle.depth_mm, f"{needle.depth_mm:.0f} mm: target")]
    for name in sorted(known, key=lambda n: (known[n], n)):
        depth = needle.nearest_depth_mm(plan.anatomy.get_structure(name).mask, plan)
        if depth is not None and all(abs(depth - d) >= _APART_MM for d, _ in chosen):
            clearance = known[name]
            words = "crossed" if clearance == 0.0 else f"{clearance:.0f} mm away"
            chosen.append((depth, f"{depth:.0f} mm: {labelling.readable_name(name)} {words}"))
            break
    for share in (0.5, 0.25, 0.75):
        depth = share * needle.depth_mm
        if len(chosen) < 3 and all(abs(depth - d) >= _APART_MM for d, _ in chosen):  # noqa: PLR2004
            chosen.append((depth, f"{depth:.0f} mm: on the way"))
    return sorted(chosen)[:3]


def _ring_points() -> Points:
    return np.concatenate([np.zeros((1, 2)), *(_circle(ring) for ring in _RINGS_MM)])


def _circle(radius_mm: float) -> Points:
    turn = np.linspace(0.0, 2.0 * np.pi, 40, endpoint=False)
    circle: Points = radius_mm * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return circle
