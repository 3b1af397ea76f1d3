"""Vascular: the built-in patient's arteries from the aortic root to hands and feet, exactly known.

``vascular_patient`` computes a scan of one region; its truth knows every vessel, stenosis and
access site, and paints the lumen on any lattice. On wish he has veins too, with an oval cava.
"""

from __future__ import annotations

from seldinger.demo.vascular.calibres import Calibre
from seldinger.demo.vascular.patient import Region, VascularPatient, vascular_patient
from seldinger.demo.vascular.truth import AccessSite, TrueStenosis, VascularTruth
from seldinger.demo.vascular.venous import VenousTruth

__all__ = [
    "AccessSite",
    "Calibre",
    "Region",
    "TrueStenosis",
    "VascularPatient",
    "VascularTruth",
    "VenousTruth",
    "vascular_patient",
]
