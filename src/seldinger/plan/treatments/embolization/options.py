"""What a user may tell of an embolization: a section of a case, and its options."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seldinger.core.errors import PlanError
from seldinger.evidence.records import Positive, Text, optional
from seldinger.plan.answers import among

_MOST_VIALS = 30
_SIZE = re.compile(r"(?P<low>\d+(\.\d+)?)(\s*-\s*(?P<high>\d+(\.\d+)?))?")
_MOST_BILIRUBIN = 60.0
_LEAST_M2, _MOST_M2 = 0.3, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbolizationOptions:
    """Embolization: where it is given, with what, and how much of it.

    Raises:
        PlanError: on construction, a size without an agent or that is none, or a bilirubin that
            was typed in another unit.
    """

    positions: tuple[Text, ...] = optional(
        "artery that is given into, or the number of its edge; left out: those that hold the "
        "target and spare most",
        default=(),
        flag="--place",
        metavar="ARTERY",
    )
    protect: tuple[Text, ...] = optional(
        "artery to another organ that is closed with a coil first, or the number of its edge",
        default=(),
        metavar="ARTERY",
    )
    agent: Text | None = optional("embolic agent, by its name in the catalogue", metavar="AGENT")
    size_um: Text | None = optional(
        "printed range of its diameters, as 300-500; left out: the smallest class of the agent",
        metavar="LOW-HIGH",
    )
    drug_mg: Positive | None = optional(
        "doxorubicin that is loaded, all vials together; left out: the most of one vial"
    )
    oil_ml: Positive | None = optional("lipiodol of an emulsion, all places together")
    body_surface_m2: Positive | None = optional(
        "body surface, by which the drug in lipiodol is limited; left out: the limit is not known"
    )
    vials: int | None = optional(
        "vials of a bland agent that are on the table, all sides together; left out: one"
    )
    vial_ml: Positive | None = optional(
        "settled agent in a vial; left out: as the catalogue has it"
    )
    total_bilirubin_mg_per_dl: Positive | None = optional(
        "total bilirubin; left out: the patient's labs"
    )

    def __post_init__(self) -> None:
        """Refuse a size of no agent, no vial at all, and micromoles for milligrams."""
        if self.size_um is not None:
            if self.agent is None:
                raise PlanError("a size is told and no agent: say --agent, whose size it is")
            read_size_um(self.size_um)
        if self.vials is not None and not 1 <= self.vials <= _MOST_VIALS:
            raise PlanError(f"{self.vials} vials are told; allowed: 1 to {_MOST_VIALS}")
        surface = self.body_surface_m2
        if surface is not None and not _LEAST_M2 <= surface <= _MOST_M2:
            raise PlanError(
                f"a body surface of {surface:g} m2 is told; allowed: {_LEAST_M2:g} to {_MOST_M2:g}"
            )
        told = self.total_bilirubin_mg_per_dl
        if told is not None and told > _MOST_BILIRUBIN:
            raise PlanError(f"a bilirubin of {told:g} mg/dL is told: from umol/L divide by 17.1")


def read_size_um(text: str) -> tuple[float, float]:
    """The two diameters of a printed class, the same where one is printed.

    Args:
        text: "300-500", or "200".

    Raises:
        PlanError: it is neither.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise PlanError(f"--size-um is {text!r}: give the printed range, as 300-500, or one number")
    low = float(found["low"])
    return low, float(found["high"] or low)


@dataclass(frozen=True, slots=True)
class ChemoembolizationAnswers:
    """What decides between rules; None: not told, which blocks."""

    disease: str | None = among("hcc", "metastases")
    child_pugh: str | None = among("a", "b7", "b8-or-more", "c")
    lipiodol_forbidden: str | None = among("yes", "no")
