"""Mistakes of a file in words: where, what was got, what is allowed, what was probably meant.

One voice for every file: the same mistake reads the same in a patient's file, a table of rules or a
department's profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from seldinger.core.naming import did_you_mean

Place: TypeAlias = tuple[str | int, ...]

_PLAINER = {
    "dataclass_type": "input should be a table",
    "dict_type": "input should be a table",
    "mapping_type": "input should be a table",
    "frozen_set_type": "input should be an array",
    "list_type": "input should be an array",
    "tuple_type": "input should be an array",
}
"""pydantic's kinds of fault that it words for programmers."""
_UNKNOWN_KEY = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_NEVER_SHOWN = 60
"""A value that is longer, or a table, is not repeated in a message."""


def describe_mistakes(
    mistakes: Sequence[Any],
    data: object,
    kind: Any,
    names: Mapping[Place, str] | None = None,
) -> list[str]:
    """Each mistake in a sentence; several ways to fail at one place are told in one.

    Args:
        mistakes: as ``pydantic.ValidationError.errors()`` gives them.
        data: what was read.
        kind: the dataclass that it should be.
        names: what the user calls a place (an option, say) where that is not the key.
    """
    by_place: dict[tuple[Place, str], list[Any]] = {}
    for one in mistakes:
        place = _in_file(tuple(one["loc"]), data, one["type"])
        by_place.setdefault((place, _sort(one)), []).append(one)
    return [
        _sentence(place, sort, many, data, kind, names or {})
        for (place, sort), many in by_place.items()
    ]


def describe_place(
    place: Place, data: object, kind: Any, names: Mapping[Place, str] | None = None
) -> str:
    """A place as its writer knows it: "[patient] sex", "[[lab]] 2 unit", "title", "the file".

    Args:
        place: keys and indices from the top of the file.
        data: what was read.
        kind: the dataclass that it should be.
        names: what the user calls a place where that is not the key.
    """
    for length in range(len(place), 0, -1):
        called = (names or {}).get(place[:length])
        if called is not None:
            return " ".join([called, *_counted(place[length:])])
    if not place:
        return "the file"
    first, rest = str(place[0]), place[1:]
    held = data.get(place[0]) if isinstance(data, Mapping) else None
    inner = held.get(rest[0]) if rest and isinstance(held, Mapping) else None
    if isinstance(inner, Mapping) or (_holds_tables(inner) and len(rest) > 1):
        first, rest, held = f"{first}.{rest[0]}", rest[1:], inner
    elif not (
        isinstance(held, Mapping) or _holds_tables(held) or _record(kind, place[:1]) is not None
    ):
        return " ".join([first, *_counted(rest)])
    one_of_many = _holds_tables(held) and bool(rest)
    return " ".join([f"[[{first}]]" if one_of_many else f"[{first}]", *_counted(rest)])


def _sort(mistake: Any) -> str:
    kind = str(mistake["type"])
    if kind in _UNKNOWN_KEY:
        return "unknown key"
    return kind if kind in {"missing", "value_error"} else "value"


def _sentence(
    place: Place, sort: str, many: Sequence[Any], data: object, kind: Any,
    names: Mapping[Place, str],
) -> str:  # fmt: skip
    where = describe_place(place, data, kind, names)
    if sort == "unknown key":
        above, key = describe_place(place[:-1], data, kind, names), str(place[-1])
        allowed = sorted(_keys(kind, place[:-1]))
        hint = did_you_mean(key, allowed) or _elsewhere(key, kind)
        return f"{above} has no key {key!r}; {hint}allowed: {', '.join(allowed)}"
    if sort == "missing":
        return f"{where} is missing{'' if place in names else _choices(kind, place)}"
    texts = list(dict.fromkeys(_said(one) for one in many))
    if sort == "value_error":
        words = "; ".join(texts)
        return f"{where}: {words}" if place else words
    return f"{where} is {_got(many[0]['input'])}: {', or '.join(texts)}"


def _elsewhere(key: str, kind: Any) -> str:
    """In which section a key stands that was written into another."""
    tables = (name for name in _hints(kind) if key in _keys(kind, (name,)))
    return "".join(f"it stands in [{name}]; " for name in tables)


def _said(mistake: Any) -> str:
    plainer = _PLAINER.get(mistake["type"])
    if plainer is not None:
        return plainer
    said = str(mistake["msg"]).removeprefix("Value error, ")
    return said if mistake["type"] == "value_error" else f"{said[:1].lower()}{said[1:]}"


def _got(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    shown = repr(value)
    return shown if len(shown) <= _NEVER_SHOWN else f"{shown[:_NEVER_SHOWN]}..."


def _in_file(loc: Place, data: object, sort: str) -> Place:
    """A place without what only pydantic knows: the tried members of a union, "[key]"."""
    kept: list[str | int] = []
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(data, Mapping) and (part in data or (last and sort == "missing")):
            data = data.get(part)
        elif isinstance(data, list | tuple) and isinstance(part, int):
            data = data[part] if part < len(data) else None
        else:
            continue
        kept.append(part)
    return tuple(kept)


def _counted(parts: Place) -> list[str]:
    """Parts of a place; the first of an array is 1."""
    return [str(part + 1) if isinstance(part, int) else part for part in parts]


def _holds_tables(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, Mapping) for one in value)


# --------------------------------------------------------------------------------- what may stand


def written_key(field: Field[Any]) -> str | None:
    """How a file writes a field of a record; None: it does not."""
    key: str | None = field.metadata.get("written", field.name.removesuffix("_"))
    return key if field.init else None


def _hints(record: Any) -> dict[str, Any]:
    """The keys of a record as they are written, each with its annotation."""
    told = get_type_hints(record, include_extras=True)
    written = ((written_key(one), told[one.name]) for one in fields(record))
    return {key: hint for key, hint in written if key is not None}


def _step(kind: Any, part: str | int) -> Any:
    """The annotation one part further down."""
    record = _inside(kind)
    if record is not None and isinstance(part, str):
        mapping = _mapping(kind)
        return record if mapping is not None else _hints(record).get(part)
    return kind


def _inside(kind: Any) -> Any:
    """The first record that an annotation holds: ``X``, ``X | None``, ``tuple[X, ...]``."""
    if isinstance(kind, type) and is_dataclass(kind):
        return kind
    held = (_inside(part) for part in get_args(kind))
    return next((one for one in held if one is not None), None)


def _mapping(kind: Any) -> Any:
    """The mapping of names to records that an annotation is; None: it is none."""
    origin = get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return kind
    held = (_mapping(part) for part in get_args(kind))
    return next((one for one in held if one is not None), None)


def _at(kind: Any, place: Place) -> tuple[Any, frozenset[str]]:
    """The annotation at a place, and the keys there that the file itself does not give."""
    hidden: frozenset[str] = frozenset()
    for part in place:
        if isinstance(part, str):
            hidden = frozenset(
                one.field for one in getattr(kind, "__metadata__", ()) if hasattr(one, "field")
            )
        kind = _step(kind, part)
    return kind, hidden


def _record(kind: Any, place: Place) -> Any:
    return _inside(_at(kind, place)[0])


def _keys(kind: Any, place: Place) -> set[str]:
    found, hidden = _at(kind, place)
    record = _inside(found)
    return set() if record is None else set(_hints(record)) - hidden


def _choices(kind: Any, place: Place) -> str:
    """What may stand at a place that was left empty."""
    above = _record(kind, place[:-1])
    annotation, _ = _at(kind, place)
    record = _inside(annotation)
    if record is not None:
        needed = _needed(record)
        inner = [f"{key}{_choices(record, (key,))}" for key in needed]
        return f": give {'; '.join(inner)}" if inner else ""
    bare = get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
    if get_origin(bare) is Literal:
        return f"; choose one of {', '.join(map(str, get_args(bare)))}"
    description = _described(above).get(str(place[-1]))
    return f": {description}" if description else ""


def _described(record: Any) -> dict[str | None, str | None]:
    """What a record says of its keys."""
    told = fields(record) if is_dataclass(record) else ()
    return {written_key(one): one.metadata.get("description") for one in told}


def _needed(record: Any) -> list[str]:
    return [
        key
        for part in fields(record)
        if part.default is MISSING
        and part.default_factory is MISSING
        and (key := written_key(part)) is not None
    ]
