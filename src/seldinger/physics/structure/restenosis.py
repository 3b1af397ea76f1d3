"""Restenosis: from how much lumen a trial's arm lost to how many of it were narrow again.

Loss is taken as normal, as trials print it: mean and standard deviation. Where an arm is a mixture
of vessels that stayed open and others that closed, it is not, and the share comes out wrong; how
wrong stands in docs/reference/dilation-truth.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from seldinger.core.formatting import short_repr
from seldinger.physics.structure.patency import PopulationRate

if TYPE_CHECKING:
    from seldinger.physics.structure.patency import Population


@dataclass(frozen=True, slots=True)
class LateLumenLoss:
    """How much narrower an arm's vessels became after the treatment.

    Attributes:
        loss_mm: least diameter after the treatment less that at follow-up.
        months: when that was.
        population: the arm; its endpoint is binary restenosis, or what is counted.

    Raises:
        ValueError: on construction, no time, or no spread.
    """

    loss_mm: NormalDist
    months: float
    population: Population

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if not (self.months > 0.0 and self.loss_mm.stdev > 0.0):
            raise ValueError(
                f"lumen loss is told with its time and spread, got {self.months} months and "
                f"{self.loss_mm.stdev} mm"
            )


def rate_restenosis(
    loss: LateLumenLoss, after_mm: NormalDist, reference_mm: float, narrow_percent: float
) -> PopulationRate:
    """How many of the arm's population are narrow again.

    Args:
        loss: of the arm.
        after_mm: least diameter after the treatment, its spread over the arm (0: all alike).
        reference_mm: healthy diameter.
        narrow_percent: per cent diameter from which a vessel counts as narrow again.

    Raises:
        ValueError: no such diameter, or no such limit.
    """
    if not (reference_mm > 0.0 and after_mm.mean > 0.0 and 0.0 < narrow_percent < 100.0):  # noqa: PLR2004
        raise ValueError(
            f"diameters are positive and the limit lies between 0 and 100 %, got {reference_mm} "
            f"mm, {after_mm.mean} mm, {narrow_percent} %"
        )
    room = after_mm.mean - reference_mm * (1.0 - 0.01 * narrow_percent)
    return _rate(loss, room, after_mm.stdev)


def rate_from_room(loss: LateLumenLoss, room_mm: float) -> PopulationRate:
    """How many of the arm's population lost more than ``room_mm``."""
    return _rate(loss, room_mm, 0.0)


def find_room_mm(loss: LateLumenLoss, narrow_percent_of_arm: float) -> float:
    """The loss (mm) from which so many per cent of the arm would be narrow again.

    Raises:
        ValueError: none or all of the arm.
    """
    if not 0.0 < narrow_percent_of_arm < 100.0:  # noqa: PLR2004
        raise ValueError(
            f"a share of an arm lies between 0 and 100 %, got {narrow_percent_of_arm:g} %"
        )
    return loss.loss_mm.inv_cdf(1.0 - 0.01 * narrow_percent_of_arm)


def _rate(loss: LateLumenLoss, room_mm: float, sd_mm: float) -> PopulationRate:
    both = NormalDist(loss.loss_mm.mean, math.hypot(loss.loss_mm.stdev, sd_mm))
    share = 1.0 - both.cdf(room_mm)
    return PopulationRate(100.0 * share, loss.months, False, loss.population)  # noqa: FBT003
