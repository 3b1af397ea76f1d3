"""Writing to the ledger: rows with their author, and what must hold before one is added."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from seldinger.care import ledger_rows, pathway
from seldinger.care import ledger_tables as tables
from seldinger.care.ledger_procedures import match_procedure
from seldinger.care.ledger_records import (
    Author,
    Case,
    Event,
    Implant,
    Incident,
    NewCase,
    require_zone,
    strip_or_none,
    strip_words,
)
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

_NAME_LENGTH = 200
_DATE = "_date"
NOTE = "note"
"""The key of what no state asks for."""
_UNTIL_DISCHARGE, _LATER = "adverse_event", "late_event"
_NONE = frozenset({"none", "no"})


def insert_row(
    connection: Connection, table: Table, by: Author, now: dt.datetime, **row: Any
) -> int:
    """One row, with who wrote it and when; the number that it got.

    Raises:
        CareError: nobody is named, or ``now`` has no zone.
    """
    who = {
        "at": require_zone(now),
        "name": strip_words(by.name, "the name of who writes"),
        "role": strip_words(by.role, "the role of who writes"),
    }
    query = insert(table).values(**who, **row).returning(table.c.id)
    return int(connection.execute(query).scalar_one())


def insert_case(connection: Connection, new: NewCase, by: Author, now: dt.datetime) -> Case:
    """A case in the pathway's first state, with what is known of it.

    Raises:
        CareError: the name is taken or too long, the procedure is not known, something is empty,
            or a key that nobody asks for.
    """
    called = strip_words(new.name, "the case's name")
    if len(called) > _NAME_LENGTH or "\n" in called:
        raise CareError(f"a case's name is one line of up to {_NAME_LENGTH} characters")
    if ledger_rows.cases(connection, tables.cases.c.name == called):
        raise CareError(f"a case is called {called!r} already: give another name")
    row = {
        "name": called,
        "procedure": match_procedure(strip_words(new.procedure, "the procedure")),
        "access": strip_or_none(new.access, "the access"),
        "opened": require_zone(now),
    }
    connection.execute(insert(tables.cases).values(row))
    first = pathway.states()[0].name
    insert_row(connection, tables.moves, by, now, case_name=called, came_from=None, to=first)
    insert_entries(connection, called, new.known, by, now)
    return ledger_rows.case(connection, called)


def insert_entry(
    connection: Connection, case: str, key: str, value: str, by: Author, now: dt.datetime
) -> None:
    """One entry of a ``case``: ``value`` under ``key``, as it is told."""
    insert_row(connection, tables.entries, by, now, case_name=case, key=key, value=value)


def insert_entries(
    connection: Connection, case: str, values: Mapping[str, str], by: Author, now: dt.datetime
) -> None:
    """Entries of a ``case``: ``values`` under the pathway's keys.

    Raises:
        CareError: a key that nobody asks for, empty words, or "none" where an event stands.
    """
    allowed = [need.key for state in pathway.states() for need in state.needs] + [NOTE]
    for key, word in values.items():
        if key not in allowed:
            hint = did_you_mean(key, allowed)
            raise CareError(f"nothing is asked under {key!r}; {hint}allowed: {', '.join(allowed)}")
        value = strip_words(word, key)
        if key.endswith(_DATE):
            _check_date(key, value)
        if key in {_UNTIL_DISCHARGE, _LATER} and value.casefold() in _NONE:
            _check_no_event(connection, case, key)
        insert_entry(connection, case, key, value, by, now)


def _check_date(key: str, value: str) -> None:
    """Refuse what is no day where a day is asked for; that there is none is an answer."""
    if value.casefold() in {*_NONE, "not applicable", "not due"}:
        return
    try:
        dt.date.fromisoformat(value)
    except ValueError as wrong:
        raise CareError(f"{key} is {value!r}: write a day as YYYY-MM-DD, or none") from wrong


def last_state() -> str:
    """The state in which a case is closed."""
    return pathway.states()[-1].name


def event_key(state: str) -> str:
    """The key that an event answers in ``state``; ``CareError`` where the pathway asks for none."""
    for known_state in pathway.states():
        if any(need.key == _UNTIL_DISCHARGE for need in known_state.needs):
            return _LATER
        if known_state.name == state:
            return _UNTIL_DISCHARGE
    raise CareError(f"the pathway asks for no {_UNTIL_DISCHARGE}: its data are not whole")


def find_corrected(connection: Connection, case: str, number: int) -> Event:
    """The event that shall be replaced.

    Raises:
        CareError: this case has none of that number, or it is replaced already.
    """
    table = tables.events.c
    events = ledger_rows.events(connection, (table.id == number) & (table.case_name == case))
    if not events:
        raise CareError(f"the case {case} has no event {number}: `show` numbers them")
    if events[0].replaced_by is not None:
        raise CareError(f"event {number} is corrected by {events[0].replaced_by}: correct that one")
    return events[0]


def find_implant(connection: Connection, number: int) -> Implant:
    """The implant of that number.

    Raises:
        CareError: there is none.
    """
    implants = ledger_rows.implants(connection, tables.implants.c.id == number)
    if not implants:
        raise CareError(f"no implant has the number {number}: `due --all` numbers the open ones")
    return implants[0]


def find_open_implant(connection: Connection, number: int) -> Implant:
    """The same, held until the operation ends, and not resolved.

    Raises:
        CareError: there is none, or it is resolved.
    """
    ledger_rows.lock(connection, find_implant(connection, number).case)
    locked = find_implant(connection, number)
    if locked.resolved is not None:
        raise CareError(
            f"implant {number} was resolved on {locked.resolved.isoformat()} ({locked.how}): "
            "add it anew if that was wrong"
        )
    return locked


def find_incident(connection: Connection, number: int) -> Incident:
    """The incident of that number.

    Raises:
        CareError: there is none.
    """
    incidents = ledger_rows.incidents(connection, tables.incidents.c.id == number)
    if not incidents:
        raise CareError(f"no incident has the number {number}")
    return incidents[0]


def check_owner(owner: str, due: dt.date | None, placed: dt.date) -> str:
    """Who looks after an implant: ``owner`` without blanks around it.

    Raises:
        CareError: nobody, or it is due before it was placed.
    """
    if due is not None and due < placed:
        raise CareError(
            f"it is due on {due.isoformat()}, before it was placed on {placed.isoformat()}: give a "
            "later date"
        )
    return strip_words(owner, "the owner of the implant's date")


def check_day(day: dt.date, placed: dt.date | None, now: dt.datetime, what: str) -> None:
    """A day on which ``what`` was done.

    Raises:
        CareError: it has not come yet, or lies before the implant was placed.
    """
    today = require_zone(now).date()
    if day > today:
        raise CareError(f"{what} on {day.isoformat()}: that day has not come, it is {today}")
    if placed is not None and day < placed:
        raise CareError(f"{what} on {day.isoformat()}, but placed on {placed.isoformat()}")


def check_implants(connection: Connection, case: str) -> None:
    """Refuse to close over an implant that nobody has resolved.

    Raises:
        CareError: which ones are open, whose they are and when they are due.
    """
    table = tables.implants.c
    open_implants = ledger_rows.implants(
        connection, (table.case_name == case) & tables.implant_words.c.resolved.is_(None)
    )
    if open_implants:
        names = "; ".join(
            f"{one.number} ({one.kind} {one.device}, {one.owner}, "
            f"{'no date' if one.due is None else f'due {one.due.isoformat()}'})"
            for one in open_implants
        )
        raise CareError(
            f"a case cannot close with an open implant date: {names}; resolve each, saying "
            "when and how"
        )


def _check_no_event(connection: Connection, case: str, key: str) -> None:
    table = tables.events
    query = select(func.count()).where(table.c.case_name == case, table.c.key == key)
    if connection.execute(query).scalar_one():
        raise CareError(
            f"{key} cannot be none: the case has an event; correct the event, or say in words what "
            "became of it"
        )
