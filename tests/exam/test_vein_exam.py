"""The exam of procedures in veins: their plans of the built-in patient with veins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.demo_plans import VEIN_CASES

from seldinger import anatomy, demo, plan, report, testing
from seldinger.core.errors import AnatomyError
from seldinger.plan import file
from seldinger.plan.model import PlanStatus

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.plan import Plan

every_case = pytest.mark.parametrize("case", VEIN_CASES, ids=lambda c: f"{c[0]}:{c[1]}")


@pytest.fixture(scope="module")
def built() -> anatomy.Anatomy:
    return demo.build_anatomy(anatomy.Settings(voxel_mm=4.0), "veins")


def proposed(built: anatomy.Anatomy, case: tuple[str, str], **answers: str) -> Plan:
    declared = plan.load_procedures()[case[0]]
    (own,) = (one for one in declared.demo if one.target == case[1])
    settings = plan.Settings(answers={**own.answers, **answers}, options=own.options)
    return plan.propose(case[0], built, case[1], settings=settings)


@every_case
def test_a_plan_passes_the_exam_and_comes_out_the_same_again(
    case: tuple[str, str], built: anatomy.Anatomy
) -> None:
    made = proposed(built, case)
    assert testing.check_plan(made, demo.patient(5.0).truth) == ()
    assert made.verdict.status is PlanStatus.UNKNOWN, "nobody cleared a patient"
    assert made.approach.kind == "endovascular"
    assert made.outlook is not None
    assert made.placements
    assert file.to_json(proposed(made.anatomy, case)) == file.to_json(made)


@every_case
def test_what_is_not_told_or_traced_never_brings_a_plan_nearer_to_go(
    case: tuple[str, str], built: anatomy.Anatomy
) -> None:
    going = proposed(built, case, clearance="yes")
    assert going.verdict.status is PlanStatus.GO, going.verdict.reasons
    declared = plan.load_procedures()[case[0]]
    own = next(one for one in declared.demo if one.target == case[1])
    for key in own.answers:
        fewer = {k: v for k, v in own.answers.items() if k != key} | {"clearance": "yes"}
        settings = plan.Settings(answers=fewer, options=own.options)
        made = plan.propose(case[0], built, case[1], settings=settings)
        assert made.verdict.status.permits < going.verdict.status.permits, key


@every_case
def test_a_report_tells_of_veins_and_of_no_artery_punctured(
    case: tuple[str, str], built: anatomy.Anatomy, tmp_path: Path
) -> None:
    page = report.write(tmp_path / "out", proposed(built, case)).read_text(encoding="utf-8")
    assert "Ways in" in page
    assert "femoral vein" in page or "popliteal vein" in page
    assert "P(vein" in page
    assert "needle" not in page.lower()
    assert (tmp_path / "out" / "sheet.pdf").exists()


def test_a_patient_without_veins_is_refused(built: anatomy.Anatomy) -> None:
    bare = replace(built, veins=None, vessels=None, structures=())
    for name, target in VEIN_CASES:
        with pytest.raises(AnatomyError, match="no label shows"):
            plan.propose(name, bare, target)
