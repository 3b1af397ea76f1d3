"""Flow through a patient's arteries: what a stenosis costs, and what never may happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.arterial_tree import STENOSES, arterial_tree

from seldinger.anatomy.vessels.lesions import find_segment, list_vessels
from seldinger.core.errors import SimulationError
from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree
from seldinger.simulate.flow.circulation import Circulation, Drive, share_flows
from seldinger.simulate.flow.model import FlowState, build_model, judge_lesion, solve_states
from seldinger.simulate.flow.place import place_lesions
from seldinger.simulate.flow.sampling import Doubt, sample_flow
from seldinger.simulate.flow.territory import find_reserve, list_flows

if TYPE_CHECKING:
    from seldinger.physics.flow.elements import Stenosis


def placed(vessel: str) -> Circulation:
    tree = arterial_tree()
    target = find_segment(tree, vessel)
    flows = tuple((n, a.value / 60.0) for n, a in list_flows(list_vessels(tree)))
    drive = Drive(measured_ml_per_s=flows, hyperaemia=find_reserve(target.organ).value)
    return place_lesions(tree, target, drive).circulation


def known(circulation: Circulation) -> dict[str, Stenosis]:
    return {name: one.stenosis for name, one in circulation.narrowings.items()}


def states(circulation: Circulation, *diameters: float, whole: bool = False) -> list[FlowState]:
    lesion = known(circulation)[circulation.lesion]
    sets = [
        {**known(circulation), circulation.lesion: replace(lesion, narrowest_mm=d)}
        for d in diameters
    ]
    return list(solve_states(build_model(circulation, whole=whole), sets, circulation.drive))


@pytest.mark.parametrize("vessel", list(STENOSES))
def test_every_stenosis_of_the_tree_is_an_element_of_its_own(vessel: str) -> None:
    made = placed(vessel)
    assert len(made.narrowings) == len(STENOSES)
    share, length, percent = STENOSES[vessel]
    stenosis = known(made)[made.lesion]
    assert stenosis.diameter_percent == pytest.approx(percent, abs=1.0)
    assert 0.5 * length < stenosis.length_mm < length
    assert 0.0 < share < 1.0


@pytest.mark.parametrize("vessel", list(STENOSES))
def test_the_vessels_that_do_not_matter_do_not_change_the_lesion(vessel: str) -> None:
    made = placed(vessel)
    narrow = known(made)[made.lesion].narrowest_mm
    (few,), (all_,) = states(made, narrow), states(made, narrow, whole=True)
    assert len(build_model(made).edges) < len(made.tree.edges)
    # Other stenoses hang on tufts that are healthy in the small model.
    assert few.hyperaemia.flow_ml_per_s == pytest.approx(all_.hyperaemia.flow_ml_per_s, rel=5e-3)
    assert few.rest.drop_mmhg == pytest.approx(all_.rest.drop_mmhg, rel=1e-2)


def test_a_narrower_lumen_takes_flow_away_and_pressure_only_falls() -> None:
    made = placed("right common iliac artery")
    whole = known(made)[made.lesion].reference_mm
    found = states(made, *(whole * (1.0 - p / 100.0) for p in range(0, 95, 5)))
    ratios = [one.hyperaemia.ratio for one in found]
    flows = [one.hyperaemia.flow_ml_per_s for one in found]
    assert (np.diff(ratios) < 1e-9).all(), "Pd/Pa never rises with narrowing"
    assert (np.diff(flows) < 1e-9).all()
    assert all(0.0 <= one.rest.drop_mmhg < 93.0 for one in found)
    assert all(
        one.hyperaemia.flow_ml_per_s >= one.rest.flow_ml_per_s * (1.0 - 1e-6) for one in found
    )


def test_a_bed_keeps_its_resting_flow_until_it_can_dilate_no_more() -> None:
    made = placed("left superficial femoral artery")
    whole = known(made)[made.lesion].reference_mm
    healthy, mild, tight = states(made, whole, 0.6 * whole, 0.2 * whole)
    assert mild.rest.flow_ml_per_s == pytest.approx(healthy.rest.flow_ml_per_s, rel=0.01)
    assert tight.rest.flow_ml_per_s < 0.8 * healthy.rest.flow_ml_per_s
    assert tight.rest.flow_ml_per_s == pytest.approx(tight.hyperaemia.flow_ml_per_s, rel=1e-3)


def test_a_renal_stenosis_of_70_percent_costs_no_more_than_45_mmhg() -> None:
    made = placed("left renal artery")
    (state,) = states(made, known(made)[made.lesion].narrowest_mm)
    assert 15.0 < state.hyperaemia.drop_mmhg < 45.0
    judged = judge_lesion(state, known(made)[made.lesion], made.drive)
    assert judged.area_ratio == pytest.approx(1.0 / 0.3**2, rel=0.02)
    assert judged.holds is False, "beyond the casts of the experiments"


def test_samples_spread_about_the_plan_and_are_the_same_again() -> None:
    made = placed("right common iliac artery")
    lesion = known(made)[made.lesion]
    after = replace(lesion, narrowest_mm=0.9 * lesion.reference_mm)
    doubt = Doubt(10.0, 0.3, (1.5, 4.0), (3.0, 5.0), 0.3, 0.3, 0.2)
    one, again = (sample_flow(made, after, doubt, 40, 7) for _ in range(2))
    assert one.before == again.before
    gradient = one.before["hyperaemic-gradient"]
    assert gradient.p05 < gradient.nominal < gradient.p95
    assert one.after["hyperaemic-gradient"].p95 < gradient.p05
    assert sum(one.variance.values()) == pytest.approx(1.0)
    assert max(one.variance, key=lambda k: one.variance[k]) in {
        "dilation of the bed",
        "lumen before",
    }


def test_a_tree_that_does_not_begin_at_the_heart_does_not_carry_the_whole_output() -> None:
    tree = arterial_tree()
    flows = share_flows(tree, 0, Drive(measured_ml_per_s=(("left renal artery", 8.0),)))
    assert sum(flows.values()) < 0.8 * Drive().output_ml_per_s
    left, right = (
        next(q for node, q in flows.items() if tree.nodes_lps_mm[node][0] == x) for x in (70, -70)
    )
    assert left == pytest.approx(8.0)
    assert right == pytest.approx(8.0, rel=0.05), "for its radius it carries what the other does"
    with pytest.raises(SimulationError, match="none has a known flow"):
        share_flows(tree, 0, Drive())
    assert list_flows(("left iliac artery", "aorta"))[0][0] == "left iliac artery"


def test_a_stenosis_stands_in_its_own_vessels_though_wider_ones_are_traced_beside_them() -> None:
    """A scan may show two trees that nothing joins: the target's own is driven."""
    tree = arterial_tree()
    wide = tree.edges[0].curve
    count = len(tree.nodes_lps_mm)
    away = np.array([400.0, 0.0, 0.0])
    radius = wide.radius_mm
    assert radius is not None
    lone = Edge(count, count + 1, Curve(wide.points_lps_mm + away, 2.0 * radius), "lone vessel")
    ends = np.array([lone.curve.points_lps_mm[0], lone.curve.points_lps_mm[-1]])
    both = Tree(np.vstack([tree.nodes_lps_mm, ends]), (*tree.edges, lone))
    target = find_segment(both, "left renal artery")
    flows = tuple((n, a.value / 60.0) for n, a in list_flows(list_vessels(tree)))
    made, alone = (
        place_lesions(vessels, target, Drive(measured_ml_per_s=flows)) for vessels in (both, tree)
    )
    assert any("hang together" in note for note in made.notes)
    lesion = made.circulation.narrowings[made.circulation.lesion]
    name = made.circulation.tree.edges[lesion.edge].name
    assert name == "left renal artery"
    assert made.circulation.flows_ml_per_s == alone.circulation.flows_ml_per_s
