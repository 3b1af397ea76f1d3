"""Sections: the lumen across a centreline, with each of its diameters under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vessels.centre import RAYS, cast_rays, find_centroids
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.shapes import Curve
    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]

_STEP_VOXELS = 1.0
_TRIES = 9
_INWARD = 0.6
"""The largest circle is looked for within so many radii of the centroid."""
_TURN = 2.0 * np.pi / RAYS
_BULGE = (_TURN / 2.0) / np.sin(_TURN / 2.0)
"""A round wall is so much longer than the chords between its rays."""


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """Planes across a centreline, at equal ways.

    Attributes:
        along_mm: (n,) way from the first point of the centreline.
        points_lps_mm: (n, 3) where each plane meets it.
        wall_mm: (n, m) from there to the wall, ray by ray.
        area_mm2: (n,) of the lumen; not a number where the centreline lies outside the mask.
        area_diameter_mm: (n,) of a disc as large.
        inscribed_diameter_mm: (n,) of the largest circle within the lumen.
        perimeter_diameter_mm: (n,) of a circle with the same circumference.
    """

    along_mm: Floats
    points_lps_mm: Points
    wall_mm: Floats
    area_mm2: Floats
    area_diameter_mm: Floats
    inscribed_diameter_mm: Floats
    perimeter_diameter_mm: Floats

    __repr__ = short_repr

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) where the lumen was found."""
        found: NDArray[np.bool_] = np.isfinite(self.area_mm2)
        return found


def measure_sections(
    mask: Mask, grid: Grid, curve: Curve, step_mm: float | None = None
) -> Sections:
    """Cut ``mask`` across ``curve``.

    Args:
        mask: (i, j, k), true in the lumen.
        grid: of the mask.
        curve: along the lumen; its radius, where it has one, says how far a ray may look.
        step_mm: between planes; None: about a voxel.

    Raises:
        AnatomyError: the curve leaves the grid, or the mask does not fit it.
    """
    if mask.shape != grid.shape:
        raise AnatomyError(f"a mask of {mask.shape} was given for a grid of {grid.shape}")
    spacing = np.asarray(grid.spacing_mm)
    even = curve.resampled(step_mm or _STEP_VOXELS * float(spacing.min()))
    index = grid.to_index(even.points_lps_mm)
    if (index < -0.5).any() or (index > np.array(grid.shape) - 0.5).any():  # noqa: PLR2004
        raise AnatomyError("the centreline leaves the image: cut it where the scan ends")
    low = np.maximum(np.floor(index.min(axis=0)).astype(int) - _margin(even, spacing), 0)
    high = np.ceil(index.max(axis=0)).astype(int) + _margin(even, spacing) + 1
    box = mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    points = (index - low) * spacing
    tangent = _smooth_tangents(points)
    reach = np.full(len(points), 2.0 * _widest_mm(even) + 4.0 * float(spacing.max()))
    cells = np.pad(box, 1).astype(np.uint8)
    rays, first, second = cast_rays(cells, points, tangent, reach, spacing)
    shift, _ = find_centroids(rays)
    # Measured from the centroid, so that a line that is a little off reads the same lumen.
    middle = points + shift[:, :1] * first + shift[:, 1:] * second
    rays, _, _ = cast_rays(cells, middle, tangent, reach, spacing)
    _, area = find_centroids(rays)
    lost = ~(rays.min(axis=1) > 0.0)
    area, inscribed, perimeter = area.copy(), _inscribed(rays), _perimeter(rays) / np.pi
    for figures in (area, inscribed, perimeter):
        figures[lost] = np.nan
    return Sections(
        along_mm=even.along_mm, points_lps_mm=even.points_lps_mm, wall_mm=rays, area_mm2=area,
        area_diameter_mm=2.0 * np.sqrt(area / np.pi), inscribed_diameter_mm=inscribed,
        perimeter_diameter_mm=perimeter,
    )  # fmt: skip


def _widest_mm(curve: Curve) -> float:
    return 20.0 if curve.radius_mm is None else float(curve.radius_mm.max())


def _margin(curve: Curve, spacing: Floats) -> NDArray[np.intp]:
    widest = np.ceil((2.0 * _widest_mm(curve) + 4.0 * spacing.max()) / spacing)
    return np.asarray(widest, dtype=np.intp)


def _smooth_tangents(points: Floats) -> Floats:
    """Directions over a few points, so that steps of the line do not tilt its planes."""
    reach = min(3, (len(points) - 1) // 2)
    if reach < 1:
        ahead = np.gradient(points, axis=0)
    else:
        padded = np.vstack(
            [
                2.0 * points[0] - points[reach:0:-1], points,
                2.0 * points[-1] - points[-2 : -reach - 2 : -1],
            ]
        )  # fmt: skip
        ahead = padded[2 * reach :] - padded[: -2 * reach]
    way: Floats = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    return way


def _wall(rays: Floats) -> Floats:
    """(n, m, 2) where each ray meets the wall."""
    angle = _TURN * np.arange(rays.shape[1])
    corners: Floats = rays[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return corners


def _perimeter(rays: Floats) -> Floats:
    corners = _wall(rays)
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    around: Floats = sides.sum(axis=1) * _BULGE
    return around


def _inscribed(rays: Floats) -> Floats:
    """(n,) diameter of the largest circle, its middle looked for ever finer."""
    corners = _wall(rays)
    best = np.zeros((len(rays), 2))
    width = _INWARD * np.median(rays, axis=1)
    offsets = np.stack(np.meshgrid(*[np.linspace(-1, 1, _TRIES)] * 2), axis=-1).reshape(-1, 2)
    radius = np.zeros(len(rays))
    for _ in range(3):
        tried = best[:, None] + width[:, None, None] * offsets
        free = _to_wall(tried, corners)
        chosen = free.argmax(axis=1)
        radius = np.take_along_axis(free, chosen[:, None], axis=1)[:, 0]
        best = np.take_along_axis(tried, chosen[:, None, None], axis=1)[:, 0]
        width = width / 4.0
    # The chords of a round wall run a little inside it.
    found: Floats = 2.0 * radius / np.cos(_TURN / 4.0)
    return found


def _to_wall(points: Floats, corners: Floats) -> Floats:
    """(n, t) distance of points (n, t, 2) to the sides of polygons (n, m, 2); 0 outside."""
    side = np.roll(corners, -1, axis=1) - corners
    from_corner = points[:, :, None] - corners[:, None]
    size = np.maximum((side**2).sum(axis=2), 1e-12)
    share = np.clip((from_corner * side[:, None]).sum(axis=3) / size[:, None], 0.0, 1.0)
    away = np.linalg.norm(from_corner - share[..., None] * side[:, None], axis=3)
    left = side[:, None, :, 0] * from_corner[..., 1] - side[:, None, :, 1] * from_corner[..., 0]
    # Star-shaped about the origin: a point left of the side in its own direction is inside.
    angle = np.arctan2(points[..., 1], points[..., 0]) % (2.0 * np.pi)
    sector = (angle / _TURN).astype(int) % corners.shape[1]
    inside = np.take_along_axis(left, sector[..., None], axis=2)[..., 0] > 0.0
    free: Floats = np.where(inside | (np.linalg.norm(points, axis=2) == 0.0), away.min(axis=2), 0.0)
    return free
