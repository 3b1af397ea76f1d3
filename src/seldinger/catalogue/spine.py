"""Spine: what goes into a vertebra: cannulas, and balloons that make room for cement.

The cement itself has no shaft, and is in ``cements``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from annotated_types import MinLen

from seldinger.catalogue.model import Device, Needle
from seldinger.core.errors import CatalogueError
from seldinger.evidence.records import Count, Positive, Text


class BoneCannula(Needle):
    """Stays in the bone while cement, a balloon or a biopsy needle goes through it.

    Its bore is that of regular-wall tubing, or unknown: cannulas are made with thinner walls.
    """


@dataclass(frozen=True, slots=True)
class BoneBalloonSize:
    """One balloon of a family.

    Attributes:
        name: as it is asked for.
        length_mm: of the balloon.
        most_volume_ml: that it may be filled with.
        facts: ids of evidence that its length was taken from; its volume has none.
    """

    name: Text
    length_mm: Positive
    most_volume_ml: Positive
    facts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BoneBalloon(Device):
    """A balloon that makes a cavity in a vertebra, on its catheter.

    Attributes:
        cannula_gauge: of the thinnest cannula that it goes through.
        most_atm: pressure that it withstands within bone.
        balloons: every one that exists, short to long.
    """

    cannula_gauge: Count
    most_atm: Positive
    balloons: Annotated[tuple[BoneBalloonSize, ...], MinLen(1)]

    def __post_init__(self) -> None:
        Device.__post_init__(self)
        for shorter, longer in pairwise(self.balloons):
            if longer.length_mm <= shorter.length_mm:
                raise CatalogueError(
                    f"device {self.id}: balloons go from short to long, each once; got "
                    f"{shorter.length_mm:g} before {longer.length_mm:g} mm"
                )
            if longer.most_volume_ml < shorter.most_volume_ml:
                raise CatalogueError(
                    f"device {self.id}: balloon {longer.name} is longer than {shorter.name} and "
                    f"holds less ({longer.most_volume_ml:g} of {shorter.most_volume_ml:g} mL)"
                )

    @property
    def size(self) -> str:
        """From its shortest to its longest."""
        lengths = [f"{one.length_mm:g}" for one in self.balloons]
        return f"{' to '.join(dict.fromkeys((lengths[0], lengths[-1])))} mm"

    def find_balloon(self, length_mm: float) -> BoneBalloonSize:
        """The balloon of that length.

        Raises:
            CatalogueError: none is made so long; those that are, are named.
        """
        for one in self.balloons:
            if one.length_mm == length_mm:
                return one
        there = ", ".join(f"{one.length_mm:g}" for one in self.balloons)
        raise CatalogueError(
            f"{self.id} has no balloon of {length_mm:g} mm; there are: {there}: choose one"
        )

    def admitted_by(self, cannula: BoneCannula) -> bool:
        """Whether it goes through a cannula; a smaller gauge is wider."""
        return cannula.gauge <= self.cannula_gauge
