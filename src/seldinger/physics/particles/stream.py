"""Stream: the flow around a catheter's tip, solved again whenever something has lodged.

The vessel with the tip is cut in two there, and what is injected enters between: whether it is
carried on or flows back is then a matter of the network alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.boundaries import FlowBoundary, Waveform
from seldinger.physics.flow.circuit import Circuit, assemble
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.solve import solve_steady

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.flow.network import Vessel
    from seldinger.physics.flow.result import SteadyFlow
    from seldinger.physics.particles.tree import ParticleTree

    Floats = NDArray[np.float64]

_CLOSED = 1e9
"""Resistance of what is closed, over the largest of the network: no flow that could be told."""
_STANDS = 1e-6
"""Of the largest flow; a tip with less has none."""
TIP = "tip of the catheter"
_SECOND = " beyond the tip"


@dataclass(frozen=True, slots=True, eq=False)
class TipStream:
    """A tree cut at a tip: v + 1 vessels, the last of them what lies beyond the tip.

    Attributes:
        tree: whose vessels these are.
        cut: number of the vessel that holds the tip; its first part keeps the number.
        circuit: of the network that is cut, with nothing injected; the injection is its last given.
        length_mm: (v + 1,).
        tip_node: number of the node between the parts.
        ahead, back: which of the two parts leads away from the tip with the flow at the
            beginning, and which against it.
        closed: resistance of what is closed.
    """

    tree: ParticleTree
    cut: int
    circuit: Circuit
    length_mm: Floats
    tip_node: int
    ahead: int
    back: int
    closed: float

    def widen(self, values: NDArray[np.float64]) -> Floats:
        """(v + 1,) of (v,) values that both parts of the vessel have alike."""
        return np.append(values, values[self.cut])

    @property
    def volume_ml(self) -> Floats:
        """(v + 1,) of the lumens."""
        share = self.length_mm / self.widen(self.tree.length_mm)
        volumes: Floats = self.widen(self.tree.volume_ml) * share
        return volumes

    def blocked(self, kept: Floats, lodged: Floats) -> Circuit:
        """The circuit with vessels and beds blocked.

        Args:
            kept: (v + 1,) share of the conductance that is left.
            lodged: (b, g) particles in the generations of the beds.
        """
        resistance, loss = self.circuit.resistance, self.circuit.loss
        part = np.where(kept > 0.0, kept, 1.0)
        changed = self.circuit.with_resistance(
            np.where(kept > 0.0, np.minimum(resistance / part, self.closed), self.closed),
            loss / part**2,
        )
        if not self.tree.beds:
            return changed
        most = self.closed / self.circuit.ladders[0:5:2].sum(axis=0)
        return changed.with_beds_scaled(self.tree.generations.resistance_factor(lodged, most))

    def solve(
        self, circuit: Circuit, rate_ml_per_s: float, near: SteadyFlow | None = None
    ) -> SteadyFlow:
        """Steady flow with ``rate_ml_per_s`` injected at the tip.

        Args:
            circuit: of ``blocked``.
            rate_ml_per_s: through the catheter.
            near: a solution to begin with.
        """
        if rate_ml_per_s:
            given = (*circuit.given[:-1], Waveform((rate_ml_per_s,)))
            circuit = replace(circuit, given=given)
        return solve_steady(circuit, near)

    def forward_ml_per_s(self, solved: SteadyFlow) -> float:
        """Flow in the vessel of the tip, towards where it went at the beginning."""
        sign = 1.0 if self.back == self.cut else -1.0
        return sign * float(solved.start_ml_per_s[self.back])


def open_stream(tree: ParticleTree, vessel: str, along: float) -> TipStream:
    """Cut ``tree`` at the tip.

    Args:
        tree: as it is now.
        vessel: that holds the tip.
        along: where: share of its length from its start.

    Raises:
        SimulationError: there is no such vessel, or no flow in it.
    """
    cut = tree.number_of(vessel)
    if not 0.0 < along < 1.0:
        raise SimulationError(
            f"the tip stands at {along:g} of {vessel}; it stands within, between 0 and 1"
        )
    old = tree.network.vessels[cut]

    first = replace(_part(old, along), end=TIP)
    second = replace(_part(old, 1.0 - along), name=old.name + _SECOND, start=TIP)
    vessels = (*tree.network.vessels[:cut], first, *tree.network.vessels[cut + 1 :], second)
    injection = FlowBoundary(TIP, TIP, Waveform((0.0,)))
    network = Network(vessels, (*tree.network.boundaries, injection))
    circuit = assemble(network)
    length = np.append(tree.length_mm, (1.0 - along) * tree.length_mm[cut])
    length[cut] *= along
    largest = max(
        float(np.abs(circuit.resistance).max()),
        float(circuit.ladders[0:5:2].sum(axis=0).max(initial=0.0)),
    )
    stream = TipStream(
        tree, cut, circuit, length, network.nodes.index(TIP), len(vessels) - 1, cut,
        _CLOSED * largest,
    )  # fmt: skip
    return _directed(stream, vessel)


def _part(vessel: Vessel, share: float) -> Vessel:
    """A share of the length of ``vessel``."""
    return replace(
        vessel,
        resistance_mmhg_s_per_ml=share * vessel.resistance_mmhg_s_per_ml,
        compliance_ml_per_mmhg=share * vessel.compliance_ml_per_mmhg,
        inertance_mmhg_s2_per_ml=share * vessel.inertance_mmhg_s2_per_ml,
        loss_mmhg_s2_per_ml2=share * vessel.loss_mmhg_s2_per_ml2,
    )


def _directed(stream: TipStream, vessel: str) -> TipStream:
    """``stream`` with its parts told apart by the flow as it is."""
    tree = stream.tree
    solved = stream.solve(stream.blocked(stream.widen(tree.kept), tree.begun_lodged()), 0.0)
    forward = stream.forward_ml_per_s(solved)
    largest = float(solved.peak_ml_per_s.max())
    if not abs(forward) > _STANDS * largest:
        raise SimulationError(
            f"{vessel} carries {forward:.3g} mL/s, and the network up to {largest:.3g}: at the tip "
            "is no flow that would carry anything; open the vessel, or place the tip elsewhere"
        )
    if forward < 0.0:
        return replace(stream, ahead=stream.back, back=stream.ahead)
    return stream
