"""Labels from every kind of source lie where they were drawn and bear the names they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import SimpleITK
from tests.image.phantoms import (
    FRAME_UID,
    Phantom,
    grid_of,
    itk_image,
    marker_of,
    seg_dataset,
    slices_of,
    write_file,
    write_key,
    write_nifti,
    write_slices,
)

from seldinger import image
from seldinger.core.errors import LabelError
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

sitk: Any = SimpleITK


@pytest.fixture
def ct(tmp_path: Path, phantom: Phantom) -> Path:
    return write_nifti(tmp_path / "ct.nii.gz", phantom.values, phantom.grid)


@pytest.fixture
def drawn(phantom: Phantom) -> NDArray[np.uint8]:
    """Liver 5, with a tumour 7 inside, and a nameless 9."""
    labels = np.zeros(phantom.grid.shape, np.uint8)
    labels[4:16, 5:15, 4:12] = 5
    labels[7:10, 8:11, 6:8] = 7
    labels[1, 1, 1] = 9
    return labels


KEY = {"liver": 5, "tumour": 7, "spleen": 11}


def refused(message: str, *paths: Any, **choices: Any) -> None:
    with pytest.raises(LabelError, match=f"(?s){message}"):
        image.load(*paths, **choices)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
def test_one_file_and_a_key(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8], suffix: str, kind: Any
) -> None:
    path = write_file(tmp_path / f"labels{suffix}", drawn.astype(kind), phantom.grid)
    key = write_key(tmp_path / "key.json", KEY)
    study = image.load(ct, path, key)
    assert study.labels is not None
    assert study.labels.names == ("liver", "tumour")
    np.testing.assert_array_equal(study.labels.mask("tumour"), drawn == 7)
    assert study.labels.layers[0].dtype == np.uint8
    assert [i.role for i in study.inputs] == ["image", "labels", "label-key"]
    said = " ".join(study.notes)
    assert "values without a name were left out: 9" in said
    assert "named but without a voxel, so not segmented: spleen" in said


def test_no_key(tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]) -> None:
    path = write_nifti(tmp_path / "labels.nii.gz", drawn, phantom.grid)
    refused(r"nothing says what its values mean \(5, 7, 9\).*--label-key", ct, path)
    refused("label key .key.json. was given without labels", ct, label_key=tmp_path / "key.json")


def test_labels_on_a_finer_lattice_are_carried_with_a_note(
    tmp_path: Path, ct: Path, phantom: Phantom
) -> None:
    fine = grid_of((60, 60, 60), (0.5, 0.5, 0.5), (0, 0, 0), (3, 0, 0))
    affine = fine.index_to_lps.copy()
    affine[:3, 3] += np.array(phantom.grid.centre_lps_mm) - np.array(fine.centre_lps_mm)
    fine = Grid(fine.shape, affine)
    ball = np.linalg.norm(np.indices(fine.shape) - 29.5 + 0.0, axis=0).T < 12
    path = write_nifti(tmp_path / "labels.nii.gz", ball.astype(np.uint8), fine)
    study = image.load(ct, path, write_key(tmp_path / "key.json", {"1": "cyst"}))
    assert study.labels is not None
    mask = study.labels.mask("cyst")
    centroid = phantom.grid.to_lps(np.argwhere(mask).mean(axis=0))
    np.testing.assert_allclose(centroid, phantom.grid.centre_lps_mm, atol=0.3)
    assert mask.sum() * phantom.grid.voxel_ml == pytest.approx(ball.sum() * fine.voxel_ml, rel=0.1)
    assert any("resampled (nearest)" in note and "covers" in note for note in study.notes)


def test_labels_with_flipped_axes_are_the_same_labels(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    affine = phantom.grid.index_to_lps.copy()
    affine[:3, 3] = phantom.grid.to_lps([0.0, 19.0, 0.0])
    affine[:3, 1] *= -1
    flipped = Grid(phantom.grid.shape, affine)
    path = write_nifti(tmp_path / "labels.nii.gz", drawn[:, ::-1], flipped)
    study = image.load(ct, path, write_key(tmp_path / "key.json", KEY))
    assert study.labels is not None
    np.testing.assert_array_equal(study.labels.mask("tumour"), drawn == 7)


def test_labels_partly_outside_are_cut_with_a_note(
    tmp_path: Path, ct: Path, phantom: Phantom
) -> None:
    affine = phantom.grid.index_to_lps.copy()
    affine[:3, 3] = phantom.grid.to_lps([16.0, 0.0, 0.0])
    beside = Grid((10, 20, 16), affine)
    path = write_nifti(tmp_path / "labels.nii.gz", np.ones(beside.shape, np.uint8), beside)
    study = image.load(ct, path, write_key(tmp_path / "key.json", {"liver": 1}))
    assert any("20.0% of the labelled voxels lie outside" in note for note in study.notes)


# Another frame.


def test_labels_elsewhere(tmp_path: Path, ct: Path, phantom: Phantom) -> None:
    key = write_key(tmp_path / "key.json", {"liver": 1})
    for n, shift in enumerate((18.0, 500.0)):
        affine = phantom.grid.index_to_lps.copy()
        affine[:3, 3] = phantom.grid.to_lps([shift, 0.0, 0.0])
        beside = Grid((10, 20, 16), affine)
        path = write_nifti(tmp_path / f"{n}.nii.gz", np.ones(beside.shape, np.uint8), beside)
        if shift > 100:
            refused(
                "only 0% of the labelled voxels lie inside the image.*another frame", ct, path, key
            )
            with pytest.raises(LabelError, match="another frame"):
                image.load_mask(path, phantom.grid)
        else:
            assert image.load_mask(path, phantom.grid).any()


def test_labels_that_lost_their_transform(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    path = write_nifti(tmp_path / "labels.nii", drawn, Grid.aligned(drawn.shape, 1.0))
    refused("lies elsewhere.*transform was lost", ct, path, write_key(tmp_path / "k.json", KEY))
    with pytest.raises(LabelError, match="transform was lost"):
        image.load_mask(path, phantom.grid)


# What is no label map.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (np.nan, "1 of 7680 voxels are NaN"),
        (0.5, "whole numbers, got 0.5.*nearest neighbour"),
        (-1.0, "0 or positive, got -1"),
    ],
)
def test_values_that_are_no_labels(
    tmp_path: Path,
    ct: Path,
    phantom: Phantom,
    drawn: NDArray[np.uint8],
    change: float,
    message: str,
) -> None:
    values = drawn.astype(np.float32)
    values[0, 0, 0] = change
    path = write_nifti(tmp_path / "labels.nii.gz", values, phantom.grid)
    refused(message, ct, path, write_key(tmp_path / "key.json", KEY))


def test_nothing_labelled(tmp_path: Path, ct: Path, phantom: Phantom) -> None:
    empty = np.zeros(phantom.grid.shape, np.uint8)
    path = write_nifti(tmp_path / "labels.nii.gz", empty, phantom.grid)
    refused("no voxel is labelled", ct, path, write_key(tmp_path / "key.json", KEY))
    with pytest.raises(LabelError, match="mask is empty"):
        image.load_mask(path, phantom.grid)


def test_labels_that_are_missing_or_damaged(tmp_path: Path, ct: Path) -> None:
    refused("there is nothing at", ct, tmp_path / "labels.nii.gz")
    (tmp_path / "labels.nii.gz").write_bytes(b"noise")
    refused("labels: labels.nii.gz", ct, tmp_path / "labels.nii.gz", tmp_path / "key.json")
    with pytest.raises(LabelError, match="mask: there is no file"):
        image.load_mask(tmp_path / "m.nii.gz", Grid.aligned((2, 2, 2), 1.0))


# A folder with one file per class.


def test_a_folder_of_masks(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    folder = tmp_path / "segmentations"
    folder.mkdir()
    write_nifti(folder / "liver.nii.gz", (drawn > 0).astype(np.uint8), phantom.grid)
    write_nifti(folder / "tumour.nii.gz", (drawn == 7).astype(np.uint8) * 255, phantom.grid)
    write_nifti(folder / "rib_left_1.nii.gz", (drawn == 9).astype(np.uint8), phantom.grid)
    write_nifti(folder / "spleen.nii.gz", np.zeros_like(drawn), phantom.grid)
    study = image.load(ct, folder)
    assert study.labels is not None
    assert study.labels.names == ("liver", "rib_left_1", "tumour")
    np.testing.assert_array_equal(study.labels.mask("liver"), drawn > 0)
    np.testing.assert_array_equal(study.labels.mask("tumour"), drawn == 7)
    np.testing.assert_array_equal(study.labels.mask("rib_left_1"), drawn == 9)
    assert len(study.labels.layers) == 2
    assert any("not segmented: spleen" in note for note in study.notes)
    assert [i.name for i in study.inputs if i.role == "labels"] == [
        "liver.nii.gz",
        "rib_left_1.nii.gz",
        "spleen.nii.gz",
        "tumour.nii.gz",
    ]
    refused("carry their own names.*leave it out", ct, folder, write_key(tmp_path / "k.json", KEY))


def test_a_folder_of_masks_on_another_lattice(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    folder = tmp_path / "segmentations"
    folder.mkdir()
    affine = phantom.grid.index_to_lps.copy()
    affine[:3, 3] = phantom.grid.to_lps([2.0, 3.0, 1.0])
    part = Grid((20, 15, 13), affine)
    write_nifti(folder / "liver.nii.gz", (drawn[2:22, 3:18, 1:14] == 5).astype("u1"), part)
    study = image.load(ct, folder)
    assert study.labels is not None
    np.testing.assert_array_equal(study.labels.mask("liver"), drawn == 5)


def test_folders_without_labels(tmp_path: Path, ct: Path) -> None:
    folder = tmp_path / "segmentations"
    folder.mkdir()
    refused("labels segmentations: the folder is empty", ct, folder)
    (folder / "notes.txt").write_text("x")
    refused("none of its 1 file.*one NIfTI, NRRD or MetaImage file per class", ct, folder)


# 3D Slicer segmentations.


def write_seg_nrrd(path: Path, phantom: Phantom, drawn: NDArray[np.uint8], **fields: str) -> Path:
    layers = np.stack([(drawn > 0) * 1, (drawn == 7) * 2], axis=-1).astype(np.uint8)
    picture = sitk.GetImageFromArray(layers.transpose(2, 1, 0, 3), isVector=True)
    picture.CopyInformation(itk_image(drawn, phantom.grid))
    named = {
        "Segment0_Name": "Liver",
        "Segment0_LabelValue": "1",
        "Segment0_Layer": "0",
        "Segment1_Name": "Tumour 1",
        "Segment1_LabelValue": "2",
        "Segment1_Layer": "1",
        **fields,
    }
    for field, value in named.items():
        picture.SetMetaData(field, value)
    sitk.WriteImage(picture, str(path), True)
    return path


def test_a_segmentation_with_layers(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    path = write_seg_nrrd(tmp_path / "s.seg.nrrd", phantom, drawn)
    study = image.load(ct, path)
    assert study.labels is not None
    assert study.labels.names == ("Liver", "Tumour 1")
    np.testing.assert_array_equal(study.labels.mask("Liver"), drawn > 0)
    np.testing.assert_array_equal(study.labels.mask("Tumour 1"), drawn == 7)
    refused("carries its own names", ct, path, write_key(tmp_path / "k.json", KEY))


def test_segments_of_one_name_are_numbered(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    path = write_seg_nrrd(tmp_path / "s.seg.nrrd", phantom, drawn, Segment1_Name="Liver")
    study = image.load(ct, path)
    assert study.labels is not None
    assert study.labels.names == ("Liver", "Liver #2")


def test_segments_that_are_not_in_the_file(
    tmp_path: Path, ct: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    path = write_seg_nrrd(tmp_path / "s.seg.nrrd", phantom, drawn, Segment1_Layer="4")
    refused("Tumour 1: layer 4, value 2 is not in the file", ct, path)
    path = write_seg_nrrd(tmp_path / "t.seg.nrrd", phantom, drawn, Segment1_Name=" ")
    assert image.load(ct, path).labels is not None


# DICOM SEG.


@pytest.fixture
def dicom(tmp_path: Path, phantom: Phantom) -> Path:
    return write_slices(tmp_path / "study" / "ct", slices_of(phantom))


def test_a_dicom_segmentation(
    tmp_path: Path, dicom: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    sparse = (drawn == 7).copy()
    sparse[2, 3, 13] = True
    segments = {"Liver": drawn > 0, "Tumour": sparse}
    folder = tmp_path / "study" / "seg"
    folder.mkdir()
    path = folder / "seg.dcm"
    seg_dataset(phantom, segments).save_as(path, enforce_file_format=True)
    for where in (path, folder, tmp_path / "study"):
        study = image.load(tmp_path / "study", where)
        assert study.labels is not None
        assert study.labels.names == ("Liver", "Tumour")
        for name, mask in segments.items():
            np.testing.assert_array_equal(study.labels.mask(name), mask)
        assert study.notes == ()
    np.testing.assert_array_equal(image.load_mask(path, phantom.grid), (drawn > 0) | sparse)
    np.testing.assert_allclose(
        marker_of(study.image.values, study.image.grid), phantom.marker_lps_mm, atol=1e-3
    )
    refused("carry their own names", dicom, path, write_key(tmp_path / "k.json", KEY))


def test_a_dicom_segmentation_of_another_frame(
    tmp_path: Path, dicom: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    data = seg_dataset(phantom, {"Liver": drawn > 0})
    data.FrameOfReferenceUID = FRAME_UID + ".9"
    data.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    refused("another frame of reference", dicom, tmp_path / "seg.dcm")


def test_damaged_dicom_segmentations(
    tmp_path: Path, dicom: Path, phantom: Phantom, drawn: NDArray[np.uint8]
) -> None:
    path = tmp_path / "seg.dcm"
    seg_dataset(phantom, {"Liver": drawn > 0}).save_as(path, enforce_file_format=True)
    whole = path.read_bytes()
    for share in (0.1, 0.3, 0.6, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        refused("seg.dcm", dicom, path)
    refused("no DICOM segmentation .SEG. is there; found: CT", dicom, dicom)


def test_masks(tmp_path: Path, phantom: Phantom, drawn: NDArray[np.uint8]) -> None:
    path = write_nifti(tmp_path / "nodule.nii.gz", drawn, phantom.grid)
    found = image.load_mask(path, phantom.grid)
    np.testing.assert_array_equal(found, drawn > 0)
    coarse = Grid.aligned((20, 20, 20), 3.0, [c - 28.5 for c in phantom.grid.centre_lps_mm])
    carried = image.load_mask(path, coarse)
    centroid = coarse.to_lps(np.argwhere(carried).mean(axis=0))
    expected = phantom.grid.to_lps(np.argwhere(drawn > 0).mean(axis=0))
    np.testing.assert_allclose(centroid, expected, atol=0.6)
