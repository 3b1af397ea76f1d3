"""Spectra of electrons that a decay emits: beta branches by Fermi's theory, and lines.

A branch has the statistical shape, the Fermi function of a point nucleus evaluated at its radius,
Rose's correction for the screening of atomic electrons, and for a unique first forbidden transition
the shape factor q^2 + lambda_2 p^2 with lambda_2 from the Coulomb functions (not set to one).
Energies inside are in units of the electron's rest energy, lengths in its reduced wavelength.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import loggamma

Floats = NDArray[np.float64]

ELECTRON_MEV = 0.51099895
_FINE_STRUCTURE = 1.0 / 137.035999
_WAVELENGTH_FM = 386.15927
_NUCLEON_FM = 1.2
"""Of the nuclear radius r0 A^(1/3)."""
_SCREENING = 1.13
"""Rose's potential is so many times alpha^2 Z^(4/3) rest energies."""
_POINTS = 4096

Shape = Literal["allowed", "unique first forbidden"]


@dataclass(frozen=True, slots=True)
class BetaBranch:
    """One beta transition.

    Attributes:
        end_point_mev: largest kinetic energy.
        per_decay: electrons by it in one decay.
        shape: of its spectrum.

    Raises:
        ValueError: on construction, an energy or yield that is not positive.
    """

    end_point_mev: float
    per_decay: float
    shape: Shape

    def __post_init__(self) -> None:
        if not (self.end_point_mev > 0.0 and self.per_decay > 0.0):
            raise ValueError(f"end point and yield must be positive, got {self}")


@dataclass(frozen=True, slots=True)
class ElectronLine:
    """Electrons of one energy: conversion or Auger."""

    energy_mev: float
    per_decay: float


@dataclass(frozen=True, slots=True)
class Emitter:
    """A nuclide by the electrons that it emits.

    Attributes:
        name: short, as files are called: "y90".
        daughter_z: atomic number of the daughter.
        mass_number: of both.
        branches: beta transitions.
        lines: electrons of one energy.
        source: where the numbers are from.
    """

    name: str
    daughter_z: int
    mass_number: int
    branches: tuple[BetaBranch, ...]
    lines: tuple[ElectronLine, ...]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """What is emitted, as a density and lines.

    Attributes:
        energy_mev: (n,) middles of equal bins.
        per_decay: (n,) beta electrons in each bin in one decay.
        lines: electrons of one energy.
    """

    energy_mev: Floats
    per_decay: Floats
    lines: tuple[ElectronLine, ...]

    @property
    def electrons_per_decay(self) -> float:
        """All electrons of one decay."""
        return float(self.per_decay.sum()) + sum(one.per_decay for one in self.lines)

    @property
    def mean_beta_mev(self) -> float:
        """Mean energy of a beta electron."""
        return float(self.energy_mev @ self.per_decay / self.per_decay.sum())

    @property
    def energy_per_decay_mev(self) -> float:
        """Energy that all electrons of one decay take along, by this spectrum."""
        lines = sum(one.energy_mev * one.per_decay for one in self.lines)
        return float(self.energy_mev @ self.per_decay) + lines

    def quantiles(self, count: int) -> Floats:
        """(count,) energies in MeV that cut the electrons into equally many, from least to most."""
        step = float(self.energy_mev[1] - self.energy_mev[0])
        edges = np.append(self.energy_mev - 0.5 * step, self.energy_mev[-1] + 0.5 * step)
        below = np.concatenate([[0.0], np.cumsum(self.per_decay)])
        for line in self.lines:
            # A line is a rise over no width: the edge stands twice.
            at = int(np.searchsorted(edges, line.energy_mev))
            before = float(np.interp(line.energy_mev, edges, below))
            edges = np.insert(edges, at, [line.energy_mev, line.energy_mev])
            below = np.insert(below, at, [before, before])
            below[at + 1 :] += line.per_decay
        wanted = np.linspace(0.0, below[-1], count)
        found: Floats = np.interp(wanted, below, edges)
        return found


def _coulomb(order: int, charge: float, radius: float, momentum: Floats, energy: Floats) -> Floats:
    """Generalised Fermi function of ``order`` (1: the usual one), at the nuclear radius."""
    strength = charge * _FINE_STRUCTURE
    gamma = math.sqrt(order * order - strength * strength)
    eta = strength * energy / momentum
    odd = math.prod(range(1, 2 * order, 2))
    front = (order * odd) ** 2 * 4.0**order * (order + gamma) / (2.0 * order)
    log = (
        2.0 * (gamma - order) * np.log(2.0 * momentum * radius)
        + math.pi * eta
        + 2.0 * loggamma(gamma + 1j * eta).real
        - 2.0 * float(loggamma(1.0 + 2.0 * gamma).real)
    )
    value: Floats = front * np.exp(log)
    return value


def branch_density(
    branch: BetaBranch, daughter_z: int, mass_number: int, energy_mev: Floats
) -> Floats:
    """Density of a branch by energy, not normalised.

    Args:
        branch: end point and shape.
        daughter_z: atomic number of the daughter.
        mass_number: of the nuclide.
        energy_mev: (n,) kinetic, positive.

    Returns:
        (n,), zero above the end point.
    """
    kinetic = energy_mev / ELECTRON_MEV
    neutrino = np.maximum(branch.end_point_mev / ELECTRON_MEV - kinetic, 0.0)
    total = 1.0 + kinetic
    screen = _SCREENING * _FINE_STRUCTURE**2 * (daughter_z - 1.0) ** (4.0 / 3.0)
    # Inside the cloud the electron is slower; where it could not be, there is no correction.
    inner = np.where(kinetic > 2.0 * screen, total - screen, total)
    momentum, slowed = np.sqrt(total**2 - 1.0), np.sqrt(inner**2 - 1.0)
    radius = _NUCLEON_FM * mass_number ** (1.0 / 3.0) / _WAVELENGTH_FM
    first = _coulomb(1, daughter_z, radius, slowed, inner)
    density = slowed * inner * neutrino**2 * first
    if branch.shape == "unique first forbidden":
        second = _coulomb(2, daughter_z, radius, slowed, inner) / first
        density = density * (neutrino**2 + second * momentum**2)
    shaped: Floats = density
    return shaped


def emission_spectrum(emitter: Emitter) -> Spectrum:
    """The spectrum of all branches and lines of ``emitter``."""
    top = max(branch.end_point_mev for branch in emitter.branches)
    energy = (np.arange(_POINTS) + 0.5) * top / _POINTS
    whole = np.zeros(_POINTS)
    for branch in emitter.branches:
        density = branch_density(branch, emitter.daughter_z, emitter.mass_number, energy)
        whole += branch.per_decay * density / density.sum()
    return Spectrum(energy, whole, emitter.lines)
