"""The planner's assumptions: defaults without a source, in one place, each editable and printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from seldinger.core.errors import PlanError
from seldinger.core.record import Assumption, AssumptionUse, check_edits, read_assumptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PATH_ASSUMPTIONS = tuple(read_assumptions("seldinger.plan").values())
"""Of every plan that has paths: those of the search, then the risk limits."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """Assumptions with the user's edits; ``get_value("name")`` is what the planner uses."""

    known: Mapping[str, Assumption]
    edits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_uses(cls, uses: Iterable[AssumptionUse]) -> Self:
        """As a plan used them."""
        told = (Assumption(u.name, u.value, u.unit, u.low, u.high, u.reason) for u in uses)
        return cls({one.name: one for one in told})

    def get_value(self, name: str) -> float:
        """The edited value, else the default."""
        return float(self.edits.get(name, self.known[name].value))

    def list_uses(self) -> tuple[AssumptionUse, ...]:
        """All of them, as the plan prints them."""
        return tuple(AssumptionUse.resolve(a, self.edits) for a in self.known.values())


def resolve_assumptions(groups: Iterable[Assumption], edits: Mapping[str, float]) -> Assumed:
    """``groups`` with ``edits``.

    Raises:
        PlanError: an edit names nothing, or leaves its range.
    """
    known = {a.name: a for a in groups}
    check_edits(known.values(), edits, PlanError)
    return Assumed(known, dict(edits))
