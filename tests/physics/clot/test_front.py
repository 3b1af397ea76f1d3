"""Front and spread: the law of a lytic front, and its fit to people, by limits and monotony."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import SimulationError
from seldinger.physics.clot.front import Clot, find_front_mm, find_lysed_share
from seldinger.physics.clot.spread import (
    FrontSpeed,
    Observed,
    find_hours,
    fit_speed,
    infuse_along,
    list_shares,
    spread_shares,
)

CLOT = Clot(6.0, 300.0, 300.0, 0.9)
SPEEDS = st.floats(0.01, 1.0)
FLOWS = st.floats(1.0, 200.0)


@given(speed=SPEEDS, flow=FLOWS, hours=st.floats(0.1, 30.0))
def test_the_front_keeps_its_own_law(speed: float, flow: float, hours: float) -> None:
    front = float(find_front_mm(CLOT, speed, flow, hours))
    if front < CLOT.radius_mm:
        drag = math.pi * CLOT.porosity * CLOT.infused_mm / (1000.0 * flow)
        assert front / speed + drag * front**2 == pytest.approx(hours, rel=1e-9)


def test_with_much_fluid_fibrin_sets_the_pace_and_with_little_the_fluid() -> None:
    assert float(find_front_mm(CLOT, 0.1, 1e9, 20.0)) == pytest.approx(2.0, rel=1e-6)
    flow, hours = 0.5, 10.0
    darcy = math.sqrt(1000.0 * flow * hours / (math.pi * CLOT.porosity * CLOT.infused_mm))
    assert float(find_front_mm(CLOT, 1e9, flow, hours)) == pytest.approx(darcy, rel=1e-6)


@given(speed=SPEEDS, flow=FLOWS)
def test_more_time_more_speed_and_more_fluid_never_leave_more(speed: float, flow: float) -> None:
    shares = find_lysed_share(CLOT, speed, flow, np.linspace(0.0, 100.0, 30))
    assert shares[0] == 0.0
    assert (np.diff(shares) >= 0.0).all()
    assert shares.max() <= 1.0
    here = float(find_lysed_share(CLOT, speed, flow, 10.0))
    assert float(find_lysed_share(CLOT, 2.0 * speed, flow, 10.0)) >= here
    assert float(find_lysed_share(CLOT, speed, 2.0 * flow, 10.0)) >= here


def test_what_is_not_infused_does_not_go() -> None:
    half = infuse_along(CLOT, 150.0)
    assert float(find_lysed_share(half, 10.0, 100.0, 500.0)) == pytest.approx(0.5 + 2 * 6.0 / 300.0)
    assert infuse_along(CLOT, 1000.0) == CLOT


@given(mean=st.floats(0.3, 0.95), share=st.floats(0.2, 0.6))
def test_a_fit_gives_mean_and_spread_back(mean: float, share: float) -> None:
    sd = share * math.sqrt(mean * (1.0 - mean))
    seen = Observed(mean, sd, 48.0, 20.0, CLOT)
    shares = list_shares(CLOT, fit_speed(seen), 20.0, 48.0)
    assert shares.mean() == pytest.approx(mean, abs=1e-3)
    assert shares.std() == pytest.approx(sd, abs=1e-3)


def test_hours_until_a_share_are_those_after_which_it_is_gone() -> None:
    hours = find_hours(CLOT, 0.13, 20.0, 0.8, 96.0)
    assert hours is not None
    assert float(find_lysed_share(CLOT, 0.13, 20.0, hours)) == pytest.approx(0.8)
    assert find_hours(CLOT, 0.001, 20.0, 0.8, 96.0) is None


def test_a_day_takes_less_than_a_tenth_of_a_second() -> None:
    speed = FrontSpeed(0.13, 0.4)
    spread_shares(CLOT, speed, 20.0, 24.0)
    begun = time.perf_counter()
    spread_shares(CLOT, speed, 20.0, 24.0)
    assert time.perf_counter() - begun < 0.1


@pytest.mark.parametrize(
    "wrong",
    [(0.0, 10.0, 10.0, 0.9), (6.0, 10.0, 20.0, 0.9), (6.0, 10.0, 0.0, 0.9), (6.0, 10.0, 10.0, 1.0)],
)
def test_what_is_no_clot_is_refused(wrong: tuple[float, float, float, float]) -> None:
    with pytest.raises(SimulationError):
        Clot(*wrong)


def test_what_no_front_does_is_refused() -> None:
    for speed, flow, hours in ((0.0, 20.0, 1.0), (0.1, 0.0, 1.0), (0.1, 20.0, -1.0)):
        with pytest.raises(SimulationError):
            find_front_mm(CLOT, speed, flow, hours)
    for mean, sd in ((1.2, 0.1), (0.8, 0.5), (0.5, 0.0)):
        with pytest.raises(SimulationError, match="no front gives"):
            fit_speed(Observed(mean, sd, 48.0, 20.0, CLOT))
