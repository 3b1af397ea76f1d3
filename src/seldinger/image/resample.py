"""Resampling: the same patient on another lattice; the physical frame is kept.

Arrays go to SimpleITK as they lie in memory, axes named (k, j, i), so nothing is transposed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.volume import Mask, Volume
from seldinger.image.raster import open_itk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid

Order = Literal[0, 1]
"""0 nearest, 1 linear."""

_ITK_INTERPOLATORS = {0: "sitkNearestNeighbor", 1: "sitkLinear"}
_EXACT_IN_FLOAT32_BYTES = 2
_NOISE = 1e-12


def resample_volume(volume: Volume, grid: Grid, order: Order, fill: float) -> Volume:
    """``volume`` sampled at the voxel centres of ``grid``; same unit, same dtype.

    Integer volumes are rounded to the nearest integer. No smoothing: going to a much coarser
    lattice samples, it does not average.

    Args:
        volume: any dtype, any direction cosines.
        grid: where to sample, in the same patient frame.
        order: 0 nearest, 1 linear.
        fill: value outside the volume's voxels; must fit its dtype.

    Raises:
        ImageError: an unknown order, or a fill that the dtype cannot hold.
    """
    if order not in _ITK_INTERPOLATORS:
        raise ImageError(f"resampling order {order!r} is unknown: use 0 (nearest) or 1 (linear)")
    dtype = volume.values.dtype
    limits = np.iinfo(dtype) if dtype.kind in "iu" else None
    if limits is not None and not (limits.min <= fill <= limits.max and float(fill).is_integer()):
        raise ImageError(
            f"fill {fill} does not fit the volume's {dtype}: use a whole number from {limits.min} "
            f"to {limits.max}, or convert the volume first"
        )
    if limits is None or order == 0:
        values = _sampled(volume.values, volume.grid, grid, order, fill)
        return Volume(values, grid, volume.unit)
    work = np.float32 if dtype.itemsize <= _EXACT_IN_FLOAT32_BYTES else np.float64
    real = _sampled(volume.values.astype(work), volume.grid, grid, order, fill)
    np.rint(real, out=real)
    return Volume(real.astype(dtype), grid, volume.unit)


def resample_layer(layer: NDArray[Any], source: Grid, grid: Grid) -> NDArray[Any]:
    """A label layer, (i, j, k) on ``source``, on ``grid``, nearest neighbour; 0 outside."""
    if source.matches(grid):
        return layer
    return _sampled(layer, source, grid, 0, 0)


def resample_mask(mask: Mask, source: Grid, grid: Grid) -> Mask:
    """A mask on ``source`` carried to ``grid``, nearest neighbour; False outside."""
    if source.matches(grid):
        return mask
    found: Mask = _sampled(mask.astype(np.uint8), source, grid, 0, 0).astype(bool)
    return found


def _sampled(
    values: NDArray[Any], source: Grid, grid: Grid, order: Order, fill: float
) -> NDArray[Any]:
    sitk = open_itk()
    where = sitk.ResampleImageFilter()
    where.SetSize([int(n) for n in reversed(grid.shape)])
    where.SetOutputSpacing(list(reversed(grid.spacing_mm)))
    where.SetOutputOrigin(list(grid.origin_lps_mm))
    where.SetOutputDirection(_direction(grid))
    where.SetInterpolator(getattr(sitk, _ITK_INTERPOLATORS[order]))
    where.SetDefaultPixelValue(float(fill))
    out: NDArray[Any] = sitk.GetArrayFromImage(where.Execute(_as_itk(values, source)))
    return out


def _as_itk(values: NDArray[Any], grid: Grid) -> Any:
    sitk = open_itk()
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    image = sitk.GetImageFromArray(np.ascontiguousarray(native), isVector=False)
    image.SetSpacing(list(reversed(grid.spacing_mm)))
    image.SetOrigin(list(grid.origin_lps_mm))
    image.SetDirection(_direction(grid))
    return image


def _direction(grid: Grid) -> list[float]:
    """Direction cosines with the columns in the order k, j, i, row by row as ITK wants them."""
    cosines = grid.index_to_lps[:3, :3] / np.asarray(grid.spacing_mm)
    cosines[np.abs(cosines) < _NOISE] = 0.0  # ITK finds nothing where a cosine is subnormal
    flat: list[float] = cosines[:, ::-1].ravel().tolist()
    return flat
