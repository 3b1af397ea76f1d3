"""Cohorts: what volumes became after embolization, as rows for a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.followup.shrinkage import COHORT_NOTE, MONTH_D, predict
from seldinger.followup.volumetry import VOLUMETRY_ASSUMPTIONS, Kind
from seldinger.plan.treatments.embolization.pelvis.forecast import CohortForecast, CohortRow

if TYPE_CHECKING:
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed

_MONTHS = (3.0, 12.0)
_USED = ("infarcted_share", "swelling_share", "swelling_peak_days", "patient_spread_share")


@dataclass(frozen=True, slots=True)
class CohortShrinkage:
    """What cohorts became at 3 and 12 months.

    Attributes:
        kinds: what is followed.
    """

    kinds: tuple[Kind, ...]

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Infarcted shares of the kinds, swelling, and the spread between patients."""
        wanted = {f"{kind}_{_USED[0]}" for kind in self.kinds} | {*_USED[1:]}
        return tuple(one for one in VOLUMETRY_ASSUMPTIONS if one.name in wanted)

    @property
    def note(self) -> str:
        """What must be said beside every row."""
        return COHORT_NOTE

    def list_rows(self, kind: str, before_ml: float, assumed: Assumed) -> CohortForecast:
        """Cohorts of a kind, by months.

        Args:
            kind: "fibroid", "uterus" or "prostate".
            before_ml: volume before.
            assumed: values of ``assumptions``.
        """
        rows: list[CohortRow] = []
        withheld: list[str] = []
        for months in _MONTHS:
            found = predict(Kind(kind), months * MONTH_D, before_ml, assumed)
            withheld += found.withheld
            rows += [
                CohortRow(one.cohort.name, months, one.left, one.stamp, one.facts,
                          "; ".join(one.remarks))
                for one in found.predictions
            ]  # fmt: skip
        return CohortForecast(tuple(rows), tuple(dict.fromkeys(withheld)))
