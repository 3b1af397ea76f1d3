"""Particles by the kernel end where those of its plain twin end, to the last one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seldinger.kernels import particles, particles_plain

# A tip with three exits, one of them upstream; a dead node; a bed beside a vessel; an open end.
FIRST = np.array([0, 3, 5, 6, 6, 8])
SHARE = np.array([0.5, 0.8, 1.0, 0.3, 1.0, 1.0, 0.6, 1.0])
TARGET = np.array([0, 1, 2, 3, 4, 5, 6, 7])
LEADS = np.array([1, 2, 3, 4, -1, -1, -1, -1])
CALIBRE = np.array([0.9, 0.8, 0.7, 0.5])
GENERATION = np.array([[0.6, 0.4, 0.2], [0.5, 0.3, 0.0], [0.3, 0.25, 0.01]])
SHUNT = np.array([[0.0, 0.5, 1.0], [np.inf, 0.25, 0.2]])
PLACES = 4 + 9 + 3 + 1


def walk(walker: Any, size: np.ndarray, key: int) -> np.ndarray:
    place = np.empty(len(size), np.int64)
    walker(
        size, np.uint64(key), 0, 2, FIRST, SHARE, TARGET, LEADS, CALIBRE, GENERATION, SHUNT, PLACES,
        place,
    )  # fmt: skip
    return place


@pytest.mark.parametrize("key", [0, 1, 2**63, 2**64 - 1])
def test_every_particle_ends_where_the_plain_twin_says(key: int) -> None:
    size = np.random.default_rng(3).uniform(0.005, 1.0, 20_000)
    ends = walk(particles.walk_particles, size, key)
    assert (ends == walk(particles_plain.walk_particles, size, key)).all()
    assert set(np.unique(ends % PLACES)) == set(range(PLACES)) - {9}, "9: there is no generation"
    assert (ends[ends >= PLACES] == PLACES + 2).all(), "what goes upstream rests at the dead node"


def test_shares_are_those_of_the_flow() -> None:
    many = 200_000
    ends = walk(particles.walk_particles, np.full(many, 1e-3), 5)
    expected = {13: 0.35, 14: 0.3, 15: 0.09, 16: 0.06, PLACES + 2: 0.2}
    places, counts = np.unique(ends, return_counts=True)
    assert set(places.tolist()) == set(expected)
    for place, count in zip(places.tolist(), counts.tolist(), strict=True):
        share = expected[place]
        assert abs(count / many - share) < 5.0 * np.sqrt(share * (1.0 - share) / many)


def test_a_larger_one_never_ends_farther_on_the_same_way() -> None:
    depth = np.array([0, 0, 0, 1, 1, 2, 3, 1, 2, 3, 2, 3, 4, 9, 9, 9, 9])
    before = np.full(5_000, 99)
    for size in np.linspace(0.005, 1.0, 30):
        reached = depth[walk(particles.walk_particles, np.full(5_000, size), 11) % PLACES]
        assert (reached <= before).all()
        before = reached


def test_order_does_not_matter() -> None:
    size = np.full(1_000, 0.01)
    whole = walk(particles.walk_particles, size, 7)
    step = (7 + 400 * int(particles.GOLDEN)) % 2**64
    assert (whole[400:] == walk(particles.walk_particles, size[400:], step)).all()
