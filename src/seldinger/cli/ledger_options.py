"""What the ledger's commands share: their options, and how words become values."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from seldinger.care.ledger import Ledger
    from seldinger.care.ledger_records import Author

VARIABLE = "SELDINGER_LEDGER"

Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="FILE_OR_URL",
        envvar=VARIABLE,
        help="Where the ledger is: a file (SQLite) or postgresql://...",
    ),
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who writes.")]
Role = Annotated[str | None, typer.Option("--role", help="In which role: nurse, radiologist.")]
Now = Annotated[str | None, typer.Option("--now", help="Another time than now, with its offset.")]
Case = Annotated[str, typer.Argument(help="The case's name in this ledger.")]
Number = Annotated[int, typer.Argument(help="The number that the ledger gave it.")]
Said = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY=WORDS]...", help="What is known now.")
]


class Known(StrEnum):
    """An answer that may be unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def truth(self) -> bool | None:
        """True, False or None."""
        return {"yes": True, "no": False}.get(self.value)


def ledger(db: str | None, *, create: bool = False) -> Ledger:
    """The ledger that was named.

    Raises:
        CareError: none was, or it cannot be opened.
    """
    from seldinger.care.ledger import Ledger

    if not db:
        raise CareError(
            f"which ledger? say --db FILE_OR_URL, or set {VARIABLE}; there is no default"
        )
    return Ledger.open(db, create=create)


def author(name: str | None, role: str | None) -> Author:
    """Who writes.

    Raises:
        CareError: nobody is named.
    """
    from seldinger.care.ledger_records import Author

    if not name or not role:
        raise CareError("who writes? say --by NAME and --role ROLE")
    return Author(name, role)


def instant(told: str | None) -> dt.datetime:
    """The time that was told, else the clock's, with its offset.

    Raises:
        CareError: it is no time, or has no offset.
    """
    from seldinger.care import times
    from seldinger.care.ledger_records import require_zone

    if told is None:
        return dt.datetime.now(dt.UTC).astimezone()
    return require_zone(times.parse_instant(told), "--now")


def day(told: str | None) -> dt.date | None:
    """A day, or None where none was told.

    Raises:
        CareError: it is no date.
    """
    from seldinger.care import times

    return None if told is None else times.parse_date(told)


def said(pairs: list[str] | None) -> dict[str, str]:
    """Words by key.

    Raises:
        CareError: a word without a key, or a key twice.
    """
    found: dict[str, str] = {}
    for pair in pairs or []:
        key, equals, words = pair.partition("=")
        if not equals:
            raise CareError(f"{pair!r} has no key: write KEY=WORDS, allergies=none")
        if key in found:
            raise CareError(f"{key} is told twice: tell it once")
        found[key] = words
    return found
