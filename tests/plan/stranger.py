"""A stranger's procedure, entered by the advertised door: it asks nothing and finds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from seldinger.plan import registry
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
from seldinger.plan.model import Guidance, Treatment
from seldinger.plan.procedure import Decision, Procedure, Search, TreatmentLogic

if TYPE_CHECKING:
    import pytest


class Prick(TreatmentLogic[NeedleCase]):
    """One needle, no opinion: no finding at all, so none about clearance."""

    def decide(self, case: NeedleCase, search: Search[NeedleCase]) -> Decision:
        del case
        reach = search(
            (Instrument("needle", "prick", 1.0, 150.0, 5.0, (-5.0, 5.0), False, "thin"),)
        )
        treatment = Treatment("prick", "prick", (), {}, ())
        return Decision(reach, treatment, Guidance("ct", "because", ()), ())


@dataclass(frozen=True)
class PrickOptions:
    """Prick: nothing to choose."""


class Named(Prick):
    """One whose options are called as others are."""

    section = "percutaneous"
    options = PrickOptions


class Reserved(Prick):
    """One whose options are called as what every case has."""

    section = "study"
    options = PrickOptions


STRANGER = Procedure("prick", "Prick", "A needle.", Percutaneous(), Prick())
SAME_NAME = Procedure("same-name", "Prick", "A needle.", Percutaneous(), Named())
BROKEN = "broken"
NO_PROCEDURE = "no-procedure"
LEAVES = "leaves"


def enter(patch: pytest.MonkeyPatch) -> None:
    """Put the stranger, and plug-ins that cannot be used, beside ours."""
    ours = entry_points(group=registry.GROUP)
    group = registry.GROUP
    theirs = (
        EntryPoint("prick", "tests.plan.stranger:STRANGER", group),
        EntryPoint(BROKEN, "tests.plan.no_such_module:PROCEDURE", group),
        EntryPoint(NO_PROCEDURE, "tests.plan.stranger:BROKEN", group),
        EntryPoint(LEAVES, "tests.plan.leaves:PROCEDURE", group),
        EntryPoint("same-name", "tests.plan.stranger:SAME_NAME", group),
        EntryPoint("biopsy", "tests.plan.stranger:STRANGER", group),
    )
    patch.setattr(registry, "entry_points", lambda **_: (*ours, *theirs))
