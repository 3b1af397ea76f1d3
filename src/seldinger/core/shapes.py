"""Shapes: curves and triangle surfaces in the patient frame (LPS+, mm).

Needles, wires, catheters, stents and centrelines are curves; ``core.tree`` joins them to vessels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points

SAME_MM = 1e-6
"""Points nearer than this are one point."""
_ROUNDING = 1e-9
_STRAIGHT_BACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A polyline from its first point to its last.

    Attributes:
        points_lps_mm: (n, 3), at least two; neighbours lie apart.
        radius_mm: (n,), positive: of the lumen or the device at each point; None when unknown.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    points_lps_mm: Points
    radius_mm: NDArray[np.float64] | None = None
    _along_mm: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        points = freeze_points(self.points_lps_mm, "a curve", at_least=2)
        gaps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        if (gaps <= SAME_MM).any():
            where = int(np.argmin(gaps))
            raise ValueError(
                f"points {where} and {where + 1} of a curve coincide, {points[where].tolist()} mm; "
                f"neighbours must lie more than {SAME_MM:g} mm apart: leave one out"
            )
        object.__setattr__(self, "points_lps_mm", points)
        # Asked for more often than anything else of a curve.
        along = np.concatenate([[0.0], np.cumsum(gaps)])
        along.flags.writeable = False
        object.__setattr__(self, "_along_mm", along)
        if self.radius_mm is not None:
            object.__setattr__(self, "radius_mm", _frozen_radius(self.radius_mm, len(points)))

    def __repr__(self) -> str:
        wide = "unknown"
        if self.radius_mm is not None:
            wide = f"{self.radius_mm.min():.3g} to {self.radius_mm.max():.3g} mm"
        size = f"{len(self.points_lps_mm)} points, {self.length_mm:.1f} mm"
        return f"<Curve: {size}, radius {wide}>"

    @property
    def along_mm(self) -> NDArray[np.float64]:
        """(n,) way from the first point to each point."""
        return self._along_mm

    @property
    def length_mm(self) -> float:
        """From the first point to the last, along the curve."""
        return float(self.along_mm[-1])

    @property
    def tangents(self) -> Points:
        """(n, 3) unit directions towards the last point; at a corner half-way between its sides."""
        sides = np.diff(self.points_lps_mm, axis=0)
        sides /= np.linalg.norm(sides, axis=1, keepdims=True)
        before, after = np.vstack([sides[:1], sides]), np.vstack([sides, sides[-1:]])
        both = before + after
        # Where the curve turns straight back there is no half-way: the way on counts.
        both = np.where(np.linalg.norm(both, axis=1, keepdims=True) > _STRAIGHT_BACK, both, after)
        found: Points = both / np.linalg.norm(both, axis=1, keepdims=True)
        return found

    def points_at(self, s_mm: float | NDArray[np.float64]) -> Points:
        """The points at ``s_mm`` along the curve: (3,) for one place, (m, 3) for (m,) places.

        Raises:
            ValueError: a place lies before the first point or behind the last.
        """
        places, along = np.asarray(s_mm, dtype=np.float64), self.along_mm
        slack = _ROUNDING * along[-1]
        if not ((places >= -slack) & (places <= along[-1] + slack)).all():
            raise ValueError(
                f"{np.min(places):g} to {np.max(places):g} mm along a curve was asked for; it runs "
                f"from 0 to {along[-1]:g} mm: stay on it"
            )
        axes = [np.interp(places, along, axis) for axis in self.points_lps_mm.T]
        found: Points = np.stack(axes, axis=-1)
        return found

    def resampled(self, step_mm: float) -> Curve:
        """The curve with points at equal ways along it, ``step_mm`` apart or less; ends are kept.

        Corners between the new points are cut, so it is never longer than before.

        Raises:
            ValueError: the step is not positive, or so long that nothing of a closed curve is left.
        """
        if not (np.isfinite(step_mm) and step_mm > 0.0):
            raise ValueError(f"step_mm is {step_mm}; a curve is sampled in positive steps")
        along = self.along_mm
        pieces = max(1, int(np.ceil(along[-1] / step_mm * (1.0 - _ROUNDING))))
        places = np.linspace(0.0, along[-1], pieces + 1)
        points = self.points_at(places)
        # A curve that turns straight back may meet itself in two neighbouring places.
        apart = np.linalg.norm(np.diff(points, axis=0), axis=1) > SAME_MM
        kept = np.concatenate([[True], apart])
        if kept.sum() < 2:  # noqa: PLR2004
            raise ValueError(
                f"step_mm is {step_mm:g}, the closed curve is {along[-1]:g} mm long and vanishes; "
                "give a shorter step"
            )
        radius = None if self.radius_mm is None else np.interp(places, along, self.radius_mm)[kept]
        return Curve(points[kept], radius)

    def cut(self, at_mm: float) -> tuple[Curve, Curve]:
        """The parts before and behind ``at_mm``, which is the end of one and start of the other.

        Raises:
            ValueError: a part would have no length.
        """
        along = self.along_mm
        if not SAME_MM < at_mm < along[-1] - SAME_MM:
            raise ValueError(f"a curve of {along[-1]:g} mm cannot be cut at {at_mm:g} mm")
        before, behind = along < at_mm - SAME_MM, along > at_mm + SAME_MM
        place = self.points_at(at_mm)
        parts = (
            np.vstack([self.points_lps_mm[before], place]),
            np.vstack([place, self.points_lps_mm[behind]]),
        )
        if self.radius_mm is None:
            return Curve(parts[0]), Curve(parts[1])
        wide = np.interp(at_mm, along, self.radius_mm)
        first = np.concatenate([self.radius_mm[before], [wide]])
        return Curve(parts[0], first), Curve(
            parts[1], np.concatenate([[wide], self.radius_mm[behind]])
        )

    def reversed(self) -> Curve:
        """The same curve from its last point to its first."""
        radius = None if self.radius_mm is None else self.radius_mm[::-1]
        return Curve(self.points_lps_mm[::-1], radius)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A surface of triangles, anticlockwise as seen from outside.

    Attributes:
        vertices_lps_mm: (n, 3).
        triangles: (m, 3) int, numbers of vertices; none has an area of zero.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    vertices_lps_mm: Points
    triangles: NDArray[np.intp]

    def __post_init__(self) -> None:
        vertices = freeze_points(self.vertices_lps_mm, "a mesh", at_least=3)
        triangles = np.array(self.triangles)
        if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles):  # noqa: PLR2004
            raise ValueError(f"triangles have shape (m, 3), m at least 1, got {triangles.shape}")
        if not np.issubdtype(triangles.dtype, np.integer):
            raise ValueError(f"triangles are whole numbers of vertices, got {triangles.dtype}")
        if triangles.min() < 0 or triangles.max() >= len(vertices):
            raise ValueError(
                f"triangles name vertices {triangles.min()} to {triangles.max()}; there are 0 to "
                f"{len(vertices) - 1}: count from 0"
            )
        triangles = triangles.astype(np.intp)
        triangles.flags.writeable = False
        object.__setattr__(self, "vertices_lps_mm", vertices)
        object.__setattr__(self, "triangles", triangles)
        flat = np.flatnonzero(np.linalg.norm(self._crossed, axis=1) == 0.0)
        if flat.size:
            raise ValueError(f"triangle {flat[0]} has no area; each needs some: leave it out")

    def __repr__(self) -> str:
        size = f"{len(self.vertices_lps_mm)} vertices, {len(self.triangles)} triangles"
        return f"<Mesh: {size}, {self.area_mm2:.0f} mm2>"

    @property
    def _crossed(self) -> Points:
        """(m, 3) outward, twice the area of each triangle long."""
        a, b, c = (self.vertices_lps_mm[corner] for corner in self.triangles.T)
        crossed: Points = np.cross(b - a, c - a)
        return crossed

    @property
    def area_mm2(self) -> float:
        """Of all triangles."""
        return float(np.linalg.norm(self._crossed, axis=1).sum()) / 2.0

    @property
    def normals(self) -> Points:
        """(m, 3) unit, outward, of each triangle."""
        crossed = self._crossed
        normals: Points = crossed / np.linalg.norm(crossed, axis=1, keepdims=True)
        return normals

    @property
    def volume_ml(self) -> float:
        """What the surface encloses.

        Raises:
            ValueError: it is open, its triangles do not agree which side is out, or in is out.
        """
        sides = self.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
        code = np.sort(sides[:, 0] * len(self.vertices_lps_mm) + sides[:, 1])
        back = np.sort(sides[:, 1] * len(self.vertices_lps_mm) + sides[:, 0])
        if (code != back).any() or (np.diff(code) == 0).any():
            raise ValueError(
                "a mesh with a hole, or with triangles that disagree which side is out, encloses "
                "no volume; every side must belong to two triangles, once each way: close it"
            )
        # Divergence theorem, from the middle, so that far from the origin no figures are lost.
        middle = self.vertices_lps_mm.mean(axis=0)
        corner = self.vertices_lps_mm[self.triangles[:, 0]] - middle
        volume = float((corner * self._crossed).sum()) / 6000.0
        if volume < 0.0:
            raise ValueError(f"the mesh is inside out ({volume:g} mL): turn its triangles round")
        return volume


def freeze_points(given: Any, what: str, at_least: int) -> Points:
    """``given`` as a read-only copy, (n, 3) LPS mm.

    Args:
        given: one point a row.
        what: they belong to, for the message.
        at_least: how many there must be.

    Raises:
        ValueError: another shape, or a point that is not finite.
    """
    points = np.array(given, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < at_least:  # noqa: PLR2004
        raise ValueError(
            f"the points of {what} have shape (n, 3), n at least {at_least}, got {points.shape}: "
            "give LPS mm, one point a row"
        )
    if not np.isfinite(points).all():
        where = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise ValueError(
            f"point {where} of {what} is {points[where].tolist()}; points are finite: leave it out"
        )
    points.flags.writeable = False
    return points


def _frozen_radius(given: Any, count: int) -> NDArray[np.float64]:
    radius = np.array(given, dtype=np.float64)
    if radius.shape != (count,):
        raise ValueError(f"radius_mm has shape ({count},), one a point, got {radius.shape}")
    if not (np.isfinite(radius) & (radius > 0.0)).all():
        where = int(np.flatnonzero(~(np.isfinite(radius) & (radius > 0.0)))[0])
        raise ValueError(
            f"radius_mm at point {where} is {radius[where]}; radii are positive and finite: "
            "give None where it is unknown"
        )
    radius.flags.writeable = False
    return radius
