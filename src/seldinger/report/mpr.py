"""A cut: the image on a plane with every structure's outline, letters, hatching and a scale bar.

The pictures of ``figures`` start from one and draw their needle on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind, Tissue
from seldinger.image.study import Modality
from seldinger.report import labelling, palette
from seldinger.report.overlay import HALF, draw_outline
from seldinger.report.planes import Plane, Sampler, sample_image
from seldinger.report.strokes import Letters, Level, Side, draw_line, fit_to_plane, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Structure
    from seldinger.core.space import Points
    from seldinger.plan.model import Plan

_ABDOMEN = (-160.0, 240.0)
"""Window 400, level 40."""
_LUNG = (-1350.0, 150.0)
"""Window 1500, level -600."""
_AIR_HU = -1000.0
_SMALLEST_NAMED_MM2 = 30.0
_STRIPE_MM = 3.0
_STRIPE_SHARE = 0.34
_STRIPE_FINENESS = 5
_SCALE_BARS_MM = (10.0, 20.0, 50.0, 100.0)
_UNNAMED_KINDS = frozenset({Kind.LOBE, Kind.MUSCLE})


@dataclass(frozen=True, slots=True)
class Look:
    """How fine and how talkative a cut is.

    Attributes:
        step_mm: pixel of the image.
        name_pt: size of names; 0 leaves them out.
        most_names: how many at most.
        line: factor on outline widths.
        corner: words stand along the top.
        notes: words stand in the lower left corner.
    """

    step_mm: float = 0.6
    name_pt: float = 8.0
    most_names: int = 12
    line: float = 1.0
    corner: bool = False
    notes: bool = False


def window_of(plan: Plan) -> tuple[float, float]:
    """Darkest and brightest shown value: lung when the target lies in lung, abdomen otherwise."""
    study = plan.anatomy.study
    if study.modality is not Modality.CT:
        low, high = np.percentile(plan.anatomy.image.values[plan.anatomy.body], (1.0, 99.5))
        return float(low), float(max(high, low + 1.0))
    organ = plan.target.organ
    in_lung = organ is not None and (
        "lung" in organ
        or (
            plan.anatomy.has(organ)
            and plan.anatomy.get_structure(organ).kind in {Kind.LUNG, Kind.LOBE}
        )
    )
    return _LUNG if in_lung else _ABDOMEN


def draw(
    axes: Axes,
    plan: Plan,
    plane: Plane,
    keep_clear: Points,
    look: Look,
    more_names: tuple[labelling.Wanted, ...] = (),
) -> None:
    """The cut of ``plan`` along ``plane``; no name covers ``keep_clear``, (n, 2), plane mm.

    ``more_names`` are written among those of the structures.
    """
    low, high = window_of(plan)
    image = sample_image(plan.anatomy.study.image, plane, look.step_mm, min(low, _AIR_HU))
    axes.imshow(
        image,
        cmap="gray",
        vmin=low,
        vmax=high,
        origin="lower",
        extent=plane.extent,
        interpolation="bilinear",
        aspect="equal",
        zorder=0,
    )
    fit_to_plane(axes, plane)
    step_mm = min(max(min(plan.anatomy.grid.spacing_mm) * 0.75, 2.0 * look.step_mm), 2.0)
    sampler = Sampler.across(plane, plan.anatomy.grid, step_mm)
    _hatch(axes, plan, plane, sampler)
    wanted = _outlines(axes, plan, plane, sampler, keep_clear, look)
    if look.name_pt:
        chosen = sorted([*wanted, *more_names], key=lambda w: (w.importance, w.text))[
            : look.most_names
        ]
        clear = np.concatenate([keep_clear, _border_spots(plane, look)])
        labelling.place_names(axes, chosen, clear, look.name_pt, plane.extent)


def _hatch(axes: Axes, plan: Plan, plane: Plane, sampler: Sampler) -> None:
    """Amber stripes over tissue that nobody has named."""
    rows, columns = sampler.shape
    fine = _STRIPE_FINENESS
    unidentified = sampler.labels(plan.anatomy.tissue) == Tissue.UNIDENTIFIED
    if not unidentified.any():
        return
    u = np.linspace(plane.left_mm, plane.right_mm, columns * fine)
    v = np.linspace(plane.bottom_mm, plane.top_mm, rows * fine)
    stripes = np.mod(u[None, :] + v[:, None], _STRIPE_MM) < _STRIPE_SHARE * _STRIPE_MM
    shown = stripes & unidentified.repeat(fine, axis=0).repeat(fine, axis=1)
    rgba = np.zeros((*shown.shape, 4), dtype=np.float32)
    rgba[shown] = (*palette.HATCH, 0.55)
    axes.imshow(rgba, origin="lower", extent=plane.extent, aspect="equal", zorder=1)


def _outlines(
    axes: Axes, plan: Plan, plane: Plane, sampler: Sampler, keep_clear: Points, look: Look
) -> list[labelling.Wanted]:
    wanted: list[labelling.Wanted] = []
    pixel = (plane.size_mm[0] / sampler.shape[1], plane.size_mm[1] / sampler.shape[0])
    for structure in plan.anatomy.structures:
        if _is_target(structure, plan):
            continue
        share = sampler.share(structure.mask)
        if share is None:
            continue
        stroke = palette.stroke(structure.kind, structure.name)
        _contour(axes, share, plane, stroke, look.line)
        name = _name(structure, share > HALF, plane, pixel, keep_clear, stroke.colour)
        if name is not None:
            wanted.append(name)
    share = sampler.share(plan.goal.mask)
    if share is not None and share.max() > HALF:
        _contour(axes, share, plane, palette.Stroke(palette.TARGET, width_pt=2.0), look.line)
        _viable(axes, plan, plane, sampler, look)
        column, row, depth = labelling.find_middle(share > HALF)
        at = (plane.left_mm + (column + 0.5) * pixel[0], plane.bottom_mm + (row + 0.5) * pixel[1])
        text = labelling.readable_name(plan.target.label)
        wanted.append(
            labelling.Wanted(
                text, at, depth * min(pixel), palette.TARGET, -1.0, np.array([at]), strong=True
            )
        )
    return wanted


def has_dead_part(plan: Plan) -> bool:
    """Whether the image shows a part of the target that is not worth sampling."""
    return not np.array_equal(plan.goal.viable, plan.goal.mask)


def _viable(axes: Axes, plan: Plan, plane: Plane, sampler: Sampler, look: Look) -> None:
    """The part of the target worth sampling, dotted, where the image shows a dead part."""
    if not has_dead_part(plan):
        return
    share = sampler.share(plan.goal.viable)
    if share is not None:
        _contour(axes, share, plane, palette.Stroke(palette.TARGET, "dotted", 1.2), look.line)


def _is_target(structure: Structure, plan: Plan) -> bool:
    """Whether a structure is the target itself, under this name or another."""
    if structure.name == plan.target.label or structure.mask is plan.goal.mask:
        return True
    lesion = structure.kind in {Kind.LESION, Kind.COLLECTION}
    return lesion and np.array_equal(structure.mask, plan.goal.mask)


def _contour(
    axes: Axes, share: NDArray[np.float32], plane: Plane, stroke: palette.Stroke, line: float
) -> None:
    thick = replace(stroke, width_pt=stroke.width_pt * line)
    draw_outline(axes, plane, share, HALF, thick, zorder=3)


def _name(
    structure: Structure,
    section: NDArray[np.bool_],
    plane: Plane,
    pixel: tuple[float, float],
    keep_clear: Points,
    colour: str,
) -> labelling.Wanted | None:
    if (
        structure.kind in _UNNAMED_KINDS
        or section.sum() * pixel[0] * pixel[1] < _SMALLEST_NAMED_MM2
    ):
        return None
    column, row, depth = labelling.find_middle(section)
    at = (plane.left_mm + (column + 0.5) * pixel[0], plane.bottom_mm + (row + 0.5) * pixel[1])
    rows, columns = np.nonzero(section)
    edge = np.stack(
        [plane.left_mm + (columns + 0.5) * pixel[0], plane.bottom_mm + (rows + 0.5) * pixel[1]],
        axis=1,
    )[:: max(1, len(rows) // 200)]
    spots = keep_clear[:: max(1, len(keep_clear) // 20)]
    near = np.inf
    if len(spots):
        near = float(np.sqrt(((edge[:, None] - spots[None]) ** 2).sum(axis=-1)).min())
    return labelling.Wanted(
        labelling.readable_name(structure.name), at, depth * min(pixel), colour, near, edge
    )


def _border_spots(plane: Plane, look: Look) -> Points:
    """Where letters, scale bar and corner words stand: shares of the picture as plane mm."""
    along = np.linspace(0.0, 1.0, 60)
    boxes = (
        (0.0, 0.03, 0.45, 0.55),
        (0.97, 1.0, 0.45, 0.55),
        (0.47, 0.53, 0.0, 0.06),
        (0.47, 0.53, 0.86, 1.0),
        (0.72, 1.0, 0.0, 0.12),
        (0.0, 1.0 if look.corner else 0.0, 0.92, 1.0),
        (0.0, 0.4 if look.notes else 0.0, 0.0, 0.2),
    )
    spots = []
    for left, right, bottom, top in boxes:
        u, v = np.meshgrid(left + along * (right - left), bottom + along[::4] * (top - bottom))
        spots.append(np.stack([u.ravel(), v.ravel()], axis=1))
    shares = np.concatenate(spots)
    corner = np.array([plane.left_mm, plane.bottom_mm])
    placed: Points = corner + shares * np.asarray(plane.size_mm)
    return placed


def draw_borders(axes: Axes, plane: Plane, size_pt: float = 9.0, corner: str = "") -> None:
    """Patient directions at the four sides, a scale bar, and words in the top left ``corner``.

    ``size_pt`` is that of the letters.
    """
    left, right, bottom, top = plane.border_letters()
    if corner:
        letters = Letters(size_pt - 1.5, ha="left", va="top", zorder=12)
        write_text(axes, (0.012, 0.982), corner, letters, corner=True)
    places: tuple[tuple[float, float, str, Side, Level], ...] = (
        (0.012, 0.5, left, "left", "center"),
        (0.988, 0.5, right, "right", "center"),
        (0.5, 0.015, bottom, "center", "bottom"),
        (0.5, 0.925 if corner else 0.985, top, "center", "top"),
    )
    for x, y, text, ha, va in places:
        letters = Letters(size_pt, ha=ha, va=va, bold=True, zorder=12)
        write_text(axes, (x, y), text, letters, corner=True)
    width, height = plane.size_mm
    bar = max(b for b in _SCALE_BARS_MM if b <= max(_SCALE_BARS_MM[0], 0.3 * width))
    x1 = plane.right_mm - 0.03 * width
    y0 = plane.bottom_mm + 0.04 * height
    draw_line(axes, np.array([[x1 - bar, y0], [x1, y0]]), palette.INK, 2.0, zorder=12)
    above = (x1 - bar / 2.0, y0 + 0.015 * height)
    write_text(axes, above, f"{bar:.0f} mm", Letters(size_pt - 2.0, va="bottom", zorder=12))
