"""Dose by Monte Carlo in voxels: the same electrons as the point kernel's, in any densities.

All tissue is water of its density. Decays go out in batches; the scatter among batches is the error
that is reported. The same seed gives the same dose whatever the number of threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.progress import Progress, silent
from seldinger.kernels import dose_voxels
from seldinger.physics.dose.point_kernel import QUANTILES
from seldinger.physics.dose.result import (
    JOULE_PER_MEV,
    AbsorbedDose,
    check_decays,
    check_density,
    check_positive_decays,
    dose_of,
)
from seldinger.physics.dose.steps import BIN_MEV, TransportSettings, tabulate_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.physics.dose.spectrum import Spectrum

_LANES = 4
_LEAST_BATCHES = 8


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """How many electrons, in how many batches, followed how finely.

    Attributes:
        electrons: to be followed; rounded up to whole batches.
        seed: of the random numbers.
        batches: whose scatter is the error; rounded up to a multiple of four.
        transport: cut and steps.

    Raises:
        ValueError: on construction, no electrons or fewer than eight batches.
    """

    electrons: int = 1_000_000
    seed: int = 1
    batches: int = 20
    transport: TransportSettings = field(default_factory=TransportSettings)

    def __post_init__(self) -> None:
        if self.electrons < 1:
            raise ValueError(f"electrons is {self.electrons}; follow at least one")
        if self.batches < _LEAST_BATCHES:
            raise ValueError(f"batches is {self.batches}; an error needs at least {_LEAST_BATCHES}")


def simulate(
    decays: NDArray[Any],
    density_g_per_ml: NDArray[Any],
    grid: Grid,
    spectrum: Spectrum,
    energy_per_decay_mev: float,
    settings: SimulationSettings | None = None,
    progress: Progress = silent,
) -> AbsorbedDose:
    """Dose with its error by chance.

    Args:
        decays: (i, j, k) in each voxel, over all time.
        density_g_per_ml: (i, j, k).
        grid: where they are.
        spectrum: of the electrons; only how energies are shared, not how much a decay emits.
        energy_per_decay_mev: emitted as electrons.
        settings: None: the usual ones.
        progress: told after every four batches.

    Raises:
        ValueError: no decays.
    """
    settings = settings or SimulationSettings()
    values = check_decays(decays, grid, energy_per_decay_mev)
    check_positive_decays(values)
    density = check_density(density_g_per_ml, grid)
    if not values.any():
        raise ValueError("there is no decay to follow: every voxel is 0")
    quantiles = spectrum.quantiles(QUANTILES)
    table = tabulate_steps(float(quantiles[-1]), settings.transport)
    active = values > 0.0
    # In C order: the kernel would be compiled again for every other one.
    voxels = np.ascontiguousarray(np.argwhere(active))
    below = np.concatenate([[0.0], np.cumsum(values[active])])
    rounds = math.ceil(settings.batches / _LANES)
    count = math.ceil(settings.electrons / (rounds * _LANES))
    total, square, books = np.zeros(grid.shape), np.zeros(grid.shape), np.zeros((_LANES, 3))
    for n in range(rounds):
        tally = np.zeros((_LANES, *grid.shape), np.float32)
        dose_voxels.decay_in_voxels(
            settings.seed, n * _LANES, count, voxels, below / below[-1], quantiles,
            table, BIN_MEV, settings.transport.cut_mev, density, np.array(grid.spacing_mm), tally,
            books,
        )  # fmt: skip
        for batch in tally:
            total += batch
            square += batch.astype(np.float64) ** 2
        progress("electrons in voxels", (n + 1) / rounds)
    batches = rounds * _LANES
    scatter = np.maximum(square - total**2 / batches, 0.0) * batches / (batches - 1)
    emitted, radiated, carried = books.sum(axis=0)
    # Shares of what was followed, times what was asked for.
    emitted_j = float(values.sum()) * energy_per_decay_mev * JOULE_PER_MEV
    each = emitted_j / emitted
    return AbsorbedDose(
        dose_of(total * each, density, grid),
        grid,
        f"Monte Carlo of {batches * count} electrons, seed {settings.seed}",
        emitted_j,
        float(total.sum()) * each,
        float(carried) * each,
        float(radiated) * each,
        dose_of(np.sqrt(scatter) * each, density, grid),
    )
