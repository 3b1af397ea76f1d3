"""Real PET: activity against the stored numbers by hand, decay against what the scanner wrote."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK

from seldinger import image
from seldinger.core.errors import ImageError, LabelError
from seldinger.image.nuclear import DecayCorrection, ReferenceOrigin
from seldinger.physics.activity import (
    Radionuclide,
    compute_decay,
    compute_frame_factor,
    map_activity,
    spread_activity,
    sum_values,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

F18 = Radionuclide("F-18", 6586.2, 0.967)
Y90 = Radionuclide("Y-90", 230_760.0, 3.2e-5)
INJECTED = dt.datetime(1986, 8, 10, 11, 39)  # noqa: DTZ001  its header tells no zone
hd: Any = highdicom
sitk: Any = SimpleITK


@pytest.fixture(scope="module")
def fdg(data_dir: Path) -> image.Study:
    folder = data_dir / "pet-qin-dicom"
    return image.load(folder / "PET", folder / "SEG")


@pytest.fixture(scope="module")
def files(data_dir: Path) -> list[Any]:
    """Slices from the first to the last, with their pixels."""
    read = [pydicom.dcmread(path) for path in (data_dir / "pet-qin-dicom" / "PET").iterdir()]
    return sorted(read, key=lambda one: float(one.ImagePositionPatient[2]))


def test_activity_is_slope_times_stored_value(fdg: image.Study, files: list[Any]) -> None:
    by_hand = np.array(
        [float(one.RescaleSlope) * one.pixel_array.sum(dtype=np.float64) for one in files]
    )
    ours = fdg.image.values.sum(axis=(0, 1), dtype=np.float64)
    np.testing.assert_allclose(ours, by_hand, rtol=1e-6)
    pixel_ml = float(np.prod([float(v) for v in files[0].PixelSpacing])) * 3.375 / 1000.0
    activity = map_activity(image.measure_concentration(fdg.planning, F18).volume)
    assert sum_values(activity) == pytest.approx(by_hand.sum() * pixel_ml, rel=1e-5)


def test_activity_is_plausible_beside_what_was_injected(fdg: image.Study) -> None:
    acquired = fdg.planning.acquisition
    assert acquired is not None
    assert acquired.administered_bq == 381.47e6
    assert acquired.administered_at is None  # a time of day without a date
    assert acquired.administered_clock == "113900.000000"
    made = image.measure_concentration(fdg.planning, F18, INJECTED)
    # Legs are not scanned and the bladder was emptied; nothing may exceed what was injected.
    assert 0.6 < sum_values(map_activity(made.volume)) / acquired.administered_bq < 1.0


def test_the_scanners_decay_factors_are_ours(fdg: image.Study, files: list[Any]) -> None:
    acquired = fdg.planning.acquisition
    assert acquired is not None
    assert acquired.decay_correction is DecayCorrection.START
    assert acquired.reference_origin is ReferenceOrigin.SERIES
    assert acquired.reference_at is not None
    theirs = [float(one.DecayFactor) for one in files]
    assert len(set(theirs)) == 8  # beds
    pairs = zip(acquired.slice_starts, acquired.slice_durations_s, strict=True)
    ours = [
        compute_frame_factor(duration_s, F18.half_life_s)
        * compute_decay(-(start - acquired.reference_at).total_seconds(), F18.half_life_s)
        for start, duration_s in pairs
    ]
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_segments_lie_where_another_reader_finds_them(fdg: image.Study, data_dir: Path) -> None:
    (file,) = (data_dir / "pet-qin-dicom" / "SEG").rglob("*.dcm")
    theirs = hd.seg.segread(file)
    volume = theirs.get_volume(combine_segments=False)
    assert fdg.labels is not None
    assert fdg.labels.names == tuple(one.SegmentLabel for one in theirs.SegmentSequence)
    for n, name in enumerate(fdg.labels.names):
        drawn = np.argwhere(volume.array[..., n])
        mask = fdg.labels.mask(name)
        assert mask.sum() == len(drawn) > 0
        ours_mm = fdg.image.grid.to_lps(np.argwhere(mask).mean(axis=0))
        theirs_mm = volume.affine[:3, :3] @ drawn.mean(axis=0) + volume.affine[:3, 3]
        np.testing.assert_allclose(ours_mm, theirs_mm, atol=1e-3)


def test_a_segmentation_of_another_patient_is_refused(data_dir: Path, tmp_path: Path) -> None:
    (file,) = (data_dir / "pet-qin-dicom" / "SEG").rglob("*.dcm")
    other = pydicom.dcmread(file)
    other.FrameOfReferenceUID = "1.2.3.4"
    other.save_as(tmp_path / "seg.dcm")
    with pytest.raises(LabelError, match="another frame of reference"):
        image.load(data_dir / "pet-qin-dicom" / "PET", tmp_path / "seg.dcm")


SEGMENTS = ("Liver", *(f"Tumor {n}" for n in range(1, 7)), "Normal Tissue")


def test_yttrium_in_every_segment(data_dir: Path) -> None:
    folder = data_dir / "y90-radioembolization"
    labels = folder / "patient_1_Segmentation.seg.nrrd"
    pet = folder / "patient_1_Y90_PET.nrrd"
    untold = image.load(pet, modality="PT").planning
    with pytest.raises(ImageError, match="unit="):
        image.measure_concentration(untold, Y90)
    study = image.load(pet, labels, modality="PT", unit="Bq/mL")
    drawn = sitk.ReadImage(str(labels))
    voxels = sitk.GetArrayFromImage(drawn)
    fields = {key: drawn.GetMetaData(key) for key in drawn.GetMetaDataKeys()}
    made = image.measure_concentration(study.planning, Y90)
    activity = map_activity(made.volume)
    assert study.labels is not None
    assert study.labels.names == SEGMENTS
    voxel_ml = float(np.prod(drawn.GetSpacing())) / 1000.0
    for n, name in enumerate(SEGMENTS):
        assert fields[f"Segment{n}_Name"] == name
        layer, value = (int(fields[f"Segment{n}_{key}"]) for key in ("Layer", "LabelValue"))
        own = voxels[..., layer] == value
        mask = study.labels.mask(name)
        ml = mask.sum() * study.image.grid.voxel_ml
        # On coarser voxels a small thing gains or loses a shell of a part of a voxel.
        own_ml = own.sum() * voxel_ml
        assert abs(ml - own_ml) < 0.005 * own_ml + 0.1 * own_ml ** (2.0 / 3.0) + 0.03
        at = np.argwhere(own).mean(axis=0)[::-1]
        centre_mm = drawn.TransformContinuousIndexToPhysicalPoint(at.tolist())
        found_mm = study.image.grid.to_lps(np.argwhere(mask).mean(axis=0))
        np.testing.assert_allclose(found_mm, centre_mm, atol=1.5)
    liver = study.labels.mask("Liver")
    tumours = np.logical_or.reduce([study.labels.mask(name) for name in SEGMENTS[1:-1]])
    assert (tumours & liver).sum() > 0.95 * tumours.sum()  # layers overlap, and both are whole
    total = sum_values(activity)
    assert 1.0e9 < total < 1.4e9  # about 1.4 GBq were given, and decayed until the scan
    relative = spread_activity(study.image, liver, 1.4e9, 0.05)
    assert sum_values(relative, tumours) / 1.33e9 == pytest.approx(
        sum_values(activity, tumours & liver) / sum_values(activity, liver), rel=1e-2
    )
