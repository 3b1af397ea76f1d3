"""The built-in patient, built once for the whole exam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seldinger import anatomy as anatomies
from seldinger import demo, plan

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.demo import DemoPatient
    from seldinger.plan import Plan

CASES = (
    ("biopsy", "liver-tumour-1"),
    ("biopsy", "lung-nodule-1"),
    ("drainage", "abscess-deep"),
    ("drainage", "abscess-superficial"),
    ("cholecystostomy", "gallbladder"),
    ("ablation", "liver-tumour-1"),
)
ANSWERS = {"ablation": {"modality": "microwave"}}
"""One modality is enough for the exam; the others are examined on blocks."""
ERROR_MM = {"ablation": 3.7}
"""Mean lateral error at which a chance above 0.8 with an even 5 mm margin would be wrong."""


@pytest.fixture(scope="session")
def patient() -> DemoPatient:
    """The built-in patient at 1.5 mm."""
    return demo.patient(1.5)


@pytest.fixture(scope="session")
def patient_anatomy(patient: DemoPatient) -> Anatomy:
    """Its anatomy on the planning lattice."""
    return anatomies.build(patient.study)


@pytest.fixture(scope="session")
def plans(patient_anatomy: Anatomy) -> dict[tuple[str, str], Plan]:
    """A plan for every demo case."""
    return {case: proposed(patient_anatomy, case) for case in CASES}


def proposed(anatomy: Anatomy, case: tuple[str, str]) -> Plan:
    """The plan of a case."""
    settings = plan.Settings(
        answers=ANSWERS.get(case[0], {}), lateral_error_mm=ERROR_MM.get(case[0])
    )
    return plan.propose(case[0], anatomy, case[1], settings)
