"""What a user may choose of an ablation: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Ge, Le

from seldinger.core.space import Vector
from seldinger.evidence.records import Positive, describe, optional


@dataclass(frozen=True, slots=True)
class ProbeEdit:
    """What is fixed by hand of one applicator; what is left out stays the planner's."""

    number: Annotated[int, Ge(1), Le(4)] = field(
        metadata=describe("which, from 1; one more than there are adds another", metavar="N")
    )
    tip_lps_mm: Vector | None = optional("its tip", flag="tip")
    entry_lps_mm: Vector | None = optional(
        "where it enters the skin, even where that breaks a rule", flag="entry"
    )
    power_w: Positive | None = optional("of a heater", flag="power", metavar="W")
    minutes: Positive | None = optional(
        "of heating, or of each freeze", flag="minutes", metavar="M"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationOptions:
    """Ablation: what is fixed by hand of single applicators."""

    probe: tuple[ProbeEdit, ...] = optional(
        "fix applicator N, or parts of it, by hand; N one more adds another", default=()
    )
