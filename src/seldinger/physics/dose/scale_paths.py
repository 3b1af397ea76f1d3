"""Dose by water-equivalent paths: the kernel stretched or shortened by what lies on the way.

Where density changes within reach of a voxel, its energy goes out along straight rays and is left
by water-equivalent distance; all other voxels are convolved. Electrons that go round an obstacle
are missed, energy is not: what does not leave the grid is in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from seldinger.kernels import dose_rays
from seldinger.physics.dose.convolve import spread
from seldinger.physics.dose.result import (
    JOULE_PER_MEV,
    AbsorbedDose,
    check_decays,
    check_density,
    check_positive_decays,
    dose_of,
)
from seldinger.physics.dose.voxel_kernel import build_voxel_kernel

if TYPE_CHECKING:
    from types import ModuleType

    from seldinger.core.space import Grid
    from seldinger.physics.dose.point_kernel import PointKernel

Floats = NDArray[np.float64]

_LANES = 2
"""Each has the whole grid to itself, so that nothing depends on threads."""
_PLASTIC = 1.2207440846057596
"""Root of x^4 = x + 1: its powers spread points in three dimensions evenly."""
_GOLDEN_TURN = math.pi * (3.0 - math.sqrt(5.0))


@dataclass(frozen=True, slots=True)
class PathSettings:
    """How densities are told apart and how many rays go out.

    Attributes:
        uniform_within: densities this near the organ's, as a share of it, count as the organ's.
        rays: from each voxel near an edge of density.
        seed: of the turns and shifts by which voxels use different rays.

    Raises:
        ValueError: on construction, a share outside 0 to 0.5 or fewer rays than 8.
    """

    uniform_within: float = 0.05
    rays: int = 192
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 <= self.uniform_within <= 0.5:  # noqa: PLR2004  beyond, nothing is an edge
            raise ValueError(f"uniform_within is {self.uniform_within:g}; choose 0 to 0.5")
        if self.rays < 8:  # noqa: PLR2004  an octant each
            raise ValueError(f"rays is {self.rays}; choose at least 8")


def near_edges(
    density_g_per_ml: NDArray[Any],
    spacing_mm: tuple[float, ...],
    organ_g_per_ml: float,
    reach_mm: float,
    uniform_within: float,
) -> NDArray[np.bool_]:
    """Voxels that see another density than the organ's within reach.

    Args:
        density_g_per_ml: (i, j, k).
        spacing_mm: of the voxels.
        organ_g_per_ml: density that counts as uniform.
        reach_mm: in tissue of that density.
        uniform_within: share of it by which densities may differ.
    """
    other = np.abs(density_g_per_ml - organ_g_per_ml) > uniform_within * organ_g_per_ml
    for axis, side in enumerate(spacing_mm):
        wide = 2 * math.ceil(reach_mm / side) + 1
        other = ndimage.maximum_filter1d(other.view(np.uint8), wide, axis).astype(np.bool_)
    return other


def scale_paths(
    decays: NDArray[Any],
    density_g_per_ml: NDArray[Any],
    grid: Grid,
    point_kernel: PointKernel,
    energy_per_decay_mev: float,
    settings: PathSettings | None = None,
    loops: ModuleType = dose_rays,
) -> AbsorbedDose:
    """Dose in tissue of any densities; the organ's is the median where activity is.

    Time goes with the voxels near edges that have decays: give none where there is only noise.

    Args:
        decays: (i, j, k) in each voxel, over all time.
        density_g_per_ml: (i, j, k).
        grid: where they are.
        point_kernel: of the emitter, in water of density 1.
        energy_per_decay_mev: emitted as electrons.
        settings: None: the usual ones.
        loops: the kernel, or its plain twin.
    """
    settings = settings or PathSettings()
    values = check_decays(decays, grid, energy_per_decay_mev)
    check_positive_decays(values)
    density = check_density(density_g_per_ml, grid)
    active = values > 0.0
    organ = float(np.median(density[active])) if active.any() else 1.0
    reach_mm = point_kernel.reach_mm / organ
    edge = near_edges(density, grid.spacing_mm, organ, reach_mm, settings.uniform_within)
    kernel = build_voxel_kernel(grid.spacing_mm, organ, point_kernel)
    energy = spread(np.where(edge, 0.0, values), kernel, np.float64)
    left = float(values[~edge].sum()) * (1.0 - kernel.radiated) - float(energy.sum())
    # In C order: the kernel would be compiled again for every other one.
    voxels = np.ascontiguousarray(np.argwhere(active & edge))
    if len(voxels):
        tally, carried = np.zeros((_LANES, *grid.shape)), np.zeros(_LANES)
        loops.spread_along_rays(
            settings.seed, voxels, values[active & edge], _rays(settings.rays),
            1.0 / point_kernel.shell_mm, point_kernel.below, density,
            np.array(grid.spacing_mm), tally, carried,
        )  # fmt: skip
        energy += tally.sum(axis=0)
        left += float(carried.sum())
    joule = energy_per_decay_mev * JOULE_PER_MEV
    energy *= joule
    emitted = float(values.sum()) * joule
    return AbsorbedDose(
        dose_of(energy, density, grid),
        grid,
        f"water-equivalent paths from {len(voxels)} voxels near edges of density, voxel kernel at"
        f" {organ:g} g/ml from the rest",
        emitted,
        float(energy.sum()),
        left * joule,
        emitted * point_kernel.radiated,
    )


def _rays(count: int) -> Floats:
    """(count, 6) even directions, each with a start in the voxel that goes evenly through it."""
    at = np.arange(count) + 0.5
    height = 1.0 - 2.0 * at / count
    ring, turn = np.sqrt(1.0 - height**2), _GOLDEN_TURN * at
    starts = (at[:, None] / _PLASTIC ** np.array([1.0, 2.0, 3.0])) % 1.0
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn), height, starts])
