"""Reading the ledger: rows of its tables become records. The last word of each thing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, func, select, true

from seldinger.care import ledger_tables as tables
from seldinger.care import pathway
from seldinger.care.ledger_records import (
    Author,
    Case,
    CaseRecord,
    Entry,
    Event,
    Implant,
    ImplantWord,
    Incident,
    Move,
    Report,
)
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, RowMapping


def lock(connection: Connection, name: str) -> Case:
    """The case called that, held until the operation ends.

    Raises:
        CareError: there is none.
    """
    row = tables.cases.c.name
    connection.execute(select(row).where(row == name).with_for_update())
    return case(connection, name)


def case(connection: Connection, name: str) -> Case:
    """The case called that.

    Raises:
        CareError: there is none.
    """
    matches = cases(connection, tables.cases.c.name == name)
    if not matches:
        raise CareError(f"no case is called {name!r} in this ledger: `list` shows those there are")
    return matches[0]


def cases(connection: Connection, where: ColumnElement[bool] | None = None) -> tuple[Case, ...]:
    """Cases in the order in which they were opened."""
    table, moves = tables.cases, tables.moves
    other = moves.alias("other")
    last = select(func.max(other.c.id)).where(other.c.case_name == table.c.name).scalar_subquery()
    query = (
        select(table, moves.c.to, moves.c.at)
        .select_from(table)
        .join(moves, moves.c.id == last)
        .where(true() if where is None else where)
        .order_by(table.c.opened, table.c.name)
    )
    end = pathway.states()[-1].name
    return tuple(
        Case(
            name=row["name"],
            procedure=row["procedure"],
            access=row["access"],
            state=row["to"],
            opened=row["opened"],
            closed=row["at"] if row["to"] == end else None,
        )
        for row in connection.execute(query).mappings()
    )


def known_keys(connection: Connection, name: str) -> frozenset[str]:
    """The keys under which a case has an entry."""
    table = tables.entries
    query = select(table.c.key).where(table.c.case_name == name).distinct()
    return frozenset(connection.execute(query).scalars())


def entries(connection: Connection, names: Sequence[str] | None) -> dict[str, list[Entry]]:
    """Entries by case, in the order of writing; None: of every case."""
    found = _of(connection, select(tables.entries), tables.entries, names)
    return _grouped(
        (r["case_name"], Entry(r["id"], r["at"], _author(r), r["key"], r["value"])) for r in found
    )


def moves(connection: Connection, names: Sequence[str] | None) -> dict[str, list[Move]]:
    """Moves by case, in the order of writing."""
    found = _of(connection, select(tables.moves), tables.moves, names)
    return _grouped(
        (r["case_name"], Move(r["at"], _author(r), r["came_from"], r["to"])) for r in found
    )


def implants(
    connection: Connection, where: ColumnElement[bool] | None = None
) -> tuple[Implant, ...]:
    """Implants in the order of writing, each with every word about it."""
    things, history = tables.implants, tables.implant_words
    other = history.alias("other")
    last = select(func.max(other.c.id)).where(other.c.implant_id == things.c.id).scalar_subquery()
    statement = (
        select(things)
        .select_from(things)
        .join(history, history.c.id == last)
        .where(true() if where is None else where)
        .order_by(things.c.id)
    )
    mine = statement.with_only_columns(things.c.id).order_by(None)
    query = select(history).where(history.c.implant_id.in_(mine)).order_by(history.c.id)
    words = _grouped(
        (
            r["implant_id"],
            ImplantWord(r["at"], _author(r), r["owner"], r["due"], r["resolved"], r["how"]),
        )
        for r in connection.execute(query).mappings()
    )
    return tuple(
        Implant(
            number=r["id"],
            case=r["case_name"],
            kind=r["kind"],
            device=r["device"],
            udi=r["udi"],
            placed=r["placed"],
            words=tuple(words[r["id"]]),
        )
        for r in connection.execute(statement).mappings()
    )


def events(connection: Connection, where: ColumnElement[bool] | None = None) -> tuple[Event, ...]:
    """Adverse events in the order of writing, each with the one that replaces it."""
    table = tables.events
    later = table.alias("later")
    query = (
        select(table, later.c.id.label("replaced_by"))
        .outerjoin(later, later.c.corrects == table.c.id)
        .where(true() if where is None else where)
        .order_by(table.c.id)
    )
    return tuple(
        Event(
            number=r["id"],
            case=r["case_name"],
            at=r["at"],
            by=_author(r),
            key=r["key"],
            scale=r["scale"],
            grade=r["grade"],
            text=r["text"],
            device_related=r["device_related"],
            harm=r["harm"],
            corrects=r["corrects"],
            replaced_by=r["replaced_by"],
        )
        for r in connection.execute(query).mappings()
    )


def incidents(
    connection: Connection, where: ColumnElement[bool] | None = None
) -> tuple[Incident, ...]:
    """Device incidents in the order of writing, each with everyone it was reported to."""
    table, report_table = tables.incidents, tables.incident_reports
    statement = select(table).where(true() if where is None else where).order_by(table.c.id)
    mine = statement.with_only_columns(table.c.id).order_by(None)
    query = (
        select(report_table).where(report_table.c.incident_id.in_(mine)).order_by(report_table.c.id)
    )
    reports = _grouped(
        (r["incident_id"], Report(r["at"], _author(r), r["to"]))
        for r in connection.execute(query).mappings()
    )
    return tuple(
        Incident(
            number=r["id"],
            case=r["case_name"],
            at=r["at"],
            by=_author(r),
            device=r["device"],
            lot=r["lot"],
            udi=r["udi"],
            expiry=r["expiry"],
            what=r["what"],
            reports=tuple(reports.get(r["id"], ())),
        )
        for r in connection.execute(statement).mappings()
    )


def records(connection: Connection, name: str | None = None) -> tuple[CaseRecord, ...]:
    """Everything about one case, or about all of them.

    Raises:
        CareError: there is no such case.
    """
    chosen = cases(connection) if name is None else (case(connection, name),)
    names = None if name is None else [name]

    def mine(table: Table) -> ColumnElement[bool] | None:
        column: ColumnElement[str] = table.c.case_name
        return None if name is None else column == name

    written, stepped = entries(connection, names), moves(connection, names)
    left = _by_case(implants(connection, mine(tables.implants)))
    harmed = _by_case(events(connection, mine(tables.events)))
    failed = _by_case(incidents(connection, mine(tables.incidents)))
    return tuple(
        CaseRecord(
            case=one,
            entries=tuple(written.get(one.name, ())),
            moves=tuple(stepped.get(one.name, ())),
            implants=tuple(left.get(one.name, ())),
            events=tuple(harmed.get(one.name, ())),
            incidents=tuple(failed.get(one.name, ())),
        )
        for one in chosen
    )


def _of(
    connection: Connection, query: Select[Any], table: Table, names: Sequence[str] | None
) -> Iterable[RowMapping]:
    if names is not None:
        query = query.where(table.c.case_name.in_(names))
    return connection.execute(query.order_by(table.c.id)).mappings()


def _author(row: RowMapping) -> Author:
    return Author(row["name"], row["role"])


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _by_case(found: Iterable[Any]) -> dict[str, list[Any]]:
    return _grouped((one.case, one) for one in found)
