"""Dose report items: a DICOM structured report as a small tree of plain values, with its units.

Only what counts doses is kept: person names, free texts and images never enter the tree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEEPEST = 16
"""Levels of nesting; a real report has five."""
MOST_ITEMS = 200_000

_TEXTS = frozenset({"113780", "125203"})
"""Texts that are kept: reference point, protocol. Others may hold a name."""

_PKA = {
    "Gym2": 1.0,
    "mGym2": 1e-3,
    "uGym2": 1e-6,
    "Gycm2": 1e-4,
    "dGycm2": 1e-5,
    "cGycm2": 1e-6,
    "mGycm2": 1e-7,
    "uGycm2": 1e-10,
}
_KERMA = {"Gy": 1.0, "cGy": 1e-2, "mGy": 1e-3, "uGy": 1e-6}
_LENGTH = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
_AREA = {"m2": 1.0, "dm2": 1e-2, "cm2": 1e-4, "mm2": 1e-6}
_TIME = {"s": 1.0, "ms": 1e-3, "min": 60.0}
_DLP = {"mGycm": 1.0, "Gycm": 1000.0, "mGym": 100.0, "uGym": 0.1}

UNITS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "pka": ("Gy.m2", _PKA),
    "kerma": ("Gy", _KERMA),
    "length": ("mm", _LENGTH),
    "area": ("m2", _AREA),
    "time": ("s", _TIME),
    "angle": ("deg", {"deg": 1.0}),
    "voltage": ("kV", {"kV": 1.0, "V": 1e-3}),
    "current": ("mA", {"mA": 1.0, "A": 1e3, "uA": 1e-3}),
    "rate": ("/s", {"{pulse}/s": 1.0, "/s": 1.0, "{frame}/s": 1.0, "Hz": 1.0}),
    "count": ("1", {"1": 1.0, "{events}": 1.0, "{frames}": 1.0, "{pulse}": 1.0, "{pulses}": 1.0}),
    "ctdi": ("mGy", {"mGy": 1.0, "Gy": 1e3, "uGy": 1e-3}),
    "dlp": ("mGy.cm", _DLP),
}
"""By quantity: the unit in which it is kept, and what makes that of each unit that may be told.

Both spellings in use, "Gy.m2" and "Gym2", are the same unit: points are taken out first.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One content item.

    Attributes:
        concept: code of its name; of another scheme than DCM with the scheme before it.
        kind: DICOM value type.
        value: as told: text, code, time or number; "" for a container or a number left out.
        unit: code of the unit, "" where there is none.
        scheme: of ``value`` where it is a code.
        meaning: of ``value`` where it is a code.
        children: items below it.
    """

    concept: str
    kind: str
    value: str
    unit: str
    scheme: str
    meaning: str
    children: tuple[Item, ...]

    def find_all(self, concept: str) -> Iterator[Item]:
        """Items directly below that are called ``concept``."""
        return (child for child in self.children if child.concept == concept)

    def find_first(self, concept: str) -> Item | None:
        """The first of them; None where there is none."""
        return next(self.find_all(concept), None)

    def find_below(self, concept: str) -> Iterator[Item]:
        """Items called ``concept`` at any depth, in order."""
        for child in self.children:
            if child.concept == concept:
                yield child
            yield from child.find_below(concept)


@dataclass(frozen=True, slots=True)
class ReportedNumber:
    """A number as a report tells it.

    Attributes:
        value: in the unit in which its quantity is kept.
        half_digit: half of the last digit that was written, in the same unit.
    """

    value: float
    half_digit: float


def read_number(item: Item, quantity: str) -> ReportedNumber | None:
    """The number of an item; None where the report leaves it out.

    Raises:
        CareError: a unit that is not one of the quantity's, or no finite number.
    """
    if item.kind != "NUM" or not item.value:
        return None
    kept, factors = UNITS[quantity]
    unit = item.unit.replace(".", "")
    if unit not in factors:
        raise CareError(
            f"item {item.concept} of the dose report is told in {item.unit or 'no unit'!r}; "
            f"allowed for a {quantity}: {', '.join(factors)} (kept in {kept}); nothing is guessed"
        )
    try:
        value = float(item.value)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise CareError(
            f"item {item.concept} of the dose report is {item.value[:20]!r}: no number; "
            "export the report again"
        )
    # Zero is written in any way: "0.0" does not mean that it was rounded to a tenth.
    half = 0.5 * _last_digit(item.value) * factors[unit] if value else 0.0
    return ReportedNumber(value * factors[unit], half)


def _last_digit(text: str) -> float:
    """Worth of the last digit that is written: 0.01 for "1.25", 1e-6 for "1.5e-5"."""
    digits, _, power = text.strip().lower().partition("e")
    decimals = len(digits.partition(".")[2])
    # A huge power would overflow; the number itself was finite, so its digits are of no interest.
    exponent = max(min(int(power or "0") - decimals, 300), -300)
    return float(10.0**exponent)


def read_tree(dataset: Any) -> Item:
    """The content of a structured report.

    Args:
        dataset: pydicom's, already read.

    Raises:
        CareError: nested too deeply, or too many items.
    """
    count = [0]
    return _item(dataset, 0, count)


def _item(dataset: Any, depth: int, count: list[int]) -> Item:
    count[0] += 1
    if depth > DEEPEST or count[0] > MOST_ITEMS:
        raise CareError(
            f"the dose report nests deeper than {DEEPEST} levels or holds more than {MOST_ITEMS} "
            "items: it is damaged or was made by hand; export it again"
        )
    kind = _text(dataset, "ValueType")
    concept = _concept(dataset)
    value, unit, scheme, meaning = _value(dataset, kind, concept)
    children = tuple(_item(one, depth + 1, count) for one in dataset.get("ContentSequence") or ())
    return Item(concept, kind, value, unit, scheme, meaning, children)


def _concept(dataset: Any) -> str:
    named = dataset.get("ConceptNameCodeSequence") or ()
    if not named:
        return ""
    scheme, code = _text(named[0], "CodingSchemeDesignator"), _code(named[0])
    return code if scheme == "DCM" else f"{scheme}:{code}"


def _value(dataset: Any, kind: str, concept: str) -> tuple[str, str, str, str]:
    """Value, unit, scheme and meaning of one item; empty for what is not kept."""
    if kind == "NUM":
        measured = dataset.get("MeasuredValueSequence") or ()
        if not measured:
            return "", "", "", ""
        units = measured[0].get("MeasurementUnitsCodeSequence") or ()
        return _decimal(measured[0]), _code(units[0]) if units else "", "", ""
    if kind == "CODE":
        coded = dataset.get("ConceptCodeSequence") or ()
        if not coded:
            return "", "", "", ""
        scheme = _text(coded[0], "CodingSchemeDesignator")
        return _code(coded[0]), "", scheme, _text(coded[0], "CodeMeaning")
    if kind == "TEXT":
        return (_text(dataset, "TextValue") if concept in _TEXTS else ""), "", "", ""
    keyword = {"DATETIME": "DateTime", "UIDREF": "UID"}.get(kind)
    return (_text(dataset, keyword) if keyword else ""), "", "", ""


def _code(dataset: Any) -> str:
    """A code's value; long ones stand in another tag."""
    return _text(dataset, "CodeValue") or _text(dataset, "LongCodeValue")


def _decimal(dataset: Any) -> str:
    """A number with the digits that were written; pydicom keeps them beside its float."""
    value = dataset.get("NumericValue")
    if value is None or value == "":
        return ""
    if not isinstance(value, str | int | float) and hasattr(value, "__len__"):
        value = value[0] if len(value) else ""
    return str(getattr(value, "original_string", value)).strip()


def _text(dataset: Any, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()
