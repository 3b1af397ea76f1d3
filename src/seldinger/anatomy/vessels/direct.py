"""Direct: which end feeds a tree, and every edge away from it."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_NEAR_RADII = 3.0
_NEAR_MM = 5.0


def choose_root(
    tree: Tree,
    near_lps_mm: Sequence[float] | None,
    cut: Sequence[int] = (),
    draining: Collection[int] = (),
) -> int:
    """The end nearest to a point; without one the widest end of the longest part.

    Args:
        tree: with its radii.
        near_lps_mm: (3,), or None.
        cut: ends where the scan ends: those are taken before any other.
        draining: ends that blood leaves by: none of them is taken while there is another.

    Raises:
        AnatomyError: no end lies near the point.
    """
    ends = np.flatnonzero(tree.degree == 1)
    if not len(ends):
        ends = np.arange(len(tree.nodes_lps_mm))
    widths = {int(n): _width_mm(tree, int(n)) for n in ends}
    if near_lps_mm is None:
        longest = max(tree.parts, key=lambda part: _length_mm(tree, part))
        own = [n for n in widths if n in longest]
        own = [n for n in own if n not in draining] or own
        own = [n for n in own if n in cut] or own
        return max(own, key=lambda n: (round(widths[n], 3), -n))
    away = np.linalg.norm(tree.nodes_lps_mm[ends] - np.asarray(near_lps_mm, dtype=float), axis=1)
    best = int(ends[np.argmin(away)])
    allowed = max(_NEAR_MM, _NEAR_RADII * widths[best])
    if away.min() > allowed:
        places = ", ".join(
            "({:.0f}, {:.0f}, {:.0f})".format(*tree.nodes_lps_mm[n]) for n in ends[:12]
        )
        raise AnatomyError(
            f"the root was given at {tuple(round(float(x), 1) for x in near_lps_mm)} LPS mm; the "
            f"nearest end of a vessel is {away.min():.0f} mm away, at most {allowed:.0f} mm is "
            f"allowed; ends are at {places}: choose one of them"
        )
    return best


def _width_mm(tree: Tree, node: int) -> float:
    radii = [
        float(np.median(edge.curve.radius_mm))
        for edge in tree.edges
        if node in (edge.start, edge.end) and edge.curve.radius_mm is not None
    ]
    return max(radii, default=0.0)


def _length_mm(tree: Tree, part: Sequence[int]) -> float:
    held = set(part)
    return sum(edge.curve.length_mm for edge in tree.edges if edge.start in held)


def direct(tree: Tree, root: int, draining: Collection[int] = ()) -> tuple[Tree, tuple[int, ...]]:
    """Every edge away from ``root`` by the shorter way, and the ends that it does not reach.

    A part without the root is directed from its own widest end.

    Args:
        tree: with or without loops.
        root: node.
        draining: ends that blood leaves by.
    """
    far = _distances(tree, root)
    unreached = tuple(
        int(n) for n in np.flatnonzero(tree.degree <= 1) if not np.isfinite(far[int(n)])
    )
    for part in tree.parts:
        if np.isfinite(far[part[0]]):
            continue
        ends = [n for n in part if tree.degree[n] == 1] or list(part)
        ends = [n for n in ends if n not in draining] or ends
        own = _distances(tree, max(ends, key=lambda n: (round(_width_mm(tree, n), 3), -n)))
        far[list(part)] = own[list(part)]
    edges = tuple(edge if far[edge.start] <= far[edge.end] else _turn(edge) for edge in tree.edges)
    return replace(tree, edges=edges), unreached


def lead_into(tree: Tree, inside: np.ndarray) -> tuple[Tree, tuple[int, ...]]:
    """The tree with no part that comes out of an organ, and the ends that such parts now begin at.

    A short part of even width has no wider end; where it seems to begin inside an organ and another
    end lies outside, blood comes in there.

    Args:
        tree: directed.
        inside: (n,) whether each node lies in an organ.
    """
    fed = {edge.end for edge in tree.edges}
    far, begun = np.full(len(tree.nodes_lps_mm), np.nan), []
    for part in tree.parts:
        roots = [n for n in part if n not in fed]
        outside = [n for n in part if tree.degree[n] == 1 and not inside[n]]
        if roots and inside[roots].all() and outside:
            root = max(outside, key=lambda n: (round(_width_mm(tree, n), 3), -n))
            begun.append(int(root))
            far[list(part)] = _distances(tree, root)[list(part)]
    edges = tuple(_turn(edge) if far[edge.start] > far[edge.end] else edge for edge in tree.edges)
    return replace(tree, edges=edges), tuple(begun)


def _turn(edge: Edge) -> Edge:
    return Edge(edge.end, edge.start, edge.curve.reversed(), edge.name)


def _distances(tree: Tree, root: int) -> np.ndarray:
    """(n,) mm along vessels; infinite where none leads."""
    ways: list[list[tuple[float, int]]] = [[] for _ in tree.nodes_lps_mm]
    for edge in tree.edges:
        length = edge.curve.length_mm
        ways[edge.start].append((length, edge.end))
        ways[edge.end].append((length, edge.start))
    far = np.full(len(ways), np.inf)
    far[root] = 0.0
    queue = [(0.0, root)]
    while queue:
        so_far, node = heappop(queue)
        if so_far > far[node]:
            continue
        for length, other in ways[node]:
            if so_far + length < far[other]:
                far[other] = so_far + length
                heappush(queue, (so_far + length, other))
    return far
