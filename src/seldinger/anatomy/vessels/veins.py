"""Veins: those that labels show become a tree in which blood runs towards the heart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Kind
from seldinger.anatomy.vessels.direct import direct
from seldinger.anatomy.vessels.extract import extract_centrelines
from seldinger.anatomy.vessels.patient import name_after, show_mask
from seldinger.core.errors import AnatomyError
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.core.volume import Mask

CAVA = "inferior vena cava"
CLOT = "venous clot"
_STUB_MM = 25.0
"""Longer ones are veins of their own."""
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
    shown = {s.name for s in anatomy.structures if _is_vein(s)}
    if anatomy.study.labels is None or CAVA not in shown:
        raise AnatomyError(
            "no label shows the inferior vena cava, so there is no way through it: give labels "
            "with it and with the iliac veins"
        )
    grid = anatomy.study.labels.grid
    masks = show_veins(anatomy)
    whole = np.logical_or.reduce([*masks.values()])
    lines = extract_centrelines(whole, grid)
    held = fill_veins(masks)
    named = name_after(lines.tree, {name: (mask, grid) for name, mask in held.items()})
    tree = _name_stubs(_run_to_heart(named))
    notes = tuple(f"Veins: {note}" for note in lines.notes)
    return replace(
        anatomy, veins=tree, vessels_voxel_mm=max(grid.spacing_mm), notes=(*anatomy.notes, *notes)
    )


def show_veins(anatomy: Anatomy) -> dict[str, Mask]:
    """Great veins and clots that labels show, by name, on the grid of the labels.

    Args:
        anatomy: the patient's images, with labels.
    """
    return {s.name: show_mask(anatomy, s) for s in anatomy.structures if _is_vein(s)}


def fill_veins(masks: dict[str, Mask]) -> dict[str, Mask]:
    """Veins by name, each with what of the clots lies nearest to it: what fills it is of it.

    Args:
        masks: of veins and clots, as ``show_veins`` has them.
    """
    veins = {name: mask for name, mask in masks.items() if not name.startswith(CLOT)}
    clots = [mask for name, mask in masks.items() if name.startswith(CLOT)]
    if not clots:
        return veins
    clot = np.logical_or.reduce(clots)
    numbers = np.zeros(clot.shape, dtype=np.uint8)
    for number, mask in enumerate(veins.values(), start=1):
        numbers[mask] = number
    nearest = scipy.ndimage.distance_transform_edt(
        numbers == 0, return_distances=False, return_indices=True
    )
    whose = np.where(clot, numbers[tuple(nearest)], numbers)
    return {name: whose == number for number, name in enumerate(veins, start=1)}


def _name_stubs(tree: Tree) -> Tree:
    """The last bit of a vein within the one that it joins, named after the vein that it ends.

    A centreline runs on to the middle of the wider vein: by its label that bit is the wider vein's,
    which would begin at two places then.
    """
    ends: dict[int, list[Edge]] = {}
    for edge in tree.edges:
        ends.setdefault(edge.end, []).append(edge)

    def own_name(edge: Edge) -> str:
        before = {one.name for one in ends.get(edge.start, ())}
        beside = any(one.name == edge.name for one in ends[edge.end] if one is not edge)
        stub = beside and before and edge.name not in before
        short = edge.curve.length_mm <= _STUB_MM
        return min(before) if edge.name and stub and short else edge.name

    return Tree(tree.nodes_lps_mm, tuple(replace(e, name=own_name(e)) for e in tree.edges))


def _is_vein(structure: Structure) -> bool:
    """A great vein, or a clot: what fills a vein is part of it."""
    vein = structure.kind is Kind.VESSEL and any(word in structure.name for word in _VEINS)
    return vein or structure.name.startswith(CLOT)


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
