"""The plans of the built-in patient say what they said when they were frozen."""

from __future__ import annotations

import pytest
from tests import frozen_plans
from tests.conftest import VOXEL_MM
from tests.demo_plans import CASES, Case, DemoPlans


@pytest.mark.parametrize("case", CASES, ids=frozen_plans.file_name)
def test_a_plan_says_what_it_said(case: Case, demo_plans: DemoPlans, demo_voxel_mm: float) -> None:
    if demo_voxel_mm != VOXEL_MM:
        pytest.skip("frozen at 3 mm")
    found = list(
        frozen_plans.differences(frozen_plans.frozen(case), frozen_plans.said(demo_plans[case]))
    )
    assert not found, "\n".join(found)


def test_a_difference_is_found() -> None:
    before = {"a": [1.0, {"b": "x"}], "version": "1"}
    assert not list(frozen_plans.differences(before, {"a": [1.0 + 1e-9, {"b": "x"}]}))
    after = {"a": [1.0 + 1e-5, {"b": "y"}], "c": None}
    assert len(list(frozen_plans.differences(before, after))) == 3
    assert len(list(frozen_plans.differences({"a": 1.0}, {"a": None}))) == 1
