"""Balloon: how wide it is at which pressure, how long, and what it leaves of its chart in a vessel.

A chart is what a maker measured in air or water. In a lesion a balloon stays short of it, and the
vessel springs back when it is let down: both are given as distributions, with who measured them.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.structure.lumen import Lumen

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ComplianceChart:
    """Diameter by pressure, as printed with a balloon.

    Attributes:
        pressure_atm: rising; at least two.
        diameter_mm: at each pressure; never falling.
        rated_burst_atm: beyond which nothing is said; the chart may run no further.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    pressure_atm: tuple[float, ...]
    diameter_mm: tuple[float, ...]
    rated_burst_atm: float

    __repr__ = short_repr

    def __post_init__(self) -> None:
        pressure, wide = self.pressure_atm, self.diameter_mm
        if len(pressure) != len(wide) or len(pressure) < 2:  # noqa: PLR2004
            raise ValueError(
                f"a chart has one diameter a pressure, at least two, got {len(pressure)} pressures "
                f"and {len(wide)} diameters"
            )
        if not (np.diff(pressure) > 0.0).all() or not pressure[0] > 0.0:
            raise ValueError(f"pressures of a chart are positive and rise, got {pressure}")
        if not (np.diff(wide) >= 0.0).all() or not wide[0] > 0.0:
            raise ValueError(f"diameters of a chart are positive and never fall, got {wide}")
        if not pressure[-1] <= self.rated_burst_atm:
            raise ValueError(
                f"the chart runs to {pressure[-1]:g} atm, the rated burst pressure is "
                f"{self.rated_burst_atm:g} atm: leave out what lies beyond it"
            )

    def read_mm(self, pressure_atm: float) -> float:
        """Diameter at ``pressure_atm``, between the chart's rows along a straight line.

        Raises:
            ValueError: beyond the rated burst pressure, or outside the chart.
        """
        if pressure_atm > self.rated_burst_atm:
            raise ValueError(
                f"{pressure_atm:g} atm is beyond the rated burst pressure of "
                f"{self.rated_burst_atm:g} atm: inflate less, or take a balloon that bears it"
            )
        if not self.pressure_atm[0] <= pressure_atm <= self.pressure_atm[-1]:
            raise ValueError(
                f"the chart tells diameters from {self.pressure_atm[0]:g} to "
                f"{self.pressure_atm[-1]:g} atm, not at {pressure_atm:g} atm: stay on it"
            )
        return float(np.interp(pressure_atm, self.pressure_atm, self.diameter_mm))

    def pressure_for(self, diameter_mm: float) -> float:
        """The least pressure (atm) at which the chart says ``diameter_mm``.

        Raises:
            ValueError: the chart never says so.
        """
        if not self.diameter_mm[0] <= diameter_mm <= self.diameter_mm[-1]:
            raise ValueError(
                f"this balloon is {self.diameter_mm[0]:g} to {self.diameter_mm[-1]:g} mm wide, "
                f"never {diameter_mm:g} mm: take another size"
            )
        wide = np.array(self.diameter_mm)
        rises = np.concatenate([[True], np.diff(wide) > 0.0])
        return float(np.interp(diameter_mm, wide[rises], np.array(self.pressure_atm)[rises]))


@dataclass(frozen=True, slots=True)
class Balloon:
    """A balloon of an angioplasty catheter.

    Attributes:
        nominal_mm: diameter by which it is called.
        length_mm: of the part between the shoulders.
        chart: its diameter by pressure, at its proximal end where it is tapered.
        shoulder_mm: length over which each end falls to the shaft.
        shaft_mm: diameter of the catheter that carries it.
        taper: distal over proximal diameter; 1 where it is straight.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    nominal_mm: float
    length_mm: float
    chart: ComplianceChart
    shoulder_mm: float
    shaft_mm: float
    taper: float = 1.0

    __repr__ = short_repr

    def __post_init__(self) -> None:
        for name in ("nominal_mm", "length_mm", "shaft_mm", "taper"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not self.shoulder_mm >= 0.0:
            raise ValueError(f"shoulder_mm must not be negative, got {self.shoulder_mm}")
        if not self.chart.diameter_mm[0] <= self.nominal_mm <= self.chart.diameter_mm[-1]:
            raise ValueError(
                f"a balloon of {self.nominal_mm:g} mm has a chart of {self.chart.diameter_mm[0]:g} "
                f"to {self.chart.diameter_mm[-1]:g} mm: give the chart of this size"
            )

    def outline_mm(self, lumen: Lumen, centre_mm: float, pressure_atm: float) -> Floats:
        """(n,) free diameter at each place of ``lumen``; 0 where the balloon is not.

        Args:
            lumen: gives the places.
            centre_mm: along it, of the middle between the shoulders.
            pressure_atm: in the balloon.

        Raises:
            ValueError: the pressure is not on the chart, the balloon leaves the known lumen, or too
                few places lie under it.
        """
        wide = self.chart.read_mm(pressure_atm)
        start, end = centre_mm - 0.5 * self.length_mm, centre_mm + 0.5 * self.length_mm
        if start - self.shoulder_mm < 0.0 or end + self.shoulder_mm > lumen.length_mm:
            raise ValueError(
                f"the balloon reaches from {start - self.shoulder_mm:g} to "
                f"{end + self.shoulder_mm:g} mm, the lumen is known from 0 to "
                f"{lumen.length_mm:g} mm: move it, or follow the vessel further"
            )
        lumen.check_sampled(start, end)
        edge = max(self.shoulder_mm, 1e-9 * lumen.length_mm)
        outline: Floats = np.interp(
            lumen.along_mm, (start - edge, start, end, end + edge),
            (self.shaft_mm, wide, wide * self.taper, self.shaft_mm), left=0.0, right=0.0,
        )  # fmt: skip
        return outline


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How much smaller a diameter comes out, as it was measured in others: an input, with spread.

    Attributes:
        distribution: mean and standard deviation; draws below 0 count as 0.
        unit: "mm", or "%" of the diameter that it is taken off.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, the mean is negative or there is no source.
    """

    distribution: NormalDist
    unit: Literal["mm", "%"]
    source: str

    def __post_init__(self) -> None:
        if self.distribution.mean < 0.0:
            raise ValueError(
                f"a shortfall is 0 or more, got a mean of {self.distribution.mean:g} {self.unit}"
            )
        if not self.source.strip():
            raise ValueError("a shortfall has a source: say who measured it")

    def taken_off(self, diameter_mm: Floats, normal: Floats | float) -> Floats:
        """What is left of a diameter, never less than nothing.

        Args:
            diameter_mm: of any shape that goes with ``normal``, such as (n,).
            normal: how many standard deviations from the mean, such as (draws, 1).
        """
        off = np.maximum(self.distribution.mean + self.distribution.stdev * np.asarray(normal), 0.0)
        loss = off if self.unit == "mm" else 0.01 * off * diameter_mm
        left: Floats = np.maximum(diameter_mm - loss, 0.0)
        return left


@dataclass(frozen=True, slots=True)
class Expansion:
    """From a balloon's chart to the lumen that it leaves.

    Attributes:
        deficit: how far the balloon stays below its chart inside the lesion.
        recoil: how far the vessel springs back from the balloon when it is let down.
    """

    deficit: Shortfall
    recoil: Shortfall

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Draws:
    """How often a spread is drawn, and the seed of it.

    Raises:
        ValueError: on construction, fewer than twenty: they have no 5th percentile.
    """

    count: int
    seed: int

    def __post_init__(self) -> None:
        if self.count < 20:  # noqa: PLR2004
            raise ValueError(f"a spread needs at least 20 draws, got {self.count}")

    def normals(self, columns: int) -> Floats:
        """(count, columns) standard normal, one draw in each of ``count`` equal strata."""
        rng, normal = np.random.default_rng(self.seed), NormalDist()
        strata = np.stack([rng.permutation(self.count) for _ in range(columns)], axis=1)
        chance = (strata + rng.uniform(size=strata.shape)) / self.count
        drawn: Floats = np.vectorize(normal.inv_cdf)(np.clip(chance, 1e-12, 1.0 - 1e-12))
        return drawn
