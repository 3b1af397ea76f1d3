"""Devices along a vessel: sheaths, catheters, wires, balloons, stents, closure devices.

French is the inner size of a sheath and the outer size of a catheter: both diameters are stored, so
that no reader has to know which was meant. A balloon or a stent has a list of the sizes it is made
in, and what is not in the list does not exist.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Lt, MinLen

from seldinger.catalogue.model import Device, Guidewire
from seldinger.core.errors import CatalogueError
from seldinger.evidence.records import NotNegative, Positive, Text

MM_PER_FRENCH = 1.0 / 3.0
MM_PER_INCH = 25.4
ROUNDING_MM = 0.06
"""Makers round a French to a tenth of a millimetre or a thousandth of an inch."""
_SAME_MM = 1e-6

Tip = Literal[
    "straight", "pigtail", "cobra", "vertebral", "simmons", "multipurpose", "renal-double-curve",
    "hockey-stick",
]  # fmt: skip
Stiffness = Literal["floppy", "standard", "stiff", "extra-stiff", "super-stiff"]
"""As makers call it; two wires of one word may differ fivefold: see ``flexural_modulus_gpa``."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IntroducerSheath(Device):
    """Stays in the artery while catheters go through it; its French is its *inner* size.

    Attributes:
        french: of the largest catheter that passes.
        wall: "thin" for sheaths made for the wrist.
    """

    french: Positive
    wall: Literal["standard", "thin"]

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        bore = self.inner_diameter_mm
        if bore is None or bore < self.french * MM_PER_FRENCH - ROUNDING_MM:
            raise CatalogueError(
                f"device {self.id}: French is the inner size of a sheath, so that a bore of at "
                f"least {self.french * MM_PER_FRENCH:.2f} mm must be told, got {bore}"
            )

    @property
    def size(self) -> str:
        """Its inner French."""
        return f"{self.french:g} F"

    def admits(self, catheter: Device) -> bool:
        """Whether a catheter passes: its outside is no thicker than the bore."""
        bore = self.inner_diameter_mm
        return bore is not None and catheter.outer_diameter_mm <= bore + ROUNDING_MM


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Catheter(Device):
    """A tube with a shaped tip; its French is its *outer* size.

    Attributes:
        french: of the shaft.
        tip: its shape.
    """

    french: Positive
    tip: Tip

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        outer = self.french * MM_PER_FRENCH
        if abs(self.outer_diameter_mm - outer) > ROUNDING_MM:
            raise CatalogueError(
                f"device {self.id}: French is the outer size of a catheter: {self.french:g} F are "
                f"{outer:.2f} mm, got {self.outer_diameter_mm}"
            )

    @property
    def size(self) -> str:
        """Its outer French."""
        return f"{self.french:g} F"

    @property
    def bore_inch(self) -> float | None:
        """Its inner diameter as makers print it; None = not told."""
        return None if self.inner_diameter_mm is None else self.inner_diameter_mm / MM_PER_INCH


class GuideCatheter(Catheter):
    """Carries other devices to the vessel."""


class DiagnosticCatheter(Catheter):
    """Finds the vessel, and carries contrast and wires."""


class Microcatheter(Catheter):
    """Goes through another catheter into small branches; what is given leaves its tip."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VascularGuidewire(Guidewire):
    """A wire along a vessel; ``usable_mm`` is its whole length.

    Attributes:
        stiffness: the word on its label.
        flexural_modulus_gpa: what was measured; None = nothing was.
    """

    stiffness: Stiffness
    flexural_modulus_gpa: Positive | None = None

    @property
    def size(self) -> str:
        """Its diameter in inches, as it is asked for."""
        return f"{self.outer_diameter_mm / MM_PER_INCH:.3f} in"


@dataclass(frozen=True, slots=True)
class DeviceSize:
    """One width in which a balloon or a stent is made, and the lengths it comes in.

    Attributes:
        diameter_mm: at nominal pressure, or unconstrained.
        lengths_mm: of the balloon or stent.
        sheath_french: inner French of the smallest sheath it goes through.
        rated_burst_atm: pressure that is not passed; None for what is not inflated.
    """

    diameter_mm: Positive
    lengths_mm: Annotated[tuple[Positive, ...], MinLen(1)]
    sheath_french: Positive
    rated_burst_atm: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SizedDevice(Device):
    """What is made in a list of widths and lengths; ``usable_mm`` is the shaft.

    Attributes:
        sizes: every one that exists, narrow to wide.
    """

    sizes: Annotated[tuple[DeviceSize, ...], MinLen(1)]

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        for thinner, thicker in pairwise(self.sizes):
            if thicker.diameter_mm <= thinner.diameter_mm:
                raise CatalogueError(
                    f"device {self.id}: sizes go from narrow to wide, each once; got "
                    f"{thinner.diameter_mm:g} before {thicker.diameter_mm:g} mm"
                )
        for one in self.sizes:
            if one.sheath_french * MM_PER_FRENCH < self.outer_diameter_mm - ROUNDING_MM:
                raise CatalogueError(
                    f"device {self.id}: its shaft of {self.outer_diameter_mm} mm does not pass the "
                    f"{one.sheath_french:g} F sheath told for {one.diameter_mm:g} mm"
                )

    @property
    def size(self) -> str:
        """From its narrowest to its widest."""
        return f"{self.sizes[0].diameter_mm:g} to {self.sizes[-1].diameter_mm:g} mm"

    def find_size(self, diameter_mm: float, length_mm: float | None = None) -> DeviceSize:
        """The size of that width, if it is made, and made in that length.

        Args:
            diameter_mm: nominal width.
            length_mm: of the balloon or stent; None: any.

        Raises:
            CatalogueError: it does not exist; the message lists what does.
        """
        for one in self.sizes:
            if abs(one.diameter_mm - diameter_mm) < _SAME_MM:
                if length_mm is None or any(abs(n - length_mm) < _SAME_MM for n in one.lengths_mm):
                    return one
                lengths = ", ".join(f"{n:g}" for n in one.lengths_mm)
                raise CatalogueError(
                    f"{self.id} of {diameter_mm:g} mm is not made {length_mm:g} mm long; "
                    f"there are: {lengths}"
                )
        widths = ", ".join(f"{one.diameter_mm:g}" for one in self.sizes)
        raise CatalogueError(f"{self.id} is not made {diameter_mm:g} mm wide; there are: {widths}")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InflatedDevice(SizedDevice):
    """What a balloon opens, with the chart of its width by pressure.

    Attributes:
        nominal_atm: pressure at which it has its nominal width.
        chart: (pressure in atm, width as a share of the nominal one), by rising pressure.
    """

    nominal_atm: Positive
    chart: Annotated[tuple[tuple[Positive, Positive], ...], MinLen(2)]

    def __post_init__(self) -> None:
        SizedDevice.__post_init__(self)
        for (lower, narrow), (higher, wide) in pairwise(self.chart):
            if higher <= lower or wide < narrow:
                raise CatalogueError(f"device {self.id}: a chart rises; got {self.chart}")
        if abs(self._share_at(self.nominal_atm) - 1.0) > _SAME_MM:
            raise CatalogueError(
                f"device {self.id}: at its nominal {self.nominal_atm:g} atm the chart must say 1"
            )
        for one in self.sizes:
            burst = one.rated_burst_atm
            if burst is None or not self.nominal_atm <= burst <= self.chart[-1][0]:
                raise CatalogueError(
                    f"device {self.id}: the rated burst pressure of {one.diameter_mm:g} mm must "
                    f"lie between nominal {self.nominal_atm:g} atm and the chart's end at "
                    f"{self.chart[-1][0]:g} atm, got {burst}"
                )

    def _share_at(self, pressure_atm: float) -> float:
        pressures, shares = zip(*self.chart, strict=True)
        return float(np.interp(pressure_atm, pressures, shares))

    def inflated_mm(self, diameter_mm: float, pressure_atm: float) -> float:
        """Its width at a pressure, in mm, by the chart: in air, not in a lesion.

        Raises:
            CatalogueError: no such size, less pressure than the chart begins with, or more than
                the rated burst pressure.
        """
        burst, least = self.find_size(diameter_mm).rated_burst_atm, self.chart[0][0]
        if burst is None or not least <= pressure_atm <= burst:
            raise CatalogueError(
                f"{self.id} of {diameter_mm:g} mm: {pressure_atm:g} atm is outside of its chart; "
                f"allowed: {least:g} to {burst:g} atm"
            )
        return diameter_mm * self._share_at(pressure_atm)


class AngioplastyBalloon(InflatedDevice):
    """Opens a stenosis."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DrugCoatedBalloon(InflatedDevice):
    """Brings a drug to the wall.

    Attributes:
        drug: on the balloon.
        dose_density_ug_per_mm2: on its cylinder.
        coating: how the drug lies in it; None = not told.
        excipient: what carries it; None = not told.
    """

    drug: Literal["paclitaxel", "sirolimus"]
    dose_density_ug_per_mm2: Positive
    coating: Literal["crystalline", "amorphous"] | None = None
    excipient: Text | None = None

    def dose_ug(self, diameter_mm: float, length_mm: float) -> float:
        """Drug on the cylinder of one balloon, in ug; its cones are not counted.

        Raises:
            CatalogueError: there is no balloon of that size.
        """
        self.find_size(diameter_mm, length_mm)
        return self.dose_density_ug_per_mm2 * math.pi * diameter_mm * length_mm


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BalloonExpandableStent(InflatedDevice):
    """A stent on a balloon, which decides its width.

    Attributes:
        foreshortening: share of its length that it loses at nominal width; None = not told.
    """

    foreshortening: Annotated[float, Ge(0), Lt(1)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SelfExpandingStent(SizedDevice):
    """A stent that opens by itself, and is made wider than its vessel.

    Attributes:
        least_oversize_mm, most_oversize_mm: how much wider than the vessel it is chosen.
        foreshortening: share of its length that it loses when it opens; None = not told.
        drug: it carries; None = a bare one.
    """

    least_oversize_mm: NotNegative
    most_oversize_mm: Positive
    foreshortening: Annotated[float, Ge(0), Lt(1)] | None = None
    drug: Literal["paclitaxel", "sirolimus"] | None = None

    def __post_init__(self) -> None:
        SizedDevice.__post_init__(self)
        if self.most_oversize_mm < self.least_oversize_mm:
            raise CatalogueError(
                f"device {self.id}: most_oversize_mm {self.most_oversize_mm:g} is less than "
                f"least_oversize_mm {self.least_oversize_mm:g}"
            )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClosureDevice(Device):
    """Closes the hole that a sheath left.

    Attributes:
        mechanism: how.
        smallest_french, largest_french: inner French of the sheaths whose hole it closes.
        least_artery_mm: it is not for narrower arteries; None = not told.
    """

    mechanism: Literal["plug", "suture", "clip", "compression"]
    smallest_french: Positive
    largest_french: Positive
    least_artery_mm: Positive | None = None

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        if self.largest_french < self.smallest_french:
            raise CatalogueError(
                f"device {self.id}: closes from {self.smallest_french:g} to "
                f"{self.largest_french:g} F: the second must not be less"
            )
