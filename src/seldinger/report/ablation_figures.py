"""Pictures of an ablation: the plane that holds the probe, with the zone and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy import ndimage

from seldinger.core.volume import Volume
from seldinger.report import figures, labelling, mpr, palette
from seldinger.report.overlay import HALF, draw_outline, plane_axes, sample_plane
from seldinger.report.planes import (
    Plane,
    Sampler,
    along_needle,
    along_needle_and_point,
    sample_image,
)
from seldinger.report.strokes import draw_line, draw_sign
from seldinger.simulate.thermal.effect import read, read_fields

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.plan.model import Plan
    from seldinger.simulate.placement import Placement

DPI = 150
HERO_IN = (5.2, 4.7)
_LEGEND_SHARE = 0.115
_SMALL_IN = (2.6, 1.95)
_OUTSIDE_MM = 14.0
_AROUND_MM = 12.0
_IN_PLANE_MM = 2.0
_LEAST_MM = 38.0
_NAMES_OFF_MM = 2.0
_BAND = (0.05, 0.95)
_ON_SLICES = 0.7
"""Width of lines on the axial slices, over that on the plane of the probe."""
_DOTS: palette.Dash = (0.0, (1.0, 1.3))
_DASHES: palette.Dash = (0.0, (4.0, 2.2))


def draw_zone(plan: Plan) -> Figure:
    """The plane of the first probe: tumour, margin asked, zone, its 5-95 % band, probes."""
    figure = Figure(figsize=HERO_IN, dpi=DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.0, _LEGEND_SHARE, 1.0, 1.0 - _LEGEND_SHARE))
    aspect = HERO_IN[0] / (HERO_IN[1] * (1.0 - _LEGEND_SHARE))
    probes = plan.placements
    plane = _plane(plan, probes, aspect)
    look = mpr.Look(step_mm=plane.size_mm[0] / 420.0, name_pt=7.5, corner=True)
    names = tuple(_name(plane, probe, n) for n, probe in enumerate(probes, start=1))
    clear = np.concatenate([_spots(plane, probes), _dying(plan, plane)])
    mpr.draw(axes, plan, plane, clear, look, names)
    signs: list[Artist] = [Line2D([], [], color=palette.TARGET, linewidth=2.0, label="tumour")]
    signs += _margin(axes, plan, plane)
    signs += draw_effect(axes, plan, plane)
    signs += _probes(axes, plane, probes, 2.0)
    mpr.draw_borders(axes, plane, 9.5, _words(plan))
    _legend(figure, signs)
    return figure


def draw_probe(plan: Plan, number: int) -> Figure:
    """The plane of probe ``number`` (from 1) that lies closest to the axial one, without words."""
    figure = Figure(figsize=_SMALL_IN, dpi=DPI, facecolor=palette.PAPER)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    probe = plan.placements[number - 1]
    plane = _plane(plan, (probe,), _SMALL_IN[0] / _SMALL_IN[1])
    look = mpr.Look(step_mm=plane.size_mm[0] / 220.0, name_pt=0.0, line=0.8)
    mpr.draw(axes, plan, plane, _spots(plane, (probe,)), look)
    draw_effect(axes, plan, plane, line=0.7)
    _probes(axes, plane, (probe,), 1.5)
    mpr.draw_borders(axes, plane, 8.0)
    return figure


def draw_axial(plan: Plan, number: int) -> Figure:
    """Axial slices at the tip and at the entry of probe ``number`` (from 1), with the zone."""

    def over(axes: Axes, plane: Plane) -> None:
        draw_effect(axes, plan, plane, line=_ON_SLICES)

    return figures.draw_axial(plan, plan.taken[number - 1], ("tip", "entry"), over)


def draw_effect(axes: Axes, plan: Plan, plane: Plane, line: float = 1.0) -> list[Artist]:
    """The zone, its band and the ice on ``plane``, ``line`` wide; the signs for a legend."""
    effect = read_fields(plan.fields)
    if effect is None:
        return []
    signs: list[Artist] = []
    step_mm = max(min(effect.grid.spacing_mm) * HALF, plane.size_mm[0] / 420.0)
    if effect.ice is not None:
        ice = sample_plane(effect.ice, effect.grid, plane, step_mm)
        draw_outline(axes, plane, ice, HALF, palette.Stroke(palette.ICE, _DASHES, 1.6 * line))
        signs.append(
            Line2D([], [], color=palette.ICE, linestyle=_DASHES, linewidth=1.6, label="visible ice")
        )
    chance = sample_plane(effect.kill_probability, effect.grid, plane, step_mm)
    if chance.max() > _BAND[0]:
        axes.contourf(
            *plane_axes(plane, chance), chance, levels=list(_BAND), colors=[palette.LETHAL],
            alpha=0.30, zorder=2,
        )  # fmt: skip
    for level in _BAND:
        draw_outline(axes, plane, chance, level, palette.Stroke(palette.LETHAL, _DOTS, 0.7 * line))
    zone = sample_plane(effect.zone, effect.grid, plane, step_mm)
    draw_outline(axes, plane, zone, HALF, palette.Stroke(palette.LETHAL, "solid", 2.2 * line))
    return [
        Line2D([], [], color=palette.LETHAL, linewidth=2.2, label="ablation zone"),
        Patch(facecolor=palette.LETHAL, alpha=0.45, label="ablated in 5 to 95 % of samples"),
        *signs,
    ]


def _words(plan: Plan) -> str:
    count = len(plan.placements)
    if count == 0:
        return "axial, through the tumour's middle; no probe is placed"
    if count == 1:
        return "plane that holds the probe"
    return "plane through probe 1 and the tumour's middle"


def _plane(plan: Plan, probes: tuple[Placement, ...], aspect: float) -> Plane:
    """The first probe's plane, framed so that skin, probes and zone are seen."""
    centre = np.asarray(plan.target.centre_lps_mm, dtype=np.float64)
    around = [centre]
    if not probes:
        across, up = along_needle(centre - np.array([0.0, 1.0, 0.0]), centre)
    else:
        entry, tip = _ends(probes[0])
        alone = len(probes) == 1
        across, up = (
            along_needle(entry, tip) if alone else along_needle_and_point(entry, tip, centre)
        )
        around += [end for probe in probes for end in _ends(probe, _OUTSIDE_MM)]
        centre = tip
    frame = Plane(centre, across, up, 0.0, 1.0, 0.0, 1.0)
    shown = np.concatenate([frame.project(np.stack(around)), _reach(plan, frame)])
    low, high = shown.min(axis=0), shown.max(axis=0)
    middle = (low + high) / 2.0
    half = (high - low) / 2.0 + _AROUND_MM
    height = max(float(half[1]), float(half[0]) / aspect, _LEAST_MM)
    width = height * aspect
    return Plane(
        centre, across, up, middle[0] - width, middle[0] + width, middle[1] - height,
        middle[1] + height,
    )  # fmt: skip


def _reach(plan: Plan, frame: Plane) -> Points:
    """Where the effect, or else the target, is on the plane, (n, 2)."""
    effect = read_fields(plan.fields)
    if effect is None:
        return frame.project(plan.anatomy.grid.to_lps(np.argwhere(plan.goal.mask)))
    there = effect.kill_probability >= _BAND[0]
    if effect.ice is not None:
        there = there | effect.ice
    places = np.argwhere(there)[::11]
    if len(places) == 0:
        return frame.project(effect.surface_lps_mm)
    return frame.project(effect.grid.to_lps(places))


def _ends(probe: Placement, outside_mm: float = 0.0) -> tuple[Points, Points]:
    """Entry (or a point outside of it) and tip."""
    entry = np.asarray(probe.points_lps_mm[0]) + outside_mm * np.asarray(probe.axis_lps)
    return entry, np.asarray(probe.tip_lps_mm, dtype=np.float64)


def _in_plane(plane: Plane, probe: Placement) -> bool:
    normal = np.cross(plane.across, plane.up)
    off_mm = np.abs((np.stack(_ends(probe)) - plane.origin_lps_mm) @ normal)
    return bool(off_mm.max() <= _IN_PLANE_MM)


def _spots(plane: Plane, probes: tuple[Placement, ...]) -> Points:
    """Points of the probes that no name may cover."""
    share = np.linspace(0.0, 1.0, 80)[:, None]
    spots = [np.zeros((0, 2))]
    for probe in probes:
        start, tip = _ends(probe, _OUTSIDE_MM)
        spots.append(plane.project(start + share * (tip - start)))
    return np.concatenate(spots)


def _dying(plan: Plan, plane: Plane) -> Points:
    """Points of what may die: names stand beside it, with a line to what they name, (n, 2)."""
    effect = read_fields(plan.fields)
    if effect is None:
        return np.zeros((0, 2))
    points, _ = plane.samples(_NAMES_OFF_MM)
    chance = sample_plane(effect.kill_probability, effect.grid, plane, _NAMES_OFF_MM)
    return plane.project(points[chance.ravel() >= _BAND[0]])


def _name(plane: Plane, probe: Placement, number: int) -> labelling.Wanted:
    x, y = (float(c) for c in plane.project(_ends(probe)[0]))
    return labelling.Wanted(
        f"probe {number}", (x, y), 3.0, palette.NEEDLE, -3.0 + 0.1 * number, np.array([[x, y]]),
        strong=True,
    )  # fmt: skip


def _probes(
    axes: Axes, plane: Plane, probes: tuple[Placement, ...], width_pt: float
) -> list[Artist]:
    """Solid where a probe lies in the plane, dotted where it is only projected on it."""
    used: dict[str, Artist] = {}
    for probe in probes:
        inside = _in_plane(plane, probe)
        dash: palette.Dash = "solid" if inside else _DOTS
        ends = plane.project(np.stack(_ends(probe, _OUTSIDE_MM)))
        draw_line(axes, ends, palette.NEEDLE, width_pt, dash, zorder=7)
        entry, tip = plane.project(np.stack(_ends(probe)))
        for at, sign, size in ((entry, "o", 4.5), (tip, "D", 3.6)):
            draw_sign(axes, at, sign, size)
        label = "probe in this plane" if inside else "probe, projected"
        used[label] = Line2D(
            [], [], color=palette.NEEDLE, linewidth=2.0, linestyle=dash, label=label
        )
    return list(used.values())


def _margin(axes: Axes, plan: Plan, plane: Plane) -> list[Artist]:
    """The margin that was asked for around the target, inside the organ, dashed."""
    expected = read(plan.effect)
    wanted = 0.0 if expected is None else expected.margin_asked_mm
    if wanted <= 0.0 or not plan.goal.mask.any():
        return []
    grid = plan.anatomy.grid
    sampler = Sampler.across(plane, grid, min(plane.size_mm[0] / 300.0, *grid.spacing_mm))
    step_mm = plane.size_mm[0] / sampler.shape[1]
    away_mm = sample_image(
        Volume(_away_mm(plan, wanted), grid, "mm"), plane, step_mm, 10.0 * wanted
    )
    inside = wanted - away_mm
    organ = plan.target.organ
    if organ is not None and plan.anatomy.has(organ):
        mask = plan.anatomy.get_structure(organ).mask | plan.goal.mask
        share = sampler.share(mask)
        if share is not None:
            inside = np.minimum(inside, (share - HALF) * max(grid.spacing_mm))
    draw_outline(axes, plane, inside, 0.0, palette.Stroke(palette.TARGET, _DASHES, 1.3))
    label = f"tumour + {wanted:g} mm in the organ" if organ else f"tumour + {wanted:g} mm"
    return [Line2D([], [], color=palette.TARGET, linestyle=_DASHES, linewidth=1.3, label=label)]


def _away_mm(plan: Plan, asked_mm: float) -> NDArray[np.float32]:
    """Distance outside the target; far from it only "far", so that little is computed."""
    mask, spacing = plan.goal.mask, np.asarray(plan.anatomy.grid.spacing_mm)
    index = np.argwhere(mask)
    room = np.ceil(2.0 * asked_mm / spacing).astype(int) + 2
    low = np.maximum(index.min(axis=0) - room, 0)
    high = np.minimum(index.max(axis=0) + room + 1, mask.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    away = np.full(mask.shape, 10.0 * asked_mm, dtype=np.float32)
    # A voxel's middle lies half a voxel outside the face that the mask ends at.
    away[box] = ndimage.distance_transform_edt(~mask[box], sampling=spacing) - spacing.min() / 2.0
    return away


def _legend(figure: Figure, signs: list[Artist]) -> None:
    """What the lines mean, in the strip below the picture."""
    figure.legend(
        handles=signs, loc="center", bbox_to_anchor=(0.5, _LEGEND_SHARE / 2.0), ncols=3,
        fontsize=7.0, labelcolor=palette.INK, facecolor=palette.PAPER, edgecolor=palette.PAPER,
        handlelength=2.2, columnspacing=0.8, borderpad=0.1, labelspacing=0.35,
    )  # fmt: skip
