"""Clearance: whether this patient is ready for this procedure, by tables, facts and three answers.

In:    a patient, a request, rules and profiles as data, ``now``.
Out:   ``Clearance``: an answer, a timetable, findings; ``Release``.
Never: a number of medicine in code, a guess, a clock of its own.

Public names: ``assess``, ``release``, ``verify``; records are in ``model``, the department's own
choices in ``profile``.
"""

from seldinger.care.clearance.assess import assess
from seldinger.care.clearance.model import (
    Answer,
    BleedingClass,
    Case,
    Clearance,
    Decision,
    DrugPlan,
    Due,
    RadialArtery,
    Release,
    Request,
)
from seldinger.care.clearance.release import release, verify

__all__ = [
    "Answer",
    "BleedingClass",
    "Case",
    "Clearance",
    "Decision",
    "DrugPlan",
    "Due",
    "RadialArtery",
    "Release",
    "Request",
    "assess",
    "release",
    "verify",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
