"""Drainage decisions, typed here independently of the data they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.plan import treatment_phantom as phantom
from tests.plan.treatment_phantom import needle_logic

from seldinger import catalogue
from seldinger.anatomy.model import Kind
from seldinger.core.errors import CatalogueError, PlanError
from seldinger.core.verdict import Severity, Status
from seldinger.plan.procedure import Settings
from seldinger.plan.treatments.drainage import hydraulics
from seldinger.plan.treatments.drainage.drain import choose_wires
from seldinger.procedures import cholecystostomy, drainage

if TYPE_CHECKING:
    from seldinger.anatomy.model import Structure
    from seldinger.core.finding import Finding
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.procedure import Decision, Procedure

PROCEDURE = drainage.PROCEDURE


def case(
    size_mm: float,
    near_wall_mm: float = 20.0,
    answers: dict[str, str] | None = None,
    structures: tuple[Structure, ...] = (),
    procedure: Procedure = PROCEDURE,
    organ: str | None = None,
) -> NeedleCase:
    goal = phantom.target(near_wall_mm + size_mm / 2.0, size_mm, organ, "collection")
    return phantom.case(procedure, goal, structures, Settings(answers=answers or {}))


def decided(
    found: NeedleCase, number: int = 0, clearances: dict[str, float | None] | None = None
) -> Decision:
    instrument = needle_logic(found.procedure).list_instruments(found)[number]
    path = replace(phantom.path(found.target), clearances_mm=clearances or {})
    return needle_logic(found.procedure).conclude(found, instrument, phantom.approach(path))


def finding(decision: Decision, wanted: str) -> Finding:
    return next(f for f in decision.findings if f.id == wanted)


def has(decision: Decision, wanted: str) -> bool:
    return any(f.id == wanted for f in decision.findings)


@pytest.mark.parametrize(
    ("size_mm", "near_wall_mm", "simple", "technique"),
    [
        (49.0, 20.0, None, "Seldinger"),
        (50.0, 20.0, None, "trocar"),
        (51.0, 20.0, None, "trocar"),
        (60.0, 40.0, None, "trocar"),
        (60.0, 41.0, None, "Seldinger"),
        (35.0, 70.0, None, "Seldinger"),
        (35.0, 70.0, "no", "Seldinger"),
        (49.0, 20.0, "yes", "aspiration"),
        (51.0, 20.0, "yes", "trocar"),
        (51.0, 60.0, "yes", "Seldinger"),
    ],
)
def test_technique_by_size_depth_and_simplicity(
    size_mm: float, near_wall_mm: float, simple: str | None, technique: str
) -> None:
    found = case(size_mm, near_wall_mm, {} if simple is None else {"simple": simple})
    instrument = needle_logic(PROCEDURE).list_instruments(found)[0]
    assert instrument.technique == technique
    assert decided(found).treatment.technique == technique


def test_the_cuts_are_the_users_to_edit() -> None:
    found = case(60.0, 60.0)
    assert needle_logic(PROCEDURE).list_instruments(found)[0].technique == "Seldinger"
    edited = replace(found, settings=Settings(assume={"superficial_mm": 70.0}))
    assert needle_logic(PROCEDURE).list_instruments(edited)[0].technique == "trocar"


@pytest.mark.parametrize(
    ("content", "french"), [("clear", 8), ("pus", 10), ("blood", 10), ("debris", 12), (None, 10)]
)
def test_french_by_content(content: str | None, french: int) -> None:
    found = case(60.0, 20.0, {} if content is None else {"content": content})
    decision = decided(found)
    assert decision.treatment.settings["french"] == french
    assert decision.treatment.settings["content"] == content
    (first, *_) = needle_logic(PROCEDURE).list_instruments(found)
    assert catalogue.device(first.device).size == f"{french} F"


def test_unknown_content_names_both_sizes() -> None:
    first = decided(case(60.0)).treatment.notes[0]
    assert "unknown" in first
    assert "8 F" in first
    assert "10 F" in first


def test_a_path_is_as_wide_as_the_widest_thing_that_goes_along_it() -> None:
    trocar = needle_logic(PROCEDURE).list_instruments(case(60.0))[0]
    assert trocar.diameter_mm == pytest.approx(10.0 / 3.0, abs=0.01)
    thin = needle_logic(PROCEDURE).list_instruments(case(40.0, 60.0))[0]
    assert catalogue.device(thin.device).outer_diameter_mm == pytest.approx(0.819)
    assert thin.diameter_mm == pytest.approx(10.0 / 3.0, abs=0.01)
    assert (thin.widest, trocar.widest) == ("pigtail-10f", trocar.device)
    alone = needle_logic(PROCEDURE).list_instruments(case(30.0, 60.0, {"simple": "yes"}))[0]
    assert alone.diameter_mm == catalogue.device(alone.device).outer_diameter_mm
    for one in (trocar, thin):
        assert one.keeps_inside
        assert one.beyond_mm == 12.5  # half of the 25 mm loop
        assert one.sample_mm == (-12.5, 12.5)


@pytest.mark.parametrize(
    ("size_mm", "techniques"),
    [
        (26.0, {(12.5, "Seldinger"), (10.0, "Seldinger"), (3.0, "aspiration")}),
        (24.0, {(10.0, "Seldinger"), (3.0, "aspiration")}),
        (19.0, {(3.0, "aspiration")}),
    ],
)
def test_a_loop_that_cannot_fit_is_not_offered(
    size_mm: float, techniques: set[tuple[float, str]]
) -> None:
    offered = needle_logic(PROCEDURE).list_instruments(case(size_mm, 60.0))
    assert {(i.beyond_mm, i.technique) for i in offered} == techniques


def test_a_smaller_drain_is_the_one_whose_loop_was_planned() -> None:
    decision = decided(case(24.0, 60.0))
    assert decision.treatment.settings["french"] == 8
    assert finding(decision, "loop-inside").status is Status.MET


def test_a_needle_alone_is_an_action_unless_it_was_wanted() -> None:
    found = finding(decided(case(19.0, 60.0)), "loop-inside")
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.ACTION)
    assert not has(decided(case(30.0, 60.0, {"simple": "yes"})), "loop-inside")


def test_a_fallback_says_what_would_have_come_first() -> None:
    found = case(60.0)
    offered = needle_logic(PROCEDURE).list_instruments(found)
    second = next(n for n, i in enumerate(offered) if i.technique == "Seldinger")
    text = finding(decided(found, second), "technique").text
    assert text.startswith("Seldinger: trocar (large")
    assert "would come first" in text


@pytest.mark.parametrize(
    ("size_mm", "simple", "status", "words"),
    [
        (51.0, None, Status.MET, "leave a catheter"),
        (50.0, "yes", Status.MET, "leave a catheter"),
        (49.0, None, Status.UNKNOWN, "which is unknown"),
        (49.0, "yes", Status.MET, "aspirate; a catheter only if it fails"),
        (49.0, "no", Status.MET, "leave a catheter"),
    ],
)
def test_aspirate_or_drain(size_mm: float, simple: str | None, status: Status, words: str) -> None:
    found = case(size_mm, 60.0, {} if simple is None else {"simple": simple})
    told = finding(decided(found), "aspirate-or-drain")
    assert told.status is status
    assert words in told.text
    assert "94 %" in told.text
    assert "95 %" in told.text


@pytest.mark.parametrize(("size_mm", "there"), [(29.0, True), (31.0, False)])
def test_antibiotics_alone_is_from_memory_and_drives_none(size_mm: float, *, there: bool) -> None:
    decision = decided(case(size_mm, 60.0))
    assert has(decision, "small-collection") == there
    if there:
        small = finding(decision, "small-collection")
        assert small.status is Status.UNKNOWN
        assert "from memory, to be confirmed" in small.text
        assert "memory" not in small.sources
    assert decision.treatment.technique == "Seldinger"


def test_the_published_figures_stand_side_by_side() -> None:
    text = finding(decided(case(60.0)), "technique").text
    for figure in ("87 %", "100 %", "7 minutes", "12 minutes", "96 %"):
        assert figure in text


def test_bowel_on_the_way_is_an_action_with_its_stamp() -> None:
    bowel = phantom.thing("colon", Kind.BOWEL, phantom.box((-1, 40, -1), (500, 50, 500)))
    found = finding(decided(case(40.0, 60.0, structures=(bowel,))), "bowel-crossed")
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.ACTION)
    assert "two weeks" in found.text
    assert "secondary source" in found.text
    assert not has(decided(case(40.0, 60.0)), "bowel-crossed")


def test_lung_on_the_way_is_an_action() -> None:
    recess = phantom.thing("pleural recess", Kind.LUNG, phantom.box((-1, 40, -1), (500, 50, 500)))
    found = finding(decided(case(40.0, 60.0, structures=(recess,))), "pleura-crossed")
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.ACTION)


@pytest.mark.parametrize(
    ("liver_begins_mm", "status"), [(60.0, Status.MET), (90.0, Status.NOT_MET)]
)
def test_a_little_liver_before_a_liver_abscess(liver_begins_mm: float, status: Status) -> None:
    liver = phantom.thing(
        "liver", Kind.ORGAN, phantom.box((-1, liver_begins_mm, -1), (500, 500, 500))
    )
    found = case(60.0, 60.0, structures=(liver,), organ="liver")
    assert finding(decided(found), "liver-cuff").status is status


def test_without_a_liver_label_the_cuff_is_unknown() -> None:
    assert finding(decided(case(60.0, 60.0, organ="liver")), "liver-cuff").status is Status.UNKNOWN
    assert not has(decided(case(60.0, 60.0)), "liver-cuff")


def test_the_plan_says_both_clearances_of_needle_and_drain() -> None:
    # (3.333 - 0.819) / 2 = 1.257 mm more on each side
    decision = decided(case(40.0, 60.0), clearances={"colon": 4.0, "spleen": None})
    said = finding(decision, "drain-clearance").text
    assert "dilator and drain (3.33 mm)" in said
    assert "colon, 4.0 mm; for the needle alone 5.3 mm" in said


@pytest.mark.parametrize(
    ("device", "measured", "sd"),
    [("pigtail-8f", 207.0, 55.1), ("pigtail-10f", 291.0, 36.7), ("pigtail-12f", 303.0, 20.2)],
)
def test_water_flow_is_the_measured_one_within_its_spread(
    device: str, measured: float, sd: float
) -> None:
    drain = catalogue.device(device)
    found = hydraulics.compute_water_ml_per_min(drain, Settings())
    assert found == pytest.approx(measured, abs=sd / 2.0)
    assert "water" in hydraulics.describe_flow(drain, Settings())
    assert "not for pus" in hydraulics.describe_flow(drain, Settings())


def test_flow_without_a_measured_bore_is_unknown() -> None:
    drain = catalogue.device("pigtail-14f")
    assert hydraulics.compute_water_ml_per_min(drain, Settings()) is None
    assert "unknown" in hydraulics.describe_flow(drain, Settings())
    wide = replace(drain, inner_diameter_mm=3.5)
    assert hydraulics.compute_water_ml_per_min(wide, Settings()) is None


@pytest.mark.parametrize("drain", ["pigtail-8f", "pigtail-10f", "pigtail-12f", "pigtail-14f"])
def test_every_device_goes_over_the_wire_it_is_made_for(drain: str) -> None:
    """No drain and no dilator is sent over the thin wire; that one is exchanged."""
    made = choose_wires(catalogue.device("access-21g-150"), catalogue.device(drain))
    assert [w.id for w, _ in made] == ["wire-018", "wire-035"]
    assert "dilator" not in made[0][1]
    assert "exchanged" in made[0][1]
    assert "dilator" in made[1][1]
    (only,) = choose_wires(catalogue.device("access-18g-150"), catalogue.device(drain))
    assert only[0].id == "wire-035"
    with pytest.raises(PlanError, match="its wires are"):
        choose_wires(
            replace(catalogue.device("access-18g-150"), wire_mm=0.6), catalogue.device(drain)
        )


def test_a_wire_that_does_not_pass_the_bore_is_refused() -> None:
    with pytest.raises(CatalogueError, match="does not pass"):
        replace(catalogue.device("access-21g-150"), wire_mm=0.889)


def test_steps_follow_the_technique() -> None:
    titles = [s.title for s in decided(case(40.0, 60.0)).treatment.steps]
    assert [t for t in titles if t in {"Needle", "Wire", "Dilate", "Drain", "Loop"}] == [
        "Needle", "Wire", "Dilate", "Drain",
    ]  # fmt: skip
    assert "One step" in [s.title for s in decided(case(60.0)).treatment.steps]
    assert titles[-1] == "Removal"
    assert "Laboratory" in titles
    needle = [s.title for s in decided(case(40.0, 60.0, {"simple": "yes"})).treatment.steps]
    assert "Wire" not in needle
    assert "Removal" not in needle


def test_removal_by_output_is_to_be_confirmed() -> None:
    removal = decided(case(60.0)).treatment.steps[-1].text
    assert "from memory, to be confirmed" in removal


def test_the_bleeding_class_is_told() -> None:
    for procedure in (drainage.PROCEDURE, cholecystostomy.PROCEDURE):
        assert finding(decided(case(60.0, procedure=procedure)), "bleeding-class").text


@pytest.mark.parametrize(("volume_ml", "there"), [(199.0, False), (201.0, True)])
def test_large_collections_take_longer(volume_ml: float, *, there: bool) -> None:
    found = case(60.0)
    found = replace(found, target=replace(found.target, volume_ml=volume_ml))
    assert has(decided(found), "long-drainage") == there


def test_the_gallbladder_gets_a_drain_never_the_aspiration_rule() -> None:
    found = case(40.0, 40.0, {"simple": "yes"}, procedure=cholecystostomy.PROCEDURE)
    decision = decided(found)
    assert decision.treatment.technique == "Seldinger"
    assert decision.treatment.settings["french"] == 8
    assert not has(decision, "aspirate-or-drain")
    assert "three to six weeks" in decision.treatment.steps[-1].text


def test_a_way_to_the_gallbladder_past_the_liver_costs() -> None:
    liver = phantom.thing("liver", Kind.ORGAN, phantom.box((-1, 40, -1), (500, 60, 500)))
    past = phantom.thing("liver", Kind.ORGAN, phantom.box((-1, 40, -1), (40, 60, 500)))
    costs = []
    for structures in ((liver,), (past,), ()):
        found = case(40.0, 50.0, structures=structures, procedure=cholecystostomy.PROCEDURE)
        penalties = needle_logic(found.procedure).score_penalties(found, phantom.path(found.target))
        costs.append(penalties["not through liver"])
    assert costs == [0.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("device", "technique", "french"),
    [
        ("trocar-12f", "trocar", 12),
        ("pigtail-14f", "Seldinger", 14),
        ("access-18g-200", "aspiration", None),
    ],
)
def test_the_user_may_name_the_device(device: str, technique: str, french: int | None) -> None:
    found = case(60.0)
    found = replace(found, settings=Settings(device=device))
    decision = decided(found)
    assert decision.treatment.technique == technique
    assert decision.treatment.settings["french"] == french


def test_what_does_not_drain_is_refused() -> None:
    found = replace(case(60.0), settings=Settings(device="core-18g-150-t20"))
    with pytest.raises(PlanError, match="drains nothing"):
        needle_logic(PROCEDURE).list_instruments(found)
    with pytest.raises(PlanError, match="allowed: clear, pus, blood, debris"):
        needle_logic(PROCEDURE).list_instruments(case(60.0, 20.0, {"content": "milk"}))


def test_without_a_path_there_are_no_steps() -> None:
    found = case(60.0)
    instrument = needle_logic(PROCEDURE).list_instruments(found)[0]
    decision = needle_logic(PROCEDURE).conclude(found, instrument, phantom.approach())
    assert decision.treatment.steps == ()
    assert decision.guidance.modality == "ct"
