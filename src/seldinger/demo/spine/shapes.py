"""Shapes: the solids that a spine is made of, with an analytic level function each.

A vertebra's own coordinates are millimetres to the left, to the back and up from the middle of its
body, which are those of the patient where the spine stands upright.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Points, Vector, as_vector, unit
from seldinger.demo.solids import Solid, interpolate_smoothly

if TYPE_CHECKING:
    from seldinger.demo.nearest import Array
    from seldinger.demo.solids import Bounds

Three = tuple[float, float, float]

ROUNDNESS = 2.5
"""Power of the superellipse around a body: 2 is an ellipse, more is boxier."""
_HOLLOW_WIDTH = 0.55
"""Half widths of the body across which its back wall is hollow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vertebra stands: middle of its body, and how far it leans.

    Attributes:
        origin_lps_mm: of its own coordinates.
        lean_deg: turn about the patient's x; its upper end moves backwards by a positive one.
    """

    origin_lps_mm: Vector
    lean_deg: float = 0.0

    @property
    def axes(self) -> Points:
        """(3, 3): left, back and up in LPS as rows."""
        sine, cosine = np.sin(np.deg2rad(self.lean_deg)), np.cos(np.deg2rad(self.lean_deg))
        return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])

    def to_lps(self, own: Points | Vector) -> Points:
        """Points, shape (3,) or (n, 3), of its own coordinates in LPS mm."""
        found: Points = np.asarray(own, dtype=np.float64) @ self.axes + self.origin_lps_mm
        return found

    def to_own(self, lps: Points | Vector) -> Points:
        """Points, shape (3,) or (n, 3), LPS mm, in its own coordinates."""
        found: Points = (np.asarray(lps, dtype=np.float64) - self.origin_lps_mm) @ self.axes.T
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Placed(Solid):
    """A solid that is given in the coordinates of a vertebra."""

    own: Solid
    place: Place

    @property
    def bounds(self) -> Bounds:
        """The box around the corners of its own box."""
        corners = self.place.to_lps(np.array(list(product(*zip(*self.own.bounds, strict=True)))))
        return as_vector(corners.min(axis=0)), as_vector(corners.max(axis=0))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The level of the solid in its own coordinates."""
        ox, oy, oz = self.place.origin_lps_mm
        (_, _, _), (_, cosine, down), (_, sine, _) = self.place.axes.tolist()
        x, y, z = x - ox, y - oy, z - oz
        return self.own.level(x, y * cosine + z * down, y * sine + z * cosine)

    def parts(self) -> tuple[Solid, ...]:
        """The parts of the solid, each in the same place."""
        return tuple(Placed(part, self.place) for part in self.own.parts())


@dataclass(frozen=True, slots=True, eq=False)
class BodyShape(Solid):
    """A vertebral body: kidney-shaped across, waisted, with hollow and perhaps slanting endplates.

    Attributes:
        half_width_mm, half_depth_mm: at the endplates.
        upper_mm, lower_mm: how far the endplates lie above and below the origin at the front, in
            the middle and at the back of the middle plane.
        waist: share by which it is narrower halfway between the endplates.
        hollow: how far the back wall is hollow.
    """

    half_width_mm: float
    half_depth_mm: float
    upper_mm: Three
    lower_mm: Three
    waist: float = 0.09
    hollow: float = 0.2

    @property
    def heights_mm(self) -> Three:
        """From endplate to endplate at the front, in the middle and at the back."""
        front, middle, back = (a + b for a, b in zip(self.upper_mm, self.lower_mm, strict=True))
        return front, middle, back

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        across, deep = self.half_width_mm, self.half_depth_mm
        return (-across, -deep, -max(self.lower_mm)), (across, deep, max(self.upper_mm))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The larger of the levels of its wall and of its endplates."""
        wide, deep = self._half_axes(z)
        u, v = x / wide, y / deep
        bent = v + self._hollow_at(u) * np.maximum(v, 0.0) ** 2
        radius = (np.abs(u) ** ROUNDNESS + np.abs(bent) ** ROUNDNESS) ** (1.0 / ROUNDNESS)
        wall = (radius - 1.0) * min(self.half_width_mm, self.half_depth_mm)
        ends = np.maximum(z - self.find_endplate(x, y), -self.find_endplate(x, y, upper=False) - z)
        found: Array = np.maximum(wall, ends)
        return found

    def find_endplate(self, x: Array, y: Array, *, upper: bool = True) -> Array:
        """How far an endplate lies from the origin's level, mm.

        Args:
            x: shape (n,) or any that broadcasts with y, own mm.
            y: the same.
            upper: the upper one, else the lower one, whose distance is counted downwards.
        """
        front, middle, back = self.upper_mm if upper else self.lower_mm
        u = np.clip(x / self.half_width_mm, -1.0, 1.0)
        v = np.clip(y / self.half_depth_mm, -1.0, 1.0)
        straight = 0.5 * (front + back) + 0.5 * (back - front) * v
        found: Array = straight + (middle - 0.5 * (front + back)) * (1.0 - v**2) * (1.0 - u**2)
        return found

    def find_wall(self, x: Array, z: Array, *, back: bool = True) -> Array:
        """The y of a wall, own mm.

        Args:
            x: shape (n,) or any that broadcasts with z, less than the half width.
            z: the same.
            back: the back wall, else the front.
        """
        wide, deep = self._half_axes(z)
        u = x / wide
        edge = np.maximum(1.0 - np.abs(u) ** ROUNDNESS, 0.0) ** (1.0 / ROUNDNESS)
        if not back:
            return -edge * deep
        bend = np.maximum(self._hollow_at(u), 1e-9)
        found: Array = deep * (np.sqrt(1.0 + 4.0 * bend * edge) - 1.0) / (2.0 * bend)
        return found

    def grown(self, by_mm: float) -> BodyShape:
        """The body whose walls and endplates lie ``by_mm`` farther out."""
        return replace(
            self,
            half_width_mm=self.half_width_mm + by_mm,
            half_depth_mm=self.half_depth_mm + by_mm,
            upper_mm=add_to_each(self.upper_mm, by_mm),
            lower_mm=add_to_each(self.lower_mm, by_mm),
        )

    def _half_axes(self, z: Array) -> tuple[Array, Array]:
        share = np.clip(z / (0.5 * self.heights_mm[2]), -1.0, 1.0)
        narrow = 1.0 - self.waist * (1.0 - share**2)
        return self.half_width_mm * narrow, self.half_depth_mm * narrow

    def _hollow_at(self, u: Array) -> Array:
        found: Array = self.hollow * np.exp(-((u / _HOLLOW_WIDTH) ** 2))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Bar(Solid):
    """A straight piece of bone with elliptic sections, which may narrow in the middle.

    Attributes:
        start, end: of its axis; beyond them it is round.
        half_across_mm, half_high_mm: half axes of the section at the start, the middle and the end.
        upright: direction (any length) towards which the second half axis points, as far as it is
            square to the axis.
    """

    start: Vector
    end: Vector
    half_across_mm: Three
    half_high_mm: Three
    upright: Vector = (0.0, 0.0, 1.0)

    @property
    def length_mm(self) -> float:
        """Of its axis."""
        return float(np.linalg.norm(np.subtract(self.end, self.start)))

    @property
    def frame(self) -> Points:
        """(3, 3): unit vectors along, across and high as rows."""
        along = unit(np.subtract(self.end, self.start))
        up = np.asarray(self.upright, dtype=np.float64)
        high = unit(up - (up @ along) * along)
        return np.stack([along, np.cross(along, high), high])

    @property
    def bounds(self) -> Bounds:
        """A box around it."""
        along, across, high = self.frame
        wide, tall = max(self.half_across_mm), max(self.half_high_mm)
        reach = np.sqrt((across * wide) ** 2 + (high * tall) ** 2 + (along * min(wide, tall)) ** 2)
        ends = np.array([self.start, self.end])
        return as_vector(ends.min(axis=0) - reach), as_vector(ends.max(axis=0) + reach)

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """Radius in units of the section's own, as millimetres of its shorter half axis."""
        off = (x - self.start[0], y - self.start[1], z - self.start[2])
        ahead, aside, above = (
            off[0] * float(way[0]) + off[1] * float(way[1]) + off[2] * float(way[2])
            for way in self.frame
        )
        within = np.clip(ahead, 0.0, self.length_mm)
        wide, tall = self.find_half_axes(within / self.length_mm)
        short = np.minimum(wide, tall)
        radius = np.sqrt(
            (aside / wide) ** 2 + (above / tall) ** 2 + ((ahead - within) / short) ** 2
        )
        found: Array = (radius - 1.0) * short
        return found

    def find_half_axes(self, share: Array) -> tuple[Array, Array]:
        """Half axes across and high at shares (0 to 1) of the axis."""
        return _through(self.half_across_mm, share), _through(self.half_high_mm, share)

    def grown(self, by_mm: float) -> Bar:
        """The bar whose half axes are ``by_mm`` longer."""
        across, high = (
            (a + by_mm, b + by_mm, c + by_mm)
            for a, b, c in (self.half_across_mm, self.half_high_mm)
        )
        return replace(self, half_across_mm=across, half_high_mm=high)


@dataclass(frozen=True, slots=True, eq=False)
class Passage(Solid):
    """An upright channel of elliptic sections that bends forwards and backwards with the spine.

    Attributes:
        heights_mm: z of the given sections, ascending; beyond them it goes on unchanged.
        centres_y_mm: of the sections (x = 0).
        half_widths_mm, half_depths_mm: one per height.
    """

    heights_mm: tuple[float, ...]
    centres_y_mm: tuple[float, ...]
    half_widths_mm: tuple[float, ...]
    half_depths_mm: tuple[float, ...]

    @property
    def bounds(self) -> Bounds:
        """The box of the given sections."""
        across, deep = max(self.half_widths_mm), max(self.half_depths_mm)
        low, high = min(self.centres_y_mm) - deep, max(self.centres_y_mm) + deep
        return (-across, low, self.heights_mm[0]), (across, high, self.heights_mm[-1])

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """Radius in units of the section's own, as millimetres of its half depth."""
        centre, wide, deep = self.find_section(z)
        found: Array = (np.sqrt((x / wide) ** 2 + ((y - centre) / deep) ** 2) - 1.0) * deep
        return found

    def find_section(self, z: Array) -> tuple[Array, Array, Array]:
        """Centre's y, half width and half depth at heights z, LPS mm."""
        height = np.clip(z, self.heights_mm[0], self.heights_mm[-1])
        kind = np.result_type(z)
        centre, wide, deep = (
            interpolate_smoothly(self.heights_mm, values)(height).astype(kind)
            for values in (self.centres_y_mm, self.half_widths_mm, self.half_depths_mm)
        )
        return centre, wide, deep

    def grown(self, by_mm: float) -> Passage:
        """The passage whose half axes are ``by_mm`` longer."""
        return replace(
            self,
            half_widths_mm=tuple(a + by_mm for a in self.half_widths_mm),
            half_depths_mm=tuple(b + by_mm for b in self.half_depths_mm),
        )


def add_to_each(values: Three, more: float) -> Three:
    """All three larger by ``more``."""
    first, middle, last = values
    return first + more, middle + more, last + more


def _through(values: Three, share: Array) -> Array:
    """The parabola through the values at shares 0, 0.5 and 1."""
    first, middle, last = values
    found: Array = (
        first * (2.0 * share - 1.0) * (share - 1.0)
        + middle * 4.0 * share * (1.0 - share)
        + last * share * (2.0 * share - 1.0)
    )
    return found
