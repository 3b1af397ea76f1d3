"""Patency: what share of a trial's vessels stayed open, as a curve that never leaves its trial.

A curve is drawn through what an arm of a trial reported. It says nothing beyond the trial's
horizon, cannot be made without its population, and is told with it. It is a rate of that
population: no chance of one patient, and there is no way here to make one of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Population:
    """Who a rate was counted in.

    Attributes:
        name: "femoropopliteal lesions, drug-coated balloon".
        endpoint: what was counted, as the source defines it: "primary patency".
        n: how many there were.
        n_counts: what ``n`` counts: "patients of both arms", "lesions".
        source: key of the bibliography.

    Raises:
        ValueError: on construction, one of them is missing: a rate without them is not told.
    """

    name: str
    endpoint: str
    n: int
    n_counts: str
    source: str

    def __post_init__(self) -> None:
        for key in ("name", "endpoint", "n_counts", "source"):
            if not getattr(self, key).strip():
                raise ValueError(
                    f"a rate of a population is told with its {key}; it is missing: give it"
                )
        if self.n < 1:
            raise ValueError(f"a population has at least one member, got n = {self.n}")

    def __str__(self) -> str:
        return f"{self.name}, n = {self.n} {self.n_counts} ({self.source})"


@dataclass(frozen=True, slots=True)
class PopulationRate:
    """How many of a population, by when; printed with both. No patient's probability.

    Attributes:
        percent: of the population.
        months: since the treatment.
        reported: whether the source says this figure; else it is read off a curve between two.
        population: who was counted.
    """

    percent: float
    months: float
    reported: bool
    population: Population

    def __str__(self) -> str:
        how = "" if self.reported else ", between reported figures"
        return (
            f"{self.percent:.3g} % {self.population.endpoint} at {self.months:g} months{how}: "
            f"{self.population}"
        )

    def __format__(self, spec: str) -> str:
        """The whole sentence: a bare figure is not to be had.

        Raises:
            ValueError: any ``spec`` but an empty one.
        """
        if spec:
            raise ValueError(
                f"a population's rate is printed whole, with its horizon; {spec!r} is no format of "
                "it"
            )
        return str(self)


@dataclass(frozen=True, slots=True)
class PatencyCurve:
    """Share of an arm that stayed patent over time.

    Between two reported figures the cumulative hazard grows as a power of time (Weibull), and from
    the treatment to the first as it does behind it; with a single figure the hazard is constant.

    Attributes:
        population: the arm.
        months: of each reported figure, rising.
        percent: patent at each of them, never rising.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    population: Population
    months: tuple[float, ...]
    percent: tuple[float, ...]

    __repr__ = short_repr

    def __post_init__(self) -> None:
        months, percent = self.months, self.percent
        if not months or len(months) != len(percent):
            raise ValueError(
                f"a curve has one per cent a month, at least one, got {len(months)} and "
                f"{len(percent)}"
            )
        if not months[0] > 0.0 or not (np.diff(months) > 0.0).all():
            raise ValueError(f"months are positive and rise, got {months}")
        if not all(0.0 < p < 100.0 for p in percent) or not (np.diff(percent) <= 0.0).all():  # noqa: PLR2004
            raise ValueError(f"per cent patent lie between 0 and 100 and never rise, got {percent}")

    @property
    def horizon_months(self) -> float:
        """Of the last reported figure: nothing is known beyond it."""
        return self.months[-1]

    def rate_after(self, months: float) -> PopulationRate | None:
        """How many are patent after ``months``; None, unknown, beyond the trial's horizon.

        Raises:
            ValueError: before the treatment.
        """
        if months < 0.0:
            raise ValueError(f"{months:g} months after the treatment are before it")
        if months > self.horizon_months:
            return None
        for known, percent in zip(self.months, self.percent, strict=True):
            if months == known:
                return PopulationRate(percent, months, True, self.population)  # noqa: FBT003
        return PopulationRate(self._between(months), months, False, self.population)  # noqa: FBT003

    def _between(self, months: float) -> float:
        hazard = [-math.log(0.01 * p) for p in self.percent]
        if months == 0.0:
            return 100.0
        if len(hazard) == 1:
            return 100.0 * math.exp(-hazard[0] * months / self.months[0])
        # Before the first figure the first piece goes on towards the treatment.
        at = min(max(int(np.searchsorted(self.months, months)) - 1, 0), len(hazard) - 2)
        longer = self.months[at + 1] / self.months[at]
        power = math.log(hazard[at + 1] / hazard[at]) / math.log(longer)
        if months < self.months[0] and power <= 0.0:
            power = 1.0
        return 100.0 * math.exp(-hazard[at] * (months / self.months[at]) ** power)

    def __str__(self) -> str:
        told = ", ".join(
            f"{p:.3g} % at {m:g} months" for m, p in zip(self.months, self.percent, strict=True)
        )
        return (
            f"{self.population.endpoint}: {told}; unknown beyond {self.horizon_months:g} months: "
            f"{self.population}"
        )


def draw_curve(curve: PatencyCurve, step_months: float) -> tuple[Floats, Floats]:
    """Months (m,) and per cent patent (m,) from the treatment to the trial's horizon, to be drawn.

    Raises:
        ValueError: the step is not positive.
    """
    if not step_months > 0.0:
        raise ValueError(f"step_months is {step_months}; a curve is drawn in positive steps")
    count = math.ceil(curve.horizon_months / step_months * (1.0 - 1e-9))
    months = np.union1d(np.linspace(0.0, curve.horizon_months, count + 1), curve.months)
    rates = [curve.rate_after(float(m)) for m in months]
    return months, np.array([rate.percent for rate in rates if rate is not None])
