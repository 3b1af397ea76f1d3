"""Compartments: from activity to dose and back; MIRD and the partition model are one page.

Every dose is proportional to the activity that is given: dose = k A c, k the dose constant of the
chosen preset and c the share of the activity over the mass. So forward is one multiplication,
inverse one division, and a limit of a dose is a limit of the activity.

    lungs     c = F / M_lung                   F: lung shunt fraction
    perfused  c = (1 - F) / M_perfused
    part i    c = (1 - F) s_i / M_i            s_i: its share of the activity in the liver

Assumed: no sphere moves after it has lodged, energy stays in its compartment, uptake within one is
even. Mean doses; voxels tell the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.plan.treatments.irradiation.activity import (
    GivenActivity,
    check_shunt,
)
from seldinger.plan.treatments.irradiation.territory import (
    LUNG,
    NORMAL,
    PERFUSED,
    WHOLE_NORMAL,
    Lungs,
    Territory,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue.nuclides import DecayConstants


@dataclass(frozen=True, slots=True)
class TerritoryDose:
    """Doses of one injection.

    Attributes:
        territory: that was perfused.
        constants: that the doses were computed with; a report prints their ``text``.
        given: the activity.
        lung_shunt: fraction of it.
        lungs: with their mass and whether it was measured.
        dose_gy: by compartment: "perfused", "lung", and where they are known "normal",
            "whole-normal" and the tumours by name.
        activity_gbq: that stays in each; "whole-normal" holds what the perfused normal liver does.
    """

    territory: Territory
    constants: DecayConstants
    given: GivenActivity
    lung_shunt: float
    lungs: Lungs
    dose_gy: Mapping[str, float]
    activity_gbq: Mapping[str, float]


def list_compartments_kg(territory: Territory, lungs: Lungs) -> dict[str, float]:
    """Masses by compartment; only those of which a dose can be told."""
    masses = {PERFUSED: territory.perfused_kg, LUNG: lungs.mass_kg}
    if territory.tumours:
        masses |= {one.name: one.mass_kg for one in territory.tumours}
        if territory.normal_kg > 0.0:
            masses[NORMAL] = territory.normal_kg
        if territory.whole_normal_kg is not None:
            masses[WHOLE_NORMAL] = territory.whole_normal_kg
    return masses


def share_activity(territory: Territory, lung_shunt: float) -> dict[str, float]:
    """Shares of the activity that is given, by compartment.

    Raises:
        PlanError: ``lung_shunt`` is no share below 1.
    """
    stays = 1.0 - check_shunt(lung_shunt)
    shares = {PERFUSED: stays, LUNG: lung_shunt}
    if territory.tumours:
        inside = territory.share_activity()
        shares |= {name: stays * share for name, share in inside.items()}
        if territory.whole_normal_kg is not None:
            shares[WHOLE_NORMAL] = stays * inside[NORMAL]
    return shares


def find_gy_per_gbq(
    territory: Territory, lung_shunt: float, lungs: Lungs, constants: DecayConstants
) -> dict[str, float]:
    """Dose of each compartment for 1 GBq that is given; 0 in the lungs without a shunt.

    Args:
        territory: that is perfused.
        lung_shunt: fraction, below 1.
        lungs: with their mass.
        constants: of the nuclide, by a preset.
    """
    shares = share_activity(territory, lung_shunt)
    return {
        name: constants.gy_kg_per_gbq * shares[name] / mass_kg
        for name, mass_kg in list_compartments_kg(territory, lungs).items()
    }


def irradiate(
    territory: Territory,
    given: GivenActivity,
    lung_shunt: float,
    lungs: Lungs,
    constants: DecayConstants,
) -> TerritoryDose:
    """Forward: doses of one injection.

    Args:
        territory: that is perfused.
        given: the activity, residual taken off.
        lung_shunt: fraction of it, below 1.
        lungs: with their mass.
        constants: of the nuclide, by a preset.
    """
    rates = find_gy_per_gbq(territory, lung_shunt, lungs, constants)
    shares = share_activity(territory, lung_shunt)
    return TerritoryDose(
        territory,
        constants,
        given,
        lung_shunt,
        lungs,
        {name: rate * given.gbq for name, rate in rates.items()},
        {name: shares[name] * given.gbq for name in rates},
    )


def find_activity_gbq(
    compartment: str,
    dose_gy: float,
    territory: Territory,
    lung_shunt: float,
    lungs: Lungs,
    constants: DecayConstants,
) -> float:
    """Inverse: the activity to give so that a compartment takes a dose, GBq.

    Args:
        compartment: "perfused", "normal", "whole-normal", "lung", or the name of a tumour.
        dose_gy: its mean.
        territory: that is perfused.
        lung_shunt: fraction, below 1.
        lungs: with their mass.
        constants: of the nuclide, by a preset.

    Raises:
        PlanError: no such compartment, a dose of nothing, or no activity reaches it.
    """
    if not (math.isfinite(dose_gy) and dose_gy > 0.0):
        raise PlanError(f"a dose of {dose_gy:g} Gy asks for no activity: give one above 0")
    rates = find_gy_per_gbq(territory, lung_shunt, lungs, constants)
    if compartment not in rates:
        raise PlanError(
            f"{territory.name} has no compartment {compartment!r}; there are: {', '.join(rates)}. "
            "A normal liver needs tumours told apart, its whole a mass"
        )
    if rates[compartment] <= 0.0:
        raise PlanError(f"no activity reaches the {compartment} of {territory.name}")
    return dose_gy / rates[compartment]


@dataclass(frozen=True, slots=True)
class SessionDose:
    """Doses of all injections of one session.

    Attributes:
        injections: each with its own doses.
        lung_gy: of all together.
        whole_normal_gy: mean of the whole normal liver; None where it was not weighed, or where an
            injection tells no tumours apart.
        given_gbq: of all together.
    """

    injections: tuple[TerritoryDose, ...]
    lung_gy: float
    whole_normal_gy: float | None
    given_gbq: float


def sum_session(injections: tuple[TerritoryDose, ...]) -> SessionDose:
    """What several injections give together: the lungs and the whole normal liver get from all.

    Raises:
        PlanError: none, or they do not speak of one patient and one choice of constants.
    """
    if not injections:
        raise PlanError("a session without an injection gives no dose: give one")
    first = injections[0]
    for one in injections[1:]:
        if one.constants != first.constants:
            raise PlanError(
                f"injections were computed with {first.constants.preset} and "
                f"{one.constants.preset}: choose one preset of one nuclide for a session"
            )
        if one.lungs != first.lungs:
            raise PlanError(
                f"injections have lungs of {first.lungs.mass_kg:g} and {one.lungs.mass_kg:g} kg: a "
                "patient has two lungs of one mass"
            )
    wholes = [one.dose_gy.get(WHOLE_NORMAL) for one in injections]
    masses = {one.territory.whole_normal_kg for one in injections}
    if len(masses - {None}) > 1:
        raise PlanError("injections name different masses of the whole normal liver: give one")
    known = [dose for dose in wholes if dose is not None]
    return SessionDose(
        injections,
        math.fsum(one.dose_gy[LUNG] for one in injections),
        math.fsum(known) if len(known) == len(wholes) else None,
        math.fsum(one.given.gbq for one in injections),
    )
