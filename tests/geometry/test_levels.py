"""Levels: a zone's edge is read between the cells, near and far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.heat_block import lattice

from seldinger.core.space import Grid
from seldinger.geometry import levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFF = (0.31, -0.17, 0.42)
"""In cells: a ball whose centre is no cell's."""


def around(half_mm: float, spacing_mm: float) -> Grid:
    edge = int(2.0 * half_mm / spacing_mm) + 1
    return Grid.aligned((edge,) * 3, spacing_mm, [-half_mm + o * spacing_mm for o in OFF])


def directions(count: int = 500) -> NDArray[np.float64]:
    found = np.random.default_rng(1).normal(size=(count, 3))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


@pytest.mark.parametrize("spacing_mm", [1.0, 2.0])
@pytest.mark.parametrize("steepness", [1.0, 0.4, 8.0])
@pytest.mark.parametrize("away_mm", [-8.0, -5.0, -2.0, 0.0, 2.0, 5.0])
def test_balls_are_known_to_a_fifth_of_a_millimetre(
    spacing_mm: float, steepness: float, away_mm: float
) -> None:
    radius = 16.0
    grid = around(30.0, spacing_mm)
    true = radius - np.linalg.norm(lattice(grid), axis=-1)
    # As levels are: steeper inside than outside; logarithms are cut far away, kelvin are not.
    level = steepness * true * np.where(true > 0.0, 1.2, 1.0)
    level = level if steepness > 1.0 else np.clip(level, -8.0, 4.0)
    signed = levels.signed_distance_mm(level.astype(np.float32), spacing_mm)
    found = levels.sample_field(signed, grid, directions() * (radius - away_mm))
    assert np.abs(found - away_mm).max() < 0.2


@pytest.mark.parametrize("spacing_mm", [1.0, 2.0])
def test_the_sign_is_the_levels(spacing_mm: float) -> None:
    grid = around(20.0, spacing_mm)
    level = (9.0 - np.linalg.norm(lattice(grid), axis=-1)).astype(np.float32)
    signed = levels.signed_distance_mm(level, spacing_mm)
    clear = np.abs(signed) > 0.01
    assert ((signed > 0.0) == (level > 0.0))[clear].all()


def test_a_plane_is_exact() -> None:
    grid = around(12.0, 1.0)
    normal = np.array([1.0, 2.0, -0.5]) / np.linalg.norm([1.0, 2.0, -0.5])
    true = lattice(grid) @ normal - 1.3
    signed = levels.signed_distance_mm((0.7 * true).astype(np.float32), 1.0)
    near = np.linalg.norm(lattice(grid), axis=-1) < 6.0
    assert np.abs(signed - true)[near].max() < 0.05


def test_nothing_dead_is_far_outside_everywhere() -> None:
    signed = levels.signed_distance_mm(np.full((5, 6, 7), -1.0, dtype=np.float32), 2.0)
    assert (signed <= -14.0).all()


def test_a_larger_zone_is_nowhere_thinner() -> None:
    grid = around(20.0, 1.0)
    away = np.linalg.norm(lattice(grid), axis=-1)
    small, large = (
        levels.signed_distance_mm((r - away).astype(np.float32), 1.0) for r in (9.0, 10.5)
    )
    assert (large - small).min() > 1.0
    assert (large - small).max() < 2.0


def test_between_cells_a_field_is_linear_and_outside_it_goes_on() -> None:
    grid = Grid.aligned((4, 3, 3), 2.0)
    field = (3.0 * lattice(grid)[..., 0]).astype(np.float32)
    found = levels.sample_field(
        field, grid, np.array([[1.0, 2.0, 2.0], [5.5, 1.0, 3.0], [99.0, 0.0, 0.0]])
    )
    assert found == pytest.approx([3.0, 16.5, 18.0])


@pytest.mark.parametrize("spacing_mm", [1.0, 2.0])
def test_the_axes_of_an_ellipsoid(spacing_mm: float) -> None:
    grid = around(30.0, spacing_mm)
    long = np.array([1.0, 1.0, 0.3]) / np.linalg.norm([1.0, 1.0, 0.3])
    across = np.cross(long, (0.0, 0.0, 1.0))
    across /= np.linalg.norm(across)
    frame = np.stack([long, across, np.cross(long, across)])
    radius = np.linalg.norm(lattice(grid) @ frame.T / (22.0, 17.0, 12.0), axis=-1)
    level = (1.0 - radius).astype(np.float32)
    assert levels.principal_axes_mm(level, spacing_mm) == pytest.approx(
        (44.0, 34.0, 24.0), abs=0.15
    )


def test_axes_reach_from_face_to_face_whatever_the_shape() -> None:
    grid = around(30.0, 1.0)
    p = lattice(grid)
    ball = 10.3 - np.linalg.norm(p, axis=-1)
    # A thin tail weighs next to nothing in the second moments, and is zone all the same.
    tail = np.minimum(2.2 - np.hypot(p[..., 0], p[..., 1]), np.minimum(p[..., 2], 20.4 - p[..., 2]))
    level = np.maximum(ball, tail).astype(np.float32)
    assert levels.principal_axes_mm(level, 1.0) == pytest.approx((30.7, 20.6, 20.6), abs=0.15)


def test_axes_of_a_zone_that_its_block_cuts_reach_the_last_cell() -> None:
    level = np.full((7, 5, 5), -1.0, dtype=np.float32)
    level[:, 2, 2] = 1.0
    assert levels.principal_axes_mm(level, 2.0) == pytest.approx((12.0, 2.0, 2.0))


def test_axes_are_of_the_largest_piece() -> None:
    grid = around(30.0, 1.0)
    level = (10.0 - np.linalg.norm(lattice(grid), axis=-1)).astype(np.float32)
    alone = levels.principal_axes_mm(level, 1.0)
    assert alone == pytest.approx((20.0, 20.0, 20.0), abs=0.1)
    level[1:4, 1:4, 1:4] = 1.0
    assert levels.principal_axes_mm(level, 1.0) == alone
    assert levels.principal_axes_mm(np.full((3, 3, 3), -1.0, dtype=np.float32), 1.0) == (
        0.0,
        0.0,
        0.0,
    )
