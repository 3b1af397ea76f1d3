"""Refusals of ``propose`` before any ray is cast, and what goes into a plan's provenance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.phantom import sphere_target
from tests.studies import with_planning

from seldinger import demo
from seldinger.anatomy import Segment, Territory
from seldinger.care.clearance import Answer
from seldinger.cli import results
from seldinger.core import Curve
from seldinger.core.errors import AnatomyError, PlanError, SeldingerError
from seldinger.core.record import InputFile
from seldinger.plan import (
    AblationOptions,
    PercutaneousOptions,
    Settings,
    file,
    load_procedures,
    propose,
)
from seldinger.plan.approach.percutaneous.approach import measure_skin_distance_mm
from seldinger.plan.propose import check_answers

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(answers={"haemangeoma": "no"}), "haemangioma"),
        (Settings(answers={"haemangioma": "perhaps"}), "yes, no"),
        (Settings(assume={"gantry_bore_m": 700.0}), "gantry_bore_mm"),
        (Settings(assume={"gantry_bore_mm": 70.0}), "600"),
        (Settings(options=(PercutaneousOptions(technique="dowsing"),)), "ct-in-plane"),
        (Settings(options=(PercutaneousOptions(lateral_error_mm=-1.0),)), "between"),
        (Settings(options=(PercutaneousOptions(relax=("livr",)),)), "closest"),
        (Settings(device="spoon"), "spoon"),
        (Settings(options=(AblationOptions(),)), "biopsy takes no AblationOptions"),
    ],
)
def test_a_wrong_choice_is_refused_with_what_is_allowed(
    anatomy: Anatomy, settings: Settings, said: str
) -> None:
    with pytest.raises(SeldingerError, match=said):
        propose("biopsy", anatomy, sphere_target(anatomy), settings=settings)


def test_an_unknown_procedure_offers_the_closest() -> None:
    with pytest.raises(PlanError, match="biopsy"):
        load_procedures()["biopsi"]


def test_an_absent_target_is_refused(anatomy: Anatomy) -> None:
    with pytest.raises(AnatomyError, match="liver"):
        propose("biopsy", anatomy, "livr")


@pytest.mark.parametrize("procedure", ["ablation", "biopsy", "drainage"])
def test_a_needle_needs_a_lesion(anatomy: Anatomy, procedure: str) -> None:
    artery = Curve(np.array([[0.0, 0.0, 0.0], [60.0, 0.0, 0.0]]))
    stenosis = Segment("narrowing", "left renal artery", artery, 20.0, 45.0)
    with pytest.raises(PlanError, match="'narrowing' is a segment; a needle needs a lesion: name"):
        propose(procedure, anatomy, stenosis)
    with pytest.raises(PlanError, match="'left kidney' is a territory; a needle needs a lesion"):
        propose(procedure, anatomy, Territory("left kidney", anatomy.body, "kidney", "label"))


def test_known_answers_pass() -> None:
    check_answers(load_procedures()["biopsy"], Settings(answers={"clearance": "yes"}))


def test_the_distance_to_the_skin_is_geometry(anatomy: Anatomy) -> None:
    target = sphere_target(anatomy, 20.0)
    assert measure_skin_distance_mm(anatomy, target) == pytest.approx(109.0 - 45.0 - 10.0, abs=2.5)


def test_what_the_readers_said_stands_in_the_plan_and_on_the_terminal(
    anatomy: Anatomy, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ("ct.nii: units not stated: millimetres were assumed", "labels.nii: left out: 9")
    noted = replace(anatomy, study=with_planning(anatomy.study, notes=said))
    made = propose("biopsy", noted, sphere_target(noted), settings=Settings())
    written = file.from_json(file.to_json(made))
    assert written.provenance.notes == said
    results.tell(made)
    assert capsys.readouterr().out.endswith("".join(f"note: {note}\n" for note in said))


def test_a_patient_about_whom_nobody_decided_anything_is_judged_and_never_clear(
    anatomy: Anatomy,
) -> None:
    told = demo.visit()
    whole = replace(told, inputs=(InputFile("patient", "patient.toml", "1" * 64),))
    alone = replace(whole, request=None)
    made = [
        propose("biopsy", anatomy, sphere_target(anatomy), patient=one) for one in (whole, alone)
    ]
    for one in made:
        assert one.provenance.inputs["patient patient.toml"] == "1" * 64
        assert one.cleared is not None
        assert one.cleared.now == demo.visit().now
    decided, open_ = (one.cleared for one in made if one.cleared is not None)
    assert decided.answer is Answer.CLEAR
    assert open_.answer in (Answer.UNKNOWN, Answer.NOT_CLEAR)
    assert [one.decision for one in open_.drugs if one.drug == "apixaban"] == [None]


def test_a_plan_says_what_it_rests_on(anatomy: Anatomy) -> None:
    made = propose("biopsy", anatomy, sphere_target(anatomy), settings=Settings(seed=3))
    assert made.provenance.seed == 3
    assert made.provenance.inputs == {"image phantom": "0" * 64}
    assert made.request.options["target_diameter_mm"] == 20.0
    assert made.treatment.settings["usable_mm"]
    names = [a.name for a in made.assumptions]
    assert len(names) == len(set(names))
