"""Overlays: fields on a plane, as lines over the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.volume import Volume
from seldinger.report import palette
from seldinger.report.planes import Plane, sample_image
from seldinger.report.strokes import halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.plan.model import Plan

HALF = 0.5


def draw_masks(axes: Axes, plan: Plan, plane: Plane) -> tuple[str, ...]:
    """The outline of every mask among the plan's fields; the names of those that are drawn."""
    drawn = []
    for name, volume in ({} if plan.fields is None else plan.fields.volumes).items():
        if volume.values.dtype == bool:
            step_mm = max(min(volume.grid.spacing_mm) * HALF, plane.size_mm[0] / 420.0)
            shown = sample_plane(volume.values, volume.grid, plane, step_mm)
            if draw_outline(axes, plane, shown, HALF, palette.Stroke(palette.LETHAL, width_pt=2.2)):
                drawn.append(name)
    return tuple(drawn)


def sample_plane(
    values: NDArray[np.generic], grid: Grid, plane: Plane, step_mm: float
) -> NDArray[np.float32]:
    """``values`` (i, j, k) of ``grid`` on the plane, (rows, columns), every ``step_mm``."""
    return sample_image(Volume(values.astype(np.float32), grid, "1"), plane, step_mm, 0.0)


def plane_axes(plane: Plane, values: NDArray[np.floating]) -> tuple[Points, Points]:
    """Where the columns and rows of ``values``, (rows, columns), lie on the plane, mm."""
    rows, columns = values.shape
    u = plane.left_mm + (np.arange(columns) + 0.5) * plane.size_mm[0] / columns
    v = plane.bottom_mm + (np.arange(rows) + 0.5) * plane.size_mm[1] / rows
    return u, v


def draw_outline(
    axes: Axes,
    plane: Plane,
    values: NDArray[np.float32],
    level: float,
    stroke: palette.Stroke,
    zorder: float = 5.0,
) -> bool:
    """One contour, and whether there is any: none where the plane does not reach ``level``.

    Args:
        axes: drawn on.
        plane: that they show.
        values: (rows, columns) on the plane.
        level: of the contour.
        stroke: how it looks.
        zorder: what is higher lies above.
    """
    if not values.min() < level < values.max():
        return False
    drawn = axes.contour(
        *plane_axes(plane, values), values, levels=[level], colors=[stroke.colour],
        linestyles=[stroke.dash], linewidths=[stroke.width_pt], zorder=zorder,
    )  # fmt: skip
    drawn.set_path_effects(halo(stroke.width_pt + 1.0))
    return True
