"""Routes: the way through a tree from one place to another, with what a device meets on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.shapes import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Vector
    from seldinger.core.tree import Tree

TURN_STEP_MM = 10.0
"""Turning is added up between stretches of this length: less is the voxels' noise."""
_SMOOTH_MM = 5.0
_SMOOTH_STEP_MM = 1.0
_NEAR_MM = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A way along centrelines.

    Attributes:
        curve: from its beginning to its end.
        length_mm: along it.
        straight_mm: from end to end.
        turning_deg: every bend of it, added up.
        sharpest_deg: the largest change of direction between neighbouring stretches of 10 mm.
        sharpest_lps_mm: where that is.
        least_diameter_mm: of discs as large as the lumen; None when unknown.
        least_lps_mm: where that is.
        names: of the vessels passed, in order; "" for one without a name.
    """

    curve: Curve
    length_mm: float
    straight_mm: float
    turning_deg: float
    sharpest_deg: float
    sharpest_lps_mm: Vector
    least_diameter_mm: float | None
    least_lps_mm: Vector | None
    names: tuple[str, ...]

    __repr__ = short_repr


def measure_route(tree: Tree, start: int, end: int) -> Route:
    """The shortest way between two nodes.

    Args:
        tree: in any direction.
        start: node.
        end: another node of the same part.

    Raises:
        AnatomyError: nothing connects them, or both are one.
    """
    try:
        curve = tree.route(start, end)
    except ValueError as wrong:
        raise AnatomyError(str(wrong)) from wrong
    points, radius = curve.points_lps_mm, curve.radius_mm
    even = _smoothed(curve).resampled(TURN_STEP_MM).points_lps_mm
    sides = np.diff(even, axis=0)
    sides /= np.linalg.norm(sides, axis=1, keepdims=True)
    turns = np.rad2deg(np.arccos(np.clip((sides[:-1] * sides[1:]).sum(axis=1), -1.0, 1.0)))
    bend = int(np.argmax(turns)) if len(turns) else 0
    narrow = None if radius is None else int(np.argmin(radius))
    return Route(
        curve=curve, length_mm=curve.length_mm,
        straight_mm=float(np.linalg.norm(points[-1] - points[0])),
        turning_deg=float(turns.sum()), sharpest_deg=float(turns.max(initial=0.0)),
        sharpest_lps_mm=_place(even[bend + 1]),
        least_diameter_mm=None if radius is None or narrow is None else 2.0 * float(radius[narrow]),
        least_lps_mm=None if narrow is None else _place(points[narrow]),
        names=_name_edges(tree, start, end),
    )  # fmt: skip


def _smoothed(curve: Curve) -> Curve:
    """Without the zigzag of junctions, where lines of voxels meet at an angle; ends stay."""
    points = curve.resampled(_SMOOTH_STEP_MM).points_lps_mm
    reach = min(int(3.0 * _SMOOTH_MM / _SMOOTH_STEP_MM), len(points) - 1)
    head = 2.0 * points[0] - points[reach:0:-1]
    tail = 2.0 * points[-1] - points[-2 : -reach - 2 : -1]
    padded = np.vstack([head, points, tail])
    even = scipy.ndimage.gaussian_filter1d(padded, _SMOOTH_MM / _SMOOTH_STEP_MM, axis=0)
    return Curve(even[reach : reach + len(points)])


def _place(point: Sequence[float] | np.ndarray) -> Vector:
    x, y, z = (float(c) for c in point)
    return (x, y, z)


def _name_edges(tree: Tree, start: int, end: int) -> tuple[str, ...]:
    """Names of the edges passed, each run once."""
    names = [tree.edges[n].name for n in tree.edges_between(start, end)]
    return tuple(name for n, name in enumerate(names) if n == 0 or names[n - 1] != name)


def find_route(tree: Tree, start: str, end: str) -> Route:
    """The shortest way between two vessels or places.

    A vessel's name stands for its own end that is farthest away where a route starts, and for
    where the route enters it where a route ends: "right iliac artery" to "aorta" runs from the
    groin to the bifurcation.

    Args:
        tree: with names.
        start: name of a vessel, or a place along one as "L,P,S" in mm.
        end: likewise.

    Raises:
        AnatomyError: no vessel has the name or lies near the place, or nothing connects both.
    """
    tree, starts = _candidates(tree, start)
    tree, ends = _candidates(tree, end)
    parts = {node: n for n, part in enumerate(tree.parts) for node in part}
    pairs = [(a, b) for a in starts for b in ends if a != b and parts[a] == parts[b]]
    if not pairs:
        raise AnatomyError(
            f"nothing connects {start!r} with {end!r} in the mask: choose places of one part, or "
            "close the gap between the parts"
        )
    length = {pair: tree.route(*pair).length_mm for pair in pairs}
    nearest = {a: min((length[p], p[1]) for p in pairs if p[0] == a) for a in {p[0] for p in pairs}}
    open_ends = [a for a in nearest if tree.degree[a] == 1] or list(nearest)
    best = max(open_ends, key=lambda a: (nearest[a][0], -a))
    return measure_route(tree, best, nearest[best][1])


def _candidates(tree: Tree, word: str) -> tuple[Tree, tuple[int, ...]]:
    """Nodes of the vessel of a name, or one at a place, where the tree is split."""
    numbers = word.split(",")
    try:
        point = np.array([float(x) for x in numbers])
    except ValueError:
        point = np.empty(0)
    if point.size == 3:  # noqa: PLR2004
        split, node = _split_at(tree, point)
        return split, (node,)
    named = [edge for edge in tree.edges if edge.name == word]
    if not named:
        known = sorted({edge.name for edge in tree.edges if edge.name})
        raise AnatomyError(
            f"no vessel is called {word!r}; names are {', '.join(known) or 'none'}; a place may "
            "also be given as L,P,S in mm"
        )
    return tree, tuple(sorted({node for edge in named for node in (edge.start, edge.end)}))


def _split_at(tree: Tree, point: np.ndarray) -> tuple[Tree, int]:
    place = tree.find_nearest(point)
    if place.away_mm > _NEAR_MM:
        near = "({:.0f}, {:.0f}, {:.0f})".format(
            *tree.edges[place.edge].curve.points_at(place.at_mm)
        )
        raise AnatomyError(
            f"a route was to touch {tuple(round(float(x), 1) for x in point)} LPS mm; the nearest "
            f"vessel is {place.away_mm:.0f} mm away, at {near}; at most {_NEAR_MM:g} mm is allowed"
        )
    return tree.split(place.edge, place.at_mm)
