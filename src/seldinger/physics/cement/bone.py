"""Bone: permeability from the share that is bone; the openness of gaps, veins and clefts.

Kozeny and Carman's law for struts whose surface grows with their volume, scaled to what was
measured at one density: the permeability goes with porosity cubed over bone share to an exponent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.record import Assumption

Floats = NDArray[np.float64]

SI_PERMEABILITY = Assumption(
    "permeability_si_m2", 4.45e-8, "m2", 1e-9, 1e-7,
    "mean of 20 upright cores of lumbar vertebrae, Baroud 2004 (J Biomech 37:189), whose spread is "
    "1.72; the sign of the exponent was lost in the text read and is told by its size",
)  # fmt: skip
AP_PERMEABILITY = Assumption(
    "permeability_ap_m2", 3.44e-8, "m2", 1e-9, 1e-7,
    "mean of 14 sagittal cores, there, whose spread is 1.26: about 78 percent of the upright ones",
)  # fmt: skip
LR_PERMEABILITY = Assumption(
    "permeability_lr_m2", 3.44e-8, "m2", 1e-9, 1e-7,
    "as along the sagittal axis: no transverse core was measured there",
)  # fmt: skip
REFERENCE_BONE = Assumption(
    "permeability_bone_share", 0.12, "1", 0.05, 0.25,
    "share of bone in those cores; not in the text read",
)  # fmt: skip
BONE_EXPONENT = Assumption(
    "permeability_bone_exponent", 2.0, "1", 1.0, 3.0,
    "Kozeny and Carman's law; that of trabecular bone was not readable",
)  # fmt: skip
LEAST_BONE = Assumption(
    "permeability_least_bone_share", 0.03, "1", 0.01, 0.05,
    "sparser bone counts as this: the law has no end where bone is gone",
)  # fmt: skip
BONE_ASSUMPTIONS = (
    SI_PERMEABILITY, AP_PERMEABILITY, LR_PERMEABILITY, REFERENCE_BONE, BONE_EXPONENT, LEAST_BONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Permeability:
    """Of trabecular bone, by the share of its volume that is bone.

    Attributes:
        reference_m2: along the grid's i, j, k at the reference share; left-right, front-back and
            upright in an upright body.
        bone_share: of that reference.
        exponent: of the bone share, by which the permeability falls.
        least_bone_share: sparser bone counts as this.

    Raises:
        SimulationError: on construction, a number out of its range.
    """

    reference_m2: tuple[float, float, float] = (
        LR_PERMEABILITY.value, AP_PERMEABILITY.value, SI_PERMEABILITY.value,
    )  # fmt: skip
    bone_share: float = REFERENCE_BONE.value
    exponent: float = BONE_EXPONENT.value
    least_bone_share: float = LEAST_BONE.value

    def __post_init__(self) -> None:
        shares = 0.0 < self.least_bone_share <= self.bone_share < 1.0
        positive = all(0.0 < one < math.inf for one in self.reference_m2)
        if not (shares and positive and 0.0 <= self.exponent < math.inf):
            raise SimulationError(
                f"{self}: permeabilities are positive, shares of bone lie between 0 and 1, the "
                "least not above the reference, and the exponent is not negative: correct it"
            )

    def find_m2(self, bone_share: Floats) -> Floats:
        """(3, a, b, c) m2 along i, j, k, from the share of bone (a, b, c); 0 in solid bone.

        Raises:
            SimulationError: a share below 0 or above 1.
        """
        share = np.asarray(bone_share, dtype=np.float64)
        if not ((share >= 0.0) & (share <= 1.0)).all():
            raise SimulationError(
                "a share of bone lies between 0 and 1; some voxels leave that: clip them, or "
                "correct the map"
            )
        solid = np.maximum(share, self.least_bone_share)
        ratio = ((1.0 - share) / (1.0 - self.bone_share)) ** 3
        ratio *= (self.bone_share / solid) ** self.exponent
        found: Floats = np.array(self.reference_m2)[:, None, None, None] * ratio
        return found


def tube_openness_m3(inner_mm: float, length_mm: float, number: int = 1) -> float:
    """Openness of ``number`` equal tubes, veins for one: flow times viscosity over pressure."""
    return number * math.pi * (0.5e-3 * inner_mm) ** 4 / (8e-3 * length_mm)


def wall_openness_m3(permeability_m2: float, area_mm2: float, thickness_mm: float) -> float:
    """Openness of a porous wall: flow times viscosity over pressure.

    Args:
        permeability_m2: across it.
        area_mm2: of it.
        thickness_mm: of it.
    """
    return permeability_m2 * 1e-6 * area_mm2 / (1e-3 * thickness_mm)


def cleft_permeability_m2(gap_mm: float) -> float:
    """Of a gap between two walls: its width squared over twelve."""
    return (1e-3 * gap_mm) ** 2 / 12.0
