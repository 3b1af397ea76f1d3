"""Feeding: which arteries of a tree feed an organ and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

_AT_END_MM = 6.0
"""An artery that ends so near to the organ ends in it: labels and trees do not meet exactly."""
_DEEP_MM, _DEEP_SHARE = 8.0, 0.95
"""Around what ends deep in the organ, so far in every direction, there is little else."""


def find_feeding(
    organ: Mask, grid: Grid, tree: Tree, elsewhere: tuple[str, ...]
) -> tuple[int, ...]:
    """Edges below which every end lies in the organ.

    Args:
        organ: (i, j, k) its mask.
        grid: of the mask.
        tree: directed from the heart.
        elsewhere: words in the names of arteries that feed another organ, however near they end;
            one that ends deep in this one feeds it.
    """
    from scipy.spatial import cKDTree  # lists of procedures need no trees

    ends = np.flatnonzero(tree.degree == 1)
    places = tree.nodes_lps_mm[ends]
    index = np.rint(grid.to_index(places)).astype(int)
    inside: Mask = np.logical_and.reduce((index >= 0) & (index < organ.shape), axis=1)
    inside[inside] = organ[tuple(index[inside].T)]
    if not inside.all():
        points = grid.to_lps(np.argwhere(organ).astype(float))
        away, _ = cKDTree(points, balanced_tree=False).query(
            places[~inside], distance_upper_bound=_AT_END_MM
        )
        inside[~inside] = away <= _AT_END_MM
    deep = _find_deep(organ, grid, tree)
    other = {
        e.end for e in tree.edges if e.end not in deep and any(word in e.name for word in elsewhere)
    }
    other |= {int(n) for n in ends[~inside]}
    held = {int(n) for n in ends[inside]} - other
    feeding = tree.leads_to(held) & ~tree.leads_to(other)
    return tuple(int(n) for n in np.flatnonzero(feeding))


def _find_deep(organ: Mask, grid: Grid, tree: Tree) -> set[int]:
    """Nodes so deep in the organ that an artery ending there feeds it, whatever its name."""
    index = np.rint(grid.to_index(tree.nodes_lps_mm)).astype(int)
    span = np.ceil(_DEEP_MM / np.asarray(grid.spacing_mm)).astype(int)
    found = set()
    for node, at in enumerate(index):
        low, high = at - span, at + span + 1
        if (low >= 0).all() and (high <= organ.shape).all():
            around = organ[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
            if around.mean() > _DEEP_SHARE:
                found.add(node)
    return found
