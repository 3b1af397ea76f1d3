"""The tissue map: what may be crossed is positively identified, all else stays unidentified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy import settings, wall
from seldinger.anatomy.model import Tissue
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.body import Body
    from seldinger.anatomy.settings import Settings
    from seldinger.anatomy.wall import Faces, Inside
    from seldinger.core.volume import Mask

FAT_HU = (-190.0, -30.0)
"""Fat (convention)."""
SOFT_HU = (-30.0, 150.0)
"""Muscle, tendon and skin (convention); brighter tissue holds contrast or calcium."""
SMOOTH_VOXELS = 0.6
"""HU are smoothed this much before they are judged: one noisy voxel is no tissue."""
FAT_ML = 0.1
PASTE_HU = -78.0
"""Fat's mean lies below this; that of stool above."""
PASTE_REACH_MM = 15.0
PASTE_RIM_MM = 4.5
MEAN_VOXELS = 5
MAIN_FAT_ML = 15.0
"""Smaller pockets of fat, cut off by flesh, may be stool of fat-like HU."""
POCKET_RIM_MM = 3.0
SPECK_ML = 0.04
"""Unidentified crumbs smaller than this, in fat or wall, are noise."""
STOOL_GAP_MM = 6.0
"""Bubbles closer together than twice this lie in one piece of stool."""
RIM_MM = 2.0
"""Blur between fat or wall and what is known behind it."""


def smooth(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """HU, (i, j, k), without their noise, as tissue is judged by."""
    found: NDArray[np.float32] = scipy.ndimage.gaussian_filter(hu, SMOOTH_VOXELS, truncate=3.0)
    return found


def is_between(hu: NDArray[np.float32], limits: tuple[float, float]) -> Mask:
    """Where HU, (i, j, k), lie in the half-open range ``limits``."""
    found: Mask = (hu >= limits[0]) & (hu < limits[1])
    return found


def map_tissue(  # noqa: PLR0913, PLR0917  one decision needs everything known
    body: Body,
    inside: Inside,
    faces: Faces,
    named: Mask,
    muscle: Mask,
    solid: Mask,
    gas: Mask,
    chosen: Settings,
    voxel_mm: float,
) -> NDArray[np.uint8]:
    """``Tissue`` per voxel of a CT.

    Args:
        body: the patient, and what lies beyond the field of view.
        inside: what HU and labels show, as the wall estimate saw it.
        faces: the wall's faces.
        named: every structure but lobes and muscle.
        muscle: labelled muscle.
        solid: labelled solid organs and lung, on which the wall may lie directly.
        gas: bowel gas, and whatever holds some gas.
        chosen: the assumptions.
        voxel_mm: edge of the lattice's cubes.
    """
    free = body.mask & ~named
    stool = morphology.dilate(
        morphology.close_mask(gas, STOOL_GAP_MM, voxel_mm),
        chosen.get_value(settings.STOOL_MM),
        voxel_mm,
    )
    fat = inside.fat & free & ~stool
    deep = faces.rays.radius_mm[:, :, None] < faces.rays.spread(faces.inner)
    fat &= ~(deep & _pasty(fat & deep, inside.hu, gas, voxel_mm))
    fat &= ~(deep & _enclosed(fat, voxel_mm))
    fat = morphology.drop_small(fat, FAT_ML * 1000.0 / voxel_mm**3)
    flesh = wall.estimate_wall(inside, named, chosen, faces, voxel_mm) | (muscle & free)
    flesh &= ~morphology.dilate(gas, chosen.get_value(settings.BOWEL_WALL_MM), voxel_mm) | muscle
    # Colder than soft tissue too: the blurred edge of a lung.
    sheet = free & ~stool & ~fat & ~flesh & (inside.hu < SOFT_HU[1])
    sheet_mm = chosen.get_value(settings.SHEET_MM)
    flesh |= wall.find_sheets(flesh | inside.cage, solid, sheet, sheet_mm, voxel_mm)
    rim = free & ~stool & ~fat & ~flesh & (inside.soft | inside.fat)
    flesh |= wall.find_sheets(flesh, fat, rim, RIM_MM, voxel_mm)
    fat |= wall.find_sheets(fat | flesh, named, rim & ~flesh, RIM_MM, voxel_mm)
    # The field of view's edge cuts through the body: no skin there.
    skin_mm = chosen.get_value(settings.SKIN_MM) + voxel_mm / 2
    flesh |= free & morphology.dilate(~body.mask & ~body.unseen, skin_mm, voxel_mm)
    tissue = np.where(body.mask, np.uint8(Tissue.UNIDENTIFIED), np.uint8(Tissue.OUTSIDE))
    tissue[fat] = Tissue.FAT
    tissue[flesh & free] = Tissue.BODY_WALL
    tissue[named] = Tissue.STRUCTURE
    _without_specks(tissue, voxel_mm)
    return tissue


def map_tissue_without_hu(body: Mask, named: Mask, muscle: Mask) -> NDArray[np.uint8]:
    """``Tissue`` of ``body`` without HU: ``named``, ``muscle``, the rest unidentified."""
    tissue = np.where(body, np.uint8(Tissue.UNIDENTIFIED), np.uint8(Tissue.OUTSIDE))
    tissue[muscle & body] = Tissue.BODY_WALL
    tissue[named] = Tissue.STRUCTURE
    return tissue


def _enclosed(fat: Mask, voxel_mm: float) -> Mask:
    """Pockets of 'fat' with flesh all around them: stool in an unlabelled colon, renal sinus."""
    core = morphology.erode(fat, voxel_mm, voxel_mm)
    main = morphology.drop_small(core, MAIN_FAT_ML * 1000.0 / voxel_mm**3)
    pockets = morphology.dilate(core & ~main, POCKET_RIM_MM, voxel_mm) & fat
    return pockets & ~morphology.dilate(main, POCKET_RIM_MM, voxel_mm)


def _pasty(fat: Mask, hu: NDArray[np.float32], gas: Mask, voxel_mm: float) -> Mask:
    """Near gas, where the mean of a piece of 'fat' is too bright for fat: stool."""
    if not gas.any():
        return np.zeros_like(fat)
    core = morphology.erode(fat, voxel_mm, voxel_mm)
    core &= morphology.dilate(gas, PASTE_REACH_MM, voxel_mm)
    weight = scipy.ndimage.uniform_filter(fat.astype(np.float32), MEAN_VOXELS)
    total = scipy.ndimage.uniform_filter(np.where(fat, hu, np.float32(0.0)), MEAN_VOXELS)
    bright = morphology.drop_small(
        core & (total > PASTE_HU * weight), FAT_ML * 1000.0 / voxel_mm**3
    )
    return morphology.dilate(bright, PASTE_RIM_MM, voxel_mm)


def _without_specks(tissue: NDArray[np.uint8], voxel_mm: float) -> None:
    """Crumbs of unidentified tissue take the name of what surrounds them."""
    unknown = tissue == Tissue.UNIDENTIFIED
    specks = unknown & ~morphology.drop_small(unknown, SPECK_ML * 1000.0 / voxel_mm**3)
    in_wall = specks & scipy.ndimage.binary_dilation(tissue == Tissue.BODY_WALL)
    tissue[specks] = Tissue.FAT
    tissue[in_wall] = Tissue.BODY_WALL
