"""The same phantom in every format gives the same patient: place, numbers, type."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pytest
from pydicom.uid import RLELossless
from tests.image.phantoms import (
    MARKER,
    SERIES_UID,
    Phantom,
    enhanced_dataset,
    marker_of,
    recompressed,
    slice_dataset,
    slices_of,
    write_file,
    write_nifti,
    write_slices,
)

from seldinger import image
from seldinger.core.errors import ImageError
from seldinger.core.space import Grid
from seldinger.image import files

if TYPE_CHECKING:
    from pathlib import Path

nib: Any = nibabel


def check_same(study: image.Study, phantom: Phantom) -> None:
    found = marker_of(study.image.values, study.image.grid)
    np.testing.assert_allclose(found, phantom.marker_lps_mm, atol=1e-3)
    assert study.image.values.dtype == np.int16
    assert study.image.values.flags.c_contiguous
    assert study.image.unit == "HU"
    assert np.array_equal(np.sort(study.image.values.ravel()), np.sort(phantom.values.ravel()))


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_nifti(tmp_path: Path, phantom: Phantom, suffix: str) -> None:
    study = image.load(write_nifti(tmp_path / f"ct{suffix}", phantom.values, phantom.grid))
    check_same(study, phantom)
    assert study.image.grid.matches(phantom.grid)
    np.testing.assert_array_equal(study.image.values, phantom.values)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr", ".mha", ".mhd", ".nii.gz"])
def test_files_of_simpleitk(tmp_path: Path, phantom: Phantom, suffix: str, packed: bool) -> None:
    path = write_file(tmp_path / f"ct{suffix}", phantom.values, phantom.grid, packed=packed)
    study = image.load(path)
    check_same(study, phantom)
    assert study.image.grid.matches(phantom.grid)
    np.testing.assert_array_equal(study.image.values, phantom.values)
    detached = suffix in {".nhdr", ".mhd"}
    assert len(study.inputs) == (2 if detached else 1)


def test_dicom_folder(tmp_path: Path, phantom: Phantom) -> None:
    study = image.load(write_slices(tmp_path / "ct", slices_of(phantom)))
    check_same(study, phantom)
    assert study.image.grid.matches(phantom.grid)
    assert study.modality is image.Modality.CT
    assert study.position is image.PatientPosition.SUPINE
    assert study.position_origin is image.PositionOrigin.DICOM
    assert len(study.inputs) == 1
    assert study.notes == ()


def test_dicom_from_feet_to_head_and_head_to_feet(tmp_path: Path, phantom: Phantom) -> None:
    affine = phantom.grid.index_to_lps.copy()
    affine[:3, 3] = phantom.grid.to_lps([0.0, 0.0, 15.0])
    affine[:3, 2] *= -1
    mirrored = Phantom(
        phantom.values[..., ::-1], Grid(phantom.grid.shape, affine), phantom.marker_lps_mm
    )
    study = image.load(write_slices(tmp_path / "ct", slices_of(mirrored)))
    check_same(study, phantom)


@pytest.mark.parametrize("compressor", ["JPEG", "JPEG2000"])
def test_dicom_compressed_by_gdcm(tmp_path: Path, phantom: Phantom, compressor: str) -> None:
    slices = [recompressed(s, compressor, tmp_path) for s in slices_of(phantom)]
    assert all(s.file_meta.TransferSyntaxUID.is_compressed for s in slices)
    check_same(image.load(write_slices(tmp_path / "ct", slices)), phantom)


def test_dicom_run_length_encoded(tmp_path: Path, phantom: Phantom) -> None:
    slices = slices_of(phantom)
    for data in slices:
        data.compress(RLELossless)
    check_same(image.load(write_slices(tmp_path / "ct", slices)), phantom)


def test_dicom_enhanced_multi_frame_with_frames_in_disorder(
    tmp_path: Path, phantom: Phantom
) -> None:
    order = np.random.default_rng(3).permutation(phantom.grid.shape[2]).tolist()
    path = tmp_path / "enhanced.dcm"
    enhanced_dataset(phantom, order).save_as(path, enforce_file_format=True)
    study = image.load(path)
    check_same(study, phantom)
    np.testing.assert_array_equal(study.image.values, phantom.values)


def test_dicom_of_mixed_slopes_is_pet(tmp_path: Path, phantom: Phantom) -> None:
    slices = slices_of(phantom, Modality="PT", RescaleIntercept="0", Units="BQML")
    for k, data in enumerate(slices):
        data.RescaleSlope = f"{1.0 + k / 8:.3f}"
    study = image.load(write_slices(tmp_path / "pet", slices))
    stored = phantom.values.astype(float) + 1024
    np.testing.assert_allclose(study.image.values, stored * (1.0 + np.arange(16) / 8), rtol=1e-5)
    assert study.image.unit == "Bq/mL"
    assert study.modality is image.Modality.PET


def test_dicom_in_nested_folders_with_other_files(tmp_path: Path, phantom: Phantom) -> None:
    slices = slices_of(phantom)
    write_slices(tmp_path / "ct" / "a", slices[:8])
    write_slices(tmp_path / "ct" / "b", slices[8:])
    report = slice_dataset(phantom, 0, Modality="SR", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.67")
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(report, keyword)
    report.save_as(tmp_path / "ct" / "report.dcm", enforce_file_format=True)
    (tmp_path / "ct" / "README.txt").write_text("not DICOM")
    (tmp_path / "ct" / "noise").write_bytes(b"\x01\x02" * 400)
    check_same(image.load(tmp_path / "ct"), phantom)


def test_series_are_listed_and_chosen_by_uid(tmp_path: Path, phantom: Phantom) -> None:
    write_slices(tmp_path / "a", slices_of(phantom))
    other = SERIES_UID + ".77"
    write_slices(
        tmp_path / "b", slices_of(phantom, SeriesInstanceUID=other, SeriesDescription="lung")
    )
    listed = {s.uid: s for s in image.list_series(tmp_path)}
    assert listed[other] == image.SeriesInfo(other, "lung", "CT", 16)
    assert set(listed) == {SERIES_UID, other}
    with pytest.raises(ImageError, match=r"2 series(.|\n)*lung"):
        image.load(tmp_path)
    check_same(image.load(tmp_path, series=other), phantom)
    with pytest.raises(ImageError, match=r"no series 1\.2\.3(.|\n)*lung"):
        image.load(tmp_path, series="1.2.3")


def test_a_series_hash_follows_the_slices_not_the_file_names(
    tmp_path: Path, phantom: Phantom
) -> None:
    slices = slices_of(phantom)
    one = image.load(write_slices(tmp_path / "one" / "ct", slices))
    two = image.load(write_slices(tmp_path / "two" / "ct", reversed(slices)))
    assert one.inputs == two.inputs
    slices[3].InstanceNumber = 999
    three = image.load(write_slices(tmp_path / "three" / "ct", slices))
    assert three.inputs != one.inputs


def test_padding_of_minus_2048_stays(tmp_path: Path, straight: Phantom) -> None:
    values = straight.values.copy()
    values[0] = -2048
    study = image.load(write_nifti(tmp_path / "ct.nii.gz", values, straight.grid))
    np.testing.assert_array_equal(study.image.values, values)


def test_nifti_intercept_keeps_whole_numbers_whole(tmp_path: Path, straight: Phantom) -> None:
    stored = (straight.values + 1024).astype(np.uint16)
    file = nib.Nifti1Image(stored, np.diag([-0.8, -0.8, 2.0, 1.0]))
    file.header.set_slope_inter(1, -1024)
    # nibabel would scale back while saving; the header alone carries the intercept here.
    raw = bytearray(file.to_bytes())
    raw[112:120] = np.array([1.0, -1024.0], "<f4").tobytes()
    body = stored.ravel(order="F").tobytes()
    (tmp_path / "ct.nii").write_bytes(bytes(raw[:352]) + body)
    study = image.load(tmp_path / "ct.nii")
    np.testing.assert_array_equal(study.image.values, straight.values)
    assert study.image.values.dtype == np.int16


def test_nifti_of_the_other_byte_order_and_version_2(tmp_path: Path, phantom: Phantom) -> None:
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ phantom.grid.index_to_lps
    header = nib.Nifti1Header(endianness=">")
    header.set_data_dtype(np.int16)
    nib.save(nib.Nifti1Image(phantom.values, affine, header), tmp_path / "big.nii")
    nib.save(nib.Nifti2Image(phantom.values, affine), tmp_path / "two.nii.gz")
    assert (tmp_path / "big.nii").read_bytes()[:4] == b"\0\0\x01\x5c"
    for name in ("big.nii", "two.nii.gz"):
        study = image.load(tmp_path / name)
        check_same(study, phantom)
        assert study.image.values[MARKER] == 900


def test_nifti_by_qform_alone(tmp_path: Path, phantom: Phantom) -> None:
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ phantom.grid.index_to_lps
    for name, handed in (("right.nii", 1), ("left.nii", -1)):
        flipped = affine @ np.diag([1.0, 1.0, handed, 1.0])
        values = phantom.values[..., ::handed]
        if handed < 0:
            flipped[:3, 3] = affine[:3] @ [0, 0, 15, 1]
        file = nib.Nifti1Image(values, flipped)
        file.set_qform(flipped, 1)
        file.set_sform(None, 0)
        nib.save(file, tmp_path / name)
        check_same(image.load(tmp_path / name), phantom)


def test_nifti_whose_transforms_disagree_uses_the_sform_and_says_so(
    tmp_path: Path, phantom: Phantom
) -> None:
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ phantom.grid.index_to_lps
    file = nib.Nifti1Image(phantom.values, affine)
    file.set_sform(affine, 1)
    file.set_qform(np.diag([2.0, 2.0, 2.0, 1.0]), 1)
    nib.save(file, tmp_path / "ct.nii")
    study = image.load(tmp_path / "ct.nii")
    check_same(study, phantom)
    assert any("qform and sform differ" in note for note in study.notes)


@pytest.mark.parametrize("form", ["sform", "qform"])
def test_nifti_in_the_space_of_a_template_says_so(
    tmp_path: Path, straight: Phantom, form: str
) -> None:
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ straight.grid.index_to_lps
    for code in (1, 4):
        file = nib.Nifti1Image(straight.values, affine)
        file.set_sform(affine, code if form == "sform" else 0)
        file.set_qform(affine, code if form == "qform" else 0)
        nib.save(file, tmp_path / "ct.nii")
        notes = image.load(tmp_path / "ct.nii").notes
        told = [n for n in notes if f"the {form} (code 4) leads into the space of a template" in n]
        assert len(told) == (code == 4)


@pytest.mark.parametrize(
    ("code", "position"),
    [
        ("HFS", "supine"),
        ("FFS", "supine"),
        ("HFP", "prone"),
        ("FFP", "prone"),
        ("HFDL", "left lateral decubitus"),
        ("FFDR", "right lateral decubitus"),
    ],
)
def test_patient_position_of_dicom(
    tmp_path: Path, straight: Phantom, code: str, position: str
) -> None:
    study = image.load(write_slices(tmp_path / "ct", slices_of(straight, PatientPosition=code)))
    assert study.position == position
    assert study.position_origin is image.PositionOrigin.DICOM


def test_patient_position_of_the_user_wins_with_a_note(tmp_path: Path, straight: Phantom) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    study = image.load(folder, position="prone")
    assert study.position is image.PatientPosition.PRONE
    assert study.position_origin is image.PositionOrigin.USER
    assert any("the DICOM header says supine" in note for note in study.notes)
    assert image.load(folder, position="supine").notes == ()


@pytest.mark.parametrize("code", [None, "ALF"])
def test_patient_position_is_assumed_when_nobody_knows(
    tmp_path: Path, straight: Phantom, code: str | None
) -> None:
    study = image.load(write_slices(tmp_path / "ct", slices_of(straight, PatientPosition=code)))
    assert study.position is image.PatientPosition.SUPINE
    assert study.position_origin is image.PositionOrigin.ASSUMED
    assert any("assumed" in note for note in study.notes)


def test_modality_of_a_file_is_said_or_assumed(tmp_path: Path, straight: Phantom) -> None:
    path = write_nifti(tmp_path / "x.nii.gz", straight.values, straight.grid)
    assert any("CT in HU was assumed" in note for note in image.load(path).notes)
    assert not any("CT" in note for note in image.load(path, modality="CT").notes)
    mr = write_nifti(tmp_path / "mr.nii.gz", np.abs(straight.values), straight.grid)
    study = image.load(mr, modality="MR")
    assert (study.modality, study.image.unit) == (image.Modality.MR, "1")
    assert image.load(mr, modality="PET").modality is image.Modality.PET


def test_axes_of_a_metaimage_that_its_matrix_contradicts_are_told(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4) - 1000
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1.0, -1.0), repeat=3):
            affine = np.eye(4)
            affine[:3, :3] = np.eye(3)[:, order] * signs
            if np.linalg.det(affine) < 0:
                continue  # a Grid may be any; SimpleITK writes both alike
            path = write_file(tmp_path / "a.mha", values, Grid((2, 3, 4), affine))
            assert not [n for n in files.read(path).notes if "AnatomicalOrientation" in n]
    path = write_file(tmp_path / "b.mha", values, Grid((2, 3, 4), np.eye(4)))
    path.write_bytes(path.read_bytes().replace(b"Orientation = RAI", b"Orientation = LAI"))
    (note,) = files.read(path).notes
    assert "says LAI, the TransformMatrix RAI: the matrix was used" in note
