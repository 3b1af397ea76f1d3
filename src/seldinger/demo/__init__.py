"""Demo: the built-in patient, computed from formulas, with known truth.

``patient`` is chest and abdomen for a needle, ``vascular_patient`` the arteries from the aortic
root to hands and feet for a catheter, ``uptake_patient`` the first around a radioembolization,
``embolization_patient`` the first with the arteries of its liver down to the terminals,
``fibroid_patient`` and ``prostate_patient`` a woman's and a man's pelvis with theirs,
``bleeding_patient`` a spleen, a colon or a pelvis that bleeds, ``spine_patient`` a woman with thin
bone, prone, with a broken and a metastatic vertebra.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from seldinger.demo.arterial import ArterialPatient
from seldinger.demo.bleeding import BLEEDING, bleeding_patient
from seldinger.demo.embolization import embolization_patient
from seldinger.demo.patient import DemoPatient, patient
from seldinger.demo.pelvis import fibroid_patient, prostate_patient
from seldinger.demo.spine import SpinePatient, SpineTruth, spine_patient
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
    from collections.abc import Callable

    from seldinger.anatomy import Anatomy, Settings

_Scanned = VascularPatient | UptakePatient | ArterialPatient | SpinePatient

__all__ = [
    "AccessSite",
    "ArterialPatient",
    "DemoPatient",
    "Region",
    "SpinePatient",
    "SpineTruth",
    "TrueStenosis",
    "Truth",
    "Uptake",
    "UptakePatient",
    "VascularPatient",
    "VascularTruth",
    "bleeding_patient",
    "build_anatomy",
    "embolization_patient",
    "fibroid_patient",
    "patient",
    "prostate_patient",
    "spine_patient",
    "uptake_patient",
    "vascular_patient",
    "visit",
]


_FED_MM = 2.5
_BONE_MM, _BONE_LEVELS = 1.0, ("T11", "L4")


def build_anatomy(settings: Settings, which: str = "needle") -> Anatomy:
    """The anatomy of a built-in patient, scanned as finely as it is planned on.

    Those whose arteries feed an organ are scanned and planned on at least 2.5 mm.

    Args:
        settings: lattice and assumptions.
        which: as ``DemoCase.patient`` names them.
    """
    from seldinger import anatomy

    fine_mm = min(settings.voxel_mm, 4.0)
    # Their arteries are exact at any voxel; a finer lattice of what they feed shows no more.
    fed = replace(settings, voxel_mm=max(settings.voxel_mm, _FED_MM))
    fed_mm = min(fed.voxel_mm, 10.0)
    makers: dict[str, Callable[[], _Scanned]] = {
        "arteries": lambda: vascular_patient(voxel_mm=fine_mm, fistula=True),
        "veins": lambda: vascular_patient(voxel_mm=fine_mm, veins=True),
        "embolization": lambda: embolization_patient(fed.voxel_mm),
        "fibroids": lambda: fibroid_patient(fed_mm),
        "prostate": lambda: prostate_patient(fed_mm),
        **{f"bleeding {where}": partial(bleeding_patient, where, fed_mm) for where in BLEEDING},
        "uptake": lambda: uptake_patient(settings.voxel_mm),
        # A cortex, and a pedicle's wall, show on a millimetre alone.
        "spine": lambda: spine_patient(_BONE_MM, levels=_BONE_LEVELS),
    }
    if which in makers:
        one = makers[which]()
        return one.build_anatomy(fed if isinstance(one, ArterialPatient) else settings)
    return anatomy.build(patient(settings.voxel_mm).study, settings=settings)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
