"""The library: the facts that ship with the package, read once, when first asked for."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from seldinger.core.errors import EvidenceError
from seldinger.evidence.model import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.evidence.border import Library
    from seldinger.evidence.model import Fact, Source


@cache
def _library() -> Library:
    from seldinger.evidence import border  # pydantic is heavy: opened when needed

    folder = resources.files("seldinger.evidence") / "facts"
    pages = {
        page.name: page.read_text(encoding="utf-8")
        for page in folder.iterdir()
        if page.name.endswith(".toml")
    }
    return border.read(pages)


def sources() -> Mapping[str, Source]:
    """The bibliography, by key."""
    return _library().sources


def source(key: str) -> Source:
    """The entry called ``key``; ``EvidenceError`` with the closest keys otherwise."""
    known = sources()
    if key not in known:
        raise EvidenceError(f"no source is called {key!r}; {_closest(key, known)}")
    return known[key]


def facts(topic: str | None = None) -> tuple[Fact, ...]:
    """All facts, or those of one topic, in the order of their files.

    Raises:
        EvidenceError: there is no such topic.
    """
    known = tuple(_library().facts.values())
    if topic is None:
        return known
    topics = sorted({f.topic for f in known})
    if topic not in topics:
        raise EvidenceError(f"no topic is called {topic!r}; there are: {', '.join(topics)}")
    return tuple(f for f in known if f.topic == topic)


def fact(fact_id: str) -> Fact:
    """The fact called ``fact_id``; ``EvidenceError`` with the closest ids otherwise."""
    known = _library().facts
    if fact_id not in known:
        raise EvidenceError(f"no fact is called {fact_id!r}; {_closest(fact_id, known)}")
    return known[fact_id]


def driving(fact_id: str, *, secondary: bool = False) -> float:
    """The value of a fact that a rule is allowed to use.

    Args:
        fact_id: which fact.
        secondary: the caller accepts a secondary fact and stamps its output accordingly.

    Returns:
        The value in the fact's own unit.

    Raises:
        EvidenceError: the fact is from memory, or secondary and that was not accepted, or has
            no value.
    """
    found = fact(fact_id)
    if found.trust is Trust.MEMORY:
        raise EvidenceError(
            f"the fact {fact_id!r} is from memory and drives nothing: confirm it in its source, "
            "or make an Assumption of it"
        )
    if found.trust is Trust.SECONDARY and not secondary:
        raise EvidenceError(
            f"the fact {fact_id!r} is secondary: pass secondary=True and stamp the output"
        )
    if found.value is None:
        raise EvidenceError(f"the fact {fact_id!r} is a rule in words and has no value")
    return found.value


def _closest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    return f"closest: {', '.join(near)}" if near else f"there are {len(names)}, none close to it"
