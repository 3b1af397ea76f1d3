"""Labels become structures in our vocabulary: merged, lesions numbered, raw names kept.

A vocabulary (``catalogue``) says what each raw name means; names it ignores (a skin label, the
body) vanish, unknown ones stay unidentified tissue and are named in the notes.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import numpy as np

from seldinger import catalogue
from seldinger.anatomy import lattice
from seldinger.anatomy.extents import Extents, restore_lost
from seldinger.anatomy.model import Kind, Origin, Structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from seldinger.catalogue import Recognised, Term
    from seldinger.core.space import Grid
    from seldinger.core.volume import LabelMap, Mask

LUNGS: Mapping[str, tuple[str, ...]] = {
    "left lung": ("left lung upper lobe", "left lung lower lobe"),
    "right lung": (
        "right lung upper lobe",
        "right lung middle lobe",
        "right lung lower lobe",
    ),
}
"""Whole lungs and the lobes they are made of when no label shows them whole."""
CAGE = frozenset({"ribs", "sternum", "costal cartilages"})
"""Bone that is part of the wall of the trunk."""
LIMB_BONES = frozenset({"scapulae", "clavicles", "humeri"})
"""Bone that lies on the wall and does not end it."""
LESIONS = frozenset({Kind.LESION, Kind.COLLECTION})


def from_labels(labels: LabelMap, recognised: Recognised, grid: Grid) -> tuple[Structure, ...]:
    """Every recognised label on ``grid`` as a structure; labels that lie off it are left out.

    Labels are carried by nearest neighbour, which keeps their volume. Where a label is too thin for
    that, the voxels that would be lost are kept.
    """
    extents = None if labels.grid.matches(grid) else Extents(labels)
    layers = [lattice.resample_labels(layer, labels.grid, grid) for layer in labels.layers]
    terms = catalogue.terms()
    structures: list[Structure] = []
    for name, raws in group_by_term(labels.names, recognised, terms).items():
        mask = _union(labels, layers, raws)
        extent = None if extents is None else extents.find(raws)
        if extent is not None:
            restore_lost(mask, extent, grid)
        if mask.any():
            term = terms[recognised.terms[raws[0]]]
            kind = Kind(term.kind)
            structures.append(Structure(name, kind, mask, Origin.LABEL, tuple(raws), term.mobile))
    return (*structures, *_whole_lungs(structures))


def describe_left_out(recognised: Recognised) -> tuple[str, ...]:
    """What the vocabulary left out, in words."""
    notes = [f"labels read with the vocabulary {recognised.vocabulary}"]
    if recognised.ignored:
        notes.append(f"labels left out on purpose: {', '.join(recognised.ignored)}")
    if recognised.unknown:
        notes.append(f"labels nobody knows, left unidentified: {', '.join(recognised.unknown)}")
    return tuple(notes)


def unite(structures: Iterable[Structure], like: Mask) -> Mask:
    """All masks together; empty of the shape of ``like`` when there are none."""
    together = np.zeros_like(like)
    for structure in structures:
        together |= structure.mask
    return together


def select(structures: Sequence[Structure], *kinds: Kind) -> tuple[Structure, ...]:
    """Structures of any of ``kinds``."""
    return tuple(s for s in structures if s.kind in kinds)


def group_by_term(
    names: Iterable[str], recognised: Recognised, terms: Mapping[str, Term]
) -> dict[str, list[str]]:
    """Our names and the raw names behind each; every lesion label is a lesion of its own.

    A lesion keeps the number that its label ends in: "liver-tumour-2" is "liver tumour 2", whatever
    else is labelled. Where two labels of one term end in the same number, or one in none, they get
    numbers that no label of that term ends in: ours is never the number of another label.

    ``terms`` are ours, by name.
    """
    grouped: dict[str, list[str]] = {}
    numbers: dict[str, dict[str, int]] = {}
    found = [(raw, recognised.terms[raw]) for raw in names if raw in recognised.terms]
    for raw, name in found:
        if Kind(terms[name].kind) not in LESIONS:
            grouped.setdefault(name, []).append(raw)
            continue
        if name not in numbers:
            numbers[name] = _number_lesions([one for one, term in found if term == name])
        grouped[f"{name} {numbers[name][raw]}"] = [raw]
    return grouped


def _number_lesions(raws: Sequence[str]) -> dict[str, int]:
    """The number of every label of one term: its own where no other label ends in the same."""
    ends = {raw: int(end[0]) for raw in raws if (end := re.search(r"\d+$", raw.strip()))}
    told = list(ends.values())
    free = (n for n in itertools.count(1) if n not in told)
    return {raw: ends[raw] if told.count(ends.get(raw, -1)) == 1 else next(free) for raw in raws}


def _union(labels: LabelMap, layers: Sequence[np.ndarray], raws: Sequence[str]) -> Mask:
    wanted = set(raws)
    mask: Mask | None = None
    for number, layer in enumerate(layers):
        values = [e.value for e in labels.entries if e.name in wanted and e.layer == number]
        if values:
            here = layer == values[0] if len(values) == 1 else np.isin(layer, values, kind="table")
            mask = here if mask is None else mask | here
    return np.zeros(layers[0].shape, dtype=bool) if mask is None else np.ascontiguousarray(mask)


def _whole_lungs(structures: Sequence[Structure]) -> list[Structure]:
    names = {s.name for s in structures}
    lungs = []
    for name, lobes in LUNGS.items():
        parts = [s for s in structures if s.name in lobes]
        if parts and name not in names:
            sources = tuple(raw for s in parts for raw in s.sources)
            mask = unite(parts, parts[0].mask)
            lungs.append(Structure(name, Kind.LUNG, mask, Origin.LABEL, sources, mobile=True))
    return lungs
