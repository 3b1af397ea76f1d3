"""The border of care's files: TOML becomes a checked model, or one error that names every fault.

A page of data ships with the package and is checked by the same hand.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Model = TypeVar("Model", bound=BaseModel)


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        CareError: there is no such file, or it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        reason = wrong.strerror or "cannot be read"
        raise CareError(f"{path.name}: {reason}: give the path of a TOML file") from wrong
    except UnicodeDecodeError as wrong:
        raise CareError(f"{path.name} is not UTF-8 text: write TOML in UTF-8") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise CareError(f"{path.name} is not TOML: {wrong}") from wrong


def packaged(model: type[Model], name: str) -> Model:
    """A page of ``care/data``.

    Raises:
        CareError: it does not hold together.
    """
    text = (resources.files("seldinger.care") / "data" / name).read_text(encoding="utf-8")
    return checked(model, tomllib.loads(text), name)


def checked(model: type[Model], data: Mapping[str, Any], source: str) -> Model:
    """``data`` as a model.

    Args:
        model: what it shall be; its nested models are tables, tuples of models arrays of tables.
        data: nested as in the file.
        source: who says so, for messages: the file's name.

    Raises:
        CareError: naming every place that does not fit, with what is allowed.
    """
    try:
        return model.model_validate(dict(data))
    except ValidationError as wrong:
        told = "; ".join(_sentence(error, model) for error in wrong.errors())
        raise CareError(f"{source}: {told}") from wrong


def _sentence(error: Any, model: type[BaseModel]) -> str:
    """One fault: where, what was got, what is allowed."""
    place: tuple[str | int, ...] = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        allowed = sorted(_model_at(model, place[:-1]).model_fields)
        near = get_close_matches(str(place[-1]), allowed, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        where = _spelled(place[:-1], model)
        return f"{where} has no key {place[-1]!r}; {hint}allowed: {', '.join(allowed)}"
    where = _spelled(place, model)
    if error["type"] == "missing":
        return f"{where} is missing"
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{where}: {said}"
    return f"{where} is {error['input']!r}: {said[:1].lower()}{said[1:]}"


def _spelled(place: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """A place as its writer knows it: "[patient] sex", "[[lab]] 2 unit", or the file."""
    if not place:
        return "the file"
    first, rest = str(place[0]), list(place[1:])
    if _model_in(_annotation(model, first)) is None:
        return first
    named = [str(part + 1) if isinstance(part, int) else part for part in rest]
    listed = bool(rest) and isinstance(rest[0], int)
    return " ".join([f"[[{first}]]" if listed else f"[{first}]", *named])


def _model_at(model: type[BaseModel], place: tuple[str | int, ...]) -> type[BaseModel]:
    for part in place:
        found = _model_in(_annotation(model, str(part)))
        model = found or model
    return model


def _annotation(model: type[BaseModel], name: str) -> Any:
    field = model.model_fields.get(name)
    return None if field is None else field.annotation


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model that an annotation holds: ``X``, ``X | None``, ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None
