"""Given: particles from the tips of a catheter, one after the other, and where all of them are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import CatheterTip, Suspension

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.particles.injection import Injected
    from seldinger.physics.particles.settings import InjectionSettings
    from seldinger.physics.particles.sizes import ParticleSizes
    from seldinger.simulate.embolic.arteries import FedArteries

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TipOrder:
    """What is given at one tip.

    Attributes:
        edge: of the tree that was told.
        along: share of that edge's length.
        number: of particles that are on the table for it.
    """

    edge: int
    along: float
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class TipResult:
    """What came of it.

    Attributes:
        order: what was asked.
        injected: particle by particle.
        target_mg, organ_mg, elsewhere_mg, lung_mg: where what was given is; organ without target.
        not_given_mg: what stayed in the syringe.
        flow_left: forward flow at its end, of that before.
    """

    order: TipOrder
    injected: Injected
    target_mg: float
    organ_mg: float
    elsewhere_mg: float
    lung_mg: float
    not_given_mg: float
    flow_left: float

    __repr__ = short_repr

    @property
    def given_mg(self) -> float:
        """All that left the catheter."""
        return self.target_mg + self.organ_mg + self.elsewhere_mg + self.lung_mg


def give_particles(
    arteries: FedArteries,
    orders: Sequence[TipOrder],
    sizes: ParticleSizes,
    volume_ml: float,
    rate_ml_per_s: float,
    inner_um: float,
    settings: InjectionSettings,
    seed: int = 0,
) -> tuple[TipResult, ...]:
    """Give particles at several tips; what lodged at one is there for the next.

    Masses are those of particles of 1 g/mL: shares of them are shares of their volume, and of what
    they carry.

    Args:
        arteries: of the organ.
        orders: tips, in order.
        sizes: of the particles.
        volume_ml: of the whole suspension.
        rate_ml_per_s: at which it is given.
        inner_um: bore of the catheter.
        settings: how injections end.
        seed: of all sampling.

    Raises:
        SimulationError: a particle is larger than the catheter, or no blood flows at a tip.
    """
    tree, found = arteries.particles, []
    whole = sum(order.number for order in orders)
    if whole <= 0:
        raise SimulationError("no particle is to be given: give the number of the vial's")
    for number, order in enumerate(orders):
        edge = arteries.edge[order.edge]
        share = order.number / whole
        vial = Suspension(sizes, order.number, volume_ml * share, density_g_per_ml=1.0)
        tip = CatheterTip(arteries.name_of(edge), rate_ml_per_s, inner_um, order.along)
        done = inject(tree, vial, tip, settings=settings, seed=seed + number)
        found.append(_account(arteries, order, done))
        tree = done.tree
    return tuple(found)


def _account(arteries: FedArteries, order: TipOrder, done: Injected) -> TipResult:
    """Masses by where they came to lie: in a bed by the blood of its tissues."""
    vessel = done.onward_mg.vessel + done.refluxed_mg.vessel
    names = [bed.name for bed in done.tree.beds]
    beds = np.zeros(len(vessel))
    generation = (done.onward_mg.generation + done.refluxed_mg.generation).sum(axis=1)
    beds[[int(name.removeprefix("bed ")) for name in names]] = generation
    lodged = vessel + beds
    target = float((lodged * arteries.target_share).sum())
    organ = float((lodged * (arteries.organ_share - arteries.target_share)).sum())
    lung = float((done.onward_mg.lung + done.refluxed_mg.lung).sum())
    given = float(done.onward_mg.total + done.refluxed_mg.total)
    mean = given / done.given if done.given else 0.0
    forward = done.history.forward_ml_per_s
    return TipResult(
        order, done, target, organ, max(0.0, given - target - organ - lung), lung,
        mean * done.not_given, max(0.0, float(forward[-1] / forward[0])),
    )  # fmt: skip
