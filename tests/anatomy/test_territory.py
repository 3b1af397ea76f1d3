"""Territory: an organ is parted among its traced branches, all of it and once."""

from __future__ import annotations

import numpy as np
import pytest

from seldinger import demo
from seldinger.anatomy.territory import Partition, measure_far_share, partition_organ, perfuse
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
    share = measure_far_share(parted, ORGAN)
    x, y, z = np.indices(GRID.shape) * 2.0
    near = np.hypot(np.hypot(np.maximum(x - 4.0, 0.0), y - 29.0), z - 29.0) <= 30.0
    assert share == pytest.approx(1.0 - near.mean(), abs=0.02)


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
