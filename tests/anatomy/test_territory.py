"""Territory: an organ is parted among its traced branches, all of it and once."""

from __future__ import annotations

import numpy as np
import pytest

from seldinger import demo
from seldinger.anatomy.territory import (
    Partition,
    inject,
    measure_far_share,
    partition_organ,
    perfuse,
    share_by_edge,
)
from seldinger.anatomy.vessels.direct import lead_into
from seldinger.core.errors import AnatomyError
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid
from seldinger.core.tree import Edge, Tree
from seldinger.demo.vascular.growth import grow

GRID = Grid.aligned([40, 30, 30], 2.0, (0.0, 0.0, 0.0))
ORGAN = np.ones(GRID.shape, dtype=bool)


def _tree(*ways: tuple[int, int, tuple[float, ...], tuple[float, ...], str]) -> Tree:
    nodes: dict[int, tuple[float, ...]] = {}
    edges = []
    for start, end, a, b, name in ways:
        nodes[start], nodes[end] = a, b
        edges.append(Edge(start, end, Curve(np.array([a, b]), np.array([1.0, 1.0])), name))
    return Tree(np.array([nodes[n] for n in sorted(nodes)]), tuple(edges))


FORK = _tree(
    (0, 1, (39.0, 29.0, -40.0), (39.0, 29.0, 10.0), "trunk"),
    (1, 2, (39.0, 29.0, 10.0), (9.0, 29.0, 40.0), "right"),
    (1, 3, (39.0, 29.0, 10.0), (69.0, 29.0, 40.0), "left"),
)


def test_halves_of_a_box_go_to_the_branch_on_their_side() -> None:
    parted = partition_organ(ORGAN, GRID, FORK)
    right, left = (perfuse(parted, FORK, edge) for edge in (1, 2))
    assert set(parted.edges) == {0, 1, 2}
    assert not (right & left).any()
    assert (perfuse(parted, FORK, 0) == ORGAN).all()
    x = np.indices(GRID.shape)[0] * 2.0
    assert (x[right] <= 40.0).all()
    assert (x[left] >= 38.0).all()


def test_an_artery_that_also_feeds_another_organ_owns_nothing() -> None:
    both = _tree(
        (0, 1, (39.0, 29.0, -40.0), (39.0, 29.0, -10.0), "trunk"),
        (1, 2, (39.0, 29.0, -10.0), (39.0, 29.0, 40.0), "into it"),
        (1, 3, (39.0, 29.0, -10.0), (200.0, 29.0, -10.0), "elsewhere"),
    )
    parted = partition_organ(ORGAN, GRID, both)
    assert parted.edges == (1,)
    with pytest.raises(AnatomyError, match="elsewhere feeds no part"):
        perfuse(parted, both, 2)


def test_tissue_far_from_every_branch_is_counted() -> None:
    short = _tree((0, 1, (-10.0, 29.0, 29.0), (4.0, 29.0, 29.0), "stub"))
    parted = partition_organ(ORGAN, GRID, short)
    share = measure_far_share(parted, short, ORGAN)
    x, y, z = np.indices(GRID.shape) * 2.0
    near = np.hypot(np.hypot(np.maximum(x - 4.0, 0.0), y - 29.0), z - 29.0) <= 30.0
    assert share == pytest.approx(1.0 - near.mean(), abs=0.02)


def test_a_tip_part_of_the_way_leaves_out_what_the_branch_feeds_before() -> None:
    long = _tree(
        (0, 1, (-10.0, 29.0, 29.0), (10.0, 29.0, 29.0), "trunk"),
        (1, 2, (10.0, 29.0, 29.0), (70.0, 29.0, 29.0), "long"),
        (1, 3, (10.0, 29.0, 29.0), (10.0, 1.0, 29.0), "side"),
    )
    parted = partition_organ(ORGAN, GRID, long)
    all_of_it, rest = perfuse(parted, long, 1), perfuse(parted, long, 1, from_mm=55.0)
    assert (all_of_it & rest).sum() == rest.sum() < 0.6 * all_of_it.sum()
    assert (np.argwhere(rest)[:, 0] * 2.0).min() >= 64.0, "the tip is at x = 65 mm"
    with pytest.raises(AnatomyError, match="feeds no part"):
        perfuse(parted, long, 1, from_mm=100.0)


def test_an_injection_is_sure_inside_and_doubtful_at_the_border() -> None:
    parted = partition_organ(ORGAN, GRID, FORK)
    given = inject(parted, FORK, 1)
    assert (given.sure & ~given.likely).sum() == (given.likely & ~given.possible).sum() == 0
    x = np.indices(GRID.shape)[0] * 2.0
    z = np.indices(GRID.shape)[2] * 2.0
    doubtful = given.likely & ~given.sure & (z > 30.0)
    assert x[doubtful].min() > 20.0, "doubt lies near the middle, where the branches are near"
    sure, likely, possible = given.share(ORGAN)
    assert 0.3 < sure < likely < possible < 0.7
    none = inject(parted, FORK, 1, doubt=0.0)
    assert none.share(ORGAN)[0] == pytest.approx(none.share(ORGAN)[1], abs=0.02)
    whole = inject(parted, FORK, 0)
    assert whole.share(ORGAN) == (1.0, 1.0, 1.0)


def test_shares_of_a_mask_add_up_from_the_last_branches() -> None:
    parted = partition_organ(ORGAN, GRID, FORK)
    half = ORGAN & (np.indices(GRID.shape)[0] < 10)
    trunk, right, left = share_by_edge(parted, FORK, half)
    assert trunk == right + left == 1.0
    assert left == 0.0
    for edge in (1, 2):
        by_hand = perfuse(parted, FORK, edge).mean()
        assert share_by_edge(parted, FORK, ORGAN)[edge] == pytest.approx(by_hand)


def test_a_piece_that_no_way_leads_to_is_nobodys() -> None:
    torn = ORGAN.copy()
    torn[:, :, 24:26] = False
    parted = partition_organ(torn, GRID, FORK)
    assert (parted.branch[:, :, 26:] == -1).all()
    assert not perfuse(parted, FORK, 0)[:, :, 26:].any()
    assert share_by_edge(parted, FORK, torn)[0] == pytest.approx(24.0 / 28.0)


def test_a_wider_branch_reaches_farther_where_calibres_count() -> None:
    wide = Tree(FORK.nodes_lps_mm, tuple(
        Edge(e.start, e.end, Curve(e.curve.points_lps_mm, np.full(2, r)), e.name)
        for e, r in zip(FORK.edges, (2.0, 2.0, 1.0), strict=True)
    ))  # fmt: skip
    parts = (partition_organ(ORGAN, GRID, wide, calibre_power=power) for power in (0.0, 1.0))
    even, uneven = (share_by_edge(one, wide, ORGAN)[1] for one in parts)
    assert even == pytest.approx(0.5, abs=0.03)
    assert uneven > 0.6
    bare = Tree(FORK.nodes_lps_mm, tuple(
        Edge(e.start, e.end, Curve(e.curve.points_lps_mm), e.name) for e in FORK.edges
    ))  # fmt: skip
    with pytest.raises(AnatomyError, match="right has no radius"):
        partition_organ(ORGAN, GRID, bare, calibre_power=1.0)


@pytest.mark.parametrize(
    ("organ", "tree", "told"),
    [
        (np.zeros(GRID.shape, bool), FORK, "empty"),
        (
            ORGAN,
            _tree((0, 1, (0.0, 0.0, -200.0), (0.0, 0.0, -100.0), "aorta")),
            "no artery that was traced ends in the organ",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(organ: np.ndarray, tree: Tree, told: str) -> None:
    with pytest.raises(AnatomyError, match=told):
        partition_organ(organ, GRID, tree)


def test_the_halves_of_the_built_in_liver_meet_between_its_arteries() -> None:
    patient = demo.patient(6.0)
    labels = patient.study.labels
    assert labels is not None
    vessels = grow(liver=True).healthy
    parted: Partition = partition_organ(labels.mask("liver"), labels.grid, vessels)
    names = {edge.name: n for n, edge in enumerate(vessels.edges) if edge.name}
    right = perfuse(parted, vessels, names["right hepatic artery"])
    left = perfuse(parted, vessels, names["left hepatic artery"])
    x = labels.grid.to_lps(np.argwhere(right).astype(float))[:, 0]
    assert x.mean() < labels.grid.to_lps(np.argwhere(left).astype(float))[:, 0].mean() - 50.0
    share = right.sum() / labels.mask("liver").sum()
    assert 0.5 < share < 0.85


def test_an_artery_of_another_organ_feeds_nothing_however_near_it_ends() -> None:
    named = Tree(FORK.nodes_lps_mm, tuple(
        Edge(e.start, e.end, e.curve, "cystic artery" if n == 2 else e.name)
        for n, e in enumerate(FORK.edges)
    ))  # fmt: skip
    organ = ORGAN & (np.indices(GRID.shape)[0] < 33)
    parted = partition_organ(organ, GRID, named, ("cystic",))
    assert parted.edges == (1,), "the trunk feeds something else too"
    assert share_by_edge(parted, named, organ).tolist() == [1.0, 1.0, 0.0]


def test_an_artery_that_ends_deep_in_the_organ_feeds_it_whatever_its_name() -> None:
    """A replaced left hepatic artery comes from the left gastric, and is labelled so."""
    named = Tree(FORK.nodes_lps_mm, tuple(
        Edge(e.start, e.end, e.curve, "left gastric artery" if n == 2 else e.name)
        for n, e in enumerate(FORK.edges)
    ))  # fmt: skip
    wide = np.pad(ORGAN, ((8, 8), (8, 8), (0, 8)), constant_values=True)
    low = GRID.to_lps(np.array([-8.0, -8.0, 0.0]))
    grid = Grid.aligned(wide.shape, 2.0, tuple(float(x) for x in low))
    parted = partition_organ(wide, grid, named, ("gastric",))
    assert 2 in parted.edges
    beside = partition_organ(ORGAN & (np.indices(GRID.shape)[0] < 33), GRID, named, ("gastric",))
    assert 2 not in beside.edges, "it ends beside this one"


def test_a_part_that_seems_to_come_out_of_an_organ_is_turned() -> None:
    nodes = np.array([[0.0, 0.0, 0.0], [40.0, 0.0, 0.0], [0.0, 50.0, 0.0], [40.0, 50.0, 0.0]])
    even = np.full(2, 1.5)
    edges = (
        Edge(0, 1, Curve(nodes[[0, 1]], even), "joined"),
        Edge(2, 3, Curve(nodes[[2, 3]], even), "superior mesenteric artery"),
    )
    inside = np.array([False, True, True, False])
    turned, begun = lead_into(Tree(nodes, edges), inside)
    assert (turned.edges[0].start, turned.edges[1].start) == (0, 3)
    assert begun == (3,)
    again, none = lead_into(turned, inside)
    assert none == ()
    assert [e.start for e in again.edges] == [0, 3]
