"""The scene of a registration: both scans on coarse lattices, and what may be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import edt
import numpy as np
import scipy

from seldinger.core.errors import ImageError
from seldinger.core.space import Grid
from seldinger.core.volume import Mask, Volume
from seldinger.image.raster import open_itk
from seldinger.image.resample import resample_mask, resample_volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Vector

WORK_MM = 3.0
_REGION_MM = 18.0
_FINER = 1.5
"""Voxels this many times finer than the working lattice are averaged; coarser ones stay."""
_LEAST_VOXELS = 2000
RIM_MM = 6.0
"""Around tumour and zone: blur, oedema and gas are no anatomy."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Both scans as ITK images on working lattices, with the masks of what may be compared."""

    grid: Grid
    fixed: Any
    moving: Any
    fixed_mask: Any
    moving_mask: Any
    region: Mask
    tumour_mm: NDArray[np.float32]
    """Distance to the tumour, on ``grid``; infinite without one."""
    values: NDArray[np.float32]
    """Of the scan before, on ``grid``."""
    allowed: Mask
    there: Grid


def prepare(
    before: Volume, after: Volume, region: Mask, changed_before: Mask, changed_after: Mask
) -> Scene:
    """Both scans, ready to be compared.

    Masks are (i, j, k): ``region`` and ``changed_before`` on ``before``, ``changed_after`` on
    ``after``; what changed is not compared.

    Raises:
        ImageError: the region is empty, or too little of it can be compared.
    """
    if not region.any():
        raise ImageError("registration: the region to compare is empty; label the organ")
    grid = _working(before.grid, region)
    wide = resample_mask(_grown(region, before.grid, _REGION_MM), before.grid, grid)
    tumour_mm = _distance_mm(resample_mask(changed_before, before.grid, grid), grid)
    tumour = _grown(changed_before, before.grid, RIM_MM)
    wide &= ~resample_mask(tumour, before.grid, grid)
    if int(wide.sum()) < _LEAST_VOXELS:
        raise ImageError(
            f"registration: only {int(wide.sum())} voxels of {WORK_MM:g} mm can be compared, "
            f"{_LEAST_VOXELS} are needed; label a larger part of the organ"
        )
    there = _working(after.grid, np.ones(after.grid.shape, dtype=bool))
    zone = _grown(changed_after, after.grid, RIM_MM)
    allowed = ~resample_mask(zone, after.grid, there)
    inside = before.values[region]
    low, high = (
        float(x) for x in np.percentile(inside[:: max(1, inside.size // 200_000)], (1, 99))
    )
    spread = max(high - low, 1.0)
    window = (low - spread, high + spread)
    values = _coarse(before, grid, window)
    window_after = window if after.unit == before.unit else _own_window(after)
    return Scene(
        grid=grid,
        fixed=to_itk(values, grid),
        moving=to_itk(_coarse(after, there, window_after), there),
        fixed_mask=to_itk(wide.astype(np.uint8), grid),
        moving_mask=to_itk(allowed.astype(np.uint8), there),
        region=wide,
        tumour_mm=tumour_mm,
        values=values,
        allowed=allowed,
        there=there,
    )


def _own_window(volume: Volume) -> tuple[float, float]:
    """From the cold to the hot end of a scan in another unit: a few hot voxels tell no outline."""
    sample = volume.values.ravel()[:: max(1, volume.values.size // 200_000)]
    low, high = (float(x) for x in np.percentile(sample, (1, 99)))
    return low, max(high, low + 1e-6 * max(abs(low), 1.0))


def _working(grid: Grid, region: Mask) -> Grid:
    """A coarse lattice along ``grid`` around ``region`` and its surroundings."""
    spacing = np.asarray(grid.spacing_mm)
    hits = [
        np.flatnonzero(region.any(axis=tuple(a for a in range(3) if a != axis)))
        for axis in range(3)
    ]
    margin = _REGION_MM / spacing
    low = np.maximum([h[0] for h in hits] - margin, 0.0)
    high = np.minimum([h[-1] for h in hits] + margin, np.asarray(grid.shape) - 1.0)
    steps = np.maximum(WORK_MM / spacing, 1.0)
    shape = np.maximum(np.floor((high - low) / steps).astype(int) + 1, 4)
    affine = np.array(grid.index_to_lps)
    affine[:3, :3] *= steps
    affine[:3, 3] = grid.to_lps(low)
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


def _coarse(volume: Volume, grid: Grid, window: tuple[float, float]) -> NDArray[np.float32]:
    """``volume`` on ``grid``, clipped to ``window`` and averaged over about a working voxel."""
    clipped = np.clip(volume.values, *window).astype(np.float32)
    steps = [WORK_MM / spacing for spacing in volume.grid.spacing_mm]
    sigma = [0.4 * step if step > _FINER else 0.0 for step in steps]
    smooth = scipy.ndimage.gaussian_filter(clipped, sigma, truncate=3.0) if any(sigma) else clipped
    values: NDArray[np.float32] = resample_volume(
        Volume(smooth, volume.grid, volume.unit), grid, 1, float(window[0])
    ).values
    return values


def to_itk(values: NDArray[Any], grid: Grid) -> Any:
    """An ITK image of ``values``, (i, j, k), whose index is ours."""
    image = open_itk().GetImageFromArray(np.ascontiguousarray(values.transpose(2, 1, 0)))
    image.SetSpacing(list(grid.spacing_mm))
    image.SetOrigin(list(grid.origin_lps_mm))
    image.SetDirection((grid.index_to_lps[:3, :3] / np.asarray(grid.spacing_mm)).ravel().tolist())
    return image


def _grown(mask: Mask, grid: Grid, by_mm: float) -> Mask:
    found: Mask = _distance_mm(mask, grid) <= by_mm
    return found


def _distance_mm(mask: Mask, grid: Grid) -> NDArray[np.float32]:
    """To the nearest voxel of ``mask``; infinite when there is none."""
    if not mask.any():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    away: NDArray[np.float32] = edt.edt(
        np.ascontiguousarray(~mask), anisotropy=grid.spacing_mm, black_border=False, order="C"
    )
    return away


def make_shift(scene: Scene, by_mm: Vector) -> Any:
    """A rigid movement about the middle of the scene that only shifts so far, LPS mm."""
    transform = open_itk().Euler3DTransform()
    transform.SetCenter(list(scene.grid.centre_lps_mm))
    transform.SetTranslation(list(by_mm))
    return transform


def measure_bending(scene: Scene, bent: Any) -> tuple[float, float]:
    """Least local change of volume, and largest movement in mm, of a B-spline in the region."""
    sitk = open_itk()
    field = sitk.TransformToDisplacementField(
        bent,
        sitk.sitkVectorFloat64,
        scene.fixed.GetSize(),
        scene.fixed.GetOrigin(),
        scene.fixed.GetSpacing(),
        scene.fixed.GetDirection(),
    )
    change = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(field))
    moved = np.linalg.norm(sitk.GetArrayFromImage(field), axis=-1)
    inside = scene.region.transpose(2, 1, 0)
    return float(change[inside].min()), float(moved[inside].max())
