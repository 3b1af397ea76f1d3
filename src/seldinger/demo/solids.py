"""Solids: the analytic shapes that the built-in patient is made of.

Every solid knows whether a point is inside, and how far it is from its surface (LPS mm, negative
inside). ``level`` is a function whose sign is exact and whose size is only roughly millimetres; it
takes broadcastable coordinates, so that a lattice is evaluated without building its points.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from seldinger.core.space import Points, Vector, as_vector, unit
from seldinger.demo.nearest import Array, Distances, Surface, ellipsoid_distance, segment_distance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Bounds = tuple[Vector, Vector]
"""Lower and upper corner of a box around a solid, LPS mm."""

FAR_MM = 1000.0
"""Half-spaces and columns without an end reach this far."""


class Solid(ABC):
    """A body in patient space."""

    __slots__ = ()

    @property
    @abstractmethod
    def bounds(self) -> Bounds:
        """A box that contains the solid."""

    @abstractmethod
    def level(self, x: Array, y: Array, z: Array) -> Array:
        """Negative inside, zero on the surface, in the common shape of the coordinates."""

    def distance_mm(self, points: Points | Sequence[float]) -> Distances:
        """Signed distance of points, shape (3,) or (n, 3), to the surface; shape (n,).

        Negative inside. Unless the shape has its own solution, this is solved numerically to about
        0.01 mm (0.05 mm at edges). Inside a ``Union`` it is a lower bound of the depth.
        """
        return _surface(self).distance_mm(np.atleast_2d(np.asarray(points, dtype=np.float64)))

    def contains(self, points: Points | Sequence[float]) -> NDArray[np.bool_]:
        """Which points, shape (3,) or (n, 3), lie inside; shape (n,)."""
        inside: NDArray[np.bool_] = (
            self.level(*np.atleast_2d(np.asarray(points, dtype=np.float64)).T) <= 0.0
        )
        return inside

    def parts(self) -> tuple[Solid, ...]:
        """Solids with smaller boxes whose union is this one."""
        return (self,)


def _linear(weights: Array, coordinates: tuple[Array, Array, Array]) -> Array:
    """Weighted sum of coordinates; those without weight are left out: axes stay separate."""
    terms = (c * float(w) for w, c in zip(weights, coordinates, strict=True) if w)
    return reduce(np.add, terms)


@lru_cache(maxsize=64)
def _turned(turn_deg: Vector) -> Points:
    """Unit vectors along x, y, z as columns, turned about x, then y, then z."""
    rotation = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(turn_deg)):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        rotation = turn @ rotation
    return rotation


@lru_cache(maxsize=64)
def interpolate_smoothly(at: tuple[float, ...], values: tuple[float, ...]) -> PchipInterpolator:
    """A curve without overshoot through ``values`` at ascending ``at``."""
    return PchipInterpolator(at, values)


def _to_box(points: Points, bounds: Bounds) -> Distances:
    """Distance of points (n, 3) to a box; 0 inside."""
    low, high = bounds
    beyond: Distances = np.linalg.norm(
        np.maximum(np.maximum(low - points, points - high), 0), axis=1
    )
    return beyond


@lru_cache(maxsize=64)
def _surface(solid: Solid) -> Surface:
    return Surface.sample(solid.level, *solid.bounds)


@dataclass(frozen=True, slots=True, eq=False)
class Ellipsoid(Solid):
    """An ellipsoid; ``turn_deg`` turns it about x, then y, then z."""

    centre: Vector
    semi_mm: Vector
    turn_deg: Vector = (0.0, 0.0, 0.0)

    @property
    def axes(self) -> Points:
        """(3, 3): the directions of the half axes as columns."""
        return _turned(self.turn_deg)

    @property
    def bounds(self) -> Bounds:
        """The tight box."""
        half = np.linalg.norm(self.axes * np.asarray(self.semi_mm), axis=1)
        return as_vector(self.centre - half), as_vector(self.centre + half)

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """Radius in units of the ellipsoid's own, as millimetres of the shortest axis."""
        form = (self.axes / np.asarray(self.semi_mm)).T
        x, y, z = (c - o for c, o in zip((x, y, z), self.centre, strict=True))
        squares = [_linear(row, (x, y, z)) ** 2 for row in form]
        total: Array = (np.sqrt(reduce(np.add, squares)) - 1.0) * min(self.semi_mm)
        return total

    def distance_mm(self, points: Points | Sequence[float]) -> Distances:
        """Exact signed distance; shape (n,)."""
        local = (np.atleast_2d(np.asarray(points, dtype=np.float64)) - self.centre) @ self.axes
        return ellipsoid_distance(local, self.semi_mm)

    def grown(self, by_mm: float) -> Ellipsoid:
        """The ellipsoid whose half axes are ``by_mm`` longer (not a parallel surface)."""
        a, b, c = (s + by_mm for s in self.semi_mm)
        return Ellipsoid(self.centre, (a, b, c), self.turn_deg)


def sphere(centre: Vector, radius_mm: float) -> Ellipsoid:
    """A ball."""
    return Ellipsoid(centre, (radius_mm, radius_mm, radius_mm))


@dataclass(frozen=True, slots=True, eq=False)
class Tube(Solid):
    """Everything within ``radius_mm`` of a polyline: a vessel, a rib, a loop of bowel."""

    path: tuple[Vector, ...]
    radius_mm: float

    @property
    def bounds(self) -> Bounds:
        """The tight box."""
        low, high = np.min(self.path, axis=0), np.max(self.path, axis=0)
        return as_vector(low - self.radius_mm), as_vector(high + self.radius_mm)

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The exact signed distance."""
        pieces = zip(self.path[:-1], self.path[1:], strict=True)
        nearest = reduce(np.minimum, (segment_distance(x, y, z, a, b) for a, b in pieces))
        found: Array = nearest - self.radius_mm
        return found

    def distance_mm(self, points: Points | Sequence[float]) -> Distances:
        """Exact signed distance; shape (n,)."""
        found: Distances = self.level(*np.atleast_2d(np.asarray(points, dtype=np.float64)).T)
        return found

    def parts(self) -> tuple[Solid, ...]:
        """One capsule per straight piece."""
        pieces = zip(self.path[:-1], self.path[1:], strict=True)
        return tuple(Tube(piece, self.radius_mm) for piece in pieces)

    def grown(self, by_mm: float) -> Tube:
        """The tube ``by_mm`` thicker (thinner when negative)."""
        return Tube(self.path, self.radius_mm + by_mm)


@dataclass(frozen=True, slots=True, eq=False)
class Column(Solid):
    """An upright elliptic cylinder; ``semi_mm`` = half width, half depth, half height."""

    centre: Vector
    semi_mm: Vector

    @property
    def bounds(self) -> Bounds:
        """The tight box."""
        centre = np.asarray(self.centre)
        return as_vector(centre - self.semi_mm), as_vector(centre + self.semi_mm)

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The larger of the levels of wall and ends."""
        x, y, z = (c - o for c, o in zip((x, y, z), self.centre, strict=True))
        across, deep, high = self.semi_mm
        wall = (np.sqrt((x / across) ** 2 + (y / deep) ** 2) - 1.0) * min(across, deep)
        return np.maximum(wall, np.abs(z) - high)

    def distance_mm(self, points: Points | Sequence[float]) -> Distances:
        """Exact signed distance; shape (n,)."""
        local = np.atleast_2d(np.asarray(points, dtype=np.float64)) - self.centre
        wall = ellipsoid_distance(local[:, :2], self.semi_mm[:2])
        ends = np.abs(local[:, 2]) - self.semi_mm[2]
        outside = np.hypot(np.maximum(wall, 0.0), np.maximum(ends, 0.0))
        found: Distances = outside + np.minimum(np.maximum(wall, ends), 0.0)
        return found

    def grown(self, by_mm: float) -> Column:
        """The column whose half axes are ``by_mm`` longer."""
        a, b, c = (s + by_mm for s in self.semi_mm)
        return Column(self.centre, (a, b, c))


@dataclass(frozen=True, slots=True, eq=False)
class HalfSpace(Solid):
    """Everything behind a plane; ``outward`` points away from it (any length)."""

    point: Vector
    outward: Vector

    @property
    def bounds(self) -> Bounds:
        """Half of everywhere when the plane is square to an axis, else everywhere."""
        low, high = [-FAR_MM] * 3, [FAR_MM] * 3
        facing = [axis for axis, n in enumerate(self.outward) if n]
        if len(facing) == 1:
            axis = facing[0]
            (high if self.outward[axis] > 0.0 else low)[axis] = self.point[axis]
        return as_vector(low), as_vector(high)

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The exact signed distance."""
        normal = unit(np.asarray(self.outward))
        x, y, z = (c - o for c, o in zip((x, y, z), self.point, strict=True))
        return _linear(normal, (x, y, z))

    def distance_mm(self, points: Points | Sequence[float]) -> Distances:
        """Exact signed distance; shape (n,)."""
        found: Distances = self.level(*np.atleast_2d(np.asarray(points, dtype=np.float64)).T)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Trunk(Solid):
    """An upright body of superelliptic cross-sections; beyond its heights it goes on unchanged.

    Attributes:
        heights_mm: z of the given cross-sections, ascending.
        half_widths_mm, half_depths_mm: one per height.
        centre_y_mm: middle of all cross-sections (x = 0).
        power: 2 is an ellipse, more is boxier.
    """

    heights_mm: tuple[float, ...]
    half_widths_mm: tuple[float, ...]
    half_depths_mm: tuple[float, ...]
    centre_y_mm: float
    power: float

    @property
    def bounds(self) -> Bounds:
        """The box of the given cross-sections."""
        a, b = max(self.half_widths_mm), max(self.half_depths_mm)
        y = self.centre_y_mm
        return (-a, y - b, self.heights_mm[0]), (a, y + b, self.heights_mm[-1])

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """How far the superellipse's sum is from one, scaled to millimetres of depth."""
        height = np.clip(z, self.heights_mm[0], self.heights_mm[-1])
        kind = np.result_type(x, y, z)
        a = interpolate_smoothly(self.heights_mm, self.half_widths_mm)(height).astype(kind)
        b = interpolate_smoothly(self.heights_mm, self.half_depths_mm)(height).astype(kind)
        total = (np.abs(x) / a) ** self.power + (np.abs(y - self.centre_y_mm) / b) ** self.power
        found: Array = (total - 1.0) * (min(self.half_depths_mm) / self.power)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Union(Solid):
    """What lies in any member; the distance is exact outside."""

    members: tuple[Solid, ...]

    @property
    def bounds(self) -> Bounds:
        """The box around all members."""
        boxes = np.array([m.bounds for m in self.members])
        return as_vector(boxes[:, 0].min(axis=0)), as_vector(boxes[:, 1].max(axis=0))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The smallest level of the members."""
        return reduce(np.minimum, (m.level(x, y, z) for m in self.members))

    def distance_mm(self, points: Points | Sequence[float]) -> Distances:
        """Signed distance; exact outside, a lower bound of the depth inside; shape (n,)."""
        points = np.atleast_2d(np.asarray(points, dtype=np.float64))
        best = np.full(len(points), np.inf)
        boxes = [_to_box(points, m.bounds) for m in self.members]
        for number in np.argsort([b.min() for b in boxes], kind="stable"):
            near = np.flatnonzero(boxes[number] < best)
            if near.size:
                found = self.members[number].distance_mm(points[near])
                best[near] = np.minimum(best[near], found)
        return best

    def parts(self) -> tuple[Solid, ...]:
        """The parts of all members."""
        return tuple(p for m in self.members for p in m.parts())


@dataclass(frozen=True, slots=True, eq=False)
class Common(Solid):
    """What lies in every member."""

    members: tuple[Solid, ...]

    @property
    def bounds(self) -> Bounds:
        """The box common to all members."""
        boxes = np.array([m.bounds for m in self.members])
        return as_vector(boxes[:, 0].max(axis=0)), as_vector(boxes[:, 1].min(axis=0))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The largest level of the members."""
        return reduce(np.maximum, (m.level(x, y, z) for m in self.members))


@dataclass(frozen=True, slots=True, eq=False)
class Carved(Solid):
    """``solid`` without what lies in any of the ``cutters``."""

    solid: Solid
    cutters: tuple[Solid, ...]

    @property
    def bounds(self) -> Bounds:
        """The box of the uncut solid."""
        return self.solid.bounds

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """The level of the solid or, where it is larger, minus that of a cutter."""
        cuts = (-c.level(x, y, z) for c in self.cutters)
        return reduce(np.maximum, cuts, self.solid.level(x, y, z))
