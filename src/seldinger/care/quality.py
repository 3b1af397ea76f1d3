"""Audit: a department's rate over its own cases, held against a threshold with its uncertainty.

A threshold tells a department when to look into its cases. It is nobody's risk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from seldinger.core.errors import CareError

NOT_A_RISK = "A threshold is an audit trigger for a department, not a patient's risk."


class Standing(StrEnum):
    """Where a rate lies, as far as its interval tells."""

    BELOW = "below"
    ABOVE = "above"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class AuditedRate:
    """A rate with its interval, held against a threshold.

    Attributes:
        events: cases in which it happened.
        cases: all of them.
        rate: ``events / cases``.
        interval: (low, high) of the rate, Wilson's.
        level: confidence of the interval, e.g. 0.95.
        threshold: share that triggers a review.
        standing: below or above only where the whole interval is.
        caveat: ``NOT_A_RISK``.
    """

    events: int
    cases: int
    rate: float
    interval: tuple[float, float]
    level: float
    threshold: float
    standing: Standing
    caveat: str


def audit(events: int, cases: int, threshold: float, level: float = 0.95) -> AuditedRate:
    """Hold ``events`` of ``cases`` against a threshold.

    Args:
        events: how often it happened, 0..cases.
        cases: how many there were, one or more.
        threshold: a share between 0 and 1, both excluded.
        level: confidence of the interval, between 0 and 1.

    Raises:
        CareError: a number outside its domain.
    """
    if not 0.0 < threshold < 1.0:
        raise CareError(f"the threshold is {threshold:g}: a share between 0 and 1, like 0.05")
    low, high = wilson_interval(events, cases, level)
    standing = Standing.CANNOT_TELL
    if high < threshold:
        standing = Standing.BELOW
    elif low > threshold:
        standing = Standing.ABOVE
    return AuditedRate(
        events, cases, events / cases, (low, high), level, threshold, standing, NOT_A_RISK
    )


def wilson_interval(events: int, cases: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion, without continuity correction.

    Args:
        events: how often it happened, 0..cases.
        cases: how many there were, one or more.
        level: confidence, between 0 and 1.

    Returns:
        (low, high), within 0..1 and around ``events / cases``.

    Raises:
        CareError: a number outside its domain.
    """
    if cases < 1:
        raise CareError(f"{cases} cases: there must be one or more")
    if not 0 <= events <= cases:
        raise CareError(f"{events} of {cases} cases: the first number lies between 0 and {cases}")
    if not 0.0 < level < 1.0:
        raise CareError(f"the level is {level:g}: between 0 and 1, like 0.95")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    rate, spread = events / cases, z * z / cases
    middle = rate + spread / 2.0
    half = z * math.sqrt(rate * (1.0 - rate) / cases + spread / (4.0 * cases))
    low, high = (middle - half) / (1.0 + spread), (middle + half) / (1.0 + spread)
    # rounding must not push a bound past what was counted
    return max(0.0, min(low, rate)), min(1.0, max(high, rate))
