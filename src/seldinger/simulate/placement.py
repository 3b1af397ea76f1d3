"""Placement: a device on its way, and the phases of what it does there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Quantity
from seldinger.core.shapes import Curve
from seldinger.core.space import Vector, as_vector

POWER, TEMPERATURE, DUTY = "power", "temperature", "duty"
"""Names of set points: W at an antenna or electrode, degrees Celsius of a cryoprobe's wall, and the
share of the time that it works."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a device's programme.

    Attributes:
        act: "heat", "freeze", "thaw", "pause", "inject" or another verb.
        seconds: how long.
        setpoints: what is set at the device; none where it is passive.
    """

    act: str
    seconds: float
    setpoints: tuple[Quantity, ...] = ()

    def get_setpoint(self, name: str) -> float | None:
        """The value of a set point by its name; None where nothing of that name is set."""
        return next((q.value for q in self.setpoints if q.name == name), None)

    @property
    def power_w(self) -> float | None:
        """At the antenna or electrode; None when it is no heater."""
        return self.get_setpoint(POWER)

    @property
    def temperature_c(self) -> float | None:
        """Of a cryoprobe's wall; None when it is passive or no cryoprobe."""
        return self.get_setpoint(TEMPERATURE)


def make_heating(seconds: float, power_w: float | None = None) -> Phase:
    """Heat at ``power_w`` of the antenna or electrode; None leaves the power to the generator."""
    return Phase("heat", seconds, () if power_w is None else (Quantity(POWER, power_w, "W"),))


def freeze(seconds: float, temperature_c: float | None = None) -> Phase:
    """Freeze; the wall as cold as ``temperature_c``, or as the probe gets where that is None."""
    wall = () if temperature_c is None else (Quantity(TEMPERATURE, temperature_c, "Cel"),)
    return Phase("freeze", seconds, wall)


@dataclass(frozen=True, slots=True)
class Placement:
    """A device on its curve, and its programme.

    Attributes:
        name: what it is called in the plan: "needle", "probe 2".
        device: id in the catalogue.
        points_lps_mm: of its curve, from outside the patient to the tip; at least two.
        programme: what it does there, in order; empty where it only lies there.
        route: number, from 0, of the way among the approach's that it takes.

    Raises:
        ValueError: on construction, the points make no curve.
    """

    name: str
    device: str
    points_lps_mm: tuple[Vector, ...]
    programme: tuple[Phase, ...] = ()
    route: int | None = None

    __repr__ = short_repr

    def __post_init__(self) -> None:
        _ = self.curve

    @property
    def words(self) -> str:
        """In a sentence: "the needle", "probe 2"."""
        return self.name if self.name[-1:].isdigit() else f"the {self.name}"

    @property
    def curve(self) -> Curve:
        """From outside to the tip."""
        return Curve(np.asarray(self.points_lps_mm, dtype=np.float64))

    @property
    def tip_lps_mm(self) -> Vector:
        """The last point."""
        return self.points_lps_mm[-1]

    @property
    def axis_lps(self) -> Vector:
        """Unit vector from the tip back along the device."""
        back = np.subtract(self.points_lps_mm[-2], self.points_lps_mm[-1])
        return as_vector(back / np.linalg.norm(back))

    @property
    def seconds(self) -> float:
        """From first to last, pauses included."""
        return math.fsum(phase.seconds for phase in self.programme)
