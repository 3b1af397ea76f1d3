"""Care: the patient who is not an image: labs, drugs, scores, clearance, dose, pathway, ledger.

In:    a patient's file, dose reports (``image``), facts (``evidence``).
Out:   ``Patient``, ``Visit``, findings, timetables, scores, dose accounts, records.
Never: images, needles, procedures' geometry.

``load`` reads a patient's file; ``clearance`` and ``scores`` are rooms of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late

if TYPE_CHECKING:
    from seldinger.care import clearance, scores
    from seldinger.care.patient import Patient
    from seldinger.care.visit import Visit, load

__all__ = ["Patient", "Visit", "clearance", "load", "scores"]

__getattr__, __dir__ = open_late(
    __name__,
    {
        "patient": ("Patient",),
        "visit": ("Visit", "load"),
        "clearance": ("clearance",),
        "scores": ("scores",),
    },
)
