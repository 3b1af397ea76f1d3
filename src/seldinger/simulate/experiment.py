"""Experiment: a TOML file or a mapping becomes a checked request, or one clear error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from seldinger.core.errors import CaseError
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.simulate.layout import ExperimentFile

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is to be simulated.

    Attributes:
        asked: every section of the file; paths are complete.
        inputs: the file itself; none if it came as a mapping.
    """

    asked: ExperimentFile
    inputs: tuple[InputFile, ...] = ()

    __repr__ = short_repr


def read(path: Path | str) -> Experiment:
    """The experiment in the TOML file ``path``; paths in it count from its folder.

    Raises:
        CaseError: there is no such file, it is not TOML, or it does not fit the layout.
    """
    place = Path(path)
    try:
        if place.stat().st_size > _LARGEST_BYTES:
            raise CaseError(f"{place.name} is too large for an experiment: give its TOML file")
        raw = place.read_bytes()
        data = tomllib.loads(raw.decode("utf-8"))
    except OSError as wrong:
        reason = wrong.strerror or "cannot be read"
        raise CaseError(f"{place.name}: {reason}: give the path of an experiment") from wrong
    except UnicodeDecodeError as wrong:
        raise CaseError(f"{place.name} is not UTF-8 text: an experiment is TOML") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise CaseError(f"{place.name} is not TOML: {wrong}") from wrong
    made = checked(data, place.name)
    file = InputFile("experiment", place.name, sha256(raw).hexdigest())
    return Experiment(_beside(made.asked, place.parent), (file,))


def checked(data: Mapping[str, Any], source: str = "experiment") -> Experiment:
    """``data``, nested as in the file, as an experiment.

    Args:
        data: sections by name; lists of mappings for what the file writes as ``[[probe]]``.
        source: who says so, for messages.

    Raises:
        CaseError: naming every place that does not fit, with what is allowed.
    """
    try:
        return Experiment(ExperimentFile.model_validate(data))
    except ValidationError as wrong:
        told = "; ".join(_sentence(error) for error in wrong.errors())
        raise CaseError(f"{source}: {told}") from wrong


def schema() -> dict[str, Any]:
    """The JSON schema of an experiment's file."""
    return ExperimentFile.model_json_schema()


def _beside(asked: ExperimentFile, folder: Path) -> ExperimentFile:
    patient = asked.patient
    if patient is None:
        return asked
    moved: dict[str, Any] = {"ct": folder / patient.ct, "labels": folder / patient.labels}
    if patient.label_key is not None:
        moved["label_key"] = folder / patient.label_key
    if patient.vocabulary is not None and patient.vocabulary.endswith(".toml"):
        moved["vocabulary"] = str(folder / patient.vocabulary)
    return asked.model_copy(update={"patient": patient.model_copy(update=moved)})


def _sentence(error: Any) -> str:
    """One fault: where, what was got, what is allowed."""
    place = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        allowed = list(_model(place[:-1]).model_fields)
        near = get_close_matches(str(place[-1]), allowed, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        where = _spelled(place[:-1])
        return f"{where} has no key {place[-1]!r}; {hint}allowed: {', '.join(sorted(allowed))}"
    if error["type"] == "missing":
        return f"{_spelled(place)} is missing{_choices(place)}"
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{_spelled(place)}: {said}" if place else said
    return f"{_spelled(place)} is {error['input']!r}: {said[:1].lower()}{said[1:]}"


def _model(place: tuple[str | int, ...]) -> type[BaseModel]:
    """The section that stands at a place."""
    found: type[BaseModel] = ExperimentFile
    for key in place:
        if isinstance(key, str) and key in found.model_fields:
            found = _section_in(found.model_fields[key].annotation) or found
    return found


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """The section that an annotation is made of: itself, optional, or a list of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_section_in(part) for part in get_args(annotation))
    return next((part for part in inner if part is not None), None)


def _choices(place: tuple[str | int, ...]) -> str:
    """What may stand at a place that was left empty."""
    field = _model(place[:-1]).model_fields.get(str(place[-1]))
    if field is None:
        return ""
    section = _section_in(field.annotation)
    if section is not None:
        needed = [key for key, one in section.model_fields.items() if one.is_required()]
        inner = [f"{key}{_choices((*place, key))}" for key in needed]
        return f": give {'; '.join(inner)}"
    if get_origin(field.annotation) is Literal:
        return f"; choose one of {', '.join(map(str, get_args(field.annotation)))}"
    return f": {field.description}" if field.description else ""


def _spelled(place: tuple[str | int, ...]) -> str:
    """A place as the file writes it: "[block] edge", "[[probe]] 2 power_w"."""
    if not place:
        return "the file"
    head = str(place[0])
    if _section_in(ExperimentFile.model_fields[head].annotation) is None:
        return ".".join(map(str, place))
    many = len(place) > 1 and isinstance(place[1], int)
    if many:
        head, rest = f"[[{head}]] {int(place[1]) + 1}", place[2:]
    else:
        head, rest = f"[{head}]", place[1:]
    words = [str(part + 1) if isinstance(part, int) else part for part in rest]
    return " ".join([head, *words])
