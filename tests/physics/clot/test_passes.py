"""Passes and budget: what is left falls by shares; limits of a dose are never passed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import SimulationError
from seldinger.physics.clot.budget import DoseLimits, Infusion, find_breach, find_longest_h
from seldinger.physics.clot.passes import Grip, Removed, find_chance, fit_grip, spread_removed

SEEN = Removed(passes=4.0, near=0.85, near_share=0.75, complete=0.51, left_share=0.05)
LIMITS = DoseLimits(1.0, 50.0)


def test_a_fit_gives_both_counts_back() -> None:
    grip = fit_grip(SEEN)
    assert find_chance(grip, 4.0, 0.75) == pytest.approx(0.85)
    assert find_chance(grip, 4.0, 0.95) == pytest.approx(0.51)


@given(median=st.floats(0.1, 2.0), sd=st.floats(0.1, 1.0), passes=st.integers(1, 10))
def test_another_pass_never_puts_clot_back(median: float, sd: float, passes: int) -> None:
    grip = Grip(median, sd)
    now, then = spread_removed(grip, passes), spread_removed(grip, passes + 1)
    assert 0.0 <= now.p05 <= then.p05 <= 100.0
    left = 1.0 - 0.01 * now.p50
    assert (1.0 - 0.01 * spread_removed(grip, 1).p50) ** passes == pytest.approx(left, abs=1e-9)
    assert find_chance(grip, passes + 1, 0.75) >= find_chance(grip, passes, 0.75)
    assert find_chance(grip, passes, 0.0) == 1.0


@pytest.mark.parametrize(
    "wrong", [{"near": 0.4}, {"complete": 0.0}, {"left_share": 0.3}, {"passes": 0.0}]
)
def test_counts_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SimulationError):
        fit_grip(replace(SEEN, **wrong))


@given(rate=st.floats(0.05, 0.99), given=st.floats(0.0, 49.0))
def test_the_longest_infusion_keeps_its_limits_and_a_longer_one_does_not(
    rate: float, given: float
) -> None:
    longest = find_longest_h(rate, given, LIMITS)
    assert find_breach(Infusion(rate, longest, given), LIMITS) == ""
    assert "50 mg" in find_breach(Infusion(rate, longest + 0.01, given), LIMITS)


def test_a_rate_at_its_limit_is_a_breach() -> None:
    assert "1 mg/h" in find_breach(Infusion(1.0, 1.0), LIMITS)
    assert find_breach(Infusion(0.99, 1.0), LIMITS) == ""
    for wrong in ((0.0, 1.0, 0.0), (0.5, 0.0, 0.0), (0.5, 1.0, -1.0)):
        with pytest.raises(SimulationError):
            Infusion(*wrong)
