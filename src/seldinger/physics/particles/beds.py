"""Beds: what lies beyond the last vessel, as a symmetric tree down to its capillaries.

Generation g holds 2^g vessels of the calibre D 2^(-g / exponent), D being that of the vessel
before the bed. A particle closes one of them with all that lies behind it, so that of every later
generation the same share is gone. Resistance: each generation, 1 / (number x calibre^4) times a
length that goes with the calibre, rises by its number over the number still open; the share that
capillaries and veins hold does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.physics.particles.settings import ARTERIAL_SHARE, CAPILLARY, MURRAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST_GENERATIONS = 60


@dataclass(frozen=True, slots=True)
class Bed:
    """How particles find a bed.

    Attributes:
        name: of its boundary in the network.
        organ: a label of the caller's; "" where none was given.
        capillary_um: its vessels are no narrower; what is smaller passes to the lung.
        exponent: of its branching.
        shunt_share: of the particles that reach it, those that pass by shunts to the lung.
        shunt_um: a shunt lets only smaller ones pass; infinite where its width is unknown.
        arterial_share: of its resistance that lies in the arterial tree.

    Raises:
        SimulationError: on construction, a number is out of its range.
    """

    name: str
    organ: str = ""
    capillary_um: float = CAPILLARY.value
    exponent: float = MURRAY.value
    shunt_share: float = 0.0
    shunt_um: float = math.inf
    arterial_share: float = ARTERIAL_SHARE.value

    def __post_init__(self) -> None:
        if not 0.0 <= self.shunt_share <= 1.0:
            raise SimulationError(
                f"bed {self.name}: a shunt of {self.shunt_share:g}; it is a share from 0 to 1: "
                "divide a percentage by 100"
            )
        if not 0.0 < self.arterial_share <= 1.0:
            raise SimulationError(
                f"bed {self.name}: an arterial share of {self.arterial_share:g}; it is above 0 and "
                "at most 1"
            )
        if not (0.0 < self.capillary_um < math.inf and self.shunt_um > 0.0):
            raise SimulationError(
                f"bed {self.name}: capillaries of {self.capillary_um:g} and shunts of "
                f"{self.shunt_um:g} um; both are positive"
            )
        if not 1.0 <= self.exponent <= 4.0:  # noqa: PLR2004  beyond, a tree narrows or widens absurdly
            raise SimulationError(
                f"bed {self.name}: an exponent of {self.exponent:g}; branching lies between 1 and "
                "4, Murray's law is 3"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Generations:
    """The generations of b beds, the first g of them; rows of a narrower bed end in zeros.

    Attributes:
        calibre_mm: (b, g), falling; 0 where there is no generation.
        number: (b, g) of parallel vessels.
        weight: (b, g) share of the arterial resistance; rows sum to 1.
        arterial: (b,) share of the bed's resistance.
        shunt: (2, b) share, and width in mm.
    """

    calibre_mm: Floats
    number: Floats
    weight: Floats
    arterial: Floats
    shunt: Floats

    def open_share(self, lodged: Floats) -> Floats:
        """(b, g) share of each generation that blood still reaches, with (b, g) particles lodged.

        A particle that finds its generation full lies behind others, and closes nothing more.
        """
        gone = np.zeros(len(lodged))
        found = np.empty(lodged.shape)
        for g in range(lodged.shape[1]):
            gone = np.minimum(1.0, gone + lodged[:, g] / self.number[:, g])
            found[:, g] = 1.0 - gone
        return found

    def resistance_factor(self, lodged: Floats, closed: Floats) -> Floats:
        """(b,) how many times its resistance each bed has; ``closed`` where nothing is open."""
        reached = self.open_share(lodged)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(self.weight > 0.0, self.weight / reached, 0.0)
        factor = self.arterial * each.sum(axis=1) + 1.0 - self.arterial
        limited: Floats = np.minimum(factor, closed)
        return limited


def branch_beds(beds: Sequence[Bed], entry_mm: Floats) -> Generations:
    """Generations of ``beds``.

    Args:
        beds: b of them.
        entry_mm: (b,) calibre of the vessel before each.

    Raises:
        SimulationError: a bed would have absurdly many generations.
    """
    depth = np.array([_depth(bed, mm) for bed, mm in zip(beds, entry_mm, strict=True)], np.int64)
    deepest = int(depth.max(initial=1))
    order = np.arange(1, deepest + 1)
    exponent = np.array([bed.exponent for bed in beds]).reshape(-1, 1)
    there = order[None, :] <= depth[:, None]
    shrink = 2.0 ** (-order[None, :] / exponent)
    calibre = np.where(there, entry_mm[:, None] * shrink, 0.0)
    number = np.broadcast_to(2.0**order, calibre.shape).copy()
    weight = np.where(there, 1.0 / (number * shrink**3), 0.0)
    return Generations(
        calibre, number, weight / weight.sum(axis=1, keepdims=True),
        np.array([bed.arterial_share for bed in beds], np.float64),
        np.array(
            [[bed.shunt_share for bed in beds], [1e-3 * bed.shunt_um for bed in beds]], np.float64
        ),
    )  # fmt: skip


def _depth(bed: Bed, entry_mm: float) -> int:
    """Generations until the calibre is no wider than the capillaries, at least one."""
    steps = bed.exponent * math.log2(1e3 * entry_mm / bed.capillary_um)
    # A hair less, so that a calibre of exactly the capillaries' ends the bed.
    found = max(1, math.ceil(steps - 1e-9))
    if found > _MOST_GENERATIONS:
        raise SimulationError(
            f"bed {bed.name} would branch {found} times from {entry_mm:g} mm to "
            f"{bed.capillary_um:g} um; at most {_MOST_GENERATIONS}: look for a wrong unit"
        )
    return found
