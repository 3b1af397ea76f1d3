"""Zerod: networks from the JSON of svZeroDSolver, so that users of SimVascular come and go.

Read are blood vessels, junctions with and without losses, and flow, pressure, resistance, RCR and
coronary boundaries. Whatever else a file asks for is refused by its name. The file does not say
what units it is in, so the caller does.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.flow import zerod_terms as terms
from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
    WindkesselBoundary,
)
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.settings import MarchSettings
from seldinger.physics.flow.zerod_lumen import infer_lumen, read_fluid

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.physics.drain_flow import Fluid
    from seldinger.physics.flow.boundaries import Boundary
    from seldinger.physics.flow.units import FlowUnits

_LEAST_POINTS = 3
_WORKED_OUT = (
    "diameters are worked out from lengths, inertances and stenosis coefficients as SimVascular "
    "makes them; a calibrated file has others"
)


@dataclass(frozen=True, slots=True, eq=False)
class ZeroDFile:
    """A file as it was read.

    Attributes:
        name: of the file, without its folder.
        network: what it holds, in mmHg, mL and s.
        units: what it is in.
        fluid: the blood it tells of; None where it tells of none.
        document: the JSON itself, so that unchanged numbers are written as they were read.
        notes: what is legal and odd, and what was passed over.
    """

    name: str
    network: Network
    units: FlowUnits
    fluid: Fluid | None
    document: dict[str, Any]
    notes: tuple[str, ...]

    __repr__ = short_repr

    def march_settings(self) -> MarchSettings:
        """Cycles and steps that the file asks for.

        Raises:
            SimulationError: it asks for none, or for no whole number of them.
        """
        told = self.document.get("simulation_parameters")
        if not isinstance(told, dict):
            _refuse(self.name, f"simulation_parameters is {_kind(told)}", "an object of numbers")
        counts = []
        for key in ("number_of_cardiac_cycles", "number_of_time_pts_per_cardiac_cycle"):
            value = told.get(key)
            if not _is_whole(value):
                _refuse(self.name, f"simulation_parameters.{key} is {value!r}", "a whole number")
            counts.append(value)
        cycles, points = counts
        if cycles < 1 or points < _LEAST_POINTS:
            _refuse(self.name, f"{cycles} cycles of {points} points", "1 of 3 or more")
        if self.network.period_s is not None or not told.get("cardiac_period"):
            return MarchSettings(cycles, points - 1)
        try:
            return MarchSettings(cycles, points - 1, float(told["cardiac_period"]))
        except (TypeError, ValueError, OverflowError) as wrong:
            raise SimulationError(
                f"{self.name}: cardiac_period is no period: {wrong}: give seconds"
            ) from wrong


def read_zerod(path: Path, units: FlowUnits) -> ZeroDFile:
    """The network in a file of svZeroDSolver.

    Args:
        path: of the file.
        units: what its numbers are in.

    Raises:
        SimulationError: the file cannot be read, asks for an element that is not known here, or
            holds no network that can be solved.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as broken:
        raise SimulationError(
            f"{path.name} cannot be read as text ({type(broken).__name__}): give a JSON file of "
            "svZeroDSolver"
        ) from broken
    return parse_zerod(text, units, path.name)


def parse_zerod(text: str, units: FlowUnits, name: str = "network.json") -> ZeroDFile:
    """The network in the ``text`` of a file called ``name``, in ``units``.

    Raises:
        SimulationError: as ``read_zerod``.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (json.JSONDecodeError, ValueError, RecursionError) as broken:
        raise SimulationError(f"{name} is no JSON: {broken}: correct it there") from broken
    if not isinstance(document, dict):
        _refuse(name, f"the file holds a {type(document).__name__}", "an object of sections")
    reader = _Reader(name, units, document)
    try:
        network = Network(*reader.parts())
    except ValueError as wrong:
        raise SimulationError(f"{name}: {wrong}") from wrong
    passed = [key for key in document if key not in terms.READ and key not in terms.NOT_READ]
    notes = [f"{name}: {key!r} is passed over" for key in passed if key[:1] != "_"]
    if any(vessel.lumen is not None for vessel in network.vessels):
        notes.append(f"{name}: {_WORKED_OUT}")
    fluid = reader.fluid
    return ZeroDFile(name, network, units, fluid, document, (*network.notes, *notes))


class _Reader:
    """One document on its way to a network."""

    def __init__(self, name: str, units: FlowUnits, document: dict[str, Any]) -> None:
        self.name, self.units, self.document = name, units, document
        self.fluid = read_fluid(document, units)
        self.starts: dict[int, str] = {}
        self.ends: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self.attached: dict[str, tuple[str, bool]] = {}

    def parts(self) -> tuple[tuple[Vessel, ...], tuple[Boundary, ...]]:
        """Vessels and boundaries."""
        for section in terms.NOT_READ:
            if self.document.get(section):
                self.refuse(f"it has {section}", "vessels, junctions and boundary_conditions only")
        vessels, joints = self.section("vessels"), self.section("junctions", needed=False)
        for where, vessel in vessels:
            self._name_vessel(where, vessel)
        losses = [loss for where, joint in joints for loss in self._join(where, joint)]
        self._check_ends()
        made = [self._vessel(where, vessel) for where, vessel in vessels]
        boundaries = [self._boundary(*one) for one in self.section("boundary_conditions")]
        loose = set(self.attached) - {boundary.name for boundary in boundaries}
        if loose:
            self.refuse(
                f"a vessel is attached to {min(loose)!r}", "a name among its boundary_conditions"
            )
        return (*made, *losses), tuple(boundaries)

    def refuse(self, got: str, allowed: str) -> NoReturn:
        """Refuse the file."""
        _refuse(self.name, got, allowed)

    def section(self, key: str, *, needed: bool = True) -> list[tuple[str, dict[str, Any]]]:
        """The entries of a section with their places."""
        found = self.document.get(key, None if needed else [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.refuse(f"{key} is {_kind(found)}", "a list of objects")
        return [(f"{key}[{n}]", one) for n, one in enumerate(found)]

    def text(self, where: str, entry: dict[str, Any], key: str) -> str:
        """A name in an entry."""
        found = entry.get(key)
        if not isinstance(found, str) or not found.strip():
            self.refuse(f"{where}.{key} is {found!r}", "a name")
        return found

    def number(self, where: str, value: Any) -> float:
        """A finite number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(f"{where} is {_kind(value)}", "one number")
        try:
            return float(value)
        except OverflowError:
            self.refuse(f"{where} is beyond all numbers", "one number")

    def numbers(self, where: str, value: Any) -> list[float]:
        """A list of finite numbers."""
        if not isinstance(value, list):
            self.refuse(f"{where} is {_kind(value)}", "a list of numbers")
        return [self.number(f"{where}[{n}]", one) for n, one in enumerate(value)]

    def values(self, where: str, entry: dict[str, Any], key: str, known: set[str]) -> Any:
        """The object of numbers in an entry; keys that begin with _ are remarks."""
        found = entry.get(key, {})
        if not isinstance(found, dict):
            self.refuse(f"{where}.{key} is {_kind(found)}", "an object of numbers")
        odd = [one for one in found if one not in known and one[:1] != "_"]
        if odd:
            self.refuse(f"{where}.{key} has {odd[0]!r}", ", ".join(sorted(known)))
        return found

    def _name_vessel(self, where: str, vessel: dict[str, Any]) -> None:
        """Its number, its name, and the boundaries at its ends."""
        number, name = vessel.get("vessel_id"), self.text(where, vessel, "vessel_name")
        if not _is_whole(number) or number in self.names:
            self.refuse(f"{where}.vessel_id is {number!r}", "a whole number of its own")
        self.names[number] = name
        ends = vessel.get("boundary_conditions", {})
        if not isinstance(ends, dict) or set(ends) - {"inlet", "outlet"}:
            self.refuse(f"{where}.boundary_conditions is {ends!r}", "an inlet, an outlet or both")
        for end, boundary in ends.items():
            self.text(f"{where}.boundary_conditions", ends, end)
            if boundary in self.attached:
                self.refuse(
                    f"boundary {boundary!r} is attached twice", "one end of one vessel for each"
                )
            self.attached[boundary] = (boundary, end == "outlet")
            self._attach(self.ends if end == "outlet" else self.starts, number, boundary)

    def _attach(self, ends: dict[int, str], number: int, node: str) -> None:
        if number in ends:
            word = "end" if ends is self.ends else "start"
            self.refuse(
                f"the {word} of {self.names[number]} is attached to {ends[number]} and {node}",
                "one of them",
            )
        ends[number] = node

    def _join(self, where: str, joint: dict[str, Any]) -> list[Vessel]:
        """A junction is a node; one with losses has a vessel for each of its branches."""
        name, kind = self.text(where, joint, "junction_name"), joint.get("junction_type")
        inlets, outlets = (self._members(where, joint, k) for k in ("inlet", "outlet"))
        if name in self.attached:
            self.refuse(f"a junction and a boundary are called {name!r}", "two names")
        for number in inlets:
            self._attach(self.ends, number, name)
        if kind in terms.NODE_TYPES:
            for number in outlets:
                self._attach(self.starts, number, name)
            return []
        if kind != terms.LOSS_TYPE:
            known = ", ".join((*terms.NODE_TYPES, terms.LOSS_TYPE))
            self.refuse(f"junction {name!r} is of type {kind!r}", known)
        if len(inlets) != 1:
            self.refuse(f"junction {name!r} has {len(inlets)} inlets", "one, as it has losses")
        return self._branches(where, joint, name, outlets)

    def _branches(
        self, where: str, joint: dict[str, Any], name: str, outlets: list[int]
    ) -> list[Vessel]:
        known = {term.key for term in terms.LOSS_TERMS}
        values = self.values(where, joint, "junction_values", known | {"C"})
        columns = {}
        for term in terms.LOSS_TERMS:
            column = self.numbers(f"{where}.junction_values.{term.key}", values.get(term.key))
            if len(column) != len(outlets):
                self.refuse(
                    f"{where}.junction_values.{term.key} has {len(column)} numbers",
                    f"one for each of {len(outlets)} outlets",
                )
            columns[term.field] = [term.read(one, self.units) for one in column]
        if any(self.numbers(f"{where}.junction_values.C", values.get("C", []))):
            self.refuse(f"the branches of {name!r} have compliances", "0, or none told")
        made = []
        for n, number in enumerate(outlets):
            branch = f"{name}:{self.names[number]}"
            self._attach(self.starts, number, branch)
            numbers: dict[str, Any] = {field: column[n] for field, column in columns.items()}
            made.append(Vessel(branch, name, branch, **numbers, junction=name))
        return made

    def _members(self, where: str, joint: dict[str, Any], end: str) -> list[int]:
        if f"{end}_blocks" in joint:
            self.refuse(f"{where} lists {end}_blocks", f"{end}_vessels")
        found = joint.get(f"{end}_vessels")
        if not isinstance(found, list) or not found:
            self.refuse(f"{where}.{end}_vessels is {found!r}", "a list of vessel_ids")
        for number in found:
            if not _is_whole(number) or number not in self.names:
                self.refuse(f"{where}.{end}_vessels names {number!r}", "vessel_ids of the file")
        return found

    def _check_ends(self) -> None:
        for word, ends in (("start", self.starts), ("end", self.ends)):
            dead = [name for number, name in self.names.items() if number not in ends]
            if dead:
                self.refuse(
                    f"the {word} of {dead[0]} is a dead end", "a junction or a boundary at each end"
                )

    def _vessel(self, where: str, vessel: dict[str, Any]) -> Vessel:
        kind, number = vessel.get("zero_d_element_type"), vessel["vessel_id"]
        if kind != terms.VESSEL_TYPE:
            self.refuse(f"vessel {self.names[number]!r} is of type {kind!r}", terms.VESSEL_TYPE)
        known = {term.key for term in terms.VESSEL_TERMS}
        values = self.values(where, vessel, "zero_d_element_values", known)
        numbers = self._fields(f"{where}.zero_d_element_values", values, terms.VESSEL_TERMS)
        try:
            ends = self.starts[number], self.ends[number]
            lumen = infer_lumen(vessel, self.fluid)
            return Vessel(self.names[number], *ends, **numbers, lumen=lumen)
        except ValueError as wrong:
            raise SimulationError(f"{self.name}: {wrong}") from wrong

    def _fields(
        self, where: str, values: dict[str, Any], wanted: tuple[terms.Term, ...]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for term in wanted:
            if term.key not in values and term.needed:
                self.refuse(f"{where} has no {term.key}", "a number for it")
            number = self.number(f"{where}.{term.key}", values.get(term.key, 0.0))
            found[term.field] = term.read(number, self.units)
        return found

    def _boundary(self, where: str, entry: dict[str, Any]) -> Boundary:
        name, kind = self.text(where, entry, "bc_name"), entry.get("bc_type")
        if kind not in terms.BOUNDARY_TYPES:
            self.refuse(f"boundary {name!r} is of type {kind!r}", ", ".join(terms.BOUNDARY_TYPES))
        if name not in self.attached:
            self.refuse(f"boundary {name!r} is attached to no vessel", "an end of a vessel")
        node, is_outlet = self.attached[name]
        wanted = terms.BED_TERMS.get(kind, ())
        table = terms.TABLE_TERMS.get(kind)
        known = {term.key for term in wanted} | ({table.key, terms.TIME} if table else set())
        values = self.values(where, entry, "bc_values", known)
        if wanted and not is_outlet:
            self.refuse(
                f"the bed {name!r} is at an inlet", "beds at outlets: turn the vessel round"
            )
        try:
            numbers = self._fields(f"{where}.bc_values", values, wanted)
            if table is not None:
                turned = kind == "FLOW" and is_outlet
                numbers[table.field] = self._table(where, values, table, turned=turned)
            made: Boundary = _RECORDS[kind](name, node, **numbers)
        except ValueError as wrong:
            raise SimulationError(f"{self.name}: boundary {name}: {wrong}") from wrong
        return made

    def _table(
        self, where: str, values: dict[str, Any], term: terms.Term, *, turned: bool
    ) -> Waveform:
        """A waveform; flow at an outlet counts outwards there and inwards here."""
        told = self.numbers(f"{where}.bc_values.{term.key}", values.get(term.key))
        times = self.numbers(f"{where}.bc_values.t", values.get(terms.TIME))
        sign = -1.0 if turned else 1.0
        converted = tuple(sign * term.read(one, self.units) for one in told)
        if len(converted) == 1:
            return Waveform(converted)
        return Waveform(converted, tuple(times))


_RECORDS: dict[str, Any] = {
    "FLOW": FlowBoundary,
    "PRESSURE": PressureBoundary,
    "RESISTANCE": ResistanceBoundary,
    "RCR": WindkesselBoundary,
    "CORONARY": CoronaryBoundary,
}


def _refuse(name: str, got: str, allowed: str) -> NoReturn:
    raise SimulationError(f"{name}: {got}; allowed: {allowed}: correct the file")


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}, and numbers are finite")


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    """What stands in the place of something else."""
    if value is None:
        return "missing"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    names = {dict: "an object", list: "a list", str: "a text", bool: "yes or no"}
    return names.get(type(value), f"{value!r}")
