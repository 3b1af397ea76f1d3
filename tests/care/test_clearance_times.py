"""Doses become dates: across midnight, once and twice daily, a change of the clock; restarts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.clearance_cases import (
    BERLIN,
    HIGH,
    LOW,
    NOW,
    ONCE,
    START,
    TWICE,
    asked,
    cleared,
    found,
    lab,
    told,
    with_condition,
    with_decision,
    with_drug,
    with_lab,
)

from seldinger.care.clearance import Answer, Case, DrugPlan, answer, assess, timetable
from seldinger.core.errors import CareError
from seldinger.core.verdict import Status


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


ANY_TIME = st.datetimes(
    dt.datetime(2026, 1, 1),  # noqa: DTZ001  hypothesis wants plain ones
    dt.datetime(2028, 1, 1),  # noqa: DTZ001  the same
    timezones=st.just(dt.UTC),
)


def plan(case: Case, drug: str, now: dt.datetime = NOW) -> DrugPlan:
    (one,) = (p for p in cleared(case, now).drugs if p.drug == drug)
    return one


def last(text: str, doses: int, times: tuple[dt.time, ...]) -> dt.datetime | None:
    return timetable.last_dose(at(text), doses, "doses", times, BERLIN)


# --- doses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-12-03T10:00", "2026-12-01T08:00"),
        ("2026-12-03T08:01", "2026-12-01T08:00"),
        ("2026-12-03T08:00", "2026-11-30T20:00"),  # the dose of the start itself is not counted
        ("2026-12-03T07:59", "2026-11-30T20:00"),
        ("2026-12-03T20:30", "2026-12-01T20:00"),
        ("2026-12-03T00:15", "2026-11-30T20:00"),
        ("2026-03-01T10:00", "2026-02-27T08:00"),
    ],
)
def test_four_doses_twice_a_day(start: str, expected: str) -> None:
    assert last(start, 4, TWICE) == at(expected)


@pytest.mark.parametrize(
    ("start", "doses", "expected"),
    [
        ("2026-12-03T10:00", 2, "2026-12-01T08:00"),
        ("2026-12-03T10:00", 3, "2026-11-30T08:00"),
        ("2026-12-03T07:00", 2, "2026-11-30T08:00"),
        ("2026-12-03T10:00", 1, "2026-12-02T08:00"),
    ],
)
def test_once_a_day(start: str, doses: int, expected: str) -> None:
    assert last(start, doses, ONCE) == at(expected)


def test_doses_around_midnight_belong_to_their_own_day() -> None:
    late = (dt.time(0, 30), dt.time(12, 30))
    assert last("2026-12-03T01:00", 2, late) == at("2026-12-02T00:30")
    assert last("2026-12-03T00:00", 2, late) == at("2026-12-01T12:30")


@pytest.mark.parametrize(
    ("start", "expected", "hours"),
    [
        # back from summer time on 25 October 2026: the night is an hour longer
        ("2026-10-26T09:00", "2026-10-24T08:00", 50.0),
        ("2026-10-25T09:00", "2026-10-23T08:00", 50.0),
        ("2026-10-25T02:30", "2026-10-22T20:00", 54.5),
        # to summer time on 28 March 2027: an hour shorter
        ("2027-03-29T09:00", "2027-03-27T08:00", 48.0),
        ("2027-03-28T09:00", "2027-03-26T08:00", 48.0),
        ("2027-03-30T10:00", "2027-03-28T08:00", 50.0),
    ],
)
def test_the_change_of_the_clock(start: str, expected: str, hours: float) -> None:
    when = last(start, 4, TWICE)
    assert when == at(expected)
    assert when is not None
    assert timetable.hours_between(when, at(start)) == hours


def test_a_time_that_the_clock_skips_is_still_one_dose() -> None:
    skipped = (dt.time(2, 30),)
    doses = timetable.doses_before(at("2027-03-29T12:00"), skipped, BERLIN)
    first, second, third = (next(doses) for _ in range(3))
    assert (first, third) == (at("2027-03-29T02:30"), at("2027-03-27T02:30"))
    assert second.isoformat() == "2027-03-28T03:30:00+02:00"


def test_a_time_that_the_clock_shows_twice_is_one_dose() -> None:
    doses = timetable.doses_before(at("2026-10-26T12:00"), (dt.time(2, 30),), BERLIN)
    told_times = [next(doses).isoformat() for _ in range(3)]
    assert told_times == [
        "2026-10-26T02:30:00+01:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-24T02:30:00+02:00",
    ]


@settings(max_examples=60, deadline=None)
@given(
    start=ANY_TIME,
    hour=st.integers(0, 11),
    minute=st.integers(0, 59),
)
def test_apixaban_lies_48_to_60_hours_before_by_the_clock(
    start: dt.datetime, hour: int, minute: int
) -> None:
    times = (dt.time(hour, minute), dt.time(hour + 12, minute))
    when = timetable.last_dose(start, 4, "doses", times, BERLIN)
    assert when is not None
    local = start.astimezone(BERLIN)
    wall = (local.replace(tzinfo=None) - when.replace(tzinfo=None)).total_seconds() / 3600.0
    real = timetable.hours_between(when, local)
    changed = local.utcoffset() != when.utcoffset()
    assert real == pytest.approx(wall) or changed
    assert 48.0 - changed <= real <= 60.0 + changed


@settings(max_examples=40, deadline=None)
@given(
    start=ANY_TIME,
    times=st.lists(st.times(), min_size=1, max_size=4, unique=True),
    number=st.integers(1, 8),
)
def test_exactly_so_many_doses_are_left_out(
    start: dt.datetime, times: list[dt.time], number: int
) -> None:
    when = timetable.last_dose(start, number, "doses", tuple(times), BERLIN)
    assert when is not None
    doses = timetable.doses_before(start, tuple(times), BERLIN)
    left_out = [next(doses) for _ in range(number)]
    assert all(one.timestamp() >= when.timestamp() for one in left_out)
    assert when == next(doses)


def test_of_a_range_both_ends_are_shown() -> None:
    case = with_lab(with_drug(HIGH, "dabigatran", times=TWICE), "creatinine", 2.0, "mg/dL")
    made = plan(case, "dabigatran")
    assert made.hold == "6 to 8 doses"
    assert (made.last_dose, made.last_dose_at_most) == (
        at("2026-11-29T08:00"),
        at("2026-11-30T08:00"),
    )


# --- days and hours -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "time", "expected"),
    [
        ("warfarin", "18:00", "2026-11-27T18:00"),
        ("warfarin", "08:00", "2026-11-28T08:00"),
        ("clopidogrel", "10:00", "2026-11-28T10:00"),
        ("clopidogrel", "10:01", "2026-11-27T10:01"),
        ("ticagrelor", "08:00", "2026-11-28T08:00"),
        ("prasugrel", "08:00", "2026-11-26T08:00"),
    ],
)
def test_days_are_those_of_the_calendar(drug: str, time: str, expected: str) -> None:
    case = with_drug(HIGH, drug, times=(dt.time.fromisoformat(time),))
    assert plan(case, drug).last_dose == at(expected)


def test_days_keep_the_wall_clock_through_its_change() -> None:
    when = timetable.last_dose(at("2026-10-27T10:00"), 5, "days", (), BERLIN)
    assert when == at("2026-10-22T10:00")
    assert timetable.hours_between(when, at("2026-10-27T10:00")) == 121.0


def test_hours_are_those_that_pass() -> None:
    when = timetable.last_dose(at("2026-10-25T08:00"), 24, "hours", (), BERLIN)
    assert when == at("2026-10-24T09:00")
    case = with_drug(HIGH, "heparin", route="iv")
    made = plan(case, "heparin")
    assert made.last_dose == START - dt.timedelta(hours=6)
    assert made.last_dose_at_most == START - dt.timedelta(hours=4)


def test_therapeutic_enoxaparin_is_counted_both_ways() -> None:
    case = with_drug(HIGH, "enoxaparin", times=TWICE, intent="therapeutic", route="sc")
    made = plan(case, "enoxaparin")
    assert made.hold == "2 doses or 24 hours"
    assert (made.last_dose, made.last_dose_at_most) == (
        at("2026-12-02T08:00"),
        at("2026-12-02T08:00"),
    )


# --- restart --------------------------------------------------------------------------------------


def test_restart_counts_from_the_planned_end_and_shows_the_next_usual_dose() -> None:
    (restart,) = plan(with_drug(HIGH, "apixaban", times=TWICE), "apixaban").restarts
    assert restart.not_before == at("2026-12-04T10:30")
    assert restart.next_dose == at("2026-12-04T20:00")


def test_without_a_duration_restart_counts_from_the_start_and_says_so() -> None:
    case = asked(with_drug(HIGH, "apixaban", times=TWICE), duration_min=None)
    made = plan(case, "apixaban")
    assert made.restarts[0].not_before == at("2026-12-04T10:00")
    assert "duration is not told" in made.counted_from
    due = [one.what for one in cleared(case).timetable]
    assert any("if haemostasis is secured" in one for one in due)


def test_restart_on_the_next_day_and_in_a_range() -> None:
    (restart,) = plan(with_drug(HIGH, "warfarin", times=(dt.time(18),)), "warfarin").restarts
    assert restart.whole_day
    assert restart.not_before == at("2026-12-04T00:00")
    assert restart.next_dose == at("2026-12-04T18:00")
    (restart,) = plan(with_drug(HIGH, "heparin", route="iv"), "heparin").restarts
    assert restart.earliest == at("2026-12-03T16:30")
    assert restart.not_before == at("2026-12-03T18:30")
    both = plan(with_drug(HIGH, "clopidogrel", times=ONCE), "clopidogrel").restarts
    assert [one.note for one in both] == ["75 mg", "a loading dose"]


def test_restart_hours_pass_through_the_change_of_the_clock() -> None:
    case = asked(with_drug(HIGH, "dalteparin", times=ONCE), start=at("2026-10-24T20:00"))
    made = plan(case, "dalteparin", at("2026-10-20T10:00"))
    assert made.restarts[0].not_before == at("2026-10-25T07:30")


# --- whether a hold is kept -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "now", "status"),
    [
        (None, "2026-11-25T12:00", Status.MET),
        (None, "2026-12-01T08:00", Status.MET),
        (None, "2026-12-01T08:01", Status.UNKNOWN),
        ("2026-12-01T08:00", "2026-12-02T08:00", Status.MET),
        ("2026-12-01T20:00", "2026-12-02T08:00", Status.NOT_MET),
        ("2026-12-02T20:00", "2026-12-02T08:00", Status.UNKNOWN),
    ],
)
def test_a_hold_is_ahead_kept_missed_or_not_known(
    taken: str | None, now: str, status: Status
) -> None:
    when = None if taken is None else at(taken)
    case = with_drug(HIGH, "apixaban", times=TWICE, last=when)
    made = cleared(case, at(now))
    assert found(made, "sir2019.high.apixaban.crcl_50").status is status
    expected = {Status.MET: "clear", Status.NOT_MET: "not-clear", Status.UNKNOWN: "unknown"}[status]
    assert made.answer == expected


def test_a_hold_ahead_is_a_condition_of_the_answer() -> None:
    made = cleared(with_drug(HIGH, "apixaban", times=TWICE))
    assert made.answer is Answer.CLEAR
    assert made.conditions[0] == "last dose of Apixaban not after Tue 01 Dec 2026 08:00"


def test_within_a_range_the_local_profile_decides() -> None:
    case = with_drug(HIGH, "aspirin", times=ONCE, last=at("2026-11-29T08:00"))
    made = found(cleared(case, at("2026-12-02T12:00")), "sir2019.high.aspirin")
    assert made.status is Status.UNKNOWN
    assert "range" in made.text


@pytest.mark.parametrize("lost", ["times", "route", "intent", "zone", "start"])
def test_without_what_the_count_needs_there_is_no_date(lost: str) -> None:
    drug, changes = "enoxaparin", {"times": TWICE, "intent": "prophylactic", "route": "sc"}
    if lost == "route":
        drug, changes = "heparin", {"times": TWICE, "route": "sc"}
    rest = {key: value for key, value in changes.items() if key != lost}
    case = with_drug(HIGH, drug, **rest)
    if lost == "zone":
        case = told(case, time_zone=None)
    if lost == "start":
        case = asked(case, start=None)
    made = cleared(case)
    assert made.answer is Answer.UNKNOWN
    assert made.missing
    dated = [one for one in made.drugs if one.last_dose]
    assert all(one.hold.startswith("at least") for one in dated)
    assert bool(dated) is (lost in {"route", "intent"})


def test_warfarin_wants_an_inr_after_the_hold() -> None:
    case = with_drug(HIGH, "warfarin", times=(dt.time(18),), last=at("2026-11-27T18:00"))
    before = cleared(case, at("2026-12-03T08:00"))
    assert found(before, "sir2019.high.inr_warfarin").status is Status.UNKNOWN
    assert "measured again before the start" in found(before, "sir2019.high.inr_warfarin").text
    assert before.answer is Answer.CONDITIONAL
    fresh = replace(
        case.patient,
        labs=(*case.patient.labs, lab("inr", 1.4, "{INR}", at("2026-12-02T08:00"))),
    )
    after = cleared(replace(case, patient=fresh), at("2026-12-03T08:00"))
    assert found(after, "sir2019.high.inr_warfarin").status is Status.MET
    assert after.answer is Answer.CLEAR


# --- low risk, and the other side of every hold ---------------------------------------------------


@pytest.mark.parametrize("drug", ["apixaban", "clopidogrel", "aspirin", "enoxaparin", "ibuprofen"])
def test_before_low_risk_nothing_is_held(drug: str) -> None:
    made = cleared(with_drug(LOW, drug, times=TWICE))
    assert made.answer is Answer.CLEAR
    assert [one.act for one in made.drugs] == ["continue"]
    assert not any(one.last_dose for one in made.drugs)


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        ("coronary-stent", "cardiology"),
        ("mechanical-valve", "cardiology"),
        ("atrial-fibrillation", "cardiology"),
        ("recent-vte", "haematology"),
        ("recent-stroke", "neurology"),
        ("carotid-stent", "neurology"),
        ("peripheral-stent", "stent"),
    ],
)
def test_no_hold_without_who_decides(condition: str, who: str) -> None:
    case = with_condition(
        with_drug(HIGH, "clopidogrel", times=ONCE), condition, dt.date(2026, 9, 1)
    )
    made = cleared(case)
    text = found(made, "sir2019.high.clopidogrel").text
    fresh = condition in {"coronary-stent", "recent-stroke", "carotid-stent", "peripheral-stent"}
    if fresh:
        assert made.answer is Answer.NOT_CLEAR
        assert "no date for stopping it" in text
        assert not any("Last dose of clopidogrel" in one.what for one in made.timetable)
    else:
        assert made.answer is Answer.CONDITIONAL
        assert "roposed, not to be started before" in text
    assert who in text.casefold()
    assert "2026-09-01 (93 days before)" in text
    assert any(who in one for one in made.decides)
    for what in ("hold", "continue, biopsy under both"):
        role = "operator, with haematology, neurology and cardiology"
        settled = cleared(with_decision(case, "clopidogrel", what, role))
        if fresh and what == "hold":
            assert settled.answer is Answer.NOT_CLEAR
            continue
        left = {one.id for one in settled.findings if answer.blocks(one)}
        assert all(rule.startswith(f"condition.{condition}.") for rule in left)
        assert ("Last dose" in "".join(d.what for d in settled.timetable)) is (what == "hold")


def test_a_stent_without_a_day_asks_for_it() -> None:
    case = with_condition(with_drug(HIGH, "clopidogrel", times=ONCE), "coronary-stent")
    assert "the day of the coronary stent" in cleared(case).missing


def test_a_hold_without_a_reason_is_only_proposed() -> None:
    made = cleared(with_drug(HIGH, "apixaban", times=TWICE, reason=None))
    assert "what apixaban is taken for" in found(made, "sir2019.high.apixaban.crcl_50").text
    assert made.answer is Answer.CONDITIONAL
    assert any("who prescribes it" in one for one in made.conditions)
    unsure = told(with_drug(HIGH, "apixaban", times=TWICE), conditions_complete=False)
    assert cleared(unsure).answer is Answer.UNKNOWN


def test_a_reason_that_is_a_condition_counts_as_one() -> None:
    made = cleared(with_drug(HIGH, "apixaban", times=TWICE, reason="mechanical-valve"))
    assert any("cardiology" in one for one in made.decides)


def test_now_needs_a_zone() -> None:
    with pytest.raises(CareError, match="no zone"):
        assess(HIGH, dt.datetime(2026, 11, 25))  # noqa: DTZ001  that is the point
