"""Where the model is not to be believed, and drops that are no predictions."""

from __future__ import annotations

import pytest
from tests.physics.flow.networks import one_vessel, pressed, pulse, pumped, resisted

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.boundaries import ResistanceBoundary
from seldinger.physics.flow.circuit import assemble
from seldinger.physics.flow.elements import Stenosis, stenosis_vessel
from seldinger.physics.flow.network import Lumen, Network, Vessel
from seldinger.physics.flow.solve import solve_period, solve_steady
from seldinger.physics.flow.validity import (
    FlowValidity,
    given_flow_notes,
    judge_validity,
    predict_drop,
    validity_notes,
)

LESION = stenosis_vessel("lesion", ("a", "b"), Stenosis(6.0, 1.8, 10.0))


def test_the_peak_counts_and_is_told() -> None:
    """10 mL/s through 6 mm: 4 rho Q / (pi mu d) = 562; the pulse reaches more."""
    wide = Vessel("v", "a", "b", 1.0, lumen=Lumen(6.0, 6.0))
    still = judge_validity(solve_steady(Network((wide,), (pumped(10.0), resisted(1.0)))))
    assert still[0].reynolds == pytest.approx(562.4, abs=0.1)
    assert still[0].holds is True
    beating = Network((wide,), (pumped(pulse(10.0, 60.0)), resisted(1.0)))
    (fast,) = judge_validity(solve_period(beating))
    assert fast.holds is False
    assert "peak Reynolds number 2" in fast.text
    assert "above 2000" in fast.text
    (mean,) = judge_validity(solve_steady(beating))
    assert mean.text.startswith("mean Reynolds number 5")


def test_a_tight_stenosis_is_beyond_the_experiments() -> None:
    found = solve_steady(Network((LESION,), (pressed(100.0), resisted(10.0, 5.0))))
    (one,) = judge_validity(found)
    assert one.area_ratio == pytest.approx(11.11, abs=0.01)
    assert one.holds is False
    assert "11.1, above 10" in one.text
    assert judge_validity(found, area_ratio_limit=16.0)[0].holds is True


def test_an_unknown_lumen_is_unknown() -> None:
    found = solve_steady(one_vessel({"r": 1.0}, pumped(5.0), resisted(1.0)))
    (one,) = judge_validity(found)
    assert (one.holds, one.reynolds, one.area_ratio) == (None, None, None)
    assert "nobody can say" in one.text


def test_a_drop_under_given_flow_is_refused() -> None:
    fixed = Network((LESION,), (pumped(8.0), resisted(10.0, 5.0)))
    with pytest.raises(SimulationError, match="the flow through lesion is given"):
        predict_drop(solve_steady(fixed), "lesion")
    (note,) = given_flow_notes(assemble(fixed))
    assert "vessel lesion: its flow is given at the boundary" in note


def test_the_bed_in_charge_makes_it_a_prediction() -> None:
    coupled = Network((LESION,), (pressed(100.0), resisted(10.0, 5.0)))
    found = predict_drop(solve_steady(coupled), "lesion")
    assert found.drop_mmhg == pytest.approx(100.0 - found.distal_mmhg)
    assert found.ratio == pytest.approx(found.distal_mmhg / 100.0)
    assert found.flow_ml_per_s == pytest.approx((found.distal_mmhg - 5.0) / 10.0)
    assert given_flow_notes(assemble(coupled)) == ()


def test_a_branch_beside_it_lets_the_lesion_decide() -> None:
    """Total flow is given; how much of it takes the narrow way is not."""
    beside = Vessel("beside", "a", "c", 1.0)
    net = Network(
        (LESION, beside),
        (pumped(pulse(10.0, 5.0)), resisted(10.0), ResistanceBoundary("second", "c", 10.0, 0.0)),
    )
    found = predict_drop(solve_period(net), "lesion")
    assert 0.0 < found.flow_ml_per_s < 5.0


def test_a_ring_around_the_lesion_lets_it_decide() -> None:
    round_it = Vessel("round", "a", "b", 3.0)
    net = Network((LESION, round_it), (pumped(8.0), resisted(10.0)))
    assert predict_drop(solve_steady(net), "lesion").flow_ml_per_s < 8.0


def test_the_worst_are_named_and_the_rest_counted() -> None:
    judged = [FlowValidity(f"v{n}", 1000.0 * n, 1.0, n < 3, f"number {n}") for n in range(9)]
    judged.append(FlowValidity("w", None, None, None, "unknown"))
    notes = validity_notes(judged)
    assert notes[0] == "vessel v8: number 8"
    assert notes[5] == "the model is doubted in 1 vessels more"
    assert "the lumen of 1 of 10 vessels is unknown" in notes[6]
    assert validity_notes(judged[:2]) == ()
