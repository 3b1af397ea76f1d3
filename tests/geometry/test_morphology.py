"""Morphology by shifting is morphology by distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.geometry import morphology


@given(seed=st.integers(0, 1000), by_mm=st.floats(0.5, 7.0), share=st.floats(0.01, 0.6))
def test_growing_and_shrinking_are_thresholds_of_distance(
    seed: int, by_mm: float, share: float
) -> None:
    mask = np.random.default_rng(seed).random((13, 9, 11)) < share
    mask[6, 4, 5] = True
    near = morphology.distance_mm(mask, 1.5) <= by_mm + 1e-3
    far = morphology.distance_mm(~mask, 1.5) > by_mm + 1e-3
    np.testing.assert_array_equal(morphology.dilate(mask, by_mm, 1.5), near)
    np.testing.assert_array_equal(morphology.erode(mask, by_mm, 1.5), far)


@pytest.mark.parametrize("step", [morphology.dilate, morphology.erode])
def test_nothing_stays_nothing(step: object) -> None:
    empty = np.zeros((4, 4, 4), dtype=bool)
    assert not step(empty, 3.0, 1.5).any()  # type: ignore[operator]


def test_the_end_of_the_lattice_does_not_erode() -> None:
    full = np.ones((5, 5, 5), dtype=bool)
    assert morphology.erode(full, 3.0, 1.5).all()
