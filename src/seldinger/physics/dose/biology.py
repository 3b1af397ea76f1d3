"""Biology: what a dose given slowly, at a rate that dies away, is worth.

The linear-quadratic model with one time of repair: BED = D (1 + D T_rep / ((T_rep + T_eff) a/b)).
It holds voxel by voxel; the BED of a mean dose is less than the mean BED.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FRACTION_GY = 2.0


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """How a tissue answers dose and time.

    Attributes:
        alpha_beta_gy: dose at which the quadratic effect of an acute dose equals the linear.
        repair_half_h: half-time of the repair of sublethal damage.

    Raises:
        ValueError: on construction, a number that is not positive.
    """

    alpha_beta_gy: float
    repair_half_h: float

    def __post_init__(self) -> None:
        if not (self.alpha_beta_gy > 0.0 and self.repair_half_h > 0.0):
            raise ValueError(f"alpha over beta and repair time must be positive, got {self}")


def biologically_effective_gy(
    dose_gy: NDArray[Any] | float, response: DoseResponse, effective_half_h: float
) -> NDArray[np.float64]:
    """BED of a dose at a rate that falls exponentially to nothing, of the same shape.

    Args:
        dose_gy: any shape.
        response: of the tissue.
        effective_half_h: half-life of the dose rate.

    Raises:
        ValueError: a half-life that is not positive.
    """
    if not effective_half_h > 0.0:
        raise ValueError(f"effective_half_h must be positive, got {effective_half_h}")
    dose = np.asarray(dose_gy, dtype=np.float64)
    lasting = response.repair_half_h / (response.repair_half_h + effective_half_h)
    effective: NDArray[np.float64] = dose * (1.0 + dose * (lasting / response.alpha_beta_gy))
    return effective


def equivalent_2gy(bed_gy: NDArray[Any] | float, alpha_beta_gy: float) -> NDArray[np.float64]:
    """EQD2: dose in fractions of 2 Gy with the same BED, of the same shape.

    Args:
        bed_gy: any shape.
        alpha_beta_gy: with which the BED was computed.

    Raises:
        ValueError: an alpha over beta that is not positive.
    """
    if not alpha_beta_gy > 0.0:
        raise ValueError(f"alpha_beta_gy must be positive, got {alpha_beta_gy}")
    dose = np.asarray(bed_gy, dtype=np.float64)
    equivalent: NDArray[np.float64] = dose / (1.0 + _FRACTION_GY / alpha_beta_gy)
    return equivalent
