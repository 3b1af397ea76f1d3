"""The march kernels agree with their plain twins, and with geometry that can be written down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.kernels import march

SHAPE = (60, 50, 40)
H = 1.5
FAR = 1000.0


def ball_distance(centre: tuple[float, float, float], radius_mm: float) -> np.ndarray:
    """Distance to a ball on the lattice, mm; zero inside."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij"), axis=-1)
    distance = np.linalg.norm((index - np.asarray(centre)) * H, axis=-1) - radius_mm
    outside: np.ndarray = np.maximum(distance, 0.0).astype(np.float32)
    return outside


def rays(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    top = np.asarray(SHAPE) - 1
    return (
        (rng.random((count, 3)) * top).astype(np.float32),
        (rng.random((count, 3)) * top).astype(np.float32),
    )


@given(seed=st.integers(0, 10_000), beyond=st.floats(0.0, 20.0))
def test_the_nearest_approach_is_that_of_even_steps(seed: int, beyond: float) -> None:
    entries, aims = rays(40, seed)
    field = ball_distance((30.0, 25.0, 20.0), 9.0)
    extra = np.full(40, beyond, dtype=np.float32)
    shift = np.random.default_rng(seed).normal(0.0, 2.0, 40).astype(np.float32)
    out = np.empty(40, dtype=np.float32)
    march.nearest_approach(entries, aims, extra, shift, field, H, H, FAR, out)
    plain = march.nearest_approach_plain(entries, aims, extra, shift, field, H, 0.1)
    assert (out - plain).max() <= H / 2.0 + 0.05
    assert (plain - out).max() <= 0.05 + 0.05


def test_the_nearest_approach_to_a_ball_is_geometry() -> None:
    entries = np.array([[0.0, 25.0, 20.0]], dtype=np.float32)
    aims = np.array([[59.0, 25.0, 36.0]], dtype=np.float32)
    centre, radius = np.array([30.0, 25.0, 20.0]), 6.0
    axis = (aims[0] - entries[0]) / np.linalg.norm(aims[0] - entries[0])
    offset = centre - entries[0]
    expected = np.linalg.norm(offset - (offset @ axis) * axis) * H - radius
    out = np.empty(1, dtype=np.float32)
    zero = np.zeros(1, dtype=np.float32)
    march.nearest_approach(
        entries, aims, zero, zero, ball_distance((30, 25, 20), radius), H, 0.2, FAR, out
    )
    assert out[0] == pytest.approx(expected, abs=0.3)


def test_a_shift_of_the_structure_is_a_shift_of_the_ray() -> None:
    entries, aims = rays(30, 5)
    field = ball_distance((30.0, 25.0, 20.0), 5.0)
    zero, three = np.zeros(30, np.float32), np.full(30, 3.0, np.float32)
    moved, out = np.empty(30, np.float32), np.empty(30, np.float32)
    march.nearest_approach(entries, aims, zero, three, field, H, H, FAR, moved)
    down = np.array([0.0, 0.0, 3.0], dtype=np.float32)
    march.nearest_approach(entries - down, aims - down, zero, zero, field, H, H, FAR, out)
    np.testing.assert_allclose(moved, out, atol=1e-4)


def test_a_ray_of_no_length_reads_the_field_where_it_stands() -> None:
    field = ball_distance((30.0, 25.0, 20.0), 5.0)
    here = np.array([[10.0, 10.0, 10.0]], dtype=np.float32)
    out, zero = np.empty(1, np.float32), np.zeros(1, np.float32)
    march.nearest_approach(here, here, zero, zero, field, H, H, FAR, out)
    assert out[0] == pytest.approx(field[10, 10, 10])


@given(seed=st.integers(0, 10_000))
def test_every_millimetre_is_counted_once(seed: int) -> None:
    entries, aims = rays(40, seed)
    classes = np.random.default_rng(seed).integers(0, 5, SHAPE).astype(np.uint8)
    lengths = np.zeros((40, 5), dtype=np.float32)
    first, passes = np.empty(40, np.float32), np.empty(40, np.int32)
    march.measure_crossings(entries, aims, classes, 3, H, H / 2.0, lengths, first, passes)
    depth = np.linalg.norm(aims - entries, axis=1) * H
    np.testing.assert_allclose(lengths.sum(axis=1), depth, rtol=1e-4, atol=1e-3)
    plain = march.measure_crossings_plain(entries, aims, classes, H, H / 2.0, 5)
    assert np.abs(lengths - plain).max() <= 1.6 * H
    assert np.abs(lengths - plain).mean() < 0.05
    np.testing.assert_array_equal(passes > 0, lengths[:, 3] > 0.0)
    assert ((first >= 0.0) == (passes > 0)).all()


def test_two_slabs_of_an_organ_are_two_passes() -> None:
    classes = np.zeros(SHAPE, dtype=np.uint8)
    classes[10:20], classes[30:40] = 3, 3
    entries = np.array([[0.0, 25.0, 20.0]], dtype=np.float32)
    aims = np.array([[59.0, 25.0, 20.0]], dtype=np.float32)
    lengths = np.zeros((1, 5), dtype=np.float32)
    first, passes = np.empty(1, np.float32), np.empty(1, np.int32)
    march.measure_crossings(entries, aims, classes, 3, H, 0.1, lengths, first, passes)
    assert passes[0] == 2
    assert lengths[0, 3] == pytest.approx(20 * H, abs=0.3)
    assert first[0] == pytest.approx(9.5 * H, abs=0.2)


def test_what_lies_outside_the_lattice_is_outside() -> None:
    classes = np.full(SHAPE, 2, dtype=np.uint8)
    entries = np.array([[-20.0, 25.0, 20.0]], dtype=np.float32)
    aims = np.array([[20.0, 25.0, 20.0]], dtype=np.float32)
    lengths = np.zeros((1, 5), dtype=np.float32)
    first, passes = np.empty(1, np.float32), np.empty(1, np.int32)
    march.measure_crossings(entries, aims, classes, 3, H, 0.1, lengths, first, passes)
    assert lengths[0, 0] == pytest.approx(19.5 * H, abs=0.3)
    assert first[0] == -1.0
