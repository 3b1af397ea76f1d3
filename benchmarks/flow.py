"""Flow's tasks on a symmetric tree: through time, a period at once, a change, many samples; a peer.

The tree's numbers are round: a benchmark needs work, not medicine. The peer is svZeroDSolver, where
``SELDINGER_SVZERODSOLVER`` names its program (the ``svv`` wheel carries one; keep it in an
environment of its own).
"""

from __future__ import annotations

import math
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seldinger.physics.flow.boundaries import FlowBoundary, Waveform, WindkesselBoundary
from seldinger.physics.flow.circuit import Circuit, assemble
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.settings import MarchSettings
from seldinger.physics.flow.solve import march, solve_period, solve_steady
from seldinger.physics.flow.units import FlowUnits
from seldinger.physics.flow.zerod_write import write_zerod

if TYPE_CHECKING:
    from collections.abc import Callable

PEER = "SELDINGER_SVZERODSOLVER"
LEVELS = 10
SAMPLES = 200
TEN_CYCLES = MarchSettings(10, 1000)
TWIN_STEPS = 100
"""Given to the slow twin; its time is scaled up."""


def tree(levels: int = LEVELS, stenoses: int = 0, rings: int = 0) -> Network:
    """2^levels - 1 vessels with R, C and L, an RCR bed at each end; some narrowed, some joined."""
    count = 2**levels - 1
    turn = np.linspace(0.0, 1.0, 101)
    beat = 60.0 + 60.0 * np.sin(2.0 * math.pi * turn)
    inflow = Waveform(tuple(beat.tolist()), tuple(turn.tolist()))
    vessels, beds = [], []
    for i in range(1, count + 1):
        size = 2.0 ** (i.bit_length() - 1)
        start = "root" if i == 1 else f"n{i // 2}"
        loss = 1e-4 * size**2 if 1 <= i - 1 <= stenoses else 0.0
        vessels.append(
            Vessel(f"v{i}", start, f"n{i}", 0.02 * size**0.4, 0.05 / size, 0.005 * size**0.3, loss)
        )
        if 2 * i > count:
            beds.append(
                WindkesselBoundary(f"b{i}", f"n{i}", 0.1 * size, 1.0 / size, 0.9 * size, 5.0)
            )
    vessels.extend(
        Vessel(f"ring{n}", f"n{20 + n}", f"n{40 + n}", 1.0, 0.01, 0.01) for n in range(rings)
    )
    return Network(tuple(vessels), (FlowBoundary("in", "root", inflow), *beds))


def cpu_s(work: Callable[[], object], runs: int = 3) -> float:
    """Shortest processor time of ``runs``, after one that compiles."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def march_cpu_s(stenoses: int = 0) -> float:
    """Ten cycles of a thousand steps."""
    circuit = assemble(tree(stenoses=stenoses))
    return cpu_s(lambda: march(circuit, TEN_CYCLES))


def twin_cpu_s() -> float:
    """The same by the sparse matrix, scaled up from fewer steps."""
    circuit = assemble(tree())
    few = MarchSettings(1, TWIN_STEPS)
    spent = cpu_s(lambda: march(circuit, few, plain=True), 1)
    return spent * TEN_CYCLES.cycles * TEN_CYCLES.steps_per_cycle / TWIN_STEPS


def peer_cpu_s() -> float | None:
    """The same by svZeroDSolver; None where it is not named."""
    program = os.environ.get(PEER)
    if not program:
        return None
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "tree.json"
        asked.write_text(write_zerod(tree(), FlowUnits.CGS, TEN_CYCLES), encoding="utf-8")
        before = _children_cpu_s()
        words = [program, str(asked), str(Path(folder) / "out.csv")]
        subprocess.run(words, check=True, capture_output=True, cwd=folder)  # noqa: S603  the user's
        return _children_cpu_s() - before


def period_cpu_s(stenoses: int = 3) -> float:
    """The periodic state at once."""
    circuit = assemble(tree(stenoses=stenoses))
    return cpu_s(lambda: solve_period(circuit))


def change_cpu_s(stenoses: int = 3, rings: int = 0) -> float:
    """One vessel is stented, and the steady state solved again."""
    network = tree(stenoses=stenoses, rings=rings)
    circuit = assemble(network)
    near = solve_steady(circuit)
    stented = replace(network.vessels[1], loss_mmhg_s2_per_ml2=0.0)
    return cpu_s(lambda: solve_steady(circuit.with_vessels([stented]), near))


def samples_cpu_s() -> float:
    """Two hundred steady solutions with beds and resistances that scatter."""
    circuit = assemble(tree(stenoses=3))
    chance = np.random.default_rng(1)
    beds = chance.uniform(0.5, 2.0, SAMPLES)
    shares = chance.uniform(0.8, 1.2, (SAMPLES, len(circuit.resistance)))
    return cpu_s(lambda: _scatter(circuit, beds, shares), 1)


def _scatter(circuit: Circuit, beds: np.ndarray, shares: np.ndarray) -> None:
    for bed, share in zip(beds, shares, strict=True):
        changed = circuit.with_beds_scaled(float(bed))
        solve_steady(changed.with_resistance(circuit.resistance * share))


def _children_cpu_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
