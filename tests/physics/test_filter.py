"""Filter: gaps between struts and the tilt at which the head touches, by law."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger import evidence
from seldinger.core.errors import SimulationError
from seldinger.physics.structure.filter import (
    find_aside_mm,
    find_gap_mm,
    find_touching_tilt_deg,
)

RADII = st.floats(5.0, 20.0)
STRUTS = st.integers(3, 16)


@given(radius=RADII, struts=STRUTS)
def test_upright_the_ball_touches_two_struts_and_the_wall(radius: float, struts: int) -> None:
    ball = 0.5 * find_gap_mm(radius, struts)
    half = math.sin(math.pi / struts)
    away = ball / half
    assert away + ball == pytest.approx(radius)
    assert find_gap_mm(radius, struts, 1e-9) == pytest.approx(2.0 * ball, rel=1e-6)


@given(radius=RADII, struts=STRUTS, share=st.floats(0.01, 0.95))
def test_a_leaning_head_opens_a_gap_and_a_denser_filter_closes_it(
    radius: float, struts: int, share: float
) -> None:
    leaning = find_gap_mm(radius, struts, share * radius)
    assert leaning >= find_gap_mm(radius, struts) - 1e-9
    assert find_gap_mm(2.0 * radius, struts, 2.0 * share * radius) == pytest.approx(2.0 * leaning)
    assert leaning < 2.0 * radius


def test_a_clot_that_passed_a_six_legged_filter_in_a_large_cava_passes_ours() -> None:
    passed = evidence.fact("caval_filter.capture.greenfield").value
    assert passed is not None
    assert find_gap_mm(14.0, 6, find_aside_mm(40.0, 10.0)) > passed


def test_the_head_touches_by_tilt() -> None:
    tilt = find_touching_tilt_deg(10.0, 40.0, 2.0)
    assert tilt is not None
    assert find_aside_mm(40.0, tilt) == pytest.approx(9.0)
    assert find_touching_tilt_deg(14.0, 10.0, 2.0) is None


@pytest.mark.parametrize(
    ("radius", "struts", "aside"), [(10.0, 2, 0.0), (0.0, 6, 0.0), (10.0, 6, 10.0), (10.0, 6, -1.0)]
)
def test_what_is_no_filter_in_a_tube_is_refused(radius: float, struts: int, aside: float) -> None:
    with pytest.raises(SimulationError):
        find_gap_mm(radius, struts, aside)
