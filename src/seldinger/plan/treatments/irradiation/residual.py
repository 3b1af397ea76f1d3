"""Residual: what stayed behind in vial and tubing, from a survey meter before and after.

A meter's reading is proportional to the activity, for the same thing at the same place. So what
stayed behind, as a share, is the reading after over the reading before, both less background and
both as at one instant. The share is taken off once: it makes a ``GivenActivity`` of a vial.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.plan.treatments.irradiation.activity import VialActivity
from seldinger.plan.treatments.irradiation.vials import check_instant, find_hours

if TYPE_CHECKING:
    import datetime as dt

    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.plan.treatments.irradiation.activity import GivenActivity

_LOWEST = 0.5


@dataclass(frozen=True, slots=True)
class Survey:
    """Readings of one set-up, taken together; a turn of the jar between them.

    Attributes:
        readings: of the meter, all in one unit.
        background: without the source, in that unit.
        at: when, with a time zone.

    Raises:
        PlanError: on construction, no reading, one below 0, background far above all, or a
            time without a zone.
    """

    readings: tuple[float, ...]
    background: float
    at: dt.datetime

    def __post_init__(self) -> None:
        check_instant(self.at, "the survey")
        if not self.readings or any(not (math.isfinite(x) and x >= 0.0) for x in self.readings):
            raise PlanError(f"readings {self.readings}: give at least one, none below 0")
        if not 0.0 <= self.background < math.inf:
            raise PlanError(f"background {self.background:g}: it is 0 or more")
        # Readings of an empty jar lie around the background; far below it, one of them is wrong.
        if max(self.readings) < _LOWEST * self.background:
            raise PlanError(
                f"background {self.background:g} is far above every reading {self.readings}: check "
                "both"
            )

    @property
    def net(self) -> float:
        """Mean of the readings less background; not below 0."""
        return max(0.0, statistics.fmean(self.readings) - self.background)

    @property
    def error(self) -> float:
        """Standard error of the mean; 0 for one reading, which tells none."""
        if len(self.readings) == 1:
            return 0.0
        return statistics.stdev(self.readings) / math.sqrt(len(self.readings))


@dataclass(frozen=True, slots=True)
class MeasuredResidual:
    """What stayed behind.

    Attributes:
        share: of the vial.
        error: its standard error by the scatter of readings; None where each survey had one.
        injected: when, with a time zone.
    """

    share: float
    error: float | None
    injected: dt.datetime

    def find_given(self, vial: VialActivity) -> GivenActivity:
        """What was given of a vial's activity at injection.

        Raises:
            PlanError: it is no vial's activity: the residual is off already.
        """
        if not isinstance(vial, VialActivity):
            raise PlanError(
                f"{vial!r} is given already: the residual is taken off a vial's activity, once"
            )
        return vial.given(self.share)


def measure_residual(
    before: Survey, after: Survey, injected: dt.datetime, decay: DecayConstants
) -> MeasuredResidual:
    """The residual from surveys before and after, both as at the injection.

    Args:
        before: of the whole vial, in its jar.
        after: of vial, tubing and what else was touched, in the same jar.
        injected: when, between the two.
        decay: of the nuclide in the vial.

    Raises:
        PlanError: times out of order or without a zone, nothing before, or more after than before.
    """
    check_instant(injected, "the injection")
    since, until = find_hours(before.at, injected), find_hours(injected, after.at)
    if since < 0.0 or until < 0.0:
        raise PlanError(
            f"surveys at {before.at.isoformat()} and {after.at.isoformat()}, injection at "
            f"{injected.isoformat()}: it lies between the two"
        )
    full = before.net * decay.find_decay(since)
    left = after.net / decay.find_decay(until)
    if full <= 0.0:
        raise PlanError("before the injection the meter shows background: survey the vial itself")
    share = left / full
    if share >= 1.0:
        raise PlanError(
            f"more is left ({left:.4g}) than there was ({full:.4g}, both as at the injection): "
            "check units, ranges and which survey is which"
        )
    error = None
    if len(before.readings) > 1 or len(after.readings) > 1:
        parts = (before.error / before.net * share, after.error / decay.find_decay(until) / full)
        error = math.hypot(*parts)
    return MeasuredResidual(share, error, injected)
