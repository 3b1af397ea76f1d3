"""Binary morphology by distance: the same millimetres on every lattice, whatever its voxels.

Distances run between voxel centres: ``dilate`` by 1.5 mm adds one voxel on a 1.5 mm lattice.
Everything outside the lattice counts as a continuation of what lies at its border.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import edt
import numpy as np
import scipy

from seldinger.kernels import near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.volume import Mask

Box = tuple[slice, slice, slice]
_IN_PLANE = np.zeros((3, 3, 3), dtype=bool)
_IN_PLANE[:, 1, 1] = _IN_PLANE[1, :, 1] = True
_ROUNDING_MM = 1e-3
_LARGE_BALL = 40.0
"""Radius in voxels from which the whole distance map is cheaper than looking that far around."""


def distance_mm(mask: Mask, voxel_mm: float) -> NDArray[np.float32]:
    """Distance of every voxel's centre to the nearest one in ``mask``; infinite if it is empty."""
    if not mask.any():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    outside = np.ascontiguousarray(~mask)
    distance: NDArray[np.float32] = edt.edt(
        outside, anisotropy=(voxel_mm,) * 3, black_border=False, parallel=2
    )
    return distance


def bounding_box(mask: Mask, margin_mm: float, voxel_mm: float) -> Box:
    """The smallest block around a non-empty ``mask``, widened by ``margin_mm``."""
    margin = int(np.ceil(margin_mm / voxel_mm)) + 1
    sides = []
    for axis in range(3):
        hit = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        low, high = int(hit[0]) - margin, int(hit[-1]) + margin + 1
        sides.append(slice(max(low, 0), min(high, mask.shape[axis])))
    return (sides[0], sides[1], sides[2])


def dilate(mask: Mask, by_mm: float, voxel_mm: float) -> Mask:
    """``mask`` and everything within ``by_mm`` of it."""
    grown = np.zeros_like(mask)
    if mask.any():
        where = bounding_box(mask, by_mm, voxel_mm)
        grown[where] = _within(mask[where], by_mm, voxel_mm)
    return grown


def erode(mask: Mask, by_mm: float, voxel_mm: float) -> Mask:
    """The part of ``mask`` farther than ``by_mm`` from everything else."""
    left = np.zeros_like(mask)
    if mask.any():
        where = bounding_box(mask, by_mm, voxel_mm)
        left[where] = ~_within(~mask[where], by_mm, voxel_mm)
    return left


def _within(mask: Mask, by_mm: float, voxel_mm: float) -> Mask:
    """Where ``mask`` is at most ``by_mm`` away."""
    reach = (by_mm + _ROUNDING_MM) / voxel_mm
    if reach < 1.0:
        return mask.copy()
    if reach > _LARGE_BALL:
        measured: Mask = distance_mm(mask, voxel_mm) <= by_mm + _ROUNDING_MM
        return measured
    close: Mask = _squared(mask, int(reach) + 1) <= reach * reach
    return close


def capped_distance_mm(mask: Mask, cap_mm: float, voxel_mm: float) -> NDArray[np.float32]:
    """Distance to ``mask``, (i, j, k), up to ``cap_mm``; elsewhere anything above that."""
    reach = cap_mm / voxel_mm
    if reach > _LARGE_BALL:
        return distance_mm(mask, voxel_mm)
    found: NDArray[np.float32] = np.sqrt(_squared(mask, int(reach) + 1)) * np.float32(voxel_mm)
    return found


def _squared(mask: Mask, far: int) -> NDArray[np.float32]:
    """Squared distance of every voxel to ``mask`` in voxels, exact below that of ``far`` voxels."""
    along = np.empty(mask.shape, dtype=np.uint8)
    squares = np.empty(mask.shape, dtype=np.float32)
    near.count_steps(np.ascontiguousarray(mask), far, along)
    near.square_distances(along, np.arange(far + 1, dtype=np.float32) ** 2, squares)
    return squares


def open_mask(mask: Mask, by_mm: float, voxel_mm: float) -> Mask:
    """``mask`` without what is thinner than about twice ``by_mm``."""
    return dilate(erode(mask, by_mm, voxel_mm), by_mm, voxel_mm) & mask


def close_mask(mask: Mask, by_mm: float, voxel_mm: float) -> Mask:
    """``mask`` with gaps narrower than about twice ``by_mm`` filled."""
    return mask | erode(dilate(mask, by_mm, voxel_mm), by_mm, voxel_mm)


def label_components(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Face-connected components: labels from 1, and sizes in voxels (0 is background)."""
    labels, count = scipy.ndimage.label(mask, output=np.int32)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    return labels, sizes


def drop_small(mask: Mask, at_least_voxels: float) -> Mask:
    """``mask`` without components smaller than ``at_least_voxels``."""
    kept = np.zeros_like(mask)
    if mask.any():
        where = bounding_box(mask, 0.0, 1.0)
        labels, sizes = label_components(mask[where])
        large = sizes >= at_least_voxels
        large[0] = False
        kept[where] = large[labels]
    return kept


def keep_largest(mask: Mask) -> Mask:
    """The largest component of a non-empty ``mask``."""
    labels, sizes = label_components(mask)
    sizes[0] = 0
    found: Mask = labels == int(np.argmax(sizes))
    return found


def keep_touched(mask: Mask, seed: Mask) -> Mask:
    """Components of ``mask`` that ``seed`` touches."""
    labels, sizes = label_components(mask)
    hit = np.zeros(sizes.size, dtype=bool)
    hit[np.unique(labels[seed & mask])] = True
    hit[0] = False
    found: Mask = hit[labels]
    return found


def fill_slices(mask: Mask) -> Mask:
    """``mask`` with its holes filled, axial slice by axial slice."""
    labels, count = scipy.ndimage.label(~mask, structure=_IN_PLANE, output=np.int32)
    open_air = np.zeros(count + 1, dtype=bool)
    for rim in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        open_air[np.unique(rim)] = True
    open_air[0] = False
    filled: Mask = ~open_air[labels]
    return filled


def label_slice_components(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Components within each axial slice: labels from 1, and their sizes in voxels."""
    labels, count = scipy.ndimage.label(mask, structure=_IN_PLANE, output=np.int32)
    return labels, np.bincount(labels.ravel(), minlength=count + 1)
