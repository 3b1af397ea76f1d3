"""Removing a clot: doses within limits, unknown ages and laboratories, trials on both sides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from seldinger import anatomy, demo, evidence, plan
from seldinger.anatomy.vessels.clots import find_clot, measure_stretch
from seldinger.anatomy.vessels.lesions import find_stretch
from seldinger.care.patient import Lab
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.verdict import Severity, Status
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.clot_removal.dose import judge_dose, judge_platelets, plan_dose
from seldinger.plan.treatments.clot_removal.findings import list_findings
from seldinger.plan.treatments.clot_removal.options import ClotOptions
from seldinger.procedures import thrombectomy, thrombolysis

if TYPE_CHECKING:
    from seldinger.care.visit import Visit
    from seldinger.core.finding import Finding

LYSIS: ClotOptions = thrombolysis.PROCEDURE.demo[0].options[0]
PULL: ClotOptions = thrombectomy.PROCEDURE.demo[0].options[0]
CLOT = "venous clot 1"


@pytest.fixture(scope="module")
def built() -> anatomy.Anatomy:
    return demo.build_anatomy(anatomy.Settings(voxel_mm=3.0), "veins")


def proposed(
    of: anatomy.Anatomy, options: ClotOptions = LYSIS, target: str = CLOT, *, pull: bool = False
) -> plan.Plan:
    page = thrombectomy if pull else thrombolysis
    answers = {**page.PROCEDURE.demo[0].answers, "clearance": "yes"}
    settings = plan.Settings(answers=answers, options=(options,))
    return plan.propose(page.PROCEDURE.name, of, target, settings=settings)


def found(made: plan.Plan) -> dict[str, Finding]:
    return {one.id: one for one in made.findings}


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ({"rate_mg_per_h": 1.0}, "1.0 mg in the hour"),
        ({"rate_mg_per_h": 0.9, "hours": 60.0}, "less than 50 mg"),
        ({"rate_mg_per_h": 0.5, "hours": 10.0, "given_mg": 46.0}, "less than 50 mg"),
        ({"given_mg": 50.0}, "50 mg"),
    ],
)
def test_a_dose_over_its_limit_is_refused_with_limit_and_source(
    told: dict[str, Any], limit: str
) -> None:
    with pytest.raises(PlanError, match="lysis_protocol") as refused:
        plan_dose(replace(LYSIS, **told), None, 30.0)
    assert limit in str(refused.value)


def test_the_rate_goes_by_weight_and_stays_below_its_limit() -> None:
    light = plan_dose(replace(LYSIS, lysis_weight_kg=60.0), None, 30.0)
    assert light.infusion is not None
    assert light.infusion.mg_per_h == pytest.approx(0.6)
    heavy = plan_dose(replace(LYSIS, lysis_weight_kg=140.0), None, 30.0)
    assert heavy.infusion is not None
    assert heavy.infusion.mg_per_h < (evidence.fact("clot_removal.rtpa.most_rate").value or 0.0)
    slow = plan_dose(replace(LYSIS, lysis_weight_kg=90.0), None, None)
    assert slow.stopped_by == "dose"
    assert slow.infusion is not None
    assert slow.infusion.total_mg < 50.0
    assert plan_dose(replace(LYSIS, lysis_weight_kg=None), None, 30.0).infusion is None


def test_lysis_is_told_at_three_times_with_its_spread_and_ends_at_its_stop(
    built: anatomy.Anatomy,
) -> None:
    made = proposed(built)
    assert made.verdict.status is PlanStatus.GO, made.verdict.reasons
    assert made.effect is not None
    shares = [made.effect.measure(f"lysed-{h}").value for h in (12, 24, 48)]
    middles = [one.p50 for one in shares if one is not None and not isinstance(one, float)]
    assert middles == sorted(middles)
    assert middles[-1] == pytest.approx(80.0, abs=0.5), "ended where lysis ends"
    assert made.treatment.settings["stopped_by"] == "lysis"
    (table,) = [one for one in made.effect.tables if one.title == "Evidence on both sides"]
    assert {row[0] for row in table.rows} == {"shown", "not shown", "harm", "no control group"}
    assert "47 against 48 %" in found(made)["trial-not-shown"].text
    assert any("not predicted for this patient" in note for note in made.effect.notes)


def test_what_nobody_told_blocks_and_what_is_too_low_stops(built: anatomy.Anatomy) -> None:
    made = proposed(
        built, replace(LYSIS, fibrinogen_g_per_l=None, age_days=None, lysis_weight_kg=None)
    )
    assert made.verdict.status is PlanStatus.UNKNOWN
    for name in ("fibrinogen", "clot-age", "dose"):
        assert found(made)[name].status is Status.UNKNOWN, name
        assert found(made)[name].severity is Severity.ACTION
    low = proposed(built, replace(LYSIS, fibrinogen_g_per_l=1.0))
    assert low.verdict.status is PlanStatus.UNSUITABLE
    old = proposed(built, replace(LYSIS, age_days=40.0))
    assert old.verdict.status is not PlanStatus.GO
    assert old.effect is not None
    assert old.effect.outside_domain


def test_below_the_groin_the_trial_saw_no_benefit(built: anatomy.Anatomy) -> None:
    made = proposed(built, target="left femoral vein 250-300 mm")
    assert found(made)["clot-place"].status is Status.NOT_MET
    assert "no benefit" in found(made)["clot-place"].text
    assert found(made)["clot-extent"].status is Status.UNKNOWN


def test_passes_take_more_and_the_register_has_no_control_group(built: anatomy.Anatomy) -> None:
    few, many = (proposed(built, replace(PULL, passes=n), pull=True) for n in (1, 6))
    assert few.effect is not None
    assert many.effect is not None
    taken = [one.effect.measure("removed").nominal or 0.0 for one in (few, many) if one.effect]
    assert taken[0] < taken[1]
    usual = proposed(built, PULL, pull=True)
    assert usual.treatment.settings["passes"] == 4
    assert usual.effect is not None
    near = usual.effect.measure("near-complete").nominal
    assert near == pytest.approx(85.0, abs=0.1)
    assert "older than the symptoms said" in found(usual)["age-undercalled"].text
    with pytest.raises(PlanError, match="at most 12"):
        ClotOptions(passes=40)


def test_stenosis_and_villalta_are_asked_for(built: anatomy.Anatomy) -> None:
    told = found(proposed(built, replace(PULL, residual_stenosis=60.0, villalta=40.0), pull=True))
    assert "No sourced limit" in told["vein-stenosis"].text
    assert told["villalta"].status is Status.NOT_MET
    assert (
        found(proposed(built, replace(PULL, villalta=None), pull=True))["villalta"].status
        is Status.UNKNOWN
    )


def test_what_is_no_clot_in_a_vein_is_refused(built: anatomy.Anatomy) -> None:
    with pytest.raises(AnatomyError, match="lies outside of every traced vein"):
        proposed(built, target="left kidney")
    settings = plan.Settings(device="sheath-6f-110", options=(LYSIS,))
    with pytest.raises(PlanError, match="is not used here"):
        plan.propose("thrombolysis", built, CLOT, settings=settings)


def test_platelets_of_the_patient_are_held_to_those_of_the_trial() -> None:
    visit = demo.visit("thrombolysis", "leg")
    (known,) = judge_platelets(visit)
    assert known.status is Status.MET
    labs = tuple(replace(one, value=80.0) if one.key == "platelets" else one
                 for one in visit.patient.labs)  # fmt: skip
    few = replace(visit, patient=replace(visit.patient, labs=labs))
    assert judge_platelets(few)[0].status is Status.NOT_MET
    none = replace(visit, patient=replace(visit.patient, labs=()))
    assert judge_platelets(none)[0].status is Status.UNKNOWN
    assert judge_platelets(None) == ()


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({"fibrinogen_g_per_l": 90.0}, "from mg/dL divide by 100"),
        ({"fibrinogen_g_per_l": 15.0}, "from mg/dL divide by 100"),
        ({"lysis_weight_kg": 0.078}, "weight of 0.078 kg"),
        ({"lysis_weight_kg": 780.0}, "weight of 780 kg"),
        ({"residual_stenosis": 300.0}, "shut at 100 %"),
    ],
)
def test_a_number_that_is_nobodys_in_its_unit_is_refused(told: dict[str, Any], asks: str) -> None:
    with pytest.raises(PlanError, match=asks):
        replace(LYSIS, **told)


def judged(options: ClotOptions, patient: Visit | None = None) -> dict[str, Finding]:
    """The findings of the dose, where 30 h are needed."""
    dosing = plan_dose(options, patient, 30.0)
    return {one.id: one for one in judge_dose(dosing, options, patient)}


def visiting(*labs: Lab) -> Visit:
    visit = demo.visit("thrombolysis", "leg")
    kept = tuple(one for one in visit.patient.labs if one.key not in {lab.key for lab in labs})
    return replace(visit, patient=replace(visit.patient, labs=(*kept, *labs)))


def test_a_dose_that_ends_before_lysis_does_is_told(built: anatomy.Anatomy) -> None:
    spent = proposed(built, replace(LYSIS, given_mg=49.0))
    assert spent.verdict.status is not PlanStatus.GO
    assert found(spent)["dose-lasts"].severity is Severity.ACTION
    assert judged(replace(LYSIS, hours=10.0))["dose-lasts"].severity is Severity.CAUTION
    assert "dose-lasts" not in judged(LYSIS)


def test_a_told_rate_is_held_to_the_one_by_weight_and_hours_to_those_followed(
    built: anatomy.Anatomy,
) -> None:
    slow = replace(LYSIS, rate_mg_per_h=0.01)
    assert judged(slow)["dose-rate"].status is Status.NOT_MET
    unknown = judged(replace(slow, lysis_weight_kg=None))["dose-rate"]
    assert (unknown.status, unknown.severity) == (Status.UNKNOWN, Severity.ACTION)
    assert "dose-rate" not in judged(replace(LYSIS, rate_mg_per_h=0.8))
    long = proposed(built, replace(LYSIS, rate_mg_per_h=0.4, hours=110.0))
    assert found(long)["effect-in-domain"].status is Status.UNKNOWN


def test_weight_and_fibrinogen_told_against_the_patients_file() -> None:
    visit = visiting(Lab("fibrinogen", 80.0, "80 mg/dL", demo.visit("thrombolysis", "leg").now))
    low = judged(LYSIS, visit)["fibrinogen"]
    assert (low.status, low.severity) == (Status.NOT_MET, Severity.STOP)
    apart = visiting(Lab("fibrinogen", 200.0, "200 mg/dL", visit.now))
    assert judged(LYSIS, apart)["fibrinogen"].status is Status.UNKNOWN
    assert judged(replace(LYSIS, lysis_weight_kg=40.0), visit)["dose-weight"].status is (
        Status.NOT_MET
    )


@pytest.mark.parametrize("days", [-3.0, 700.0])
def test_a_laboratory_of_another_time_is_not_known(days: float) -> None:
    now = demo.visit("thrombolysis", "leg").now
    drawn = now - dt.timedelta(days=days)
    visit = visiting(
        Lab("fibrinogen", 310.0, "310 mg/dL", drawn), Lab("platelets", 212.0, "212 10*9/L", drawn)
    )
    own = replace(LYSIS, fibrinogen_g_per_l=None)
    assert judged(own, visit)["fibrinogen"].status is Status.UNKNOWN
    assert judge_platelets(visit)[0].status is Status.UNKNOWN


def test_what_only_the_other_treatment_reads_is_refused(built: anatomy.Anatomy) -> None:
    with pytest.raises(PlanError, match="given_mg told; thrombectomy gives no drug"):
        proposed(built, replace(PULL, given_mg=30.0), pull=True)
    with pytest.raises(PlanError, match="lysis makes none"):
        proposed(built, replace(LYSIS, passes=3))


def test_a_clot_that_is_not_planned_and_one_in_two_legs_are_told(built: anatomy.Anatomy) -> None:
    own = built.get_structure(CLOT)
    second = replace(own, name="venous clot 2")
    two = replace(built, structures=(*built.structures, second))
    other = found(proposed(two))["other-clots"]
    assert (other.status, other.severity) == (Status.NOT_MET, Severity.CAUTION)
    assert "venous clot 2" in other.text
    assert "other-clots" not in found(proposed(built))
    whole = find_clot(built, CLOT)
    legs = list_findings(replace(whole, away_share=0.5), LYSIS, ())
    extent = next(one for one in legs if one.id == "clot-extent")
    assert (extent.status, extent.severity) == (Status.NOT_MET, Severity.CAUTION)


def test_a_vein_is_as_narrow_and_as_wide_as_it_is_along_the_clot(built: anatomy.Anatomy) -> None:
    stretch = "inferior vena cava 0-125 mm"
    made = proposed(built, PULL, stretch, pull=True)
    assert built.veins is not None
    clot = measure_stretch(find_stretch(built.veins, stretch))
    assert 2.0 * (clot.radius_mm or 0.0) < 20.0, "its mean would fit"
    assert found(made)["vein-width"].status is Status.NOT_MET


def test_every_relative_contraindication_of_the_guideline_is_asked() -> None:
    (asked,) = (one for one in thrombolysis.PROCEDURE.questions if one.id == "lysis-doubtful")
    words = (
        "stroke", "head", "eye", "injury", "resuscitation", "gut", "inside", "organ", "180", "110",
        "aneurysm", "seizures", "bleeding tendency", "platelets", "pregnancy", "birth", "liver",
        "endocarditis", "diabetes", "reaction", "year",
    )  # fmt: skip
    told = [one.statement for one in evidence.facts("lysis") if "relative contra" in one.statement]
    assert len(told) == 18
    for word in words:
        assert word in asked.text, word


def test_labels_that_nobody_knows_are_told_in_veins(built: anatomy.Anatomy) -> None:
    made = proposed(replace(built, unread=("DVT",)), PULL, pull=True)
    assert found(made)["labels-unread"].status is Status.UNKNOWN
    assert made.verdict.status is PlanStatus.UNKNOWN
