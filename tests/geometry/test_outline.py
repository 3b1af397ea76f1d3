"""Outline: sections of a mask by a plane, against ellipses whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ellipe

from seldinger.core.space import Grid
from seldinger.geometry import outline

HALF_MM = 40.0
UP = np.array([0.0, 0.0, 1.0])


def oval(a_mm: float, b_mm: float, voxel_mm: float) -> tuple[np.ndarray, Grid]:
    """A straight tube along z with an elliptic section, in a box with a rim."""
    shape = (int(60 / voxel_mm), int(60 / voxel_mm), int(30 / voxel_mm))
    grid = Grid.aligned(shape, voxel_mm, (-30.0, -30.0, 0.0))
    points = grid.to_lps(np.argwhere(np.ones(shape, dtype=bool)).astype(float))
    inside = (points[:, 0] / a_mm) ** 2 + (points[:, 1] / b_mm) ** 2 <= 1.0
    return inside.reshape(shape), grid


def perimeter_mm(a_mm: float, b_mm: float) -> float:
    return float(4.0 * a_mm * ellipe(1.0 - (b_mm / a_mm) ** 2))


@pytest.mark.parametrize("voxel_mm", [0.8, 1.5])
@pytest.mark.parametrize(("a_mm", "b_mm"), [(10.0, 10.0), (12.0, 8.0), (14.0, 5.0)])
def test_an_ellipse_is_measured_within_a_quarter_of_a_voxel(
    a_mm: float, b_mm: float, voxel_mm: float
) -> None:
    mask, grid = oval(a_mm, b_mm, voxel_mm)
    field = outline.blur(mask, np.asarray(grid.spacing_mm))
    found = outline.cut(field, grid, np.array([0.7, -0.4, 12.0]), UP, HALF_MM)
    assert found is not None
    assert found.whole
    assert found.perimeter_mm / np.pi == pytest.approx(
        perimeter_mm(a_mm, b_mm) / np.pi, abs=0.3 * voxel_mm
    )
    disc = 2.0 * np.sqrt(found.area_mm2 / np.pi)
    assert disc == pytest.approx(2.0 * np.sqrt(a_mm * b_mm), abs=0.3 * voxel_mm)
    assert found.extent_mm(np.array([1.0, 0.0, 0.0])) == pytest.approx(2 * a_mm, abs=voxel_mm)
    short, long = found.calipers_mm
    assert short == pytest.approx(2.0 * b_mm, abs=voxel_mm)
    assert long == pytest.approx(2.0 * a_mm, abs=voxel_mm)


def test_the_perimeter_is_never_less_than_that_of_a_disc_as_large() -> None:
    mask, grid = oval(13.0, 7.0, 1.0)
    field = outline.blur(mask, np.asarray(grid.spacing_mm))
    found = outline.cut(field, grid, np.array([0.0, 0.0, 12.0]), UP, HALF_MM)
    assert found is not None
    assert found.perimeter_mm**2 >= 4.0 * np.pi * found.area_mm2


def test_what_leaves_the_image_is_not_whole_and_a_point_outside_finds_nothing() -> None:
    mask, grid = oval(12.0, 8.0, 1.0)
    cut = mask[24:]
    moved = Grid.aligned(cut.shape, 1.0, (-6.0, -30.0, 0.0))
    field = outline.blur(cut, np.asarray(moved.spacing_mm))
    found = outline.cut(field, moved, np.array([2.0, 0.0, 12.0]), UP, HALF_MM)
    assert found is not None
    assert not found.whole
    whole = outline.blur(mask, np.asarray(grid.spacing_mm))
    assert outline.cut(whole, grid, np.array([25.0, 25.0, 12.0]), UP, HALF_MM) is None
