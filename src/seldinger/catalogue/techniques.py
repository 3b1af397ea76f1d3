"""Techniques: what is done inside a vessel, and under which key it is known in which territory.

In:    ``techniques.toml``.
Out:   ``Technique`` by name; the territory that a place belongs to.
Never: medicine. A place of no territory, or of two, has none: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Annotated

from annotated_types import MinLen

from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.records import Key, Text, written

_FILE = "techniques.toml"


@dataclass(frozen=True, slots=True)
class Technique:
    """A way to treat a vessel.

    Attributes:
        title: in words.
        keys: territory -> key of a clearance.
    """

    title: Text
    keys: Annotated[Mapping[Key, Key], MinLen(1)]


@dataclass(frozen=True, slots=True)
class _Territory:
    """Words by which a place belongs to it."""

    words: Annotated[tuple[Text, ...], MinLen(1)]


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``techniques.toml``."""

    territories: Annotated[dict[Key, _Territory], MinLen(1)] = field(metadata=written("territory"))
    techniques: Annotated[dict[Key, Technique], MinLen(1)] = field(metadata=written("technique"))

    def __post_init__(self) -> None:
        listed = [word for one in self.territories.values() for word in one.words]
        twice = sorted({word for word in listed if listed.count(word) > 1})
        if twice:
            raise CatalogueError(f"{', '.join(twice)}: a word belongs to one territory")
        named = {key for one in self.techniques.values() for key in one.keys}
        strange = sorted(named - set(self.territories))
        if strange:
            raise CatalogueError(f"no territory is called {', '.join(strange)}")


def list_techniques() -> Mapping[str, Technique]:
    """Every technique by its name.

    Raises:
        CatalogueError: the table does not hold together.
    """
    return _page().techniques


def find_territory(place: str) -> str | None:
    """The territory of an artery or organ ("left renal artery": "kidney"); None: none, or two."""
    words = set(place.lower().replace("-", " ").replace("_", " ").split())
    found = [key for key, one in _page().territories.items() if words & set(one.words)]
    return found[0] if len(found) == 1 else None


@cache
def _page() -> _Page:
    text = (resources.files("seldinger.catalogue") / _FILE).read_text("utf-8")
    return records.checked(
        _Page, records.parsed(text, _FILE, CatalogueError), _FILE, CatalogueError
    )
