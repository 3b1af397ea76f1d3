"""Adverse events are graded on a scale that is named: SIR 2017 or CIRSE 2017.

A grade belongs to its scale. Nothing here turns one scale into the other, nor the letters A to F of
the older SIR scale into either: whoever has only a letter grades anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from seldinger.core.errors import CareError

_OLD_LETTERS = frozenset("abcdef")


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade.

    Attributes:
        key: as it is stored.
        text: what it means; None: its words are not kept here, read them in the source.
    """

    key: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale, mildest grade first.

    Attributes:
        key: as it is stored.
        title: as it is printed.
        grades: in their order.
        note: what must be known to use it.
        facts: ids of evidence behind its words.
        stamp: of ``finding``; empty: its words were read in the primary source.
    """

    key: str
    title: str
    grades: tuple[Grade, ...]
    note: str
    facts: tuple[str, ...]
    stamp: str


@cache
def scales() -> tuple[Scale, ...]:
    """All scales."""
    from seldinger.care import record_border  # pydantic is heavy: opened when needed

    return record_border.scales()


def scale(key: str) -> Scale:
    """The scale called that.

    Raises:
        CareError: there is none.
    """
    for one in scales():
        if one.key == key:
            return one
    known = ", ".join(one.key for one in scales())
    raise CareError(f"no scale of adverse events is called {key!r}; allowed: {known}")


def grade(scale_key: str, told: str) -> Grade:
    """A grade within its scale.

    Raises:
        CareError: no such scale, or that scale has no such grade.
    """
    of = scale(scale_key)
    wanted = told.strip().casefold()
    for one in of.grades:
        if one.key == wanted:
            return one
    old = "; a letter of the older scale is not converted, grade anew" * (wanted in _OLD_LETTERS)
    allowed = ", ".join(one.key for one in of.grades)
    raise CareError(f"{of.title} has no grade {told!r}{old}; allowed: {allowed}")
