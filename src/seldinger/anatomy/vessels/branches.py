"""Branches: the figures of each edge of a tree: length, diameters, narrowings, what to doubt."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vessels.sections import Sections, measure_sections
from seldinger.anatomy.vessels.stenosis import Stenosis, find_stenoses
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Vector
    from seldinger.core.tree import Edge, Tree
    from seldinger.core.volume import Mask, Volume

_LEAST_VOXELS = 4.0
"""A vessel must be so many voxels wide for its narrowings to be told from their corners."""
_LEAST_LENGTHS = 3.0
"""A branch shorter than so many of its diameters has no healthy stretch to compare with."""
_BESIDE_MM = 2.0
"""Calcium lies in the wall, just outside the lumen that is drawn."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A stenosis of a branch.

    Attributes:
        grade: what it compares, and by how much the lumen is smaller.
        at_lps_mm: where it is narrowest.
        notes: why its figures may be wrong.
    """

    grade: Stenosis
    at_lps_mm: Vector
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """An edge of a tree in figures.

    Attributes:
        edge: its number in the tree.
        name: "" when it has none.
        length_mm: from node to node.
        median_diameter_mm, least_diameter_mm: of discs as large as the sections that belong to no
            other vessel; None where there are none.
        narrowings: proximal first.
        notes: why they were not looked for, or were not listed.
    """

    edge: int
    name: str
    length_mm: float
    median_diameter_mm: float | None
    least_diameter_mm: float | None
    narrowings: tuple[Narrowing, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr


def measure_branch(
    tree: Tree, edge: int, mask: Mask, grid: Grid, ct: Volume | None, dense_hu: float
) -> Branch:
    """The figures of one edge.

    Args:
        tree: traced in ``mask``.
        edge: its number.
        mask: (i, j, k), true in the lumen.
        grid: of the mask.
        ct: in HU on the same grid; None: nothing is said of calcium.
        dense_hu: what is brighter is taken for calcium or metal.

    Raises:
        AnatomyError: the edge leaves the grid, or the mask does not fit it.
    """
    one = tree.edges[edge]
    radius, length = one.curve.radius_mm, one.curve.length_mm
    kept = _own_places(one.curve.along_mm, tree, one)
    if radius is None or not kept.any():
        note = "no section of it belongs to no other vessel: not measured"
        return Branch(edge, one.name, length, None, None, (), (note,))
    # Centrelines have the radius of a section at each point: most branches need no more than that.
    width = 2.0 * radius[kept]
    note = _say_unfit(float(np.median(width)), float(np.ptp(one.curve.along_mm[kept])), grid)
    if note:
        median, least = float(np.median(width)), float(width.min())
        return Branch(edge, one.name, length, median, least, (), (note,))
    sections = measure_sections(mask, grid, one.curve)
    kept = _own_places(sections.along_mm, tree, one)
    own = replace(sections, **{f.name: getattr(sections, f.name)[kept] for f in fields(sections)})
    narrowings, notes = _find_narrowings(own, grid)
    width = own.area_diameter_mm[own.known]
    return Branch(
        edge, one.name, length, float(np.median(width)) if width.size else None,
        float(width.min()) if width.size else None,
        tuple(_placed(one, grade, ct, dense_hu) for grade in narrowings), notes,
    )  # fmt: skip


def _own_places(along: NDArray[np.float64], tree: Tree, edge: Edge) -> NDArray[np.bool_]:
    """Without those in a junction, and without the round end of a vessel."""
    degree = tree.degree
    start = _wide_at(tree, edge, edge.start, int(degree[edge.start]))
    end = _wide_at(tree, edge, edge.end, int(degree[edge.end]))
    own: NDArray[np.bool_] = (along >= start) & (along <= along[-1] - end)
    return own


def _wide_at(tree: Tree, edge: Edge, node: int, degree: int) -> float:
    """How far, in mm from a node, sections are not the edge's own."""
    meeting = [edge] if degree == 1 else [e for e in tree.edges if node in (e.start, e.end)]
    radii = [
        float(e.curve.radius_mm[0 if e.start == node else -1])
        for e in meeting
        if e.curve.radius_mm is not None
    ]
    return max(radii, default=0.0)


def _say_unfit(median: float, length: float, grid: Grid) -> str:
    """Why narrowings cannot be told in a branch; "" where they can."""
    if median < _LEAST_VOXELS * max(grid.spacing_mm):
        return f"under {_LEAST_VOXELS:g} voxels wide: narrowings were not looked for"
    if length < _LEAST_LENGTHS * median:
        return f"under {_LEAST_LENGTHS:g} diameters long: narrowings were not looked for"
    return ""


def _find_narrowings(own: Sections, grid: Grid) -> tuple[tuple[Stenosis, ...], tuple[str, ...]]:
    """Those that the image can show, and what is to be said of the rest."""
    voxel = max(grid.spacing_mm)
    try:
        found = find_stenoses(own)
    except AnatomyError as wrong:
        return (), (f"narrowings were not graded: {wrong}",)
    clear = [s for s in found if s.reference_diameter_mm - s.minimum_diameter_mm >= voxel]
    lost = len(found) - len(clear)
    said = f"{lost} narrowings of less than a voxel are not listed"
    return tuple(clear), (said,) if lost else ()


def _placed(edge: Edge, grade: Stenosis, ct: Volume | None, dense_hu: float) -> Narrowing:
    curve = edge.curve
    x, y, z = (float(c) for c in curve.points_at(min(grade.at_mm, curve.length_mm)))
    notes: tuple[str, ...] = ()
    if grade.reference == "proximal shoulder":
        notes += ("compared with the vessel before it alone: behind it too little is healthy",)
    if ct is not None:
        ways = np.linspace(grade.from_mm, min(grade.to_mm, curve.length_mm), 24)
        reach = 0.5 * grade.reference_diameter_mm + _BESIDE_MM
        brightest = _brightest(ct, curve.points_at(ways), reach)
        if brightest > dense_hu:
            notes += (
                (
                    f"beside it the CT reads up to {brightest:.0f} HU, as calcium or a stent does: "
                    "blooming makes the lumen read too small"
                ),
            )
    return Narrowing(grade, (x, y, z), notes)


def _brightest(ct: Volume, points: NDArray[np.float64], reach_mm: float) -> float:
    """Highest HU within ``reach_mm`` of any of the points."""
    grid = ct.grid
    index = grid.to_index(points)
    wide = np.ceil(reach_mm / np.asarray(grid.spacing_mm))
    low = np.maximum(np.floor(index.min(axis=0) - wide), 0).astype(int)
    high = np.minimum(np.ceil(index.max(axis=0) + wide) + 1, grid.shape).astype(int)
    box = ct.values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    if not box.size:
        return -np.inf
    places = grid.to_lps(np.indices(box.shape).reshape(3, -1).T + low)
    away = np.linalg.norm(places[:, None] - points[None], axis=2).min(axis=1)
    near = box.reshape(-1)[away <= reach_mm]
    return float(near.max()) if near.size else -np.inf
