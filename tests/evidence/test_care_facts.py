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
    ("fasting_sedation.breast_milk", 4, "h", M),
    ("fasting_sedation.formula", 6, "h", M),
    ("fasting_sedation.sedation.interval", 5, "min", M),
    ("contrast.saline.egfr", 30, "mL/min/{1.73_m2}", P),
    ("contrast.saline.discretion", 44, "mL/min/{1.73_m2}", P),
    ("contrast.saline.first_pass", 45, "mL/min/{1.73_m2}", M),
    ("contrast.metformin.acr.no_hold", 30, "mL/min/{1.73_m2}", S),
    ("contrast.metformin.acr.hold", 48, "h", S),
    ("contrast.metformin.fda.egfr", 60, "mL/min/{1.73_m2}", S),
    ("contrast.metformin.fda.recheck", 48, "h", S),
    ("antibiotics.timing", 60, "min", S),
    ("adverse_events.radpass.deviations_before", 0.24, "1", P),
    ("adverse_events.radpass.deviations_after", 0.05, "1", P),
    ("adverse_events.radpass.postponed_before", 0.10, "1", P),
    ("adverse_events.radpass.postponed_after", 0.0, "1", P),
    ("claims.y90_half_life.hours", 64.1, "h", M),
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
        evidence.driving(claim.id, secondary=True)


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
    assert len(found) == 4
    assert all(f.value is None for f in found)


def test_metformin_is_told_by_both_authorities_against_each_other() -> None:
    pairs = {
        "contrast.metformin.acr.no_hold": "contrast.metformin.fda.egfr",
        "contrast.metformin.acr.hold": "contrast.metformin.fda.arterial",
    }
    for acr, fda in pairs.items():
        assert evidence.fact(acr).conflicts == (fda,)
        assert evidence.fact(fda).conflicts == (acr,)


def test_the_table_of_antibiotics_is_from_memory() -> None:
    trusts = {f.id: f.trust for f in evidence.facts("antibiotics")}
    assert trusts.pop("antibiotics.timing") is Trust.SECONDARY
    assert set(trusts.values()) == {Trust.MEMORY}
