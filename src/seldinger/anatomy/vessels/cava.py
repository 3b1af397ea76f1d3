"""Cava: how wide the inferior vena cava is at several levels, by four names for one section.

By its perimeter it is judged: that changes least with how full the vein is, and a filter rounds it.
What is seen from the front is wider, and stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vessels.lesions import follow_vessel, list_vessels
from seldinger.anatomy.vessels.veins import CAVA, CLOT, fill_veins, show_veins
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid, as_vector, unit
from seldinger.geometry import outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.space import Vector
    from seldinger.core.tree import Edge, Tree
    from seldinger.core.volume import Mask
    from seldinger.geometry.outline import Outline

STEP_MM = 5.0
_KIDNEYS = ("left kidney", "right kidney")
_HALF_MM = 40.0
"""Of the square that is looked at around the centreline: wider cavas are not met."""
_JOIN_MM = 15.0
"""A vein that ends so near joins: its centreline may end at the wall or in the middle."""
_AGREE_MM = 10.0
"""By so much a told height of the renal veins may lie above the labelled one; lower is safer."""
_OVER_MM = 10.0
"""A direction of the centreline is taken over so much of it: shorter steps are the image's."""


@dataclass(frozen=True, slots=True)
class CavaLevel:
    """A section square to the cava.

    Attributes:
        at_mm: way from the confluence of the iliac veins, along the flow.
        point_lps_mm: of the centreline.
        perimeter_diameter_mm: perimeter over pi; None where the section is not seen whole.
        area_diameter_mm: of a disc as large.
        projected_width_mm: seen from the front, across the cava's own projection.
        short_mm, long_mm: least and largest caliper.
    """

    at_mm: float
    point_lps_mm: Vector
    perimeter_diameter_mm: float | None
    area_diameter_mm: float | None
    projected_width_mm: float | None
    short_mm: float | None
    long_mm: float | None

    __repr__ = short_repr

    @property
    def known(self) -> bool:
        """Whether the section was seen whole."""
        return self.perimeter_diameter_mm is not None


@dataclass(frozen=True, slots=True, eq=False)
class Cava:
    """The inferior vena cava, measured.

    Attributes:
        curve: its centreline in the direction of flow, from the confluence on.
        levels: along it, in order.
        renal_mm: way to the lower rim of the lowest renal vein; None: unknown.
        renal_from: how that is known, in words.
        confluence_seen: whether the curve begins where both iliac veins meet, and not where the
            scan or the label ends.
        notes: what a reader must know.
        renal_doubt: why that way is not to be relied on; empty where it is.
        clots: labelled clots in it, with the ways along it between which each lies.
    """

    curve: Curve
    levels: tuple[CavaLevel, ...]
    renal_mm: float | None
    renal_from: str
    confluence_seen: bool
    notes: tuple[str, ...] = ()
    renal_doubt: str = ""
    clots: tuple[tuple[str, float, float], ...] = ()

    __repr__ = short_repr

    @property
    def infrarenal_mm(self) -> float | None:
        """Length from confluence to lowest renal vein; None where either is unknown."""
        return self.renal_mm if self.confluence_seen else None

    def between(self, from_mm: float, to_mm: float) -> tuple[CavaLevel, ...]:
        """Levels within a stretch, and the nearest one where none lies in it.

        Args:
            from_mm: where it begins.
            to_mm: where it ends.
        """
        inside = tuple(one for one in self.levels if from_mm <= one.at_mm <= to_mm)
        middle = 0.5 * (from_mm + to_mm)
        return inside or (min(self.levels, key=lambda one: abs(one.at_mm - middle)),)


def measure_levels(
    mask: Mask, grid: Grid, curve: Curve, step_mm: float = STEP_MM
) -> tuple[CavaLevel, ...]:
    """Sections of a vein's mask along its centreline.

    Args:
        mask: (i, j, k), true in the lumen.
        grid: of the mask.
        curve: along the lumen, in the direction of flow.
        step_mm: between sections.

    Raises:
        AnatomyError: the mask is empty, or does not fit its grid.
    """
    if mask.shape != grid.shape or not mask.any():
        raise AnatomyError(
            f"the cava's mask is {mask.shape} with {int(mask.sum())} voxels on a grid of "
            f"{grid.shape}: give the label of the vein on its own grid"
        )
    spacing = np.asarray(grid.spacing_mm)
    box, local = _crop(mask, grid)
    field = outline.blur(box, spacing)
    found = []
    for at in np.arange(0.0, curve.length_mm + 1e-6, step_mm):
        ends = np.clip([at - 0.5 * _OVER_MM, at + 0.5 * _OVER_MM], 0.0, curve.length_mm)
        behind, ahead = curve.points_at(ends)
        way, point = unit(ahead - behind), curve.points_at(float(at))
        section = outline.cut(field, local, point, way, _HALF_MM)
        found.append(_level(float(at), point, way, section))
    return tuple(found)


def _crop(mask: Mask, grid: Grid) -> tuple[Mask, Grid]:
    """The part of a mask that holds something, with a rim where the image has one."""
    hit = np.argwhere(mask)
    low = np.maximum(hit.min(axis=0) - 3, 0)
    high = np.minimum(hit.max(axis=0) + 4, mask.shape)
    moved = grid.index_to_lps.copy()
    moved[:3, 3] = grid.to_lps(low.astype(np.float64))
    box = mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    return box, Grid(box.shape, moved)


def _level(
    at_mm: float, point: NDArray[np.float64], way: NDArray[np.float64], section: Outline | None
) -> CavaLevel:
    where = as_vector(point)
    if section is None or not section.whole:
        return CavaLevel(at_mm, where, None, None, None, None, None)
    across = unit(np.array([way[2], 0.0, -way[0]]))
    short, long = section.calipers_mm
    return CavaLevel(
        at_mm=at_mm, point_lps_mm=where,
        perimeter_diameter_mm=section.perimeter_mm / np.pi,
        area_diameter_mm=2.0 * float(np.sqrt(section.area_mm2 / np.pi)),
        projected_width_mm=section.extent_mm(across), short_mm=short, long_mm=long,
    )  # fmt: skip


def measure_cava(anatomy: Anatomy, renal_z_mm: float | None = None) -> Cava:
    """The cava of a patient: its sections, where it begins, and where the renal veins join it.

    A labelled clot in it is part of its sections: it widens the vein as blood does.

    Args:
        anatomy: with its veins traced, and a label of the cava.
        renal_z_mm: height of the lower rim of the lowest renal vein, LPS mm, as it was read by
            somebody; None: by the labels.

    Raises:
        AnatomyError: nobody traced the cava, no label shows it, or the told height is not on it.
    """
    tree = anatomy.veins
    if tree is None or CAVA not in list_vessels(tree):
        raise AnatomyError("no cava is among the traced veins: trace it from a label of it")
    if not anatomy.has(CAVA) or anatomy.study.labels is None:
        raise AnatomyError(
            "no label shows the inferior vena cava: its perimeter cannot be measured, and a filter "
            "is judged by nothing else"
        )
    curve = follow_vessel(tree, CAVA)
    grid = anatomy.study.labels.grid
    shown = show_veins(anatomy)
    mask = fill_veins(shown)[CAVA]
    curve = _within(curve, grid)
    levels = measure_levels(mask, grid, curve)
    start = curve.points_lps_mm[0]
    meets = len({e.name for e in tree.edges if "iliac vein" in e.name and _ends_at(tree, e, start)})
    renal_mm, renal_from = find_renal_level(anatomy, curve, renal_z_mm)
    lost = sum(not one.known for one in levels)
    notes = []
    if lost:
        notes.append(f"{lost} of {len(levels)} sections of the cava are not seen whole.")
    if meets < len(("left", "right")):
        notes.append("The confluence of the iliac veins is not shown: where the cava begins is "
                     "unknown.")  # fmt: skip
    seen = meets >= len(("left", "right"))
    doubt = doubt_renal_level(anatomy, curve, renal_z_mm)
    clots = tuple(_find_clots(shown, mask, grid, curve))
    return Cava(curve, levels, renal_mm, renal_from, seen, tuple(notes), doubt, clots)


def _find_clots(
    shown: dict[str, Mask], cava: Mask, grid: Grid, curve: Curve
) -> Iterator[tuple[str, float, float]]:
    """Clots with what of them lies in the cava, as ways along it."""
    for name, mask in shown.items():
        inside = mask & cava
        if name.startswith(CLOT) and inside.any():
            points = grid.to_lps(np.argwhere(inside).astype(np.float64))
            _, index = scipy.spatial.cKDTree(curve.points_lps_mm).query(points)
            at = curve.along_mm[index]
            yield name, float(at.min()), float(at.max())


def doubt_renal_level(anatomy: Anatomy, curve: Curve, told_z_mm: float | None) -> str:
    """Why the height of the renal veins is not to be relied on; empty where it is.

    Args:
        anatomy: with its veins traced.
        curve: the cava's centreline, in the direction of flow.
        told_z_mm: height, LPS mm, as somebody read it; None: nobody did.
    """
    missing = [side for side in ("left", "right") if not _list_rims(anatomy, curve, side)]
    at, where = find_renal_level(anatomy, curve, None)
    if told_z_mm is None:
        if len(missing) == 1:
            return (
                f"no label shows a {missing[0]} renal vein that joins the cava: it may join lower "
                "down than the other"
            )
        return where if missing else ""
    if len(missing) < len(("left", "right")):
        shown = float(curve.points_at(at or 0.0)[2])
        if told_z_mm - shown > _AGREE_MM:
            return f"told at S {told_z_mm:.0f} mm; {where} lies at S {shown:.0f} mm by its label"
        return ""
    return _doubt_by_kidneys(anatomy, told_z_mm)


def _doubt_by_kidneys(anatomy: Anatomy, told_z_mm: float) -> str:
    """Why a told height cannot be that of a renal vein; empty where it can."""
    heights = [
        anatomy.grid.to_lps(np.argwhere(s.mask).astype(np.float64))[:, 2]
        for s in anatomy.structures
        if s.name in _KIDNEYS
    ]
    if not heights:
        return ""
    low, high = min(z.min() for z in heights), max(z.max() for z in heights)
    if low <= told_z_mm <= high:
        return ""
    return (
        f"told at S {told_z_mm:.0f} mm, where no kidney lies by its label (S {low:.0f} to "
        f"{high:.0f} mm)"
    )


def find_renal_level(
    anatomy: Anatomy, curve: Curve, told_z_mm: float | None
) -> tuple[float | None, str]:
    """Way along the cava to the lower rim of the lowest renal vein, and how it is known.

    Args:
        anatomy: with its veins traced.
        curve: the cava's centreline, in the direction of flow.
        told_z_mm: height, LPS mm, as somebody read it.

    Raises:
        AnatomyError: what was told is not on the cava.
    """
    along, heights = curve.along_mm, curve.points_lps_mm[:, 2]
    if told_z_mm is not None:
        if not heights.min() <= told_z_mm <= heights.max():
            raise AnatomyError(
                f"the renal veins were told at {told_z_mm:g} mm; the cava of this scan runs from "
                f"{heights.min():.0f} to {heights.max():.0f} mm (LPS z)"
            )
        return float(along[np.abs(heights - told_z_mm).argmin()]), "told"
    rims = [*_list_rims(anatomy, curve, "left"), *_list_rims(anatomy, curve, "right")]
    if rims:
        at, name = min(rims)
        return max(at, 0.0), f"the {name}, its lower rim"
    kidneys = [s for s in anatomy.structures if s.name in _KIDNEYS]
    if not kidneys:
        return None, "unknown: no label shows a renal vein or a kidney"
    middles = [float(anatomy.grid.to_lps(np.argwhere(s.mask).mean(axis=0))[2]) for s in kidneys]
    at = float(along[np.abs(heights - min(middles)).argmin()])
    return at, "the middle of the lower kidney: an estimate, no renal vein is labelled"


def _list_rims(anatomy: Anatomy, curve: Curve, side: str) -> list[tuple[float, str]]:
    """Ways along the cava to the lower rims of the traced renal veins of a side, with their names.

    A vein whose name tells no side counts for both.
    """
    rims = []
    for edge in () if anatomy.veins is None else anatomy.veins.edges:
        sided = {"left", "right"} & set(edge.name.split())
        if "renal vein" in edge.name and (side in sided or not sided):
            end = edge.curve.points_lps_mm[-1]
            near = np.linalg.norm(curve.points_lps_mm - end, axis=1)
            if near.min() <= _JOIN_MM:
                wide = 0.0 if edge.curve.radius_mm is None else float(edge.curve.radius_mm[-1])
                rims.append((float(curve.along_mm[near.argmin()]) - wide, edge.name))
    return rims


def _within(curve: Curve, grid: Grid) -> Curve:
    """The part of a curve that lies in the image, from its beginning on."""
    index = grid.to_index(curve.points_lps_mm)
    edge = np.array(grid.shape) - 1.0
    inside = np.array(((index >= 0.0) & (index <= edge)).all(axis=1), dtype=bool)
    if inside.all():
        return curve
    first = int(inside.argmax())
    left = ~inside[first:]
    last = first + int(left.argmax()) if left.any() else len(inside)
    if last - first < 2:  # noqa: PLR2004
        raise AnatomyError("the scan does not show the inferior vena cava that was traced")
    return Curve(
        curve.points_lps_mm[first:last],
        None if curve.radius_mm is None else curve.radius_mm[first:last],
    )


def _ends_at(tree: Tree, edge: Edge, start: NDArray[np.float64]) -> bool:
    """Whether a vein ends where the cava begins."""
    return float(np.linalg.norm(tree.nodes_lps_mm[edge.end] - start)) <= _JOIN_MM
