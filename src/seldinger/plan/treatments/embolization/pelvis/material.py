"""Material: a bland agent and its size, by cited rules; no more than the vials hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.embolics import find_embolic
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.physics.particles.sizes import ClumpSizes
from seldinger.plan.treatments.embolization.amounts import COMPRESSION
from seldinger.plan.treatments.embolization.material import count_particles, spread_sizes
from seldinger.plan.treatments.embolization.options import read_size_um

if TYPE_CHECKING:
    from seldinger.catalogue.embolics import Embolic, SizeClass
    from seldinger.physics.particles.sizes import ParticleSizes
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.treatments.embolization.options import EmbolizationOptions
    from seldinger.plan.treatments.embolization.pelvis.organs import PelvicOrgan

VIAL_ML = "embolization_vial_suspension_ml"


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """What is given, without a drug.

    Attributes:
        agent: of the catalogue.
        size: printed class.
        size_told: whether the user told it.
        vials: on the table, both sides together.
        settled_ml: of agent in all of them; None where nobody told what a vial holds.
        settled_told: whether the user told that.
        suspension_ml: with saline and contrast.
        clump_factor, clump_spread: of effective over printed size, where particles clump.
    """

    agent: Embolic
    size: SizeClass
    size_told: bool
    vials: int
    settled_ml: float | None
    settled_told: bool
    suspension_ml: float
    clump_factor: float
    clump_spread: float

    __repr__ = short_repr

    @property
    def is_sphere(self) -> bool:
        """Whether its printed size says which vessel it closes."""
        return self.agent.form == "sphere"

    @property
    def sizes(self) -> ParticleSizes:
        """As they meet vessels; of what is no sphere the printed size keeps none from any."""
        if self.is_sphere:
            return spread_sizes(self.size.low_um, self.size.high_um)
        return ClumpSizes(
            self.size.low_um, self.size.high_um, self.clump_factor, self.clump_spread
        )  # fmt: skip

    def count_beads(self, packing: float) -> int | None:
        """How many there are; None where nobody told how much a vial holds.

        Args:
            packing: share of settled particles that is particle.
        """
        if self.settled_ml is None:
            return None
        return count_particles(self.size.low_um, self.size.high_um, self.settled_ml, packing)


def choose_particles(
    options: EmbolizationOptions, organ: PelvicOrgan, assumed: Assumed
) -> Particles | None:
    """Agent and size; None where nobody told an agent.

    Args:
        options: what is told.
        organ: that is embolized.
        assumed: how particles clump, and how far they are thinned.

    Raises:
        PlanError: an agent that is not given here, a drug, or more than is on the table.
        CatalogueError: no such agent or size.
    """
    if options.drug_mg is not None:
        raise PlanError(f"{options.drug_mg:g} mg of a drug are told; {organ.technique} gives none")
    if options.oil_ml is not None or options.body_surface_m2 is not None:
        raise PlanError(f"oil or a body surface is told; {organ.technique} gives no emulsion")
    if options.total_bilirubin_mg_per_dl is not None:
        raise PlanError(
            f"a bilirubin is told; {organ.technique} reads none: leave it out, or give labs"
        )
    if options.agent is None:
        return None
    agent = find_embolic(options.agent)
    if agent.name not in organ.sizes:
        raise PlanError(
            f"no figure of {agent.title} in the {organ.name} was read: {organ.technique} is "
            f"planned with {', '.join(organ.sizes)}"
        )
    wanted = organ.sizes[agent.name]
    size = (
        next(one for one in agent.sizes if one.fact == wanted)
        if options.size_um is None
        else agent.find_size(*read_size_um(options.size_um))
    )
    vials = options.vials or 1
    per_vial = agent.vial_ml if options.vial_ml is None else options.vial_ml
    if options.vial_ml is not None and agent.vial_ml is not None and per_vial > agent.vial_ml:  # type: ignore[operator]
        raise PlanError(
            f"{options.vial_ml:g} mL of {agent.title} are told to be in a vial; it holds at most "
            f"{agent.vial_ml:g} mL: count the vials"
        )
    thinned_ml = assumed.get_value(VIAL_ML)
    if per_vial is not None and per_vial >= thinned_ml:
        raise PlanError(
            f"{per_vial:g} mL of settled {agent.title} are told to be in a vial, which saline and "
            f"contrast thin to {thinned_ml:g} mL: give mL of one vial ({VIAL_ML})"
        )
    return Particles(
        agent, size, options.size_um is not None, vials,
        None if per_vial is None else vials * per_vial, options.vial_ml is not None,
        vials * thinned_ml, assumed.get_value("clump_factor"),
        assumed.get_value("clump_log_spread"),
    )  # fmt: skip


def find_bore_um(particles: Particles | None, assumed: Assumed) -> float:
    """Bore that a catheter needs: just above what must pass; 0 where nothing is told.

    Args:
        particles: what is given.
        assumed: how far spheres are squeezed.
    """
    if particles is None:
        return 0.0
    squeezed = particles.sizes.must_pass_um * (1.0 - assumed.get_value(COMPRESSION))
    return math.nextafter(squeezed, math.inf)
