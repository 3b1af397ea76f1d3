"""Positions: where the catheter's tip lies, by what it holds of the target and what it spares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.feeders import ASIDE, FeederSet, combine_feeders, list_feeders, name_feeder
from seldinger.anatomy.model import Lesion, Segment, Territory
from seldinger.anatomy.supply import find_tip, outline_organ
from seldinger.anatomy.territory import (
    DOUBT,
    FAR_MM,
    inject,
    inject_all,
    measure_far_share,
    partition_organ,
)
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from seldinger.anatomy.feeders import Feeder
    from seldinger.anatomy.model import Anatomy
    from seldinger.anatomy.territory import Injection, Partition
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed

BY_BRANCH, BY_USER, WHOLE = "nearest branches", "as told by the user", "not known"
_TIP_FROM_MM, _TIP_LONG_MM = 3.0, 8.0
"""Where the tip comes to lie behind the beginning of its artery; less in a short one."""
_PATH_MM = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Places of the catheter.

    Attributes:
        partition: of the organ; None: no artery was traced in it.
        sets: sets of places, the one that the plan goes on with first; none where there is none.
        injections: from each place of the first set.
        reached: (i, j, k) all that is reached from them.
        refused: feeders that hold more of the target and are too narrow, by name.
        told: the user named them.
        why: why there are none; empty where there are.
        whole_organ: all of the organ is meant, from each side, and not one lesion in it.
        tree: the arteries; None where none were traced.
        joined: all places of the first set as one.
    """

    partition: Partition | None
    sets: tuple[FeederSet, ...]
    injections: tuple[Injection, ...]
    reached: Mask | None
    refused: tuple[str, ...]
    told: bool
    why: str = ""
    whole_organ: bool = False
    tree: Tree | None = None
    joined: Injection | None = None

    __repr__ = short_repr

    @property
    def names(self) -> tuple[str, ...]:
        """What the chosen places are called, in order."""
        if self.chosen is None or self.tree is None:
            return ()
        return tuple(name_feeder(one, self.tree) for one in self.chosen.feeders)

    @property
    def chosen(self) -> FeederSet | None:
        """The set that the plan goes on with."""
        return self.sets[0] if self.sets else None


def find_positions(
    anatomy: Anatomy,
    lesion: Lesion,
    organ: str,
    told: tuple[str, ...],
    assumed: Assumed,
    shaft_mm: float,
) -> Positions:
    """Where something can be given for a lesion.

    Args:
        anatomy: with arteries where any were traced.
        lesion: what it is given for.
        organ: that it lies in.
        told: places that the user names; none: all are tried.
        assumed: how much of it is to be held, and at what price.
        shaft_mm: lumen that the catheter needs.

    Raises:
        PlanError: a place that is told is not known, or two of them lie below one another.
        AnatomyError: a place feeds none of the organ.
    """
    tree = anatomy.vessels
    if tree is None:
        return Positions(None, (), (), None, (), bool(told), "no artery was traced")
    mask = outline_organ(anatomy, organ, lesion)
    try:
        partition = partition_organ(
            mask, anatomy.grid, tree, ASIDE.get(organ, ()),
            assumed.get_value("territory_calibre_power"),
        )  # fmt: skip
        feeders = list_feeders(partition, tree, lesion.mask)
    except AnatomyError as none:
        if told:
            raise
        return Positions(None, (), (), None, (), told=False, why=str(none).split(":")[0])
    refused: tuple[str, ...] = ()
    sets: tuple[FeederSet, ...]
    if told:
        sets = (name_set(feeders, tree, told),)
    else:
        sets, refused = _search(feeders, tree, assumed, shaft_mm)
    if not sets:
        why = f"every artery that feeds it is thinner than the {shaft_mm:.1f} mm that a tip needs"
        return Positions(partition, (), (), None, refused, bool(told), why)
    doubt = assumed.get_value(DOUBT.name)
    edges = [one.edge for one in sets[0].feeders]
    given = tuple(inject(partition, tree, edge, 0.0, doubt) for edge in edges)
    joined = inject_all(partition, tree, edges, doubt)
    return Positions(
        partition, sets, given, joined.likely, refused, bool(told), tree=tree, joined=joined
    )


def _search(
    feeders: tuple[Feeder, ...], tree: Tree, assumed: Assumed, shaft_mm: float
) -> tuple[tuple[FeederSet, ...], tuple[str, ...]]:
    """Sets of places that a catheter reaches; and selective feeders that it does not."""
    width = measure_widths(tree)
    wide = [one for one in feeders if width[one.edge] >= shaft_mm and not _is_trunk(one)]
    thin = [name_feeder(one, tree) for one in feeders if width[one.edge] < shaft_mm]
    if not wide:
        return (), tuple(thin)
    most = int(assumed.get_value("embolization_most_positions"))
    return combine_feeders(
        wide, tree, assumed.get_value("embolization_held"), most,
        assumed.get_value("embolization_position_worth"),
        assumed.get_value("embolization_aside_worth"),
    ), tuple(thin)  # fmt: skip


def _is_trunk(one: Feeder) -> bool:
    """An artery that leads to several other organs is no place to give beads."""
    return one.ends_aside > 1


def name_set(feeders: tuple[Feeder, ...], tree: Tree, told: tuple[str, ...]) -> FeederSet:
    """The places that the user names.

    Args:
        feeders: of the target.
        tree: that they are edges of.
        told: names of arteries, or numbers of edges.

    Raises:
        PlanError: one feeds none of the target, or lies below another.
    """
    by_edge = {one.edge: one for one in feeders}
    chosen = []
    for word in told:
        at: str | int = int(word) if word.isdigit() else word
        edge, _ = find_tip(tree, at)
        if edge not in by_edge:
            known = ", ".join(dict.fromkeys(f.name for f in feeders if f.name))
            raise PlanError(
                f"the {word} feeds none of the target as far as arteries are traced: name another "
                f"place; those that do: {known}"
            )
        if by_edge[edge] in chosen:
            raise PlanError(
                f"the {word} is named twice, by its name or its edge: name each place once"
            )
        chosen.append(by_edge[edge])
    for one in chosen:
        if any(one.edge in tree.below(other.edge) for other in chosen):
            raise PlanError(
                f"the {one.name or one.edge} lies below another place that is named: what is given "
                "there goes twice; name one of them"
            )
    share = min(1.0, sum(one.target_share for one in chosen))
    return FeederSet(tuple(chosen), share, sum(one.spill_ml for one in chosen))


def measure_widths(tree: Tree) -> dict[int, float]:
    """By edge: the narrowest lumen on the way from its tree's root to a tip in it, mm; 0 unknown.

    Args:
        tree: directed from its root.
    """
    leaving: dict[int, list[int]] = {}
    for number, edge in enumerate(tree.edges):
        leaving.setdefault(edge.start, []).append(number)
    fed = {edge.end for edge in tree.edges}
    width = dict.fromkeys(range(len(tree.edges)), 0.0)
    waiting = [(node, np.inf) for node in leaving if node not in fed]
    while waiting:
        node, before = waiting.pop()
        for number in leaving.get(node, ()):
            curve = tree.edges[number].curve
            if curve.radius_mm is None:
                continue
            first = curve.along_mm <= _PATH_MM
            here = min(before, 2.0 * float(curve.radius_mm[first].min()))
            if here > width[number]:
                width[number] = here
                beyond = min(before, 2.0 * float(curve.radius_mm.min()))
                waiting.append((tree.edges[number].end, beyond))
    return width


def bound_territory(lesion: Lesion, organ: str, found: Positions, tree: Tree | None) -> Territory:
    """What is reached, with the stretch where the first tip comes to lie.

    Args:
        lesion: what it is given for.
        organ: that it lies in.
        found: the places.
        tree: the arteries.
    """
    if found.chosen is None or found.reached is None or tree is None or found.partition is None:
        why = f"What is reached is not known: {found.why}."
        return Territory(lesion.label, lesion.mask, organ, WHOLE, None, (lesion,), (why,))
    far = measure_far_share(found.partition, tree, found.reached)
    note = (
        f"{100.0 * far:.0f} % of what is reached lies over {FAR_MM:.0f} mm from any traced branch: "
        "arteries that were not traced, or join territories, are not known. Cone-beam CT with the "
        "catheter in place shows what is perfused."
    )
    return Territory(
        lesion.label, found.reached, organ, BY_USER if found.told else BY_BRANCH,
        place_tip(tree, found.chosen.feeders[0].edge), (lesion,), (note,), far,
    )  # fmt: skip


def place_tip(tree: Tree, edge: int) -> Segment:
    """A stretch near the beginning of an artery, so that all that it feeds lies below.

    Args:
        tree: the arteries.
        edge: number of the artery's first edge.
    """
    curve, name = tree.edges[edge].curve, tree.edges[edge].name or f"artery {edge}"
    start = min(_TIP_FROM_MM, 0.25 * curve.length_mm)
    end = min(start + _TIP_LONG_MM, 0.75 * curve.length_mm)
    return Segment(f"tip in the {name}", name, curve, start, end)


def organ_of(lesion: Lesion, anatomy: Anatomy, organ: str) -> Lesion:
    """The lesion, if it lies in the organ.

    Args:
        lesion: what it is given for.
        anatomy: with the organ's label.
        organ: where it must lie.

    Raises:
        PlanError: it lies elsewhere, or no label shows the organ.
    """
    if lesion.organ != organ:
        raise PlanError(
            f"{lesion.label!r} lies in {lesion.organ or 'no labelled organ'}; this is done in the "
            f"{organ}: name a lesion in it, or give --organ where labels cannot tell"
        )
    if not anatomy.has(organ):
        raise PlanError(f"no label shows the {organ}: nobody can say what is spared; label it")
    return replace(lesion)
