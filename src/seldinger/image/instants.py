"""Instants: DICOM's dates, times of day and offsets as points in time; what is not told is None."""

from __future__ import annotations

import datetime as dt
import re

_DATE = re.compile(r"(\d{4})[.]?(\d{2})[.]?(\d{2})$")
_CLOCK = re.compile(r"(\d{2}):?(\d{2})(?::?(\d{2})(?:\.(\d{1,6})\d*)?)?$")
_ZONE = re.compile(r"([+-])(\d{2})(\d{2})$")
_LAST_SECOND = 59
_DATE_DIGITS = 8


def parse_zone(text: str) -> dt.timezone | None:
    """The offset from UTC that ``text`` ("+0100") means; None when it means none."""
    match = _ZONE.match(text.strip())
    if match is None or int(match[2]) > 14 or int(match[3]) > _LAST_SECOND:  # noqa: PLR2004
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return dt.timezone(dt.timedelta(minutes=-minutes if match[1] == "-" else minutes))


def join_instant(date: str, clock: str, zone: dt.timezone | None) -> dt.datetime | None:
    """A ``date`` (DA) with a time of day, ``clock`` (TM), to the minute; None when one is not told.

    ``zone`` is that of the whole object, None when it tells none: then the instant has none either.
    """
    day, time = _DATE.match(date.strip()), _CLOCK.match(clock.strip())
    if day is None or time is None:
        return None
    # Clocks tell a leap second as 60.
    second = min(int(time[3] or 0), _LAST_SECOND)
    fraction_us = int((time[4] or "").ljust(6, "0") or 0)
    try:
        return dt.datetime(
            int(day[1]), int(day[2]), int(day[3]),
            int(time[1]), int(time[2]), second, fraction_us, tzinfo=zone,
        )  # fmt: skip
    except ValueError:
        return None


def parse_instant(text: str, zone: dt.timezone | None) -> dt.datetime | None:
    """A date and time in one (DT); its own offset holds before ``zone``, that of the object."""
    text = text.strip()
    own = _ZONE.search(text[_DATE_DIGITS:])
    if own is not None:
        text, zone = text[: -len(own[0])], parse_zone(own[0]) or zone
    return join_instant(text[:_DATE_DIGITS], text[_DATE_DIGITS:], zone)
