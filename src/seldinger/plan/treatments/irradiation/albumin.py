"""Albumin: what a SPECT of 99mTc-MAA tells of a plan: lung shunt, uptake, and a dose by voxels.

The SPECT is used only where it lies in the planning image's frame, by its headers or on the user's
word. Its counts are taken as they are: blurred, so that small tumours show too little uptake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import PlanError
from seldinger.core.space import as_vector
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_volume
from seldinger.image.study import Alignment, Modality, Role
from seldinger.physics.activity import spread_activity
from seldinger.physics.dose.histogram import dose_histogram
from seldinger.plan.treatments.irradiation.lung_shunt import measure_spect
from seldinger.plan.treatments.irradiation.territory import ConcentrationRatio, measure_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.image.study import Series
    from seldinger.plan.treatments.irradiation.compartments import TerritoryDose
    from seldinger.plan.treatments.irradiation.lung_shunt import LungShunt
    from seldinger.plan.treatments.irradiation.weigh import Weighed


_SECONDS_PER_HOUR = 3600.0
_SAME_HALF_LIFE = 0.05
"""Published half-lives of one nuclide differ by less than this share, those of two by more."""


@dataclass(frozen=True, slots=True, eq=False)
class AlbuminScan:
    """A SPECT of MAA over the anatomy.

    Attributes:
        counts: on the anatomy's lattice, in proportion to activity per volume.
        grid: of the SPECT itself.
        name: as the scanner named it.
        by_word: nothing but the user's word says that it lies in the planning image's frame.
    """

    counts: NDArray[np.float32]
    grid: Grid
    name: str
    by_word: bool


def find_albumin(
    anatomy: Anatomy, registered: str | None
) -> tuple[AlbuminScan | None, tuple[str, ...]]:
    """The SPECT that may be used, and why others are not.

    Args:
        anatomy: with its study.
        registered: the user's answer whether a SPECT of unknown frame lies in the planning image's.
    """
    notes: list[str] = []
    usable: list[tuple[Series, bool]] = []
    for series in anatomy.study.series[1:]:
        if series.modality is not Modality.NM or series.role is Role.AFTER:
            continue
        name = series.description or "SPECT without a name"
        alignment = anatomy.study.alignment(series)
        by_word = alignment is Alignment.UNKNOWN and registered == "yes"
        if registered == "no":
            notes.append(f"{name} is not used: the user says that it does not fit the CT.")
        elif not _is_albumin(series):
            told = "" if series.acquisition is None else series.acquisition.nuclide
            notes.append(f"{name} is not used: its header tells {told or 'another nuclide'}.")
        elif by_word or alignment is Alignment.SAME_FRAME:
            usable.append((series, by_word))
        elif alignment is Alignment.UNKNOWN:
            notes.append(
                f"{name} is not used: no header tells its frame of reference. If it lies in the "
                "planning image's, answer spect-registered=yes."
            )
        else:
            notes.append(f"{name} is not used: it is {alignment.value}. Register it first.")
    if len(usable) > 1:
        names = ", ".join(one.description or "without a name" for one, _ in usable)
        notes.append(f"No SPECT is used: there are {len(usable)} ({names}); give the one of MAA.")
        return None, tuple(notes)
    if not usable:
        return None, tuple(notes)
    series, by_word = usable[0]
    image = Volume(series.image.values.astype(np.float32), series.image.grid, "1")
    counts = resample_volume(image, anatomy.grid, 1, 0.0).values
    return AlbuminScan(counts, image.grid, series.description or "SPECT", by_word), tuple(notes)


def _is_albumin(series: Series) -> bool:
    """Whether a SPECT may be of 99mTc: by its half-life, where the header tells one."""
    half_life_s = None if series.acquisition is None else series.acquisition.half_life_s
    own_s = decay_constants("tc99m", "icrp107").half_life_h * _SECONDS_PER_HOUR
    return half_life_s is None or abs(half_life_s / own_s - 1.0) < _SAME_HALF_LIFE


def sees_whole(scan: AlbuminScan, mask: Mask, lattice: Grid) -> bool:
    """Whether all of a mask lies within the SPECT's voxels.

    Args:
        scan: the SPECT.
        mask: on ``lattice``.
        lattice: of the mask.
    """
    index = scan.grid.to_index(lattice.to_lps(np.argwhere(mask).astype(float)))
    # A voxel reaches half a step beyond its middle.
    steps = index + 0.5
    return bool(((steps >= 0.0) & (steps <= scan.grid.shape)).all())


def measure_shunt(
    scan: AlbuminScan, lungs: Mask | None, organ: Mask, lattice: Grid
) -> LungShunt | None:
    """The lung shunt; None where lungs or liver are not wholly seen.

    Args:
        scan: the SPECT.
        lungs: both, whole; None where they are not.
        organ: the liver with its tumours.
        lattice: of the masks.

    Raises:
        PlanError: the liver shows no counts.
    """
    if lungs is None or not all(sees_whole(scan, one, lattice) for one in (lungs, organ)):
        return None
    held = [float(scan.counts[one].sum(dtype=np.float64)) for one in (lungs & ~organ, organ)]
    if not held[0] >= 0.0:
        return None  # below zero is noise, no measured shunt of nothing
    return measure_spect(held[0], held[1])


def measure_ratios(
    scan: AlbuminScan, weighed: Weighed, lattice: Grid
) -> tuple[tuple[ConcentrationRatio, ...], str]:
    """T:N of every tumour, or none and why.

    Args:
        scan: the SPECT.
        weighed: tumours and normal liver.
        lattice: of their masks.
    """
    masks = (weighed.normal, *(one.mask for one in weighed.tumours))
    if not all(sees_whole(scan, one, lattice) for one in masks):
        return (), f"{scan.name} does not show the whole territory"
    counts = [float(scan.counts[one].sum(dtype=np.float64)) for one in masks]
    try:
        found = tuple(
            measure_ratio(held, one.kg, counts[0], weighed.normal_kg)
            for held, one in zip(counts[1:], weighed.tumours, strict=True)
        )
    except PlanError as wrong:
        return (), f"{scan.name}: {wrong}"
    return found, ""


@dataclass(frozen=True, slots=True, eq=False)
class PredictedDose:
    """Dose by voxels.

    Attributes:
        volume: Gy, float32, on a part of the anatomy's lattice; 0 outside of the territory.
        box: that part, as slices of the lattice.
    """

    volume: Volume
    box: tuple[slice, ...]

    def find_of_share_gy(self, mask: Mask, share: float) -> float:
        """The dose that a share of a structure takes at least: 0.95 gives D95.

        Args:
            mask: of the structure, on the anatomy's lattice.
            share: of its volume.
        """
        histogram = dose_histogram(self.volume.values, mask[self.box])
        return histogram.dose_to_percent_gy(100.0 * share)


def predict_dose(
    scan: AlbuminScan,
    weighed: Weighed,
    lattice: Grid,
    dose: TerritoryDose,
    density_g_per_ml: float,
) -> PredictedDose:
    """Dose by voxels if spheres go where the albumin went and energy stays where it is released.

    Args:
        scan: the SPECT.
        weighed: living tissue that is perfused.
        lattice: of the anatomy.
        dose: with activity, shunt and constants.
        density_g_per_ml: of liver and tumour.
    """
    from seldinger.simulate.dose.model import Method, compute_dose  # it opens the dose engine

    inside = np.array(weighed.normal)
    for one in weighed.tumours:
        inside |= one.mask
    box = tuple(slice(max(0, int(at.min()) - 1), int(at.max()) + 2) for at in np.nonzero(inside))
    shape = inside[box].shape
    corner = lattice.to_lps(np.array([one.start for one in box], dtype=float))
    grid = lattice.aligned(list(shape), lattice.spacing_mm[0], as_vector(corner))
    counts = Volume(np.ascontiguousarray(scan.counts[box]), grid, "1")
    activity = spread_activity(counts, inside[box], 1e9 * dose.given.gbq, dose.lung_shunt)
    density = np.full(shape, density_g_per_ml, dtype=np.float32)
    found = compute_dose(activity, density, dose.constants, Method.LOCAL)
    return PredictedDose(Volume(found.dose_gy.astype(np.float32), grid, "Gy"), box)
