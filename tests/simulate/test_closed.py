"""An artery is closed: what is left beyond it is what a cohort's fall says, and blood is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import demo, evidence
from seldinger.core.errors import SimulationError
from seldinger.simulate.embolic.arteries import FedArteries, feed_arteries
from seldinger.simulate.embolic.closed import close_artery
from seldinger.simulate.flow.circulation import Drive

if TYPE_CHECKING:
    from seldinger.core.tree import Tree

VENOUS = Drive().venous_mmhg
FALL = evidence.driving_value("haemostasis.spleen.pressure.drop") / 100.0


@pytest.fixture(scope="module")
def tree() -> Tree:
    return demo.bleeding_patient("spleen", 8.0).vessels


def _feed(tree: Tree, flow: float) -> FedArteries:
    degree = tree.degree
    own = np.array([5.0 * (degree[e.end] == 1 and " splenic artery" in e.name) for e in tree.edges])
    return feed_arteries(tree, np.zeros(len(own)), own, Drive(), flow, 1.0)


def _edge(tree: Tree, name: str) -> int:
    return max(n for n, edge in enumerate(tree.edges) if edge.name == name)


def _first(tree: Tree) -> int:
    """The first artery beyond the splenic one."""
    end = tree.edges[_edge(tree, "splenic artery")].end
    return min(n for n, edge in enumerate(tree.edges) if edge.start == end)


@pytest.mark.parametrize("flow", [0.25, 1.0])
@pytest.mark.parametrize("fall", [0.148, FALL, 0.8])
def test_pressure_falls_by_the_published_share_and_blood_goes_with_it(
    tree: Tree, flow: float, fall: float
) -> None:
    closed = _edge(tree, "splenic artery")
    left = close_artery(_feed(tree, flow), closed, _first(tree), fall, VENOUS)
    assert left.after_mmhg == pytest.approx((1.0 - fall) * left.before_mmhg, rel=1e-6)
    # Beds are linear: blood goes by the pressure above that behind them.
    by_hand = (left.after_mmhg - VENOUS) / (left.before_mmhg - VENOUS)
    assert left.flow_left == pytest.approx(by_hand, rel=1e-6)


def test_the_cohorts_pressure_comes_out(tree: Tree) -> None:
    """89.0 mmHg in the aorta, 47.1 beyond the closed artery: seven patients."""
    closed = _edge(tree, "splenic artery")
    left = close_artery(_feed(tree, 0.25), closed, _first(tree), FALL, VENOUS)
    measured = evidence.driving_value("haemostasis.spleen.pressure.distal")
    assert left.after_mmhg * 89.0 / left.before_mmhg == pytest.approx(measured, rel=0.02)


def test_farther_out_it_is_lower_and_never_below_the_veins(tree: Tree) -> None:
    closed = _edge(tree, "splenic artery")
    fed = _feed(tree, 1.0)
    near = close_artery(fed, closed, _edge(tree, "inferior splenic artery"), FALL, VENOUS)
    far = close_artery(fed, closed, _edge(tree, "inferior middle splenic artery"), FALL, VENOUS)
    assert VENOUS < far.after_mmhg < near.after_mmhg < near.before_mmhg


def test_an_artery_that_leads_elsewhere_is_refused(tree: Tree) -> None:
    closed = _edge(tree, "splenic artery")
    with pytest.raises(SimulationError, match="does not lead"):
        close_artery(
            _feed(tree, 0.25), closed, _edge(tree, "left common femoral artery"), FALL, VENOUS
        )


@pytest.mark.parametrize("fall", [0.0, 0.97, 1.2])
def test_a_fall_that_leaves_no_pressure_or_is_none_is_refused(tree: Tree, fall: float) -> None:
    closed = _edge(tree, "splenic artery")
    with pytest.raises(SimulationError, match="must stay between"):
        close_artery(_feed(tree, 0.25), closed, closed, fall, VENOUS)
