"""The margin map: the tumour's surface from the front and from behind, coloured by its margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch
from scipy.spatial import cKDTree

from seldinger.report import palette
from seldinger.report.margin_pictures import CLASSES, make_scale
from seldinger.report.strokes import Letters, halo, write_text
from seldinger.simulate.margin import THRESHOLDS_MM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.simulate.thermal.effect import AblationFields

DPI = 150
SIZE_IN = (2.6, 4.7)
_PIXELS = 241
_NEIGHBOURS = 3
_EDGE = 1.0
"""Radius of a disc: half the sphere, every square as large as the surface it stands for."""
_HALF = 0.5
_NORTH = np.array([0.0, 0.0, 1.0])
_WORDS = ("under 0", "0 to 3", "3 to 5", "5 to 10", "over 10")


def draw_margin_map(fields: AblationFields) -> Figure:
    """Two discs, front above, and the colours with their share of the surface."""
    figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=palette.PAPER)
    side = 0.405 * SIZE_IN[1] / SIZE_IN[0]
    middle = centre_of(fields)
    for front, bottom, title in ((True, 0.578, "from the front"), (False, 0.158, "from behind")):
        axes = figure.add_axes(((1.0 - side) / 2.0, bottom, side, 0.405))
        _disc(axes, fields, middle, front=front)
        figure.text(
            0.02, bottom + 0.402, title, color=palette.INK, fontsize=7.5, ha="left", va="top"
        )
    _legend(figure, fields)
    return figure


def centre_of(fields: AblationFields) -> Points:
    """The middle of the tumour's surface, (3,)."""
    points = fields.surface_lps_mm
    middle: Points = (points.min(axis=0) + points.max(axis=0)) / 2.0
    return middle


def disc_directions(*, front: bool) -> tuple[Points, NDArray[np.bool_]]:
    """Direction of every pixel, LPS, (rows, columns, 3), row 0 at the bottom; and which are used.

    Lambert's azimuthal projection: equal areas of the sphere are equal areas of the disc. From the
    front the patient's right is on the left, as on a slice; from behind it is on the right.
    """
    ends = np.linspace(-_EDGE, _EDGE, _PIXELS)
    x, y = np.meshgrid(ends, ends)
    radius = np.hypot(x, y)
    inside = radius <= _EDGE
    # A disc of radius 1 holds a hemisphere when the angle off its middle is 2 asin(r / sqrt 2).
    angle = 2.0 * np.arcsin(np.minimum(radius, 1.0) / np.sqrt(2.0))
    turn = np.arctan2(y, x)
    towards = np.array([0.0, -1.0, 0.0]) if front else np.array([0.0, 1.0, 0.0])
    rightwards = np.array([1.0, 0.0, 0.0]) if front else np.array([-1.0, 0.0, 0.0])
    looks = (
        np.cos(angle)[..., None] * towards
        + (np.sin(angle) * np.cos(turn))[..., None] * rightwards
        + (np.sin(angle) * np.sin(turn))[..., None] * _NORTH
    )
    return looks, inside


def project_to_disc(
    fields: AblationFields, values: NDArray[np.float64], *, front: bool
) -> NDArray[np.float64]:
    """Least of nearest ``values``, (n,), on the ``front`` disc or the back, (rows, columns)."""
    looks, inside = disc_directions(front=front)
    away = fields.surface_lps_mm - centre_of(fields)
    tree = cKDTree(away / np.linalg.norm(away, axis=1, keepdims=True))
    _, nearest = tree.query(looks[inside], k=min(_NEIGHBOURS, len(values)))
    found = np.full(inside.shape, np.nan)
    found[inside] = values[nearest].reshape(int(inside.sum()), -1).min(axis=1)
    return found


def place_on_disc(direction: Points, *, front: bool) -> tuple[float, float] | None:
    """Where a unit direction, (3,), stands on a disc; None when it stands on the other."""
    towards = -direction[1] if front else direction[1]
    if towards < 0.0:
        return None
    across = direction[0] if front else -direction[0]
    flat = float(np.hypot(across, direction[2]))
    radius = np.sqrt(2.0) * np.sin(np.arccos(min(float(towards), 1.0)) / 2.0)
    scale = float(radius) / flat if flat > 0.0 else 0.0
    return float(across) * scale, float(direction[2]) * scale


def find_thinnest(fields: AblationFields) -> int:
    """Which point is thinnest away from the capsule; of all where all lie under it."""
    apart = fields.subcapsular & ~fields.subcapsular.all()
    return int(np.argmin(np.where(apart, np.inf, fields.surface_margin_mm)))


def surface_shares(fields: AblationFields) -> tuple[float, ...]:
    """Share of the surface in each class, thin to thick."""
    edges = np.array([-np.inf, *THRESHOLDS_MM, np.inf])
    counts, _ = np.histogram(fields.surface_margin_mm, bins=edges)
    return tuple(float(c) / len(fields.surface_margin_mm) for c in counts)


def _disc(axes: Axes, fields: AblationFields, middle: Points, *, front: bool) -> None:
    colours, norm = make_scale()
    rim = Circle((0.0, 0.0), _EDGE, facecolor="none", edgecolor=palette.INK, linewidth=1.0)
    axes.set_xlim(-1.02, 1.02)
    axes.set_ylim(-1.02, 1.02)
    axes.set_axis_off()
    shown = axes.imshow(
        np.ma.masked_invalid(project_to_disc(fields, fields.surface_margin_mm, front=front)),
        origin="lower", extent=(-_EDGE, _EDGE, -_EDGE, _EDGE), cmap=colours, norm=norm,
        interpolation="nearest",
    )  # fmt: skip
    axes.add_patch(rim)
    shown.set_clip_path(rim)
    if fields.subcapsular.any():
        under = project_to_disc(fields, fields.subcapsular.astype(np.float64), front=front)
        ends = np.linspace(-_EDGE, _EDGE, _PIXELS)
        there = np.nan_to_num(under)
        if there.max() > _HALF:
            axes.contourf(
                ends, ends, there, levels=[_HALF, 2.0], hatches=["////"], colors="none",
            )  # fmt: skip
            axes.contour(ends, ends, there, levels=[_HALF], colors=[palette.HALO], linewidths=0.8)
    _thinnest(axes, fields, middle, front=front)
    for x, y, text in (
        (-0.99, -0.90, "R" if front else "L"), (0.99, -0.90, "L" if front else "R"),
    ):  # fmt: skip
        write_text(axes, (x, y), text, Letters(9.0, bold=True, rim_pt=0.0))
    for y, text in ((0.86, "head"), (-0.87, "feet")):
        write_text(axes, (0.0, y), text, Letters(6.5))


def _thinnest(axes: Axes, fields: AblationFields, middle: Points, *, front: bool) -> None:
    """A ring around the thinnest place, and its margin."""
    least = find_thinnest(fields)
    away = fields.surface_lps_mm[least] - middle
    place = place_on_disc(away / np.linalg.norm(away), front=front)
    if place is None:
        return
    x, y = place
    axes.plot(
        x, y, marker="o", markersize=9.0, markerfacecolor="none", markeredgecolor=palette.INK,
        markeredgewidth=1.6, clip_on=False, path_effects=halo(3.2), zorder=6,
    )  # fmt: skip
    # Towards the middle of the disc there is always room for the number.
    place = (0.62 * x, y + (-0.24 if y > 0.0 else 0.24))
    text = f"{fields.surface_margin_mm[least]:.1f} mm"
    write_text(axes, place, text, Letters(9.0, bold=True, rim_pt=3.0))


def _legend(figure: Figure, fields: AblationFields) -> None:
    signs = [
        Patch(facecolor=colour, label=f"{words} mm: {100.0 * share:.0f} %")
        for colour, words, share in zip(CLASSES, _WORDS, surface_shares(fields), strict=True)
    ]
    if fields.subcapsular.any():
        label = f"at the capsule: {100.0 * fields.subcapsular.mean():.0f} %"
        signs.append(Patch(facecolor="#8d97a1", edgecolor=palette.HALO, hatch="////", label=label))
    figure.legend(
        handles=signs, loc="lower center", bbox_to_anchor=(0.5, 0.008), ncols=2, fontsize=6.8,
        labelcolor=palette.INK, facecolor=palette.PAPER, edgecolor=palette.PAPER,
        handlelength=1.5, columnspacing=1.2, borderpad=0.1, labelspacing=0.35,
    )  # fmt: skip
