"""Skin dose: the laws that any map of it obeys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seldinger.physics.skin_dose import (
    Beam,
    Factors,
    Surface,
    dose_map,
    elliptic_cylinder,
    hit_fraction,
    plane,
    source_and_axis,
)
from seldinger.physics.skin_dose_voxels import from_mask

BARE = Factors(backscatter=1.0, medium=1.0, table=1.0, table_half_width_mm=250.0)
BODY = elliptic_cylinder(170.0, 110.0, 600.0, 10.0)


def beam(
    primary: float = 0.0,
    secondary: float = 0.0,
    kerma: float = 1.0,
    half: float = 0.05,
    at: tuple[float, float, float] = (0.0, -110.0, 0.0),
) -> Beam:
    """A beam through ``at``, 785 mm from its source; the reference point 15 cm before it."""
    source, axis, across = source_and_axis(primary, secondary, 785.0)
    place = source + np.asarray(at)
    return Beam(
        kerma,
        (float(place[0]), float(place[1]), float(place[2])),
        (float(axis[0]), float(axis[1]), float(axis[2])),
        (float(across[0]), float(across[1]), float(across[2])),
        635.0,
        (-half, half, -half, half),
    )


def spot(y: float) -> Surface:
    """One point on the axis of an upright beam, facing it."""
    return Surface(np.array([[0.0, y, 0.0]]), np.array([[0.0, 1.0, 0.0]]), np.ones(1))


@pytest.mark.parametrize("distance", [500.0, 635.0, 700.0, 785.0])
def test_on_the_axis_dose_falls_with_the_square_of_the_distance(distance: float) -> None:
    shot = beam()
    found = dose_map(spot(shot.source_mm[1] - distance), [shot], BARE)
    assert found[0] == pytest.approx((635.0 / distance) ** 2, rel=1e-12)


def test_at_the_reference_point_dose_is_kerma_times_the_factors() -> None:
    shot = beam(kerma=0.5)
    factors = Factors(1.4, 1.05, 0.8, 250.0)
    above = dose_map(spot(shot.source_mm[1] - 635.0), [shot], factors)
    assert above[0] == pytest.approx(0.5 * 1.4 * 1.05, rel=1e-12)  # below the table's top
    behind = replace(shot, source_mm=(0.0, 600.0, 0.0))
    through = dose_map(spot(-35.0), [behind], factors)
    assert through[0] == pytest.approx(0.5 * 1.4 * 1.05 * 0.8, rel=1e-12)


def test_a_ray_beside_the_table_is_not_weakened() -> None:
    factors = Factors(1.0, 1.0, 0.5, 250.0)
    shot = beam(primary=-90.0)  # the source on the patient's left, level with the body
    found = dose_map(BODY, [shot], factors)
    assert found.max() > 0.0
    assert found == pytest.approx(dose_map(BODY, [shot], BARE))


@settings(max_examples=12)
@given(st.floats(-60.0, 60.0), st.floats(-30.0, 30.0), st.floats(0.0, 5.0))
def test_twice_the_kerma_is_twice_the_map(primary: float, secondary: float, kerma: float) -> None:
    once = dose_map(BODY, [beam(primary, secondary, kerma)], BARE)
    assert dose_map(BODY, [beam(primary, secondary, 2.0 * kerma)], BARE) == pytest.approx(2 * once)


@settings(max_examples=12)
@given(st.floats(-60.0, 60.0), st.floats(-60.0, 60.0))
def test_the_map_of_two_beams_is_the_sum_of_theirs(one: float, other: float) -> None:
    both = dose_map(BODY, [beam(one), beam(other)], BARE)
    alone = dose_map(BODY, [beam(one)], BARE) + dose_map(BODY, [beam(other)], BARE)
    assert both == pytest.approx(alone, rel=1e-12)
    assert (both >= dose_map(BODY, [beam(one)], BARE)).all()


@given(st.floats(1.0, 80.0))
def test_mirrored_beams_leave_mirrored_maps(primary: float) -> None:
    left, right = dose_map(BODY, [beam(primary)], BARE), dose_map(BODY, [beam(-primary)], BARE)
    assert left.max() == pytest.approx(right.max(), rel=1e-9)
    x = BODY.points_mm[:, 0]
    assert float((left * x).sum()) == pytest.approx(-float((right * x).sum()), rel=1e-6)
    # Detector towards the left: the source, and the skin it meets, lie on the right.
    assert float((left * x).sum()) < 0.0


def test_a_detector_towards_the_head_has_its_source_towards_the_feet() -> None:
    source, axis, _ = source_and_axis(0.0, 30.0, 785.0)
    assert axis[2] > 0.0 > source[2]
    source, axis, _ = source_and_axis(90.0, 0.0, 785.0)
    assert axis == pytest.approx([1.0, 0.0, 0.0], abs=1e-12)
    assert source[0] == pytest.approx(-785.0)


def test_the_fields_edge_is_where_its_tangent_is() -> None:
    shot = beam(half=0.05)
    flat = plane(200.0, 200.0, 1.0)
    found = dose_map(flat, [shot], BARE)
    away = shot.source_mm[1]
    inside = (np.abs(flat.points_mm[:, [0, 2]]) <= 0.05 * away).all(axis=1)
    assert ((found > 0.0) == inside).all()
    area = flat.areas_mm2[found > 0.0].sum()
    assert area == pytest.approx((2 * 0.05 * away) ** 2, rel=0.05)


def test_kerma_times_area_is_the_same_wherever_the_plane_lies() -> None:
    shot = beam(half=0.04)
    products = []
    for by in (-150.0, 0.0, 150.0):
        flat = plane(300.0, 300.0, 1.0).moved((0.0, by, 0.0))
        products.append(float((dose_map(flat, [shot], BARE) * flat.areas_mm2).sum()))
    assert products == pytest.approx([products[0]] * 3, rel=0.03)
    assert products[0] == pytest.approx(635.0**2 * 0.08**2, rel=0.03)


def test_skin_on_the_far_side_receives_nothing() -> None:
    found = dose_map(BODY, [beam(half=0.3)], BARE)
    assert (found[BODY.normals[:, 1] < -0.3] == 0.0).all()
    assert (found[BODY.normals[:, 1] > 0.9] > 0.0).any()


def test_a_nearer_body_receives_more() -> None:
    shot = beam()
    peaks = [
        dose_map(BODY.moved((0.0, by, 0.0)), [shot], BARE).max() for by in (0.0, 30.0, 60.0, 90.0)
    ]
    assert peaks == sorted(peaks)
    assert peaks[0] < peaks[-1]


def test_a_beam_that_misses_counts_as_missing() -> None:
    missing = beam(at=(900.0, -110.0, 0.0), kerma=3.0)
    assert hit_fraction(BODY, [beam(), missing]) == pytest.approx(0.25)
    assert hit_fraction(BODY, []) == 0.0


def test_a_cylinders_area_is_its_own() -> None:
    round_one = elliptic_cylinder(100.0, 100.0, 500.0, 5.0)
    assert round_one.areas_mm2.sum() == pytest.approx(2.0 * np.pi * 100.0 * 500.0, rel=1e-3)
    assert round_one.points_mm[:, 1].max() == pytest.approx(0.0, abs=1e-9)
    assert np.linalg.norm(round_one.normals, axis=1) == pytest.approx(1.0)


def test_a_voxel_cylinder_receives_what_the_cylinder_does() -> None:
    x, y = np.meshgrid(np.arange(90) - 44.5, np.arange(70) - 34.5, indexing="ij")
    disc = (x / 34.0) ** 2 + (y / 22.0) ** 2 <= 1.0
    mask = np.repeat(disc[:, :, None], 60, axis=2)
    skin = from_mask(mask, 5.0, step_mm=5.0)
    shot = beam(half=0.05, at=(0.0, -110.0, 0.0))
    ours = dose_map(skin, [shot], BARE).max()
    assert ours == pytest.approx(dose_map(BODY, [shot], BARE).max(), rel=0.03)
    assert abs(float(skin.points_mm[:, 0].mean())) < 3.0
    # The ends of the scan are no skin.
    assert np.abs(skin.normals[:, 2]).max() < 0.2
    assert skin.areas_mm2.sum() == pytest.approx(
        elliptic_cylinder(170.0, 110.0, 300.0, 5.0).areas_mm2.sum(), rel=0.12
    )


def test_impossible_beams_and_surfaces_are_refused() -> None:
    good = beam()
    with pytest.raises(ValueError, match="right angles"):
        replace(good, across=good.axis)
    with pytest.raises(ValueError, match="kerma is not negative"):
        replace(good, kerma_gy=-1.0)
    with pytest.raises(ValueError, match="a width and a length"):
        replace(good, field=(0.1, -0.1, -0.1, 0.1))
    with pytest.raises(ValueError, match="points and normals"):
        Surface(np.zeros((2, 3)), np.zeros((1, 3)), np.ones(2))
    with pytest.raises(ValueError, match="finite"):
        Surface(np.full((1, 3), np.nan), np.zeros((1, 3)), np.ones(1))
    with pytest.raises(ValueError, match="empty"):
        from_mask(np.zeros((4, 4, 4), dtype=bool), 1.0)
