"""The planner's tasks: a whole ablation plan of a 3.5 cm tumour, and the band of 200 samples alone.

On the built-in patient, in the middle of his liver; all that a plan needs is in the time, except
reading and anatomy.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from seldinger import anatomy as anatomies
from seldinger import demo, plan
from seldinger.anatomy import targets
from seldinger.core.errors import Cancelled

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.plan import Plan

PLACE_LPS_MM = (-75.0, -20.0, 95.0)
DIAMETER_MM = 35.0
BAND = "how sure"


@dataclass(slots=True)
class Clock:
    """Progress that notes when the band began and when it ended."""

    began_s: float | None = None

    def __call__(self, what: str, fraction: float) -> None:
        """Note the first word of the band."""
        del fraction
        if self.began_s is None and what.startswith(BAND):
            self.began_s = time.perf_counter()


@cache
def patient() -> Anatomy:
    """The built-in patient at 1.5 mm."""
    made = demo.patient(1.5)
    return anatomies.build(made.study, settings=anatomies.Settings(voxel_mm=1.5))


def planned() -> tuple[Plan, float, float]:
    """A plan, its seconds, and the seconds of its band."""
    anatomy = patient()
    target = targets.from_sphere(anatomy, PLACE_LPS_MM, DIAMETER_MM, "tumour")
    clock, settings = Clock(), plan.Settings(answers={"modality": "microwave"})
    start = time.perf_counter()
    made = plan.propose("ablation", anatomy, target, settings=settings, progress=clock)
    end = time.perf_counter()
    if clock.began_s is None:
        raise Cancelled("the plan has no band: no applicator found a way")
    return made, end - start, end - clock.began_s
