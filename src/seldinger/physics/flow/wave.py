"""Wave: pressure and flow that run along elastic vessels, 1-D, until they repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.kernels import wave as compiled
from seldinger.kernels import wave_plain
from seldinger.physics.flow.elements import BLOOD
from seldinger.physics.flow.units import PA_PER_MMHG
from seldinger.physics.flow.wave_mesh import begin_beds, lay_mesh
from seldinger.physics.flow.wave_network import WaveSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.drain_flow import Fluid
    from seldinger.physics.flow.wave_mesh import WaveMesh
    from seldinger.physics.flow.wave_network import ElasticNetwork

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PulseWaves:
    """The last cycle that was marched: r + 1 rows, n cells of v vessels.

    Attributes:
        mesh: the cells.
        time_s: (r + 1,) since the start of the march; the last row is a period after the first.
        area_mm2: (r + 1, n) lumen of each cell.
        speed_mm_per_s: (r + 1, n) mean speed there, towards the vessel's end.
        passed_ml: (r, n + v) volume through every face from row to row; what passes the ends of
            the vessels at a node sums to nothing.
        cycles: how many were marched.
        change: largest difference of a pressure at a vessel's end from the cycle before, over the
            largest swing; infinite after one cycle.
        steps: of time, in all.
    """

    mesh: WaveMesh
    time_s: Floats
    area_mm2: Floats
    speed_mm_per_s: Floats
    passed_ml: Floats
    cycles: int
    change: float
    steps: int

    def __repr__(self) -> str:
        return f"<PulseWaves: {self.mesh!r}, cycle {self.cycles}, change {self.change:.1e}>"

    def pressure_mmhg(self) -> Floats:
        """(r + 1, n) pressure in every cell."""
        return _pressure_mmhg(self.mesh, self.area_mm2)

    def flow_ml_per_s(self) -> Floats:
        """(r + 1, n) flow in every cell."""
        return self.area_mm2 * self.speed_mm_per_s * 1e-3

    def at_ends(self, values: Floats) -> tuple[Floats, Floats]:
        """Starts and ends, (r + 1, v) each, of ``values`` (r + 1, n), by the last two cells."""
        return _at_ends(self.mesh, values)

    @property
    def start_mmhg(self) -> Floats:
        """(r + 1, v) pressure where the vessels start."""
        return self.at_ends(self.pressure_mmhg())[0]

    @property
    def end_mmhg(self) -> Floats:
        """(r + 1, v) pressure where they end."""
        return self.at_ends(self.pressure_mmhg())[1]

    @property
    def start_ml_per_s(self) -> Floats:
        """(r, v) mean flow from row to row where the vessels start."""
        return self.passed_ml[:, self.mesh.first_face] / np.diff(self.time_s)[:, None]

    @property
    def end_ml_per_s(self) -> Floats:
        """(r, v) mean flow from row to row where they end."""
        return self.passed_ml[:, self.mesh.last_face] / np.diff(self.time_s)[:, None]

    def cell_ml(self) -> Floats:
        """(r + 1, n) volume of every cell."""
        # A mm2 along a metre is a mL.
        lengths_m: Floats = np.repeat(self.mesh.vessel[0], np.diff(self.mesh.first))
        return self.area_mm2 * lengths_m


def march_waves(
    network: ElasticNetwork,
    settings: WaveSettings | None = None,
    fluid: Fluid = BLOOD,
    *,
    plain: bool = False,
) -> PulseWaves:
    """Follow the waves of ``network`` cycle by cycle until one is as the one before.

    Args:
        network: vessels and boundaries.
        settings: cells, rows, cycles and tolerance.
        fluid: what flows.
        plain: by the slow twin of the kernel.

    Raises:
        SimulationError: nothing says how long a period is; a vessel collapsed or a node did not
            settle.
    """
    chosen = settings or WaveSettings()
    period_s = network.period_s or chosen.period_s
    if period_s is None:
        raise SimulationError(
            "nothing at the boundary changes with time, so nothing says how long to march: give "
            "period_s"
        )
    mesh = lay_mesh(network, chosen, fluid)
    loops = wave_plain if plain else compiled
    rows = chosen.rows
    areas, speeds = (np.empty((rows + 1, len(mesh.begin_cell))) for _ in range(2))
    passed = np.empty((rows, len(mesh.begin)))
    areas[0], speeds[0] = mesh.begin_cell, 0.0
    stored, guess = begin_beds(mesh, chosen), mesh.begin.copy()
    before: Floats | None = None
    change, steps, cycle = np.inf, 0, 0
    while cycle < chosen.cycles:
        if cycle:
            areas[0], speeds[0] = areas[-1], speeds[-1]
        done, taken = loops.march(
            cycle * period_s, period_s / rows, chosen.courant, mesh.first, mesh.vessel, mesh.cell,
            mesh.face, mesh.node_first, mesh.node_end, mesh.kind, mesh.bed, mesh.table_first,
            mesh.table, stored, guess, areas, speeds, passed,
        )  # fmt: skip
        if done != compiled.DONE:
            raise _failed(done, cycle)
        steps, cycle = steps + taken, cycle + 1
        ends = np.concatenate(_at_ends(mesh, _pressure_mmhg(mesh, areas * 1e6)), axis=1)
        if before is not None:
            swing = float(np.ptp(ends, axis=0).max())
            change = float(abs(ends - before).max()) / swing if swing > 0.0 else 0.0
            if change <= chosen.tolerance:
                break
        before = ends
    time: Floats = (cycle - 1) * period_s + period_s / rows * np.arange(rows + 1.0)
    return PulseWaves(
        mesh, time, areas * 1e6, speeds * 1e3, passed * 1e6, cycle, change, steps
    )  # fmt: skip


def _pressure_mmhg(mesh: WaveMesh, area_mm2: Floats) -> Floats:
    density = mesh.fluid.density_kg_per_m3
    kinematic: Floats = mesh.cell[1] + mesh.cell[0] * np.sqrt(area_mm2 * 1e-6)
    return kinematic * (density / PA_PER_MMHG)


def _at_ends(mesh: WaveMesh, values: Floats) -> tuple[Floats, Floats]:
    """Straight through the two cells nearest to each end."""
    a, b = mesh.first[:-1], mesh.first[1:] - 1
    return (
        1.5 * values[:, a] - 0.5 * values[:, a + 1],
        1.5 * values[:, b] - 0.5 * values[:, b - 1],
    )


def _failed(done: int, cycle: int) -> SimulationError:
    what = "a vessel collapsed" if done == compiled.COLLAPSED else "a node did not settle"
    return SimulationError(
        f"waves, cycle {cycle + 1}: {what}; blood is driven faster than its waves, or sucked from "
        "a vessel that cannot hold its shape: look at flows, radii and units"
    )
