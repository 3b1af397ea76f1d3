"""Quantities: numbers that never travel without their unit, and how a figure scatters."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_PREFIX = "(?:da|[kMGTdcmunph])"
_METRIC = r"(?:m\[Hg\]|\[IU\]|mol|Gy|Sv|Bq|eV|Hz|Ohm|Cel|Pa|bar|eq|[mgsLlKJWVANSC])"
"""Units that take a prefix."""
_PLAIN = r"(?:%|min|h|d|wk|mo|a|deg|atm|\[Ch\]|\[in_i\]|\[hnsf'U\]|\[pH\])"
_NOTE = r"\{[^{}\s]+\}"
_FACTOR = rf"(?:(?:10\*-?\d+|(?:{_PLAIN}|{_PREFIX}?{_METRIC})(?:-?\d+)?|\d+)(?:{_NOTE})?|{_NOTE})"
_PRODUCT = rf"{_FACTOR}(?:[./]{_FACTOR})*"
_UCUM = re.compile(rf"/?(?:{_PRODUCT}|\({_PRODUCT}\))(?:[./](?:{_FACTOR}|\({_PRODUCT}\)))*")


def check_unit(unit: str, what: str) -> None:
    """Refuse what is no UCUM expression of the units that this package uses.

    Raises:
        ValueError: it is none; ``what`` says in the message whose unit it is.
    """
    if not _UCUM.fullmatch(unit):
        raise ValueError(
            f'{what}: unit {unit!r} is not UCUM; allowed are "mm", "mL/min", "mm[Hg]", "10*9/L", '
            '"{point}" and their like, "1" for a pure number: write it as https://ucum.org does'
        )


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its name and unit.

    Attributes:
        name: what it measures.
        value: in ``unit``; finite.
        unit: UCUM unit, "1" for a pure number.

    Raises:
        ValueError: on construction, no name, no finite value or no UCUM unit.
    """

    name: str
    value: float
    unit: str

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError(f"a quantity of {self.value} {self.unit} has no name: give it one")
        check_unit(self.unit, self.name)
        if not math.isfinite(self.value):
            raise ValueError(
                f"{self.name} is {self.value} {self.unit}; a quantity is finite: leave it out, or "
                "None, where it is unknown"
            )


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure and how it scatters: of the plan as drawn, and 5, 50 and 95 % of the samples.

    Raises:
        ValueError: on construction, a figure is not finite, or the percentiles are out of order.
    """

    nominal: float
    p05: float
    p50: float
    p95: float

    def __post_init__(self) -> None:
        figures = (self.nominal, self.p05, self.p50, self.p95)
        if not all(map(math.isfinite, figures)):
            raise ValueError(f"a spread holds finite figures, got {figures}: None where unknown")
        if not self.p05 <= self.p50 <= self.p95:
            raise ValueError(
                f"percentiles 5, 50, 95 rise, got {self.p05}, {self.p50}, {self.p95}: sort them"
            )
