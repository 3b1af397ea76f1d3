"""Lung shunt and residual: what cancels does, the published bias is said, off is off once."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan.treatments.irradiation.activity import GivenActivity, VialActivity
from seldinger.plan.treatments.irradiation.lung_shunt import (
    BothViews,
    RegionCount,
    measure_planar,
    measure_spect,
)
from seldinger.plan.treatments.irradiation.residual import Survey, measure_residual

TC = decay_constants("tc99m", "icrp107")
Y90 = decay_constants("y90", "icrp107")
HO166 = decay_constants("ho166", "icrp107")


def views(front: float, back: float, **more: float) -> BothViews:
    return BothViews(
        RegionCount(front, 1000, 300.0, **more),  # type: ignore[arg-type]
        RegionCount(back, 1000, 300.0, **more),  # type: ignore[arg-type]
    )


# --- lung shunt -----------------------------------------------------------------------------------


def test_geometric_mean_and_ratio() -> None:
    found = measure_planar(views(400.0, 900.0), views(9_000.0, 16_000.0), TC)
    assert found.fraction == pytest.approx(600.0 / (600.0 + 12_000.0))
    assert found.method == "planar"


@given(st.floats(0.1, 10.0), st.floats(0.1, 10.0))
def test_depth_cancels_in_a_uniform_body(lung_depth: float, liver_depth: float) -> None:
    """What a region loses to the front it gains behind: e^-mu d and e^-mu (T - d)."""

    def seen(activity: float, depth: float) -> BothViews:
        return views(activity * math.exp(-0.1 * depth), activity * math.exp(-0.1 * (20.0 - depth)))

    found = measure_planar(seen(50.0, lung_depth), seen(950.0, liver_depth), TC)
    assert found.fraction == pytest.approx(0.05)


def test_background_is_taken_off_by_area() -> None:
    plain = measure_planar(views(400.0, 400.0), views(9_600.0, 9_600.0), TC)
    covered = measure_planar(
        views(600.0, 600.0, background_counts=20.0, background_pixels=100),
        views(9_800.0, 9_800.0, background_counts=20.0, background_pixels=100),
        TC,
    )
    assert covered.fraction == pytest.approx(plain.fraction)
    with pytest.raises(PlanError, match="background elsewhere"):
        measure_planar(views(100.0, 100.0, background_counts=20.0, background_pixels=100),
                       views(9_800.0, 9_800.0), TC)  # fmt: skip


def test_decay_between_views_matters_where_organs_were_taken_apart() -> None:
    at_once = measure_planar(views(400.0, 400.0), views(9_600.0, 9_600.0), TC).fraction
    together = measure_planar(
        views(200.0, 200.0, after_hours=6.015), views(4_800.0, 4_800.0, after_hours=6.015), TC
    )
    apart = measure_planar(views(400.0, 400.0), views(4_800.0, 4_800.0, after_hours=6.015), TC)
    assert together.fraction == pytest.approx(at_once)
    assert apart.fraction == pytest.approx(at_once)


def test_a_long_view_loses_counts_while_it_is_taken() -> None:
    seconds = 6.015 * 3600.0
    whole = RegionCount(1e6, 100, seconds)
    # Over one half-life the mean is 1 / (2 ln 2) of the start.
    assert whole.find_rate(TC) == pytest.approx(1e6 / seconds * 2.0 * math.log(2.0))


def test_the_published_bias_is_told_and_not_applied() -> None:
    found = measure_planar(views(1_000.0, 1_000.0), views(9_000.0, 9_000.0), TC)
    assert found.fraction == pytest.approx(0.10)
    assert found.spread is not None
    assert found.spread.nominal == found.fraction
    assert found.spread.p50 == pytest.approx(0.10 - 0.027)
    half = 1.6449 / 1.96 * 0.081
    assert found.spread.p95 - found.spread.p50 == pytest.approx(half)
    assert found.spread.p05 == pytest.approx(0.073 - half)
    assert found.finding.status is Status.NOT_MET
    assert "used as measured" in found.finding.text
    assert found.finding.sources == ("bastiaannet_lsf",)
    none = measure_planar(views(0.0, 0.0), views(9_000.0, 9_000.0), TC)
    assert none.spread is not None
    assert none.spread.p05 == 0.0


def test_shunt_by_spect() -> None:
    assert measure_spect(50.0, 950.0).fraction == pytest.approx(0.05)
    assert measure_spect(50.0, 950.0).spread is None
    part = measure_spect(40.0, 950.0, lung_seen=0.8)
    assert part.fraction == pytest.approx(0.05)
    assert "80 % of the lungs" in part.finding.text
    for counts in ((10.0, 0.0), (-1.0, 10.0), (math.nan, 10.0)):
        with pytest.raises(PlanError, match="needs counts in the liver"):
            measure_spect(*counts)
    with pytest.raises(PlanError, match="share of the lungs seen"):
        measure_spect(1.0, 10.0, lung_seen=80.0)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"pixels": 0}, "give both"),
        ({"seconds": 0.0}, "give both"),
        ({"counts": -1.0}, "0 or more"),
        ({"background_counts": 5.0}, "give its pixels"),
        ({"after_hours": math.inf}, "finite"),
    ],
)
def test_a_region_that_counts_nothing_is_refused(more: dict[str, float], says: str) -> None:
    told = {"counts": 10.0, "pixels": 10, "seconds": 60.0} | more
    with pytest.raises(PlanError, match=says):
        RegionCount(**told)  # type: ignore[arg-type]


# --- residual -------------------------------------------------------------------------------------

NOON = dt.datetime(2026, 3, 24, 12, 0, tzinfo=dt.UTC)


def survey(hours: float, *readings: float, background: float = 0.1) -> Survey:
    return Survey(readings, background, NOON + dt.timedelta(hours=hours))


def test_residual_is_net_after_over_net_before() -> None:
    found = measure_residual(survey(0.0, 10.1), survey(0.0, 0.3), NOON, Y90)
    assert found.share == pytest.approx(0.2 / 10.0)
    assert found.error is None
    assert found.find_given(VialActivity(3.0)) == GivenActivity(
        3.0 * (1.0 - found.share), found.share
    )


@given(st.floats(0.0, 24.0), st.floats(0.0, 24.0), st.floats(0.0, 0.9))
def test_decay_between_surveys_is_not_taken_for_residual(
    since: float, until: float, share: float
) -> None:
    full = 50.0 * 2.0 ** (since / 26.8)
    left = 50.0 * share * 2.0 ** (-until / 26.8)
    found = measure_residual(
        survey(-since, full, background=0.0), survey(until, left, background=0.0), NOON, HO166
    )
    assert found.share == pytest.approx(share, abs=1e-6)


def test_readings_are_averaged_and_their_scatter_told() -> None:
    found = measure_residual(survey(0.0, 9.9, 10.1, 10.3), survey(0.0, 0.3, 0.5), NOON, Y90)
    assert found.share == pytest.approx(0.03)
    before, after = 0.2 / math.sqrt(3.0) / 10.0 * 0.03, math.sqrt(0.02 / 2.0) / 10.0
    assert found.error == pytest.approx(math.hypot(before, after))
    none = measure_residual(survey(0.0, 10.1), survey(0.0, 0.09, 0.1), NOON, Y90)
    assert none.share == 0.0


def test_a_residual_above_the_vial_is_refused() -> None:
    with pytest.raises(PlanError, match="which survey is which"):
        measure_residual(survey(0.0, 0.5), survey(0.0, 9.0), NOON, Y90)
    with pytest.raises(PlanError, match="shows background"):
        measure_residual(survey(0.0, 0.1), survey(0.0, 0.1), NOON, Y90)


def test_a_residual_is_never_taken_off_twice() -> None:
    found = measure_residual(survey(0.0, 10.1), survey(0.0, 0.3), NOON, Y90)
    once = found.find_given(VialActivity(3.0))
    with pytest.raises(PlanError, match="once"):
        found.find_given(once)  # type: ignore[arg-type]


def test_surveys_out_of_order_or_without_a_zone_are_refused() -> None:
    with pytest.raises(PlanError, match="between the two"):
        measure_residual(survey(1.0, 10.0), survey(2.0, 0.3), NOON, Y90)
    with pytest.raises(PlanError, match="between the two"):
        measure_residual(survey(-2.0, 10.0), survey(-1.0, 0.3), NOON, Y90)
    with pytest.raises(PlanError, match="no time zone"):
        Survey((1.0,), 0.0, NOON.replace(tzinfo=None))
    for readings, background, says in (
        ((), 0.0, "at least one"),
        ((-1.0,), 0.0, "at least one"),
        ((1.0,), -1.0, "0 or more"),
        ((1.0,), 10.0, "far above"),
    ):
        with pytest.raises(PlanError, match=says):
            Survey(readings, background, NOON)
