"""The ledger's database: how it is found, opened, and kept whole when a program is killed.

One operation is one transaction. SQLite keeps a *rollback journal*, not a write-ahead log, by
choice: between operations the ledger is then one file, so that a copy of it is whole, and it may
lie on a shared drive that honours locks (a write-ahead log may not). ``synchronous`` is EXTRA,
which is FULL and flushes the folder as well: what was acknowledged survives a power cut too. A
killed program leaves its journal beside the file, and the next one to open the ledger takes the
unfinished operation back: copy or move the two together.

A writer takes the lock before it reads (``BEGIN IMMEDIATE``), so that what it judged on cannot
change under it; another one waits for ``wait_s`` and is then told to try again. PostgreSQL runs
serialisable and says the same words.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, NullPool, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from seldinger.care import ledger_tables as tables
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_KINDS = ("sqlite", "postgresql")
_WRITES = "seldinger_writes"
# serialization_failure, deadlock_detected, lock_not_available
_BUSY_STATES = {"40001", "40P01", "55P03"}
BUSY = "the ledger is busy, another program writes to it: try again"


class Database:
    """An opened ledger database; holds no connection between operations.

    Attributes:
        shown: where it is, without a password.
        made: whether it was made now.
    """

    __slots__ = ("_engine", "made", "shown")

    def __init__(self, where: str | Path, *, create: bool, wait_s: float) -> None:
        url = _url(where)
        self.shown = url.database or "" if _is_sqlite(url) else url.render_as_string()
        if _is_sqlite(url) and not create and not Path(self.shown).exists():
            raise CareError(
                f"there is no ledger at {self.shown}: open a case there, which makes one, or give "
                "another place"
            )
        self._engine = _engine(url, wait_s)
        self.made = self._prepared(create=create)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A view of one moment.

        Raises:
            CareError: the database cannot be read, or is busy.
        """
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One operation: all of it is kept when the block ends, none of it otherwise.

        Raises:
            CareError: the database cannot be written, or is busy.
        """
        engine = self._engine.execution_options(**{_WRITES: True})
        with self._translated(), engine.begin() as connection:
            yield connection

    def _prepared(self, *, create: bool) -> bool:
        """Check the schema, or make it; whether it was made."""
        with self.writing() if create else self.reading() as connection:
            there = set(inspect(connection).get_table_names())
            if not there and create:
                tables.metadata.create_all(connection)
                connection.execute(
                    insert(tables.schema).values(id=1, version=tables.SCHEMA_VERSION)
                )
                return True
            if tables.schema.name not in there:
                raise CareError(
                    f"{self.shown} is a database, but no ledger: give the place of a ledger, or of "
                    "a file that is not there yet"
                )
            version = connection.execute(select(tables.schema.c.version)).scalar_one_or_none()
        if version is None or version < 1:
            raise CareError(f"{self.shown} says it has schema {version}, it is damaged: see a copy")
        if version > tables.SCHEMA_VERSION:
            raise CareError(
                f"{self.shown} has schema {version}, and this program knows up to "
                f"{tables.SCHEMA_VERSION}: a newer seldinger wrote it, so use that one"
            )
        return False

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The database's complaints in our words."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as wrong:
            raise CareError(self._refusal(wrong)) from wrong

    def _refusal(self, wrong: Exception) -> str:
        cause: object = wrong.orig if isinstance(wrong, DBAPIError) else wrong
        words = " ".join(str(cause).split())
        if getattr(cause, "sqlstate", None) in _BUSY_STATES or "is locked" in words:
            return BUSY
        if isinstance(wrong, IntegrityError):
            return f"the ledger changed at the same moment ({words}): look again, then try again"
        return (
            f"{self.shown} cannot be used: {words}; allowed: a ledger that this program may read "
            "and write, in a folder that exists"
        )


def _url(where: str | Path) -> URL:
    """A database's address; a path is SQLite's."""
    text = str(where)
    if "://" not in text:
        if not text.strip() or text.startswith(":"):
            raise CareError(f"a ledger needs a file or an address of a database, got {text!r}")
        return URL.create("sqlite", database=str(Path(text).absolute()))
    try:
        url = make_url(text)
    except ArgumentError as wrong:
        raise CareError("the ledger's address cannot be read: write postgresql://...") from wrong
    if url.get_backend_name() not in _KINDS:
        raise CareError(
            f"the ledger cannot live in {url.get_backend_name()}: give a file for SQLite or "
            "postgresql://..."
        )
    if _is_sqlite(url):
        if not url.database or url.database.startswith((":", "file:")):
            raise CareError("a ledger in memory forgets: give the path of a file")
        return URL.create("sqlite", database=str(Path(url.database).absolute()))
    return url


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _engine(url: URL, wait_s: float) -> Engine:
    """A door to the database, with nothing pooled: a connection lives as long as an operation."""
    if not _is_sqlite(url):
        try:
            return create_engine(url, poolclass=NullPool, isolation_level="SERIALIZABLE")
        except ImportError as missing:
            raise CareError(
                f"PostgreSQL needs the driver {missing.name!r}: install it, or name another in the "
                "address (postgresql+DRIVER://...)"
            ) from missing
        except SQLAlchemyError as wrong:
            raise CareError(f"no driver is called {url.drivername!r}") from wrong
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": wait_s})
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def _connected(raw: Any, record: object) -> None:
    """Every connection keeps the ledger's promises, and leaves BEGIN to us."""
    del record
    raw.isolation_level = None
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA synchronous = EXTRA")


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
