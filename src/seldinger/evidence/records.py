"""Records are declared once: a frozen dataclass says what a table holds, and is what is read.

In:    TOML or plain tables, and the dataclass they shall become; its constraints stand in
       ``Annotated[...]`` of ``annotated_types``.
Out:   the record, strict: no number for a word, no unknown key, mappings read-only.
Never: a file that is half read: one error names the file and every place that does not fit, with
       what was got, what is allowed and what was probably meant.

A field whose name is a word of Python has a trailing underscore, ``class_``, and is written
without. pydantic checks, and is imported when the first file is read: a room that declares records
costs nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from annotated_types import Ge, Gt, MinLen

from seldinger.core.errors import SeldingerError
from seldinger.evidence.mistakes import describe_mistakes, written_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.resources.abc import Traversable

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

    from seldinger.evidence.mistakes import Place

T = TypeVar("T")

LARGEST_BYTES = 4_000_000
"""What people write is shorter; anything larger is another file."""

Text = Annotated[str, MinLen(1)]
"""Words: never empty."""


def written(key: str) -> dict[str, str]:
    """Metadata of a field that files know by another name: ``field(metadata=written("grade"))``."""
    return {"written": key}


def describe(what: str, **typed: str) -> dict[str, str]:
    """Metadata of a field: what it is, for a schema, for who left it out, and for its option.

    Args:
        what: in words, without a capital and a full stop.
        typed: ``flag`` and ``metavar`` of the option that gives it on a command line, where they do
            not follow from the key; ``file``: a word that ends so is a path.
    """
    return {"description": what, **typed}


def optional(what: str, default: Any = None, **typed: str) -> Any:
    """A field that a file need not give: what it is, for ``describe``, and its ``default``."""
    return field(default=default, metadata=describe(what, **typed))


UNWRITTEN = {"written": None}
"""Metadata of a field with a default that no file gives."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """Constraint of a name: it matches ``pattern``, from end to end unless ``whole`` is False."""

    pattern: str
    whole: bool = True

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """As pydantic knows it."""
        pattern = f"^(?:{self.pattern})$" if self.whole else self.pattern
        return {**handler(source), "pattern": pattern}


Key = Annotated[str, Spelled("[a-z0-9]+(-[a-z0-9]+)*")]
"""How files name things: lower case, words joined by hyphens."""
Word = Annotated[str, Spelled("[a-z0-9_]+")]
"""A name of Python's kind: the key of a source, a number with its unit."""
Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Count = Annotated[int, Ge(1)]


@dataclass(frozen=True, slots=True)
class Named:
    """Constraint of a mapping of records: ``field`` of each is the name that its table has."""

    field: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """As pydantic knows it."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self._with_names, handler(source))

    def _with_names(self, tables: object) -> object:
        if not isinstance(tables, dict):
            return tables
        for name, row in tables.items():
            if isinstance(row, dict) and self.field in row:
                raise ValueError(f"{name} has no key {self.field!r}: its table's name is that")
        return {
            name: {self.field: name, **row} if isinstance(row, dict) else row
            for name, row in tables.items()
        }


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value that is written otherwise than it is kept: ``parse`` makes one of the other.

    ``parse`` refuses with ``ValueError`` or an error of this package; ``schema`` is the JSON schema
    of what is written.
    """

    parse: Callable[[Any], object]
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"}, hash=False)

    def __get_pydantic_json_schema__(self, _: object, __: object) -> dict[str, Any]:
        """As a JSON schema has it."""
        return dict(self.schema)

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        """As pydantic knows it."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(_refusing(self.parse))


def read(kind: type[T], page: Path | Traversable, error: type[SeldingerError]) -> T:
    """A TOML file as a record.

    Args:
        kind: what it shall be.
        page: the file, a user's or one that ships with the package.
        error: of the room that asks.

    Raises:
        SeldingerError: an ``error``: no such file, not UTF-8, not TOML, or it does not fit.
    """
    return checked(kind, tables(page, error), page.name, error)


def shipped(package: str, folder: str) -> dict[str, str]:
    """The TOML pages in a folder of this package: file name -> text, sorted."""
    files = (resources.files(package) / folder).iterdir()
    pages = {one.name: one.read_text("utf-8") for one in files if one.name.endswith(".toml")}
    return dict(sorted(pages.items()))


def tables(page: Path | Traversable, error: type[SeldingerError]) -> dict[str, Any]:
    """The tables of a TOML file, as it has them.

    Raises:
        SeldingerError: an ``error``: no such file, too large, not UTF-8, or not TOML.
    """
    return parsed(text_of(page, error), page.name, error)


def text_of(page: Path | Traversable, error: type[SeldingerError], form: str = "TOML") -> str:
    """What stands in a file that people write.

    Args:
        page: the file, a user's or one that ships with the package.
        error: of the room that asks.
        form: what it should be, for messages.

    Raises:
        SeldingerError: an ``error``: no such file, too large, or not UTF-8.
    """
    try:
        if isinstance(page, Path) and page.stat().st_size > LARGEST_BYTES:
            raise error(f"{page.name} is too large: give a file of at most 4 MB")
        return page.read_bytes().decode("utf-8")
    except OSError as wrong:
        reason = wrong.strerror or "cannot be read"
        raise error(f"{page.name}: {reason}: give the path of a {form} file") from wrong
    except UnicodeDecodeError as wrong:
        raise error(f"{page.name} is not UTF-8 text: write {form} in UTF-8") from wrong


def parsed(text: str, name: str, error: type[SeldingerError]) -> dict[str, Any]:
    """The tables of some TOML.

    Args:
        text: of the file.
        name: of the file, for messages.
        error: of the room that asks.

    Raises:
        SeldingerError: an ``error``: not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise error(f"{name} is not TOML: {wrong}") from wrong


def checked(
    kind: type[T],
    data: Mapping[str, Any],
    name: str,
    error: type[SeldingerError],
    names: Mapping[Place, str] | None = None,
) -> T:
    """Plain tables as a record.

    Args:
        kind: a dataclass; what it holds are tables, and arrays of tables.
        data: nested as in the file.
        name: who says so, for messages: the file's name.
        error: of the room that asks.
        names: what the user calls a place (an option, say) where that is not the key.

    Raises:
        SeldingerError: an ``error`` that names every place that does not fit.
    """
    from pydantic import ValidationError

    try:
        record: T = _validator(cast("Any", kind)).validate_python(dict(data))
    except ValidationError as wrong:
        mistakes = wrong.errors(include_url=False, include_context=False)
        raise error(
            f"{name}: {'; '.join(describe_mistakes(mistakes, data, kind, names))}"
        ) from wrong
    return record


def pick(
    kinds: Mapping[str, type[T]],
    key: str,
    table: Mapping[str, Any],
    name: str,
    error: type[SeldingerError],
) -> type[T]:
    """The record that a table is, among several that are told apart by one of its words.

    Args:
        kinds: records by that word.
        key: where it stands.
        table: as the file has it.
        name: who says so, for messages.
        error: of the room that asks.

    Raises:
        SeldingerError: an ``error``: no such word; those there are, are named.
    """
    word = table.get(key)
    if isinstance(word, str) and word in kinds:
        return kinds[word]
    told = "missing" if word is None else repr(word)
    raise error(f"{name}: {key} is {told}; choose one of {', '.join(kinds)}")


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON schema of a file that is read as a record."""
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Closed(GenerateJsonSchema):
        def dataclass_schema(self, schema: Any) -> dict[str, Any]:
            made = super().dataclass_schema(schema)
            first = (schema["cls"].__doc__ or "").partition("\n")[0]
            return made | {"description": first, "additionalProperties": False}

    made: dict[str, Any] = Closed().generate(_strict(TypeAdapter(kind).core_schema))
    return made


def beside(record: T, folder: Path) -> T:
    """A record of a file with its paths taken from a folder."""
    changed: dict[str, Any] = {}
    for part in fields(cast("Any", record)):
        value = getattr(record, part.name)
        if is_dataclass(value):
            changed[part.name] = beside(value, folder)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changed[part.name] = tuple(beside(one, folder) for one in value)
        elif isinstance(value, Path) or _is_file(value, part.metadata.get("file")):
            changed[part.name] = type(value)(folder / value)
    made: T = replace(cast("Any", record), **changed)
    return made


def _is_file(value: object, suffix: str | None) -> bool:
    return suffix is not None and isinstance(value, str) and value.endswith(suffix)


@cache
def _validator(kind: Any) -> Any:
    from pydantic import TypeAdapter
    from pydantic_core import SchemaValidator

    return SchemaValidator(_strict(TypeAdapter(kind).core_schema))


_SCALARS = frozenset({"bool", "date", "datetime", "float", "int", "str", "time"})


_VALUES = frozenset({"default", "expected", "metadata"})
"""Keys of a schema that hold no schema."""


def _strict(schema: Any) -> Any:
    """A dataclass's schema as a file is read: strict scalars, no unknown keys, frozen mappings."""
    from pydantic_core import core_schema

    if isinstance(schema, list | tuple):
        return type(schema)(_strict(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    strict = {key: part if key in _VALUES else _strict(part) for key, part in schema.items()}
    kind = schema.get("type")
    if kind in _SCALARS:
        strict["strict"] = True
    if kind == "float":
        strict["allow_inf_nan"] = False
    if kind == "dict":
        return core_schema.no_info_after_validator_function(MappingProxyType, strict)
    if kind == "dataclass-args":
        strict["extra_behavior"] = "forbid"
    if kind == "dataclass":
        keys = {one.name: written_key(one) for one in fields(schema["cls"])}
        for one in strict["schema"]["fields"]:
            key = keys[one["name"]]
            one.update({"init": False} if key is None else {"validation_alias": key})
        ref = strict.pop("ref", None)
        return core_schema.no_info_wrap_validator_function(_built, strict, ref=ref)
    return strict


def _built(row: object, make: Callable[[object], object]) -> object:
    """A record; what its own ``__post_init__`` refuses is one of the file's mistakes."""
    return _refusing(make)(row)


def _refusing(make: Callable[[Any], object]) -> Callable[[Any], object]:
    def build(value: object) -> object:
        try:
            return make(value)
        except SeldingerError as wrong:
            raise ValueError(str(wrong)) from wrong

    return build
