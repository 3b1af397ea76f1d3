"""Power density of what heats, W/m3 per watt, on a grid; and when it is on.

A microwave antenna is a fitted absorption: ``exp(-2 alpha r) / r`` across its axis and a Gaussian
along it, four numbers per device. Antennas add as power, incoherently, before anything is damaged.
Every source is normalised in closed form over all space; what the grid cuts off is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.space import Grid, Points, Vector, as_vector, unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Density = Callable[[Points], NDArray[np.float64]]

_FINE = 5
"""Points per edge of a cell that is looked at closely."""
_KEPT = 4
"""Antennas whose density is kept: as many as a plan has."""
_NEAR_CELLS = 2.5


@dataclass(frozen=True, slots=True)
class Schedule:
    """Power over time, constant between its changes.

    Attributes:
        ends_s: when each stretch ends, growing.
        power_w: in each stretch; zero after the last.
    """

    ends_s: tuple[float, ...]
    power_w: tuple[float, ...]

    def __post_init__(self) -> None:
        grows = all(a < b for a, b in pairwise((0.0, *self.ends_s)))
        if not self.ends_s or len(self.ends_s) != len(self.power_w) or not grows:
            raise ValueError(
                f"a schedule needs growing ends and one power each, got {self.ends_s} s and "
                f"{self.power_w} W"
            )
        if not all(math.isfinite(p) and p >= 0.0 for p in self.power_w):
            raise ValueError(f"power must be zero or more, got {self.power_w} W")

    @classmethod
    def steady(cls, power_w: float, seconds: float) -> Schedule:
        """One power, then off."""
        return cls((seconds,), (power_w,))

    def power_w_at(self, time_s: float) -> float:
        """Power in the stretch that contains ``time_s``, W."""
        for end, power in zip(self.ends_s, self.power_w, strict=True):
            if time_s < end:
                return power
        return 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A field of power density per watt, and its schedule.

    Attributes:
        name: as it is printed.
        density_per_m3: (i, j, k), W/m3 per watt.
        schedule: watts over time.
        dries: whether tissue that loses its water takes up less of it, as of microwaves.
    """

    name: str
    density_per_m3: NDArray[Any]
    schedule: Schedule
    dries: bool = False

    def inside(self, grid: Grid) -> float:
        """Share of the power that the grid holds."""
        return float(self.density_per_m3.sum(dtype=np.float64)) * grid.voxel_ml * 1e-6


def gaussian(
    grid: Grid, name: str, centre_lps_mm: Vector, sigma_mm: float, schedule: Schedule
) -> Source:
    """Heat spread as a round Gaussian; ``name`` is for messages."""
    _positive(name, sigma_mm=sigma_mm)
    sigma = sigma_mm * 1e-3
    scale = (2.0 * math.pi * sigma**2) ** -1.5
    parts = []
    for axis, coordinate in enumerate(_axes_mm(grid)):
        away = (coordinate - centre_lps_mm[axis]) * 1e-3
        parts.append(np.exp(-0.5 * (away / sigma) ** 2))
    field = scale * parts[0][:, None, None] * parts[1][None, :, None] * parts[2][None, None, :]
    return Source(name, field, schedule)


def uniform_sphere(
    grid: Grid, name: str, centre_lps_mm: Vector, radius_mm: float, schedule: Schedule
) -> Source:
    """Heat spread evenly in a ball called ``name``; cells at its surface get their share."""
    _positive(name, radius_mm=radius_mm)
    centre = np.asarray(centre_lps_mm)
    scale = 1.0 / (4.0 / 3.0 * math.pi * (radius_mm * 1e-3) ** 3)

    def density(points: Points) -> NDArray[np.float64]:
        away = np.linalg.norm(points - centre, axis=-1)
        return np.where(away <= radius_mm, scale, 0.0)

    points = _centres(grid)
    away = np.linalg.norm(points - centre, axis=-1)
    edge = np.abs(away - radius_mm) < grid.spacing_mm[0]
    return Source(name, _sampled(grid, points, density, edge), schedule)


@dataclass(frozen=True, slots=True)
class Absorption:
    """How one antenna heats, fitted to its maker's table.

    Attributes:
        attenuation_per_mm: alpha of ``exp(-2 alpha r) / r``.
        sigma_mm: of the Gaussian along the axis.
        behind_tip_mm: centre of heating, from the tip towards the hub.
        efficiency: watts absorbed per watt delivered to the antenna.
        shaft_radius_mm: no tissue within.
    """

    attenuation_per_mm: float
    sigma_mm: float
    behind_tip_mm: float
    efficiency: float
    shaft_radius_mm: float


def antenna(
    grid: Grid,
    name: str,
    tip_lps_mm: Vector,
    axis_lps: Vector,
    absorption: Absorption,
    schedule: Schedule,
) -> Source:
    """A microwave antenna called ``name``; ``axis_lps`` points from the tip to the hub."""
    a = absorption
    _positive(
        name,
        attenuation_per_mm=a.attenuation_per_mm,
        sigma_mm=a.sigma_mm,
        efficiency=a.efficiency,
        shaft_radius_mm=a.shaft_radius_mm,
    )
    field = _of_antenna(
        grid.shape, grid.index_to_lps.tobytes(), as_vector(tip_lps_mm), as_vector(axis_lps), a
    )
    return Source(name, field, schedule, dries=True)


@lru_cache(maxsize=_KEPT)
def _of_antenna(
    shape: tuple[int, int, int],
    index_to_lps: bytes,
    tip_lps_mm: Vector,
    axis_lps: Vector,
    a: Absorption,
) -> NDArray[np.float64]:
    """Density of an antenna, read-only: the same for every power and time, worked out once."""
    grid = Grid(shape, np.frombuffer(index_to_lps).reshape(4, 4))
    axis = unit(np.asarray(axis_lps))
    centre = np.asarray(tip_lps_mm) + a.behind_tip_mm * axis
    # Over r from the shaft outwards and over the whole axis; mm to m three times.
    across = (
        math.pi / a.attenuation_per_mm * math.exp(-2 * a.attenuation_per_mm * a.shaft_radius_mm)
    )
    scale = a.efficiency / (across * a.sigma_mm * math.sqrt(2.0 * math.pi)) * 1e9

    def density(points: Points) -> NDArray[np.float64]:
        along, r = _cylinder(points, centre, axis)
        r = np.maximum(r, 1e-6)
        fall = np.exp(-2.0 * a.attenuation_per_mm * r - 0.5 * (along / a.sigma_mm) ** 2) / r
        return np.where(r < a.shaft_radius_mm, 0.0, scale * fall)

    points = _centres(grid)
    along, r = _cylinder(points, centre, axis)
    near = (r < _NEAR_CELLS * grid.spacing_mm[0]) & (np.abs(along) < 5.0 * a.sigma_mm)
    field = _sampled(grid, points, density, near)
    field.flags.writeable = False
    return field


def _positive(name: str, **numbers: float) -> None:
    for key, value in numbers.items():
        if not (value > 0.0 and math.isfinite(value)):
            raise ValueError(f"{name}: {key} must be positive, got {value}")


def _axes_mm(grid: Grid) -> list[NDArray[np.float64]]:
    """LPS coordinates of the cell centres along each axis of an aligned grid."""
    return [
        np.asarray(grid.origin_lps_mm[a] + grid.spacing_mm[a] * np.arange(grid.shape[a]))
        for a in range(3)
    ]


def _centres(grid: Grid) -> Points:
    """Cell centres, (i, j, k, 3), LPS mm."""
    return np.stack(np.meshgrid(*_axes_mm(grid), indexing="ij"), axis=-1)


def _cylinder(
    points: Points, centre: Points, axis: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance along and across an axis, mm."""
    away = points - centre
    along = away @ axis
    across: NDArray[np.float64] = np.sqrt(np.maximum((away**2).sum(-1) - along**2, 0.0))
    return along, across


def _sampled(
    grid: Grid, points: Points, density: Density, close: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """A density at cell centres; in cells that ``close`` names, its mean over finer points."""
    field = density(points)
    steps = (np.arange(_FINE) + 0.5) / _FINE - 0.5
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    fine = points[close][:, None, :] + offsets[None, :, :] * np.asarray(grid.spacing_mm)
    field[close] = density(fine).mean(axis=1)
    return field
