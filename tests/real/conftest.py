"""Anatomies of the real scans; tests are ordered so that each is built once, and alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.real.scans import ABDOMEN, CHEST, LIVER, Scans

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.anatomy import Anatomy

ORDER = (
    {"liver", "liver_plan"},
    {"chest", "bare_chest", "lung_plan", "T8"},
    {"abdomen", "bare_abdomen", "kidney_plan", "L3"},
)
"""Fixtures and vertebrae by the scan that they are of, as the scans follow each other."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one scan after the other, within the places that this folder's tests have."""
    ours = [n for n, item in enumerate(items) if item.nodeid.startswith("tests/real/")]
    sorted_ = sorted((items[n] for n in ours), key=_scan)
    for n, item in zip(ours, sorted_, strict=True):
        items[n] = item


def _scan(item: pytest.Item) -> int:
    called = getattr(item, "callspec", None)
    given = () if called is None else (v for v in called.params.values() if isinstance(v, str))
    used = {*getattr(item, "fixturenames", ()), *given}
    return max((n for n, names in enumerate(ORDER, 1) if names & used), default=0)


@pytest.fixture(scope="session")
def scans(data_dir: Path) -> Scans:
    return Scans(data_dir)


@pytest.fixture
def liver(scans: Scans) -> Anatomy:
    return scans.build(LIVER)


@pytest.fixture
def chest(scans: Scans) -> Anatomy:
    return scans.build(CHEST)


@pytest.fixture
def bare_chest(scans: Scans) -> Anatomy:
    return scans.build(CHEST, labels=False)


@pytest.fixture
def abdomen(scans: Scans) -> Anatomy:
    return scans.build(ABDOMEN)


@pytest.fixture
def bare_abdomen(scans: Scans) -> Anatomy:
    return scans.build(ABDOMEN, labels=False)
