"""What we would reject ourselves is said by the plan that has it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.ablation import plausibility
from seldinger.plan.treatments.ablation.modalities import MODALITIES


def found(short_mm: float, other_ml: float | None = None) -> Any:
    return SimpleNamespace(zone_axes_mm=(60.0, 50.0, short_mm), other_mode_volume_ml=other_ml)


@pytest.mark.parametrize(
    ("modality", "limit"), [("microwave", 45.0), ("radiofrequency", 35.0), ("cryo", 25.0)]
)
def test_one_applicator_has_a_widest_zone(modality: str, limit: float) -> None:
    assert plausibility.find_doubts(MODALITIES[modality], 1, found(limit), 100.0) == ()
    (said,) = plausibility.find_doubts(MODALITIES[modality], 1, found(limit + 0.6), 100.0)
    assert (said.id, said.status, said.severity) == (
        "not-believed",
        Status.UNKNOWN,
        Severity.ACTION,
    )
    assert plausibility.find_doubts(MODALITIES[modality], 2, found(limit + 20.0), 100.0) == ()


def test_radiofrequency_is_no_hotter_than_110() -> None:
    assert plausibility.find_doubts(MODALITIES["radiofrequency"], 3, found(30.0), 110.0) == ()
    (said,) = plausibility.find_doubts(MODALITIES["radiofrequency"], 3, found(30.0), 112.0)
    assert "112 C" in said.text
    assert plausibility.find_doubts(MODALITIES["microwave"], 1, found(30.0), 150.0) == ()


def test_the_other_mode_is_doubted_apart() -> None:
    # A ball of 45 mm holds 47.7 mL.
    assert plausibility.find_doubts(MODALITIES["microwave"], 1, found(40.0, 47.0), 100.0) == ()
    (said,) = plausibility.find_doubts(MODALITIES["microwave"], 1, found(40.0, 54.8), 100.0)
    assert said.severity is Severity.CAUTION
    assert "47 mm" in said.text
