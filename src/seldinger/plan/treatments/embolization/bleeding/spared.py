"""Spared: arteries that must stay open, other ways to the bleeding, and bleedings beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.anatomy.bleeding import find_source
from seldinger.anatomy.model import Kind, Origin
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from seldinger.anatomy.model import Anatomy, Lesion, Structure
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.bleeding.places import Places

_NEVER = (
    "aort", "brachioceph", "innominate", "subclavian", "axillary", "brachial", "radial", "ulnar",
    "palmar arch", "carotid", "vertebral", "basilar", "cerebral", "pulmonary artery", "coeliac",
    "celiac", "superior mesenteric", "inferior mesenteric", "common iliac", "external iliac",
    "common femoral", "superficial femoral", "deep femoral", "popliteal", "tibial",
    "tibioperoneal", "fibular", "dorsalis pedis",
)  # fmt: skip
_NEVER_ALONE = ("iliac artery", "femoral artery", "pulmonary arteries")
"""The same, where nothing but a side stands before it."""
_SIDES, _MAIN = ("left", "right"), ("main", "common", "proper")
_NAMELESS = ("", "artery", "arteries")
BLEEDINGS = ("extravasation", "pseudoaneurysm")
_VEINS = ("vein", "vena", "venous")


def is_trunk(name: str) -> bool:
    """Whether an artery is never closed for a bleeding beyond it: a limb, the head, all the gut.

    Args:
        name: of the artery.
    """
    words = name.split()
    bare = " ".join(words[1:] if words and words[0] in _SIDES else words)
    return bare in _NEVER_ALONE or any(word in name for word in _NEVER)


def is_main(name: str, trunk: str) -> bool:
    """Whether an artery is that of a whole organ, and none of its branches.

    Args:
        name: of the artery.
        trunk: what the region calls it; "" where it has none.
    """
    before = name.removesuffix(trunk).split()
    return bool(trunk) and name.endswith(trunk) and set(before) <= {*_SIDES, *_MAIN}


def is_nameless(name: str) -> bool:
    """Whether nobody said which artery it is.

    Args:
        name: of the artery.
    """
    return name in _NAMELESS


def name_edge(tree: Tree, edge: int) -> str:
    """What an edge is called, with its number where several have the name.

    Args:
        tree: that it is one of.
        edge: its number.
    """
    name = tree.edges[edge].name
    if not name:
        return f"edge {edge}"
    several = sum(one.name == name for one in tree.edges) > 1
    return f"{name} (edge {edge})" if several else name


def find_bypassed(tree: Tree, closed: Collection[int], suspects: Collection[int]) -> list[int]:
    """Arteries that may bleed and that blood still comes to when some are closed.

    Blood goes through arteries either way: through a ring it comes back. Where an artery that is
    closed bleeds itself, it comes back from its far end.

    Args:
        tree: directed from the heart.
        closed: edges that are closed.
        suspects: edges that may bleed.
    """
    fed = {edge.end for edge in tree.edges}
    ways: dict[int, list[int]] = {}
    for number, edge in enumerate(tree.edges):
        if number not in closed:
            ways.setdefault(edge.start, []).append(edge.end)
            ways.setdefault(edge.end, []).append(edge.start)
    first = {tree.edges[n].start for n in _list_tops(tree, closed)} - fed
    wet, waiting = set(first), list(first)
    while waiting:
        for node in ways.get(waiting.pop(), ()):
            if node not in wet:
                wet.add(node)
                waiting.append(node)
    return [n for n in suspects if tree.edges[n].end in wet]


def _list_tops(tree: Tree, closed: Collection[int]) -> set[int]:
    """Edges by which blood enters the parts of a tree that some edges lie in."""
    above: set[int] = set(closed)
    while True:
        starts = {tree.edges[n].start for n in above}
        more = {n for n, edge in enumerate(tree.edges) if edge.end in starts} - above
        if not more:
            return above
        above |= more


def list_labelled(anatomy: Anatomy) -> tuple[Structure, ...]:
    """Every structure that is labelled as a bleeding.

    Args:
        anatomy: with its labels.
    """
    return tuple(
        one
        for one in anatomy.structures
        if one.kind is Kind.LESION and one.name.startswith(BLEEDINGS)
    )


def judge_spared(case: TerritoryCase, places: Places) -> Iterator[Finding]:
    """What must stay open, what is not meant by this plan, and what nobody named.

    Args:
        case: with its anatomy and its target.
        places: where it is closed.
    """
    lesion = case.target.lesions[0]
    yield from _judge_label(case.anatomy, lesion)
    yield from _judge_edge(lesion)
    yield from _judge_others(case.anatomy, lesion, places)
    yield from _judge_veins(case.anatomy, lesion)
    yield from _judge_names(places)
    yield from _judge_bypass(places)


def _judge_label(anatomy: Anatomy, lesion: Lesion) -> Iterator[Finding]:
    """A tumour is no bleeding, however it is called for."""
    own = lesion.label.split("#")[0]
    known = any(one.name == own for one in anatomy.structures)
    if lesion.origin is Origin.USER or not known or lesion.label == lesion.organ:
        return
    if not own.startswith(BLEEDINGS):
        text = (
            f"The label {lesion.label} shows no bleeding. Name the label of one, or outline it "
            "(--target-mask)."
        )
        yield Finding("bleeding-label", Status.UNKNOWN, Severity.ACTION, text)


def _judge_edge(lesion: Lesion) -> Iterator[Finding]:
    mask = lesion.mask
    ends = (mask.take((0, -1), axis=axis).any() for axis in range(mask.ndim))
    if lesion.label != lesion.organ and any(ends):
        text = "The bleeding reaches the end of the scan: arteries beyond it may lead there."
        yield Finding("bleeding-at-scan-end", Status.UNKNOWN, Severity.ACTION, text)


def _judge_others(anatomy: Anatomy, lesion: Lesion, places: Places) -> Iterator[Finding]:
    """Bleedings that are labelled beside the one that is meant."""
    from seldinger.anatomy import targets  # it opens what filters images

    near = targets.surround(lesion.mask, anatomy.grid)
    beside = {one.name: one.mask & ~near for one in list_labelled(anatomy)}
    left = [n for n, mask in beside.items() if mask.any() and not _is_held(mask, anatomy, places)]
    if left:
        text = (
            f"Also labelled as a bleeding: {', '.join(left)}. This plan does not close it: plan it "
            "too, and close what is worse first."
        )
        yield Finding("bleeding-beside", Status.NOT_MET, Severity.ACTION, text)


def _is_held(mask: Mask, anatomy: Anatomy, places: Places) -> bool:
    """Whether all arteries that another bleeding touches lie beyond a place that is closed."""
    if places.tree is None or not places.chosen:
        return False
    beyond = {n for one in places.chosen for n in places.tree.below(one.edge)}
    edges = find_source(mask, anatomy.grid, places.tree).edges
    return bool(edges) and set(edges) <= beyond


def _judge_veins(anatomy: Anatomy, lesion: Lesion) -> Iterator[Finding]:
    from seldinger.anatomy import targets  # as above

    if lesion.label == lesion.organ:
        return
    near = targets.surround(lesion.mask, anatomy.grid)
    veins = [
        one.name
        for one in anatomy.structures
        if one.kind is Kind.VESSEL
        and any(word in one.name for word in _VEINS)
        and (one.mask & near).any()
    ]
    if veins:
        text = (
            f"The bleeding also touches the {', '.join(veins)}: what bleeds from a vein is not "
            "stopped from an artery. Look at the phases of the scan."
        )
        yield Finding("bleeding-vein", Status.UNKNOWN, Severity.CAUTION, text)


def _judge_names(places: Places) -> Iterator[Finding]:
    if places.tree is None:
        return
    own = () if places.partition is None else places.partition.edges
    bare = [one.name for one in places.chosen
            if is_nameless(places.tree.edges[one.edge].name) and one.edge not in own]  # fmt: skip
    if bare:
        text = (
            f"Nobody named the artery that is closed ({', '.join(bare)}), and it ends in no "
            "labelled organ: whether a limb, the bowel or the head lives by it is not known."
        )
        yield Finding("artery-unnamed", Status.UNKNOWN, Severity.ACTION, text)


def _judge_bypass(places: Places) -> Iterator[Finding]:
    if places.tree is None or not places.chosen:
        return
    closed = [one.edge for one in places.chosen]
    edges = find_bypassed(places.tree, closed, places.suspects)
    # Of what the closed places do not lead to, the closing place itself tells; of an artery that
    # goes on beyond the bleeding, its far side.
    under = {n for edge in closed for n in (edge, *places.tree.below(edge))}
    under -= {one.edge for one in places.chosen if one.far_side is not None}
    names = dict.fromkeys(places.tree.edges[n].name or f"edge {n}" for n in edges if n in under)
    if names:
        text = (
            f"Traced arteries form a ring: with these closed, blood still comes to the "
            f"{', '.join(list(names)[:4])} another way. Close that way too."
        )
        yield Finding("other-way", Status.NOT_MET, Severity.ACTION, text)
