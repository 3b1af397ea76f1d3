"""Feeders: where a catheter may give something, and what of a target and of the rest that reaches.

In:    a partitioned organ, its tree, a target in it.
Out:   places in the tree with their shares; sets of places that hold the target and spare the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.territory import perfuse, share_by_edge
from seldinger.core.errors import AnatomyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.anatomy.territory import Partition
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

ASIDE = {
    "liver": ("cystic", "gastroduodenal", "gastric", "falciform", "phrenic", "supraduodenal"),
    "uterus": ("ovarian", "vesical", "rectal", "vaginal", "pudendal", "gluteal", "obturator"),
    "prostate": ("vesical", "rectal", "penile", "pudendal", "gluteal", "obturator"),
}
"""Words of arteries that leave those of an organ and feed another one."""
_LEAST = 0.01
"""Of a target: what feeds less of it is no feeder."""
_MOST_TRIED = 40
"""Places that are combined: the best by themselves."""
_NESTED = 1e-9


@dataclass(frozen=True, slots=True)
class Feeder:
    """An edge of the tree as a place to give something.

    Attributes:
        edge: its number.
        name: of the artery; "" where nobody named it.
        diameter_mm: median of its lumen; None: unknown.
        target_share: of the target that is fed through it.
        organ_share: of the organ, target included.
        spill_ml: of the organ that is fed through it and is not target.
        leads_aside: names of arteries that leave it and end outside the organ, "" for one without
            a name.
        ends_aside: how many ends outside of the organ it leads to.
    """

    edge: int
    name: str
    diameter_mm: float | None
    target_share: float
    organ_share: float
    spill_ml: float
    leads_aside: tuple[str, ...]
    ends_aside: int = 0


@dataclass(frozen=True, slots=True)
class FeederSet:
    """Places that are given into one after the other.

    Attributes:
        feeders: none of them below another.
        target_share: of the target, together.
        spill_ml: of the organ beside the target, together.
    """

    feeders: tuple[Feeder, ...]
    target_share: float
    spill_ml: float

    @property
    def leads_aside(self) -> tuple[str, ...]:
        """Arteries beyond any of the places that end outside the organ."""
        return tuple(dict.fromkeys(n for one in self.feeders for n in one.leads_aside))


def list_feeders(partition: Partition, tree: Tree, target: Mask) -> tuple[Feeder, ...]:
    """Every edge that feeds some of a target: the largest share first, then the least spill.

    Args:
        partition: of the organ, by the same tree.
        tree: directed from the heart.
        target: (i, j, k), at least one voxel in the organ.

    Raises:
        AnatomyError: no traced artery feeds any of it.
    """
    inside = target & partition.organ
    if not inside.any():
        raise AnatomyError("the target lies outside the organ that was parted: name one in it")
    of_target = share_by_edge(partition, tree, inside)
    of_organ = share_by_edge(partition, tree, partition.organ)
    size_ml = float(partition.organ.sum()) * partition.grid.voxel_ml
    target_ml = float(inside.sum()) * partition.grid.voxel_ml
    ends = tree.degree == 1
    own = {*partition.edges}
    found = []
    for number in np.flatnonzero(of_target >= _LEAST):
        edge = tree.edges[number]
        beyond = [
            n
            for n in (int(number), *tree.below(int(number)))
            if n not in own and ends[tree.edges[n].end]
        ]
        aside = dict.fromkeys(tree.edges[n].name for n in beyond)
        radius = edge.curve.radius_mm
        found.append(
            Feeder(
                int(number), edge.name, None if radius is None else 2.0 * float(np.median(radius)),
                float(of_target[number]), float(of_organ[number]),
                max(0.0, float(of_organ[number]) * size_ml - of_target[number] * target_ml),
                tuple(aside), len(beyond),
            )
        )  # fmt: skip
    if not found:
        raise AnatomyError("no traced artery feeds any of the target: trace those that lead to it")
    return tuple(sorted(found, key=lambda one: (-one.target_share, one.spill_ml, one.edge)))


def combine_feeders(
    feeders: Sequence[Feeder],
    tree: Tree,
    held: float,
    most: int,
    worth_ml: float,
    aside_ml: float = 0.0,
) -> tuple[FeederSet, ...]:
    """Sets of feeders that hold the target, by what they spill; then what holds most of it.

    One more place must spare ``worth_ml`` to be better than one less, and one that leads to other
    organs ``aside_ml``.

    Args:
        feeders: as listed, those that a catheter can reach.
        tree: that they are edges of.
        held: share of the target that a set is to hold.
        most: places in a set.
        worth_ml: what one more place must spare.
        aside_ml: what a set must spare that leads to other organs.
    """
    below = {one.edge: {*tree.below(one.edge)} for one in feeders}
    tried = sorted(feeders, key=lambda one: (one.spill_ml / one.target_share, one.edge))
    tried = [*dict.fromkeys([*tried[:_MOST_TRIED], *feeders[:_MOST_TRIED]])]
    sets = []
    for count in range(1, most + 1):
        for chosen in combinations(tried, count):
            if not _are_apart(chosen, below):
                continue
            share = sum(one.target_share for one in chosen)
            sets.append(FeederSet(chosen, min(share, 1.0), sum(one.spill_ml for one in chosen)))

    def order(one: FeederSet) -> tuple[float, float, tuple[int, ...]]:
        numbers = tuple(f.edge for f in one.feeders)
        price = one.spill_ml + (aside_ml if one.leads_aside else 0.0)
        if one.target_share >= held - _NESTED:
            return (0.0, price + worth_ml * (len(one.feeders) - 1), numbers)
        return (1.0 + held - one.target_share, price, numbers)

    return tuple(sorted(sets, key=order))


def _are_apart(chosen: Iterable[Feeder], below: dict[int, set[int]]) -> bool:
    """Whether none lies below another, so that their shares add up."""
    return all(
        a.edge not in below[b.edge] and b.edge not in below[a.edge]
        for a, b in combinations(chosen, 2)
    )


def name_feeder(one: Feeder, tree: Tree) -> str:
    """What a place is called: its artery, with the edge's number where several have the name."""
    if not one.name:
        return f"edge {one.edge}"
    several = sum(edge.name == one.name for edge in tree.edges) > 1
    return f"{one.name} (edge {one.edge})" if several else one.name


def join_territories(partition: Partition, tree: Tree, chosen: FeederSet) -> Mask:
    """(i, j, k) all that a set of feeders reaches.

    Args:
        partition: of the organ.
        tree: by which it was parted.
        chosen: the set.
    """
    fed = np.zeros(partition.organ.shape, dtype=bool)
    for one in chosen.feeders:
        fed |= perfuse(partition, tree, one.edge)
    return fed
