"""Injected: what came of it: where the particles are, how deep, and how the flow fell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.particles.settings import InjectionSettings
    from seldinger.physics.particles.sizes import ParticleSizes
    from seldinger.physics.particles.tree import ParticleTree
    from seldinger.physics.particles.ways import Places

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]
    Values = NDArray[Any]


class EndReason(Enum):
    """Why an injection came to its end."""

    ALL_GIVEN = "all given"
    STASIS = "stasis"
    REFLUX = "reflux"


class CountAndMass(NamedTuple):
    """Particles, and their mass; the latter is nan where nobody told a density."""

    number: int
    mass_mg: float


@dataclass(frozen=True, slots=True, eq=False)
class Resting:
    """Where particles ended: numbers, or with the same shapes milligrams.

    Attributes:
        vessel: (v,) lodged.
        generation: (b, g) lodged in the generations of the beds.
        lung: (b,) passed through each bed.
        left: (o,) left through an open end of the network, in the order of its given boundaries.
    """

    vessel: Values
    generation: Values
    lung: Values
    left: Values

    @classmethod
    def from_places(cls, values: Values, places: Places, cut: int | None) -> Self:
        """Of ``values`` (p,) by place.

        Args:
            values: numbers or masses.
            places: what they stand for.
            cut: vessel whose two parts become one, the second being the last; None keeps both.
        """
        parts = np.split(values, [places.vessels, places.lungs, places.lungs + places.beds])
        vessel = parts[0]
        if cut is not None:
            vessel = parts[0][:-1].copy()
            vessel[cut] += parts[0][-1]
        return cls(vessel, parts[1].reshape(places.beds, places.deep), parts[2], parts[3])

    @property
    def total(self) -> float:
        """Of all places; exact where these are numbers."""
        parts = (self.vessel, self.generation, self.lung, self.left)
        found: float = sum(part.sum().item() for part in parts)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class InjectionHistory:
    """An injection by its batches, k of them; states are those before each batch and at the end.

    Attributes:
        given: (k,) particles.
        refluxed: (k,) of them, those that went upstream from the tip.
        forward_ml_per_s: (k + 1,) flow at the tip with nothing injected, towards where it went at
            the beginning.
        clearance_s: (k + 1,) volume of the vessels below the tip over that flow; infinite where it
            stands or has turned.
        flow_ml_per_s: (k + 1, v) in every vessel, towards its end.
    """

    given: Numbers
    refluxed: Numbers
    forward_ml_per_s: Floats
    clearance_s: Floats
    flow_ml_per_s: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Suspension:
    """What is on the table.

    Attributes:
        sizes: of the particles.
        held: how many there are; never more are given.
        volume_ml: of the suspension that holds them.
        density_g_per_ml: of a particle; None where it is unknown, which leaves masses unknown.
    """

    sizes: ParticleSizes
    held: int
    volume_ml: float
    density_g_per_ml: float | None = None


@dataclass(frozen=True, slots=True)
class CatheterTip:
    """Where and how fast it is given.

    Attributes:
        vessel: that holds the tip, by name.
        rate_ml_per_s: of the suspension.
        inner_um: bore.
        along: where the tip stands: share of the vessel's length from its start.
    """

    vessel: str
    rate_ml_per_s: float
    inner_um: float
    along: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Injected:
    """What came of an injection; every particle is in one place, and all of them are counted.

    Attributes:
        vial, catheter, settings, seed: what was asked.
        asked: particles.
        onward: those carried on from the tip.
        refluxed: those that went upstream first, wherever they ended.
        onward_mg, refluxed_mg: their masses.
        history: by batch.
        end: why it ended.
        tree: with what is now blocked; another injection may follow.
    """

    vial: Suspension
    catheter: CatheterTip
    settings: InjectionSettings
    seed: int
    asked: int
    onward: Resting
    refluxed: Resting
    onward_mg: Resting
    refluxed_mg: Resting
    history: InjectionHistory
    end: EndReason
    tree: ParticleTree

    __repr__ = short_repr

    @property
    def given(self) -> int:
        """Particles that left the catheter."""
        return int(self.history.given.sum())

    @property
    def not_given(self) -> int:
        """Particles left in the syringe of what was asked."""
        return self.asked - self.given

    def in_vessels(self) -> dict[str, CountAndMass]:
        """What lodged in each vessel, by name; vessels without any are left out."""
        number = self.onward.vessel + self.refluxed.vessel
        mass = self.onward_mg.vessel + self.refluxed_mg.vessel
        return _named(self.tree.names, number, mass)

    def in_beds(self) -> dict[str, CountAndMass]:
        """What lodged in each bed, by name of its boundary; beds without any are left out."""
        number = self._bed_numbers()
        mass = (self.onward_mg.generation + self.refluxed_mg.generation).sum(axis=1)
        return _named([bed.name for bed in self.tree.beds], number, mass)

    def in_organs(self) -> dict[str, CountAndMass]:
        """What lodged in the beds of each organ; "" is the one of beds without a label."""
        found: dict[str, CountAndMass] = {}
        organ = {bed.name: bed.organ for bed in self.tree.beds}
        for name, (number, mass) in self.in_beds().items():
            before = found.get(organ[name], CountAndMass(0, 0.0))
            found[organ[name]] = CountAndMass(before.number + number, before.mass_mg + mass)
        return found

    @property
    def lung(self) -> CountAndMass:
        """What passed through all beds, by shunts or because it is smaller than capillaries."""
        number = (self.onward.lung + self.refluxed.lung).sum()
        mass = (self.onward_mg.lung + self.refluxed_mg.lung).sum()
        return CountAndMass(int(number), float(mass))

    @property
    def lung_share(self) -> float:
        """Of what was given; nan where nothing was."""
        return self.lung.number / self.given if self.given else math.nan

    def penetration(self) -> tuple[Floats, Numbers]:
        """(d,) calibres in um at which particles lodge, falling, and (d,) how many lodge there."""
        calibre = np.concatenate([self.tree.calibre_mm, self.tree.generations.calibre_mm.ravel()])
        number = np.concatenate([
            self.onward.vessel + self.refluxed.vessel,
            (self.onward.generation + self.refluxed.generation).ravel(),
        ])  # fmt: skip
        there = number > 0
        sizes, which = np.unique(-1e3 * calibre[there], return_inverse=True)
        counts = np.zeros(len(sizes), np.int64)
        np.add.at(counts, which, number[there])
        return -sizes, counts

    def penetration_um(self, share: float) -> float:
        """Calibre that ``share`` of the lodged particles have passed or reached; nan of none."""
        calibre, number = self.penetration()
        if not len(number):
            return math.nan
        upto = np.cumsum(number)
        # From the deepest: the calibre below or at which so large a share lodges.
        return float(calibre[np.searchsorted(upto, (1.0 - share) * upto[-1], side="left")])

    def _bed_numbers(self) -> Numbers:
        found: Numbers = (self.onward.generation + self.refluxed.generation).sum(axis=1)
        return found


def _named(names: Sequence[str], number: Values, mass: Values) -> dict[str, CountAndMass]:
    return {
        names[n]: CountAndMass(int(number[n].item()), float(mass[n].item()))
        for n in np.flatnonzero(number).tolist()
    }
