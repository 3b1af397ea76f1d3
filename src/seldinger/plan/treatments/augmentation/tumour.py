"""Tumour: whether one is in the vertebra, by a label, by its density, or by the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.anatomy.vertebra.model import Wall
from seldinger.geometry import morphology
from seldinger.geometry.morphology import label_components
from seldinger.image.resample import resample_mask
from seldinger.plan.answers import read
from seldinger.plan.approach.percutaneous.spine.approach import (
    BONE,
    CANAL,
    list_raw,
    read_label,
)
from seldinger.plan.treatments.augmentation.options import AugmentationAnswers

if TYPE_CHECKING:
    from seldinger.core.volume import Mask
    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase

_LEAST_ML = 0.3
"""Less of a body that is thinner than marrow is noise, or a vein."""
_BESIDE_MM = 3.0
"""A label that stands where the vertebra's own is cut out lies beside it by a voxel."""
_CAUSES = frozenset({"metastasis", "myeloma", "haemangioma"})


@dataclass(frozen=True, slots=True)
class Tumour:
    """What is known of a tumour in the body.

    Attributes:
        labelled_ml: of bone, canal and what touches them that a label of a lesion covers.
        lytic_ml: of the body that is thinner than its marrow.
        beside_ml: of ``labelled_ml``, what the vertebra's own label leaves out.
        told: the cause as the user told it; None: not told, or no tumour.
        asked: whether the cause was told at all.
    """

    labelled_ml: float
    lytic_ml: float
    beside_ml: float
    told: str | None
    asked: bool

    @property
    def volume_ml(self) -> float:
        """Of it, as far as anything shows."""
        return max(self.labelled_ml, self.lytic_ml)

    @property
    def is_cut_out(self) -> bool:
        """Whether the label of the lesion may have taken the vertebra's own away."""
        return self.beside_ml > _LEAST_ML

    @property
    def is_there(self) -> bool:
        """Whether anything says so."""
        return self.told is not None or self.volume_ml > _LEAST_ML

    @property
    def words(self) -> str:
        """What says so."""
        said = []
        if self.labelled_ml > 0.0:
            said.append(f"{self.labelled_ml:.1f} mL by a label")
        if self.lytic_ml > _LEAST_ML:
            said.append(f"{self.lytic_ml:.1f} mL thinner than marrow")
        if self.told is not None:
            said.append(f"{self.told}, as you told")
        return ", ".join(said)


def find_tumour(case: SpineCase) -> Tumour:
    """What labels, density and the user say of a tumour in the vertebra, or at it."""
    grid = case.anatomy.grid
    spaces = [one.mask for one in case.anatomy.structures if one.name in (BONE, CANAL)]
    near = morphology.dilate(
        np.any([case.target.mask, *spaces], axis=0), _BESIDE_MM, grid.spacing_mm[0]
    ) & _list_slab(case)  # fmt: skip
    lesions = [one.mask for one in case.anatomy.structures if one.kind is Kind.LESION]
    here = np.any([np.zeros_like(near), *lesions], axis=0) & near
    bone = np.any([one.mask for one in case.anatomy.structures if one.name == BONE], axis=0)
    cause = read(AugmentationAnswers, case.settings).cause
    return Tumour(
        float(here.sum()) * grid.voxel_ml,
        case.vertebra.lytic_ml,
        float((here & ~bone).sum()) * grid.voxel_ml,
        cause if cause in _CAUSES else None,
        cause is not None,
    )


def _list_slab(case: SpineCase) -> Mask:
    """(i, j, k) the slices of the planning lattice that hold the vertebra: a canal goes on."""
    (bone,) = [one.mask for one in case.anatomy.structures if one.name == BONE]
    slab = np.zeros_like(bone)
    slab[..., bone.any(axis=(0, 1))] = True
    return slab


def outline_tumour(case: SpineCase) -> Mask | None:
    """The tumour, (a, b, c) bool on the vertebra's grid; None where nothing shows where it is.

    What a label of a lesion covers, as far as it hangs together with the body, beyond its walls
    too; without such a label what is thinner than marrow.
    """
    vertebra, grid = case.vertebra, case.vertebra.grid
    found = np.zeros(grid.shape, np.bool_)
    for one in case.anatomy.structures:
        if one.kind is Kind.LESION:
            # The label's own voxels, finer than the planning lattice, where it has any.
            raw = [name for name in one.sources if name in list_raw(case.anatomy)]
            found |= (
                read_label(case.anatomy, raw, grid)
                if raw
                else resample_mask(one.mask, case.anatomy.grid, grid)
            )
    marked, sizes = label_components(found)
    mine = np.bincount(marked[vertebra.body], minlength=sizes.size) > 0
    mine[0] = False
    if mine.any():
        labelled: Mask = mine[marked]
        return labelled
    if vertebra.lytic is not None and vertebra.lytic.any():
        return vertebra.lytic
    return None


def doubt_canal(case: SpineCase) -> str:
    """Why the model says nothing of the way to the canal; empty where it may."""
    if any(one.wall is Wall.BACK for one in case.vertebra.breaks or ()):
        return "the back wall is broken, and by how much more than shows nobody knows"
    if find_tumour(case).is_there:
        return "cement in a tumour is not what the model was made for"
    return ""
