"""Imaging: what a PET or SPECT scanner shows of an activity: blurred, moved by breath, noisy.

In:    an activity concentration, and a scanner.
Out:   the image that it would give, with voxels below zero where there is little: as scanners have.

A model of the image, not of a reconstruction: resolution is one Gaussian everywhere, noise is that
of the counts before a last filter, and nothing is lost to attenuation or dead time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import SimulationError
from seldinger.core.volume import Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FWHM = 2.0 * np.sqrt(2.0 * np.log(2.0))
_PHASES = 48
_EXPIRING = 4
"""Power of the cosine of breath: more time is spent breathed out (Lujan 1999)."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """What decides how an activity looks.

    Attributes:
        fwhm_mm: resolution of the image, the last filter included.
        filter_fwhm_mm: of the last filter: noise is smooth over so much.
        counts_per_mbq_s: true counts of each MBq in each second.
        background: counts of scatter and randoms that were taken off, per true count, spread over
            the whole image; their noise stays.
        seconds: of scanning.
        calibrated: the image is in Bq/mL; otherwise in counts per voxel.

    Raises:
        SimulationError: on construction, a figure that no scanner has.
    """

    fwhm_mm: float
    filter_fwhm_mm: float
    counts_per_mbq_s: float
    background: float
    seconds: float
    calibrated: bool

    def __post_init__(self) -> None:
        if not 0.0 <= self.filter_fwhm_mm <= self.fwhm_mm < np.inf:
            raise SimulationError(
                f"a scanner of {self.fwhm_mm:g} mm resolution filters by {self.filter_fwhm_mm:g} "
                "mm; allowed: 0 to the resolution"
            )
        if min(self.counts_per_mbq_s, self.seconds) <= 0.0 or self.background < 0.0:
            raise SimulationError(
                f"a scanner counts {self.counts_per_mbq_s:g} per MBq and second for "
                f"{self.seconds:g} s over a background of {self.background:g}: the first two are "
                "above 0, the third is not below"
            )


Y90_PET = Scanner(6.0, 4.0, 0.22, 3.0, 1800.0, calibrated=True)
"""About a time-of-flight PET: 32 positrons in a million decays leave few counts."""
MAA_SPECT = Scanner(11.0, 6.0, 150.0, 0.3, 1200.0, calibrated=False)
"""About two heads with collimators for Tc-99m."""


def scan_activity(
    activity: Volume, scanner: Scanner, breath_mm: float = 0.0, seed: int = 0
) -> Volume:
    """The image of an activity that does not decay while it is scanned.

    Args:
        activity: in Bq/mL, on a grid along the patient's axes.
        scanner: what it is scanned by.
        breath_mm: from breathed out, as ``activity`` is, to breathed in: everything moves so much
            towards the feet.
        seed: of the noise.

    Raises:
        SimulationError: it is not in Bq/mL, or the breath is below zero.
    """
    if activity.unit != "Bq/mL":
        raise SimulationError(f"an activity in Bq/mL is scanned, got {activity.unit!r}")
    if breath_mm < 0.0:
        raise SimulationError(f"breath_mm is {breath_mm:g}; it is 0 or more")
    grid = activity.grid
    values = np.asarray(activity.values, dtype=np.float64)
    if breath_mm > 0.0:
        values = _breathe(values, grid.index_to_lps[:3, :3], breath_mm)
    before = np.sqrt(max(scanner.fwhm_mm**2 - scanner.filter_fwhm_mm**2, 0.0))
    spacing = np.asarray(grid.spacing_mm)
    values = scipy.ndimage.gaussian_filter(values, before / _FWHM / spacing, mode="constant")
    voxel_ml = float(np.prod(spacing)) / 1000.0
    counts_per = voxel_ml * 1e-6 * scanner.counts_per_mbq_s * scanner.seconds
    counts = values * counts_per
    spread = np.sqrt(np.maximum(counts, 0.0) + scanner.background * counts.mean())
    counts += spread * np.random.default_rng(seed).standard_normal(counts.shape)
    sigma = scanner.filter_fwhm_mm / _FWHM / spacing
    counts = scipy.ndimage.gaussian_filter(counts, sigma, mode="constant")
    if not scanner.calibrated:
        return Volume(counts.astype(np.float32), grid, "1")
    return Volume((counts / counts_per).astype(np.float32), grid, "Bq/mL")


def _breathe(
    values: NDArray[np.float64], axes: NDArray[np.float64], breath_mm: float
) -> NDArray[np.float64]:
    """The mean over a breath that moves everything towards the feet."""
    phases = np.pi * (np.arange(_PHASES) + 0.5) / _PHASES
    down_mm = breath_mm * (1.0 - np.cos(phases) ** _EXPIRING)
    step = np.linalg.solve(axes, np.array([0.0, 0.0, -1.0]))
    # In whole parts of the largest shift, so that equal shifts are made once.
    bins, weights = np.unique(np.round(down_mm / breath_mm * 16.0), return_counts=True)
    mean = np.zeros_like(values)
    for part, weight in zip(bins, weights, strict=True):
        shift = step * breath_mm * part / 16.0
        mean += weight / _PHASES * scipy.ndimage.shift(values, shift, order=1, mode="nearest")
    return mean
