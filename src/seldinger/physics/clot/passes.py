"""Passes: each pass of a clot-removing catheter leaves a share of what was there before.

What is left after ``n`` passes is ``exp(-n g)`` of the clot, with a grip ``g`` that is lognormal
over people: so ``n`` passes of a good grip take all, and of a bad one little, however many.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from seldinger.core.errors import SimulationError
from seldinger.core.quantity import Spread

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Grip:
    """How much a pass takes, over people.

    Attributes:
        median: of the grip.
        log_sd: standard deviation of its natural logarithm.
    """

    median: float
    log_sd: float


@dataclass(frozen=True, slots=True)
class Removed:
    """What a register counted.

    Attributes:
        passes: that were made.
        near: share of people in whom ``near_share`` or more came out.
        near_share: of the clot.
        complete: share of people in whom all came out.
        left_share: of the clot that may be left and still counts as nothing.
    """

    passes: float
    near: float
    near_share: float
    complete: float
    left_share: float


def fit_grip(seen: Removed) -> Grip:
    """The grip that gives both of a register's counts.

    Raises:
        SimulationError: more came out whole than nearly whole, or a share is none.
    """
    shares = (seen.near, seen.near_share, seen.complete, seen.left_share)
    if not all(0.0 < one < 1.0 for one in shares) or seen.passes <= 0.0:
        raise SimulationError(f"shares lie above 0 and below 1, passes are positive: got {seen}")
    if seen.complete >= seen.near or seen.left_share >= 1.0 - seen.near_share:
        raise SimulationError(
            "no more clots come out whole than nearly whole, and less is left of them: look at the "
            f"counts {seen}"
        )
    logs = [math.log(-math.log(left) / seen.passes)
            for left in (1.0 - seen.near_share, seen.left_share)]  # fmt: skip
    scores = [_NORMAL.inv_cdf(1.0 - share) for share in (seen.near, seen.complete)]
    spread = (logs[1] - logs[0]) / (scores[1] - scores[0])
    return Grip(math.exp(logs[0] - spread * scores[0]), spread)


def find_chance(grip: Grip, passes: float, share: float) -> float:
    """Share of people in whom at least ``share`` of the clot is out after ``passes``.

    Args:
        grip: over people.
        passes: that are made; more than none.
        share: of the clot, 0 to below 1.
    """
    needed = -math.log(1.0 - share) / passes
    if needed <= 0.0:
        return 1.0
    return 1.0 - _NORMAL.cdf(math.log(needed / grip.median) / grip.log_sd)


def spread_removed(grip: Grip, passes: float) -> Spread:
    """Per cent of the clot that is out after ``passes``: of 5, 50 and 95 % of people.

    Args:
        grip: over people.
        passes: that are made.
    """
    low, middle, high = (
        100.0 * (1.0 - math.exp(-passes * grip.median * math.exp(grip.log_sd * _NORMAL.inv_cdf(p))))
        for p in (0.05, 0.5, 0.95)
    )
    return Spread(middle, low, middle, high)
