"""Kernels of elasticity against their plain twin, and laws that both obey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from seldinger.kernels import elastic, elastic_plain

if TYPE_CHECKING:
    from types import ModuleType

Floats = NDArray[np.float64]

SHAPE = (4, 3, 5)
NODES = (5, 4, 6, 3)
SPACING = np.array([0.7, 1.0, 1.9])
BOTH = pytest.mark.parametrize("loops", [elastic, elastic_plain])


def moduli(*, holes: bool = True) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(3)
    mu = np.exp(rng.normal(size=SHAPE))
    if holes:
        mu[rng.random(SHAPE) < 0.3] = 0.0
    return mu * rng.uniform(-0.5, 3.0, SHAPE), mu


def product(loops: ModuleType, u: Floats, *, holes: bool = True) -> Floats:
    out = np.full(NODES, np.nan)
    loops.apply(*moduli(holes=holes), SPACING, u, np.zeros(69), out)
    return out


def test_the_product_is_that_of_element_matrices() -> None:
    u = np.random.default_rng(5).normal(size=NODES)
    ours, theirs = product(elastic, u), product(elastic_plain, u)
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12 * np.abs(theirs).max())


@BOTH
def test_the_product_is_symmetric_and_costs_energy(loops: ModuleType) -> None:
    u, v = np.random.default_rng(6).normal(size=(2, *NODES))
    assert np.vdot(u, product(loops, v)) == pytest.approx(np.vdot(v, product(loops, u)), rel=1e-12)
    assert np.vdot(u, product(loops, u)) > 0.0


@BOTH
@pytest.mark.parametrize("turn", [False, True])
def test_a_rigid_motion_meets_no_force(loops: ModuleType, turn: bool) -> None:
    places = np.moveaxis(np.indices(NODES[:3]), 0, -1) * SPACING
    u = np.cross([0.3, -1.0, 0.7], places) if turn else np.broadcast_to([1.0, -2.0, 0.5], NODES)
    assert (
        np.abs(product(loops, np.ascontiguousarray(u))).max()
        < 1e-12 * np.abs(product(loops, np.random.default_rng(1).normal(size=NODES))).max()
    )


@pytest.mark.parametrize("factors", [(2, 2, 2), (1, 2, 2), (2, 1, 1)])
def test_transfers_are_their_twins_and_each_others_transpose(factors: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    fine = rng.normal(size=NODES)
    coarse = rng.normal(size=(*(-(-n // f) + 1 for n, f in zip(SHAPE, factors, strict=True)), 3))
    by = np.array(factors)
    down, up = [], []
    for loops in (elastic, elastic_plain):
        down.append(np.full(coarse.shape, np.nan))
        loops.restrict(fine, by, down[-1])
        up.append(fine.copy())
        loops.prolong(coarse, by, up[-1])
    assert down[0] == pytest.approx(down[1], abs=1e-13)
    assert up[0] == pytest.approx(up[1], abs=1e-13)
    assert np.vdot(down[0], coarse) == pytest.approx(np.vdot(fine, up[0] - fine), rel=1e-12)


def test_a_step_of_the_smoother_is_its_twin() -> None:
    given = np.random.default_rng(4).normal(size=(5, *NODES))
    ours, theirs = given.copy(), given.copy()
    elastic.advance(ours[0], ours[1], ours[2], 0.3, 1.7, ours[3], ours[4])
    elastic_plain.advance(theirs[0], theirs[1], theirs[2], 0.3, 1.7, theirs[3], theirs[4])
    assert ours == pytest.approx(theirs, abs=1e-13)
