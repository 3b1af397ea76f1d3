"""Every way of computing dose: they agree where they must, and no energy is lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.signal import fftconvolve

from seldinger.core.space import Grid
from seldinger.kernels import dose_rays_plain
from seldinger.physics.dose.convolve import convolve, deposit_locally, spread
from seldinger.physics.dose.emitters import Y90
from seldinger.physics.dose.point_kernel import load_point_kernel
from seldinger.physics.dose.result import AbsorbedDose, count_decays
from seldinger.physics.dose.scale_paths import PathSettings, scale_paths
from seldinger.physics.dose.simulate import SimulationSettings, simulate
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.voxel_kernel import build_voxel_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MEV = 0.9336
KERNEL = load_point_kernel("y90")
SPECTRUM = emission_spectrum(Y90)
GRID = Grid.aligned((15, 17, 13), (3.0, 2.5, 4.0))
FEW = SimulationSettings(electrons=30_000, batches=8)


def decays(corner: bool = False) -> Floats:
    values = np.zeros(GRID.shape)
    chance = np.random.default_rng(3)
    where = (slice(0, 4),) * 3 if corner else (slice(5, 9), slice(6, 10), slice(5, 8))
    values[where] = chance.uniform(1e8, 2e9, values[where].shape)
    return values


def densities() -> Floats:
    values = np.full(GRID.shape, 1.05)
    values[:, :, 7:] = 0.26
    values[8:, :4] = 1.6
    return values


def check_books(dose: AbsorbedDose, values: Floats, density: Floats | float) -> None:
    assert dose.emitted_j == pytest.approx(values.sum() * MEV * 1.602176634e-13, rel=1e-9)
    parts = dose.absorbed_j + dose.left_grid_j + dose.radiated_j
    assert parts == pytest.approx(dose.emitted_j, rel=1e-6)
    mass_kg = np.broadcast_to(np.asarray(density) * GRID.voxel_ml * 1e-3, GRID.shape)
    held = float((dose.dose_gy.astype(np.float64) * mass_kg).sum())
    assert held == pytest.approx(dose.absorbed_j, rel=1e-6)
    assert dose.left_share > -1e-6


def test_grids_smaller_than_the_kernel_are_convolved_too() -> None:
    chance = np.random.default_rng(0)
    for _ in range(12):
        shape = tuple(chance.integers(1, 12, 3))
        kernel = build_voxel_kernel(chance.uniform(1.5, 8.0, 3).tolist(), 1.0, KERNEL, 60)
        values = np.where(chance.random(shape) < 0.2, chance.random(shape), 0.0)
        whole = fftconvolve(values, kernel.share, "full")
        part = tuple(slice(h, h + n) for h, n in zip(kernel.half, shape, strict=True))
        assert spread(values, kernel, np.float64) == pytest.approx(whole[part], abs=1e-12)


@pytest.mark.parametrize("corner", [False, True])
@pytest.mark.parametrize("double", [False, True])
def test_convolution_is_the_textbooks(corner: bool, double: bool) -> None:
    values = decays(corner)
    kernel = build_voxel_kernel(GRID.spacing_mm, 1.05, KERNEL)
    kind = np.float64 if double else np.float32
    wanted = fftconvolve(values, kernel.share, "same")
    got = spread(values, kernel, kind)
    assert got.dtype == kind
    assert np.abs(got - wanted).max() < (1e-12 if double else 2e-6) * wanted.max()
    dose = convolve(values, GRID, kernel, MEV, double=double)
    check_books(dose, values, 1.05)
    assert (dose.left_share > 0.05) == corner


def test_convolution_is_linear_and_empty_stays_empty() -> None:
    kernel = build_voxel_kernel(GRID.spacing_mm, 1.05, KERNEL)
    one, other = decays(), decays(corner=True)
    both = convolve(one - 2.0 * other, GRID, kernel, MEV, double=True).dose_gy
    parts = [convolve(v, GRID, kernel, MEV, double=True).dose_gy for v in (one, other)]
    assert both == pytest.approx(parts[0] - 2.0 * parts[1], abs=1e-9 * parts[0].max())
    nothing = convolve(np.zeros(GRID.shape), GRID, kernel, MEV)
    assert not nothing.dose_gy.any()
    assert nothing.left_share == 0.0


def test_local_deposition_keeps_all() -> None:
    values, density = decays(), densities()
    dose = deposit_locally(values, density, GRID, MEV)
    check_books(dose, values, density)
    at = (6, 7, 7)
    joule = values[at] * MEV * 1.602176634e-13
    assert dose.dose_gy[at] == pytest.approx(joule / (0.26 * 0.03 * 1e-3), rel=1e-6)


def test_the_usual_constant_comes_out() -> None:
    # 1 GBq of Y-90 in 1 kg, 64.1 h and 0.9336 MeV: 49.8 Gy.
    grid = Grid.aligned((10, 10, 10), 10.0)
    all_decays = count_decays(np.full(grid.shape, 1e6), 64.1)
    dose = deposit_locally(all_decays, np.ones(grid.shape), grid, MEV)
    assert dose.dose_gy == pytest.approx(49.80, abs=0.01)


@pytest.mark.parametrize("corner", [False, True])
def test_paths_in_uniform_tissue_are_the_convolution(corner: bool) -> None:
    values, density = decays(corner), np.full(GRID.shape, 1.05)
    kernel = build_voxel_kernel(GRID.spacing_mm, 1.05, KERNEL)
    wanted = convolve(values, GRID, kernel, MEV, double=True)
    got = scale_paths(values, density, GRID, KERNEL, MEV)
    assert got.dose_gy == pytest.approx(wanted.dose_gy, abs=1e-6 * wanted.dose_gy.max())
    check_books(got, values, 1.05)
    # The same by rays alone: a speck of bone far off, within reach of every box, changes nothing.
    density[density.shape[0] - 1, 0, 0] = 1.8
    rays = scale_paths(values, density, GRID, KERNEL, MEV, PathSettings(0.05, 512))
    near = wanted.dose_gy > 0.02 * wanted.dose_gy.max()
    near[-1, 0, 0] = False
    assert rays.dose_gy[near] == pytest.approx(wanted.dose_gy[near], rel=0.06)
    assert rays.absorbed_j == pytest.approx(wanted.absorbed_j, rel=2e-3)


def test_paths_in_mixed_tissue_keep_energy_and_are_the_twins() -> None:
    values, density = decays(), densities()
    few = PathSettings(0.05, 24)
    dose = scale_paths(values, density, GRID, KERNEL, MEV, few)
    check_books(dose, values, density)
    plain = scale_paths(values, density, GRID, KERNEL, MEV, few, dose_rays_plain)
    assert dose.dose_gy == pytest.approx(plain.dose_gy, rel=1e-5, abs=1e-9)
    again = scale_paths(values, density, GRID, KERNEL, MEV, few)
    assert np.array_equal(dose.dose_gy, again.dose_gy)


def test_electrons_in_uniform_tissue_are_the_convolution() -> None:
    values, density = decays(), np.full(GRID.shape, 1.05)
    kernel = build_voxel_kernel(GRID.spacing_mm, 1.05, KERNEL)
    wanted = convolve(values, GRID, kernel, MEV, double=True).dose_gy
    dose = simulate(values, density, GRID, SPECTRUM, MEV, SimulationSettings(200_000, 2))
    check_books(dose, values, 1.05)
    assert dose.error_gy is not None
    high = wanted > 0.1 * wanted.max()
    apart = (dose.dose_gy[high] - wanted[high]) / dose.error_gy[high]
    # Errors of chance, as large as they say; 0.5 % of steps and kernel besides.
    assert 0.7 < np.sqrt((apart**2).mean()) < 1.6
    assert dose.dose_gy[high].sum() == pytest.approx(wanted[high].sum(), rel=0.004)


def test_the_same_seed_gives_the_same_dose() -> None:
    values, density = decays(), densities()
    one, two = (simulate(values, density, GRID, SPECTRUM, MEV, FEW) for _ in range(2))
    assert np.array_equal(one.dose_gy, two.dose_gy)
    other = SimulationSettings(electrons=30_000, seed=2, batches=8)
    assert not np.array_equal(
        one.dose_gy, simulate(values, density, GRID, SPECTRUM, MEV, other).dose_gy
    )


def test_threads_change_nothing() -> None:
    import numba

    values, density = decays(), densities()
    found = []
    for threads in (1, numba.get_num_threads()):
        numba.set_num_threads(threads)
        paths = scale_paths(values, density, GRID, KERNEL, MEV, PathSettings(rays=24))
        electrons = simulate(values, density, GRID, SPECTRUM, MEV, FEW)
        found.append(np.stack([paths.dose_gy, electrons.dose_gy]))
    assert np.array_equal(found[0], found[-1])


def test_electrons_in_mixed_tissue_agree_with_paths() -> None:
    values, density = decays(), densities()
    told: list[float] = []
    more = SimulationSettings(electrons=150_000, batches=8)
    dose = simulate(values, density, GRID, SPECTRUM, MEV, more, lambda _, done: told.append(done))
    check_books(dose, values, density)
    assert told == [0.5, 1.0]
    paths = scale_paths(values, density, GRID, KERNEL, MEV)
    thin = density == 0.26
    assert dose.dose_gy[thin].mean() == pytest.approx(paths.dose_gy[thin].mean(), rel=0.03)
    assert dose.left_share == pytest.approx(paths.left_share, abs=0.01)


def test_decays_are_all_of_them() -> None:
    # All decays of an activity: by hand, halving it every half-life.
    halves = sum(0.5**n for n in range(60)) * 64.1 * 3600.0 * 0.5 / math.log(2.0)
    assert count_decays(np.array(7.0), 64.1) == pytest.approx(7.0 * halves)
    with pytest.raises(ValueError, match="half_life_h"):
        count_decays(np.array(1.0), 0.0)


def test_bad_input_is_refused() -> None:
    values, density = decays(), densities()
    kernel = build_voxel_kernel((1.0, 1.0, 1.0), 1.05, KERNEL)
    with pytest.raises(ValueError, match="the grid's spacing"):
        convolve(values, GRID, kernel, MEV)
    with pytest.raises(ValueError, match="the grid"):
        deposit_locally(values[1:], density, GRID, MEV)
    with pytest.raises(ValueError, match="finite"):
        deposit_locally(values * np.nan, density, GRID, MEV)
    with pytest.raises(ValueError, match="energy_per_decay_mev"):
        deposit_locally(values, density, GRID, 0.0)
    for wrong in (density * 0.0, density * np.nan, density[1:]):
        with pytest.raises(ValueError, match="density"):
            scale_paths(values, wrong, GRID, KERNEL, MEV)
    with pytest.raises(ValueError, match="must not be negative"):
        scale_paths(-values, density, GRID, KERNEL, MEV)
    with pytest.raises(ValueError, match="must not be negative"):
        simulate(-values, density, GRID, SPECTRUM, MEV, FEW)
    with pytest.raises(ValueError, match="no decay"):
        simulate(values * 0.0, density, GRID, SPECTRUM, MEV, FEW)
    with pytest.raises(ValueError, match="batches"):
        SimulationSettings(batches=2)
    with pytest.raises(ValueError, match="electrons"):
        SimulationSettings(electrons=0)
    with pytest.raises(ValueError, match="uniform_within"):
        PathSettings(uniform_within=0.9)
    with pytest.raises(ValueError, match="rays"):
        PathSettings(rays=2)
