"""Circuit: a network as arrays, in the order in which it is solved; cheap to change.

A change of vessels or beds keeps the topology, so that a slider or a batch of lodged particles
costs no more than the solution itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    WindkesselBoundary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from seldinger.physics.flow.boundaries import BedBoundary, Waveform
    from seldinger.physics.flow.network import Network, Vessel

RESISTANCE, COMPLIANCE, INERTANCE, LOSS = range(4)
"""Rows of a circuit's elements."""
_MOST_RINGS = 16
"""Each costs one more way through the tree."""
_CUT = -1
"""Stands in the order for the end of a vessel that closes a ring."""


@dataclass(frozen=True, slots=True, eq=False)
class TreeOrder:
    """How a tree is walked: vessel i of the order hangs below a node and ends at i + 1.

    Attributes:
        walk: (3, n) int: node above; 1 where the vessel's own start lies above, else 0; its number
            in the network.
        node: (nodes,) int, number in the order of each node of the network.
        fixed: (n + 1,) bool: the pressure is given there.
        ties: (2, t) int: nodes of the order that are one in the network, where a ring is cut.
    """

    walk: NDArray[np.int64]
    node: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    ties: NDArray[np.int64]

    @property
    def place(self) -> NDArray[np.int64]:
        """(n,) the number in the network."""
        numbers: NDArray[np.int64] = self.walk[2]
        return numbers

    @property
    def sign(self) -> NDArray[np.float64]:
        """(n,) 1 where the vessel runs away from the root, -1 where towards it."""
        return np.where(self.walk[1] == 1, 1.0, -1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """Arrays of a network; mmHg, mL and s. Made by ``assemble``, changed by its methods.

    Attributes:
        network: whose vessels and boundaries these are, unless they were changed since.
        start, end: (v,) node numbers.
        elements: (4, v) resistance, compliance, inertance, quadratic loss.
        ladders: (6, b) resistance, compliance, resistance, compliance, resistance of each bed, and
            the pressure behind it.
        bed_node: (b,) where it is attached.
        squeezed: (s,) beds with a muscle around them.
        muscle: its pressure, s of them.
        given_node: (g,) nodes where flow or pressure is given.
        given: the flow into the node, or its pressure, g of them.
        is_pressure: (g,) which of the two.
        tree: how to walk it, rings cut; None where it must be solved as a whole.
        changed: whether vessels or beds are other than the network's.
    """

    network: Network
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    elements: NDArray[np.float64]
    ladders: NDArray[np.float64]
    bed_node: NDArray[np.int64]
    squeezed: NDArray[np.int64]
    muscle: tuple[Waveform, ...]
    given_node: NDArray[np.int64]
    given: tuple[Waveform, ...]
    is_pressure: NDArray[np.bool_]
    tree: TreeOrder | None
    index: dict[str, int]
    changed: bool = False

    __repr__ = short_repr

    @property
    def resistance(self) -> NDArray[np.float64]:
        """(v,) in mmHg s/mL."""
        row: NDArray[np.float64] = self.elements[RESISTANCE]
        return row

    @property
    def loss(self) -> NDArray[np.float64]:
        """(v,) quadratic, in mmHg s2/mL2."""
        row: NDArray[np.float64] = self.elements[LOSS]
        return row

    def numbers_of(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Numbers of vessels by ``names``.

        Raises:
            SimulationError: a name is not in the network.
        """
        wanted = list(names)
        unknown = [name for name in wanted if name not in self.index]
        if unknown:
            raise SimulationError(
                f"no vessel is called {unknown[0]!r}; there are {len(self.index)}, "
                f"{', '.join(list(self.index)[:3])} among them: take one of their names"
            )
        return np.array([self.index[name] for name in wanted], np.int64)

    def with_vessels(self, vessels: Sequence[Vessel]) -> Circuit:
        """The same circuit with ``vessels`` in place of those of the same names and nodes.

        Raises:
            SimulationError: there is no such vessel, or it joins other nodes.
        """
        where = self.numbers_of(vessel.name for vessel in vessels)
        for number, vessel in zip(where, vessels, strict=True):
            old = self.network.vessels[number]
            if (old.start, old.end) != (vessel.start, vessel.end):
                raise SimulationError(
                    f"vessel {vessel.name} joins {vessel.start} and {vessel.end}; here it joins "
                    f"{old.start} and {old.end}: a changed topology is a new network"
                )
        elements = self.elements.copy()
        elements[:, where] = _elements(vessels)
        return replace(self, elements=elements, changed=True)

    def with_resistance(
        self, resistance: NDArray[np.float64], loss: NDArray[np.float64] | None = None
    ) -> Circuit:
        """The same circuit with another ``resistance`` (v,) and ``loss`` (v,) of every vessel.

        Raises:
            SimulationError: another shape, or a number that is not finite.
        """
        elements = self.elements.copy()
        for row, given in ((RESISTANCE, resistance), (LOSS, loss)):
            if given is None:
                continue
            if np.shape(given) != self.resistance.shape or not np.isfinite(given).all():
                raise SimulationError(
                    f"resistances have shape {self.resistance.shape} and are finite, got "
                    f"{np.shape(given)}: one for each vessel, in the network's order"
                )
            elements[row] = given
        return replace(self, elements=elements, changed=True)

    def with_beds_scaled(self, factor: NDArray[np.float64] | float) -> Circuit:
        """The same circuit with every resistance of the beds times ``factor``, or (b,) of them.

        Raises:
            SimulationError: a factor is not positive.
        """
        scale = np.broadcast_to(np.asarray(factor, np.float64), self.bed_node.shape)
        if not (np.isfinite(scale) & (scale > 0.0)).all():
            raise SimulationError(
                f"beds are scaled by {factor}; a factor is positive and finite: a closed bed is "
                "another network"
            )
        ladders = self.ladders.copy()
        ladders[0:5:2] *= scale
        return replace(self, ladders=ladders, changed=True)


def assemble(network: Network) -> Circuit:
    """Arrays of ``network`` and how to walk it."""
    number = {node: n for n, node in enumerate(network.nodes)}
    given = [b for b in network.boundaries if isinstance(b, FlowBoundary | PressureBoundary)]
    beds = [b for b in network.boundaries if not isinstance(b, FlowBoundary | PressureBoundary)]
    ladders = np.array([(*_ladder(bed), bed.distal_mmhg) for bed in beds], np.float64)
    start = np.array([number[v.start] for v in network.vessels], np.int64)
    end = np.array([number[v.end] for v in network.vessels], np.int64)
    given_node = np.array([number[b.node] for b in given], np.int64)
    is_pressure = np.array([isinstance(b, PressureBoundary) for b in given], np.bool_)
    return Circuit(
        network,
        start,
        end,
        _elements(network.vessels),
        np.ascontiguousarray(ladders.reshape(-1, 6).T),
        np.array([number[bed.node] for bed in beds], np.int64),
        np.array([n for n, b in enumerate(beds) if isinstance(b, CoronaryBoundary)], np.int64),
        tuple(b.muscle_mmhg for b in beds if isinstance(b, CoronaryBoundary)),
        given_node,
        tuple(b.flow_ml_per_s if isinstance(b, FlowBoundary) else b.pressure_mmhg for b in given),
        is_pressure,
        _tree_order(start, end, len(network.nodes), given_node, is_pressure),
        {vessel.name: n for n, vessel in enumerate(network.vessels)},
    )


def _elements(vessels: Sequence[Vessel]) -> NDArray[np.float64]:
    rows = [
        (
            v.resistance_mmhg_s_per_ml,
            v.compliance_ml_per_mmhg,
            v.inertance_mmhg_s2_per_ml,
            v.loss_mmhg_s2_per_ml2,
        )
        for v in vessels
    ]
    return np.ascontiguousarray(np.array(rows, np.float64).reshape(-1, 4).T)


def _ladder(bed: BedBoundary) -> tuple[float, float, float, float, float]:
    """Every bed as resistance, compliance, resistance, compliance, resistance."""
    last = bed.resistance_mmhg_s_per_ml
    if isinstance(bed, ResistanceBoundary):
        return 0.0, 0.0, 0.0, 0.0, last
    if isinstance(bed, WindkesselBoundary):
        return 0.0, 0.0, bed.proximal_mmhg_s_per_ml, bed.compliance_ml_per_mmhg, last
    return (
        bed.arterial_mmhg_s_per_ml,
        bed.arterial_ml_per_mmhg,
        bed.small_mmhg_s_per_ml,
        bed.muscle_ml_per_mmhg,
        last,
    )


def _tree_order(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    nodes: int,
    given_node: NDArray[np.int64],
    is_pressure: NDArray[np.bool_],
) -> TreeOrder | None:
    """Breadth first from the root; a vessel that closes a ring ends at a node of its own.

    A node of given pressure parts the tree in two, so it must be a leaf, or be the root. None where
    it is not, or where there are so many rings that a sparse matrix is the better way.
    """
    if len(start) - nodes + 1 > _MOST_RINGS:
        return None
    ways: list[list[tuple[int, int, bool]]] = [[] for _ in range(nodes)]
    for v, (a, b) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        ways[a].append((v, b, True))
        ways[b].append((v, a, False))
    held = given_node[is_pressure].tolist()
    inside = [node for node in held if len(ways[node]) > 1]
    if len(inside) > 1:
        return None
    root = int(inside[0] if inside else [*given_node.tolist(), 0][0])
    order, came, walk, ties = [root], {root: 0}, [], []
    walked = set()
    for node in order:
        for v, other, ahead in ways[node] if node >= 0 else ():
            if v in walked:
                continue
            walked.add(v)
            walk.append((came[node], int(ahead), v))
            if other in came:
                ties.append((came[other], len(order)))
                order.append(_CUT)
            else:
                came[other] = len(order)
                order.append(other)
    renumbered = np.array([came[node] for node in range(nodes)], np.int64)
    fixed = np.zeros(len(order), np.bool_)
    fixed[renumbered[held]] = True
    cuts = np.array(ties, np.int64).reshape(-1, 2)
    return TreeOrder(
        np.ascontiguousarray(np.array(walk, np.int64).T), renumbered, fixed,
        np.ascontiguousarray(cuts.T),
    )  # fmt: skip
