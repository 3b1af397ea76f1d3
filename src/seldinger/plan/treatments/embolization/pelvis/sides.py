"""Sides: a place of the catheter for the left and for the right; both are treated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.anatomy.feeders import ASIDE, FeederSet, list_feeders, name_feeder
from seldinger.anatomy.supply import outline_organ
from seldinger.anatomy.territory import DOUBT, inject, inject_all, partition_organ, share_by_edge
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.plan.treatments.embolization.positions import Positions, measure_widths, name_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.feeders import Feeder
    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.anatomy.territory import Partition
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed

SIDES = ("left", "right")
_FULL = 0.98
"""Of what a side feeds: a place that holds so much holds the side."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a side's places are chosen by."""

    tree: Tree
    side: Mapping[int, str]
    width: Mapping[int, float]
    shaft_mm: float
    most: int
    words: tuple[str, ...]

    def is_clean(self, one: Feeder) -> bool:
        """Whether nothing beyond its beginning leads elsewhere, by its end or by its name."""
        names = (self.tree.edges[n].name for n in (one.edge, *self.tree.below(one.edge)))
        return not one.leads_aside and not any(w in n for n in names for w in self.words)

    def is_wide(self, one: Feeder) -> bool:
        """Whether a tip comes there."""
        return self.width[one.edge] >= self.shaft_mm


def find_sides(
    anatomy: Anatomy,
    organ: str,
    targets: Mask,
    lesion: Lesion,
    told: tuple[str, ...],
    assumed: Assumed,
    shaft_mm: float,
) -> Positions:
    """Where something can be given for an organ that arteries of two sides feed.

    Args:
        anatomy: with arteries where any were traced.
        organ: that is embolized.
        targets: (i, j, k) what in it is shrunk.
        lesion: as the user named it.
        told: places that the user names; none: they are found.
        assumed: how territories are parted, and how many places there may be.
        shaft_mm: lumen that the catheter needs.

    Raises:
        PlanError: a place that is told is not known, or two of them lie below one another.
        AnatomyError: a place feeds none of the organ.
    """
    tree = anatomy.vessels
    if tree is None:
        return _none("no artery was traced", None, told)
    mask, words = outline_organ(anatomy, organ, lesion), ASIDE.get(organ, ())
    try:
        partition = partition_organ(
            mask, anatomy.grid, tree, words, assumed.get_value("territory_calibre_power")
        )
        feeders = _weigh_targets(
            list_feeders(partition, tree, partition.organ), partition, tree, targets
        )
    except AnatomyError as none:
        if told:
            raise
        return _none(str(none).split(":")[0], None, told)
    refused: tuple[str, ...] = ()
    if told:
        sets: tuple[FeederSet, ...] = (_join(name_set(feeders, tree, told).feeders),)
    else:
        most = int(assumed.get_value("embolization_most_positions"))
        choice = _Choice(tree, name_sides(tree), measure_widths(tree), shaft_mm, most, words)
        sets, refused = _choose(feeders, choice)
    if not sets:
        why = (
            f"no artery that feeds it has a side (left or right in its name, or in the name of one "
            f"that leads to it) and the {shaft_mm:.1f} mm that a tip needs"
        )
        return replace(_none(why, partition, told), refused=refused)
    doubt = assumed.get_value(DOUBT.name)
    edges = [one.edge for one in sets[0].feeders]
    given = tuple(inject(partition, tree, edge, 0.0, doubt) for edge in edges)
    joined = inject_all(partition, tree, edges, doubt)
    return Positions(
        partition, sets, given, joined.likely, refused, bool(told), whole_organ=True, tree=tree,
        joined=joined,
    )  # fmt: skip


def name_sides(tree: Tree) -> dict[int, str]:
    """By edge: "left" or "right", by its name or by that of the nearest artery that leads to it.

    Args:
        tree: directed from its root.
    """
    into = {edge.end: number for number, edge in enumerate(tree.edges)}
    found: dict[int, str] = {}
    for number in range(len(tree.edges)):
        at: int | None = number
        for _ in tree.edges:  # a ring of vessels has no first one
            if at is None or number in found:
                break
            first = tree.edges[at].name.partition(" ")[0]
            if first in SIDES:
                found[number] = first
            at = into.get(tree.edges[at].start)
    return found


def list_passed(tree: Tree, edge: int) -> tuple[str, ...]:
    """Branches of the same artery that leave it where a place begins: the tip lies beyond them.

    Args:
        tree: directed from its root.
        edge: of the place.
    """
    start, name = tree.edges[edge].start, tree.edges[edge].name
    if not any(one.end == start and one.name == name for one in tree.edges):
        return ()
    leaving = (one.name for one in tree.edges if one.start == start and one.name != name)
    return tuple(dict.fromkeys(one for one in leaving if one))


def find_origin(tree: Tree, edge: int) -> str:
    """Name of the artery that an edge's artery leaves; "" where nobody named it.

    Args:
        tree: directed from its root.
        edge: of the place.
    """
    into = {one.end: number for number, one in enumerate(tree.edges)}
    name, at = tree.edges[edge].name, into.get(tree.edges[edge].start)
    for _ in tree.edges:
        if at is None or tree.edges[at].name != name:
            break
        at = into.get(tree.edges[at].start)
    return "" if at is None else tree.edges[at].name


def find_missing(positions: Positions, tree: Tree | None) -> tuple[str, ...]:
    """Sides that no place is on.

    Args:
        positions: places of the catheter.
        tree: the arteries.
    """
    if positions.chosen is None or tree is None:
        return SIDES
    side = name_sides(tree)
    there = {side.get(one.edge) for one in positions.chosen.feeders}
    return tuple(one for one in SIDES if one not in there)


def _none(why: str, partition: Partition | None, told: tuple[str, ...]) -> Positions:
    return Positions(partition, (), (), None, (), bool(told), why, whole_organ=True)


def _weigh_targets(
    feeders: tuple[Feeder, ...], partition: Partition, tree: Tree, targets: Mask
) -> tuple[Feeder, ...]:
    """The organ's feeders with their shares of what is to shrink, and what else they reach."""
    inside = targets & partition.organ
    if not inside.any():
        raise PlanError("what is to shrink lies outside of the organ: look at the labels")
    share = share_by_edge(partition, tree, inside)
    organ_ml = float(partition.organ.sum()) * partition.grid.voxel_ml
    target_ml = float(inside.sum()) * partition.grid.voxel_ml
    return tuple(
        replace(
            one, target_share=float(share[one.edge]),
            spill_ml=max(0.0, one.organ_share * organ_ml - float(share[one.edge]) * target_ml),
        )
        for one in feeders
    )  # fmt: skip


def _choose(
    feeders: tuple[Feeder, ...], choice: _Choice
) -> tuple[tuple[FeederSet, ...], tuple[str, ...]]:
    """Both sides first, then each alone; and places that hold a side and are too narrow."""
    places: dict[str, tuple[Feeder, ...]] = {}
    refused: list[str] = []
    for side in SIDES:
        own = [one for one in feeders if choice.side.get(one.edge) == side]
        places[side] = _hold_side(own, choice)
        clean = [one for one in own if choice.is_clean(one)]
        most = max((one.organ_share for one in clean), default=0.0)
        refused += [
            name_feeder(one, choice.tree)
            for one in clean
            if one.organ_share >= _FULL * most and not choice.is_wide(one)
        ]
    if not any(places.values()):
        return (), tuple(refused)
    both = tuple(one for side in SIDES for one in places[side])
    alone = tuple(places[side] for side in SIDES if places[side] and places[side] != both)
    return tuple(_join(one) for one in (both, *alone)), tuple(dict.fromkeys(refused))


def _hold_side(own: list[Feeder], choice: _Choice) -> tuple[Feeder, ...]:
    """Places that lead nowhere else, as near to the heart as that holds; else the best one."""
    wide = [one for one in own if choice.is_wide(one)]
    clean = [one for one in wide if choice.is_clean(one)]
    if not clean:
        best = sorted(wide, key=lambda one: (-one.organ_share, len(one.leads_aside), one.edge))
        full = [one for one in best if one.organ_share >= _FULL * best[0].organ_share]
        return tuple(sorted(full, key=lambda one: (len(one.leads_aside), one.edge))[:1])
    below = {n for one in clean for n in choice.tree.below(one.edge)}
    first = [one for one in clean if one.edge not in below]
    return tuple(sorted(first, key=lambda one: (-one.organ_share, one.edge))[: choice.most])


def _join(places: tuple[Feeder, ...]) -> FeederSet:
    share = min(1.0, sum(one.target_share for one in places))
    return FeederSet(places, share, sum(one.spill_ml for one in places))
