"""The point kernel: where a decay at a point in endless water leaves the energy of its electrons.

It is a share of the emitted energy for every thin shell in water of density 1. How much energy a
decay emits is the caller's choice, so a kernel never carries a constant of dose. What electrons
radiate is not in the shells: it is what they lack to one, and travels far.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.kernels import dose_transport
from seldinger.physics.dose import water
from seldinger.physics.dose.emitters import EMITTERS
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.steps import BIN_MEV, TransportSettings, tabulate_steps

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.physics.dose.spectrum import Emitter, Spectrum

Floats = NDArray[np.float64]

SHELL_MM = 0.1
QUANTILES = 8193
METHOD = 1
"""Of transport; a new number where the same seed gives other bytes."""
_LANES = 8
_PART = 250_000
"""Electrons of a lane between two words of progress."""
_MARGIN = 1.02
"""Of the range of the fastest electron: losses scatter."""


@dataclass(frozen=True, slots=True, eq=False)
class PointKernel:
    """Energy around a point.

    Attributes:
        emitter: its name.
        shell_mm: thickness of a shell in water of density 1.
        share: (m,) of the emitted energy left in each shell, from the point outwards.
        provenance: how it was made, line by line.

    Raises:
        ValueError: on construction, shares that are negative or more than all.
    """

    emitter: str
    shell_mm: float
    share: Floats
    provenance: tuple[str, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        share = np.array(self.share, dtype=np.float64)
        if share.ndim != 1 or not (share >= 0.0).all() or not 0.0 < share.sum() <= 1.0 + 1e-9:
            raise ValueError(
                "a point kernel has shares of at least 0 that sum to at most 1, got"
                f" {share.shape} with sum {share.sum():g}"
            )
        if not self.shell_mm > 0.0:
            raise ValueError(f"shell_mm must be positive, got {self.shell_mm}")
        share.flags.writeable = False
        object.__setattr__(self, "share", share)

    @property
    def reach_mm(self) -> float:
        """Outer radius of the last shell, in water of density 1."""
        return self.shell_mm * len(self.share)

    @property
    def radiated(self) -> float:
        """Share of the emitted energy that leaves as bremsstrahlung: not in the shells."""
        return 1.0 - float(self.share.sum())

    @property
    def below(self) -> Floats:
        """(m + 1,) share of the emitted energy nearer than 0, 1, 2 ... shells."""
        below: Floats = np.concatenate([np.zeros(1), np.cumsum(self.share)])
        return below

    @property
    def middle_mm(self) -> Floats:
        """(m,) radii in the middle of the shells, in water of density 1."""
        return (np.arange(len(self.share), dtype=np.float64) + 0.5) * self.shell_mm

    def moment_mm(self, power: int) -> float:
        """Mean of the radius to ``power``, weighed by emitted energy, mm to that power."""
        return float(self.share @ self.middle_mm**power)

    def share_within(self, radius_mm: float) -> float:
        """Share of the emitted energy nearer than ``radius_mm`` in water of density 1."""
        at = np.arange(len(self.share) + 1) * self.shell_mm
        return float(np.interp(radius_mm, at, self.below))

    def radius_of_share(self, share: float) -> float:
        """Radius in mm of water within which ``share`` of the emitted energy is left.

        Raises:
            ValueError: more than all that the shells hold.
        """
        below = self.below
        if not 0.0 <= share <= below[-1]:
            raise ValueError(f"share is {share:g}; the shells hold 0 to {below[-1]:.4f}")
        return float(np.interp(share, below, np.arange(len(below)) * self.shell_mm))


def make_point_kernel(
    emitter: Emitter,
    electrons: int,
    seed: int,
    settings: TransportSettings,
    progress: Progress = silent,
) -> PointKernel:
    """Follow ``electrons`` of ``emitter`` from a point; the same whatever the number of threads.

    Args:
        emitter: branches and lines.
        electrons: to be followed; rounded up to a multiple of eight.
        seed: of the random numbers.
        settings: cut and steps.
        progress: told after each part.

    Raises:
        ValueError: fewer electrons than one.
    """
    if electrons < 1:
        raise ValueError(f"electrons is {electrons}; follow at least one")
    spectrum = emission_spectrum(emitter)
    quantiles = spectrum.quantiles(QUANTILES)
    table = tabulate_steps(float(quantiles[-1]), settings)
    top_cm = float(water.range_g_per_cm2(quantiles[-1:])[0])
    shells = np.zeros((_LANES, math.ceil(_MARGIN * 10.0 * top_cm / SHELL_MM)))
    books = np.zeros((_LANES, 2))
    lane = math.ceil(electrons / _LANES)
    for done in range(0, lane, _PART):
        count = min(_PART, lane - done)
        dose_transport.follow_lanes(
            seed, done * _LANES, count, quantiles, table, BIN_MEV, settings.cut_mev,
            1.0 / SHELL_MM, shells, books,
        )  # fmt: skip
        progress(f"point kernel of {emitter.name}", (done + count) / lane)
    emitted = float(books[:, 0].sum())
    share = shells.sum(axis=0) / emitted
    return PointKernel(
        emitter.name,
        SHELL_MM,
        share,
        _describe(emitter, spectrum, settings, (lane * _LANES, emitted, seed), share),
    )


def _describe(
    emitter: Emitter,
    spectrum: Spectrum,
    settings: TransportSettings,
    run: tuple[int, float, int],
    share: Floats,
) -> tuple[str, ...]:
    electrons, emitted, seed = run
    spectral = (
        f"spectrum: mean beta {spectrum.mean_beta_mev:.4f} MeV,"
        f" {spectrum.energy_per_decay_mev:.4f} MeV and"
        f" {spectrum.electrons_per_decay:.4f} electrons a decay"
    )
    followed = (
        f"method {METHOD}; electrons followed: {electrons}, mean {emitted / electrons:.4f} MeV;"
        f" seed {seed}"
    )
    steps = (
        f"cut {1000.0 * settings.cut_mev:g} keV for stopping and for hard collisions;"
        f" {settings.loss_per_step:g} of the energy a step"
    )
    return (
        f"emitter: {emitter.name}; {emitter.source}",
        spectral,
        followed,
        steps,
        f"water of density 1, mean excitation energy {water.MEAN_EXCITATION_EV:g} eV",
        f"radiated, not in the shells: {1.0 - share.sum():.5f} of the emitted energy",
    )


def write_point_kernel(kernel: PointKernel, path: Path) -> None:
    """Write ``kernel`` as text: provenance, then a row a shell."""
    lines = [f"# {line}" for line in kernel.provenance]
    lines.append(f"# shell_mm: {kernel.shell_mm:g}")
    lines.append("outer_radius_mm,share_of_emitted_energy")
    lines.extend(
        f"{(n + 1) * kernel.shell_mm:.1f},{share:.6e}" for n, share in enumerate(kernel.share)
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_point_kernel(text: str, emitter: str) -> PointKernel:
    """A kernel from what ``write_point_kernel`` wrote.

    Raises:
        ValueError: no thickness of shells, or rows that are not two numbers.
    """
    notes = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    shells = [line.removeprefix("shell_mm: ") for line in notes if line.startswith("shell_mm: ")]
    rows = [line for line in text.splitlines() if line[:1].isdigit()]
    if len(shells) != 1 or not rows:
        raise ValueError("a point kernel has a line '# shell_mm: ...' and a row for every shell")
    share = np.array([float(row.split(",")[1]) for row in rows])
    provenance = tuple(line for line in notes if not line.startswith("shell_mm: "))
    return PointKernel(emitter, float(shells[0]), share, provenance)


def load_point_kernel(emitter: str) -> PointKernel:
    """The kernel that the package brings for ``emitter``, "y90" or "ho166".

    Raises:
        ValueError: another name.
    """
    if emitter not in EMITTERS:
        raise ValueError(f"no point kernel is called {emitter!r}; there are: {', '.join(EMITTERS)}")
    page = resources.files("seldinger.physics.dose") / "kernels" / f"{emitter}.csv"
    return read_point_kernel(page.read_text(encoding="utf-8"), emitter)
