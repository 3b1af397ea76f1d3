"""Real studies load as their README says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest

from seldinger import image

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def test_liver_ct(data_dir: Path) -> None:
    folder = data_dir / "liver-ircad17"
    study = image.load(folder / "ct.nii.gz", folder / "labels.nii.gz", folder / "labels.json")
    assert study.image.grid.shape == (512, 512, 119)
    assert study.image.values.dtype == np.int16
    assert study.labels is not None
    assert len(study.labels.entries) == 8
    for name, volume_ml in (("livertumor1", 85.6), ("livertumor2", 78.6)):
        mask = study.labels.mask(name)
        assert mask.sum() * study.image.grid.voxel_ml == pytest.approx(volume_ml, abs=0.05)
        assert 0 < study.image.values[mask].mean() < 200
    liver = study.labels.mask("liver")
    assert study.image.grid.to_lps(np.argwhere(liver).mean(axis=0))[0] < 190.0  # right of midline


def test_chest_ct_with_a_key_whose_columns_mislead(data_dir: Path) -> None:
    folder = data_dir / "chest-lidc0001"
    study = image.load(folder / "ct.nii.gz", folder / "labels.nii.gz", folder / "labels.csv")
    assert study.image.values.min() == -2048
    assert study.labels is not None
    heart = study.labels.mask("heart")
    assert 0 < study.image.values[heart].mean() < 400
    lung = study.labels.mask("lung_upper_lobe_left")
    assert study.image.values[lung].mean() < -600
    left, right = (
        study.image.grid.to_lps(np.argwhere(study.labels.mask(n)).mean(axis=0))
        for n in ("lung_upper_lobe_left", "lung_upper_lobe_right")
    )
    assert left[0] > right[0] + 80.0
    nodule = image.load_mask(folder / "nodule-threshold.nii.gz", study.image.grid)
    assert nodule.sum() * study.image.grid.voxel_ml == pytest.approx(5.5, abs=0.1)
    centre = study.image.grid.to_lps(np.argwhere(nodule).mean(axis=0))
    heart_centre = study.image.grid.to_lps(np.argwhere(heart).mean(axis=0))
    assert centre[1] > heart_centre[1] + 20.0  # posterior


def test_abdomen_and_pelvis(data_dir: Path) -> None:
    folder = data_dir / "abdpelvis-totalseg"
    study = image.load(folder / "ct.nii.gz", folder / "labels.nii.gz", folder / "labels.json")
    assert study.labels is not None
    assert len(study.labels.entries) == 61
    where = {
        name: study.image.grid.to_lps(np.argwhere(study.labels.mask(name)).mean(axis=0))
        for name in ("liver", "spleen", "urinary_bladder", "kidney_left", "kidney_right")
    }
    assert where["spleen"][0] > where["liver"][0] + 50.0
    assert where["kidney_left"][0] > where["kidney_right"][0] + 50.0
    assert where["urinary_bladder"][2] < where["liver"][2] - 100.0


def test_pet_series_with_a_dicom_segmentation(data_dir: Path) -> None:
    folder = data_dir / "pet-qin-dicom"
    study = image.load(folder, folder / "SEG")
    assert study.modality is image.Modality.PET
    assert study.image.unit == "Bq/mL"
    assert study.image.grid.shape == (128, 128, 299)
    assert study.position_origin is image.PositionOrigin.DICOM
    assert study.labels is not None
    (file,) = (folder / "SEG").rglob("*.dcm")
    frames = pydicom.dcmread(file).pixel_array
    drawn = sum(int(study.labels.mask(n).sum()) for n in study.labels.names)
    assert drawn == int(frames.sum())
    # A tumour is where the activity is: misplaced by a few slices it would not stand out.
    tumour = np.logical_or.reduce([study.labels.mask(n) for n in study.labels.names])
    near = study.image.values[study.image.values > 500]
    assert study.image.values[tumour].mean() > 3.0 * np.median(near)


def test_yttrium_pet_with_a_segmentation_in_layers(data_dir: Path) -> None:
    folder = data_dir / "y90-radioembolization"
    study = image.load(
        folder / "patient_1_Y90_PET.nrrd",
        folder / "patient_1_Segmentation.seg.nrrd",
        modality="PET",
    )
    assert study.labels is not None
    assert study.labels.names[:2] == ("Liver", "Tumor 1")
    assert len(study.labels.layers) == 2
    liver = study.labels.mask("Liver")
    assert liver.sum() * study.image.grid.voxel_ml == pytest.approx(1490.0, rel=0.01)
    activity_mbq = study.image.values.sum() * study.image.grid.voxel_ml / 1e6
    assert 900.0 < activity_mbq < 1400.0  # given about 1400, scanned the next day
    assert study.image.values[liver].sum() > 0.6 * study.image.values.sum()
