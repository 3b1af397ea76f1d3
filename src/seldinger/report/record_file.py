"""Files of records: JSON of finite, rounded numbers in a fixed order, and its schema."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.errors import SeldingerError

_Record = TypeVar("_Record")


def format_json(data: Any, name: str, digits: int, error: type[SeldingerError], advice: str) -> str:
    """Data as JSON text; the same data give the same bytes.

    Args:
        data: mappings, lists, words and numbers.
        name: of the whole, for messages.
        digits: significant ones that numbers keep.
        error: raised where a number is not finite.
        advice: what a number should be, or what to do.

    Raises:
        SeldingerError: a number is not finite: an ``error`` that names it.
    """

    def round_numbers(value: Any, place: str) -> Any:
        if isinstance(value, dict):
            return {key: round_numbers(v, f"{place}.{key}") for key, v in value.items()}
        if isinstance(value, list | tuple):
            return [round_numbers(v, f"{place}[{n}]") for n, v in enumerate(value)]
        if isinstance(value, float):
            if not math.isfinite(value):
                raise error(f"{place} is {value}: {advice}")
            return float(f"{value:.{digits}g}") + 0.0
        return value

    tidy = round_numbers(data, name)
    return json.dumps(tidy, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def describe_schema(record: type, title: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a file that holds one ``record``."""
    from pydantic import TypeAdapter

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **TypeAdapter(record).json_schema(mode="serialization"),
        "title": title,
    }


def write_down(record: type[_Record], source: object, own: Mapping[str, Any]) -> _Record:
    """A written form of what lives in memory.

    Args:
        record: a dataclass.
        source: what has fields of the same names.
        own: fields that are called or said otherwise in the file.
    """
    names = (one.name for one in fields(cast("Any", record)))
    return record(**{n: own[n] if n in own else getattr(source, n) for n in names})
