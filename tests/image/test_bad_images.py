"""Broken images: each gives one clear ``ImageError``, never another exception, never a volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pytest
from pydicom.uid import RLELossless
from tests.image.phantoms import (
    Phantom,
    enhanced_dataset,
    grid_of,
    marker_of,
    phantom_on,
    sitk,
    slice_dataset,
    slices_of,
    write_file,
    write_key,
    write_nifti,
    write_slices,
)

from seldinger import image
from seldinger.core.errors import ImageError
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from pathlib import Path

nib: Any = nibabel


def refused(path: Path, message: str, **choices: Any) -> None:
    with pytest.raises(ImageError, match=f"(?s){message}"):
        image.load(path, **choices)


def test_nothing_there(tmp_path: Path) -> None:
    refused(tmp_path / "missing", "there is nothing at .*missing")


def test_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "ct").mkdir()
    refused(tmp_path / "ct", "ct: the folder is empty")


def test_a_folder_without_dicom(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 4)
    refused(tmp_path, "none of its 2 file.* is DICOM")


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "ct.png").write_bytes(b"\x89PNG")
    refused(tmp_path / "ct.png", r"unknown kind of file.*\.nii")


def test_only_reports(tmp_path: Path, straight: Phantom) -> None:
    report = slice_dataset(straight, 0, Modality="SR", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.67")
    del report.PixelData, report.Rows, report.Columns
    write_slices(tmp_path / "sr", [report])
    refused(tmp_path / "sr", "hold no image .found: SR")


@pytest.mark.parametrize("share", [0.97, 0.6, 0.35])
def test_a_truncated_slice(tmp_path: Path, straight: Phantom, share: float) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    victim = folder / "014.dcm"
    victim.write_bytes(victim.read_bytes()[: int(victim.stat().st_size * share)])
    refused(folder, "014.dcm.*copy")


@pytest.mark.parametrize("kept", [133, 180, 300, 420])
def test_a_slice_truncated_in_its_header(tmp_path: Path, straight: Phantom, kept: int) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    victim = folder / "014.dcm"
    victim.write_bytes(victim.read_bytes()[:kept])
    refused(folder, "014.dcm.*(cut short|damaged)")


def test_a_truncated_compressed_slice(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight)
    for data in slices:
        data.compress(RLELossless)
    folder = write_slices(tmp_path / "ct", slices)
    victim = folder / "014.dcm"
    victim.write_bytes(victim.read_bytes()[:-40])
    refused(folder, "1 file.s. are cut short, first 014.dcm")


def test_one_slice(tmp_path: Path, straight: Phantom) -> None:
    refused(write_slices(tmp_path / "ct", slices_of(straight)[:1]), "there is one slice")


def test_a_missing_slice(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight)
    del slices[7]
    refused(write_slices(tmp_path / "ct", slices), "about 1 slice.*4.00 mm apart, elsewhere 2.00")


def test_a_duplicate_slice(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight)
    refused(
        write_slices(tmp_path / "ct", [*slices, slice_dataset(straight, 5)]),
        "position.s. occur twice",
    )


def test_mixed_orientations(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight)
    slices[0].ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    refused(write_slices(tmp_path / "ct", slices), "different orientations")


def test_mixed_sizes(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight)
    slices[4].PixelSpacing = [1.5, 1.5]
    refused(write_slices(tmp_path / "ct", slices), "differ in size")
    slices = slices_of(straight)
    slices[4].Rows = 10
    refused(write_slices(tmp_path / "ct2", slices), "differ in size")


def test_slices_that_do_not_say_where_they_lie(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight, ImagePositionPatient=None)
    refused(write_slices(tmp_path / "ct", slices), "does not say where it lies")


def test_a_header_value_that_is_no_number(tmp_path: Path, straight: Phantom) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    victim = folder / "014.dcm"
    data = victim.read_bytes()
    assert data.count(b"0.800000\\0.800000") == 1
    victim.write_bytes(data.replace(b"0.800000\\0.800000", b"abcdefgh\\0.800000"))
    refused(folder, "014.dcm|no value")


@pytest.mark.parametrize("modality", ["US", "XA", ""])
def test_other_modalities(tmp_path: Path, straight: Phantom, modality: str) -> None:
    folder = write_slices(tmp_path / "us", slices_of(straight, Modality=modality))
    refused(folder, "CT, MR, PT .PET. and NM .SPECT. can be read")


def test_a_modality_that_contradicts_dicom(tmp_path: Path, straight: Phantom) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    refused(folder, "MR was asked for, the DICOM header says CT", modality="MR")


def test_words_that_are_not_known(tmp_path: Path, straight: Phantom) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight))
    refused(folder, "position 'sitting' is unknown.*'supine', 'prone'", position="sitting")
    refused(folder, "modality 'X' is unknown", modality="X")


# Gantry tilt and uneven spacing: small is corrected with a note, large is refused.


def tilted(phantom: Phantom, degrees: float) -> list[Any]:
    """Slices of a scan with a tilted gantry: the same patient, planes shifted along y with z."""
    slices = []
    shear = np.tan(np.radians(degrees))
    grid = phantom.grid
    for k in range(grid.shape[2]):
        data = slice_dataset(phantom, k)
        x, y, z = grid.to_lps([0.0, 0.0, float(k)])
        y += shear * (z - grid.origin_lps_mm[2])
        data.ImagePositionPatient = [f"{v:.6f}" for v in (x, y, z)]
        slices.append(data)
    return slices


def test_a_small_gantry_tilt_is_corrected_with_a_note(tmp_path: Path) -> None:
    # The patient is a ramp along y, sampled on tilted planes: corrected, it is the same ramp.
    grid = grid_of((12, 60, 40), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0))
    shear = np.tan(np.radians(1.5))
    y = np.arange(60)[None, :, None] + shear * 2.0 * np.arange(40)[None, None, :]
    values = np.rint(np.broadcast_to(-500.0 + 10.0 * y, grid.shape)).astype(np.int16)
    study = image.load(
        write_slices(tmp_path / "ct", tilted(Phantom(values, grid, np.zeros(3)), 1.5))
    )
    assert any("gantry tilt of 1.50 degrees" in note for note in study.notes)
    assert study.image.grid.is_aligned
    expected = -500.0 + 10.0 * np.arange(60)[None, :, None]
    seen = study.image.values[:, 4:, :]
    np.testing.assert_allclose(seen, np.broadcast_to(expected[:, 4:], seen.shape), atol=1.0)
    assert study.image.values.dtype == np.int16


def test_labels_of_a_tilted_scan_lie_where_they_were_drawn(tmp_path: Path) -> None:
    grid = grid_of((12, 60, 40), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0))
    values = np.full(grid.shape, -1000, np.int16)
    values[:, 20:30] = 40
    path = write_slices(tmp_path / "ct", tilted(Phantom(values, grid, np.zeros(3)), 1.5))
    sheared = np.array(grid.index_to_lps)
    sheared[1, 2] = 2.0 * np.tan(np.radians(1.5))
    drawn = Grid(grid.shape, sheared)
    labels = write_nifti(tmp_path / "liver.nii", (values > 0).astype(np.uint8), drawn)
    study = image.load(path, labels, write_key(tmp_path / "key.json", {"liver": 1}))
    assert study.labels is not None
    mask = study.labels.layers[0][6] == 1
    # The last slice lies 2.04 mm further back than the first, and so does what was drawn on it.
    assert np.flatnonzero(mask[:, 0]).tolist() == list(range(20, 30))
    assert np.flatnonzero(mask[:, -1]).tolist() == list(range(22, 32))


def test_a_large_gantry_tilt_is_refused(tmp_path: Path, straight: Phantom) -> None:
    refused(write_slices(tmp_path / "ct", tilted(straight, 12.0)), "sheared by 12.0 degrees")


def test_slices_shifted_sideways_are_refused(tmp_path: Path, straight: Phantom) -> None:
    slices = slices_of(straight)
    x, y, z = (float(v) for v in slices[8].ImagePositionPatient)
    slices[8].ImagePositionPatient = [x + 3.0, y, z]
    refused(write_slices(tmp_path / "ct", slices), "shifted sideways by up to 3.0 mm")


def uneven(phantom: Phantom, amount_mm: float) -> list[Any]:
    slices = slices_of(phantom)
    for k in range(1, len(slices) - 1):
        x, y, z = (float(v) for v in slices[k].ImagePositionPatient)
        slices[k].ImagePositionPatient = [x, y, f"{z + amount_mm * (-1) ** k:.6f}"]
    return slices


def test_slightly_uneven_slices_are_resampled_with_a_note(tmp_path: Path) -> None:
    grid = grid_of((12, 10, 20), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0))
    z = 2.0 * np.arange(20) + np.r_[0, 0.08 * (-1.0) ** np.arange(1, 19), 0]
    values = np.rint(np.broadcast_to(-500.0 + 20.0 * z, grid.shape)).astype(np.int16)
    study = image.load(
        write_slices(tmp_path / "ct", uneven(Phantom(values, grid, np.zeros(3)), 0.08))
    )
    assert any("spacing is uneven" in note for note in study.notes)
    expected = np.broadcast_to(-500.0 + 40.0 * np.arange(20), grid.shape)
    np.testing.assert_allclose(study.image.values, expected, atol=1.0)


def test_very_uneven_slices_are_refused(tmp_path: Path, straight: Phantom) -> None:
    folder = write_slices(tmp_path / "ct", uneven(straight, 0.3))
    refused(folder, "slice spacing varies from")


# Numbers that are not HU.


@pytest.mark.parametrize(
    ("scale", "shift", "message"),
    [
        (255 / 2000, 130.0, "looks like a picture"),
        (1.0, 1024.0, "without the rescale intercept"),
        (1 / 1900, 1000 / 1900, "looks like a picture"),
        (1 / 300, 1.0, "no voxel lies below -200"),
        (1e4, 0.0, "counts or activity"),
        (0.0, -1000.0, "nothing but air"),
    ],
)
def test_not_hu(
    tmp_path: Path, straight: Phantom, scale: float, shift: float, message: str
) -> None:
    values = (straight.values * scale + shift).astype(np.float32)
    path = write_nifti(tmp_path / "ct.nii.gz", values, straight.grid)
    refused(path, message)
    assert image.load(path, modality="MR").modality is image.Modality.MR


@pytest.mark.parametrize("padding", [-2000, -1024])
def test_padding_does_not_make_stored_values_hu(tmp_path: Path, padding: int) -> None:
    """A round field: outside is padding, air is 0 and tissue 1064, as before the intercept."""
    grid = Grid((20, 20, 6), np.diag([5.0, 5.0, 5.0, 1.0]))
    i, j, _ = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in grid.shape), indexing="ij")
    hu = np.where(np.hypot(i, j) < 6.0, 40, -1024).astype(np.int16)
    stored = np.where(np.hypot(i, j) < 10.0, hu + 1024, padding).astype(np.int16)
    refused(
        write_nifti(tmp_path / "stored.nii", stored, grid), "without the rescale intercept .*1040"
    )
    padded = np.where(np.hypot(i, j) < 10.0, hu, padding).astype(np.int16)
    assert image.load(write_nifti(tmp_path / "hu.nii", padded, grid)).image.unit == "HU"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_nan(tmp_path: Path, straight: Phantom, bad: float, suffix: str) -> None:
    values = straight.values.astype(np.float32)
    values[2, 3, 4:7] = bad
    path = write_file(tmp_path / f"ct{suffix}", values, straight.grid)
    refused(path, "3 of 7680 voxels are NaN or infinite")


# Geometry of files.


@pytest.mark.parametrize("spacing", [0.0, 0.01, 30.0])
def test_absurd_spacing_of_dicom(tmp_path: Path, straight: Phantom, spacing: float) -> None:
    folder = write_slices(tmp_path / "ct", slices_of(straight, PixelSpacing=[spacing, 0.8]))
    refused(folder, "voxel spacing is|not a number")


@pytest.mark.parametrize("spacing", [0.01, 30.0])
@pytest.mark.parametrize("suffix", [".nii", ".nrrd", ".mha"])
def test_absurd_spacing(tmp_path: Path, straight: Phantom, spacing: float, suffix: str) -> None:
    grid = Grid.aligned(straight.grid.shape, (0.8, spacing, 0.8))
    path = write_file(tmp_path / f"ct{suffix}", straight.values, grid)
    refused(path, "voxel spacing is .* allowed is 0.05 to 20 mm")


def test_zero_spacing_of_nifti(tmp_path: Path, straight: Phantom) -> None:
    file = nib.Nifti1Image(straight.values, np.diag([1.0, 1.0, 1.0, 1.0]))
    raw = bytearray(file.to_bytes())
    raw[280:296] = bytes(16)
    (tmp_path / "ct.nii").write_bytes(raw)
    refused(tmp_path / "ct.nii", "voxel spacing is 0 x")


def test_nifti_without_a_transform(tmp_path: Path, straight: Phantom) -> None:
    file = nib.Nifti1Image(straight.values, None)
    file.set_sform(None, 0)
    file.set_qform(None, 0)
    nib.save(file, tmp_path / "ct.nii.gz")
    refused(tmp_path / "ct.nii.gz", "no transform to patient space.*left and right are unknown")


def test_nrrd_without_a_space(tmp_path: Path, straight: Phantom) -> None:
    path = write_file(tmp_path / "ct.nrrd", straight.values, straight.grid)
    data = path.read_bytes()
    assert b"space: left-posterior-superior\n" in data
    path.write_bytes(data.replace(b"space: left-posterior-superior\n", b"space dimension: 3\n"))
    refused(path, "names no space")


def test_metaimage_without_spacing(tmp_path: Path, straight: Phantom) -> None:
    path = write_file(tmp_path / "ct.mha", straight.values, straight.grid)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(x for x in lines if not x.startswith(b"ElementSpacing")))
    refused(path, "states no ElementSpacing")


def test_a_sheared_file_is_refused_and_a_slightly_sheared_one_straightened(tmp_path: Path) -> None:
    grid = grid_of((24, 20, 16), (0.8, 0.8, 2.0), (0.0, 0.0, 0.0))
    affine = grid.index_to_lps.copy()
    affine[1, 2] = 2.0 * np.tan(np.radians(1.0))
    small = phantom_on(Grid(grid.shape, affine))
    study = image.load(write_nifti(tmp_path / "small.nii", small.values, small.grid))
    assert any("gantry tilt of 1.00 degrees" in note for note in study.notes)
    found = marker_of(study.image.values, study.image.grid)
    np.testing.assert_allclose(found, small.marker_lps_mm, atol=0.5)
    affine[1, 2] = 2.0 * np.tan(np.radians(10.0))
    large = phantom_on(Grid(grid.shape, affine))
    refused(write_nifti(tmp_path / "large.nii", large.values, large.grid), "sheared by 10.0")


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 6, 3)])
def test_not_three_dimensional(tmp_path: Path, shape: tuple[int, ...]) -> None:
    file = nib.Nifti1Image(np.zeros(shape, np.int16), np.eye(4))
    nib.save(file, tmp_path / "ct.nii")
    refused(tmp_path / "ct.nii", "one three-dimensional volume is needed, got 4 x 5")


def test_a_trailing_dimension_of_one_is_no_time(tmp_path: Path, straight: Phantom) -> None:
    file = nib.Nifti1Image(straight.values[..., None], np.eye(4))
    nib.save(file, tmp_path / "ct.nii")
    np.testing.assert_array_equal(image.load(tmp_path / "ct.nii").image.values, straight.values)


def test_a_colour_image(tmp_path: Path, straight: Phantom) -> None:
    values = np.stack([straight.values] * 3, axis=-1)
    picture = tmp_path / "ct.nrrd"
    colour = sitk.GetImageFromArray(values.transpose(2, 1, 0, 3), isVector=True)
    sitk.WriteImage(colour, str(picture))
    refused(picture, "one number per voxel, got 3")


def test_a_series_of_a_file(tmp_path: Path, straight: Phantom) -> None:
    path = write_nifti(tmp_path / "ct.nii", straight.values, straight.grid)
    refused(path, "it has no series 1.2.3", series="1.2.3")


def test_a_detached_header_without_its_data(tmp_path: Path, straight: Phantom) -> None:
    for suffix, data in ((".nhdr", "ct.raw"), (".mhd", "ct.raw")):
        path = write_file(tmp_path / f"ct{suffix}", straight.values, straight.grid)
        (tmp_path / data).unlink()
        refused(path, "data file ct.raw is missing")


def test_multi_frame_files_that_cannot_be_placed(tmp_path: Path, straight: Phantom) -> None:
    data = enhanced_dataset(straight, range(16))
    del data.PerFrameFunctionalGroupsSequence
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    refused(tmp_path / "a.dcm", "says where 0 of them lie")
    two = tmp_path / "two"
    two.mkdir()
    enhanced_dataset(straight, range(8)).save_as(two / "a.dcm", enforce_file_format=True)
    enhanced_dataset(straight, range(8, 16)).save_as(two / "b.dcm", enforce_file_format=True)
    refused(two, "2 multi-frame files")
