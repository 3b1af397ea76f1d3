"""Enhance: bright tubes of several widths in an image without labels, as contrast in HU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import AnatomyError
from seldinger.core.volume import Volume
from seldinger.kernels import vesselness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

SCALES_MM = (1.0, 2.0, 4.0)
_COARSE_VOXELS = 3.0
"""From this scale on a reduced lattice holds all that is left of the image."""
_FINE_VOXELS = 1.5
"""A reduced lattice still has so many of its voxels in a scale."""
_CUT = 3.0
_SMOOTH_VOXELS = 0.8
"""An image smoothed over so many voxels of a reduced lattice may be taken on it."""


def enhance_vessels(
    image: Volume, scales_mm: Sequence[float] = SCALES_MM, region: Mask | None = None
) -> Volume:
    """How much like a bright tube each place is: the contrast of a tube, in the image's unit.

    A long cylinder of radius r answers with its contrast at the scale r / sqrt(2); other scales
    see less of it. What is round or flat, or darker than around it, answers little or nothing.

    Args:
        image: CT in HU, or another image in which vessels are bright.
        scales_mm: standard deviations of the smoothing, each positive.
        region: (i, j, k), where it is looked for; None: everywhere. Zero outside.

    Returns:
        Single precision, on the image's grid.

    Raises:
        AnatomyError: there is no scale, one is not positive, or the region is empty or of another
            shape.
    """
    if not scales_mm or min(scales_mm) <= 0.0:
        raise AnatomyError(f"scales are {tuple(scales_mm)} mm: give at least one, all positive")
    if region is not None and (region.shape != image.grid.shape or not region.any()):
        raise AnatomyError(
            f"the region has the shape {region.shape} and {int(region.sum())} voxels; it has the "
            f"image's shape {image.grid.shape} and at least one"
        )
    spacing = np.asarray(image.grid.spacing_mm)
    box = find_box(image.grid.shape, region, _CUT * max(scales_mm) / spacing + 2.0)
    answer = _respond(np.asarray(image.values[box], dtype=np.float32), spacing, sorted(scales_mm))
    if region is None:
        return Volume(answer, image.grid, image.unit)
    whole = np.zeros(image.grid.shape, dtype=np.float32)
    whole[box] = answer * region[box]
    return Volume(whole, image.grid, image.unit)


def find_box(shape: tuple[int, ...], region: Mask | None, margin: Floats) -> tuple[slice, ...]:
    """The part of a lattice that holds a region and what lies around it.

    Args:
        shape: of the lattice.
        region: (i, j, k), not empty; None: all of the lattice.
        margin: (3,) voxels around it.
    """
    if region is None:
        return tuple(slice(0, n) for n in shape)
    hit = [np.flatnonzero(region.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    wide = np.ceil(margin).astype(int)
    return tuple(
        slice(max(int(h[0]) - w, 0), min(int(h[-1]) + w + 1, n))
        for h, w, n in zip(hit, wide, shape, strict=True)
    )


def _respond(values: Singles, spacing: Floats, scales_mm: Sequence[float]) -> Singles:
    """The largest response of all scales; each goes on from the one before."""
    out = np.zeros(values.shape, dtype=np.float32)
    smooth, reached, every = values, np.zeros(3), np.ones(3, dtype=np.int64)
    for sigma in scales_mm:
        wanted = _choose_lattice(sigma / spacing)
        if (wanted > every).any():
            ready = np.where(wanted > every, _SMOOTH_VOXELS * wanted * spacing, reached)
            smooth, reached = _smoothed(
                smooth, reached, np.maximum(ready, reached), spacing * every
            )
            cut = tuple(slice(None, None, int(w // e)) for w, e in zip(wanted, every, strict=True))
            smooth, every = np.ascontiguousarray(smooth[cut]), wanted
        smooth, reached = _smoothed(smooth, reached, np.full(3, sigma), spacing * every)
        if (every == 1).all():
            vesselness.respond(smooth, spacing, float(sigma), out)
        else:
            coarse = np.zeros(smooth.shape, dtype=np.float32)
            vesselness.respond(smooth, spacing * every, float(sigma), coarse)
            vesselness.spread(coarse, every, out)
    return out


def _choose_lattice(voxels: Floats) -> NDArray[np.int64]:
    """Every how many voxels along each axis a scale of so many is taken: powers of two."""
    powers = np.floor(np.log2(np.maximum(voxels / _FINE_VOXELS, 1.0)))
    every: NDArray[np.int64] = np.where(voxels >= _COARSE_VOXELS, 2**powers, 1).astype(np.int64)
    return every


def _smoothed(
    values: Singles, reached: Floats, sigma: Floats, spacing: Floats
) -> tuple[Singles, Floats]:
    """From one scale to the next, axis by axis; both in mm."""
    more = np.sqrt(np.maximum(sigma**2 - reached**2, 0.0)) / spacing
    smooth = values
    for axis in range(3):
        if more[axis] > 1e-6:  # noqa: PLR2004
            smooth = scipy.ndimage.gaussian_filter1d(
                smooth, float(more[axis]), axis=axis, mode="nearest", truncate=_CUT
            )
    return smooth, np.maximum(sigma, reached)
