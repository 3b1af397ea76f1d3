"""Activity: decay, and how counts or a concentration become becquerels in each voxel.

Here and not nearer to the patient, because it takes a volume, a mask and numbers alone: a forecast
before and a measurement after treatment need the same arithmetic. Negative voxels, which some
reconstructions make, are kept: cutting them off would add activity that nobody gave. Sums are in
float64 whatever the voxels are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.volume import Volume

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

CONCENTRATION: Final = "Bq/mL"
"""Unit of a volume whose voxels hold activity concentration."""
ACTIVITY: Final = "Bq"
"""Unit of a volume whose voxels hold activity: bound to its lattice, never to be resampled."""

_TINY: Final = 1e-6
"""Decays per frame below which the exponential and its series agree in float64."""


@dataclass(frozen=True, slots=True)
class Radionuclide:
    """What decay and a positron scanner need to know of a nuclide.

    Attributes:
        name: such as "Y-90".
        half_life_s: physical.
        positron_fraction: positrons per decay, more than 0, at most 1; None for what is imaged
            otherwise.

    Raises:
        SimulationError: a half-life or fraction that no nuclide has.
    """

    name: str
    half_life_s: float
    positron_fraction: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.half_life_s) and self.half_life_s > 0.0):
            raise SimulationError(
                f"{self.name}: the half-life is {self.half_life_s:g} s; give seconds above 0"
            )
        if self.positron_fraction is not None and not 0.0 < self.positron_fraction <= 1.0:
            raise SimulationError(
                f"{self.name}: the positron fraction is {self.positron_fraction:g}; it is the "
                f"number of positrons per decay, above 0 and at most 1 (32 per million is 3.2e-5)"
            )


def compute_decay(elapsed_s: float, half_life_s: float) -> float:
    """Share of an activity that is left after ``elapsed_s``; above 1 for an earlier instant."""
    return float(2.0 ** (-elapsed_s / half_life_s))


def compute_frame_factor(duration_s: float, half_life_s: float) -> float:
    """Activity at the start of a frame, per mean activity over it; 1 for a frame of no length."""
    decays = math.log(2.0) * duration_s / half_life_s
    return 1.0 + decays / 2.0 if decays < _TINY else decays / -math.expm1(-decays)


def find_mean_instant_s(duration_s: float, half_life_s: float) -> float:
    """Seconds into a frame at which the activity is the mean over it: before the middle."""
    if duration_s <= 0.0:
        return 0.0
    return half_life_s * math.log2(compute_frame_factor(duration_s, half_life_s))


def sum_values(volume: Volume, inside: Mask | None = None) -> float:
    """Sum of the voxels in the volume's unit, negative ones too; ``inside`` (i, j, k) or all."""
    values = volume.values if inside is None else volume.values[inside]
    return float(np.sum(values, dtype=np.float64))


def map_activity(concentration: Volume) -> Volume:
    """Activity of each voxel, "Bq", from its concentration, "Bq/mL", times its volume; float64.

    Raises:
        SimulationError: the volume is no concentration: counts, uptake values, activity already.
    """
    if concentration.unit != CONCENTRATION:
        raise SimulationError(
            f"the image is in {concentration.unit!r}, not in {CONCENTRATION}; give a calibrated "
            f"concentration, or spread a known activity over the counts instead"
        )
    values = concentration.values.astype(np.float64) * concentration.grid.voxel_ml
    return Volume(values, concentration.grid, ACTIVITY)


def spread_activity(
    counts: Volume, inside: Mask, given_bq: float, lung_shunt_fraction: float = 0.0
) -> Volume:
    """A known activity, shared out over a mask by its counts (the patient-relative way).

    No calibration of the scanner is needed. What the lung takes away is not spread.

    Args:
        counts: any image whose numbers are proportional to activity; unit "counts", "Bq/mL" ...
        inside: (i, j, k), the liver or the part that was treated.
        given_bq: net activity, without what stayed in vial and lines.
        lung_shunt_fraction: of ``given_bq``, 0 to below 1.

    Returns:
        Float64 in "Bq", whose sum is ``given_bq`` x (1 - ``lung_shunt_fraction``); negative where
        the counts are, 0 outside.

    Raises:
        SimulationError: nothing to spread, a mask of another shape, Hounsfield units, or counts
            whose sum in the mask is not above 0.
    """
    if not (math.isfinite(given_bq) and given_bq > 0.0):
        raise SimulationError(f"the activity given is {given_bq:g} Bq; give becquerels above 0")
    if not 0.0 <= lung_shunt_fraction < 1.0:
        raise SimulationError(
            f"the lung shunt is {lung_shunt_fraction:g}; it is a fraction from 0 to below 1 "
            f"(5 % is 0.05)"
        )
    if inside.shape != counts.grid.shape or inside.dtype != np.bool_:
        raise SimulationError(
            f"the mask is {inside.dtype} of shape {inside.shape}, the image has "
            f"{counts.grid.shape}; give a mask (true inside) on the image's own lattice"
        )
    if counts.unit == "HU":
        raise SimulationError("the image is in HU; activity follows a PET or SPECT, not a CT")
    total = sum_values(counts, inside)
    if not total > 0.0:
        raise SimulationError(
            f"the counts in the mask sum to {total:g}; activity can only be spread where they sum "
            f"to more than 0. Check that mask and image belong together"
        )
    share = given_bq * (1.0 - lung_shunt_fraction) / total
    values = np.where(inside, counts.values.astype(np.float64) * share, 0.0)
    return Volume(values, counts.grid, ACTIVITY)
