"""Spine: the built-in spine patient, prone, from T10 to L5, exactly known.

``spine_patient`` computes a scan; its truth knows bodies, pedicles, canal, the fracture of T12 and
the metastasis of L3, and tells whether a needle stays in a pedicle.
"""

from __future__ import annotations

from seldinger.demo.spine.patient import SpinePatient, spine_patient
from seldinger.demo.spine.truth import SpineTruth, TrueBreak, TrueCanal, TrueLevel, TruePedicle

__all__ = [
    "SpinePatient",
    "SpineTruth",
    "TrueBreak",
    "TrueCanal",
    "TrueLevel",
    "TruePedicle",
    "spine_patient",
]
