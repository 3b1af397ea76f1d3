"""Telling: records in one line or one small table, for a person at a prompt or in a notebook.

In:    a record.      Out: text, HTML. A record of a whole patient never fills the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import tzinfo
from enum import Enum
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 400
"""No record says more than so many characters."""
_LONGEST_TEXT = 40
_FEW = 4


def short_repr(record: Any) -> str:
    """``Name(field=value, ...)`` of a dataclass; what is long is told by its kind and size."""
    parts = [f"{one.name}={_said(getattr(record, one.name))}" for one in fields(record) if one.repr]
    return _cut(f"{type(record).__name__}({', '.join(parts)})", LONGEST)


def describe_size(shape: Iterable[int], spacing_mm: Iterable[float]) -> str:
    """A lattice in words: "512 x 512 x 300 voxels of 0.7 x 0.7 x 1 mm"."""
    voxels = " x ".join(str(n) for n in shape)
    return f"{voxels} voxels of {' x '.join(f'{mm:.3g}' for mm in spacing_mm)} mm"


def format_figure(value: float) -> str:
    """Three figures, and never a power of ten where people write 1070."""
    return f"{float(f'{value:.3g}'):.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.3g}"  # noqa: PLR2004


def format_html_table(title: str, rows: Mapping[str, str]) -> str:
    """A small table for a notebook; every word of it is escaped."""
    lines = (
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(value)}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{''.join(lines)}</tbody></table>"


def to_plain(value: object) -> Any:
    """A record as JSON takes it: tables, arrays, words; instants and days as ISO 8601."""
    if is_dataclass(value):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, (tuple, list)):
        return [to_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, (Enum, tzinfo)):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _said(value: Any) -> str:  # noqa: PLR0911  one answer per kind of value
    if isinstance(value, Enum):
        return repr(value.value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return f"{float(value):.6g}"
    if isinstance(value, str):
        return repr(_cut(value, _LONGEST_TEXT))
    if hasattr(value, "dtype") and hasattr(value, "shape"):  # an array, told without numpy
        return f"<{value.dtype} {value.shape}>"
    if isinstance(value, tuple) and _is_short(value):
        return f"({', '.join(_said(one) for one in value)})"
    if is_dataclass(value) or not hasattr(value, "__len__"):
        return f"<{type(value).__name__}>"
    return f"<{type(value).__name__} of {len(value)}>"


def _is_short(values: tuple[Any, ...]) -> bool:
    return len(values) <= _FEW and all(isinstance(one, int | float) for one in values)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
