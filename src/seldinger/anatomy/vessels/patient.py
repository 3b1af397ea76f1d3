"""Patient: the arteries that labels show become the tree of an anatomy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Kind
from seldinger.anatomy.vessels.direct import lead_into
from seldinger.anatomy.vessels.extract import extract_centrelines
from seldinger.core.errors import AnatomyError
from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree
from seldinger.geometry.morphology import dilate

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_ARTERIES = ("arter", "aorta", "brachiocephalic trunk", "coeliac trunk")
_ACCESS = ("cephalic vein", "basilic vein", "fistula", "graft")
_BESIDE_MM = 4.0
"""An artery's own label leaves a hole in that of its organ."""
_SHARE = 0.5
"""An edge is named after a label that holds this share of its points."""
_RUN_MM = 15.0
"""Shorter stretches under another label are labels that overlap at a fork, not vessels."""


def trace_arteries(anatomy: Anatomy, access: str = "") -> Anatomy:
    """``anatomy`` with the centrelines of its labelled arteries, each named after its label.

    Veins are left out: most only touch an artery. The vein or graft of a dialysis access is fed by
    one, and is traced with it where it is what is aimed at.

    Args:
        anatomy: the patient's images.
        access: what is aimed at in a dialysis access: a vessel's name, with or without a stretch.

    Raises:
        AnatomyError: no label shows an artery, nothing in it is longer than wide, or the vessel
            aimed at touches no artery or touches them at several places.
    """
    study = anatomy.study
    arteries = [s for s in anatomy.structures if _is_artery(s)]
    if study.labels is None or not arteries:
        raise AnatomyError(
            "no label shows an artery, so there is no way through one: give labels with arteries "
            "(aorta, iliac artery ...), or trace them by `seldinger vessels`"
        )
    grid = study.labels.grid
    masks = {s.name: show_mask(anatomy, s) for s in arteries}
    whole = np.zeros(grid.shape, dtype=bool)
    for mask in masks.values():
        whole |= mask
    drain = None
    aimed = next((s for s in anatomy.structures if _is_access(s, access)), None)
    if aimed is not None:
        drain = show_mask(anatomy, aimed) & ~whole
        _check_joint(aimed.name, drain, whole, grid)
        masks[aimed.name] = drain
        whole |= drain
    lines = extract_centrelines(whole, grid, drain=drain)
    tree = name_after(lines.tree, {name: (mask, grid) for name, mask in masks.items()})
    tree, begun = lead_into(tree, _find_in_organs(anatomy, tree))
    first = next((edge.name for edge in tree.edges if edge.start == lines.root), "")
    where = ", ".join(f"{x:.0f}" for x in tree.nodes_lps_mm[lines.root])
    enters = (
        f"blood is taken to come in at the end of the {first or 'vessel without a name'} at "
        f"({where}) LPS mm."
    )
    notes = tuple(f"Arteries: {note}" for note in (enters, *lines.notes))
    if begun:
        own = dict.fromkeys(e.name or "one without a name" for e in tree.edges if e.start in begun)
        beside = (
            f"Arteries: {', '.join(own)} touch no other; blood is taken to come in outside the "
            "organ that they lead into."
        )
        notes = (*notes, beside)
    coarse = max(grid.spacing_mm)
    found = (*anatomy.notes, *notes)
    return replace(anatomy, vessels=tree, vessels_voxel_mm=coarse, notes=found)


def _find_in_organs(anatomy: Anatomy, tree: Tree) -> np.ndarray:
    """(n,) whether nodes lie in an organ that arteries lead into, or in a lesion."""
    index = np.rint(anatomy.grid.to_index(tree.nodes_lps_mm)).astype(int)
    last = np.array(anatomy.grid.shape) - 1
    within = ((index >= 0) & (index <= last)).all(axis=1)
    at = tuple(np.clip(index, 0, last).T)
    held = np.zeros(len(index), dtype=bool)
    for structure in anatomy.structures:
        if structure.kind in (Kind.ORGAN, Kind.LESION):
            held |= dilate(structure.mask, _BESIDE_MM, float(anatomy.grid.spacing_mm[0]))[at]
    return held & within


def _check_joint(name: str, drain: Mask, arteries: Mask, grid: Grid) -> None:
    """Refuse a vein that no artery feeds, or that touches arteries at several places."""
    touching = arteries & scipy.ndimage.binary_dilation(drain, np.ones((3, 3, 3), dtype=bool))
    places, count = scipy.ndimage.label(touching, np.ones((3, 3, 3), dtype=int))
    if count == 1:
        return
    if not count:
        raise AnatomyError(
            f"the {name} touches no labelled artery, so nothing feeds it: label it up to the "
            "anastomosis, and the artery there"
        )
    middles = np.array(scipy.ndimage.center_of_mass(touching, places, range(1, count + 1)))
    where = "; ".join("({:.0f}, {:.0f}, {:.0f})".format(*at) for at in grid.to_lps(middles)[:6])
    raise AnatomyError(
        f"the {name} touches labelled arteries at {count} places ({where} LPS mm), and one of them "
        "is the anastomosis: part the labels at the others"
    )


def name_after(tree: Tree, labels: dict[str, tuple[np.ndarray, Grid]]) -> Tree:
    """``tree`` with every edge named after its label, cut where one label follows another.

    Two arteries without a branch between them, as the external iliac and the common femoral, are
    one edge of the graph, yet a sheath goes into one of them.

    Args:
        tree: without names.
        labels: name -> mask, (i, j, k), and its grid.
    """
    nodes, edges = [*tree.nodes_lps_mm], []
    for edge in tree.edges:
        points = edge.curve.points_lps_mm
        held = np.array([_inside(points, *label) for label in labels.values()])
        runs = _find_runs(held, edge.curve.along_mm)
        start = edge.start
        for first, last in runs:
            end = edge.end
            if last < len(points) - 1:
                nodes.append(points[last])
                end = len(nodes) - 1
            radius = edge.curve.radius_mm
            part = Curve(
                points[first : last + 1], None if radius is None else radius[first : last + 1]
            )
            share = held[:, first : last + 1].mean(axis=1)
            best = int(share.argmax())
            edges.append(Edge(start, end, part, [*labels][best] if share[best] >= _SHARE else ""))
            start = end
    return Tree(np.array(nodes), tuple(edges))


def _inside(points: np.ndarray, mask: np.ndarray, grid: Grid) -> np.ndarray:
    index = np.rint(grid.to_index(points)).astype(int)
    held: np.ndarray = mask[tuple(np.clip(index, 0, np.array(grid.shape) - 1).T)]
    return held


def _find_runs(held: np.ndarray, along_mm: np.ndarray) -> list[tuple[int, int]]:
    """First and last point of each stretch under one label; the last is the next one's first.

    A stretch that is too short to be a vessel of its own belongs to the one before it.
    """
    label = np.where(held.any(axis=0), held.argmax(axis=0), -1)
    changes = [0, *(np.flatnonzero(np.diff(label)) + 1), len(label) - 1]
    cuts = [0]
    for k in range(1, len(changes) - 1):
        here, after = changes[k], changes[k + 1]
        long = along_mm[after] - along_mm[here] >= _RUN_MM and label[here] >= 0
        before = along_mm[here] - along_mm[cuts[-1]] >= _RUN_MM
        if long and before and label[here] != label[cuts[-1]]:
            cuts.append(int(here))
    return list(zip(cuts, [*cuts[1:], len(label) - 1], strict=True))


def _is_artery(structure: Structure) -> bool:
    return structure.kind is Kind.VESSEL and any(word in structure.name for word in _ARTERIES)


def _is_access(structure: Structure, aimed: str) -> bool:
    named = structure.name in aimed and any(word in structure.name for word in _ACCESS)
    return named and structure.kind is Kind.VESSEL


def show_mask(anatomy: Anatomy, structure: Structure) -> np.ndarray:
    """The structure as its labels show it, (i, j, k) on their own grid.

    Args:
        anatomy: with labels.
        structure: one of its own.
    """
    labels = anatomy.study.labels
    assert labels is not None  # noqa: S101  the caller looked
    found = np.zeros(labels.grid.shape, dtype=bool)
    for raw in structure.sources:
        if raw in labels.names:
            found |= labels.mask(raw)
    return found
