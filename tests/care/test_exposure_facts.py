"""The numbers of radiation, typed apart from the file that holds them."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.care.exposure.policy import page
from seldinger.evidence.model import FactKind, Trust

S, M, A = Trust.SECONDARY, Trust.MEMORY, Trust.PRIMARY
LEVEL, REFERENCE = FactKind.THRESHOLD, FactKind.REFERENCE_LEVEL
TYPED = {
    "mppg12a.kerma_notice": (3, "Gy", LEVEL, S),
    "mppg12a.kerma_step": (1, "Gy", LEVEL, S),
    "mppg12a.kerma_substantial": (5, "Gy", LEVEL, S),
    "mppg12a.skin_substantial": (3, "Gy", LEVEL, S),
    "ncrp168.skin_notice": (2, "Gy", LEVEL, M),
    "ncrp168.skin_step": (0.5, "Gy", LEVEL, M),
    "ncrp168.kerma_notice": (3, "Gy", LEVEL, M),
    "ncrp168.kerma_step": (1, "Gy", LEVEL, M),
    "ncrp168.pka_notice": (300, "Gy.cm2", LEVEL, M),
    "ncrp168.pka_step": (100, "Gy.cm2", LEVEL, M),
    "ncrp168.time_notice": (30, "min", LEVEL, M),
    "ncrp168.time_step": (15, "min", LEVEL, M),
    "ncrp168.skin_substantial": (3, "Gy", LEVEL, S),
    "ncrp168.kerma_substantial": (5, "Gy", LEVEL, S),
    "ncrp168.pka_substantial": (500, "Gy.cm2", LEVEL, M),
    "ncrp168.time_substantial": (60, "min", LEVEL, M),
    "sentinel.skin": (15, "Gy", LEVEL, M),
    "limit.whole_body_mean": (20, "mSv/a", FactKind.LIMIT, S),
    "limit.whole_body_year": (50, "mSv/a", FactKind.LIMIT, S),
    "limit.lens_mean": (20, "mSv/a", FactKind.LIMIT, S),
    "limit.skin_year": (500, "mSv/a", FactKind.LIMIT, S),
    "pregnancy.low": (50, "mGy", LEVEL, M),
    "pregnancy.counsel": (100, "mGy", LEVEL, M),
    "skin_over_kerma.body": (1.1, "1", FactKind.COEFFICIENT, A),
    "skin_over_kerma.head": (0.5, "1", FactKind.COEFFICIENT, A),
    "reference.tace.korea_pka": (238, "Gy.cm2", REFERENCE, A),
    "reference.tace.korea_time": (20.4, "min", REFERENCE, A),
    "reference.tace.greece_pka": (189, "Gy.cm2", REFERENCE, A),
    "reference.tace.greece_kerma": (1186, "mGy", REFERENCE, A),
    "reference.tace.greece_time": (27.5, "min", REFERENCE, A),
    "reference.tace.greece_skin": (1598, "mGy", REFERENCE, A),
    "reference.ptbd.greece_pka": (54, "Gy.cm2", REFERENCE, A),
    "reference.ptbd.greece_kerma": (400, "mGy", REFERENCE, A),
    "reference.ptbd.greece_time": (22.9, "min", REFERENCE, A),
    "reference.ptbd.swiss_pka": (240, "Gy.cm2", REFERENCE, A),
    "reference.leg_angiography.swiss_pka": (210, "Gy.cm2", REFERENCE, A),
    "reference.leg_angiography.italy_pka": (86, "Gy.cm2", REFERENCE, A),
    "reference.leg_intervention.italy_pka": (101, "Gy.cm2", REFERENCE, A),
    "reference.abdomen_angiography.italy_pka": (459, "Gy.cm2", REFERENCE, A),
    "reference.abdomen_intervention.italy_pka": (438, "Gy.cm2", REFERENCE, A),
    "pae.pka_mean": (181.6, "Gy.cm2", FactKind.MEAN, A),
    "pae.cancer_death": (0.00117, "1", FactKind.PROPORTION, A),
}
MEDIANS = {
    "filter_insertion": (2.9, 55.8, 14.19),
    "filter_removal": (5.7, 178.6, 34.73),
    "nephrostomy": (4.1, 39.2, 6.61),
    "ptbd": (12.4, 160.5, 21.32),
    "gastrostomy": (3.2, 29.1, 7.29),
}


@pytest.mark.parametrize("key", TYPED)
def test_a_number_is_the_one_that_was_read(key: str) -> None:
    found = evidence.fact(f"radiation.{key}")
    assert (found.value, found.unit, found.kind, found.trust) == TYPED[key]


@pytest.mark.parametrize("procedure", MEDIANS)
def test_a_registrys_medians_are_medians(procedure: str) -> None:
    for key, value in zip(("time", "kerma", "pka"), MEDIANS[procedure], strict=True):
        found = evidence.fact(f"radiation.median.{procedure}.{key}")
        assert (found.value, found.kind, found.trust) == (value, FactKind.MEDIAN, A)


def test_every_number_of_the_topic_was_typed() -> None:
    named = {f"radiation.{key}" for key in TYPED}
    named |= {f"radiation.median.{p}.{key}" for p in MEDIANS for key in ("time", "kerma", "pka")}
    assert {f.id for f in evidence.facts("radiation") if f.value is not None} == named


def test_policies_and_references_name_facts_of_their_kind() -> None:
    held = page()
    for policy in held.policy.values():
        for level in policy.level:
            kinds = {evidence.fact(i).kind for i in (level.fact, level.step) if i is not None}
            assert kinds == {FactKind.THRESHOLD}
    for reference in held.reference.values():
        assert {evidence.fact(i).kind for i in reference.levels} <= {FactKind.REFERENCE_LEVEL}
        assert {evidence.fact(i).kind for i in reference.medians} <= {FactKind.MEDIAN}


def test_nothing_of_a_department_or_of_staff_is_for_patients() -> None:
    for found in evidence.facts("radiation"):
        if found.kind in {REFERENCE, FactKind.LIMIT, LEVEL}:
            assert found.audience == ("clinician",)


def test_the_old_study_ships_as_a_warning_and_without_numbers() -> None:
    assert evidence.fact("radiation.old_levels").value is None
    assert not [f for f in evidence.facts("radiation") if "RAD-IR" in f.source]
