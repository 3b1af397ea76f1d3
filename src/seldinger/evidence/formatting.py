"""Telling: a fact in words for a table: its value with horizon, its trust, what stands against it.

Nothing here decides anything; the docs page and ``seldinger facts`` read the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.evidence.library import facts
from seldinger.evidence.model import FactKind, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.evidence.model import Fact

IN_WORDS = "in words"

_TRUST = {
    Trust.PRIMARY: "primary",
    Trust.SECONDARY: "secondary source",
    Trust.MEMORY: "to be confirmed",
}
_SHARES = (FactKind.PROPORTION, FactKind.AUDIT_THRESHOLD)
_UNITS = {
    "1": "",
    "[Ch]": "F",
    "[hnsf'U]": "HU",
    "10*9/L": "x 10^9/L",
    "Cel": "°C",
    "Gy.cm2": "Gy cm²",
    "Gy.kg/GBq": "Gy kg/GBq",
    "J/(kg.K)": "J/(kg K)",
    "Pa.s": "Pa s",
    "W/(m.K)": "W/(m K)",
    "a": "years",
    "d": "days",
    "deg": "degrees",
    "m2": "m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "mPa.s": "mPa s",
    "mm[Hg]": "mmHg",
    "mm2": "mm²",
    "mm4/(N.s)": "mm⁴/(N s)",
    "mo": "months",
    "uSv/(h.GBq)": "µSv/(h GBq)",
    "ug/g": "µg/g",
    "ug/mm2": "µg/mm²",
    "um": "µm",
    "umol/L": "µmol/L",
    "wk": "weeks",
}
"""UCUM as people write it; what is not here stands as it is, without its braces."""


def format_trust(fact: Fact) -> str:
    """How the fact was read: "primary", "secondary source" or "to be confirmed"."""
    return _TRUST[fact.trust]


def format_value(fact: Fact) -> str:
    """The value as people write it, never a percentage without its horizon.

    Args:
        fact: which.

    Returns:
        Such as "26 % (20 to 30, 95 % confidence); 2 years", or ``IN_WORDS``.
    """
    scale = 100.0 if fact.kind in _SHARES else 1.0
    unit = "%" if fact.kind in _SHARES else _UNITS.get(fact.unit, fact.unit.strip("{}"))
    text = IN_WORDS if fact.value is None else f"{scale * fact.value:.6g} {unit}".strip()
    if fact.interval is not None:
        low, high = fact.interval
        text += f" ({scale * low:.6g} to {scale * high:.6g}, {fact.interval_kind})"
    if fact.kind is FactKind.AUDIT_THRESHOLD:
        return f"{text} of a department's cases"
    return text if fact.horizon is None else f"{text}; {_by_when(fact.horizon)}"


def _by_when(horizon: str) -> str:
    return f"horizon {horizon}" if horizon.startswith("not ") else horizon


def group_conflicts(among: Iterable[Fact]) -> tuple[tuple[Fact, ...], ...]:
    """Groups of facts that contradict each other.

    Args:
        among: where to begin; what a fact of these conflicts with is drawn in from everywhere.

    Returns:
        Each group once, of two facts or more, in the order of their files.
    """
    known = {one.id: one for one in facts()}
    seen: set[str] = set()
    groups = []
    for start in among:
        if not start.conflicts or start.id in seen:
            continue
        group, waiting = set[str](), [start.id]
        while waiting:
            this = waiting.pop()
            if this not in group:
                group.add(this)
                waiting.extend(known[this].conflicts)
        seen |= group
        groups.append(tuple(one for one in known.values() if one.id in group))
    return tuple(groups)
