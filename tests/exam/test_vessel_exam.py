"""The exam of procedures on vessels: their plans of the built-in patient with arteries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.demo_plans import VESSEL_CASES

from seldinger import anatomy, demo, plan, report, testing
from seldinger.core import Edge, Tree
from seldinger.core.errors import AnatomyError, PlanError, SimulationError
from seldinger.core.verdict import Status
from seldinger.plan import file
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.dilation.options import DilationOptions

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.demo import VascularPatient
    from seldinger.plan import Plan

every_case = pytest.mark.parametrize("case", VESSEL_CASES, ids=lambda c: f"{c[0]}:{c[1]}")


@pytest.fixture(scope="module")
def patient() -> VascularPatient:
    return demo.vascular_patient(voxel_mm=4.0, fistula=True)


@pytest.fixture(scope="module")
def built(patient: VascularPatient) -> anatomy.Anatomy:
    return patient.build_anatomy(anatomy.Settings(voxel_mm=5.0))


@pytest.fixture(scope="module")
def plans(built: anatomy.Anatomy) -> dict[tuple[str, str], Plan]:
    return {case: plan.propose(case[0], built, case[1]) for case in VESSEL_CASES}


@every_case
def test_a_plan_passes_the_exam(
    case: tuple[str, str], plans: dict[tuple[str, str], Plan], patient: VascularPatient
) -> None:
    made = plans[case]
    assert testing.check_plan(made, demo.patient(5.0).truth) == ()
    assert made.verdict.status is PlanStatus.UNKNOWN, "nobody cleared a patient"
    assert made.approach.kind == "endovascular"
    ends = ("femoral", "femoral-antegrade", "cephalic-against-flow")
    assert made.approach.routes[0].site.endswith(ends)
    true = patient.truth.stenosis(case[1])
    graded = made.effect.measure("stenosis").nominal if made.effect else None
    assert graded == pytest.approx(true.percent_diameter, abs=3.0)
    text = file.to_json(made)
    assert file.to_json(plan.propose(case[0], made.anatomy, case[1])) == text


@every_case
def test_opening_a_lesion_brings_pressure_back(
    case: tuple[str, str], plans: dict[tuple[str, str], Plan]
) -> None:
    effect = plans[case].effect
    assert effect is not None
    name = "gradient" if case[0] == "dialysis-access" else "hyperaemic-gradient"
    before, after = (effect.measure(f"{name}-{when}").nominal for when in ("before", "after"))
    assert before is not None
    assert after is not None
    assert after < 0.4 * before
    assert before < 45.0
    left = effect.measure("residual-stenosis").value
    assert left is not None
    residual = effect.measure("residual-stenosis").nominal
    assert residual is not None
    assert 0.0 <= residual < 40.0


def test_patency_is_told_with_population_and_horizon(
    plans: dict[tuple[str, str], Plan],
) -> None:
    told = {case: {f.id: f for f in made.findings}["patency"] for case, made in plans.items()}
    thigh = told["drug-coated-balloon", "left superficial femoral artery"]
    assert "Trial arms, not this patient's chance" in thigh.text
    assert "331 patients" in thigh.text
    assert "by 12 months" in thigh.text
    renal = told["angioplasty", "left renal artery"]
    assert renal.status is Status.UNKNOWN


def test_wrist_and_dialysis_are_asked_about_and_kept(built: anatomy.Anatomy) -> None:
    from seldinger.plan.approach.endovascular.options import EndovascularOptions

    options = EndovascularOptions(access="left-radial", dialysis="yes", barbeau_left="D")
    settings = plan.Settings(options=(options,), device="balloon-035-1350")
    made = plan.propose("angioplasty", built, "left renal artery", settings=settings)
    (route,) = made.approach.routes
    assert {"Barbeau D", "arm kept for dialysis"} <= set(route.violations)
    assert made.placements == ()
    assert made.verdict.status is not PlanStatus.GO


def test_a_report_shows_way_vessel_and_pressure(
    plans: dict[tuple[str, str], Plan], tmp_path: Path
) -> None:
    made = plans["angioplasty", "right common iliac artery"]
    page = report.write(tmp_path / "out", made).read_text(encoding="utf-8")
    for words in ("Ways in", "The vessel before and after", "mmHg", "right common femoral artery"):
        assert words in page
    assert "needle" not in page.lower()


CLEARED = {"clearance": "yes"}


def worsened(made: Plan) -> dict[str, anatomy.Anatomy]:
    """The anatomy with less known of it."""
    vessels = made.anatomy.vessels
    assert vessels is not None
    kept = tuple(e for e in vessels.edges if "common femoral" not in e.name)
    used = sorted({node for e in kept for node in (e.start, e.end)})
    number = {node: n for n, node in enumerate(used)}
    fewer = Tree(
        vessels.nodes_lps_mm[used],
        tuple(Edge(number[e.start], number[e.end], e.curve, e.name) for e in kept),
    )
    return {"no groin": replace(made.anatomy, vessels=fewer)}


def test_what_is_not_traced_never_brings_a_plan_nearer_to_go(
    plans: dict[tuple[str, str], Plan],
) -> None:
    name = "right common iliac artery"
    settings = plan.Settings(answers=CLEARED)
    whole = plans["angioplasty", name].anatomy
    going = plan.propose("angioplasty", whole, name, settings=settings)
    assert going.verdict.status is PlanStatus.GO, going.verdict.reasons
    for what, less in worsened(going).items():
        made = plan.propose("angioplasty", less, name, settings=settings)
        assert made.verdict.status.permits < going.verdict.status.permits, what
        assert made.approach.routes[0].unknown, "by the wrist, of which nothing was told"


def test_a_patient_without_arteries_or_with_no_such_vessel_is_refused(
    built: anatomy.Anatomy,
) -> None:
    with pytest.raises(AnatomyError, match="no vessel is called 'left splenic vein'"):
        plan.propose("angioplasty", built, "left splenic vein")
    bare = replace(built, vessels=None, structures=())
    with pytest.raises(AnatomyError, match="no label shows an artery"):
        plan.propose("angioplasty", bare, "left renal artery")


def test_a_size_that_is_not_made_is_refused(built: anatomy.Anatomy) -> None:
    odd = plan.Settings(options=(DilationOptions(diameter_mm=9.7),))
    with pytest.raises(PlanError, match="no device of the catalogue fits"):
        plan.propose("stent", built, "right common iliac artery", settings=odd)
    hard = plan.Settings(options=(DilationOptions(pressure_atm=60.0),))
    with pytest.raises(PlanError, match="60"):
        plan.propose("angioplasty", built, "right common iliac artery", settings=hard)


def test_a_fistula_is_judged_by_its_flow_with_all_authorities_and_the_hand(
    plans: dict[tuple[str, str], Plan],
) -> None:
    made = plans["dialysis-access", "left cephalic vein"]
    effect = made.effect
    assert effect is not None
    before, after = (effect.measure(f"access-flow-{w}").nominal for w in ("before", "after"))
    assert before is not None
    assert after is not None
    assert 300.0 < before < 0.8 * after < 1000.0
    found = {f.id: f for f in made.findings}
    assert {"low-flow-low_400", "low-flow-kdoqi2019", "low-flow-thrombosis_400"} <= set(found)
    assert "(memory)" in found["low-flow-kdoqi2019"].text
    assert found["fall-of-flow"].status is Status.UNKNOWN
    assert "runs backwards into the access" in found["steal"].text
    hand = [effect.measure(f"hand-flow-{w}").nominal for w in ("before", "after")]
    assert hand[0] is not None
    assert hand[1] is not None
    assert 0.0 < hand[1] < hand[0], "an opened fistula takes more from the hand"


def test_a_measured_flow_is_that_of_the_vessel_as_it_is(built: anatomy.Anatomy) -> None:
    told = plan.Settings(options=(DilationOptions(flow_ml_per_min=450.0),))
    made = plan.propose("dialysis-access", built, "left cephalic vein", settings=told)
    assert made.effect is not None
    before = made.effect.measure("access-flow-before").nominal
    assert before == pytest.approx(450.0, rel=0.02)
    assert (made.effect.measure("access-flow-after").nominal or 0.0) > 480.0
    too_much = plan.Settings(options=(DilationOptions(flow_ml_per_min=3000.0),))
    with pytest.raises(SimulationError, match="do not pass a stenosis of 60 %"):
        plan.propose("dialysis-access", built, "left cephalic vein", settings=too_much)


def test_the_coating_decides_what_the_wall_keeps(plans: dict[tuple[str, str], Plan]) -> None:
    made = plans["drug-coated-balloon", "left superficial femoral artery"]
    assert made.effect is not None
    figures = {m.id: m.nominal for m in made.effect.measures}
    assert 0.5 < (figures["drug-dose"] or 0.0) < 9.3
    held = {k: v for k, v in figures.items() if k.startswith("drug-month")}
    for name, value in held.items():
        assert value is not None
        assert (value > 5.0) is name.endswith("crystalline"), "9.2 against 0.04 % in pigs"
    assert "70 % over one bend" not in {f.id: f for f in made.findings}["drug-transit"].text
    assert "69 % over one bend" in {f.id: f for f in made.findings}["drug-transit"].text


def test_a_leg_gets_its_pulse_back(plans: dict[tuple[str, str], Plan]) -> None:
    made = plans["angioplasty", "right common iliac artery"]
    assert made.effect is not None
    assert made.fields is not None
    before, after = (
        made.effect.measure(f"ankle-brachial-{w}").nominal for w in ("before", "after")
    )
    assert before is not None
    assert after is not None
    assert 0.5 < before < 0.9 < after < 1.2
    for when in ("before", "after"):
        pressure = made.fields.traces[f"proximal pressure {when}"].values
        assert pressure.mean() == pytest.approx(93.0, abs=2.0)
        mean = made.fields.traces[f"distal pressure {when}"].values.mean()
        ratio = made.effect.measure(f"rest-ratio-{when}").nominal
        assert mean / pressure.mean() == pytest.approx(ratio, abs=0.03), "as in the steady model"
    renal = plans["angioplasty", "left renal artery"].effect
    assert renal is not None
    assert not [m for m in renal.measures if m.id.startswith("ankle")]
