"""The kernels of dose against their plain twins, and the books they keep."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from seldinger.kernels import (
    dose_electron_plain,
    dose_rays,
    dose_rays_plain,
    dose_transport,
    dose_voxels,
)
from seldinger.physics.dose.emitters import Y90
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.steps import BIN_MEV, TransportSettings, tabulate_steps

Floats = NDArray[np.float64]

SETTINGS = TransportSettings(0.04, 0.06)
QUANTILES = emission_spectrum(Y90).quantiles(1025)
TABLE = tabulate_steps(float(QUANTILES[-1]), SETTINGS)
SPACING = np.array([2.0, 1.5, 3.0])


def at_point(loops: object, lanes: int, count: int) -> tuple[Floats, Floats]:
    shells, books = np.zeros((lanes, 121)), np.zeros((lanes, 2))
    loops.follow_lanes(  # type: ignore[attr-defined]
        3, 5, count, QUANTILES, TABLE, BIN_MEV, SETTINGS.cut_mev, 10.0, shells, books
    )
    return shells, books


def in_voxels(loops: object, count: int) -> tuple[NDArray[np.float32], Floats]:
    chance = np.random.default_rng(1)
    density = chance.uniform(0.2, 1.9, (9, 8, 7)).astype(np.float32)
    voxels = np.ascontiguousarray(np.argwhere(chance.random(density.shape) < 0.1))
    below = np.linspace(0.0, 1.0, len(voxels) + 1)
    tally, books = np.zeros((2, *density.shape), np.float32), np.zeros((2, 3))
    loops.decay_in_voxels(  # type: ignore[attr-defined]
        3, 4, count, voxels, below, QUANTILES, TABLE, BIN_MEV, SETTINGS.cut_mev, density, SPACING,
        tally, books,
    )  # fmt: skip
    return tally, books


def test_electrons_from_a_point_are_the_twins() -> None:
    for ours, theirs in zip(
        at_point(dose_transport, 2, 30), at_point(dose_electron_plain, 2, 30), strict=True
    ):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_electrons_in_voxels_are_the_twins() -> None:
    for ours, theirs in zip(
        in_voxels(dose_voxels, 30), in_voxels(dose_electron_plain, 30), strict=True
    ):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)


def test_nothing_is_lost() -> None:
    shells, books = at_point(dose_transport, 2, 2000)
    assert shells.sum() + books[:, 1].sum() == pytest.approx(books[:, 0].sum(), rel=1e-12)
    tally, books = in_voxels(dose_voxels, 2000)
    held = tally.sum(dtype=np.float64) + books[:, 1:].sum()
    assert held == pytest.approx(books[:, 0].sum(), rel=1e-6)
    assert books.min() > 0.0


def test_how_lanes_are_cut_does_not_matter() -> None:
    few, _ = at_point(dose_transport, 1, 400)
    many, _ = at_point(dose_transport, 8, 50)
    assert few.sum(axis=0) == pytest.approx(many.sum(axis=0), rel=1e-12, abs=1e-15)


def test_random_numbers_are_even_and_streams_differ() -> None:
    state = np.empty(1, np.uint64)
    firsts, drawn = [], []
    for number in range(2000):
        dose_electron_start(number, state)
        own = [dose_draw(state) for _ in range(10)]
        firsts.append(own[0])
        drawn.extend(own)
    counts, _ = np.histogram(drawn, 20, (0.0, 1.0))
    assert ((counts - 1000) ** 2 / 1000).sum() < 45.0  # chi-squared, 19 degrees: one in a thousand
    assert len(set(firsts)) == 2000
    assert abs(np.corrcoef(firsts[1:], firsts[:-1])[0, 1]) < 0.08


def dose_electron_start(number: int, state: NDArray[np.uint64]) -> None:
    from seldinger.kernels.dose_electron import start

    start(7, number, state)


def dose_draw(state: NDArray[np.uint64]) -> float:
    from seldinger.kernels.dose_electron import draw

    return float(draw(state))


def test_turning_keeps_length_and_angle() -> None:
    from seldinger.kernels.dose_electron import start, turn

    state = np.empty(1, np.uint64)
    start(1, 1, state)
    chance = np.random.default_rng(2)
    for old in [*chance.normal(size=(50, 3)), np.array([0.0, 0.0, 1.0]), np.array([0, 0, -1.0])]:
        u = old / np.linalg.norm(old)
        new, cosine = u.copy(), chance.uniform(-1.0, 1.0)
        turn(state, cosine, new)
        assert np.linalg.norm(new) == pytest.approx(1.0, abs=1e-12)
        assert new @ u == pytest.approx(cosine, abs=1e-9)


def test_rays_are_the_twins_and_lose_nothing() -> None:
    chance = np.random.default_rng(5)
    density = chance.uniform(0.1, 1.9, (9, 8, 7)).astype(np.float32)
    voxels = np.ascontiguousarray(np.argwhere(chance.random(density.shape) < 0.05))
    energy = chance.random(len(voxels))
    height = np.linspace(-0.95, 0.95, 12)
    angle = 2.4 * np.arange(12)
    ring = np.sqrt(1.0 - height**2)
    rays = np.column_stack([
        ring * np.cos(angle), ring * np.sin(angle), height, chance.random((12, 3)),
    ])  # fmt: skip
    below = np.concatenate([[0.0], np.cumsum(np.full(80, 0.012))])
    found = []
    for loops in (dose_rays, dose_rays_plain):
        tally, carried = np.zeros((2, *density.shape)), np.zeros(2)
        loops.spread_along_rays(
            3, voxels, energy, rays, 10.0, below, density, SPACING, tally, carried
        )
        assert tally.sum() + carried.sum() == pytest.approx(energy.sum() * below[-1], rel=1e-12)
        found.append((tally, carried))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-9, abs=1e-13)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-9)
    assert found[0][1].min() > 0.0
