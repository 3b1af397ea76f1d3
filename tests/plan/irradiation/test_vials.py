"""Vials: decay to the minute across clock changes, the right hours, and refusals that say why."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import CatalogueError, PlanError
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.activity import GivenActivity, VialActivity
from seldinger.plan.treatments.irradiation.vial_choice import (
    Prescription,
    WorkingHours,
    combine_vials,
    judge_use,
    offer_vials,
    rank_slots,
)
from seldinger.plan.treatments.irradiation.vials import (
    ShelfWindow,
    Vial,
    check_instant,
    find_hours,
    list_hours,
)

Y90 = decay_constants("y90", "icrp107")
HO166 = decay_constants("ho166", "icrp107")
NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
SUNDAY = dt.datetime(2026, 3, 22, 12, 0, tzinfo=NEW_YORK)
WEEK = 7 * 24.0
WORK = WorkingHours(BERLIN, dt.time(8), dt.time(16), frozenset(range(5)))


def glass(gbq: float = 5.0, at: dt.datetime = SUNDAY, until_h: float = 288.0) -> Vial:
    (vial,) = offer_vials("glass", (at,), (0.0, until_h), (gbq,))
    return vial


# --- time -----------------------------------------------------------------------------------------


def test_the_hour_that_a_clock_change_takes_is_not_counted() -> None:
    """Berlin goes to summer time on 29 March 2026: that day has 23 hours."""
    noon = [dt.datetime(2026, 3, day, 12, 0, tzinfo=BERLIN) for day in (28, 29)]
    assert noon[1] - noon[0] == dt.timedelta(hours=24), "the trap: local times, subtracted"
    assert find_hours(*noon) == 23.0
    vial = glass(5.0, noon[0])
    assert vial.find_gbq(noon[1], Y90) == pytest.approx(5.0 * 2.0 ** (-23.0 / 64.1))


def test_the_makers_noon_is_not_the_hospitals() -> None:
    here = SUNDAY.replace(tzinfo=BERLIN)
    there = glass().find_gbq(here, Y90)
    # New York has changed its clock by then, Berlin not yet: five hours, not six.
    assert find_hours(here, SUNDAY) == 5.0
    assert there == pytest.approx(5.0 * 2.0 ** (5.0 / 64.1))
    assert there / 5.0 == pytest.approx(1.056, abs=0.001)


def test_a_time_that_is_no_instant_is_refused() -> None:
    naive = SUNDAY.replace(tzinfo=None)
    for use in (
        lambda: glass(at=naive),
        lambda: glass().find_gbq(naive, Y90),
        lambda: ShelfWindow(naive, SUNDAY),
        lambda: judge_use(glass(), naive),
    ):
        with pytest.raises(PlanError, match="has no time zone"):
            use()
    for hour in (dt.datetime(2026, 3, 29, 2, 30), dt.datetime(2026, 10, 25, 2, 30)):  # noqa: DTZ001  its zone follows
        with pytest.raises(PlanError, match="twice or never"):
            check_instant(hour.replace(tzinfo=BERLIN), "the calibration")


@given(st.floats(-200.0, 400.0), st.floats(0.1, 20.0))
def test_when_it_holds_what_it_holds_at_that_time(hours: float, gbq: float) -> None:
    vial = glass(gbq)
    at = vial.calibrated + dt.timedelta(hours=hours)
    check = vial.find_gbq(at.astimezone(dt.UTC), Y90)
    if check < 100.0:
        found = vial.find_instant(check, Y90)
        assert abs(find_hours(found, at.astimezone(dt.UTC))) * 3600.0 < 0.001


def test_a_vial_halves_in_its_half_life_and_keeps_its_spheres() -> None:
    vial = glass(20.0)
    days = tuple(dt.date(2026, 3, day) for day in range(23, 27))
    rows = list_hours(vial, days, (dt.time(9), dt.time(15, 30)), BERLIN, Y90)
    assert [one.at.hour for one in rows] == [9, 15] * 4
    assert {one.spheres for one in rows} == {8e6}
    assert all(a.gbq > b.gbq for a, b in pairwise(rows))
    assert all(one.gbq * 1e9 == pytest.approx(one.bq_per_sphere * 8e6) for one in rows)
    by_day = [one.gbq for one in rows[::2]]
    for today, tomorrow in pairwise(by_day):
        assert tomorrow / today == pytest.approx(0.77142, abs=1e-5)


def test_the_calendar_leaves_out_an_hour_that_no_clock_shows() -> None:
    vial = glass(5.0, dt.datetime(2026, 3, 27, 12, tzinfo=BERLIN))
    days = (dt.date(2026, 3, 28), dt.date(2026, 3, 29))
    rows = list_hours(vial, days, (dt.time(2, 30), dt.time(9)), BERLIN, Y90)
    assert [(one.at.day, one.at.hour) for one in rows] == [(28, 2), (28, 9), (29, 9)]
    with pytest.raises(PlanError, match="0 hours"):
        list_hours(vial, days, (), BERLIN, Y90)


def test_resin_shipped_early_has_the_same_spheres_with_more_on_each() -> None:
    (vial,) = offer_vials("resin", (SUNDAY,), (-96.0, 24.0))
    early = [vial.find_gbq(SUNDAY - dt.timedelta(days=n), Y90) for n in (3, 2, 1, 0)]
    assert early == pytest.approx([6.54, 5.04, 3.89, 3.00], abs=0.006)
    assert vial.spheres.expected == 44e6


# --- windows --------------------------------------------------------------------------------------


def test_before_and_after_its_window_a_vial_is_flagged() -> None:
    vial = glass(until_h=24.0)
    assert judge_use(vial, SUNDAY).status is Status.MET
    for shift, words in ((-2.0, "2.0 h before"), (25.5, "1.5 h after")):
        found = judge_use(vial, SUNDAY + dt.timedelta(hours=shift))
        assert (found.status, found.severity) == (Status.NOT_MET, Severity.STOP)
        assert words in found.text
    rows = list_hours(
        vial, (dt.date(2026, 3, 21), dt.date(2026, 3, 22), dt.date(2026, 3, 24)),
        (dt.time(18),), BERLIN, Y90,
    )  # fmt: skip
    assert [one.place for one in rows] == ["before", "within", "after"]


def test_vials_that_cannot_be_are_refused() -> None:
    with pytest.raises(PlanError, match="can never be"):
        ShelfWindow(SUNDAY, SUNDAY)
    with pytest.raises(PlanError, match="must be above 0"):
        glass(0.0)
    with pytest.raises(PlanError, match="MBq"):
        glass(3000.0)
    with pytest.raises(CatalogueError, match="no microspheres"):
        offer_vials("gold", (SUNDAY,), (0.0, 24.0), (3.0,))
    with pytest.raises(CatalogueError, match="give the whole vial"):
        offer_vials("resin", (SUNDAY,), (0.0, 24.0), (1.5,))
    with pytest.raises(PlanError, match="made to order"):
        offer_vials("holmium", (SUNDAY,), (0.0, 24.0))
    with pytest.raises(PlanError, match="no calibration"):
        offer_vials("glass", (), (0.0, 24.0))
    with pytest.raises(PlanError, match="carry y90"):
        glass().find_gbq(SUNDAY, HO166)


# --- choice ---------------------------------------------------------------------------------------


@given(st.floats(0.3, 15.0), st.floats(0.02, 0.2))
def test_in_every_slot_the_vial_serves_and_nobody_is_asleep(gbq: float, tolerance: float) -> None:
    asked = Prescription(VialActivity(gbq), tolerance)
    vials = offer_vials("glass", (SUNDAY,), (0.0, 288.0))
    slots = rank_slots(vials, asked, WORK, Y90)
    missed = [abs(one.deviation) for one in slots]
    assert all(a <= b + 1e-9 for a, b in pairwise(missed))
    for one in slots:
        for at in (one.start, one.best, one.end):
            assert abs(one.vial.find_gbq(at, Y90) / gbq - 1.0) <= tolerance + 1e-9
            assert one.vial.window.find_place(at) == "within"
            assert dt.time(8) <= at.time() <= dt.time(16)
            assert at.weekday() < 5
            assert at.second == at.microsecond == 0
        assert one.start <= one.best <= one.end


def test_no_slot_is_missed() -> None:
    """Every quarter of an hour of twelve days is tried by hand."""
    asked = Prescription(VialActivity(2.0), 0.1)
    vials = offer_vials("glass", (SUNDAY,), (0.0, 288.0))
    slots = rank_slots(vials, asked, WORK, Y90)
    for vial in vials:
        mine = [one for one in slots if one.vial == vial]
        for quarter in range(288 * 4):
            at = (SUNDAY.astimezone(dt.UTC) + dt.timedelta(minutes=15 * quarter)).astimezone(BERLIN)
            works = at.weekday() < 5 and dt.time(8) <= at.time() <= dt.time(16)
            fits = abs(vial.find_gbq(at, Y90) / 2.0 - 1.0) <= 0.1
            assert (works and fits) == any(one.start <= at <= one.end for one in mine), at


def test_the_best_slot_holds_what_is_prescribed() -> None:
    at = dt.datetime(2026, 3, 25, 10, 17, tzinfo=BERLIN)
    gbq = glass(7.0).find_gbq(at, Y90)
    slots = rank_slots(
        offer_vials("glass", (SUNDAY,), (0.0, 288.0)),
        Prescription(VialActivity(gbq), 0.1),
        WORK,
        Y90,
    )
    assert slots[0].best == at
    assert slots[0].vial.calibrated_gbq == 7.0
    assert abs(slots[0].deviation) < 1e-9
    assert slots[0].spheres == pytest.approx(2.8e6)


def test_a_vial_that_is_divided_serves_as_long_as_it_holds_enough() -> None:
    (vial,) = offer_vials("resin", (SUNDAY,), (-72.0, 72.0))
    slots = rank_slots((vial,), Prescription(VialActivity(1.8), 0.05), WORK, Y90)
    assert [one.best.weekday() for one in slots] == [1, 0, 4]
    for one in slots:
        assert one.best_gbq >= 1.8
        assert one.drawn * one.best_gbq == pytest.approx(1.8)
        assert one.spheres == pytest.approx(44e6 * one.drawn)
    late = WorkingHours(BERLIN, dt.time(8), dt.time(20), frozenset(range(5)))
    longer = rank_slots((vial,), Prescription(VialActivity(1.8), 0.05), late, Y90)
    last = longer[0].end
    assert (last.weekday(), last.hour) == (1, 16)
    assert vial.find_gbq(last, Y90) >= 1.8 > vial.find_gbq(last + dt.timedelta(minutes=1), Y90)
    assert slots[0].drawn > slots[-1].drawn, "the less is left in the vial the better"


def test_several_vials_hold_one_prescription_together() -> None:
    at = dt.datetime(2026, 3, 24, 9, 0, tzinfo=BERLIN)
    vials = offer_vials("glass", (SUNDAY,), (0.0, 288.0))
    decay = Y90.find_decay(find_hours(SUNDAY, at))
    asked = Prescription(VialActivity(25.0 * decay), 0.02)
    sets = combine_vials(vials, asked, at, 3, Y90)
    told = [tuple(one.calibrated_gbq for one in each.vials) for each in sets]
    assert told[:2] == [(5.0, 20.0), (10.0, 15.0)]
    assert (3.0, 7.0, 15.0) in told
    assert all(abs(one.deviation) <= 0.02 for one in sets)
    assert sets[0].spheres == pytest.approx(1e7)
    late = dt.datetime(2026, 4, 20, 9, 0, tzinfo=BERLIN)
    with pytest.raises(PlanError, match="after its window"):
        combine_vials(vials, asked, late, 2, Y90)
    with pytest.raises(PlanError, match="1 to 4"):
        combine_vials(vials, asked, at, 5, Y90)


def test_a_prescription_is_of_the_vial_not_of_what_is_given() -> None:
    with pytest.raises(PlanError, match="add the residual"):
        Prescription(GivenActivity(2.0), 0.1)  # type: ignore[arg-type]
    for wrong in (0.0, 10.0):
        with pytest.raises(PlanError, match="tolerance"):
            Prescription(VialActivity(2.0), wrong)
    with pytest.raises(PlanError, match="swap"):
        WorkingHours(BERLIN, dt.time(16), dt.time(8), frozenset({0}))
    with pytest.raises(PlanError, match="Monday"):
        WorkingHours(BERLIN, dt.time(8), dt.time(16), frozenset({7}))
