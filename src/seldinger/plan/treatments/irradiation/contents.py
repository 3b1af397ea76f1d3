"""Contents: what else lies in the liver: cysts that take nothing, labels that nobody read.

A tumour that a territory encloses, and that was not drawn into it, is found by the thin shell by
which a target finds its organ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.core.naming import match_name
from seldinger.image.resample import resample_mask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_CYST = "liver cyst"
_TOUCHED = 0.05
"""Share of a label in the liver, or of the liver in a label, that blur alone does not make."""
_MOSTLY = 0.5
"""A label of whose shell so much is liver lies in the liver."""


def is_hollow(structure: Structure) -> bool:
    """Whether a structure holds fluid, which takes no spheres: a cyst of the liver, an abscess."""
    if structure.kind is Kind.COLLECTION:
        return True
    return structure.kind is Kind.LESION and structure.name.rpartition(" ")[0] == _CYST


def find_hollow(anatomy: Anatomy) -> Mask:
    """Every cyst and collection, on the anatomy's lattice."""
    found = np.zeros(anatomy.grid.shape, dtype=bool)
    for one in anatomy.structures:
        if is_hollow(one):
            found |= one.mask
    return found


def measure_enclosed(mask: Mask, by: Mask, organ: Mask, grid: Grid) -> float:
    """Share of a thin shell around ``mask``, as far as it lies in ``organ``, that ``by`` covers.

    Args:
        mask: (i, j, k), of a tumour.
        by: likewise, of what may enclose it.
        organ: likewise, of the liver with its tumours.
        grid: of all three.
    """
    from seldinger.anatomy import targets  # it opens what filters images

    shell = targets.surround(mask, grid) & ~mask & organ
    return float((shell & by).sum()) / max(int(shell.sum()), 1)


def list_unread(anatomy: Anatomy, organ: Mask, named: Iterable[str]) -> dict[str, float]:
    """Labels in the liver of which no vocabulary knows what they are, with their mL.

    Args:
        anatomy: with its study's labels.
        organ: (i, j, k), the liver with its tumours and cysts.
        named: labels that the user says what they are.
    """
    labels = anatomy.study.labels
    used = {match_name(one, anatomy.unread) for one in named}
    found = {}
    for raw in anatomy.unread if labels is not None else ():
        assert labels is not None  # noqa: S101  nothing is unread without
        if raw in used or raw not in labels.names:
            continue
        mask = resample_mask(labels.mask(raw), labels.grid, anatomy.grid)
        if mask.any() and _lies_in(mask, organ, anatomy.grid):
            found[raw] = float(mask.sum()) * anatomy.grid.voxel_ml
    return found


def _lies_in(mask: Mask, organ: Mask, grid: Grid) -> bool:
    """Whether a label shares more than its rim with the liver, or fills a hole in it."""
    from seldinger.anatomy import targets  # it opens what filters images

    both = int((mask & organ).sum())
    if both >= _TOUCHED * min(int(mask.sum()), max(int(organ.sum()), 1)):
        return True
    shell = targets.surround(mask, grid) & ~mask
    return float((shell & organ).sum()) >= _MOSTLY * max(int(shell.sum()), 1)
