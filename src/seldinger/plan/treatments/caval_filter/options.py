"""What a user may tell of a caval filter: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seldinger.care.times import Day
from seldinger.core.errors import PlanError
from seldinger.evidence.records import NotNegative, Positive, Text, optional
from seldinger.plan.answers import among

_UPRIGHT_DEG = 90.0
_DAYS = (1.0, 3650.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CavalFilterOptions:
    """Caval filter: what images do not show, and who sees to it that it comes out.

    Raises:
        PlanError: on construction, a tilt of 90 degrees or more, or days for which none is needed.
    """

    renal_z_mm: float | None = optional(
        "height of the lower rim of the lowest renal vein, LPS z; left out: by the labels"
    )
    volume: Literal["low", "normal"] | None = optional(
        "how full the patient was when scanned: short of volume, or not"
    )
    permanent: bool = optional("a filter that is to stay", default=False)
    clot_mm: Positive | None = optional("least thickness of the clot that is feared")
    tilt_deg: NotNegative | None = optional("tilt of the filter, as it was measured in place")
    placed: Day | None = optional("day of placement", metavar="DAY")
    needed_days: Positive | None = optional("days for which the filter is needed, as judged now")
    owner: Text | None = optional("who sees to it that the filter comes out", metavar="NAME")

    def __post_init__(self) -> None:
        """Refuse what no filter could show."""
        if self.tilt_deg is not None and self.tilt_deg >= _UPRIGHT_DEG:
            raise PlanError(f"a tilt of {self.tilt_deg:g} degrees: allowed are 0 to below 90")
        days, (low, high) = self.needed_days, _DAYS
        if days is not None and not low <= days <= high:
            raise PlanError(
                f"a filter needed for {days:g} days: allowed are {low:g} to {high:g}; one that is "
                "to stay is permanent"
            )
        if days is not None and self.permanent:
            raise PlanError(f"a filter that is to stay, and needed for {days:g} days: tell one")


@dataclass(frozen=True, slots=True)
class CavalFilterAnswers:
    """Why a filter is wanted; None: not told, which blocks."""

    indication: str | None = among(
        "contraindicated", "contraindication-developed", "extended-phase", "recurrent",
        "anticoagulated", "prophylaxis",
    )  # fmt: skip
