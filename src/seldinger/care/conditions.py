"""Conditions: what a patient has or had and rules may ask about, by key or printed name.

A name that is neither is refused: kept, a slip of the keyboard would hide a stent. What the table
does not know is called ``OTHER`` and says in its detail what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Annotated

from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.evidence.records import Key, Named, Text, written

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition.

    Attributes:
        key: how files and rules name it.
        name: as it is printed.
        aliases: other names under which a file may have it.
        details: words of a file's detail that change nothing a rule does not ask.
    """

    key: Key
    name: Text
    aliases: tuple[Text, ...] = ()
    details: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``conditions.toml``."""

    kinds: Annotated[Mapping[str, Kind], Named("key")] = field(metadata=written("condition"))


@cache
def conditions() -> Mapping[str, Kind]:
    """All kinds, by key.

    Raises:
        CareError: the page does not fit, or gives one name to two conditions.
    """
    page = pages.read_page(_Page, "conditions.toml")
    # A printed name may spell its own key; two conditions may share none.
    spelled = [{_plain(name) for name in _names(one)} for one in page.kinds.values()]
    pages.require_once("conditions.toml", [name for names in spelled for name in names])
    return page.kinds


def condition(text: str) -> Kind:
    """The kind of condition called that, by key, printed name or alias.

    Raises:
        CareError: there is none; close ones are offered.
    """
    kind = _by_name().get(_plain(text))
    if kind is None:
        near = get_close_matches(_plain(text), _by_name(), n=2)
        keys = " or ".join(dict.fromkeys(_by_name()[name].key for name in near))
        offered = f"did you mean {keys}?" if near else f"there are: {', '.join(conditions())}"
        raise CareError(f"no condition is called {text!r}; {offered}")
    return kind


def parse_reason(text: str) -> str:
    """What a drug is for: a condition's key where the words name one, else the words.

    Raises:
        CareError: the words are nearly a condition's name, but not quite.
    """
    known = _by_name()
    plain = _plain(text)
    if plain in known:
        return known[plain].key
    near = get_close_matches(plain, known, n=1, cutoff=0.85)
    if near:
        raise CareError(
            f"the reason {text!r} is nearly {known[near[0]].key!r}: write that, or other words"
        )
    return text


@cache
def _by_name() -> Mapping[str, Kind]:
    return MappingProxyType(
        {_plain(name): kind for kind in conditions().values() for name in _names(kind)}
    )


def _names(kind: Kind) -> tuple[str, ...]:
    return (kind.key, kind.name, *kind.aliases)


def _plain(told: str) -> str:
    return "-".join(told.lower().replace("-", " ").split())
