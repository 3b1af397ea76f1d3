"""The body: the patient without table, mattress and blanket; the arms; what the scan does not show.

Air is below ``AIR_HU``; the body is what remains after thin sheets are opened away, with holes
filled slice by slice unless they open to the room. MR has no HU: Otsu's threshold replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.volume import Mask
    from seldinger.geometry.morphology import Box

AIR_HU = -300.0
"""Half way between air and soft tissue (convention)."""
PADDING_HU = -1300.0
"""Colder than any air: the scanner's word for 'not reconstructed' (-2048, blurred)."""
TABLE_HU = -700.0
"""Table tops, covers and dense foam lie above this; air does not."""
SHEET_HALF_MM = 2.2
"""Blankets and table shells are thinner than twice this; the body is not."""
SOFT_HU = (-190.0, 200.0)
LIMB_ML = 50.0
LIMB_THICK_MM = 12.0
LIMB_SOFT_FRACTION = 0.6
LIMB_SLICE_FRACTION = 0.25
LIMB_SLICE_CM2 = 150.0
LIMB_BONE_HU = 250.0
LEAST_ML = 200.0
"""Less body than this is no patient."""
_HISTOGRAM_BINS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What is patient.

    Attributes:
        mask: the patient, arms included, cavities filled.
        arms: the part of ``mask`` that is arm.
        unseen: where the scan shows nothing: padding and beyond the reconstruction circle.
        table: solid things that are not the patient (CT only).
    """

    mask: Mask
    arms: Mask
    unseen: Mask
    table: Mask

    def crop(self, window: Box) -> Body:
        """The same on a block of the lattice."""
        parts = (self.mask, self.arms, self.unseen, self.table)
        return Body(*(np.ascontiguousarray(part[window]) for part in parts))


def segment_ct(hu: NDArray[np.float32], voxel_mm: float) -> Body:
    """The body in a CT lattice in HU, (i, j, k); ``AnatomyError`` when there is none."""
    unseen = _unseen(hu)
    solid = (hu > AIR_HU) & ~unseen
    core = morphology.erode(solid, SHEET_HALF_MM, voxel_mm)
    labels, sizes = morphology.label_components(core)
    sizes[0] = 0
    trunk_label = int(np.argmax(sizes))
    if sizes[trunk_label] * voxel_mm**3 < LEAST_ML * 1000.0:
        raise AnatomyError(
            f"no body found: less than {LEAST_ML:.0f} mL lies above {AIR_HU:.0f} HU in one piece; "
            "check that the image is a CT in HU"
        )
    limbs = _limbs(hu, labels, sizes, trunk_label, voxel_mm)
    trunk = _restored(labels == trunk_label, solid, voxel_mm)
    mask = trunk
    if limbs.any():
        mask = trunk | _restored(limbs, solid, voxel_mm)
    arms = mask & ~trunk
    arms |= _limb_slices(hu, mask, voxel_mm)
    table = (hu > TABLE_HU) & ~unseen & ~morphology.dilate(mask, voxel_mm, voxel_mm)
    return Body(mask, arms, unseen, table)


def segment_mr(values: NDArray[np.float32], voxel_mm: float) -> Body:
    """The body in an MR lattice, (i, j, k), by Otsu's threshold; ``AnatomyError`` if none.

    Neither table nor arms are told apart.
    """
    core = morphology.open_mask(values > _otsu(values), SHEET_HALF_MM, voxel_mm)
    if core.sum() * voxel_mm**3 < LEAST_ML * 1000.0:
        raise AnatomyError("no body found: the MR image holds no bright region of a body's size")
    closed = morphology.close_mask(morphology.keep_largest(core), 2 * SHEET_HALF_MM, voxel_mm)
    mask = morphology.fill_slices(closed)
    nothing = np.zeros_like(mask)
    return Body(mask, nothing, nothing, nothing)


def _restored(core: Mask, solid: Mask, voxel_mm: float) -> Mask:
    grown = morphology.dilate(core, SHEET_HALF_MM + voxel_mm, voxel_mm) & solid
    filled = morphology.fill_slices(grown)
    holes = filled & ~grown
    room = _room(filled | solid, voxel_mm)
    inside = holes & ~room
    return grown | inside


def _room(taken: Mask, voxel_mm: float) -> Mask:
    """Air that a wide way connects, in three dimensions, to the sides of the lattice."""
    air = morphology.erode(~taken, 2 * voxel_mm, voxel_mm)
    sides = np.zeros_like(air)
    sides[0] = sides[-1] = True
    sides[:, 0] = sides[:, -1] = True
    return morphology.dilate(morphology.keep_touched(air, sides), 2 * voxel_mm, voxel_mm) & ~taken


def _limbs(
    hu: NDArray[np.float32],
    labels: NDArray[np.int32],
    sizes: NDArray[np.intp],
    trunk_label: int,
    voxel_mm: float,
) -> Mask:
    """Large pieces apart from the trunk that are flesh, not furniture."""
    limbs = np.zeros(labels.shape, dtype=bool)
    for label in np.flatnonzero(sizes * voxel_mm**3 > LIMB_ML * 1000.0):
        piece = labels == label
        if label == trunk_label:
            continue
        values = hu[piece]
        soft = float(np.mean((values > SOFT_HU[0]) & (values < SOFT_HU[1])))
        where = morphology.bounding_box(piece, voxel_mm, voxel_mm)
        thick = float(morphology.distance_mm(~piece[where], voxel_mm).max())
        if soft > LIMB_SOFT_FRACTION and thick > LIMB_THICK_MM - SHEET_HALF_MM:
            limbs |= piece
    return limbs


def _limb_slices(hu: NDArray[np.float32], mask: Mask, voxel_mm: float) -> Mask:
    """Small cross-sections with bone beside the trunk's in the same axial slice."""
    labels, sizes = morphology.label_slice_components(mask)
    bones = np.bincount(labels.ravel(), weights=(hu > LIMB_BONE_HU).ravel(), minlength=sizes.size)
    arm = np.zeros(sizes.size, dtype=bool)
    area_cm2 = voxel_mm**2 / 100.0
    for k in range(mask.shape[2]):
        here = np.unique(labels[:, :, k])
        here = here[here > 0]
        if here.size < 2:  # noqa: PLR2004  one cross-section is the trunk
            continue
        trunk = here[np.argmax(sizes[here])]
        centre = np.argwhere(labels[:, :, k] == trunk).mean(axis=0)
        for label in here[here != trunk]:
            away = np.abs(np.argwhere(labels[:, :, k] == label).mean(axis=0) - centre)
            small = sizes[label] < LIMB_SLICE_FRACTION * sizes[trunk]
            limb_sized = sizes[label] * area_cm2 < LIMB_SLICE_CM2
            arm[label] = small and limb_sized and away[0] > away[1] and bones[label] > 0
    found: Mask = arm[labels]
    return found


def _unseen(hu: NDArray[np.float32]) -> Mask:
    """Padding colder than air, or the constant surround of a reconstruction circle."""
    cold = hu < PADDING_HU
    corner = float(hu[0, 0, 0])
    flat = (np.abs(hu - corner) < 0.5).all(axis=2)  # noqa: PLR2004  half a HU: constant
    if corner > AIR_HU or not flat.any() or flat.all():
        return cold
    i, j = np.indices(flat.shape)
    radius = np.hypot(i - (flat.shape[0] - 1) / 2.0, j - (flat.shape[1] - 1) / 2.0)
    seen_radius = float(radius[~flat].max())
    within = radius < seen_radius - 2.0
    beyond = flat & (radius > seen_radius)
    is_circle = beyond.mean() > 0.01 and flat[within].mean() < 0.02  # noqa: PLR2004
    return cold | beyond[:, :, None] if is_circle else cold


def _otsu(values: NDArray[np.float32]) -> float:
    counts, edges = np.histogram(values, bins=_HISTOGRAM_BINS)
    middles = (edges[:-1] + edges[1:]) / 2.0
    below = np.cumsum(counts)
    above = below[-1] - below
    first = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = first / below - (first[-1] - first) / above
        spread = np.nan_to_num(below * above * gap**2)
    return float(middles[int(np.argmax(spread))])
