"""Arteries for particles: beds carry what tissue needs, side branches stand for themselves."""

from __future__ import annotations

import numpy as np
import pytest

from seldinger.core.errors import SimulationError
from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree
from seldinger.physics.flow.solve import solve_steady
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.sizes import SphereSizes
from seldinger.simulate.embolic.arteries import FedArteries, feed_arteries
from seldinger.simulate.embolic.given import TipOrder, give_particles
from seldinger.simulate.flow.circulation import Drive

WIDE_MM = (4.0, 1.2, 0.9, 2.0)
"""Radii: a trunk, the target's artery, the organ's, one that leads elsewhere."""


def tree(*, ring: bool = False) -> Tree:
    nodes = [(0.0, 0.0, 0.0), (40.0, 0.0, 0.0), (60.0, 20.0, 0.0), (60.0, -20.0, 0.0),
             (80.0, 0.0, 0.0), (90.0, 0.0, 0.0), (90.0, 9.0, 0.0)]  # fmt: skip
    ways = [(0, 1, "trunk"), (1, 2, "to the target"), (1, 3, "to the organ"), (1, 4, "elsewhere")]
    if ring:
        ways += [(4, 5, "ring"), (4, 6, "ring"), (5, 6, "ring")]
    else:
        nodes = nodes[:5]
    radii = (*WIDE_MM, 1.0, 1.0, 1.0)
    edges = tuple(
        Edge(a, b, Curve(np.array([nodes[a], nodes[b]]), np.full(2, radii[n])), name)
        for n, (a, b, name) in enumerate(ways)
    )
    return Tree(np.array(nodes), edges)


def fed(*, ring: bool = False) -> FedArteries:
    made = tree(ring=ring)
    target, normal = np.zeros(len(made.edges)), np.zeros(len(made.edges))
    target[1], normal[1], normal[2] = 20.0, 40.0, 100.0
    return feed_arteries(made, target, normal, Drive(), 0.3, 4.0)


def test_every_bed_carries_the_blood_of_its_tissue() -> None:
    arteries = fed()
    solved = solve_steady(arteries.particles.network)
    assert solved.start_ml_per_s == pytest.approx(arteries.flow_ml_per_s, rel=1e-6)
    per_ml = 0.3 / 60.0
    assert arteries.flow_ml_per_s[1] == pytest.approx(per_ml * (40.0 + 4.0 * 20.0))
    assert arteries.flow_ml_per_s[2] == pytest.approx(per_ml * 100.0)
    assert arteries.target_share[1] == pytest.approx(80.0 / 120.0)
    assert arteries.organ_share[3] == 0.0
    aside = arteries.flow_ml_per_s[3] / (arteries.flow_ml_per_s[1] + arteries.flow_ml_per_s[2])
    assert aside == pytest.approx(2.0**2.7 / (1.2**2.7 + 0.9**2.7))


def test_a_ring_of_vessels_elsewhere_does_not_matter() -> None:
    assert len(fed(ring=True).tree.edges) == 4
    assert fed(ring=True).flow_ml_per_s == pytest.approx(fed().flow_ml_per_s)


def test_beads_from_the_trunk_go_by_flow_and_from_an_artery_only_there() -> None:
    arteries, settings = fed(), InjectionSettings(stasis_share=0.0, batches=1, most_fall=1.0)
    sizes = SphereSizes.uniform(100.0, 300.0)
    (trunk,) = give_particles(
        arteries, [TipOrder(0, 0.5, 40_000)], sizes, 10.0, 0.01, 600.0, settings
    )
    flow = arteries.flow_ml_per_s
    want = (flow[1] * arteries.target_share[1]) / flow[0]
    assert trunk.target_mg / trunk.given_mg == pytest.approx(want, rel=0.03)
    assert trunk.elsewhere_mg / trunk.given_mg == pytest.approx(flow[3] / flow[0], rel=0.03)
    (own,) = give_particles(
        arteries, [TipOrder(1, 0.5, 40_000)], sizes, 10.0, 0.01, 600.0, settings
    )
    assert own.elsewhere_mg == pytest.approx(0.0, abs=1e-9)
    assert own.target_mg / own.given_mg == pytest.approx(2.0 / 3.0, abs=1e-6)
    assert own.given_mg == pytest.approx(
        own.target_mg + own.organ_mg + own.elsewhere_mg + own.lung_mg
    )


def test_arteries_too_thin_for_the_blood_and_what_feeds_nothing_are_refused() -> None:
    made = tree()
    one = np.zeros(4)
    one[1] = 1e5
    with pytest.raises(SimulationError, match="too thin for the blood"):
        feed_arteries(made, one, np.zeros(4), Drive())
    with pytest.raises(SimulationError, match="feeds any of the organ"):
        feed_arteries(made, np.zeros(4), np.zeros(4), Drive())
    with pytest.raises(SimulationError, match="no particle is to be given"):
        give_particles(fed(), [TipOrder(1, 0.5, 0)], SphereSizes.fixed(100.0), 1.0, 0.01, 600.0,
                       InjectionSettings())  # fmt: skip
