"""Radioembolization of the built-in patient: the exam, its laws, and what it refuses."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from tests.demo_plans import UPTAKE_CASES

from seldinger import anatomy, demo, plan, report, testing
from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import AnatomyError, PlanError, SeldingerError
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_mask
from seldinger.image.study import DicomIdentity, Modality
from seldinger.plan import file
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.irradiation.mismatch import judge_shunts
from seldinger.plan.treatments.irradiation.perfused import WHOLE
from seldinger.report import pages
from seldinger.simulate.dose.model import Method, compute_dose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from seldinger.plan import Plan
    from seldinger.plan.treatments.irradiation.options import IrradiationOptions

NAME = "radioembolization"
(CASE,) = plan.load_procedures()[NAME].demo
(TOLD,) = CASE.options
CLEARED = {**CASE.answers, "clearance": "yes"}


@pytest.fixture(scope="module")
def built() -> anatomy.Anatomy:
    return demo.build_anatomy(anatomy.Settings(voxel_mm=5.0), "uptake")


@pytest.fixture(scope="module")
def propose(built: anatomy.Anatomy) -> Callable[..., Plan]:
    def proposed(
        options: IrradiationOptions = TOLD,
        answers: Mapping[str, str] = CASE.answers,
        of: anatomy.Anatomy = built,
        target: str = CASE.target,
    ) -> Plan:
        settings = plan.Settings(answers=answers, options=(options,))
        return plan.propose(NAME, of, target, settings=settings)

    return proposed


@pytest.fixture(scope="module")
def made(propose: Callable[..., Plan]) -> Plan:
    return propose()


def figure(of: Plan, name: str) -> float | None:
    assert of.effect is not None
    return of.effect.measure(name).nominal


def finding(of: Plan, name: str) -> tuple[Status, str]:
    found = {one.id: one for one in of.findings}[name]
    return found.status, found.text


# --- the exam -------------------------------------------------------------------------------------


def test_a_plan_passes_the_exam(made: Plan, propose: Callable[..., Plan]) -> None:
    assert list(UPTAKE_CASES) == [(NAME, CASE.target)]
    assert testing.check_plan(made, demo.patient(5.0).truth) == ()
    assert made.verdict.status is PlanStatus.UNKNOWN, "nobody cleared a patient"
    assert made.approach.routes[0].vessels[-1] == "right hepatic artery"
    text = file.to_json(made)
    assert file.to_json(propose()) == text
    read = file.from_json(text).effect
    assert read is not None
    assert made.effect is not None
    assert read.tables == made.effect.tables
    row = made.summarize()
    assert row["activity_given_gbq"] == figure(made, "activity-given")
    assert row["mass_lung_kg"] == 1.0


def test_a_cleared_patient_may_go_and_what_is_taken_away_never_helps(
    propose: Callable[..., Plan], built: anatomy.Anatomy
) -> None:
    going = propose(answers=CLEARED)
    assert going.verdict.status is PlanStatus.GO, going.verdict.reasons
    less = {
        "no shunt": {"options": replace(TOLD, lung_shunt=None)},
        "no earlier dose": {"options": replace(TOLD, earlier_lung_gy=None)},
        "no residual": {"options": replace(TOLD, residual=None)},
        "no product": {"answers": {k: v for k, v in CLEARED.items() if k != "product"}},
        "no disease": {"answers": {k: v for k, v in CLEARED.items() if k != "disease"}},
        "no arteries": {
            "of": replace(built, vessels=None, structures=tuple(
                one for one in built.structures if "artery" not in one.name and one.name != "aorta"
            )),
            "options": replace(TOLD, injection=None),
        },
    }  # fmt: skip
    for what, change in less.items():
        told = propose(**{"answers": CLEARED, **change})
        assert told.verdict.status.permits < going.verdict.status.permits, what


# --- laws -----------------------------------------------------------------------------------------


def test_the_activity_of_a_goal_gives_the_dose_of_the_goal(made: Plan) -> None:
    assert figure(made, "dose-liver-tumour-1") == pytest.approx(205.0, rel=1e-6)
    by_hand = 0.0
    for name in ("liver-tumour-1", "liver-tumour-2", "normal"):
        dose, mass = figure(made, f"dose-{name}"), figure(made, f"mass-{name}")
        assert dose is not None
        assert mass is not None
        by_hand += dose * mass
    given, lungs = figure(made, "activity-given"), figure(made, "dose-lung")
    assert given is not None
    assert lungs is not None
    assert (by_hand + lungs * 1.0) / 50.0 == pytest.approx(given, rel=1e-6), "energy is kept"
    assert lungs == pytest.approx(50.0 * given * 0.07, rel=1e-9)


def test_a_fixed_activity_scales_every_dose(made: Plan, propose: Callable[..., Plan]) -> None:
    twice = propose(replace(TOLD, activity_gbq=2.0 * (figure(made, "activity-given") or 0.0)))
    for name in ("liver-tumour-1", "normal", "perfused", "whole-normal", "lung"):
        first = figure(made, f"dose-{name}")
        assert figure(twice, f"dose-{name}") == pytest.approx(2.0 * (first or 0.0), rel=1e-9)
    assert twice.effect is not None
    assert twice.effect.options[0].technique == "fixed by hand"
    assert finding(twice, "limit-glass-normal-reserve")[0] is Status.NOT_MET
    assert twice.verdict.status is not PlanStatus.GO


def test_the_dose_by_voxels_is_that_of_the_compartments(made: Plan, built: anatomy.Anatomy) -> None:
    assert made.fields is not None
    dose = made.fields.volumes["dose"]
    assert dose.unit == "Gy"
    held = float(dose.values.sum(dtype=np.float64)) * built.grid.voxel_ml
    perfused = figure(made, "dose-perfused"), figure(made, "mass-perfused")
    assert held == pytest.approx((perfused[0] or 0.0) * (perfused[1] or 0.0) * 1000.0 / 1.05,
                                 rel=1e-4)  # fmt: skip
    (lesion, *_) = made.goal.lesions
    at = np.argwhere(lesion.viable & made.goal.mask)
    index = np.rint(dose.grid.to_index(built.grid.to_lps(at.astype(float)))).astype(int)
    mean_gy = dose.values[tuple(index.T)].mean(dtype=np.float64)
    assert mean_gy == pytest.approx(figure(made, "dose-liver-tumour-1"), rel=1e-4)
    d95, d70 = figure(made, "d95-liver-tumour-1"), figure(made, "d70-liver-tumour-1")
    mean = figure(made, "dose-liver-tumour-1")
    assert 0.0 < (d95 or 0.0) < (d70 or 0.0) < 1.02 * (mean or 0.0)


def test_energy_that_leaves_a_tumour_only_lowers_its_dose(made: Plan) -> None:
    """The same activity by a kernel: no tumour takes more than where all energy stays."""
    assert made.fields is not None
    local = made.fields.volumes["dose"]
    constants = decay_constants("y90", "package-insert")
    bq_per_gy = 1.05e-3 * local.grid.voxel_ml / constants.gy_kg_per_gbq * 1e9
    activity = Volume(local.values.astype(np.float64) * bq_per_gy, local.grid, "Bq")
    density = np.full(local.grid.shape, 1.05, dtype=np.float32)
    spread = compute_dose(activity, density, constants, Method.KERNEL).dose_gy
    again = compute_dose(activity, density, constants, Method.LOCAL).dose_gy
    assert again == pytest.approx(local.values, rel=1e-5, abs=1e-3)
    for lesion in made.goal.lesions:
        inside = resample_mask(lesion.viable & made.goal.mask, made.anatomy.grid, local.grid)
        assert 0.6 < spread[inside].mean() / again[inside].mean() < 1.02


def test_uptake_is_near_the_truth_and_never_above_it(made: Plan) -> None:
    """A blurred image shows less uptake than there is: 3.2 of this patient."""
    for name in ("liver-tumour-1", "liver-tumour-2"):
        shown = figure(made, f"uptake-{name}")
        assert shown is not None
        assert 1.9 < shown < 3.2


def test_the_spread_holds_the_true_dose(made: Plan, propose: Callable[..., Plan]) -> None:
    given = figure(made, "activity-given")
    true = propose(replace(TOLD, tumour_to_normal=3.2, activity_gbq=given))
    assert made.effect is not None
    for name in ("dose-liver-tumour-1", "dose-liver-tumour-2", "dose-normal"):
        spread = made.effect.measure(name).value
        assert isinstance(spread, Spread)
        assert spread.p05 < (figure(true, name) or 0.0) < spread.p95, name


def test_a_shunt_by_planar_views_carries_their_published_bias(
    made: Plan, propose: Callable[..., Plan]
) -> None:
    planar = propose(answers={**CASE.answers, "shunt-by": "planar"})
    assert finding(planar, "lung-shunt-method")[0] is Status.NOT_MET
    assert figure(planar, "dose-lung") == figure(made, "dose-lung"), "used as measured"
    spreads = [one.effect.measure("dose-lung").value for one in (made, planar) if one.effect]
    assert isinstance(spreads[0], Spread)
    assert isinstance(spreads[1], Spread)
    assert spreads[1].p50 < spreads[0].p50, "planar views tell too much"
    widths = [one.p95 - one.p05 for one in spreads if isinstance(one, Spread)]
    assert widths[1] > widths[0], "and scatter more"


def test_a_goal_out_of_reach_is_told_with_the_limit_that_binds(
    propose: Callable[..., Plan],
) -> None:
    far = propose(replace(TOLD, rule={"glass-tumour-hcc": 400.0}))
    status, text = finding(far, "goal-glass-tumour-hcc-liver-tumour-1")
    assert status is Status.NOT_MET
    assert text.startswith("GOAL NOT MET")
    assert "Edited to 400 Gy" in text
    normal = figure(far, "dose-normal"), figure(far, "dose-whole-normal")
    assert normal[0] == pytest.approx(120.0) or normal[1] == pytest.approx(90.0)
    assert far.effect is not None
    assert "allows" in far.effect.notes[0]
    (rules, *_) = far.effect.tables
    assert rules.strong == (0,)
    assert {rules.rows[n][5] for n in rules.bad} == {"NOT KEPT"}


def test_the_spread_holds_the_plan_and_is_mostly_uptake(made: Plan) -> None:
    assert made.effect is not None
    spread = made.effect.measure("dose-liver-tumour-1").value
    assert spread is not None
    assert not isinstance(spread, float)
    assert spread.p05 < spread.nominal < spread.p95
    assert made.effect.dominant == "uptake of the tumours"
    assert sum(made.effect.variance.values()) == pytest.approx(1.0)
    assert made.fields is not None
    assert made.fields.draws["dose-lung"].shape == (200,)


# --- what is not known ----------------------------------------------------------------------------


def test_without_a_shunt_no_dose_is_told_and_lungs_cut_by_the_scan_show_none(
    propose: Callable[..., Plan],
) -> None:
    told = propose(replace(TOLD, lung_shunt=None))
    assert finding(told, "lung-shunt")[0] is Status.UNKNOWN
    assert "do not show liver and lungs whole" in finding(told, "lung-shunt")[1]
    assert figure(told, "dose-lung") is None, "never zero by silence"
    assert figure(told, "activity-given") is None
    assert finding(told, "lung-mass")[0] is Status.UNKNOWN
    assert not [one.id for one in told.findings if one.severity is Severity.STOP]


def test_lungs_that_are_whole_are_weighed_and_their_shunt_is_measured(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    """Lungs that end below the scan's top: as if the scan had gone further."""
    kept = slice(None, built.grid.shape[2] - 4)
    whole = []
    for one in built.structures:
        mask = np.zeros(one.mask.shape, dtype=bool)
        mask[:, :, kept] = one.mask[:, :, kept]
        whole.append(replace(one, mask=mask) if one.name in ("left lung", "right lung") else one)
    told = propose(replace(TOLD, lung_shunt=None), of=replace(built, structures=tuple(whole)))
    assert finding(told, "lung-shunt-method")[0] is Status.MET
    shunt, mass = figure(told, "lung-shunt"), figure(told, "mass-lung")
    assert shunt == pytest.approx(0.07, abs=0.02), "with what breath and blur carry over the dome"
    assert 0.4 < (mass or 0.0) < 1.6
    assert finding(told, "lung-mass")[0] is Status.MET


def test_without_uptake_all_takes_one_dose_and_the_goals_of_tumours_stay_unknown(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    study = replace(built.study, series=built.study.series[:1])
    alone = replace(built, study=study)
    told = propose(of=alone)
    assert told.effect is not None
    assert told.effect.model.startswith("single compartment")
    assert figure(told, "dose-perfused") == pytest.approx(80.0)
    assert figure(told, "dose-liver-tumour-1") is None
    assert finding(told, "goal-glass-tumour-hcc")[0] is Status.UNKNOWN
    assert finding(told, "uptake")[0] is Status.UNKNOWN
    assert told.fields is not None
    assert not told.fields.volumes
    parted = propose(replace(TOLD, tumour_to_normal=3.2), of=alone)
    assert figure(parted, "dose-liver-tumour-1") == pytest.approx(
        3.2 * (figure(parted, "dose-normal") or 0.0)
    )


@pytest.mark.parametrize(
    ("frame", "answers", "used"),
    [("1.2.3", {}, False), ("", {}, False), ("", {"spect-registered": "yes"}, True)],
)
def test_a_spect_of_another_frame_is_not_used_and_said(
    frame: str,
    answers: dict[str, str],
    used: bool,
    built: anatomy.Anatomy,
    propose: Callable[..., Plan],
) -> None:
    moved = tuple(
        replace(one, identity=DicomIdentity(frame, "1.2", "1.3", ()) if frame else None)
        if one.modality is Modality.NM
        else one
        for one in built.study.series
    )
    away = replace(built, study=replace(built.study, series=moved))
    told = propose(of=away, answers={**CASE.answers, **answers})
    assert told.effect is not None
    assert ("uptake-liver-tumour-1" in {one.id for one in told.effect.measures}) is used
    said = " ".join(told.effect.notes)
    assert ("SPECT of MAA is not used" in said) is not used
    assert ("spect-frame" in {one.id for one in told.findings}) is used


def test_a_high_bilirubin_speaks_against_it_and_moves_the_limit(
    propose: Callable[..., Plan],
) -> None:
    high = propose(replace(TOLD, bilirubin_mg_per_dl=2.4))
    assert finding(high, "bilirubin")[0] is Status.NOT_MET
    assert "limit-glass-normal-bilirubin-high" in {one.id for one in high.findings}
    assert "limit-glass-normal-bilirubin-low" not in {one.id for one in high.findings}
    assert figure(high, "dose-whole-normal") == pytest.approx(50.0), "the limit binds"
    both = propose(replace(TOLD, bilirubin_mg_per_dl=None))
    assert figure(both, "dose-whole-normal") == pytest.approx(50.0), "nobody knows: the stricter"


# --- what is perfused -----------------------------------------------------------------------------


def test_the_perfused_part_is_the_label_the_artery_the_least_artery_or_the_whole_liver(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    free = replace(TOLD, injection=None)
    least = propose(free)
    assert least.target.origin.startswith("nearest branch below the ")
    held = least.goal.lesions[0].mask & least.goal.mask
    assert held.sum() >= 0.95 * least.goal.lesions[0].mask.sum()
    named = propose()
    assert least.goal.mask.sum() < named.goal.mask.sum()
    labelled = propose(replace(TOLD, territory=("liver", "liver-tumour-1", "liver-tumour-2")))
    assert labelled.target.origin.startswith("label liver")
    assert labelled.target.vessel == "right hepatic artery"
    apart = replace(built, vessels=None, structures=tuple(
        one for one in built.structures if "artery" not in one.name and one.name != "aorta"
    ))  # fmt: skip
    whole = propose(free, of=apart)
    page = pages.build_report(whole, None)
    assert page.figures[0].file == "pictures/territory.png", "no empty vessels"
    assert whole.target.origin == WHOLE
    assert finding(whole, "territory")[0] is Status.NOT_MET
    assert whole.approach.routes == ()
    assert finding(whole, "free-way")[0] is Status.UNKNOWN


def test_an_artery_that_leaves_the_tumour_out_is_told_or_refused(
    propose: Callable[..., Plan],
) -> None:
    with pytest.raises(PlanError, match="no living part of 'liver-tumour-1' lies in the territory"):
        propose(replace(TOLD, injection="left hepatic artery"))
    with pytest.raises(PlanError, match="no artery is called 'left gastroepiploic"):
        propose(replace(TOLD, injection="left gastroepiploic artery"))
    with pytest.raises(AnatomyError, match="feeds no part of the organ"):
        propose(replace(TOLD, injection="splenic artery"))
    with pytest.raises(PlanError, match="label 'liver segment 9', which is not there"):
        propose(replace(TOLD, territory=("liver segment 9",)))


def test_a_lobe_is_no_segment(propose: Callable[..., Plan]) -> None:
    answers = {**CASE.answers, "intent": "segmentectomy"}
    whole = propose(answers=answers)
    assert finding(whole, "segmentectomy-size")[0] is Status.NOT_MET
    part = propose(replace(TOLD, injection="right anterior hepatic artery"), answers)
    assert finding(part, "segmentectomy-size")[0] is Status.MET
    assert figure(part, "dose-perfused") == pytest.approx(400.0)


def test_branches_beyond_the_tip_that_lead_elsewhere_are_named(made: Plan) -> None:
    status, text = finding(made, "branches-aside")
    assert status is Status.NOT_MET
    assert "cystic artery" in text


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lung_shunt": 1.0}, "lung shunt fraction is 1"),
        ({"lung_shunt": 7.0}, "if that is per cent, write 0.07"),
        ({"residual": 5.0}, "if that is per cent, write 0.05"),
        ({"activity_gbq": 2200.0}, "if that is MBq, write 2.2"),
        ({"activity_gbq": 0.0}, "must be above 0"),
        ({"constants": "mine"}, "choose one of package-insert"),
        ({"rule": {"glass-tumor-hcc": 250.0}}, "did you mean 'glass-tumour-hcc'"),
        ({"bilirubin_mg_per_dl": 171.0}, "from umol/L divide by 17.1"),
        ({"lung_mass_kg": 900.0}, "if that is grams, write 0.9"),
        ({"treat_at": dt.datetime(2026, 12, 9, 10)}, "has no time zone"),  # noqa: DTZ001
        ({"use_from_hours": 300.0}, "swap"),
        ({"vial_tolerance": 0.9}, "tolerance of 0.9"),
    ],
)
def test_figures_that_cannot_be_are_refused(
    change: dict[str, object], said: str, propose: Callable[..., Plan]
) -> None:
    with pytest.raises(SeldingerError, match=re.escape(said)):
        propose(replace(TOLD, **change))


def test_tumours_that_lie_in_one_another_are_refused(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    first = built.get_structure("liver tumour 1")
    moved = tuple(
        replace(one, mask=one.mask | np.roll(first.mask, 2, axis=0))
        if one.name == "liver tumour 2"
        else one
        for one in built.structures
    )
    apart = replace(built, structures=moved, study=replace(built.study, labels=None))
    with pytest.raises(PlanError, match="which would be counted twice"):
        propose(of=apart, target="liver tumour 1")


def test_one_piece_of_a_tumour_leaves_the_others_as_tumour(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    first, second = (built.get_structure(f"liver tumour {n}") for n in (1, 2))
    both = replace(first, mask=first.mask | second.mask)
    kept = tuple(both if one is first else one for one in built.structures if one is not second)
    apart = replace(built, structures=kept, study=replace(built.study, labels=None))
    told = propose(of=apart, target="liver tumour 1#2")
    masses = [figure(told, f"mass-{n}") for n in ("liver-tumour-1-2", "rest-of-liver-tumour-1")]
    assert sum(one or 0.0 for one in masses) == pytest.approx(0.04, abs=0.005)


def test_a_target_outside_the_liver_is_refused(propose: Callable[..., Plan]) -> None:
    with pytest.raises(PlanError, match="is the liver itself: name a tumour"):
        propose(target="liver")
    with pytest.raises(PlanError, match="microspheres are given to the liver"):
        propose(target="lung-nodule-1")


# --- vials, products, pages -----------------------------------------------------------------------


def test_a_vial_is_chosen_by_the_hour_or_what_is_missing_is_named(
    made: Plan, propose: Callable[..., Plan]
) -> None:
    assert finding(made, "vial")[0] is Status.MET
    settings = made.treatment.settings
    assert settings["vial_calibrated_gbq"] == 5.0
    held = 5.0 * 2.0 ** (-64.0 / 64.1)
    assert held == pytest.approx((figure(made, "activity-vial") or 0.0), rel=0.1)
    hours = dt.datetime.fromisoformat("2026-12-08T10:00+01:00")
    early = propose(replace(TOLD, treat_at=hours))
    assert finding(early, "vial")[0] is Status.NOT_MET
    assert "best otherwise" in finding(early, "vial")[1]
    none = propose(replace(TOLD, calibrations=(), vial_tolerance=None))
    assert finding(none, "vial") == (
        Status.UNKNOWN,
        "No vial is chosen: say --calibrations, --vial-tolerance.",
    )


def test_a_vial_that_would_break_a_limit_does_not_serve(
    made: Plan, propose: Callable[..., Plan]
) -> None:
    tight = {"glass-normal-reserve": 1.01 * (figure(made, "dose-normal") or 0.0)}
    told = propose(replace(TOLD, rule=tight))
    assert figure(told, "activity-given") == pytest.approx(figure(made, "activity-given") or 0.0)
    status, text = finding(told, "vial")
    assert status is Status.NOT_MET
    assert "over a limit of dose" in text


def test_other_injections_of_the_session_count_against_the_limits(
    propose: Callable[..., Plan],
) -> None:
    told = propose(replace(TOLD, session_lung_gy=28.0, session_normal_gy=40.0))
    assert figure(told, "dose-lung") == pytest.approx(2.0), "the lungs bind"
    assert told.effect is not None
    assert told.effect.measure("dose-lung").at_most == pytest.approx(2.0)
    assert told.effect.measure("dose-whole-normal").at_most == pytest.approx(50.0)
    assert finding(told, "limit-lung-session")[1].startswith("Lungs: 30.0 Gy, limit 30")


def test_resin_has_the_rule_of_body_surface_beside_it(propose: Callable[..., Plan]) -> None:
    answers = {**CASE.answers, "product": "resin"}
    told = propose(replace(TOLD, height_cm=175.0, weight_kg=75.0), answers)
    assert told.effect is not None
    rows = {one.technique: one for one in told.effect.options}
    assert rows["partition model"].chosen
    surface = rows["body surface area"].measure("activity").nominal
    assert 0.5 < (surface or 0.0) < 2.5
    assert "49.67" in str(told.treatment.settings["constants"])
    assert finding(told, "vial")[0] in (Status.MET, Status.NOT_MET)
    unknown = propose(answers=answers).effect
    assert unknown is not None
    assert "height and weight are not known" in unknown.options[-1].note


def test_a_small_tumour_is_not_believed(
    built: anatomy.Anatomy,
) -> None:
    settings = plan.Settings(
        answers=CASE.answers, options=(TOLD,), assume={"irradiation_least_tumour_mm": 30.0}
    )
    told = plan.propose(NAME, built, CASE.target, settings=settings)
    assert finding(told, "effect-in-domain")[0] is Status.UNKNOWN
    assert "SPECT shows too little uptake below 30 mm" in finding(told, "effect-in-domain")[1]


def test_the_report_tells_rules_vials_and_where_the_dose_lies(made: Plan, tmp_path: Path) -> None:
    page = report.write(tmp_path / "out", made).read_text(encoding="utf-8")
    for words in (
        "Limits and goals of dose", "Calendar of vials", "Predicted dose over the patient",
        "mL are perfused", "50.00 Gy kg",
    ):  # fmt: skip
        assert words in page
    assert (tmp_path / "out" / "dose.nii.gz").stat().st_size > 1000
    stored = pydicom.dcmread(tmp_path / "out" / "rtdose.dcm")
    assert made.fields is not None
    top = float(made.fields.volumes["dose"].values.max())
    assert stored.pixel_array.max() * float(stored.DoseGridScaling) == pytest.approx(top, rel=1e-6)
    assert "Predicted before treatment, not measured" in stored.DoseComment
    assert {"territory.png", "dose-volume.png", "hero.png"} <= {
        one.name for one in (tmp_path / "out" / "pictures").iterdir()
    }


def test_a_territory_beyond_the_albumin_is_told(propose: Callable[..., Plan]) -> None:
    wide = propose(replace(TOLD, territory=("liver",), injection=None))
    assert finding(wide, "territory-cold")[0] is Status.NOT_MET
    known = {one.id for one in propose().findings}
    assert not known & {"territory-cold", "territory-missed"}


def test_a_scan_that_the_user_says_does_not_fit_is_not_used(propose: Callable[..., Plan]) -> None:
    told = propose(answers={**CASE.answers, "spect-registered": "no"})
    assert finding(told, "uptake")[0] is Status.UNKNOWN
    assert told.fields is None or not told.fields.volumes


def test_a_mass_that_is_told_is_not_by_ct_and_has_bounds(propose: Callable[..., Plan]) -> None:
    status, text = finding(propose(replace(TOLD, lung_mass_kg=1.2)), "lung-mass")
    assert status is Status.MET
    assert "told by the user" in text
    for kg in (0.01, 4.5):
        with pytest.raises(PlanError, match="an adult's weigh"):
            propose(replace(TOLD, lung_mass_kg=kg))


def test_of_both_lobes_the_other_injection_is_asked_for(propose: Callable[..., Plan]) -> None:
    answers = {**CASE.answers, "intent": "bilobar"}
    unknown = [one for one in propose(answers=answers).findings if "whole-normal" in one.id or (
        "bilirubin" in one.id)]  # fmt: skip
    assert any(one.status is Status.UNKNOWN for one in unknown)
    told = propose(replace(TOLD, session_normal_gy=10.0), answers)
    ids = {one.id for one in unknown if one.status is Status.UNKNOWN}
    assert all(one.status is not Status.UNKNOWN for one in told.findings if one.id in ids)


def test_shunts_that_contradict_each_other_are_told() -> None:
    assert judge_shunts(0.07, 0.068).status is Status.MET
    assert judge_shunts(0.02, 0.604).status is Status.NOT_MET


def test_a_vial_that_misses_the_goal_does_not_serve_unsaid(propose: Callable[..., Plan]) -> None:
    late = dt.datetime(2026, 12, 9, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    status, text = finding(propose(replace(TOLD, treat_at=late)), "vial")
    assert status is Status.NOT_MET
    assert "WITH THIS VIAL A GOAL IS NOT MET" in text


def test_a_told_ratio_stands_beside_that_of_the_spect(propose: Callable[..., Plan]) -> None:
    told, seen = propose(replace(TOLD, tumour_to_normal=9.0)).effect, propose().effect
    assert told is not None
    assert seen is not None
    (note,) = (one for one in told.notes if one.startswith("Uptake"))
    assert "as told by the user" in note
    ratios = [one.nominal for one in seen.measures if one.id.startswith("uptake-")]
    assert ratios
    assert all(f"{one:.2f} in " in note for one in ratios)


def test_a_compromised_liver_that_no_limit_reads_is_not_believed(
    propose: Callable[..., Plan],
) -> None:
    told = propose(answers={**CLEARED, "compromised": "yes"})
    status, text = finding(told, "effect-in-domain")
    assert status is Status.UNKNOWN
    assert "no limit of this product and intent reads that" in text
    assert told.verdict.status is not PlanStatus.GO
    read = propose(
        answers={**CLEARED, "product": "resin", "intent": "bilobar", "compromised": "yes"}
    )
    assert "compromised" not in finding(read, "effect-in-domain")[1]
