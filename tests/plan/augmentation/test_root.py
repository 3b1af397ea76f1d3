"""How far a needle stays from where a root is taken to lie, by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.painted_spine import Bone, paint_spine

from seldinger.anatomy.vertebra import Side, find_vertebra
from seldinger.anatomy.vertebra.model import Foramina
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.augmentation.needle_findings import judge_root, measure_root_mm
from seldinger.plan.treatments.augmentation.needles import Way

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra import Vertebra

LEAST_MM = 2.0


@pytest.fixture(scope="module")
def painted() -> Vertebra:
    return find_vertebra(paint_spine({"T12": Bone(), "L1": Bone(), "L2": Bone()}), "L1")


def case_of(vertebra: Vertebra) -> Any:
    assumed = SimpleNamespace(get_value={"least_clearance_mm": LEAST_MM}.__getitem__)
    return SimpleNamespace(vertebra=vertebra, assumed=assumed)


def lead(vertebra: Vertebra, down_mm: float) -> Any:
    """A needle of 3 mm straight from behind, so far below the middle of the left pedicle."""
    frame, middle = vertebra.frame, vertebra.pedicles[Side.LEFT].isthmus_lps_mm
    at = np.asarray(middle) - down_mm * np.asarray(frame.up)
    back = np.asarray(frame.back)
    ends = SimpleNamespace(target_lps_mm=at - 25.0 * back, entry_lps_mm=at + 60.0 * back)
    room = SimpleNamespace(pedicle_mm=4.0)
    return SimpleNamespace(
        side=Side.LEFT, path=ends, room=room, wall_mm=2.5, passage=None, kind=Way.TRANSPEDICULAR
    )


@pytest.mark.parametrize(
    ("down_mm", "status"), [(0.0, Status.MET), (5.0, Status.NOT_MET), (9.0, Status.NOT_MET)]
)
def test_a_needle_low_in_the_pedicle_is_near_the_root(
    down_mm: float, status: Status, painted: Vertebra
) -> None:
    way = lead(painted, down_mm)
    # Half of the painted pedicle's 14 mm, less the way down and the needle's radius.
    assert measure_root_mm(case_of(painted), way) == pytest.approx(
        max(7.0 - down_mm, 0.0) - 1.5, abs=1.2
    )
    found = judge_root(case_of(painted), way)
    assert found.status is status
    assert "roots show in no CT" in found.text


def test_coarse_voxels_cannot_tell_a_small_gap_from_none(painted: Vertebra) -> None:
    coarse = replace(painted, source_voxel_mm=(1.0, 1.0, 14.0))
    assert judge_root(case_of(coarse), lead(coarse, 0.0)).status is Status.UNKNOWN


def test_no_opening_is_no_distance(painted: Vertebra) -> None:
    for foramina in ({}, {Side.LEFT: Foramina(None, None)}):
        blind = replace(painted, foramina=foramina)
        assert measure_root_mm(case_of(blind), lead(blind, 0.0)) == float("inf")
        found = judge_root(case_of(blind), lead(blind, 0.0))
        assert (found.status, found.severity) == (Status.UNKNOWN, Severity.CAUTION)
