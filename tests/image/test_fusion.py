"""CT and PET of two frames: a rigid movement is found, told, and laid upon the CT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import scipy
from tests.image.phantoms import grid_of

from seldinger.core.errors import ImageError
from seldinger.core.volume import Volume
from seldinger.image import register
from seldinger.image.carrying import carry_concentration, lay_upon
from seldinger.image.residual import Pair, measure_residuals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid

CT_GRID = grid_of((70, 64, 40), (3.0, 3.0, 4.0), (-105.0, -96.0, 0.0))
PET_GRID = grid_of((60, 56, 42), (3.5, 3.5, 3.8), (-105.0, -98.0, 0.0))
BODY = ((0.0, 0.0, 80.0), (95.0, 85.0, 400.0))
LIVER = ((-35.0, 0.0, 80.0), (50.0, 46.0, 52.0))
HOT = ((-50.0, -8.0, 88.0), (13.0, 13.0, 13.0))
MOVED_MM = np.array([6.0, -4.0, 9.0])


def within(grid: Grid, solid: Any, by_mm: Any = 0.0) -> NDArray[np.bool_]:
    centre, radii = solid
    at = grid.to_lps(np.argwhere(np.ones(grid.shape, dtype=bool))) - np.asarray(centre) - by_mm
    inside: NDArray[np.bool_] = ((at / np.asarray(radii)) ** 2).sum(axis=1) < 1.0
    return inside.reshape(grid.shape)


@dataclass(frozen=True)
class Scans:
    ct: Volume
    pet: Volume


@pytest.fixture(scope="module")
def scans() -> Scans:
    rng = np.random.default_rng(0)
    ct = np.full(CT_GRID.shape, -1000.0)
    pet = np.zeros(PET_GRID.shape)
    for solid, hu, bq_per_ml in ((BODY, 30, 800), (LIVER, 110, 4e5), (HOT, 60, 2e6)):
        ct[within(CT_GRID, solid)] = hu
        pet[within(PET_GRID, solid, MOVED_MM)] = bq_per_ml
    pet = scipy.ndimage.gaussian_filter(pet, 1.0) + rng.normal(0.0, 2e4, pet.shape)
    ct += rng.normal(0.0, 12.0, ct.shape)
    return Scans(Volume(ct, CT_GRID, "HU"), Volume(pet, PET_GRID, "Bq/mL"))


def test_a_pet_is_brought_to_the_ct(scans: Scans) -> None:
    liver = within(CT_GRID, LIVER)
    found = register.register_rigid(scans.ct, scans.pet, liver)
    centre = np.array([LIVER[0]])
    np.testing.assert_allclose(found.move(centre)[0] - centre[0], MOVED_MM, atol=1.0)
    assert found.turn_deg < 2.0
    assert found.bending is None
    pair = Pair("liver", liver, within(PET_GRID, LIVER, MOVED_MM))
    (left,) = measure_residuals(found, [pair], CT_GRID, PET_GRID)
    assert left.mean_mm < 1.0  # less than a third of a voxel
    laid = lay_upon(scans.pet, found)
    np.testing.assert_array_equal(laid.values, scans.pet.values)
    carried = carry_concentration(laid, CT_GRID)
    hot = np.argwhere(carried.volume.values > 1e6)
    np.testing.assert_allclose(CT_GRID.to_lps(hot.mean(axis=0)), HOT[0], atol=1.5)
    np.testing.assert_allclose(
        found.move(laid.grid.to_lps(np.eye(3) * 30.0)), PET_GRID.to_lps(np.eye(3) * 30.0), atol=1e-6
    )


def test_where_nothing_fits_better_nothing_is_moved(
    scans: Scans, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optimiser's own steps must not stay in what is given back."""
    monkeypatch.setattr(register, "_metric", lambda *_, **__: -1e9)
    found = register.register_rigid(scans.ct, scans.pet, within(CT_GRID, LIVER), (2.0, 0.0, 0.0))
    assert "already aligned" in found.rigid.stopped
    assert found.shift_mm == pytest.approx((2.0, 0.0, 0.0), abs=1e-9)
    assert found.turn_deg == 0.0


def test_scans_that_do_not_overlap_are_refused(scans: Scans) -> None:
    with pytest.raises(ImageError, match="begin nearer"):
        register.register_rigid(scans.ct, scans.pet, within(CT_GRID, LIVER), (5000.0, 0.0, 0.0))
