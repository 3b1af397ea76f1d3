"""Lung shunt: the share of what is injected that passes the liver, from counts of 99mTc-MAA.

Planar: the geometric mean of an anterior and a posterior view, sqrt(anterior x posterior), which
cancels depth to first order; shunt = lungs / (lungs + liver). Background is taken off by area,
duration and decay are corrected for, which matters where lungs and liver were not one image.

What was measured is handed on as it is. That planar images tell too much is a finding with a
published spread beside it, never a silent correction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.activity import check_shunt

if TYPE_CHECKING:
    from seldinger.catalogue.nuclides import DecayConstants

Method = Literal["planar", "spect-ct"]

_BIAS = "radioembolization.shunt.planar_bias"
_AGREEMENT = "radioembolization.shunt.planar_agreement"
_LIMITS_SD = 1.96
"""Limits of agreement hold 95 %."""
_P95_SD = 1.6449
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class RegionCount:
    """Counts in one region of one view.

    Attributes:
        counts: as drawn, background within.
        pixels: of the region.
        seconds: how long the view was taken.
        after_hours: from a common instant to the start of the view; of all counts the same instant.
        background_counts: in a region beside it, of the same view; 0 where none was drawn.
        background_pixels: of that region.

    Raises:
        PlanError: on construction, no pixels, no time, or background without a region.
    """

    counts: float
    pixels: int
    seconds: float
    after_hours: float = 0.0
    background_counts: float = 0.0
    background_pixels: int = 0

    def __post_init__(self) -> None:
        if self.pixels < 1 or not (math.isfinite(self.seconds) and self.seconds > 0.0):
            raise PlanError(
                f"a region of {self.pixels} pixels over {self.seconds:g} s counts nothing: give "
                "both"
            )
        if not (math.isfinite(self.counts) and self.counts >= 0.0 <= self.background_counts):
            raise PlanError(
                f"{self.counts:g} counts, {self.background_counts:g} of background: 0 or more"
            )
        if self.background_counts > 0.0 and self.background_pixels < 1:
            raise PlanError(
                f"{self.background_counts:g} counts of background have no region: give its pixels"
            )
        if not math.isfinite(self.after_hours):
            raise PlanError(f"a view after {self.after_hours:g} h: give a finite time")

    def find_rate(self, decay: DecayConstants) -> float:
        """Counts per second, background taken off, as at the common instant and its decay mended.

        Raises:
            PlanError: the background is more than what was counted.
        """
        below = 0.0
        if self.background_pixels:
            below = self.background_counts * self.pixels / self.background_pixels
        net = self.counts - below
        if net < 0.0:
            raise PlanError(
                f"background ({below:.0f} counts in {self.pixels} pixels) is more than what was "
                f"counted ({self.counts:.0f}): draw the background elsewhere"
            )
        # Mean over the view, not its start: half a minute hardly matters, half an hour does.
        loss = math.log(2.0) * self.seconds / _SECONDS_PER_HOUR / decay.half_life_h
        mean = -math.expm1(-loss) / loss
        return net / self.seconds / mean / decay.find_decay(self.after_hours)


@dataclass(frozen=True, slots=True)
class BothViews:
    """One organ from the front and from behind."""

    anterior: RegionCount
    posterior: RegionCount

    def find_geometric_mean(self, decay: DecayConstants) -> float:
        """Counts per second of the organ, sqrt(anterior x posterior).

        Raises:
            PlanError: the background of a view is more than what was counted.
        """
        return math.sqrt(self.anterior.find_rate(decay) * self.posterior.find_rate(decay))


@dataclass(frozen=True, slots=True)
class LungShunt:
    """A lung shunt fraction and how far it is to be trusted.

    Attributes:
        fraction: as measured, in [0, 1).
        method: by which.
        spread: of what SPECT/CT would tell: ``nominal`` as measured, percentiles by the published
            bias and limits of agreement; None for SPECT/CT itself: no spread of it was read.
        finding: what a report says of the method.

    Raises:
        PlanError: on construction, no fraction below 1.
    """

    fraction: float
    method: Method
    spread: Spread | None
    finding: Finding

    def __post_init__(self) -> None:
        check_shunt(self.fraction)


def measure_planar(lungs: BothViews, liver: BothViews, decay: DecayConstants) -> LungShunt:
    """The lung shunt by geometric means of planar views.

    Args:
        lungs: both lungs as one region.
        liver: the liver.
        decay: of 99mTc.

    Raises:
        PlanError: nothing is counted in the liver, or more background than counts.
    """
    passed, stayed = lungs.find_geometric_mean(decay), liver.find_geometric_mean(decay)
    return tell_planar(_divide(passed, stayed))


def tell_planar(fraction: float) -> LungShunt:
    """A lung shunt that planar views gave, with the published bias and spread beside it.

    Raises:
        PlanError: no fraction below 1.
    """
    check_shunt(fraction)
    bias, half = (evidence.driving_value(one) / 100.0 for one in (_BIAS, _AGREEMENT))
    sd = half / _LIMITS_SD
    low, middle, high = (
        min(1.0, max(0.0, fraction - bias + step * sd)) for step in (-_P95_SD, 0.0, _P95_SD)
    )
    facts = tuple(evidence.fact(one) for one in (_BIAS, _AGREEMENT))
    text = (
        f"Lung shunt {100.0 * fraction:.1f} % by planar views, which tell {100.0 * bias:.1f} "
        f"points more than SPECT/CT on average ({100.0 * low:.1f} to {100.0 * high:.1f} %, 5 to "
        "95 %). It is used as measured. Where the lungs bind, measure it by SPECT/CT."
    )
    finding = Finding(
        "lung-shunt-method", Status.NOT_MET, Severity.CAUTION, text,
        tuple(dict.fromkeys(one.source for one in facts)), facts=tuple(one.id for one in facts),
    )  # fmt: skip
    return LungShunt(fraction, "planar", Spread(fraction, low, middle, high), finding)


def measure_spect(lung_counts: float, liver_counts: float, lung_seen: float = 1.0) -> LungShunt:
    """The lung shunt by SPECT/CT.

    Args:
        lung_counts: in the lungs, as far as they were seen.
        liver_counts: in the whole liver.
        lung_seen: share of the lungs in the field of view; the rest is taken to hold as much.

    Raises:
        PlanError: nothing is counted in the liver, or no share of the lungs.
    """
    if not 0.0 < lung_seen <= 1.0:
        raise PlanError(f"the share of the lungs seen is {lung_seen:g}: it is above 0, at most 1")
    fraction = _divide(lung_counts / lung_seen, liver_counts)
    text = f"Lung shunt {100.0 * fraction:.1f} % by SPECT/CT."
    status, severity = Status.MET, Severity.INFO
    if lung_seen < 1.0:
        text = f"{text} Only {100.0 * lung_seen:.0f} % of the lungs were seen; the rest is assumed."
        status, severity = Status.NOT_MET, Severity.CAUTION
    finding = Finding("lung-shunt-method", status, severity, text)
    return LungShunt(fraction, "spect-ct", None, finding)


def _divide(lungs: float, liver: float) -> float:
    if not (math.isfinite(lungs) and math.isfinite(liver) and lungs >= 0.0 and liver > 0.0):
        raise PlanError(
            f"lungs count {lungs:g}, the liver {liver:g}: a shunt needs counts in the liver, and "
            "none below 0"
        )
    return lungs / (lungs + liver)
