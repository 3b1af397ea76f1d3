"""Bone: a law of its modulus from its density, as others measured it; no number of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """E = a rho^b.

    Attributes:
        a_mpa: modulus at 1 g/cm3.
        b: exponent.
        density: which one the law was fitted to, in words: apparent, ash, equivalent of a phantom.
        lowest_g_per_cm3, highest_g_per_cm3: between which it was fitted.
        direction: along which it was measured, in words.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, a constant or a range that is not positive, no source.
    """

    a_mpa: float
    b: float
    density: str
    lowest_g_per_cm3: float
    highest_g_per_cm3: float
    direction: str
    source: str

    def __post_init__(self) -> None:
        if not (np.isfinite([self.a_mpa, self.b]).all() and self.a_mpa > 0.0 and self.b > 0.0):
            raise ValueError(f"constants of a law are positive, got {self.a_mpa:g} and {self.b:g}")
        if not 0.0 <= self.lowest_g_per_cm3 < self.highest_g_per_cm3 < np.inf:
            raise ValueError(
                "densities of a law rise from 0 or more, got "
                f"{self.lowest_g_per_cm3:g} to {self.highest_g_per_cm3:g} g/cm3"
            )
        if not (self.density.strip() and self.direction.strip() and self.source.strip()):
            raise ValueError("a law says which density, which direction and which source")

    def young_mpa(self, density_g_per_cm3: Floats) -> Floats:
        """Young's modulus of each density, same shape; outside the range that of its end.

        Raises:
            ValueError: a density that is negative or not finite.
        """
        density = np.asarray(density_g_per_cm3, dtype=np.float64)
        if not (np.isfinite(density) & (density >= 0.0)).all():
            raise ValueError(
                "densities are finite and not negative: fat that reads below 0 is to be clipped by "
                "who knows why"
            )
        held = np.clip(density, self.lowest_g_per_cm3, self.highest_g_per_cm3)
        out: Floats = self.a_mpa * held**self.b
        return out

    def outside(self, density_g_per_cm3: Floats) -> NDArray[np.bool_]:
        """Which densities, of any shape, lie outside the law's range and were taken as its end."""
        density = np.asarray(density_g_per_cm3, dtype=np.float64)
        out: NDArray[np.bool_] = (density < self.lowest_g_per_cm3) | (
            density > self.highest_g_per_cm3
        )
        return out
