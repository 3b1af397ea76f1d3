"""Dose where activity is, and dose by convolution in tissue of one density.

The two lowest rungs: ``deposit_locally`` leaves all energy in the voxel of the decay;
``convolve`` spreads it by a voxel kernel, as exact as the tissue is uniform. At an edge of density
both are wrong, and dividing a convolution by the local mass does not repair it: use
``scale_paths`` or ``simulate`` there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from seldinger.physics.dose.result import (
    JOULE_PER_MEV,
    AbsorbedDose,
    check_decays,
    check_density,
    dose_of,
)

if TYPE_CHECKING:
    from seldinger.core.space import Grid
    from seldinger.physics.dose.voxel_kernel import VoxelKernel

Floats = NDArray[np.float64]

_SAME_MM = 1e-3


def deposit_locally(
    decays: NDArray[Any],
    density_g_per_ml: NDArray[Any],
    grid: Grid,
    energy_per_decay_mev: float,
) -> AbsorbedDose:
    """All energy stays in the voxel of the decay, bremsstrahlung too.

    Args:
        decays: (i, j, k) in each voxel, over all time.
        density_g_per_ml: (i, j, k).
        grid: where they are.
        energy_per_decay_mev: emitted as electrons.
    """
    values = check_decays(decays, grid, energy_per_decay_mev)
    density = check_density(density_g_per_ml, grid)
    energy_j = values * (energy_per_decay_mev * JOULE_PER_MEV)
    total = float(energy_j.sum())
    dose = dose_of(energy_j, density, grid)
    return AbsorbedDose(dose, grid, "local deposition", total, total, 0.0, 0.0)


def convolve(
    decays: NDArray[Any],
    grid: Grid,
    kernel: VoxelKernel,
    energy_per_decay_mev: float,
    *,
    double: bool = False,
) -> AbsorbedDose:
    """Dose in tissue of the one density of ``kernel``; linear, so negative decays may be given.

    Args:
        decays: (i, j, k) in each voxel, over all time.
        grid: where they are.
        kernel: for voxels of this size.
        energy_per_decay_mev: emitted as electrons.
        double: compute in float64 instead of float32, whose noise is 1e-7 of the largest dose.

    Raises:
        ValueError: a kernel of other voxels.
    """
    values = check_decays(decays, grid, energy_per_decay_mev)
    apart = np.abs(np.subtract(kernel.spacing_mm, grid.spacing_mm)).max()
    if apart > _SAME_MM:
        raise ValueError(
            f"the kernel is of voxels of {kernel.spacing_mm} mm, the grid of {grid.spacing_mm};"
            " build a kernel with the grid's spacing"
        )
    emitted = float(values.sum()) * energy_per_decay_mev * JOULE_PER_MEV
    kind = np.float64 if double else np.float32
    energy_j = spread(values, kernel, kind) * kind(energy_per_decay_mev * JOULE_PER_MEV)
    absorbed = float(energy_j.sum(dtype=np.float64))
    radiated = emitted * kernel.radiated
    return AbsorbedDose(
        dose_of(energy_j, kernel.density_g_per_ml, grid),
        grid,
        f"voxel kernel in tissue of {kernel.density_g_per_ml:g} g/ml",
        emitted,
        absorbed,
        emitted - radiated - absorbed,
        radiated,
    )


def spread(values: NDArray[Any], kernel: VoxelKernel, kind: Any) -> NDArray[Any]:
    """Convolution of ``values`` with the shares of ``kernel``, on the grid of ``values``.

    Args:
        values: (i, j, k).
        kernel: to be spread by.
        kind: float32 or float64, of the computation and what it gives.
    """
    out = np.zeros(values.shape, kind)
    held = values != 0.0
    if not held.any():
        return out
    active = [np.flatnonzero(held.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    first = np.array([at[0] for at in active])
    last = np.array([at[-1] + 1 for at in active])
    half = np.array(kernel.half)
    inner = values[tuple(slice(a, b) for a, b in zip(first, last, strict=True))].astype(kind)
    size = [fft.next_fast_len(int(n), real=True) for n in last - first + 2 * half]
    found = fft.rfftn(inner, size, workers=-1)
    found *= _transform(kernel, size, kind)
    whole = fft.irfftn(found, size, overwrite_x=True, workers=-1)
    # The kernel's middle is at index 0, so what lies before the crop has come round to the end.
    low, high = np.maximum(first - half, 0), np.minimum(last + half, values.shape)
    pieces = [_pieces(a - f, b - f, n) for a, b, f, n in zip(low, high, first, size, strict=True)]
    for i, oi in pieces[0]:
        for j, oj in pieces[1]:
            for k, ok in pieces[2]:
                target = tuple(
                    slice(f + o.start, f + o.stop) for f, o in zip(first, (oi, oj, ok), strict=True)
                )
                out[target] = whole[i, j, k]
    return out


def _pieces(start: int, stop: int, size: int) -> list[tuple[slice, slice]]:
    """Where a run that may begin before 0 stands in a circular array, and in plain counting."""
    pieces = [(slice(max(start, 0), stop), slice(max(start, 0), stop))]
    if start < 0:
        pieces.insert(0, (slice(size + start, size), slice(start, 0)))
    return pieces


def _transform(kernel: VoxelKernel, size: list[int], kind: Any) -> NDArray[Any]:
    """The kernel's transform: real, for it is even along every axis; three small products."""
    found = kernel.octant
    for axis, n in enumerate(size):
        count = n // 2 + 1 if axis == len(size) - 1 else n
        angle = 2.0 * np.pi * np.outer(np.arange(count), np.arange(found.shape[axis])) / n
        wave = np.cos(angle) * np.where(np.arange(found.shape[axis]) > 0, 2.0, 1.0)
        # The last product is by far the largest and makes the array that stays.
        wave, found = (wave.astype(kind), found.astype(kind)) if axis == 2 else (wave, found)  # noqa: PLR2004  k
        found = np.moveaxis(np.tensordot(found, wave, axes=(axis, 1)), -1, axis)
    return np.asarray(found)
