"""Procedures: one id each, and what is written under it.

In:    ``procedures.toml``.
Out:   ``ProcedureEntry`` by id: title, other names, keys of a clearance, which pages there are.
Never: medicine. What the pages say lives in ``care`` and ``report``; names are resolved in
       ``care.procedures``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated

from annotated_types import MinLen

from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.packages import Extended, extend_records
from seldinger.evidence.records import Key, Text, written

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY = "any"
"""Instead of an organ: the page answers for every one."""
_FILE = "procedures.toml"


@dataclass(frozen=True, slots=True)
class ProcedureEntry:
    """What is keyed by one id.

    Attributes:
        title: in words.
        clearance: keys by which the rules of clearance know what may be done under this id.
        outcomes, leaflet: organs for which a page is written; ``ANY``: for every one; empty: none.
        recovery: whether facts of recovery are entered.
        aliases: other names of the id.
        planner: whether it can be planned.
    """

    title: Text
    clearance: Annotated[tuple[Key, ...], MinLen(1)]
    outcomes: tuple[Text, ...]
    leaflet: tuple[Text, ...]
    recovery: bool
    aliases: tuple[Key, ...] = ()
    planner: bool = False

    def has_outcomes(self, organ: str | None) -> bool:
        """Whether a page of outcomes answers for an organ, by any word of its name."""
        words = set() if organ is None else set(organ.lower().replace("-", " ").split())
        alone = organ is None and len(self.outcomes) == 1
        return alone or ANY in self.outcomes or bool(words & set(self.outcomes))

    def has_leaflet(self, organ: str | None) -> bool:
        """Whether a leaflet answers for an organ, by its whole name."""
        return ANY in self.leaflet or (organ is not None and organ.lower() in self.leaflet)


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``procedures.toml``."""

    entries: Annotated[dict[Key, ProcedureEntry], MinLen(1)] = field(metadata=written("procedure"))


def list_entries() -> Mapping[str, ProcedureEntry]:
    """Every procedure by its id, ours and those of other packages.

    Raises:
        CatalogueError: the table does not hold together.
    """
    return _entries().records


def shipped_entries() -> Mapping[str, ProcedureEntry]:
    """Those of this package alone."""
    return _shipped()


def left_out_entries() -> tuple[str, ...]:
    """A sentence for each table of another package that cannot be used."""
    return _entries().left_out


@cache
def _entries() -> Extended[ProcedureEntry]:
    return extend_records(_shipped(), "", lambda page: _read(page.text, page.label), only=(_FILE,))


@cache
def _shipped() -> Mapping[str, ProcedureEntry]:
    file = resources.files("seldinger.catalogue") / _FILE
    return _read(file.read_text("utf-8"), _FILE)


def _read(text: str, name: str) -> Mapping[str, ProcedureEntry]:
    table = records.parsed(text, name, CatalogueError)
    return records.checked(_Page, table, name, CatalogueError).entries
