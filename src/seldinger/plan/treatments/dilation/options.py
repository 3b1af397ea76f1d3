"""What a user may choose of opening a vessel: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.evidence.records import Positive, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class DilationOptions:
    """Balloon and stent: what is fixed by hand."""

    diameter_mm: Positive | None = optional("nominal diameter of balloon or stent")
    length_mm: Positive | None = optional("length of balloon or stent")
    pressure_atm: Positive | None = optional("pressure in the balloon; left out: nominal")
    flow_ml_per_min: Positive | None = optional(
        "measured resting flow of the treated vessel as it is now, stenosis and all"
    )
