"""The drain's hydraulics against the measured table, by law, and at its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seldinger.physics.drain_flow import (
    BenchPoint,
    DrainLine,
    Fluid,
    fit_line,
    flow_ml_per_min,
    friction_factor,
    head_spent_m,
    poiseuille_ml_per_min,
    reynolds_number,
)

# Daga 2025, typed here independently of the evidence files.
BENCH = (
    BenchPoint(1.49, 128.0, 37.6),
    BenchPoint(1.90, 207.0, 55.1),
    BenchPoint(2.43, 291.0, 36.7),
    BenchPoint(2.64, 303.0, 20.2),
)
LINE = fit_line(BENCH, head_m=1.0, length_mm=300.0)


@pytest.mark.parametrize("point", BENCH, ids=lambda p: f"{p.bore_mm} mm")
def test_the_measured_table_comes_back_well_within_its_spread(point: BenchPoint) -> None:
    modelled = flow_ml_per_min(point.bore_mm, LINE)
    assert abs(modelled - point.flow_ml_per_min) < 0.35 * point.sd_ml_per_min


def test_flow_grows_with_about_the_power_three_halves_of_the_bore() -> None:
    bores = [p.bore_mm for p in BENCH]
    flows = [flow_ml_per_min(b, LINE) for b in bores]
    assert np.polyfit(np.log(bores), np.log(flows), 1)[0] == pytest.approx(1.5, abs=0.1)


def test_a_point_left_out_of_the_fit_is_predicted() -> None:
    line = fit_line(BENCH[:2] + BENCH[3:], head_m=1.0, length_mm=300.0)
    assert flow_ml_per_min(2.43, line) == pytest.approx(291.0, abs=36.7)


@pytest.mark.parametrize("length_mm", [200.0, 250.0, 350.0])
def test_the_assumed_length_hardly_matters_once_fitted(length_mm: float) -> None:
    line = fit_line(BENCH, head_m=1.0, length_mm=length_mm)
    for bore in (1.49, 1.90, 2.43, 2.64):
        assert flow_ml_per_min(bore, line) == pytest.approx(flow_ml_per_min(bore, LINE), rel=0.02)


def test_reynolds_numbers_are_transitional() -> None:
    found = [reynolds_number(p.flow_ml_per_min, p.bore_mm) for p in BENCH]
    assert min(found) > 1700.0
    assert max(found) < 2800.0


def test_friction_has_the_known_limits() -> None:
    assert friction_factor(500.0) == pytest.approx(64.0 / 500.0, rel=1e-3)
    assert friction_factor(1e5) == pytest.approx(0.3164 / 1e5**0.25, rel=0.03)


def test_a_thick_fluid_through_a_free_hub_obeys_poiseuille() -> None:
    syrup = Fluid(density_kg_per_m3=1000.0, viscosity_pa_s=0.2)
    line = DrainLine(head_m=1.0, length_mm=300.0, entry_loss=0.0, hub_bore_mm=50.0)
    ideal = poiseuille_ml_per_min(2.0, line, syrup)
    assert flow_ml_per_min(2.0, line, syrup) == pytest.approx(ideal, rel=1e-3)


def test_a_wide_short_drain_obeys_torricelli_at_its_hub() -> None:
    line = DrainLine(head_m=1.0, length_mm=1.0, entry_loss=0.0, hub_bore_mm=1.0)
    jet = math.sqrt(2 * 9.80665) * math.pi * 0.5e-3**2 * 6e7
    assert flow_ml_per_min(20.0, line) == pytest.approx(jet, rel=1e-3)


@settings(deadline=None)
@given(bore=st.floats(0.3, 8.0), head=st.floats(0.05, 3.0), length=st.floats(50.0, 600.0))
def test_the_flow_found_spends_exactly_the_head(bore: float, head: float, length: float) -> None:
    line = DrainLine(head, length, LINE.entry_loss, LINE.hub_bore_mm)
    found = flow_ml_per_min(bore, line)
    assert head_spent_m(found, bore, line) == pytest.approx(head, rel=1e-6)
    assert found < poiseuille_ml_per_min(bore, line)


@settings(deadline=None)
@given(bore=st.floats(0.3, 8.0), more=st.floats(1.01, 2.0))
def test_a_wider_bore_and_a_higher_head_never_flow_less(bore: float, more: float) -> None:
    higher = DrainLine(LINE.head_m * more, LINE.length_mm, LINE.entry_loss, LINE.hub_bore_mm)
    assert flow_ml_per_min(bore * more, LINE) > flow_ml_per_min(bore, LINE)
    assert flow_ml_per_min(bore, higher) > flow_ml_per_min(bore, LINE)


def test_fit_gives_back_the_line_that_made_the_points() -> None:
    made = DrainLine(0.8, 280.0, 2.2, 1.7)
    points = [BenchPoint(b, flow_ml_per_min(b, made), 10.0) for b in (1.2, 1.8, 2.5, 3.0)]
    found = fit_line(points, head_m=0.8, length_mm=280.0)
    assert found.entry_loss == pytest.approx(2.2, rel=1e-6)
    assert found.hub_bore_mm == pytest.approx(1.7, rel=1e-6)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="bore_mm must be positive"):
        flow_ml_per_min(0.0, LINE)
    with pytest.raises(ValueError, match="at least two"):
        fit_line(BENCH[:1], head_m=1.0, length_mm=300.0)
    with pytest.raises(ValueError, match="no physical drain"):
        fit_line(BENCH, head_m=0.05, length_mm=300.0)
    with pytest.raises(ValueError, match="head_m must be positive"):
        DrainLine(0.0, 300.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="entry_loss"):
        DrainLine(1.0, 300.0, -1.0, 1.0)
