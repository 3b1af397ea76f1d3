"""Planes: flat cuts through a patient, and what the image and the masks look like on them.

A plane has its own millimetres: ``across`` runs to the picture's right, ``up`` to its top. Nothing
here draws; arrays come back with row 0 at the *bottom* (matplotlib ``origin="lower"``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from seldinger.core.space import Points, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Vector
    from seldinger.core.volume import Mask, Volume

LEFT = np.array([1.0, 0.0, 0.0])
ANTERIOR = np.array([0.0, -1.0, 0.0])
CRANIAL = np.array([0.0, 0.0, 1.0])
_LETTERS = (("L", "R"), ("P", "A"), ("S", "I"))
_SECOND_LETTER_FROM = 0.35
_DEGENERATE = 1e-3
_BESIDE_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A rectangle in patient space.

    Attributes:
        origin_lps_mm: where the plane's own (0, 0) lies.
        across, up: orthogonal unit vectors, LPS.
        left_mm, right_mm, bottom_mm, top_mm: its sides, in its own millimetres.
    """

    origin_lps_mm: Points
    across: Points
    up: Points
    left_mm: float
    right_mm: float
    bottom_mm: float
    top_mm: float

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Sides as matplotlib wants them."""
        return (self.left_mm, self.right_mm, self.bottom_mm, self.top_mm)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return (self.right_mm - self.left_mm, self.top_mm - self.bottom_mm)

    def project(self, lps_mm: Points | Vector) -> Points:
        """LPS points, shape (3,) or (n, 3), as plane millimetres, shape (2,) or (n, 2)."""
        away = np.asarray(lps_mm, dtype=np.float64) - self.origin_lps_mm
        flat: Points = away @ np.stack([self.across, self.up], axis=1)
        return flat

    def samples(self, step_mm: float) -> tuple[Points, tuple[int, int]]:
        """LPS of pixel centres every ``step_mm``, (n, 3), and the picture's (rows, columns)."""
        columns = max(2, round(self.size_mm[0] / step_mm))
        rows = max(2, round(self.size_mm[1] / step_mm))
        u = self.left_mm + (np.arange(columns) + 0.5) * self.size_mm[0] / columns
        v = self.bottom_mm + (np.arange(rows) + 0.5) * self.size_mm[1] / rows
        points = self.origin_lps_mm + u[None, :, None] * self.across + v[:, None, None] * self.up
        return points.reshape(-1, 3), (rows, columns)

    def border_letters(self) -> tuple[str, str, str, str]:
        """Patient directions at the left, right, bottom and top side: "R", "LA", ..."""
        return tuple(  # type: ignore[return-value]
            direction_letters(d) for d in (-self.across, self.across, -self.up, self.up)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sampler:
    """Index coordinates of a plane's pixels on one grid; made once, used for every mask on it."""

    index: Points
    nearest: NDArray[np.intp]
    inside: NDArray[np.bool_]
    shape: tuple[int, int]

    @classmethod
    def across(cls, plane: Plane, grid: Grid, step_mm: float) -> Sampler:
        """Where ``plane`` meets ``grid``, every ``step_mm``."""
        points, shape = plane.samples(step_mm)
        index = grid.to_index(points)
        rounded = np.rint(index).astype(np.intp)
        limit = np.asarray(grid.shape)
        inside = np.logical_and.reduce((rounded >= 0) & (rounded < limit), axis=1)
        safe = np.clip(rounded, 0, limit - 1)
        return cls(index, np.ravel_multi_index(tuple(safe.T), grid.shape), inside, shape)

    def labels(self, values: NDArray[Any]) -> NDArray[Any]:
        """Nearest value of ``values``, shape (rows, columns); 0 outside the grid."""
        found = np.where(self.inside, values.reshape(-1)[self.nearest], 0)
        return found.reshape(self.shape)

    def share(self, mask: Mask) -> NDArray[np.float32] | None:
        """``mask`` interpolated to 0...1, (rows, columns); None when it misses the plane."""
        hit = mask.reshape(-1)[self.nearest] & self.inside
        if not hit.any():
            return None
        used = self.index[hit]
        low = np.maximum(np.floor(used.min(axis=0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(used.max(axis=0)).astype(int) + 3, mask.shape)
        near = ((self.index >= low - 1) & (self.index <= high)).all(axis=1)
        box = mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))].astype(np.float32)
        share = np.zeros(len(self.index), dtype=np.float32)
        share[near] = ndimage.map_coordinates(
            box, (self.index[near] - low).T, order=1, mode="nearest", output=np.float32
        )
        share[~self.inside] = 0.0
        return share.reshape(self.shape)


def sample_image(
    volume: Volume, plane: Plane, step_mm: float, outside: float
) -> NDArray[np.float32]:
    """``volume`` linearly interpolated on ``plane``, (rows, columns); ``outside`` beyond it."""
    points, shape = plane.samples(step_mm)
    index = volume.grid.to_index(points)
    low = np.clip(np.floor(index.min(axis=0)).astype(int) - 1, 0, np.asarray(volume.grid.shape) - 1)
    high = np.clip(np.ceil(index.max(axis=0)).astype(int) + 2, low + 1, volume.grid.shape)
    box = volume.values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    sampled: NDArray[np.float32] = ndimage.map_coordinates(
        box, (index - low).T, order=1, mode="constant", cval=outside, output=np.float32
    )
    return sampled.reshape(shape)


def along_needle(entry_lps_mm: Points, aim_lps_mm: Points) -> tuple[Points, Points]:
    """``across`` and ``up``, (3,), of the plane that holds the needle and is closest to axial.

    It is turned as an axial slice is: patient's left to the right, anterior to the top; where it
    stands upright, the head to the top.
    """
    direction = unit(np.asarray(aim_lps_mm) - np.asarray(entry_lps_mm))
    normal = CRANIAL - (CRANIAL @ direction) * direction
    if np.linalg.norm(normal) < _DEGENERATE:
        normal = ANTERIOR - (ANTERIOR @ direction) * direction
    across, up = _turned(unit(normal), LEFT, ANTERIOR)
    # A plane that stands upright is seen with the head on top.
    upright = abs(float(up @ CRANIAL)) > abs(float(up @ ANTERIOR))
    return across, (-up if upright and up @ CRANIAL < 0.0 else up)


def along_needle_and_point(
    entry_lps_mm: Points, aim_lps_mm: Points, point_lps_mm: Points
) -> tuple[Points, Points]:
    """``across`` and ``up``, (3,), of the plane that holds the needle and a point beside it.

    Where the point lies on the needle, the plane is that of ``along_needle``.
    """
    direction = unit(np.asarray(aim_lps_mm) - np.asarray(entry_lps_mm))
    away = np.asarray(point_lps_mm) - np.asarray(aim_lps_mm)
    beside = away - (away @ direction) * direction
    if np.linalg.norm(beside) < _BESIDE_MM:
        return along_needle(entry_lps_mm, aim_lps_mm)
    return _turned(unit(np.cross(direction, beside)), LEFT, ANTERIOR)


def across_needle(entry_lps_mm: Points, aim_lps_mm: Points) -> tuple[Points, Points]:
    """``across`` and ``up``, (3,), of the plane seen along the needle, the head upwards."""
    direction = unit(np.asarray(aim_lps_mm) - np.asarray(entry_lps_mm))
    up = CRANIAL - (CRANIAL @ direction) * direction
    if np.linalg.norm(up) < _DEGENERATE:
        up = ANTERIOR - (ANTERIOR @ direction) * direction
    up = unit(up)
    return np.cross(direction, up), up


def _turned(normal: Points, rightwards: Points, upwards: Points) -> tuple[Points, Points]:
    """Axes of the plane across ``normal`` that lie closest to the wanted ones."""
    across = rightwards - (rightwards @ normal) * normal
    if np.linalg.norm(across) < _DEGENERATE:
        across = upwards - (upwards @ normal) * normal
    across = unit(across)
    up = np.cross(normal, across)
    lean = float(up @ upwards) if abs(up @ upwards) > _DEGENERATE else float(up @ CRANIAL)
    return across, up if lean >= 0.0 else -up


def direction_letters(direction: Points) -> str:
    """The patient direction of ``direction``, (3,): its main letter, and a second when oblique."""
    order = np.argsort(-np.abs(direction), kind="stable")
    letters = [_LETTERS[axis][0 if direction[axis] > 0 else 1] for axis in order]
    second = abs(direction[order[1]]) >= _SECOND_LETTER_FROM * abs(direction[order[0]])
    return letters[0] + (letters[1] if second else "")
