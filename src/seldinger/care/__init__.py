"""Care: the patient who is not an image: labs, drugs, scores, clearance, dose, pathway, ledger.

In:    a patient's file, dose reports (``image``), facts (``evidence``).
Out:   ``Patient``, ``Visit``, findings, timetables, scores, dose accounts, records.
Never: images, needles, procedures' geometry.

``load`` reads a patient's file; ``clearance`` and ``scores`` are rooms of their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.care import clearance, scores
    from seldinger.care.patient import Patient
    from seldinger.care.visit import Visit, load

__all__ = ["Patient", "Visit", "clearance", "load", "scores"]

_PAGES = {
    "Patient": "seldinger.care.patient",
    "Visit": "seldinger.care.visit",
    "load": "seldinger.care.visit",
}


def __getattr__(name: str) -> object:
    """Open a page or a room when it is first asked for."""
    if name in {"clearance", "scores"}:
        return import_module(f"seldinger.care.{name}")
    if name not in _PAGES:
        raise AttributeError(f"seldinger.care has no {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(import_module(_PAGES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
