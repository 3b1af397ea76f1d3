"""Cement's task: 6 mL into a body of round numbers; a benchmark needs work, not medicine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.flow import cpu_s
from seldinger.core.space import Grid
from seldinger.kernels import cement, cement_plain
from seldinger.physics.cement.bed import CementBed, Exit
from seldinger.physics.cement.block import Pressure, make_block
from seldinger.physics.cement.bone import Permeability, tube_openness_m3
from seldinger.physics.cement.fill import fill
from seldinger.physics.cement.fluids import Cement, Needle
from seldinger.physics.cement.injection import Filling, Injection, Numerics, Tip

if TYPE_CHECKING:
    from types import ModuleType

BLOCK_MM = 60.0
SEMI_MM = (25.0, 18.0, 15.0)
VEIN_MM = (5.0, 15.0, 4.0)
BONE_SHARE = 0.12


def body(voxel_mm: float) -> CementBed:
    """An elliptic cylinder of 50 x 36 x 30 mm, with veins behind and a shell that weeps."""
    count = round(BLOCK_MM / voxel_mm)
    grid = Grid.aligned((count,) * 3, voxel_mm)
    at = (np.arange(count) + 0.5) * voxel_mm - 0.5 * BLOCK_MM
    x, y, z = np.meshgrid(at, at, at, indexing="ij", sparse=True)

    def within(shrunk_mm: float) -> np.ndarray:
        a, b, c = (one - shrunk_mm for one in SEMI_MM)
        found: np.ndarray = ((x / a) ** 2 + (y / b) ** 2 < 1.0) & (abs(z) < c)
        return found

    inside = within(0.0)
    share = np.where(inside, BONE_SHARE, 1.0)
    vein = inside & (abs(x) < VEIN_MM[0]) & (y > VEIN_MM[1]) & (abs(z) < VEIN_MM[2])
    shell = inside & ~within(voxel_mm) & ~vein
    exits = (
        Exit("vein", vein, tube_openness_m3(2.0, 20.0, 2), 1.0), Exit("shell", shell, 1e-12, 1.0),
    )  # fmt: skip
    return CementBed(grid, 1.0 - share, Permeability().find_m2(share), exits)


def inject(bed: CementBed) -> Filling:
    """6 mL at 0.1 mL/s through a long needle, cement of the assumed curve."""
    count = bed.grid.shape[0]
    tip = Tip((count // 2, int(0.43 * count), count // 2), 1.0, 1.5)
    asked = Injection((tip,), 6.0, 0.1, 4000.0, 4.0, Needle(2.4, 120.0))
    return fill(bed, Cement.assumed(), asked)


def twin_cpu_s() -> tuple[float, float]:
    """One step of saturation in voxels of 2 mm, by the kernel and by its twin."""
    block = make_block(body(2.0))
    cells = len(block.pore)
    source, mobility = np.zeros(cells), np.zeros(cells)
    source[block.find_ball((15, 13, 15), None)] = 1e-7
    mobility[block.active] = 1.0
    solved = Pressure(block, source, Numerics())
    solved.update(mobility)
    pressure = solved.still + solved.unit
    order = block.active[np.argsort(-pressure[block.active], kind="stable")]

    def carry(room: ModuleType) -> None:
        room.carry(
            order, block.stride, pressure, solved.face, solved.fixed, block.outside, source,
            block.pore, np.ones(cells), block.exit_of, 1.0, np.zeros(cells), np.zeros(cells),
            np.zeros(cells), np.zeros((2, 2)),
        )  # fmt: skip

    return cpu_s(lambda: carry(cement)), cpu_s(lambda: carry(cement_plain), 1)
