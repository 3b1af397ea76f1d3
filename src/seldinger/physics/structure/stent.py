"""Stent: what opens by itself and what a balloon opens, and how its length follows its diameter.

A braid keeps its wires: narrower, it is longer, by a closed form. Of a cut stent a maker tells by
how many per cent it shortens from the catheter to its nominal diameter; between them a straight
line stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.structure.balloon import ComplianceChart
    from seldinger.physics.structure.lumen import Lumen

    Floats = NDArray[np.float64]


class Sized(Protocol):
    """What is sold by diameter and length."""

    @property
    def nominal_mm(self) -> float:
        """Diameter by which it is called."""

    @property
    def length_mm(self) -> float:
        """At that diameter."""


S = TypeVar("S", bound=Sized)


@dataclass(frozen=True, slots=True)
class Braid:
    """Wires wound as helices that keep their length.

    Attributes:
        angle_deg: between a wire and the axis, at the nominal diameter; above 0, below 90.

    Raises:
        ValueError: on construction, another angle.
    """

    angle_deg: float

    def __post_init__(self) -> None:
        if not 0.0 < self.angle_deg < 90.0:  # noqa: PLR2004
            raise ValueError(f"a braid's angle lies between 0 and 90 degrees, got {self.angle_deg}")

    def length_ratio(self, opening: Floats) -> Floats:
        """(n,) length over nominal length, where ``opening`` (n,) is diameter over nominal.

        Raises:
            ValueError: its wires are too short for so wide a braid.
        """
        squared = 1.0 + math.tan(math.radians(self.angle_deg)) ** 2 * (1.0 - opening**2)
        if (squared <= 0.0).any():
            raise ValueError(
                f"a braid of {self.angle_deg:g} degrees cannot open to {opening.max():g} of its "
                "nominal diameter: its wires are too short"
            )
        ratio: Floats = np.sqrt(squared)
        return ratio


@dataclass(frozen=True, slots=True)
class Foreshortening:
    """A stent that shortens evenly as it opens.

    Attributes:
        percent: of its length on the catheter, lost by the time it has its nominal diameter;
            negative where it grows longer.
        crimped: diameter on the catheter over nominal.

    Raises:
        ValueError: on construction, a share that is none.
    """

    percent: float
    crimped: float

    def __post_init__(self) -> None:
        if not (self.percent < 100.0 and 0.0 < self.crimped < 1.0):  # noqa: PLR2004
            raise ValueError(
                "a stent shortens by less than 100 % and is crimped to a share between 0 and 1 of "
                f"its diameter, got {self}"
            )

    def length_ratio(self, opening: Floats) -> Floats:
        """(n,) length over nominal length, where ``opening`` (n,) is diameter over nominal.

        Raises:
            ValueError: opened so far nothing of it would be left.
        """
        lost = 0.01 * self.percent * (opening - self.crimped) / (1.0 - self.crimped)
        if (lost >= 1.0).any():
            raise ValueError(f"opened to {opening.max():g} of its diameter no length is left")
        ratio: Floats = (1.0 - lost) / (1.0 - 0.01 * self.percent)
        return ratio


@dataclass(frozen=True, slots=True)
class SelfExpandingStent:
    """Opens by itself up to its nominal diameter.

    Attributes:
        nominal_mm: diameter that it has where nothing holds it.
        length_mm: at that diameter.
        shortening: how its length follows its diameter.

    Raises:
        ValueError: on construction, a size that is not positive.
    """

    nominal_mm: float
    length_mm: float
    shortening: Braid | Foreshortening

    __repr__ = short_repr

    def __post_init__(self) -> None:
        _check_size(self)

    @property
    def most_mm(self) -> float:
        """The widest that it can be."""
        return self.nominal_mm


@dataclass(frozen=True, slots=True)
class BalloonExpandableStent:
    """Stays as wide as its balloon has made it, but for recoil.

    Attributes:
        nominal_mm: diameter by which it is called.
        length_mm: at that diameter.
        shortening: how its length follows its diameter.
        chart: of the balloon that carries it.
        most_mm: to which it may be dilated at all.

    Raises:
        ValueError: on construction, a size that is not positive, or a limit below the diameter.
    """

    nominal_mm: float
    length_mm: float
    shortening: Braid | Foreshortening
    chart: ComplianceChart
    most_mm: float

    __repr__ = short_repr

    def __post_init__(self) -> None:
        _check_size(self)
        if self.most_mm < self.nominal_mm:
            raise ValueError(
                f"a stent of {self.nominal_mm:g} mm opens at least so far, not to {self.most_mm:g}"
            )


Stent = SelfExpandingStent | BalloonExpandableStent


@dataclass(frozen=True, slots=True)
class PlacedStent:
    """A stent in its place.

    Attributes:
        stent: which.
        from_mm, to_mm: what it covers along the vessel, opened.
    """

    stent: Stent
    from_mm: float
    to_mm: float

    __repr__ = short_repr

    @property
    def covered_mm(self) -> float:
        """Its length in the vessel."""
        return self.to_mm - self.from_mm


def place_stent(stent: Stent, lumen: Lumen, from_mm: float) -> PlacedStent:
    """``stent`` opened from ``from_mm`` on: narrower than nominal it reaches further.

    Args:
        stent: which.
        lumen: in which it stands, as wide as it will be.
        from_mm: along it, of the proximal end.

    Raises:
        ValueError: it begins or ends outside the known lumen.
    """
    along = np.union1d(lumen.along_mm, [from_mm])
    if not 0.0 <= from_mm < lumen.length_mm:
        raise ValueError(
            f"a stent cannot begin at {from_mm:g} mm; the lumen is known from 0 to "
            f"{lumen.length_mm:g} mm: move it, or follow the vessel further"
        )
    along = along[along >= from_mm]
    wide = np.minimum(np.interp(along, lumen.along_mm, lumen.area_diameter_mm), stent.most_mm)
    stretched = 1.0 / stent.shortening.length_ratio(wide / stent.nominal_mm)
    nominal = np.concatenate(
        [[0.0], np.cumsum(0.5 * (stretched[1:] + stretched[:-1]) * np.diff(along))]
    )
    if nominal[-1] < stent.length_mm * (1.0 - 1e-9):
        raise ValueError(
            f"a stent of {stent.length_mm:g} mm that begins at {from_mm:g} mm ends beyond the "
            f"known lumen of {lumen.length_mm:g} mm: move it, or follow the vessel further"
        )
    return PlacedStent(stent, from_mm, float(np.interp(stent.length_mm, nominal, along)))


def find_size(nominal_mm: float, length_mm: float, sizes: Sequence[S]) -> S:
    """The one of ``sizes`` that has this diameter and length.

    Args:
        nominal_mm: diameter asked for.
        length_mm: length asked for.
        sizes: those that there are.

    Raises:
        ValueError: there is none; the nearest is named.
    """
    if not sizes:
        raise ValueError("there are no sizes to choose from: give those that are on the shelf")
    for one in sizes:
        if math.isclose(one.nominal_mm, nominal_mm) and math.isclose(one.length_mm, length_mm):
            return one
    nearest = min(
        sizes, key=lambda s: (abs(s.nominal_mm - nominal_mm), abs(s.length_mm - length_mm))
    )
    raise ValueError(
        f"there is none of {nominal_mm:g} x {length_mm:g} mm; the nearest is "
        f"{nearest.nominal_mm:g} x {nearest.length_mm:g} mm"
    )


def _check_size(stent: Stent) -> None:
    if not (stent.nominal_mm > 0.0 and stent.length_mm > 0.0):
        raise ValueError(
            f"a stent's size is positive, got {stent.nominal_mm:g} x {stent.length_mm:g} mm"
        )
