"""Heat's tasks: microwave, cold, radiofrequency, the preview, and kernels against plain twins.

The tissue is a round-number stand-in for liver: a benchmark needs work, not medicine.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Grid
from seldinger.physics.thermal import bodies, damage, exact, sources
from seldinger.physics.thermal.controllers import Drive, ImpedancePulses
from seldinger.physics.thermal.model import FrozenFlow, Model, Settings, SteadyFlow
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue
from seldinger.physics.thermal.radiofrequency import (
    FACES,
    Conductor,
    Electrode,
    Generator,
    Radiofrequency,
)
from seldinger.physics.thermal.run import run

if TYPE_CHECKING:
    from seldinger.physics.thermal.result import Result

EDGE = 128
MINUTE_S = 60.0
TWIN_S = 20.0
"""Simulated seconds given to the slow twin; its time is scaled up."""

TISSUE = Tissue(
    "tissue",
    3.8e6,
    0.52,
    0.0154,
    Freezing(-1.0, -8.0, 2.5e8, 1.8e6, 2.0),
    Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2, absorbed_dry=0.05),
)
BLOOD = Blood(3.8e6, 37.0)
ABSORPTION = sources.Absorption(0.06, 9.0, 12.0, 0.6, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A block and how long to run it."""

    name: str
    model: Model
    settings: Settings

    def result(self) -> Result:
        """Run it."""
        return run(self.model, self.settings)

    def seconds(self) -> float:
        """Wall time of one run; the first in a process also compiles or loads kernels."""
        start = time.perf_counter()
        self.result()
        return time.perf_counter() - start


def grid(edge: int = EDGE) -> Grid:
    """A cube of 1 mm cells around the origin."""
    half = (edge - 1) / 2.0
    return Grid.aligned((edge,) * 3, 1.0, (-half, -half, -half))


def _places(count: int, apart_mm: float) -> list[tuple[float, float]]:
    """Corners of a regular polygon with sides of ``apart_mm``; the origin for one."""
    if count == 1:
        return [(0.0, 0.0)]
    radius = 0.5 * apart_mm / float(np.sin(np.pi / count))
    turns = 2.0 * np.pi * np.arange(count) / count
    return [(radius * float(np.cos(t)), radius * float(np.sin(t))) for t in turns]


def microwave(antennas: int = 3, minutes: float = 10.0, edge: int = EDGE) -> Task:
    """Antennas at 65 W, damage by two laws, boiling."""
    block = grid(edge)
    on = sources.Schedule.steady(65.0, minutes * MINUTE_S)
    made = tuple(
        sources.antenna(block, f"antenna {n}", (x, y, -12.0), (0.0, 0.0, 1.0), ABSORPTION, on)
        for n, (x, y) in enumerate(_places(antennas, 20.0), start=1)
    )
    laws = (damage.liver_arrhenius(40.0), damage.cem43(240.0, 40.0))
    return Task(
        f"microwave, {antennas} antennas, {minutes:g} min",
        Model(
            block, np.ones(block.shape, np.uint8), (TISSUE,), BLOOD, SteadyFlow(), None, made, (),
            37.0,
        ),
        Settings(minutes * MINUTE_S, laws),
    )  # fmt: skip


def cold(probes: int = 3, edge: int = EDGE, minutes: tuple[float, ...] = (10.0, 8.0, 10.0)) -> Task:
    """Probes at -140 C, freeze - passive thaw - freeze."""
    block = grid(edge)
    programme = bodies.Programme(
        tuple(bodies.Phase(m * MINUTE_S, None if n % 2 else -140.0) for n, m in enumerate(minutes)),
        30.0,
    )
    held = []
    for n, (x, y) in enumerate(_places(probes, 18.0), start=1):
        rod = bodies.Rod((x, y, -15.0), (0.0, 0.0, 1.0), 30.0, 0.75)
        cells = bodies.rod_cells(block, rod)
        held.append(bodies.FixedBody(f"probe {n}", cells, programme, rod=rod))
    laws = tuple(damage.ColdIsotherm(f"{-t:g} C", -t, 0.0, 1.0) for t in (20.0, 40.0))
    return Task(
        f"cold, {probes} probes, {'-'.join(f'{m:g}' for m in minutes)} min",
        Model(
            block, np.ones(block.shape, np.uint8), (TISSUE,), BLOOD, SteadyFlow(),
            FrozenFlow(0.0, 0.0), (), tuple(held), 37.0,
        ),
        Settings(sum(minutes) * MINUTE_S, laws, sample_every_s=4.0),
    )  # fmt: skip


def radiofrequency(minutes: float = 12.0, edge: int = EDGE) -> Task:
    """One cooled electrode of 2 cm under pulses of 1.2 A, damage by two laws, boiling."""
    block = grid(edge)
    seconds = minutes * MINUTE_S
    tip = Electrode("tip", bodies.Rod((0.0, 0.0, -10.0), (0.0, 0.0, 1.0), 20.0, 0.75), 40.0, 10.0)
    setup = Radiofrequency(
        (tip,), (Conductor(0.33, 0.015, 100.0, 101.0, 1e-3),), (), FACES, 0.0,
        Generator(200.0, 2.0, 500.0, 1000.0), ImpedancePulses(Drive("A", 1.2), 0.15, 15.0), seconds,
    )  # fmt: skip
    laws = (damage.liver_arrhenius(40.0), damage.cem43(240.0, 40.0))
    return Task(
        f"radiofrequency, 1 cooled electrode, {minutes:g} min",
        Model(
            block, np.ones(block.shape, np.uint8), (TISSUE,), BLOOD, SteadyFlow(), None, (), (),
            37.0, radiofrequency=setup,
        ),
        Settings(seconds, laws),
    )  # fmt: skip


def preview_seconds(edge: int = EDGE) -> float:
    """Wall time of the exact homogeneous answer to a 10-minute Gaussian source."""
    block = grid(edge)
    source = sources.gaussian(
        block, "heat", (0.0, 0.0, 0.0), 8.0, sources.Schedule.steady(40.0, 600.0)
    )
    power = (40.0 * source.density_per_m3).astype(np.float32)
    start = time.perf_counter()
    exact.homogeneous(TISSUE, BLOOD, power, 1.0, 600.0)
    return time.perf_counter() - start


def twin_ratio(edge: int = EDGE) -> tuple[float, float]:
    """Seconds of the kernels and of the plain float64 twin for the same short microwave run."""
    whole = microwave(1, TWIN_S / MINUTE_S, edge)
    plain = Settings(TWIN_S, whole.settings.laws, plain=True)
    whole.result()
    return whole.seconds(), Task("twin", whole.model, plain).seconds()
