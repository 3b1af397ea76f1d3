"""What every way of computing dose gives: dose on the grid, and the books of energy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from seldinger.core.space import Grid

Floats = NDArray[np.float64]

JOULE_PER_MEV = 1.602176634e-13
KG_PER_G = 1e-3
SECONDS_PER_HOUR = 3600.0
LEAST_DENSITY_G_PER_ML = 1e-4
"""A tenth of air: a voxel of less mass is a mistake."""


@dataclass(frozen=True, slots=True, eq=False)
class AbsorbedDose:
    """Dose on a grid, with where all energy went.

    Attributes:
        dose_gy: (i, j, k).
        grid: where it lies.
        method: how it was computed, in words.
        emitted_j: energy of all decays.
        absorbed_j: of it in the voxels of the grid.
        left_grid_j: of it carried out of the grid by electrons.
        radiated_j: of it turned into bremsstrahlung that is not followed.
        error_gy: (i, j, k) one standard deviation of chance, None where nothing is by chance.
    """

    dose_gy: NDArray[Any]
    grid: Grid
    method: str
    emitted_j: float
    absorbed_j: float
    left_grid_j: float
    radiated_j: float
    error_gy: NDArray[Any] | None = None

    __repr__ = short_repr

    @property
    def left_share(self) -> float:
        """Share of the emitted energy that electrons carried out of the grid."""
        return self.left_grid_j / self.emitted_j if self.emitted_j else 0.0


def count_decays(activity_bq: NDArray[Any], half_life_h: float) -> NDArray[Any]:
    """All decays of what is there and never leaves: activity times half-life over ln 2.

    Args:
        activity_bq: any shape, at the time from which decays count.
        half_life_h: physical.

    Raises:
        ValueError: a half-life that is not positive.
    """
    if not half_life_h > 0.0:
        raise ValueError(f"half_life_h must be positive, got {half_life_h}")
    mean_life_s = half_life_h * SECONDS_PER_HOUR / math.log(2.0)
    decays: NDArray[Any] = np.asarray(activity_bq, dtype=np.float64) * mean_life_s
    return decays


def check_decays(decays: NDArray[Any], grid: Grid, energy_per_decay_mev: float) -> Floats:
    """``decays``, (i, j, k), as float64, or what is wrong with them.

    Args:
        decays: (i, j, k) in each voxel.
        grid: where they are.
        energy_per_decay_mev: emitted as electrons.

    Raises:
        ValueError: another shape, numbers that are not finite, an energy that is not positive.
    """
    values = np.ascontiguousarray(decays, dtype=np.float64)
    if values.shape != grid.shape:
        raise ValueError(f"decays have shape {values.shape}, the grid {grid.shape}")
    if not np.isfinite(values).all():
        raise ValueError("decays must be finite; set unknown voxels to 0 first")
    if not energy_per_decay_mev > 0.0:
        raise ValueError(f"energy_per_decay_mev must be positive, got {energy_per_decay_mev}")
    return values


def check_positive_decays(decays: Floats) -> None:
    """Refuse (i, j, k) decays that are negative: electrons cannot be taken back.

    Raises:
        ValueError: any below 0.
    """
    if (decays < 0.0).any():
        raise ValueError(
            f"decays must not be negative here, got {decays.min():g}; set them to 0, or use"
            " convolve or deposit_locally, which are linear"
        )


def check_density(density_g_per_ml: NDArray[Any], grid: Grid) -> NDArray[np.float32]:
    """``density_g_per_ml``, (i, j, k), as float32 in C order, or what is wrong with it.

    Raises:
        ValueError: another shape, or a density below a tenth of that of air.
    """
    density = np.ascontiguousarray(density_g_per_ml, dtype=np.float32)
    if density.shape != grid.shape:
        raise ValueError(f"density has shape {density.shape}, the grid {grid.shape}")
    least = float(density.min()) if np.isfinite(density).all() else math.nan
    if not least >= LEAST_DENSITY_G_PER_ML:
        raise ValueError(
            f"density must be at least {LEAST_DENSITY_G_PER_ML:g} g/ml, got {least:g}; air has"
            " 0.0012"
        )
    return density


def dose_of(energy_j: NDArray[Any], density_g_per_ml: NDArray[Any] | float, grid: Grid) -> Any:
    """Energy over mass, Gy.

    Args:
        energy_j: (i, j, k) absorbed.
        density_g_per_ml: (i, j, k), or one for all.
        grid: its voxels.
    """
    return energy_j / (density_g_per_ml * (grid.voxel_ml * KG_PER_G))
