"""The model of shrinkage: its laws, its level, and where a measured volume lies beside a band."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import PlanError
from seldinger.core.quantity import Spread
from seldinger.followup import shrinkage
from seldinger.followup.shrinkage import COHORTS, MONTH_D, Infarct, Standing
from seldinger.followup.volumetry import Bound, EllipsoidVolume, Kind, VolumeChange
from seldinger.followup.volumetry_follow_up import resolve_volumetry

USED = resolve_volumetry({})
FOLLOWED = (Kind.FIBROID, Kind.UTERUS, Kind.PROSTATE)


def predict(kind: Kind, days: float, infarct: Infarct | None = None) -> shrinkage.Prediction:
    return shrinkage.predict(kind, days, 100.0, USED, infarct).predictions[0]


def test_the_time_of_resorption_gives_both_losses_of_the_series() -> None:
    t = shrinkage.find_time_d()
    ratio = math.expm1(-3.0 * MONTH_D / t) / math.expm1(-12.0 * MONTH_D / t)
    assert ratio == pytest.approx(0.334 / 0.484, rel=1e-9)


@pytest.mark.parametrize("kind", FOLLOWED)
def test_it_begins_whole_swells_then_falls_to_its_remainder(kind: Kind) -> None:
    course = predict(kind, 90.0).course
    assert course.find_left(0.0) == 1.0
    assert course.find_left(4.0) > 1.0
    late = [course.find_left(d) for d in range(30, 3000, 10)]
    assert late == sorted(late, reverse=True)
    assert late[-1] == pytest.approx(1.0 - course.plateau, abs=1e-6)


@pytest.mark.parametrize("cohort", COHORTS, ids=lambda one: one.name)
def test_each_course_meets_the_level_that_it_was_fitted_to(cohort: shrinkage.Cohort) -> None:
    course = shrinkage.fit_course(cohort, 96.56, USED)
    expected = 1.0 - shrinkage.find_loss(cohort, 96.56)
    assert course.find_left(cohort.months * MONTH_D) == pytest.approx(expected, abs=1e-6)


@given(st.sampled_from(FOLLOWED), st.floats(0.0, 360.0))
def test_bands_are_ordered_positive_and_begin_at_nothing(kind: Kind, days: float) -> None:
    left = predict(kind, days).left
    assert 0.0 < left.p05 <= left.p50 <= left.p95
    assert left.nominal == left.p50


def test_at_once_nothing_has_changed() -> None:
    left = predict(Kind.FIBROID, 0.0).left
    assert (left.p05, left.p50, left.p95) == (1.0, 1.0, 1.0)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_infarct_is_never_less_shrinkage(one: float, other: float) -> None:
    low, high = sorted((one, other))
    first, second = (predict(Kind.FIBROID, 180.0, Infarct(s, "told")) for s in (low, high))
    assert first.left.p50 >= second.left.p50 - 1e-12


def test_without_infarct_nothing_shrinks_and_never_more_than_was_infarcted() -> None:
    assert predict(Kind.FIBROID, 180.0, Infarct(0.0, "told")).left.p50 == 1.0
    for share in (0.2, 0.6, 1.0):
        assert predict(Kind.FIBROID, 700.0, Infarct(share, "told")).course.plateau <= share


def test_the_cohorts_share_is_the_same_as_none_told() -> None:
    usual = Infarct(USED.get_value("fibroid_infarcted_share"), "told")
    assert predict(Kind.FIBROID, 90.0, usual).left == predict(Kind.FIBROID, 90.0).left


def test_both_reviews_of_a_prostate_stand_side_by_side() -> None:
    both = shrinkage.predict(Kind.PROSTATE, 365.0, 96.56, USED)
    lost = [1.0 - one.left.p50 for one in both.predictions]
    assert lost == pytest.approx([0.516, 0.324], abs=0.002)
    assert both.withheld == ()


def test_a_loss_in_ml_that_a_small_gland_has_not_is_not_applied() -> None:
    small = shrinkage.predict(Kind.PROSTATE, 365.0, 40.0, USED)
    assert len(small.predictions) == 1
    assert "not applied" in small.withheld[0]


def test_of_a_tumour_nothing_is_foretold() -> None:
    found = shrinkage.predict(Kind.TUMOUR, 90.0, 50.0, USED)
    assert found.predictions == ()
    assert "no cohort's volumes" in found.withheld[0]


def test_beyond_what_was_read_nothing_is_foretold() -> None:
    assert shrinkage.predict(Kind.FIBROID, 730.0, 50.0, USED).predictions
    for kind, days in ((Kind.FIBROID, 800.0), (Kind.UTERUS, 500.0), (Kind.PROSTATE, 500.0)):
        found = shrinkage.predict(kind, days, 50.0, USED)
        assert found.predictions == ()
        assert "nothing was read beyond" in found.withheld[0]


def test_secondary_facts_are_stamped_and_early_days_remarked_on() -> None:
    assert "secondary" in predict(Kind.FIBROID, 20.0).stamp
    assert any("before 3 months" in one for one in predict(Kind.FIBROID, 20.0).remarks)
    assert not any("before 3 months" in one for one in predict(Kind.FIBROID, 90.0).remarks)
    assert predict(Kind.PROSTATE, 90.0).stamp == ""


@pytest.mark.parametrize(
    ("days", "before_ml", "said"),
    [(-1.0, 50.0, "give 0 or more"), (math.nan, 50.0, "give 0 or more"), (90.0, 0.0, "above 0")],
)
def test_what_is_no_time_or_volume_is_refused(days: float, before_ml: float, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        shrinkage.predict(Kind.UTERUS, days, before_ml, USED)


@pytest.mark.parametrize("share", [-0.1, 1.1, 40.0, math.nan])
def test_what_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(PlanError, match="from 0 to 1"):
        Infarct(share, "told")


def changed(left: float, bound: Bound = Bound.EXACT) -> VolumeChange:
    one = EllipsoidVolume((50.0, 50.0, 50.0), 0.05)
    share = Spread(left - 1.0, 0.9 * left - 1.0, left - 1.0, 1.1 * left - 1.0)
    return VolumeChange(one, one, share, bound)


def test_a_measured_volume_has_its_place_beside_the_band() -> None:
    band = predict(Kind.FIBROID, 90.0)
    low, high = band.left.p05, band.left.p95
    assert shrinkage.place(changed(0.6), band) is Standing.INSIDE
    assert shrinkage.place(changed(1.01 * high), band) is Standing.ABOVE
    assert shrinkage.place(changed(0.99 * low), band) is Standing.BELOW
    assert shrinkage.is_sure(changed(0.6), band)
    assert not shrinkage.is_sure(changed(1.01 * high), band)
    assert shrinkage.is_sure(changed(1.5 * high), band)


def test_a_bound_is_placed_only_where_it_proves_it() -> None:
    band = predict(Kind.FIBROID, 90.0)
    low, high = 0.5 * band.left.p05, 1.5 * band.left.p95
    for bound, at_low, at_high in (
        (Bound.AT_LEAST, Standing.BELOW, Standing.UNKNOWN),
        (Bound.AT_MOST, Standing.UNKNOWN, Standing.ABOVE),
    ):
        assert shrinkage.place(changed(low, bound), band) is at_low
        assert shrinkage.place(changed(high, bound), band) is at_high
        assert shrinkage.place(changed(0.6, bound), band) is Standing.UNKNOWN
