"""Demo: the built-in patient, computed from formulas, with known truth.

``patient`` is chest and abdomen for a needle, ``vascular_patient`` the arteries from the aortic
root to hands and feet for a catheter, ``uptake_patient`` the first around a radioembolization,
``embolization_patient`` the first with the arteries of its liver down to the terminals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.demo.embolization import EmbolizationPatient, embolization_patient
from seldinger.demo.patient import DemoPatient, patient
from seldinger.demo.truth import Truth
from seldinger.demo.uptake import Uptake, UptakePatient, uptake_patient
from seldinger.demo.vascular import (
    AccessSite,
    Region,
    TrueStenosis,
    VascularPatient,
    VascularTruth,
    vascular_patient,
)
from seldinger.demo.visit import visit

if TYPE_CHECKING:
    from seldinger.anatomy import Anatomy, Settings

__all__ = [
    "AccessSite",
    "DemoPatient",
    "EmbolizationPatient",
    "Region",
    "TrueStenosis",
    "Truth",
    "Uptake",
    "UptakePatient",
    "VascularPatient",
    "VascularTruth",
    "build_anatomy",
    "embolization_patient",
    "patient",
    "uptake_patient",
    "vascular_patient",
    "visit",
]


def build_anatomy(settings: Settings, which: str = "needle") -> Anatomy:
    """The anatomy of a built-in patient, scanned as finely as it is planned on.

    Args:
        settings: lattice and assumptions.
        which: as ``DemoCase.patient`` names them.
    """
    from seldinger import anatomy

    if which == "arteries":
        made = vascular_patient(voxel_mm=min(settings.voxel_mm, 4.0), fistula=True)
        return made.build_anatomy(settings)
    if which == "embolization":
        return embolization_patient(settings.voxel_mm).build_anatomy(settings)
    if which == "veins":
        made = vascular_patient(voxel_mm=min(settings.voxel_mm, 4.0), veins=True)
        return made.build_anatomy(settings)
    if which == "uptake":
        return uptake_patient(settings.voxel_mm).build_anatomy(settings)
    return anatomy.build(patient(settings.voxel_mm).study, settings=settings)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
