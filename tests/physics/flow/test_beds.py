"""Beds: flow shared by radius, fitted to measured flow, dilated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.physics.flow.networks import binary_tree, one_vessel, pressed, pumped, resisted

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.beds import dilate_beds, fit_beds, scale_bed, share_flow
from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    Waveform,
    WindkesselBoundary,
    total_resistance_mmhg_s_per_ml,
)
from seldinger.physics.flow.circuit import assemble
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.result import boundary_flow_ml_per_s
from seldinger.physics.flow.solve import solve_steady


def test_flow_follows_a_power_of_the_radius_where_nothing_was_measured() -> None:
    flows = share_flow(np.array([2.0, 1.0, 3.0]), 36.0, 3.0)
    assert flows == pytest.approx([8.0, 1.0, 27.0])
    assert share_flow(np.array([2.0, 1.0]), 5.0, 2.0) == pytest.approx([4.0, 1.0])


def test_what_was_measured_goes_first() -> None:
    flows = share_flow(np.array([2.0, 1.0, 1.0]), 10.0, 3.0, {0: 4.0})
    assert flows == pytest.approx([4.0, 3.0, 3.0])
    assert share_flow(np.array([2.0]), 4.0, 3.0, {0: 4.0}) == pytest.approx([4.0])


@pytest.mark.parametrize(
    ("radius", "total", "measured", "told"),
    [
        ([1.0, 0.0], 5.0, {}, "positive radii"),
        ([1.0, math.nan], 5.0, {}, "positive radii"),
        ([1.0, 1.0], 5.0, {0: 6.0}, "leave -1 mL/s for 1"),
        ([1.0, 1.0], 5.0, {0: 5.0}, "leave 0 mL/s for 1"),
        ([1.0], 5.0, {0: 4.0}, "leave 1 mL/s for 0"),
    ],
)
def test_an_impossible_share_is_refused(
    radius: list[float], total: float, measured: dict[int, float], told: str
) -> None:
    with pytest.raises(SimulationError, match=told):
        share_flow(np.array(radius), total, 3.0, measured)


def test_fitted_beds_carry_what_was_measured() -> None:
    net = binary_tree(3, 2)
    wanted = {"b4": 3.0, "b5": 7.0, "b6": 6.0, "b7": 4.0}
    fitted = fit_beds(net, wanted, 92.0)
    found = solve_steady(fitted)
    into = dict(zip((b.name for b in fitted.boundaries), boundary_flow_ml_per_s(found),
                    strict=True))  # fmt: skip
    # The network is driven by 20 mL/s in the mean, near enough to what its pulse gives.
    total = sum(wanted.values()) / into["in"]
    assert [-into[name] * total for name in wanted] == pytest.approx(
        list(wanted.values()), rel=2e-2
    )
    driven = Network(net.vessels, (pressed(92.0, "root"), *fitted.boundaries[1:]))
    held = solve_steady(driven)
    assert -boundary_flow_ml_per_s(held)[1:] == pytest.approx(list(wanted.values()), rel=1e-9)
    bed, old = fitted.boundaries[1], net.boundaries[1]
    assert isinstance(bed, WindkesselBoundary)
    assert isinstance(old, WindkesselBoundary)
    assert bed.compliance_ml_per_mmhg * bed.resistance_mmhg_s_per_ml == pytest.approx(
        old.compliance_ml_per_mmhg * old.resistance_mmhg_s_per_ml
    )


def test_what_cannot_be_fitted_is_refused() -> None:
    net = one_vessel({"r": 1.0}, pumped(5.0), resisted(2.0))
    with pytest.raises(SimulationError, match="'in' is no bed; beds are out"):
        fit_beds(net, {"in": 5.0}, 90.0)
    with pytest.raises(SimulationError, match=r"no pressure is known.*tell the mean pressure"):
        fit_beds(net, {"out": 5.0})
    with pytest.raises(SimulationError, match=r"would carry 5 mL/s from -1.0 to 0 mmHg"):
        fit_beds(net, {"out": 5.0}, 4.0)
    with pytest.raises(SimulationError, match="0 boundaries give a flow"):
        fit_beds(one_vessel({"r": 1.0}, pressed(90.0), resisted(2.0)), {"out": 5.0}, 90.0)


def test_a_dilated_bed_takes_more_and_keeps_its_compliance() -> None:
    net = binary_tree(3)
    wide = dilate_beds(net, 4.0)
    for old, new in zip(net.boundaries[1:], wide.boundaries[1:], strict=True):
        assert isinstance(old, WindkesselBoundary)
        assert isinstance(new, WindkesselBoundary)
        assert total_resistance_mmhg_s_per_ml(new) == pytest.approx(
            total_resistance_mmhg_s_per_ml(old) / 4.0
        )
        assert new.compliance_ml_per_mmhg == old.compliance_ml_per_mmhg
    assert isinstance(wide.boundaries[0], FlowBoundary)
    quick = solve_steady(assemble(net).with_beds_scaled(0.25))
    assert quick.start_mmhg == pytest.approx(solve_steady(wide).start_mmhg, rel=1e-12)
    with pytest.raises(SimulationError, match="give 1 or more"):
        dilate_beds(net, 0.5)


def test_a_coronary_bed_scales_in_all_its_parts() -> None:
    bed = CoronaryBoundary("c", "a", 1.0, 0.1, 2.0, 0.2, 3.0, Waveform((40.0,)), 5.0)
    twice = scale_bed(bed, 2.0)
    assert total_resistance_mmhg_s_per_ml(twice) == pytest.approx(12.0)
    assert isinstance(twice, CoronaryBoundary)
    assert twice.muscle_ml_per_mmhg == pytest.approx(0.1)
    net = Network((Vessel("v", "b", "a", 1.0),), (pressed(100.0, "b"), bed))
    assert boundary_flow_ml_per_s(solve_steady(net))[1] == pytest.approx(-95.0 / 7.0)
