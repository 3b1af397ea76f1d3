"""A stranger's procedure, entered by the advertised door: it asks nothing and finds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from seldinger.plan import registry
from seldinger.plan.model import Guidance, Treatment
from seldinger.plan.procedure import Decision, Instrument, Limits, Procedure

if TYPE_CHECKING:
    import pytest

    from seldinger.plan.model import Approach, Path
    from seldinger.plan.procedure import Case


@dataclass(frozen=True)
class Prick:
    """One needle, no opinion: no finding at all, so none about clearance."""

    @property
    def assumptions(self) -> tuple[()]:
        return ()

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        return {}

    def instruments(self, case: Case) -> tuple[Instrument, ...]:
        del case
        return (Instrument("needle", "prick", 1.0, 150.0, 5.0, (-5.0, 5.0), False, "thin"),)

    def conclude(self, case: Case, instrument: Instrument, approach: Approach) -> Decision:
        del case, instrument, approach
        treatment = Treatment("prick", "prick", (), {}, ())
        return Decision(treatment, Guidance("ct", "because", ()), ())

    def penalties(self, case: Case, path: Path) -> dict[str, float]:
        del case, path
        return {}


STRANGER = Procedure(
    "prick", "Prick", "A needle.", Prick(), {}, frozenset(), Limits(), (), (), ()
)  # fmt: skip
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
        EntryPoint("biopsy", "tests.plan.stranger:STRANGER", group),
    )
    patch.setattr(registry, "entry_points", lambda **_: (*ours, *theirs))
