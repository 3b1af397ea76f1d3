"""Trees and what is refused: what was got, what is allowed, what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.physics.particles.trees import FREE, at, fork, murray, spheres

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.boundaries import PressureBoundary, ResistanceBoundary, Waveform
from seldinger.physics.flow.network import Lumen, Network, Vessel
from seldinger.physics.flow.solve import solve_steady
from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import Suspension
from seldinger.physics.particles.settings import PARTICLE_ASSUMPTIONS, InjectionSettings
from seldinger.physics.particles.sizes import ClumpSizes, SphereSizes
from seldinger.physics.particles.tree import ParticleTree, plain_tree

WIDE = Lumen(2.0, 2.0)


def ring(lumen: Lumen | None = WIDE, *, closed: bool = True) -> Network:
    vessels = [Vessel("a", "in", "x", 1.0, lumen=lumen), Vessel("b", "x", "y", 1.0, lumen=lumen)]
    if closed:
        vessels.append(Vessel("c", "x", "y", 2.0, lumen=lumen))
    drive = PressureBoundary("drive", "in", Waveform((90.0,)))
    return Network(tuple(vessels), (drive, ResistanceBoundary("bed", "y", 50.0, 5.0)))


def given(**own: Any) -> Any:
    asked: dict[str, Any] = {
        "tree": fork(),
        "vial": spheres(100.0),
        "catheter": at("left"),
    } | own
    return lambda: inject(**asked)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ParticleTree.from_network(ring(), [10.0] * 3), "1 ring"),
        (lambda: ParticleTree.from_network(ring(None, closed=False), [10.0] * 2), "no lumen"),
        (lambda: ParticleTree.from_network(ring(closed=False), [10.0]), "length_mm has shape"),
        (lambda: ParticleTree.from_network(ring(closed=False), [10.0, 0.0]), "length_mm"),
        (lambda: ParticleTree.from_network(ring(closed=False), [9.0] * 2, [Bed("x")]), "no bed"),
        (lambda: plain_tree([-1, -1], [1.0] * 2, [1.0] * 2, {}, (90.0, 5.0)), "2 roots"),
        (lambda: plain_tree([-1, 5], [1.0] * 2, [1.0] * 2, {1: 9.0}, (90.0, 5.0)), "no tree"),
        (lambda: plain_tree([-1], [0.0], [1.0], {0: 9.0}, (90.0, 5.0)), "radius of 0"),
        (lambda: replace(fork(), beds=()), "0 beds are told"),
        (lambda: replace(fork(), lodged=np.zeros((1, 1))), "generations"),
        (lambda: fork().occlude({"none": 0.0}), "no vessel is called 'none'"),
        (lambda: fork().occlude({"left": 1.5}), "from 0"),
        (given(number=10_001), "the vial holds 10000"),
        (given(number=-1), "the vial holds"),
        (given(catheter=at("elsewhere")), "no vessel is called"),
        (given(catheter=replace(at("left"), along=1.0)), "between 0 and 1"),
        (given(catheter=at("left", 0.0)), "positive and finite"),
        (given(catheter=at("left", inner_um=100.0)), "do not pass a catheter"),
        (given(tree=fork().occlude({"left": 0.0})), "no flow"),
        (given(vial=replace(spheres(100.0), volume_ml=0.0)), "positive and finite"),
        (lambda: Bed("b", shunt_share=5.0), "divide a percentage"),
        (lambda: Bed("b", arterial_share=0.0), "arterial share"),
        (lambda: Bed("b", capillary_um=0.0), "both are positive"),
        (lambda: Bed("b", exponent=9.0), "Murray's law is 3"),
        (lambda: InjectionSettings(lodging_ratio=0.9), "lodging_ratio is 0.9"),
        (lambda: InjectionSettings(batches=0), "batches"),
        (lambda: murray(capillary_um=1e-6), "wrong unit"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, says: str) -> None:
    with pytest.raises(SimulationError, match=says):
        make()


def test_clumps_are_only_refused_where_none_would_pass() -> None:
    wide = Suspension(ClumpSizes(355.0, 500.0), 10, 1.0)
    assert inject(fork(), wide, at("left", inner_um=400.0), settings=FREE).given == 10
    with pytest.raises(SimulationError, match="355 um do not pass"):
        inject(fork(), wide, at("left", inner_um=355.0))


def test_none_asked_for_is_none_given() -> None:
    made = inject(fork(), spheres(100.0), at("left"), 0)
    assert made.given == made.not_given == 0
    assert np.isnan(made.lung_share)
    assert np.isnan(made.penetration_um(0.5))


def test_fewer_particles_than_batches_are_given_one_by_one() -> None:
    assert inject(fork(), spheres(100.0, 7), at("left")).given == 7


def test_a_coil_leaves_what_it_is_told_to() -> None:
    tree = fork()
    before = solve_steady(tree.network).start_ml_per_s
    made = inject(tree.occlude({"left": 0.5}), spheres(20.0, 1), at("trunk"))
    flow = made.history.flow_ml_per_s[0]
    assert 0.0 < flow[1] < before[1]
    shut = inject(tree.occlude({"left": 0.0}), spheres(20.0, 1), at("trunk"))
    assert abs(shut.history.flow_ml_per_s[0][1]) < 1e-6 * before[1]
    twice = tree.occlude({"left": 0.5}).occlude({"left": 0.5})
    assert twice.kept[1] == 0.25


@pytest.mark.parametrize("loss", [0.0, 5.0])
def test_cutting_a_vessel_at_the_tip_changes_no_flow(loss: float) -> None:
    plain = murray(5)
    narrowed = replace(plain.network.vessels[1], loss_mmhg_s2_per_ml2=loss)
    vessels = (plain.network.vessels[0], narrowed, *plain.network.vessels[2:])
    network = Network(vessels, plain.network.boundaries)
    tree = ParticleTree.from_network(network, plain.length_mm)
    before = solve_steady(tree.network).start_ml_per_s
    made = inject(tree, spheres(20.0, 1), at("v1"))
    assert made.history.flow_ml_per_s[0] == pytest.approx(before, rel=1e-9)


def test_a_vessel_drawn_against_the_flow_is_the_same_vessel() -> None:
    network = fork().network
    turned = replace(network.vessels[1], start="end of left", end="end of trunk")
    back = Network((network.vessels[0], turned, network.vessels[2]), network.boundaries)
    tree = ParticleTree.from_network(back, fork().length_mm)
    made = inject(tree, spheres(100.0), at("left"), settings=FREE)
    assert made.in_beds()["bed left"].number == 10_000
    assert made.history.forward_ml_per_s[0] > 0.0 > made.history.flow_ml_per_s[0][1]


def test_beds_branch_down_to_their_capillaries() -> None:
    made = murray(3, capillary_um=10.0).generations
    calibre = made.calibre_mm[0]
    assert calibre[calibre > 0.0][-1] <= 0.010 < calibre[calibre > 0.0][-2]
    assert made.weight.sum(axis=1) == pytest.approx(1.0)
    assert (np.diff(calibre) < 0.0).all()


def test_every_assumption_says_why() -> None:
    names = [one.name for one in PARTICLE_ASSUMPTIONS]
    assert len(set(names)) == len(names)
    assert SphereSizes.fixed(10.0).equal
