"""Veins: those that labels show become a tree in which blood runs towards the heart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.anatomy.vessels.direct import direct
from seldinger.anatomy.vessels.extract import extract_centrelines
from seldinger.anatomy.vessels.patient import name_after, show_mask
from seldinger.core.errors import AnatomyError
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Structure

CAVA = "inferior vena cava"
_VEINS = (
    CAVA, "superior vena cava", "iliac vein", "femoral vein", "popliteal vein", "renal vein",
    "brachiocephalic vein", "jugular vein",
)  # fmt: skip


def trace_veins(anatomy: Anatomy) -> Anatomy:
    """``anatomy`` with the centrelines of its labelled great veins, each named after its label.

    Args:
        anatomy: the patient's images.

    Raises:
        AnatomyError: no label shows the inferior vena cava, or nothing in it is longer than wide.
    """
    shown = [s for s in anatomy.structures if _is_vein(s)]
    if anatomy.study.labels is None or CAVA not in {s.name for s in shown}:
        raise AnatomyError(
            "no label shows the inferior vena cava, so there is no way through it: give labels "
            "with it and with the iliac veins"
        )
    grid = anatomy.study.labels.grid
    masks = {s.name: show_mask(anatomy, s) for s in shown}
    whole = np.logical_or.reduce([*masks.values()])
    lines = extract_centrelines(whole, grid)
    named = name_after(lines.tree, {name: (mask, grid) for name, mask in masks.items()})
    tree = _run_to_heart(named)
    notes = tuple(f"Veins: {note}" for note in lines.notes)
    return replace(
        anatomy, veins=tree, vessels_voxel_mm=max(grid.spacing_mm), notes=(*anatomy.notes, *notes)
    )


def _is_vein(structure: Structure) -> bool:
    return structure.kind is Kind.VESSEL and any(word in structure.name for word in _VEINS)


def _run_to_heart(tree: Tree) -> Tree:
    """Every edge in the direction of flow: towards the cava's upper end.

    Raises:
        AnatomyError: no edge is the cava's.
    """
    own = {n for e in tree.edges if e.name == CAVA for n in (e.start, e.end)}
    if not own:
        raise AnatomyError(
            "the label of the inferior vena cava is no longer than wide: label it from the iliac "
            "veins to the liver"
        )
    heart = max(own, key=lambda n: float(tree.nodes_lps_mm[n][2]))
    away, _ = direct(tree, heart)
    edges = tuple(Edge(e.end, e.start, e.curve.reversed(), e.name) for e in away.edges)
    return Tree(away.nodes_lps_mm, edges)
