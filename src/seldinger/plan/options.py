"""Options: the fields of a case as they are typed on a command line.

In:    the record of a case, where every field is declared once.
Out:   an ``Option`` for each field: what it is called, what it is, how it is read and spelled.
Never: a terminal; a front end brings the words.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)  # fmt: skip

from seldinger.core.errors import CaseError
from seldinger.core.space import Vector

if TYPE_CHECKING:
    from collections.abc import Iterable
    from dataclasses import Field

    from seldinger.evidence.mistakes import Place

COMMANDS_OWN = ("--out", "--json", "--help")
"""Options of the command line that are no field of a case."""


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a case.

    Attributes:
        place: where it stands in the case file.
        flag: what is typed: "--target-lps".
        help: what it is, in a sentence.
        metavar: what is typed after it; None: its kind says it.
        group: what it belongs to.
        kind: of its value; of one of its values where it has many.
        many: "once"; "often": several values; "named": several, each with its name.
        default: what it is when it is not given.
    """

    place: Place
    flag: str
    help: str
    metavar: str | None
    group: str
    kind: Any
    many: Literal["once", "often", "named"]
    default: object

    def read(self, words: Any) -> object:
        """What the words mean, as a file would hold it.

        Args:
            words: of the option; a list of them where there may be many.

        Raises:
            CaseError: a word that is no point, no pair or no record; who reads the case judges the
                rest.
        """
        if self.many == "named":
            return {name: _value(self, one) for name, one in _pairs(words, self.flag).items()}
        return _value(self, words) if self.many == "once" else [_value(self, one) for one in words]

    def spell(self, case: object) -> list[str]:
        """The words by which a case says it; files by their names, never by a machine's paths."""
        value: Any = case
        for part in self.place:
            value = None if value is None else getattr(value, str(part))
        if value is None or value == self.default:
            return []
        if self.many == "named":
            return [word for k, v in value.items() for word in (self.flag, f"{k}={_spelled(v)}")]
        if self.many == "often":
            return [word for one in value for word in (self.flag, _spelled(one))]
        return [self.flag] if value is True else [self.flag, _spelled(value)]


def list_options(case: type[Any]) -> tuple[Option, ...]:
    """The fields of a case's sections, in their order; a flag that is taken says its section."""
    hints = get_type_hints(case, include_extras=True)
    found: list[Option] = []
    for section in fields(case):
        kind, many = _kind_of(hints[section.name])
        if many != "once":
            found.append(_option(section, hints[section.name], case))
        elif is_dataclass(kind):
            inner = get_type_hints(kind, include_extras=True)
            found += [_option(one, inner[one.name], kind, section.name) for one in fields(kind)]
    taken, told = set(COMMANDS_OWN), []
    for one in found:
        flag = f"--{one.place[0]}-{one.flag[2:]}" if one.flag in taken else one.flag
        taken.add(flag)
        told.append(replace(one, flag=flag))
    return tuple(told)


def map_names(case: type[Any]) -> Mapping[Place, str]:
    """What each place of a case is called on a command line; a section: what it cannot lack."""
    named: dict[Place, str] = {one.place: one.flag for one in list_options(case)}
    return {(one.name,): one.metadata["flag"] for one in fields(case) if "flag" in one.metadata} | (
        named
    )


def record_options(record: Any) -> dict[str, str | float | bool | None]:
    """What a plan keeps of options: plain values by key, the rest as it is typed."""
    return {one.name: _recorded(getattr(record, one.name)) for one in fields(record)}


def _recorded(value: Any) -> str | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_spelled(one)}" for name, one in value.items()) or None
    if not isinstance(value, tuple):
        return _spelled(value)
    if value and isinstance(value[0], float):
        return str(value)
    return ("; " if value and is_dataclass(value[0]) else ", ").join(map(_spelled, value)) or None


def _option(one: Field[Any], hint: Any, owner: Any, *above: str) -> Option:
    kind, many = _kind_of(hint)
    told = str(one.metadata.get("description", ""))
    return Option(
        place=(*above, one.name),
        flag=one.metadata.get("flag") or f"--{_typed(one.name)}",
        help=f"{told[:1].upper()}{told[1:]}.",
        metavar=one.metadata.get("metavar") or _metavar(kind, many),
        group=(owner.__doc__ or "").partition("\n")[0].partition(":")[0].rstrip("."),
        kind=kind,
        many=many,
        default=one.default if one.default_factory is MISSING else one.default_factory(),
    )


def _typed(key: str) -> str:
    """A key as an option: a point's without its unit."""
    return (key.removesuffix("_mm") if key.endswith("_lps_mm") else key).replace("_", "-")


def _metavar(kind: Any, many: str) -> str | None:
    if many == "named":
        return "NAME=VALUE"
    if is_dataclass(kind):
        first, named = _parts(kind)
        return f"'{' '.join([*(str(one.metavar) for one in first), *map(_named, named)])}'"
    if get_origin(kind) is Literal:
        return "|".join(map(str, get_args(kind)))
    return "X,Y,Z" if kind == Vector else None


def _kind_of(hint: Any) -> tuple[Any, Literal["once", "often", "named"]]:
    """What an annotation asks for: of one value, and how many there may be."""
    bare = _bare(hint)
    origin, inner = get_origin(bare), get_args(bare)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _bare(inner[1]), "named"
    if origin is tuple and inner[-1] is Ellipsis:
        return _bare(inner[0]), "often"
    return bare, "once"


def _bare(hint: Any) -> Any:
    """An annotation without its constraints and without None."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _bare(next(part for part in get_args(hint) if part is not types.NoneType))
    return hint


# ------------------------------------------------------------------------------------------- words


def _value(option: Option, word: Any) -> object:
    kind = option.kind
    if kind == Vector:
        return _point(word, option.flag)
    if is_dataclass(kind):
        return _record(option, word)
    try:
        return kind(word) if kind in (float, int) else word
    except ValueError:
        return word


def _point(text: str, flag: str) -> tuple[float, ...]:
    """Three numbers out of "X,Y,Z"."""
    try:
        found = tuple(float(word) for word in text.split(","))
    except ValueError:
        found = ()
    if len(found) != len(get_args(Vector)):
        raise CaseError(f"{flag} is {text!r}: give three numbers, X,Y,Z in LPS mm")
    return found


def _pairs(words: Iterable[str], flag: str) -> dict[str, str]:
    """Words like "name=value" as a mapping."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (equals and name and value):
            raise CaseError(f"{flag} is {word!r}: give NAME=VALUE")
        if name in found:
            raise CaseError(f"{flag} names {name!r} twice: give it once")
        found[name] = value
    return found


def _parts(record: Any) -> tuple[list[Option], list[Option]]:
    """The fields of a record that is typed in one word: what it needs, in order; the rest."""
    hints = get_type_hints(record, include_extras=True)
    made = [
        (one.default is MISSING, _option(one, hints[one.name], record)) for one in fields(record)
    ]
    return [one for needed, one in made if needed], [one for needed, one in made if not needed]


def _named(one: Option) -> str:
    return f"{one.flag}={one.metavar}"


def _record(option: Option, text: str) -> dict[str, object]:
    """A record out of "2 tip=X,Y,Z power=60"."""
    needed, named = _parts(option.kind)
    words = text.split()
    first, rest = words[: len(needed)], words[len(needed) :]
    flag = " ".join([option.flag, *first])
    given, known = _pairs(rest, flag), {one.flag: one for one in named}
    if len(first) < len(needed) or not given or not set(given) <= set(known):
        raise CaseError(
            f"{option.flag} is {text!r}: give {' '.join(str(one.metavar) for one in needed)} and "
            f"at least one of {' '.join(map(_named, named))}"
        )
    told = [*zip(needed, first, strict=True), *((known[key], word) for key, word in given.items())]
    return {str(one.place[0]): one.read(word) for one, word in told}


def _spelled(value: Any) -> str:
    if is_dataclass(value):
        needed, named = _parts(type(value))
        told = [_number(getattr(value, str(one.place[0]))) for one in needed]
        rest = ((one.flag, getattr(value, str(one.place[0]))) for one in named)
        return " ".join([*told, *(f"{flag}={_number(v)}" for flag, v in rest if v is not None)])
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return _number(value)
    if isinstance(value, Path) or str(value).endswith(".toml"):
        return Path(value).name
    return str(value)


def _number(value: Any) -> str:
    """A number or a point in few digits, a file by its name; any other word as it is."""
    if isinstance(value, tuple):
        return ",".join(f"{one:g}" for one in value)
    if isinstance(value, Path):
        return value.name
    return f"{value:g}" if isinstance(value, float | int) else str(value)
