"""Circulation: a tree of arteries with its stenoses, and what its beds carry at rest.

Without stenoses every bed carries a flow that was measured, published, or shared out by radius.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.record import Assumption
from seldinger.core.tree import Edge, Tree
from seldinger.physics.drain_flow import Fluid
from seldinger.physics.flow.elements import DENSITY, VISCOSITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.physics.flow.elements import Stenosis

ARTERIAL = Assumption(
    "mean_arterial_mmhg", 93.0, "mm[Hg]", 60.0, 130.0,
    "120 over 80 mmHg; the patient's own pressure belongs here",
)  # fmt: skip
VENOUS = Assumption(
    "venous_mmhg", 5.0, "mm[Hg]", 0.0, 15.0, "behind the beds; no source read for each of them"
)
OUTPUT = Assumption(
    "cardiac_output_l_per_min", 5.0, "L/min", 2.5, 9.0,
    "of a resting adult, textbook; the patient's own output belongs here",
)  # fmt: skip
EXPONENT = Assumption(
    "flow_radius_exponent", 2.7, "1", 2.0, 3.0,
    "flow shares out by a power of the radius: about 2.3 in large arteries, 3 in the smallest",
)  # fmt: skip
ASSUMPTIONS = (ARTERIAL, VENOUS, OUTPUT, EXPONENT, VISCOSITY)


@dataclass(frozen=True, slots=True)
class Drive:
    """What drives a circulation and how far its beds dilate.

    Attributes:
        arterial_mmhg: mean pressure at the root.
        venous_mmhg: behind every bed.
        output_ml_per_s: through the root, without stenoses.
        exponent: flow shares out by this power of the radius.
        hyperaemia: how many times the flow of a bed may rise.
        viscosity_mpa_s: of blood.
        measured_ml_per_s: by name of a vessel: what flows through it at rest, told or published.
    """

    arterial_mmhg: float = ARTERIAL.value
    venous_mmhg: float = VENOUS.value
    output_ml_per_s: float = OUTPUT.value * 1000.0 / 60.0
    exponent: float = EXPONENT.value
    hyperaemia: float = 2.0
    viscosity_mpa_s: float = VISCOSITY.value
    measured_ml_per_s: tuple[tuple[str, float], ...] = ()

    @property
    def fluid(self) -> Fluid:
        """Blood."""
        return Fluid(DENSITY.value, 1e-3 * self.viscosity_mpa_s)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A stenosis of a vessel, as flow meets it.

    Attributes:
        edge: of the tree, which is the narrowing and nothing else.
        stenosis: its lengths.
    """

    edge: int
    stenosis: Stenosis


@dataclass(frozen=True, slots=True, eq=False)
class Circulation:
    """A tree, its narrowings, and what its beds carry.

    Attributes:
        tree: with an edge for each narrowing; loops are kept.
        root: node that pressure drives.
        narrowings: by name.
        lesion: name of the one that is treated.
        drive: pressures and flows.
        flows_ml_per_s: by outlet: what its bed carries at rest, without stenoses.

    Raises:
        SimulationError: on construction, there is no such lesion, or a vessel has no radius.
    """

    tree: Tree
    root: int
    narrowings: Mapping[str, Narrowing]
    lesion: str
    drive: Drive
    flows_ml_per_s: Mapping[int, float]

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if self.lesion not in self.narrowings:
            known = ", ".join(self.narrowings) or "none"
            raise SimulationError(f"no narrowing is called {self.lesion!r}; there are: {known}")
        if any(edge.curve.radius_mm is None for edge in self.tree.edges):
            raise SimulationError("a vessel has no radius: measure it before flow is predicted")

    @property
    def fed(self) -> frozenset[int]:
        """Outlets behind the lesion."""
        behind = list_behind(self.tree, self.narrowings[self.lesion].edge)
        return behind & self.flows_ml_per_s.keys()


def list_behind(tree: Tree, edge: int) -> frozenset[int]:
    """Nodes that blood reaches through an edge."""
    return frozenset(tree.edges[n].end for n in (edge, *tree.below(edge)))


def knows_flow(circulation: Circulation) -> bool:
    """Whether a told or published flow reaches any bed behind the lesion.

    Args:
        circulation: with its lesion.
    """
    names = {name for name, _ in circulation.drive.measured_ml_per_s}
    known = (n for n, edge in enumerate(circulation.tree.edges) if edge.name in names)
    return any(list_behind(circulation.tree, n) & circulation.fed for n in known)


def share_flows(tree: Tree, root: int, drive: Drive) -> dict[int, float]:
    """What each outlet carries at rest, mL/s: told or published flows first, the rest by radius.

    The cardiac output only bounds a tree that begins at the heart. Of any other the outlets without
    a known flow carry, for their radius, what those with one do.

    Args:
        tree: with radii.
        root: is no outlet.
        drive: total and known flows.

    Raises:
        SimulationError: the tree does not begin at the heart, and no flow in it is known.
    """
    outlets = [int(n) for n in np.flatnonzero(tree.degree == 1) if n != root]
    weights = np.array([_radius_mm(tree, node) for node in outlets]) ** drive.exponent
    groups = []
    for vessel, told in drive.measured_ml_per_s:
        own = [n for n, edge in enumerate(tree.edges) if edge.name == vessel]
        behind = frozenset[int]().union(*(list_behind(tree, n) for n in own))
        chosen = np.array([node in behind for node in outlets], dtype=bool)
        if chosen.any():
            groups.append((chosen, told))
    known = np.zeros(len(outlets), dtype=bool)
    for chosen, _ in groups:
        known |= chosen
    if _begins_at_heart(tree, root):
        scale = drive.output_ml_per_s / weights.sum()
    elif known.any():
        scale = sum(told for _, told in groups) / sum(weights[c].sum() for c, _ in groups)
    else:
        raise SimulationError(
            "the vessels do not begin at the heart and none has a known flow, so that nobody can "
            "say how much blood they carry: tell the flow of the treated vessel as it was measured"
        )
    flows = scale * weights
    for chosen, told in groups:
        flows[chosen] *= told / flows[chosen].sum()
    return dict(zip(outlets, flows.tolist(), strict=True))


def _begins_at_heart(tree: Tree, root: int) -> bool:
    return any(edge.start == root and "ascending aorta" in edge.name for edge in tree.edges)


def _radius_mm(tree: Tree, node: int) -> float:
    """Of the vessel that ends at an outlet: its median, as its tip alone is noise."""
    edge = next(e for e in tree.edges if node in (e.start, e.end))
    if edge.curve.radius_mm is None:
        raise SimulationError(f"{edge.name or 'a vessel'} has no radius: measure it first")
    return float(np.median(edge.curve.radius_mm))


def find_root(tree: Tree) -> int:
    """The node that nothing feeds; of several the one with the widest vessel.

    Raises:
        SimulationError: every node is fed: the vessels run in a ring.
    """
    fed = {edge.end for edge in tree.edges}
    heads = [edge for edge in tree.edges if edge.start not in fed]
    if not heads:
        raise SimulationError("no vessel begins anywhere: direct the tree from its root")

    def width(number: int) -> float:
        radius = heads[number].curve.radius_mm
        return 0.0 if radius is None else float(np.median(radius))

    return heads[max(range(len(heads)), key=width)].start


def check_direction(tree: Tree) -> None:
    """Refuse a part in which blood would come from several ends: some vessel is drawn backwards.

    Raises:
        SimulationError: naming the vessels that nothing feeds.
    """
    fed = {edge.end for edge in tree.edges}
    heads = sorted(
        {edge.name or "an unnamed vessel" for edge in tree.edges if edge.start not in fed}
    )
    count = len({edge.start for edge in tree.edges} - fed)
    if count > 1:
        raise SimulationError(
            f"blood would enter at {count} ends ({', '.join(heads[:6])}): every vessel leads away "
            "from the heart, and joined vessels have one root; turn those that are drawn backwards"
        )


def keep_part(tree: Tree, node: int) -> Tree:
    """The part of ``tree`` that ``node`` belongs to: blood does not jump a gap."""
    (part,) = (p for p in tree.parts if node in p)
    number = {node: n for n, node in enumerate(part)}
    own = (edge for edge in tree.edges if edge.start in number)
    edges = tuple(Edge(number[e.start], number[e.end], e.curve, e.name) for e in own)
    return Tree(tree.nodes_lps_mm[list(part)], edges)
