"""Facts of vessels: figures typed again by hand, how they were read, authorities that differ."""

from __future__ import annotations

import math

import pytest

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.evidence import FactKind, Trust

TOPICS = (
    "vascular_access", "vascular_calibre", "vascular_devices", "vascular_dialysis",
    "vascular_drug", "vascular_flow", "vascular_limits", "vascular_trials",
)  # fmt: skip


@pytest.mark.parametrize(
    ("fact_id", "value", "sd", "unit", "trust"),
    [
        ("vascular_flow.stenosis.kt", 1.52, None, "1", Trust.SECONDARY),
        ("vascular_flow.stenosis.kv", 32.0, None, "1", Trust.SECONDARY),
        ("vascular_flow.stenosis.la_length", 0.83, None, "1", Trust.SECONDARY),
        ("vascular_flow.stenosis.la_diameter", 1.64, None, "1", Trust.SECONDARY),
        ("vascular_flow.leg.common_femoral.rest", 350.0, 141.0, "mL/min", Trust.PRIMARY),
        ("vascular_flow.abi.disease", 0.90, None, "1", Trust.PRIMARY),
        ("vascular_limits.iliac.residual_gradient", 10.0, None, "mm[Hg]", Trust.PRIMARY),
        ("vascular_limits.renal.peak_gradient", 20.0, None, "mm[Hg]", Trust.SECONDARY),
        ("vascular_limits.ffr", 0.80, None, "1", Trust.SECONDARY),
        ("vascular_calibre.common_femoral.men", 10.0, 0.9, "mm", Trust.PRIMARY),
        ("vascular_calibre.common_femoral.women", 7.8, 0.7, "mm", Trust.PRIMARY),
        ("vascular_calibre.radial.men", 3.2, None, "mm", Trust.PRIMARY),
        ("vascular_calibre.internal_carotid.women", 4.66, 0.78, "mm", Trust.PRIMARY),
        ("vascular_access.sheath.radial_4f", 1.610, 0.006, "mm", Trust.PRIMARY),
        ("vascular_access.radial.flow_loss.tight", 0.130, None, "1", Trust.PRIMARY),
        ("vascular_access.radial.ratio_below_one.women", 0.16, None, "1", Trust.PRIMARY),
        ("vascular_limits.renal.ratio_renin", 0.90, None, "1", Trust.PRIMARY),
        ("vascular_drug.dose.inpact", 3.5, None, "ug/mm2", Trust.PRIMARY),
        ("vascular_drug.dose.ranger", 2.0, None, "ug/mm2", Trust.PRIMARY),
        ("vascular_trials.ranger2.patency_1y.dcb", 0.829, None, "1", Trust.PRIMARY),
        ("vascular_drug.wall.crystalline.28d", 9.2, None, "%", Trust.PRIMARY),
        ("vascular_drug.wall.amorphous.28d", 0.04, None, "%", Trust.PRIMARY),
        ("vascular_devices.stent.final_below_chart", 27.2, 7.2, "%", Trust.PRIMARY),
        ("vascular_devices.stent.recoil", 0.28, 0.17, "mm", Trust.PRIMARY),
        ("vascular_trials.resilient.patency_1y.stent", 0.813, None, "1", Trust.PRIMARY),
        ("vascular_trials.clever.exercise_6mo", 5.8, 4.6, "min", Trust.PRIMARY),
        ("vascular_trials.crest.early_stroke.stent", 0.041, None, "1", Trust.PRIMARY),
        ("outcome_pad.dcb.patency_1y", 0.822, None, "1", Trust.PRIMARY),
    ],
)
def test_a_figure_stands_as_published(
    fact_id: str, value: float, sd: float | None, unit: str, trust: Trust
) -> None:
    one = evidence.fact(fact_id)
    assert (one.value, one.sd, one.unit, one.trust) == (value, sd, unit, trust)


def test_flow_of_a_fistula_has_differing_authorities_and_none_wins() -> None:
    low = evidence.fact("vascular_dialysis.fistula.low_400")
    told = {low.id, *low.conflicts}
    assert {evidence.fact(one).trust for one in told} == set(Trust)
    for one in told:
        assert set(evidence.fact(one).conflicts) == told - {one}
    with pytest.raises(EvidenceError, match="memory"):
        evidence.driving_value("vascular_dialysis.fistula.kdoqi2019", secondary=True)


@pytest.mark.parametrize("fact_id", [
    "vascular_access.sheath.slender_6f", "vascular_flow.stenosis.ku",
    "vascular_devices.size.dialysis_balloon", "vascular_drug.dose.stellarex",
])  # fmt: skip
def test_what_nobody_read_drives_nothing(fact_id: str) -> None:
    with pytest.raises(EvidenceError, match="memory"):
        evidence.driving_value(fact_id, secondary=True)


def test_every_rate_of_an_arm_says_in_whom_by_when_and_against_what() -> None:
    arms = [
        one
        for one in evidence.facts("vascular_trials")
        if one.kind is FactKind.PROPORTION and one.design == "randomised trial"
    ]
    assert len(arms) > 30
    alone = {one.id for one in arms if one.comparator is None}
    assert alone == {"vascular_trials.resilient.fracture_1y"}
    assert all(one.horizon and one.endpoint for one in arms)


def test_the_cross_section_of_a_renal_artery_is_the_circle_it_is_said_to_be() -> None:
    for sex, width_mm in (("men", 6.3), ("women", 5.4)):
        one = evidence.fact(f"vascular_calibre.renal.{sex}")
        assert one.unit == "mm2"
        assert one.value is not None
        assert math.sqrt(4.0 * one.value / math.pi) == pytest.approx(width_mm, abs=0.05)
        assert f"{width_mm} mm wide" in one.note


def test_a_sheath_is_thicker_than_its_french_size_says() -> None:
    for size, inner in (("radial_4f", 4.0), ("conventional_3f", 3.0), ("conventional_3_3f", 3.3)):
        outer = evidence.driving_value(f"vascular_access.sheath.{size}")
        assert outer > inner / 3.0 + 0.2


def test_each_topic_of_vessels_has_its_page() -> None:
    assert all(evidence.facts(topic) for topic in TOPICS)
