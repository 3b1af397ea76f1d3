"""Lumen: how wide a vessel is along its centreline; a curve with radius and back.

Two diameters, each by name: of the disc as large as the section, and of the circle as long as its
edge. They are one where a section is round; the edge is what a stent has to fill.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread
from seldinger.core.shapes import Curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDING = 1e-9
_LEAST_PLACES = 5
_APART_MM = 1e-5
"""Points of a curve that lie nearer together than a tenth of this coincide."""


@dataclass(frozen=True, slots=True, eq=False)
class Lumen:
    """Diameters along a vessel.

    Attributes:
        along_mm: (n,) way along the centreline from 0, rising; at least two places.
        area_diameter_mm: (n,) of a disc as large as the section.
        perimeter_diameter_mm: (n,) of a circle as long as its edge; never less than the former.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    along_mm: Floats
    area_diameter_mm: Floats
    perimeter_diameter_mm: Floats

    __repr__ = short_repr

    def __post_init__(self) -> None:
        along = _frozen(self.along_mm)
        if along.ndim != 1 or len(along) < 2 or along[0] != 0.0 or not (np.diff(along) > 0.0).all():  # noqa: PLR2004
            raise ValueError(
                "along_mm of a lumen has shape (n,), n at least 2, starts at 0 and rises, got "
                f"{along[:4].tolist()} of shape {along.shape}: give the way along the centreline"
            )
        object.__setattr__(self, "along_mm", along)
        for name in ("area_diameter_mm", "perimeter_diameter_mm"):
            wide = _frozen(getattr(self, name))
            if wide.shape != along.shape or not (np.isfinite(wide) & (wide > 0.0)).all():
                raise ValueError(
                    f"{name} has shape {along.shape}, positive and finite, got {wide.shape}: leave "
                    "out places where the lumen is unknown"
                )
            object.__setattr__(self, name, wide)
        if (self.perimeter_diameter_mm < self.area_diameter_mm * (1.0 - 1e-6)).any():
            raise ValueError(
                "a section's edge is at least as long as that of a disc of its area; "
                "perimeter_diameter_mm is smaller than area_diameter_mm: are they exchanged?"
            )

    @classmethod
    def from_discs(cls, along_mm: Floats, diameter_mm: Floats) -> Self:
        """Of round sections: ``along_mm`` (n,), ``diameter_mm`` (n,)."""
        return cls(along_mm, diameter_mm, diameter_mm)

    @classmethod
    def from_curve(cls, curve: Curve) -> Self:
        """Of round sections, from a centreline with radius.

        Raises:
            ValueError: the curve has no radius.
        """
        if curve.radius_mm is None:
            raise ValueError(
                "the curve has no radius; a lumen needs one at every point: measure it"
            )
        return cls.from_discs(curve.along_mm, 2.0 * curve.radius_mm)

    def to_curve(self, curve: Curve) -> Curve:
        """``curve`` with half the area diameter as radius, its points at the lumen's places.

        Raises:
            ValueError: the curve is not as long as the lumen.
        """
        if abs(curve.length_mm - self.length_mm) > 1e-6 * self.length_mm:
            raise ValueError(
                f"the curve is {curve.length_mm:g} mm long, the lumen {self.length_mm:g} mm; they "
                "must be the same vessel: give the curve that the lumen was read along"
            )
        places = np.minimum(self.along_mm, curve.length_mm)
        return Curve(curve.points_at(places), 0.5 * self.area_diameter_mm)

    @property
    def length_mm(self) -> float:
        """From the first place to the last."""
        return float(self.along_mm[-1])

    def resampled(self, step_mm: float) -> Lumen:
        """The lumen at places ``step_mm`` apart or less; those there are stay.

        Raises:
            ValueError: the step is not positive.
        """
        if not step_mm > 0.0:
            raise ValueError(f"step_mm is {step_mm}; a lumen is sampled in positive steps")
        count = int(np.ceil(self.length_mm / step_mm * (1.0 - _ROUNDING)))
        places = np.union1d(self.along_mm, np.linspace(0.0, self.length_mm, count + 1))
        apart = max(_ROUNDING * self.length_mm, _APART_MM)
        kept = np.concatenate([[True], np.diff(places) > apart])
        return self.read(places[kept])

    def read(self, places_mm: Floats) -> Lumen:
        """The lumen at ``places_mm`` (m,), which run from 0 to its length."""
        first, second = (
            np.interp(places_mm, self.along_mm, wide)
            for wide in (self.area_diameter_mm, self.perimeter_diameter_mm)
        )
        return Lumen(places_mm, first, second)

    def widened(self, diameter_mm: Floats) -> Lumen:
        """At least ``diameter_mm`` (n,) wide everywhere, by area and by perimeter."""
        area = np.maximum(self.area_diameter_mm, diameter_mm)
        return replace(
            self,
            area_diameter_mm=area,
            perimeter_diameter_mm=np.maximum(self.perimeter_diameter_mm, area),
        )

    def within(self, from_mm: float, to_mm: float) -> NDArray[np.bool_]:
        """(n,) whether each place lies from ``from_mm`` to ``to_mm``."""
        slack = _ROUNDING * self.length_mm
        inside: NDArray[np.bool_] = (self.along_mm >= from_mm - slack) & (
            self.along_mm <= to_mm + slack
        )
        return inside

    def check_sampled(self, from_mm: float, to_mm: float) -> None:
        """Refuse a lumen of which too few places lie under a device: it would change nothing.

        Raises:
            ValueError: fewer than five places lie from ``from_mm`` to ``to_mm``.
        """
        places = int(self.within(from_mm, to_mm).sum())
        if places < _LEAST_PLACES:
            raise ValueError(
                f"the lumen is known at {places} places from {from_mm:g} to {to_mm:g} mm, where a "
                f"device stands; at least {_LEAST_PLACES} are needed: resample it in steps of "
                f"{0.2 * (to_mm - from_mm):.2g} mm or less"
            )


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What narrowing is left, by diameter and by area, each by its own name.

    Attributes:
        at_mm: place of the narrowest section, relative to its reference, of the nominal lumen.
        least_diameter_mm: the narrowest lumen.
        percent_diameter: 100 (1 - lumen / reference) where that is largest.
        percent_area: 100 (1 - (lumen / reference) squared) there.
    """

    at_mm: float
    least_diameter_mm: Spread
    percent_diameter: Spread
    percent_area: Spread


def spread_reference(lumen: Lumen, reference_mm: Floats | float) -> Floats:
    """The healthy diameter at every place, (n,), from one number or from (n,) of them.

    Raises:
        ValueError: it has another shape, or is not positive.
    """
    try:
        healthy = np.array(np.broadcast_to(reference_mm, lumen.along_mm.shape), dtype=np.float64)
    except ValueError:
        healthy = np.zeros(0)
    if not healthy.size or not (np.isfinite(healthy) & (healthy > 0.0)).all():
        raise ValueError(
            f"reference_mm is one positive diameter or one a place, {lumen.along_mm.shape}, got "
            f"{np.shape(reference_mm)}: give the healthy diameter of the vessel"
        )
    return healthy


def measure_narrowing(
    lumen: Lumen,
    reference_mm: Floats,
    nominal_mm: Floats,
    drawn_mm: Floats,
    judged_mm: tuple[float, float] | None = None,
) -> Narrowing:
    """What is left of a narrowing.

    Args:
        lumen: gives the places.
        reference_mm: (n,) healthy diameter.
        nominal_mm: (n,) lumen as expected.
        drawn_mm: (draws, n) lumen of each draw.
        judged_mm: from and to, along the lumen, of the narrowing that is asked about; None: the
            worst anywhere. Another one beside it is not what a device left.

    Raises:
        ValueError: no place of the lumen lies in what is judged.
    """
    if judged_mm is not None:
        inside = lumen.within(*judged_mm)
        if not inside.any():
            raise ValueError(
                f"no place of the lumen lies from {judged_mm[0]:g} to {judged_mm[1]:g} mm: "
                "resample it, or judge a longer stretch"
            )
        places = lumen.along_mm[inside]
        reference_mm, nominal_mm = reference_mm[inside], nominal_mm[inside]
        drawn_mm = drawn_mm[:, inside]
    else:
        places = lumen.along_mm
    share, nominal = drawn_mm / reference_mm, nominal_mm / reference_mm
    worst, left = share.min(axis=1), float(nominal.min())
    return Narrowing(
        float(places[int(np.argmin(nominal))]),
        summarise(float(nominal_mm.min()), drawn_mm.min(axis=1)),
        summarise(100.0 * (1.0 - left), 100.0 * (1.0 - worst)),
        summarise(100.0 * (1.0 - left**2), 100.0 * (1.0 - worst**2)),
    )


def summarise(nominal: float, draws: Floats) -> Spread:
    """``nominal`` with percentiles 5, 50 and 95 of ``draws`` (k,)."""
    low, middle, high = np.percentile(draws, (5.0, 50.0, 95.0))
    return Spread(nominal, float(low), float(middle), float(high))


def _frozen(given: Any) -> Floats:
    array = np.array(given, dtype=np.float64)
    array.flags.writeable = False
    return array
