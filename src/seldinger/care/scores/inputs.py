"""Inputs of scores: their domains, and where a patient's file has them.

Domains are those of people, not of a score: a value outside is a slip of unit or of the keyboard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from seldinger.care.labs import analyte, spell_unit
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seldinger.care.patient import Patient

Value: TypeAlias = float | bool | str

_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(.*)")
_UNKNOWN = "unknown"
NO_UNIT = "1"


def round_converted(value: float) -> float:
    """Nine digits of a converted value, so that an edge told in one unit is that edge in all."""
    return float(f"{value:.9g}")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit.

    Attributes:
        key: how it is asked for.
        name: as it is printed.
        unit: in which the score speaks.
        factors: of every unit that may be told -> what makes it ``unit``; "1": it needs none.
        low, high: its domain, in ``unit``.
        optional: the form can do without.
        decimals: places of the source's table, where values between two of its rows have no row.
        found: where a patient has it: value in ``unit``, as printed.
    """

    key: str
    name: str
    unit: str
    factors: Mapping[str, float]
    low: float
    high: float
    optional: bool = False
    decimals: int | None = None
    found: Callable[[Patient], tuple[Value, str] | None] | None = None

    yes_no: ClassVar[bool] = False

    @property
    def domain(self) -> str:
        """What may be told."""
        units = ", ".join(u for u in self.factors if u != NO_UNIT)
        edges = f"{self.low:.4g} to {self.high:.4g}"
        if not units:
            return edges
        here = f"{edges} {self._printed_unit}".strip()
        others = ", ".join(u for u in self.factors if u not in {self.unit, NO_UNIT})
        return f"{here} (or {others})" if others else here

    def checked(self, value: Value) -> Value:
        """The value, if it lies in the domain.

        Raises:
            CareError: it does not, or is no number.
        """
        if isinstance(value, (bool, str)) or not self.low <= value <= self.high:
            raise CareError(f"{self.name} is {value} {self._printed_unit}; allowed: {self.domain}")
        if self.decimals is not None and abs(round(value, self.decimals) - value) > 1e-9:  # noqa: PLR2004  rounding of binary fractions
            raise CareError(
                f"{self.name} is {value:g}: the source's table has {self.decimals} decimals and no "
                "row between; round as the laboratory does"
            )
        return float(value)

    def shown(self, value: Value) -> str:
        """As it is printed."""
        return f"{float(value):g} {self._printed_unit}".strip()

    def parsed(self, word: str) -> Value | None:
        """What somebody wrote, in ``unit``; None for "unknown".

        Raises:
            CareError: no number, a unit that is not one of its, or none where one is needed.
        """
        if word.strip() == _UNKNOWN:
            return None
        match = _NUMBER.fullmatch(word.strip())
        if match is None:
            raise CareError(f"{self.name} is {word!r}: write a number and a unit; {self.domain}")
        unit = spell_unit(match[2]) or NO_UNIT
        if unit not in self.factors:
            told = "has no unit" if unit == NO_UNIT else f"is not told in {unit!r}"
            raise CareError(f"{self.name} {told}; allowed: {', '.join(self.factors)}")
        value = round_converted(float(match[1]) * self.factors[unit])
        if not self.low <= value <= self.high:
            raise CareError(
                f"{self.name} is {word.strip()}; allowed: {self.domain}: check value and unit"
            )
        return value

    def look_up(self, patient: Patient) -> tuple[Value, str] | None:
        """Its value in a patient's file, and as it is printed."""
        return None if self.found is None else self.found(patient)

    @property
    def _printed_unit(self) -> str:
        return "" if self.unit == NO_UNIT else self.unit


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    key: str
    name: str
    choices: tuple[str, ...]
    optional: bool = False
    found: Callable[[Patient], str | None] | None = None

    yes_no: ClassVar[bool] = False

    @property
    def domain(self) -> str:
        """What may be told."""
        return ", ".join(self.choices)

    def checked(self, value: Value) -> Value:
        """The word, if it is one of them; else ``CareError``."""
        if value not in self.choices:
            raise CareError(f"{self.name} is {value!r}; allowed: {self.domain}")
        return value

    def shown(self, value: Value) -> str:
        """As it is printed."""
        return str(value)

    def parsed(self, word: str) -> Value | None:
        """What somebody wrote; None for "unknown"."""
        plain = word.strip().lower()
        return None if plain == _UNKNOWN else self.checked(plain)

    def look_up(self, patient: Patient) -> tuple[Value, str] | None:
        """Its word in a patient's file."""
        word = None if self.found is None else self.found(patient)
        return None if word is None else (word, word)


@dataclass(frozen=True, slots=True)
class YesNo:
    """A yes or no; whoever does not know says neither."""

    key: str
    name: str
    optional: bool = False
    found: Callable[[Patient], bool | None] | None = None

    yes_no: ClassVar[bool] = True

    @property
    def domain(self) -> str:
        """What may be told."""
        return "yes, no"

    def checked(self, value: Value) -> Value:
        """The answer, if it is one; else ``CareError``."""
        if not isinstance(value, bool):
            raise CareError(f"{self.name} is {value!r}; allowed: {self.domain}, unknown")
        return value

    def shown(self, value: Value) -> str:
        """As it is printed."""
        return "yes" if value is True else "no"

    def parsed(self, word: str) -> Value | None:
        """What somebody wrote; None for "unknown"; ``CareError`` for what is neither yes nor no."""
        plain = word.strip().lower()
        if plain == _UNKNOWN:
            return None
        if plain not in {"yes", "no"}:
            raise CareError(f"{self.name} is {word!r}; allowed: {self.domain}, unknown")
        return plain == "yes"

    def look_up(self, patient: Patient) -> tuple[Value, str] | None:
        """Its answer in a patient's file."""
        answer = None if self.found is None else self.found(patient)
        return None if answer is None else (answer, self.shown(answer))


Input: TypeAlias = Quantity | Choice | YesNo


def lab(key: str, unit: str, *, optional: bool = False) -> Quantity:
    """A lab, by ``key``, in the score's unit; an ``optional`` one may be missing."""
    kind = analyte(key)
    scale = kind.factors[unit]

    def look_up(patient: Patient) -> tuple[Value, str] | None:
        result = patient.lab(key)
        if result is None:
            return None
        drawn = "not told" if result.taken is None else result.taken.isoformat(" ", "minutes")
        return round_converted(result.value / scale), f"{result.told} (drawn: {drawn})"

    return Quantity(
        key=key,
        name=kind.name,
        unit=NO_UNIT if unit == "{INR}" else unit,
        factors=MappingProxyType({u: f / scale for u, f in kind.factors.items()}),
        low=round_converted(kind.low / scale),
        high=round_converted(kind.high / scale),
        optional=optional,
        found=look_up,
    )


def plain_number(
    key: str, name: str, low: float, high: float, *, decimals: int | None = None
) -> Quantity:
    """A number without a unit, from ``low`` to ``high``: ``key`` for files, ``name`` as printed.

    ``decimals``: as many are printed; None: as many as there are.
    """
    factors = MappingProxyType({NO_UNIT: 1.0})
    return Quantity(key, name, NO_UNIT, factors, low, high, decimals=decimals)


def _told(
    read: Callable[[Patient], float | None], unit: str
) -> Callable[[Patient], tuple[Value, str] | None]:
    def look_up(patient: Patient) -> tuple[Value, str] | None:
        value = read(patient)
        return None if value is None else (value, f"{value:g} {unit}")

    return look_up


AGE = Quantity(
    "age",
    "Age",
    "a",
    MappingProxyType({"a": 1.0, "years": 1.0, NO_UNIT: 1.0}),
    0.0,
    125.0,
    found=_told(lambda patient: patient.age_years, "a"),
)
WEIGHT = Quantity(
    "weight",
    "Weight",
    "kg",
    MappingProxyType({"kg": 1.0, "lb": 0.45359237}),
    0.3,
    500.0,
    found=_told(lambda patient: patient.weight_kg, "kg"),
)
SEX = Choice(
    "sex",
    "Sex",
    ("female", "male"),
    found=lambda patient: None if patient.sex is None else patient.sex.value,
)
DIALYSIS = YesNo("dialysis", "Dialysis", found=lambda patient: patient.dialysis)


def condition(key: str, name: str, kind: str, *, optional: bool = False) -> YesNo:
    """A yes or no that a patient's conditions answer.

    Args:
        key: of the input.
        name: as it is printed.
        kind: the condition's key.
        optional: the form can do without.
    """
    return YesNo(key, name, optional, found=lambda patient: patient.has(kind))


def length(key: str, name: str, high_mm: float) -> Quantity:
    """A length, in mm: ``key`` for files, ``name`` as printed."""
    return Quantity(key, name, "mm", MappingProxyType({"mm": 1.0, "cm": 10.0}), 0.0, high_mm)
