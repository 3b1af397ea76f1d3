"""Timetable: doses, hours and days become dates in the patient's own zone.

Doses are counted, not hours: with four doses held twice a day, the last one lies 48 to 60 h before
by the clock on the wall, whatever the clock does meanwhile. A dose that would fall on the start
itself is left out besides and not counted. Days are those of the wall clock; hours really pass.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from seldinger.care.clearance.model import Restart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from seldinger.care.clearance.rules import Span

_ONE_DAY = dt.timedelta(days=1)


def doses_before(
    start: dt.datetime, times: tuple[dt.time, ...], zone: ZoneInfo
) -> Iterator[dt.datetime]:
    """Usual doses before an instant, the last first, without end.

    Args:
        start: aware.
        times: of day, in the patient's zone; at least one.
        zone: the patient's.
    """
    day = start.astimezone(zone).date() + _ONE_DAY
    while True:
        for time in sorted(times, reverse=True):
            found = local_instant(day, time, zone)
            if found.timestamp() < start.timestamp():
                yield found
        day -= _ONE_DAY


def first_dose_from(
    start: dt.datetime, times: tuple[dt.time, ...], zone: ZoneInfo | None
) -> dt.datetime | None:
    """The first usual dose at or after an instant; None without dosing times or zone."""
    if not times or zone is None:
        return None
    day = start.astimezone(zone).date() - _ONE_DAY
    for later in range(4):
        for time in sorted(times):
            found = local_instant(day + later * _ONE_DAY, time, zone)
            if found.timestamp() >= start.timestamp():
                return found
    return None  # pragma: no cover  every day has each of its times


def last_dose(
    start: dt.datetime,
    number: float,
    unit: str,
    times: tuple[dt.time, ...],
    zone: ZoneInfo | None,
) -> dt.datetime | None:
    """The last permitted dose, so that ``number`` of ``unit`` are left out before ``start``.

    Args:
        start: of the procedure; aware.
        number: of doses, hours or days.
        unit: "doses", "hours" or "days".
        times: of day at which a dose is due; without them hours and days give the latest instant.
        zone: the patient's.

    Returns:
        Aware, in the patient's zone where that is known; None where doses cannot be counted.
    """
    if unit == "doses":
        if not times or zone is None:
            return None
        doses = doses_before(start, times, zone)
        for _ in range(round(number)):
            next(doses)
        return next(doses)
    latest = _days_before(start, number, zone) if unit == "days" else _hours_before(start, number)
    if not times or zone is None:
        return latest if zone is None else latest.astimezone(zone)
    if first_dose_from(latest, times, zone) == latest:
        return latest
    return next(doses_before(latest, times, zone))


def plan_restart(
    span: Span, end: dt.datetime, times: tuple[dt.time, ...], zone: ZoneInfo | None
) -> Restart:
    """When a drug that is taken at ``times`` may come back after a procedure's ``end``."""
    if span.unit in {"next day", "days"}:
        local = end if zone is None else end.astimezone(zone)
        day = local.date() + dt.timedelta(days=int(span.high))
        when = dt.datetime.combine(day, dt.time(), tzinfo=local.tzinfo)
        return Restart(span.note, when, when, True, first_dose_from(when, times, zone))  # noqa: FBT003
    late, early = (add_hours(end, hours, zone) for hours in (span.high, span.low))
    return Restart(span.note, late, early, False, first_dose_from(late, times, zone))  # noqa: FBT003


def add_hours(start: dt.datetime, hours: float, zone: ZoneInfo | None) -> dt.datetime:
    """An instant some hours later, as they really pass."""
    found = start.astimezone(dt.UTC) + dt.timedelta(hours=hours)
    return found.astimezone(start.tzinfo if zone is None else zone)


def hours_between(first: dt.datetime, second: dt.datetime) -> float:
    """Hours that really pass, whatever the clock on the wall does."""
    return (second.timestamp() - first.timestamp()) / 3600.0


def local_instant(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """A time of day on a day; where the clock skips it, that instant as the clock then shows it.

    A time that the clock shows twice is the first of the two.
    """
    there = dt.datetime.combine(day, time.replace(fold=0), tzinfo=zone)
    return there.astimezone(dt.UTC).astimezone(zone)


def _hours_before(start: dt.datetime, number: float) -> dt.datetime:
    found = start.astimezone(dt.UTC) - dt.timedelta(hours=number)
    return found.astimezone(start.tzinfo)


def _days_before(start: dt.datetime, number: float, zone: ZoneInfo | None) -> dt.datetime:
    if zone is None:
        return start - dt.timedelta(days=number)
    local = start.astimezone(zone)
    return local_instant(local.date() - dt.timedelta(days=round(number)), local.time(), zone)
