"""Centrelines of masks: exact branches, sub-voxel middles and radii, whatever way they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.vessel_trees import TrueTree, grow, paint

from seldinger.anatomy.vessels import Centrelines, extract_centrelines
from seldinger.core.errors import AnatomyError
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

CUBE = (256, 256, 256)


def on(shape: tuple[int, int, int], spacing: float = 1.0) -> Grid:
    return Grid.aligned(shape, spacing, (0.0, 0.0, 0.0))


def points_of(lines: Centrelines) -> tuple[np.ndarray, np.ndarray]:
    curves = [edge.curve for edge in lines.tree.edges]
    radii = [curve.radius_mm for curve in curves if curve.radius_mm is not None]
    return np.vstack([curve.points_lps_mm for curve in curves]), np.concatenate(radii)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_murray_tree_is_traced_branch_by_branch(seed: int) -> None:
    tree = grow(seed)
    lines = extract_centrelines(paint(tree, CUBE), on(CUBE))
    away, wider = tree.errors(*points_of(lines))
    assert len(lines.tree.edges) == 63
    assert lines.tree.degree.max() == 3
    assert away.mean() <= 0.08, "voxels; the best peer has 0.11 with recentring, 0.16 without"
    assert abs(wider.mean()) <= 0.05, "a map of distances is a quarter of a voxel off"
    assert away.max() < 2.5


def small() -> TrueTree:
    return grow(5, size=110, branches=7, root=5.0)


@pytest.fixture(scope="module")
def plain() -> Centrelines:
    return extract_centrelines(paint(small(), (110, 110, 110)), on((110, 110, 110)))


@pytest.mark.parametrize("turn", ["mirrored", "quarter turn", "other axis", "oblique"])
def test_turning_a_vessel_changes_nothing(turn: str, plain: Centrelines) -> None:
    tree = small()
    a = np.deg2rad(27.0)
    matrix = {
        "mirrored": np.diag([-1.0, 1.0, 1.0]),
        "quarter turn": np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        "other axis": np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        "oblique": np.array(
            [[np.cos(a), 0.0, np.sin(a)], [0.0, 1.0, 0.0], [-np.sin(a), 0.0, np.cos(a)]]
        ),
    }[turn]
    middle = np.array([55.0, 55.0, 55.0])
    moved = tree.moved(matrix, middle + 12.0 - matrix @ middle)
    shape = (134, 134, 134)
    lines = extract_centrelines(paint(moved, shape), on(shape))
    away, wider = moved.errors(*points_of(lines))
    assert len(lines.tree.edges) == len(plain.tree.edges) == 7
    assert away.mean() < 0.1
    assert abs(wider.mean()) < 0.1
    assert sum(e.curve.length_mm for e in lines.tree.edges) == pytest.approx(
        sum(e.curve.length_mm for e in plain.tree.edges), rel=0.02
    )


def test_long_voxels_change_nothing(plain: Centrelines) -> None:
    tree, shape, spacing = small(), (110, 110, 50), (1.0, 1.0, 2.2)
    matrix = np.diag([*spacing, 1.0])
    lines = extract_centrelines(paint(tree, shape, spacing), Grid(shape, matrix))
    away, wider = tree.errors(*points_of(lines))
    assert len(lines.tree.edges) == len(plain.tree.edges)
    assert away.mean() < 0.2
    assert abs(wider.mean()) < 0.15


def test_edges_lead_away_from_the_root(plain: Centrelines) -> None:
    tree = plain.tree
    entered = [edge.end for edge in tree.edges]
    assert plain.root not in entered
    assert len(set(entered)) == len(entered), "every node is fed by one edge"
    tip = int(np.flatnonzero(tree.degree == 1)[-1])
    place = tree.nodes_lps_mm[tip]
    turned = extract_centrelines(paint(small(), (110, 110, 110)), on((110, 110, 110)), place)
    assert np.linalg.norm(turned.tree.nodes_lps_mm[turned.root] - place) < 1e-6
    with pytest.raises(AnatomyError, match="nearest end of a vessel is"):
        extract_centrelines(paint(small(), (110, 110, 110)), on((110, 110, 110)), (0.0, 0.0, 0.0))


Way = tuple[tuple[float, ...], tuple[float, ...], float]


def tube(shape: tuple[int, int, int], *ways: Way) -> Mask:
    starts, ends, radii = zip(*ways, strict=True)
    return paint(
        TrueTree(np.array(starts), np.array(ends), np.array(radii), (-1,) * len(ways)), shape
    )


def square(shape: tuple[int, int, int]) -> Mask:
    a, b, c, d = (12.0, 12.0), (40.0, 12.0), (40.0, 40.0), (12.0, 40.0)
    sides: list[Way] = [((*p, 20.0), (*q, 20.0), 3.0) for p, q in ((a, b), (b, c), (c, d), (d, a))]
    return tube(shape, *sides, ((2.0, 12.0, 20.0), (12.0, 12.0, 20.0), 3.0))


def test_a_loop_stays_a_loop() -> None:
    lines = extract_centrelines(square((52, 52, 40)), on((52, 52, 40)))
    loops = len(lines.tree.edges) - len(lines.tree.nodes_lps_mm) + 1
    assert loops == 1
    assert any("1 loops were kept" in note for note in lines.notes)


def test_holes_are_filled_and_pin_holes_closed() -> None:
    shape = (60, 20, 20)
    mask = tube(shape, ((6.0, 10.0, 10.0), (54.0, 10.0, 10.0), 5.0))
    mask[30, 10, 10] = False
    mask[40, 8, :] = False
    lines = extract_centrelines(mask, on(shape))
    assert len(lines.tree.edges) == 1
    assert any("closed holes" in note for note in lines.notes)


def test_parts_are_kept_and_unreached_ends_are_named() -> None:
    shape = (80, 24, 24)
    mask = tube(
        shape, ((4.0, 12.0, 12.0), (36.0, 12.0, 12.0), 4.0),
        ((48.0, 12.0, 12.0), (74.0, 12.0, 12.0), 3.0),
    )  # fmt: skip
    mask[44, 3, 3] = True
    lines = extract_centrelines(mask, on(shape))
    assert len(lines.tree.parts) == 2
    assert len(lines.unreached) == 2
    assert any("no vessel connects the root with the ends at (" in note for note in lines.notes)
    with pytest.raises(ValueError, match="nothing connects"):
        lines.tree.route(lines.root, lines.unreached[0])


def test_a_vessel_that_the_scan_cuts_ends_at_its_rim() -> None:
    shape = (30, 30, 60)
    mask = np.zeros(shape, dtype=bool)
    x, y, _ = np.indices(shape) - np.array([15, 15, 0])[:, None, None, None]
    mask[np.hypot(x, y) <= 7.0] = True
    lines = extract_centrelines(mask, on(shape))
    (edge,) = lines.tree.edges
    ends = sorted(edge.curve.points_lps_mm[[0, -1], 2])
    assert ends == pytest.approx([0.0, 59.0], abs=0.5), "no horns, no way beyond the scan"
    assert np.abs(edge.curve.points_lps_mm[:, :2] - 15.0).max() < 0.1
    assert set(lines.cut) == {0, 1}
    assert edge.curve.radius_mm == pytest.approx(7.0, abs=0.15)


@pytest.mark.parametrize("what", ["empty", "voxel", "metres", "shape", "ball"])
def test_what_is_no_vessel_is_refused(what: str) -> None:
    mask = np.zeros((20, 20, 20), dtype=bool)
    grid = on((20, 20, 20))
    if what != "empty":
        mask[10, 10, 10] = True
    if what == "metres":
        grid = on((20, 20, 20), 0.005)
    if what == "shape":
        grid = on((21, 20, 20))
    if what == "ball":
        mask |= np.linalg.norm(np.indices(mask.shape) - 10.0, axis=0) <= 6.0
    said = {
        "empty": "is empty", "voxel": "longer than wide", "metres": "in metres",
        "shape": "for a grid of", "ball": "longer than wide",
    }[what]  # fmt: skip
    with pytest.raises(AnatomyError, match=said):
        extract_centrelines(mask, grid)
