"""Stiffness before and after cement: order, spread, what is refused and what is not promised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plain_vertebra import make_vertebra

from seldinger.core.errors import SimulationError
from seldinger.core.volume import Volume
from seldinger.simulate.cement.bone_laws import find_calibration, list_laws
from seldinger.simulate.cement.stiffness import StiffnessResult, compare_stiffness

VERTEBRA = make_vertebra()


def make_cement(share: float, half_mm: float = 8.0) -> Volume:
    """A column of cement from endplate to endplate in the body's middle."""
    grid = VERTEBRA.grid
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    away = grid.to_lps(index.reshape(-1, 3)) - np.asarray(VERTEBRA.frame.origin_lps_mm)
    near = (np.hypot(away[:, 0], away[:, 1]) <= half_mm).reshape(grid.shape)
    return Volume(share * (near & VERTEBRA.body), grid, "1")


@pytest.fixture(scope="module")
def filled() -> StiffnessResult:
    return compare_stiffness(VERTEBRA, make_cement(0.9), voxel_mm=3.0)


def test_cement_makes_a_body_stiffer(filled: StiffnessResult) -> None:
    assert filled.ratio.nominal > 1.0
    assert filled.ratio.p05 < filled.ratio.p50 < filled.ratio.p95
    assert filled.ratio.nominal == pytest.approx(
        filled.after_n_per_mm.nominal / filled.before_n_per_mm.nominal
    )
    for shares in (filled.load_share_before, filled.load_share_after):
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-3)
    assert filled.load_share_before["cement"] == 0.0
    assert filled.load_share_after["cement"] > 0.3
    assert len(filled.by_law) == 7
    assert filled.yield_after_n > 0.0


def test_it_promises_nothing(filled: StiffnessResult) -> None:
    assert filled.explained_share == 0.27
    assert "27 %" in filled.notes[0]
    assert filled.stamp
    assert "assumed" in filled.calibration


def test_without_cement_nothing_changes_and_more_is_stiffer(filled: StiffnessResult) -> None:
    none = compare_stiffness(VERTEBRA, make_cement(0.0), voxel_mm=3.0)
    assert none.ratio.nominal == pytest.approx(1.0, abs=1e-4)
    more = compare_stiffness(VERTEBRA, make_cement(0.9, 11.0), voxel_mm=3.0)
    assert more.ratio.nominal > filled.ratio.nominal


def test_damage_lowers_what_was_there_before(filled: StiffnessResult) -> None:
    damaged = compare_stiffness(VERTEBRA, make_cement(0.9), voxel_mm=3.0, damaged_share=0.33)
    assert damaged.before_n_per_mm.nominal == pytest.approx(
        0.67 * filled.before_n_per_mm.nominal, rel=1e-3
    )
    assert damaged.ratio.nominal > filled.ratio.nominal


def test_a_tilted_vertebra_is_as_stiff() -> None:
    upright = compare_stiffness(VERTEBRA, make_cement(0.9), voxel_mm=3.0)
    turned = make_vertebra(order=(1, 2, 0))
    cement = make_cement(0.9).values.transpose([int(n) for n in np.argsort((1, 2, 0))])
    other = compare_stiffness(turned, Volume(cement, turned.grid, "1"), voxel_mm=3.0)
    assert other.ratio.nominal == pytest.approx(upright.ratio.nominal, rel=1e-3)
    assert other.before_n_per_mm.nominal == pytest.approx(upright.before_n_per_mm.nominal, rel=1e-3)


def test_the_published_line_is_of_ct_with_contrast() -> None:
    with_contrast, without = find_calibration(True, {}), find_calibration(False, {})
    assert with_contrast.slope_mg_per_ml == 0.71
    assert with_contrast.facts
    assert not without.facts
    assert find_calibration(None, {}).slope_mg_per_ml == without.slope_mg_per_ml
    assert with_contrast.find_g_per_ml(np.array([100.0, -500.0])) == pytest.approx([0.08482, 0.0])


def test_laws_are_those_of_their_sources() -> None:
    laws = {law.name: law.find_mpa(np.array([0.1, 0.0, 5.0]), {}) for law in list_laws({})}
    assert laws["kopperdahl"][0] == pytest.approx(2980.0 * 0.1**1.05)
    assert laws["crawford"][0] == pytest.approx(3230.0 * 0.1 - 34.7)
    assert laws["aiyangar"][0] == pytest.approx(149.38)
    assert laws["morgan"][0] == pytest.approx(4730.0 * (0.1 / 0.6) ** 1.56)
    assert all((values > 0.0).all() for values in laws.values())
    # Morgan's law is not carried beyond the densities it is known for.
    assert laws["morgan"][2] == pytest.approx(4730.0 * 0.35**1.56)


def test_what_cannot_be_loaded_is_refused() -> None:
    with pytest.raises(SimulationError, match="0 to less than 1"):
        compare_stiffness(VERTEBRA, make_cement(0.9), damaged_share=1.0)
    bare = replace(VERTEBRA, upper_endplate=np.zeros_like(VERTEBRA.body))
    with pytest.raises(SimulationError, match="both endplates are needed"):
        compare_stiffness(bare, make_cement(0.9), voxel_mm=3.0)
