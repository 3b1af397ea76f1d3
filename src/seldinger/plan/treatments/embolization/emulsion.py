"""Emulsion: doxorubicin in lipiodol, by cited limits; nothing of it is chosen for the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.catalogue.embolics import find_embolic
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.plan.treatments.embolization.material import DRUG
from seldinger.plan.wording import mark

if TYPE_CHECKING:
    from seldinger.catalogue.embolics import Embolic
    from seldinger.plan.treatments.embolization.options import EmbolizationOptions
    from seldinger.plan.treatments.embolization.positions import Positions
    from seldinger.simulate.embolic.arteries import FedArteries

LIPIODOL = "lipiodol"
DOSE, VOLUME = "embolization.lipiodol.dose", "embolization.lipiodol.volume"
LABEL, RATIO = "embolization.lipiodol.volume.label", "embolization.lipiodol.ratio"
RATE = "embolization.lipiodol.rate"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Emulsion:
    """What is given.

    Attributes:
        agent: of the catalogue.
        oil_ml: of lipiodol.
        drug_mg: in it.
        most_mg: that is published for a patient of that surface; None: the surface is not told.
        drug_ml: of the drug's solution, by the ratio of oil to it that keeps best.
    """

    agent: Embolic
    oil_ml: float
    drug_mg: float
    most_mg: float | None
    drug_ml: float

    __repr__ = short_repr

    @property
    def suspension_ml(self) -> float:
        """Oil and drug."""
        return self.oil_ml + self.drug_ml


def is_emulsion(options: EmbolizationOptions) -> bool:
    """Whether what is told is an emulsion in oil."""
    return options.agent is not None and options.agent.lower() == LIPIODOL


def choose_emulsion(options: EmbolizationOptions) -> Emulsion | None:
    """Oil and drug as told; None where either is not.

    Args:
        options: what is told; its agent is lipiodol.

    Raises:
        PlanError: more of either than was published, or what belongs to beads is told.
    """
    told = {"--size-um": options.size_um, "--vials": options.vials, "--vial-ml": options.vial_ml}
    odd = [name for name, value in told.items() if value is not None]
    if odd:
        raise PlanError(f"{odd[0]} is told and the agent is lipiodol, which has none: leave it out")
    if options.drug_mg is None or options.oil_ml is None:
        return None
    most_ml = evidence.driving_value(VOLUME, secondary=True)
    if options.oil_ml > most_ml * (1.0 + _ROUNDING):
        raise PlanError(
            f"{options.oil_ml:g} mL of lipiodol are told; at most {most_ml:g} mL are published for "
            f"a session [{mark(evidence.fact(VOLUME))}]: give less, or plan another session"
        )
    surface = options.body_surface_m2
    per_m2 = evidence.driving_value(DOSE, secondary=True)
    most_mg = None if surface is None else per_m2 * surface
    if most_mg is not None and options.drug_mg > most_mg * (1.0 + _ROUNDING):
        raise PlanError(
            f"{options.drug_mg:g} mg of {DRUG} are told; at most {most_mg:.0f} mg are published, "
            f"{per_m2:g} mg/m2 of {surface:g} m2 [{mark(evidence.fact(DOSE))}]: give less"
        )
    ratio = evidence.driving_value(RATIO)
    return Emulsion(
        find_embolic(LIPIODOL), options.oil_ml, options.drug_mg, most_mg, options.oil_ml / ratio
    )


def share_by_blood(
    positions: Positions, arteries: FedArteries
) -> tuple[float, float, float, float]:
    """Target, organ beside it, elsewhere and lung: drops go where blood goes, none passes.

    Args:
        positions: places of the catheter, at least one.
        arteries: with the blood that each tissue takes.
    """
    chosen = positions.chosen
    assert chosen is not None  # noqa: S101  the caller looked
    weights = np.array([one.target_share for one in chosen.feeders])
    weights = weights / weights.sum()
    at = [arteries.edge[one.edge] for one in chosen.feeders]
    target = float(weights @ arteries.target_share[at])
    organ = float(weights @ arteries.organ_share[at])
    return target, organ - target, 1.0 - organ, 0.0
