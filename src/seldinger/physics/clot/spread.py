"""Spread: how much fronts differ between people, fitted to what a trial saw and told at any hour.

The speed is lognormal over people. Shares are averaged over its quantiles and not drawn: the same
question gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import SimulationError
from seldinger.core.quantity import Spread
from seldinger.physics.clot.front import find_lysed_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.clot.front import Clot

    Floats = NDArray[np.float64]

QUANTILES = 400
_SHARES = (np.arange(QUANTILES) + 0.5) / QUANTILES
_SCORES = np.array([NormalDist().inv_cdf(float(p)) for p in _SHARES])
_FITTED = 1e-4
_TOGETHER = 1e-9


@dataclass(frozen=True, slots=True)
class FrontSpeed:
    """Speed of lysis over people.

    Attributes:
        median_mm_per_h: half of the people are slower.
        log_sd: standard deviation of its natural logarithm.
    """

    median_mm_per_h: float
    log_sd: float

    @property
    def quantiles_mm_per_h(self) -> Floats:
        """(n,) slow to fast, each of as many people."""
        found: Floats = self.median_mm_per_h * np.exp(self.log_sd * _SCORES)
        return found


@dataclass(frozen=True, slots=True)
class Observed:
    """What a trial saw at the end of lysis.

    Attributes:
        mean, sd: of the share that was gone, 0 to 1.
        hours: how long lysis lasted.
        flow_ml_per_h: of the infusion.
        clot: that stands for those of its patients.
    """

    mean: float
    sd: float
    hours: float
    flow_ml_per_h: float
    clot: Clot


def fit_speed(seen: Observed) -> FrontSpeed:
    """The speeds that give a trial's mean and standard deviation.

    Raises:
        SimulationError: no speeds do: shares lie between 0 and 1, and a spread as wide as that of
            all or nothing cannot be.
    """
    if not (0.0 < seen.mean < 1.0 and 0.0 < seen.sd < (seen.mean * (1.0 - seen.mean)) ** 0.5):
        raise SimulationError(
            f"no front gives {seen.mean:g} with a standard deviation of {seen.sd:g}: shares lie "
            "between 0 and 1"
        )
    start = np.array([np.log(seen.clot.radius_mm / seen.hours), np.log(0.5)])

    def miss(x: Floats) -> Floats:
        shares = find_lysed_share(
            seen.clot, FrontSpeed(float(np.exp(x[0])), float(np.exp(x[1]))).quantiles_mm_per_h,
            seen.flow_ml_per_h, seen.hours,
        )  # fmt: skip
        return np.array([shares.mean() - seen.mean, shares.std() - seen.sd])

    found = scipy.optimize.least_squares(miss, start, xtol=_TOGETHER, ftol=_TOGETHER)
    if np.abs(found.fun).max() > _FITTED:
        raise SimulationError(
            f"no front gives {seen.mean:g} with a standard deviation of {seen.sd:g} here"
        )
    return FrontSpeed(float(np.exp(found.x[0])), float(np.exp(found.x[1])))


def list_shares(clot: Clot, speed: FrontSpeed, flow_ml_per_h: float, hours: float) -> Floats:
    """(n,) share that is gone after a time, person by person, slow to fast.

    Args:
        clot: around the catheter.
        speed: over people.
        flow_ml_per_h: of the infusion.
        hours: since it began.
    """
    return find_lysed_share(clot, speed.quantiles_mm_per_h, flow_ml_per_h, hours)


def spread_shares(clot: Clot, speed: FrontSpeed, flow_ml_per_h: float, hours: float) -> Spread:
    """Per cent that is gone after a time: of who is in the middle, and of 5, 50 and 95 %.

    Args:
        clot: around the catheter.
        speed: over people.
        flow_ml_per_h: of the infusion.
        hours: since it began.
    """
    shares = 100.0 * list_shares(clot, speed, flow_ml_per_h, hours)
    low, middle, high = (float(x) for x in np.percentile(shares, (5.0, 50.0, 95.0)))
    return Spread(middle, low, middle, high)


def find_hours(
    clot: Clot, speed_mm_per_h: float, flow_ml_per_h: float, share: float, most_h: float
) -> float | None:
    """Hours until a share of the clot is gone; None where it is not within ``most_h``.

    Args:
        clot: around the catheter.
        speed_mm_per_h: of lysis.
        flow_ml_per_h: of the infusion.
        share: that shall be gone, above 0 and up to 1.
        most_h: that are looked at.
    """
    if float(find_lysed_share(clot, speed_mm_per_h, flow_ml_per_h, most_h)) < share:
        return None
    return float(
        scipy.optimize.brentq(
            lambda h: float(find_lysed_share(clot, speed_mm_per_h, flow_ml_per_h, h)) - share,
            0.0, most_h,
        )
    )  # fmt: skip


def infuse_along(clot: Clot, infused_mm: float) -> Clot:
    """The same clot with side holes along so much of it, at most all.

    Args:
        clot: around the catheter.
        infused_mm: length of the side holes.
    """
    return replace(clot, infused_mm=min(infused_mm, clot.length_mm))
