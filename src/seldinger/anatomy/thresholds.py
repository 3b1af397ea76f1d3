"""Structures that HU alone show, where no label shows them: bone, lungs, bowel gas.

A label always wins: nothing is thresholded inside one. Bone needs cortical HU nearby and must not
be a homogeneous bright body, so that a contrast-filled aorta (370 HU) or kidney does not become
bone. Blood brighter than ``CORTEX_HU`` (a bolus in the heart or an arm vein) still does; it is an
obstacle either way. Where any bone is labelled none is thresholded: bright unlabelled tissue stays
unidentified instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Kind, Origin, Structure
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.volume import Mask

BONE_HU = 200.0
CORTEX_HU = 450.0
"""Brighter than contrast blood in a routine phase; cortical bone is."""
PLAIN_CORTEX_HU = 250.0
"""Enough where the scan shows no contrast."""
BLOOD_HU = 300.0
"""An even body of more than ``CONTRAST_ML`` above this is arterial blood: the scan is enhanced."""
CONTRAST_ML = 5.0
BLOOD_BLUR_MM = 4.5
CORTEX_REACH_MM = 8.0
BONE_ML = 0.5
EVEN_ML = 0.3
SHELL_HU = 80.0
SHELL_SHARE = 0.12
"""Marrow has cortex around it: this share of its shell is brighter by ``SHELL_HU``."""
SMOOTH_HU = 60.0
"""Local spread below which a bright body is contrast, not bone."""
LUNG_HU = -400.0
LUNG_TEXTURE_HU = -950.0
"""A lung's median lies above this, that of gas below."""
PURE_GAS_HU = -960.0
PURE_GAS_SHARE = 0.2
LUNG_ML = 800.0
"""Less than this is a lung only where the scan's end cuts it: a gas-filled colon is smaller."""
LUNG_AT_SCAN_END_ML = 30.0
GAS_HU = -300.0
GAS_ML = 0.05
AIRWAY_BLUR_MM = 3.0
LUNG_BLUR_MM = 4.5
LABEL_BLUR_MM = 2.2
"""Gas this close to a label that holds gas belongs to it."""
LUNG_RIM_MM = 3.2
LUNG_RIM_HU = -190.0
"""Colder than fat beside the lung: blur of the lung's edge."""
STOOL_HU = -190.0
"""Colder than fat inside the abdomen: some gas is in it."""


def segment_bone(
    hu: NDArray[np.float32], body: Mask, taken: Mask, voxel_mm: float
) -> Structure | None:
    """Bone of ``body`` by ``hu``, (i, j, k), outside ``taken``; None when there is none."""
    bright = (hu >= BONE_HU) & body & ~taken
    vessels = _contrast(hu, bright, voxel_mm)
    contrast = morphology.dilate(vessels, BLOOD_BLUR_MM, voxel_mm)
    cortex_hu = CORTEX_HU if vessels.any() else PLAIN_CORTEX_HU
    cortex = bright & (hu >= cortex_hu) & ~contrast
    near = morphology.dilate(_large(cortex, 0.05, voxel_mm), CORTEX_REACH_MM, voxel_mm)
    rough = _large(bright & near & ~contrast, BONE_ML, voxel_mm)
    marrow = morphology.fill_slices(morphology.close_mask(rough, 3.0, voxel_mm))
    mask = marrow & body & ~taken & (hu > -100.0) & ~contrast  # noqa: PLR2004  no fat plane
    mask = _large(mask, BONE_ML, voxel_mm)
    if not mask.any():
        return None
    rule = f"HU >= {BONE_HU:.0f} near cortex >= {cortex_hu:.0f}, not homogeneous"
    return Structure("bone", Kind.BONE, mask, Origin.THRESHOLD, (rule,), mobile=False)


def _contrast(hu: NDArray[np.float32], bright: Mask, voxel_mm: float) -> Mask:
    """Even, bright bodies without a brighter shell: blood or kidney with contrast, no marrow."""
    mean = scipy.ndimage.uniform_filter(hu, 5)
    spread = scipy.ndimage.uniform_filter(hu * hu, 5) - mean * mean
    even = _large(bright & (spread < SMOOTH_HU**2), EVEN_ML, voxel_mm)
    labels, sizes = morphology.label_components(even)
    if sizes.size == 1:
        return even
    names = np.arange(1, sizes.size)
    core = np.concatenate([[0.0], scipy.ndimage.mean(hu, labels, names)])
    near = scipy.ndimage.grey_dilation(labels, size=(9, 9, 9))  # past the blur of the spread filter
    shell = (near > 0) & ~even
    brighter = np.bincount(near[shell & (hu > core[near] + SHELL_HU)], minlength=sizes.size)
    around = np.maximum(np.bincount(near[shell], minlength=sizes.size), 1)
    enhanced = (core > BLOOD_HU) & (sizes * voxel_mm**3 > CONTRAST_ML * 1000.0)
    is_contrast = (brighter / around < SHELL_SHARE) & enhanced[1:].any()
    is_contrast[0] = False
    found: Mask = is_contrast[labels]
    return found


def segment_lungs(
    hu: NDArray[np.float32], body: Mask, taken: Mask, voxel_mm: float
) -> tuple[Structure, ...]:
    """Both lungs of ``body`` by ``hu``, (i, j, k), outside ``taken``, as far as scanned."""
    air = (hu < LUNG_HU) & body & ~taken
    labels, sizes = morphology.label_components(morphology.open_mask(air, voxel_mm, voxel_mm))
    volume = sizes * voxel_mm**3 / 1000.0
    ends = np.zeros(sizes.size, dtype=bool)
    ends[np.unique(labels[:, :, [0, -1]])] = True
    large = volume > np.where(ends, LUNG_AT_SCAN_END_ML, LUNG_ML)
    large[0] = False
    candidates = np.flatnonzero(large)
    if candidates.size == 0:
        return ()
    lung = np.zeros(sizes.size, dtype=bool)
    for piece in candidates:
        own = hu[labels == piece]
        pure = float(np.mean(own < PURE_GAS_HU))
        lung[piece] = float(np.median(own)) > LUNG_TEXTURE_HU and pure < PURE_GAS_SHARE
    mask = morphology.close_mask(lung[labels], 2 * voxel_mm, voxel_mm)
    mask |= morphology.dilate(mask, LUNG_RIM_MM, voxel_mm) & (hu < LUNG_RIM_HU)
    return _sided(mask & body & ~taken, body)


def segment_bowel_gas(
    hu: NDArray[np.float32], body: Mask, gut: Mask, airy: Mask, airway: Mask, voxel_mm: float
) -> Mask:
    """Gas in ``body`` by ``hu``, (i, j, k): not lung (``airy``), ``airway`` or labelled ``gut``."""
    gas = (hu < GAS_HU) & morphology.erode(body, 2 * voxel_mm, voxel_mm)
    gas &= ~morphology.dilate(gut, LABEL_BLUR_MM, voxel_mm)
    gas &= ~morphology.dilate(airy, LUNG_BLUR_MM, voxel_mm)
    gas &= ~morphology.dilate(airway, AIRWAY_BLUR_MM, voxel_mm)
    return _large(gas, GAS_ML, voxel_mm)


def find_gassy(hu: NDArray[np.float32], body: Mask, gut: Mask, airy: Mask, voxel_mm: float) -> Mask:
    """Voxels of ``body`` with some gas (``hu``, (i, j, k)) away from labelled ``gut``, lung, skin.

    Stool and bubbles; ``airy`` is lung.
    """
    seen = (hu < STOOL_HU) & morphology.erode(body, 3 * voxel_mm, voxel_mm)
    seen &= ~morphology.dilate(airy, LUNG_BLUR_MM, voxel_mm)
    seen &= ~morphology.dilate(gut, LABEL_BLUR_MM, voxel_mm)
    return morphology.drop_small(seen, 2)


def _large(mask: Mask, at_least_ml: float, voxel_mm: float) -> Mask:
    return morphology.drop_small(mask, at_least_ml * 1000.0 / voxel_mm**3)


def _sided(mask: Mask, body: Mask) -> tuple[Structure, ...]:
    """Right and left lung, parted at the body's middle (the patient's left is +x)."""
    middle = int(np.argwhere(body.any(axis=(1, 2))).mean())
    lungs = []
    for name, side in (
        ("right lung", slice(None, middle)),
        ("left lung", slice(middle, None)),
    ):
        half = np.zeros_like(mask)
        half[side] = mask[side]
        if half.any():
            rule = (f"HU < {LUNG_HU:.0f}, median > {LUNG_TEXTURE_HU:.0f}",)
            lungs.append(Structure(name, Kind.LUNG, half, Origin.THRESHOLD, rule, mobile=True))
    return tuple(lungs)
