"""Cement's kernels against their plain twins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests import cement_truth as truth

from seldinger.kernels import cement, cement_plain
from seldinger.physics.cement.block import Block, Pressure, make_block
from seldinger.physics.cement.injection import Numerics

FLOW = 1e-7


class Made:
    """A patchy bed, half full at random, and its pressure."""

    def __init__(self, seed: int) -> None:
        bed = truth.patchy(seed)
        self.block: Block = make_block(bed)
        cells, rng = len(self.block.pore), np.random.default_rng(seed)
        self.saturation, self.ratio, self.mobility = (
            np.zeros(cells),
            np.ones(cells),
            np.zeros(cells),
        )
        active = self.block.active
        self.saturation[active] = rng.choice([0.0, 0.02, 0.5, 0.99, 1.0], len(active))
        self.ratio[active] = 10.0 ** rng.uniform(-1.0, 3.0, len(active))
        s = self.saturation[active]
        self.mobility[active] = s / self.ratio[active] + 1.0 - s
        self.source = np.zeros(cells)
        self.source[self.block.find_ball(truth.PATCHY_TIP, None)] = FLOW
        self.solved = Pressure(self.block, self.source, Numerics(tolerance=1e-12))
        self.solved.update(self.mobility)
        self.pressure = self.solved.still + self.solved.unit

    @property
    def fields(self) -> tuple[Any, ...]:
        block, solved = self.block, self.solved
        return (
            block.stride, self.pressure, solved.face, solved.fixed, block.outside, self.source,
            block.pore, self.ratio,
        )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_conductances_and_pressures_are_those_of_the_twin(seed: int) -> None:
    made = Made(seed)
    block, solved = made.block, made.solved
    face = np.zeros_like(solved.face)
    cement_plain.conduct(
        block.active, block.stride, block.wide, block.permeability, made.mobility, face
    )
    np.testing.assert_allclose(face, solved.face, rtol=1e-12, atol=1e-300)
    for drive, found in ((made.source, solved.unit), (solved.fixed * block.outside, solved.still)):
        exact = cement_plain.solve(block.active, block.stride, solved.fixed, face, drive)
        np.testing.assert_allclose(found, exact, atol=1e-8 * np.abs(exact).max())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("step_s", [1e-3, 0.1, 10.0])
def test_cement_moves_as_the_twin_says(seed: int, step_s: float) -> None:
    made = Made(seed)
    order = made.block.active[np.argsort(-made.pressure[made.block.active])]
    results = []
    kernels: tuple[Any, Any] = (cement, cement_plain)
    for one in kernels:
        s, left = made.saturation.copy(), np.zeros((3, 2))
        gain, share = np.zeros_like(s), np.zeros_like(s)
        one.carry(order, *made.fields, made.block.exit_of, step_s, s, gain, share, left)
        results.append((s, gain, share, left))
        added = ((s - made.saturation) * made.block.pore).sum() + left[:, 0].sum()
        assert added == pytest.approx(FLOW * step_s, rel=1e-10)
    for found, twin in zip(*results, strict=True):
        np.testing.assert_allclose(found, twin, rtol=1e-9, atol=1e-9 * np.abs(twin).max())


@pytest.mark.parametrize("seed", [1, 2])
def test_speeds_are_those_of_the_twin(seed: int) -> None:
    made = Made(seed)
    block, found, twin = made.block, np.zeros_like(made.ratio), np.zeros_like(made.ratio)
    for kernel, out in ((cement.find_speed, found), (cement_plain.find_speed, twin)):
        kernel(block.active, block.stride, block.wide, made.pressure, made.solved.face, out)
    np.testing.assert_allclose(found, twin, rtol=1e-12)
    fastest = [
        one.find_fastest(block.active, *made.fields, made.saturation)
        for one in (cement, cement_plain)
    ]
    assert fastest[0] == pytest.approx(fastest[1], rel=1e-12)
