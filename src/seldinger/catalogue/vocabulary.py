"""Vocabularies: raw label names become our terms; what nobody knows is reported, never dropped."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.catalogue.model import Recognised, Vocabulary
from seldinger.catalogue.names import closest, meant, normalised
from seldinger.core.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.catalogue.model import Term

_TERMS_FILE = "terms.toml"

_SHIPPED = ("totalsegmentator_v2_total", "ircadb", "seldinger_demo")
"""In the order in which they are preferred when they match equally many names."""

_LARGEST_BYTES = 4_000_000
"""A vocabulary is a list of names; anything larger is another file."""


@cache
def terms() -> Mapping[str, Term]:
    """Our vocabulary, by name."""
    from seldinger.catalogue import border  # pydantic is heavy: opened when needed

    return border.read_terms(_TERMS_FILE, _page(_TERMS_FILE))


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """The vocabularies that ship with the package, by name."""
    from seldinger.catalogue import border  # pydantic is heavy: opened when needed

    return border.read_vocabularies({name: _page(f"{name}.toml") for name in _SHIPPED}, terms())


def read_vocabulary(path: Path) -> Vocabulary:
    """A user's own vocabulary from a TOML or JSON file.

    Args:
        path: a flat table raw name -> our term, or the layout of this package's own files
            (``entries``, ``ignored``, ``patterns``). In JSON, null means known and ignored.

    Raises:
        CatalogueError: unreadable or malformed, or a term we do not have (the closest are offered).
    """
    from seldinger.catalogue import border  # pydantic is heavy: opened when needed

    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise CatalogueError(f"{path.name} is too large for a vocabulary: give a list of names")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise CatalogueError(
            f"the vocabulary {path.name} cannot be read: {unreadable}"
        ) from unreadable
    return border.read_own_vocabulary(path.name, text, terms())


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
        called = meant(vocabulary, known)
        if called is None:
            raise CatalogueError(
                f"no vocabulary is called {vocabulary!r}; {closest(vocabulary, known)}"
            )
        return _recognised(names, known[called])
    return min((_recognised(names, v) for v in known.values()), key=lambda r: len(r.unknown))


def _recognised(names: tuple[str, ...], vocabulary: Vocabulary) -> Recognised:
    spelt = {normalised(raw): term for raw, term in vocabulary.entries.items()}
    ours = {normalised(word): word for word in terms()}
    found: dict[str, str] = {}
    ignored: list[str] = []
    unknown: list[str] = []
    for name in names:
        if normalised(name) in spelt:
            term = spelt[normalised(name)]
            if term is None:
                ignored.append(name)
                continue
        else:
            term = _by_pattern(name, vocabulary) or ours.get(normalised(name))
        if term is None:
            unknown.append(name)
        else:
            found[name] = term
    return Recognised(vocabulary.name, MappingProxyType(found), tuple(ignored), tuple(unknown))


def _by_pattern(name: str, vocabulary: Vocabulary) -> str | None:
    for pattern, term in vocabulary.patterns.items():
        if re.fullmatch(pattern, name.strip(), flags=re.IGNORECASE):
            return term
    return None


def _page(name: str) -> str:
    return (resources.files("seldinger.catalogue") / "labels" / name).read_text(encoding="utf-8")
