"""Material: agent, size and drug, by cited rules; more drug than was published is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.catalogue.embolics import find_embolic
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.physics.particles.sizes import SphereSizes
from seldinger.plan.treatments.embolization.options import read_size_um
from seldinger.plan.wording import mark

if TYPE_CHECKING:
    from seldinger.catalogue.embolics import Embolic, Loading, SizeClass
    from seldinger.plan.treatments.embolization.options import EmbolizationOptions

DRUG = "doxorubicin"
WITHIN, BEYOND = "embolization.deb.dose.within_milan", "embolization.deb.dose.beyond_milan"
VIAL, CONCENTRATION = "embolization.deb.vial", "embolization.deb.concentration"
CONTRAST = "embolization.deb.contrast"
SIZE_FACTS = (
    "embolization.deb.size.adverse.large",
    "embolization.deb.size.adverse.small",
    "embolization.deb.size.no_difference",
)
_UM_PER_MM = 1000.0
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What is given.

    Attributes:
        agent: of the catalogue.
        size: printed class.
        loading: how it holds and lets go of the drug.
        beads_ml: settled, all vials together.
        suspension_ml: with its contrast.
        drug_mg: that is loaded.
        most_mg: that is published for such a disease.
        drug_fact: id of the fact behind ``most_mg``.
        vials: of beads.
        told: whether the user told the dose.
        vial_known: whether it was read how much of this agent a vial holds.
        given_um: diameters once the drug is in.
    """

    agent: Embolic
    size: SizeClass
    loading: Loading
    beads_ml: float
    suspension_ml: float
    drug_mg: float
    most_mg: float
    drug_fact: str
    vials: int
    told: bool
    vial_known: bool
    given_um: tuple[float, float]

    __repr__ = short_repr

    @property
    def sizes(self) -> SphereSizes:
        """As they meet vessels."""
        return spread_sizes(*self.given_um)

    def count_beads(self, packing: float) -> int:
        """How many there are.

        Args:
            packing: share of settled beads that is bead.
        """
        low, high = self.given_um
        return count_particles(low, high, self.beads_ml, packing)


def spread_sizes(low_um: float, high_um: float) -> SphereSizes:
    """Every diameter of a range alike."""
    return SphereSizes.uniform(low_um, high_um) if high_um > low_um else SphereSizes.fixed(high_um)


def count_particles(low_um: float, high_um: float, settled_ml: float, packing: float) -> int:
    """Settled volume times what of it is particle, over that of a mean particle.

    Args:
        low_um: the least diameter.
        high_um: the largest; every one between alike.
        settled_ml: all of them, at rest.
        packing: share of that which is particle.
    """
    low, high = low_um / _UM_PER_MM, high_um / _UM_PER_MM
    # Of diameters that are even in their range, the mean of the cube.
    cube = high**3 if high == low else (high**4 - low**4) / (4.0 * (high - low))
    return int(1000.0 * settled_ml * packing / (math.pi / 6.0 * cube))


def choose_material(
    options: EmbolizationOptions, *, surely_beyond: bool, disease: str | None
) -> Material | None:
    """Agent, size and drug; None where nobody told an agent.

    Args:
        options: what is told.
        surely_beyond: whether the disease is surely beyond the Milan criteria.
        disease: as answered; the doses that were read are of "hcc".

    Raises:
        PlanError: an agent that loads no doxorubicin or has no sizes, or more drug than was
            published.
        CatalogueError: no such agent or size.
    """
    if options.vials is not None or options.vial_ml is not None:
        raise PlanError(
            "vials are told; those of a drug follow from its dose: tell --drug-mg, up to two vials"
        )
    if options.oil_ml is not None or options.body_surface_m2 is not None:
        raise PlanError(
            "oil or a body surface is told, which belong to an emulsion: say --agent lipiodol, or "
            "leave them out"
        )
    if options.agent is None:
        return None
    agent = find_embolic(options.agent)
    if agent.form != "sphere" or DRUG not in agent.drugs:
        raise PlanError(
            f"{agent.title} loads no {DRUG}, as far as was read: chemoembolization is planned with "
            "beads that do (dc_bead, lifepearl, hepasphere, tandem), or with lipiodol"
        )
    if not agent.sizes:
        raise PlanError(f"no size of {agent.title} was read: choose another agent")
    size = (
        agent.sizes[0]
        if options.size_um is None
        else agent.find_size(*read_size_um(options.size_um))
    )
    fact = BEYOND if surely_beyond and disease == "hcc" else WITHIN
    most = evidence.driving_value(fact, secondary=True)
    # One vial is where everybody begins; more is for the user to say.
    vial_mg = evidence.driving_value(WITHIN, secondary=True)
    dose = vial_mg if options.drug_mg is None else options.drug_mg
    if dose > most * (1.0 + _ROUNDING):
        which = "beyond" if fact == BEYOND else "not surely beyond"
        whose = "" if disease == "hcc" else f" (of hcc; told is {disease or 'no disease'})"
        raise PlanError(
            f"{dose:g} mg of {DRUG} are told; at most {most:g} mg are published for disease "
            f"{which} the Milan criteria{whose} [{mark(evidence.fact(fact))}]: load less, or plan "
            "another session"
        )
    vial_ml = evidence.driving_value(VIAL, secondary=True) if agent.vial_ml is None else (
        agent.vial_ml
    )  # fmt: skip
    vials = max(1, math.ceil(dose / vial_mg - _ROUNDING))
    beads = vials * vial_ml
    contrast = evidence.fact(CONTRAST)
    low, high = contrast.interval or (contrast.value or 0.0, contrast.value or 0.0)
    return Material(
        agent, size, agent.find_loading(DRUG), beads, beads * (1.0 + 0.5 * (low + high)), dose,
        most, fact, vials, options.drug_mg is not None, agent.vial_ml is not None,
        _find_given_um(agent.find_loading(DRUG), size),
    )  # fmt: skip


def _find_given_um(loading: Loading, size: SizeClass) -> tuple[float, float]:
    """Diameters once the drug is in: as read of the tested class, in proportion of another."""
    loaded, tested = loading.loaded_size, loading.tested_size
    if loaded is None:
        return size.low_um, size.high_um
    low, high = loaded.low_um / tested.low_um, loaded.high_um / tested.high_um
    return size.low_um * low, size.high_um * high
