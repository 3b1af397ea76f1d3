"""What a user may tell of a clot and its removal: sections of a case, and their options."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.errors import PlanError
from seldinger.evidence.records import Count, NotNegative, Positive, optional

_MOST_PASSES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LysisOptions:
    """Lysis through a catheter: the clot's age, the dose, and what the laboratory says."""

    age_days: NotNegative | None = optional("days since symptoms began")
    weight_kg: Positive | None = optional("for the dose; left out: the patient's")
    rate_mg_per_h: Positive | None = optional("rt-PA by the hour; left out: by weight")
    hours: Positive | None = optional("of the infusion; left out: until most of the clot is gone")
    given_mg: NotNegative = optional("rt-PA that was given before", default=0.0)
    fibrinogen_g_per_l: NotNegative | None = optional("left out: the patient's laboratory")
    residual_stenosis: NotNegative | None = optional(
        "narrowing of the vein under the clot, per cent of its diameter, as seen afterwards"
    )
    villalta: NotNegative | None = optional("Villalta score before, 0 to 33")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionOptions:
    """Taking a clot out pass by pass: its age, and how often.

    Raises:
        PlanError: on construction, more passes than anybody makes.
    """

    age_days: NotNegative | None = optional("days since symptoms began")
    passes: Count | None = optional("of the catheter; left out: as many as in the register")
    residual_stenosis: NotNegative | None = optional(
        "narrowing of the vein under the clot, per cent of its diameter, as seen afterwards"
    )
    villalta: NotNegative | None = optional("Villalta score before, 0 to 33")

    def __post_init__(self) -> None:
        """Refuse what nobody does."""
        if self.passes is not None and self.passes > _MOST_PASSES:
            raise PlanError(f"{self.passes} passes: at most {_MOST_PASSES} are reckoned with")
