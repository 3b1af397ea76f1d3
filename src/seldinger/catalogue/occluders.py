"""Occluders: coils and plugs that close a vessel where they lie.

``usable_mm`` is the pusher; the outer diameter is what passes the catheter.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from annotated_types import MinLen

from seldinger.catalogue.model import Device
from seldinger.core.errors import CatalogueError
from seldinger.evidence.records import Positive, Text


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Occluder(Device):
    """Closes a vessel where it lies.

    Attributes:
        landing_mm: stretch of vessel that it lies in.
    """

    landing_mm: Positive


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coil(Occluder):
    """A wire that curls up in the vessel.

    Attributes:
        diameters_mm: of its loops when free, narrow to wide.
        bore_mm: inner diameter of the narrowest catheter that it goes through.
    """

    diameters_mm: Annotated[tuple[Positive, ...], MinLen(1)]
    bore_mm: Positive

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        _check_rising(self.id, self.diameters_mm)

    @property
    def size(self) -> str:
        """From its narrowest to its widest."""
        return f"{self.diameters_mm[0]:g} to {self.diameters_mm[-1]:g} mm"


@dataclass(frozen=True, slots=True)
class PlugSize:
    """One plug of a family.

    Attributes:
        name: as it is asked for.
        diameter_mm: when free.
        bore_mm: inner diameter of the narrowest catheter that it goes through.
        vessel_mm: narrowest and widest vessel that its maker names; None: by its oversize.
        facts: ids of evidence that these numbers were taken from.
    """

    name: Text
    diameter_mm: Positive
    bore_mm: Positive
    vessel_mm: tuple[Positive, Positive] | None = None
    facts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VascularPlug(Occluder):
    """A basket that opens in the vessel.

    Attributes:
        plugs: every one that exists, narrow to wide.
    """

    plugs: Annotated[tuple[PlugSize, ...], MinLen(1)]

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        _check_rising(self.id, tuple(one.diameter_mm for one in self.plugs))
        for one in self.plugs:
            if one.vessel_mm is not None and not one.vessel_mm[0] < one.vessel_mm[1]:
                raise CatalogueError(
                    f"device {self.id}: plug {one.name} is for vessels from {one.vessel_mm[0]:g} "
                    f"to {one.vessel_mm[1]:g} mm: the second must be more"
                )

    @property
    def size(self) -> str:
        """From its narrowest to its widest."""
        return f"{self.plugs[0].diameter_mm:g} to {self.plugs[-1].diameter_mm:g} mm"


def _check_rising(device: str, diameters_mm: tuple[float, ...]) -> None:
    for thinner, thicker in pairwise(diameters_mm):
        if thicker <= thinner:
            raise CatalogueError(
                f"device {device}: sizes go from narrow to wide, each once; got {thinner:g} before "
                f"{thicker:g} mm"
            )
