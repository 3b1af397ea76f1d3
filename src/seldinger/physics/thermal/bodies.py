"""Bodies that hold a temperature: vessels, cryoprobes, cold planes, the edge of the block.

The cells of a body take no part in conduction; heat passes between the body and the tissue cells
at its wall. For a rod thinner than a few cells the wall's conductance is the one of the true
cylinder (as for a well in a reservoir grid), so that the heat drawn does not depend on how many
cells the rod happens to cover.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Vector, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_HALF_WALL = 0.25
"""Cells are held whose centre lies this far outside a rod, in cells: keeps its wall finite."""
_CONNECTED = 0.71
"""Smallest radius, in cells, that leaves no gap in an oblique rod."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a programme.

    Attributes:
        seconds: how long.
        temperature_c: what the wall goes to; none: passive, no heat passes.
        duty: share of the time that it works; scales the exchange.
    """

    seconds: float
    temperature_c: float | None
    duty: float = 1.0

    def __post_init__(self) -> None:
        if not self.seconds > 0.0 or not 0.0 < self.duty <= 1.0:
            raise ValueError(
                f"a phase lasts longer than 0 s at a duty above 0 up to 1, got {self.seconds} s "
                f"and {self.duty}"
            )


@dataclass(frozen=True, slots=True)
class Programme:
    """Phases one after the other; passive after the last.

    Attributes:
        phases: in order.
        ramp_s: time to go evenly from the temperature before to the phase's own.
    """

    phases: tuple[Phase, ...]
    ramp_s: float

    @classmethod
    def constant(cls, temperature_c: float) -> Programme:
        """One temperature for ever: a vessel, an edge."""
        return cls((Phase(math.inf, temperature_c),), 0.0)

    @property
    def ends_s(self) -> tuple[float, ...]:
        """When each phase ends."""
        return tuple(float(t) for t in np.cumsum([p.seconds for p in self.phases]))

    @property
    def temperatures_c(self) -> tuple[float, ...]:
        """Every temperature asked for."""
        return tuple(p.temperature_c for p in self.phases if p.temperature_c is not None)

    def index_at(self, time_s: float) -> int:
        """Which phase holds at a time; ``len(phases)`` after the last."""
        return sum(time_s >= end for end in self.ends_s)


@dataclass(frozen=True, slots=True)
class Rod:
    """A straight cylinder.

    Attributes:
        tip_lps_mm: its working end.
        axis_lps: from the tip towards the hub.
        length_mm: of the working part.
        radius_mm: true outer radius.
    """

    tip_lps_mm: Vector
    axis_lps: Vector
    length_mm: float
    radius_mm: float

    def __post_init__(self) -> None:
        if not (self.length_mm > 0.0 and self.radius_mm > 0.0):
            raise ValueError(
                f"a rod has a positive length and radius, got {self.length_mm} and "
                f"{self.radius_mm} mm"
            )

    def distance_mm(self, points_lps_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance of points (..., 3) to the axis between the rod's ends."""
        axis = unit(np.asarray(self.axis_lps))
        away = points_lps_mm - np.asarray(self.tip_lps_mm)
        along = np.clip(away @ axis, 0.0, self.length_mm)
        gap: NDArray[np.float64] = np.linalg.norm(away - along[..., None] * axis, axis=-1)
        return gap


@dataclass(frozen=True, slots=True, eq=False)
class FixedBody:
    """A body that holds its temperature.

    Attributes:
        name: as it is printed.
        cells: (i, j, k) true inside.
        programme: temperature over time.
        wall_w_per_m2_k: heat transfer at the wall; none: the wall has the body's temperature.
        rod: the true shape, where it is a rod.
        limit_w: the most heat it can take up; it warms until it needs no more. None: no limit.
    """

    name: str
    cells: Mask
    programme: Programme
    wall_w_per_m2_k: float | None = None
    rod: Rod | None = None
    limit_w: float | None = None

    def __post_init__(self) -> None:
        if not self.cells.any():
            raise ValueError(f"{self.name} holds no cell of the grid: check where it lies")
        for key, value in (("wall_w_per_m2_k", self.wall_w_per_m2_k), ("limit_w", self.limit_w)):
            if value is not None and not value > 0.0:
                raise ValueError(f"{self.name}: {key} must be positive, got {value}")


def rod_cells(grid: Grid, rod: Rod) -> Mask:
    """The cells a rod covers, (i, j, k)."""
    spacing = grid.spacing_mm[0]
    reach = max(rod.radius_mm + _HALF_WALL * spacing, _CONNECTED * spacing)
    axis = unit(np.asarray(rod.axis_lps))
    tip = np.asarray(rod.tip_lps_mm)
    ends = grid.to_index(np.stack([tip, tip + rod.length_mm * axis]))
    margin = reach / spacing + 1.0
    low = np.clip(np.floor(ends.min(axis=0) - margin).astype(int), 0, grid.shape)
    high = np.clip(np.ceil(ends.max(axis=0) + margin).astype(int) + 1, 0, grid.shape)
    mask = np.zeros(grid.shape, dtype=np.bool_)
    spans = [np.arange(a, b) for a, b in zip(low, high, strict=True)]
    points = grid.to_lps(np.stack(np.meshgrid(*spans, indexing="ij"), -1).reshape(-1, 3))
    near = rod.distance_mm(points) <= reach
    here = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    mask[here] = near.reshape([len(s) for s in spans])
    return mask


def edge_cells(grid: Grid) -> Mask:
    """The outermost cells of a grid, (i, j, k)."""
    mask = np.ones(grid.shape, dtype=np.bool_)
    mask[1:-1, 1:-1, 1:-1] = False
    return mask


@dataclass(frozen=True, slots=True, eq=False)
class Wall:
    """Where a body meets tissue.

    Attributes:
        cells: (n,) flat indices of the tissue cells.
        faces: (n,) how many faces each shares with the body.
        area_per_m: (n,) those faces over the cell's volume, 1/m.
        depth_m: (n,) way from the wall to the cell's centre that conducts as the true wall does.
        resistance: of the wall's film, m2 K/W.
    """

    cells: NDArray[np.int64]
    faces: NDArray[np.int64]
    area_per_m: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    resistance: float

    def conductance(self, conductivity: NDArray[np.float64]) -> NDArray[np.float64]:
        """W/(m3 K) of each cell, from its conductivity (n,)."""
        return self.area_per_m / (self.depth_m / conductivity + self.resistance)

    def select(self, which: NDArray[np.intp]) -> Wall:
        """A part of it: the cells that stand at these places, (n,), of ``cells``."""
        return replace(
            self,
            cells=self.cells[which],
            faces=self.faces[which],
            area_per_m=self.area_per_m[which],
            depth_m=self.depth_m[which],
        )


def find_wall(grid: Grid, body: FixedBody, tissue: Mask) -> Wall:
    """The wall of a body; ``tissue`` is where there are cells that conduct.

    Raises:
        ValueError: no tissue touches the body.
    """
    faces = np.zeros(grid.shape, dtype=np.int64)
    for axis in range(3):
        low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        high = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        faces[low] += body.cells[high]
        faces[high] += body.cells[low]
    faces[~tissue] = 0
    cells = np.flatnonzero(faces)
    if not cells.size:
        raise ValueError(f"{body.name} touches no tissue: check its cells and the materials")
    count = faces.ravel()[cells]
    spacing = grid.spacing_mm[0] * 1e-3
    depth = np.full(cells.size, 0.5 * spacing)
    if body.rod is not None:
        rod = body.rod
        points = grid.to_lps(np.stack(np.unravel_index(cells, grid.shape), -1))
        away = np.maximum(rod.distance_mm(points), rod.radius_mm * 1.01) / rod.radius_mm
        per_length = spacing**2 * count.sum() / (2.0 * math.pi * rod.length_mm * 1e-3)
        depth = per_length * np.log(away)
    film = body.wall_w_per_m2_k
    return Wall(cells, count, count / spacing, depth, 0.0 if film is None else 1.0 / film)
