"""Names: which spellings are the same, and which names are close to a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.naming import find_similar, match_name, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["closest", "find_similar", "match_name", "normalise"]


def closest(name: str, known: Iterable[str]) -> str:
    """A phrase that offers the known names closest to ``name``."""
    names = sorted(known)
    found = find_similar(name, names, cutoff=0.4)
    return f"closest: {', '.join(found)}" if found else f"there are {len(names)}, none close to it"
