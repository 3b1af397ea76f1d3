"""When a rule holds: alternatives of conditions on inputs, as a table writes them.

A cell is a yes or a no, a word, several words, or an interval, "[15, 50)" or "(0, inf)".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, TypeAlias

from seldinger.core.errors import CareError
from seldinger.evidence.records import Parsed

_INTERVAL = re.compile(r"([\[(])\s*(-?inf|[0-9.]+)\s*,\s*(inf|[0-9.]+)\s*([\])])")


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two edges.

    Attributes:
        low, high: edges; infinite where there is none.
        with_low, with_high: whether the edge itself belongs to it.
    """

    low: float
    high: float
    with_low: bool
    with_high: bool

    def holds(self, value: float) -> bool:
        """Whether a number lies in it."""
        above = value > self.low or (self.with_low and value == self.low)
        below = value < self.high or (self.with_high and value == self.high)
        return above and below


def _alternatives(value: object) -> tuple[Mapping[str, Interval | bool | frozenset[str]], ...]:
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        raise CareError(f"{value!r} is no condition: write a table, or an array of tables")
    return tuple(MappingProxyType({key: _test(cell) for key, cell in row.items()}) for row in rows)


def _test(value: object) -> Interval | bool | frozenset[str]:
    if isinstance(value, bool):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    if not isinstance(value, str):
        raise CareError(f"{value!r} is no test: write true, false, a word, words or an interval")
    edges = _INTERVAL.fullmatch(value)
    if edges is None:
        if value[:1] in "[(":
            raise CareError(f"{value!r} is no interval: write [15, 50) or (0, inf)")
        return frozenset({value})
    return Interval(float(edges[2]), float(edges[3]), edges[1] == "[", edges[4] == "]")


Test: TypeAlias = Interval | bool | frozenset[str]
When: TypeAlias = Annotated[tuple[Mapping[str, Test], ...], Parsed(_alternatives)]
"""Alternatives, of which one must hold; in each, every input must. Empty: always."""
