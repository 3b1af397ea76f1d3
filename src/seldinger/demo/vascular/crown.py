"""Crown: the arteries of a built-in organ down to its terminals, and exactly what each feeds.

Terminals stand all over the organ and closer in its tumours. Those of a segment hang on its artery
by halves of halves; a terminal feeds what is nearer to it than to any other. So what any artery
feeds is known without asking how a planner would guess it.

Every number is geometry of an invented patient: measurements of nobody, evidence of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask

    Inside = Callable[[Points], NDArray[np.bool_]]

_MOVED = 0.35
_STEP_MM = 1.0
_WAY = 0.6
"""An artery divides so far on its way to the middle of what it feeds."""
_EXPONENT = 2.7
_TERMINAL_MM = 0.13
_SEED = 13


@dataclass(frozen=True, slots=True)
class Bed:
    """Where terminals stand, and on which arteries they hang.

    Attributes:
        arteries: how the names of those begin that end in the organ.
        low_lps_mm, high_lps_mm: box around the organ.
        apart_mm, tumour_apart_mm: terminals stand on a lattice so wide, each moved by chance.
    """

    arteries: tuple[str, ...]
    low_lps_mm: Vector
    high_lps_mm: Vector
    apart_mm: float
    tumour_apart_mm: float


LIVER = Bed(("segment ",), (-150.0, -110.0, 60.0), (110.0, 110.0, 250.0), 14.0, 7.0)
UTERUS = Bed(
    ("left uterine", "right uterine"), (-60.0, -50.0, -185.0), (60.0, 60.0, -50.0), 9.0, 6.0
)
PROSTATE = Bed(
    ("left prostatic", "right prostatic"), (-40.0, -30.0, -200.0), (40.0, 50.0, -120.0), 6.0, 6.0
)
SPLEEN = Bed(
    ("superior polar splenic", "superior middle splenic", "inferior middle splenic",
     "inferior polar splenic"),
    (78.0, -6.0, 100.0), (136.0, 70.0, 196.0), 9.0, 9.0,
)  # fmt: skip
COLON = Bed(("vas rectum",), (-128.0, -18.0, -38.0), (-84.0, 44.0, 44.0), 9.0, 9.0)


@dataclass(frozen=True, slots=True, eq=False)
class Crown:
    """Arteries down to terminals.

    Attributes:
        tree: all of them, with radii; edges keep the numbers that they had before the crown grew.
        terminals_lps_mm: (t, 3).
        edge: (t,) number of the edge that ends in each.
    """

    tree: Tree
    terminals_lps_mm: Points
    edge: NDArray[np.intp]

    __repr__ = short_repr

    def find_feeding_edge(self, mask: Mask, grid: Grid) -> NDArray[np.int32]:
        """(i, j, k) number of the last edge that feeds each voxel of a mask; -1 elsewhere."""
        from scipy.spatial import cKDTree  # it opens only where something is parted

        places = np.argwhere(mask)
        _, nearest = cKDTree(self.terminals_lps_mm).query(grid.to_lps(places.astype(float)))
        feeding = np.full(mask.shape, -1, dtype=np.int32)
        feeding[tuple(places.T)] = self.edge[nearest]
        return feeding

    def find_territory(self, edge: int, mask: Mask, grid: Grid) -> Mask:
        """(i, j, k) the part of a mask that is fed through an edge."""
        below = (edge, *self.tree.below(edge))
        fed: Mask = np.isin(self.find_feeding_edge(mask, grid), below)
        return fed


def grow_crown(
    vessels: Tree,
    organ: Inside,
    tumours: tuple[Inside, ...],
    least_mm: float = 0.0,
    bed: Bed = LIVER,
) -> Crown:
    """The arteries of an organ down to terminals; the same arguments give the same numbers.

    Args:
        vessels: with the arteries of the segments, each ending in the organ.
        organ: whether points (n, 3), LPS mm, lie in it.
        tumours: the same of each tumour.
        least_mm: arteries thinner than this are not shown: they feed as before, through the last
            artery that is.
        bed: where terminals stand.
    """
    segments = {
        edge.end: (number, edge)
        for number, edge in enumerate(vessels.edges)
        if edge.name.startswith(bed.arteries) and vessels.degree[edge.end] == 1
    }
    terminals, owner = _place_terminals(vessels, tuple(segments), organ, tumours, bed)
    grown = _Growing(list(vessels.nodes_lps_mm), list(vessels.edges), terminals, least_mm, organ)
    for node, (number, edge) in segments.items():
        radius = edge.curve.radius_mm
        assert radius is not None  # noqa: S101  every vessel is grown with its radius
        own = np.flatnonzero(owner == node)
        grown.divide(number, node, own, edge.name, float(radius[-1]), digits="")
    return Crown(Tree(np.array(grown.nodes), tuple(grown.edges)), terminals, grown.feeding)


def _place_terminals(
    vessels: Tree, ends: tuple[int, ...], organ: Inside, tumours: tuple[Inside, ...], bed: Bed
) -> tuple[Points, NDArray[np.intp]]:
    """Terminals, and the node at the end of the segment's artery that each hangs on."""
    chance = np.random.default_rng(_SEED)
    sown = _sow(chance, bed, bed.apart_mm)
    held = organ(sown)
    for tumour in tumours:
        held &= ~tumour(sown)
    parts = [sown[held]]
    for tumour in tumours:
        dense = _sow(chance, bed, bed.tumour_apart_mm)
        parts.append(dense[tumour(dense)])
    terminals = np.concatenate(parts)
    away = np.linalg.norm(terminals[:, None] - vessels.nodes_lps_mm[list(ends)], axis=2)
    owner = np.array(ends)[away.argmin(axis=1)]
    for at, part in zip(np.cumsum([len(one) for one in parts])[:-1], parts[1:], strict=True):
        own = slice(int(at), int(at) + len(part))
        owner[own] = _feed_by_two(part, vessels, ends)
    return terminals, owner


def _feed_by_two(part: Points, vessels: Tree, ends: tuple[int, ...]) -> NDArray[np.intp]:
    """A tumour has two feeders: a third of it hangs on the second nearest artery."""
    places = vessels.nodes_lps_mm[list(ends)]
    first, second = np.linalg.norm(places - part.mean(axis=0), axis=1).argsort(kind="stable")[:2]
    along = part @ (places[second] - places[first])
    owner = np.full(len(part), ends[first], dtype=np.intp)
    owner[along >= np.quantile(along, 2.0 / 3.0)] = ends[second]
    return owner


def _sow(chance: np.random.Generator, bed: Bed, apart_mm: float) -> Points:
    """A lattice over the box of the organ, every point of it moved by chance."""
    box = zip(bed.low_lps_mm, bed.high_lps_mm, strict=True)
    axes = [np.arange(a, b, apart_mm) for a, b in box]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    moved: Points = points + _MOVED * apart_mm * chance.uniform(-1.0, 1.0, points.shape)
    return moved


class _Growing:
    """A tree while it grows."""

    def __init__(
        self,
        nodes: list[Points],
        edges: list[Edge],
        terminals: Points,
        least_mm: float,
        organ: Inside,
    ) -> None:
        self.nodes = nodes
        self.edges = edges
        self.terminals = terminals
        self.least_mm = least_mm
        self.organ = organ
        self.feeding = np.full(len(terminals), -1, dtype=np.intp)

    def divide(
        self, number: int, node: int, own: NDArray[np.intp], name: str, radius: float, digits: str
    ) -> None:
        """Hang terminals on the end of an edge, by halves."""
        self.feeding[own] = number
        if not len(own):
            return
        parts = [own] if len(own) == 1 else _halve(self.terminals, own)
        for digit, part in zip("12", parts, strict=False):
            thin = _TERMINAL_MM * len(part) ** (1.0 / _EXPONENT)
            if 2.0 * thin < self.least_mm:
                continue
            called = f"{name}, branch {digits}{digit}"
            end = self.terminals[part].mean(axis=0)
            if len(part) > 1:
                end = self._stay_inside(self.nodes[node], end, part)
            self.nodes.append(end)
            count = max(3, int(np.linalg.norm(end - self.nodes[node]) / _STEP_MM) + 1)
            way = np.linspace(self.nodes[node], end, count)
            curve = Curve(way, np.linspace(max(thin, 0.9 * radius), thin, count))
            self.edges.append(Edge(node, len(self.nodes) - 1, curve, called))
            self.feeding[part] = len(self.edges) - 1
            if len(part) > 1:
                self.divide(
                    len(self.edges) - 1, len(self.nodes) - 1, part, name, thin, digits + digit
                )

    def _stay_inside(self, start: Points, middle: Points, own: NDArray[np.intp]) -> Points:
        """Where an artery divides; the middle of what it feeds may lie outside of the organ."""
        end: Points = start + _WAY * (middle - start)
        if not self.organ(end[None])[0]:
            away = np.linalg.norm(self.terminals[own] - middle, axis=1)
            end = start + _WAY * (self.terminals[own[away.argmin()]] - start)
        return end


def _halve(terminals: Points, own: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Two halves across their longest axis."""
    middle = terminals[own] - terminals[own].mean(axis=0)
    _, _, axes = np.linalg.svd(middle, full_matrices=False)
    axis = axes[0] * np.sign(axes[0][np.abs(axes[0]).argmax()])
    order = own[np.argsort(middle @ axis, kind="stable")]
    half = len(own) // 2
    return [order[:half], order[half:]]
