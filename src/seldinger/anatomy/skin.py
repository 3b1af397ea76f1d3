"""The skin: which outermost voxels are free, and which are table, arm or the picture's end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy import settings
from seldinger.anatomy.model import Skin
from seldinger.geometry import morphology
from seldinger.image.study import PatientPosition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.body import Body
    from seldinger.anatomy.settings import Settings
    from seldinger.core.volume import Mask

GRAVITY: dict[PatientPosition, tuple[int, int]] = {
    PatientPosition.SUPINE: (1, 1),
    PatientPosition.PRONE: (1, -1),
    PatientPosition.LEFT_LATERAL: (0, 1),
    PatientPosition.RIGHT_LATERAL: (0, -1),
}
"""Lattice axis and sign towards the table."""
TOUCH_MM = 6.0
"""Table material this close below the skin touches it (covers and blur lie between)."""
CUT_VOXELS = 2
SHOULDER_MM = 70.0
"""Skin nearer than this to the humerus, and nearer to it than to the trunk's bones, is arm."""
_SMOOTH_VOXELS = 2.0
_LEVEL_WINDOW_MM = 60.0


def find_body_surface(body: Mask) -> Mask:
    """Body voxels with a face to something that is not body, or to the end of the lattice."""
    inner = body.copy()
    for axis in range(3):
        along = np.moveaxis(inner, axis, 0)
        here = np.moveaxis(body, axis, 0)
        along[1:] &= here[:-1]
        along[:-1] &= here[1:]
        along[0] = along[-1] = False
    found: Mask = body & ~inner
    return found


def classify(
    body: Body,
    humeri: Mask,
    trunk_bones: Mask,
    position: PatientPosition,
    chosen: Settings,
    voxel_mm: float,
) -> tuple[NDArray[np.uint8], bool]:
    """``Skin`` per voxel, and whether table contact is an estimate because no table is seen.

    ``humeri`` tell the arms, ``trunk_bones`` the trunk; masks are (i, j, k).
    """
    outer = find_body_surface(body.mask)
    classes = np.where(outer, np.uint8(Skin.OPEN), np.uint8(Skin.NONE))
    contact, estimated = _contact(outer, body, position, chosen, voxel_mm)
    classes[contact] = Skin.TABLE_CONTACT
    arm = outer & body.arms
    if humeri.any():
        to_arm = morphology.distance_mm(humeri, voxel_mm)
        nearer = (to_arm < SHOULDER_MM) & (to_arm < morphology.distance_mm(trunk_bones, voxel_mm))
        arm |= outer & nearer
    classes[arm] = Skin.ARM
    classes[outer & _cut(body, voxel_mm)] = Skin.FIELD_CUT
    ends = np.zeros_like(outer)
    ends[:, :, [0, -1]] = True
    classes[outer & ends] = Skin.SCAN_END
    return classes, estimated


def _cut(body: Body, voxel_mm: float) -> Mask:
    """Within two voxels of the lattice's sides or of what the scan does not show."""
    near = morphology.dilate(body.unseen, CUT_VOXELS * voxel_mm, voxel_mm)
    n = CUT_VOXELS
    near[:n] = near[-n:] = True
    near[:, :n] = near[:, -n:] = True
    return near


def _contact(
    outer: Mask, body: Body, position: PatientPosition, chosen: Settings, voxel_mm: float
) -> tuple[Mask, bool]:
    """Skin on the table: table seen under it, or facing the table's plane and close to it."""
    axis, sign = GRAVITY[position]
    facing = _facing(body.mask, outer, axis, sign, chosen.get_value(settings.TABLE_ANGLE_DEG))
    reach = round(TOUCH_MM / voxel_mm)
    touching = np.zeros_like(outer)
    for step in range(1, reach + 1):
        touching |= _moved(body.table, axis, -sign * step)
    touching &= facing
    depth = np.arange(outer.shape[axis]) * sign * voxel_mm
    shape = [1, 1, 1]
    shape[axis] = -1
    height = np.where(facing, depth.reshape(shape), -np.inf)
    lowest = height.max(axis=(0, 1))
    window = 2 * round(_LEVEL_WINDOW_MM / 2 / voxel_mm) + 1
    level = scipy.ndimage.maximum_filter1d(lowest, window, mode="nearest")
    near = facing & (height >= level - chosen.get_value(settings.TABLE_GAP_MM))
    seen = bool(touching.sum() > 0.5 * max(int(near.sum()), 1))
    return touching | near, not seen


def _facing(body: Mask, outer: Mask, axis: int, sign: int, angle_deg: float) -> Mask:
    """Surface voxels whose outward normal lies within ``angle_deg`` of gravity."""
    smooth = scipy.ndimage.gaussian_filter(body.astype(np.float32), _SMOOTH_VOXELS, truncate=3.0)
    at = np.nonzero(outer)
    slopes = []
    for a in range(3):
        low, high = list(at), list(at)
        low[a] = np.maximum(at[a] - 1, 0)
        high[a] = np.minimum(at[a] + 1, body.shape[a] - 1)
        slopes.append(smooth[tuple(low)] - smooth[tuple(high)])
    length = np.sqrt(sum(s * s for s in slopes)) + 1e-9
    found = np.zeros_like(outer)
    found[at] = slopes[axis] * sign / length >= np.cos(np.radians(angle_deg))
    return found


def _moved(mask: Mask, axis: int, steps: int) -> Mask:
    moved = np.roll(mask, steps, axis)
    along = np.moveaxis(moved, axis, 0)
    if steps > 0:
        along[:steps] = False
    else:
        along[steps:] = False
    return moved
