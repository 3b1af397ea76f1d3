"""The path search's task: a 1.5 mm torso of formulas, every skin voxel, six structures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind, Origin, Structure
from seldinger.core.space import Grid
from seldinger.kernels import march
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.rules import measure_approach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.volume import Mask
    from seldinger.plan.approach.percutaneous.scene import Obstacle

SHAPE = (240, 180, 240)
H = 1.5
LATTICE = Grid.aligned(SHAPE, H)
STRUCTURES = 6
AIM = (95.0, 85.0, 130.0)
SUBSET = 8_000
"""Rays given to the slow twins; their time is scaled up to all entries."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Masks, rays and classes of the torso."""

    structures: tuple[Structure, ...]
    obstacles: tuple[Obstacle, ...]
    index: NDArray[np.float32]
    aims: NDArray[np.float32]
    classes: NDArray[np.uint8]

    @property
    def entries(self) -> int:
        """How many skin voxels."""
        return len(self.index)

    def maps(self) -> None:
        """A distance field around each structure."""
        for structure in self.structures:
            scenes.build_obstacle(structure, None, LATTICE)

    def score(self) -> None:
        """Every ray against every structure, and every tissue on every ray."""
        for obstacle in self.obstacles:
            self._approach(obstacle, self.entries)
        self._crossing(self.entries)

    def one_approach(self) -> None:
        """Every ray against the largest structure."""
        self._approach(self.obstacles[0], self.entries)

    def one_crossing(self) -> None:
        """Every tissue on every ray."""
        self._crossing(self.entries)

    def twin_seconds(self) -> float:
        """What ``one_approach`` would cost by the plain twin."""
        every = self.entries // SUBSET
        corner = np.asarray(self.obstacles[0].corner, dtype=np.float32)
        some, aims = self.index[::every] - corner, self.aims[::every] - corner
        zero = np.zeros(len(some), dtype=np.float32)
        field = self.obstacles[0].distance_mm
        start = time.perf_counter()
        march.nearest_approach_plain(some, aims, zero, zero, field, H, H)
        return (time.perf_counter() - start) * self.entries / len(some)

    def twin_crossing_seconds(self) -> float:
        """What ``one_crossing`` would cost by the plain twin."""
        every = self.entries // SUBSET
        some, aims = self.index[::every], self.aims[::every]
        start = time.perf_counter()
        march.measure_crossings_plain(some, aims, self.classes, H, H / 2.0, STRUCTURES + 6)
        return (time.perf_counter() - start) * self.entries / len(some)

    def _approach(self, obstacle: Obstacle, count: int) -> None:
        zero = np.zeros(count, dtype=np.float32)
        measure_approach(obstacle, self.index[:count], self.aims[:count], zero, zero, H)

    def _crossing(self, count: int) -> None:
        lengths = np.zeros((count, STRUCTURES + 6), dtype=np.float32)
        first, passes = np.empty(count, np.float32), np.empty(count, np.int32)
        march.measure_crossings(
            self.index[:count], self.aims[:count], self.classes, 5, H, H / 2.0, lengths,
            first, passes,
        )  # fmt: skip


def _ball(centre: tuple[float, float, float], radius: float) -> Mask:
    i, j, k = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    inside: Mask = (i - centre[0]) ** 2 + (j - centre[1]) ** 2 + (k - centre[2]) ** 2 <= radius**2
    return inside


def _masks() -> tuple[Mask, ...]:
    """Rib-like rings, spine, aorta, lungs, bowel, heart: large and small, near and far."""
    i, j, k = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    ring = ((i - 120) / 100.0) ** 2 + ((j - 90) / 72.0) ** 2
    ribs = (np.abs(ring - 1.0) < 0.06) & (k % 24 < 7) & (k > 80)  # noqa: PLR2004  a cage
    spine = ((i - 120) ** 2 + (j - 140) ** 2 <= 15**2) & (k >= 0)
    aorta = ((i - 128) ** 2 + (j - 112) ** 2 <= 8**2) & (k >= 0)
    lungs = _ball((80.0, 90.0, 200.0), 45.0) | _ball((160.0, 90.0, 200.0), 45.0)
    return (
        ribs,
        spine,
        aorta,
        lungs,
        _ball((150.0, 60.0, 60.0), 30.0),
        _ball((130.0, 70.0, 180.0), 25.0),
    )


def task() -> Task:
    """The torso, ready to be measured."""
    i, j = np.ogrid[: SHAPE[0], : SHAPE[1]]
    inside = ((i - 120) / 112.0) ** 2 + ((j - 90) / 84.0) ** 2 <= 1.0
    body = np.broadcast_to(inside[:, :, None], SHAPE)
    shell = scenes.find_boundary(np.ascontiguousarray(body))
    index = np.argwhere(shell).astype(np.float32)
    structures = tuple(
        Structure(f"structure {n}", Kind.ORGAN, mask & body, Origin.ASSUMED, (), mobile=False)
        for n, mask in enumerate(_masks())
    )
    made = [scenes.build_obstacle(s, None, LATTICE) for s in structures]
    classes = np.where(body, np.uint8(2), np.uint8(0))
    for number, structure in enumerate(structures):
        classes[structure.mask] = scenes.FIRST + number
    aims = np.broadcast_to(np.asarray(AIM, dtype=np.float32), index.shape)
    return Task(
        structures, tuple(o for o in made if o is not None), index, np.ascontiguousarray(aims),
        classes,
    )  # fmt: skip
