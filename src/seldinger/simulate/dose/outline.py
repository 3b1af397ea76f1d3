"""Outline: a contour as a surface that can move, and dose read where its voxels are.

The surface runs along the faces of the contour's voxels. Coarse voxels are parted first, so that a
contour moves as far along a thick slice as across it; beyond the file's lattice it moves as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import scipy

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

Floats: TypeAlias = "NDArray[np.float64]"

_FINE_MM = 1.0
_MOST_VOXELS = 8_000_000
_SHELL_MM = 8.0
"""Tissue around a tumour that its contrast is told against."""


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """A structure as it was drawn.

    Attributes:
        name: as its file has it.
        mask: on its own grid.
        grid: of the mask, in the same patient millimetres as the dose.
        is_tumour: it is small and hot, so that a scanner shows too little of it.
    """

    name: str
    mask: Mask
    grid: Grid
    is_tumour: bool

    __repr__ = short_repr


def outline_contour(contour: Contour, reach_mm: float) -> tuple[Floats, Floats]:
    """Signed distance to the surface (inside below 0), mm, and LPS of all within reach.

    Args:
        contour: with at least one voxel.
        reach_mm: beyond the surface.
    """
    spacing = np.asarray(contour.grid.spacing_mm)
    hit = np.argwhere(contour.mask)
    low, high = hit.min(axis=0), hit.max(axis=0) + 1
    box = contour.mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    parts = _choose_parts(box.shape, spacing, reach_mm)
    fine_mm = spacing / parts
    margin = np.ceil(reach_mm / fine_mm).astype(int) + 1
    for axis in range(3):
        box = np.repeat(box, parts[axis], axis=axis)
    solid = np.pad(box, [(int(m), int(m)) for m in margin])
    within = scipy.ndimage.distance_transform_edt(solid, fine_mm)
    beyond = scipy.ndimage.distance_transform_edt(~solid, fine_mm)
    # Distances run between middles; the surface lies half a part before the first one outside.
    half = 0.5 * float(fine_mm.min())
    depth = np.where(solid, half - within, beyond - half)
    near = np.argwhere(depth <= reach_mm)
    index = low - 0.5 + (near - margin + 0.5) / parts
    found: Floats = depth[tuple(near.T)]
    return found, contour.grid.to_lps(index)


def _choose_parts(shape: tuple[int, ...], spacing: Floats, reach_mm: float) -> NDArray[np.int_]:
    """Into how many parts each voxel is cut along each axis."""
    parts = np.maximum(1, np.ceil(spacing / _FINE_MM - 1e-6)).astype(int)
    while (parts > 1).any():
        size = np.asarray(shape) * parts + 2.0 * reach_mm * parts / spacing
        if float(np.prod(size)) <= _MOST_VOXELS:
            break
        finest = int(np.argmin(np.where(parts > 1, spacing / parts, np.inf)))
        parts[finest] -= 1
    return parts


def read_between(field: Floats, grid: Grid, points: Floats) -> Floats:
    """A field at points, (n,), between the voxels; beyond the outermost middle the outermost's.

    Args:
        field: (i, j, k).
        grid: of the field.
        points: LPS mm, (n, 3).
    """
    read: Floats = scipy.ndimage.map_coordinates(
        field, grid.to_index(points).T, order=1, mode="nearest", output=np.float64
    )
    return read


def shell_mean_gy(contour: Contour, field_gy: Floats, grid: Grid) -> float:
    """The mean dose of the tissue just around a contour.

    Args:
        contour: with at least one voxel.
        field_gy: (i, j, k).
        grid: of the field.
    """
    depth, points = outline_contour(contour, _SHELL_MM)
    outside = points[depth > 0.5 * _SHELL_MM]
    return float(read_between(field_gy, grid, outside).mean())
