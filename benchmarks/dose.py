"""Dose's tasks: a voxel kernel, convolution and its peer, paths over a liver's dome, electrons.

The dome is a half-ball of liver below lung in round numbers: a benchmark needs work, not medicine.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import fftconvolve

from seldinger.core.space import Grid
from seldinger.kernels import dose_electron_plain, dose_rays_plain
from seldinger.physics.dose.convolve import spread
from seldinger.physics.dose.emitters import Y90
from seldinger.physics.dose.point_kernel import QUANTILES, load_point_kernel, make_point_kernel
from seldinger.physics.dose.scale_paths import PathSettings, scale_paths
from seldinger.physics.dose.simulate import SimulationSettings, simulate
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.steps import BIN_MEV, TransportSettings, tabulate_steps
from seldinger.physics.dose.voxel_kernel import build_voxel_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

KERNEL = load_point_kernel("y90")
MEV = 0.9336
TWIN_ELECTRONS = 200
FEW_RAYS = PathSettings(rays=8)


def cpu_s(work: Callable[[], object], runs: int = 3) -> float:
    """Shortest processor time of ``runs``, after one that compiles."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def build_cpu_s() -> float:
    """A voxel kernel of unequal sides."""
    return cpu_s(lambda: build_voxel_kernel((2.34, 2.34, 2.78), 1.04, KERNEL))


def convolution_cpu_s(edge: int = 256) -> tuple[float, float]:
    """Processor time of ours, single precision, and of scipy.signal's, for the same cube."""
    values = np.random.default_rng(1).random((edge,) * 3)
    kernel = build_voxel_kernel((2.0,) * 3, 1.04, KERNEL)
    ours = cpu_s(lambda: spread(values, kernel, np.float32))
    return ours, cpu_s(lambda: fftconvolve(values, kernel.share, "same"))


@dataclass(frozen=True, slots=True, eq=False)
class Dome:
    """Uniform activity in a half-ball of liver below lung, voxels of 3 mm."""

    decays: NDArray[np.float64]
    density: NDArray[np.float64]
    grid: Grid

    def paths(self, settings: PathSettings | None = None) -> object:
        """By water-equivalent paths."""
        return scale_paths(self.decays, self.density, self.grid, KERNEL, MEV, settings)

    def plain_paths(self) -> object:
        """The same by the twin, with few rays."""
        body = (self.decays, self.density, self.grid)
        return scale_paths(*body, KERNEL, MEV, FEW_RAYS, dose_rays_plain)

    def electrons(self, count: int) -> object:
        """By Monte Carlo."""
        settings = SimulationSettings(electrons=count)
        return simulate(self.decays, self.density, self.grid, emission_spectrum(Y90), MEV, settings)


def dome(radius_mm: float = 80.0, side_mm: float = 3.0) -> Dome:
    """The dome, with lung above and around it."""
    half = int(radius_mm / side_mm) + 8
    grid = Grid.aligned((2 * half, 2 * half, half + 8), side_mm)
    at = (np.arange(2 * half) - half + 0.5) * side_mm
    up = (np.arange(half + 8) + 0.5) * side_mm
    liver = (at[:, None, None] ** 2 + at[:, None] ** 2 + up**2) <= radius_mm**2
    return Dome(np.where(liver, 1e9, 0.0), np.where(liver, 1.06, 0.26), grid)


def point_rates(electrons: int = 400_000) -> tuple[float, float]:
    """Electrons a second of one core, from a point: the kernel and its plain twin."""
    settings = TransportSettings()
    ours = electrons / cpu_s(lambda: make_point_kernel(Y90, electrons, 1, settings), 2)
    quantiles = emission_spectrum(Y90).quantiles(QUANTILES)
    table = tabulate_steps(float(quantiles[-1]), settings)

    def twin() -> None:
        dose_electron_plain.follow_lanes(
            1, 0, TWIN_ELECTRONS, quantiles, table, BIN_MEV, settings.cut_mev, 10.0,
            np.zeros((1, 121)), np.zeros((1, 2)),
        )  # fmt: skip

    return ours, TWIN_ELECTRONS / cpu_s(twin, 1)


def voxel_rate(electrons: int = 400_000) -> float:
    """Electrons a second of one core, in the voxels of the dome."""
    body = dome()
    few = 800
    start = cpu_s(lambda: body.electrons(few), 2)
    return (electrons - few) / (cpu_s(lambda: body.electrons(electrons), 2) - start)
