"""Landing: where in the cava a filter lies, and what of its sections is known there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from seldinger.anatomy.vessels.cava import Cava, CavaLevel
    from seldinger.catalogue.venous import CavalFilter


@dataclass(frozen=True, slots=True, eq=False)
class Landing:
    """A filter's place in a cava.

    Attributes:
        cava: as it was measured.
        head_mm: way from the confluence to the filter's head.
        feet_mm: way to the ends of its struts, below.
        room_mm: from the confluence to the lowest renal vein; None: unknown.
        bend_deg: between the cava's direction at the feet and at the head.
    """

    cava: Cava
    head_mm: float
    feet_mm: float
    room_mm: float | None
    bend_deg: float

    __repr__ = short_repr

    @property
    def levels(self) -> tuple[CavaLevel, ...]:
        """Sections from the feet to the head."""
        return self.cava.between(self.feet_mm, self.head_mm)

    @property
    def widest(self) -> CavaLevel | None:
        """The level of the largest perimeter; None where none is known."""
        known = [one for one in self.levels if one.perimeter_diameter_mm is not None]
        return max(known, key=lambda one: one.perimeter_diameter_mm or 0.0, default=None)

    @property
    def narrowest(self) -> CavaLevel | None:
        """The level of the smallest perimeter; None where none is known."""
        known = [one for one in self.levels if one.perimeter_diameter_mm is not None]
        return min(known, key=lambda one: one.perimeter_diameter_mm or 0.0, default=None)


def find_landing(cava: Cava, filter_: CavalFilter, below_mm: float) -> Landing:
    """The place below the renal veins.

    Args:
        cava: measured.
        filter_: with its height.
        below_mm: from the lowest renal vein's lower rim down to the head.

    Raises:
        PlanError: nobody knows where the renal veins join, or too little of the cava is shown.
    """
    if cava.renal_mm is None:
        raise PlanError(
            f"where the renal veins join the cava is {cava.renal_from}: tell the height of the "
            "lower rim of the lowest one (renal_z_mm)"
        )
    head = cava.renal_mm - below_mm
    feet = max(head - filter_.height_mm, 0.0)
    if head <= 0.0:
        raise PlanError(
            f"the cava is shown from {cava.renal_mm:.0f} mm below the renal veins on, and the head "
            f"would lie {below_mm:g} mm below them: a scan that shows the cava whole is needed"
        )
    ends = np.clip([feet, feet + 10.0, head - 10.0, head], 0.0, cava.curve.length_mm)
    points = cava.curve.points_at(ends)
    below, above = points[1] - points[0], points[3] - points[2]
    sizes = np.linalg.norm(below) * np.linalg.norm(above)
    bend = (
        0.0 if sizes == 0.0 else float(np.degrees(np.arccos(np.clip(below @ above / sizes, -1, 1))))
    )
    return Landing(cava, head, feet, cava.infrarenal_mm, bend)
