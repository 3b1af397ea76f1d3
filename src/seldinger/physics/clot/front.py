"""Front: a lytic drug from a line in the middle of a clot eats its way to the wall.

Darcy: what is infused leaves evenly along the side holes, so that fluid moves outwards at
``Q / (2 pi r L)`` and carries the drug through the pores at that over the porosity. Where it
arrives, fibrin dissolves at a speed that lumps binding, plasminogen and lysis. The front waits for
the slower of both: its pace is the sum of their times, and the way ``r`` takes

    t(r) = r / v + pi porosity L r^2 / Q
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError

Floats = NDArray[np.float64]
MM3_PER_ML = 1000.0


@dataclass(frozen=True, slots=True)
class Clot:
    """A clot that fills a vein around a catheter.

    Attributes:
        radius_mm: of the vein.
        length_mm: of the clot.
        infused_mm: of it, along the catheter's side holes.
        porosity: share of the clot that fluid fills.

    Raises:
        SimulationError: on construction, a length that is none, more infused than there is, or a
            porosity that is none.
    """

    radius_mm: float
    length_mm: float
    infused_mm: float
    porosity: float

    def __post_init__(self) -> None:
        if not (self.radius_mm > 0.0 and 0.0 < self.infused_mm <= self.length_mm):
            raise SimulationError(
                f"a clot of {self.radius_mm:g} mm radius and {self.length_mm:g} mm, infused along "
                f"{self.infused_mm:g}: all are positive, and no more is infused than there is"
            )
        if not 0.0 < self.porosity < 1.0:
            raise SimulationError(
                f"a porosity of {self.porosity:g}: a share of the clot, above 0 and below 1"
            )


def find_front_mm(
    clot: Clot, speed_mm_per_h: Floats | float, flow_ml_per_h: float, hours: Floats | float
) -> Floats:
    """Radius that the front has reached, at most that of the vein; the law solved for ``r``.

    Args:
        clot: around the catheter.
        speed_mm_per_h: lumped speed of lysis, (n,) or one.
        flow_ml_per_h: of the infusion.
        hours: since it began, (n,) or one.

    Raises:
        SimulationError: a speed or flow that is not positive, or a time before the beginning.
    """
    speed, time = np.asarray(speed_mm_per_h, dtype=float), np.asarray(hours, dtype=float)
    if not (speed > 0.0).all() or flow_ml_per_h <= 0.0 or (time < 0.0).any():
        raise SimulationError(
            "a front needs a positive speed, a positive flow and a time from 0 on; got "
            f"{float(speed.min()):g} mm/h, {flow_ml_per_h:g} mL/h, {float(time.min()):g} h"
        )
    drag = math.pi * clot.porosity * clot.infused_mm / (flow_ml_per_h * MM3_PER_ML)
    # The quadratic's root in the form that stays exact where the drag vanishes.
    root = np.sqrt(1.0 / speed**2 + 4.0 * drag * time)
    reached: Floats = np.minimum(2.0 * time / (1.0 / speed + root), clot.radius_mm)
    return reached


def find_lysed_share(
    clot: Clot, speed_mm_per_h: Floats | float, flow_ml_per_h: float, hours: Floats | float
) -> Floats:
    """Share of the clot that is gone, 0 to 1: the core, and as far beyond the side holes.

    Args:
        clot: around the catheter.
        speed_mm_per_h: lumped speed of lysis, (n,) or one.
        flow_ml_per_h: of the infusion.
        hours: since it began, (n,) or one.

    Raises:
        SimulationError: as ``find_front_mm``.
    """
    front = find_front_mm(clot, speed_mm_per_h, flow_ml_per_h, hours)
    reach = np.minimum(clot.infused_mm + 2.0 * front, clot.length_mm)
    share: Floats = (front / clot.radius_mm) ** 2 * reach / clot.length_mm
    return share
