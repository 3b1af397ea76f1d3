"""Staging: how many tumours there are and how long, against cited criteria for a transplant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.anatomy.model import Kind
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.geometry.morphology import label_components
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_MILAN = ("embolization.milan.single", "embolization.milan.several", "embolization.milan.number")
_DOWN = (
    "embolization.downstaging.single",
    "embolization.downstaging.two_or_three",
    "embolization.downstaging.four_or_five",
    "embolization.downstaging.sum",
)
_EXCLUDED, _WAIT = "embolization.downstaging.excluded", "embolization.downstaging.wait"
_MM_PER_CM = 10.0
_FEW, _SOME = 3, 5
_SAME = 0.5
_LEAST_ML = 0.1
"""A piece of a label that is smaller is no tumour of its own."""
_LIVER_TUMOUR = ("liver", "hepat")


@dataclass(frozen=True, slots=True)
class Staged:
    """What labels show of the disease in the organ.

    Attributes:
        lengths_mm: longest diameter of every labelled tumour, the longest first.
        within_milan: None where the disease is another, or not told.
        within_downstaging: likewise.
        surely_beyond_milan: even if every diameter is a voxel shorter.
    """

    lengths_mm: tuple[float, ...]
    within_milan: bool | None
    within_downstaging: bool | None
    surely_beyond_milan: bool = False


def stage(anatomy: Anatomy, lesion: Lesion, organ: Mask, disease: str | None) -> Staged:
    """The labelled tumours of an organ against the criteria.

    Args:
        anatomy: with labels.
        lesion: the one that is treated.
        organ: with its tumours.
        disease: "hcc", another, or None: not told.
    """
    masks = []
    for one in anatomy.structures:
        if one.kind is Kind.LESION and (one.mask & organ).sum() > _SAME * one.mask.sum():
            labelled, sizes = label_components(one.mask)
            masks += [
                labelled == n
                for n in range(1, len(sizes))
                if sizes[n] * anatomy.grid.voxel_ml >= _LEAST_ML
            ]
    covered = np.logical_or.reduce(masks) if masks else np.zeros_like(lesion.mask)
    if (lesion.mask & covered).sum() <= _SAME * lesion.mask.sum():
        masks.append(lesion.mask)
    lengths = sorted((measure_length_mm(mask, anatomy.grid) for mask in masks), reverse=True)
    if disease != "hcc":
        return Staged(tuple(lengths), None, None)
    voxel_mm = float(max(anatomy.grid.spacing_mm))
    shorter = [mm - voxel_mm for mm in lengths]
    return Staged(
        tuple(lengths), _is_within_milan(lengths), _is_within_downstaging(lengths),
        not _is_within_milan(shorter),
    )  # fmt: skip


def measure_length_mm(mask: Mask, grid: Grid) -> float:
    """The longest diameter of a mask, between the middles of its farthest voxels.

    A round tumour's outermost voxels are cut by its surface, so that half a voxel at either end is
    what is missing and what is too much.

    Args:
        mask: (i, j, k), at least one voxel.
        grid: of the mask.
    """
    from scipy.spatial import ConvexHull, QhullError
    from scipy.spatial.distance import pdist

    points = grid.to_lps(np.argwhere(mask).astype(float))
    try:
        points = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        points = points[:2000]  # flat or tiny: all of it
    far = float(pdist(points).max()) if len(points) > 1 else 0.0
    return max(far, float(min(grid.spacing_mm)))


def _is_within_milan(lengths: list[float]) -> bool:
    single, several, number = (_MM_PER_CM * evidence.driving_value(one) for one in _MILAN)
    if len(lengths) == 1:
        return lengths[0] <= single
    return len(lengths) <= number / _MM_PER_CM and lengths[0] <= several


def _is_within_downstaging(lengths: list[float]) -> bool:
    one, few, some, total = (_MM_PER_CM * evidence.driving_value(key) for key in _DOWN)
    if len(lengths) == 1:
        return lengths[0] <= one
    most = few if len(lengths) <= _FEW else some
    return len(lengths) <= _SOME and lengths[0] <= most and sum(lengths) <= total


def judge_stage(staged: Staged, disease: str | None) -> Finding:
    """The stage as a finding: a bridge, downstaging, or neither; no claim that it succeeds.

    Args:
        staged: what labels show.
        disease: as answered.
    """
    shown = ", ".join(f"{mm / _MM_PER_CM:.1f}" for mm in staged.lengths_mm)
    told = (
        f"{len(staged.lengths_mm)} labelled tumour{'s' * (len(staged.lengths_mm) > 1)}, longest "
        f"diameter {shown} cm."
    )
    if disease != "hcc":
        text = f"{told} Criteria for a transplant are read of hepatocellular carcinoma alone."
        return Finding("staging", Status.MET, Severity.INFO, text)
    facts = (*_MILAN, *_DOWN, _EXCLUDED, _WAIT)
    if staged.within_milan:
        text = f"{told} Within the Milan criteria: a bridge to a transplant."
    elif staged.within_downstaging:
        text = (
            f"{told} Beyond the Milan criteria, within those for downstaging. "
            f"{state_fact(_EXCLUDED)} {state_fact(_WAIT)}"
        )
    else:
        text = f"{told} Beyond the Milan criteria and those for downstaging."
    text += " By labels alone: vessels, other organs and tumours without a label are not judged."
    return Finding("staging", Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
