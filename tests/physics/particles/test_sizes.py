"""Sizes: drawn within their range, by their law; clumps do not know their printed size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import SimulationError
from seldinger.physics.particles.sizes import ClumpSizes, SphereSizes, class_sizes, draw_sizes


def drawn(sizes: SphereSizes | ClumpSizes, number: int = 50_000) -> np.ndarray:
    return draw_sizes(sizes, number, np.random.default_rng(1)).effective_um


@given(low=st.floats(10.0, 500.0), span=st.floats(1.0, 500.0), spread=st.floats(0.5, 1e4))
def test_no_sphere_leaves_its_printed_range(low: float, span: float, spread: float) -> None:
    for sizes in (
        SphereSizes.uniform(low, low + span),
        SphereSizes.normal(low + 0.2 * span, spread, low, low + span),
    ):
        found = drawn(sizes, 300)
        assert (found >= low).all()
        assert (found <= low + span).all()


def test_a_narrow_normal_law_is_normal_and_a_wide_one_uniform() -> None:
    narrow = drawn(SphereSizes.normal(200.0, 10.0, 100.0, 300.0))
    assert narrow.mean() == pytest.approx(200.0, abs=0.3)
    assert narrow.std() == pytest.approx(10.0, abs=0.2)
    wide = drawn(SphereSizes.normal(200.0, 1e5, 100.0, 300.0))
    assert wide.std() == pytest.approx(200.0 / np.sqrt(12.0), rel=0.01)
    assert (drawn(SphereSizes.fixed(30.0)) == 30.0).all()


@pytest.mark.parametrize(
    "sizes",
    [SphereSizes.uniform(100.0, 300.0), SphereSizes.normal(30.0, 6.0, 20.0, 60.0),
     ClumpSizes(355.0, 500.0)],
)  # fmt: skip
def test_classes_have_the_mean_and_scatter_of_what_is_drawn(sizes: SphereSizes) -> None:
    classes, many = class_sizes(sizes, 64).effective_um, drawn(sizes)
    assert classes.mean() == pytest.approx(many.mean(), rel=0.02)
    assert classes.std() == pytest.approx(many.std(), rel=0.08)


def test_equal_particles_are_one_class() -> None:
    assert len(class_sizes(SphereSizes.fixed(40.0), 32).printed_um) == 1
    assert len(class_sizes(ClumpSizes(40.0, 40.0, log_spread=0.0), 32).printed_um) == 1


def test_clumps_reach_far_beyond_their_printed_range_and_weigh_what_is_printed() -> None:
    found = draw_sizes(ClumpSizes(355.0, 500.0, 1.0, 0.4), 50_000, np.random.default_rng(1))
    assert found.printed_um.min() >= 355.0
    assert found.printed_um.max() <= 500.0
    assert np.quantile(found.effective_um, 0.05) < 355.0 * 0.7
    assert np.quantile(found.effective_um, 0.95) > 500.0 * 1.3
    assert np.median(found.effective_um / found.printed_um) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SphereSizes.fixed(0.0), "sizes are positive"),
        (lambda: SphereSizes.uniform(300.0, 100.0), "rise"),
        (lambda: SphereSizes.uniform(300.0, float("inf")), "positive"),
        (lambda: SphereSizes.normal(400.0, 10.0, 100.0, 300.0), "mean lies within"),
        (lambda: SphereSizes.normal(200.0, 0.0, 100.0, 300.0), "spread is positive"),
        (lambda: ClumpSizes(100.0, 300.0, factor=0.0), "factor is positive"),
        (lambda: ClumpSizes(100.0, 300.0, log_spread=-0.1), "not negative"),
    ],
)
def test_sizes_that_cannot_be_are_refused(make: object, says: str) -> None:
    with pytest.raises(SimulationError, match=says):
        make()  # type: ignore[operator]
