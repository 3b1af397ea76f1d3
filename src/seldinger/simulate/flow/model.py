"""Model: a circulation as a circuit that is solved again and again, at rest and dilated.

Beds are fitted to the circulation without stenoses. Behind the lesion a bed that regulates itself
dilates to keep its flow at rest, as far as it can; in hyperaemia all that the lesion feeds is
dilated as far as it goes. So a narrower lumen takes flow away, and its pressure drop has a ceiling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.physics.flow.boundaries import PressureBoundary, ResistanceBoundary, Waveform
from seldinger.physics.flow.circuit import assemble
from seldinger.physics.flow.elements import stenosis_vessel, vessel_along
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.solve import solve_steady
from seldinger.physics.flow.validity import check_predictable, judge_validity, read_lesion
from seldinger.simulate.flow.circulation import list_behind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.physics.flow.circuit import Circuit
    from seldinger.physics.flow.elements import Stenosis
    from seldinger.physics.flow.network import Vessel
    from seldinger.physics.flow.result import SteadyFlow
    from seldinger.physics.flow.validity import FlowValidity, LesionFlow
    from seldinger.simulate.flow.circulation import Circulation, Drive

    Floats = NDArray[np.float64]

_TURNS = 40
_SETTLED = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class FlowModel:
    """A circulation ready to be solved.

    Attributes:
        circulation: whose it is.
        edges: of its tree that the circuit holds, in the circuit's order.
        circuit: healthy, with beds of 1 mmHg s/mL.
        wanted: (b,) mL/s that each bed carries at rest.
        fed: (b,) whether the lesion feeds it.
    """

    circulation: Circulation
    edges: tuple[int, ...]
    circuit: Circuit
    wanted: Floats
    fed: NDArray[np.bool_]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class FlowState:
    """A circulation with one set of stenoses.

    Attributes:
        rest: at the lesion, its beds keeping their flow as far as they can.
        hyperaemia: with all beds behind the lesion dilated.
        solved: both, of every vessel of the model.
        beds: (b,) resistance of each bed in both, mmHg s/mL.
    """

    rest: LesionFlow
    hyperaemia: LesionFlow
    solved: tuple[SteadyFlow, SteadyFlow]
    beds: tuple[Floats, Floats]

    __repr__ = short_repr


def build_model(circulation: Circulation, *, whole: bool = False) -> FlowModel:
    """The circuit of a circulation.

    Vessels that neither lead to the lesion nor are fed by it are linear together with their beds:
    each tuft of them is one bed where it hangs, and nothing at the lesion changes. A tuft that
    hangs in two places may carry blood past the lesion, and is kept.

    Args:
        circulation: to be solved.
        whole: keep every vessel, to draw all of them.
    """
    tree = circulation.tree
    edges: tuple[int, ...] = tuple(range(len(tree.edges)))
    flows = dict(circulation.flows_ml_per_s)
    if not whole:
        edges, flows = _find_kept(circulation)
    names = {one.edge: name for name, one in circulation.narrowings.items()}
    vessels = tuple(_vessel(circulation, number, names.get(number)) for number in edges)
    drive = circulation.drive
    beds = tuple(ResistanceBoundary(f"bed {n}", f"n{n}", 1.0, drive.venous_mmhg) for n in flows)
    root = PressureBoundary("root", f"n{circulation.root}", Waveform((drive.arterial_mmhg,)))
    fed = circulation.fed
    return FlowModel(
        circulation,
        edges,
        assemble(Network(vessels, (root, *beds))),
        np.array(list(flows.values())),
        np.array([node in fed for node in flows]),
    )


def _vessel(circulation: Circulation, number: int, narrowing: str | None) -> Vessel:
    edge = circulation.tree.edges[number]
    nodes, fluid = (f"n{edge.start}", f"n{edge.end}"), circulation.drive.fluid
    if narrowing is None:
        return vessel_along(f"{edge.name or 'vessel'} ({number})", nodes, edge.curve, fluid)
    known = circulation.narrowings[narrowing].stenosis
    return stenosis_vessel(narrowing, nodes, _healthy(known), fluid)


def _healthy(stenosis: Stenosis) -> Stenosis:
    return replace(stenosis, narrowest_mm=stenosis.reference_mm)


def _find_kept(circulation: Circulation) -> tuple[tuple[int, ...], dict[int, float]]:
    """Edges that matter at the lesion, and the flow of each bed by its node."""
    tree = circulation.tree
    lesion = circulation.narrowings[circulation.lesion].edge
    first = tree.edges[lesion].start
    way = () if first == circulation.root else tree.edges_between(circulation.root, first)
    kept = {*way, lesion, *tree.below(lesion)}
    nodes = {end for n in kept for end in (tree.edges[n].start, tree.edges[n].end)}
    behind, tufts = list_behind(tree, lesion), dict[int, float]()
    left = {n for n in range(len(tree.edges)) if n not in kept}
    while left:
        tuft, touched, flow = _grow_tuft(circulation, min(left), nodes, left)
        left -= tuft
        if len(touched) > 1 or touched & behind:
            kept |= tuft
        elif circulation.root not in touched:
            (node,) = touched
            tufts[node] = tufts.get(node, 0.0) + flow
    held = {end for n in kept for end in (tree.edges[n].start, tree.edges[n].end)}
    own = {node: q for node, q in circulation.flows_ml_per_s.items() if node in held}
    return tuple(sorted(kept)), dict(sorted({**tufts, **own}.items()))


def _grow_tuft(
    circulation: Circulation, first: int, nodes: set[int], left: set[int]
) -> tuple[set[int], set[int], float]:
    """Edges that hang together beside the kept nodes, which of those they touch, their flow."""
    tree = circulation.tree
    tuft, touched, inner, waiting = {first}, set(), set(), [first]
    while waiting:
        edge = tree.edges[waiting.pop()]
        for end in (edge.start, edge.end):
            if end in nodes:
                touched.add(end)
            elif end not in inner:
                inner.add(end)
                more = {n for n in left - tuft if end in (tree.edges[n].start, tree.edges[n].end)}
                tuft |= more
                waiting += sorted(more)
    return tuft, touched, sum(circulation.flows_ml_per_s.get(node, 0.0) for node in inner)


def solve_states(
    model: FlowModel,
    sets: Sequence[Mapping[str, Stenosis]],
    drive: Drive,
    share: float = 1.0,
) -> tuple[FlowState, ...]:
    """Rest and hyperaemia with each set of stenoses, the beds fitted once.

    Args:
        model: of the circulation.
        sets: stenoses by name; one that is left out is healthy.
        drive: pressures, viscosity and how far beds dilate; ``measured_ml_per_s`` was used when
            the circulation was made.
        share: of the flow that the beds were to carry.

    Raises:
        SimulationError: there is no solution.
    """
    check_predictable(model.circuit, model.circulation.lesion)
    wanted = share * model.wanted
    beds = _fit_beds(model, drive, wanted)
    return tuple(
        _solve(model, _change_stenoses(model, stenoses, drive), drive, (beds, wanted))
        for stenoses in sets
    )


def _fit_beds(model: FlowModel, drive: Drive, wanted: Floats) -> Floats:
    """(b,) resistances with which the beds carry their flow in the model without stenoses."""
    circuit = _change_stenoses(model, {}, drive)
    beds = np.full(len(wanted), drive.arterial_mmhg - drive.venous_mmhg) / wanted
    for _ in range(_TURNS):
        solved = solve_steady(circuit.with_beds_scaled(beds))
        asked = (solved.node_mmhg()[circuit.bed_node] - drive.venous_mmhg) / wanted
        settled = bool((np.abs(asked / beds - 1.0) < _SETTLED).all())
        beds = asked
        if settled:
            break
    return beds


def _change_stenoses(model: FlowModel, stenoses: Mapping[str, Stenosis], drive: Drive) -> Circuit:
    circuit, known = model.circuit, model.circulation.drive
    ratio = drive.viscosity_mpa_s / known.viscosity_mpa_s
    if ratio != 1.0:
        circuit = circuit.with_resistance(ratio * circuit.resistance)
    held = {one.edge: name for name, one in model.circulation.narrowings.items()}
    changed = []
    for edge in model.edges:
        name = held.get(edge)
        if name is not None:
            whole = _healthy(model.circulation.narrowings[name].stenosis)
            old = circuit.network.vessels[int(circuit.numbers_of([name])[0])]
            nodes = (old.start, old.end)
            changed.append(stenosis_vessel(name, nodes, stenoses.get(name, whole), drive.fluid))
    circuit = circuit.with_vessels(changed)
    if drive.arterial_mmhg != known.arterial_mmhg:
        circuit = replace(circuit, given=(Waveform((drive.arterial_mmhg,)),))
    return circuit


def _solve(
    model: FlowModel, circuit: Circuit, drive: Drive, fitted: tuple[Floats, Floats]
) -> FlowState:
    lesion = model.circulation.lesion
    beds, wanted = fitted
    least, now = beds / drive.hyperaemia, beds
    rest = solve_steady(circuit.with_beds_scaled(now))
    for _ in range(_TURNS):
        asked = (rest.node_mmhg()[circuit.bed_node] - drive.venous_mmhg) / wanted
        # Half-way: the bed's own change moves the pressure before it.
        made = np.where(model.fed, np.clip(0.5 * (now + asked), least, beds), beds)
        settled = bool((np.abs(made / now - 1.0) < _SETTLED).all())
        now = made
        rest = solve_steady(circuit.with_beds_scaled(now), rest)
        if settled:
            break
    dilated = np.where(model.fed, least, beds)
    full = solve_steady(circuit.with_beds_scaled(dilated), rest)
    flows = (read_lesion(rest, lesion), read_lesion(full, lesion))
    return FlowState(*flows, (rest, full), (now, dilated))


def judge_lesion(state: FlowState, stenosis: Stenosis, drive: Drive) -> FlowValidity:
    """Whether the model of a stenosis is to be believed at its flow in hyperaemia.

    Args:
        state: as it was solved.
        stenosis: of the lesion in it; the circuit itself only knows the healthy vessel.
        drive: viscosity.
    """
    vessel = stenosis_vessel("lesion", ("before", "behind"), stenosis, drive.fluid)
    ends = (
        PressureBoundary("before", "before", Waveform((state.hyperaemia.proximal_mmhg,))),
        PressureBoundary("behind", "behind", Waveform((state.hyperaemia.distal_mmhg,))),
    )
    (found,) = judge_validity(solve_steady(Network((vessel,), ends)), drive.fluid)
    return found
