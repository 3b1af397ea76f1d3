"""Lumen: a vessel of changing width as a solid, to paint it and to ask what lies inside.

A point lies inside when it is no farther from the nearest point of the centreline than the vessel
is wide there: a section square to the centreline is a disc of exactly that radius.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from seldinger.core.space import as_vector
from seldinger.demo.solids import Solid

if TYPE_CHECKING:
    from seldinger.core.shapes import Curve
    from seldinger.core.space import Points
    from seldinger.demo.nearest import Array, Distances
    from seldinger.demo.solids import Bounds

_PART_RADII = 4.0
_LEAST_PART_MM = 10.0
_FAR_MM = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Vessel(Solid):
    """Everything within the radius of a curve; its ends are round.

    Attributes:
        curve: with its radius, so finely sampled that it is straight between points.
        grown_mm: by which it is wider than the curve says.
        first, last: numbers of the points between which it lies.
    """

    curve: Curve
    grown_mm: float = 0.0
    first: int = 0
    last: int = -1

    @property
    def bounds(self) -> Bounds:
        """The box of its balls."""
        points, radius = self._own()
        low, high = points - radius[:, None], points + radius[:, None]
        return as_vector(low.min(axis=0)), as_vector(high.max(axis=0))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        """Distance from the centreline minus the radius there; a constant where that is far."""
        x, y, z = np.broadcast_arrays(x, y, z)
        points = np.stack([x, y, z], axis=-1, dtype=np.float64).reshape(-1, 3)
        found = np.full(len(points), _FAR_MM)
        own, radius = self._own()
        reach = float(radius.max()) + float(np.linalg.norm(np.diff(own, axis=0), axis=1).max())
        away, index = _nearest(self.curve).query(points, distance_upper_bound=max(reach, 1e-9))
        near = np.flatnonzero(np.isfinite(away))
        found[near] = self._beyond(points[near], away[near], index[near])
        return found.reshape(x.shape)

    def parts(self) -> tuple[Solid, ...]:
        """Short pieces, each with a box not much larger than itself."""
        along = self.curve.along_mm
        last = self.last % len(along)
        widest = float(self._own()[1].max())
        length = max(_LEAST_PART_MM, _PART_RADII * widest)
        pieces = max(1, int((along[last] - along[self.first]) / length))
        marks = np.linspace(self.first, last, pieces + 1).round().astype(int)
        return tuple(Vessel(self.curve, self.grown_mm, int(a), int(b)) for a, b in pairwise(marks))

    def grown(self, by_mm: float) -> Vessel:
        """The vessel with a radius ``by_mm`` larger."""
        return Vessel(self.curve, self.grown_mm + by_mm, self.first, self.last)

    def _own(self) -> tuple[Points, Distances]:
        part = slice(self.first, self.last % len(self.curve.points_lps_mm) + 1)
        radius = _radius(self.curve)[part] + self.grown_mm
        return self.curve.points_lps_mm[part], np.maximum(radius, 0.0)

    def _beyond(self, points: Points, away: Distances, index: Array) -> Distances:
        """How far points (n, 3), near the numbered ones of the curve, lie outside the wall."""
        curve, along = self.curve, self.curve.along_mm
        radius = _radius(curve)
        way = curve.tangents[index]
        ahead = ((points - curve.points_lps_mm[index]) * way).sum(axis=1)
        here = np.interp(along[index] + ahead, along, radius) + self.grown_mm
        aside = np.sqrt(np.maximum(away**2 - ahead**2, 0.0))
        last = self.last % len(along)
        # Beyond an end of the curve its last ball counts; what is cut off a curve ends flat.
        end = ((index == 0) & (ahead < 0.0)) | ((index == len(along) - 1) & (ahead > 0.0))
        found: Distances = np.where(end, away, aside) - here
        return np.where((index >= self.first) & (index <= last), found, _FAR_MM)


def _radius(curve: Curve) -> Distances:
    """The radius of a curve that has one."""
    if curve.radius_mm is None:
        raise ValueError("a vessel is painted with its radius, this curve has none: give it one")
    return curve.radius_mm


@lru_cache(maxsize=256)
def _nearest(curve: Curve) -> cKDTree:
    return cKDTree(curve.points_lps_mm)
