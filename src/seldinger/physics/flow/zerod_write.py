"""Zerod, written: a network as the JSON that svZeroDSolver reads.

A number that did not change since it was read is written as it stood, to the last digit.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import SimulationError
from seldinger.core.naming import did_you_mean
from seldinger.physics.flow import zerod_terms as terms
from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
)
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.settings import MarchSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.physics.flow.boundaries import Boundary
    from seldinger.physics.flow.network import Vessel
    from seldinger.physics.flow.units import FlowUnits
    from seldinger.physics.flow.zerod import ZeroDFile


def write_zerod(network: Network, units: FlowUnits, settings: MarchSettings | None = None) -> str:
    """The text of a new file.

    Args:
        network: its boundaries at the ends of single vessels, its beds at their far ends.
        units: what its numbers shall be in.
        settings: cycles and steps for the reader's solver.

    Raises:
        SimulationError: svZeroDSolver has no word for a boundary where this network has it.
    """
    return json.dumps(_document(network, units, settings or MarchSettings()), indent=4) + "\n"


def rewrite_zerod(read: ZeroDFile, network: Network) -> str:
    """The text of a file that was read, with the numbers of ``network``.

    Names, order, remarks and whatever was passed over stay.

    Raises:
        SimulationError: the network is not that of the file with other numbers.
    """
    document = copy.deepcopy(read.document)
    vessels = {vessel.name: vessel for vessel in network.vessels}
    boundaries = {boundary.name: boundary for boundary in network.boundaries}
    if [(v.name, v.start, v.end) for v in network.vessels] != [
        (v.name, v.start, v.end) for v in read.network.vessels
    ] or [(type(b), b.name, b.node) for b in network.boundaries] != [
        (type(b), b.name, b.node) for b in read.network.boundaries
    ]:
        raise SimulationError(
            f"the network is not that of {read.name} with other numbers: write it as a new file"
        )
    names = {entry["vessel_id"]: entry["vessel_name"] for entry in document["vessels"]}
    for entry in document["vessels"]:
        values = entry.setdefault("zero_d_element_values", {})
        _update(values, vessels[entry["vessel_name"]], terms.VESSEL_TERMS, read.units)
    for entry in document.get("junctions", []):
        if entry["junction_type"] == terms.LOSS_TYPE:
            branches = [
                vessels[f"{entry['junction_name']}:{names[n]}"] for n in entry["outlet_vessels"]
            ]
            for term in terms.LOSS_TERMS:
                column = entry["junction_values"][term.key]
                for n, branch in enumerate(branches):
                    column[n] = _kept(column[n], getattr(branch, term.field), term, read.units)
    ends = {vessel.end for vessel in network.vessels}
    for entry in document["boundary_conditions"]:
        boundary, values = boundaries[entry["bc_name"]], entry["bc_values"]
        _update(values, boundary, terms.BED_TERMS.get(entry["bc_type"], ()), read.units)
        table = terms.TABLE_TERMS.get(entry["bc_type"])
        if table is not None:
            _update_table(values, boundary, table, read.units, outlet=boundary.node in ends)
    return json.dumps(document, indent=4) + "\n"


def change_zerod(read: ZeroDFile, changes: Mapping[str, Mapping[str, float]]) -> Network:
    """The network of a file with other numbers of some vessels.

    Args:
        read: the file.
        changes: by the vessel's name, then by the file's key, in the file's units.

    Raises:
        SimulationError: there is no such vessel or key, or the number is not allowed.
    """
    known = {term.key: term for term in terms.VESSEL_TERMS}
    vessels = {vessel.name: vessel for vessel in read.network.vessels}
    for name, numbers in changes.items():
        if name not in vessels:
            near = did_you_mean(name, list(vessels))
            raise SimulationError(f"{read.name} has no vessel {name!r}; {near}take one of its own")
        odd = [key for key in numbers if key not in known]
        if odd:
            raise SimulationError(
                f"a vessel has no {odd[0]!r}; {did_you_mean(odd[0], list(known))}it has "
                f"{', '.join(known)}"
            )
        told: dict[str, Any] = {
            known[key].field: known[key].read(v, read.units) for key, v in numbers.items()
        }
        try:
            vessels[name] = replace(vessels[name], **told)
        except ValueError as wrong:
            raise SimulationError(f"{read.name}: {wrong}") from wrong
    return Network(tuple(vessels.values()), read.network.boundaries)


def _update(
    values: dict[str, Any], record: Any, wanted: tuple[terms.Term, ...], units: FlowUnits
) -> None:
    for term in wanted:
        number = getattr(record, term.field)
        if term.key in values or number != 0.0:
            values[term.key] = _kept(values.get(term.key), number, term, units)


def _kept(old: float | None, number: float, term: terms.Term, units: FlowUnits) -> float:
    """What stood there, if it still means ``number``; otherwise ``number`` in the file's unit."""
    if old is not None and term.read(float(old), units) == number:
        return old
    return term.written(number, units)


def _update_table(
    values: dict[str, Any], boundary: Boundary, term: terms.Term, units: FlowUnits, *, outlet: bool
) -> None:
    wave: Waveform = getattr(boundary, term.field)
    sign = -1.0 if outlet and isinstance(boundary, FlowBoundary) else 1.0
    old = values[term.key]
    if len(old) != len(wave.values):
        values[term.key] = [term.written(sign * one, units) for one in wave.values]
    else:
        values[term.key] = [
            _kept(was, sign * one, term, units) for was, one in zip(old, wave.values, strict=True)
        ]
    if wave.times_s and tuple(values[terms.TIME]) != wave.times_s:
        values[terms.TIME] = list(wave.times_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Which vessels end and start at each node; numbers of those that are vessels in a file."""

    into: dict[str, list[Vessel]]
    out: dict[str, list[Vessel]]
    number: dict[str, int]
    boundary: dict[str, Boundary]


def _document(network: Network, units: FlowUnits, settings: MarchSettings) -> dict[str, Any]:
    real = [vessel for vessel in network.vessels if not vessel.junction]
    places = _Places(
        {node: [] for node in network.nodes},
        {node: [] for node in network.nodes},
        {vessel.name: n for n, vessel in enumerate(real)},
        {boundary.node: boundary for boundary in network.boundaries},
    )
    for vessel in network.vessels:
        places.into[vessel.end].append(vessel)
        places.out[vessel.start].append(vessel)
    branch_ends = {vessel.end for vessel in network.vessels if vessel.junction}
    joints = [n for n in network.nodes if n not in places.boundary and n not in branch_ends]
    period_s = network.period_s or settings.period_s or 1.0
    return {
        "simulation_parameters": {
            "number_of_cardiac_cycles": settings.cycles,
            "number_of_time_pts_per_cardiac_cycle": settings.steps_per_cycle + 1,
        },
        "vessels": [_vessel(vessel, places, units) for vessel in real],
        "junctions": [_junction(node, places, units) for node in joints],
        "boundary_conditions": [
            _boundary(boundary, places, units, period_s) for boundary in network.boundaries
        ],
    }


def _vessel(vessel: Vessel, places: _Places, units: FlowUnits) -> dict[str, Any]:
    at = places.boundary
    ends = {"inlet": at.get(vessel.start), "outlet": at.get(vessel.end)}
    entry: dict[str, Any] = {
        "vessel_id": places.number[vessel.name],
        "vessel_name": vessel.name,
        "zero_d_element_type": terms.VESSEL_TYPE,
        "zero_d_element_values": _numbers(vessel, terms.VESSEL_TERMS, units),
    }
    named = {word: boundary.name for word, boundary in ends.items() if boundary is not None}
    return {**entry, "boundary_conditions": named} if named else entry


def _junction(node: str, places: _Places, units: FlowUnits) -> dict[str, Any]:
    into, out = places.into[node], places.out[node]
    entry: dict[str, Any] = {"junction_name": node, "junction_type": terms.NODE_TYPES[0]}
    losses = [vessel for vessel in out if vessel.junction]
    if losses:
        behind = [places.out[loss.end] for loss in losses]
        single = len(into) == 1 and all(len(one) == 1 for one in behind)
        if len(losses) != len(out) or not single:
            raise SimulationError(
                f"junction {node} has losses in some branches, or not one vessel before it and "
                f"behind each; a {terms.LOSS_TYPE} has them in all: give the others a branch of 0"
            )
        out = [one[0] for one in behind]
        entry["junction_type"] = terms.LOSS_TYPE
        entry["junction_values"] = {
            term.key: [term.written(getattr(v, term.field), units) for v in losses]
            for term in terms.LOSS_TERMS
        }
    if not into or not out:
        raise SimulationError(
            f"all vessels at {node} run {'away from' if out else 'towards'} it; a junction of "
            "svZeroDSolver has inlets and outlets: turn one round"
        )
    entry["inlet_vessels"] = [places.number[vessel.name] for vessel in into]
    entry["outlet_vessels"] = [places.number[vessel.name] for vessel in out]
    return entry


def _boundary(
    boundary: Boundary, places: _Places, units: FlowUnits, period_s: float
) -> dict[str, Any]:
    into, out = places.into[boundary.node], places.out[boundary.node]
    given = isinstance(boundary, FlowBoundary | PressureBoundary)
    if len(into) + len(out) != 1 or (into and into[0].junction) or not (given or into):
        raise SimulationError(
            f"boundary {boundary.name} stands where {len(into) + len(out)} vessels meet, or at the "
            "start of one; svZeroDSolver has boundaries at the ends of single vessels, and beds at "
            "outlets: put a vessel between, or turn it round"
        )
    kind = _kind(boundary)
    values = _numbers(boundary, terms.BED_TERMS.get(kind, ()), units)
    table = terms.TABLE_TERMS.get(kind)
    if table is not None:
        wave: Waveform = getattr(boundary, table.field)
        sign = -1.0 if kind == "FLOW" and into else 1.0
        written = [table.written(sign * one, units) for one in wave.values]
        values[table.key] = written if wave.times_s else written * 2
        values[terms.TIME] = list(wave.times_s) or [0.0, period_s]
    return {"bc_name": boundary.name, "bc_type": kind, "bc_values": values}


def _kind(boundary: Boundary) -> str:
    if isinstance(boundary, FlowBoundary):
        return "FLOW"
    if isinstance(boundary, PressureBoundary):
        return "PRESSURE"
    if isinstance(boundary, CoronaryBoundary):
        return "CORONARY"
    return "RESISTANCE" if isinstance(boundary, ResistanceBoundary) else "RCR"


def _numbers(record: Any, wanted: tuple[terms.Term, ...], units: FlowUnits) -> dict[str, Any]:
    return {term.key: term.written(getattr(record, term.field), units) for term in wanted}
