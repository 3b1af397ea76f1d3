"""Vocabularies: raw label names become our terms; what nobody knows is reported, never dropped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from seldinger.catalogue.model import Recognised, Term, Vocabulary
from seldinger.catalogue.names import closest, match_name, normalise
from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.records import Named, Text, written

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDER = resources.files("seldinger.catalogue") / "labels"

_SHIPPED = ("totalsegmentator_v2_total", "ircadb", "seldinger_demo")
"""In the order in which they are preferred when they match equally many names."""


@dataclass(frozen=True, slots=True)
class _TermsPage:
    """The whole of ``terms.toml``."""

    terms: Annotated[Mapping[Text, Term], Named("name")] = field(metadata=written("term"))


@dataclass(frozen=True, slots=True)
class _Page:
    """One vocabulary as it is written; None: a name is known and ignored."""

    title: Text = "own vocabulary"
    extends: Text | None = None
    ignored: tuple[Text, ...] = ()
    entries: Mapping[Text, Text | None] = field(default_factory=dict)
    patterns: Mapping[Text, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clashing = sorted(set(self.entries) & set(self.ignored))
        if clashing:
            raise CatalogueError(f"both mapped and ignored: {', '.join(clashing)}")
        for raw, term in [*self.entries.items(), *self.patterns.items()]:
            if term is not None and term not in terms():
                raise CatalogueError(
                    f"{raw!r} is mapped to {term!r}, which is not one of our terms; "
                    f"{closest(term, terms())}"
                )
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as broken:
                raise CatalogueError(f"the pattern {pattern!r} is broken: {broken}") from broken
        spelled: dict[str, str] = {}
        for raw, term in self.entries.items():
            other = spelled.setdefault(normalise(raw), raw)
            if self.entries[other] != term:
                raise CatalogueError(
                    f"{other!r} and {raw!r} differ in spelling only but mean different things"
                )


@cache
def terms() -> Mapping[str, Term]:
    """Our vocabulary, by name."""
    return records.read(_TermsPage, _FOLDER / "terms.toml", CatalogueError).terms


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """The vocabularies that ship with the package, by name."""
    pages = {
        name: records.read(_Page, _FOLDER / f"{name}.toml", CatalogueError) for name in _SHIPPED
    }
    return MappingProxyType(
        {
            name: _vocabulary(name, page, pages[page.extends] if page.extends else _Page())
            for name, page in pages.items()
        }
    )


def read_vocabulary(path: Path) -> Vocabulary:
    """A user's own vocabulary from a TOML or JSON file.

    Args:
        path: a flat table raw name -> our term, or the layout of this package's own files
            (``entries``, ``ignored``, ``patterns``). In JSON, null means known and ignored.

    Raises:
        CatalogueError: unreadable or malformed, or a term we do not have (the closest are offered).
    """
    return parse_vocabulary(records.text_of(path, CatalogueError, "TOML or JSON"), path.name)


def parse_vocabulary(text: str, name: str) -> Vocabulary:
    """A user's own vocabulary from the text of its file.

    Args:
        text: as ``read_vocabulary`` finds it.
        name: of the file; ".json" decides for JSON, everything else is TOML.

    Raises:
        CatalogueError: malformed, or a term we do not have (the closest are offered).
    """
    json_file = name.lower().endswith(".json")
    raw = _json(text, name) if json_file else records.parsed(text, name, CatalogueError)
    laid_out = bool(raw) and set(raw) <= {one.name for one in fields(_Page)}
    nested = any(isinstance(value, dict | list) for value in raw.values())
    tables = raw if laid_out and nested else {"entries": raw}
    page = records.checked(_Page, tables, name, CatalogueError)
    if page.extends is not None:
        raise CatalogueError(f"{name}: only the vocabularies of this package may extend another")
    return _vocabulary(name, page, _Page())


def recognise(raw_names: Iterable[str], vocabulary: Vocabulary | str | None = None) -> Recognised:
    """Our terms for the raw names of a label file.

    A raw name is looked up as it stands, then without regard to case and separators, then by
    pattern, then among our own terms.

    Args:
        raw_names: as the file gives them.
        vocabulary: one of ``vocabularies()`` by name, or a user's own, read or as the path of its
            .toml file; None takes the one that knows most of the names.

    Returns:
        Every raw name in exactly one of ``terms``, ``ignored`` and ``unknown``.

    Raises:
        CatalogueError: no vocabulary has that name (the closest are offered), or the file is none.
    """
    names = tuple(dict.fromkeys(raw_names))
    if isinstance(vocabulary, str) and vocabulary.endswith(".toml"):
        vocabulary = read_vocabulary(Path(vocabulary))
    if isinstance(vocabulary, Vocabulary):
        return _recognised(names, vocabulary)
    known = vocabularies()
    if vocabulary is not None:
        called = match_name(vocabulary, known)
        if called is None:
            raise CatalogueError(
                f"no vocabulary is called {vocabulary!r}; {closest(vocabulary, known)}"
            )
        return _recognised(names, known[called])
    return min((_recognised(names, v) for v in known.values()), key=lambda r: len(r.unknown))


def _recognised(names: tuple[str, ...], vocabulary: Vocabulary) -> Recognised:
    spelt = {normalise(raw): term for raw, term in vocabulary.entries.items()}
    ours = {normalise(word): word for word in terms()}
    terms_found: dict[str, str] = {}
    ignored: list[str] = []
    unknown: list[str] = []
    for name in names:
        if normalise(name) in spelt:
            term = spelt[normalise(name)]
            if term is None:
                ignored.append(name)
                continue
        else:
            term = _by_pattern(name, vocabulary) or ours.get(normalise(name))
        if term is None:
            unknown.append(name)
        else:
            terms_found[name] = term
    return Recognised(
        vocabulary.name, MappingProxyType(terms_found), tuple(ignored), tuple(unknown)
    )


def _by_pattern(name: str, vocabulary: Vocabulary) -> str | None:
    for pattern, term in vocabulary.patterns.items():
        if re.fullmatch(pattern, name.strip(), flags=re.IGNORECASE):
            return term
    return None


def _vocabulary(name: str, page: _Page, base: _Page) -> Vocabulary:
    entries = {
        **base.entries, **dict.fromkeys(base.ignored), **page.entries, **dict.fromkeys(page.ignored)
    }  # fmt: skip
    patterns = {**page.patterns, **base.patterns}
    return Vocabulary(name, page.title, MappingProxyType(entries), MappingProxyType(patterns))


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as malformed:
        raise CatalogueError(f"{name} is not JSON: {malformed}") from malformed
    if not isinstance(raw, dict):
        raise CatalogueError(
            f"{name} must hold one table raw name -> term, got {type(raw).__name__}"
        )
    return raw
