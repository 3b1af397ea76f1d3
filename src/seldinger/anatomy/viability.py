"""Which part of a target is worth sampling, and the point in it to steer at.

On CT, calcium or Lipiodol, gas, and fluid or necrosis clearly darker than the rest are left out,
with a thin rim of blur. Without HU, or when the image shows no dead part, all of the target is
viable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from seldinger.anatomy import morphology, settings
from seldinger.anatomy.model import Kind
from seldinger.anatomy.settings import Settings
from seldinger.core.space import as_vector
from seldinger.image.study import Modality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask

GAS_HU = -150.0
"""Colder than fat: gas, outside the lung."""
LUNG_GAS_HU = -700.0
"""In a lung nodule only a cavity is this cold; its blurred edge is not."""
SMOOTH_VOXELS = 0.8
LEAST_PART_ML = 0.05
LEAST_PART_SHARE = 0.002
LEAST_VIABLE_SHARE = 0.05
"""Less than this left: the image shows no viable part apart, and the whole is kept with a note."""


def viable(
    anatomy: Anatomy, mask: Mask, kind: Kind, host: str | None, chosen: Settings | None = None
) -> tuple[Mask, tuple[str, ...]]:
    """The viable part of ``mask`` and what was left out, in words."""
    if anatomy.study.modality is not Modality.CT:
        return mask, ("no HU: dead parts of the target cannot be told",)
    host_kind = next((s.kind for s in anatomy.structures if s.name == host), None)
    if kind is Kind.COLLECTION or Kind.BONE in {kind, host_kind}:
        return mask, ()
    voxel_mm = anatomy.grid.spacing_mm[0]
    where = morphology.box(mask, 6.0, voxel_mm)
    inner = mask[where]
    hu = ndimage.gaussian_filter(anatomy.image.values[where], SMOOTH_VOXELS, truncate=3.0)
    left, notes = _left(
        hu, inner, voxel_mm, in_lung=host_kind is Kind.LUNG, chosen=chosen or Settings()
    )
    if not notes:
        return mask, ()
    if left.sum() < LEAST_VIABLE_SHARE * inner.sum():
        return mask, (*notes, "too little else is left: the whole target is kept as aim")
    found = np.zeros_like(mask)
    found[where] = left
    return found, notes


def aim(mask: Mask, viable: Mask, grid: Grid, centre: Points, *, collection: bool) -> Vector:
    """The centroid when the whole target is viable and holds it, else the deepest viable point."""
    voxel_mm = grid.spacing_mm[0]
    whole = bool((mask == viable).all())
    index = np.rint(grid.to_index(centre)).astype(int)
    within = bool((index >= 0).all() and (index < np.asarray(grid.shape)).all())
    if whole and not collection and within and mask[tuple(index)]:
        return as_vector(centre)
    where = morphology.box(viable, voxel_mm, voxel_mm)
    depth = morphology.distance_mm(~viable[where], voxel_mm)
    ties = np.argwhere(depth >= depth.max() - 1e-3)
    corner = np.array([s.start for s in where])
    middle = grid.to_index(centre) - corner
    nearest = ties[int(np.argmin(((ties - middle) ** 2).sum(axis=1)))]
    return as_vector(grid.to_lps((nearest + corner).astype(np.float64)))


def _left(
    hu: NDArray[np.float32], inner: Mask, voxel_mm: float, *, in_lung: bool, chosen: Settings
) -> tuple[Mask, tuple[str, ...]]:
    """What is left of ``inner`` once each dead part of a sensible size is taken away."""
    gas_hu = LUNG_GAS_HU if in_lung else GAS_HU
    flesh = hu[inner & (hu > gas_hu)]
    if flesh.size == 0:
        return inner, ("gas throughout",)
    usual = float(np.median(flesh))
    calcium_hu = chosen.value(settings.CALCIUM_HU)
    parts = {
        "gas": inner & (hu < gas_hu),
        f"calcium or Lipiodol (> {calcium_hu:.0f} HU)": inner & (hu > calcium_hu),
    }
    parts["calcium or Lipiodol"] = parts.pop(f"calcium or Lipiodol (> {calcium_hu:.0f} HU)")
    if usual > calcium_hu:
        del parts["calcium or Lipiodol"]
    if not in_lung:
        parts["fluid or necrosis"] = _dead(hu, inner, voxel_mm, chosen)
    left = inner.copy()
    notes = []
    for name, part in parts.items():
        least = max(LEAST_PART_ML * 1000.0 / voxel_mm**3, LEAST_PART_SHARE * float(inner.sum()))
        large = morphology.kept(part, least)
        if large.any():
            rim_mm = max(chosen.value(settings.VIABLE_RIM_MM), voxel_mm)
            left &= ~morphology.dilated(large, rim_mm, voxel_mm)
            share = 100.0 * float(large.sum()) / float(inner.sum())
            notes.append(f"left out of the aim: {name}, {share:.0f} % of the target")
    return left, tuple(notes)


def _dead(hu: NDArray[np.float32], inner: Mask, voxel_mm: float, chosen: Settings) -> Mask:
    """Fluid-like HU, if the rest of the lesion is clearly brighter."""
    limit = chosen.value(settings.NECROSIS_HU)
    dark = morphology.opened(inner & (hu < limit) & (hu > GAS_HU), voxel_mm, voxel_mm)
    rest = inner & ~dark
    if not dark.any() or not rest.any():
        return np.zeros_like(inner)
    gap = float(np.median(hu[rest])) - float(np.median(hu[dark]))
    enough = gap >= chosen.value(settings.NECROSIS_CONTRAST_HU)
    return dark if enough else np.zeros_like(inner)
