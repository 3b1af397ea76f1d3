"""Budget: a lytic drug by the hour, held against the limits of its rate and its sum."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.errors import SimulationError

_TOGETHER = 1e-9


@dataclass(frozen=True, slots=True)
class DoseLimits:
    """What a dose may be.

    Attributes:
        most_mg_per_h: the rate stays below.
        most_mg: the sum stays below.
    """

    most_mg_per_h: float
    most_mg: float


@dataclass(frozen=True, slots=True)
class Infusion:
    """A drug that runs evenly.

    Attributes:
        mg_per_h: its rate.
        hours: how long.
        given_mg: before it began.

    Raises:
        SimulationError: on construction, a rate or a time that is not positive, or a dose before
            that is negative.
    """

    mg_per_h: float
    hours: float
    given_mg: float = 0.0

    def __post_init__(self) -> None:
        if self.mg_per_h <= 0.0 or self.hours <= 0.0 or self.given_mg < 0.0:
            raise SimulationError(
                f"{self.mg_per_h:g} mg/h for {self.hours:g} h after {self.given_mg:g} mg: rate and "
                "time are positive, and nothing is taken back"
            )

    @property
    def total_mg(self) -> float:
        """Given in all, with what was given before."""
        return self.given_mg + self.mg_per_h * self.hours


def find_breach(infusion: Infusion, limits: DoseLimits) -> str:
    """Which limit an infusion does not keep, in words with both numbers; "" where it keeps both.

    Args:
        infusion: as planned.
        limits: that both stay below.
    """
    if infusion.mg_per_h >= limits.most_mg_per_h:
        return f"{infusion.mg_per_h:g} mg/h: the rate stays below {limits.most_mg_per_h:g} mg/h"
    if infusion.total_mg >= limits.most_mg:
        return f"{infusion.total_mg:.1f} mg in all: the sum stays below {limits.most_mg:g} mg"
    return ""


def find_longest_h(mg_per_h: float, given_mg: float, limits: DoseLimits) -> float:
    """Hours until the sum reaches its limit.

    Args:
        mg_per_h: the rate.
        given_mg: before it began.
        limits: that the sum stays below.

    Raises:
        SimulationError: the rate is not positive.
    """
    if mg_per_h <= 0.0:
        raise SimulationError(f"a rate of {mg_per_h:g} mg/h: it is positive")
    return max(0.0, (limits.most_mg - given_mg) / mg_per_h - _TOGETHER)
