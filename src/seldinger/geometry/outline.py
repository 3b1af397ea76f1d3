"""Outline: a solid cut by a plane becomes the closed line around the section, with its measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]

BLUR_VOXELS = 0.4
"""Steps of a mask are blurred by so much; by more a narrow section would shrink."""
_WAVES = 8
"""The distance to the wall goes round in so few waves: what is left of the steps is shorter."""
_HALF = 0.5
_CENTRINGS = 3
_ANGLES = np.radians(np.arange(0.0, 360.0, 4.0))
_TURNS = np.radians(np.arange(0.0, 180.0, 2.0))


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The line around a section.

    Attributes:
        points_lps_mm: (n, 3) in order, closed: the last is followed by the first.
        plane_mm: (n, 2) the same along the plane's two axes, from the point that was cut through.
        whole: whether the line closes within what was looked at.

    A section is taken to be seen from its middle in every direction: a bay behind a corner is not.
    """

    points_lps_mm: Points
    plane_mm: Floats
    whole: bool

    __repr__ = short_repr

    @property
    def perimeter_mm(self) -> float:
        """Length of the line."""
        return float(
            np.linalg.norm(np.roll(self.plane_mm, -1, axis=0) - self.plane_mm, axis=1).sum()
        )

    @property
    def area_mm2(self) -> float:
        """Within the line."""
        x, y = self.plane_mm.T
        return 0.5 * abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()))

    def extent_mm(self, way_lps: Floats) -> float:
        """How far the section reaches along a direction.

        Args:
            way_lps: (3,) unit vector.
        """
        along = self.points_lps_mm @ way_lps
        return float(along.max() - along.min())

    @property
    def calipers_mm(self) -> tuple[float, float]:
        """The least and the largest distance of two parallel lines that hold the section."""
        ways = np.stack([np.cos(_TURNS), np.sin(_TURNS)])
        along = self.plane_mm @ ways
        wide = along.max(axis=0) - along.min(axis=0)
        return float(wide.min()), float(wide.max())


def blur(mask: Mask, spacing_mm: Floats) -> NDArray[np.float32]:
    """(i, j, k) a mask as a field whose half marks its edge without steps.

    Args:
        mask: (i, j, k).
        spacing_mm: (3,) edges of a voxel; the blur is as wide in each direction, in mm.
    """
    wide = BLUR_VOXELS * float(np.min(spacing_mm))
    field: NDArray[np.float32] = scipy.ndimage.gaussian_filter(
        mask.astype(np.float32), wide / spacing_mm
    )
    return field


def cut(
    field: NDArray[np.float32], grid: Grid, point_lps_mm: Floats, normal: Floats, half_mm: float
) -> Outline | None:
    """The section of a field's half by a plane, around a point.

    Args:
        field: (i, j, k), 1 inside and 0 outside, blurred between.
        grid: of the field.
        point_lps_mm: (3,) that the plane goes through.
        normal: (3,) unit vector across the plane.
        half_mm: half the edge of the square that is looked at.

    Returns:
        The line around what is seen from the middle of the section; None where the point lies
        outside. What reaches the rim of the image or of the square is not ``whole``.
    """
    first = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
    first /= np.linalg.norm(first)
    second = np.cross(normal, first)
    turns = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
    step = 0.25 * float(np.min(grid.spacing_mm))
    middle = np.zeros(2)
    reach, whole = np.zeros(len(turns)), False
    for _ in range(_CENTRINGS):
        found = _reach(field, grid, point_lps_mm + middle @ np.stack([first, second]),
                       turns @ np.stack([first, second]), half_mm, step)  # fmt: skip
        if found is None:
            return None
        reach, whole = found
        corners = middle + _smooth(reach)[:, None] * turns
        middle = _centroid(corners)
    # From the middle of the last round: its corners are those that are kept.
    points = point_lps_mm + corners @ np.stack([first, second])
    return Outline(points, corners, whole)


def _reach(
    field: NDArray[np.float32],
    grid: Grid,
    middle: Floats,
    ways: Floats,
    half_mm: float,
    step: float,
) -> tuple[Floats, bool] | None:
    """(m,) mm to where the field falls below its half, and whether every ray got there."""
    away = np.arange(0.0, half_mm, step)
    places = middle + away[None, :, None] * ways[:, None, :]
    index = grid.to_index(places.reshape(-1, 3)).T
    values = scipy.ndimage.map_coordinates(field, index, order=1, mode="constant", cval=-1.0)
    values = values.reshape(len(ways), len(away))
    if values[0, 0] <= _HALF:
        return None
    below = values < _HALF
    hit = below.argmax(axis=1)
    rows = np.arange(len(ways))
    outer, inner = values[rows, hit], values[rows, np.maximum(hit - 1, 0)]
    whole = bool(below.any(axis=1).all() and (outer >= 0.0).all())
    share = np.clip((inner - _HALF) / np.maximum(inner - outer, 1e-9), 0.0, 1.0)
    return step * (hit - 1 + share), whole


def _smooth(reach: Floats) -> Floats:
    """Distances around, (m,), without what is shorter than the waves that are kept."""
    waves = np.fft.rfft(reach)
    waves[_WAVES + 1 :] = 0.0
    even: Floats = np.fft.irfft(waves, len(reach))
    return even


def _centroid(corners: Floats) -> Floats:
    """(2,) of the area within a closed line."""
    ahead = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * ahead[:, 1] - ahead[:, 0] * corners[:, 1]
    whole: Floats = ((corners + ahead) * cross[:, None]).sum(axis=0) / max(3.0 * cross.sum(), 1e-9)
    return whole
