"""Dose after a real radioembolization: every lesion by hand, and the files read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
import scipy
import SimpleITK

from seldinger import image
from seldinger.followup.delivered import assess
from seldinger.followup.delivered_activity import VerifyRequest
from seldinger.report import delivered as reports

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.followup.delivered import DeliveredDose

pytestmark = pytest.mark.real

FOLDER = "y90-radioembolization"
PET, SEG = "patient_1_Y90_PET.nrrd", "patient_1_Segmentation.seg.nrrd"


@pytest.fixture(scope="module")
def treated(data_dir: Path) -> DeliveredDose:
    study = image.load(data_dir / FOLDER / PET, modality="PT", unit="Bq/mL")
    drawn = image.load_labels(data_dir / FOLDER / SEG)
    return assess(study, drawn.map, VerifyRequest(), drawn.inputs)


def test_every_lesion_has_the_dose_that_is_worked_out_by_hand(
    treated: DeliveredDose, data_dir: Path
) -> None:
    """Mean Bq/mL between the voxels, over the contour's own, times k over density."""
    pet: Any = SimpleITK.ReadImage(str(data_dir / FOLDER / PET))
    values = SimpleITK.GetArrayFromImage(pet)
    found = {one.name: one for one in treated.structures}
    assert [one.name for one in treated.contours.tumours] == [f"Tumor {n}" for n in range(1, 7)]
    for name in ("Tumor 1", "Tumor 2", "Tumor 4", "Liver"):
        mask = treated.labels.mask(name)
        places = treated.labels.grid.to_lps(np.argwhere(mask).astype(float))
        index = (places - np.array(pet.GetOrigin())) / np.array(pet.GetSpacing())
        read = scipy.ndimage.map_coordinates(values, index[:, ::-1].T, order=1)
        dose = read.mean() * 1e-6 * 49.76 / 1.05
        assert found[name].mean_gy.nominal == pytest.approx(dose, rel=2e-3)
        assert found[name].mean_gy.p05 < dose < found[name].mean_gy.p95


def test_small_lesions_keep_their_volume_and_are_less_certain(treated: DeliveredDose) -> None:
    found = {one.name: one for one in treated.structures}
    small, large = found["Tumor 3"], found["Tumor 2"]
    assert small.volume_ml == pytest.approx(0.215, abs=0.002)
    assert large.volume_ml == pytest.approx(209.6, abs=0.1)
    reach = [one.mean_gy.p95 / one.mean_gy.nominal for one in (small, large)]
    assert reach[0] > 1.4
    assert reach[1] < 1.25
    assert small.recovery is not None
    assert large.recovery is not None
    assert small.recovery < 0.25
    assert large.recovery > 0.9


def test_its_files_show_the_dose_where_it_is(treated: DeliveredDose, tmp_path: Path) -> None:
    reports.write_fields(tmp_path, treated)
    read: Any = SimpleITK.ReadImage(str(tmp_path / "rtdose.dcm"))
    scale = float(read.GetMetaData("3004|000e"))
    hottest = np.unravel_index(int(np.argmax(treated.dose.values)), treated.dose.grid.shape)
    place = treated.dose.grid.to_lps(np.array(hottest, dtype=float))
    at = read.TransformPhysicalPointToIndex([float(x) for x in place])
    assert read.GetPixel(at) * scale == pytest.approx(float(treated.dose.values.max()), rel=1e-6)
    report: Any = pydicom.dcmread(tmp_path / "doses.dcm")
    assert report.Modality == "SR"
