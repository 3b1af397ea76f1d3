"""Files of svZeroDSolver: read as they mean, refused by name, written as they were."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.physics.flow.networks import binary_tree, constant, one_vessel, pulse, pumped, resisted
from tests.physics.flow.zerod_files import bed, forked, straight, vessel

from seldinger.core.errors import SimulationError
from seldinger.physics.drain_flow import Fluid
from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
)
from seldinger.physics.flow.elements import Stenosis, stenosis_vessel
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.settings import MarchSettings
from seldinger.physics.flow.solve import solve_steady
from seldinger.physics.flow.units import FlowUnits
from seldinger.physics.flow.zerod import parse_zerod, read_zerod
from seldinger.physics.flow.zerod_write import rewrite_zerod, write_zerod

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DYN = 1333.22387415


def parsed(document: dict[str, Any], units: FlowUnits = FlowUnits.CGS) -> Any:
    return parse_zerod(json.dumps(document), units)


def test_a_file_means_what_its_units_say() -> None:
    cgs, clinical = parsed(straight()), parsed(straight(), FlowUnits.CLINICAL)
    one, two = cgs.network.vessels[0], clinical.network.vessels[0]
    assert one.resistance_mmhg_s_per_ml == pytest.approx(100.0 / DYN)
    assert two.resistance_mmhg_s_per_ml == 100.0
    found = solve_steady(cgs.network)
    assert found.start_mmhg[0] * DYN == pytest.approx(3600.0)
    assert found.end_mmhg[0] * DYN == pytest.approx(600.0)
    assert solve_steady(clinical.network).start_mmhg[0] == pytest.approx(3600.0)


def test_every_element_is_read() -> None:
    read = parsed(forked())
    names = [v.name for v in read.network.vessels]
    assert names == [*(f"branch{n}" for n in range(5)), "J1:branch3", "J1:branch4"]
    loss = read.network.vessels[6]
    assert (loss.start, loss.end, loss.junction) == ("J1", "J1:branch4", "J1")
    assert loss.inertance_mmhg_s2_per_ml == pytest.approx(0.013 / DYN)
    coronary = read.network.boundaries[3]
    assert isinstance(coronary, CoronaryBoundary)
    assert coronary.muscle_ml_per_mmhg == pytest.approx(7.7e-5 * DYN)
    assert coronary.muscle_mmhg.values[1] == pytest.approx(9000.9 / DYN)
    assert "negative stenosis coefficient" in read.notes[0]
    assert read.march_settings() == MarchSettings(6, 100)
    assert "negative" in repr(read.notes)
    assert len(repr(read)) < 400


def test_flow_at_an_outlet_counts_outwards_in_the_file() -> None:
    document = straight("FLOW", Q=[5.0, 5.0], t=[0.0, 1.0])
    document["boundary_conditions"][0] = bed("INFLOW", "PRESSURE", P=[900.0, 900.0], t=[0.0, 1.0])
    read = parsed(document)
    out = read.network.boundaries[1]
    assert isinstance(out, FlowBoundary)
    assert out.flow_ml_per_s.values == (-5.0, -5.0)
    assert json.loads(rewrite_zerod(read, read.network)) == document


def test_lumens_are_worked_out_backwards() -> None:
    """Of a vessel that was made forwards: 8 mm, half of it left over 2 cm."""
    fluid = Fluid(1060.0, 0.004)
    made = stenosis_vessel("v", ("a", "b"), Stenosis(8.0, 4.0, 20.0), fluid, 1.0)
    document = straight()
    document["simulation_parameters"] |= {"density": 1.06, "viscosity": 0.04}
    document["vessels"][0]["vessel_length"] = 2.0
    document["vessels"][0]["zero_d_element_values"] = {
        "R_poiseuille": made.resistance_mmhg_s_per_ml * DYN,
        "L": made.inertance_mmhg_s2_per_ml * DYN,
        "stenosis_coefficient": made.loss_mmhg_s2_per_ml2 * DYN,
    }
    read = parsed(document)
    lumen = read.network.vessels[0].lumen
    assert (lumen.diameter_mm, lumen.narrowest_mm) == pytest.approx((8.0, 4.0))
    assert (read.fluid.density_kg_per_m3, read.fluid.viscosity_pa_s) == pytest.approx(
        (1060.0, 0.004)
    )
    assert "worked out" in read.notes[-1]
    assert parsed(document, FlowUnits.CLINICAL).network.vessels[0].lumen is None
    for wrong in (0.0, "1.06", None, True):
        document["simulation_parameters"]["density"] = wrong
        assert parsed(document).fluid is None


def test_what_was_read_is_written_to_the_last_digit() -> None:
    for document in (forked(), straight()):
        for units in FlowUnits:
            read = parsed(document, units)
            assert json.loads(rewrite_zerod(read, read.network)) == document


def test_a_change_is_written_and_the_rest_is_kept() -> None:
    read = parsed(forked())
    stented = replace(read.network.vessels[1], loss_mmhg_s2_per_ml2=0.0)
    flow = read.network.boundaries[0]
    assert isinstance(flow, FlowBoundary)
    more = replace(flow, flow_ml_per_s=pulse(3.0, 1.0, 5))
    vessels = (read.network.vessels[0], stented, *read.network.vessels[2:])
    same_period = replace(more.flow_ml_per_s, times_s=(0.0, 0.1, 0.2, 0.3, 0.7))
    ends = (replace(more, flow_ml_per_s=same_period), *read.network.boundaries[1:])
    written = json.loads(rewrite_zerod(read, Network(vessels, ends)))
    expected = forked()
    expected["vessels"][1]["zero_d_element_values"]["stenosis_coefficient"] = 0.0
    expected["boundary_conditions"][0]["bc_values"] = {
        "t": [0.0, 0.1, 0.2, 0.3, 0.7],
        "Q": list(more.flow_ml_per_s.values),
    }
    assert written == expected
    with pytest.raises(SimulationError, match="write it as a new file"):
        rewrite_zerod(read, binary_tree(3))


def test_a_network_of_ours_comes_back() -> None:
    net = binary_tree(4, 2)
    for units in FlowUnits:
        again = parse_zerod(write_zerod(net, units, MarchSettings(3, 50)), units)
        assert solve_steady(again.network).start_mmhg == pytest.approx(
            solve_steady(net).start_mmhg, rel=1e-12
        )
        assert again.march_settings() == MarchSettings(3, 50)
    exact = parse_zerod(write_zerod(net, FlowUnits.CLINICAL), FlowUnits.CLINICAL).network
    nodes = {n.name: n for n in exact.vessels}
    assert all(replace(nodes[v.name], start=v.start, end=v.end) == v for v in net.vessels)


def test_losses_at_a_junction_come_back() -> None:
    read = parsed(forked(), FlowUnits.CLINICAL)
    text = write_zerod(read.network, FlowUnits.CLINICAL)
    again = parse_zerod(text, FlowUnits.CLINICAL).network
    assert again == read.network


@given(st.lists(st.floats(1e-6, 1e6), min_size=4, max_size=4))
def test_any_number_survives(numbers: list[float]) -> None:
    document = straight()
    keys = ("R_poiseuille", "C", "L", "stenosis_coefficient")
    document["vessels"][0]["zero_d_element_values"] = dict(zip(keys, numbers, strict=True))
    read = parsed(document)
    assert json.loads(rewrite_zerod(read, read.network)) == document


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    """What puts the last of ``path`` at the rest of it."""
    *way, key, value = path

    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in way:
            place = place[step]
        if value is ...:
            del place[key]
        else:
            place[key] = value

    return change


VALUES = ("vessels", 0, "zero_d_element_values")
BROKEN: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_set("vessels", 0, "zero_d_element_type", "BloodVesselCRL"),
     "vessel 'branch0' is of type 'BloodVesselCRL'; allowed: BloodVessel"),
    (_set("junctions", 0, "junction_type", "resistive_junction"),
     "junction 'J0' is of type 'resistive_junction'; allowed: NORMAL_JUNCTION, internal_junction"),
    (_set("boundary_conditions", 1, "bc_type", "ClosedLoopRCR"),
     "boundary 'OUT1' is of type 'ClosedLoopRCR'; allowed: FLOW, PRESSURE"),
    (_set("closed_loop_blocks", [{"name": "heart"}]), "it has closed_loop_blocks"),
    (_set("chambers", [{"type": "ChamberSphere"}]), "it has chambers"),
    (_set(*VALUES, "R_poiseuille", ...), "has no R_poiseuille"),
    (_set(*VALUES, "R_poiseuille", "33"), "R_poiseuille is a text; allowed: one number"),
    (_set(*VALUES, "R_poiseuille", True), "R_poiseuille is yes or no"),
    (_set(*VALUES, "C", -1.0), "compliance of"),
    (_set(*VALUES, "radius", 3.0), "has 'radius'; allowed: C, L, R_poiseuille"),
    (_set("vessels", 1, "vessel_id", 0), "vessel_id is 0"),
    (_set("vessels", 1, "vessel_name", ""), "vessel_name is ''"),
    (_set("vessels", 1, "vessel_name", "branch0"), "vessel branch0 is there twice"),
    (_set("vessels", {}), "vessels is an object; allowed: a list of objects"),
    (_set("vessels", ...), "vessels is missing"),
    (_set("vessels", 1, "boundary_conditions", {"exit": "OUT1"}), "an inlet, an outlet or both"),
    (_set("vessels", 1, "boundary_conditions", {"outlet": "OUT2"}), "'OUT2' is attached twice"),
    (_set("vessels", 1, "boundary_conditions", {}), "the end of branch1 is a dead end"),
    (_set("vessels", 1, "boundary_conditions", {"inlet": "OUT1", "outlet": "X"}),
     "the start of branch1 is attached to OUT1 and J0"),
    (_set("vessels", 1, "boundary_conditions", {"outlet": "X"}), "'OUT1' is attached to no vessel"),
    (_set("boundary_conditions", 1, "bc_name", "J0"), "'J0' is attached to no vessel"),
    (_set("junctions", 0, "junction_name", "OUT1"), "a junction and a boundary are called 'OUT1'"),
    (_set("junctions", 0, "inlet_vessels", [9]), "inlet_vessels names 9"),
    (_set("junctions", 0, "outlet_vessels", []), "outlet_vessels is []"),
    (_set("junctions", 0, "inlet_blocks", ["v"]), "lists inlet_blocks"),
    (_set("junctions", 1, "junction_values", "L", [1.0]), "L has 1 numbers"),
    (_set("junctions", 1, "junction_values", "C", [0.0, 1.0]), "have compliances"),
    (_set("boundary_conditions", 1, "bc_values", "Rd", 0.0), "last resistance is positive"),
    (_set("boundary_conditions", 1, "bc_values", "R", 0.0), "has 'R'; allowed: C, Pd, Rd, Rp"),
    (_set("boundary_conditions", 0, "bc_values", "t", [0.0, 0.1, 0.3]), "3 times and 4 values"),
    (_set("boundary_conditions", 0, "bc_values", "Q", 5.0), "Q is 5.0; allowed: a list of numbers"),
    (_set("boundary_conditions", 3, "bc_values", "t", [0.0, 0.3, 0.8]), "all have one period"),
    (_set("boundary_conditions", 0, "bc_values", "Q", [1.0, float("inf"), 1.0, 1.0]),
     "it holds Infinity"),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "told"), BROKEN, ids=[told for _, told in BROKEN])
def test_a_broken_file_is_refused_in_a_sentence(
    breaks: Callable[[dict[str, Any]], None], told: str
) -> None:
    document = copy.deepcopy(forked())
    breaks(document)
    with pytest.raises(SimulationError) as refused:
        parsed(document)
    assert told in str(refused.value)
    assert str(refused.value).startswith("network.json")


JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**400,
    "x",
    "",
    [],
    [1],
    [[]],
    {},
    {"a": 1},
    -1e308,
)


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way into a document."""
    found = [way] if way else []
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        found += [place for key, one in items for place in _places(one, (*way, key))]
    return found


@given(st.data())
def test_whatever_stands_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    document = forked()
    for _ in range(data.draw(st.integers(1, 2))):
        way = data.draw(st.sampled_from(_places(document)))
        _set(*way, data.draw(st.sampled_from((*JUNK, ...))))(document)
    try:
        read = parsed(document)
        read.march_settings()
        found = solve_steady(read.network)
        assert np.isfinite([found.start_mmhg, found.end_ml_per_s]).all()
        rewrite_zerod(read, read.network)
    except SimulationError as refused:
        assert str(refused)  # noqa: PT017  no refusal is fine as well


def test_a_bed_at_an_inlet_is_refused() -> None:
    document = straight()
    document["boundary_conditions"][0] = bed("INFLOW", "RESISTANCE", R=1.0, Pd=2.0)
    with pytest.raises(SimulationError, match="'INFLOW' is at an inlet"):
        parsed(document)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", '{"vessels": NaN}', "[" * 100000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(SimulationError, match=r"network.json"):
        parse_zerod(text, FlowUnits.CGS)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (binary, tmp_path / "none.json", tmp_path):
        with pytest.raises(SimulationError, match=r"cannot be read as text"):
            read_zerod(path, FlowUnits.CGS)
    (tmp_path / "net.json").write_text(json.dumps(straight()), encoding="utf-8")
    assert read_zerod(tmp_path / "net.json", FlowUnits.CGS).name == "net.json"


def test_what_is_passed_over_is_said_and_kept() -> None:
    document = {**straight(), "initial_condition": {"pressure_all": 0.0}, "_remark": "ours"}
    read = parsed(document)
    assert read.notes == ("network.json: 'initial_condition' is passed over",)
    assert json.loads(rewrite_zerod(read, read.network)) == document


def test_cycles_are_asked_for_in_whole_numbers() -> None:
    for key, wrong in (("number_of_cardiac_cycles", 0), ("number_of_cardiac_cycles", "6"),
                       ("number_of_time_pts_per_cardiac_cycle", 2)):  # fmt: skip
        document = straight()
        document["simulation_parameters"][key] = wrong
        with pytest.raises(SimulationError, match=r"network.json: .*allowed"):
            parsed(document).march_settings()


def test_what_svzerodsolver_has_no_word_for_is_refused() -> None:
    between = Network(
        (Vessel("v", "a", "b", 1.0), Vessel("w", "b", "c", 1.0)),
        (pumped(5.0), resisted(1.0), ResistanceBoundary("x", "c", 1.0, 0.0)),
    )
    held = PressureBoundary("p", "b", constant(9.0))
    against = one_vessel({"r": 1.0}, resisted(1.0, 0.0, "a"), held)
    facing = Network(
        (Vessel("v", "a", "b", 1.0), Vessel("w", "c", "b", 1.0)),
        (pumped(5.0), PressureBoundary("p", "c", constant(9.0))),
    )
    some = Network(
        (Vessel("v", "a", "b", 1.0), Vessel("j", "b", "b1", 1.0, junction="b"),
         Vessel("w", "b1", "c", 1.0), Vessel("x", "b", "d", 1.0)),
        (pumped(5.0), resisted(1.0, 0.0, "c"), ResistanceBoundary("y", "d", 1.0, 0.0)),
    )  # fmt: skip
    for net, told in ((between, "where 2 vessels meet"), (against, "at the start"),
                      (facing, "run towards it"), (some, "in some branches")):  # fmt: skip
        with pytest.raises(SimulationError, match=told):
            write_zerod(net, FlowUnits.CGS)


def test_constants_are_written_as_tables_of_a_period() -> None:
    net = one_vessel({"r": 1.0}, pumped(5.0), PressureBoundary("out", "b", constant(80.0)))
    told = json.loads(write_zerod(net, FlowUnits.CGS, MarchSettings(1, 10, 0.9)))
    (inflow, outlet) = (one["bc_values"] for one in told["boundary_conditions"])
    assert inflow == {"Q": [5.0, 5.0], "t": [0.0, 0.9]}
    assert outlet["P"] == pytest.approx([80.0 * DYN] * 2)


def test_a_hundred_vessels_in_a_row_keep_their_order() -> None:
    count = 100
    document = straight()
    document["vessels"] = [vessel(n, {"R_poiseuille": float(n)}) for n in range(count)]
    document["vessels"][0]["boundary_conditions"] = {"inlet": "INFLOW"}
    document["vessels"][-1]["boundary_conditions"] = {"outlet": "OUT"}
    document["junctions"] = [
        {"junction_name": f"J{n}", "junction_type": "internal_junction",
         "inlet_vessels": [n], "outlet_vessels": [n + 1]}
        for n in range(count - 1)
    ]  # fmt: skip
    found = solve_steady(parsed(document).network)
    total = sum(range(count)) + 100.0
    assert found.start_mmhg[0] * DYN == pytest.approx(5.0 * total + 100.0)
