"""Facts of the care room: the figures, typed again by hand, and every popular claim's verdict."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.evidence import FactKind, Trust

VERDICTS = {
    "filter_migration": "untraced",
    "y90_half_life": "holds",
    "radioembolization_better": "holds with caveat",
    "ufe_imaging": "holds",
    "kyphoplasty_window": "not supported",
    "cement_pain": "contested",
    "groin_6_percent": "not supported",
    "radial_no_bleeding": "holds with caveat",
    "flat_for_hours": "holds with caveat",
    "drainage_10_percent": "holds with caveat",
    "preventable": "holds with caveat",
    "cholecystostomy_readmission": "untraced",
    "cholecystostomy_mortality": "contested",
    "shorter_stay": "holds with caveat",
    "robots": "holds with caveat",
}

P, S, M = Trust.PRIMARY, Trust.SECONDARY, Trust.MEMORY
FIGURES = [
    ("access.femoral.complication_operated", 0.105, "1", P),
    ("access.radial.bleeding", 0.0086, "1", P),
    ("access.radial.occlusion_clinical", 0.0073, "1", P),
    ("access.radial.major", 0.0013, "1", P),
    ("access.radial.complication_small_series", 0.068, "1", P),
    ("access.radial.fluoroscopy", 27.3, "min", P),
    ("access.radial.crossover", 0.018, "1", P),
    ("access.radial.exclude.sheath", 6, "[Ch]", P),
    ("access.radial.exclude.diameter", 2, "mm", P),
    ("access.radial.risk.diameter", 2.5, "mm", P),
    ("access.radial.risk.ratio", 1, "1", P),
    ("access.bed_rest.adequate", 3, "h", P),
    ("access.bed_rest.custom", 6, "h", M),
    ("access.bed_rest.back_pain", 0.33, "1", P),
    ("fasting_sedation.clear_liquids", 2, "h", P),
    ("fasting_sedation.light_meal", 6, "h", S),
    ("fasting_sedation.fatty_meal", 8, "h", S),
    ("fasting_sedation.breast_milk", 4, "h", S),
    ("fasting_sedation.formula", 6, "h", S),
    ("fasting_sedation.nonhuman_milk", 6, "h", S),
    ("fasting_sedation.sedation.interval", 5, "min", S),
    ("fasting_sedation.sedation.recovery", 15, "min", S),
    ("fasting_sedation.glp1_diet", 24, "h", S),
    ("contrast.saline.egfr", 30, "mL/min/{1.73_m2}", P),
    ("contrast.saline.discretion", 44, "mL/min/{1.73_m2}", P),
    ("contrast.saline.first_pass", 45, "mL/min/{1.73_m2}", M),
    ("contrast.metformin.acr.no_hold", 30, "mL/min/{1.73_m2}", S),
    ("contrast.metformin.acr.hold", 48, "h", S),
    ("contrast.metformin.fda.egfr", 60, "mL/min/{1.73_m2}", P),
    ("contrast.metformin.fda.contraindicated", 30, "mL/min/{1.73_m2}", P),
    ("contrast.metformin.esur.stop", 30, "mL/min/{1.73_m2}", P),
    ("contrast.metformin.fda.recheck", 48, "h", P),
    ("antibiotics.timing", 60, "min", P),
    ("antibiotics.timing_slow", 120, "min", P),
    ("clearance.sglt2", 3, "d", S),
    ("clearance.sglt2_ertugliflozin", 4, "d", S),
    ("clearance.lidocaine.plain_per_kg", 4.5, "mg/kg", P),
    ("clearance.lidocaine.plain_total", 300, "mg", P),
    ("clearance.lidocaine.adrenaline_per_kg", 7, "mg/kg", P),
    ("clearance.lidocaine.adrenaline_total", 500, "mg", P),
    ("antithrombotic.carotid_stent.dual_before", 3, "d", P),
    ("antithrombotic.carotid_stent.dual_after", 1, "mo", P),
    ("antithrombotic.leg.dual_after", 30, "d", P),
    ("lysis.relative.stroke", 2, "mo", S),
    ("lysis.relative.neurosurgery", 3, "mo", S),
    ("lysis.relative.surgery", 10, "d", S),
    ("lysis.relative.systolic", 180, "mm[Hg]", S),
    ("clearance.platelets.aabb2015.lumbar_puncture", 50, "10*9/L", P),
    ("antithrombotic.label.apixaban.high", 48, "h", S),
    ("antithrombotic.eu_label.dabigatran.high.crcl_30_to_50", 96, "h", S),
    ("adverse_events.radpass.deviations_before", 0.24, "1", P),
    ("adverse_events.radpass.deviations_after", 0.05, "1", P),
    ("adverse_events.radpass.postponed_before", 0.10, "1", P),
    ("adverse_events.radpass.postponed_after", 0.0, "1", P),
    ("claims.y90_half_life.hours", 64.1, "h", P),
    ("claims.filter_reports.migration", 0.356, "1", P),
    ("claims.preventable.communication", 0.21, "1", P),
    ("pathway.time.lysis", 48, "h", M),
]

AUDITED = {
    "abscess.septic_shock": 0.04,
    "abscess.bacteraemia": 0.10,
    "abscess.transfusion": 0.02,
    "abscess.bowel": 0.02,
    "biopsy.pneumothorax": 0.45,
    "biopsy.chest_tube": 0.20,
    "biopsy.kidney_bleeding": 0.05,
    "ufe.amenorrhoea_under_45": 0.03,
    "ufe.amenorrhoea_over_45": 0.45,
    "ufe.expulsion": 0.15,
    "ufe.septicaemia": 0.03,
    "tace.liver_failure": 0.04,
    "tace.abscess": 0.02,
    "tace.abscess_biliary": 0.25,
    "tace.prolonged_stay": 0.10,
    "tace.death": 0.02,
    "filter.occlusion": 0.10,
    "filter.death": 0.01,
    "arteriography.haematoma": 0.005,
    "arteriography.occlusion": 0.002,
    "arteriography.pseudoaneurysm": 0.002,
    "cement.deficit_osteoporotic": 0.01,
    "cement.deficit_neoplastic": 0.10,
}


@pytest.mark.parametrize(("fact_id", "value", "unit", "trust"), FIGURES)
def test_a_figure_stands_as_published(fact_id: str, value: float, unit: str, trust: Trust) -> None:
    found = evidence.fact(fact_id)
    assert (found.value, found.unit, found.trust) == (value, unit, trust)


def test_intervals_stand_as_published() -> None:
    assert evidence.fact("access.bed_rest.back_pain").interval == (0.17, 0.62)
    assert evidence.fact("access.bed_rest.custom").interval == (2, 6)
    assert evidence.fact("contrast.saline.discretion").interval == (30, 44)
    assert evidence.fact("contrast.metformin.fda.egfr").interval == (30, 60)
    assert evidence.fact("claims.preventable.review").interval == (0.55, 0.84)
    assert evidence.fact("claims.preventable.healthcare").interval == (0.25, 0.84)
    assert evidence.fact("pathway.time.lysis").interval == (24, 48)


def test_decays_of_eleven_days_follow_from_the_half_life() -> None:
    half_life = evidence.fact("claims.y90_half_life.hours").value
    share = evidence.fact("claims.y90_half_life.by_11_days").value
    assert half_life is not None
    assert share == pytest.approx(1.0 - 2.0 ** (-11 * 24 / half_life), abs=5e-4)


# --- claims ---------------------------------------------------------------------------------------


def test_every_popular_claim_has_its_verdict() -> None:
    told = {c.id: c.verdict.value for c in evidence.claims() if c.verdict is not None}
    assert told == {f"claims.{name}": verdict for name, verdict in VERDICTS.items()}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_claim_is_answered_and_never_drives(name: str) -> None:
    claim = evidence.fact(f"claims.{name}")
    assert claim.see
    assert all(evidence.fact(other).verdict is None for other in claim.see)
    said, answer = claim.statement.split('": ')
    assert said.startswith('"')
    assert answer
    with pytest.raises(EvidenceError):
        evidence.driving_value(claim.id, secondary=True)


def test_forty_and_forty_two_per_cent_are_nobodys_figure() -> None:
    values = {f.value for f in evidence.facts("claims") if f.value is not None}
    assert not values & {0.40, 0.42, 40.0, 42.0}
    about_filters = [f for f in evidence.facts() if "migrat" in f.statement and f.value is not None]
    assert about_filters
    assert all(f.value is not None and f.value < 0.4 for f in about_filters)


# --- what must not be used ------------------------------------------------------------------------


def test_audit_thresholds_are_remembered_and_hidden_from_patients() -> None:
    found = {f.id: f for f in evidence.facts("audit_thresholds") if f.value is not None}
    assert {key: f.value for key, f in found.items()} == {
        f"audit_thresholds.{name}": value for name, value in AUDITED.items()
    }
    for one in found.values():
        assert one.kind is FactKind.AUDIT_THRESHOLD
        assert one.trust is Trust.MEMORY
        assert one.audience == ("clinician",)


def test_no_premedication_regimen_can_drive() -> None:
    found = [f for f in evidence.facts("contrast") if ".premedication." in f.id]
    assert len(found) == 5
    assert all(f.value is None for f in found)


def test_metformin_is_told_by_both_authorities_against_each_other() -> None:
    pairs = {
        "contrast.metformin.acr.no_hold": "contrast.metformin.fda.egfr",
        "contrast.metformin.acr.hold": "contrast.metformin.fda.arterial",
    }
    for acr, fda in pairs.items():
        assert evidence.fact(acr).conflicts == (fda,)
        assert evidence.fact(fda).conflicts == (acr,)


def test_no_row_of_the_table_of_antibiotics_was_read_in_its_guideline() -> None:
    rows = [f for f in evidence.facts("antibiotics") if ".timing" not in f.id]
    assert {f.trust for f in rows} == {Trust.SECONDARY, Trust.MEMORY}
    read = [f for f in rows if f.trust is Trust.SECONDARY]
    assert len(read) == 6
    assert all("children" in f.note for f in read)


def test_a_record_that_its_developer_did_not_check_is_a_copy() -> None:
    """The clearinghouse's record counts as the source only where the developer verified it."""
    cited = [f for f in evidence.facts() if "NGC" in f.locator]
    verified = [f for f in cited if "which the developer verified" in f.locator]
    assert len(verified) >= 10
    assert {f.trust for f in verified} == {Trust.PRIMARY}
    rest = [f for f in cited if f not in verified]
    assert len(rest) >= 10
    assert {f.trust for f in rest} == {Trust.SECONDARY}


def test_authorities_that_disagree_on_clots_and_platelets_stand_side_by_side() -> None:
    for one, other in (
        (
            "clearance.platelets.aabb2015.lumbar_puncture",
            "bleeding.sir2019.class.low.lumbar_puncture",
        ),
        ("antithrombotic.label.apixaban.low", "bleeding.sir2019.low.continue"),
        (
            "scores.child_pugh.albumin_3_points_below",
            "scores.child_pugh.albumin_3_points_below_harrison",
        ),
    ):
        assert other in evidence.fact(one).conflicts
        assert one in evidence.fact(other).conflicts
