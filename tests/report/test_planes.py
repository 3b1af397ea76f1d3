"""Cuts lie where they say, and are turned as a radiologist expects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.report.planes import (
    ANTERIOR,
    LEFT,
    Plane,
    Sampler,
    across_needle,
    along_needle,
    direction_letters,
    sample_image,
)

COORDINATE = st.floats(-200.0, 200.0)
POINT = st.tuples(COORDINATE, COORDINATE, COORDINATE)


def apart(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return float(np.linalg.norm(np.subtract(a, b)))


@given(entry=POINT, aim=POINT)
@example(entry=(0.0, 0.0, 125.0), aim=(0.0, 0.125, 0.0))
@settings(deadline=None)
def test_the_needle_lies_in_its_plane(entry: tuple[float, ...], aim: tuple[float, ...]) -> None:
    if apart(entry, aim) < 1.0:
        return
    across, up = along_needle(np.array(entry), np.array(aim))
    assert np.allclose([across @ across, up @ up, across @ up], [1.0, 1.0, 0.0], atol=1e-9)
    normal = np.cross(across, up)
    assert abs(normal @ (np.array(aim) - np.array(entry))) < 1e-6 * apart(entry, aim) + 1e-9
    assert across @ LEFT >= -1e-9


@given(entry=POINT, aim=POINT)
@settings(deadline=None)
def test_no_plane_that_holds_the_needle_is_closer_to_the_axial_one(
    entry: tuple[float, ...], aim: tuple[float, ...]
) -> None:
    if apart(entry, aim) < 1.0:
        return
    direction = np.subtract(aim, entry) / apart(entry, aim)
    if abs(direction[2]) > 0.99:
        return
    across, up = along_needle(np.array(entry), np.array(aim))
    # The angle to the axial plane cannot be smaller than the needle's own.
    assert abs(np.cross(across, up)[2]) == pytest.approx(np.sqrt(1.0 - direction[2] ** 2), abs=1e-6)


@given(entry=POINT, aim=POINT)
@settings(deadline=None)
def test_the_needles_eye_looks_along_the_needle_with_the_head_up(
    entry: tuple[float, ...], aim: tuple[float, ...]
) -> None:
    if apart(entry, aim) < 1.0:
        return
    direction = np.subtract(aim, entry) / apart(entry, aim)
    across, up = across_needle(np.array(entry), np.array(aim))
    assert np.allclose(np.cross(across, up), -direction, atol=1e-6)
    assert up[2] >= -1e-9


def test_an_axial_slice_has_the_patients_right_on_the_left() -> None:
    plane = Plane(np.zeros(3), LEFT, ANTERIOR, -10.0, 10.0, -10.0, 10.0)
    assert plane.border_letters() == ("R", "L", "P", "A")


def test_an_anterior_needle_is_seen_as_the_operator_at_its_hub_sees_it() -> None:
    across, up = across_needle(np.array([0.0, -100.0, 0.0]), np.zeros(3))
    plane = Plane(np.zeros(3), across, up, -1.0, 1.0, -1.0, 1.0)
    assert plane.border_letters() == ("R", "L", "I", "S")


def test_an_oblique_direction_has_two_letters() -> None:
    assert direction_letters(np.array([1.0, -0.8, 0.0])) == "LA"
    assert direction_letters(np.array([0.1, 0.0, -1.0])) == "I"


def test_a_ramp_stays_a_ramp_and_ends_where_the_image_ends() -> None:
    grid = Grid.aligned((20, 20, 20), 2.0, (-10.0, -10.0, -10.0))
    x = grid.to_lps(np.argwhere(np.ones(grid.shape, dtype=bool)))[:, 0].reshape(grid.shape)
    plane = Plane(np.array([5.0, 5.0, 5.0]), LEFT, ANTERIOR, -40.0, 10.0, -5.0, 5.0)
    shown = sample_image(Volume(x, grid, "1"), plane, 1.0, outside=-999.0)
    columns = 5.0 - 40.0 + (np.arange(50) + 0.5)
    inside = columns >= -10.0
    assert np.allclose(shown[3][inside], columns[inside], atol=1e-4)
    assert (shown[3][columns < -12.0] == -999.0).all()


def test_a_mask_keeps_its_place_and_one_that_misses_the_plane_is_skipped() -> None:
    grid = Grid.aligned((30, 30, 30), 1.0)
    mask = np.zeros(grid.shape, dtype=bool)
    mask[10:20, 5:25, 12:18] = True
    plane = Plane(np.array([15.0, 15.0, 15.0]), LEFT, ANTERIOR, -14.0, 14.0, -14.0, 14.0)
    share = Sampler.across(plane, grid, 0.25).share(mask)
    assert share is not None
    assert (share > 0.5).sum() * 0.25**2 == pytest.approx(10.0 * 20.0, rel=0.03)
    elsewhere = Plane(np.array([15.0, 15.0, 2.0]), LEFT, ANTERIOR, -14.0, 14.0, -14.0, 14.0)
    assert Sampler.across(elsewhere, grid, 0.5).share(mask) is None
