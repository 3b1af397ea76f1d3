"""Elution: how much drug has left the beads, and how much is still in them, wherever they lie.

The share released is ``P (1 - exp(-k t))``: P is the published plateau, and ``k = ln 4 / t75``:
three quarters of it are out at t75. Both were measured in vitro. What comes later than the watch is
not known; what is in beads of the syringe stays in them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.catalogue.embolics import find_embolic
from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_PRINTED = 0.01 / math.sqrt(12.0)
"""Standard deviation of a share that is printed in whole per cent."""
_P95 = 1.6448536269514722
"""Of the standard normal distribution."""
_STORED = "embolization.deb.stored"
SYRINGE = "syringe"
"""The compartment that stays outside the patient."""


@dataclass(frozen=True, slots=True)
class Elution:
    """How an agent lets go of a drug in vitro.

    Attributes:
        agent: name in the catalogue.
        drug: in lower case.
        plateau: share of what was loaded that is released at all.
        plateau_sd: of the measurement and of its printing in whole per cent.
        t75_min: until three quarters of that are out.
        horizon_min: how long it was watched.
        tested: the sizes in which it was measured, in words.
        facts: ids of evidence.
        stamp: why it is to be trusted less.

    Raises:
        SimulationError: on construction, a share outside 0 to 1, or a time that is not positive.
    """

    agent: str
    drug: str
    plateau: float
    plateau_sd: float
    t75_min: float
    horizon_min: float
    tested: str
    facts: tuple[str, ...] = ()
    stamp: str = ""

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if not (0.0 <= self.plateau <= 1.0 and 0.0 <= self.plateau_sd < math.inf):
            raise SimulationError(
                f"a plateau of {self.plateau:g} with deviation {self.plateau_sd:g} is no share: "
                "give 0 to 1, and a deviation of 0 or more"
            )
        if not (0.0 < self.t75_min < math.inf and 0.0 < self.horizon_min < math.inf):
            raise SimulationError(
                f"t75 of {self.t75_min:g} min watched for {self.horizon_min:g} min: "
                "both are positive and finite"
            )

    @property
    def rate_per_min(self) -> float:
        """k: ln 4 over t75."""
        return math.log(4.0) / self.t75_min

    @property
    def half_min(self) -> float:
        """Until half of what is released is out: half of t75."""
        return math.log(2.0) / self.rate_per_min

    @property
    def domain(self) -> str:
        """Where it holds, in words."""
        return (
            f"{self.drug} from {self.agent} of {self.tested}, measured in vitro for "
            f"{self.horizon_min / 60.0:g} h; beyond, and in tissue and blood, not measured"
        )

    def find_released_share(self, minutes: Floats) -> Floats:
        """Share of what was loaded that has left the beads.

        Args:
            minutes: (n,) since the beads came to lie in fluid.

        Returns:
            (n,) 0 to ``plateau``.

        Raises:
            SimulationError: a time before that, or one that is not finite.
        """
        return self.plateau * self._find_progress(minutes)

    def find_spread(self, minutes: float) -> Spread:
        """The share at one time, with what the spread of the plateau makes of it.

        Args:
            minutes: since the beads came to lie in fluid.

        Raises:
            SimulationError: a time before that, or one that is not finite.
        """
        done = float(self._find_progress(np.array([minutes]))[0])
        low, high = self.plateau_bounds
        share = self.plateau * done
        return Spread(share, low * done, share, high * done)

    @property
    def plateau_bounds(self) -> tuple[float, float]:
        """5 and 95 % of the plateau, taken as normal, kept within 0 to 1."""
        wide = _P95 * self.plateau_sd
        return max(0.0, self.plateau - wide), min(1.0, self.plateau + wide)

    def _find_progress(self, minutes: Floats) -> Floats:
        """(n,) how much of the plateau is reached, 0 to 1."""
        if not np.all(np.isfinite(minutes) & (minutes >= 0.0)):
            raise SimulationError("times are finite minutes from 0 on: count from the injection")
        progress: Floats = -np.expm1(-self.rate_per_min * minutes)
        return progress


def find_elution(agent: str, drug: str = "doxorubicin") -> Elution:
    """How an agent of the catalogue lets go of a drug.

    Args:
        agent: its name: "dc_bead".
        drug: its name, in lower case.

    Raises:
        CatalogueError: no such agent, or nobody told how it lets go of ``drug``.
    """
    told = find_embolic(agent).find_loading(drug)
    facts = told.release_facts
    return Elution(
        agent, drug, told.plateau, math.hypot(told.plateau_sd, _PRINTED), told.t75_min,
        told.horizon_min, told.tested_size.text, facts, evidence.stamp_of(facts),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacedDrug:
    """Milligrams of drug in beads, by where the beads lie.

    Attributes:
        tumour_mg: in arteries of the tumour.
        liver_mg: in those of the liver around it.
        elsewhere_mg: in the lung, or past another artery.
        syringe_mg: in beads that were not given.

    Raises:
        SimulationError: on construction, a mass that is negative or not finite.
    """

    tumour_mg: float
    liver_mg: float = 0.0
    elsewhere_mg: float = 0.0
    syringe_mg: float = 0.0

    def __post_init__(self) -> None:
        for name, mass in self.by_place.items():
            if not 0.0 <= mass < math.inf:
                raise SimulationError(f"{name}: {mass:g} mg is no mass: give 0 mg or more")

    @property
    def by_place(self) -> dict[str, float]:
        """Milligrams by compartment: tumour, liver, elsewhere, syringe."""
        return {one.name.removesuffix("_mg"): getattr(self, one.name) for one in fields(self)}

    @property
    def total_mg(self) -> float:
        """All that was loaded."""
        return math.fsum(self.by_place.values())


@dataclass(frozen=True, slots=True, eq=False)
class DrugInventory:
    """Where a drug is over time; nothing is lost: in beads and released add up to what was placed.

    Attributes:
        minutes: (n,) since the injection.
        placed: at its beginning.
        in_beads_mg: (n,) by compartment.
        released_mg: (n,) by compartment: where the bead lies that let go of it, not where it went.
        low_mg, high_mg: (n,) released in the patient, at 5 and 95 % of the plateau.
        measured: (n,) whether the time is within what was watched.
        domain: where it holds, in words.
        facts: ids of evidence.
        stamp: why it is to be trusted less.
    """

    minutes: Floats
    placed: PlacedDrug
    in_beads_mg: Mapping[str, Floats]
    released_mg: Mapping[str, Floats]
    low_mg: Floats
    high_mg: Floats
    measured: NDArray[np.bool_]
    domain: str
    facts: tuple[str, ...]
    stamp: str

    __repr__ = short_repr

    @property
    def released_in_patient_mg(self) -> Floats:
        """(n,) over all compartments."""
        total: Floats = np.sum(list(self.released_mg.values()), axis=0)
        return total

    @property
    def total_mg(self) -> Floats:
        """(n,) in beads and released, over all compartments: what was placed."""
        held: Floats = np.sum(list(self.in_beads_mg.values()), axis=0)
        return held + self.released_in_patient_mg


def follow_drug(elution: Elution, placed: PlacedDrug, minutes: Floats) -> DrugInventory:
    """Where the drug is, over time.

    Args:
        elution: how its beads let go of it.
        placed: milligrams in them, by where they lie.
        minutes: (n,) since the injection; later than the horizon is told as not measured.

    Raises:
        SimulationError: a time before the injection, or one that is not finite.
    """
    share = elution.find_released_share(minutes)
    released = {
        place: mass * (np.zeros_like(share) if place == SYRINGE else share)
        for place, mass in placed.by_place.items()
    }
    held = {place: mass - released[place] for place, mass in placed.by_place.items()}
    inside = placed.total_mg - placed.syringe_mg
    scale = share / elution.plateau if elution.plateau else np.zeros_like(share)
    low, high = elution.plateau_bounds
    stays = (_STORED,) if placed.syringe_mg else ()
    facts = (*elution.facts, *stays)
    return DrugInventory(
        minutes, placed, held, released, inside * low * scale, inside * high * scale,
        minutes <= elution.horizon_min, elution.domain, facts, evidence.stamp_of(facts),
    )  # fmt: skip
