"""The ledger: cases and their pathway, implants with a date, adverse events, device incidents.

In a database of the owner's own: SQLite by a path, PostgreSQL by an address. Every operation is one
transaction: it is kept whole, or not at all, also when the program is killed (``ledger_database``
says how). Nothing is overwritten: a correction is a new entry, the last one counts, and the order
is that of writing. Whoever writes says who it is (``by``) and when (``now``, with a zone).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_

from seldinger.care import adverse, checklist, ledger_export, ledger_rows, pathway
from seldinger.care import ledger_tables as tables
from seldinger.care import ledger_writing as writing
from seldinger.care.ledger_database import Database
from seldinger.care.ledger_records import (
    IMPLANT_KINDS,
    Author,
    Case,
    CaseRecord,
    Event,
    Implant,
    Incident,
    NewCase,
    NewEvent,
    NewImplant,
    NewIncident,
    strip_or_none,
    strip_words,
)
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from seldinger.care.checklist import TimeOut
    from seldinger.care.pathway import Need

WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Ledger:
    """An opened ledger.

    Attributes:
        database: where it is kept; holds no connection between operations.
    """

    database: Database

    @classmethod
    def open(cls, where: str | Path, *, create: bool = False, wait_s: float = WAIT_S) -> Ledger:
        """Open a ledger.

        Args:
            where: a path (SQLite) or a database's address (``postgresql://...``).
            create: make one where there is none.
            wait_s: how long to wait for another program that writes.

        Raises:
            CareError: there is none, it is no ledger, a newer program wrote it, or it is busy.
        """
        return cls(Database(where, create=create, wait_s=wait_s))

    def open_case(
        self, name: str, procedure: str, access: str | None = None, *, by: Author, now: dt.datetime
    ) -> Case:
        """Open a case, in the pathway's first state.

        ``name`` is the owner's own identifier, ``procedure`` and ``access`` are as ordered.

        Raises:
            CareError: the name is taken or too long, the procedure is not known, or something is
                empty.
        """
        new = NewCase(name, procedure, access)
        with self.database.writing() as connection:
            return writing.insert_case(connection, new, by, now)

    def import_cases(
        self, new: Sequence[NewCase], *, by: Author, now: dt.datetime
    ) -> tuple[Case, ...]:
        """Open the ``new`` cases with what is known of each: all of them, or none.

        Raises:
            CareError: as ``open_case`` and ``record`` say, with the number of the case.
        """
        cases = []
        with self.database.writing() as connection:
            for number, case in enumerate(new, start=1):
                try:
                    cases.append(writing.insert_case(connection, case, by, now))
                except CareError as wrong:
                    raise CareError(f"case {number} ({case.name}): {wrong}") from wrong
        return tuple(cases)

    def records(self) -> tuple[CaseRecord, ...]:
        """Everything about every case, of one moment, in the order in which they were opened."""
        with self.database.reading() as connection:
            return ledger_rows.records(connection)

    def record(
        self, case: str, entries: Mapping[str, str], *, by: Author, now: dt.datetime
    ) -> CaseRecord:
        """Write entries; the last one of a key counts, those before stay to be read.

        ``said`` has words by key, and keys are those of the pathway, or "note". Closed cases take
        them too: a correction comes when it comes.

        Raises:
            CareError: no such case or key, empty words, or "none" where an event stands.
        """
        with self.database.writing() as connection:
            found = ledger_rows.lock(connection, case)
            writing.insert_entries(connection, found.name, entries, by, now)
            return ledger_rows.records(connection, found.name)[0]

    def missing(self, case: str, to: str | None = None) -> tuple[Need, ...]:
        """What must be known yet before a case enters a state.

        Args:
            case: its name.
            to: the state; None: the one that comes next.

        Raises:
            CareError: no such case or state.
        """
        with self.database.reading() as connection:
            found = ledger_rows.case(connection, case)
            keys = ledger_rows.known_keys(connection, case)
        coming = pathway.next_state(found.state) if to is None else pathway.state(to)
        return () if coming is None else pathway.list_missing(coming.name, keys)

    def move(
        self,
        case: str,
        to: str,
        *,
        by: Author,
        now: dt.datetime,
        entries: Mapping[str, str] | None = None,
    ) -> Case:
        """Move a case to the next state; entries told with it are kept only if it moves.

        Raises:
            CareError: the state is not the next one, something is missing, or the case would close
                with an open implant.
        """
        with self.database.writing() as connection:
            locked = ledger_rows.lock(connection, case)
            writing.insert_entries(connection, locked.name, entries or {}, by, now)
            pathway.check_move(locked.state, to, ledger_rows.known_keys(connection, locked.name))
            if to == writing.last_state():
                writing.check_implants(connection, locked.name)
            writing.insert_row(
                connection,
                tables.moves,
                by,
                now,
                case_name=locked.name,
                came_from=locked.state,
                to=to,
            )
            return ledger_rows.case(connection, locked.name)

    def close(
        self, case: str, *, by: Author, now: dt.datetime, entries: Mapping[str, str] | None = None
    ) -> Case:
        """Move a case to the last state, with ``entries`` told at the same time.

        Raises:
            CareError: as ``move`` says.
        """
        return self.move(case, writing.last_state(), by=by, now=now, entries=entries)

    def time_out(self, case: str, judged: TimeOut, *, by: Author, now: dt.datetime) -> CaseRecord:
        """Write a time-out: every line of it, and the pathway's key if the list is complete.

        Raises:
            CareError: no such case.
        """
        lines = [
            (f"{checklist.KEY}.{one.key}", f"{one.met.value}: {one.why or one.ask}")
            for one in judged.items
        ]
        if judged.entry is not None:
            lines.append((checklist.KEY, judged.entry))
        with self.database.writing() as connection:
            locked = ledger_rows.lock(connection, case)
            for key, value in lines:
                writing.insert_entry(connection, locked.name, key, value, by, now)
            return ledger_rows.records(connection, locked.name)[0]

    def add_implant(self, case: str, new: NewImplant, *, by: Author, now: dt.datetime) -> Implant:
        """Something stays in the patient: it has an owner and a date from now on.

        Raises:
            CareError: no such case or kind, the case is closed, or the dates do not fit.
        """
        if new.kind not in IMPLANT_KINDS:
            raise CareError(
                f"no kind of implant is {new.kind!r}; allowed: {', '.join(IMPLANT_KINDS)}"
            )
        row = {
            "kind": new.kind,
            "device": strip_words(new.device, "the implant's name"),
            "udi": strip_or_none(new.udi, "its identifier"),
            "placed": new.placed,
        }
        writing.check_day(new.placed, None, now, "placed")
        owner = writing.check_owner(new.owner, new.due, new.placed)
        with self.database.writing() as connection:
            locked = ledger_rows.lock(connection, case)
            if locked.closed is not None:
                raise CareError(f"the case {case} is closed: open a new one for its next implant")
            number = writing.insert_row(
                connection, tables.implants, by, now, case_name=locked.name, **row
            )
            last = {"owner": owner, "due": new.due, "resolved": None, "how": ""}
            writing.insert_row(connection, tables.implant_words, by, now, implant_id=number, **last)
            return writing.find_implant(connection, number)

    def assign_implant(
        self,
        number: int,
        why: str,
        *,
        owner: str | None = None,
        due: dt.date | None = None,
        by: Author,
        now: dt.datetime,
    ) -> Implant:
        """Give open implant ``number`` another ``owner`` or ``due`` date, and say ``why``.

        Raises:
            CareError: no such implant, it is resolved, or the date is before it was placed.
        """
        reason = strip_words(why, "why")
        with self.database.writing() as connection:
            old = writing.find_open_implant(connection, number)
            date = old.due if due is None else due
            row = {
                "owner": writing.check_owner(
                    old.owner if owner is None else owner, date, old.placed
                ),
                "due": date,
                "resolved": None,
                "how": reason,
            }
            writing.insert_row(connection, tables.implant_words, by, now, implant_id=number, **row)
            return writing.find_implant(connection, number)

    def resolve_implant(
        self, number: int, on: dt.date, how: str, *, by: Author, now: dt.datetime
    ) -> Implant:
        """Implant ``number`` is out, or stays for good in somebody's hands.

        ``how`` in words: removed, exchanged, or permanent and handed over to whom.

        Raises:
            CareError: no such implant, it is resolved, or that day cannot be.
        """
        how_words = strip_words(how, "how it was resolved")
        with self.database.writing() as connection:
            old = writing.find_open_implant(connection, number)
            writing.check_day(on, old.placed, now, "resolved")
            row = {"owner": old.owner, "due": old.due, "resolved": on, "how": how_words}
            writing.insert_row(connection, tables.implant_words, by, now, implant_id=number, **row)
            return writing.find_implant(connection, number)

    def due(self, on: dt.date) -> tuple[Implant, ...]:
        """Open implants whose date has come, most overdue first; last those without a date."""
        history = tables.implant_words.c
        with self.database.reading() as connection:
            open_implants = ledger_rows.implants(
                connection,
                history.resolved.is_(None) & or_(history.due.is_(None), history.due <= on),
            )
        return tuple(sorted(open_implants, key=lambda one: (one.due or dt.date.max, one.number)))

    def add_event(self, case: str, new: NewEvent, *, by: Author, now: dt.datetime) -> Event:
        """An adverse event, and the entry by which the pathway knows of it.

        Raises:
            CareError: no such case, scale, grade or event to correct.
        """
        grade = adverse.grade(new.scale, new.grade).key
        text = strip_words(new.text, "what happened")
        with self.database.writing() as connection:
            locked = ledger_rows.lock(connection, case)
            key = writing.event_key(locked.state)
            if new.corrects is not None:
                key = writing.find_corrected(connection, locked.name, new.corrects).key
            row = asdict(new) | {"key": key, "grade": grade, "text": text}
            number = writing.insert_row(
                connection, tables.events, by, now, case_name=locked.name, **row
            )
            value = f"{grade} ({adverse.scale(new.scale).title}): {text}"
            writing.insert_entry(connection, locked.name, key, value, by, now)
            return ledger_rows.events(connection, tables.events.c.id == number)[0]

    def add_incident(self, new: NewIncident, *, by: Author, now: dt.datetime) -> Incident:
        """A device failed, or nearly did.

        Raises:
            CareError: no such case, or something is empty.
        """
        row = {
            "device": strip_words(new.device, "the device"),
            "lot": strip_or_none(new.lot, "the lot"),
            "udi": strip_or_none(new.udi, "its identifier"),
            "expiry": new.expiry,
            "what": strip_words(new.what, "what happened"),
        }
        to = strip_or_none(new.reported_to, "to whom it was reported")
        with self.database.writing() as connection:
            name = None if new.case is None else ledger_rows.lock(connection, new.case).name
            number = writing.insert_row(
                connection, tables.incidents, by, now, case_name=name, **row
            )
            if to is not None:
                writing.insert_row(
                    connection, tables.incident_reports, by, now, incident_id=number, to=to
                )
            return writing.find_incident(connection, number)

    def report_incident(self, number: int, to: str, *, by: Author, now: dt.datetime) -> Incident:
        """Incident ``number`` was reported ``to`` somebody.

        Raises:
            CareError: no such incident.
        """
        whom = strip_words(to, "to whom it was reported")
        with self.database.writing() as connection:
            writing.find_incident(connection, number)
            writing.insert_row(
                connection, tables.incident_reports, by, now, incident_id=number, to=whom
            )
            return writing.find_incident(connection, number)

    def cases(self, *, open_only: bool = False) -> tuple[Case, ...]:
        """Cases in the order in which they were opened."""
        with self.database.reading() as connection:
            found = ledger_rows.cases(connection)
        return tuple(one for one in found if not open_only or one.closed is None)

    def show(self, case: str) -> CaseRecord:
        """Everything about a case.

        Raises:
            CareError: there is none.
        """
        with self.database.reading() as connection:
            return ledger_rows.records(connection, case)[0]

    def export(self) -> str:
        """The whole ledger as JSON, of one moment; the same ledger gives the same bytes."""
        with self.database.reading() as connection:
            found = ledger_rows.records(connection)
            loose = ledger_rows.incidents(connection, tables.incidents.c.case_name.is_(None))
        return ledger_export.to_json(found, loose)
