"""What a user may tell of an embolization: a section of a case, and its options."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.errors import PlanError
from seldinger.evidence.records import Positive, Text, optional
from seldinger.plan.answers import among

_MOST_VIALS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbolizationOptions:
    """Embolization: where it is given, with what, and how much of it.

    Raises:
        PlanError: on construction, a number of vials that nobody gives, or a size without an agent.
    """

    positions: tuple[Text, ...] = optional(
        "artery that is given into, or the number of its edge; left out: those that hold the "
        "target and spare most",
        default=(),
        flag="position",
        metavar="ARTERY",
    )
    agent: Text | None = optional("embolic agent, by its name in the catalogue", metavar="AGENT")
    size_um: tuple[Positive, Positive] | None = optional(
        "printed range of its diameters; left out: the smallest class of the agent",
        flag="size-um",
    )
    drug_mg: Positive | None = optional(
        "doxorubicin that is loaded, all vials together; left out: the most of one vial"
    )
    vials: int | None = optional(
        "vials of a bland agent that are on the table, all sides together; left out: one"
    )
    vial_ml: Positive | None = optional(
        "settled agent in a vial; left out: as the catalogue has it", flag="vial-ml"
    )
    total_bilirubin_mg_per_dl: Positive | None = optional(
        "total bilirubin; left out: the patient's labs", flag="total-bilirubin-mg-per-dl"
    )

    def __post_init__(self) -> None:
        """Refuse a size of no agent, and no vial at all."""
        if self.size_um is not None and self.agent is None:
            raise PlanError("a size is told and no agent: say --agent, whose size it is")
        if self.vials is not None and not 1 <= self.vials <= _MOST_VIALS:
            raise PlanError(f"{self.vials} vials are told; allowed: 1 to {_MOST_VIALS}")


@dataclass(frozen=True, slots=True)
class ChemoembolizationAnswers:
    """What decides between rules; None: not told, which blocks."""

    disease: str | None = among("hcc", "metastases")
    child_pugh: str | None = among("a", "b7", "b8-or-more", "c")
