"""Radioembolization of the built-in patient: the exam, its laws, vials and pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from tests.demo_plans import UPTAKE_CASES
from tests.uptake import CASE, CLEARED, NAME, TOLD, figure, finding

from seldinger import anatomy, demo, report, testing
from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Status
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_mask
from seldinger.plan import file
from seldinger.plan.model import PlanStatus
from seldinger.simulate.dose.model import Method, compute_dose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seldinger.plan import Plan


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
        "no mass of the lungs": {"options": replace(TOLD, lung_mass_kg=None)},
        "no word of the liver": {
            "answers": {k: v for k, v in CLEARED.items() if k != "compromised"}
        },
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


def test_a_vial_that_misses_the_goal_does_not_serve_unsaid(
    propose: Callable[..., Plan],
) -> None:
    late = dt.datetime(2026, 12, 9, 18, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    status, text = finding(propose(replace(TOLD, treat_at=late)), "vial")
    assert status is Status.NOT_MET
    assert "WITH THIS VIAL A GOAL IS NOT MET" in text
