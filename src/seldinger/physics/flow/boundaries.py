"""Boundaries: what drives a network of vessels and what it drains into; each at one node."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CORNERS = 2


@dataclass(frozen=True, slots=True)
class Waveform:
    """One value, or a table of a period: straight between its times, then from the start again.

    Attributes:
        values: one, or as many as there are times; in the unit of whatever carries the waveform.
        times_s: empty for a constant; otherwise rising from 0, the last being the period.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    values: tuple[float, ...]
    times_s: tuple[float, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (*self.values, *self.times_s))):
            raise ValueError("a waveform holds a number that is not finite: leave it out")
        if not self.times_s:
            if len(self.values) != 1:
                raise ValueError(
                    f"a waveform of {len(self.values)} values has no times; one value stands "
                    "alone, a table has a time for each: give the times"
                )
            return
        if len(self.times_s) != len(self.values) or len(self.times_s) < _CORNERS:
            raise ValueError(
                f"a waveform has {len(self.times_s)} times and {len(self.values)} values; a table "
                "has two or more, as many of one as of the other: complete it"
            )
        if self.times_s[0] != 0.0 or not all(a < b for a, b in pairwise(self.times_s)):
            raise ValueError(
                f"the times of a waveform run from {self.times_s[0]:g} to {self.times_s[-1]:g} s; "
                "they rise from 0 to the period: sort and shift them"
            )

    @property
    def period_s(self) -> float | None:
        """After what time it repeats; None for a constant."""
        return self.times_s[-1] if self.times_s else None

    @property
    def mean(self) -> float:
        """Over the period."""
        if not self.times_s:
            return self.values[0]
        return float(np.trapezoid(self.values, self.times_s)) / self.times_s[-1]

    def sampled(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at ``times_s`` (t,), repeated with the period: (t,)."""
        if not self.times_s:
            return np.full(len(times_s), self.values[0])
        within = np.mod(times_s, self.times_s[-1])
        found: NDArray[np.float64] = np.interp(within, self.times_s, self.values)
        return found


@dataclass(frozen=True, slots=True)
class FlowBoundary:
    """Flow is given; positive into the network, in mL/s."""

    name: str
    node: str
    flow_ml_per_s: Waveform


@dataclass(frozen=True, slots=True)
class PressureBoundary:
    """Pressure is given, in mmHg."""

    name: str
    node: str
    pressure_mmhg: Waveform


@dataclass(frozen=True, slots=True)
class ResistanceBoundary:
    """A bed of one resistance to a distal pressure.

    Raises:
        ValueError: on construction, the resistance is not positive.
    """

    name: str
    node: str
    resistance_mmhg_s_per_ml: float
    distal_mmhg: float

    def __post_init__(self) -> None:
        _check(self.name, self.resistance_mmhg_s_per_ml, (), self.distal_mmhg)


@dataclass(frozen=True, slots=True)
class WindkesselBoundary:
    """A bed of three elements, RCR: proximal resistance, compliance to ground, distal resistance.

    Attributes:
        name: of the bed.
        node: where it is attached.
        proximal_mmhg_s_per_ml: resistance before the compliance; may be zero.
        compliance_ml_per_mmhg: may be zero.
        resistance_mmhg_s_per_ml: behind the compliance; positive.
        distal_mmhg: pressure behind all of it.

    Raises:
        ValueError: on construction, a number is out of its range.
    """

    name: str
    node: str
    proximal_mmhg_s_per_ml: float
    compliance_ml_per_mmhg: float
    resistance_mmhg_s_per_ml: float
    distal_mmhg: float

    def __post_init__(self) -> None:
        others = (self.proximal_mmhg_s_per_ml, self.compliance_ml_per_mmhg)
        _check(self.name, self.resistance_mmhg_s_per_ml, others, self.distal_mmhg)


@dataclass(frozen=True, slots=True)
class CoronaryBoundary:
    """A bed in a wall that squeezes it: the muscle's pressure stands behind the second compliance.

    Attributes:
        name: of the bed.
        node: where it is attached.
        arterial_mmhg_s_per_ml: Ra1, before the arterial compliance.
        arterial_ml_per_mmhg: Ca, to ground.
        small_mmhg_s_per_ml: Ra2, of the small arteries.
        muscle_ml_per_mmhg: Cc, to the pressure of the muscle.
        resistance_mmhg_s_per_ml: Rv1, of the veins; positive.
        muscle_mmhg: Pim over time.
        distal_mmhg: Pv, of the vein.

    Raises:
        ValueError: on construction, a number is out of its range.
    """

    name: str
    node: str
    arterial_mmhg_s_per_ml: float
    arterial_ml_per_mmhg: float
    small_mmhg_s_per_ml: float
    muscle_ml_per_mmhg: float
    resistance_mmhg_s_per_ml: float
    muscle_mmhg: Waveform
    distal_mmhg: float

    def __post_init__(self) -> None:
        others = (
            self.arterial_mmhg_s_per_ml,
            self.arterial_ml_per_mmhg,
            self.small_mmhg_s_per_ml,
            self.muscle_ml_per_mmhg,
        )
        _check(self.name, self.resistance_mmhg_s_per_ml, others, self.distal_mmhg)


BedBoundary = ResistanceBoundary | WindkesselBoundary | CoronaryBoundary
"""What drains through a resistance to a pressure."""
Boundary = FlowBoundary | PressureBoundary | BedBoundary


def boundary_waveform(boundary: Boundary) -> Waveform | None:
    """What of ``boundary`` may change with time; None where nothing does."""
    if isinstance(boundary, FlowBoundary):
        return boundary.flow_ml_per_s
    if isinstance(boundary, PressureBoundary):
        return boundary.pressure_mmhg
    return boundary.muscle_mmhg if isinstance(boundary, CoronaryBoundary) else None


def total_resistance_mmhg_s_per_ml(bed: BedBoundary) -> float:
    """What steady flow meets in ``bed``."""
    total = bed.resistance_mmhg_s_per_ml
    if isinstance(bed, WindkesselBoundary):
        total += bed.proximal_mmhg_s_per_ml
    if isinstance(bed, CoronaryBoundary):
        total += bed.arterial_mmhg_s_per_ml + bed.small_mmhg_s_per_ml
    return total


def _check(name: str, resistance: float, others: tuple[float, ...], distal_mmhg: float) -> None:
    if not (math.isfinite(resistance) and resistance > 0.0):
        raise ValueError(
            f"boundary {name} drains through {resistance:g} mmHg s/mL; its last resistance is "
            "positive and finite: where there is none, give the pressure"
        )
    if not all(math.isfinite(one) and one >= 0.0 for one in others):
        raise ValueError(
            f"boundary {name} has a resistance or compliance among {others}; none is negative or "
            "infinite: correct it"
        )
    if not math.isfinite(distal_mmhg):
        raise ValueError(f"boundary {name} drains to {distal_mmhg} mmHg: give a finite pressure")
