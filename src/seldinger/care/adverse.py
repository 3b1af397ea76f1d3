"""Adverse events are graded on a scale that is named: SIR 2017 or CIRSE 2017.

A grade belongs to its scale. Nothing here turns one scale into the other, nor the letters A to F of
the older SIR scale into either: whoever has only a letter grades anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Annotated

from annotated_types import MinLen

from seldinger import evidence
from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.evidence.records import Spelled, Text, written

_OLD_LETTERS = frozenset("abcdef")


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade.

    Attributes:
        key: as it is stored.
        text: what it means; None: its words are not kept here, read them in the source.
    """

    key: Annotated[str, Spelled("[a-z0-9-]+")]
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale, mildest grade first.

    Attributes:
        key: as it is stored.
        title: as it is printed.
        grades: in their order.
        note: what must be known to use it.
        facts: ids of evidence behind its words.
    """

    key: Annotated[str, Spelled("[a-z0-9_]+")]
    title: Text
    note: Text
    facts: Annotated[tuple[Text, ...], MinLen(1)]
    grades: Annotated[tuple[Grade, ...], MinLen(2)] = field(metadata=written("grade"))

    @property
    def stamp(self) -> str:
        """What its facts ask for; empty: its words were read in the primary source."""
        return evidence.stamp_of(self.facts)


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``adverse.toml``."""

    scales: Annotated[tuple[Scale, ...], MinLen(1)] = field(metadata=written("scale"))


@cache
def scales() -> tuple[Scale, ...]:
    """All scales.

    Raises:
        CareError: the page does not hold together.
    """
    page = pages.read_page(_Page, "adverse.toml")
    pages.require_once("adverse.toml", [one.key for one in page.scales])
    for one in page.scales:
        pages.require_once("adverse.toml", [grade.key for grade in one.grades])
    return page.scales


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


def grade(scale_key: str, name: str) -> Grade:
    """A grade within its scale.

    Raises:
        CareError: no such scale, or that scale has no such grade.
    """
    of = scale(scale_key)
    wanted = name.strip().casefold()
    for one in of.grades:
        if one.key == wanted:
            return one
    old = "; a letter of the older scale is not converted, grade anew" * (wanted in _OLD_LETTERS)
    allowed = ", ".join(one.key for one in of.grades)
    raise CareError(f"{of.title} has no grade {name!r}{old}; allowed: {allowed}")
