"""Due dates of implants as a calendar (iCalendar, RFC 5545), for the calendar of who owns them.

Only what the ledger calls the case and the device stands in it, never who the patient is.
"""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.care.ledger_records import Implant

_LONGEST = 75
"""Octets of a line, by the standard."""


def to_ics(implants: Sequence[Implant], now: dt.datetime) -> str:
    """Implants with a date as whole-day events; those without one have no day to stand on.

    Args:
        implants: open ones.
        now: when it is written, aware.

    Returns:
        Lines that end with CRLF, in UTF-8 folded at 75 octets.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//seldinger//ledger//EN"]
    for one in implants:
        if one.due is not None:
            lines += _event(one, one.due, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(implant: Implant, due: dt.date, now: dt.datetime) -> Iterable[str]:
    mark = sha256(f"{implant.case}/{implant.number}/{implant.placed}".encode()).hexdigest()[:24]
    what = f"{implant.kind}, {implant.device}: due ({implant.case})"
    more = (
        f"Implant {implant.number} of case {implant.case}, placed {implant.placed}. "
        f"Owner: {implant.owner}."
    )
    yield "BEGIN:VEVENT"
    yield f"UID:{mark}@seldinger-ledger"
    yield f"DTSTAMP:{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{due + dt.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(what)}"
    yield f"DESCRIPTION:{_escaped(more)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    """A line of at most 75 octets, continued after a blank; no character is cut."""
    parts, length = [""], 0
    for character in line:
        size = len(character.encode())
        if length + size > _LONGEST:
            parts.append(" ")
            length = 1
        parts[-1] += character
        length += size
    return "\r\n".join(parts)
