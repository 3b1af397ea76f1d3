"""What a user may tell of a clot and its removal: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.errors import PlanError
from seldinger.evidence.records import Count, NotNegative, Positive, optional

_MOST_PASSES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ClotOptions:
    """A clot of a deep vein: its age, dose and laboratory of lysis, passes of a catheter.

    Raises:
        PlanError: on construction, more passes than anybody makes.
    """

    age_days: NotNegative | None = optional("days since symptoms began")
    lysis_weight_kg: Positive | None = optional("for the dose of rt-PA; left out: the patient's")
    rate_mg_per_h: Positive | None = optional("rt-PA by the hour; left out: by weight")
    hours: Positive | None = optional(
        "of the infusion; left out: until most of the clot is gone, within the limits"
    )
    given_mg: NotNegative = optional("rt-PA that was given before", default=0.0)
    fibrinogen_g_per_l: NotNegative | None = optional("left out: the patient's laboratory")
    passes: Count | None = optional(
        "of the clot-removing catheter; left out: as many as in its register"
    )
    residual_stenosis: NotNegative | None = optional(
        "narrowing of the vein under the clot, per cent of its diameter, as seen afterwards"
    )
    villalta: NotNegative | None = optional("Villalta score before, 0 to 33")

    def __post_init__(self) -> None:
        """Refuse what nobody does."""
        if self.passes is not None and self.passes > _MOST_PASSES:
            raise PlanError(f"{self.passes} passes: at most {_MOST_PASSES} are reckoned with")
