"""Curves, trees and meshes keep what geometry says they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seldinger.core import Curve, Edge, Mesh, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.core.space import Points

COORDINATES = st.floats(-300.0, 300.0, width=32)
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """A crooked curve of up to twelve points, with or without a radius."""
    points = draw(hnp.arrays(np.float64, (draw(st.integers(2, 12)), 3), elements=COORDINATES))
    assume((np.linalg.norm(np.diff(points, axis=0), axis=1) > 0.01).all())
    radius = np.linspace(1.0, 5.0, len(points)) if draw(st.booleans()) else None
    return Curve(points, radius)


def moved(points: Points, seed: int) -> Points:
    """``points`` turned and shifted."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turn[:, 0] *= np.linalg.det(turn)
    there: Points = points @ turn.T + rng.uniform(-500.0, 500.0, 3)
    return there


@given(curves(), st.floats(0.5, 200.0))
def test_resampling_loses_no_more_than_its_corners(curve: Curve, step_mm: float) -> None:
    assume(np.linalg.norm(curve.points_lps_mm[0] - curve.points_lps_mm[-1]) > 0.01)
    fine = curve.resampled(step_mm)
    sides = np.diff(curve.points_lps_mm, axis=0)
    sides /= np.linalg.norm(sides, axis=1, keepdims=True)
    turns = np.arccos(np.clip((sides[1:] * sides[:-1]).sum(axis=1), -1.0, 1.0))
    pieces = int(np.ceil(curve.length_mm / step_mm * (1.0 - 1e-9)))
    step = curve.length_mm / pieces
    piece = np.minimum((curve.along_mm[1:-1] / step).astype(int), pieces - 1)
    turned = np.minimum(np.bincount(piece, turns, minlength=pieces), np.pi)
    # Of all arcs of one length and total turn, one corner in the middle has the shortest chord.
    lost = step * (1.0 - np.cos(turned / 2.0)).sum()
    slack = 1e-6 * pieces + 1e-9 * curve.length_mm
    assert curve.length_mm - lost - slack <= fine.length_mm <= curve.length_mm + slack
    assert np.array_equal(fine.points_lps_mm[[0, -1]], curve.points_lps_mm[[0, -1]])
    assert np.diff(fine.along_mm).max() <= step_mm * (1.0 + 1e-6)
    if curve.radius_mm is not None and fine.radius_mm is not None:
        assert curve.radius_mm.min() <= fine.radius_mm.min()
        assert fine.radius_mm.max() <= curve.radius_mm.max()


@pytest.mark.parametrize("step_mm", [1.0, 2.0, 5.0])
def test_an_arc_loses_the_square_of_its_step(step_mm: float) -> None:
    turn = np.linspace(0.0, np.pi, 20_001)
    arc = Curve(50.0 * np.stack([np.cos(turn), np.sin(turn), 0.0 * turn], axis=1))
    lost = 1.0 - arc.resampled(step_mm).length_mm / (np.pi * 50.0)
    assert lost == pytest.approx(step_mm**2 / (24.0 * 50.0**2), rel=0.05)


@given(curves(), st.floats(0.0, 1.0))
def test_the_way_back_is_the_same_way(curve: Curve, share: float) -> None:
    back, s_mm = curve.reversed(), share * curve.length_mm
    assert back.length_mm == pytest.approx(curve.length_mm, rel=1e-12)
    assert np.allclose(back.points_at(curve.length_mm - s_mm), curve.points_at(s_mm), atol=1e-6)
    assert np.array_equal(back.reversed().points_lps_mm, curve.points_lps_mm)
    assert np.allclose(np.linalg.norm(curve.tangents, axis=1), 1.0)


@given(curves(), SEEDS)
def test_a_curve_does_not_mind_where_the_patient_lies(curve: Curve, seed: int) -> None:
    there = Curve(moved(curve.points_lps_mm, seed), curve.radius_mm)
    assert there.length_mm == pytest.approx(curve.length_mm, rel=1e-9)
    middle = curve.length_mm / 2.0
    assert np.allclose(there.points_at(middle), moved(curve.points_at(middle), seed), atol=1e-6)


def test_tangents_run_along_and_halve_a_corner() -> None:
    corner = Curve(np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0]]))
    half = np.sqrt(0.5)
    assert np.allclose(corner.tangents, [[1, 0, 0], [half, half, 0], [0, 1, 0]])
    there_and_back = Curve(np.array([[0.0, 0, 0], [10, 0, 0], [0, 1e-12, 0]]))
    assert np.allclose(there_and_back.tangents[1], [-1, 0, 0])


def joined(nodes: Points, pairs: list[tuple[int, int]], bow_mm: dict[int, float]) -> Tree:
    """A tree of edges through one point aside of their middle."""
    edges = []
    for number, (a, b) in enumerate(pairs):
        middle = (nodes[a] + nodes[b]) / 2.0 + [0.0, bow_mm.get(number, 0.0), 0.0]
        curve = Curve(np.stack([nodes[a], middle, nodes[b]]), np.full(3, 5.0 - 0.5 * number))
        edges.append(Edge(a, b, curve, f"vessel {number}"))
    return Tree(nodes, tuple(edges))


NODES = np.array(
    [[0.0, 0, 0], [0, 0, 50], [30, 0, 80], [-30, 0, 80], [0, 0, 120], [90, 0, 0], [90, 0, 9]]
)
PAIRS = [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (5, 6)]
LOOP = joined(NODES, PAIRS, {2: 1.0})
"""A trunk that divides and meets again, and a vessel apart from it."""


def test_a_loop_keeps_both_ways() -> None:
    assert LOOP.degree.tolist() == [1, 3, 2, 2, 2, 1, 1]
    assert LOOP.below(0) == (1, 2, 3, 4)
    assert LOOP.below(1) == (3,)
    assert LOOP.below(2) == (4,)
    assert LOOP.parts == ((0, 1, 2, 3, 4), (5, 6))
    left = joined(NODES, PAIRS, {1: 9.0}).route(1, 4)
    assert (LOOP.route(1, 4).points_lps_mm[:, 0].max(), left.points_lps_mm[:, 0].min()) == (30, -30)
    both = joined(NODES[:2], [(0, 1), (0, 1)], {0: 4.0})
    assert both.degree.tolist() == [2, 2]
    assert both.route(0, 1).length_mm == pytest.approx(50.0)


@given(st.integers(0, 4), st.integers(0, 4), SEEDS)
def test_a_route_is_its_way_back(a: int, b: int, seed: int) -> None:
    assume(a != b)
    there, back = LOOP.route(a, b), LOOP.route(b, a).reversed()
    assert np.array_equal(there.points_lps_mm, back.points_lps_mm)
    assert there.radius_mm is not None
    assert back.radius_mm is not None
    assert np.array_equal(there.radius_mm, back.radius_mm)
    assert np.array_equal(there.points_lps_mm[[0, -1]], NODES[[a, b]])
    straight = float(np.linalg.norm(NODES[a] - NODES[b]))
    assert there.length_mm >= straight - 1e-9
    elsewhere = Tree(
        moved(NODES, seed),
        tuple(
            Edge(e.start, e.end, Curve(moved(e.curve.points_lps_mm, seed), e.curve.radius_mm))
            for e in LOOP.edges
        ),
    )
    assert elsewhere.route(a, b).length_mm == pytest.approx(there.length_mm, rel=1e-9)


def test_a_route_against_the_stream_takes_the_narrower_radius_where_vessels_meet() -> None:
    up = LOOP.route(2, 0)
    assert up.radius_mm is not None
    assert up.radius_mm.tolist() == [4.5, 4.5, 4.5, 5.0, 5.0]
    first, *others = LOOP.edges
    unknown = Tree(NODES, (Edge(0, 1, Curve(first.curve.points_lps_mm)), *others))
    assert unknown.route(0, 2).radius_mm is None
    assert unknown.route(1, 2).radius_mm is not None


def sphere(rings: int, radius_mm: float) -> Mesh:
    """A sphere around (100, -50, 900) of ``rings`` rings and two poles."""
    columns = 2 * rings
    down = np.pi * np.arange(1, rings + 1) / (rings + 1)
    turn = 2.0 * np.pi * np.arange(columns) / columns
    ring = np.stack(
        [np.outer(np.sin(down), np.cos(turn)), np.outer(np.sin(down), np.sin(turn)),
         np.outer(np.cos(down), np.ones(columns))], axis=-1,
    ).reshape(-1, 3)  # fmt: skip
    points = np.concatenate([[[0.0, 0.0, 1.0]], ring, [[0.0, 0.0, -1.0]]])
    last, found = len(points) - 1, []
    for c in range(columns):
        n = (c + 1) % columns
        found += [(0, 1 + c, 1 + n), (last, last - columns + n, last - columns + c)]
        for r in range(rings - 1):
            a, b = 1 + r * columns + c, 1 + r * columns + n
            found += [(a, a + columns, b + columns), (a, b + columns, b)]
    return Mesh(radius_mm * points + [100.0, -50.0, 900.0], np.array(found))


def test_the_volume_of_a_sphere_is_the_divergence_theorem_s() -> None:
    coarse, fine = sphere(20, 10.0), sphere(80, 10.0)
    exact_ml, exact_mm2 = 4.0 / 3.0 * np.pi, 400.0 * np.pi
    assert fine.volume_ml == pytest.approx(exact_ml, rel=2e-3)
    assert fine.area_mm2 == pytest.approx(exact_mm2, rel=2e-3)
    # Second order: a quarter of the ring leaves a sixteenth of the error.
    ratio = (exact_ml - coarse.volume_ml) / (exact_ml - fine.volume_ml)
    assert ratio == pytest.approx((81 / 21) ** 2, rel=0.05)
    middles = fine.vertices_lps_mm[fine.triangles].mean(axis=1) - [100.0, -50.0, 900.0]
    assert ((middles * fine.normals).sum(axis=1) > 9.9).all()


@given(SEEDS)
def test_a_mesh_does_not_mind_where_the_patient_lies(seed: int) -> None:
    here = sphere(6, 10.0)
    there = Mesh(moved(here.vertices_lps_mm, seed), here.triangles)
    assert there.volume_ml == pytest.approx(here.volume_ml, rel=1e-9)
    assert there.area_mm2 == pytest.approx(here.area_mm2, rel=1e-9)


BALL = sphere(6, 10.0)
STRAIGHT = Curve(np.array([[0.0, 0, 0], [10, 0, 0]]))
LINE = STRAIGHT.points_lps_mm


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Curve(np.zeros((1, 3))), r"shape \(n, 3\), n at least 2, got \(1, 3\): give LPS"),
        (lambda: Curve(np.zeros((2, 3))), "points 0 and 1 of a curve coincide.*leave one out"),
        (lambda: Curve(np.array([[0, 0, 0], [np.nan, 0, 0]])), "point 1 of a curve is .*finite"),
        (lambda: Curve(LINE, np.ones(3)), r"shape \(2,\), one a point, got \(3,\)"),
        (lambda: Curve(LINE, np.array([1.0, 0.0])), "at point 1 is 0.0; .* where it is unknown"),
        (lambda: STRAIGHT.points_at(10.1), "10.1 to 10.1 mm .* from 0 to 10 mm: stay on it"),
        (lambda: STRAIGHT.resampled(0.0), "step_mm is 0.0; .* positive steps"),
        (lambda: Curve(np.array([LINE[0], LINE[1], LINE[0]])).resampled(50.0), "shorter step"),
        (lambda: Tree(LINE, ()), "at least one edge, got none"),
        (lambda: Tree(LINE, (Edge(0, 2, STRAIGHT),)), "nodes 0 and 2; there are 0 to 1"),
        (lambda: Tree(LINE, (Edge(1, 0, STRAIGHT),)), "starts 10 mm from its node 1; .* to node"),
        (lambda: Tree(NODES, LOOP.edges[:5]), "no edge touches node 5; .* leave it out"),
        (lambda: LOOP.route(0, 5), r"nothing connects node 0 with node 5; .*\[0, 1, 2, 3, 4\]"),
        (lambda: LOOP.route(2, 2), "two different nodes of 0 to 6, got 2 and 2"),
        (lambda: LOOP.below(6), "no edge 6; edges are 0 to 5"),
        (lambda: Mesh(BALL.vertices_lps_mm, BALL.triangles + 1), "there are 0 to 73: count from 0"),
        (lambda: Mesh(BALL.vertices_lps_mm, BALL.triangles.astype(float)), "whole.*float64"),
        (lambda: Mesh(BALL.vertices_lps_mm, BALL.triangles[0]), r"shape \(m, 3\).*got \(3,\)"),
        (lambda: Mesh(BALL.vertices_lps_mm, np.array([[0, 0, 1]])), "triangle 0 has no area"),
        (lambda: Mesh(BALL.vertices_lps_mm, BALL.triangles[1:]).volume_ml, "encloses no volume"),
        (lambda: Mesh(BALL.vertices_lps_mm, BALL.triangles[:, ::-1]).volume_ml, "inside out"),
    ],
)  # fmt: skip
def test_a_shape_is_valid_or_says_why_not(make: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()
