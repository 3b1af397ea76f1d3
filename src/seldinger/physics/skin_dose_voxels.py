"""Skin of voxels: a body's mask becomes the surface that beams fall on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from seldinger.physics.skin_dose import Surface

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

_SMOOTH_MM = 6.0
_MIDDLE = 0.5


def from_mask(
    body: Mask, voxel_mm: float, level: int | None = None, step_mm: float = 6.0
) -> Surface:
    """The skin of a body that lies on its back.

    Args:
        body: index (i, j, k) towards left, back, head; cubes of ``voxel_mm``.
        voxel_mm: their side.
        level: slice k in which the beams' middle lies; None: the middle of the body.
        step_mm: about the distance of points, never less than a voxel.

    Returns:
        Points with normals and areas. The deepest point of the back lies at y = 0, the middle of
        the body's width at x = 0, ``level`` at z = 0.

    Raises:
        ValueError: an empty mask, or a level outside it.
    """
    if body.ndim != 3 or not body.any():  # noqa: PLR2004  i, j, k
        raise ValueError("the body's mask is empty")
    slices = np.flatnonzero(body.any(axis=(0, 1)))
    level = int(slices[len(slices) // 2]) if level is None else level
    if not 0 <= level < body.shape[2]:
        raise ValueError(f"level is {level}; slices run from 0 to {body.shape[2] - 1}")
    every = max(round(step_mm / voxel_mm), 1)
    coarse = ndimage.uniform_filter(body.astype(np.float32), every, mode="nearest")
    coarse = coarse[::every, ::every, ::every]
    side = voxel_mm * every
    # Ends of the scan are no skin: the body goes on there.
    solid = np.pad(coarse, ((2, 2), (2, 2), (0, 0)))
    smooth = ndimage.gaussian_filter(solid, _SMOOTH_MM / side, mode="nearest")
    inside = solid > _MIDDLE
    shell = inside & ~ndimage.binary_erosion(
        inside, ndimage.generate_binary_structure(3, 1), border_value=1
    )
    at = np.argwhere(shell)
    slope = np.stack([np.gradient(smooth, axis=axis)[shell] for axis in range(3)], axis=1)
    normals = -slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
    flat = np.linalg.norm(normals, axis=1) > _MIDDLE
    at, normals = at[flat], normals[flat]
    points = (at - np.array([2.0, 2.0, 0.0])) * side
    width = np.flatnonzero(body.any(axis=(1, 2))) * voxel_mm
    points[:, 0] -= 0.5 * (width[0] + width[-1])
    points[:, 1] -= points[:, 1].max()
    points[:, 2] -= level * voxel_mm
    areas = side**2 / np.abs(normals).max(axis=1)
    return Surface(points, normals, areas)
