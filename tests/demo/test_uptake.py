"""The built-in patient around a radioembolization: activity is where it was given, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import anatomy, demo, image
from seldinger.core.errors import ImageError, OutputError
from seldinger.image.study import Alignment, Modality
from seldinger.physics.activity import Radionuclide
from seldinger.report.scan_files import write_scan

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.demo.uptake import UptakePatient

Y90 = Radionuclide("Y-90", 64.1 * 3600.0, 3.2e-5)


@pytest.fixture(scope="module")
def patient() -> UptakePatient:
    return demo.uptake_patient(4.0)


def test_what_was_given_is_there_and_no_more(patient: UptakePatient) -> None:
    for name, uptake in patient.uptake.items():
        activity = patient.activity[name]
        total = activity.values.sum() * np.prod(activity.grid.spacing_mm) / 1000.0
        assert total == pytest.approx(1e6 * uptake.injected_mbq, rel=1e-9)


def test_tumours_and_lungs_hold_their_share(patient: UptakePatient) -> None:
    activity = patient.activity["Y-90"]
    voxel_ml = np.prod(activity.grid.spacing_mm) / 1000.0
    x = activity.grid.to_lps(np.argwhere(activity.values > 0.0).astype(float))
    lung = patient.truth.contains("lungs", x)
    held = activity.values[activity.values > 0.0]
    assert held[lung].sum() * voxel_ml == pytest.approx(0.055 * 2.2e9, rel=0.04)
    tumour = patient.truth.contains("liver-tumour-2", x)
    level = np.median(held[~lung & ~tumour])
    assert held[tumour].max() / level == pytest.approx(4.0, rel=1e-6)


def test_images_lie_in_one_frame_and_show_what_is_there(patient: UptakePatient) -> None:
    study = patient.study
    assert [one.modality for one in study.series] == [Modality.CT, Modality.NM, Modality.PET]
    assert {study.alignment(one) for one in study.series} == {Alignment.SAME_FRAME}
    pet = study.series[2].image
    assert pet.values.min() < 0.0
    total = pet.values.sum(dtype=np.float64) * np.prod(pet.grid.spacing_mm) / 1000.0
    assert total == pytest.approx(2.2e9, rel=0.02)


def test_the_anatomy_has_the_arteries_of_the_liver(patient: UptakePatient) -> None:
    vessels = patient.build_anatomy(anatomy.Settings(voxel_mm=5.0)).vessels
    assert vessels is not None
    assert {"right hepatic artery", "left hepatic artery", "right common femoral artery"} <= {
        edge.name for edge in vessels.edges
    }


def test_voxels_that_make_no_ct_are_refused() -> None:
    with pytest.raises(ImageError, match="voxel_mm"):
        demo.uptake_patient(0.1)


def test_its_files_give_the_same_images_and_the_activity_that_was_given(
    patient: UptakePatient, tmp_path: Path
) -> None:
    folders = demo.uptake.write_images(patient, tmp_path)
    ct, maa, pet = (image.load(folder).planning for folder in folders)
    assert [one.modality for one in (ct, maa, pet)] == [Modality.CT, Modality.NM, Modality.PET]
    assert {one.frame_of_reference_uid for one in (ct, maa, pet)} == {demo.uptake.FRAME_UID}
    for read, made in zip((ct, maa), patient.study.series[:2], strict=True):
        np.testing.assert_allclose(read.image.values, made.image.values, atol=1.0)
        np.testing.assert_allclose(read.image.grid.index_to_lps, made.image.grid.index_to_lps)
    acquired = pet.acquisition
    assert acquired is not None
    found = image.measure_concentration(pet, Y90, acquired.administered_at)
    total_bq = found.volume.values.sum() * found.volume.grid.voxel_ml
    assert total_bq == pytest.approx(2.2e9, rel=0.02)
    assert total_bq / (pet.image.values.sum(dtype=float) * pet.image.grid.voxel_ml) > 1.2


def test_a_scan_that_tells_nothing_is_not_written(patient: UptakePatient, tmp_path: Path) -> None:
    ct, _, pet = patient.study.series
    for series, told in ((replace(ct, identity=None), "without identity"), (pet, "tells its")):
        with pytest.raises(OutputError, match=told):
            write_scan(tmp_path, series)
