"""Reflux: upstream when and only when the flow turns, or the injection outruns it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.physics.particles.trees import FREE, at, fork, murray, spheres

from seldinger.physics.flow.boundaries import PressureBoundary, ResistanceBoundary, Waveform
from seldinger.physics.flow.network import Lumen, Network, Vessel
from seldinger.physics.flow.solve import solve_steady
from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import EndReason
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.tree import ParticleTree

BOTH = pytest.mark.parametrize(
    "how", [FREE, replace(FREE, most_discrete=0)], ids=["drawn", "counted"]
)


@BOTH
@pytest.mark.parametrize("times", [0.2, 0.9, 1.3, 3.0])
def test_an_injection_flows_back_when_and_only_when_it_outruns_the_flow(
    how: InjectionSettings, times: float
) -> None:
    tree = fork()
    flow = solve_steady(tree.network).start_ml_per_s[1]
    # Injecting lifts the pressure at the tip, so that it takes a little more than the flow.
    made = inject(tree, spheres(50.0), at("left", times * flow), settings=how)
    assert (made.refluxed.total > 0) == (times > 1.0)
    assert made.history.refluxed.sum() == made.refluxed.total
    if times > 1.0:
        assert made.refluxed.generation[1].sum() > 0, "the sibling has it"
        assert made.onward.generation[1].sum() == 0


@BOTH
def test_what_flows_back_is_shared_by_the_siblings_flows(how: InjectionSettings) -> None:
    tree = murray(4)
    flow = solve_steady(tree.network).start_ml_per_s[7]
    made = inject(tree, spheres(50.0), at("v7", 3.0 * flow), settings=how)
    back = made.refluxed.generation.sum(axis=1)
    assert back[0] == 0
    assert back[1] > 0, "the sister comes first, and takes all it can"
    assert made.given == made.onward.total + made.refluxed.total


def test_reflux_may_end_an_injection() -> None:
    tree = fork()
    flow = solve_steady(tree.network).start_ml_per_s[1]
    ends = InjectionSettings(ends_at_reflux=True)
    at_once = inject(tree, spheres(50.0), at("left", 2.0 * flow), settings=ends)
    assert at_once.end is EndReason.REFLUX
    assert at_once.given == 0
    assert at_once.not_given == 10_000
    later = inject(tree, spheres(300.0, 100_000), at("left", 0.5 * flow), settings=ends)
    assert later.end is EndReason.REFLUX
    assert 0 < later.given < 100_000
    assert later.refluxed.total == 0


def test_a_flow_that_turns_carries_back_what_is_still_given() -> None:
    """Fed from both ends: when the middle's bed closes, the stronger end wins."""
    lumen = Lumen(2.0, 2.0)
    vessels = (
        Vessel("west", "a", "b", 1.0, lumen=lumen),
        Vessel("bridge", "b", "c", 1.0, lumen=lumen),
        Vessel("east", "c", "d", 40.0, lumen=lumen),
    )
    boundaries = (
        PressureBoundary("weak", "a", Waveform((90.0,))),
        PressureBoundary("strong", "d", Waveform((100.0,))),
        ResistanceBoundary("bed west", "b", 200.0, 5.0),
        ResistanceBoundary("bed east", "c", 40.0, 5.0),
    )
    tree = ParticleTree.from_network(Network(vessels, boundaries), [20.0] * 3, [Bed("bed east")])
    goes_on = InjectionSettings(stasis_share=0.0)
    made = inject(tree, spheres(400.0, 20_000), at("bridge", 0.02), settings=goes_on)
    forward = made.history.forward_ml_per_s
    assert forward[0] > 0.0 > forward[-1]
    turned = forward[:-1] < 0.0
    assert (made.history.refluxed[turned] == made.history.given[turned]).all()
    assert made.history.refluxed[forward[:-1] > 0.02].sum() == 0
    assert made.refluxed.generation[0].sum() + made.refluxed.left.sum() == made.refluxed.total
