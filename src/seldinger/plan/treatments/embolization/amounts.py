"""Amounts: what is loaded, where the beads come to lie, and what of the drug is there over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.particles.settings import STASIS, InjectionSettings
from seldinger.plan.treatments.embolization.emulsion import Emulsion, share_by_blood
from seldinger.plan.treatments.embolization.material import Material
from seldinger.plan.wording import state_fact
from seldinger.simulate.embolic.arteries import TISSUE_FLOW, TUMOUR_FLOW, feed_arteries
from seldinger.simulate.embolic.elution import PlacedDrug, find_elution, follow_drug
from seldinger.simulate.embolic.given import TipOrder, give_particles
from seldinger.simulate.flow.circulation import Drive

if TYPE_CHECKING:
    from seldinger.anatomy.feeders import Feeder
    from seldinger.anatomy.territory import Partition
    from seldinger.catalogue.vascular import Microcatheter
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.treatments.embolization.pelvis.material import Particles
    from seldinger.plan.treatments.embolization.positions import Positions
    from seldinger.simulate.embolic.arteries import FedArteries
    from seldinger.simulate.embolic.elution import DrugInventory
    from seldinger.simulate.embolic.given import TipResult

HORIZON_MIN, _STEP_MIN = 360.0, 5.0
COMPRESSION = "embolization_compression"
_SQUEEZED = "embolization.embogold.compressed"
_S_PER_MIN = 60.0
_UM_PER_MM = 1000.0
_FEW = 20_000
"""Beads that tell shares well."""
_ALONG = 0.2
"""Share of its artery's first stretch at which a tip lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """What is given and where it is.

    Attributes:
        arteries: that the beads travel.
        first: of each place, beads that go by the blood as it flows before anything lodged.
        portions: of each place, its share of all beads.
        tips: what came of each place, in order, as arteries close.
        beads: that are on the table; None: nobody told how many a vial holds.
        shares: of the beads, by ``first``: target, organ beside it, elsewhere, lung.
        inventory: if all that is loaded is given in these shares.
        why: why nothing was followed; empty where it was.
        too_large: the beads do not pass the catheter.
    """

    arteries: FedArteries | None
    first: tuple[TipResult, ...]
    tips: tuple[TipResult, ...]
    beads: int | None
    shares: tuple[float, float, float, float] | None
    inventory: DrugInventory | None
    why: str = ""
    portions: tuple[float, ...] = ()
    too_large: bool = False

    __repr__ = short_repr

    @property
    def first_stasis(self) -> int | None:
        """Beads after which flow stands at every place, each closing its vessel; None: unknown."""
        if not self.tips:
            return None
        return sum(one.injected.given for one in self.tips)


def find_amounts(
    positions: Positions,
    target: Mask,
    tree: Tree | None,
    material: Material | Particles | Emulsion | None,
    catheter: Microcatheter,
    assumed: Assumed,
    seed: int,
) -> Amounts:
    """Give the beads at every place, and follow the drug where there is one.

    Args:
        positions: places of the catheter.
        target: (i, j, k) its mask.
        tree: the arteries.
        material: what is given; None: nobody chose it.
        catheter: through which.
        assumed: blood, packing and rate.
        seed: of all sampling.
    """
    if isinstance(material, Emulsion):
        return _share_emulsion(positions, target, tree, assumed)
    chosen, partition = positions.chosen, positions.partition
    bore_um = find_passing_um(catheter, assumed)
    large_um = 0.0 if material is None else material.sizes.must_pass_um
    if material is None:
        return Amounts(None, (), (), 0, None, None, "no agent is told")
    beads = material.count_beads(assumed.get_value("embolization_packing"))
    if large_um >= bore_um:
        why = (
            f"beads of {large_um:g} um do not pass a catheter of {bore_um:g} um: take smaller "
            f"ones, a wider catheter, or tell how far they are squeezed (--assume {COMPRESSION}). "
            f"{state_fact(_SQUEEZED)}"
        )
        return Amounts(None, (), (), beads, None, None, why, too_large=True)
    if chosen is None or partition is None or tree is None:
        return Amounts(None, (), (), beads, None, None, positions.why or "no place is known")

    orders = _share_beads(positions, beads or _FEW)
    try:
        arteries = _feed(partition, tree, target, assumed)
        tips = () if beads is None else _give(
            arteries, orders, material, catheter, assumed, seed, flowing=False
        )  # fmt: skip
        few = tuple(replace(one, number=_FEW) for one in orders)
        first = tuple(
            _give(arteries, (one,), material, catheter, assumed, seed, flowing=True)[0]
            for one in few
        )
    except SimulationError as none:
        return Amounts(None, (), (), beads, None, None, str(none))
    shares = _add_shares(first, orders)
    inventory = _follow(material, shares) if isinstance(material, Material) else None
    whole = sum(one.number for one in orders)
    portions = tuple(one.number / whole for one in orders)
    return Amounts(arteries, first, tips, beads, shares, inventory, portions=portions)


def _feed(partition: Partition, tree: Tree, target: Mask, assumed: Assumed) -> FedArteries:
    """The arteries with the blood that target and organ take."""

    def own_ml(mask: np.ndarray) -> np.ndarray:
        owned = partition.branch[mask]
        counted = np.bincount(owned[owned >= 0], minlength=len(tree.edges))
        return counted * partition.grid.voxel_ml

    return feed_arteries(
        tree, own_ml(target), own_ml(partition.organ & ~target), Drive(),
        assumed.get_value(TISSUE_FLOW.name), assumed.get_value(TUMOUR_FLOW.name),
    )  # fmt: skip


def _share_emulsion(
    positions: Positions, target: Mask, tree: Tree | None, assumed: Assumed
) -> Amounts:
    """Drops of oil go by the blood; how they fill arteries is not followed."""
    if positions.chosen is None or positions.partition is None or tree is None:
        return Amounts(None, (), (), None, None, None, positions.why or "no place is known")
    try:
        arteries = _feed(positions.partition, tree, target, assumed)
    except SimulationError as none:
        return Amounts(None, (), (), None, None, None, str(none))
    return Amounts(arteries, (), (), None, share_by_blood(positions, arteries), None)


def find_passing_um(catheter: Microcatheter, assumed: Assumed) -> float:
    """Diameter of the largest sphere that passes, squeezed as far as is assumed.

    Args:
        catheter: whose bore it is.
        assumed: how far spheres are squeezed.
    """
    bore_um = _UM_PER_MM * (catheter.inner_diameter_mm or 0.0)
    return bore_um / (1.0 - assumed.get_value(COMPRESSION))


def _follow(material: Material, shares: tuple[float, float, float, float]) -> DrugInventory:
    """The drug of all beads, shared out as they are."""
    placed = PlacedDrug(
        material.drug_mg * shares[0], material.drug_mg * shares[1],
        material.drug_mg * (shares[2] + shares[3]),
    )  # fmt: skip
    minutes = np.arange(0.0, HORIZON_MIN + _STEP_MIN, _STEP_MIN)
    return follow_drug(find_elution(material.agent.name), placed, minutes)


def _give(
    arteries: FedArteries,
    orders: tuple[TipOrder, ...],
    material: Material | Particles,
    catheter: Microcatheter,
    assumed: Assumed,
    seed: int,
    *,
    flowing: bool,
) -> tuple[TipResult, ...]:
    """Beads at every place; ``flowing``: as if what lodges closed nothing."""
    share = assumed.get_value(STASIS.name)
    settings = (
        InjectionSettings(stasis_share=0.0, batches=1, most_fall=1.0)
        if flowing
        else InjectionSettings(stasis_share=share)
    )
    return give_particles(
        arteries, orders, material.sizes, material.suspension_ml,
        assumed.get_value("embolization_ml_per_min") / _S_PER_MIN,
        find_passing_um(catheter, assumed), settings, seed,
    )  # fmt: skip


def _share_beads(positions: Positions, beads: int) -> tuple[TipOrder, ...]:
    """Beads by what each place is meant for; the last one takes what rounding leaves."""
    chosen = positions.chosen
    assert chosen is not None  # noqa: S101  the caller looked
    weights = np.array([weigh(positions, one) for one in chosen.feeders])
    cut = np.rint(np.cumsum(weights) / weights.sum() * beads).astype(int)
    counts = np.diff(np.concatenate([[0], cut]))
    return tuple(
        TipOrder(one.edge, _ALONG, int(count))
        for one, count in zip(chosen.feeders, counts, strict=True)
        if count > 0
    )


def weigh(positions: Positions, feeder: Feeder) -> float:
    """How much of what is given is meant for a place.

    Args:
        positions: that it is one of.
        feeder: the place.
    """
    return feeder.organ_share if positions.whole_organ else feeder.target_share


def _add_shares(
    tips: tuple[TipResult, ...], orders: tuple[TipOrder, ...]
) -> tuple[float, float, float, float]:
    """Target, organ, elsewhere and lung over all places, each weighed by what is meant for it."""
    total, beads = np.zeros(4), sum(one.number for one in orders)
    for one, order in zip(tips, orders, strict=True):
        parts = np.array([one.target_mg, one.organ_mg, one.elsewhere_mg, one.lung_mg])
        if parts.sum() > 0.0:
            total += order.number / beads * parts / parts.sum()
    a, b, c, d = (float(part) for part in total / max(total.sum(), 1e-12))
    return a, b, c, d
