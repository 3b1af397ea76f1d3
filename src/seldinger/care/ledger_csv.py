"""The ledger and spreadsheets: cases as CSV, one row each, and rows that become cases.

Text that a spreadsheet would take for a formula gets an apostrophe before it, and loses it again on
the way in.
"""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING

from seldinger.care import pathway
from seldinger.care.ledger_records import NewCase
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.care.ledger_records import CaseRecord

HEAD = ("case", "procedure", "access")
_STANDING = ("state", "opened", "closed", "events", "open_implants", "incidents")
"""Columns that a ledger writes and never reads."""
_KNOWN = "known_"
_MOST_ROWS = 100_000
_FORMULA = ("=", "+", "-", "@", "\t")


def to_csv(records: Sequence[CaseRecord]) -> str:
    """Cases as CSV; the last word of every key that any case has."""
    used = {key for record in records for key in record.known}
    keys = [key for key in _keys() if key in used]
    stream = StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow((*HEAD, *_STANDING, *(_column(key) for key in keys)))
    for record in records:
        case = record.case
        events = [one for one in record.events if one.replaced_by is None]
        columns = (
            case.name,
            case.procedure,
            case.access or "",
            case.state,
            case.opened.isoformat(),
            "" if case.closed is None else case.closed.isoformat(),
            "; ".join(f"{one.scale} {one.grade}: {one.text}" for one in events),
            str(sum(1 for one in record.implants if one.resolved is None)),
            str(len(record.incidents)),
            *(record.known[key].value if key in record.known else "" for key in keys),
        )
        rows.writerow([_safe(one) for one in columns])
    return stream.getvalue()


def parse_cases(text: str) -> tuple[NewCase, ...]:
    """Rows as new cases.

    Args:
        text: CSV with a head; columns "case", "procedure", "access", and the pathway's keys.
            Commas or semicolons; what a ledger itself writes of a case's standing is passed over.

    Raises:
        CareError: no head, a column that is not known, a case twice, no rows, or too many.
    """
    lines = text.lstrip("\ufeff")
    first = lines.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(StringIO(lines), delimiter=separator, strict=True)
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as wrong:
        raise CareError(f"the file is no CSV: {wrong}") from wrong
    if len(rows) - 1 > _MOST_ROWS:
        raise CareError(f"the file has {len(rows) - 1} rows; allowed: up to {_MOST_ROWS}")
    if len(rows) <= 1:
        raise CareError(f"there is no case in the file; its head names {', '.join(HEAD)}, ...")
    head = _head(rows[0])
    cases = tuple(_case(number, head, row) for number, row in enumerate(rows[1:], start=2))
    twice = [name for name, n in Counter(one.name for one in cases).items() if n > 1]
    if twice:
        raise CareError(f"these cases stand in the file twice: {', '.join(twice)}")
    return cases


def _head(row: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip().lower().replace(" ", "_") for cell in row)
    columns = [_column(key) for key in _keys()]
    allowed = (*HEAD, *_STANDING, *columns)
    for name in names:
        if name not in allowed:
            hint = did_you_mean(name, allowed)
            raise CareError(
                f"the column {name!r} is not known; {hint}nothing is passed over: rename it, or "
                f"take it out. There are: {', '.join((*HEAD, *columns))}"
            )
    if len(set(names)) != len(names):
        raise CareError("a column stands in the file twice: keep one")
    lacking = [name for name in HEAD[:2] if name not in names]
    if lacking:
        raise CareError(f"the file has no column {lacking[0]!r}; its head names {', '.join(HEAD)}")
    return names


def _case(number: int, head: Sequence[str], row: Sequence[str]) -> NewCase:
    if len(row) != len(head):
        raise CareError(f"row {number} has {len(row)} cells, the head {len(head)}")
    values = {
        name: _plain(cell.strip()) for name, cell in zip(head, row, strict=True) if cell.strip()
    }
    known = {
        name.removeprefix(_KNOWN): value
        for name, value in values.items()
        if name not in (*HEAD, *_STANDING)
    }
    lacking = [name for name in HEAD[:2] if name not in values]
    if lacking:
        raise CareError(f"row {number} names no {lacking[0]}")
    return NewCase(values["case"], values["procedure"], values.get("access"), known)


def _column(key: str) -> str:
    """A key's column; one that is called like a column of the case itself gets a prefix."""
    return f"{_KNOWN}{key}" if key in (*HEAD, *_STANDING) else key


def _keys() -> list[str]:
    return [need.key for state in pathway.states() for need in state.needs] + ["note"]


def _safe(told: str) -> str:
    return f"'{told}" if told.startswith(_FORMULA) else told


def _plain(told: str) -> str:
    return told[1:] if told.startswith("'") and told[1:].startswith(_FORMULA) else told
