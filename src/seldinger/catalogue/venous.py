"""Devices for veins: filters of the cava, catheters that dissolve a clot or take it out.

French is the inner size of the sheath that each needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, MinLen

from seldinger.catalogue.model import Device
from seldinger.catalogue.vascular import MM_PER_FRENCH, ROUNDING_MM
from seldinger.core.errors import CatalogueError
from seldinger.evidence.records import Positive


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CavalFilter(Device):
    """Keeps clots of the legs out of the lungs; ``usable_mm`` is the shaft that brings it.

    Attributes:
        design: "conical", "two-level" or "nest".
        retrievable: made to be taken out again.
        largest_cava_mm: widest cava that its label allows.
        least_cava_mm: narrowest one; None = not told.
        free_diameter_mm: of its struts where nothing holds them.
        height_mm: from the struts' ends at the wall to the head, in the cava.
        hub_mm: thickness of the head.
        struts: that stand against the wall, evenly spaced; None for a nest of wires.
        sheath_french: inner French of the smallest sheath it goes through.
    """

    design: Literal["conical", "two-level", "nest"]
    retrievable: bool
    largest_cava_mm: Positive
    least_cava_mm: Positive | None = None
    free_diameter_mm: Positive
    height_mm: Positive
    hub_mm: Positive
    struts: Annotated[int, Ge(3)] | None = None
    sheath_french: Positive

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        if self.largest_cava_mm >= self.free_diameter_mm:
            raise CatalogueError(
                f"device {self.id}: its struts open to {self.free_diameter_mm:g} mm, and do not "
                f"reach the wall of a cava of {self.largest_cava_mm:g} mm"
            )
        if self.least_cava_mm is not None and self.least_cava_mm >= self.largest_cava_mm:
            raise CatalogueError(
                f"device {self.id}: the narrowest cava, {self.least_cava_mm:g} mm, is no narrower "
                f"than the widest, {self.largest_cava_mm:g} mm"
            )
        if self.outer_diameter_mm > self.sheath_french * MM_PER_FRENCH + ROUNDING_MM:
            raise CatalogueError(
                f"device {self.id}: its shaft of {self.outer_diameter_mm} mm does not pass the "
                f"{self.sheath_french:g} F sheath"
            )

    @property
    def size(self) -> str:
        """The widest cava that it is for."""
        return f"to {self.largest_cava_mm:g} mm"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InfusionCatheter(Device):
    """Lies in a clot and lets a drug out along its side holes.

    Attributes:
        infused_mm: lengths of the part with side holes, short to long.
        sheath_french: inner French of the smallest sheath it goes through.
    """

    infused_mm: Annotated[tuple[Positive, ...], MinLen(1)]
    sheath_french: Positive

    @property
    def size(self) -> str:
        """From its shortest to its longest part with side holes."""
        return f"{self.infused_mm[0]:g} to {self.infused_mm[-1]:g} mm"

    def choose_length_mm(self, clot_mm: float) -> float:
        """The shortest part with side holes that covers a clot; the longest where none does."""
        return next((one for one in self.infused_mm if one >= clot_mm), self.infused_mm[-1])


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClotRemover(Device):
    """Takes a clot out of a vein pass by pass, without a drug.

    Attributes:
        least_vein_mm, largest_vein_mm: veins that it is for.
        sheath_french: inner French of the sheath it goes through.
    """

    least_vein_mm: Positive
    largest_vein_mm: Positive
    sheath_french: Positive

    @property
    def size(self) -> str:
        """The sheath that it needs."""
        return f"{self.sheath_french:g} F"
