"""Sizes: diameters of spheres, and of particles that clump; drawn by a chance given from outside.

Two numbers of chance make a diameter, so that quantiles, classes and draws are the same function.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from seldinger.core.errors import SimulationError
from seldinger.physics.particles.settings import CLUMP_FACTOR, CLUMP_SPREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_GOLDEN_SHARE = (math.sqrt(5.0) - 1.0) / 2.0
"""Multiples of it, less their whole part, fill a range evenly."""


class SizeLaw(Enum):
    """How diameters scatter within their range."""

    FIXED = "fixed"
    NORMAL = "normal"
    UNIFORM = "uniform"


class DrawnSizes(NamedTuple):
    """(n,) diameters in um: as printed, which tells the mass; as they meet a vessel."""

    printed_um: Floats
    effective_um: Floats


@dataclass(frozen=True, slots=True)
class SphereSizes:
    """Spheres; made by ``fixed``, ``normal`` or ``uniform``.

    Attributes:
        law: of the three.
        low_um, high_um: none is smaller or larger.
        mean_um, spread_um: of the normal law before it is cut at its range; unused by others.

    Raises:
        SimulationError: on construction, sizes that cannot be.
    """

    law: SizeLaw
    low_um: float
    high_um: float
    mean_um: float = math.nan
    spread_um: float = math.nan

    def __post_init__(self) -> None:
        _check_range(self.low_um, self.high_um)
        if self.law is SizeLaw.NORMAL and not (
            self.low_um <= self.mean_um <= self.high_um
            and math.isfinite(self.spread_um)
            and self.spread_um > 0.0
        ):
            raise SimulationError(
                f"a mean of {self.mean_um:g} and a spread of {self.spread_um:g} um in a range of "
                f"{self.low_um:g} to {self.high_um:g}: the mean lies within, the spread is positive"
            )

    @classmethod
    def fixed(cls, diameter_um: float) -> SphereSizes:
        """All of one diameter."""
        return cls(SizeLaw.FIXED, diameter_um, diameter_um)

    @classmethod
    def normal(cls, mean_um: float, spread_um: float, low_um: float, high_um: float) -> SphereSizes:
        """Normal, by ``mean_um`` and ``spread_um``, cut at ``low_um`` and ``high_um``."""
        return cls(SizeLaw.NORMAL, low_um, high_um, mean_um, spread_um)

    @classmethod
    def uniform(cls, low_um: float, high_um: float) -> SphereSizes:
        """Every diameter of the printed range alike."""
        return cls(SizeLaw.UNIFORM, low_um, high_um)

    @property
    def equal(self) -> bool:
        """Whether all are of one size."""
        return self.low_um == self.high_um

    @property
    def must_pass_um(self) -> float:
        """What the catheter must let through: the largest."""
        return self.high_um

    def pick(self, chance: Floats) -> DrawnSizes:
        """Diameters at (n, 2) numbers from 0 to 1; the larger the first, the larger the sphere."""
        first = chance[:, 0]
        if self.law is SizeLaw.NORMAL:
            ends = np.array([self.low_um, self.high_um])
            low, high = ndtr((ends - self.mean_um) / self.spread_um)
            normal = ndtri(low + first * (high - low))
            size = np.clip(self.mean_um + self.spread_um * normal, self.low_um, self.high_um)
        else:
            size = self.low_um + first * (self.high_um - self.low_um)
        return DrawnSizes(size, size)


@dataclass(frozen=True, slots=True)
class ClumpSizes:
    """Particles that clump or lie askew: the printed range does not say where they lodge.

    The effective diameter is the printed one, uniform in its range, times a log-normal factor.
    None is kept from any vessel by its printed size.

    Attributes:
        low_um, high_um: printed range.
        factor: median of effective over printed.
        log_spread: standard deviation of the logarithm of that factor; 0 where all are alike.

    Raises:
        SimulationError: on construction, sizes that cannot be.
    """

    low_um: float
    high_um: float
    factor: float = CLUMP_FACTOR.value
    log_spread: float = CLUMP_SPREAD.value

    def __post_init__(self) -> None:
        _check_range(self.low_um, self.high_um)
        if not (0.0 < self.factor < math.inf and 0.0 <= self.log_spread < math.inf):
            raise SimulationError(
                f"a clump factor of {self.factor:g} with a spread of {self.log_spread:g}: the "
                "factor is positive, the spread of its logarithm not negative"
            )

    @property
    def equal(self) -> bool:
        """Whether all are of one size."""
        return self.low_um == self.high_um and self.log_spread == 0.0

    @property
    def must_pass_um(self) -> float:
        """What the catheter must let through: the smallest, for these press and turn."""
        return self.low_um

    def pick(self, chance: Floats) -> DrawnSizes:
        """Diameters at (n, 2) numbers between 0 and 1: of the printed size, of the factor."""
        printed = self.low_um + chance[:, 0] * (self.high_um - self.low_um)
        return DrawnSizes(
            printed, printed * self.factor * np.exp(self.log_spread * ndtri(chance[:, 1]))
        )


ParticleSizes = SphereSizes | ClumpSizes


def draw_sizes(sizes: ParticleSizes, number: int, rng: np.random.Generator) -> DrawnSizes:
    """``number`` diameters.

    Args:
        sizes: of what.
        number: of particles.
        rng: chance.
    """
    return sizes.pick(_inside(rng.random((number, 2))))


def class_sizes(sizes: ParticleSizes, classes: int) -> DrawnSizes:
    """Diameters of classes of equal number; one class where all particles are equal.

    Args:
        sizes: of what.
        classes: how many.
    """
    count = 1 if sizes.equal else classes
    turns = np.arange(count, dtype=np.float64)
    first, second = (turns + 0.5) / count, np.mod((turns + 0.5) * _GOLDEN_SHARE, 1.0)
    return sizes.pick(_inside(np.stack([first, second], axis=1)))


def _inside(chance: Floats) -> Floats:
    """Off the ends, where a factor would be nothing or infinite."""
    return np.clip(chance, 1e-12, 1.0 - 1e-12)


def _check_range(low_um: float, high_um: float) -> None:
    if not (math.isfinite(high_um) and 0.0 < low_um <= high_um):
        raise SimulationError(
            f"particles of {low_um:g} to {high_um:g} um; sizes are positive and rise: exchange or "
            "correct them"
        )
