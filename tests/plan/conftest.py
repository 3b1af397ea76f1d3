"""Fixtures of the planner's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.plan.phantom import phantom, sphere_target

from seldinger.plan.approach.percutaneous.scene import Scene, build

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy


@pytest.fixture(scope="session")
def anatomy() -> Anatomy:
    """The patient of three shapes."""
    return phantom()


@pytest.fixture(scope="session")
def scene(anatomy: Anatomy) -> Scene:
    """That patient, with a tumour in the middle of the liver."""
    return build(anatomy, sphere_target(anatomy), frozenset())
