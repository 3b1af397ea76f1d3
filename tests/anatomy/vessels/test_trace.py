"""Named trees: names from labels, figures of branches, routes, and doubts that a CT raises."""

from __future__ import annotations

import numpy as np
import pytest
from tests import bifurcation as body

from seldinger.anatomy.vessels import (
    TraceRequest,
    VesselTrace,
    extract_centrelines,
    name_edges,
    rename_edges,
    trace_vessels,
)
from seldinger.core.errors import AnatomyError, LabelError

ALL = (body.AORTA, body.RIGHT, body.LEFT)


@pytest.fixture(scope="module")
def traced() -> VesselTrace:
    asked = TraceRequest(ALL, route=(body.RIGHT, body.AORTA))
    return trace_vessels(body.labels(), asked, body.scan(calcium=True))


def test_each_edge_has_the_name_of_the_label_that_it_lies_in(traced: VesselTrace) -> None:
    assert sorted(edge.name for edge in traced.tree.edges) == sorted(ALL)
    for edge in traced.tree.edges:
        middle = edge.curve.points_at(0.5 * edge.curve.length_mm)
        index = tuple(np.rint(traced.grid.to_index(middle)).astype(int))
        assert body.labels().mask(edge.name)[index]


def test_an_edge_in_no_label_that_counts_has_no_name(traced: VesselTrace) -> None:
    named = name_edges(traced.tree, body.labels(), (body.AORTA,))
    assert sorted(edge.name for edge in named.edges) == ["", "", body.AORTA]
    with pytest.raises(LabelError, match="no label is called 'vein'"):
        name_edges(traced.tree, body.labels(), ("vein",))


def test_names_are_changed_by_number_and_by_old_name(traced: VesselTrace) -> None:
    number = next(n for n, e in enumerate(traced.tree.edges) if e.name == body.LEFT)
    again = rename_edges(traced.tree, {number: "L", body.RIGHT: "R"})
    assert sorted(edge.name for edge in again.edges) == ["L", "R", body.AORTA]
    with pytest.raises(AnatomyError, match="edges are 0 to 2"):
        rename_edges(traced.tree, {7: "x"})
    with pytest.raises(AnatomyError, match="names are aorta, iliac"):
        rename_edges(traced.tree, {"vein": "x"})


def test_figures_are_those_that_were_painted(traced: VesselTrace) -> None:
    by_name = {branch.name: branch for branch in traced.branches}
    assert by_name[body.AORTA].median_diameter_mm == pytest.approx(2 * body.AORTA_MM, abs=0.3)
    assert by_name[body.RIGHT].median_diameter_mm == pytest.approx(2 * body.RADIUS_MM, abs=0.3)
    assert by_name[body.LEFT].least_diameter_mm == pytest.approx(2 * body.NARROW_MM, abs=0.5)
    assert not by_name[body.RIGHT].narrowings


def test_a_narrowing_is_placed_and_its_calcium_said(traced: VesselTrace) -> None:
    (one,) = (n for branch in traced.branches for n in branch.narrowings)
    assert one.grade.percent_diameter == pytest.approx(50.0, abs=5.0)
    true = traced.grid.to_lps((np.array(body.FORK) + np.array(body.GROIN_LEFT)) / 2.0)
    assert np.linalg.norm(np.array(one.at_lps_mm) - true) < 3.0
    assert any("1100 HU" in note and "too small" in note for note in one.notes)
    plain = trace_vessels(body.labels(), TraceRequest(ALL), body.scan())
    (same,) = (n for branch in plain.branches for n in branch.narrowings)
    assert not same.notes


def test_a_route_runs_from_the_groin_to_where_the_aorta_divides(traced: VesselTrace) -> None:
    route = traced.route
    assert route is not None
    assert route.names == (body.RIGHT,)
    groin, fork = traced.grid.to_lps(np.array([body.GROIN_RIGHT, body.FORK]))
    assert np.linalg.norm(route.curve.points_lps_mm[0] - groin) < 6.0
    assert np.linalg.norm(route.curve.points_lps_mm[-1] - fork) < 6.0
    assert route.length_mm == pytest.approx(np.linalg.norm(groin - fork), abs=8.0)
    assert route.least_diameter_mm == pytest.approx(2 * body.RADIUS_MM, abs=0.8)
    assert route.turning_deg < 45.0


def test_a_route_across_passes_both_sides_and_turns_by_their_angle() -> None:
    ends = [",".join(f"{x:g}" for x in body.grid().to_lps(np.array(p, float)))
            for p in (body.GROIN_RIGHT, body.GROIN_LEFT)]  # fmt: skip
    asked = TraceRequest(ALL, route=(ends[0], ends[1]))
    route = trace_vessels(body.labels(), asked).route
    assert route is not None
    assert route.names == (body.RIGHT, body.LEFT)
    legs = np.array([body.GROIN_RIGHT, body.GROIN_LEFT], float) - np.array(body.FORK)
    legs /= np.linalg.norm(legs, axis=1, keepdims=True)
    true = 180.0 - np.rad2deg(np.arccos(legs[0] @ legs[1]))
    assert route.turning_deg == pytest.approx(true, abs=25.0)
    assert route.least_diameter_mm == pytest.approx(2 * body.NARROW_MM, abs=0.5)


def test_a_route_may_begin_within_a_vessel() -> None:
    half = body.grid().to_lps((np.array(body.FORK) + np.array(body.GROIN_RIGHT)) / 2.0)
    asked = TraceRequest(ALL, route=(",".join(f"{x:g}" for x in half), body.AORTA))
    route = trace_vessels(body.labels(), asked).route
    assert route is not None
    full = np.linalg.norm(np.array(body.FORK) - np.array(body.GROIN_RIGHT))
    assert route.length_mm == pytest.approx(full / 2.0, abs=6.0)


def test_what_the_root_does_not_reach_is_named_and_no_way_leads_there() -> None:
    asked = TraceRequest((*ALL, body.STRAY))
    trace = trace_vessels(body.labels(), asked)
    assert len(trace.lines.unreached) == 2
    with pytest.raises(AnatomyError, match="nothing connects"):
        trace_vessels(body.labels(), TraceRequest(asked.vessels, route=(body.RIGHT, body.STRAY)))


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ((body.RIGHT, "vein"), "names are aorta, iliac"),
        (("500,0,0", body.AORTA), "nearest vessel is"),
    ],
)
def test_a_route_to_nowhere_is_refused(route: tuple[str, str], said: str) -> None:
    with pytest.raises(AnatomyError, match=said):
        trace_vessels(body.labels(), TraceRequest(ALL, route=route))


def test_a_label_with_the_wall_in_it_is_said_and_one_without_is_not() -> None:
    wide = trace_vessels(body.labels(wall_mm=1.5), TraceRequest(ALL), body.scan())
    (note,) = (n for n in wide.notes if "includes the wall" in n)
    said = float(note.rsplit("about ", 1)[1].split(" mm")[0])
    assert said == pytest.approx(3.0, abs=0.8)
    true = trace_vessels(body.labels(), TraceRequest(ALL), body.scan())
    assert not any("wall" in n and "includes" in n for n in true.notes)


def test_without_contrast_the_wall_is_unknown_not_absent() -> None:
    scan = body.scan()
    flat = type(scan)(np.full(scan.grid.shape, 40, np.int16), scan.grid, "HU")
    trace = trace_vessels(body.labels(), TraceRequest(ALL), flat)
    assert any("too little contrast" in note for note in trace.notes)


def test_a_vein_in_the_label_is_told_by_its_filling() -> None:
    scan, labels = body.scan(), body.labels()
    mixed = np.where(labels.mask(body.RIGHT), 120, scan.values).astype(np.int16)
    trace = trace_vessels(labels, TraceRequest(ALL), type(scan)(mixed, scan.grid, "HU"))
    number = next(n for n, e in enumerate(trace.tree.edges) if e.name == body.RIGHT)
    assert any(f"edges {number} (120 HU) differ" in note for note in trace.notes)


def test_calcium_within_the_label_says_that_it_is_too_wide() -> None:
    scan, labels = body.scan(), body.labels(wall_mm=2.0)
    index = np.indices(body.SHAPE)
    ring = np.hypot(index[0] - 48, index[1] - 25)
    bright = np.where((np.abs(ring - 8.6) < 0.5) & (index[2] > 110), 900, scan.values)
    trace = trace_vessels(
        labels, TraceRequest(ALL), type(scan)(bright.astype(np.int16), scan.grid, "HU")
    )
    assert any("includes wall or plaque" in note for note in trace.notes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"vessels": ()}, "no vessel is named"),
        ({"assume": {"dense": 700.0}}, "did you mean 'dense_hu'"),
        ({"assume": {"dense_hu": 5.0}}, "allowed are 400 to 1200"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(AnatomyError, match=said):
        TraceRequest(**({"vessels": ALL} | given))  # type: ignore[arg-type]


def test_names_do_not_change_the_lines(traced: VesselTrace) -> None:
    mask = np.logical_or.reduce([body.labels().mask(name) for name in ALL])
    bare = extract_centrelines(mask, body.grid())
    pairs = zip(bare.tree.edges, traced.tree.edges, strict=True)
    assert all((a.curve.points_lps_mm == b.curve.points_lps_mm).all() for a, b in pairs)
