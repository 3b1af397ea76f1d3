"""How facts enter sentences: always with their source, stamped by their trust.

A treatment prints no number of medicine that does not come through here, from the catalogue, from
an assumption or from the plan itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.evidence import FactKind, Trust

if TYPE_CHECKING:
    from seldinger.evidence import Fact

SECONDARY_STAMP = "secondary source, primary not opened"
MEMORY_STAMP = "from memory, to be confirmed"

_MARKS = {FactKind.ODDS_RATIO: "odds ratio", FactKind.HAZARD_RATIO: "hazard ratio"}


def cite(*fact_ids: str) -> tuple[str, ...]:
    """The sources of these facts, each once, in order; numbers from memory have none to cite."""
    keys = [evidence.fact(i).source for i in fact_ids if evidence.fact(i).trust is not Trust.MEMORY]
    return tuple(dict.fromkeys(keys))


def quote_fact(fact_id: str) -> str:
    """A fact with ratio, comparator and source: "Crossing ... (odds ratio 3.75) [huo2020]."."""
    fact = evidence.fact(fact_id)
    aside = []
    if fact.kind in _MARKS:
        aside.append(f"{_MARKS[fact.kind]} {fact.value:g}")
    if fact.comparator is not None:
        aside.append(f"against {fact.comparator}")
    bracket = f" ({'; '.join(aside)})" if aside else ""
    return f"{fact.statement.rstrip('.')}{bracket} [{mark(fact)}]."


def state_fact(fact_id: str) -> str:
    """A fact as a sentence with its source, without ratio and comparator."""
    fact = evidence.fact(fact_id)
    return f"{fact.statement.rstrip('.')} [{mark(fact)}]."


def mark(fact: Fact) -> str:
    """What stands in square brackets: the source's key, stamped unless the primary was read."""
    if fact.trust is Trust.MEMORY:
        return MEMORY_STAMP
    return fact.source if fact.trust is Trust.PRIMARY else f"{fact.source}; {SECONDARY_STAMP}"


def get_number(fact_id: str) -> float:
    """The value of a primary fact, for a rule."""
    return evidence.driving_value(fact_id)


def format_percent(fact_id: str) -> str:
    """A proportion as a percentage with its source: "87 % [abusedera2013]".

    Raises:
        ValueError: the fact has no value.
    """
    fact = evidence.fact(fact_id)
    if fact.value is None:
        raise ValueError(f"the fact {fact_id!r} has no value to print as a percentage")
    return f"{100.0 * fact.value:.3g} % [{mark(fact)}]"
