"""Cement in bone against what Darcy's law says in closed form, and against its symmetries."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest
from tests import cement_truth as truth
from tests.cement_truth import MARROW, POROSITY

from seldinger.core.space import Grid
from seldinger.physics.cement.bed import CementBed, Exit
from seldinger.physics.cement.fill import WELL_RADIUS, fill
from seldinger.physics.cement.fluids import Cement
from seldinger.physics.cement.injection import Filling, FillingEnd, Injection, Numerics, Tip

RATE = 0.1
FINE = Numerics(tolerance=1e-11)


def in_ball(ratio: float, cells: int, voxel_mm: float, volume_ml: float) -> Filling:
    bed = truth.ellipsoid(cells, (15.0,) * 3, voxel_mm)
    asked = Injection((Tip((cells // 2,) * 3),), volume_ml, RATE)
    return fill(bed, Cement.newtonian(ratio * MARROW, MARROW), asked)


def in_patches(bed: CementBed, numerics: Numerics = FINE, rate: float = RATE) -> Filling:
    asked = Injection((Tip(truth.PATCHY_TIP),), 0.5 * bed.pore_ml, rate)
    return fill(bed, Cement.newtonian(0.3, MARROW), asked, numerics=numerics)


def column_error(cells: int, ratio: float) -> float:
    found = truth.fill_column(cells, ratio).saturation[:, 0, 0]
    return float(np.abs(found - truth.column_saturation(cells, ratio, 0.5)).mean())


@pytest.mark.parametrize(
    ("ratio", "falls", "last"), [(50.0, 1.9, 0.002), (1.0, 1.35, 0.065), (0.1, 1.5, 0.007)]
)
def test_a_column_converges_to_buckley_and_leverett(
    ratio: float, falls: float, last: float
) -> None:
    """A piston's error halves with the voxel, a passive front's falls by root 2, as upwind does."""
    errors = [column_error(cells, ratio) for cells in (30, 60, 120)]
    assert all(one > falls * two for one, two in pairwise(errors))
    assert errors[-1] < last


def test_pressure_in_a_column_converges_to_that_behind_a_piston() -> None:
    off = []
    for cells in (30, 120):
        found = truth.fill_column(cells, 50.0)
        exact = truth.column_kpa(found.bed, 50.0, found.given_ml[:-1], 0.05)
        off.append(float(np.abs(found.tip_kpa[1:] - exact).mean() / exact.max()))
    assert off[1] < 0.3 * off[0]
    assert off[1] < 0.03


@pytest.mark.parametrize(("ratio", "mean", "worst_mm"), [(20.0, 0.015, 0.5), (1.0, 0.06, 1.0)])
def test_a_front_from_a_point_is_a_ball(ratio: float, mean: float, worst_mm: float) -> None:
    voxel = 1.5
    found = in_ball(ratio, 21, voxel, 3.0)
    at = np.argwhere(np.isfinite(found.arrival_s))
    radius = np.linalg.norm((at - 10) * voxel, axis=1)
    exact = truth.radius_mm(RATE * found.arrival_s[tuple(at.T)])
    far = radius > 2.0
    assert (exact[far] / radius[far]).mean() == pytest.approx(1.0, abs=mean)
    assert np.abs(exact - radius)[far].max() < worst_mm
    assert radius.max() == pytest.approx(truth.radius_mm(3.0), abs=0.5 * voxel)


@pytest.mark.parametrize("ratio", [20.0, 1.0])
def test_pressure_at_a_point_is_that_of_darcy(ratio: float) -> None:
    found = in_ball(ratio, 21, 1.5, 3.0)
    exact = truth.ball_kpa(ratio, found.given_ml[:-1], RATE, 1.5 * WELL_RADIUS, 15.0)
    late = found.given_ml[:-1] > 0.4
    np.testing.assert_allclose(found.tip_kpa[1:][late], exact[late], rtol=0.03)


def test_pressure_at_a_tip_of_a_size_does_not_depend_on_the_grid() -> None:
    exact = truth.ball_kpa(20.0, np.array([1.0]), RATE, 1.5, 15.0)[0]
    for cells, voxel in ((21, 1.5), (31, 1.0), (15, 2.1)):
        bed = truth.ellipsoid(cells, (15.0,) * 3, voxel)
        asked = Injection((Tip((cells // 2,) * 3, 1.0, 1.5),), 1.0, RATE)
        found = fill(bed, Cement.newtonian(20.0 * MARROW, MARROW), asked)
        assert found.tip_kpa[-1] == pytest.approx(exact, rel=0.12), voxel


@pytest.mark.parametrize(("ratio", "off"), [(20.0, 0.04), (1.0, 0.06)])
def test_a_front_in_anisotropic_bone_is_an_ellipsoid(ratio: float, off: float) -> None:
    """Its axes are as the roots of the permeabilities."""
    bed = truth.ellipsoid(37, (16.0, 12.0, 8.0), 1.0)
    asked = Injection((Tip((18,) * 3),), 1.2, RATE)
    found = fill(bed, Cement.newtonian(ratio * MARROW, MARROW), asked).saturation
    away = (np.arange(37) - 18.0) ** 2
    spread = [float((found.sum(axis=others) * away).sum()) for others in ((1, 2), (0, 2), (0, 1))]
    axes = np.sqrt(np.array(spread) / spread[2])
    np.testing.assert_allclose(axes, (2.0, 1.5, 1.0), rtol=off)


def test_what_is_given_is_found() -> None:
    bed = truth.patchy()
    found = in_patches(bed, Numerics())
    assert abs(found.missing_ml) < 1e-10 * found.volume_ml
    assert found.leaked_ml[-1].sum() > 0.05 * found.volume_ml, "else the books of exits are idle"
    again = replace(found.bed, saturation=found.saturation)
    later = in_patches(again, Numerics())
    assert abs(later.missing_ml) < 1e-10 * later.volume_ml
    assert later.held_ml > found.held_ml
    for one in (found, later):
        assert one.saturation.min() >= 0.0
        assert one.saturation.max() < 1.0 + 1e-9
    level = replace(bed, exits=tuple(replace(one, pressure_kpa=1.0) for one in bed.exits))
    drained = in_patches(level, Numerics())
    # Marrow ahead of the cement flows by pressures that are solved to a millionth.
    assert drained.drained_ml[-1].sum() == pytest.approx(drained.volume_ml, rel=1e-8)


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_permuted_axes_permute_the_result(order: tuple[int, int, int]) -> None:
    bed = truth.patchy()
    spacing = np.asarray(bed.grid.spacing_mm)[list(order)]
    turned = CementBed(
        Grid.aligned([bed.grid.shape[n] for n in order], spacing.tolist()),
        bed.porosity.transpose(order),
        np.array([bed.permeability_m2[n].transpose(order) for n in order]),
        tuple(replace(one, where=one.where.transpose(order)) for one in bed.exits),
        None if bed.cleft is None else bed.cleft.transpose(order),
    )
    tip = truth.PATCHY_TIP
    asked = Injection((Tip(tip),), 0.15 * bed.pore_ml, RATE)
    cement = Cement.newtonian(5.0, MARROW)
    found = fill(bed, cement, asked, numerics=FINE)
    there = replace(asked, tips=(Tip((tip[order[0]], tip[order[1]], tip[order[2]])),))
    other = fill(turned, cement, there, numerics=FINE)
    np.testing.assert_allclose(other.saturation, found.saturation.transpose(order), atol=1e-6)
    np.testing.assert_allclose(other.leaked_ml, found.leaked_ml, atol=1e-6)


def test_a_symmetric_bed_fills_symmetrically() -> None:
    found = in_ball(20.0, 15, 2.1, 2.0).saturation
    for axis in range(3):
        np.testing.assert_allclose(np.flip(found, axis), found, atol=1e-4)
    np.testing.assert_allclose(found.transpose(1, 2, 0), found, atol=1e-4)


def test_thicker_cement_leaks_less() -> None:
    """A short way to a vein: thin cement fingers into it, thick cement fills the bone first."""
    bed = truth.ellipsoid(17, (15.0,) * 3, 1.9)
    vein = np.zeros(bed.grid.shape, np.bool_)
    vein[8, 8, 12] = True
    open_ = replace(bed, exits=(*bed.exits, Exit("vein", vein, 1e-11)))
    asked = Injection((Tip((8, 8, 8)),), 5.0, RATE)
    leaks = [
        fill(open_, Cement.newtonian(ratio * MARROW, MARROW), asked).leaks_ml["vein"]
        for ratio in (0.2, 1.0, 5.0, 50.0, 500.0)
    ]
    assert all(one > 1.02 * two for one, two in pairwise(leaks))
    assert leaks[0] > 0.02


def test_shape_does_not_depend_on_the_rate_of_a_cement_that_neither_sets_nor_thins() -> None:
    bed = truth.patchy()
    level = replace(bed, exits=tuple(replace(one, pressure_kpa=1.0) for one in bed.exits))
    slow, fast = (in_patches(level, FINE, rate) for rate in (0.02, 0.2))
    np.testing.assert_allclose(slow.saturation, fast.saturation, atol=1e-8)
    np.testing.assert_allclose(slow.times_s, 10.0 * fast.times_s, rtol=1e-9)
    np.testing.assert_allclose((slow.tip_kpa[1:] - 1.0) * 10.0, fast.tip_kpa[1:] - 1.0, rtol=1e-6)


def test_smaller_steps_change_little() -> None:
    bed = truth.patchy()
    whole, fifth = (in_patches(bed, Numerics(courant=c)) for c in (0.5, 0.1))
    assert len(fifth.times_s) > 4 * len(whole.times_s)
    assert np.abs(whole.saturation - fifth.saturation).mean() < 0.02
    assert sum(whole.leaks_ml.values()) == pytest.approx(sum(fifth.leaks_ml.values()), rel=0.15)


def test_a_cleft_is_filled_first() -> None:
    bed = truth.ellipsoid(21, (15.0,) * 3, 1.5)
    cleft = np.zeros(bed.grid.shape, np.bool_)
    cleft[6:15, 6:15, 10] = True
    k = bed.permeability_m2.copy()
    k[:, cleft] = 1e-5
    porosity = np.where(cleft, 1.0, bed.porosity)
    parted = CementBed(bed.grid, porosity, k, bed.exits, cleft)
    room = float(cleft.sum()) * bed.grid.voxel_ml
    cement = Cement.newtonian(500.0 * MARROW, MARROW)
    half = fill(parted, cement, Injection((Tip((10, 10, 10)),), 0.8 * room, RATE))
    assert half.cleft_ml > 0.65 * half.volume_ml
    full = fill(parted, cement, Injection((Tip((10, 10, 10)),), 2.0 * room, RATE))
    assert full.cleft_ml > 0.95 * room
    assert full.bone_ml + full.cleft_ml == pytest.approx(full.held_ml)
    without = fill(bed, cement, Injection((Tip((10, 10, 10)),), 0.8 * room, RATE))
    share = without.saturation[cleft].sum() / (without.saturation.sum() + 1e-9)
    assert share < 0.5
    assert full.end is FillingEnd.VOLUME


def test_two_tips_fill_both_sides_alike() -> None:
    bed = truth.ellipsoid(17, (15.0,) * 3, 1.9)
    asked = Injection((Tip((4, 8, 8), 0.5), Tip((12, 8, 8), 0.5)), 3.0, RATE)
    found = fill(bed, Cement.newtonian(5.0, MARROW), asked)
    np.testing.assert_allclose(found.saturation[::-1], found.saturation, atol=1e-4)
    half = found.saturation[:8].sum() + 0.5 * found.saturation[8].sum()
    assert POROSITY * half * bed.grid.voxel_ml == pytest.approx(0.5 * found.held_ml, rel=1e-4)
