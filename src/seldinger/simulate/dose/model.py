"""Model: an activity in a patient becomes absorbed dose, by a method that is named.

In:    becquerels in each voxel, density, the decay constants of a preset.
Out:   dose with its books of energy.

All activity decays where it is: microspheres do not move. The energy of a decay is the one that the
preset's dose constant stands for, so that 1 GBq in 1 kg gives exactly that constant.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.record import read_assumptions
from seldinger.physics.dose import convolve, scale_paths, simulate
from seldinger.physics.dose.emitters import EMITTERS
from seldinger.physics.dose.point_kernel import load_point_kernel
from seldinger.physics.dose.result import JOULE_PER_MEV, count_decays
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.voxel_kernel import build_voxel_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.core.volume import Volume
    from seldinger.physics.dose.result import AbsorbedDose

ASSUMED = read_assumptions(__package__ or "")
LIVER_DENSITY = ASSUMED["liver_density_g_per_ml"]
_ACTIVITY = "Bq"
_AIR_G_PER_ML = 0.0012
AIR_BELOW_G_PER_ML = 0.05
"""Thinner than any lung: what a scanner shows there is noise or blur, and no tissue takes it."""
_BQ_PER_GBQ = 1e9


class Method(StrEnum):
    """How dose is computed, from the quickest to the most exact."""

    LOCAL = "local"
    """All energy stays in the voxel of the decay. What scanners blur is not blurred again."""
    KERNEL = "kernel"
    """By a voxel kernel in tissue of one density."""
    PATHS = "paths"
    """By water-equivalent paths where density changes: the dome of the liver and the lung."""
    MONTE_CARLO = "monte-carlo"
    """Electrons are followed through the densities of the voxels."""


def find_method(name: str) -> Method:
    """The method called ``name``.

    Raises:
        SimulationError: there is none.
    """
    try:
        return Method(name)
    except ValueError as wrong:
        known = ", ".join(one.value for one in Method)
        raise SimulationError(f"dose is computed by {known}; got {name!r}") from wrong


def find_energy_mev(constants: DecayConstants) -> float:
    """What one decay leaves in tissue, so that the dose constant of the preset comes out."""
    mean_life_s = constants.half_life_h * 3600.0 / math.log(2.0)
    return constants.gy_kg_per_gbq / (_BQ_PER_GBQ * mean_life_s * JOULE_PER_MEV)


def compute_dose(
    activity: Volume,
    density_g_per_ml: NDArray[np.float32],
    constants: DecayConstants,
    method: Method,
    seed: int = 1,
) -> AbsorbedDose:
    """Dose of all decays.

    Args:
        activity: in Bq at the time from which decays count.
        density_g_per_ml: (i, j, k) on its grid.
        constants: of the nuclide, by a preset.
        method: how.
        seed: of rays and electrons.

    Raises:
        SimulationError: not in Bq, a nuclide without a kernel, or activity below zero where a
            method follows electrons.
    """
    if activity.unit != _ACTIVITY:
        raise SimulationError(
            f"a dose is of an activity in Bq, got {activity.unit!r}: turn the image into one first"
        )
    if constants.nuclide not in EMITTERS:
        raise SimulationError(
            f"{constants.symbol} has no electrons that matter; dose is computed of: "
            f"{', '.join(EMITTERS)}"
        )
    decays = count_decays(activity.values, constants.half_life_h)
    energy = find_energy_mev(constants)
    grid = activity.grid
    if method is Method.LOCAL:
        return convolve.deposit_locally(decays, density_g_per_ml, grid, energy)
    kernel = load_point_kernel(constants.nuclide)
    if method is Method.KERNEL:
        spread = build_voxel_kernel(grid.spacing_mm, find_organ_density(activity, density_g_per_ml),
                                    kernel)  # fmt: skip
        return convolve.convolve(decays, grid, spread, energy)
    if float(activity.values.min()) < 0.0:
        raise SimulationError(
            f"the method {method.value!r} follows electrons, and voxels of the image are below "
            "zero: use 'local' or 'kernel', which keep them"
        )
    if method is Method.PATHS:
        settings = scale_paths.PathSettings(seed=seed)
        return scale_paths.scale_paths(decays, density_g_per_ml, grid, kernel, energy, settings)
    spectrum = emission_spectrum(EMITTERS[constants.nuclide])
    chosen = simulate.SimulationSettings(seed=seed)
    return simulate.simulate(decays, density_g_per_ml, grid, spectrum, energy, chosen)


def find_organ_density(activity: Volume, density_g_per_ml: NDArray[np.float32]) -> float:
    """The density, of an array of the activity's shape, where most of the activity is."""
    values = np.maximum(activity.values, 0.0)
    inside = values > 0.05 * values.max(initial=0.0)
    return float(np.median(density_g_per_ml[inside])) if inside.any() else LIVER_DENSITY.value


def derive_density(hu: Volume, soft_g_per_ml: float) -> NDArray[np.float32]:
    """Density by CT: lung and fat by their HU, soft tissue with or without contrast as one.

    Args:
        hu: a CT on the grid of the activity.
        soft_g_per_ml: of soft tissue: contrast brightens it and adds no mass to speak of.

    Raises:
        SimulationError: not in HU.
    """
    if hu.unit != "HU":
        raise SimulationError(f"density is read from a CT in HU, got {hu.unit!r}")
    points = ([-1000.0, -100.0, 0.0, 20.0, 300.0, 1500.0],
              [_AIR_G_PER_ML, 0.93, 1.0, soft_g_per_ml, soft_g_per_ml, 1.9])  # fmt: skip
    found = np.interp(hu.values, *points)
    density: NDArray[np.float32] = np.maximum(found, _AIR_G_PER_ML).astype(np.float32)
    return density
