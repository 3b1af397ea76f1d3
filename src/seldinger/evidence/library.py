"""The library: the facts that ship with the package, read once, when first asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from seldinger.core.errors import EvidenceError
from seldinger.core.naming import did_you_mean, find_similar, match_name
from seldinger.evidence import records
from seldinger.evidence.model import MEMORY_STAMP, SECONDARY_STAMP, Fact, Source, Trust
from seldinger.evidence.packages import offered
from seldinger.evidence.records import Named, Word, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SOURCES_FILE = "sources.toml"


@dataclass(frozen=True, slots=True)
class _SourcesPage:
    """The whole of ``sources.toml``."""

    sources: Annotated[Mapping[str, Source], Named("key")] = field(metadata=written("source"))


@dataclass(frozen=True, slots=True)
class _FactsPage:
    """The whole of one topic's file."""

    topic: Word
    review_date: dt.date
    facts: Annotated[Mapping[str, Fact], Named("id")] = field(metadata=written("fact"))


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that was read, held against itself."""

    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]


def _library() -> Library:
    return _libraries()[0]


def left_out() -> tuple[str, ...]:
    """A sentence for the facts of each other package that cannot be used."""
    return _libraries()[1]


@cache
def _libraries() -> tuple[Library, tuple[str, ...]]:
    """Our facts with those of other packages; a package's facts stand or fall together."""
    whole = read(records.shipped("seldinger.evidence", "facts"))
    offers, lost = offered("facts")
    left_out = list(lost)
    for package in dict.fromkeys(page.package for page in offers):
        pages = {page.name: page.text for page in offers if page.package == package}
        try:
            whole = _extended(whole, pages)
        except EvidenceError as wrong:
            left_out.append(f"the facts of {package} are left out: {wrong}")
    return whole, tuple(left_out)


def _extended(whole: Library, pages: Mapping[str, str]) -> Library:
    """``whole`` and more pages; nothing of ``whole`` is replaced."""
    sources = dict(whole.sources)
    tables = {name: records.parsed(text, name, EvidenceError) for name, text in pages.items()}
    bibliography = tables.pop(SOURCES_FILE, None)
    if bibliography is not None:
        more = records.checked(_SourcesPage, bibliography, SOURCES_FILE, EvidenceError).sources
        _refuse_taken(set(more) & set(sources))
        sources |= more
    facts = _facts(tables)
    _refuse_taken(set(facts) & set(whole.facts))
    facts = {**whole.facts, **facts}
    _check_references(facts, sources)
    return Library(MappingProxyType(sources), MappingProxyType(facts))


def _refuse_taken(names: Collection[str]) -> None:
    if names:
        raise EvidenceError(f"{', '.join(sorted(names))} is there already; give another name")


def read(pages: Mapping[str, str]) -> Library:
    """Check the pages of a library and make records of them.

    Args:
        pages: file name -> TOML text; ``sources.toml`` is the bibliography, each other page
            one topic, named like its file.

    Raises:
        EvidenceError: malformed TOML, an unknown key or unit, a value out of range or outside its
            interval, a proportion or rate without horizon, kinds that are mixed, an id given twice,
            an unknown source, a conflict that does not exist or is named on one side only.
    """
    if SOURCES_FILE not in pages:
        raise EvidenceError(f"the bibliography {SOURCES_FILE} is missing; got: {sorted(pages)}")
    tables = {name: records.parsed(text, name, EvidenceError) for name, text in pages.items()}
    bibliography = tables.pop(SOURCES_FILE)
    sources = records.checked(_SourcesPage, bibliography, SOURCES_FILE, EvidenceError).sources
    facts = _facts(tables)
    _check_references(facts, sources)
    return Library(sources, MappingProxyType(facts))


def _facts(tables: Mapping[str, dict[str, Any]]) -> dict[str, Fact]:
    """The facts of topics' tables, by file name."""
    facts: dict[str, Fact] = {}
    for name, table in tables.items():
        page = records.checked(_FactsPage, _dated(table), name, EvidenceError)
        if name != f"{page.topic}.toml":
            raise EvidenceError(f"{name}: the topic {page.topic!r} must be the name of its file")
        for one in page.facts.values():
            if one.topic != page.topic:
                raise EvidenceError(f"{name}: the id {one.id!r} must start with '{page.topic}.'")
        facts.update(page.facts)
    return facts


def _dated(page: dict[str, Any]) -> dict[str, Any]:
    """A topic's tables: a fact that does not tell its review takes the page's."""
    day, rows = page.get("review_date"), page.get("fact")
    if not isinstance(rows, dict):
        return page
    checked = {"review_date": day if isinstance(day, dt.date) else dt.date.min}
    return {
        **page,
        "fact": {key: checked | row if isinstance(row, dict) else row for key, row in rows.items()},
    }


def _check_references(facts: Mapping[str, Fact], sources: Mapping[str, Source]) -> None:
    for known in facts.values():
        if known.source not in sources:
            raise EvidenceError(
                f"the fact {known.id!r} names the source {known.source!r}: not in {SOURCES_FILE}"
            )
        for other in (*known.see, *known.conflicts):
            if other == known.id or other not in facts:
                raise EvidenceError(f"the fact {known.id!r} names {other!r}: no such fact")
        for other in known.conflicts:
            if known.id not in facts[other].conflicts:
                raise EvidenceError(
                    f"the fact {known.id!r} conflicts with {other!r}, which must name it in return"
                )


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
    called = match_name(topic, topics)
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


def driving_value(fact_id: str, *, secondary: bool = False) -> float:
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
    wanted = fact(fact_id)
    if wanted.trust is Trust.MEMORY:
        raise EvidenceError(
            f"the fact {fact_id!r} is from memory and drives nothing: confirm it in its source, "
            "or make an Assumption of it"
        )
    if wanted.trust is Trust.SECONDARY and not secondary:
        raise EvidenceError(
            f"the fact {fact_id!r} is secondary: pass secondary=True and stamp the output"
        )
    if wanted.verdict is not None and not wanted.verdict.stands:
        raise EvidenceError(
            f"the claim {fact_id!r} is {wanted.verdict.value} and drives nothing: use the facts "
            f"that answer it: {', '.join(wanted.see) or 'none'}"
        )
    if wanted.value is None:
        raise EvidenceError(f"the fact {fact_id!r} is a rule in words and has no value")
    return wanted.value


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


def list_overdue(today: dt.date, topic: str | None = None) -> tuple[Fact, ...]:
    """Facts whose review is overdue: ``review_by`` lies before ``today``."""
    return tuple(one for one in facts(topic) if one.review_by < today)


def claims() -> tuple[Fact, ...]:
    """The popular claims that were looked for, each with its verdict."""
    return tuple(one for one in facts() if one.verdict is not None)


def _closest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    found = find_similar(name, names, cutoff=0.4)
    return f"closest: {', '.join(found)}" if found else f"there are {len(names)}, none close to it"
