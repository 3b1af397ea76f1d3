"""Beds whose filling is known in closed form, and that: a column, a ball, an ellipsoid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seldinger.core.space import Grid
from seldinger.physics.cement.bed import CementBed, Exit
from seldinger.physics.cement.fill import fill
from seldinger.physics.cement.fluids import Cement
from seldinger.physics.cement.injection import Filling, Injection, Tip

Floats = NDArray[np.float64]

K, POROSITY, MARROW = 1e-8, 0.8, 0.1
PATCHY_TIP = (4, 3, 2)
WIDE_OPEN = 1e-3
"""Openness in m3 that costs no pressure."""
COLUMN_MM, SIDE_MM = 60.0, 4.0


def column(cells: int) -> CementBed:
    """60 mm long, open at its far end."""
    grid = Grid.aligned((cells, 1, 1), (COLUMN_MM / cells, SIDE_MM, SIDE_MM))
    end = np.zeros(grid.shape, np.bool_)
    end[-1] = True
    k = np.full((3, *grid.shape), K)
    return CementBed(grid, np.full(grid.shape, POROSITY), k, (Exit("end", end, WIDE_OPEN),))


def fill_column(cells: int, ratio: float, filled: float = 0.5) -> Filling:
    """Until so large a share of its pores is given; cement ``ratio`` times as thick as marrow."""
    bed = column(cells)
    asked = Injection((Tip((0, 0, 0)),), filled * bed.pore_ml, 0.05)
    return fill(bed, Cement.newtonian(ratio * MARROW, MARROW), asked)


def column_saturation(cells: int, ratio: float, filled: float) -> Floats:
    """(cells,) means of Buckley and Leverett's solution: a piston, or a fan of thin cement."""
    x = (np.arange(cells * 64) + 0.5) / (cells * 64)
    xi = x / filled
    if ratio >= 1.0:
        exact = (xi < 1.0).astype(float)
    else:
        exact = np.clip((np.sqrt(ratio / xi) - ratio) / (1.0 - ratio), 0.0, 1.0)
    means: Floats = exact.reshape(cells, 64).mean(axis=1)
    return means


def column_kpa(bed: CementBed, ratio: float, given_ml: Floats, rate_ml_per_s: float) -> Floats:
    """Between the centres of the first and the last cell, behind a piston."""
    area_m2 = 1e-6 * SIDE_MM**2
    cell_m = 1e-3 * bed.grid.spacing_mm[0]
    front = np.maximum(1e-6 * given_ml / (POROSITY * area_m2) - 0.5 * cell_m, 0.0)
    whole = 1e-3 * COLUMN_MM - cell_m
    drag = MARROW * (ratio * front + whole - front) / (K * area_m2)
    found: Floats = 1e-3 * 1e-6 * rate_ml_per_s * drag
    return found


def ellipsoid(cells: int, semi_mm: tuple[float, float, float], voxel_mm: float) -> CementBed:
    """Open all around, permeable along each axis as its square: flow is radial in scaled axes."""
    grid = Grid.aligned((cells,) * 3, voxel_mm, (-voxel_mm * (cells - 1) / 2.0,) * 3)
    axis = np.arange(cells) * voxel_mm + grid.origin_lps_mm[0]
    scaled = [axis.reshape(np.roll((-1, 1, 1), n)) / one for n, one in enumerate(semi_mm)]
    inside = scaled[0] ** 2 + scaled[1] ** 2 + scaled[2] ** 2 < 1.0
    full = np.pad(inside, 1)
    inner = inside.copy()
    for axis_of in range(3):
        for shift in (-1, 1):
            inner &= np.roll(full, shift, axis_of)[1:-1, 1:-1, 1:-1]
    square = np.array(semi_mm) ** 2 / np.cbrt(np.prod(semi_mm)) ** 2
    k = K * square[:, None, None, None] * inside
    out = Exit("shell", inside & ~inner, WIDE_OPEN)
    return CementBed(grid, POROSITY * inside, k, (out,))


def radius_mm(volume_ml: Floats | float) -> Floats:
    """Of a ball whose pores hold so much."""
    found: Floats = np.cbrt(0.75 * np.asarray(volume_ml) * 1e3 / (POROSITY * math.pi))
    return found


def ball_kpa(
    ratio: float, given_ml: Floats, rate_ml_per_s: float, tip_mm: float, ball_mm: float
) -> Floats:
    """At a spherical tip of ``tip_mm`` in a ball of ``ball_mm``, by Darcy's law around a point."""
    front = np.maximum(1e-3 * radius_mm(given_ml), 1e-3 * tip_mm)
    cement = ratio * (1e3 / tip_mm - 1.0 / front)
    around = cement + 1.0 / front - 1e3 / ball_mm
    found: Floats = 1e-3 * 1e-6 * rate_ml_per_s * MARROW / (4.0 * math.pi * K) * around
    return found


def patchy(seed: int = 1) -> CementBed:
    """A small bed with neither symmetry nor order, a cleft, sealed bone and three exits."""
    rng = np.random.default_rng(seed)
    grid = Grid.aligned((9, 8, 7), (1.0, 1.5, 2.0))
    porosity = rng.uniform(0.3, 0.95, grid.shape)
    k = K * 10.0 ** rng.uniform(-1.0, 0.5, (3, *grid.shape))
    solid = rng.random(grid.shape) < 0.15
    solid[3:6, 3:5, 2:5] = False
    porosity[solid], k[:, solid] = 0.0, 0.0
    cleft = np.zeros(grid.shape, np.bool_)
    cleft[4, 3:5, 2:5] = True
    porosity[cleft], k[:, cleft] = 1.0, 1e-6
    sides = []
    for name, at in (("break", np.s_[0]), ("vein", np.s_[-1]), ("canal", np.s_[1:-1, -1])):
        where = np.zeros(grid.shape, np.bool_)
        where[at] = ~solid[at]
        sides.append((name, where))
    exits = tuple(
        Exit(name, where, 10.0**-n * 1e-11, float(n)) for n, (name, where) in enumerate(sides)
    )
    return CementBed(grid, porosity, k, exits, cleft)
