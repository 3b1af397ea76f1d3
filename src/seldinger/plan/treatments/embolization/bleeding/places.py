"""Places: where the artery that bleeds, or one that leads to it, can be closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.bleeding import BleedingSource, find_common, find_source, list_ancestors
from seldinger.anatomy.feeders import ASIDE
from seldinger.anatomy.supply import find_tip, outline_organ
from seldinger.anatomy.territory import FAR_MM, partition_organ
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.formatting import short_repr
from seldinger.plan.treatments.embolization.bleeding.regions import find_region
from seldinger.plan.treatments.embolization.bleeding.spared import (
    is_trunk,
    list_labelled,
    name_edge,
)
from seldinger.plan.treatments.embolization.positions import measure_widths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.anatomy.territory import Partition
    from seldinger.core.tree import Tree
    from seldinger.plan.treatments.embolization.bleeding.options import Strategy
    from seldinger.plan.treatments.embolization.bleeding.regions import BleedingRegion

    Fits = Callable[[float | None, float], bool]
    """Whether an occluder fits a lumen, mm, in so much room, mm."""

_LANDING_MM = 10.0
_ROUND_MM = 0.5
_SAME_MM = 1e-6
_FEEDS = 0.05
"""Of a bleeding that touches no artery: a last branch that feeds less of it is no candidate."""


@dataclass(frozen=True, slots=True)
class FarSide:
    """The same artery beyond the bleeding.

    Attributes:
        from_mm, to_mm: along its edge.
        diameter_mm: of its lumen there; None: unknown.
        width_mm: narrowest lumen on the way to what is placed there, past the bleeding.
    """

    from_mm: float
    to_mm: float
    diameter_mm: float | None
    width_mm: float


@dataclass(frozen=True, slots=True)
class ClosingPlace:
    """A stretch of artery that can be closed.

    Attributes:
        edge: of the tree.
        name: of the artery, "edge 12" where nobody named it.
        level: "at the bleeding", "before it", "before the organ", or "elsewhere".
        from_mm, to_mm: along the edge.
        diameter_mm: lumen where the occluder lies; None: unknown.
        width_mm: narrowest lumen on the way there.
        held: share of the arteries that may bleed which lie at it or beyond it.
        organ_share, starved_ml: of the organ, what is fed through it and lies within 30 mm of a
            traced branch; None: not known.
        ends: last traced branches that it leads to.
        aside: arteries beyond it that lead elsewhere.
        far_side: of the bleeding; None: nothing of the artery goes on beyond it.
    """

    edge: int
    name: str
    level: str
    from_mm: float
    to_mm: float
    diameter_mm: float | None
    width_mm: float
    held: float
    organ_share: float | None
    starved_ml: float | None
    ends: int
    aside: tuple[str, ...]
    far_side: FarSide | None = None

    @property
    def room_mm(self) -> float:
        """Length of the stretch."""
        return self.to_mm - self.from_mm


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where it can be closed.

    Attributes:
        region: of the body.
        strategy: as it is planned.
        source: arteries that may bleed; None: no bleeding is labelled, or no artery was traced.
        by_territory: they are those that feed the tissue, none being touched.
        line: places from the bleeding towards the heart.
        chosen: that the plan goes on with; none where none is known.
        told: the user named them.
        why: why there are none.
        tree: the arteries.
        partition: of the organ; None where it is not labelled, or nothing traced ends in it.
        suspects: edges that may bleed.
        labelled: names of labelled bleedings in an organ that is meant as a whole.
    """

    region: BleedingRegion
    strategy: Strategy
    source: BleedingSource | None
    by_territory: bool
    line: tuple[ClosingPlace, ...]
    chosen: tuple[ClosingPlace, ...]
    told: bool
    why: str
    tree: Tree | None
    partition: Partition | None
    suspects: tuple[int, ...] = ()
    labelled: tuple[str, ...] = ()

    __repr__ = short_repr

    @property
    def held(self) -> float:
        """Share of what may bleed that lies at or beyond what is closed, each counted once."""
        tree, closed = self.tree, [one.edge for one in self.chosen]
        if tree is None:
            return 0.0
        beyond = {n for edge in closed for n in (edge, *tree.below(edge))}
        return len(beyond & set(self.suspects)) / max(len(self.suspects), 1)


def find_places(
    anatomy: Anatomy,
    lesion: Lesion,
    told: tuple[str, ...],
    strategy: Strategy | None,
    least_mm: float,
    fits: Fits,
) -> Places:
    """Where a bleeding can be closed.

    Args:
        anatomy: with arteries where any were traced.
        lesion: the bleeding, or the organ that bleeds.
        told: places that the user names; none: they are found.
        strategy: as the user names it; None: by what is labelled.
        least_mm: lumen that the thinnest catheter needs.
        fits: whether an occluder fits.

    Raises:
        PlanError: a place that is told is not known, or lies below another one.
        AnatomyError: the same, with what there is.
    """
    whole = lesion.label == lesion.organ
    way: Strategy = strategy or ("proximal" if whole else "selective")
    tree = anatomy.vessels
    labelled = tuple(
        s.name for s in list_labelled(anatomy) if whole and (s.mask & lesion.mask).any()
    )
    if tree is None:
        none = find_region(lesion.organ, ()), way, None, False, (), (), bool(told)
        return Places(*none, "no artery was traced", None, None, labelled=labelled)
    partition = _part(anatomy, lesion, tree)
    source = None if whole else find_source(lesion.mask, anatomy.grid, tree)
    edges, by_territory = _list_suspects(source, lesion, partition)
    common = None if not edges else find_common(tree, edges)
    lines = () if common is None else list_ancestors(tree, common)
    feeds = by_territory or (partition is not None and bool(set(edges) & set(partition.edges)))
    names = [tree.edges[n].name for n in (*edges, *lines)]
    region = find_region(lesion.organ, names, feeds=feeds)
    look = _Look(
        tree, source, edges, partition, region, measure_widths(tree), _measure_fed(tree, partition)
    )
    line = tuple(look.describe(n) for n in lines if not look.is_trunk(n))
    found = Places(
        region, way, source, by_territory, line, (), bool(told), "", tree, partition, edges,
        labelled,
    )  # fmt: skip
    if told:
        return replace(found, chosen=look.name(told))
    if not line:
        return replace(found, why=_explain(look, lines, whole=whole))
    if way == "proximal":
        chosen = look.choose_proximal(line)
        why = f"no artery that feeds all of it is named ({region.trunk or 'none'})"
    else:
        chosen = _choose_nearest(line, least_mm, fits)
        why = f"every artery that leads there is thinner than {least_mm:.1f} mm"
    return replace(found, chosen=chosen, why="" if chosen else why)


def _choose_nearest(
    line: tuple[ClosingPlace, ...], least_mm: float, fits: Fits
) -> tuple[ClosingPlace, ...]:
    """The nearest to the bleeding that leads to all of it, is reached, and takes an occluder."""
    reached = [one for one in line if one.width_mm >= least_mm and one.held >= 1.0]
    best = [one for one in reached if fits(one.diameter_mm, one.room_mm)] or reached
    return tuple(best[:1])


def _part(anatomy: Anatomy, lesion: Lesion, tree: Tree) -> Partition | None:
    """The organ among its last branches, where it is labelled and arteries end in it."""
    if lesion.organ is None or not anatomy.has(lesion.organ):
        return None
    try:
        organ = outline_organ(anatomy, lesion.organ, lesion)
        return partition_organ(organ, anatomy.grid, tree, ASIDE.get(lesion.organ, ()))
    except AnatomyError:
        return None


def _list_suspects(
    source: BleedingSource | None, lesion: Lesion, partition: Partition | None
) -> tuple[tuple[int, ...], bool]:
    """Edges that may bleed: that are touched; else that feed the tissue; else all of the organ."""
    if source is not None and source.contacts:
        return source.edges, False
    if partition is None:
        return (), False
    if source is None:
        return partition.edges, True
    owned = partition.branch[lesion.mask & partition.organ]
    numbers, counts = np.unique(owned[owned >= 0], return_counts=True)
    return tuple(int(n) for n in numbers[counts >= _FEEDS * max(counts.sum(), 1)]), True


def _explain(look: _Look, lines: tuple[int, ...], *, whole: bool) -> str:
    source, partition = look.source, look.partition
    if lines:
        return f"the last that leads there is the {name_edge(look.tree, lines[0])}, never closed"
    if whole or source is None:
        return "no traced artery ends in it"
    if source.contacts:
        return "the traced arteries that touch the bleeding do not come from one"
    text = (
        f"no traced artery touches the bleeding; the nearest is {source.nearest.gap_mm:.0f} mm away"
    )
    return text if partition is None else f"{text}, and none leads to all that feed it"


def _measure_fed(tree: Tree, partition: Partition | None) -> NDArray[np.float64]:
    """(e,) mL of the organ that each edge feeds, as far as traced branches are near enough."""
    if partition is None:
        return np.zeros(len(tree.edges))
    near = partition.organ & (partition.branch >= 0) & (partition.away_mm <= FAR_MM)
    counted = np.bincount(partition.branch[near], minlength=len(tree.edges))
    return tree.add_up(counted.astype(np.float64) * partition.grid.voxel_ml)


@dataclass(frozen=True, slots=True)
class _Look:
    """What places are described by."""

    tree: Tree
    source: BleedingSource | None
    suspects: tuple[int, ...]
    partition: Partition | None
    region: BleedingRegion
    widths: dict[int, float]
    fed_ml: NDArray[np.float64]

    def is_trunk(self, edge: int) -> bool:
        """Whether it is never closed: it is such an artery, or leads to one."""
        beyond = (edge, *self.tree.below(edge))
        return any(is_trunk(self.tree.edges[n].name) for n in beyond)

    def describe(self, edge: int) -> ClosingPlace:
        """An edge as a place."""
        curve = self.tree.edges[edge].curve
        below = (edge, *self.tree.below(edge))
        suspects = set(self.suspects)
        contact = None
        if self.source is not None:
            contact = next((one for one in self.source.contacts if one.edge == edge), None)
        level = "before it" if contact is None else "at the bleeding"
        if self.source is None or not suspects & set(below):
            level = "before the organ" if self.source is None else "elsewhere"
        to_mm = curve.length_mm if contact is None else contact.from_mm
        share = starved = None
        own: set[int] = set() if self.partition is None else {*self.partition.edges}
        if self.partition is not None:
            starved = float(self.fed_ml[edge])
            share = starved / (float(self.partition.organ.sum()) * self.partition.grid.voxel_ml)
        far = None if contact is None else self._find_far(edge, contact.to_mm)
        last = [n for n in below if self.tree.degree[self.tree.edges[n].end] == 1]
        aside = dict.fromkeys(
            self.tree.edges[n].name or f"edge {n}"
            for n in last
            if n not in own and n not in suspects and n != edge
        )
        return ClosingPlace(
            edge, name_edge(self.tree, edge), level, 0.0, to_mm,
            self.measure_mm(edge, max(0.0, to_mm - _LANDING_MM), to_mm),
            self.measure_way(edge, to_mm), len(suspects & set(below)) / max(len(suspects), 1),
            share, starved, len(last), tuple(aside), far,
        )  # fmt: skip

    def _find_far(self, edge: int, from_mm: float) -> FarSide | None:
        length = self.tree.edges[edge].curve.length_mm
        if length - from_mm < _ROUND_MM:
            return None
        to_mm = min(length, from_mm + _LANDING_MM)
        lumen = self.measure_mm(edge, from_mm, to_mm)
        return FarSide(from_mm, length, lumen, self.measure_way(edge, to_mm))

    def measure_way(self, edge: int, to_mm: float) -> float:
        """Narrowest lumen from the root of the tree to a place in an edge; 0 unknown."""
        curve = self.tree.edges[edge].curve
        if curve.radius_mm is None:
            return self.widths[edge]
        passed = curve.along_mm <= max(to_mm, 0.0) + _SAME_MM
        return min(self.widths[edge], 2.0 * float(curve.radius_mm[passed].min()))

    def measure_mm(self, edge: int, from_mm: float, to_mm: float) -> float | None:
        """Median lumen along a stretch."""
        curve = self.tree.edges[edge].curve
        if curve.radius_mm is None:
            return None
        at = np.linspace(from_mm, max(to_mm, from_mm), 9)
        return 2.0 * float(np.median(np.interp(at, curve.along_mm, curve.radius_mm)))

    def name(self, told: Iterable[str]) -> tuple[ClosingPlace, ...]:
        """The places that the user names."""
        chosen: list[ClosingPlace] = []
        for word in told:
            number = word.removeprefix("edge ").strip()
            edge, _ = find_tip(self.tree, int(number) if number.isdecimal() else word)
            if self.is_trunk(edge):
                raise PlanError(f"the {name_edge(self.tree, edge)} is never closed: name a branch")
            if edge in (one.edge for one in chosen):
                raise PlanError(f"the {word} is named twice: name each artery once")
            chosen.append(self.describe(edge))
        for one in chosen:
            if any(one.edge in self.tree.below(other.edge) for other in chosen):
                raise PlanError(
                    f"the {one.name} lies beyond another artery that is to be closed: name one of "
                    "them"
                )
        return tuple(chosen)

    def choose_proximal(self, line: tuple[ClosingPlace, ...]) -> tuple[ClosingPlace, ...]:
        """The trunk between the two branches that its facts name; else its longest stretch."""
        if not self.region.trunk:
            return ()
        trunk = [p for p in line if self.tree.edges[p.edge].name.endswith(self.region.trunk)]

        def order(one: ClosingPlace) -> tuple[bool, bool, float, int]:
            edge = self.tree.edges[one.edge]
            after = self._leaves(edge.start, self.region.after)
            before = self._leaves(edge.end, self.region.before)
            return (not (after and before), not (after or before), -one.room_mm, one.edge)

        return tuple(
            replace(one, level="before the organ", far_side=None)
            for one in sorted(trunk, key=order)[:1]
        )

    def _leaves(self, node: int, word: str) -> bool:
        return bool(word) and any(e.start == node and word in e.name for e in self.tree.edges)
