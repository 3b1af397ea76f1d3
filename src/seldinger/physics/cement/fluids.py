"""Fluids: how thick cement is by its age and shear, how thick marrow is, what a needle costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.record import Assumption

Floats = NDArray[np.float64]

THREE_MINUTES = Assumption(
    "cement_viscosity_at_3_min_pa_s", 100.0, "Pa.s", 10.0, 1000.0,
    "at the reference shear rate; published curves were not readable, and cements of low and high "
    "viscosity differ by more than tenfold",
)  # fmt: skip
DOUBLING = Assumption(
    "cement_doubling_min", 2.0, "min", 0.5, 5.0,
    "minutes in which cement becomes twice as thick; no curve was readable",
)  # fmt: skip
WORKING = Assumption(
    "cement_working_min", 12.0, "min", 6.0, 20.0,
    "minutes since mixing after which cement no longer flows; where a patient is planned a fact "
    "stands in",
)  # fmt: skip
SHEAR_EXPONENT = Assumption(
    "cement_shear_exponent", 0.6, "1", 0.3, 1.0,
    "n of the power law, 1 is Newtonian; cement thins with shear, by how much was not readable",
)  # fmt: skip
REFERENCE_RATE = Assumption(
    "cement_reference_rate_per_s", 1.0, "/s", 0.1, 10.0,
    "shear rate at which the viscosities above hold",
)  # fmt: skip
LEAST_RATE = Assumption(
    "cement_least_rate_per_s", 0.01, "/s", 0.001, 0.1,
    "below this shear rate cement is no thicker: a power law has no end of its own",
)  # fmt: skip
MARROW_VISCOSITY = Assumption(
    "marrow_viscosity_pa_s", 0.1, "Pa.s", 0.005, 1.0,
    "an oil with cells, or nearly blood; where a patient is planned a measured range stands in",
)  # fmt: skip
FLUID_ASSUMPTIONS = (
    THREE_MINUTES, DOUBLING, WORKING, SHEAR_EXPONENT, REFERENCE_RATE, LEAST_RATE, MARROW_VISCOSITY,
)  # fmt: skip

_S_PER_MIN = 60.0
_ML = 1e-6


@dataclass(frozen=True, slots=True)
class Cement:
    """A cement and the marrow it displaces.

    Attributes:
        minutes: since mixing, rising; before the first the viscosity is the first's, after the last
            cement has set and does not flow.
        viscosity_pa_s: at those minutes and the reference rate; between them its logarithm is
            interpolated.
        shear_exponent: n of the power law; the viscosity goes with shear rate to n - 1.
        reference_per_s: shear rate of ``viscosity_pa_s``.
        least_per_s: shear rate below which the viscosity rises no more.
        marrow_pa_s: viscosity of marrow.

    Raises:
        SimulationError: on construction, a table that does not rise or is empty, or a number that
            is out of its range.
    """

    minutes: tuple[float, ...]
    viscosity_pa_s: tuple[float, ...]
    shear_exponent: float = SHEAR_EXPONENT.value
    reference_per_s: float = REFERENCE_RATE.value
    least_per_s: float = LEAST_RATE.value
    marrow_pa_s: float = MARROW_VISCOSITY.value

    def __post_init__(self) -> None:
        rises = all(one < two for one, two in pairwise(self.minutes))
        if not self.minutes or len(self.minutes) != len(self.viscosity_pa_s) or not rises:
            raise SimulationError(
                f"viscosities {self.viscosity_pa_s} at {self.minutes} min: as many of each, at "
                "least one, and minutes that rise; give the curve in that form"
            )
        numbers = (*self.viscosity_pa_s, self.reference_per_s, self.least_per_s, self.marrow_pa_s)
        if not all(math.isfinite(one) and one > 0.0 for one in numbers):
            raise SimulationError(
                f"viscosities and shear rates are positive and finite, got {numbers}: correct them"
            )
        if not 0.0 < self.shear_exponent <= 1.0:
            raise SimulationError(
                f"a shear exponent of {self.shear_exponent:g}; it lies above 0 and at most at 1, "
                "which is Newtonian: choose one there"
            )

    @classmethod
    def newtonian(cls, viscosity_pa_s: float, marrow_pa_s: float) -> Self:
        """One viscosity at any shear, for a day: what analytic solutions know."""
        day = (0.0, 1440.0)
        return cls(day, (viscosity_pa_s,) * 2, shear_exponent=1.0, marrow_pa_s=marrow_pa_s)

    @classmethod
    def assumed(cls, viscosity_pa_s: float = THREE_MINUTES.value) -> Self:
        """The assumed curve: so thick at three minutes, twice as thick in every doubling time."""
        minutes = (0.0, WORKING.value)
        thick = tuple(viscosity_pa_s * 2.0 ** ((one - 3.0) / DOUBLING.value) for one in minutes)
        return cls(minutes, thick)

    @property
    def flows_until_s(self) -> float:
        """Since mixing."""
        return self.minutes[-1] * _S_PER_MIN

    def find_consistency(self, age_s: float) -> float:
        """Pa s at the reference rate, ``age_s`` after mixing."""
        logs = np.log(self.viscosity_pa_s)
        return float(np.exp(np.interp(age_s / _S_PER_MIN, self.minutes, logs)))

    def find_viscosity(self, age_s: float, rate_per_s: Floats) -> Floats:
        """Pa s at shear rates of any shape, ``age_s`` after mixing."""
        rate = np.maximum(rate_per_s, self.least_per_s) / self.reference_per_s
        found: Floats = self.find_consistency(age_s) * rate ** (self.shear_exponent - 1.0)
        return found


@dataclass(frozen=True, slots=True)
class Needle:
    """A straight round needle full of cement.

    Raises:
        SimulationError: on construction, a length that is not positive.
    """

    inner_mm: float
    length_mm: float

    def __post_init__(self) -> None:
        if not (0.0 < self.inner_mm < math.inf and 0.0 < self.length_mm < math.inf):
            raise SimulationError(
                f"a needle of {self.inner_mm:g} x {self.length_mm:g} mm: both are positive and "
                "finite; correct them, or leave the needle out, which then costs no pressure"
            )

    def find_loss_pa(self, cement: Cement, age_s: float, flow_ml_per_s: float) -> float:
        """What the flow costs: a power-law fluid in a pipe, laminar (Rabinowitsch).

        Args:
            cement: of that age.
            age_s: since mixing.
            flow_ml_per_s: through this needle.
        """
        n, radius = cement.shear_exponent, 0.5e-3 * self.inner_mm
        consistency = cement.find_consistency(age_s) * cement.reference_per_s ** (1.0 - n)
        wall_per_s = (3.0 * n + 1.0) / n * flow_ml_per_s * _ML / (math.pi * radius**3)
        return float(2.0 * consistency * 1e-3 * self.length_mm / radius * wall_per_s**n)
