"""Evidence: what is known, as data with source, population and trust; the only bibliography.

In:    facts/*.toml, shipped with the package.      Out: ``Source`` and ``Fact``.
Never: patients, images, plans; a number from memory that drives a rule.

Public names: ``sources``, ``source``, ``facts``, ``fact``, ``claims``, ``driving_value``,
``stamp_of``, ``list_overdue``; records and stamps are in ``model``.
"""

from seldinger.evidence.library import (
    claims,
    driving_value,
    fact,
    facts,
    list_overdue,
    source,
    sources,
    stamp_of,
)
from seldinger.evidence.model import (
    MEMORY_STAMP,
    SECONDARY_STAMP,
    ClaimAssessment,
    Fact,
    FactKind,
    Source,
    Trust,
)

__all__ = [
    "MEMORY_STAMP",
    "SECONDARY_STAMP",
    "Fact",
    "FactKind",
    "Source",
    "Trust",
    "ClaimAssessment",
    "claims",
    "driving_value",
    "fact",
    "facts",
    "source",
    "sources",
    "list_overdue",
    "stamp_of",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
