"""Names: what structures of a patient can be called, known before a voxel is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.core.errors import AnatomyError
from seldinger.core.naming import did_you_mean, find_similar, match_ending, match_name, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.catalogue import Vocabulary

DERIVED = (
    "bone",
    "bowel gas",
    "left lung",
    "lower rib margin",
    "pleural recess",
    "right lung",
)
"""What the image or its bones show without a label."""
_SHOWN = 8


def list_names(
    raw_names: Sequence[str] | None, vocabulary: Vocabulary | str | None = None
) -> tuple[str, ...] | None:
    """Every name that a target or a structure may have; None when labels are not known yet.

    Args:
        raw_names: of the labels; None = they stand in the voxels' file.
        vocabulary: as for ``build``.

    Raises:
        CatalogueError: no vocabulary has that name.
    """
    from seldinger.anatomy import structures

    recognised = catalogue.recognise(raw_names or (), vocabulary)
    if raw_names is None:
        return None
    ours = structures.group_by_term(raw_names, recognised, catalogue.terms())
    bases = {recognised.terms[raws[0]] for raws in ours.values()}
    return tuple(dict.fromkeys((*ours, *sorted(bases), *raw_names, *DERIVED)))


def list_unknown_terms(named: Iterable[str]) -> tuple[str, ...]:
    """Names that are no structure of the vocabulary, each with the closest one."""
    known = {*catalogue.terms(), *DERIVED}
    return tuple(
        f"{name!r} ({did_you_mean(name, known).strip() or 'nothing is close'})"
        for name in sorted(set(named) - known)
    )


def check_name(what: str, name: str, known: Iterable[str]) -> None:
    """``AnatomyError`` with the closest names when ``name``, a ``what``, is none of ``known``."""
    among = tuple(known)
    if any(normalise(one) == normalise(name) for one in among) or match_name(name, among):
        return
    if what == "target" and match_ending(name, among):
        return
    labelled = [one for one in among if one not in DERIVED]
    if not labelled:
        raise AnatomyError(
            f"no {what} is called {name!r}; nothing is labelled: give a mask, or a point and a "
            "diameter"
        )
    found = find_similar(name, labelled, count=4, cutoff=0.4) or labelled[:_SHOWN]
    raise AnatomyError(f"no {what} is called {name!r}; closest: {', '.join(found)}")
