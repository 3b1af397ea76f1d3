"""Space: the one patient frame (LPS+, millimetres) and lattices in it.

+x is the patient's left, +y posterior, +z superior. Index order is (i, j, k); index (0, 0, 0) is
the
*centre* of the first voxel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import describe_size

if TYPE_CHECKING:
    from collections.abc import Sequence

Points = NDArray[np.float64]
"""Shape (3,) or (n, 3): points or directions, LPS mm."""

Vector = tuple[float, float, float]
"""One LPS point or direction as plain numbers, for records and files."""

_ALIGNED_TOLERANCE = 1e-4
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Voxel lattice in patient space.

    Attributes:
        shape: voxels along i, j, k.
        index_to_lps: (4, 4) affine from index to LPS mm; orthogonal columns.
    """

    shape: tuple[int, int, int]
    index_to_lps: NDArray[np.float64]

    def __post_init__(self) -> None:
        affine = np.array(self.index_to_lps, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise ValueError(f"index_to_lps must be a finite (4, 4) matrix, got {affine!r}")
        if len(self.shape) != 3 or min(self.shape) < 1:  # noqa: PLR2004
            raise ValueError(f"a grid has three positive dimensions, got {self.shape}")
        if abs(np.linalg.det(affine[:3, :3])) < 1e-9:  # noqa: PLR2004
            raise ValueError(f"index_to_lps is singular: {affine[:3, :3].tolist()}")
        affine.flags.writeable = False
        object.__setattr__(self, "index_to_lps", affine)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    def __repr__(self) -> str:
        origin = ", ".join(f"{mm:.1f}" for mm in self.origin_lps_mm)
        size = describe_size(self.shape, self.spacing_mm)
        return f"<Grid: {size}, first centre at LPS ({origin}) mm>"

    @classmethod
    def aligned(
        cls,
        shape: Sequence[int],
        spacing_mm: Sequence[float] | float,
        origin_lps_mm: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> Self:
        """A lattice of ``shape`` voxels whose i, j, k run along L, P, S."""
        spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), (3,))
        affine = np.diag([*spacing, 1.0])
        affine[:3, 3] = origin_lps_mm
        i, j, k = (int(n) for n in shape)
        return cls((i, j, k), affine)

    @property
    def spacing_mm(self) -> Vector:
        """Distance between neighbouring voxel centres along i, j, k."""
        return as_vector(np.linalg.norm(self.index_to_lps[:3, :3], axis=0))

    @property
    def origin_lps_mm(self) -> Vector:
        """Centre of voxel (0, 0, 0)."""
        return as_vector(self.index_to_lps[:3, 3])

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel."""
        return float(abs(np.linalg.det(self.index_to_lps[:3, :3]))) / 1000.0

    @property
    def centre_lps_mm(self) -> Vector:
        """Centre of the lattice."""
        return as_vector(self.to_lps((np.asarray(self.shape) - 1.0) / 2.0))

    @property
    def is_aligned(self) -> bool:
        """Whether i, j, k run along +L, +P, +S."""
        off = self.index_to_lps[:3, :3] - np.diag(self.spacing_mm)
        return bool(np.abs(off).max() < _ALIGNED_TOLERANCE)

    def to_lps(self, index: NDArray[Any] | Sequence[float]) -> Points:
        """Index coordinates, shape (3,) or (n, 3), as LPS mm."""
        points = np.asarray(index, dtype=np.float64)
        moved: Points = points @ self.index_to_lps[:3, :3].T + self.index_to_lps[:3, 3]
        return moved

    def to_index(self, lps_mm: Points | Sequence[float]) -> Points:
        """LPS mm, shape (3,) or (n, 3), as (fractional) index coordinates."""
        inverse = np.linalg.inv(self.index_to_lps[:3, :3])
        points = np.asarray(lps_mm, dtype=np.float64) - self.index_to_lps[:3, 3]
        moved: Points = points @ inverse.T
        return moved

    def crop(self, low: Sequence[int], high: Sequence[int]) -> Grid:
        """The part of the lattice from index ``low`` up to, but without, ``high``, (3,) each."""
        index_to_lps = self.index_to_lps.copy()
        index_to_lps[:3, 3] = self.to_lps(np.asarray(low, dtype=np.float64))
        shape = tuple(int(b) - int(a) for a, b in zip(low, high, strict=True))
        return Grid((shape[0], shape[1], shape[2]), index_to_lps)

    def contains(self, lps_mm: Points | Sequence[float]) -> bool:
        """Whether a single point, (3,) LPS mm, lies inside the lattice (voxel faces included)."""
        index = self.to_index(lps_mm)
        return bool((index >= -_HALF).all() and (index <= np.asarray(self.shape) - _HALF).all())

    def matches(self, other: Grid, tolerance_mm: float = 0.01) -> bool:
        """Whether two lattices are the same, corner by corner, within ``tolerance_mm``."""
        if self.shape != other.shape:
            return False
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in self.shape])).reshape(3, -1).T
        return bool(np.abs(self.to_lps(corners) - other.to_lps(corners)).max() <= tolerance_mm)


def as_vector(point: Points | Sequence[float]) -> Vector:
    """A point, (3,), as a plain tuple."""
    x, y, z = (float(c) for c in np.asarray(point, dtype=np.float64))
    return (x, y, z)


def unit(direction: Points) -> Points:
    """``direction``, (3,), scaled to length one; ``ValueError`` where it has none."""
    length = float(np.linalg.norm(direction))
    if length < 1e-12:  # noqa: PLR2004
        raise ValueError("a direction of length zero has no unit vector")
    scaled: Points = np.asarray(direction, dtype=np.float64) / length
    return scaled


def tangents(axis: Points) -> tuple[Points, Points]:
    """Two unit vectors, (3,), a right-handed frame with ``axis``, (3,); always the same."""
    forward = unit(axis)
    helper = np.zeros(3)
    helper[int(np.argmin(np.abs(forward)))] = 1.0
    first = unit(np.cross(forward, helper))
    return first, np.cross(forward, first)


def gap_mm(one: tuple[Points, Points], other: tuple[Points, Points]) -> float:
    """Least distance between two segments, each (tip, hub)."""
    p, q = np.asarray(one[0]), np.asarray(other[0])
    u, v = np.asarray(one[1]) - p, np.asarray(other[1]) - q
    w = p - q
    a, b, c, d, e = u @ u, u @ v, v @ v, u @ w, v @ w
    bottom = a * c - b * b
    s = float(np.clip((b * e - c * d) / bottom, 0.0, 1.0)) if bottom > 1e-9 * a * c else 0.0
    t = float(np.clip((b * s + e) / c, 0.0, 1.0))
    s = float(np.clip((b * t - d) / a, 0.0, 1.0))
    return float(np.linalg.norm(w + s * u - t * v))
