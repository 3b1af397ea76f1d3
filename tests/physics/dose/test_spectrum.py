"""Spectra against published mean energies, and the laws they keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seldinger.physics.dose.emitters import HO166, Y90
from seldinger.physics.dose.spectrum import (
    BetaBranch,
    ElectronLine,
    Emitter,
    branch_density,
    emission_spectrum,
)


def mean_mev(branch: BetaBranch, emitter: Emitter) -> float:
    energy = (np.arange(2000) + 0.5) * branch.end_point_mev / 2000
    density = branch_density(branch, emitter.daughter_z, emitter.mass_number, energy)
    return float(density @ energy / density.sum())


@pytest.mark.parametrize(
    ("published", "within"),
    [(0.93290, 0.0025), (0.9336, 0.0015), (0.9349, 0.0015), (0.92657, 0.0095)],
    ids=["ICRP 107", "Graves 2019", "EGSnrc", "DDEP"],
)
def test_y90_has_the_mean_energy_of_others(published: float, within: float) -> None:
    assert emission_spectrum(Y90).energy_per_decay_mev == pytest.approx(published, rel=within)


def test_ho166_has_the_mean_energies_of_icrp_107() -> None:
    spectrum = emission_spectrum(HO166)
    betas = spectrum.mean_beta_mev * spectrum.per_decay.sum()
    assert betas == pytest.approx(0.66499, rel=0.004)
    assert spectrum.energy_per_decay_mev - betas == pytest.approx(0.0283956, rel=0.01)


@pytest.mark.parametrize(
    ("number", "published", "within"), [(0, 0.693507, 0.008), (1, 0.650868, 0.005)]
)
def test_main_branches_of_ho166(number: int, published: float, within: float) -> None:
    assert mean_mev(HO166.branches[number], HO166) == pytest.approx(published, rel=within)


def test_a_branch_ends_where_it_should() -> None:
    branch = Y90.branches[0]
    beyond = np.array([branch.end_point_mev + 1e-3])
    assert branch_density(branch, 40, 90, beyond) == pytest.approx(0.0, abs=0.0)


def test_without_charge_the_allowed_shape_is_phase_space() -> None:
    energy = np.linspace(0.01, 0.99, 50)
    bare = BetaBranch(1.0, 1.0, "allowed")
    w = energy / 0.51099895 + 1.0
    q = (1.0 - energy) / 0.51099895
    wanted = np.sqrt(w**2 - 1.0) * w * q**2
    got = branch_density(bare, 1, 3, energy) / wanted
    # Hydrogen's charge is small: the shape differs by its Fermi function alone, a few percent.
    assert got == pytest.approx(np.full(50, got[-1]), rel=0.1)
    assert (np.diff(got) < 0.0).all(), "attraction favours slow electrons"


def test_the_forbidden_shape_is_harder_in_the_middle() -> None:
    main = Y90.branches[0]
    assert mean_mev(main, Y90) > mean_mev(replace(main, shape="allowed"), Y90)


def test_quantiles_keep_energy_and_lines() -> None:
    for emitter in (Y90, HO166):
        spectrum = emission_spectrum(emitter)
        found = spectrum.quantiles(8193)
        middle = 0.5 * (found[1:] + found[:-1])
        wanted = spectrum.energy_per_decay_mev / spectrum.electrons_per_decay
        assert middle.mean() == pytest.approx(wanted, rel=2e-4)
        assert (np.diff(found) >= 0.0).all()
    line = ElectronLine(0.0713, 5.0)
    busy = emission_spectrum(replace(Y90, lines=(line,))).quantiles(6001)
    share = np.count_nonzero(np.abs(busy - line.energy_mev) < 1e-9) / 6000
    assert share == pytest.approx(5.0 / 6.0, abs=2e-3)


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_a_branch_without_energy_or_yield_is_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        BetaBranch(*wrong, "allowed")
