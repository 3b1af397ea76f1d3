"""Nearest: how far a point is from a surface.

Ellipsoids have no closed form but a one-dimensional root that bisection always finds. Surfaces that
are given only as the zero of a function (cut and carved solids) are sampled once, searched with a
tree, and the sample found is slid along the surface to the nearest point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from seldinger.core.space import Points, Vector

Array = NDArray[Any]
Distances = NDArray[np.float64]

_TINY = 1e-9
_PROBE_MM = 1e-5
_BISECTIONS = 90
_NEIGHBOURS = 2
_SLIDES = 14
_SAMPLES = 1.2e6
_STEP_MM = (0.75, 3.0)


class Level(Protocol):
    """A function of broadcastable coordinates (LPS mm): negative inside, zero on the surface."""

    def __call__(self, x: Array, y: Array, z: Array) -> Array:
        """Its value at each point, in the common shape of the coordinates."""


def ellipsoid_distance(points: Points, semi_mm: tuple[float, ...]) -> Distances:
    """Signed distance to an axis-parallel ellipsoid (3 axes) or ellipse (2) about the origin.

    The nearest surface point is ``e_i^2 p_i / (t + e_i^2)``, where ``t`` is the largest root of
    ``sum (e_i p_i / (t + e_i^2))^2 = 1``. Counting ``s = t + e_min^2`` from zero keeps the root
    exact for points near the middle of flat ellipsoids, where ``t`` cancels.

    Args:
        points: shape (n, len(semi_mm)), mm.
        semi_mm: half axes.

    Returns:
        Shape (n,), mm; negative inside.
    """
    e = np.asarray(semi_mm, dtype=np.float64)
    p = np.maximum(np.abs(points), _TINY)
    beyond = e**2 - e.min() ** 2
    low = np.zeros(len(p))
    high = np.linalg.norm(e * p, axis=1) + _TINY
    for _ in range(_BISECTIONS):
        s = 0.5 * (low + high)
        outside = ((e * p / np.maximum(s[:, None] + beyond, _TINY**2)) ** 2).sum(axis=1) > 1.0
        low, high = np.where(outside, s, low), np.where(outside, high, s)
    nearest = e**2 * p / np.maximum(high[:, None] + beyond, _TINY**2)
    inside = ((p / e) ** 2).sum(axis=1) <= 1.0
    distance: Distances = np.linalg.norm(p - nearest, axis=1)
    return np.where(inside, -distance, distance)


def segment_distance(x: Array, y: Array, z: Array, start: Vector, end: Vector) -> Array:
    """Distance from broadcastable coordinates to the line ``start`` to ``end``, LPS mm."""
    ax, ay, az = start
    dx, dy, dz = (b - a for a, b in zip(start, end, strict=True))
    length_2 = max(dx * dx + dy * dy + dz * dz, _TINY)
    x, y, z = x - ax, y - ay, z - az
    t = np.clip(x * (dx / length_2) + y * (dy / length_2) + z * (dz / length_2), 0.0, 1.0)
    found: Array = np.sqrt((x - t * dx) ** 2 + (y - t * dy) ** 2 + (z - t * dz) ** 2)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Samples of the zero of a level function, and a tree to find them by."""

    level: Level
    samples: Points
    tree: cKDTree

    @classmethod
    def sample(cls, level: Level, low: Vector, high: Vector) -> Surface:
        """Sample the surface inside the box from ``low`` to ``high`` (LPS mm)."""
        box = np.subtract(high, low)
        step = float(np.clip((np.prod(box) / _SAMPLES) ** (1 / 3), *_STEP_MM))
        axes = [
            np.arange(a - 1.5 * step, b + 1.5 * step, step) for a, b in zip(low, high, strict=True)
        ]
        values = level(axes[0][:, None, None], axes[1][:, None], axes[2])
        inside = np.broadcast_to(values <= 0.0, tuple(len(a) for a in axes))
        found = [_crossings(level, axes, inside, along) for along in range(3)]
        samples = np.concatenate(found)
        return cls(level, samples, cKDTree(samples))

    def distance_mm(self, points: Points) -> Distances:
        """Signed distance of points (n, 3) to the surface; negative where the level is."""
        _, index = self.tree.query(points, k=_NEIGHBOURS)
        start = self.samples[index.reshape(-1)]
        ends = _slide(self.level, np.repeat(points, _NEIGHBOURS, axis=0), start)
        gap = np.linalg.norm(np.repeat(points, _NEIGHBOURS, axis=0) - ends, axis=1)
        distance: Distances = gap.reshape(-1, _NEIGHBOURS).min(axis=1)
        return np.where(self.level(*points.T) <= 0.0, -distance, distance)


def _crossings(level: Level, axes: list[Array], inside: Array, along: int) -> Points:
    """Where lattice edges along one axis pass through the surface, found by bisection."""
    first = np.moveaxis(inside, along, 0)
    index = np.argwhere(first[:-1] != first[1:])
    order = [along, *(a for a in range(3) if a != along)]
    a = np.empty((len(index), 3))
    for column, axis in enumerate(order):
        a[:, axis] = axes[axis][index[:, column]]
    b = a.copy()
    b[:, along] = axes[along][index[:, 0] + 1]
    from_inside = level(*a.T) <= 0.0
    for _ in range(30):
        middle = 0.5 * (a + b)
        same = ((level(*middle.T) <= 0.0) == from_inside)[:, None]
        a, b = np.where(same, middle, a), np.where(same, b, middle)
    crossing: Points = 0.5 * (a + b)
    return crossing


def _slope(level: Level, q: Points) -> tuple[Distances, Points]:
    """Level and its gradient at points (n, 3)."""
    probes = q + np.concatenate([np.zeros((1, 3)), _PROBE_MM * np.eye(3)])[:, None]
    here, *ahead = level(*probes.reshape(-1, 3).T).reshape(4, -1)
    return here, np.stack([(a - here) / _PROBE_MM for a in ahead], axis=1)


def _slide(level: Level, p: Points, q: Points) -> Points:
    """Move surface points ``q`` along the surface as long as that brings them nearer to ``p``."""
    best = np.linalg.norm(p - q, axis=1)
    share = np.ones(len(q))
    for _ in range(_SLIDES):
        _, slope = _slope(level, q)
        normal = slope / np.maximum(np.linalg.norm(slope, axis=1), _TINY)[:, None]
        off = p - q
        along = off - (off * normal).sum(axis=1)[:, None] * normal
        trial = q + share[:, None] * along
        for _ in range(2):
            value, slope = _slope(level, trial)
            trial = trial - (value / np.maximum((slope**2).sum(axis=1), _TINY))[:, None] * slope
        gap = np.linalg.norm(p - trial, axis=1)
        better = (gap < best) & (np.abs(level(*trial.T)) < 1e-3)  # noqa: PLR2004  mm off the surface
        q, best = np.where(better[:, None], trial, q), np.where(better, gap, best)
        share = np.where(better, np.minimum(2.0 * share, 1.0), 0.5 * share)
    return q
