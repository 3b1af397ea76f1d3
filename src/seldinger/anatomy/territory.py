"""Territory: which part of an organ each of its arteries feeds, by the nearest branch.

In:    the organ, and a tree whose branches end in it.
Out:   the branch that every voxel lies nearest to, and what lies below a place in the tree.

An estimate from where the traced branches run: an artery that was not traced is given to its
neighbours, and vessels that join territories are not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

_STEP_MM = 1.0
_AT_END_MM = 6.0
"""An artery that ends so near to the organ ends in it: labels and trees do not meet exactly."""
FAR_MM = 30.0
"""Tissue farther from any traced branch is fed by one that was not traced."""


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """An organ, parted among the branches that were traced in it.

    Attributes:
        branch: shape of the grid: number of the nearest branch's edge; -1 outside the organ.
        away_mm: shape of the grid: how far that branch is; 0 outside the organ.
        edges: the edges that feed the organ and nothing else.
    """

    branch: NDArray[np.int32]
    away_mm: NDArray[np.float32]
    edges: tuple[int, ...]

    __repr__ = short_repr


def partition_organ(organ: Mask, grid: Grid, tree: Tree) -> Partition:
    """Give every voxel of an organ to the nearest of the branches that end in it.

    Args:
        organ: its mask.
        grid: of the mask.
        tree: directed from the heart.

    Raises:
        AnatomyError: no branch of the tree ends in the organ, or the mask is empty.
    """
    from scipy.spatial import cKDTree  # lists of procedures need no trees

    if not organ.any():
        raise AnatomyError("the mask of the organ is empty: nothing in it can be fed")
    places = np.argwhere(organ)
    points = grid.to_lps(places.astype(float))
    edges = _find_feeding(points, tree)
    if not edges:
        raise AnatomyError(
            "no artery that was traced ends in the organ, so nobody can say what feeds which part "
            "of it: trace its arteries, or give the perfused part as a label"
        )
    samples, owner = [], []
    for number in edges:
        curve = tree.edges[number].curve
        count = max(2, int(np.ceil(curve.length_mm / _STEP_MM)) + 1)
        # Its first point belongs to its parent as well.
        samples.append(curve.points_at(np.linspace(0.0, curve.length_mm, count))[1:])
        owner.append(np.full(count - 1, number))
    away, nearest = cKDTree(np.vstack(samples)).query(points)
    branch = np.full(organ.shape, -1, dtype=np.int32)
    far = np.zeros(organ.shape, dtype=np.float32)
    at = tuple(places.T)
    branch[at], far[at] = np.concatenate(owner)[nearest], away
    return Partition(branch, far, edges)


def _find_feeding(points: NDArray[np.float64], tree: Tree) -> tuple[int, ...]:
    """Edges below which every end lies in the organ."""
    from scipy.spatial import cKDTree

    ends = np.flatnonzero(tree.degree == 1)
    away, _ = cKDTree(points).query(tree.nodes_lps_mm[ends])
    within = {int(n) for n, mm in zip(ends, away, strict=True) if mm <= _AT_END_MM}
    found = []
    for number in range(len(tree.edges)):
        below = {tree.edges[n].end for n in (number, *tree.below(number))}
        leaves = {node for node in below if tree.degree[node] == 1}
        if leaves and leaves <= within:
            found.append(number)
    return tuple(found)


def perfuse(partition: Partition, tree: Tree, edge: int) -> Mask:
    """What is fed by an edge and all below it.

    Args:
        partition: of the organ, by the same tree.
        tree: directed from the heart.
        edge: number of the edge in which something is given.

    Raises:
        AnatomyError: none of it feeds the organ.
    """
    fed: Mask = np.isin(partition.branch, (edge, *tree.below(edge)))
    if not fed.any():
        name = tree.edges[edge].name or f"edge {edge}"
        raise AnatomyError(
            f"the {name} feeds no part of the organ that a traced branch ends in: choose another "
            "artery"
        )
    return fed


def measure_far_share(partition: Partition, fed: Mask) -> float:
    """Share of a territory that lies over 30 mm from any traced branch."""
    return float((partition.away_mm[fed] > FAR_MM).mean())
