"""Dose-volume histograms: how much of a structure gets how much, exactly, not by bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

Floats = NDArray[np.float64]

_WHOLE = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class DoseHistogram:
    """Doses of a structure's voxels from the largest to the least.

    Attributes:
        dose_gy: (n,) falling.
        weight: (n,) of each voxel: its share of the structure's volume or mass.
    """

    dose_gy: Floats
    weight: Floats

    __repr__ = short_repr

    @property
    def mean_gy(self) -> float:
        """Mean dose."""
        return float(self.dose_gy @ self.weight)

    def dose_to_percent_gy(self, percent: float) -> float:
        """D95 for 95: the largest dose that at least so many percent of the structure get.

        Raises:
            ValueError: not above 0 and up to 100.
        """
        if not 0.0 < percent <= _WHOLE:
            raise ValueError(f"percent is {percent:g}; choose above 0, up to 100")
        held = np.cumsum(self.weight)
        # A share that is a whole number of voxels must not need one more by rounding.
        at = int(np.searchsorted(held, percent / _WHOLE - 1e-12))
        return float(self.dose_gy[min(at, len(self.dose_gy) - 1)])

    def percent_above(self, dose_gy: float) -> float:
        """V(x Gy): percent of the structure that get at least ``dose_gy``."""
        count = int(np.searchsorted(-self.dose_gy, -dose_gy, side="right"))
        return _WHOLE * float(self.weight[:count].sum())


def dose_histogram(
    dose_gy: NDArray[Any], inside: Mask, weight: NDArray[Any] | None = None
) -> DoseHistogram:
    """The histogram of a structure.

    Args:
        dose_gy: (i, j, k).
        inside: (i, j, k) the structure.
        weight: (i, j, k) of each voxel: density for a histogram by mass; None: by volume.

    Raises:
        ValueError: an empty structure, shapes that differ, or weights that are not positive.
    """
    if inside.shape != dose_gy.shape or (weight is not None and weight.shape != dose_gy.shape):
        shapes = [dose_gy.shape, inside.shape, *([] if weight is None else [weight.shape])]
        raise ValueError(f"dose, structure and weights must have one shape, got {shapes}")
    if not inside.any():
        raise ValueError("the structure has no voxel on the dose grid")
    doses = dose_gy[inside].astype(np.float64)
    weights = np.ones(doses.size) if weight is None else weight[inside].astype(np.float64)
    if not (np.isfinite(doses).all() and np.isfinite(weights).all() and (weights > 0.0).all()):
        raise ValueError("doses must be finite, and weights finite and positive")
    order = np.argsort(-doses, kind="stable")
    return DoseHistogram(doses[order], weights[order] / weights.sum())
