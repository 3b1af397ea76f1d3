"""Activity on another lattice: concentration alone is carried, and the change of the total told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.image.phantoms import grid_of, write_file

from seldinger import image
from seldinger.core.errors import ImageError
from seldinger.core.volume import Volume
from seldinger.image.residual import Pair, Still, measure_residuals
from seldinger.image.study import (
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    Series,
)
from seldinger.physics.activity import Radionuclide, map_activity

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.space import Grid

Y90 = Radionuclide("Y-90", 230_760.0, 3.2e-5)
PET_GRID = grid_of((30, 28, 24), (2.3, 2.3, 2.8), (-34.0, -32.0, 100.0))
CT_GRID = grid_of((80, 74, 40), (0.9, 0.9, 1.7), (-35.3, -32.6, 99.0), (2, 0, 3))


def blob() -> Volume:
    """A smooth source well inside, over a floor of negative noise."""
    at = np.indices(PET_GRID.shape) - np.array([15.0, 14.0, 12.0])[:, None, None, None]
    values = 5e5 * np.exp(-0.5 * (at**2).sum(axis=0) / 3.0**2)
    return Volume(values - 0.01, PET_GRID, "Bq/mL")


def test_the_total_is_kept_and_told() -> None:
    carried = image.carry_concentration(blob(), CT_GRID)
    assert carried.lost_share == pytest.approx(0.0, abs=2e-3)
    total_bq = float(blob().values.sum()) * PET_GRID.voxel_ml
    assert carried.before_bq == pytest.approx(total_bq)
    assert carried.after_bq == pytest.approx(map_activity(carried.volume).values.sum())
    assert 0.8 < carried.seen_share <= 1.0


def test_what_lies_outside_is_told() -> None:
    half = grid_of((40, 74, 40), (0.9, 0.9, 1.7), (-35.3, -32.6, 99.0))
    carried = image.carry_concentration(blob(), half)
    assert carried.lost_share is not None
    assert 0.4 < carried.lost_share < 0.6


def test_only_a_concentration_is_carried() -> None:
    for unit in ("Bq", "counts", "g/mL"):
        with pytest.raises(ImageError, match="only a concentration"):
            image.carry_concentration(Volume(blob().values, PET_GRID, unit), CT_GRID)


def test_coarse_lattices_and_others_elsewhere_are_refused() -> None:
    coarse = grid_of((20, 20, 10), (4.0, 4.0, 8.0), (-40.0, -40.0, 95.0))
    with pytest.raises(ImageError, match="too coarse"):
        image.carry_concentration(blob(), coarse)
    away = grid_of((20, 20, 20), (2.0, 2.0, 2.0), (500.0, 0.0, 0.0))
    with pytest.raises(ImageError, match="do not overlap"):
        image.carry_concentration(blob(), away)


def test_frames_of_reference_decide() -> None:
    ct = Series(
        Volume(np.zeros(CT_GRID.shape), CT_GRID, "HU"),
        Modality.CT,
        PatientPosition.SUPINE,
        PositionOrigin.DICOM,
        identity=DicomIdentity("1.2.3", "1", "1", ()),
    )
    pet = replace(ct, image=blob(), modality=Modality.PET)
    image.check_frames(ct, pet)
    other = replace(pet, identity=DicomIdentity("1.2.4", "1", "2", ()))
    with pytest.raises(ImageError, match="different frames of reference"):
        image.check_frames(ct, other)
    with pytest.raises(ImageError, match="no frame of reference is known for the latter"):
        image.check_frames(ct, replace(pet, identity=None))


def ball(grid: Grid, centre_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    at = grid.to_lps(np.argwhere(np.ones(grid.shape, dtype=bool)))
    inside: NDArray[np.bool_] = np.linalg.norm(at - centre_mm, axis=1) < 18.0
    return inside.reshape(grid.shape)


@pytest.mark.parametrize(("off_mm", "mean_mm"), [(0.0, 0.0), (4.0, 2.0), (8.0, 4.0)])
def test_what_is_left_between_scans_of_one_frame_is_told(off_mm: float, mean_mm: float) -> None:
    """Over a sphere that moved, half of the movement is across its surface."""
    on_ct = ball(CT_GRID, (0.0, 0.0, 133.0))
    on_pet = ball(PET_GRID, (off_mm, 0.0, 133.0))
    pair = Pair("liver", on_ct, on_pet)
    (left,) = measure_residuals(Still(), [pair], CT_GRID, PET_GRID)
    assert left.mean_mm == pytest.approx(mean_mm, abs=0.7)
    assert left.rigid_mean_mm == left.mean_mm
    assert left.max_mm >= off_mm - 1.5


@pytest.mark.parametrize("stated", ["Bq/mL", "bq/ml"])
def test_the_unit_of_a_file_is_the_users(tmp_path: Path, stated: str) -> None:
    path = write_file(tmp_path / "pet.nrrd", blob().values, PET_GRID)
    untold = image.load(path, modality="PT").planning
    assert untold.image.unit == "1"
    assert any("does not say what its numbers are" in note for note in untold.notes)
    with pytest.raises(ImageError, match="unit="):
        image.measure_concentration(untold, Y90)
    told = image.load(path, modality="PT", unit=stated).planning
    assert told.image.unit == "Bq/mL"
    made = image.measure_concentration(told, Y90)
    np.testing.assert_allclose(made.volume.values, blob().values)
    assert made.at is None
    counts = image.load(path, modality="PT", unit="counts").planning
    with pytest.raises(ImageError, match="'counts'"):
        image.measure_concentration(counts, Y90)
    with pytest.raises(ImageError, match="unit 'SUV' is unknown"):
        image.load(path, modality="PT", unit="SUV")
    with pytest.raises(ImageError, match="a MR has none to state"):
        image.load(path, modality="MR", unit="counts")


def test_a_file_beside_the_planning_scan_has_its_unit_too(tmp_path: Path) -> None:
    ct = write_file(
        tmp_path / "ct.nrrd",
        np.linspace(-1000.0, 900.0, 80 * 74 * 40).reshape(CT_GRID.shape),
        CT_GRID,
    )
    pet = write_file(tmp_path / "pet.nrrd", blob().values, PET_GRID)
    source = image.SeriesSource(pet, modality="PT", unit="Bq/mL")
    study = image.load(ct, others=(source,))
    assert study.series[1].image.unit == "Bq/mL"
    f18 = Radionuclide("F-18", 6586.2, 0.967)
    made = image.measure_concentration(study.series[1], Y90, scanner=f18)
    np.testing.assert_allclose(made.volume.values, blob().values * 0.967 / 3.2e-5)
    assert any("nothing was undone" in note for note in made.notes)
