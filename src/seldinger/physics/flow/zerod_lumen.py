"""Lumens of a file of svZeroDSolver, worked out backwards: it holds lengths, and no diameters.

SimVascular makes an inertance of rho l / A and a stenosis coefficient of Kt rho / (2 A^2) (A0/As -
1)^2. A calibrated file has other numbers, so what comes of it is told as worked out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from seldinger.physics.drain_flow import Fluid
from seldinger.physics.flow.elements import EXPANSION_LOSS
from seldinger.physics.flow.network import Lumen
from seldinger.physics.flow.units import FlowUnits

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1e30


def read_fluid(document: Mapping[str, Any], units: FlowUnits) -> Fluid | None:
    """The blood of a file, g/cm3 and poise; None where it is not told or not in CGS."""
    told = document.get("simulation_parameters")
    if units is not FlowUnits.CGS or not isinstance(told, dict):
        return None
    density, viscosity = (_positive(told.get(key)) for key in ("density", "viscosity"))
    if density is None or viscosity is None:
        return None
    return Fluid(1e3 * density, 0.1 * viscosity)


def infer_lumen(entry: Mapping[str, Any], fluid: Fluid | None) -> Lumen | None:
    """The lumen of a vessel's ``entry``, from its length, inertance and stenosis coefficient.

    None where one of them is missing; a coefficient of zero or less narrows nothing.
    """
    values = entry.get("zero_d_element_values", {})
    length, inertance = _positive(entry.get("vessel_length")), _positive(values.get("L"))
    if fluid is None or length is None or inertance is None:
        return None
    density = 1e-3 * fluid.density_kg_per_m3
    area = density * length / inertance
    loss = _positive(values.get("stenosis_coefficient")) or 0.0
    ratio = 1.0 + area * math.sqrt(2.0 * loss / (EXPANSION_LOSS * density))
    diameter_mm = 20.0 * math.sqrt(area / math.pi)
    return Lumen(diameter_mm, diameter_mm / math.sqrt(ratio))


def _positive(value: Any) -> float | None:
    """``value`` as a positive number that can be reckoned with; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0.0 < value <= _LARGEST else None
