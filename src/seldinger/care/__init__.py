"""Care: the patient who is not an image: labs, drugs, scores, clearance, dose, pathway, ledger.

In:    a patient's file, dose reports (``image``), facts (``evidence``).
Out:   ``Patient``, findings, timetables, scores, dose accounts, records.
Never: images, needles, procedures' geometry.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.care.files import load

__all__ = ["load"]

_HOMES = {"load": "seldinger.care.files"}


def __getattr__(name: str) -> object:
    """Open a page when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
