"""Demo: the built-in patient, computed from formulas, with known truth.

``patient`` is chest and abdomen for a needle, ``vascular_patient`` the arteries from the aortic
root to hands and feet for a catheter.
"""

from __future__ import annotations

from seldinger.demo.patient import DemoPatient, patient
from seldinger.demo.truth import Truth
from seldinger.demo.vascular import (
    AccessSite,
    Region,
    TrueStenosis,
    VascularPatient,
    VascularTruth,
    vascular_patient,
)
from seldinger.demo.visit import visit

__all__ = [
    "AccessSite",
    "DemoPatient",
    "Region",
    "TrueStenosis",
    "Truth",
    "VascularPatient",
    "VascularTruth",
    "patient",
    "vascular_patient",
    "visit",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
