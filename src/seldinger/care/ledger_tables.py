"""The ledger's tables. All of them only grow: a correction is a new row, the last one counts.

SQLite refuses to change or delete a row (triggers); on PostgreSQL take UPDATE and DELETE away from
the role that writes. Instants are stored as ISO 8601 text in UTC, so that both databases hold the
same words.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
)

from seldinger.care.ledger_records import IMPLANT_KINDS

SCHEMA_VERSION = 1


class UtcText(TypeDecorator[dt.datetime]):
    """An aware instant as text of fixed width, "2026-11-25T08:00:00.000000+00:00"."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        """To the database."""
        del dialect
        if value is None:
            return None
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> dt.datetime | None:
        """From the database."""
        del dialect
        return None if value is None else dt.datetime.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _said() -> tuple[Column[dt.datetime], Column[str], Column[str]]:
    """When, and by whom in which role."""
    return (
        Column("at", UtcText, nullable=False),
        Column("name", Text, nullable=False),
        Column("role", Text, nullable=False),
    )


def _case(*, nullable: bool = False) -> Column[str]:
    return Column("case_name", ForeignKey("cases.name"), nullable=nullable, index=True)


schema = Table(
    "ledger_schema",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("version", Integer, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("procedure", Text, nullable=False),
    Column("access", Text),
    Column("opened", UtcText, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    *_said(),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
)

moves = Table(
    "moves",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    *_said(),
    Column("came_from", Text),
    Column("to", Text, nullable=False),
    UniqueConstraint("case_name", "to"),  # no two programs can make the same move
)

implants = Table(
    "implants",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    *_said(),
    Column("kind", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("udi", Text),
    Column("placed", Date, nullable=False),
    CheckConstraint(f"kind IN ({', '.join(repr(k) for k in IMPLANT_KINDS)})", name="kind"),
)

implant_words = Table(
    "implant_words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("implant_id", ForeignKey("implants.id"), nullable=False, index=True),
    *_said(),
    Column("owner", Text, nullable=False),
    Column("due", Date),
    Column("resolved", Date),
    Column("how", Text, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(),
    *_said(),
    Column("key", Text, nullable=False),
    Column("scale", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("device_related", Boolean),
    Column("harm", Boolean),
    Column("corrects", ForeignKey("events.id"), unique=True),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True),
    _case(nullable=True),
    *_said(),
    Column("device", Text, nullable=False),
    Column("lot", Text),
    Column("udi", Text),
    Column("expiry", Date),
    Column("what", Text, nullable=False),
)

incident_reports = Table(
    "incident_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    *_said(),
    Column("to", Text, nullable=False),
)

GROWING = (
    cases,
    entries,
    moves,
    implants,
    implant_words,
    events,
    incidents,
    incident_reports,
)

for _table in GROWING:
    for _act in ("UPDATE", "DELETE"):
        event.listen(
            _table,
            "after_create",
            DDL(  # type: ignore[no-untyped-call]
                f"CREATE TRIGGER {_table.name}_no_{_act.lower()} BEFORE {_act} ON {_table.name} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
            ).execute_if(dialect="sqlite"),
        )
