"""Tree: vessels as a graph of curves; loops and separate parts are kept."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.shapes import SAME_MM, Curve, freeze_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Points

_LEAST_PART_MM = 1e-3
"""A part of an edge is longer than this, else the node at its end serves."""


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A stretch of vessel without a branch.

    Attributes:
        start: node nearer to the heart (of an artery), or the parent.
        end: node that it feeds.
        curve: from ``start`` to ``end``.
        name: "common hepatic artery"; several edges may share it; empty when nobody named it.
    """

    start: int
    end: int
    curve: Curve
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in vessels: ``at_mm`` along ``edge``, ``away_mm`` from what was asked."""

    edge: int
    at_mm: float
    away_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Vessels as a graph of curves from parent to leaf; loops are kept as they are.

    Two nodes may be joined by several edges, and parts need not be connected.

    Attributes:
        nodes_lps_mm: (n, 3): branchings and ends; each belongs to an edge.
        edges: at least one; every curve runs from its start node to its end node.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    nodes_lps_mm: Points
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        nodes = freeze_points(self.nodes_lps_mm, "a tree", at_least=1)
        object.__setattr__(self, "nodes_lps_mm", nodes)
        object.__setattr__(self, "edges", tuple(self.edges))
        if not self.edges:
            raise ValueError("a tree has at least one edge, got none: say None where none is known")
        for number, edge in enumerate(self.edges):
            _check_edge(number, edge, nodes)
        lonely = np.flatnonzero(self.degree == 0)
        if lonely.size:
            raise ValueError(f"no edge touches node {lonely[0]}; every node has one: leave it out")

    def __repr__(self) -> str:
        length = sum(edge.curve.length_mm for edge in self.edges)
        return f"<Tree: {len(self.nodes_lps_mm)} nodes, {len(self.edges)} edges, {length:.0f} mm>"

    @property
    def degree(self) -> NDArray[np.intp]:
        """(n,) how many ends of edges meet at each node: 1 at an end, 3 where a vessel divides."""
        ends = [node for edge in self.edges for node in (edge.start, edge.end)]
        counted: NDArray[np.intp] = np.bincount(ends, minlength=len(self.nodes_lps_mm))
        return counted

    @property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        """Nodes of each connected part, by its lowest node."""
        ways, left, parts = self._neighbours(), set(range(len(self.nodes_lps_mm))), []
        while left:
            reached = _reached(min(left), ways)
            left -= reached
            parts.append(tuple(sorted(reached)))
        return tuple(parts)

    def below(self, edge: int) -> tuple[int, ...]:
        """Numbers of the edges that are fed through ``edge``, itself not among them.

        Raises:
            ValueError: there is no such edge.
        """
        if not 0 <= edge < len(self.edges):
            raise ValueError(f"there is no edge {edge}; edges are 0 to {len(self.edges) - 1}")
        ways: list[list[int]] = [[] for _ in self.nodes_lps_mm]
        for one in self.edges:
            ways[one.start].append(one.end)
        fed = _reached(self.edges[edge].end, ways)
        return tuple(n for n, one in enumerate(self.edges) if one.start in fed and n != edge)

    def leads_to(self, nodes: set[int]) -> NDArray[np.bool_]:
        """(e,) whether blood through each edge reaches any of some nodes."""
        ways: list[list[int]] = [[] for _ in self.nodes_lps_mm]
        for edge in self.edges:
            ways[edge.end].append(edge.start)
        before = set[int]()
        for node in nodes:
            if node not in before:
                before |= _reached(node, ways)
        return np.array([edge.end in before for edge in self.edges])

    def add_up(self, own: NDArray[np.float64]) -> NDArray[np.float64]:
        """(e,) sum of a figure over each edge and all that it feeds, each counted once.

        Args:
            own: (e,) of each edge by itself.
        """
        into = np.bincount([edge.end for edge in self.edges], minlength=len(self.nodes_lps_mm))
        leaving: list[list[int]] = [[] for _ in self.nodes_lps_mm]
        for number, edge in enumerate(self.edges):
            leaving[edge.start].append(number)
        waiting = [number for number, edge in enumerate(self.edges) if not into[edge.start]]
        order = []
        while waiting and into.max() == 1:
            order.append(waiting.pop())
            waiting += leaving[self.edges[order[-1]].end]
        if len(order) < len(self.edges):  # ways meet again: what lies behind would count twice
            return np.array([own[[n, *self.below(n)]].sum() for n in range(len(self.edges))])
        total = np.array(own, dtype=np.float64)
        for number in reversed(order):
            total[number] += total[leaving[self.edges[number].end]].sum()
        return total

    def route(self, a: int, b: int) -> Curve:
        """The shortest way from node ``a`` to node ``b``, with or against the direction of edges.

        Where two edges meet, the smaller radius counts: a device must pass both. The radius is
        unknown when that of any edge on the way is.

        Raises:
            ValueError: no such node, both are one, or nothing connects them.
        """
        curve = _joined([self._leaving(number, node) for number, node in self._way(a, b)])
        return curve if a < b else curve.reversed()

    def edges_between(self, a: int, b: int) -> tuple[int, ...]:
        """Numbers of the edges of ``route`` from node ``a`` to node ``b``, in that order.

        Raises:
            ValueError: as of ``route``.
        """
        numbers = [number for number, _ in self._way(a, b)]
        return tuple(numbers if a < b else numbers[::-1])

    def _way(self, a: int, b: int) -> list[tuple[int, int]]:
        """Always from the lower node, so that the way back is the same way."""
        last = len(self.nodes_lps_mm) - 1
        if a == b or not (0 <= a <= last and 0 <= b <= last):
            raise ValueError(f"a route joins two different nodes of 0 to {last}, got {a} and {b}")
        return self._shortest(min(a, b), max(a, b))

    def find_nearest(self, point_lps_mm: Points | Sequence[float]) -> Place:
        """The place in the vessels nearest to a point, (3,) LPS mm."""
        point = np.asarray(point_lps_mm, dtype=np.float64)
        curves = [edge.curve.points_lps_mm for edge in self.edges]
        # All pieces of all edges at once: an edge after the other takes fifty times as long.
        begin = np.concatenate([points[:-1] for points in curves])
        side = np.concatenate([points[1:] for points in curves]) - begin
        size = (side**2).sum(axis=1)
        share = np.clip(((point - begin) * side).sum(axis=1) / size, 0.0, 1.0)
        away = np.linalg.norm(begin + share[:, None] * side - point, axis=1)
        best = int(np.argmin(away))
        first = np.cumsum([0, *(len(points) - 1 for points in curves)])
        number = int(np.searchsorted(first, best, side="right")) - 1
        curve = self.edges[number].curve
        at_mm = float(curve.along_mm[best - first[number]] + share[best] * np.sqrt(size[best]))
        return Place(number, min(at_mm, curve.length_mm), float(away[best]))

    def split(self, edge: int, at_mm: float) -> tuple[Tree, int]:
        """The tree with a node ``at_mm`` along an edge, and that node; an end is what it is.

        The nearer part keeps the edge's number, the farther one comes last.

        Raises:
            ValueError: there is no such edge, or the place lies beyond it.
        """
        if not 0 <= edge < len(self.edges):
            raise ValueError(f"there is no edge {edge}; edges are 0 to {len(self.edges) - 1}")
        whole = self.edges[edge]
        length = whole.curve.length_mm
        if not -SAME_MM <= at_mm <= length + SAME_MM:
            raise ValueError(f"edge {edge} is {length:g} mm long; {at_mm:g} mm lies beyond it")
        for node, from_node in ((whole.start, at_mm), (whole.end, length - at_mm)):
            if from_node <= _LEAST_PART_MM:
                return self, node
        near, far = whole.curve.cut(at_mm)
        node = len(self.nodes_lps_mm)
        edges = [*self.edges, Edge(node, whole.end, far, whole.name)]
        edges[edge] = Edge(whole.start, node, near, whole.name)
        return Tree(np.vstack([self.nodes_lps_mm, far.points_lps_mm[:1]]), tuple(edges)), node

    def _neighbours(self) -> list[list[int]]:
        ways: list[list[int]] = [[] for _ in self.nodes_lps_mm]
        for edge in self.edges:
            ways[edge.start].append(edge.end)
            ways[edge.end].append(edge.start)
        return ways

    def _leaving(self, number: int, node: int) -> Curve:
        edge = self.edges[number]
        return edge.curve if edge.start == node else edge.curve.reversed()

    def _shortest(self, a: int, b: int) -> list[tuple[int, int]]:
        """(edge, node that it is entered from) from ``a`` to ``b``."""
        ways: list[list[tuple[float, int, int]]] = [[] for _ in self.nodes_lps_mm]
        for number, edge in enumerate(self.edges):
            length = edge.curve.length_mm
            ways[edge.start].append((length, edge.end, number))
            ways[edge.end].append((length, edge.start, number))
        came: dict[int, tuple[int, int]] = {}
        best, queue = {a: 0.0}, [(0.0, a)]
        while queue:
            so_far, node = heappop(queue)
            if so_far > best[node]:
                continue
            for length, other, number in ways[node]:
                if so_far + length < best.get(other, np.inf):
                    best[other] = so_far + length
                    came[other] = (number, node)
                    heappush(queue, (best[other], other))
        if b not in best:
            raise ValueError(
                f"nothing connects node {a} with node {b}; connected with {a} are "
                f"{sorted(best)}: choose one of them, or bridge the gap"
            )
        way, node = [], b
        while node != a:
            way.append(came[node])
            node = came[node][1]
        return way[::-1]


def _check_edge(number: int, edge: Edge, nodes: Points) -> None:
    if not (0 <= edge.start < len(nodes) and 0 <= edge.end < len(nodes)):
        raise ValueError(
            f"edge {number} joins nodes {edge.start} and {edge.end}; there are 0 to "
            f"{len(nodes) - 1}: count from 0"
        )
    points = edge.curve.points_lps_mm
    for word, node, point in (("starts", edge.start, points[0]), ("ends", edge.end, points[-1])):
        off_mm = float(np.linalg.norm(point - nodes[node]))
        if off_mm > SAME_MM:
            raise ValueError(
                f"edge {number} {word} {off_mm:g} mm from its node {node}; at most {SAME_MM:g} mm "
                "is allowed: let the curve run from node to node"
            )


def _reached(first: int, ways: Sequence[Sequence[int]]) -> set[int]:
    """Every node that ``ways`` lead to from ``first``, and itself."""
    reached, waiting = {first}, [first]
    while waiting:
        for other in ways[waiting.pop()]:
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached


def _joined(curves: Sequence[Curve]) -> Curve:
    """Curves that follow each other as one."""
    points = [curves[0].points_lps_mm, *(curve.points_lps_mm[1:] for curve in curves[1:])]
    radii = [curve.radius_mm for curve in curves if curve.radius_mm is not None]
    if len(radii) < len(curves):
        return Curve(np.concatenate(points))
    joined = [radii[0].copy()]
    for radius in radii[1:]:
        joined[-1][-1] = min(joined[-1][-1], radius[0])
        joined.append(radius[1:].copy())
    return Curve(np.concatenate(points), np.concatenate(joined))
