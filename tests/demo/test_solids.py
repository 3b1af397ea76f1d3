"""Solids: distances against closed forms, brute force and laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seldinger.demo.nearest import ellipsoid_distance
from seldinger.demo.solids import (
    Carved,
    Column,
    Common,
    Ellipsoid,
    HalfSpace,
    Solid,
    Tube,
    Union,
    sphere,
)

if TYPE_CHECKING:
    from seldinger.core.space import Points

TURNED = Ellipsoid((3.0, -4.0, 5.0), (30.0, 12.0, 6.0), (20.0, -35.0, 50.0))
SHAPES: dict[str, Solid] = {
    "ellipsoid": TURNED,
    "tube": Tube(((0.0, 0.0, 0.0), (10.0, 5.0, 0.0), (10.0, 5.0, 20.0)), 4.0),
    "column": Column((0.0, 0.0, 0.0), (12.0, 7.0, 9.0)),
    "union": Union((sphere((0.0, 0.0, 0.0), 8.0), sphere((10.0, 0.0, 0.0), 6.0))),
    "carved": Carved(sphere((0.0, 0.0, 0.0), 15.0), (sphere((9.0, 0.0, 0.0), 9.0),)),
}


def cloud(count: int, half_mm: float, seed: int = 0) -> Points:
    return np.random.default_rng(seed).uniform(-half_mm, half_mm, (count, 3))


def on_ellipsoid(solid: Ellipsoid, count: int) -> Points:
    u, v = np.meshgrid(np.linspace(0, np.pi, count), np.linspace(0, 2 * np.pi, 2 * count))
    ball = np.stack([np.sin(u) * np.cos(v), np.sin(u) * np.sin(v), np.cos(u)], axis=-1)
    return (ball.reshape(-1, 3) * solid.semi_mm) @ solid.axes.T + solid.centre


def test_ellipsoid_distance_is_that_of_the_nearest_of_many_surface_points() -> None:
    surface = on_ellipsoid(TURNED, 700)
    points = cloud(60, 40.0)
    brute = np.array([np.linalg.norm(surface - p, axis=1).min() for p in points])
    exact = TURNED.distance_mm(points)
    assert np.all(np.abs(exact) <= brute + 1e-9)
    assert np.abs(exact) == pytest.approx(brute, abs=0.03)
    assert np.array_equal(exact < 0.0, TURNED.contains(points))


@given(
    semi=st.tuples(*[st.floats(0.5, 100.0)] * 3),
    radius=st.floats(0.0, 300.0),
    way=st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda w: np.linalg.norm(w) > 0.1),
)
@settings(deadline=None)
def test_ellipsoid_distance_keeps_between_that_to_the_inner_and_outer_sphere(
    semi: tuple[float, float, float], radius: float, way: tuple[float, float, float]
) -> None:
    point = radius * np.array([way]) / np.linalg.norm(way)
    distance = float(ellipsoid_distance(point, semi)[0])
    assert radius - max(semi) - 1e-6 <= distance <= radius - min(semi) + 1e-6


def test_ellipsoid_distance_holds_at_the_centre_and_on_the_axes() -> None:
    solid = Ellipsoid((0.0, 0.0, 0.0), (30.0, 12.0, 6.0))
    points = np.array([[0.0, 0.0, 0.0], [40.0, 0.0, 0.0], [0.0, -20.0, 0.0], [0.0, 0.0, 6.0]])
    assert solid.distance_mm(points) == pytest.approx([-6.0, 10.0, 8.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_no_distance_changes_faster_than_the_point_moves(name: str) -> None:
    solid, points = SHAPES[name], cloud(300, 25.0)
    moved = points + cloud(300, 1.0, seed=1)
    change = np.abs(solid.distance_mm(points) - solid.distance_mm(moved))
    assert np.all(change <= np.linalg.norm(points - moved, axis=1) + 0.05)


@pytest.mark.parametrize("name", SHAPES)
def test_distance_is_negative_inside_only_and_the_box_holds_all(name: str) -> None:
    solid, points = SHAPES[name], cloud(2000, 25.0)
    inside = solid.contains(points)
    low, high = solid.bounds
    assert np.array_equal(solid.distance_mm(points) < 0.0, inside)
    assert inside.any()
    assert np.all((points[inside] >= low) & (points[inside] <= high))


def test_a_cut_solid_is_measured_as_well_as_a_closed_form() -> None:
    column = Column((2.0, 1.0, 0.0), (12.0, 12.0, 9.0))
    tall = Column((2.0, 1.0, 0.0), (12.0, 12.0, 40.0))
    above, below = ((0.0, 0.0, 9.0), (0.0, 0.0, 1.0)), ((0.0, 0.0, -9.0), (0.0, 0.0, -1.0))
    cut = Common((tall, HalfSpace(*above), HalfSpace(*below)))
    points = cloud(400, 30.0)
    assert cut.distance_mm(points) == pytest.approx(column.distance_mm(points), abs=0.05)


def test_a_carved_solid_is_measured_to_its_hollow() -> None:
    shell = Carved(sphere((0.0, 0.0, 0.0), 20.0), (sphere((0.0, 0.0, 0.0), 10.0),))
    radii = np.array([1.0, 6.0, 10.5, 14.0, 16.0, 19.0, 26.0])
    points = radii[:, None] * np.array([0.6, 0.0, 0.8])
    expected = [9.0, 4.0, -0.5, -4.0, -4.0, -1.0, 6.0]
    assert shell.distance_mm(points) == pytest.approx(expected, abs=0.01)


def test_tube_distance_follows_the_polyline() -> None:
    tube = SHAPES["tube"]
    points = [[10.0, 5.0, 30.0], [20.0, 5.0, 10.0], [0.0, 0.0, -9.0]]
    assert tube.distance_mm(np.array(points)) == pytest.approx([6.0, 6.0, 5.0])
