"""Lines as files of curves hold them, and how they become a tree: frame, unit, shared ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

from seldinger.core.errors import ImageError
from seldinger.core.shapes import SAME_MM, Curve
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

UNITS_MM: Final = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 1e-3}
SPACES: Final = {"LPS": (1.0, 1.0, 1.0), "RAS": (-1.0, -1.0, 1.0)}
JOINED_MM: Final = 1e-3
"""Ends nearer than this are one node: files often hold single precision."""
_LEAST_MM, _MOST_MM = 2.0, 4000.0
_LEAST_POINTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line as a file holds it.

    Attributes:
        points: (n, 3) in the file's frame and unit.
        radius: (n,); None or not positive = unknown.
        name: "" when the file has none.
    """

    points: Floats
    radius: Floats | None
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What a file holds.

    Attributes:
        lines: in its order.
        space: "LPS" or "RAS" as the file says; "" when it does not.
        notes: what was left out, for a reader.
    """

    lines: tuple[Line, ...]
    space: str
    notes: tuple[str, ...] = ()


def build_tree(
    read: Lines, name: str, space: str | None, unit: str
) -> tuple[Tree, tuple[str, ...]]:
    """The lines as a tree in LPS mm, and what there is to say about it.

    Args:
        read: what the file holds.
        name: of the file, for messages.
        space: "LPS" or "RAS", where the file says neither.
        unit: "mm", "cm", "m" or "um".

    Raises:
        ImageError: the frame is unknown or contradicts, the unit cannot be right, or no line has
            two points.
    """
    flip = _choose_frame(read.space, space, name)
    if unit not in UNITS_MM:
        raise ImageError(f"{name}: unit {unit!r} is unknown; use {', '.join(UNITS_MM)}")
    notes = list(read.notes)
    lines, single, unknown = [], 0, 0
    for number, line in enumerate(read.lines):
        if not np.isfinite(line.points).all():
            raise ImageError(
                f"{name}: line {number} has a point that is not a number; export it again"
            )
        one = _tidy(replace(line, points=line.points * flip * UNITS_MM[unit]), unit)
        if len(one.points) < _LEAST_POINTS:
            single += 1
            continue
        unknown += one.radius is None
        lines.append(one)
    if not lines:
        raise ImageError(f"{name}: it holds no line of two points or more; give centrelines")
    _check_size(lines, name, unit)
    if single:
        notes.append(f"{name}: {single} lines of a single point were left out")
    if unknown:
        notes.append(f"{name}: of {unknown} of {len(lines)} lines the radius is unknown")
    return _join(lines), tuple(notes)


def _choose_frame(told: str, given: str | None, name: str) -> Floats:
    wanted = None if given is None else given.upper()
    if wanted is not None and wanted not in SPACES:
        raise ImageError(f"{name}: space {given!r} is unknown; use LPS or RAS")
    if not told and wanted is None:
        raise ImageError(
            f"{name}: the file does not say whether its points are LPS or RAS, which mirrors the "
            'patient: give space="LPS" (VMTK on DICOM, ITK) or space="RAS" (older 3D Slicer)'
        )
    if told and wanted is not None and told != wanted:
        raise ImageError(f"{name}: the file says {told}, space={wanted} was given: leave it out")
    return np.array(SPACES[told or str(wanted)])


def _tidy(line: Line, unit: str) -> Line:
    """Without points on each other; the radius in mm, unknown unless it is known all along."""
    kept = np.ones(len(line.points), dtype=bool)
    # Of two points on each other the later one counts: its radius is the branch's own.
    kept[:-1] = np.linalg.norm(np.diff(line.points, axis=0), axis=1) > 2.0 * SAME_MM
    radius = None if line.radius is None else line.radius[kept] * UNITS_MM[unit]
    if radius is not None and not (np.isfinite(radius) & (radius > 0.0)).all():
        radius = None
    return Line(line.points[kept], radius, line.name)


def _check_size(lines: list[Line], name: str, unit: str) -> None:
    points = np.vstack([line.points for line in lines])
    extent = float((points.max(axis=0) - points.min(axis=0)).max())
    if extent < _LEAST_MM:
        raise ImageError(
            f"{name}: in {unit} everything in it is {extent:.3g} mm long, at least {_LEAST_MM:g} "
            'mm is expected: if it is in metres, give unit="m" (unit="cm" for centimetres)'
        )
    if extent > _MOST_MM:
        raise ImageError(
            f"{name}: in {unit} it is {extent:.3g} mm long, at most {_MOST_MM:g} mm is expected: "
            'if it is in micrometres, give unit="um"'
        )


def _join(lines: list[Line]) -> Tree:
    """Ends that coincide become one node, within other lines too: those are cut there."""
    ends = np.vstack([line.points[[0, -1]] for line in lines])
    nodes: list[Floats] = []
    node_of = np.full(len(ends), -1)
    lookup = cKDTree(ends)
    for n, near in enumerate(lookup.query_ball_point(ends, JOINED_MM)):
        if node_of[n] < 0:
            node_of[near] = len(nodes)
            nodes.append(ends[n])
    edges: list[Edge] = []
    for line in lines:
        away, which = lookup.query(line.points)
        cuts = sorted({0, len(line.points) - 1, *np.flatnonzero(away <= JOINED_MM).tolist()})
        cuts = _without_neighbours(cuts, node_of[which])
        for a, b in pairwise(cuts):
            start, end = (int(node_of[which[at]]) for at in (a, b))
            points = line.points[a : b + 1].copy()
            points[0], points[-1] = nodes[start], nodes[end]
            radius = None if line.radius is None else line.radius[a : b + 1]
            edges.append(Edge(start, end, Curve(points, radius), line.name))
    return Tree(np.array(nodes), tuple(edges))


def _without_neighbours(cuts: list[int], nodes: NDArray[np.intp]) -> list[int]:
    """Of inner points that lie at the same node as the cut before them, none is another cut."""
    kept = [cuts[0]]
    for at in cuts[1:-1]:
        if nodes[at] not in (nodes[kept[-1]], nodes[cuts[-1]]):
            kept.append(at)
    return [*kept, cuts[-1]]
