"""Injection: what is asked of cement, when it stops, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.physics.cement.bed import CementBed
    from seldinger.physics.cement.fluids import Needle

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
HALF = 0.5
"""Saturation at which a voxel counts as reached."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a needle gives.

    Attributes:
        voxel: (i, j, k) in the bed.
        share: of the whole flow that leaves here.
        radius_mm: of a sphere as open as the tip, which tells its pressure; all pores whose centres
            lie in it are given to. None takes the voxel as it is, and the pressure then depends on
            the grid.

    Raises:
        SimulationError: on construction, a share or radius that is none.
    """

    voxel: tuple[int, int, int]
    share: float = 1.0
    radius_mm: float | None = None

    def __post_init__(self) -> None:
        radius = 1.0 if self.radius_mm is None else self.radius_mm
        if not (0.0 < self.share <= 1.0 and 0.0 < radius < math.inf):
            raise SimulationError(
                f"a tip with {self.share:g} of the flow and a radius of {radius:g} mm: the share "
                "lies above 0 and at most at 1, the radius is positive"
            )


@dataclass(frozen=True, slots=True)
class Injection:
    """What is asked.

    Attributes:
        tips: that give at once; shares add up to 1.
        volume_ml: of cement.
        rate_ml_per_s: as long as the pressure allows.
        limit_kpa: pressure that the syringe can give; infinite where nothing limits it.
        begins_min: since mixing.
        needle: between syringe and each tip; None costs no pressure.

    Raises:
        SimulationError: on construction, shares that do not add up, or a number that is none.
    """

    tips: tuple[Tip, ...]
    volume_ml: float
    rate_ml_per_s: float
    limit_kpa: float = math.inf
    begins_min: float = 0.0
    needle: Needle | None = None

    def __post_init__(self) -> None:
        shares = sum(tip.share for tip in self.tips)
        if not math.isclose(shares, 1.0, rel_tol=1e-9):
            raise SimulationError(
                f"{len(self.tips)} tips give {shares:g} of the flow: shares add up to 1"
            )
        positive = (self.volume_ml, self.rate_ml_per_s)
        if not all(0.0 < one < math.inf for one in positive) or not self.limit_kpa > 0.0:
            raise SimulationError(
                f"{self.volume_ml:g} mL at {self.rate_ml_per_s:g} mL/s and at most "
                f"{self.limit_kpa:g} kPa: all are positive, and only the last may be infinite"
            )
        if not 0.0 <= self.begins_min < math.inf:
            raise SimulationError(f"begins {self.begins_min:g} min after mixing: not before it")


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """What ends an injection before its volume is given.

    Attributes:
        leak_ml: by name of an exit, volume of cement by it that ends the injection; looked at
            after each step.
        least_flow_share: of the asked rate; the injection ends where the syringe gives less.
        touched: masks (a, b, c) by name; reaching a voxel of every one ends the injection.

    Raises:
        SimulationError: on construction, a negative leak, or a share that is none.
    """

    leak_ml: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    least_flow_share: float = 0.05
    touched: Mapping[str, Mask] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not all(one >= 0.0 for one in self.leak_ml.values()):
            raise SimulationError(f"leaks of {dict(self.leak_ml)} mL: none is negative")
        if not 0.0 < self.least_flow_share < 1.0:
            raise SimulationError(
                f"a least share of {self.least_flow_share:g} of the flow: it lies between 0 and 1"
            )


@dataclass(frozen=True, slots=True)
class Numerics:
    """How finely it is computed.

    Attributes:
        courant: share of its pores by which a voxel fills in one step, and of the pores of a
            partly filled one that passes through it, at most, by the rates at the step's beginning.
        longest_s: of a step, for cement ages.
        tolerance: residual of the pressure as a share of what drives it.
        most_iterations: of one solution.
        most_steps: before it is given up.

    Raises:
        SimulationError: on construction, a number out of its range.
    """

    courant: float = 0.5
    longest_s: float = 5.0
    tolerance: float = 1e-6
    most_iterations: int = 20_000
    most_steps: int = 20_000

    def __post_init__(self) -> None:
        ranges = (
            ("courant", 1e-4, 1.0), ("longest_s", 1e-6, 3600.0), ("tolerance", 1e-13, 1e-2),
            ("most_iterations", 1, 10**7), ("most_steps", 1, 10**7),
        )  # fmt: skip
        for name, low, high in ranges:
            if not low <= getattr(self, name) <= high:
                raise SimulationError(
                    f"{name} is {getattr(self, name):g}; it lies between {low:g} and {high:g}"
                )


class FillingEnd(StrEnum):
    """Why an injection came to its end."""

    VOLUME = "the volume asked is given"
    LEAK = "cement left by an exit"
    PRESSURE = "the syringe's pressure no longer moves it"
    TOUCHED = "all masks are touched"
    SET = "cement has set"


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """What came of it; rows are the ends of steps, the first the beginning.

    Attributes:
        bed: as it was.
        saturation: (a, b, c) share of the pores that holds cement.
        arrival_s: (a, b, c) since the beginning, when a voxel was half full; NaN where it is not.
        times_s: (n,).
        given_ml: (n,) of cement.
        flow_ml_per_s: (n,) in the step before; 0 in the first.
        syringe_kpa: (n,) in the step before, before the needle; that of the tip that needs most.
        tip_kpa: (n,) behind it.
        leaked_ml: (n, exits) of cement, in the order of the bed's exits.
        drained_ml: (n, exits) of cement and marrow that has left; where pressures outside differ,
            what enters by one exit leaves by another.
        end: why it ended.
        what: of the end: the exit, or the masks; empty where the end says it all.
        iterations: of all solutions.
    """

    bed: CementBed
    saturation: Floats
    arrival_s: Floats
    times_s: Floats
    given_ml: Floats
    flow_ml_per_s: Floats
    syringe_kpa: Floats
    tip_kpa: Floats
    leaked_ml: Floats
    drained_ml: Floats
    end: FillingEnd
    what: str
    iterations: int

    @property
    def volume_ml(self) -> float:
        """Of cement that was given."""
        return float(self.given_ml[-1])

    @property
    def leaks_ml(self) -> dict[str, float]:
        """Of cement, by exit, at the end."""
        names = (one.name for one in self.bed.exits)
        return dict(zip(names, self.leaked_ml[-1].tolist(), strict=True))

    @property
    def held_ml(self) -> float:
        """Of cement in all pores, cleft included and what was there before."""
        return self._within(np.ones(self.saturation.shape, np.bool_))

    @property
    def cleft_ml(self) -> float:
        """Of cement in the cleft; 0 where there is none."""
        return 0.0 if self.bed.cleft is None else self._within(self.bed.cleft)

    @property
    def bone_ml(self) -> float:
        """Of cement in pores outside the cleft."""
        return self.held_ml - self.cleft_ml

    @property
    def missing_ml(self) -> float:
        """Given, less what is found: rounding, and nothing else."""
        before = self.bed.saturation
        had = 0.0 if before is None else float((before * self.bed.porosity).sum())
        added = self.held_ml - had * self.bed.grid.voxel_ml
        return self.volume_ml - added - float(self.leaked_ml[-1].sum())

    def _within(self, where: Mask) -> float:
        filled = (self.saturation * self.bed.porosity)[where].sum()
        return float(filled) * self.bed.grid.voxel_ml
