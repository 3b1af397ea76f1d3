"""Fixtures of the image room's tests."""

from __future__ import annotations

import pytest
from tests.image.phantoms import Phantom, grid_of, phantom_on


@pytest.fixture
def phantom() -> Phantom:
    """Turned against the patient axes."""
    return phantom_on(grid_of((24, 20, 16), (0.8, 1.1, 2.5), (-31.0, 12.0, -250.0), (8, -5, 20)))


@pytest.fixture
def straight() -> Phantom:
    """Aligned with the patient axes."""
    return phantom_on(grid_of((24, 20, 16), (0.8, 0.8, 2.0), (-10.0, -8.0, 100.0)))
