"""Notch: how deep a bite is taken out of a body's sides, as no waist is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.core.volume import Mask

_ENDS = 0.25
"""Of the height, at either end: endplates give way there, and that is a fracture."""
_WIDE_MM = 2.0
"""Half the width of the narrowest notch."""
_MIDDLE_MM = 4.0
"""Beside the midline the canal reaches forward between the roots of the pedicles."""
_ALIKE_MM = 3.0
_QUARTER = 75.0
_LEAST_VOXELS = 50


def measure_notch_mm(outline: Outline) -> float:
    """Depth below its hull that a quarter of a body's middle sections reach or pass; 0: none.

    The waist of a sound body is 2 mm deep. What the canal fills on both sides alike, beside the
    midline, counts for nothing; endplates, the upper and the lower quarter, are not looked at.

    Args:
        outline: of the vertebra, along its own axes.
    """
    height = np.flatnonzero(outline.body.any(axis=(0, 1)))
    if not height.size:
        return 0.0
    low, high = int(height[0]), int(height[-1])
    trim = round(_ENDS * (high - low))
    canal = np.zeros_like(outline.body) if outline.canal is None else outline.canal.sections
    middle = float(outline.centre[0] if outline.canal is None else outline.canal.centre[0])
    depths = [
        _measure_section(outline.body[..., k], canal[..., k], middle, outline.voxel_mm)
        for k in range(low + trim, high - trim + 1)
    ]
    return float(np.percentile(depths, _QUARTER)) if depths else 0.0


def _measure_section(body: Mask, canal: Mask, middle: float, voxel_mm: float) -> float:
    """Depth of the deepest notch of one section, (i, j), in mm; ``middle`` is an index along i."""
    rim = np.argwhere(body & ~scipy.ndimage.binary_erosion(body))
    if len(rim) < 3 or body.sum() < _LEAST_VOXELS or np.ptp(rim, axis=0).min() == 0:  # noqa: PLR2004
        return 0.0
    sides: NDArray[np.float64] = scipy.spatial.ConvexHull(rim.astype(np.float64)).equations
    index = np.argwhere(np.ones_like(body))
    under = (index @ sides[:, :2].T + sides[:, 2]).max(axis=1).reshape(body.shape)
    gap = (under < 0.0) & ~body
    gap &= ~_find_recesses(gap & canal, middle, voxel_mm)
    gap = scipy.ndimage.binary_opening(gap, _make_disc(_WIDE_MM / voxel_mm))
    return float(-under[gap].min()) * voxel_mm if gap.any() else 0.0


def _find_recesses(canal: Mask, middle: float, voxel_mm: float) -> Mask:
    """What of the canal, (i, j) bool, reaches forward on both sides alike, off the midline."""
    across = np.arange(len(canal))
    other = np.rint(2.0 * middle - across).astype(int)
    inside = (other >= 0) & (other < len(canal)) & (np.abs(across - middle) * voxel_mm > _MIDDLE_MM)
    mirrored = np.zeros_like(canal)
    mirrored[inside] = canal[other[inside]]
    disc = _make_disc(_ALIKE_MM / voxel_mm)
    alike: Mask = canal & inside[:, None] & scipy.ndimage.binary_dilation(mirrored, disc)
    return alike


def _make_disc(radius: float) -> Mask:
    reach = np.arange(-int(radius), int(radius) + 1)
    disc: Mask = reach[:, None] ** 2 + reach[None, :] ** 2 <= radius**2 + 1e-6
    return disc
