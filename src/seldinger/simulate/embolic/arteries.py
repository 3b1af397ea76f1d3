"""Arteries: a traced tree becomes one that particles travel, its beds carrying what tissue needs.

Blood through a last branch is that of the tissue that it feeds, more in a tumour; branches that end
elsewhere carry blood by their radius. Beds are fitted so that each carries just that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.record import Assumption
from seldinger.core.tree import Edge, Tree
from seldinger.physics.flow.boundaries import PressureBoundary, ResistanceBoundary, Waveform
from seldinger.physics.flow.elements import vessel_along
from seldinger.physics.flow.network import Network
from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.tree import ParticleTree
from seldinger.simulate.flow.circulation import EXPONENT, check_direction, find_root

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.simulate.flow.circulation import Drive

    Floats = NDArray[np.float64]

TISSUE_FLOW = Assumption(
    "embolization_tissue_flow", 0.25, "mL/min/mL", 0.05, 2.0,
    "arterial blood of normal tissue that is embolized; a resting liver's order of magnitude",
)  # fmt: skip
TUMOUR_FLOW = Assumption(
    "embolization_tumour_flow", 3.0, "1", 1.0, 20.0,
    "arterial blood of a tumour over that of as much normal tissue; no source read",
)  # fmt: skip
ASSUMPTIONS = (TISSUE_FLOW, TUMOUR_FLOW)
_LEAST_MMHG = 5.0
"""Before a bed, above what is behind it: with less, the traced lumens cannot carry the blood."""
_S_PER_MIN = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class FedArteries:
    """A tree of arteries with what each of its last branches feeds.

    Attributes:
        tree: in the order of the particles' vessels.
        particles: the same with beds.
        target_share: (e,) of the blood through each edge, that which goes to the target.
        organ_share: (e,) that which goes to the organ, target included.
        flow_ml_per_s: (e,) through each edge before anything is given.
        edge: by number of the tree that was told: number of the same edge here.
    """

    tree: Tree
    particles: ParticleTree
    target_share: Floats
    organ_share: Floats
    flow_ml_per_s: Floats
    edge: dict[int, int]

    __repr__ = short_repr

    def name_of(self, edge: int) -> str:
        """Name of an edge's vessel among the particles'."""
        return self.particles.names[edge]


def feed_arteries(
    tree: Tree,
    target_ml: Floats,
    normal_ml: Floats,
    drive: Drive,
    tissue_ml_per_min_per_ml: float = TISSUE_FLOW.value,
    tumour_ratio: float = TUMOUR_FLOW.value,
) -> FedArteries:
    """The arteries of an organ as particles meet them.

    Args:
        tree: with radii, without loops, directed from its root.
        target_ml: (e,) of the target that each edge feeds by itself.
        normal_ml: (e,) of the rest of the organ.
        drive: pressures, and the blood.
        tissue_ml_per_min_per_ml: of normal tissue.
        tumour_ratio: of the target, over that.

    Raises:
        SimulationError: a loop, an unknown radius, nothing is fed, or the traced lumens are too
            thin for the blood.
    """
    part, numbers = _keep_ways(tree, target_ml + normal_ml > 0.0)
    check_direction(part)
    if any(edge.curve.radius_mm is None for edge in part.edges):
        raise SimulationError("an artery has no radius: measure it before particles are followed")
    per_ml = tissue_ml_per_min_per_ml / _S_PER_MIN
    target, normal = tumour_ratio * per_ml * target_ml[numbers], per_ml * normal_ml[numbers]
    outlets = _share_outlets(part, target + normal)
    total = part.add_up(outlets)
    if not total.max() > 0.0:
        raise SimulationError("no traced artery feeds any of the organ: nothing can be given")
    with np.errstate(invalid="ignore", divide="ignore"):
        of_target = np.where(total > 0.0, part.add_up(target) / total, 0.0)
        of_organ = np.where(total > 0.0, part.add_up(target + normal) / total, 0.0)
    return FedArteries(
        part, _build(part, total, drive), of_target, of_organ, total,
        {int(n): k for k, n in enumerate(numbers)},
    )  # fmt: skip


def _keep_ways(tree: Tree, fed: NDArray[np.bool_]) -> tuple[Tree, NDArray[np.intp]]:
    """The ways to what is fed, each side branch as its first stretch; and the edges' old numbers.

    A side branch ends at a node of its own, so that rings of vessels elsewhere do not matter.
    """
    leads = tree.leads_to({tree.edges[n].end for n in np.flatnonzero(fed)})
    if not leads.any():
        raise SimulationError("no traced artery feeds any of the organ: nothing can be given")
    ends = [tree.edges[n].end for n in np.flatnonzero(leads)]
    if len(set(ends)) < len(ends):
        raise SimulationError(
            "the arteries that lead to the organ run in a ring; beads are followed through trees: "
            "cut the ring where flow stands"
        )
    passed = {tree.edges[n].start for n in np.flatnonzero(leads)}
    kept = [n for n, edge in enumerate(tree.edges) if leads[n] or edge.start in passed]
    nodes: list[Points] = []
    number: dict[tuple[int, int], int] = {}

    def place(node: int, own: int) -> int:
        """A node; of a side branch's end one of its own."""
        key = (node, own)
        if key not in number:
            number[key] = len(nodes)
            nodes.append(tree.nodes_lps_mm[node])
        return number[key]

    edges = []
    for n in kept:
        edge = tree.edges[n]
        start = place(edge.start, -1)
        edges.append(Edge(start, place(edge.end, -1 if leads[n] else n), edge.curve, edge.name))
    return Tree(np.array(nodes), tuple(edges)), np.array(kept)


def _share_outlets(tree: Tree, tissue: Floats) -> Floats:
    """(e,) mL/s that leave the tree at the end of each edge: by tissue, or by radius elsewhere."""
    degree = tree.degree
    last = np.array([degree[edge.end] == 1 for edge in tree.edges])
    radius = np.array([float(np.median(edge.curve.radius_mm)) for edge in tree.edges])  # type: ignore[arg-type]
    fed = last & (tissue > 0.0)
    if not fed.any():
        raise SimulationError("no traced artery feeds any of the organ: nothing can be given")
    weight = radius**EXPONENT.value
    scale = float(tissue[fed].sum() / weight[fed].sum())
    return np.where(fed, tissue, np.where(last, scale * weight, 0.0))


def _build(tree: Tree, flow: Floats, drive: Drive) -> ParticleTree:
    """Vessels and beds, each bed's resistance such that it carries its blood."""
    root = find_root(tree)
    vessels = tuple(
        vessel_along(
            f"{edge.name or 'vessel'} ({n})", (f"n{edge.start}", f"n{edge.end}"), edge.curve,
            drive.fluid,
        )
        for n, edge in enumerate(tree.edges)
    )  # fmt: skip
    pressure = {root: drive.arterial_mmhg}
    waiting, beds, own = [root], [], []
    leaving: dict[int, list[int]] = {}
    for number, edge in enumerate(tree.edges):
        leaving.setdefault(edge.start, []).append(number)
    while waiting:
        node = waiting.pop()
        for number in leaving.get(node, ()):
            end = tree.edges[number].end
            drop = vessels[number].resistance_mmhg_s_per_ml * float(flow[number])
            pressure[end] = pressure[node] - drop
            waiting.append(end)
            if end not in leaving:
                left = pressure[end] - drive.venous_mmhg
                if left < _LEAST_MMHG:
                    name = tree.edges[number].name or f"edge {number}"
                    raise SimulationError(
                        f"the traced lumen on the way to the {name} is too thin for the blood of "
                        f"what it feeds ({left:.0f} mmHg are left of it): look at its diameter, or "
                        "lower embolization_tissue_flow"
                    )
                name = f"bed {number}"
                beds.append(
                    ResistanceBoundary(
                        name, f"n{end}", left / float(flow[number]), drive.venous_mmhg
                    )
                )
                own.append(Bed(name))
    inlet = PressureBoundary("root", f"n{root}", Waveform((drive.arterial_mmhg,)))
    lengths = np.array([edge.curve.length_mm for edge in tree.edges])
    return ParticleTree.from_network(Network(vessels, (inlet, *beds)), lengths, own)
