"""Fact words: a fact's number as it is read, with its interval and counts, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.evidence import FactKind

if TYPE_CHECKING:
    from seldinger.evidence import Fact

RATE = "rate of the population named, not this patient's"
COMPARISON = "comparison of groups"

_RATIOS = (FactKind.ODDS_RATIO, FactKind.HAZARD_RATIO, FactKind.RISK_RATIO)
_SHARES = (FactKind.PROPORTION, FactKind.RATE, FactKind.MEAN, FactKind.MEDIAN)
_UNITS = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "mo": "months",
    "wk": "weeks",
    "a": "years",
    "{point}": "points",
}


def format_amount(fact: Fact) -> str:
    """The number of a fact with its interval and counts; "" for a rule in words.

    "28.4 % (19.7 to 39 %, 95 % confidence; 23 of 81)", "hazard ratio 0.94 (...)", "5 to 10 %".
    """
    if fact.value is None:
        return ""
    scale, unit = _scale(fact)
    lead = f"{fact.kind.value} " if fact.kind in _RATIOS else ""
    if fact.interval is not None and fact.interval_kind == "bounds":
        low, high = (_digits(scale * x) for x in fact.interval)
        return f"{lead}{low} to {high}{unit}"
    said = [text for text in (_interval(fact, scale, unit), _counts(fact)) if text]
    behind = f" ({'; '.join(said)})" if said else ""
    return f"{lead}{_digits(scale * fact.value)}{unit}{behind}"


def format_label(fact: Fact) -> str:
    """Whose number it is: of a population, or between groups; "" for words, times and sizes."""
    if fact.kind in (FactKind.PROPORTION, FactKind.RATE):
        return RATE
    return COMPARISON if fact.kind in (*_RATIOS, FactKind.DIFFERENCE) else ""


def _scale(fact: Fact) -> tuple[float, str]:
    """What a value is multiplied by to be read, and the unit that then follows it."""
    if fact.unit != "1":
        return 1.0, f" {_UNITS.get(fact.unit, fact.unit)}"
    if fact.kind in _SHARES:
        return 100.0, " %"
    return (100.0, " in 100") if fact.kind is FactKind.DIFFERENCE else (1.0, "")


def _interval(fact: Fact, scale: float, unit: str) -> str:
    if fact.interval is None:
        return "" if fact.sd is None else f"standard deviation {_digits(scale * fact.sd)}"
    low, high = (_digits(scale * x) for x in fact.interval)
    return f"{low} to {high}{unit}, {fact.interval_kind}"


def _counts(fact: Fact) -> str:
    if fact.numerator is None or fact.denominator is None:
        return ""
    return f"{fact.numerator:,} of {fact.denominator:,}"


def _digits(number: float) -> str:
    return f"{number:.4g}"
