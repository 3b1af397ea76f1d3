"""Territory: which part of an organ each of its arteries feeds, and what an injection reaches.

In:    the organ, and a tree whose branches end in it.
Out:   the branch that every voxel lies nearest to by a way inside the organ; what lies below a
       place in the tree, and its share of a tumour or of anything else.

An estimate from where the traced branches run: an artery that was not traced is given to its
neighbours, and vessels that join territories are not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.record import Assumption
from seldinger.geometry.geodesic import reach_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]

_STEP_MM = 1.0
_AT_END_MM = 6.0
"""An artery that ends so near to the organ ends in it: labels and trees do not meet exactly."""
FAR_MM = 30.0
"""Tissue farther from any traced branch is fed by one that was not traced."""
CALIBRE_POWER = Assumption(
    "territory_calibre_power", 0.0, "1", 0.0, 1.5,
    "a millimetre of way from a branch costs its radius to minus this power: 0 takes the nearest "
    "branch whatever its calibre, 1 lets a branch of twice the radius reach twice as far",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """An organ, parted among the branches that were traced in it.

    Attributes:
        branch: shape of the grid: number of the nearest branch's edge; -1 outside the organ, and
            in pieces of it that no way inside the organ leads to.
        at_mm: shape of the grid: how far along that edge; 0 where there is none.
        away_mm: shape of the grid: length of the way from there; 0 where there is none.
        edges: the edges that feed the organ and nothing else.
        voxel_ml: of the grid.
    """

    branch: NDArray[np.int32]
    at_mm: NDArray[np.float32]
    away_mm: NDArray[np.float32]
    edges: tuple[int, ...]
    voxel_ml: float

    __repr__ = short_repr

    @property
    def fed(self) -> Mask:
        """Everything that a branch feeds."""
        fed: Mask = self.branch >= 0
        return fed


def partition_organ(
    organ: Mask, grid: Grid, tree: Tree, calibre_power: float = CALIBRE_POWER.value
) -> Partition:
    """Give every voxel of an organ to the nearest of the branches that end in it.

    Nearest is by ways inside the organ.

    Args:
        organ: its mask.
        grid: of the mask.
        tree: directed from the heart.
        calibre_power: 0 or more; above 0 every feeding edge needs a radius.

    Raises:
        AnatomyError: no branch of the tree ends in the organ, the mask is empty, or a branch has no
            radius where calibres count.
    """
    if not organ.any():
        raise AnatomyError("the mask of the organ is empty: nothing in it can be fed")
    edges = _find_feeding(organ, grid, tree)
    if not edges:
        raise AnatomyError(
            "no artery that was traced ends in the organ, so nobody can say what feeds which part "
            "of it: trace its arteries, or give the perfused part as a label"
        )
    samples, owner, along = _sample_edges(tree, edges)
    weights = _weigh(tree, edges, calibre_power)[owner] if calibre_power else None
    reached = reach_from(organ, grid, samples, weights)
    none = reached.place < 0
    branch = np.array(edges, dtype=np.int32)[owner][reached.place]
    branch[none] = -1
    at_mm = along.astype(np.float32)[reached.place]
    at_mm[none] = 0.0
    return Partition(
        branch, at_mm, np.where(none, np.float32(0.0), reached.length_mm), edges, grid.voxel_ml
    )


def _sample_edges(tree: Tree, edges: tuple[int, ...]) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Places along edges, the position of each one's edge in ``edges``, and how far along it."""
    samples, owner, along = [], [], []
    for position, number in enumerate(edges):
        curve = tree.edges[number].curve
        count = max(2, int(np.ceil(curve.length_mm / _STEP_MM)) + 1)
        # Its first point belongs to its parent as well.
        at = np.linspace(0.0, curve.length_mm, count)[1:]
        samples.append(curve.points_at(at))
        along.append(at)
        owner.append(np.full(count - 1, position))
    return np.vstack(samples), np.concatenate(owner), np.concatenate(along)


def _weigh(tree: Tree, edges: tuple[int, ...], power: float) -> Floats:
    """Cost of a millimetre from each edge; 1 of an edge of the middle radius."""
    radii = []
    for number in edges:
        radius = tree.edges[number].curve.radius_mm
        if radius is None:
            name = tree.edges[number].name or f"edge {number}"
            raise AnatomyError(
                f"the {name} has no radius, and calibres are to count: measure it, or say "
                "territory_calibre_power=0"
            )
        radii.append(float(np.median(radius)))
    sizes = np.array(radii)
    cost: Floats = (np.median(sizes) / sizes) ** power
    return cost


def _find_feeding(organ: Mask, grid: Grid, tree: Tree) -> tuple[int, ...]:
    """Edges below which every end lies in the organ."""
    from scipy.spatial import cKDTree  # lists of procedures need no trees

    ends = np.flatnonzero(tree.degree == 1)
    places = tree.nodes_lps_mm[ends]
    index = np.rint(grid.to_index(places)).astype(int)
    inside: Mask = np.logical_and.reduce((index >= 0) & (index < organ.shape), axis=1)
    inside[inside] = organ[tuple(index[inside].T)]
    if not inside.all():
        # Only what lies in a box around them can be so near.
        points = grid.to_lps(np.argwhere(organ).astype(float))
        away, _ = cKDTree(points, balanced_tree=False).query(
            places[~inside], distance_upper_bound=_AT_END_MM
        )
        inside[~inside] = away <= _AT_END_MM
    within = {int(n) for n, held in zip(ends, inside, strict=True) if held}
    found = []
    for number in range(len(tree.edges)):
        below = {tree.edges[n].end for n in (number, *tree.below(number))}
        leaves = {node for node in below if tree.degree[node] == 1}
        if leaves and leaves <= within:
            found.append(number)
    return tuple(found)


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
    fed = _select(tree, (edge, *tree.below(edge)))[partition.branch]
    if from_mm > 0.0:
        fed &= (partition.branch != edge) | (partition.at_mm >= from_mm)
    if not fed.any():
        name = tree.edges[edge].name or f"edge {edge}"
        raise AnatomyError(
            f"the {name} feeds no part of the organ that a traced branch ends in: choose another "
            "artery"
        )
    return fed


def _select(tree: Tree, edges: tuple[int, ...]) -> NDArray[np.bool_]:
    """(e + 1,) whether an edge is among ``edges``; the last is for -1, nobody."""
    table = np.zeros(len(tree.edges) + 1, dtype=bool)
    table[list(edges)] = True
    return table


def share_by_edge(partition: Partition, tree: Tree, mask: Mask) -> Floats:
    """(e,) which share of a mask each edge feeds by itself, its branches not counted.

    Args:
        partition: of the organ.
        tree: by which it was parted.
        mask: (i, j, k) with a voxel: a tumour, the organ.
    """
    owned = partition.branch[mask]
    counted = np.bincount(owned[owned >= 0], minlength=len(tree.edges))
    share: Floats = counted / max(owned.size, 1)
    return share


def measure_far_share(partition: Partition, fed: Mask) -> float:
    """Share of a territory that lies over 30 mm from any traced branch."""
    return float((partition.away_mm[fed] > FAR_MM).mean())
