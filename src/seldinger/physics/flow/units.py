"""Units of flow: inside mmHg, mL and s; files may count in dyn/cm2, and say so.

A unit is never guessed from the size of a number.
"""

from __future__ import annotations

from enum import Enum

DYN_PER_CM2_PER_MMHG = 1333.22387415
"""The conventional millimetre of mercury, exact by definition."""
PA_PER_MMHG = DYN_PER_CM2_PER_MMHG / 10.0

PA_S_PER_M3_PER_MMHG_S_PER_ML = PA_PER_MMHG * 1e6


class FlowUnits(Enum):
    """What the numbers of a file are in; flow is mL/s and time s in both."""

    CGS = "cgs"
    """dyn/cm2, dyn s/cm5, cm5/dyn: what SimVascular writes."""
    CLINICAL = "mmhg"
    """mmHg, mmHg s/mL, mL/mmHg."""

    @property
    def per_mmhg(self) -> float:
        """What one mmHg is in this unit of pressure."""
        return DYN_PER_CM2_PER_MMHG if self is FlowUnits.CGS else 1.0
