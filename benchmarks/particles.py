"""Particles' tasks on a symmetric tree: each drawn, millions of equal ones, an injection that ends.

The tree's numbers are round: a benchmark needs work, not medicine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.flow import cpu_s
from seldinger.kernels import particles, particles_plain
from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.counts import Load, Tally, route_counts
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import CatheterTip, Injected, Suspension
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.sizes import SphereSizes, draw_sizes
from seldinger.physics.particles.stream import open_stream
from seldinger.physics.particles.tree import ParticleTree, plain_tree
from seldinger.physics.particles.ways import FlowWays, find_ways

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = 10
DISCRETE, EQUAL, BATCHES = 1_200_000, 60_000_000, 50
SIZES = SphereSizes.uniform(100.0, 300.0)
SUSPENSION = Suspension(SIZES, DISCRETE, 20.0, 1.2)
CATHETER = CatheterTip("v0", 0.5, 700.0)


def tree(levels: int = LEVELS, root_mm: float = 5.0) -> ParticleTree:
    """2^levels - 1 vessels of Murray's law; every bed lets a share pass."""
    count = 2**levels - 1
    level = [(n + 1).bit_length() - 1 for n in range(count)]
    width = [root_mm * 2.0 ** (-one / 3.0) for one in level]
    leaves = range(count // 2, count)
    return plain_tree(
        [-1, *((n - 1) // 2 for n in range(1, count))],
        width,
        [10.0 * one for one in width],
        {n: 20.0 * len(leaves) for n in leaves},
        (95.0, 5.0),
        beds=[Bed(f"bed v{n}", shunt_share=0.05) for n in leaves],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A tree and where its blood goes from the tip."""

    tree: ParticleTree
    ways: FlowWays

    def walk(self, walker: Callable[..., None], number: int) -> np.ndarray:
        """Where each of ``number`` spheres ends."""
        size = 1e-3 * draw_sizes(SIZES, number, np.random.default_rng(1)).effective_um
        ways, place = self.ways, np.empty(number, np.int64)
        walker(
            size, np.uint64(7), ways.begin, ways.back, ways.first, ways.share, ways.target,
            ways.leads, ways.calibre, ways.generations.calibre_mm, ways.generations.shunt,
            ways.places.count, place,
        )  # fmt: skip
        return place

    def discrete(self) -> np.ndarray:
        """By the kernel."""
        return self.walk(particles.walk_particles, DISCRETE)

    def plain_cpu_s(self) -> float:
        """By its twin, scaled up from fewer."""
        few = DISCRETE // 10
        spent = cpu_s(lambda: self.walk(particles_plain.walk_particles, few), 1)
        return spent * DISCRETE / few

    def equal(self) -> Tally:
        """Equal spheres, counted."""
        tally = Tally.empty(self.ways.places.count)
        load = Load(np.array([0.032]), np.array([0.032**3]), np.array([EQUAL]))
        route_counts(self.ways, load, np.random.default_rng(1), tally)
        return tally

    def inject(self) -> Injected:
        """All spheres in batches, the flow solved again after each."""
        return inject(self.tree, SUSPENSION, CATHETER, settings=InjectionSettings(
            stasis_share=0.0, batches=BATCHES))  # fmt: skip

    def inject_classes(self) -> Injected:
        """The same by classes of size."""
        return inject(self.tree, SUSPENSION, CATHETER, settings=InjectionSettings(
            stasis_share=0.0, batches=BATCHES, most_discrete=0))  # fmt: skip


def task() -> Task:
    """With the tip in the root."""
    made = tree()
    stream = open_stream(made, CATHETER.vessel, CATHETER.along)
    circuit = stream.blocked(stream.widen(made.kept), made.begun_lodged())
    return Task(made, find_ways(stream, stream.solve(circuit, CATHETER.rate_ml_per_s)))
