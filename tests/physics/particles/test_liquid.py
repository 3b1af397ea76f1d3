"""A liquid: nothing is lost, the front stands when it has set, and flows back when outrun."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.physics.particles.trees import at, fork, murray, random_trees

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.solve import solve_steady
from seldinger.physics.particles.liquid import Filling, FrontEnd, Liquid, fill
from seldinger.physics.particles.tree import ParticleTree, plain_tree


def total(made: Filling) -> float:
    parts = (made.vessel_ml, made.generation_ml, made.lung_ml, made.left_ml)
    return float(sum(part.sum() for part in parts))


def tube(width: float = 3.0) -> ParticleTree:
    return plain_tree([-1], [width], [100.0], {0: 90.0}, (95.0, 5.0), names=["tube"])


@settings(max_examples=40)
@given(tree=random_trees(), rate=st.floats(0.01, 30.0), sets=st.floats(0.05, 100.0),
       tip=st.integers(0, 11))  # fmt: skip
def test_every_drop_is_somewhere_and_no_vessel_overflows(
    tree: ParticleTree, rate: float, sets: float, tip: int
) -> None:
    made = fill(tree, Liquid(2.0, sets), at(tree.names[tip % len(tree.names)], rate))
    assert total(made) == pytest.approx(made.given_ml, rel=1e-9)
    assert made.given_ml == pytest.approx(min(2.0, rate * sets))
    assert (made.filled_share <= 1.0 + 1e-9).all()
    assert (made.end is FrontEnd.SET) == (sets < 2.0 / rate)


def test_a_front_moves_as_fast_as_blood_and_liquid_together() -> None:
    tree, rate, sets = tube(), 0.2, 0.05
    flow = solve_steady(tree.network).start_ml_per_s[0]
    made = fill(tree, Liquid(1.0, sets), at("tube", rate))
    area_mm2 = math.pi * 1.5**2
    together = made.reach_mm * area_mm2 / 1e3 / sets
    assert flow < together < flow + rate
    assert made.vessel_ml[0] == pytest.approx(rate * sets)
    assert made.refluxed_ml == made.reflux_mm == 0.0


def test_a_longer_setting_time_reaches_deeper() -> None:
    reach = [fill(murray(), Liquid(5.0, sets), at("v0", 0.5)) for sets in (0.1, 0.5, 2.0, 10.0)]
    depths = [one.finest_um for one in reach]
    assert depths == sorted(depths, reverse=True)
    assert depths[-1] < depths[0] / 10
    assert [one.given_ml for one in reach] == pytest.approx([0.05, 0.25, 1.0, 5.0])


def test_it_flows_back_when_and_only_when_it_outruns_the_flow() -> None:
    tree = fork()
    flow = solve_steady(tree.network).start_ml_per_s[1]
    slow = fill(tree, Liquid(1.0, 20.0), at("left", 0.9 * flow))
    assert slow.refluxed_ml == 0.0
    assert slow.vessel_ml[2] == 0.0
    fast = fill(tree, Liquid(3.0, 20.0), at("left", 4.0 * flow))
    assert 0.0 < fast.refluxed_ml < fast.given_ml
    assert fast.reflux_mm > 0.0
    assert fast.vessel_ml[2] > 0.0, "the sister is filled"
    assert fast.filled_share[1] == pytest.approx(1.0)


def test_filled_vessels_can_be_closed() -> None:
    flow = solve_steady(fork().network).start_ml_per_s[1]
    made = fill(fork(), Liquid(0.2, 20.0), at("left", 1.5 * flow))
    shut = made.close(0.9)
    assert shut.kept[1] == 0.0
    assert shut.kept[2] == 1.0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Liquid(0.0, 1.0), "both are positive"),
        (lambda: Liquid(1.0, math.inf), "both are positive"),
        (lambda: fill(fork(), Liquid(1.0, 1.0), at("left"), 1.1), "there are 1"),
        (lambda: fill(fork(), Liquid(1.0, 1.0), at("left"), 0.0), "give some"),
        (lambda: fill(fork(), Liquid(1.0, 1.0), at("left", -1.0)), "rate of -1"),
        (lambda: fill(fork().occlude({"left": 0.0}), Liquid(1.0, 1.0), at("left")), "no flow"),
    ],
)
def test_what_cannot_be_is_refused(make: object, says: str) -> None:
    with pytest.raises(SimulationError, match=says):
        make()  # type: ignore[operator]
