"""Forecast: what volumes became in cohorts; followed elsewhere, and handed to the treatment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed


@dataclass(frozen=True, slots=True)
class CohortRow:
    """What was left in a cohort after some months.

    Attributes:
        cohort: its name.
        months: since embolization.
        left: share of the volume before: median, and 90 % of patients.
        stamp: of the least trusted fact behind it.
        facts: their ids.
        remark: what is borrowed.
    """

    cohort: str
    months: float
    left: Spread
    stamp: str
    facts: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class CohortForecast:
    """Rows side by side, and why others were withheld."""

    rows: tuple[CohortRow, ...]
    withheld: tuple[str, ...]


class Forecast(Protocol):
    """What cohorts became."""

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Defaults without a source."""
        raise NotImplementedError

    @property
    def note(self) -> str:
        """What must be said beside every row."""
        raise NotImplementedError

    def list_rows(self, kind: str, before_ml: float, assumed: Assumed) -> CohortForecast:
        """Cohorts of a kind, by months.

        Args:
            kind: "fibroid", "uterus" or "prostate".
            before_ml: volume before.
            assumed: values of ``assumptions``.
        """
        raise NotImplementedError
