"""Experiment: a TOML file or a mapping becomes a checked request, or one clear error."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import CaseError
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.evidence import records
from seldinger.simulate.layout import ExperimentFile

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    text = records.text_of(place, CaseError)
    made = check_experiment(records.parsed(text, place.name, CaseError), place.name)
    file = InputFile("experiment", place.name, sha256(text.encode()).hexdigest())
    return Experiment(records.beside(made.asked, place.parent), (file,))


def check_experiment(data: Mapping[str, Any], source: str = "experiment") -> Experiment:
    """``data``, nested as in the file, as an experiment.

    Args:
        data: sections by name; lists of mappings for what the file writes as ``[[probe]]``.
        source: who says so, for messages.

    Raises:
        CaseError: naming every place that does not fit, with what is allowed.
    """
    return Experiment(records.checked(ExperimentFile, data, source, CaseError))


def build_schema() -> dict[str, Any]:
    """The JSON schema of an experiment's file."""
    return records.schema_of(ExperimentFile)
