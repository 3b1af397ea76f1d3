"""Gates: no treatment can leave one out, no word is an assessment, no removal brings a plan to go.

The laws hold for every installed procedure and for a stranger's that finds nothing at all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.plan import stranger
from tests.plan import treatment_phantom as phantom
from tests.plan.phantom import sphere_target
from tests.studies import with_planning

from seldinger import demo, plan
from seldinger.anatomy.model import Kind
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Severity, Status
from seldinger.image.study import PatientPosition, PositionOrigin
from seldinger.plan import gates, neighbours, readiness
from seldinger.plan.approach.percutaneous.model import Limits, NeedleCase
from seldinger.plan.assumptions import PATH_ASSUMPTIONS, resolve_assumptions
from seldinger.plan.declared import Question
from seldinger.plan.model import Gate, PlanStatus, Probability
from seldinger.plan.procedure import Settings
from seldinger.simulate.effect import Effect, Measure, StructureEffect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Lesion, Structure
    from seldinger.care import Visit
    from seldinger.plan.gates import Judged
    from seldinger.plan.model import Path
    from seldinger.plan.procedure import Procedure

ORGANS = ("liver", "left kidney", "right lung", "gallbladder", None)
THROUGH_TISSUE = [n for n, one in plan.load_procedures().items() if one.approach.crosses_tissue]
"""The laws of ways through vessels stand with their exam."""
SITUATIONS = [(name, organ) for name in (*THROUGH_TISSUE, "prick") for organ in ORGANS]


@cache
def block() -> tuple[Anatomy, NDArray[np.bool_]]:
    """The phantom without a structure, and a voxel far from every path."""
    return phantom.anatomy(), phantom.box((2.0, 130.0, 2.0), (2.0, 130.0, 2.0))


def declared(name: str) -> Procedure:
    return stranger.STRANGER if name == "prick" else plan.load_procedures()[name]


def labels(procedure: Procedure, organ: str | None) -> tuple[Structure, ...]:
    """A label for everything within reach, and for the organ, far from every path."""
    names = (*neighbours.list_within_reach(procedure, organ), *((organ,) if organ else ()))
    return tuple(phantom.thing(name, Kind.VESSEL, block()[1]) for name in names)


def good_answers(procedure: Procedure) -> dict[str, str]:
    """What lets every question pass."""
    return {q.id: "no" if q.stop_if == "yes" else "yes" for q in procedure.questions}


def met(
    name: str,
    organ: str | None,
    shown: tuple[Structure, ...] | None = None,
    answers: dict[str, str] | None = None,
    visit: Visit | None = None,
) -> NeedleCase:
    """The procedure on the phantom, everything labelled and answered unless told otherwise."""
    procedure = declared(name)
    shown = labels(procedure, organ) if shown is None else shown
    said = {"clearance": "yes", **good_answers(procedure)} if answers is None else answers
    settings = Settings(answers=said)
    found = replace(block()[0], structures=shown)
    known = resolve_assumptions(PATH_ASSUMPTIONS, {})
    scene = cast(
        "Any", SimpleNamespace(obstacles=(), overlaps=(), target=SimpleNamespace(drawn=True))
    )
    return NeedleCase(
        procedure=procedure, anatomy=found, target=goal(organ), settings=settings, assumed=known,
        scene=scene, limits=Limits(), skin_distance_mm=50.0, patient=visit,
    )  # fmt: skip


@cache
def goal(organ: str | None) -> Lesion:
    return phantom.target(60.0, 20.0, organ)


def needle(case: NeedleCase, **changes: Any) -> Path:
    return replace(phantom.path(case.target), **changes)


def judged(
    case: NeedleCase,
    way: Path | None = None,
    decided: Mapping[str, Any] | None = None,
    cleared: Any = None,
) -> Judged:
    """The gates over one path and a treatment that finds nothing."""
    way = needle(case) if way is None else way
    found = phantom.decided(case, way, **(decided or {}))
    missing = neighbours.find_unlabelled(
        case.procedure, case.anatomy, case.target.organ, found.effect
    )
    return gates.judge(found, cleared, missing)


def gate(found: Judged, name: Gate) -> Any:
    (one,) = [g for g in found.gates if g.gate is name]
    return one


def predicted(chance: float = 0.97, outside: tuple[str, ...] | None = ()) -> dict[str, Any]:
    """An ablation as far as the gates read one."""
    found = Effect(
        kind="ablation", criterion="dead", model="chart", complete="sure", goal="margin",
        measures=(
            Measure("sure", "probability of complete ablation", "1", chance),
            Measure("margin", "minimal ablative margin", "mm", Spread(6.0, 2.0, 5.0, 8.0)),
        ),
        samples=200, variance={"aim": 1.0}, outside_domain=outside,
    )  # fmt: skip
    return {"settings": {"modality": "microwave"}, "effect": found}


def test_without_a_patient_nothing_goes_and_a_word_is_told_as_a_word() -> None:
    word = "On the user's word: clearance: answered yes by the user, not assessed."
    for name, organ in SITUATIONS:
        full = judged(met(name, organ)).verdict
        assert full.status is PlanStatus.GO, (name, organ, full.reasons)
        assert word in full.reasons
        without = judged(met(name, organ, answers=good_answers(declared(name))))
        assert without.verdict.status is PlanStatus.UNKNOWN
        assert gate(without, Gate.CLEARANCE).status is Status.UNKNOWN


def removals(case: NeedleCase) -> Iterator[tuple[str, NeedleCase]]:
    """The case with one label or one answer less."""
    for one in case.anatomy.structures:
        if one.name != case.target.organ:
            left = tuple(s for s in case.anatomy.structures if s is not one)
            yield one.name, replace(case, anatomy=replace(case.anatomy, structures=left))
    for key in case.settings.answers:
        kept = {k: v for k, v in case.settings.answers.items() if k != key}
        yield key, replace(case, settings=replace(case.settings, answers=kept))


def test_nothing_left_out_brings_a_plan_nearer_to_go() -> None:
    """From a plan that goes, and from one with every question answered badly."""
    for name, organ in SITUATIONS:
        going = met(name, organ)
        bad = {q.id: q.stop_if for q in going.procedure.questions}
        for start in (going, met(name, organ, answers={**going.settings.answers, **bad})):
            before = judged(start).verdict.status
            for what, less in removals(start):
                after = judged(less).verdict.status
                assert after.permits <= before.permits, (name, organ, what, before, after)
        asked = {q.id for q in going.procedure.questions if q.concerns(organ, None)}
        for what, less in removals(going):
            if what in {"clearance", *asked} or what not in going.settings.answers:
                assert judged(less).verdict.status is PlanStatus.UNKNOWN, (name, organ, what)


def test_a_structure_in_the_way_is_not_better_when_its_label_is_gone() -> None:
    for name, organ in SITUATIONS:
        case = met(name, organ)
        for near in neighbours.list_within_reach(case.procedure, organ):
            touching = needle(
                case, probability=Probability(0.9, {near: 0.4}), clearances_mm={near: 1.0}
            )
            before = judged(case, touching).verdict
            assert before.status is PlanStatus.PROTECT_FIRST
            assert any(near in line for line in before.figures)
            left = tuple(s for s in case.anatomy.structures if s.name != near)
            less = replace(case, anatomy=replace(case.anatomy, structures=left))
            assert judged(less).verdict.status is PlanStatus.UNKNOWN


def test_a_structure_that_heat_must_spare_is_asked_for_when_nobody_labelled_it() -> None:
    def heat(*, kept: bool | None) -> Judged:
        decided = predicted()
        one = StructureEffect("ureters", (), kept)
        decided["effect"] = replace(decided["effect"], structures=(one,))
        spared = Finding("spare", Status.NOT_MET, Severity.ACTION, "ureters: 3 mm from the zone.")
        said = (spared,) if kept is False else ()
        return judged(met("ablation", "liver"), None, {**decided, "findings": said})

    assert heat(kept=True).verdict.status is PlanStatus.GO
    assert heat(kept=False).verdict.status is PlanStatus.PROTECT_FIRST
    assert heat(kept=None).verdict.status is PlanStatus.UNKNOWN


@pytest.mark.parametrize("word", neighbours.WORDS)
def test_each_structure_can_be_answered_for_by_name(word: str) -> None:
    case = met("biopsy", "liver")
    left = tuple(s for s in case.anatomy.structures if s.name not in ("gallbladder", "portal vein"))
    less = replace(case, anatomy=replace(case.anatomy, structures=left))
    for answers, status in (
        ({}, PlanStatus.UNKNOWN),
        ({"gallbladder": word}, PlanStatus.UNKNOWN),
        ({"gallbladder": word, "Portal-Vein": word}, PlanStatus.GO),
    ):
        said = {**case.settings.answers, **answers}
        found = judged(replace(less, settings=replace(case.settings, answers=said)))
        assert found.verdict.status is status
    assert f"On the user's word: gallbladder: {word}, as answered." in found.verdict.reasons


def test_a_word_about_what_is_labelled_is_refused() -> None:
    case = met("biopsy", "liver")
    said = {**case.settings.answers, "gallbladder": "absent"}
    with pytest.raises(PlanError, match="the labels show it"):
        judged(replace(case, settings=replace(case.settings, answers=said)))


def test_nothing_labelled_is_said_and_no_word_opens_it() -> None:
    names = neighbours.list_within_reach(declared("biopsy"), None)
    answers = {
        "clearance": "yes", **good_answers(declared("biopsy")), **dict.fromkeys(names, "looked-at"),
    }  # fmt: skip
    lesion = phantom.thing("tumour", Kind.LESION, phantom.box((2.0, 130.0, 2.0), (4.0, 130.0, 2.0)))
    for shown in ((), (lesion,)):
        found = judged(met("biopsy", None, shown, answers))
        assert found.verdict.status is PlanStatus.UNKNOWN
        assert found.verdict.reasons[0].startswith("NOTHING IS LABELLED")


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        (
            {"probability": Probability(0.9, {"colon": 0.11})},
            PlanStatus.PROTECT_FIRST,
            "colon 0.11",
        ),
        ({"probability": Probability(0.9, {"colon": 0.09})}, PlanStatus.GO, "colon 0.09"),
        ({"probability": Probability(0.5, {})}, PlanStatus.GO, "only 0.50"),
        ({"probability": Probability(None, {})}, PlanStatus.UNKNOWN, "P(touch)"),
        ({"clearances_mm": {"aorta": 3.2}}, PlanStatus.GO, "aorta 3.2 mm"),
        ({"provisional": True}, PlanStatus.UNKNOWN, "RESCAN FIRST"),
        ({"violations": ("bone",)}, PlanStatus.UNSUITABLE, "breaks: bone"),
    ],
)
def test_what_the_path_is_reaches_the_verdict(
    changes: dict[str, Any], status: PlanStatus, said: str
) -> None:
    case = met("biopsy", "liver")
    found = judged(case, needle(case, **changes)).verdict
    assert found.status is status
    assert any(said in line for line in found.reasons)


@pytest.mark.parametrize(
    ("chance", "outside", "status"),
    [
        (0.97, (), PlanStatus.GO),
        (0.56, (), PlanStatus.PROTECT_FIRST),
        (0.97, ("no applicator was fitted in lung",), PlanStatus.UNKNOWN),
        (0.97, None, PlanStatus.UNKNOWN),
    ],
)
def test_what_is_predicted_reaches_the_verdict(
    chance: float, outside: tuple[str, ...] | None, status: PlanStatus
) -> None:
    found = judged(met("ablation", "liver"), None, predicted(chance, outside)).verdict
    assert found.status is status
    assert any(f"Probability of complete ablation {chance:.2f}" in line for line in found.figures)


def test_limits_are_assumptions_that_can_be_edited() -> None:
    case = met("biopsy", "liver")
    way = needle(case, probability=Probability(0.9, {"colon": 0.2}))
    assert judged(case, way).verdict.status is PlanStatus.PROTECT_FIRST
    edited = replace(case.assumed, edits={"contact_limit": 0.3})
    assert judged(replace(case, assumed=edited), way).verdict.status is PlanStatus.GO


@pytest.mark.parametrize(
    ("origin", "header", "status"),
    [
        (PositionOrigin.DICOM, PatientPosition.SUPINE, PlanStatus.GO),
        (PositionOrigin.USER, None, PlanStatus.GO),
        (PositionOrigin.USER, PatientPosition.PRONE, PlanStatus.UNKNOWN),
        (PositionOrigin.ASSUMED, None, PlanStatus.UNKNOWN),
    ],
)
def test_a_position_that_is_assumed_or_contradicted_never_goes(
    origin: PositionOrigin, header: PatientPosition | None, status: PlanStatus
) -> None:
    case = met("biopsy", "liver")
    study = with_planning(case.anatomy.study, position_origin=origin, position_in_header=header)
    found = judged(replace(case, anatomy=replace(case.anatomy, study=study)))
    assert found.verdict.status is status
    assert (gate(found, Gate.POSITION).status is Status.MET) == (status is PlanStatus.GO)


@pytest.mark.parametrize(
    ("question", "organ", "modality", "asked"),
    [
        ("hydatid", "liver", None, True),
        ("hydatid", "left lung", None, False),
        ("hydatid", "left kidney", None, False),
        ("hydatid", None, None, True),
    ],
)
def test_questions_are_asked_of_the_organ_they_concern(
    question: str, organ: str | None, modality: str | None, *, asked: bool
) -> None:
    for name in ("biopsy", "drainage"):
        (one,) = [q for q in declared(name).questions if q.id == question]
        assert one.concerns(organ, modality) == asked


@pytest.mark.parametrize(
    ("modality", "asked"), [("microwave", False), ("cryo", False), ("radiofrequency", True)]
)
def test_a_pacemaker_is_asked_for_where_current_flows(modality: str, *, asked: bool) -> None:
    decision = {**predicted(), "settings": {"modality": modality}}
    case = met("ablation", "liver")
    answers = {k: v for k, v in case.settings.answers.items() if k != "pacemaker"}
    found = judged(replace(case, settings=replace(case.settings, answers=answers)), None, decision)
    assert (found.verdict.status is PlanStatus.UNKNOWN) == asked


def sick() -> Visit:
    """Platelets of 12 and an INR of 4.5."""
    visit = demo.visit()
    values = {"platelets": 12.0, "inr": 4.5}
    labs = tuple(
        replace(lab, value=values[lab.key]) if lab.key in values else lab
        for lab in visit.patient.labs
    )
    return replace(visit, patient=replace(visit.patient, labs=labs))


def test_who_is_not_clear_never_goes_and_a_missing_value_helps_nobody() -> None:
    assert sick().patient.labs != demo.visit().patient.labs

    case = met("biopsy", "liver", None, good_answers(declared("biopsy")))

    def status(visit: Visit) -> PlanStatus:
        cleared = readiness.assess_visit("biopsy", "liver", None, visit)
        return judged(case, None, None, cleared).verdict.status

    assert status(demo.visit()) is PlanStatus.GO
    for start, removed in ((sick(), ("platelets", "inr")), (demo.visit(), ("platelets", "egfr"))):
        before, patient = status(start), start.patient
        for key in removed:
            left = tuple(one for one in patient.labs if one.key != key)
            less = replace(start, patient=replace(patient, labs=left))
            assert status(less).permits <= before.permits, key


def test_a_word_beside_a_patients_file_is_refused() -> None:
    answers = {"clearance": "yes", **good_answers(declared("biopsy"))}
    with pytest.raises(PlanError, match="one of the two"):
        judged(met("biopsy", "liver", None, answers, sick()))


@pytest.mark.parametrize("who", ["nobody", "sick"])
def test_a_stranger_who_says_nothing_of_clearance_never_goes(
    monkeypatch: pytest.MonkeyPatch, anatomy: Anatomy, who: str
) -> None:
    stranger.enter(monkeypatch)
    visit = None
    if who == "sick":
        visit = sick()
        assert visit.request is not None
        request = replace(visit.request, procedure="prick", organ=None)
        visit = replace(visit, request=request)
    made = plan.propose("prick", anatomy, sphere_target(anatomy), patient=visit)
    assert made.verdict.status is PlanStatus.UNKNOWN
    assert sorted(g.gate for g in made.gates) == sorted(Gate)
    (clearance,) = [g for g in made.gates if g.gate is Gate.CLEARANCE]
    assert clearance.status is Status.UNKNOWN


def test_a_plan_without_every_gate_cannot_be_made(anatomy: Anatomy) -> None:
    made = plan.propose("biopsy", anatomy, sphere_target(anatomy), settings=Settings())
    for wrong in (made.gates[1:], (*made.gates, made.gates[0]), ()):
        with pytest.raises(PlanError, match="every gate once"):
            replace(made, gates=wrong)
    with pytest.raises(PlanError, match="gates are shut"):
        replace(made, verdict=replace(made.verdict, status=PlanStatus.GO))


def test_one_plug_in_that_cannot_be_used_harms_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed = sorted(plan.load_procedures())
    stranger.enter(monkeypatch)
    found = plan.load_procedures()
    assert sorted(found) == sorted([*installed, "prick"])
    assert len(list(found.values())) == len(found)
    assert found["biopsy"].title == "Percutaneous biopsy", "ours keeps its name"
    for name, why in (
        (stranger.BROKEN, "ModuleNotFoundError"),
        (stranger.NO_PROCEDURE, "is a str"),
        (stranger.LEAVES, "SystemExit"),
    ):
        assert why in found.broken[name]
        with pytest.raises(PlanError, match=f"{name}.*mend, update or uninstall"):
            found[name]
    assert "are called 'percutaneous', as others are" in found.broken["same-name"]
    assert any("'biopsy' is taken" in why for why in found.broken.values())


@pytest.mark.parametrize(("stop_if", "severity"), [("maybe", "stop"), ("yes", "caution")])
def test_a_question_that_could_never_shut_is_refused(stop_if: str, severity: str) -> None:
    with pytest.raises(PlanError, match="allowed are"):
        Question("q", "Is it?", stop_if, severity, ())
