"""Evidence: what is known, as data with source, population and trust; the only bibliography.

In:    facts/*.toml, shipped with the package.      Out: ``Source`` and ``Fact``.
Never: patients, images, plans; a number from memory that drives a rule.

Public names: ``sources``, ``source``, ``facts``, ``fact``, ``driving``; records are in ``model``.
"""

from seldinger.evidence.library import driving, fact, facts, source, sources
from seldinger.evidence.model import Fact, FactKind, Source, Trust

__all__ = [
    "Fact",
    "FactKind",
    "Source",
    "Trust",
    "driving",
    "fact",
    "facts",
    "source",
    "sources",
]
