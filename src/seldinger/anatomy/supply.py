"""Supply: what the traced arteries of an organ feed, as a user asks for it.

In:    an anatomy with labels of an organ and of arteries.
Out:   the organ parted, the feeders of a target, and what one place of a catheter reaches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.feeders import ASIDE, list_feeders
from seldinger.anatomy.model import Kind
from seldinger.anatomy.territory import (
    ASSUMPTIONS,
    CALIBRE_POWER,
    DOUBT,
    FAR_MM,
    inject,
    measure_far_share,
    partition_organ,
)
from seldinger.anatomy.vessels.lesions import list_vessels
from seldinger.anatomy.vessels.patient import trace_arteries
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import did_you_mean, match_name
from seldinger.core.record import AssumptionUse, check_edits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.feeders import Feeder
    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.anatomy.territory import Injection, Partition
    from seldinger.core.space import Vector
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

_NEAR_MM = 10.0
"""A place that is farther from every traced artery is no place in one."""
_MOSTLY = 0.5
_FAR_NOTE = 0.2
_VESSEL_MM = 8.0
"""Half of the widest vessel that leaves a hole in the label of its organ."""


@dataclass(frozen=True, slots=True)
class SupplyRequest:
    """What is asked.

    Attributes:
        organ: whose supply it is.
        target: a lesion in it; None: the organ as a whole.
        at: where a catheter's tip lies: the name of an artery (its beginning), the number of an
            edge, or a place in LPS mm; None: nowhere.
        assume: overrides of ``territory.ASSUMPTIONS``.

    Raises:
        AnatomyError: on construction, an assumption that is not known or out of its range.
    """

    organ: str = "liver"
    target: str | None = None
    at: str | int | Vector | None = None
    assume: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        check_edits(ASSUMPTIONS, self.assume or {}, AnatomyError)

    def get_value(self, name: str) -> float:
        """An assumption as it is used."""
        known = {one.name: one.value for one in ASSUMPTIONS}
        return float((self.assume or {}).get(name, known[name]))


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """What feeds an organ.

    Attributes:
        anatomy: with its arteries.
        organ: our term.
        target: the lesion; None: none was named.
        partition: the organ parted, tumours of it included.
        feeders: of the target, or of the organ.
        injection: from where the catheter's tip lies; None: nobody said where.
        far_share: of the organ, over 30 mm from any traced branch.
        nobodys_share: of the organ, that no way inside it leads to.
        assumptions: as they were used.
        notes: what a reader must know.
    """

    anatomy: Anatomy
    organ: str
    target: Lesion | None
    partition: Partition
    feeders: tuple[Feeder, ...]
    injection: Injection | None
    far_share: float
    nobodys_share: float
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr

    @property
    def tree(self) -> Tree:
        """The traced arteries."""
        tree = self.anatomy.vessels
        assert tree is not None  # noqa: S101  it was parted by them
        return tree


def find_supply(anatomy: Anatomy, request: SupplyRequest) -> Supply:
    """What the arteries of an organ feed.

    Args:
        anatomy: with labels of the organ and of arteries, or with arteries traced.
        request: what is asked.

    Raises:
        AnatomyError: no label shows organ, target or arteries, no artery ends in the organ, or
            the tip lies in none.
    """
    if anatomy.vessels is None:
        anatomy = trace_arteries(anatomy)
    tree = anatomy.vessels
    assert tree is not None  # noqa: S101  traced above
    term = match_name(request.organ, anatomy.names) or request.organ
    target = _find_target(anatomy, request.target, term)
    organ = outline_organ(anatomy, term, target)
    words = ASIDE.get(term, ())
    power = request.get_value(CALIBRE_POWER.name)
    partition = partition_organ(organ, anatomy.grid, tree, words, power)
    aimed = organ if target is None else target.mask
    given = None
    if request.at is not None:
        edge, from_mm = find_tip(tree, request.at)
        given = inject(partition, tree, edge, from_mm, request.get_value(DOUBT.name))
    far = measure_far_share(partition, tree, organ)
    nobodys = float((partition.branch[organ] < 0).mean())
    uses = tuple(AssumptionUse.resolve(one, request.assume or {}) for one in ASSUMPTIONS)
    return Supply(
        anatomy, term, target, partition, list_feeders(partition, tree, aimed), given, far,
        nobodys, uses, _list_notes(anatomy, tree, partition.edges, words, far, nobodys),
    )  # fmt: skip


def outline_organ(anatomy: Anatomy, organ: str, target: Lesion | None = None) -> Mask:
    """An organ with the lesions and vessels that lie in it: labels often leave them out.

    Args:
        anatomy: with its label.
        organ: our term.
        target: a lesion that is in it whatever its label says.

    Raises:
        AnatomyError: no label shows it.
    """
    from seldinger.anatomy import targets  # these two open what filters images
    from seldinger.geometry import morphology

    mask = np.array(anatomy.get_structure(organ).mask)
    voxel_mm = float(anatomy.grid.spacing_mm[0])
    closed = morphology.close_mask(mask, _VESSEL_MM, voxel_mm)
    for structure in anatomy.structures:
        if structure.kind is Kind.VESSEL:
            mask |= structure.mask & closed
    for structure in anatomy.structures:
        if structure.kind is Kind.LESION:
            shell = targets.surround(structure.mask, anatomy.grid) & ~structure.mask
            around = float((shell & mask).sum()) / max(int(shell.sum()), 1)
            within = float((structure.mask & mask).sum()) / max(int(structure.mask.sum()), 1)
            if max(around, within) >= _MOSTLY:
                mask |= structure.mask
    return mask if target is None else mask | target.mask


def find_tip(tree: Tree, at: str | int | Vector) -> tuple[int, float]:
    """Edge, and mm along it, where a catheter's tip lies.

    Args:
        tree: directed from the heart.
        at: as in ``SupplyRequest``.

    Raises:
        AnatomyError: no such artery or edge, or the place lies in none.
    """
    if isinstance(at, int):
        if not 0 <= at < len(tree.edges):
            raise AnatomyError(
                f"there is no edge {at}; edges are 0 to {len(tree.edges) - 1}: see the table, or "
                "name an artery"
            )
        return at, 0.0
    if isinstance(at, str):
        known = list_vessels(tree)
        called = match_name(at, known)
        own = [n for n, edge in enumerate(tree.edges) if called and edge.name == called]
        if not own:
            raise AnatomyError(
                f"no artery is called {at!r}; {did_you_mean(at, known)}traced are: "
                f"{', '.join(known)}; a number of an edge or L,P,S in mm will do too"
            )
        return max(own, key=lambda n: (len(tree.below(n)), -n)), 0.0
    found = tree.find_nearest(at)
    if found.away_mm > _NEAR_MM:
        raise AnatomyError(
            f"the tip at {at} mm LPS lies {found.away_mm:.0f} mm from any traced artery; at most "
            f"{_NEAR_MM:.0f} mm are allowed: give a place in one"
        )
    return found.edge, found.at_mm


def _find_target(anatomy: Anatomy, name: str | None, organ: str) -> Lesion | None:
    from seldinger.anatomy import targets  # it opens what filters images

    if name is None:
        return None
    target = targets.find(anatomy, name)
    if target.organ not in {organ, None}:
        raise AnatomyError(
            f"{target.label!r} lies in {target.organ}, not in the {organ}: name a target in it, or "
            "another --organ"
        )
    return replace(target, organ=organ)


def _list_notes(
    anatomy: Anatomy,
    tree: Tree,
    feeding: tuple[int, ...],
    words: tuple[str, ...],
    far: float,
    nobodys: float,
) -> tuple[str, ...]:
    estimate = (
        "An estimate from where traced branches end: what was not traced is given to its "
        "neighbours, and vessels that join territories are not known. Sure is what the traced "
        "branches leave no doubt of; a branch that nobody traced takes its part of that too."
    )
    notes = [estimate]
    aside = dict.fromkeys(
        edge.name
        for n, edge in enumerate(tree.edges)
        if n not in feeding and any(word in edge.name for word in words)
    )
    if aside:
        notes.append(f"Taken to feed other organs, by name: {', '.join(aside)}.")
    if anatomy.unread:
        notes.append(
            f"Labels that no vocabulary knows are left out: {', '.join(anatomy.unread)}. An artery "
            "among them would change all of this."
        )
    if len(list_vessels(tree)) == 1:
        notes.append(
            "All arteries have one label, so an artery of another organ that ends beside this one "
            "cannot be told by its name: look at the picture, and name branches by their numbers."
        )
    if far > _FAR_NOTE:
        notes.append(
            f"{100.0 * far:.0f} % of the organ lies over {FAR_MM:.0f} mm from any traced branch: "
            "there the tracing, not the patient, decides."
        )
    if nobodys > 0.0:
        notes.append(
            f"{100.0 * nobodys:.1f} % of the organ is in pieces that no traced branch reaches by a "
            "way inside it: fed by nobody knows what."
        )
    return (*notes, *anatomy.notes)
