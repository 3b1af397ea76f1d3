"""How needles miss: the error model, as data.

A pass starts at the planned entry and its tip lands beside the aim. The lateral error is isotropic,
bivariate normal about the axis, scaled so that its mean radius is the published mean (a Rayleigh
distribution: the sources give means, not shapes). It grows in proportion to the distance from the
entry. The depth error is normal and independent. Organs that follow the breath are shifted
together,
head to foot, against ribs and spine.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.naming import did_you_mean

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
    from seldinger.plan.assumptions import Assumed

TECHNIQUES: dict[str, tuple[str, str]] = {
    "ct-in-plane": ("CT freehand, needle in the axial plane", "needle_error.ct.in_plane"),
    "ct-angled": ("CT freehand, angled once", "needle_error.ct.angled"),
    "ct-double-angled": ("CT freehand, angled twice", "needle_error.ct.double_angled"),
    "ct-freehand": ("CT freehand, another phantom's mean", "needle_error.ct.freehand"),
    "cbct": ("cone-beam CT with needle guidance", "needle_error.cbct.double_angled"),
    "stereotactic": ("stereotactic or robotic guidance", "needle_error.stereotactic.lateral"),
    "us-in-plane": ("ultrasound, needle in the image plane", "needle_error.ultrasound.in_plane"),
    "us-out-of-plane": ("ultrasound, across the plane", "needle_error.ultrasound.out_of_plane"),
    "pedicle": ("navigated through a pedicle", "needle_error.pedicle.navigated"),
}
"""Key -> (title, fact that gives the mean lateral error)."""

BREATH_FACT = "breathing.liver.intrafraction_90"
"""Nine in ten craniocaudal changes are smaller than this fact's value."""

NORMAL_90 = 1.6449
"""A normal variable stays within this many standard deviations nine times in ten."""

_MOST_ERROR_MM = 30.0

RAYLEIGH_MEAN = sqrt(pi / 2.0)
"""Mean of a Rayleigh distribution of unit scale."""


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """One technique's errors.

    Attributes:
        technique: key of ``TECHNIQUES``.
        lateral_mean_mm: mean distance of the tip from the planned axis.
        depth_sd_mm: spread of the stopping depth.
        breath_sd_mm: spread of the craniocaudal shift between breath-holds.
        fact: id of the fact behind the mean; None when the user gave it.
    """

    technique: str
    lateral_mean_mm: float
    depth_sd_mm: float
    breath_sd_mm: float
    fact: str | None

    @property
    def lateral_sd_mm(self) -> float:
        """Standard deviation along each of the two lateral directions."""
        return self.lateral_mean_mm / RAYLEIGH_MEAN


def choose_technique(tilt_deg: float, axial_angle_deg: float, assumed: Assumed) -> str:
    """Freehand CT technique by angulation: none, one, or two angles."""
    cut = assumed.get_value("in_plane_tilt_deg")
    if tilt_deg < cut:
        return "ct-in-plane"
    upright = abs(axial_angle_deg) < cut or abs(abs(axial_angle_deg) - 180.0) < cut
    return "ct-angled" if upright else "ct-double-angled"


def check(technique: str) -> None:
    """``PlanError`` for an unknown technique."""
    if technique not in TECHNIQUES:
        raise PlanError(
            f"no needle technique is called {technique!r}; {did_you_mean(technique, TECHNIQUES)}"
            f"allowed: {', '.join(TECHNIQUES)}"
        )


def check_given(lateral_error_mm: float | None) -> None:
    """``PlanError`` for a mean lateral error that no needle has."""
    if lateral_error_mm is not None and not 0.0 < lateral_error_mm <= _MOST_ERROR_MM:
        raise PlanError(
            f"a mean lateral error of {lateral_error_mm:g} mm is not between 0 and "
            f"{_MOST_ERROR_MM:g} mm"
        )


def choose_error_model(
    technique: str, options: PercutaneousOptions, assumed: Assumed
) -> ErrorModel:
    """The error model of ``technique`` under ``options``; ``PlanError`` for an unknown key."""
    check(technique)
    fact: str | None = TECHNIQUES[technique][1]
    given = options.lateral_error_mm
    check_given(given)
    mean = evidence.driving_value(TECHNIQUES[technique][1]) if given is None else given
    return ErrorModel(
        technique,
        mean,
        assumed.get_value("depth_error_sd_mm"),
        assumed.get_value("breath_hold_factor") * evidence.driving_value(BREATH_FACT) / NORMAL_90,
        None if given is not None else fact,
    )
