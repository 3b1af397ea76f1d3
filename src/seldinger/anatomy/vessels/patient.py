"""Patient: the arteries that labels show become the tree of an anatomy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.anatomy.vessels.extract import extract_centrelines
from seldinger.core.errors import AnatomyError
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Structure

_ARTERIES = ("arter", "aorta", "brachiocephalic trunk", "coeliac trunk")
_SHARE = 0.5
"""An edge is named after a label that holds this share of its points."""


def trace_arteries(anatomy: Anatomy) -> Anatomy:
    """``anatomy`` with the centrelines of its labelled arteries, each named after its label.

    Raises:
        AnatomyError: no label shows an artery, or nothing in it is longer than wide.
    """
    study = anatomy.study
    arteries = [s for s in anatomy.structures if _is_artery(s)]
    if study.labels is None or not arteries:
        raise AnatomyError(
            "no label shows an artery, so there is no way through one: give labels with arteries "
            "(aorta, iliac artery ...), or trace them by `seldinger vessels`"
        )
    grid = study.labels.grid
    masks = {s.name: _mask(anatomy, s) for s in arteries}
    whole = np.zeros(grid.shape, dtype=bool)
    for mask in masks.values():
        whole |= mask
    lines = extract_centrelines(whole, grid)
    edges = []
    for edge in lines.tree.edges:
        index = np.rint(grid.to_index(edge.curve.points_lps_mm)).astype(int)
        index = np.clip(index, 0, np.array(grid.shape) - 1)
        held = {name: float(mask[tuple(index.T)].mean()) for name, mask in masks.items()}
        name = max(held, key=lambda one: held[one])
        edges.append(Edge(edge.start, edge.end, edge.curve, name if held[name] >= _SHARE else ""))
    tree = Tree(lines.tree.nodes_lps_mm, tuple(edges))
    notes = tuple(f"Arteries: {note}" for note in lines.notes)
    coarse = max(grid.spacing_mm)
    found = (*anatomy.notes, *notes)
    return replace(anatomy, vessels=tree, vessels_voxel_mm=coarse, notes=found)


def _is_artery(structure: Structure) -> bool:
    return structure.kind is Kind.VESSEL and any(word in structure.name for word in _ARTERIES)


def _mask(anatomy: Anatomy, structure: Structure) -> np.ndarray:
    """The structure as its labels show it, on their own grid."""
    labels = anatomy.study.labels
    assert labels is not None  # noqa: S101  the caller looked
    found = np.zeros(labels.grid.shape, dtype=bool)
    for raw in structure.sources:
        if raw in labels.names:
            found |= labels.mask(raw)
    return found
