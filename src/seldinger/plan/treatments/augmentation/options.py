"""What a user may tell of an augmentation: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seldinger.core.errors import PlanError
from seldinger.evidence.records import NotNegative, Positive, optional
from seldinger.plan.answers import among

_MOST_CEMENT_ML = 15.0
_MOST_WEEKS = 5200.0
_LEAST_PA_S, _MOST_PA_S = 1.0, 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationOptions:
    """A vertebral augmentation: age of the fracture, needles, cement.

    Raises:
        PlanError: on construction, a number that is nobody's in its unit.
    """

    fracture_weeks: NotNegative | None = optional("since the fracture; left out: not known")
    needles: Literal["one", "two"] | None = optional("left out: a cited rule decides")
    side: Literal["left", "right"] | None = optional("of a single needle; left out: the roomier")
    way: Literal["transpedicular", "parapedicular"] | None = optional(
        "left out: through the pedicle, and beside one that takes no needle"
    )
    cement_ml: Positive | None = optional("left out: between the cited shares of the body")
    viscosity: Literal["high", "low"] = optional("of the cement as it is injected", default="high")
    viscosity_pa_s: Positive | None = optional(
        "at 3 minutes, of the cement's own data sheet; left out: an assumption by its class"
    )
    balloon_ml: Positive | None = optional(
        "of each balloon of a kyphoplasty; left out: as in its trial, less where it has no room"
    )

    heat: Literal["radiofrequency"] | None = optional(
        "of a tumour through the cannula, before the cement; left out: none"
    )

    def __post_init__(self) -> None:
        """Refuse what nobody does, and units that were mixed up."""
        if self.cement_ml is not None and self.cement_ml > _MOST_CEMENT_ML:
            raise PlanError(
                f"{self.cement_ml:g} mL of cement is told; no vertebra takes more than "
                f"{_MOST_CEMENT_ML:g}: give millilitres for one level"
            )
        if self.fracture_weeks is not None and self.fracture_weeks > _MOST_WEEKS:
            raise PlanError(f"a fracture {self.fracture_weeks:g} weeks old is told: give weeks")
        if self.needles == "two" and self.side is not None:
            raise PlanError(
                f"two needles and the {self.side} side are told: a side is that of a single needle"
            )
        thick = self.viscosity_pa_s
        if thick is not None and not _LEAST_PA_S <= thick <= _MOST_PA_S:
            raise PlanError(
                f"a viscosity of {thick:g} Pa s is told; allowed: {_LEAST_PA_S:g} to "
                f"{_MOST_PA_S:g} Pa s, not mPa s or poise"
            )

    def check_no_balloon(self) -> None:
        """Refuse what only a kyphoplasty reads.

        Raises:
            PlanError: a balloon's volume was told.
        """
        if self.balloon_ml is not None:
            raise PlanError(
                "balloon_ml is told and a vertebroplasty has no balloon: leave it out, or plan a "
                "kyphoplasty"
            )


@dataclass(frozen=True, slots=True)
class AugmentationAnswers:
    """What no image shows of a vertebra's fracture."""

    cause: str | None = among("osteoporosis", "trauma", "metastasis", "myeloma", "haemangioma")
