"""Weigh: what territory, tumours, normal liver and lungs weigh, from their outlines and the CT.

Dead tissue in a tumour takes no spheres, nor does a cyst: they belong to no compartment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.geometry import morphology
from seldinger.plan.treatments.irradiation.activity import weigh_kg
from seldinger.plan.treatments.irradiation.contents import find_hollow
from seldinger.plan.treatments.irradiation.perfused import find_organ
from seldinger.plan.treatments.irradiation.territory import Lungs, assume_lungs

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Lesion, Territory
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_LUNG_TERMS = ("left lung", "right lung")
_AIR_HU = -1000.0
_FLAT = 0.35
"""Share of its largest section with which no liver ends: of four the broadest side had 0.28."""
_HEAVIEST_KG = 3.0
"""Above it no adult's lungs weigh: their outline or the numbers of the image are wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class TumourPart:
    """What of one tumour is perfused.

    Attributes:
        name: as the plan calls it.
        mask: living and perfused, on the anatomy's lattice.
        ml, kg: of ``mask``.
        covered: share of the whole tumour that is perfused.
        diameter_mm: of the whole tumour.
    """

    name: str
    mask: Mask
    ml: float
    kg: float
    covered: float
    diameter_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A territory and the liver around it.

    Attributes:
        tumours: those in the territory, the target first.
        normal: perfused liver without tumours, a mask on the anatomy's lattice.
        organ: the whole liver with its tumours, likewise.
        hollow: cysts and collections, likewise; no compartment and no part of the volumes below.
        perfused_ml, perfused_kg: of living tissue.
        normal_ml, normal_kg: of ``normal``.
        whole_normal_ml, whole_normal_kg: all liver without tumours, perfused or not.
        organ_ml: of ``organ``.
        all_tumour_ml: of every tumour of the liver.
        dead_ml: in the territory's tumours.
        hollow_ml: of ``hollow`` in the territory.
        reserve: share of the liver that is not perfused.
    """

    tumours: tuple[TumourPart, ...]
    normal: Mask
    organ: Mask
    hollow: Mask
    perfused_ml: float
    perfused_kg: float
    normal_ml: float
    normal_kg: float
    whole_normal_ml: float
    whole_normal_kg: float
    organ_ml: float
    all_tumour_ml: float
    dead_ml: float
    hollow_ml: float
    reserve: float


def weigh_territory(
    anatomy: Anatomy, target: Territory, every: tuple[Mask, ...], density_g_per_ml: float
) -> Weighed:
    """Masses by compartment.

    Args:
        anatomy: the patient's images.
        target: what is perfused, with the lesions in it.
        every: masks of all tumours of the liver, perfused or not.
        density_g_per_ml: of liver and tumour.

    Raises:
        PlanError: no normal liver, or a tumour that holds no living perfused voxel.
    """
    voxel_ml = anatomy.grid.voxel_ml
    organ = find_organ(anatomy, target.lesions)
    diseased = np.zeros(organ.shape, dtype=bool)
    for mask in every:
        diseased |= mask
    organ |= diseased
    hollow = find_hollow(anatomy)
    fed, flesh = target.mask & ~hollow, organ & ~hollow
    parts = [_weigh_part(one, target, fed, voxel_ml, density_g_per_ml) for one in target.lesions]
    normal = fed & ~diseased
    normal_ml = float(normal.sum()) * voxel_ml
    perfused_ml = normal_ml + sum(one.ml for one in parts)
    whole_ml, organ_ml = (float(m.sum()) * voxel_ml for m in (flesh & ~diseased, flesh))
    if normal_ml <= 0.0:
        raise PlanError(
            f"the territory ({target.origin}) holds tumour alone: a label of what is perfused "
            "holds the liver around the tumour as well"
        )
    dead = sum(float((one.mask & fed & ~one.viable).sum()) for one in target.lesions)
    return Weighed(
        tuple(parts), normal, organ, hollow,
        perfused_ml, weigh_kg(perfused_ml, density_g_per_ml),
        normal_ml, weigh_kg(normal_ml, density_g_per_ml),
        whole_ml, weigh_kg(whole_ml, density_g_per_ml),
        organ_ml, float((diseased & flesh).sum()) * voxel_ml, dead * voxel_ml,
        float((target.mask & hollow).sum()) * voxel_ml,
        1.0 - float((fed & flesh).sum() / flesh.sum()),
    )  # fmt: skip


def _weigh_part(
    lesion: Lesion, target: Territory, fed: Mask, voxel_ml: float, density_g_per_ml: float
) -> TumourPart:
    living = lesion.viable & fed
    if not living.any():
        raise PlanError(
            f"no living part of {lesion.label!r} lies in the territory ({target.origin}): name "
            "another artery, or labels of what is perfused"
        )
    ml = float(living.sum()) * voxel_ml
    covered = float((lesion.mask & target.mask).sum() / lesion.mask.sum())
    mass_kg = weigh_kg(ml, density_g_per_ml)
    return TumourPart(lesion.label, living, ml, mass_kg, covered, lesion.diameter_mm)


def find_lungs(anatomy: Anatomy) -> Mask | None:
    """Both lungs, or None where the labels or the scan do not show them whole."""
    names = ("lungs",) if anatomy.has("lungs") else _LUNG_TERMS
    if not all(anatomy.has(one) for one in names):
        return None
    found = np.zeros(anatomy.grid.shape, dtype=bool)
    for one in names:
        found |= anatomy.get_structure(one).mask
    scan = anatomy.study.image.grid
    return None if not found.any() or touches_rim(found, anatomy.grid, scan) else found


def is_cut_off(organ: Mask, anatomy: Anatomy) -> bool:
    """Whether scan or labels end where a liver goes on: at the scan's rim, or in a broad flat face.

    Args:
        organ: on the anatomy's lattice, not empty.
        anatomy: the patient's images.
    """
    scan = anatomy.study.image.grid
    if touches_rim(organ, anatomy.grid, scan):
        return True
    index = scan.to_index(anatomy.grid.to_lps(np.argwhere(organ).astype(float)))
    steps = np.divide(max(anatomy.grid.spacing_mm), scan.spacing_mm)
    for along in (index / np.maximum(steps, 1.0)).T:
        for depth in (along - along.min(), along.max() - along):
            slabs = np.bincount((depth + 0.5).astype(int))
            if slabs[0] > _FLAT * slabs.max():
                return True
    return False


def touches_rim(mask: Mask, lattice: Grid, scan: Grid) -> bool:
    """Whether a mask reaches the outermost voxels of a scan, which may cut it off there.

    Args:
        mask: on ``lattice``, not empty.
        lattice: of the mask.
        scan: whose rim is meant.
    """
    index = scan.to_index(lattice.to_lps(np.argwhere(mask).astype(float)))
    rim = 0.5 + np.divide(max(lattice.spacing_mm), scan.spacing_mm)
    low, high = index.min(axis=0), np.asarray(scan.shape) - 1.0 - index.max(axis=0)
    return bool((low < rim).any() or (high < rim).any())


def weigh_lungs(anatomy: Anatomy, told_kg: float | None, lightest_kg: float) -> Lungs:
    """Lungs by the density that the CT shows of them; by convention where it cannot be told.

    Args:
        anatomy: the patient's images.
        told_kg: what the user says that they weigh; it goes before the CT.
        lightest_kg: what no adult's lungs weigh less than; limits of lungs that nobody weighed are
            judged by it.

    Raises:
        PlanError: they weigh what no adult's lungs do.
    """
    if told_kg is not None:
        _check_lungs(told_kg, lightest_kg, "as told")
        return Lungs(told_kg, measured=False, told=True)
    mass_kg = measure_lungs_kg(anatomy)
    if mass_kg is None:
        return assume_lungs(lightest_kg)
    _check_lungs(mass_kg, lightest_kg, "by CT")
    return Lungs(mass_kg, measured=True)


def measure_lungs_kg(anatomy: Anatomy) -> float | None:
    """What the lungs weigh by CT; None where labels or scan do not show them whole."""
    lungs = find_lungs(anatomy)
    if lungs is None or anatomy.image.unit != "HU":
        return None
    # Voxels at the rim hold chest wall too, by blur and resampling: the inside tells the density.
    voxel_mm = anatomy.grid.spacing_mm[0]
    inside = morphology.erode(lungs, voxel_mm, voxel_mm)
    seen = anatomy.image.values[inside if inside.any() else lungs].astype(np.float64)
    density = float(np.clip(seen / -_AIR_HU + 1.0, 0.0, None).mean())
    return density * float(lungs.sum()) * anatomy.grid.voxel_ml / 1000.0


def _check_lungs(mass_kg: float, lightest_kg: float, how: str) -> None:
    if not lightest_kg <= mass_kg <= _HEAVIEST_KG:
        raise PlanError(
            f"the lungs weigh {mass_kg:.2f} kg {how}; an adult's weigh {lightest_kg:g} to "
            f"{_HEAVIEST_KG:g}: check their outline, or the mass"
        )
