"""Times of a file: nothing without a zone, nothing that the clock shows twice or never."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from difflib import get_close_matches
from typing import Annotated

from seldinger.core.errors import CareError
from seldinger.evidence.records import Parsed


def parse_zone(value: object) -> zoneinfo.ZoneInfo:
    """The IANA zone called that.

    Raises:
        CareError: there is none.
    """
    if isinstance(value, str):
        try:
            return zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
    near = get_close_matches(str(value), sorted(zoneinfo.available_timezones()), n=1)
    hint = f"did you mean {near[0]!r}?" if near else "give an IANA name, 'Europe/Berlin'"
    raise CareError(f"no time zone is called {value!r}; {hint}")


def parse_instant(value: object) -> dt.datetime:
    """A date with a time, as TOML or ISO 8601 has it; its zone may still be missing.

    Raises:
        CareError: something else; a date alone too, for nobody knows the hour.
    """
    parsed = value
    if isinstance(value, str) and len(value.strip()) > len("2026-11-25"):
        try:
            parsed = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            parsed = None
    if not isinstance(parsed, dt.datetime):
        raise CareError(f"{value} is no date with a time: write 2026-11-25T08:00:00+01:00")
    return parsed


Moment = Annotated[dt.datetime, Parsed(parse_instant, {"type": "string", "format": "date-time"})]
"""An instant as a file has it; its zone may still be missing."""


def parse_date(value: object) -> dt.date:
    """A day.

    Raises:
        CareError: something else.
    """
    parsed = value
    if isinstance(value, str):
        try:
            parsed = dt.date.fromisoformat(value.strip())
        except ValueError:
            parsed = None
    if isinstance(parsed, dt.datetime) or not isinstance(parsed, dt.date):
        raise CareError(f"{value} is no date: write 2026-11-25")
    return parsed


Day = Annotated[dt.date, Parsed(parse_date, {"type": "string", "format": "date"})]
"""A day as a file has it."""


def parse_time(value: object) -> dt.time:
    """A time of day without a zone.

    Raises:
        CareError: something else.
    """
    parsed = value
    if isinstance(value, str) and ":" in value:
        try:
            parsed = dt.time.fromisoformat(value.strip())
        except ValueError:
            parsed = None
    if not isinstance(parsed, dt.time) or parsed.tzinfo is not None:
        raise CareError(f'{value} is no time of day: write "08:00"')
    return parsed


def localise(
    instant: dt.datetime | None, where: zoneinfo.ZoneInfo | None, what: str
) -> dt.datetime | None:
    """An instant in the patient's zone.

    Args:
        instant: with an offset, or the patient's own local time.
        where: the patient's zone; None: not told.
        what: the name of ``told``, for messages.

    Raises:
        CareError: there is neither an offset nor a zone, or the change of the clock shows that
            local time twice or never.
    """
    if instant is None:
        return None
    if instant.utcoffset() is not None:
        return instant if where is None else instant.astimezone(where)
    if where is None:
        raise CareError(
            f"{what}, {instant.isoformat()}, has no zone: write its offset (+01:00), or give "
            "[patient] time_zone"
        )
    here = instant.replace(tzinfo=where, fold=0)
    if here.utcoffset() != here.replace(fold=1).utcoffset():
        raise CareError(
            f"{what}, {instant.isoformat()}: the clock of {where.key} changes then and shows that "
            "time twice or never; write its offset"
        )
    return here


def age_years(birth: dt.date, now: dt.datetime) -> float:
    """Completed years of life.

    Raises:
        CareError: the birth is after ``now``.
    """
    if now.utcoffset() is None:
        raise CareError("now has no zone: give it with its offset")
    years = now.year - birth.year - ((now.month, now.day) < (birth.month, birth.day))
    if years < 0:
        raise CareError(f"the birth date {birth.isoformat()} is after {now.date().isoformat()}")
    return float(years)
