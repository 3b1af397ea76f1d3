"""Label keys: which name belongs to which number, read from JSON or CSV by content."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_ID_HINTS = ("id", "label", "label_id", "value", "labelvalue", "label_value", "index", "number")
_IDS = frozenset({"id", "label_id", "value", "labelvalue", "label_value"})
"""Of these titles two with different numbers contradict each other; "index" may count rows."""
_NAME_HINTS = (
    "name",
    "structure",
    "label_name",
    "class",
    "class_name",
    "label",
    "segment",
    "organ",
)
_NAME_TITLES = ("name", "structure", "label_name")
"""A column of such a title is the one of names: repeated words in it are a mistake."""
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    cells: tuple[str, ...]


def read(path: Path, present: Iterable[int]) -> dict[int, str]:
    """The key in ``path`` as id -> name, background (0) left out.

    JSON: name -> id or id -> name, also inside a ``"labels"`` member. CSV: the id column is the one
    with unique whole numbers that cover ``found`` best, the name column the one with unique words;
    titles decide only between equals.

    Args:
        path: ``.json``, or CSV with commas, semicolons or tabs.
        present: values other than 0 that occur in the label map.

    Raises:
        LabelError: unreadable, ambiguous, a name or id twice, or no id of the key occurs.
    """
    values = frozenset(present)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise LabelError(f"{path.name}: the label key cannot be read: {wrong}") from wrong
    if path.suffix.lower() == ".json":
        pairs = _json_pairs(text, path.name)
    else:
        pairs = _csv_pairs(text, values, path.name)
    key = _unique(pairs, path.name)
    if not values & key.keys():
        raise LabelError(
            f"{path.name}: the label key has ids {_some(key)}, the label map holds "
            f"{_some(values)}: none "
            f"fits. Give the key that belongs to this label map"
        )
    return key


def read_names(path: Path) -> tuple[str, ...] | None:
    """The names in the key, where they can be told without the label map; None otherwise.

    Raises:
        LabelError: there is no such file, or it is no key.
    """
    if path.suffix.lower() != ".json":
        # Which of its columns are ids depends on the values that occur.
        if not path.is_file():
            raise LabelError(f"{path.name}: the label key cannot be read: there is no such file")
        return None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise LabelError(f"{path.name}: the label key cannot be read: {wrong}") from wrong
    return tuple(_unique(_json_pairs(text, path.name), path.name).values())


def _json_pairs(text: str, name: str) -> list[tuple[int, str]]:
    try:
        data = json.loads(text, object_pairs_hook=list)
    except (json.JSONDecodeError, RecursionError) as wrong:
        raise LabelError(f"{name}: the label key is no valid JSON: {wrong}") from wrong
    members = dict(data) if _is_object(data) else {}
    if _is_object(members.get("labels")):
        data = members["labels"]
    if not _is_object(data) or not data:
        raise LabelError(
            f"{name}: the label key must be one JSON object, name to id or id to name "
            f'(such as {{"liver": 5}} or {{"5": "liver"}})'
        )
    if all(isinstance(v, str) and _whole(k) is not None for k, v in data):
        return [(_number(k), v) for k, v in data]
    if all(_whole(v) is not None for _, v in data):
        return [(_number(v), k) for k, v in data]
    odd = next((k, v) for k, v in data if _whole(v) is None)
    raise LabelError(
        f"{name}: the label key must map every name to one whole number, or every number to one "
        f"name; "
        f"got {odd[0]!r}: {odd[1]!r}"
    )


def _is_object(data: object) -> bool:
    """Whether ``data`` came from a JSON object (its members arrive as pairs)."""
    return isinstance(data, list) and all(isinstance(p, tuple) for p in data)


def _csv_pairs(text: str, values: frozenset[int], name: str) -> list[tuple[int, str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise LabelError(f"{name}: the label key is empty")
    counts = {d: lines[0].count(d) for d in _DELIMITERS}
    delimiter = max(counts, key=lambda d: counts[d])
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error as wrong:
        raise LabelError(f"{name}: the label key is no valid CSV: {wrong}") from wrong
    width = len(rows[0])
    ragged = next((n for n, row in enumerate(rows, 1) if len(row) != width), None)
    if width < 2 or ragged is not None:  # noqa: PLR2004
        raise LabelError(
            f"{name}: the label key needs at least two columns, the same number in every row "
            f"(row {ragged or 1} has {len(rows[(ragged or 1) - 1])})"
        )
    columns = _columns(rows)
    ids = _id_column(columns, values, name)
    names = _name_column(columns, ids, name)
    return [(_number(i), n) for i, n in zip(ids.cells, names.cells, strict=True)]


def _columns(rows: Sequence[Sequence[str]]) -> list[_Column]:
    """Columns, with their titles when the first row is one of titles (it holds no number)."""
    titled = all(_whole(cell) is None for cell in rows[0])
    body = rows[1:] if titled else rows
    return [
        _Column(title.lower() if titled else "", tuple(row[n] for row in body))
        for n, title in enumerate(rows[0])
    ]


def _id_column(columns: Sequence[_Column], values: frozenset[int], name: str) -> _Column:
    fitting: dict[int, list[_Column]] = {}
    for column in columns:
        numbers = [_whole(cell) for cell in column.cells]
        if not numbers or None in numbers or len(set(numbers)) < len(numbers):
            continue
        fitting.setdefault(
            len(values.intersection(n for n in numbers if n is not None)), []
        ).append(column)
    best = max(fitting, default=0)
    if best == 0:
        raise LabelError(
            f"{name}: no column of the label key holds unique whole numbers that occur in the "
            f"label map "
            f"({_some(values)}); there are the columns {_titles(columns)}"
        )
    return _one(fitting[best], _ID_HINTS, "ids", name)


def _name_column(columns: Sequence[_Column], ids: _Column, name: str) -> _Column:
    words = [
        c
        for c in columns
        if c is not ids and all(cell and _whole(cell) is None for cell in c.cells)
    ]
    fitting = [c for c in words if len(set(c.cells)) == len(c.cells)]
    titled = [c for c in words if c.title in _NAME_TITLES]
    if fitting and not (titled and not any(c in fitting for c in titled)):
        return _one(fitting, _NAME_HINTS, "names", name)
    repeated = "; ".join(f"{c.title or 'a column'}: {_twice(c.cells)}" for c in titled or words)
    raise LabelError(
        f"{name}: no column of the label key holds a different name in every row"
        + (f" (twice in {repeated})" if repeated else "")
    )


def _one(fitting: Sequence[_Column], hints: Sequence[str], what: str, name: str) -> _Column:
    """The only column, or the one whose title says what it is, or the only distinct content."""
    if len({c.cells for c in fitting}) == 1:
        return fitting[0]
    hinted = [c for hint in hints for c in fitting if c.title == hint]
    if hinted and not (what == "ids" and len({c.cells for c in hinted if c.title in _IDS}) > 1):
        return hinted[0]
    raise LabelError(
        f"{name}: several columns of the label key could hold the {what} ({_titles(fitting)}); "
        f"leave one{'' if hinted else f', or title it {hints[0]!r}'}"
    )


def _unique(pairs: Sequence[tuple[int, str]], name: str) -> dict[int, str]:
    pairs = [(number, word.strip()) for number, word in pairs if number != 0]
    bad = [number for number, word in pairs if number < 0 or not word]
    if bad:
        raise LabelError(f"{name}: ids must be positive and names not empty; see id {bad[0]}")
    for what, entries in (("name", [w for _, w in pairs]), ("id", [str(n) for n, _ in pairs])):
        twice = _twice(entries)
        if twice:
            raise LabelError(
                f"{name}: every {what} of the label key must be unique, got twice: {twice}"
            )
    return dict(pairs)


def _twice(entries: Sequence[str]) -> str:
    return ", ".join(sorted({e for e in entries if entries.count(e) > 1}))


def _whole(value: Any) -> int | None:
    """``value`` as a whole number when it is one: 5, "5", 5.0; not True."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        digits = value.strip().removesuffix(".0")
        return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) < 20 else None  # noqa: PLR2004
    return None


def _number(value: Any) -> int:
    number = _whole(value)
    if number is None:
        raise LabelError(f"{value!r} is no label id")
    return number


def _titles(columns: Sequence[_Column]) -> str:
    return ", ".join(c.title or f"column {n}" for n, c in enumerate(columns, 1))


def _some(values: Iterable[int]) -> str:
    """A few numbers of many, for messages."""
    ordered = sorted(values)
    shown = ", ".join(str(v) for v in ordered[:8])
    return shown + (f", ... ({len(ordered)} in all)" if len(ordered) > 8 else "")  # noqa: PLR2004
