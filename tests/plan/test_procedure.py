"""A declaration is valid from birth; what an approach leaves out is unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.plan import stranger
from tests.plan import treatment_phantom as phantom

from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan import gates
from seldinger.plan.answers import among
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import Limits, NeedleCase
from seldinger.plan.declared import Question
from seldinger.plan.model import Gate, PlanStatus
from seldinger.plan.procedure import Decision, Procedure, Ruled, TreatmentLogic


class _Wired(TreatmentLogic[Any]):
    approach = "endovascular"


@dataclass(frozen=True)
class _Allergy:
    allergy: str | None = among("yes", "no")


class _Asking(TreatmentLogic[Any]):
    answers = _Allergy


_TWICE = Question("allergy", "Any allergy?", stop_if="yes", severity="stop", sources=())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Needle In"}, "lower-case letters"),
        ({"treatment": _Wired()}, "endovascular approach"),
        ({"required_structures": {"": ("spleeen",)}}, "spleeen"),
        ({"required_structures": {"livr": ()}}, "livr"),
        ({"references": ("nobody1900",)}, "nobody1900"),
        ({"questions": (replace(_TWICE, sources=("nobody1900",)),)}, "nobody1900"),
        ({"treatment": _Asking(), "questions": (_TWICE,)}, "twice"),
        ({"treatment": stranger.Reserved()}, "options called 'study'; allowed: lower-case"),
    ],
)
def test_a_declaration_that_cannot_be_planned_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        replace(phantom.PROCEDURE, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"permitted_structures": frozenset({"livr"})},
        {"limits": Limits(organ_first=frozenset({"livr"}))},
    ],
)
def test_an_approach_names_structures_that_exist(changes: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="livr"):
        Percutaneous(**changes)


@dataclass(frozen=True)
class _Silent(Percutaneous):
    """It searches and says nothing of what it found."""

    def judge(self, decision: Decision) -> Ruled:
        del decision
        return Ruled({})


def test_a_gate_that_an_approach_leaves_out_is_unknown() -> None:
    silent = Procedure("test", "Test", "A test.", _Silent(), phantom.Nothing())
    case: NeedleCase = phantom.case(silent, phantom.target(60.0, 20.0, "liver"))
    found = gates.judge(phantom.decided(case, phantom.path(case.target)), None, ())
    left_out = (Gate.REACH, Gate.POSITION, Gate.OVERRIDES, Gate.CONTACT)
    states = {one.gate: one.status for one in found.gates}
    assert {states[gate] for gate in left_out} == {Status.UNKNOWN}
    assert found.verdict.status is PlanStatus.UNKNOWN
