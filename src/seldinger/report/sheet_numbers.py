"""Numbers of the leaflet: a fact becomes people out of one denominator, or is not shown at all.

Small harms are said out of 1,000, for "4 in 100" and "2 in 100" hide what lies between. What is
known only roughly is said roughly: "about 1 in 2".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.quality import wilson_interval
from seldinger.evidence.model import FactKind, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.evidence.model import Fact
    from seldinger.report.sheet_text import Common

_DENOMINATORS = (100, 1000)
_SMALL = 0.05
"""With any figure under this, all of a leaflet's figures are out of 1,000."""
_EVERYONE = 0.9995
_FOR_PATIENTS = frozenset({FactKind.PROPORTION})
"""A threshold, a limit or a reference level says nothing of a patient."""
_CONFIDENCE = "95 % confidence"
_SMALL_GROUP = 1000
"""Counts of fewer people than that are shown with what chance alone can do to them."""
_WIDE = 0.15
"""An interval wider than this is told as one plain share."""
_SHARES = ((1, 10), (1, 5), (1, 4), (1, 3), (1, 2), (2, 3), (3, 4), (4, 5), (9, 10))


def is_printable(fact: Fact) -> bool:
    """Whether a patient may be shown a fact: a proportion that somebody read, for patients."""
    return (
        fact.kind in _FOR_PATIENTS
        and fact.value is not None
        and fact.trust is not Trust.MEMORY
        and "patient" in fact.audience
    )


def choose_denominator(facts: Iterable[Fact]) -> int:
    """The people that every number of a leaflet is out of: 1,000 where any is small."""
    least = min((f.value for f in facts if f.value), default=1.0)
    return _DENOMINATORS[1] if least < _SMALL else _DENOMINATORS[0]


def format_chance(common: Common, fact: Fact, out_of: int) -> str:
    """A fact's value in people ``out_of`` so many, with what is likely where it is known."""
    say = common.words
    value = fact.value or 0.0
    if value == 0.0:
        return say.none  # of a small group: not "fewer than 1 in 1,000"
    if value * out_of < 1.0:
        return say.fewer.format(den=f"{out_of:,}")
    if value >= _EVERYONE:
        return say.all
    if fact.interval is not None and fact.interval_kind != _CONFIDENCE:
        low, high = (round(edge * out_of) for edge in fact.interval)
        return say.range.format(den=f"{out_of:,}", low=low, high=high)
    return _about(common, value, _likely(fact), out_of)


def _about(common: Common, value: float, likely: tuple[float, float] | None, out_of: int) -> str:
    """A figure between none and all, as surely as it is known."""
    say = common.words
    n, den = round(value * out_of), f"{out_of:,}"
    if likely is None:
        return say.about.format(n=n, den=den)
    share = _share(value, likely)
    if share is not None:
        return say.about.format(n=share[0], den=share[1])
    low, high = (round(edge * out_of) for edge in likely)
    return say.between.format(n=n, den=den, low=low, high=high)


def _share(value: float, likely: tuple[float, float]) -> tuple[int, int] | None:
    """The plain share nearest to a figure that is known only roughly; None where it is known."""
    if likely[1] - likely[0] <= _WIDE:
        return None
    n, den = min(_SHARES, key=lambda one: abs(one[0] / one[1] - value))
    return (n, den) if likely[0] <= n / den <= likely[1] else None


def _likely(fact: Fact) -> tuple[float, float] | None:
    """The 95 % interval as published, or from the counts of a small group."""
    if fact.interval is not None:
        return fact.interval
    events, cases = fact.numerator, fact.denominator
    if events is None or cases is None or cases >= _SMALL_GROUP:
        return None
    return wilson_interval(events, cases)
