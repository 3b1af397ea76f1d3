"""Laws of resampling: linear stays linear, the identity changes nothing, frames are kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.image.phantoms import grid_of

from seldinger.core.errors import ImageError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.image import resample_layer, resample_mask, resample_volume

SLOPE = np.array([1.7, -0.6, 0.9])

angles = st.floats(-180.0, 180.0)
spacings = st.floats(0.3, 4.0)
offsets = st.floats(-300.0, 300.0)
sizes = st.integers(2, 7)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any lattice, left-handed ones included."""
    shape = (draw(sizes), draw(sizes), draw(sizes))
    spacing = (draw(spacings), draw(spacings), draw(spacings))
    origin = (draw(offsets), draw(offsets), draw(offsets))
    turned = grid_of(shape, spacing, origin, (draw(angles), draw(angles), draw(angles)))
    flips = np.diag([*draw(st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3)), 1.0])
    return Grid(shape, turned.index_to_lps @ flips)


def centres(grid: Grid) -> np.ndarray:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return grid.to_lps(index.reshape(-1, 3).astype(float)).reshape(*grid.shape, 3)


def ramp_on(grid: Grid) -> Volume:
    return Volume(centres(grid) @ SLOPE, grid, "1")


@given(grid=grids(), order=st.sampled_from([0, 1]))
def test_the_identity_changes_nothing(grid: Grid, order: int) -> None:
    values = np.random.default_rng(1).integers(-1024, 3000, grid.shape).astype(np.int16)
    same = resample_volume(Volume(values, grid, "HU"), grid, order, -1024)  # type: ignore[arg-type]
    np.testing.assert_array_equal(same.values, values)
    assert same.values.dtype == np.int16
    assert same.values.flags.c_contiguous
    assert same.unit == "HU"


def test_a_subnormal_cosine_loses_nothing() -> None:
    affine = np.diag([-1.0, -1.0, -0.5, 1.0])
    affine[1, 2], affine[2, 1] = 1.9e-313, -3.9e-313
    grid = Grid((2, 2, 2), affine)
    values = np.arange(8, dtype=np.int16).reshape(2, 2, 2)
    same = resample_volume(Volume(values, grid, "HU"), grid, 0, -1024)
    np.testing.assert_array_equal(same.values, values)


@given(target=grids())
def test_a_linear_field_stays_linear_on_any_lattice(target: Grid) -> None:
    half_mm = 0.5 * np.linalg.norm(np.ptp(centres(target).reshape(-1, 3), axis=0)) + 3.0
    source = grid_of((9, 10, 11), (float(half_mm / 3),) * 3, (0, 0, 0), (31.0, -12.0, 77.0))
    affine = source.index_to_lps.copy()
    affine[:3, 3] += np.array(target.centre_lps_mm) - np.array(source.centre_lps_mm)
    ramp = ramp_on(Grid(source.shape, affine))
    got = resample_volume(ramp, target, 1, np.nan).values
    np.testing.assert_allclose(got, centres(target) @ SLOPE, atol=1e-6)


def test_a_shift_by_half_a_voxel_gives_the_mean_of_neighbours() -> None:
    grid = Grid.aligned((6, 5, 4), 2.0)
    values = np.random.default_rng(0).normal(size=grid.shape)
    moved = Grid.aligned((5, 5, 4), 2.0, (1.0, 0.0, 0.0))
    got = resample_volume(Volume(values, grid, "1"), moved, 1, 0.0).values
    np.testing.assert_allclose(got, (values[:-1] + values[1:]) / 2.0, atol=1e-12)


def test_voxels_reach_half_a_spacing_beyond_their_centres_and_no_further() -> None:
    grid = Grid.aligned((3, 3, 3), 2.0)
    probe = Grid.aligned((7, 3, 3), (1.0, 2.0, 2.0), (-1.5, 0.0, 0.0))
    got = resample_volume(Volume(np.ones(grid.shape), grid, "1"), probe, 1, -7.0).values[:, 1, 1]
    np.testing.assert_array_equal(got, [-7, 1, 1, 1, 1, 1, 1])
    beyond = Grid.aligned((2, 1, 1), 1.0, (4.9, 2.0, 2.0))
    edge = resample_volume(Volume(np.ones(grid.shape), grid, "1"), beyond, 1, -7.0).values.ravel()
    np.testing.assert_array_equal(edge, [1, -7])


def test_integers_are_rounded_not_cut() -> None:
    grid = Grid.aligned((2, 2, 2), 1.0)
    values = np.zeros(grid.shape, np.int16)
    values[0], values[1] = -10, -11
    probe = Grid.aligned((3, 2, 2), (0.2, 1.0, 1.0), (0.3, 0.0, 0.0))
    got = resample_volume(Volume(values, grid, "HU"), probe, 1, -1024).values[:, 0, 0]
    np.testing.assert_array_equal(got, [-10, -10, -11])


def test_a_mask_keeps_its_place_on_a_turned_lattice() -> None:
    source = grid_of((40, 40, 40), (1.0, 1.0, 1.0), (-20, -20, -20), (20, 10, -35))
    centre = np.array(source.centre_lps_mm)
    ball = np.linalg.norm(centres(source) - centre, axis=-1) < 9.0
    target = grid_of((60, 60, 60), (0.7, 0.7, 0.7), tuple(centre - 20.0), (0, 0, 0))
    carried = resample_mask(ball, source, target)
    assert carried.dtype == np.bool_
    np.testing.assert_allclose(centres(target)[carried].mean(axis=0), centre, atol=0.1)
    assert carried.sum() * target.voxel_ml == pytest.approx(ball.sum() * source.voxel_ml, rel=0.02)


def test_label_values_are_never_mixed() -> None:
    source = grid_of((8, 8, 8), (1.0, 1.0, 1.0), (0, 0, 0), (5, 5, 5))
    layer = np.random.default_rng(2).choice([0, 3, 700], source.shape).astype(np.uint16)
    target = grid_of((20, 20, 20), (0.5, 0.5, 0.5), (-1, -1, -1))
    got = resample_layer(layer, source, target)
    assert set(np.unique(got)) <= {0, 3, 700}
    assert got.dtype == np.uint16
    assert resample_layer(layer, source, source) is layer


@pytest.mark.parametrize(
    ("order", "fill", "message"),
    [(2, 0, "order 2"), (1, 40_000, "int16"), (1, 0.5, "whole number"), (0, np.nan, "int16")],
)
def test_wrong_orders_and_fills_are_refused(order: int, fill: float, message: str) -> None:
    volume = Volume(np.zeros((2, 2, 2), np.int16), Grid.aligned((2, 2, 2), 1.0), "HU")
    with pytest.raises(ImageError, match=message):
        resample_volume(volume, volume.grid, order, fill)  # type: ignore[arg-type]
