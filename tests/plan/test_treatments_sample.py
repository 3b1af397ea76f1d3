"""Biopsy decisions, typed here independently of the data they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as law
from hypothesis import strategies as st
from tests.plan import treatment_phantom as phantom
from tests.plan.treatment_phantom import needle_logic

from seldinger import catalogue
from seldinger.anatomy.model import Kind
from seldinger.catalogue.model import CoreNeedle
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan.procedure import Settings
from seldinger.plan.treatments import common_steps
from seldinger.plan.treatments.biopsy import lung
from seldinger.plan.treatments.biopsy.choice import choose_introducer, compute_shot
from seldinger.procedures.biopsy import PROCEDURE

if TYPE_CHECKING:
    import numpy as np

    from seldinger.anatomy.model import Structure
    from seldinger.core.finding import Finding
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path
    from seldinger.plan.procedure import Decision

ALL = ((-1.0, 40.0, -1.0), (500.0, 500.0, 500.0))
ORGANS = {
    "liver": Kind.ORGAN,
    "left lung": Kind.LUNG,
    "right kidney": Kind.ORGAN,
    "vertebrae": Kind.BONE,
    "lymph node": Kind.LESION,
    "pancreas": Kind.ORGAN,
}


def organ(name: str) -> Structure:
    return phantom.thing(name, ORGANS[name], phantom.box(*ALL))


def case(
    name: str, diameter_mm: float = 30.0, depth_mm: float = 70.0, settings: Settings | None = None
) -> NeedleCase:
    goal = phantom.target(depth_mm, diameter_mm, name)
    return phantom.case(PROCEDURE, goal, (organ(name),), settings)


def decided(found: NeedleCase, path: Path | None = None) -> Decision:
    instrument = needle_logic(PROCEDURE).list_instruments(found)[0]
    best = path or phantom.path(found.target)
    return needle_logic(PROCEDURE).conclude(found, instrument, phantom.approach(best))


def finding(decision: Decision, wanted: str) -> Finding:
    return next(f for f in decision.findings if f.id == wanted)


@pytest.mark.parametrize(
    ("name", "answers", "gauge", "technique", "through_mm", "cores"),
    [
        ("liver", {}, 18, "coaxial", 1.473, 4),
        ("liver", {"sample": "lesion"}, 18, "coaxial", 1.473, 4),
        ("liver", {"sample": "parenchyma"}, 16, "single needle", 1.651, 2),
        ("left lung", {}, 20, "coaxial", 1.067, 2),
        ("right kidney", {}, 18, "coaxial", 1.473, 2),
        ("right kidney", {"sample": "parenchyma"}, 18, "single needle", 1.270, 2),
        ("vertebrae", {}, 11, "bone needle", 3.048, 2),
        ("lymph node", {}, 18, "coaxial", 1.473, 2),
        ("pancreas", {}, 18, "coaxial", 1.473, 2),
    ],
)
def test_each_organ_has_its_needle(
    name: str,
    answers: dict[str, str],
    gauge: int,
    technique: str,
    through_mm: float,
    cores: int,
) -> None:
    found = case(name, settings=Settings(answers=answers))
    instrument = needle_logic(PROCEDURE).list_instruments(found)[0]
    assert catalogue.device(instrument.device).size == f"{gauge:g} G"
    assert instrument.technique == technique
    assert instrument.diameter_mm == pytest.approx(through_mm)
    assert decided(found).treatment.settings["cores"] == cores


@pytest.mark.parametrize(
    ("diameter_mm", "throws"), [(15.0, [10.0]), (16.0, [20.0, 10.0]), (5.0, [10.0])]
)
def test_the_long_throw_only_where_its_notch_fits(diameter_mm: float, throws: list[float]) -> None:
    offered = needle_logic(PROCEDURE).list_instruments(case("liver", diameter_mm))
    seen = [catalogue.device(i.device, CoreNeedle).throw_mm for i in offered]
    assert list(dict.fromkeys(seen)) == throws


@pytest.mark.parametrize(
    # aim depth + 12 mm beyond + 20 mm margin: 68 -> 100, 69 -> 101
    ("depth_mm", "lengths"),
    [(68.0, [100, 150, 200]), (69.0, [150, 200]), (119.0, [200]), (300.0, [200])],
)
def test_the_shortest_needle_that_reaches_comes_first(
    depth_mm: float, lengths: list[float]
) -> None:
    found = replace(case("liver"), skin_distance_mm=depth_mm - 15.0)
    instruments = needle_logic(PROCEDURE).list_instruments(found)
    offered = [catalogue.device(i.device, CoreNeedle) for i in instruments]
    assert [d.usable_mm for d in offered if d.throw_mm == 20] == lengths


def test_the_shot_puts_the_notch_on_the_aim() -> None:
    needle = catalogue.device("core-18g-150-t20")  # notch 16, dead tip 4, throw 20
    introducer = choose_introducer(needle)
    assert introducer is not None
    assert introducer.id == "coaxial-17g-120"
    found = compute_shot(needle, 15.0)
    assert found.notch_mm == (-8.0, 8.0)
    assert found.tip_after_mm == 12.0
    assert found.tip_before_mm == -8.0


@law(deadline=None)
@given(throw=st.floats(5.0, 30.0), notch=st.floats(2.0, 25.0), dead=st.floats(0.0, 8.0))
def test_the_algebra_of_every_shot(throw: float, notch: float, dead: float) -> None:
    base = catalogue.device("core-18g-150-t20", CoreNeedle)
    needle = replace(base, throw_mm=throw, notch_mm=notch, dead_tip_mm=dead)
    found = compute_shot(needle, 15.0)
    assert sum(found.notch_mm) == pytest.approx(0.0)
    assert found.notch_mm[1] - found.notch_mm[0] == pytest.approx(notch)
    assert found.tip_after_mm - found.notch_mm[1] == pytest.approx(dead)
    assert found.tip_after_mm - found.tip_before_mm == pytest.approx(throw)


def test_the_plan_prints_depths_from_the_skin() -> None:
    settings = decided(case("liver")).treatment.settings
    assert settings["tip_before_shot_mm"] == pytest.approx(62.0)
    assert settings["tip_after_shot_mm"] == pytest.approx(82.0)
    assert settings["introducer_depth_mm"] == pytest.approx(55.0, abs=1.0)  # the near edge
    assert settings["needle_stop_mm"] == pytest.approx(30.0 - (82.0 - 55.0), abs=1.0)
    texts = {s.title: s.text for s in decided(case("liver")).treatment.steps}
    assert "set the tip at 62 mm" in texts["Shoot"]
    assert "55 mm from the skin" in texts["Introducer"]
    assert "mm stop on the needle's hub" in texts["Shoot"]
    assert "4 cores" in texts["Shoot"]


@pytest.mark.parametrize(("diameter_mm", "status"), [(10.0, Status.MET), (3.0, Status.NOT_MET)])
def test_a_lesion_smaller_than_the_notch_is_said(diameter_mm: float, status: Status) -> None:
    found = finding(decided(case("liver", diameter_mm)), "notch-in-target")
    assert found.status is status
    assert ("sticks out" in found.text) == (status is Status.NOT_MET)


def test_the_bleeding_class_is_told_everywhere() -> None:
    for name in ORGANS:
        found = finding(decided(case(name)), "bleeding-class")
        assert "secondary source" in found.text
        assert found.sources == ("patel2019",)


def lung_case(
    before_mm: float = 20.0,
    diameter_mm: float = 30.0,
    extra: tuple[Structure, ...] = (),
    settings: Settings | None = None,
    hu: np.ndarray | None = None,
) -> NeedleCase:
    """Lung begins ``before_mm`` before a nodule 90 mm deep."""
    goal = phantom.target(90.0, diameter_mm, "left lung")
    near = goal.centre_lps_mm[1] - diameter_mm / 2.0 - before_mm
    lung_mask = phantom.box((-1, near, -1), (500, 500, 500))
    here = phantom.thing("left lung", Kind.LUNG, lung_mask & ~goal.mask)
    return phantom.case(PROCEDURE, goal, (here, *extra), settings, hu)


def factors(found: NeedleCase) -> str:
    return finding(decided(found), "pneumothorax-factors").text


@pytest.mark.parametrize(("before_mm", "there"), [(26.0, False), (34.0, True)])
def test_both_sides_of_thirty_millimetres_of_lung(before_mm: float, *, there: bool) -> None:
    found = lung_case(before_mm)
    assert ("odds ratio 2.38" in factors(found)) == there
    scored = needle_logic(PROCEDURE).score_penalties(found, phantom.path(found.target))
    assert (scored["lung depth"] > 0.0) == there


@pytest.mark.parametrize(("diameter_mm", "there"), [(39.0, True), (41.0, False)])
def test_both_sides_of_a_forty_millimetre_lesion(diameter_mm: float, *, there: bool) -> None:
    assert ("odds ratio 2.09" in factors(lung_case(diameter_mm=diameter_mm))) == there


@pytest.mark.parametrize(("gauge", "there"), [(20.0, False), (18.0, True)])
def test_both_sides_of_eighteen_gauge(gauge: float, *, there: bool) -> None:
    found = lung_case(settings=Settings(assume={"lung_gauge": gauge}))
    assert ("odds ratio 1.55" in factors(found).split("Unknown:")[0]) == there


def lobes(edge_y_mm: float) -> tuple[Structure, Structure]:
    return (
        phantom.thing(
            "left lung upper lobe", Kind.LOBE, phantom.box((-1, 60, -1), (500, edge_y_mm, 500))
        ),
        phantom.thing(
            "left lung lower lobe", Kind.LOBE, phantom.box((-1, edge_y_mm + 2, -1), (500,) * 3)
        ),
    )


def test_a_fissure_is_crossed_not_crossed_or_unknown() -> None:
    path = phantom.path(lung_case().target)
    crossed, one, unknown = lung_case(extra=lobes(84.0)), lung_case(extra=lobes(40.0)), lung_case()
    assert needle_logic(PROCEDURE).score_penalties(crossed, path)["fissure"] > 0.0
    assert needle_logic(PROCEDURE).score_penalties(one, path)["fissure"] == 0.0
    assert "odds ratio 3.75" in factors(crossed).split("Unknown:")[0]
    assert "odds ratio 3.75" not in factors(one)
    assert "odds ratio 3.75" in factors(unknown).split("Unknown:")[1]


def test_a_second_pleural_pass_costs() -> None:
    far = phantom.thing("right lung", Kind.LUNG, phantom.box((-1, 40, -1), (500, 50, 500)))
    once, twice = lung_case(), lung_case(extra=(far,))
    path = phantom.path(once.target)
    assert needle_logic(PROCEDURE).score_penalties(once, path)["pleural passes"] == 0.0
    assert needle_logic(PROCEDURE).score_penalties(twice, path)["pleural passes"] > 0.0


@pytest.mark.parametrize(("hu", "there"), [(-900.0, False), (-980.0, True)])
def test_thin_lung_on_the_path_counts(hu: float, *, there: bool) -> None:
    values = phantom.anatomy().image.values.copy()
    values[phantom.box((-1, 80, -1), (500, 90, 500))] = hu
    found = lung_case(hu=values)
    scored = needle_logic(PROCEDURE).score_penalties(found, phantom.path(found.target))
    assert (scored["thin lung"] > 0.0) == there
    assert ("odds ratio 6.13" in factors(found)) == there


@pytest.mark.parametrize(("answer", "part"), [("yes", 0), (None, 1)])
def test_emphysema_is_asked_else_unknown(answer: str | None, part: int) -> None:
    found = lung_case(settings=Settings(answers={} if answer is None else {"emphysema": answer}))
    assert "odds ratio 3.33" in factors(found).split("Unknown:")[part]
    denied = lung_case(settings=Settings(answers={"emphysema": "no"}))
    assert "odds ratio 3.33" not in factors(denied)


def test_the_strongest_factor_costs_the_whole_weight_and_none_costs_more() -> None:
    values = phantom.anatomy().image.values.copy()
    values[phantom.box((-1, 80, -1), (500, 90, 500))] = -980.0
    found = lung_case(hu=values, settings=Settings(assume={"weight_lung": 2.0}))
    scored = lung.score_penalties(found, phantom.path(found.target))
    assert scored["thin lung"] == pytest.approx(2.0)
    assert max(scored.values()) == pytest.approx(2.0)


def test_the_population_rate_is_not_the_patients_risk() -> None:
    found = finding(decided(lung_case()), "population-rate")
    assert "25.9 %" in found.text
    assert "23,104 patients" in found.text
    assert "not this patient's risk" in found.text
    assert "not multiplied" in factors(lung_case())


def test_nothing_outside_the_lung_pays_for_lungs() -> None:
    found = case("liver")
    assert needle_logic(PROCEDURE).score_penalties(found, phantom.path(found.target)) == {}


def test_without_a_path_there_are_no_steps_and_no_depths() -> None:
    found = case("liver")
    instrument = needle_logic(PROCEDURE).list_instruments(found)[0]
    decision = needle_logic(PROCEDURE).conclude(found, instrument, phantom.approach())
    assert decision.treatment.steps == ()
    assert decision.treatment.settings["tip_after_shot_mm"] is None
    assert decision.guidance.ultrasound is None


def test_a_device_can_be_named_but_must_take_cores() -> None:
    named = case("liver", settings=Settings(device="core-16g-200-t10"))
    (only,) = needle_logic(PROCEDURE).list_instruments(named)
    assert (only.device, only.beyond_mm) == ("core-16g-200-t10", 7.0)
    with pytest.raises(PlanError, match="takes no cores"):
        needle_logic(PROCEDURE).list_instruments(
            case("liver", settings=Settings(device="pigtail-8f"))
        )


def test_an_answer_that_nobody_knows_is_refused() -> None:
    with pytest.raises(PlanError, match="allowed: lesion, parenchyma"):
        needle_logic(PROCEDURE).list_instruments(
            case("liver", settings=Settings(answers={"sample": "x"}))
        )


def test_a_gauge_that_is_not_on_the_shelf_is_refused() -> None:
    with pytest.raises(PlanError, match="no core-needle of 17 G"):
        needle_logic(PROCEDURE).list_instruments(
            case("pancreas", settings=Settings(assume={"lesion_gauge": 17.0}))
        )


@pytest.mark.parametrize(
    ("entry", "position", "said"),
    [
        ((0.0, -50.0, 0.0), "supine", "vertical, in the axial plane"),
        (
            (50.0, -50.0, 0.0),
            "supine",
            "45 degrees from the vertical, tip towards the patient's right",
        ),
        (
            (50.0, 50.0, 0.0),
            "prone",
            "45 degrees from the vertical, tip towards the patient's right",
        ),
        ((-50.0, 9.0, 0.0), "supine", "tip towards the patient's left, rising 10 degrees"),
        (
            (-50.0, 50.0, 0.0),
            "left lateral decubitus",
            "45 degrees from the vertical, tip towards the front",
        ),
    ],
)
def test_the_direction_is_told_for_the_patient_as_he_lies(
    entry: tuple[float, float, float], position: str, said: str
) -> None:
    straight = phantom.path(phantom.target(70.0, 20.0, "liver"))
    lying = replace(
        straight, entry_lps_mm=entry, target_lps_mm=(0.0, 0.0, 0.0), patient_position=position
    )
    assert common_steps.describe_aim(lying).startswith(said)


def test_the_entry_is_told_by_letters_without_a_minus() -> None:
    found = replace(
        phantom.path(phantom.target(70.0, 20.0, "liver")), entry_lps_mm=(-174.0, -128.0, 301.0)
    )
    guided = decided(case("liver")).guidance
    assert (
        "(R 174, A 128, S 301 mm in the scan)" in common_steps.build_opening(found, guided)[1].text
    )
