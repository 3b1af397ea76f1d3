"""Oval: a vein as a solid whose sections are ellipses of exactly known area and perimeter.

A point lies inside when, in the plane square to the centreline through its nearest point, it lies
within the ellipse there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ellipe

from seldinger.core.space import as_vector
from seldinger.demo.solids import Solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.shapes import Curve
    from seldinger.core.space import Points, Vector
    from seldinger.demo.nearest import Array
    from seldinger.demo.solids import Bounds

    Floats = NDArray[np.float64]

_PART_MM = 40.0
_FAR_MM = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class OvalVessel(Solid):
    """Everything within ellipses square to a curve; its ends are flat.

    Attributes:
        curve: its centreline, so finely sampled that it is straight between points.
        major_mm, minor_mm: (n,) long and short half-axis at each point of the curve.
        towards: (3,) the long axis lies as near to this direction as the section allows.
        first, last: numbers of the points between which it lies.
    """

    curve: Curve
    major_mm: Floats
    minor_mm: Floats
    towards: Vector
    first: int = 0
    last: int = -1

    @property
    def bounds(self) -> Bounds:
        """The box of balls as wide as the long axis."""
        part = slice(self.first, self.last % len(self.major_mm) + 1)
        points, reach = self.curve.points_lps_mm[part], self.major_mm[part, None]
        return as_vector((points - reach).min(axis=0)), as_vector((points + reach).max(axis=0))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """Negative inside, in mm of the short axis; a constant where that is far."""
        x, y, z = np.broadcast_arrays(x, y, z)
        points = np.stack([x, y, z], axis=-1, dtype=np.float64).reshape(-1, 3)
        found = np.full(len(points), _FAR_MM)
        reach = float(self.major_mm.max()) + 2.0
        away, index = _nearest(self.curve).query(points, distance_upper_bound=reach)
        near = np.flatnonzero(np.isfinite(away))
        found[near] = self._beyond(points[near], index[near])
        return found.reshape(x.shape)

    def parts(self) -> tuple[Solid, ...]:
        """Short pieces, each with a box not much larger than itself."""
        last = self.last % len(self.major_mm)
        along = self.curve.along_mm
        pieces = max(1, int((along[last] - along[self.first]) / _PART_MM))
        marks = np.linspace(self.first, last, pieces + 1).round().astype(int)
        return tuple(
            OvalVessel(self.curve, self.major_mm, self.minor_mm, self.towards, int(a), int(b))
            for a, b in pairwise(marks)
        )

    def axes(self) -> tuple[Points, Points]:
        """(n, 3) unit vectors along the long and the short axis at each point."""
        way = self.curve.tangents
        aim = np.asarray(self.towards)
        long = aim - (way @ aim)[:, None] * way
        long /= np.linalg.norm(long, axis=1, keepdims=True)
        return long, np.cross(way, long)

    def area_mm2(self) -> Floats:
        """(n,) of each section, exactly."""
        found: Floats = np.pi * self.major_mm * self.minor_mm
        return found

    def perimeter_mm(self) -> Floats:
        """(n,) of each section, exactly: the complete elliptic integral of the second kind."""
        found: Floats = 4.0 * self.major_mm * ellipe(1.0 - (self.minor_mm / self.major_mm) ** 2)
        return found

    def projected_width_mm(self) -> Floats:
        """(n,) of each section seen from the front, across the vessel's own projection."""
        way = self.curve.tangents
        across = np.stack([way[:, 2], np.zeros(len(way)), -way[:, 0]], axis=1)
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        long, short = self.axes()
        parts = (
            self.major_mm * (long * across).sum(axis=1),
            self.minor_mm * (short * across).sum(axis=1),
        )
        found: Floats = 2.0 * np.hypot(*parts)
        return found

    def _beyond(self, points: Points, index: Array) -> Floats:
        curve, along = self.curve, self.curve.along_mm
        way = curve.tangents[index]
        offset = points - curve.points_lps_mm[index]
        ahead = (offset * way).sum(axis=1)
        here = along[index] + ahead
        major = np.interp(here, along, self.major_mm)
        minor = np.interp(here, along, self.minor_mm)
        long, short = (axis[index] for axis in self.axes())
        u, v = (offset * long).sum(axis=1) / major, (offset * short).sum(axis=1) / minor
        level = minor * (np.hypot(u, v) - 1.0)
        last = self.last % len(along)
        end = ((index == 0) & (ahead < 0.0)) | ((index == len(along) - 1) & (ahead > 0.0))
        within = (index >= self.first) & (index <= last) & ~end
        found: Floats = np.where(within, level, _FAR_MM)
        return found


@lru_cache(maxsize=16)
def _nearest(curve: Curve) -> cKDTree:
    return cKDTree(curve.points_lps_mm)
