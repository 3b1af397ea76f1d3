"""A vertebra's task: cement into it whole, at a broken wall, and its stiffness before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.plain_vertebra import make_needle, make_vertebra

from seldinger.anatomy.vertebra.model import Wall
from seldinger.simulate.cement.inject import CementPlan, LeakStop, simulate_cement
from seldinger.simulate.cement.stiffness import StiffnessResult, compare_stiffness

if TYPE_CHECKING:
    from seldinger.simulate.cement.outcome import CementResult

VERTEBRA = make_vertebra(breaks=(Wall.BACK,), patchy_hu=40.0)


def inject(voxel_mm: float, back_mm: float = -2.0) -> CementResult:
    """6 mL, all of it, by one needle."""
    needle = make_needle(VERTEBRA, 4.0, back_mm, -4.0)
    plan = CementPlan(6.0, stop_at_leak=LeakStop.NEVER)
    return simulate_cement(VERTEBRA, [needle], plan, voxel_mm=voxel_mm)


def stiffness(filled: CementResult) -> StiffnessResult:
    """In voxels of 1 mm, with the spread of laws."""
    return compare_stiffness(VERTEBRA, filled.cement)
