"""Recovery: what to expect after a procedure: rest, stay, pain, fatigue, follow-up.

Which fact speaks of what is data (``data/recovery.toml``); the words are the fact's own, and carry
the stamp that its trust asks for. Facts that disagree stand side by side, the best read first. What
no fact speaks of is said to be unknown: it is then the department's own rule, never a default of
ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Literal, get_args

from annotated_types import MinLen

from seldinger import evidence
from seldinger.care import pages
from seldinger.care import procedures as named
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP
from seldinger.evidence.records import Spelled, Text, written

Name = Annotated[str, Spelled("[a-z0-9-]+")]
What = Literal["bed rest", "stay", "pain", "fatigue", "follow-up"]
WHATS: tuple[What, ...] = get_args(What)
_TRUST = ("", SECONDARY_STAMP, MEMORY_STAMP)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Facts, and where they speak.

    Attributes:
        what: what they speak of.
        facts: their ids in evidence.
        procedures, access: for which; empty: whatever it is.
    """

    what: What
    facts: Annotated[tuple[Text, ...], MinLen(1)]
    procedures: tuple[Name, ...] = ()
    access: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``recovery.toml``."""

    procedures: Annotated[tuple[Name, ...], MinLen(1)]
    access: Annotated[tuple[Name, ...], MinLen(1)]
    rows: Annotated[tuple[Spoken, ...], MinLen(1)] = field(metadata=written("row"))


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """What is known of one thing.

    Attributes:
        what: "bed rest", "stay", "pain", "fatigue", "follow-up".
        text: what is known; where nothing is, who has to say it.
        facts: id of evidence; empty: unknown.
        stamp: ``SECONDARY_STAMP``, ``MEMORY_STAMP`` (drives nothing), or empty: primary, or
            unknown.
        population: in whom it was seen; empty: unknown.
    """

    what: What
    text: str
    facts: tuple[str, ...]
    stamp: str
    population: str = ""

    @property
    def known(self) -> bool:
        """Whether a fact speaks of it."""
        return bool(self.facts)


@cache
def _page() -> _Page:
    page = pages.read_page(_Page, "recovery.toml")
    pages.require_once("recovery.toml", page.procedures)
    pages.require_once("recovery.toml", page.access)
    for row in page.rows:
        pages.require_listed("recovery.toml", row.what, row.procedures, page.procedures)
        pages.require_listed("recovery.toml", row.what, row.access, page.access)
    return page


def list_procedures() -> tuple[str, ...]:
    """The procedures that may be asked about."""
    return _page().procedures


def list_accesses() -> tuple[str, ...]:
    """The ways in that may be asked about."""
    return _page().access


def find(procedure: str, access: str | None = None) -> tuple[RecoveryRow, ...]:
    """What to expect after a procedure, in the order of ``WHATS``; each of them has a row.

    Args:
        procedure: of ``list_procedures()``, or another name of one.
        access: of ``list_accesses()``; None: not decided, and then only what holds for any access.

    Raises:
        CareError: no such procedure or access.
    """
    page = _page()
    found_name = named.find(procedure)
    procedure = procedure if found_name is None else found_name.id
    _check("procedure", procedure, page.procedures)
    if access is not None:
        _check("access", access, page.access)
    fitting = [
        row
        for row in page.rows
        if (not row.procedures or procedure in row.procedures)
        and (not row.access or access in row.access)
    ]
    rows: list[RecoveryRow] = []
    for what in WHATS:
        facts = [
            RecoveryRow(what, one.statement, (one.id,), evidence.stamp_of([one.id]), one.population)
            for row in fitting
            if row.what == what
            for one in map(evidence.fact, row.facts)
        ]
        unknown = RecoveryRow(what, "Not known here: your department says.", (), "")
        rows += sorted(facts, key=lambda row: _TRUST.index(row.stamp)) or [unknown]
    return tuple(rows)


def _check(what: str, name: str, known: tuple[str, ...]) -> None:
    if name in known:
        return
    hint = did_you_mean(name, known)
    raise CareError(f"no {what} is called {name!r}; {hint}allowed: {', '.join(known)}")
