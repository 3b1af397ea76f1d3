"""Activity: of a vial, and what a patient was given of it; two types, so that none is the other.

A residual stays behind in vial and tubing: given = vial x (1 - residual). A share F of what is
given passes the liver: the lungs get given x F, the liver given x (1 - F).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from seldinger.core.errors import PlanError

_LARGEST_GBQ = 100.0
"""No vial holds as much; what is larger was told in MBq."""


@dataclass(frozen=True, slots=True)
class GivenActivity:
    """What left the catheter, GBq, at the time of injection: the residual is taken off.

    Attributes:
        gbq: more than nothing.
        residual: the share of the vial that stayed behind; None: nobody told.

    Raises:
        PlanError: on construction, no activity, or one in MBq.
    """

    gbq: float
    residual: float | None = None

    def __post_init__(self) -> None:
        check_activity(self.gbq, "the activity given")
        if self.residual is not None:
            check_residual(self.residual)


@dataclass(frozen=True, slots=True)
class VialActivity:
    """What a vial, or the part of it that is drawn, holds at the time of injection, GBq.

    Raises:
        PlanError: on construction, no activity, or one in MBq.
    """

    gbq: float

    def __post_init__(self) -> None:
        check_activity(self.gbq, "the activity of the vial")

    def given(self, residual: float) -> GivenActivity:
        """What is given when the share ``residual`` stays behind.

        Raises:
            PlanError: ``residual`` is no share below 1.
        """
        check_residual(residual)
        return GivenActivity(self.gbq * (1.0 - residual), residual)


def find_vial_activity(given_gbq: float, residual: float) -> VialActivity:
    """The vial that gives ``given_gbq`` when the share ``residual`` stays behind.

    Raises:
        PlanError: no activity, or ``residual`` is no share below 1.
    """
    check_activity(given_gbq, "the activity to give")
    check_residual(residual)
    return VialActivity(given_gbq / (1.0 - residual))


def check_activity(gbq: float, what: str) -> None:
    """Refuse an activity that treats nobody, or that is not in GBq.

    Raises:
        PlanError: not above 0, not finite, or larger than any vial; ``what`` says whose it is.
    """
    if not (math.isfinite(gbq) and gbq > 0.0):
        raise PlanError(
            f"{what} is {gbq:g} GBq: it must be above 0; leave the injection out instead"
        )
    if gbq > _LARGEST_GBQ:
        raise PlanError(
            f"{what} is {gbq:g} GBq, more than any vial holds; if that is MBq, write "
            f"{gbq / 1000.0:g}"
        )


def check_shunt(fraction: float) -> float:
    """The lung shunt fraction, in [0, 1).

    Raises:
        PlanError: negative, not finite, a percentage, or nothing stays in the liver.
    """
    return _check_share(fraction, "the lung shunt fraction")


def check_residual(share: float) -> float:
    """The residual as a share of the vial, in [0, 1).

    Raises:
        PlanError: negative, not finite, a percentage, or nothing is given.
    """
    return _check_share(share, "the residual")


def _check_share(share: float, what: str) -> float:
    if math.isfinite(share) and 0.0 <= share < 1.0:
        return share
    hint = f"; if that is per cent, write {share / 100.0:g}" if 1.0 <= share < 100.0 else ""  # noqa: PLR2004  per cent
    raise PlanError(f"{what} is {share:g}: it is a share from 0 to below 1{hint}")


def check_mass(mass_kg: float, what: str, most_kg: float = 10.0) -> float:
    """A mass in kilograms.

    Args:
        mass_kg: to look at.
        what: whose it is, for messages.
        most_kg: what no such organ weighs.

    Raises:
        PlanError: nothing, not finite, or so large that it is in grams.
    """
    if not (math.isfinite(mass_kg) and mass_kg > 0.0):
        raise PlanError(f"{what} weighs {mass_kg:g} kg: a mass is above 0")
    if mass_kg > most_kg:
        raise PlanError(
            f"{what} weighs {mass_kg:g} kg, more than {most_kg:g} kg; if that is grams, write "
            f"{mass_kg / 1000.0:g}"
        )
    return mass_kg


def weigh_kg(volume_ml: float, density_g_per_ml: float) -> float:
    """The mass of a volume: a millilitre of liver is more than a gram.

    Args:
        volume_ml: of the tissue.
        density_g_per_ml: of the tissue; 0.1 (lung) to 1.3.

    Raises:
        PlanError: no volume, or a density that is not in g/mL.
    """
    if not (math.isfinite(volume_ml) and volume_ml > 0.0):
        raise PlanError(f"a volume of {volume_ml:g} mL weighs nothing: give one above 0")
    if not 0.1 <= density_g_per_ml <= 1.3:  # noqa: PLR2004  named in the message
        hint = f"; if that is kg/m3, write {density_g_per_ml / 1000.0:g}"
        raise PlanError(
            f"a density of {density_g_per_ml:g} g/mL is no tissue's (0.1 to 1.3)"
            f"{hint if density_g_per_ml > 100.0 else ''}"  # noqa: PLR2004  only kg/m3 is so large
        )
    return volume_ml * density_g_per_ml / 1000.0
