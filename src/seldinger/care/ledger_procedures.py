"""Names of procedures in the ledger: one spelling for each, so that a department can count them."""

from __future__ import annotations

import re
from difflib import get_close_matches

from seldinger.care import procedures
from seldinger.core.errors import CareError

OTHER = "other: "
"""Begins the name of a procedure that is not in the tables, as the owner calls it."""

_NAME = re.compile(r"\b[A-Z][a-z]+[,;]?[ _-]+[A-Z][a-z]+\b")


def match_procedure(name: str) -> str:
    """The one name of a procedure: a clearance's where the name tells which, else its family's.

    Args:
        name: its name or another one in use; or "other: " and words.

    Raises:
        CareError: it is not in the tables; the message tells what is close.
    """
    if name.strip().lower().startswith(OTHER.strip()):
        words = " ".join(name.strip()[len(OTHER.strip()) :].split())
        if not words:
            raise CareError("'other:' is followed by nothing: say which procedure")
        return f"{OTHER}{words}"
    found = procedures.find(name)
    if found is not None:
        return _one(found)
    near = get_close_matches(procedures.normalise(name), procedures.list_names(), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    raise CareError(
        f"no procedure is called {name!r}; {hint}`seldinger ledger procedures` lists them; for "
        f"another one write '{OTHER}IN WORDS'"
    )


def all_names() -> tuple[str, ...]:
    """Every procedure that the ledger knows by name."""
    return tuple(sorted({_one(found) for found in procedures.list_names().values()}))


def looks_like_a_person(name: str) -> bool:
    """Whether a case's name looks like that of a person, which does not belong in a ledger."""
    return _NAME.search(name) is not None


def _one(found: procedures.Procedure) -> str:
    return found.keys[0] if len(found.keys) == 1 else found.id
