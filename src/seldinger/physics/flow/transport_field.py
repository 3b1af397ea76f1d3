"""Transport field: a solved flow as volumes of cells and volumes that pass between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.physics.flow.result import FlowWaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.physics.flow.network import Vessel
    from seldinger.physics.flow.result import SteadyFlow
    from seldinger.physics.flow.wave import PulseWaves

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TransportField:
    """What carries: r rows that repeat, n cells of v vessels, N nodes.

    Attributes:
        vessels: (v,) names.
        nodes: names; a node that a vessel without volume joined to another has its number.
        node_number: of every name among ``nodes``.
        first: (v + 1,) first cell of each vessel.
        ends: (2, v) number of the node where it starts and ends.
        is_open: (N,) whether blood enters or leaves the network there.
        row_s: from row to row.
        cell_ml: (r + 1, n) volume of the cells; the last row is the first of the next turn.
        passed_ml: (r, n + v) volume through every face from row to row.
        cell_mm: (v,) length of the cells; infinite where it is unknown.
    """

    vessels: tuple[str, ...]
    nodes: tuple[str, ...]
    node_number: Mapping[str, int]
    first: Numbers
    ends: Numbers
    is_open: NDArray[np.bool_]
    row_s: float
    cell_ml: Floats
    passed_ml: Floats
    cell_mm: Floats

    def __repr__(self) -> str:
        return f"<TransportField: {len(self.vessels)} vessels, {self.first[-1]} cells>"

    @property
    def period_s(self) -> float:
        """After what time the rows repeat."""
        return self.row_s * len(self.passed_ml)


def wave_field(waves: PulseWaves) -> TransportField:
    """The last cycle of ``waves``, as it is, in its own cells."""
    mesh, network = waves.mesh, waves.mesh.network
    number = {node: n for n, node in enumerate(network.nodes)}
    is_open = np.zeros(len(number), np.bool_)
    is_open[[number[boundary.node] for boundary in network.boundaries]] = True
    return TransportField(
        tuple(vessel.name for vessel in network.vessels),
        network.nodes,
        number,
        mesh.first,
        np.array([[number[getattr(v, end)] for v in network.vessels] for end in ("start", "end")]),
        is_open,
        float(waves.time_s[1] - waves.time_s[0]),
        waves.cell_ml(),
        waves.passed_ml,
        mesh.vessel[0] * 1e3,
    )


def lumped_field(
    solved: SteadyFlow | FlowWaves,
    volume_ml: Mapping[str, float],
    cells: int = 40,
    length_mm: Mapping[str, float] | None = None,
    row_s: float = 0.05,
) -> TransportField:
    """A lumped solution, each vessel cut into cells of one volume.

    Args:
        solved: steady, or one period.
        volume_ml: mean volume of each vessel; one that is not named takes no time, and joins its
            nodes.
        cells: of each vessel.
        length_mm: of each vessel, for dispersion.
        row_s: of a steady flow; a period has its own.

    Raises:
        ValueError: a name that is no vessel's, a volume that is none or smaller than what a pulse
            takes out of it, no vessel with a volume, fewer than two cells, or several periods.
    """
    network = solved.circuit.network
    _check_lumped(solved, volume_ml, cells)
    kept = [k for k, vessel in enumerate(network.vessels) if vessel.name in volume_ml]
    number, joined = _join_nodes(network.nodes, [v for v in network.vessels
                                                 if v.name not in volume_ml])  # fmt: skip
    every_s, starts, ends = _passed(solved, row_s)
    starts, ends = starts[:, kept], ends[:, kept]
    mean = np.array([volume_ml[network.vessels[k].name] for k in kept])
    grown = np.concatenate([np.zeros((1, len(kept))), np.cumsum(starts - ends, axis=0)])
    volume = mean + grown - grown[:-1].mean(axis=0)
    if not (volume > 0.0).all():
        k = kept[int(volume.min(axis=0).argmin())]
        raise ValueError(
            f"vessel {network.vessels[k].name} is emptied by its own pulse: its volume is smaller "
            "than what its compliance gives; correct one of them"
        )
    share = np.linspace(0.0, 1.0, cells + 1)
    passed = starts[:, :, None] * (1.0 - share) + ends[:, :, None] * share
    lengths = length_mm or {}
    is_open = np.zeros(len(joined), np.bool_)
    is_open[[number[boundary.node] for boundary in network.boundaries]] = True
    made = [network.vessels[k] for k in kept]
    return TransportField(
        tuple(vessel.name for vessel in made),
        joined,
        number,
        np.arange(len(kept) + 1) * cells,
        np.array([[number[v.start] for v in made], [number[v.end] for v in made]]),
        is_open,
        every_s,
        np.repeat(volume / cells, cells, axis=1),
        passed.reshape(len(passed), -1),
        np.array([lengths.get(vessel.name, math.inf) / cells for vessel in made]),
    )


def _check_lumped(
    solved: SteadyFlow | FlowWaves, volume_ml: Mapping[str, float], cells: int
) -> None:
    names = {vessel.name for vessel in solved.circuit.network.vessels}
    unknown = sorted(set(volume_ml) - names)
    if unknown:
        raise ValueError(f"a volume of {unknown[0]}, which is no vessel of the network: drop it")
    if not volume_ml or not all(math.isfinite(v) and v > 0.0 for v in volume_ml.values()):
        raise ValueError(
            "volumes of vessels are positive and finite, and there is at least one: leave out a "
            "vessel that takes no time"
        )
    if cells < 2:  # noqa: PLR2004
        raise ValueError(f"{cells} cells of a vessel; give two or more")
    if isinstance(solved, FlowWaves) and solved.periods != 1:
        raise ValueError(f"{solved.periods} periods of flow; give one, it is repeated")


def _passed(solved: SteadyFlow | FlowWaves, row_s: float) -> tuple[float, Floats, Floats]:
    """Seconds of a row, and (r, v) volume through starts and ends in each."""
    if not isinstance(solved, FlowWaves):
        if not (math.isfinite(row_s) and row_s > 0.0):
            raise ValueError(f"rows of {row_s} s; they are positive and finite")
        flows = (solved.start_ml_per_s, solved.end_ml_per_s)
        return row_s, row_s * flows[0][None, :], row_s * flows[1][None, :]
    row_s = float(solved.time_s[1] - solved.time_s[0])

    def between(flow: Floats) -> Floats:
        found: Floats = row_s / 2.0 * (flow + np.roll(flow, -1, axis=0))
        return found

    return row_s, between(solved.start_ml_per_s), between(solved.end_ml_per_s)


def _join_nodes(
    nodes: Sequence[str], links: Sequence[Vessel]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """A number for every name, one for those that ``links`` join, and a name of each number."""
    parent = {node: node for node in nodes}

    def top(node: str) -> str:
        while parent[node] != node:
            node = parent[node]
        return node

    for link in links:
        parent[top(link.end)] = top(link.start)
    tops = tuple(node for node in nodes if parent[node] == node)
    at = {node: n for n, node in enumerate(tops)}
    return {node: at[top(node)] for node in nodes}, tops
