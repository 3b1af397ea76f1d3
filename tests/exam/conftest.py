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
)


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
    return {case: plan.propose(case[0], patient_anatomy, case[1]) for case in CASES}
