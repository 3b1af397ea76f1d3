"""Reading the ledger: rows of its tables become records. The last word of each thing counts."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

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
    from collections.abc import Iterable

    from sqlalchemy import Connection, RowMapping

T = TypeVar("T")


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
        _record(Case, row, state=row["to"], closed=row["at"] if row["to"] == end else None)
        for row in connection.execute(query).mappings()
    )


def known_keys(connection: Connection, name: str) -> frozenset[str]:
    """The keys under which a case has an entry."""
    table = tables.entries
    query = select(table.c.key).where(table.c.case_name == name).distinct()
    return frozenset(connection.execute(query).scalars())


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
    words = _grouped(connection, query, ImplantWord, "implant_id")
    return tuple(
        _record(Implant, row, words=tuple(words[row["id"]]))
        for row in connection.execute(statement).mappings()
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
    return tuple(_record(Event, row) for row in connection.execute(query).mappings())


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
    reports = _grouped(connection, query, Report, "incident_id")
    return tuple(
        _record(Incident, row, reports=tuple(reports.get(row["id"], ())))
        for row in connection.execute(statement).mappings()
    )


def records(connection: Connection, name: str | None = None) -> tuple[CaseRecord, ...]:
    """Everything about one case, or about all of them.

    Raises:
        CareError: there is no such case.
    """
    chosen = cases(connection) if name is None else (case(connection, name),)

    def mine(table: Table) -> ColumnElement[bool] | None:
        column: ColumnElement[str] = table.c.case_name
        return None if name is None else column == name

    def of_case(table: Table, kind: type[Any]) -> dict[str, list[Any]]:
        where = mine(table)
        query = select(table).where(true() if where is None else where).order_by(table.c.id)
        return _grouped(connection, query, kind, "case_name")

    written, stepped = of_case(tables.entries, Entry), of_case(tables.moves, Move)
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


_COLUMNS = {"number": "id", "case": "case_name"}
"""Fields of records whose column is called otherwise."""


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _record(kind: type[T], row: RowMapping, **more: object) -> T:
    """A row as a record: each field is the column of its name, but for what is given with it."""
    names = _names(cast("Any", kind))
    if "by" in names:
        more["by"] = Author(row["name"], row["role"])
    return kind(**{n: row[_COLUMNS.get(n, n)] for n in names if n not in more}, **more)


def _grouped(
    connection: Connection, query: Select[Any], kind: type[Any], column: str
) -> dict[Any, list[Any]]:
    """Records in the order of the query, by a column of their rows."""
    groups: dict[Any, list[Any]] = {}
    for row in connection.execute(query).mappings():
        groups.setdefault(row[column], []).append(_record(kind, row))
    return groups


def _by_case(found: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for one in found:
        groups.setdefault(one.case, []).append(one)
    return groups
