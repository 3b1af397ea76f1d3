"""Ways: where blood goes from every node, as the exits that particles and liquids choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.flow.circuit import Circuit
    from seldinger.physics.flow.result import SteadyFlow
    from seldinger.physics.particles.beds import Generations
    from seldinger.physics.particles.stream import TipStream

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

_TRICKLE = 1e-8
"""Of what leaves a node; less goes through what is closed."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Numbers of the places where particles end: as ``kernels.particles`` counts them.

    Attributes:
        vessels, beds, deep, ends: how many vessels, beds, generations of a bed and open ends.
    """

    vessels: int
    beds: int
    deep: int
    ends: int

    @property
    def lungs(self) -> int:
        """The first of the lung behind each bed."""
        return self.vessels + self.beds * self.deep

    @property
    def count(self) -> int:
        """Of all places."""
        return self.lungs + self.beds + self.ends


@dataclass(frozen=True, slots=True, eq=False)
class FlowWays:
    """Exits of every node, e in all, those of one node together.

    Attributes:
        begin: node of the tip.
        back: vessel that leads upstream from it.
        first: (nodes + 1,) where the exits of each node begin.
        share: (e,) of the flow out of the node, up to and with each exit.
        onward: (e,) of what has not left by an earlier exit of the node.
        flow: (e,) in mL/s.
        target: (e,) vessel, then bed, then open end.
        leads: (e,) node behind a vessel; -1 behind all else.
        beyond: (v,) node behind each vessel.
        calibre: (v,) mm.
        generations: of the beds.
        places: of particles.
    """

    begin: int
    back: int
    first: Numbers
    share: Floats
    onward: Floats
    flow: Floats
    target: Numbers
    leads: Numbers
    beyond: Numbers
    calibre: Floats
    generations: Generations
    places: Places

    def exits(self, nodes: Numbers) -> tuple[Numbers, Numbers]:
        """First exit and number of exits of each of ``nodes`` (k,)."""
        begins = self.first[nodes]
        return begins, self.first[nodes + 1] - begins

    @property
    def back_share(self) -> float:
        """What goes upstream from the tip, of all that leaves it."""
        begin, stop = self.first[self.begin], self.first[self.begin + 1]
        here = np.diff(self.share[begin:stop], prepend=0.0)
        return float(here[self.target[begin:stop] == self.back].sum())


def find_ways(stream: TipStream, solved: SteadyFlow) -> FlowWays:
    """Exits by the flow of ``solved``.

    Args:
        stream: that was solved.
        solved: its steady flow, with what is injected.
    """
    circuit, flow = solved.circuit, solved.start_ml_per_s
    ahead = flow > 0.0
    leaves = np.where(ahead, circuit.start, circuit.end)
    beyond = np.where(ahead, circuit.end, circuit.start)
    ends = circuit.given_node[:-1]
    source = np.concatenate([leaves, circuit.bed_node, ends])
    carried = np.concatenate([np.abs(flow), _bed_flows(circuit, solved), _end_flows(circuit, flow)])
    carried = np.maximum(carried, 0.0)
    nodes = len(circuit.network.nodes)
    total = np.bincount(source, carried, nodes)
    kept = np.flatnonzero(carried > _TRICKLE * total[source])
    kept = kept[np.argsort(source[kept], kind="stable")]
    first = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(source[kept], minlength=nodes), out=first[1:])
    # Shares before sums: behind what is closed flows are so small that sums would lose them.
    share, onward = _shares(carried[kept] / total[source[kept]], first, source[kept])
    tree = stream.tree
    return FlowWays(
        stream.tip_node, stream.back, first, share, onward, carried[kept], kept,
        np.concatenate([beyond, np.full(len(source) - len(flow), -1)])[kept], beyond,
        stream.widen(tree.calibre_mm), tree.generations,
        Places(len(flow), len(tree.beds), tree.generations.calibre_mm.shape[1], len(ends)),
    )  # fmt: skip


def _shares(part: Floats, first: Numbers, source: Numbers) -> tuple[Floats, Floats]:
    """Shares of exits: summed from the first of their node, and of what is left there."""
    upto = np.cumsum(part)
    before = np.concatenate([[0.0], upto])
    begins, stops = before[first[source]], before[first[source + 1]]
    onward = np.minimum(part / (stops - before[:-1]), 1.0)
    share = np.minimum((upto - begins) / (stops - begins), 1.0)
    return share, onward


def _bed_flows(circuit: Circuit, solved: SteadyFlow) -> Floats:
    top = solved.node_mmhg()[circuit.bed_node]
    found: Floats = (top - circuit.ladders[5]) / circuit.ladders[0:5:2].sum(axis=0)
    return found


def _end_flows(circuit: Circuit, flow: Floats) -> Floats:
    """Flow out of the network where flow or pressure is given, the tip left out."""
    nodes = len(circuit.network.nodes)
    enters, leaves = (np.bincount(at, flow, nodes) for at in (circuit.end, circuit.start))
    found: Floats = (enters - leaves)[circuit.given_node[:-1]].astype(np.float64)
    return found
