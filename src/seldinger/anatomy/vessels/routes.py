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
        names=_names_along(tree, curve),
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


def _names_along(tree: Tree, curve: Curve) -> tuple[str, ...]:
    """Names of the edges that ``curve`` consists of, each run once."""
    place = {point.tobytes(): n for n, point in enumerate(curve.points_lps_mm)}
    passed: list[tuple[int, str]] = []
    for edge in tree.edges:
        first, second = (place.get(p.tobytes()) for p in edge.curve.points_lps_mm[:2])
        if first is not None and second is not None and abs(first - second) == 1:
            passed.append((min(first, second), edge.name))
    names = [name for _, name in sorted(passed)]
    return tuple(name for n, name in enumerate(names) if n == 0 or names[n - 1] != name)


def find_ends(tree: Tree, start: str, end: str) -> tuple[int, int]:
    """Nodes that a route runs between.

    A vessel's name stands for its own end that is farthest away where a route starts, and for
    where the route enters it where a route ends: "right iliac artery" to "aorta" runs from the
    groin to the bifurcation.

    Args:
        tree: with names.
        start: name of a vessel, or "L,P,S" in mm.
        end: likewise.

    Raises:
        AnatomyError: no vessel has the name, no node lies near the point, or nothing connects both.
    """
    starts, ends = _candidates(tree, start), _candidates(tree, end)
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
    return best, nearest[best][1]


def _candidates(tree: Tree, word: str) -> tuple[int, ...]:
    """Nodes of the vessel of a name, or the one at a point."""
    numbers = word.split(",")
    try:
        point = np.array([float(x) for x in numbers])
    except ValueError:
        point = np.empty(0)
    if point.size == 3:  # noqa: PLR2004
        return (_find_node(tree, point),)
    named = [edge for edge in tree.edges if edge.name == word]
    if not named:
        known = sorted({edge.name for edge in tree.edges if edge.name})
        raise AnatomyError(
            f"no vessel is called {word!r}; names are {', '.join(known) or 'none'}; a place may "
            "also be given as L,P,S in mm"
        )
    return tuple(sorted({node for edge in named for node in (edge.start, edge.end)}))


def _find_node(tree: Tree, point: np.ndarray) -> int:
    away = np.linalg.norm(tree.nodes_lps_mm - point, axis=1)
    best = int(np.argmin(away))
    if away[best] > _NEAR_MM:
        near = "({:.0f}, {:.0f}, {:.0f})".format(*tree.nodes_lps_mm[best])
        raise AnatomyError(
            f"a route was to touch {tuple(round(float(x), 1) for x in point)} LPS mm; the nearest "
            f"end or branching is {away[best]:.0f} mm away, at {near}; at most {_NEAR_MM:g} mm is "
            "allowed"
        )
    return best
