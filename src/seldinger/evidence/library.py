"""The library: the facts that ship with the package, read once, when first asked for."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from seldinger.core.errors import EvidenceError
from seldinger.core.naming import did_you_mean, meant, near
from seldinger.evidence.model import MEMORY_STAMP, SECONDARY_STAMP, Trust

if TYPE_CHECKING:
    import datetime as dt
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
    called = meant(topic, topics)
    if called is None:
        raise EvidenceError(
            f"no topic is called {topic!r}; {did_you_mean(topic, topics)}there are: "
            f"{', '.join(topics)}"
        )
    return tuple(f for f in known if f.topic == called)


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
        EvidenceError: the fact is from memory, or secondary and that was not accepted, or a
            popular claim that does not stand, or has no value.
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
    if found.verdict is not None and not found.verdict.stands:
        raise EvidenceError(
            f"the claim {fact_id!r} is {found.verdict.value} and drives nothing: use the facts "
            f"that answer it: {', '.join(found.see) or 'none'}"
        )
    if found.value is None:
        raise EvidenceError(f"the fact {fact_id!r} is a rule in words and has no value")
    return found.value


def stamp_of(fact_ids: Iterable[str]) -> str:
    """The stamp that an output must carry: that of the least trusted fact it used.

    Args:
        fact_ids: the facts that were used or shown.

    Returns:
        ``SECONDARY_STAMP``, ``MEMORY_STAMP``, or "" where all were read in their primary source
        (and where there was no fact at all: a number without one has no business here).

    Raises:
        EvidenceError: a fact that does not exist.
    """
    trusts = {fact(one).trust for one in fact_ids}
    if Trust.MEMORY in trusts:
        return MEMORY_STAMP
    return SECONDARY_STAMP if Trust.SECONDARY in trusts else ""


def stale(today: dt.date, topic: str | None = None) -> tuple[Fact, ...]:
    """Facts whose review is overdue: ``review_by`` lies before ``today``."""
    return tuple(one for one in facts(topic) if one.review_by < today.isoformat())


def claims() -> tuple[Fact, ...]:
    """The popular claims that were looked for, each with its verdict."""
    return tuple(one for one in facts() if one.verdict is not None)


def _closest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    found = near(name, names, cutoff=0.4)
    return f"closest: {', '.join(found)}" if found else f"there are {len(names)}, none close to it"
