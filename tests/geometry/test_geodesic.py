"""Geodesic ways: straight where nothing stands between, round corners where something does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from seldinger.core.space import Grid
from seldinger.geometry.geodesic import reach_from
from seldinger.kernels.geodesic import spread_from_seeds_plain

GRID = Grid.aligned([24, 20, 16], 1.5, (-10.0, 5.0, 0.0))


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_in_a_box_ways_are_straight_and_the_nearest_place_owns(seed: int, count: int) -> None:
    span = 1.5 * (np.array(GRID.shape) - 1.0)
    places = np.random.default_rng(seed).uniform(0.0, 1.0, (count, 3)) * span + GRID.origin_lps_mm
    mask = np.ones(GRID.shape, dtype=bool)
    reached = reach_from(mask, GRID, places)
    true, _ = cKDTree(places).query(GRID.to_lps(np.argwhere(mask).astype(float)))
    # A cell that two places share, or a ray that grazes a corner, costs a fraction of a voxel.
    assert np.abs(reached.length_mm.ravel() - true).max() < 0.75
    assert np.abs(reached.length_mm.ravel() - true).mean() < 0.02


def test_a_wall_is_gone_around() -> None:
    mask = np.ones((41, 41, 9), dtype=bool)
    mask[20, :30, :] = False
    grid = Grid.aligned(mask.shape, 1.0)
    reached = reach_from(mask, grid, np.array([[5.0, 0.0, 4.0]]))
    round_it = np.hypot(15.0, 30.0) + np.hypot(15.0, 30.0)
    assert reached.length_mm[35, 0, 4] == pytest.approx(round_it, rel=0.01)
    assert reached.length_mm[20, 10, 4] == np.inf
    corner = np.hypot(15.0, 30.0) + np.hypot(15.0, 10.0)
    assert reached.length_mm[35, 40, 4] == pytest.approx(corner, rel=0.005)
    assert reached.length_mm[10, 40, 4] == pytest.approx(np.hypot(5.0, 40.0), rel=1e-6), "in sight"


def test_what_no_way_leads_to_is_nobodys() -> None:
    mask = np.zeros((20, 5, 5), dtype=bool)
    mask[:8], mask[12:] = True, True
    grid = Grid.aligned(mask.shape, 1.0)
    reached = reach_from(mask, grid, np.array([[1.0, 2.0, 2.0], [-3.0, 2.0, 2.0]]))
    assert (reached.place[:8] == 0).all(), "the place beside the mask is farther from all of it"
    assert (reached.place[12:] == -1).all()


def test_a_place_beside_the_mask_pays_for_the_way_to_it() -> None:
    mask = np.ones((10, 5, 5), dtype=bool)
    grid = Grid.aligned(mask.shape, 2.0)
    reached = reach_from(mask, grid, np.array([[-7.0, 4.0, 4.0]]))
    assert reached.length_mm[5, 2, 2] == pytest.approx(17.0)


def test_a_cheaper_place_owns_more_and_its_ways_stay_in_millimetres() -> None:
    mask = np.ones((61, 9, 9), dtype=bool)
    grid = Grid.aligned(mask.shape, 1.0)
    places = np.array([[0.0, 4.0, 4.0], [60.0, 4.0, 4.0]])
    reached = reach_from(mask, grid, places, np.array([0.5, 1.0]))
    own = (reached.place[:, 4, 4] == 0).sum()
    assert own == pytest.approx(41, abs=1), "twice as far as the other"
    assert reached.length_mm[30, 4, 4] == pytest.approx(30.0)


@given(st.integers(0, 1_000))
def test_no_way_is_longer_than_along_the_lattice_or_shorter_than_straight(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.pad(rng.random((10, 9, 8)) < 0.7, 1)
    grid = Grid.aligned(mask.shape, 1.0)
    cells = np.argwhere(mask)[rng.integers(0, mask.sum(), 3)]
    reached = reach_from(mask, grid, cells.astype(float))
    first = np.ravel_multi_index(tuple(cells.T), mask.shape)
    owner, along = spread_from_seeds_plain(mask, np.ones(3), cells.astype(float), first, np.ones(3))
    assert ((reached.place >= 0) == (owner >= 0)).all()
    found = np.isfinite(along)
    assert (reached.length_mm[found] <= along[found] + 1e-5).all()
    straight, _ = cKDTree(cells).query(np.argwhere(found))
    assert (reached.length_mm[found] >= straight - 1e-5).all()


def test_bytes_repeat() -> None:
    mask = np.random.default_rng(1).random(GRID.shape) < 0.8
    places = GRID.to_lps(np.argwhere(mask)[::97].astype(float))
    one, two = (reach_from(mask, GRID, places) for _ in range(2))
    assert one.place.tobytes() == two.place.tobytes()
    assert one.length_mm.tobytes() == two.length_mm.tobytes()


@pytest.mark.parametrize("weights", [np.ones(2), np.zeros(1), np.array([np.nan])])
def test_weights_that_cannot_be_are_refused(weights: np.ndarray) -> None:
    with pytest.raises(ValueError, match="weight for each place"):
        reach_from(
            np.ones((3, 3, 3), bool), Grid.aligned((3, 3, 3), 1.0), np.zeros((1, 3)), weights
        )
    with pytest.raises(ValueError, match="reaches nothing"):
        reach_from(np.zeros((3, 3, 3), bool), Grid.aligned((3, 3, 3), 1.0), np.zeros((1, 3)))
