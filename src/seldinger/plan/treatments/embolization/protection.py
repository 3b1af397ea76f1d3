"""Protection: an artery that leads to another organ is closed with a coil before anything is given.

It is cut from the tree, so that nothing reaches it any more; edges keep their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.feeders import ASIDE
from seldinger.anatomy.supply import find_tip, outline_organ
from seldinger.anatomy.territory import partition_organ, share_by_edge
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.finding import Finding
from seldinger.core.tree import Tree
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.embolization.bleeding.spared import is_nameless, is_trunk
from seldinger.plan.treatments.embolization.catheters import list_catheters, needs_mm
from seldinger.plan.treatments.embolization.occluders import (
    COIL_OVERSIZE,
    FittedOccluder,
    fit_occluders,
)
from seldinger.plan.treatments.embolization.positions import measure_widths
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.plan.assumptions import Assumed

_LANDING_MM = 10.0
_NOTHING = 0.005
"""Of the organ: what feeds more of it is one of its arteries, and no side branch."""


@dataclass(frozen=True, slots=True)
class ProtectedArtery:
    """An artery that is closed first.

    Attributes:
        edge: of the tree.
        name: of the artery.
        diameter_mm: of its lumen near its beginning; None: unknown.
        width_mm: narrowest lumen on the way there.
        coil: that fits; None: none of the shelf does.
        nameless: nobody named it, or the artery that it leaves.
    """

    edge: int
    name: str
    diameter_mm: float | None
    width_mm: float
    coil: FittedOccluder | None
    nameless: bool


def protect(
    anatomy: Anatomy, organ: str, lesion: Lesion, told: tuple[str, ...], assumed: Assumed
) -> tuple[Anatomy, tuple[ProtectedArtery, ...]]:
    """The anatomy with some arteries cut off, and those arteries.

    Args:
        anatomy: with arteries where any were traced.
        organ: that is embolized.
        lesion: in it.
        told: arteries that the user wants closed first, or numbers of their edges.
        assumed: how wide a coil may be.

    Raises:
        PlanError: one feeds the organ itself, must stay open, is named twice, or nothing was
            traced.
        AnatomyError: there is no such artery.
    """
    if not told:
        return anatomy, ()
    tree = anatomy.vessels
    if tree is None:
        raise PlanError(f"{told[0]!r} is to be closed first, and no artery was traced: trace it")
    edges = [find_tip(tree, int(word) if word.isdigit() else word)[0] for word in told]
    if len(set(edges)) < len(edges):
        raise PlanError("an artery that is to be closed first is named twice: name each once")
    for edge in edges:
        _check_branch(tree, edge)
    _check_aside(anatomy, tree, organ, lesion, edges)
    widths = measure_widths(tree)
    found = tuple(_describe(tree, edge, widths[edge], assumed) for edge in edges)
    return replace(anatomy, vessels=_cut(tree, edges)), found


def _check_branch(tree: Tree, edge: int) -> None:
    """A side branch of a branch: what leaves the aorta or feeds a limb or the gut stays open."""
    name = _name(tree, edge)
    if any(is_trunk(tree.edges[n].name) for n in (edge, *tree.below(edge))):
        raise PlanError(f"the {name} is never closed: name a side branch")
    before = [one.name for one in tree.edges if one.end == tree.edges[edge].start]
    if not before or any(is_trunk(one) for one in before):
        raise PlanError(
            f"the {name} leaves {before[0] if before else 'nothing that was traced'}: only a side "
            "branch of an artery of the organ is closed first"
        )


def _check_aside(
    anatomy: Anatomy, tree: Tree, organ: str, lesion: Lesion, edges: list[int]
) -> None:
    try:
        partition = partition_organ(
            outline_organ(anatomy, organ, lesion), anatomy.grid, tree, ASIDE.get(organ, ())
        )
    except AnatomyError:
        return
    share = share_by_edge(partition, tree, partition.organ)
    for edge in edges:
        if share[edge] > _NOTHING:
            raise PlanError(
                f"the {_name(tree, edge)} feeds {100.0 * share[edge]:.0f} % of the {organ}: only "
                "an artery that leads elsewhere is closed first"
            )


def _cut(tree: Tree, edges: list[int]) -> Tree:
    """Each of the edges begins at a node of its own."""
    nodes, cut = list(tree.nodes_lps_mm), list(tree.edges)
    for edge in edges:
        nodes.append(tree.nodes_lps_mm[cut[edge].start])
        cut[edge] = replace(cut[edge], start=len(nodes) - 1)
    return Tree(np.array(nodes), tuple(cut))


def _describe(tree: Tree, edge: int, width_mm: float, assumed: Assumed) -> ProtectedArtery:
    curve = tree.edges[edge].curve
    lumen = None
    if curve.radius_mm is not None:
        lumen = 2.0 * float(np.median(curve.radius_mm[curve.along_mm <= _LANDING_MM]))
    fits = () if lumen is None else fit_occluders("coil", None, lumen, curve.length_mm, assumed)
    # The same microcatheter brings it.
    bores = [one.inner_diameter_mm or 0.0 for one in list_catheters(None)]
    coil = next((one for one in fits if one.bore_mm <= max(bores)), None)
    before = (one.name for one in tree.edges if one.end == tree.edges[edge].start)
    bare = any(is_nameless(name) for name in (tree.edges[edge].name, *before))
    return ProtectedArtery(edge, _name(tree, edge), lumen, width_mm, coil, bare)


def _name(tree: Tree, edge: int) -> str:
    return tree.edges[edge].name or f"artery of edge {edge}"


def judge_protection(arteries: tuple[ProtectedArtery, ...], assumed: Assumed) -> Iterator[Finding]:
    """Whether each can be closed.

    Args:
        arteries: that are closed first.
        assumed: clearance of a shaft.
    """
    least = min(needs_mm(assumed, one) for one in list_catheters(None))
    for one in arteries:
        said, status = state_fact(COIL_OVERSIZE), Status.MET
        if one.nameless:
            text = "Nobody named it, or the artery that it leaves: what lives by it is not known."
            yield Finding(f"protected-name-{one.edge}", Status.UNKNOWN, Severity.ACTION, text)
        if one.diameter_mm is None:
            text, status = "its lumen is not known, and no coil is chosen", Status.UNKNOWN
        elif one.width_mm < least:
            text = (
                f"on the way there the lumen is {one.width_mm:.1f} mm; a tip needs {least:.1f} mm"
            )
            status = Status.NOT_MET
        elif one.coil is None:
            text = f"no coil of the shelf fits its {one.diameter_mm:.1f} mm"
            status = Status.NOT_MET
        else:
            text = f"{one.coil.text} in {one.diameter_mm:.1f} mm"
        yield Finding(
            f"protected-{one.edge}", status, Severity.ACTION,
            f"The {one.name} is closed first: {text}. {said} Nothing is given before an angiogram "
            "shows it closed.", cite(COIL_OVERSIZE), facts=(COIL_OVERSIZE,),
        )  # fmt: skip
