"""The kernel of drug in a wall against its plain twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from seldinger.kernels import drug_wall, drug_wall_plain

if TYPE_CHECKING:
    from types import ModuleType

Floats = NDArray[np.float64]


def march(loops: ModuleType, steps: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(4)
    n = 17
    free, bound = np.zeros(n), np.zeros((2, n))
    deposit = np.array([40.0, 7.0])
    books = np.zeros((steps + 1, 7))
    books[0, :2] = deposit
    left = loops.march(
        np.geomspace(0.1, 5e4, steps), rng.uniform(0.5, 1.5, n), rng.uniform(1e-4, 1e-2, n + 1),
        np.array([[3.0, 1e-2, 1e-5], [90.0, 1e-3, 1e-2]]),
        np.array([[1e-3, 0.0], [1e-5, 1e-4]]), 0.8, deposit, free, bound, books,
    )  # fmt: skip
    assert left == 0
    return free, bound, books


def test_the_kernel_is_its_twin() -> None:
    for ours, theirs in zip(march(drug_wall, 60), march(drug_wall_plain, 60), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12 * np.abs(theirs).max())


@pytest.mark.parametrize("loops", [drug_wall, drug_wall_plain])
def test_nothing_is_lost_and_nothing_is_negative(loops: ModuleType) -> None:
    _, _, books = march(loops, 60)
    assert books.sum(axis=1) == pytest.approx(47.0, rel=1e-12)
    assert (books >= 0.0).all()
