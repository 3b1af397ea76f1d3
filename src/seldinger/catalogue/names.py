"""Names: which spellings are the same, and which names are close to a wrong one."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEPARATORS = re.compile(r"[\s_\-]+")


def normalised(name: str) -> str:
    """``name`` without regard to case, spaces, hyphens and underscores between words."""
    return _SEPARATORS.sub("_", name.strip()).casefold()


def closest(name: str, known: Iterable[str]) -> str:
    """A phrase that offers the known names closest to ``name``."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    return f"closest: {', '.join(near)}" if near else f"there are {len(names)}, none close to it"
