"""Skin dose: what beams of X-rays leave on a surface, by distance and by factors.

    D = K (d_ref / d)^2  backscatter  medium  table

K is the air kerma free in air at the reference point of a beam, d_ref the distance of that point
from the source and d that of the skin. Backscatter and medium are single factors; the table weakens
what comes through it. A beam reaches skin that lies in its field and faces its source. What lies
behind other skin (an arm before the flank) is not shadowed, so that doses are rather too large.

Surfaces are points with outward normals and areas, so that the engine knows a phantom and the skin
of a scan alike. Frame: +x the patient's left, +y downwards (to the back of who lies on it), +z
towards the head, mm; the middle of the table's top is the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Points, Vector

_UNIT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A skin.

    Attributes:
        points_mm: (n, 3).
        normals: (n, 3), unit length, outwards.
        areas_mm2: (n,), of the patch that each point stands for.
        shape: (rows along z, columns around) where the points form a lattice, else None.
    """

    points_mm: Points
    normals: Points
    areas_mm2: NDArray[np.float64]
    shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        count = len(self.points_mm)
        sizes = (self.points_mm.shape, self.normals.shape, self.areas_mm2.shape)
        if count == 0 or sizes != ((count, 3), (count, 3), (count,)):
            raise ValueError(f"points and normals are (n, 3), areas (n,); got {sizes}")
        for array in (self.points_mm, self.normals, self.areas_mm2):
            if not np.isfinite(array).all():
                raise ValueError("a surface is finite")

    def moved(self, by_mm: Vector) -> Surface:
        """The same surface elsewhere."""
        points = self.points_mm + np.asarray(by_mm)
        return Surface(points, self.normals, self.areas_mm2, self.shape)


@dataclass(frozen=True, slots=True)
class Beam:
    """One irradiation, in the surface's frame.

    Attributes:
        kerma_gy: air kerma free in air at the reference point.
        source_mm: the focal spot.
        axis: unit vector from the source to the detector.
        across: unit vector of the field's width; what is left is its length.
        reference_mm: from the source to the reference point.
        field: tangents of the field's edges seen from the source: (across low, across high, along
            low, along high).
    """

    kerma_gy: float
    source_mm: Vector
    axis: Vector
    across: Vector
    reference_mm: float
    field: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        axis, across = np.asarray(self.axis), np.asarray(self.across)
        flat = abs(float(axis @ across)) < _UNIT_TOLERANCE
        units = all(abs(float(v @ v) - 1.0) < _UNIT_TOLERANCE for v in (axis, across))
        if not (flat and units):
            raise ValueError(f"axis and across are unit vectors at right angles: {axis}, {across}")
        if self.kerma_gy < 0.0 or self.reference_mm <= 0.0:
            raise ValueError("kerma is not negative and the reference point lies before the source")
        if self.field[0] >= self.field[1] or self.field[2] >= self.field[3]:
            raise ValueError(f"a field has a width and a length, got {self.field}")


@dataclass(frozen=True, slots=True)
class Factors:
    """What turns kerma into dose to skin.

    Attributes:
        backscatter: what the body throws back, a ratio.
        medium: dose to skin over kerma in air, a ratio.
        table: what is left of a beam behind table and pad, a ratio.
        table_half_width_mm: the table lies in y = 0 for |x| up to this.
    """

    backscatter: float
    medium: float
    table: float
    table_half_width_mm: float


def source_and_axis(
    primary_deg: float, secondary_deg: float, source_isocentre_mm: float
) -> tuple[Points, Points, Points]:
    """Where a C-arm's source is, seen from the isocentre.

    Args:
        primary_deg: positive with the detector towards the patient's left (LAO).
        secondary_deg: positive with the detector towards the head (CRA).
        source_isocentre_mm: their distance.

    Returns:
        Source, mm from the isocentre; unit axis from source to detector; unit vector across.
    """
    a, b = math.radians(primary_deg), math.radians(secondary_deg)
    axis = np.array([math.sin(a) * math.cos(b), -math.cos(a) * math.cos(b), math.sin(b)])
    across = np.array([math.cos(a), math.sin(a), 0.0])
    return -source_isocentre_mm * axis, axis, across


def elliptic_cylinder(
    half_width_mm: float, half_depth_mm: float, length_mm: float, step_mm: float
) -> Surface:
    """A body of elliptic section that lies on y = 0, its middle at x = z = 0, without its ends."""
    turn = np.linspace(0.0, 2.0 * np.pi, 721)
    rim = np.stack([half_width_mm * np.sin(turn), half_depth_mm * np.cos(turn)], axis=1)
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(rim, axis=0), axis=1))])
    columns = max(round(run[-1] / step_mm), 12)
    # Equal steps along the rim; the first column lies on the table, in the middle of the back.
    at = np.interp((np.arange(columns) / columns) * run[-1], run, turn)
    x, y = half_width_mm * np.sin(at), half_depth_mm * np.cos(at)
    normal = np.stack([x / half_width_mm**2, y / half_depth_mm**2, np.zeros(columns)], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    z = _middles(length_mm, step_mm)
    points = np.stack(
        [np.tile(x, len(z)), np.tile(y - half_depth_mm, len(z)), np.repeat(z, columns)], axis=1
    )
    area = run[-1] / columns * length_mm / len(z)
    return Surface(
        points, np.tile(normal, (len(z), 1)), np.full(len(points), area), (len(z), columns)
    )


def plane(width_mm: float, length_mm: float, step_mm: float) -> Surface:
    """A flat back on y = 0, facing down, its middle at x = z = 0."""
    x, z = _middles(width_mm, step_mm), _middles(length_mm, step_mm)
    points = np.stack([np.tile(x, len(z)), np.zeros(len(x) * len(z)), np.repeat(z, len(x))], axis=1)
    normals = np.tile(np.array([0.0, 1.0, 0.0]), (len(points), 1))
    area = width_mm * length_mm / len(points)
    return Surface(points, normals, np.full(len(points), area), (len(z), len(x)))


def dose_map(surface: Surface, beams: Sequence[Beam], factors: Factors) -> NDArray[np.float64]:
    """Dose of ``beams`` to every point of a surface, Gy, shape (n,); zero where none came."""
    total = np.zeros(len(surface.points_mm))
    for beam in beams:
        where, dose = _from_beam(surface, beam, factors)
        total[where] += dose
    return total


def hit_fraction(surface: Surface, beams: Sequence[Beam]) -> float:
    """Share of the kerma, 0 to 1, whose beams meet the surface at all; 0 without any kerma."""
    open_air = Factors(1.0, 1.0, 1.0, 0.0)
    kerma = sum(beam.kerma_gy for beam in beams)
    met = sum(b.kerma_gy for b in beams if len(_from_beam(surface, b, open_air)[0]))
    return met / kerma if kerma else 0.0


def _from_beam(
    surface: Surface, beam: Beam, factors: Factors
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Points that one beam reaches, and what it leaves there."""
    away = surface.points_mm - np.asarray(beam.source_mm)
    axis, across = np.asarray(beam.axis), np.asarray(beam.across)
    depth = away @ axis
    u, w = away @ across, away @ np.cross(axis, across)
    left, right, low, high = beam.field
    inside = (
        (depth > 0.0)
        & (u >= left * depth)
        & (u <= right * depth)
        & (w >= low * depth)
        & (w <= high * depth)
    )
    where = np.flatnonzero(inside)
    seen = away[where]
    faces = np.einsum("ij,ij->i", seen, surface.normals[where]) < 0.0
    where, seen = where[faces], seen[faces]
    squared = np.einsum("ij,ij->i", seen, seen)
    dose = beam.kerma_gy * beam.reference_mm**2 / squared
    dose *= factors.backscatter * factors.medium
    through = _through_table(np.asarray(beam.source_mm), seen, factors.table_half_width_mm)
    dose[through] *= factors.table
    return where, dose


def _through_table(source: Points, rays: Points, half_width_mm: float) -> NDArray[np.bool_]:
    """Which rays from ``source`` cross the table's top, y = 0, on their way."""
    if source[1] <= 0.0 or half_width_mm <= 0.0:
        return np.zeros(len(rays), dtype=bool)
    ends = source[1] + rays[:, 1]
    crosses = ends <= 0.0
    share = source[1] / np.maximum(source[1] - ends, 1e-9)
    x = source[0] + share * rays[:, 0]
    found: NDArray[np.bool_] = crosses & (np.abs(x) <= half_width_mm)
    return found


def _middles(length_mm: float, step_mm: float) -> NDArray[np.float64]:
    """Middles of equal steps over a length, around zero."""
    count = max(round(length_mm / step_mm), 1)
    middles: NDArray[np.float64] = ((np.arange(count) + 0.5) / count - 0.5) * length_mm
    return middles
