"""Block: the drained part of a bed as flat fields with a ring of empty cells, and its pressures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.kernels import cement as kernels
from seldinger.kernels import laplace_solve

if TYPE_CHECKING:
    from seldinger.physics.cement.bed import CementBed
    from seldinger.physics.cement.injection import Numerics

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The bed as the kernels read it; see ``kernels.cement`` for the layout.

    Attributes:
        shape: (3,) of the block, ring included.
        place: of the block's cells within it and of the same voxels in the bed's grid.
        active: (n,) cells.
        stride: (3,).
        wide: (3,) m.
        permeability: (3, cells) m2.
        pore: (cells,) m3.
        openness: (cells,) m3, of a cell's exit.
        outside: (cells,) Pa.
        exit_of: (cells,) int, -1 where there is none.
        throat: (cells,) m, root of the mean permeability times porosity.
    """

    shape: tuple[int, int, int]
    place: tuple[tuple[slice, ...], tuple[slice, ...]]
    active: Numbers
    stride: Numbers
    wide: Floats
    permeability: Floats
    pore: Floats
    openness: Floats
    outside: Floats
    exit_of: Numbers
    throat: Floats

    def take(self, values: Floats) -> Floats:
        """(cells,) of what is told on the bed's grid, (a, b, c); 0 elsewhere."""
        flat = np.zeros(self.shape)
        flat[self.place[0]] = values[self.place[1]]
        return flat.ravel()

    def find_ball(self, voxel: tuple[int, int, int], radius_mm: float | None) -> Numbers:
        """(n,) cells whose centres lie within a radius of a voxel of the bed's grid."""
        offset = np.array([s.start for s in self.place[1]])
        middle = np.asarray(voxel) - offset + 1
        away = np.array(np.unravel_index(self.active, self.shape)).T - middle
        apart_mm = np.linalg.norm(1e3 * self.wide * away, axis=1)
        found: Numbers = self.active[apart_mm <= (1e-9 if radius_mm is None else radius_mm)]
        return found

    def give(self, flat: Floats, into: Floats) -> None:
        """Write (cells,) into (a, b, c) of the bed's grid, where cells are active."""
        kept = np.zeros(len(flat), np.bool_)
        kept[self.active] = True
        within = kept.reshape(self.shape)[self.place[0]]
        into[self.place[1]][within] = flat.reshape(self.shape)[self.place[0]][within]


def make_block(bed: CementBed) -> Block:
    """What of the bed fluid moves in.

    Raises:
        SimulationError: marrow finds no way out.
    """
    drained = bed.drained
    if not drained.any():
        raise SimulationError(
            f"none of {len(bed.exits)} exits drains the bed: marrow must leave where cement comes; "
            "give at least one exit, veins for one"
        )
    box = scipy.ndimage.find_objects(drained.astype(np.int8))[0]
    inner = tuple(slice(1, 1 + s.stop - s.start) for s in box)
    i, j, k = (2 + s.stop - s.start for s in box)

    def widen(values: NDArray[np.generic], rest: float = 0.0) -> Floats:
        wide = np.full((i, j, k), rest)
        wide[inner] = np.where(drained[box], values[box], rest)
        return wide.ravel()

    spacing_m = 1e-3 * np.asarray(bed.grid.spacing_mm)
    permeability = np.array([widen(one) for one in bed.permeability_m2])
    openness, outside = np.zeros(bed.grid.shape), np.zeros(bed.grid.shape)
    exit_of = np.full(bed.grid.shape, -1.0)
    for number, one in enumerate(bed.exits):
        openness[one.where] = one.openness_m3 / float(one.where.sum())
        outside[one.where] = 1e3 * one.pressure_kpa
        exit_of[one.where] = number
    return Block(
        (i, j, k), (inner, box), np.flatnonzero(permeability[0] > 0.0),
        np.array([j * k, k, 1], np.int64), spacing_m, permeability,
        widen(bed.porosity) * float(spacing_m.prod()), widen(openness), widen(outside),
        widen(exit_of, -1.0).astype(np.int64),
        np.sqrt(np.cbrt(permeability.prod(axis=0)) * widen(bed.porosity)),
    )  # fmt: skip


class Pressure:
    """Darcy's pressure in a block, solved again and again from where it was."""

    def __init__(self, block: Block, source: Floats, numerics: Numerics) -> None:
        self.block, self.numerics = block, numerics
        a, b, c = block.shape
        half, cells = (c + 1) // 2, a * b * c
        self.source = source
        self.face, self.scaled = np.zeros((3, cells)), np.zeros((3, cells))
        self.scale, self.fixed = np.zeros(cells), np.zeros(cells)
        self.unit, self.still = np.zeros(cells), np.zeros(cells)
        self.change = np.zeros(cells)
        self.halves, self.spare = np.zeros((6, a + 1, b + 1, half)), np.zeros((5, a, b, half))
        self.sums = np.zeros((a, half))
        self.iterations = 0
        out = block.outside[block.exit_of >= 0]
        self.differs = bool(np.ptp(out) > 0.0)
        self.still[block.active] = out[0]

    def update(self, mobility: Floats) -> None:
        """Conductances from mobilities (cells,), and with them ``unit``, Pa s/m3, and ``still``.

        ``still`` is the pressure with nothing injected; a flow adds itself times ``unit``.

        Raises:
            SimulationError: the solution does not converge.
        """
        block = self.block
        kernels.conduct(
            block.active, block.stride, block.wide, block.permeability, mobility, self.face
        )
        np.multiply(block.openness, mobility, out=self.fixed)
        kernels.scale_system(
            block.active, block.stride, self.fixed, self.face, self.scale, self.scaled
        )
        # Pressures go on changing as they did: the next ones are looked for on that line.
        before, known = self.unit.copy(), self.unit.any()
        self.unit += self.change
        self._solve(self.source, self.unit)
        if known:
            np.subtract(self.unit, before, out=self.change)
        # Where all exits lie at one pressure, so does a bed at rest.
        if self.differs:
            self._solve(self.fixed * block.outside, self.still)

    def _solve(self, drive: Floats, pressure: Floats) -> None:
        shape, limits = self.block.shape, np.array([self.numerics.tolerance, 0.0])
        limits[1] = self.numerics.most_iterations
        face = self.scaled.reshape((3, *shape))
        count = laplace_solve.solve(
            face[0], face[1], face[2], self.scale.reshape(shape), drive.reshape(shape), limits,
            pressure.reshape(shape), self.halves, self.spare, self.sums,
        )  # fmt: skip
        self.iterations += count
        if count >= self.numerics.most_iterations:
            raise SimulationError(
                f"the pressure did not converge in {count} iterations: look for permeabilities or "
                "viscosities that lie many powers of ten apart, or allow more"
            )
