"""A bleeding and the arteries that it touches: truth of the built-in patients, and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seldinger import anatomy, demo
from seldinger.anatomy import targets
from seldinger.anatomy.bleeding import find_common, find_source, list_ancestors
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid
from seldinger.core.tree import Edge, Tree
from seldinger.demo.bleeding import BLEEDING, BLEEDS, Where

GRID = Grid.aligned((40, 40, 40), 1.0, (0.0, 0.0, 0.0))


def _straight(a: tuple[float, float, float], b: tuple[float, float, float], radius: float) -> Curve:
    return Curve(np.linspace(a, b, 21), np.full(21, radius))


@pytest.fixture(scope="module")
def fork() -> Tree:
    """A trunk along x that divides into two arteries 10 mm apart."""
    places = ((0.0, 20.0, 20.0), (12.0, 20.0, 20.0), (32.0, 15.0, 20.0), (32.0, 25.0, 20.0))
    edges = tuple(
        Edge(a, b, _straight(places[a], places[b], radius), name)
        for a, b, radius, name in ((0, 1, 2.0, "trunk"), (1, 2, 1.0, "left"), (1, 3, 1.0, "right"))
    )
    return Tree(np.array(places), edges)


def _ball(centre: tuple[float, float, float], radius: float) -> np.ndarray:
    index = np.indices(GRID.shape).reshape(3, -1).T
    inside: np.ndarray = np.linalg.norm(index - np.array(centre), axis=1) <= radius
    return inside.reshape(GRID.shape)


@pytest.mark.parametrize("where", BLEEDING)
@pytest.mark.parametrize("voxel_mm", [3.0, 4.0])
def test_the_true_artery_leads_to_all_that_is_touched(where: Where, voxel_mm: float) -> None:
    bleed, patient = BLEEDS[where], demo.bleeding_patient(where, voxel_mm)
    seen = patient.build_anatomy(anatomy.Settings(voxel_mm=voxel_mm))
    name = bleed.label.replace("-", " ")
    source = find_source(targets.find(seen, name).mask, seen.grid, patient.vessels)
    common = find_common(patient.vessels, source.edges)
    assert common is not None
    assert patient.vessels.edges[common].name == bleed.artery
    touched = next(one for one in source.contacts if one.edge == common)
    at_mm = bleed.share * patient.vessels.edges[common].curve.length_mm
    assert touched.from_mm - voxel_mm <= at_mm <= touched.to_mm + voxel_mm


def test_a_bleeding_between_two_arteries_names_both_and_the_one_before(fork: Tree) -> None:
    source = find_source(_ball((28.0, 20.0, 20.0), 4.0), GRID, fork)
    assert {fork.edges[n].name for n in source.edges} == {"left", "right"}
    assert find_common(fork, source.edges) == 0


def test_a_bleeding_away_from_every_artery_touches_none(fork: Tree) -> None:
    source = find_source(_ball((28.0, 20.0, 32.0), 4.0), GRID, fork)
    assert source.contacts == ()
    assert source.nearest.gap_mm == pytest.approx(32.0 - 20.0 - 4.0 - 1.0 - 0.5, abs=1.6)


def test_where_it_is_touched_is_where_it_is(fork: Tree) -> None:
    (only,) = find_source(_ball((6.0, 23.5, 20.0), 2.0), GRID, fork).contacts
    assert fork.edges[only.edge].name == "trunk"
    assert only.from_mm < 6.0 < only.to_mm
    assert only.to_mm - only.from_mm < 8.0


def test_without_a_radius_the_axis_counts(fork: Tree) -> None:
    bare = Tree(
        fork.nodes_lps_mm,
        tuple(replace(one, curve=Curve(one.curve.points_lps_mm)) for one in fork.edges),
    )
    ball = _ball((6.0, 23.5, 20.0), 2.0)
    with_radius, without = (find_source(ball, GRID, one).nearest.gap_mm for one in (fork, bare))
    assert without > with_radius


def test_ancestors_end_at_the_first_and_do_not_run_in_rings(fork: Tree) -> None:
    assert list_ancestors(fork, 2) == (2, 0)
    ring = Tree(fork.nodes_lps_mm, (*fork.edges, Edge(2, 0, _straight((32.0, 15.0, 20.0), (0.0, 20.0, 20.0), 1.0), "back")))  # fmt: skip  # noqa: E501
    assert set(list_ancestors(ring, 1)) <= {0, 1, 2, 3}


def test_arteries_of_two_trees_have_nothing_in_common(fork: Tree) -> None:
    other = Edge(4, 5, _straight((2.0, 2.0, 2.0), (9.0, 2.0, 2.0), 1.0), "another")
    nodes = np.vstack([fork.nodes_lps_mm, [(2.0, 2.0, 2.0), (9.0, 2.0, 2.0)]])
    both = Tree(nodes, (*fork.edges, other))
    assert find_common(both, (1, 3)) is None
