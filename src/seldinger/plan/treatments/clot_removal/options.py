"""What a user may tell of a clot and its removal: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.errors import PlanError
from seldinger.evidence.records import Count, NotNegative, Positive, optional

_MOST_PASSES = 12
_MOST_FIBRINOGEN = 10.0
"""g/L; nobody has more: it was told in mg/dL."""
_WEIGHT_KG = (20.0, 400.0)
_MOST_PERCENT = 100.0
_OF_LYSIS = ("lysis_weight_kg", "rate_mg_per_h", "hours", "given_mg", "fibrinogen_g_per_l")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClotOptions:
    """A clot of a deep vein: its age, dose and laboratory of lysis, passes of a catheter.

    Raises:
        PlanError: on construction, more passes than anybody makes, or a number that is nobody's in
            its unit.
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
        """Refuse what nobody does, and units that were mixed up."""
        if self.passes is not None and self.passes > _MOST_PASSES:
            raise PlanError(f"{self.passes} passes: at most {_MOST_PASSES} are reckoned with")
        found = self.fibrinogen_g_per_l
        if found is not None and found > _MOST_FIBRINOGEN:
            raise PlanError(
                f"a fibrinogen of {found:g} g/L is told; at most {_MOST_FIBRINOGEN:g}: from mg/dL "
                "divide by 100"
            )
        weight, (low, high) = self.lysis_weight_kg, _WEIGHT_KG
        if weight is not None and not low <= weight <= high:
            raise PlanError(f"a weight of {weight:g} kg is told; allowed: {low:g} to {high:g} kg")
        narrow = self.residual_stenosis
        if narrow is not None and narrow > _MOST_PERCENT:
            raise PlanError(f"a narrowing of {narrow:g} % is told; a vein is shut at 100 %")

    def check_no_lysis(self) -> None:
        """Refuse what only lysis reads.

        Raises:
            PlanError: naming what was told: it would be read by nothing.
        """
        told = [name for name in _OF_LYSIS if getattr(self, name) not in (None, 0.0)]
        if told:
            raise PlanError(
                f"{', '.join(told)} told; thrombectomy gives no drug and reads none of it: leave "
                "it out, or plan thrombolysis; a drug given before is for the patient's file"
            )

    def check_no_passes(self) -> None:
        """Refuse what only thrombectomy reads.

        Raises:
            PlanError: passes were told.
        """
        if self.passes is not None:
            raise PlanError(f"{self.passes} passes are told; lysis makes none: leave them out")
