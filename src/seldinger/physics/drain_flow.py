"""Water through a drain: Bernoulli, Darcy-Weisbach friction, an entry loss and a hub that narrows.

The head of water is spent on four things: speed in the lumen, entry through the side holes,
friction along the lumen, and the jet through hub and tap, whose bore does not grow with the French
size. The last one is why a wider drain gains less than Poiseuille promises. Side-hole loss and hub
bore cannot be read off a drain; ``fit_line`` takes them from bench measurements by weighted linear
least squares.

Newtonian fluids only. Pus is not one, and no sourced yield stress is at hand: there is no Bingham
option until there is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

GRAVITY_M_PER_S2 = 9.80665
"""Standard gravity, exact by definition."""

_ML_PER_MIN_PER_M3_PER_S = 6.0e7
_MAX_SPEED_M_PER_S = 1000.0
_HALVINGS = 100
_UNKNOWNS = 2


@dataclass(frozen=True, slots=True)
class Fluid:
    """A Newtonian liquid; the default is water at 22 degrees Celsius, as on the bench."""

    density_kg_per_m3: float = 997.8
    viscosity_pa_s: float = 0.955e-3


WATER = Fluid()


@dataclass(frozen=True, slots=True)
class DrainLine:
    """What a drain and its hub cost, apart from the bore of the drain.

    Attributes:
        head_m: height of liquid that drives the flow.
        length_mm: lumen length with that bore.
        entry_loss: loss coefficient of tip and side holes, in velocity heads of the lumen.
        hub_bore_mm: bore of a sharp opening that costs as much as hub and tap do.
    """

    head_m: float
    length_mm: float
    entry_loss: float
    hub_bore_mm: float

    def __post_init__(self) -> None:
        positive = {
            "head_m": self.head_m,
            "length_mm": self.length_mm,
            "hub_bore_mm": self.hub_bore_mm,
        }
        for name, value in positive.items():
            if not value > 0.0:
                raise ValueError(f"{name} must be positive, got {value}")
        if not self.entry_loss >= 0.0:
            raise ValueError(f"entry_loss must not be negative, got {self.entry_loss}")


@dataclass(frozen=True, slots=True)
class BenchPoint:
    """One measured drain: bore and flow with its standard deviation."""

    bore_mm: float
    flow_ml_per_min: float
    sd_ml_per_min: float


def friction_factor(reynolds: float) -> float:
    """Darcy friction factor of a smooth pipe, laminar to turbulent (Churchill 1977)."""
    turbulent = (-2.457 * math.log((7.0 / reynolds) ** 0.9)) ** 16
    transition = (37530.0 / reynolds) ** 16
    laminar = (8.0 / reynolds) ** 12
    return float(8.0 * (laminar + (turbulent + transition) ** -1.5) ** (1.0 / 12.0))


def reynolds_number(flow_ml_per_min: float, bore_mm: float, fluid: Fluid = WATER) -> float:
    """Reynolds number in a lumen of ``bore_mm``."""
    speed = _speed_m_per_s(flow_ml_per_min, bore_mm)
    return fluid.density_kg_per_m3 * speed * bore_mm * 1e-3 / fluid.viscosity_pa_s


def head_spent_m(
    flow_ml_per_min: float, bore_mm: float, line: DrainLine, fluid: Fluid = WATER
) -> float:
    """Head that ``flow_ml_per_min`` costs through a drain of ``bore_mm``; grows with the flow."""
    lumen, friction, hub = _heads_m(flow_ml_per_min, bore_mm, line.length_mm, fluid)
    return (1.0 + line.entry_loss) * lumen + friction + hub / line.hub_bore_mm**4


def flow_ml_per_min(bore_mm: float, line: DrainLine, fluid: Fluid = WATER) -> float:
    """Steady flow through a drain of ``bore_mm``, by bisection.

    Raises:
        ValueError: the bore is not positive.
    """
    if not bore_mm > 0.0:
        raise ValueError(f"bore_mm must be positive, got {bore_mm}")
    low, high = 0.0, _MAX_SPEED_M_PER_S * _area_m2(bore_mm) * _ML_PER_MIN_PER_M3_PER_S
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if head_spent_m(middle, bore_mm, line, fluid) < line.head_m:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def fit_line(
    points: Sequence[BenchPoint], head_m: float, length_mm: float, fluid: Fluid = WATER
) -> DrainLine:
    """Entry loss and hub bore that explain measured flows under a known head and length.

    At a measured flow the head balance is linear in the two unknowns, so this is one weighted least
    squares; the weight is one over the head that a standard deviation of flow is worth (loss grows
    roughly with the square of the flow).

    Raises:
        ValueError: fewer than two points, or no physical solution: the head or length does not
            belong to the measurements.
    """
    if len(points) < _UNKNOWNS:
        raise ValueError(f"two unknowns need at least two measured drains, got {len(points)}")
    rows, missing = [], []
    for point in points:
        lumen, friction, hub = _heads_m(point.flow_ml_per_min, point.bore_mm, length_mm, fluid)
        weight = point.flow_ml_per_min / (2.0 * head_m * point.sd_ml_per_min)
        rows.append((weight * lumen, weight * hub))
        missing.append(weight * (head_m - lumen - friction))
    (entry, hub_factor), *_ = np.linalg.lstsq(np.array(rows), np.array(missing), rcond=None)
    if entry < 0.0 or hub_factor <= 0.0:
        raise ValueError(
            f"no physical drain explains these flows under {head_m} m over {length_mm} mm "
            f"(entry loss {entry:.2f}, hub factor {hub_factor:.3g}): check head, length and points"
        )
    return DrainLine(head_m, length_mm, float(entry), float(hub_factor**-0.25))


def poiseuille_ml_per_min(bore_mm: float, line: DrainLine, fluid: Fluid = WATER) -> float:
    """What friction alone would let through; an upper bound, for comparison."""
    pressure_pa = fluid.density_kg_per_m3 * GRAVITY_M_PER_S2 * line.head_m
    bore_m, length_m = bore_mm * 1e-3, line.length_mm * 1e-3
    flow_m3_per_s = math.pi * bore_m**4 * pressure_pa / (128.0 * fluid.viscosity_pa_s * length_m)
    return flow_m3_per_s * _ML_PER_MIN_PER_M3_PER_S


def _heads_m(
    flow: float, bore_mm: float, length_mm: float, fluid: Fluid
) -> tuple[float, float, float]:
    """Velocity head in the lumen, friction along it, velocity head of a hub of 1 mm."""
    lumen = _speed_m_per_s(flow, bore_mm) ** 2 / (2.0 * GRAVITY_M_PER_S2)
    reynolds = reynolds_number(flow, bore_mm, fluid)
    friction = friction_factor(reynolds) * length_mm / bore_mm * lumen if reynolds > 0.0 else 0.0
    hub = _speed_m_per_s(flow, 1.0) ** 2 / (2.0 * GRAVITY_M_PER_S2)
    return lumen, friction, hub


def _speed_m_per_s(flow: float, bore_mm: float) -> float:
    return flow / _ML_PER_MIN_PER_M3_PER_S / _area_m2(bore_mm)


def _area_m2(bore_mm: float) -> float:
    return math.pi * (bore_mm * 1e-3) ** 2 / 4.0
