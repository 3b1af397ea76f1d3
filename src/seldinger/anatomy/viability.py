"""Which part of a target is worth sampling, and the point in it to steer at.

On CT, calcium or Lipiodol, gas, and fluid or necrosis are left out, with a thin rim of blur. Dead
is what is as dark as fluid, or a core clearly darker than both the lesion's rim and its organ: how
bright living tissue is depends on contrast and phase, so the organ itself is the measure. Without
HU, or when the image shows no dead part, all of the target is viable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy import settings
from seldinger.anatomy.model import Kind
from seldinger.anatomy.settings import Settings
from seldinger.core.space import as_vector
from seldinger.geometry import morphology
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
EDGE_MM = 3.0
"""Organ this close to its surface, a vessel or a lesion is blurred with it."""
LEAST_PART_ML = 0.05
LEAST_PART_SHARE = 0.002
ORGAN_REACH_MM = 40.0
"""The organ's own HU are taken from this far around the lesion: contrast is not even."""
ORGAN_LEAST_ML = 2.0
DEEP_LEAST_ML = 0.5
RIM_SHARE = 0.1
"""Share of a lesion's inside that must be on the brighter side of it, to be a rim."""
RIM_GAIN = 0.3
"""The rim must lie this far from the core towards the organ: else it is the core's own noise."""
CORE_DEPTH = 0.8
"""A core lies about as deep as the rim around it, or deeper: a dark shell is none."""
LEAST_VIABLE_SHARE = 0.05
"""Less than this left: the image shows no viable part apart, and the whole is kept with a note."""


def find_viable(
    anatomy: Anatomy, mask: Mask, kind: Kind, host: str | None, chosen: Settings | None = None
) -> tuple[Mask, tuple[str, ...]]:
    """The viable part of ``mask``, which lies in ``host``, and what was left out, in words."""
    if anatomy.study.modality is not Modality.CT:
        return mask, ("no HU: dead parts of the target cannot be told",)
    host_kind = next((s.kind for s in anatomy.structures if s.name == host), None)
    if kind is Kind.COLLECTION or Kind.BONE in {kind, host_kind}:
        return mask, ()
    voxel_mm = anatomy.grid.spacing_mm[0]
    where = morphology.bounding_box(mask, 6.0, voxel_mm)
    inner = mask[where]
    hu = _smoothed(anatomy.image.values[where])
    left, notes = _left(
        hu,
        inner,
        voxel_mm,
        in_lung=host_kind is Kind.LUNG,
        chosen=chosen or Settings(),
        organ=_organ_hu(anatomy, mask, host) if host_kind is Kind.ORGAN else None,
    )
    if not notes:
        return mask, ()
    if left.sum() < LEAST_VIABLE_SHARE * inner.sum():
        return mask, (*notes, "too little else is left: the whole target is kept as aim")
    found = np.zeros_like(mask)
    found[where] = left
    return found, notes


def choose_aim(mask: Mask, viable: Mask, grid: Grid, centre: Points, *, collection: bool) -> Vector:
    """The ``centre`` when all of ``mask`` is viable and holds it, else the deepest viable point.

    Of a ``collection`` it is the deepest point in any case; ``centre`` is (3,) LPS mm.
    """
    voxel_mm = grid.spacing_mm[0]
    whole = bool((mask == viable).all())
    index = np.rint(grid.to_index(centre)).astype(int)
    within = bool((index >= 0).all() and (index < np.asarray(grid.shape)).all())
    if whole and not collection and within and mask[tuple(index)]:
        return as_vector(centre)
    where = morphology.bounding_box(viable, voxel_mm, voxel_mm)
    depth = morphology.distance_mm(~viable[where], voxel_mm)
    ties = np.argwhere(depth >= depth.max() - 1e-3)
    corner = np.array([s.start for s in where])
    middle = grid.to_index(centre) - corner
    nearest = ties[int(np.argmin(((ties - middle) ** 2).sum(axis=1)))]
    return as_vector(grid.to_lps((nearest + corner).astype(np.float64)))


@dataclass(frozen=True, slots=True)
class _OrganHu:
    """Median and robust spread of an organ's smoothed HU near a lesion."""

    median: float
    spread: float


def _organ_hu(anatomy: Anatomy, mask: Mask, host: str | None) -> _OrganHu | None:
    """HU of the organ itself, without lesions and vessels; None when too little of it is left."""
    voxel_mm = anatomy.grid.spacing_mm[0]
    where = morphology.bounding_box(mask, ORGAN_REACH_MM, voxel_mm)
    flesh = anatomy.get_structure(host or "").mask[where] & ~mask[where]
    for other in anatomy.structures:
        if other.kind in {Kind.LESION, Kind.COLLECTION, Kind.VESSEL}:
            flesh &= ~other.mask[where]
    flesh = morphology.erode(flesh, EDGE_MM, voxel_mm)
    if float(flesh.sum()) * anatomy.grid.voxel_ml < ORGAN_LEAST_ML:
        return None
    values = _smoothed(anatomy.image.values[where])[flesh]
    median = float(np.median(values))
    return _OrganHu(median, 1.4826 * float(np.median(np.abs(values - median))))


def _smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = scipy.ndimage.gaussian_filter(values, SMOOTH_VOXELS, truncate=3.0)
    return found


def _left(
    hu: NDArray[np.float32],
    inner: Mask,
    voxel_mm: float,
    *,
    in_lung: bool,
    chosen: Settings,
    organ: _OrganHu | None,
) -> tuple[Mask, tuple[str, ...]]:
    """What is left of ``inner`` once each dead part of a sensible size is taken away."""
    gas_hu = LUNG_GAS_HU if in_lung else GAS_HU
    flesh = hu[inner & (hu > gas_hu)]
    if flesh.size == 0:
        return inner, ("gas throughout",)
    usual = float(np.median(flesh))
    calcium_hu = chosen.get_value(settings.CALCIUM_HU)
    parts = {
        "gas": inner & (hu < gas_hu),
        f"calcium or Lipiodol (> {calcium_hu:.0f} HU)": inner & (hu > calcium_hu),
    }
    parts["calcium or Lipiodol"] = parts.pop(f"calcium or Lipiodol (> {calcium_hu:.0f} HU)")
    if usual > calcium_hu:
        del parts["calcium or Lipiodol"]
    if not in_lung:
        core = _core(hu, inner, voxel_mm, chosen, organ)
        parts["fluid or necrosis"] = core | _dead(hu, inner, voxel_mm, chosen)
    left = inner.copy()
    notes = []
    for name, part in parts.items():
        least = max(LEAST_PART_ML * 1000.0 / voxel_mm**3, LEAST_PART_SHARE * float(inner.sum()))
        large = morphology.drop_small(part, least)
        if large.any():
            rim_mm = max(chosen.get_value(settings.VIABLE_RIM_MM), voxel_mm)
            left &= ~morphology.dilate(large, rim_mm, voxel_mm)
            share = 100.0 * float(large.sum()) / float(inner.sum())
            notes.append(f"left out of the aim: {name}, {share:.0f} % of the target")
    return left, tuple(notes)


def _dead(hu: NDArray[np.float32], inner: Mask, voxel_mm: float, chosen: Settings) -> Mask:
    """Fluid-like HU, if the rest of the lesion is clearly brighter."""
    limit = chosen.get_value(settings.NECROSIS_HU)
    dark = morphology.open_mask(inner & (hu < limit) & (hu > GAS_HU), voxel_mm, voxel_mm)
    rest = inner & ~dark
    if not dark.any() or not rest.any():
        return np.zeros_like(inner)
    gap = float(np.median(hu[rest])) - float(np.median(hu[dark]))
    enough = gap >= chosen.get_value(settings.NECROSIS_CONTRAST_HU)
    return dark if enough else np.zeros_like(inner)


def _core(
    hu: NDArray[np.float32],
    inner: Mask,
    voxel_mm: float,
    chosen: Settings,
    organ: _OrganHu | None,
) -> Mask:
    """A core that takes up less contrast than the lesion's rim and its organ; empty without one.

    The lesion's inside, away from the blur of its edge, is parted where its two sides differ most.
    """
    none = np.zeros_like(inner)
    if organ is None:
        return none
    edge_mm = chosen.get_value(settings.NECROSIS_EDGE_MM)
    other = inner & ((hu < GAS_HU) | (hu > chosen.get_value(settings.CALCIUM_HU)))
    deep = morphology.erode(inner, edge_mm, voxel_mm)
    deep &= ~morphology.dilate(other, edge_mm, voxel_mm)
    values = hu[deep]
    if values.size * voxel_mm**3 / 1000.0 < DEEP_LEAST_ML:
        return none
    cut = _parted_at(values)
    low, high = values[values < cut], values[values >= cut]
    if not low.size or high.size < RIM_SHARE * values.size:
        return none
    dark, bright = float(np.median(low)), float(np.median(high))
    contrast_hu = chosen.get_value(settings.NECROSIS_CONTRAST_HU)
    below = max(contrast_hu, chosen.get_value(settings.NECROSIS_SPREADS) * organ.spread)
    darker = organ.median - dark >= below
    rim = bright - dark >= max(contrast_hu, RIM_GAIN * (organ.median - dark))
    depth = morphology.distance_mm(~inner, voxel_mm)[deep]
    inside = depth[values < cut].mean() >= CORE_DEPTH * depth[values >= cut].mean()
    if not (darker and rim and inside):
        return none
    return morphology.open_mask(inner & (hu < cut) & (hu > GAS_HU), voxel_mm, voxel_mm)


def _parted_at(values: NDArray[np.float32]) -> float:
    """Where two groups of ``values`` lie farthest apart (Otsu, IEEE Trans SMC 1979)."""
    counts, edges = np.histogram(values, bins=64)
    middles = (edges[:-1] + edges[1:]) / 2.0
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1 + int(np.argmax(np.nan_to_num(between)))])
