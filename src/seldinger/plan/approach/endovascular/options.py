"""What a user may choose of an endovascular approach: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seldinger.evidence.records import Text, optional

Waveform = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndovascularOptions:
    """The way through an artery: what is told of the patient and what is not to be chosen."""

    access: Text | None = optional("puncture here instead of choosing", metavar="SITE")
    avoid: tuple[Text, ...] = optional(
        "access sites that are not to be used", default=(), metavar="SITE"
    )
    barbeau_right: Waveform | None = optional("Barbeau's test of the right hand")
    barbeau_left: Waveform | None = optional("Barbeau's test of the left hand")
    dialysis: Literal["yes", "no"] | None = optional(
        "the patient has, or may need, a dialysis access in an arm"
    )
