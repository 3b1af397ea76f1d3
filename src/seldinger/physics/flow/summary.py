"""Summary: a solution by its vessels, in a few numbers each, or as the table that peers write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.physics.flow.result import FlowWaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from seldinger.physics.flow.result import SteadyFlow
    from seldinger.physics.flow.units import FlowUnits

CSV_HEAD = "name,time,flow_in,flow_out,pressure_in,pressure_out"
"""Columns of svZeroDSolver."""


@dataclass(frozen=True, slots=True)
class Swing:
    """A quantity over a period: mean, smallest and largest."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class VesselSummary:
    """One vessel of a solution.

    Attributes:
        name: of the vessel.
        start_mmhg, end_mmhg: pressure at its ends.
        flow_ml_per_s: at its start, towards its end.
    """

    name: str
    start_mmhg: Swing
    end_mmhg: Swing
    flow_ml_per_s: Swing


def summarise(solved: SteadyFlow | FlowWaves) -> tuple[VesselSummary, ...]:
    """Every vessel, in the network's order."""
    parts = (solved.start_mmhg, solved.end_mmhg, solved.start_ml_per_s)
    columns = [_swings(np.atleast_2d(part)) for part in parts]
    names = (vessel.name for vessel in solved.circuit.network.vessels)
    return tuple(VesselSummary(*row) for row in zip(names, *columns, strict=True))


def to_csv(solved: SteadyFlow | FlowWaves, units: FlowUnits) -> Iterator[str]:
    """Lines of a table, vessel by vessel, time by time, its pressures in ``units``."""
    time = solved.time_s if isinstance(solved, FlowWaves) else np.zeros(1)
    flows = [np.atleast_2d(part) for part in (solved.start_ml_per_s, solved.end_ml_per_s)]
    pressures = [units.per_mmhg * np.atleast_2d(p) for p in (solved.start_mmhg, solved.end_mmhg)]
    yield CSV_HEAD
    for number, vessel in enumerate(solved.circuit.network.vessels):
        columns = [time, *(part[:, number] for part in (*flows, *pressures))]
        for row in np.stack(columns, axis=1):
            yield ",".join([vessel.name, *(f"{value:.16e}" for value in row)])


def _swings(rows: NDArray[np.float64]) -> list[Swing]:
    """Of (t, v)."""
    each = np.stack([rows.mean(axis=0), rows.min(axis=0), rows.max(axis=0)], axis=1)
    return [Swing(*map(float, one)) for one in each]
