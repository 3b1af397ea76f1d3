"""What a solution is: pressure and flow at both ends of every vessel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.flow.circuit import Circuit


@dataclass(frozen=True, slots=True, eq=False)
class SteadyFlow:
    """Pressure and flow that do not change, in the order of the network's vessels.

    Attributes:
        circuit: what was solved.
        start_mmhg, end_mmhg: (v,) pressure at the two ends.
        start_ml_per_s, end_ml_per_s: (v,) flow there, towards the end; equal when steady, and
            equal in the mean of a period.
    """

    circuit: Circuit
    start_mmhg: NDArray[np.float64]
    end_mmhg: NDArray[np.float64]
    start_ml_per_s: NDArray[np.float64]
    end_ml_per_s: NDArray[np.float64]

    @classmethod
    def from_rows(cls, circuit: Circuit, rows: NDArray[np.float64]) -> Self:
        """Of ``rows`` (4, v), in the order of the attributes."""
        return cls(circuit, rows[0], rows[1], rows[2], rows[3])

    def rows(self) -> NDArray[np.float64]:
        """(4, v) of all four, in the order of the attributes."""
        parts = (self.start_mmhg, self.end_mmhg, self.start_ml_per_s, self.end_ml_per_s)
        return np.array(parts)

    def node_mmhg(self) -> NDArray[np.float64]:
        """(nodes,) pressure at the nodes of the network."""
        found = np.empty(len(self.circuit.network.nodes))
        found[self.circuit.start], found[self.circuit.end] = self.start_mmhg, self.end_mmhg
        return found

    def __repr__(self) -> str:
        return f"<SteadyFlow: {len(self.start_mmhg)} vessels>"

    @property
    def peak_ml_per_s(self) -> NDArray[np.float64]:
        """(v,) largest flow either way."""
        found: NDArray[np.float64] = np.maximum(abs(self.start_ml_per_s), abs(self.end_ml_per_s))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class FlowWaves:
    """Pressure and flow over time, in the order of the network's vessels.

    Attributes:
        circuit: what was solved.
        time_s: (t,) evenly apart; of a period the end is left out, as it is the start again.
        start_mmhg, end_mmhg: (t, v) pressure at the two ends.
        start_ml_per_s, end_ml_per_s: (t, v) flow there, towards the end.
        periods: how many periods the rows make up, from first to last.
    """

    circuit: Circuit
    time_s: NDArray[np.float64]
    start_mmhg: NDArray[np.float64]
    end_mmhg: NDArray[np.float64]
    start_ml_per_s: NDArray[np.float64]
    end_ml_per_s: NDArray[np.float64]
    periods: int

    @classmethod
    def from_rows(
        cls,
        circuit: Circuit,
        time_s: NDArray[np.float64],
        rows: NDArray[np.float64],
        periods: int,
    ) -> Self:
        """Of ``rows`` (4, t, v), in the order of the attributes.

        Args:
            circuit: what was solved.
            time_s: (t,).
            rows: pressures and flows.
            periods: how many they make up.
        """
        return cls(circuit, time_s, rows[0], rows[1], rows[2], rows[3], periods)

    def __repr__(self) -> str:
        return f"<FlowWaves: {self.start_mmhg.shape[1]} vessels, {len(self.time_s)} times>"

    def mean(self) -> SteadyFlow:
        """Over all rows."""
        parts = (self.start_mmhg, self.end_mmhg, self.start_ml_per_s, self.end_ml_per_s)
        return SteadyFlow.from_rows(self.circuit, np.array([part.mean(axis=0) for part in parts]))

    @property
    def peak_ml_per_s(self) -> NDArray[np.float64]:
        """(v,) largest flow either way."""
        ends = (self.start_ml_per_s, self.end_ml_per_s)
        found: NDArray[np.float64] = np.max([abs(end).max(axis=0) for end in ends], axis=0)
        return found


def boundary_flow_ml_per_s(solved: SteadyFlow | FlowWaves) -> NDArray[np.float64]:
    """Flow into the network at every boundary, (b,) or (t, b), in the network's order of them.

    It is what the vessels there carry away.
    """
    circuit = solved.circuit
    number = {node: n for n, node in enumerate(circuit.network.nodes)}
    nodes = [number[boundary.node] for boundary in circuit.network.boundaries]
    columns = [
        solved.start_ml_per_s[..., circuit.start == node].sum(axis=-1)
        - solved.end_ml_per_s[..., circuit.end == node].sum(axis=-1)
        for node in nodes
    ]
    return np.stack(columns, axis=-1)
