"""Drug coat: what is lost on the way, what the balloon lets go, what the wall takes.

What a wall can take of a coating in one inflation has a ceiling that depends on the coating, not on
how much of it there is: beyond it, more dose goes to the blood. So a third of the dose may leave as
much in the wall.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from seldinger.core.formatting import short_repr


class CoatForm(StrEnum):
    """How the drug lies on a balloon."""

    CRYSTALLINE = "crystalline"
    AMORPHOUS = "amorphous"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A part of what sticks to the wall.

    Attributes:
        share: of all that sticks.
        dissolution_h: after which 1/e of it would be left, if it only dissolved.
        shedding_h: the same, if it were only carried off by the blood undissolved; infinite where
            it is not.
        embedded: whether it is pressed into the wall; it leaves by the inner surface all the same.

    Raises:
        ValueError: on construction, no share, or times that are not positive.
    """

    share: float
    dissolution_h: float
    shedding_h: float = math.inf
    embedded: bool = False

    def __post_init__(self) -> None:
        if not (0.0 < self.share <= 1.0 and self.dissolution_h > 0.0 and self.shedding_h > 0.0):
            raise ValueError(f"a deposit has a share of 0 to 1 and positive times, got {self}")


@dataclass(frozen=True, slots=True)
class Coating:
    """The drug on a balloon, and how it behaves.

    Attributes:
        form: crystalline or amorphous.
        dose_ug_per_mm2: on the balloon before it is used.
        ceiling_ug_per_mm2: of the inner surface of a healthy vessel, which takes no more.
        release_s: of inflation, after which 1/e would be left on the balloon.
        deposits: what sticks, by how it leaves; their shares are 1 together.

    Raises:
        ValueError: on construction, a number that is not positive, or shares that are not 1.
    """

    form: CoatForm
    dose_ug_per_mm2: float
    ceiling_ug_per_mm2: float
    release_s: float
    deposits: tuple[Deposit, ...]

    __repr__ = short_repr

    def __post_init__(self) -> None:
        for name in ("dose_ug_per_mm2", "ceiling_ug_per_mm2", "release_s"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        total = math.fsum(d.share for d in self.deposits)
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the shares of the deposits are 1 together, got {total:g}")


@dataclass(frozen=True, slots=True)
class Transit:
    """What a balloon loses before it is inflated.

    Attributes:
        insertion_share: lost in the sheath.
        bend_shares: lost in each bend, in order, of what is left.

    Raises:
        ValueError: on construction, a share that is none.
    """

    insertion_share: float
    bend_shares: tuple[float, ...]

    def __post_init__(self) -> None:
        shares = (self.insertion_share, *self.bend_shares)
        if not all(0.0 <= share < 1.0 for share in shares):
            raise ValueError(f"shares that are lost lie between 0 and 1, got {shares}")

    @property
    def arriving_share(self) -> float:
        """What is left of the dose at the lesion."""
        return math.prod(1.0 - share for share in (self.insertion_share, *self.bend_shares))


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a dose went; the five add up to it. Per mm2 of balloon, which lies on the wall.

    Attributes:
        dose_ug_per_mm2: before use.
        lost_ug_per_mm2: on the way.
        left_ug_per_mm2: on the balloon afterwards.
        washed_ug_per_mm2: let go, and taken by the blood at once.
        wall_ug_per_mm2: on and in the wall.
    """

    dose_ug_per_mm2: float
    lost_ug_per_mm2: float
    left_ug_per_mm2: float
    washed_ug_per_mm2: float
    wall_ug_per_mm2: float

    __repr__ = short_repr


def deliver(
    coating: Coating, transit: Transit, inflation_s: float, plaque_share: float
) -> Delivery:
    """Where the drug of one inflation goes.

    Args:
        coating: of the balloon.
        transit: what it loses on the way.
        inflation_s: how long it lies on the wall.
        plaque_share: what a diseased wall takes of what a healthy one would; 1 is healthy.

    Raises:
        ValueError: a time or share that is none.
    """
    if not (inflation_s >= 0.0 and 0.0 < plaque_share <= 1.0):
        raise ValueError(
            f"inflation_s is 0 or more and plaque_share 0 to 1, got {inflation_s} and "
            f"{plaque_share}"
        )
    dose = coating.dose_ug_per_mm2
    arriving = dose * transit.arriving_share
    left = arriving * math.exp(-inflation_s / coating.release_s)
    ceiling = coating.ceiling_ug_per_mm2
    wall = -plaque_share * ceiling * math.expm1(-(arriving - left) / ceiling)
    return Delivery(dose, dose - arriving, left, arriving - left - wall, wall)


def find_ceiling(
    wall_ug_per_mm2: float, dose_ug_per_mm2: float, transit: Transit, let_go_share: float
) -> float:
    """The ceiling (ug/mm2) of a coating of which so much was found in a healthy wall.

    Args:
        wall_ug_per_mm2: found.
        dose_ug_per_mm2: on the balloon.
        transit: what it lost on the way.
        let_go_share: of what arrived, that the balloon let go.

    Raises:
        ValueError: more was found than the balloon let go.
    """
    given = dose_ug_per_mm2 * transit.arriving_share * let_go_share
    if not 0.0 < wall_ug_per_mm2 < given:
        raise ValueError(
            f"{wall_ug_per_mm2:g} ug/mm2 in the wall cannot come of {given:g} that were let go"
        )
    low, high = wall_ug_per_mm2, wall_ug_per_mm2
    while -high * math.expm1(-given / high) < wall_ug_per_mm2:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if -middle * math.expm1(-given / middle) < wall_ug_per_mm2:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
