"""Demo: the built-in patient, computed from formulas, with known truth."""

from __future__ import annotations

from seldinger.demo.patient import DemoPatient, patient
from seldinger.demo.truth import Truth
from seldinger.demo.visit import visit

__all__ = ["DemoPatient", "Truth", "patient", "visit"]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
