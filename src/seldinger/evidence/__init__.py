"""Evidence: what is known, as data with source, population and trust; the only bibliography.

In:    facts/*.toml, shipped with the package.      Out: ``Source`` and ``Fact``.
Never: patients, images, plans; a number from memory that drives a rule.

Public names: ``sources``, ``source``, ``facts``, ``fact``, ``claims``, ``driving``, ``stamp_of``,
``stale``; records and stamps are in ``model``.
"""

from seldinger.evidence.library import (
    claims,
    driving,
    fact,
    facts,
    source,
    sources,
    stale,
    stamp_of,
)
from seldinger.evidence.model import (
    MEMORY_STAMP,
    SECONDARY_STAMP,
    Fact,
    FactKind,
    Source,
    Trust,
    Verdict,
)

__all__ = [
    "MEMORY_STAMP",
    "SECONDARY_STAMP",
    "Fact",
    "FactKind",
    "Source",
    "Trust",
    "Verdict",
    "claims",
    "driving",
    "fact",
    "facts",
    "source",
    "sources",
    "stale",
    "stamp_of",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
