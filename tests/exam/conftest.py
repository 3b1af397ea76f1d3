"""What the exams share: the built-in patient's liver, and its radioembolization."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.uptake import CASE, NAME, TOLD

from seldinger import anatomy, demo, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seldinger.plan import Plan
    from seldinger.plan.treatments.irradiation.options import IrradiationOptions


@pytest.fixture(scope="session")
def built() -> anatomy.Anatomy:
    return demo.build_anatomy(anatomy.Settings(voxel_mm=5.0), "uptake")


@pytest.fixture(scope="session")
def propose(built: anatomy.Anatomy) -> Callable[..., Plan]:
    def proposed(
        options: IrradiationOptions = TOLD,
        answers: Mapping[str, str] = CASE.answers,
        of: anatomy.Anatomy = built,
        target: str = CASE.target,
    ) -> Plan:
        settings = plan.Settings(answers=answers, options=(options,))
        return plan.propose(NAME, of, target, settings=settings)

    return proposed


@pytest.fixture(scope="session")
def made(propose: Callable[..., Plan]) -> Plan:
    return propose()
