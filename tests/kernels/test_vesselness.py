"""Vesselness kernels against their plain twins, and eigenvalues against numpy's."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from seldinger.kernels import vesselness, vesselness_plain

RNG = np.random.default_rng(11)


def test_eigenvalues_are_numpys() -> None:
    cases = [RNG.normal(size=(3, 3)) for _ in range(200)]
    cases += [np.diag(d) for d in ((1.0, 1.0, 1.0), (2.0, 2.0, -1.0), (0.0, 0.0, 0.0), (5, 0, 0))]
    for case in cases:
        m = (case + case.T) / 2.0
        found = vesselness.find_eigenvalues(m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2])
        np.testing.assert_allclose(found, np.linalg.eigvalsh(m)[::-1], atol=1e-7)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 0.9, 2.5)])
def test_the_response_is_its_twins(spacing: tuple[float, float, float]) -> None:
    smooth = RNG.normal(100.0, 30.0, (14, 11, 9)).astype(np.float32)
    one, other = (np.full(smooth.shape, 3.0, np.float32) for _ in range(2))
    vesselness.respond(smooth, np.array(spacing), 1.7, one)
    vesselness_plain.respond(smooth, np.array(spacing), 1.7, other)
    assert (one > 3.0).any()
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-2)


def test_a_coarse_response_is_spread_as_by_its_twin() -> None:
    coarse = RNG.uniform(0.0, 9.0, (5, 4, 1)).astype(np.float32)
    one, other = (np.full((9, 13, 3), 2.0, np.float32) for _ in range(2))
    every = np.array([2, 4, 4])
    vesselness.spread(coarse, every, one)
    vesselness_plain.spread(coarse, every, other)
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_fronts_are_the_twins_shortest_ways() -> None:
    shape = (9, 8, 7)
    cost = np.pad(RNG.uniform(0.5, 3.0, shape) * (RNG.uniform(size=shape) > 0.3), 1)
    owner = np.zeros(cost.shape, np.int64)
    owner[2, 2, 2], owner[7, 6, 5], owner[2, 7, 2] = 1, 2, 3
    moves = np.array([m for m in product((-1, 0, 1), repeat=3) if any(m)])
    steps = moves @ np.array([cost.shape[1] * cost.shape[2], cost.shape[2], 1])
    lengths = np.linalg.norm(moves * [1.0, 1.3, 0.8], axis=1)
    results = []
    for twin in (vesselness, vesselness_plain):
        own, dear, before = owner.ravel().copy(), np.empty(cost.size), np.empty(cost.size, np.int64)
        twin.run_fronts(cost.ravel(), own, steps, lengths, 9.0, dear, before)
        results.append((own, dear, before))
    (own, dear, before), (own2, dear2, _) = results
    np.testing.assert_allclose(dear, dear2)
    assert (own == own2).all()
    assert {1, 2, 3} <= set(own)
    behind = before[before >= 0]
    assert (dear[behind] < dear[before >= 0]).all()
