"""Territory: which part of an organ each of its arteries feeds, and what an injection reaches.

In:    the organ, and a tree whose branches end in it.
Out:   the last branch that every voxel lies nearest to by a way inside the organ; what lies below a
       place in the tree, as far as it is sure, likely and possible.

An estimate from where the traced branches end: an artery that was not traced is given to its
neighbours, and vessels that join territories are not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.feeding import find_feeding
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.record import Assumption
from seldinger.geometry.geodesic import reach_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]

_STEP_MM = 1.0
_FEEDS_FROM = 0.5
"""A last branch feeds from its middle on: on the way there its parent's other branches are nearer
to what it passes."""
FAR_MM = 30.0
"""Tissue farther from any traced branch is fed by one that was not traced."""
DOUBT = Assumption(
    "territory_doubt", 0.2, "1", 0.0, 0.9,
    "tissue is sure where the ways from inside and outside of a territory differ by more than this "
    "share of their sum: beyond it nine in ten voxels of the built-in liver are right, however few "
    "of its arteries are traced; no patient was asked",
)  # fmt: skip
CALIBRE_POWER = Assumption(
    "territory_calibre_power", 0.0, "1", 0.0, 1.5,
    "a millimetre of way from a branch costs its radius to minus this power: 0 takes the nearest "
    "branch whatever its calibre, which the built-in liver agrees with best",
)  # fmt: skip
ASSUMPTIONS = (DOUBT, CALIBRE_POWER)


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Places from which tissue is fed: along the last branches.

    Attributes:
        places_lps_mm: (s, 3).
        edge: (s,) number of each one's edge.
        at_mm: (s,) how far along it.
        cost: (s,) of a millimetre of way from it.
    """

    places_lps_mm: Points
    edge: NDArray[np.int32]
    at_mm: NDArray[np.float32]
    cost: Floats

    def select(self, chosen: NDArray[np.bool_]) -> Sources:
        """Those that are ``chosen``, (s,)."""
        return replace(
            self, places_lps_mm=self.places_lps_mm[chosen], edge=self.edge[chosen],
            at_mm=self.at_mm[chosen], cost=self.cost[chosen],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """An organ, parted among the last branches that were traced in it.

    Attributes:
        organ: (i, j, k) its mask.
        grid: of the mask.
        branch: (i, j, k) number of the edge that feeds a voxel; -1 outside the organ, and in pieces
            of it that no way inside the organ leads to.
        at_mm: (i, j, k) how far along that edge; 0 where there is none.
        away_mm: (i, j, k) length of the way from there; 0 where there is none.
        edges: the edges that feed the organ and nothing else.
        sources: where tissue is fed from.
        cells: (v,) flat indices of the organ's voxels, and
        owned: (v,) ``branch`` there: a place of a catheter is looked up in these alone.
    """

    organ: Mask
    grid: Grid
    branch: NDArray[np.int32]
    at_mm: NDArray[np.float32]
    away_mm: NDArray[np.float32]
    edges: tuple[int, ...]
    sources: Sources
    cells: NDArray[np.intp] = field(init=False)
    owned: NDArray[np.int32] = field(init=False)

    __repr__ = short_repr

    def __post_init__(self) -> None:
        """Look the organ's voxels up once."""
        cells = np.flatnonzero(self.organ)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "owned", self.branch.reshape(-1)[cells])


@dataclass(frozen=True, slots=True, eq=False)
class Injection:
    """What something that is given at a place in the tree reaches.

    Attributes:
        edge: of the tree.
        from_mm: along it.
        likely: (i, j, k) nearest to a branch below that place.
        sure: (i, j, k) the part of it that is much nearer to those than to any other.
        possible: (i, j, k) all but what is much nearer to others.
    """

    edge: int
    from_mm: float
    likely: Mask
    sure: Mask
    possible: Mask

    __repr__ = short_repr

    def share(self, mask: Mask) -> tuple[float, float, float]:
        """Which share of a mask is reached: surely, likely, possibly.

        Args:
            mask: (i, j, k) with a voxel.
        """
        size = max(int(mask.sum()), 1)
        sure, likely, possible = (
            float((mask & one).sum()) / size for one in (self.sure, self.likely, self.possible)
        )
        return sure, likely, possible


def partition_organ(
    organ: Mask,
    grid: Grid,
    tree: Tree,
    elsewhere: tuple[str, ...] = (),
    calibre_power: float = CALIBRE_POWER.value,
) -> Partition:
    """Give every voxel of an organ to the nearest of the last branches that end in it.

    Nearest is by ways inside the organ.

    Args:
        organ: its mask.
        grid: of the mask.
        tree: directed from the heart.
        elsewhere: words in the names of arteries that feed another organ, however near they end.
        calibre_power: 0 or more; above 0 every last branch needs a radius.

    Raises:
        AnatomyError: no branch of the tree ends in the organ, the mask is empty, or a branch has no
            radius where calibres count.
    """
    if not organ.any():
        raise AnatomyError("the mask of the organ is empty: nothing in it can be fed")
    edges = find_feeding(organ, grid, tree, elsewhere)
    if not edges:
        raise AnatomyError(
            "no artery that was traced ends in the organ, so nobody can say what feeds which part "
            "of it: trace its arteries, or give the perfused part as a label"
        )
    sources = _sample_last(tree, edges, calibre_power)
    reached = reach_from(organ, grid, sources.places_lps_mm, sources.cost)
    none = reached.place < 0
    branch, at_mm = sources.edge[reached.place], sources.at_mm[reached.place]
    branch[none], at_mm[none] = -1, 0.0
    away_mm = np.where(none, np.float32(0.0), reached.length_mm)
    return Partition(organ, grid, branch, at_mm, away_mm, edges, sources)


def _sample_last(tree: Tree, edges: tuple[int, ...], calibre_power: float) -> Sources:
    """Places along the farther half of every edge that ends in the organ."""
    degree = tree.degree
    places, owner, along = [], [], []
    for number in edges:
        edge = tree.edges[number]
        if degree[edge.end] != 1:
            continue
        length = edge.curve.length_mm
        count = max(2, int(np.ceil((1.0 - _FEEDS_FROM) * length / _STEP_MM)) + 1)
        at = np.linspace(_FEEDS_FROM * length, length, count)
        places.append(edge.curve.points_at(at))
        along.append(at)
        owner.append(np.full(count, number))
    owned = np.concatenate(owner).astype(np.int32)
    cost = np.ones(len(owned)) if not calibre_power else _weigh(tree, owned, calibre_power)
    return Sources(np.vstack(places), owned, np.concatenate(along).astype(np.float32), cost)


def _weigh(tree: Tree, edges: NDArray[np.int32], power: float) -> Floats:
    """Cost of a millimetre of way from each edge; 1 of an edge of the middle radius."""
    radii = {}
    for number in np.unique(edges):
        radius = tree.edges[number].curve.radius_mm
        if radius is None:
            name = tree.edges[number].name or f"edge {number}"
            raise AnatomyError(
                f"the {name} has no radius, and calibres are to count: measure it, or say "
                "territory_calibre_power=0"
            )
        radii[number] = float(np.median(radius))
    middle = float(np.median(list(radii.values())))
    return np.array([(middle / radii[number]) ** power for number in edges])


def perfuse(partition: Partition, tree: Tree, edge: int, from_mm: float = 0.0) -> Mask:
    """What is fed by an edge from a place on, and all below it.

    Args:
        partition: of the organ, by the same tree.
        tree: directed from the heart.
        edge: number of the edge in which something is given.
        from_mm: how far along it the tip lies: what the edge feeds before is not reached.

    Raises:
        AnatomyError: none of it feeds the organ.
    """
    table = np.zeros(len(tree.edges) + 1, dtype=bool)  # the last is for -1, nobody
    table[[edge, *tree.below(edge)]] = True
    held = table[partition.owned]
    if from_mm > 0.0:
        at_mm = partition.at_mm.reshape(-1)[partition.cells]
        held &= (partition.owned != edge) | (at_mm >= from_mm)
    fed = np.zeros(partition.organ.shape, dtype=bool)
    fed.reshape(-1)[partition.cells] = held
    if not held.any():
        raise _feeds_nothing(tree, edge)
    return fed


def _feeds_nothing(tree: Tree, edge: int) -> AnatomyError:
    name = tree.edges[edge].name or f"edge {edge}"
    return AnatomyError(
        f"the {name} feeds no part of the organ that a traced branch ends in: choose another artery"
    )


def inject(
    partition: Partition,
    tree: Tree,
    edge: int,
    from_mm: float = 0.0,
    doubt: float = DOUBT.value,
) -> Injection:
    """What something that is given in an edge reaches, with what is doubtful of it.

    Args:
        partition: of the organ, by the same tree.
        tree: directed from the heart.
        edge: number of the edge in which it is given.
        from_mm: how far along it the tip lies.
        doubt: share of the sum of two ways by which they must differ.

    Raises:
        AnatomyError: none of it feeds the organ.
    """
    likely = perfuse(partition, tree, edge, from_mm)
    sources = partition.sources
    below = np.isin(sources.edge, (edge, *tree.below(edge)))
    below &= (sources.edge != edge) | (sources.at_mm >= from_mm)
    return _judge_reach(partition, edge, from_mm, likely, below, doubt)


def inject_all(
    partition: Partition, tree: Tree, edges: Sequence[int], doubt: float = DOUBT.value
) -> Injection:
    """What several edges reach together: borders between them are no doubt.

    Args:
        partition: of the organ, by the same tree.
        tree: directed from the heart.
        edges: in which something is given, each from its beginning; the first gives its number.
        doubt: share of the sum of two ways by which they must differ.

    Raises:
        AnatomyError: one of them feeds none of the organ.
    """
    likely = np.logical_or.reduce([perfuse(partition, tree, edge) for edge in edges])
    fed = {n for edge in edges for n in (edge, *tree.below(edge))}
    below = np.isin(partition.sources.edge, list(fed))
    return _judge_reach(partition, edges[0], 0.0, likely, below, doubt)


def _judge_reach(
    partition: Partition,
    edge: int,
    from_mm: float,
    likely: Mask,
    below: NDArray[np.bool_],
    doubt: float,
) -> Injection:
    """The sure and the possible part, by the ways from sources ``below`` and from the others."""
    sources = partition.sources
    if below.all():
        return Injection(edge, from_mm, likely, likely, likely)
    inner, outer = (_measure_cost(partition, sources.select(one)) for one in (below, ~below))
    with np.errstate(invalid="ignore"):
        # In a piece of the organ that only one of them reaches, that one is sure.
        nearer = np.where(np.isinf(outer), 1.0, (outer - inner) / (outer + inner))
    nearer[np.isinf(inner)] = -1.0
    sure, possible = likely & (nearer > doubt), partition.organ & (nearer > -doubt)
    return Injection(edge, from_mm, likely, sure, possible | likely)


def _measure_cost(partition: Partition, sources: Sources) -> NDArray[np.float32]:
    """(i, j, k) cost of the cheapest way from some sources; infinite where there is none."""
    reached = reach_from(partition.organ, partition.grid, sources.places_lps_mm, sources.cost)
    cost: NDArray[np.float32] = reached.length_mm * sources.cost.astype(np.float32)[reached.place]
    return cost


def share_by_edge(partition: Partition, tree: Tree, mask: Mask) -> Floats:
    """(e,) which share of a mask is fed through each edge, all its branches counted.

    Args:
        partition: of the organ.
        tree: by which it was parted.
        mask: (i, j, k) with a voxel: a tumour, the organ.
    """
    owned = partition.branch[mask]
    own = np.bincount(owned[owned >= 0], minlength=len(tree.edges)) / max(owned.size, 1)
    return tree.add_up(own)


def measure_far_share(partition: Partition, tree: Tree, fed: Mask) -> float:
    """Share of a territory that lies over 30 mm from any branch that was traced in the organ.

    Args:
        partition: of the organ.
        tree: by which it was parted.
        fed: (i, j, k) the territory.
    """
    from scipy.spatial import cKDTree  # lists of procedures need no trees

    samples = []
    for number in partition.edges:
        curve = tree.edges[number].curve
        count = max(2, int(np.ceil(curve.length_mm / _STEP_MM)) + 1)
        samples.append(curve.points_at(np.linspace(0.0, curve.length_mm, count)))
    points = partition.grid.to_lps(np.argwhere(fed).astype(float))
    away, _ = cKDTree(np.vstack(samples)).query(points, distance_upper_bound=FAR_MM)
    return float(np.isinf(away).mean())
