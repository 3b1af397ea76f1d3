"""Wave mesh: an elastic network as arrays of cells, faces and nodes, in SI units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from seldinger.kernels import wave_nodes
from seldinger.physics.flow.boundaries import (
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    WindkesselBoundary,
    boundary_waveform,
)
from seldinger.physics.flow.units import PA_PER_MMHG, PA_S_PER_M3_PER_MMHG_S_PER_ML
from seldinger.physics.flow.wave_network import ReflectionBoundary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.drain_flow import Fluid
    from seldinger.physics.flow.wave_network import (
        ElasticNetwork,
        ElasticVessel,
        WaveBoundary,
        WaveSettings,
    )

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

_COMPLIANCE_SI = 1e-6 / PA_PER_MMHG
"""What one mL/mmHg is in m3/Pa."""


@dataclass(frozen=True, slots=True, eq=False)
class WaveMesh:
    """The arrays of ``kernels.wave``; n cells, v vessels, N nodes; pressures over the density.

    Attributes:
        network: what was cut into cells.
        fluid: what flows.
        first: (v + 1,) first cell of each vessel.
        vessel: (2, v) length of a cell in m, friction.
        cell: (2, n) beta and base of the tube law.
        face: (3, n + v) beta, base and 1 / beta.
        node_first: (N + 1,) and
        node_end: (2 v,) ends at each node.
        kind: (N,) of the nodes.
        bed: (5, N) of the beds there.
        table_first: (N + 1,) and
        table: (2, m) what is given there.
        begin: (n + v,) area of the faces to begin with, in m2.
        begin_cell: (n,) area of the cells.
    """

    network: ElasticNetwork
    fluid: Fluid
    first: Numbers
    vessel: Floats
    cell: Floats
    face: Floats
    node_first: Numbers
    node_end: Numbers
    kind: Numbers
    bed: Floats
    table_first: Numbers
    table: Floats
    begin: Floats
    begin_cell: Floats

    def __repr__(self) -> str:
        return f"<WaveMesh: {len(self.first) - 1} vessels, {self.first[-1]} cells>"

    @property
    def first_face(self) -> Numbers:
        """(v,) first face of each vessel."""
        found: Numbers = self.first[:-1] + np.arange(len(self.first) - 1)
        return found

    @property
    def last_face(self) -> Numbers:
        """(v,) last face of each vessel."""
        found: Numbers = self.first[1:] + np.arange(len(self.first) - 1)
        return found


def lay_mesh(network: ElasticNetwork, settings: WaveSettings, fluid: Fluid) -> WaveMesh:
    """Cut ``network`` into cells."""
    density = fluid.density_kg_per_m3
    counts = [
        max(settings.fewest_cells, math.ceil(one.length_mm / settings.cell_mm - 1e-9))
        for one in network.vessels
    ]
    first = np.cumsum([0, *counts])
    cells: list[Floats] = []
    faces: list[Floats] = []
    begin_cell: list[Floats] = []
    begin: list[Floats] = []
    for one, count in zip(network.vessels, counts, strict=True):
        whole = np.linspace(0.0, 1.0, count + 1)
        middle = (whole[:-1] + whole[1:]) / 2.0
        for share, laws, areas in ((middle, cells, begin_cell), (whole, faces, begin)):
            law = _tube_law(one, share) / density
            laws.append(law)
            start = one.external_mmhg if settings.begin_mmhg is None else settings.begin_mmhg
            areas.append(((start * PA_PER_MMHG / density - law[1]) / law[0]) ** 2)
    face = np.concatenate(faces, axis=1)
    begun = np.concatenate(begin)
    lengths = [v.length_mm * 1e-3 / c for v, c in zip(network.vessels, counts, strict=True)]
    drag = 2.0 * math.pi * fluid.viscosity_pa_s / density
    frictions = [drag * (one.profile + 2.0) for one in network.vessels]
    node_first, node_end = _ends(network)
    kind, bed = _beds(network, density)
    for n in np.flatnonzero(kind == wave_nodes.REFLECTION):
        end = int(node_end[node_first[n]])
        at = int(first[end // 2 + end % 2]) + end // 2
        bed[1, n] = 4.0 * math.sqrt(0.5 * face[0, at] * math.sqrt(begun[at]))
    table_first, table = _tables(network, density)
    return WaveMesh(
        network, fluid, first, np.array([lengths, frictions]), np.concatenate(cells, axis=1),
        np.concatenate([face, 1.0 / face[:1]]), node_first, node_end, kind, bed, table_first, table,
        begun, np.concatenate(begin_cell),
    )  # fmt: skip


def begin_beds(mesh: WaveMesh, settings: WaveSettings) -> Floats:
    """(N,) pressure at the compliances of the beds to begin with."""
    if settings.begin_mmhg is None:
        distal: Floats = mesh.bed[3].copy()
        return distal
    start = settings.begin_mmhg * PA_PER_MMHG / mesh.fluid.density_kg_per_m3
    return np.full(len(mesh.kind), start)


def _tube_law(vessel: ElasticVessel, share: Floats) -> Floats:
    """(2, n) beta in Pa/m and base in Pa, p = base + beta sqrt(A)."""
    stiff = vessel.stiffness_pa_at(share)
    root = math.sqrt(math.pi) * vessel.radius_at(share) * 1e-3
    return np.array([stiff / root, vessel.external_mmhg * PA_PER_MMHG - stiff])


def _ends(network: ElasticNetwork) -> tuple[Numbers, Numbers]:
    """Where each node's ends begin, and the ends: 2 k where vessel k starts, then its end."""
    number = {node: n for n, node in enumerate(network.nodes)}
    at = np.array([number[end] for one in network.vessels for end in (one.start, one.end)])
    counts = np.bincount(at, minlength=len(number))
    return np.cumsum(np.concatenate([[0], counts])), np.argsort(at, kind="stable")


def _beds(network: ElasticNetwork, density: float) -> tuple[Numbers, Floats]:
    """Kind of each node, and its bed."""
    kind = np.full(len(network.nodes), wave_nodes.JUNCTION, np.int64)
    bed = np.zeros((5, len(kind)))
    bed[2] = 1.0
    for boundary in network.boundaries:
        n = network.nodes.index(boundary.node)
        kind[n], bed[:, n] = _bed(boundary, density)
    return kind, bed


def _bed(boundary: WaveBoundary, density: float) -> tuple[int, tuple[float, ...]]:
    ohm, kinematic = PA_S_PER_M3_PER_MMHG_S_PER_ML / density, PA_PER_MMHG / density
    if isinstance(boundary, FlowBoundary):
        return wave_nodes.FLOW, (0.0, 0.0, 1.0, 0.0, 1.0)
    if isinstance(boundary, PressureBoundary):
        return wave_nodes.BED, (0.0, 0.0, 1.0, 0.0, 1.0)
    if isinstance(boundary, ReflectionBoundary):
        return wave_nodes.REFLECTION, (boundary.coefficient, 0.0, 1.0, 0.0, 0.0)
    if isinstance(boundary, ResistanceBoundary):
        last, distal = boundary.resistance_mmhg_s_per_ml * ohm, boundary.distal_mmhg * kinematic
        return wave_nodes.BED, (0.0, 0.0, last, distal, 0.0)
    # A network of waves refuses every other kind.
    bed = cast("WindkesselBoundary", boundary)
    last, distal = bed.resistance_mmhg_s_per_ml * ohm, bed.distal_mmhg * kinematic
    soft = bed.compliance_ml_per_mmhg * _COMPLIANCE_SI * density
    return wave_nodes.BED, (bed.proximal_mmhg_s_per_ml * ohm, soft, last, distal, 0.0)


def _tables(network: ElasticNetwork, density: float) -> tuple[Numbers, Floats]:
    """What flows in and pressures are given, node after node."""
    rows: list[list[tuple[float, float]]] = [[] for _ in network.nodes]
    for boundary in network.boundaries:
        if isinstance(boundary, ReflectionBoundary | ResistanceBoundary | WindkesselBoundary):
            continue
        wave = boundary_waveform(boundary)
        scale = 1e-6 if isinstance(boundary, FlowBoundary) else PA_PER_MMHG / density
        times = wave.times_s if wave and wave.times_s else (0.0,)
        values = wave.values if wave else ()
        rows[network.nodes.index(boundary.node)] = [
            (t, scale * value) for t, value in zip(times, values, strict=True)
        ]
    flat = [pair for row in rows for pair in row] or [(0.0, 0.0)]
    return np.cumsum([0, *map(len, rows)]), np.ascontiguousarray(np.array(flat).T)
