"""Places in vessels: found, cut at, and the edges between them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.arterial_tree import arterial_tree

from seldinger.core import Curve
from seldinger.core.tree import Edge, Tree


def test_a_curve_is_cut_without_losing_length_or_radius() -> None:
    curve = Curve(np.array([[0.0, 0, 0], [10.0, 0, 0], [10.0, 10, 0]]), np.array([3.0, 2.0, 1.0]))
    for at in (4.0, 10.0, 17.5):
        before, behind = curve.cut(at)
        assert before.length_mm == pytest.approx(at)
        assert before.length_mm + behind.length_mm == pytest.approx(curve.length_mm)
        assert before.radius_mm is not None
        assert behind.radius_mm is not None
        assert before.radius_mm[-1] == behind.radius_mm[0]
    with pytest.raises(ValueError, match="cannot be cut at"):
        curve.cut(20.0)


def test_a_tree_is_split_where_asked_and_stays_the_same_vessels() -> None:
    tree = arterial_tree()
    split, node = tree.split(2, 30.0)
    assert len(split.edges) == len(tree.edges) + 1
    assert split.degree[node] == 2
    assert {split.edges[2].name, split.edges[-1].name} == {"left renal artery"}
    assert sum(e.curve.length_mm for e in split.edges) == pytest.approx(
        sum(e.curve.length_mm for e in tree.edges)
    )
    same, end = tree.split(2, 0.0)
    assert same is tree
    assert end == tree.edges[2].start
    with pytest.raises(ValueError, match="lies beyond it"):
        tree.split(2, 1000.0)


def test_the_nearest_place_lies_on_the_line_itself() -> None:
    tree = arterial_tree()
    curve = tree.edges[4].curve
    aside = curve.points_at(37.3) + np.array([0.0, 1.5, 0.0])
    found = tree.find_nearest(aside)
    assert found.edge == 4
    assert found.at_mm == pytest.approx(37.3, abs=0.7)
    assert found.away_mm < 1.5 + 1e-9


def test_edges_between_two_nodes_are_told_in_their_order() -> None:
    tree = arterial_tree()
    names = [tree.edges[n].name for n in tree.edges_between(9, 0)]
    assert names == [
        "left common femoral artery", "left external iliac artery", "left common iliac artery",
        "aorta", "aorta",
    ]  # fmt: skip
    assert tree.edges_between(0, 9) == tree.edges_between(9, 0)[::-1]


def _rung(start: int, end: int) -> Edge:
    points = np.array([[float(start), 0.0, 0.0], [float(end), 0.0, 0.0]])
    return Edge(start, end, Curve(points), f"{start}-{end}")


def test_figures_add_up_from_the_ends_and_once_where_ways_meet_again() -> None:
    nodes = np.array([[float(n), 0.0, 0.0] for n in range(6)])
    fork = Tree(nodes, tuple(_rung(a, b) for a, b in ((0, 1), (1, 2), (1, 3), (3, 4), (3, 5))))
    assert fork.add_up(np.arange(1.0, 6.0)).tolist() == [15.0, 2.0, 12.0, 4.0, 5.0]
    ring = Tree(nodes[:5], tuple(_rung(a, b) for a, b in ((0, 1), (1, 2), (1, 3), (2, 3), (3, 4))))
    assert ring.add_up(np.ones(5)).tolist() == [5.0, 3.0, 2.0, 2.0, 1.0]
    turning = Tree(nodes[:3], tuple(_rung(a, b) for a, b in ((0, 1), (1, 2), (2, 0))))
    assert turning.add_up(np.ones(3)).tolist() == [3.0, 3.0, 3.0]


def test_what_leads_to_a_place_is_all_above_it() -> None:
    tree = arterial_tree()
    for number, edge in enumerate(tree.edges):
        leads = tree.leads_to({edge.end})
        assert [n for n in range(len(tree.edges)) if leads[n]] == sorted(
            n for n in range(len(tree.edges)) if n == number or number in tree.below(n)
        )
