"""Validity: where a lumped model is not to be believed, in words with numbers.

A stenosis whose flow is given, not found, has no pressure drop worth printing: in a patient the
drop itself takes flow away. ``predict_drop`` refuses it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from seldinger.core.errors import SimulationError
from seldinger.core.record import Assumption
from seldinger.physics.flow.boundaries import FlowBoundary
from seldinger.physics.flow.elements import BLOOD
from seldinger.physics.flow.result import FlowWaves, SteadyFlow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.drain_flow import Fluid
    from seldinger.physics.flow.circuit import Circuit

REYNOLDS_LIMIT = Assumption(
    "flow_reynolds_limit", 2000.0, "1", 1000.0, 2300.0,
    "laminar flow in a straight pipe gives way at 2000 to 2300, in pulses and at branches earlier",
)  # fmt: skip
AREA_RATIO_LIMIT = Assumption(
    "flow_area_ratio_limit", 10.0, "1", 4.0, 16.0,
    "the stenosis model is from casts of up to about nine tenths of the area; beyond it is carried "
    "on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowValidity:
    """Whether the model holds in one vessel.

    Attributes:
        vessel: its name.
        reynolds: peak, in the normal lumen; None where the lumen is unknown.
        area_ratio: normal over narrowest area; None where the lumen is unknown.
        holds: None where nobody can say.
        text: why, with the numbers.
    """

    vessel: str
    reynolds: float | None
    area_ratio: float | None
    holds: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class LesionFlow:
    """What a stenosis costs, with the bed beyond it in charge of the flow; means over time.

    Attributes:
        flow_ml_per_s: through it.
        proximal_mmhg: before it, Pa.
        distal_mmhg: behind it, Pd.
    """

    flow_ml_per_s: float
    proximal_mmhg: float
    distal_mmhg: float

    @property
    def drop_mmhg(self) -> float:
        """Of pressure from one end to the other."""
        return self.proximal_mmhg - self.distal_mmhg

    @property
    def ratio(self) -> float:
        """Pd/Pa."""
        return self.distal_mmhg / self.proximal_mmhg


def judge_validity(
    solved: SteadyFlow | FlowWaves,
    fluid: Fluid = BLOOD,
    reynolds_limit: float = REYNOLDS_LIMIT.value,
    area_ratio_limit: float = AREA_RATIO_LIMIT.value,
) -> tuple[FlowValidity, ...]:
    """Every vessel by its peak Reynolds number and its narrowest area.

    Args:
        solved: a solution; the steady one of a network that beats knows and names the mean.
        fluid: what flows.
        reynolds_limit: above it the model is doubted.
        area_ratio_limit: above it the stenosis is steeper than the model's experiments.
    """
    scale = 4.0 * fluid.density_kg_per_m3 * 1e-6 / (math.pi * fluid.viscosity_pa_s * 1e-3)
    beats = solved.circuit.network.period_s is not None
    word = "mean" if beats and isinstance(solved, SteadyFlow) else "peak"
    found = []
    for vessel, peak in zip(solved.circuit.network.vessels, solved.peak_ml_per_s, strict=True):
        if vessel.lumen is None:
            text = "its lumen is unknown, so nobody can say whether the model holds"
            found.append(FlowValidity(vessel.name, None, None, None, text))
            continue
        reynolds = scale * float(peak) / vessel.lumen.diameter_mm
        ratio = (vessel.lumen.diameter_mm / vessel.lumen.narrowest_mm) ** 2
        doubts = []
        if reynolds > reynolds_limit:
            doubts.append(
                f"{word} Reynolds number {reynolds:.0f} is above {reynolds_limit:.0f}: turbulence "
                "and losses at branches, unless they were given, make pressures wrong"
            )
        if ratio > area_ratio_limit:
            doubts.append(
                f"normal over narrowest area is {ratio:.1f}, above {area_ratio_limit:g}: steeper "
                "than the experiments behind the stenosis model"
            )
        told = "; ".join(doubts) or f"{word} Reynolds number {reynolds:.0f}, area ratio {ratio:.1f}"
        found.append(FlowValidity(vessel.name, reynolds, ratio, not doubts, told))
    return tuple(found)


def predict_drop(solved: SteadyFlow | FlowWaves, lesion: str) -> LesionFlow:
    """Flow and pressures at the vessel ``lesion``, as a prediction.

    Raises:
        SimulationError: there is no such vessel, or its flow is given at the boundary.
    """
    check_predictable(solved.circuit, lesion)
    return read_lesion(solved, lesion)


def check_predictable(circuit: Circuit, lesion: str) -> None:
    """Refuse to predict the drop of a vessel whose flow is given, however wide it is.

    Vessels and beds that change keep the answer: once is enough for all solutions of one topology.

    Raises:
        SimulationError: there is no such vessel, or its flow is given at the boundary.
    """
    (number,) = circuit.numbers_of([lesion])
    if carries_given_flow(circuit, int(number)):
        raise SimulationError(
            f"the flow through {lesion} is given at the boundary, whatever its width: such a drop "
            "is no prediction; let pressure drive it and a bed receive it, or give the lesion a "
            "branch beside it"
        )


def read_lesion(solved: SteadyFlow | FlowWaves, lesion: str) -> LesionFlow:
    """Flow and pressures at the vessel ``lesion``, of which ``check_predictable`` is known."""
    (number,) = solved.circuit.numbers_of([lesion])
    means = solved.mean() if isinstance(solved, FlowWaves) else solved
    return LesionFlow(
        float(means.start_ml_per_s[number]),
        float(means.start_mmhg[number]),
        float(means.end_mmhg[number]),
    )


def carries_given_flow(circuit: Circuit, number: int) -> bool:
    """Whether all that vessel ``number`` carries, in the mean, is given at the boundary.

    That is so where without it one side of the network would have given flows only.
    """
    others = np.arange(len(circuit.start)) != number
    side = _sides(circuit, others)
    here, there = side[circuit.start[number]], side[circuit.end[number]]
    if here == there:
        return False
    free = _reference_nodes(circuit)
    return not ((side[free] == here).any() and (side[free] == there).any())


def validity_notes(judged: Sequence[FlowValidity], most: int = 5) -> tuple[str, ...]:
    """A sentence for each vessel where the model is doubted, worst first, and what is unknown.

    Args:
        judged: of ``judge_validity``.
        most: so many vessels are named, the others counted.
    """
    doubted = sorted((v for v in judged if v.holds is False), key=lambda v: -(v.reynolds or 0.0))
    notes = [f"vessel {one.vessel}: {one.text}" for one in doubted[:most]]
    if len(doubted) > most:
        notes.append(f"the model is doubted in {len(doubted) - most} vessels more")
    unknown = sum(one.holds is None for one in judged)
    if unknown:
        notes.append(
            f"the lumen of {unknown} of {len(judged)} vessels is unknown, so nobody can say "
            "whether the lumped model holds there"
        )
    return tuple(notes)


def given_flow_notes(circuit: Circuit) -> tuple[str, ...]:
    """A sentence for each vessel with a quadratic loss whose flow is given."""
    names = [vessel.name for vessel in circuit.network.vessels]
    return tuple(
        f"vessel {names[n]}: its flow is given at the boundary, so its pressure drop is "
        "arithmetic, no prediction: a narrower lumen would take flow away"
        for n in np.flatnonzero(circuit.loss)
        if carries_given_flow(circuit, int(n))
    )


def _sides(circuit: Circuit, kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(nodes,) which connected part each node is of, by the vessels ``kept`` (v,)."""
    nodes = len(circuit.network.nodes)
    ends = (circuit.start[kept], circuit.end[kept])
    _, side = connected_components(csr_matrix((np.ones(len(ends[0])), ends), (nodes, nodes)))
    found: NDArray[np.int32] = side
    return found


def _reference_nodes(circuit: Circuit) -> NDArray[np.int64]:
    """Nodes whose boundary answers to pressure."""
    number = {node: n for n, node in enumerate(circuit.network.nodes)}
    boundaries = circuit.network.boundaries
    return np.array(
        [number[b.node] for b in boundaries if not isinstance(b, FlowBoundary)], np.int64
    )
