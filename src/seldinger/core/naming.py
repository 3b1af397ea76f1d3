"""Naming: which spellings are the same name, and which name was probably meant."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SEPARATORS = re.compile(r"[\s_\-]+")


def normalise(name: str) -> str:
    """``name`` without regard to case, spaces, hyphens and underscores between words."""
    return _SEPARATORS.sub("_", name.strip()).casefold()


def match_name(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ``name`` spells: exactly, or but for case and separators.

    None where there is none, and where two are spelled alike and neither is exact.
    """
    alike = match_names(name, known)
    return alike[0] if len(alike) == 1 else None


def match_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """All of ``known`` that ``name`` spells: the exact one, or those alike but for separators."""
    names = tuple(dict.fromkeys(known))
    if name in names:
        return (name,)
    for plain in (normalise, _joined):
        alike = tuple(one for one in names if plain(one) == plain(name))
        if alike:
            return alike
    return ()


def match_ending(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ends in the words of ``name``; None where none or several do.

    "tumour-1" is "liver tumour 1" where no other tumour is a first one; a number alone names none.
    """
    words = normalise(name)
    if not words[:1].isalpha():
        return None
    found = {normalise(one): one for one in known if normalise(one).endswith(f"_{words}")}
    return next(iter(found.values())) if len(found) == 1 else None


def find_similar(
    name: str, known: Iterable[str], count: int = 3, cutoff: float = 0.6
) -> tuple[str, ...]:
    """The ``count`` known names closest to a wrong ``name``, the closest first, in any case.

    ``cutoff``: how alike they must be at least, from 0 to 1.
    """
    by_plain: dict[str, str] = {}
    for one in known:
        by_plain.setdefault(normalise(one), one)
    found = get_close_matches(normalise(name), sorted(by_plain), n=count, cutoff=cutoff)
    return tuple(by_plain[one] for one in found)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A phrase that asks for the closest name, with a blank after it; empty where none is close."""
    found = find_similar(name, known, count=1)
    return f"did you mean {found[0]!r}? " if found else ""


def stem(file: Path) -> str:
    """A file's name without what says how it is packed: what nobody named is called so."""
    return file.name.partition(".")[0] or file.name


def order_naturally(name: str) -> tuple[tuple[int, str], ...]:
    """A key to sort names by as people count: 1, 2, 10."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(one), "") if one.isdecimal() else (-1, one) for one in parts)


def _joined(name: str) -> str:
    return normalise(name).replace("_", "")
