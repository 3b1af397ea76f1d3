"""Forecast: what MAA showed before, beside what the microspheres did, on the same contours.

Both images share out the same activity over the liver, so that only where it lies is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.followup.delivered_activity import carry_liver
from seldinger.image.carrying import check_frames
from seldinger.image.resample import resample_volume
from seldinger.physics.activity import spread_activity
from seldinger.simulate.dose.model import Method, compute_dose
from seldinger.simulate.dose.structures import read_mean_gy

if TYPE_CHECKING:
    from seldinger.core.volume import Volume
    from seldinger.followup.delivered import DeliveredDose
    from seldinger.image.study import Series

LIMITS = (
    "MAA particles differ from microspheres in number, size and weight.",
    "A catheter lies elsewhere the second time: tumours agree worse than the mean of the liver.",
    "Both images are blurred, each by its own scanner; SPECT by more.",
)


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """Mean dose of a structure by MAA, and as the microspheres gave it; Gy."""

    name: str
    forecast_gy: float
    delivered_gy: float

    @property
    def difference_gy(self) -> float:
        """Delivered less forecast."""
        return self.delivered_gy - self.forecast_gy


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """How MAA foretold the dose.

    Attributes:
        rows: by structure, in the order of the delivered doses.
        mean_difference_gy: of all rows.
        agreement_gy: between which 95 % of the differences lie, if they scatter normally; None for
            fewer than three structures.
        correlation: of voxels in the liver.
        shared_mbq: activity that both images share out over the liver.
    """

    rows: tuple[ForecastRow, ...]
    mean_difference_gy: float
    agreement_gy: tuple[float, float] | None
    correlation: float
    shared_mbq: float

    __repr__ = short_repr


def compare_forecast(delivered: DeliveredDose, maa: Series) -> Forecast:
    """Compare the delivered dose with the one that MAA foretold.

    Args:
        delivered: with a contour of the liver.
        maa: SPECT before, in the frame of reference of the image after.

    Raises:
        PlanError: no label shows the liver.
        ImageError: the images lie in different frames, or none is known.
        SimulationError: MAA has no counts in the liver.
    """
    liver = delivered.contours.liver
    if liver is None or not delivered.liver_mbq:
        raise PlanError("a forecast is compared over the liver, and no label shows it: label it")
    check_frames(delivered.study.planning, maa)
    inside = carry_liver(delivered.contours, maa.image.grid)
    activity = spread_activity(maa.image, inside, 1e6 * delivered.liver_mbq)
    density = np.full(maa.image.grid.shape, _find_density(delivered), dtype=np.float32)
    dose = compute_dose(activity, density, delivered.constants, Method.LOCAL)
    field = dose.dose_gy.astype(np.float64)
    rows = tuple(
        ForecastRow(
            contour.name,
            read_mean_gy(contour, field, maa.image.grid),
            next(s.mean_gy.nominal for s in delivered.structures if s.name == contour.name),
        )
        for contour in delivered.contours.every
    )
    apart = np.array([row.difference_gy for row in rows])
    middle = float(apart.mean())
    few = len(rows) < 3  # noqa: PLR2004  no scatter to speak of
    reach = 0.0 if few else 1.96 * float(apart.std(ddof=1))
    return Forecast(
        rows, middle, None if few else (middle - reach, middle + reach),
        _correlate(delivered, field, maa), delivered.liver_mbq,
    )  # fmt: skip


def _find_density(delivered: DeliveredDose) -> float:
    return next(use.value for use in delivered.assumptions if use.name == "liver_density_g_per_ml")


def _correlate(delivered: DeliveredDose, forecast: np.ndarray, maa: Series) -> float:
    """Pearson's coefficient of the voxels of the coarser image in the liver."""
    grid = maa.image.grid
    after: Volume = resample_volume(delivered.dose, grid, 1, 0.0)
    inside = carry_liver(delivered.contours, grid)
    return float(np.corrcoef(forecast[inside], after.values[inside].astype(np.float64))[0, 1])
