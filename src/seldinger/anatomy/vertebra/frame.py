"""Frame: the axes of one vertebra, from its neighbours, its arch and its own endplates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vertebra.heights import fit_endplates
from seldinger.anatomy.vertebra.outline import draw_outline, turn_axes
from seldinger.core.space import unit

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.anatomy.vertebra.spine import Shape, Spine
    from seldinger.core.space import Points

_COARSE_MM = 1.5
_BEND_LEVELS = 3
"""So many levels to each side tell how the spine bends."""
_BEND = 3
"""Bodies that tell how the spine bends; of fewer the endplates know better."""
_STEEP, _STEEPEST = 0.36, 0.6
"""Slopes of endplates against the spine's bend, or the patient's axes, that are not believed."""
_UPRIGHT = 0.6
"""Cosine to the patient's axes below which a guess from bone is not believed."""
_UP, _BACK = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])


def outline_level(spine: Spine, level: str, voxel_mm: float) -> tuple[Outline, str]:
    """The outline of a level along its own axes, and in words where ``up`` comes from.

    Neighbours, or the patient's axes, and the arch give a first guess; the canal and, where the
    level is the last, its endplates in a coarse outline refine it once.
    """
    shape = spine.get_level(level)
    cord = find_cord(spine)
    known, up = _point_up(spine, level)
    own = not known and not shape.body_cut
    axes, coarse = turn_axes(up, _point_back(shape, up)), shape.coarse
    if own and np.array_equal(up, _UP):
        # Far off, the endplates' middles are not yet theirs: once more.
        axes = _refine(draw_outline(coarse, cord, axes, _COARSE_MM), own_up=True)
    limit = _STEEPEST if np.array_equal(up, _UP) else _STEEP
    axes = _refine(draw_outline(coarse, cord, axes, _COARSE_MM), own_up=own, limit=limit)
    words = "its own endplates" if own else "the line of bodies" if known else "the patient"
    return draw_outline(shape, cord, axes, voxel_mm), words


def outline_quickly(
    spine: Spine, level: str, voxel_mm: float, *, with_canal: bool = False
) -> Outline:
    """As ``outline_level`` of ``level`` in ``voxel_mm``, not refined: enough for heights.

    Args:
        spine: all levels.
        level: of them.
        voxel_mm: edge of the outline's voxels.
        with_canal: whether the canal is looked for as well.
    """
    shape = spine.get_level(level)
    known, up = _point_up(spine, level)
    coarse = shape.coarse
    axes = turn_axes(up, _point_back(shape, up))
    outline = draw_outline(coarse, None, axes, voxel_mm, with_canal=with_canal)
    if known or shape.body_cut:
        return outline
    axes = _refine(outline, own_up=True, limit=_STEEP)
    return draw_outline(coarse, None, axes, voxel_mm, with_canal=with_canal)


def find_cord(spine: Spine) -> Shape | None:
    """The label of the cord, or of the canal."""
    labels = spine.study.labels
    names = () if labels is None else labels.names
    for name in names:
        if name.strip().lower().replace(" ", "_") in {"spinal_cord", "spinal_canal"}:
            return spine.get_shape(name)
    return None


def _point_up(spine: Spine, level: str) -> tuple[bool, Points]:
    """Whether the bodies tell the spine's direction, and that direction or a guess, (3,).

    Between two neighbours it is the line through both; at an end it is as the bend goes on. A body
    that the scan cuts has no middle to go by.
    """
    at = spine.present.index(level)
    middles = {
        n - at: spine.get_level(one).centre_lps_mm
        for n, one in enumerate(spine.present)
        if abs(n - at) <= _BEND_LEVELS and not spine.get_level(one).body_cut
    }
    if -1 in middles and 1 in middles:
        return True, unit(middles[-1] - middles[1])
    if len(middles) < 2:  # noqa: PLR2004  no line through one
        return False, _UP
    steps = np.array(list(middles))
    bend = np.polyfit(steps, np.stack(list(middles.values())), min(2, len(steps) - 1))
    # Names run from the head down; the slope at this level points downwards.
    return len(steps) >= _BEND, unit(-bend[-2])


def _point_back(shape: Shape, up: Points) -> Points:
    """Towards the arch; as the patient's where that is no likely answer."""
    away = shape.arch_lps_mm - shape.centre_lps_mm
    flat = away - (away @ up) * up
    size = float(np.linalg.norm(flat))
    likely = size > 1.0 and flat @ _BACK / size > _UPRIGHT
    return flat if likely else _BACK


def _refine(outline: Outline, *, own_up: bool, limit: float = _STEEPEST) -> Points:
    """Axes by what a first outline shows, (3, 3)."""
    left, back, up = outline.axes
    if own_up:
        slopes = fit_endplates(outline)
        if slopes is not None and np.hypot(*slopes) <= limit:
            up = unit(up - slopes[0] * left - slopes[1] * back)
    if outline.canal is not None:
        middle = np.array([outline.centre[0], outline.centre[1], outline.canal.centre[2]])
        towards = (outline.canal.centre - middle) @ outline.axes
        if np.linalg.norm(towards) > 1.0:
            back = towards
    return turn_axes(up, back)
