"""What a user may choose of a percutaneous approach: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le

from seldinger.core.space import Vector
from seldinger.evidence.records import Positive, Text, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class PercutaneousOptions:
    """The way through the skin: what is given instead of being searched or looked up."""

    entry_lps_mm: Vector | None = optional("score the path from this entry instead of searching")
    relax: tuple[Text, ...] = optional(
        "open a hard rule; recorded in the plan", default=(), metavar="RULE"
    )
    guidance: Literal["ct", "ultrasound"] | None = optional(
        "what guides; left out: a cited rule decides"
    )
    technique: Text | None = optional(
        "error model to use for every path; left out: chosen by angulation", metavar="KEY"
    )
    lateral_error_mm: Positive | None = optional(
        "mean lateral error to use instead of the published one"
    )
    paths: Annotated[int, Ge(1), Le(50)] = optional("how many alternatives to keep", default=6)
