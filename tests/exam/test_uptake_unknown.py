"""Radioembolization of the built-in patient: what is unknown, contradicted or refused."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import ndimage
from tests.uptake import CASE, CLEARED, NAME, TOLD, figure, finding

from seldinger import anatomy, plan
from seldinger.core.errors import AnatomyError, PlanError, SeldingerError
from seldinger.core.verdict import Severity, Status
from seldinger.image.study import DicomIdentity, Modality
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.irradiation import weigh
from seldinger.plan.treatments.irradiation.mismatch import judge_shunts
from seldinger.plan.treatments.irradiation.perfused import WHOLE, list_tumours
from seldinger.plan.treatments.irradiation.treat import Irradiation
from seldinger.report import pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.plan import Plan


# --- what is not known ----------------------------------------------------------------------------


def test_without_a_shunt_no_dose_is_told_and_lungs_cut_by_the_scan_show_none(
    propose: Callable[..., Plan],
) -> None:
    told = propose(replace(TOLD, lung_shunt=None, lung_mass_kg=None))
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
    free = replace(TOLD, lung_shunt=None, lung_mass_kg=None)
    told = propose(free, of=replace(built, structures=tuple(whole)))
    assert finding(told, "lung-shunt-method")[0] is Status.MET
    heavy = propose(replace(TOLD, lung_mass_kg=2.5), of=replace(built, structures=tuple(whole)))
    assert finding(heavy, "lung-mass-told")[0] is Status.NOT_MET, "the CT shows other lungs"
    shunt, mass = figure(told, "lung-shunt"), figure(told, "mass-lung")
    assert shunt == pytest.approx(0.07, abs=0.02), "with what breath and blur carry over the dome"
    assert 0.4 < (mass or 0.0) < 1.6
    assert finding(told, "lung-mass")[0] is Status.MET


def test_the_wall_in_the_rim_of_the_lungs_adds_no_mass(built: anatomy.Anatomy) -> None:
    """A quarter of water inside; the outermost voxels are half chest wall."""
    lungs = np.zeros(built.grid.shape, dtype=bool)
    lungs[4:30, 4:20, 4:30] = True
    rim = lungs & ~ndimage.binary_erosion(lungs)
    values = np.where(lungs, -750.0, 40.0)
    values[rim] = -355.0
    image = replace(built.image, values=values.astype(np.float32))
    shown = anatomy.Structure("lungs", anatomy.Kind.LUNG, lungs, anatomy.Origin.LABEL, (), True)
    alone = replace(built, image=image, structures=(shown,))
    found = weigh.weigh_lungs(alone, None, 0.2)
    assert found.measured
    volume_ml = float(lungs.sum()) * built.grid.voxel_ml
    assert found.mass_kg == pytest.approx(0.25 * volume_ml / 1000.0)


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


def test_a_small_tumour_is_not_believed(
    built: anatomy.Anatomy,
) -> None:
    settings = plan.Settings(
        answers=CASE.answers, options=(TOLD,), assume={"irradiation_least_tumour_mm": 30.0}
    )
    told = plan.propose(NAME, built, CASE.target, settings=settings)
    assert finding(told, "effect-in-domain")[0] is Status.UNKNOWN
    assert "SPECT shows too little uptake below 30 mm" in finding(told, "effect-in-domain")[1]


def test_a_scan_that_the_user_says_does_not_fit_is_not_used(
    propose: Callable[..., Plan],
) -> None:
    told = propose(answers={**CASE.answers, "spect-registered": "no"})
    assert finding(told, "uptake")[0] is Status.UNKNOWN
    assert told.fields is None or not told.fields.volumes


def test_a_mass_that_is_told_is_not_by_ct_and_has_bounds(
    propose: Callable[..., Plan],
) -> None:
    status, text = finding(propose(replace(TOLD, lung_mass_kg=1.2)), "lung-mass")
    assert status is Status.MET
    assert "told by the user" in text
    for kg in (0.01, 4.5):
        with pytest.raises(PlanError, match="an adult's weigh"):
            propose(replace(TOLD, lung_mass_kg=kg))


def test_of_both_lobes_the_other_injection_is_asked_for(
    propose: Callable[..., Plan],
) -> None:
    answers = {**CASE.answers, "intent": "bilobar"}
    unknown = [one for one in propose(answers=answers).findings if "whole-normal" in one.id or (
        "bilirubin" in one.id)]  # fmt: skip
    assert any(one.status is Status.UNKNOWN for one in unknown)
    told = propose(replace(TOLD, session_normal_gy=10.0), answers)
    ids = {one.id for one in unknown if one.status is Status.UNKNOWN}
    assert all(one.status is not Status.UNKNOWN for one in told.findings if one.id in ids)


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
    part = propose(replace(TOLD, injection="segment 5 artery"), answers)
    assert finding(part, "segmentectomy-size")[0] is Status.MET
    assert figure(part, "dose-perfused") == pytest.approx(400.0)


def test_branches_beyond_the_tip_that_lead_elsewhere_are_named(made: Plan) -> None:
    status, text = finding(made, "branches-aside")
    assert status is Status.NOT_MET
    assert "cystic artery" in text


# --- what contradicts itself ----------------------------------------------------------------------


def test_a_territory_beyond_the_albumin_is_told(propose: Callable[..., Plan]) -> None:
    wide = propose(replace(TOLD, territory=("liver",), injection=None))
    assert finding(wide, "territory-cold")[0] is Status.NOT_MET
    known = {one.id for one in propose().findings}
    assert not known & {"territory-cold", "territory-missed"}


def test_shunts_that_contradict_each_other_are_told(propose: Callable[..., Plan]) -> None:
    assumed = resolve_assumptions(Irradiation().assumptions, {})
    assert judge_shunts(0.07, 0.068, assumed).status is Status.MET
    assert judge_shunts(0.02, 0.604, assumed).status is Status.NOT_MET
    printed = {one.name: one.value for one in propose().assumptions}
    assert printed["irradiation_told_share"] == 0.1
    wider = resolve_assumptions(Irradiation().assumptions, {"irradiation_shunt_apart_share": 1.0})
    assert judge_shunts(0.02, 0.604, wider).status is Status.MET


def test_a_told_ratio_stands_beside_that_of_the_spect_and_may_contradict_it(
    propose: Callable[..., Plan], made: Plan
) -> None:
    assert made.effect is not None
    ratios = [one.nominal for one in made.effect.measures if one.id.startswith("uptake-")]
    assert ratios
    for told, held in ((3.2, Status.MET), (9.0, Status.NOT_MET)):
        status, text = finding(propose(replace(TOLD, tumour_to_normal=told)), "uptake")
        assert status is held
        assert f"as told by the user, {told:g} for all of them" in text
        assert all(f"{one:.2f} in " in text for one in ratios)


def test_a_labelled_part_that_leaves_the_liver_or_its_artery_is_told(
    propose: Callable[..., Plan],
) -> None:
    by_label = replace(TOLD, territory=("liver",))
    status, text = finding(propose(by_label), "territory")
    assert status is Status.NOT_MET, "the left lobe is not fed by the right artery"
    assert "does not lie nearest to the right hepatic artery" in text
    free = replace(by_label, injection=None)
    assert finding(propose(free), "territory")[0] is Status.MET
    beyond = replace(free, territory=("liver", "spleen"))
    status, text = finding(propose(beyond), "territory")
    assert status is Status.NOT_MET
    assert "lies outside the liver and is not weighed" in text
    with pytest.raises(PlanError, match="spleen, which lies wholly outside the liver"):
        propose(replace(free, territory=("spleen",)))


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
    drawn = anatomy.targets.from_mask(built, first.mask, "liver_tumour 2")
    with pytest.raises(PlanError, match="two tumours are called 'liver_tumour 2' and"):
        list_tumours(drawn, built)


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
