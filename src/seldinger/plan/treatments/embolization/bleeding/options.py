"""What a user may tell of an artery that bleeds: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seldinger.core.errors import PlanError
from seldinger.evidence.records import Positive, Text, optional
from seldinger.plan.treatments.embolization.occluders import OccluderForm

Strategy = Literal["selective", "proximal"]
_GRADES = range(1, 6)
_MMHG, _PER_MIN = (30.0, 300.0), (20.0, 300.0)
"""What is told beyond these was told in another unit: kPa, beats in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaemostasisOptions:
    """A bleeding: with what, how and where it is closed, and how the patient is.

    Raises:
        PlanError: on construction, a grade that no scale has, or a pressure or pulse of nobody.
    """

    occluder: OccluderForm | None = optional(
        "what closes the artery; left out: nothing is planned to be placed"
    )
    strategy: Strategy | None = optional(
        "at the bleeding, or before the whole organ; left out: at a bleeding that is labelled"
    )
    close_at: tuple[Text, ...] = optional(
        "artery that is closed, or the number of its edge; left out: the nearest to the bleeding "
        "that leads to all of it and that a catheter comes to",
        default=(),
        metavar="ARTERY",
    )
    injury_grade: int | None = optional("of the spleen, AAST 2018, 1 to 5")
    systolic_mmhg: Positive | None = optional("systolic pressure now")
    pulse_per_min: Positive | None = optional("heart rate now")

    def __post_init__(self) -> None:
        """Refuse what nobody has."""
        if self.injury_grade is not None and self.injury_grade not in _GRADES:
            raise PlanError(f"injury grade {self.injury_grade}: AAST has 1 to 5")
        for value, (least, most), what, unit in (
            (self.systolic_mmhg, _MMHG, "systolic pressure", "mmHg"),
            (self.pulse_per_min, _PER_MIN, "heart rate", "beats in a minute"),
        ):
            if value is not None and not least <= value <= most:
                raise PlanError(f"a {what} of {value:g}: give {unit}, {least:g} to {most:g}")
