"""Audit: Wilson's interval is Wilson's, and a threshold is judged by the interval, not the rate."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from seldinger.care.quality import Standing, audit, wilson_interval
from seldinger.core.errors import CareError


def test_the_interval_of_a_published_count() -> None:
    low, high = wilson_interval(23, 81)
    assert low == pytest.approx(0.197, abs=5e-4)
    assert high == pytest.approx(0.390, abs=5e-4)


@pytest.mark.parametrize(
    ("events", "cases"), [(0, 1), (1, 1), (0, 30), (30, 30), (1, 400), (3, 40), (499, 1000)]
)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_interval_is_that_of_scipy(events: int, cases: int, level: float) -> None:
    peer = binomtest(events, cases).proportion_ci(confidence_level=level, method="wilson")
    low, high = wilson_interval(events, cases, level)
    assert low == pytest.approx(peer.low, abs=1e-12)
    assert high == pytest.approx(peer.high, abs=1e-12)


@given(cases=st.integers(1, 100_000), share=st.floats(0.0, 1.0))
def test_the_interval_holds_the_rate_and_stays_in_bounds(cases: int, share: float) -> None:
    events = round(share * cases)
    low, high = wilson_interval(events, cases)
    assert 0.0 <= low <= events / cases <= high <= 1.0
    mirrored_low, mirrored_high = wilson_interval(cases - events, cases)
    assert mirrored_low == pytest.approx(1.0 - high, abs=1e-9)
    assert mirrored_high == pytest.approx(1.0 - low, abs=1e-9)


@given(events=st.integers(0, 50), extra=st.integers(1, 50))
def test_more_cases_of_the_same_rate_tell_more(events: int, extra: int) -> None:
    few, many = (
        wilson_interval(events, events + extra),
        wilson_interval(10 * events, 10 * (events + extra)),
    )
    assert many[1] - many[0] < few[1] - few[0]


@pytest.mark.parametrize(
    ("events", "cases", "threshold", "standing"),
    [
        (23, 81, 0.30, Standing.CANNOT_TELL),
        (23, 81, 0.19, Standing.ABOVE),
        (23, 81, 0.40, Standing.BELOW),
        (0, 10, 0.05, Standing.CANNOT_TELL),  # no event in ten cases proves nothing
        (0, 200, 0.05, Standing.BELOW),
        (1, 1, 0.10, Standing.ABOVE),
        (2, 20, 0.05, Standing.CANNOT_TELL),  # twice the threshold, and still chance
    ],
)
def test_the_whole_interval_decides(
    events: int, cases: int, threshold: float, standing: Standing
) -> None:
    found = audit(events, cases, threshold)
    assert found.standing is standing
    assert found.rate == events / cases
    assert "not a patient's risk" in found.caveat


def test_at_the_edge_nothing_can_be_told() -> None:
    low, high = wilson_interval(23, 81)
    assert audit(23, 81, low).standing is Standing.CANNOT_TELL
    assert audit(23, 81, high).standing is Standing.CANNOT_TELL
    assert audit(23, 81, math.nextafter(low, 0.0)).standing is Standing.ABOVE
    assert audit(23, 81, math.nextafter(high, 1.0)).standing is Standing.BELOW


@pytest.mark.parametrize(
    ("events", "cases", "threshold", "level", "said"),
    [
        (1, 0, 0.1, 0.95, "0 cases"),
        (-1, 10, 0.1, 0.95, "-1 of 10"),
        (11, 10, 0.1, 0.95, "between 0 and 10"),
        (1, 10, 0.0, 0.95, "threshold is 0"),
        (1, 10, 1.0, 0.95, "threshold is 1"),
        (1, 10, 5.0, 0.95, "threshold is 5"),
        (1, 10, math.nan, 0.95, "threshold is nan"),
        (1, 10, 0.1, 95.0, "level is 95"),
        (1, 10, 0.1, 0.0, "level is 0"),
    ],
)
def test_numbers_outside_their_domain_are_refused(
    events: int, cases: int, threshold: float, level: float, said: str
) -> None:
    with pytest.raises(CareError, match=said):
        audit(events, cases, threshold, level)
