"""What a user may choose of a percutaneous approach: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, Le

from seldinger.core.space import Vector
from seldinger.evidence.records import Positive, Text, describe


@dataclass(frozen=True, slots=True, kw_only=True)
class PercutaneousOptions:
    """The way through the skin: what is given instead of being searched or looked up."""

    entry_lps_mm: Vector | None = field(
        default=None, metadata=describe("score the path from this entry instead of searching")
    )
    relax: tuple[Text, ...] = field(
        default=(), metadata=describe("open a hard rule; recorded in the plan", metavar="RULE")
    )
    guidance: Literal["ct", "ultrasound"] | None = field(
        default=None, metadata=describe("what guides; left out: a cited rule decides")
    )
    technique: Text | None = field(
        default=None,
        metadata=describe(
            "error model to use for every path; left out: chosen by angulation", metavar="KEY"
        ),
    )
    lateral_error_mm: Positive | None = field(
        default=None, metadata=describe("mean lateral error to use instead of the published one")
    )
    paths: Annotated[int, Ge(1), Le(50)] = field(
        default=6, metadata=describe("how many alternatives to keep")
    )
