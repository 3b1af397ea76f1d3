"""Anatomies of the real scans, built once for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.real.scans import ABDOMEN, CHEST, LIVER, built

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.anatomy import Anatomy


@pytest.fixture(scope="session")
def liver(data_dir: Path) -> Anatomy:
    return built(data_dir, LIVER)


@pytest.fixture(scope="session")
def chest(data_dir: Path) -> Anatomy:
    return built(data_dir, CHEST)


@pytest.fixture(scope="session")
def bare_chest(data_dir: Path) -> Anatomy:
    return built(data_dir, CHEST, labels=False)


@pytest.fixture(scope="session")
def abdomen(data_dir: Path) -> Anatomy:
    return built(data_dir, ABDOMEN)


@pytest.fixture(scope="session")
def bare_abdomen(data_dir: Path) -> Anatomy:
    return built(data_dir, ABDOMEN, labels=False)
