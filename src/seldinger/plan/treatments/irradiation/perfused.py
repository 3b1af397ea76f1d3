"""Perfused: which tissue one injection reaches, and where the catheter's tip must come for it.

In this order: the labels that the user names; what lies below the artery that the user names; what
the smallest artery feeds that still holds the tumour; the whole liver, which is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.feeders import ASIDE
from seldinger.anatomy.model import Kind, Lesion, Origin, Segment, Territory
from seldinger.anatomy.territory import FAR_MM, measure_far_share, partition_organ, perfuse
from seldinger.anatomy.vessels.lesions import list_vessels
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.naming import did_you_mean, match_name, normalise
from seldinger.image.resample import resample_mask
from seldinger.plan.treatments.irradiation.contents import is_hollow, measure_enclosed

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.anatomy.territory import Partition
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.plan.treatments.irradiation.options import IrradiationOptions

ORGAN = "liver"
WHOLE = "whole liver"
"""Origin of a territory that nothing bounds."""
BY_LABEL, BY_BRANCH = "label", "nearest branch below the"
"""How the origin of the others begins."""
_TIP_FROM_MM, _TIP_LONG_MM = 5.0, 10.0
"""Where the tip comes to lie behind the beginning of its artery; less in a short one."""
_PART_OF = 0.9
"""A lesion of which another structure holds so much is a part of that structure."""
_MOST_OF = 0.5
"""No tumour covers so much of the liver's label."""
_OVERLAP = 0.05
"""Share of the smaller of two tumours that may lie in both: blur of two masks on a lattice."""
_ENCLOSED = 0.9
"""A tumour of whose shell the territory covers so much, and not it, is a hole in what was drawn."""
_TOUCHED = 0.05
"""A tumour of which less lies in the territory is not treated."""


@dataclass(frozen=True, slots=True, eq=False)
class Fed:
    """What an artery feeds.

    Attributes:
        mask: the tissue.
        edge: number of the edge that it is given into; below it all of the mask is fed.
    """

    mask: Mask
    edge: int


def bound_territory(
    target: Lesion | Territory, anatomy: Anatomy, options: IrradiationOptions, held: float
) -> Territory:
    """The tissue that is perfused so that a lesion is treated.

    Args:
        target: a lesion of the liver; or a territory that somebody bounded already, which stays.
        anatomy: the patient's images, with arteries where any were traced.
        options: what the user names.
        held: share of the lesion that the chosen artery feeds at least.

    Raises:
        PlanError: it is not in the liver, tumours overlap, or a name is not known.
        AnatomyError: the artery that is named feeds no part of the liver.
    """
    if isinstance(target, Territory):
        return target
    _check_target(target, anatomy)
    tumours = list_tumours(target, anatomy)
    organ = find_organ(anatomy, tumours)
    partition, none = _part(organ, anatomy)
    tree, fed = anatomy.vessels, _feed(target, anatomy, options, partition, none, held)
    mask, origin, notes = _choose(organ, anatomy, options, fed, none)
    if origin.startswith(BY_LABEL):
        mask, joined = _join_enclosed(tumours, mask, organ, anatomy)
        notes = (*notes, *joined)
    far = None
    if partition is not None and tree is not None and origin.startswith(BY_BRANCH):
        far = measure_far_share(partition, tree, mask)
        text = (
            f"{100.0 * far:.0f} % of it lies over {FAR_MM:.0f} mm from any traced branch: vessels "
            "that were not traced, or join territories, are not known. Cone-beam CT with the "
            "catheter in place shows what is perfused."
        )
        notes = (*notes, text)
    return Territory(
        target.label, mask, ORGAN, origin,
        None if fed is None or tree is None else _place_tip(tree, fed.edge),
        tuple(one for one in tumours if _share(one.mask, mask) >= _TOUCHED or one is target),
        notes, far,
    )  # fmt: skip


def _join_enclosed(
    tumours: tuple[Lesion, ...], mask: Mask, organ: Mask, anatomy: Anatomy
) -> tuple[Mask, tuple[str, ...]]:
    """The territory with the tumours for which it has a hole, each of which is said."""
    found, notes = np.array(mask), []
    for one in tumours:
        if _share(one.mask, mask) >= _MOST_OF:
            continue
        liver = np.array(organ)
        for other in tumours:
            liver &= ~other.mask  # two that touch lie in one hole
        if measure_enclosed(one.mask, mask, liver, anatomy.grid) >= _ENCLOSED:
            found |= one.mask
            notes.append(
                f"{one.label} is enclosed by the perfused part and not drawn into it: it is "
                "counted as perfused."
            )
    return found, tuple(notes)


def _check_target(target: Lesion, anatomy: Anatomy) -> None:
    """Refuse what is no tumour of the liver; ``PlanError`` says what it is."""
    if target.organ != ORGAN:
        raise PlanError(
            f"{target.label!r} lies in {target.organ or 'no labelled organ'}; microspheres are "
            f"given to the {ORGAN}: name a lesion in it, or give --organ where labels cannot tell"
        )
    if anatomy.has(ORGAN) and _share(anatomy.get_structure(ORGAN).mask, target.mask) > _MOST_OF:
        raise PlanError(
            f"{target.label!r} is the {ORGAN} itself: name a tumour in it; where all of it is "
            f"perfused, say --territory {ORGAN}"
        )
    if any(is_hollow(s) and _share(target.mask, s.mask) > _PART_OF for s in anatomy.structures):
        raise PlanError(
            f"{target.label!r} is a cyst or a collection, which takes no microspheres: name a "
            "tumour, or label it otherwise"
        )


def list_tumours(target: Lesion, anatomy: Anatomy) -> tuple[Lesion, ...]:
    """The target, then every other tumour of the liver; a cyst is none.

    Raises:
        PlanError: two of them lie in one another, or go by one name.
    """
    from seldinger.anatomy import targets  # it opens what filters images

    found = [target]
    for structure in anatomy.structures:
        if structure.kind is not Kind.LESION or is_hollow(structure):
            continue
        if _share(target.mask, structure.mask) >= _PART_OF:
            rest = structure.mask & ~target.mask
            if _share(structure.mask, rest) > _OVERLAP:  # the target is one piece of several
                found.append(targets.from_mask(anatomy, rest, f"rest of {structure.name}", ORGAN))
            continue
        other = targets.find(anatomy, _name_by_label(structure))
        if other.organ == ORGAN:
            found.append(other)
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            if normalise(one.label) == normalise(other.label):
                raise PlanError(
                    f"two tumours are called {one.label!r} and {other.label!r}: name the target "
                    "otherwise"
                )
            both = int((one.mask & other.mask).sum())
            if both > _OVERLAP * min(one.mask.sum(), other.mask.sum()):
                raise PlanError(
                    f"{one.label!r} and {other.label!r} overlap in "
                    f"{both * anatomy.grid.voxel_ml:.1f} mL, which would be counted twice: draw "
                    "them apart"
                )
    return tuple(found)


def _name_by_label(structure: Structure) -> str:
    """A lesion goes by its label, as it will when its dose is verified."""
    by_label = structure.origin is Origin.LABEL and len(structure.sources) == 1
    return structure.sources[0] if by_label else structure.name


def find_organ(anatomy: Anatomy, tumours: tuple[Lesion, ...]) -> Mask:
    """The liver with its tumours.

    Raises:
        PlanError: no label shows the liver.
    """
    if not anatomy.has(ORGAN):
        raise PlanError(f"no label shows the {ORGAN}: nothing of it can be weighed; label it")
    organ = np.array(anatomy.get_structure(ORGAN).mask)
    for one in tumours:
        organ |= one.mask
    return organ


def _part(organ: Mask, anatomy: Anatomy) -> tuple[Partition | None, str]:
    """The liver parted among its arteries; or None and why not."""
    if anatomy.vessels is None:
        return None, "no artery was traced"
    try:
        return partition_organ(organ, anatomy.grid, anatomy.vessels, ASIDE[ORGAN]), ""
    except AnatomyError:
        return None, "no artery that was traced ends in the liver"


def _feed(
    target: Lesion,
    anatomy: Anatomy,
    options: IrradiationOptions,
    partition: Partition | None,
    none: str,
    held: float,
) -> Fed | None:
    """What the artery feeds that the user names, or the least that holds the lesion."""
    tree = anatomy.vessels
    if partition is not None and tree is not None:
        if options.injection is not None:
            return _feed_named(partition, tree, options.injection)
        return _feed_least(partition, tree, target.mask, held)
    if options.injection is not None:
        raise PlanError(
            f"the {options.injection} is named, but {none}: trace it, or name the labels of the "
            "perfused part"
        )
    return None


def _choose(
    organ: Mask,
    anatomy: Anatomy,
    options: IrradiationOptions,
    fed: Fed | None,
    none: str,
) -> tuple[Mask, str, tuple[str, ...]]:
    """The mask, how it was bounded, and what must be known of that."""
    if options.territory:
        mask, names = _find_labels(anatomy, options.territory), ", ".join(options.territory)
        return (
            mask & organ,
            f"{BY_LABEL} {names}",
            _check_labelled(mask, names, organ, options, fed),
        )
    if fed is not None and anatomy.vessels is not None:
        name = anatomy.vessels.edges[fed.edge].name or "artery without a name"
        return fed.mask, f"{BY_BRANCH} {name}", ()
    why = none or "no single artery feeds the whole tumour"
    return organ, WHOLE, (f"The whole liver is taken as perfused, for {why}.",)


def _check_labelled(
    mask: Mask, names: str, organ: Mask, options: IrradiationOptions, fed: Fed | None
) -> tuple[str, ...]:
    """What is odd of a labelled territory; ``PlanError`` where it lies outside the liver."""
    outside = 1.0 - _share(mask, organ)
    if outside == 1.0:
        raise PlanError(
            f"the perfused part is to be the label {names}, which lies wholly outside the {ORGAN}: "
            "name labels in it"
        )
    notes = []
    if outside >= _TOUCHED:
        notes.append(
            f"{100.0 * outside:.0f} % of what is labelled as perfused lies outside the liver and "
            "is not weighed."
        )
    missed = 0.0 if fed is None else 1.0 - _share(mask & organ, fed.mask)
    if options.injection is not None and missed >= _TOUCHED:
        notes.append(
            f"{100.0 * missed:.0f} % of what is labelled as perfused does not lie nearest to the "
            f"{options.injection}, which is named for the injection: find out which holds."
        )
    return tuple(notes)


def _find_labels(anatomy: Anatomy, names: tuple[str, ...]) -> Mask:
    labels = anatomy.study.labels
    raw = () if labels is None else labels.names
    found = np.zeros(anatomy.grid.shape, dtype=bool)
    for name in names:
        ours, theirs = match_name(name, anatomy.names), match_name(name, raw)
        if ours is not None:
            found |= anatomy.get_structure(ours).mask
        elif labels is not None and theirs is not None:
            found |= resample_mask(labels.mask(theirs), labels.grid, anatomy.grid)
        else:
            known = (*anatomy.names, *raw)
            raise PlanError(
                f"the perfused part is to be the label {name!r}, which is not there; "
                f"{did_you_mean(name, known)}labels: {', '.join(dict.fromkeys(raw)) or 'none'}"
            )
    if not found.any():
        raise PlanError(f"the labels {', '.join(names)} hold no voxel: name others")
    return found


def _feed_named(partition: Partition, tree: Tree, name: str) -> Fed:
    """What a named artery feeds from its beginning on; its last stretch that still feeds all."""
    known = list_vessels(tree)
    called = match_name(name, known)
    own = [n for n, edge in enumerate(tree.edges) if called is not None and edge.name == called]
    if not own:
        raise PlanError(
            f"no artery is called {name!r}; {did_you_mean(name, known)}traced are: "
            f"{', '.join(known)}"
        )
    # An artery has as many edges as branches: the first feeds what all the others feed.
    first = max(own, key=lambda n: (len(tree.below(n)), -n))
    fed = perfuse(partition, tree, first)
    return Fed(fed, first)


def _feed_least(partition: Partition, tree: Tree, lesion: Mask, held: float) -> Fed | None:
    """The least that one artery feeds and that holds the lesion; None where none does."""
    found: list[tuple[int, int, int, Mask]] = []
    for number in partition.edges:
        fed = perfuse(partition, tree, number) if _feeds(partition, tree, number) else None
        if fed is not None and _share(lesion, fed) >= held:
            found.append((int(fed.sum()), len(tree.below(number)), number, fed))
    if not found:
        return None
    _, _, edge, mask = min(found, key=lambda one: one[:3])
    return Fed(mask, edge)


def _feeds(partition: Partition, tree: Tree, edge: int) -> bool:
    return bool(np.isin(partition.branch, (edge, *tree.below(edge))).any())


def _place_tip(tree: Tree, edge: int) -> Segment:
    """A stretch near the beginning of an artery, so that all that it feeds lies below."""
    curve, name = tree.edges[edge].curve, tree.edges[edge].name or "artery"
    start = min(_TIP_FROM_MM, 0.25 * curve.length_mm)
    end = min(start + _TIP_LONG_MM, 0.75 * curve.length_mm)
    return Segment(f"tip in the {name}", name, curve, start, end)


def _share(part: Mask, whole: Mask) -> float:
    return float((part & whole).sum() / max(int(part.sum()), 1))
