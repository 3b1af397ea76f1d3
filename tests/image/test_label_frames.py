"""Labels whose place or values are lost, contradicted or foreign: refused, or said with a size."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pytest
from tests.image.phantoms import (
    Phantom,
    grid_of,
    phantom_on,
    seg_dataset,
    slices_of,
    write_file,
    write_key,
    write_nifti,
    write_slices,
)

from seldinger import image
from seldinger.core.errors import ImageError, LabelError
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset, FileDataset

    from seldinger.core.volume import LabelMap

nib: Any = nibabel


def block(grid: Grid) -> NDArray[np.uint8]:
    labels = np.zeros(grid.shape, np.uint8)
    labels[8:14, 6:12, 4:12] = 1
    return labels


def read(tmp_path: Path, labels: Path, phantom: Phantom) -> image.Study:
    ct = write_nifti(tmp_path / "ct.nii", phantom.values, phantom.grid)
    return image.load(ct, labels, write_key(tmp_path / "key.json", {"liver": 1}))


# A lost transform.


def moved(grid: Grid, *, turn_deg: float = 0.0, shift_mm: float = 0.0) -> Grid:
    """``grid`` turned about the first voxel and shifted along x."""
    turned = grid_of(grid.shape, grid.spacing_mm, grid.origin_lps_mm, (0.0, 0.0, turn_deg))
    affine = turned.index_to_lps.copy()
    affine[0, 3] += shift_mm
    return Grid(grid.shape, affine)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize(
    ("turn_deg", "shift_mm"), [(1.5, 0.0), (2.0, 0.0), (-5.0, 0.0), (0.0, 1.0), (3.0, -4.0)]
)
def test_the_images_voxels_turned_or_moved_are_a_lost_transform(
    tmp_path: Path, straight: Phantom, suffix: str, turn_deg: float, shift_mm: float
) -> None:
    other = moved(straight.grid, turn_deg=turn_deg, shift_mm=shift_mm)
    path = write_file(tmp_path / f"labels{suffix}", block(other), other)
    with pytest.raises(LabelError, match="transform was lost") as said:
        read(tmp_path, path, straight)
    told = re.search(
        r"turned by ([\d.]+) degrees, voxels shifted by up to ([\d.]+) mm", str(said.value)
    )
    assert told is not None
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in other.shape])).reshape(3, -1).T
    apart = np.linalg.norm(other.to_lps(corners) - straight.grid.to_lps(corners), axis=1).max()
    assert float(told[1]) == pytest.approx(abs(turn_deg), abs=0.051)
    assert float(told[2]) == pytest.approx(float(apart), abs=0.051)
    with pytest.raises(LabelError, match="transform was lost"):
        image.load_mask(path, straight.grid)


def test_a_turn_with_the_axes_counted_back_is_lost_too(tmp_path: Path, straight: Phantom) -> None:
    affine = straight.grid.index_to_lps.copy()
    affine[:3, :3] = affine[:3, :3] @ np.diag([-1.0, -1.0, 1.0])
    path = write_file(
        tmp_path / "labels.nrrd", block(straight.grid), Grid(straight.grid.shape, affine)
    )
    with pytest.raises(LabelError, match=r"turned by 180\.0 degrees"):
        read(tmp_path, path, straight)


def test_rounding_of_a_transform_is_no_loss(tmp_path: Path, straight: Phantom) -> None:
    near = moved(straight.grid, turn_deg=0.01, shift_mm=0.05)
    study = read(tmp_path, write_file(tmp_path / "labels.nrrd", block(near), near), straight)
    assert study.labels is not None
    np.testing.assert_array_equal(study.labels.mask("liver"), block(near) == 1)


def test_a_turned_lattice_of_its_own_is_carried_and_the_turn_is_told(
    tmp_path: Path, straight: Phantom
) -> None:
    other = grid_of((20, 18, 30), (0.9, 0.9, 1.1), straight.grid.origin_lps_mm, (0.0, 0.0, 4.0))
    labels = np.zeros(other.shape, np.uint8)
    labels[8:14, 6:12, 4:12] = 1
    study = read(tmp_path, write_file(tmp_path / "labels.nrrd", labels, other), straight)
    assert any("turned by 4.0 degrees against it" in note for note in study.notes)


# Values beside whole numbers, and what is left out.


def saved_as(path: Path, labels: NDArray[Any], grid: Grid, kind: Any) -> Path:
    """As nibabel saves floats into integers: with a slope, and an intercept where needed."""
    file = nib.Nifti1Image(labels.astype(float), np.diag([-1.0, -1, 1, 1]) @ grid.index_to_lps)
    file.header.set_data_dtype(kind)
    nib.save(file, path)
    return path


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.int32, np.uint32])
@pytest.mark.parametrize("highest", [3, 61, 117])
def test_labels_saved_through_a_scaling_are_read_as_nibabel_rounds_them(
    tmp_path: Path, straight: Phantom, kind: Any, highest: int
) -> None:
    labels = np.arange(np.prod(straight.grid.shape)).reshape(straight.grid.shape) % (highest + 1)
    path = saved_as(tmp_path / "l.nii.gz", labels, straight.grid, kind)
    ct = write_nifti(tmp_path / "ct.nii", straight.values, straight.grid)
    key = write_key(tmp_path / "k.json", {f"s{n}": n for n in range(1, highest + 1)})
    seen = np.asarray(nib.load(path).dataobj)
    if np.abs(seen - np.rint(seen)).max() > 0.01:
        with pytest.raises(LabelError, match=r"stores them scaled.*unscaled integers"):
            image.load(ct, path, key)
        return
    study = image.load(ct, path, key)
    assert study.labels is not None
    np.testing.assert_array_equal(study.labels.layers[0], labels)
    if kind is np.int32:
        assert any("beside whole numbers by its scaling" in note for note in study.notes)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.0, 0.2, 1.0], "probabilities.*threshold"),
        ([0.0, 1.0, 2.4], "got 2.4.*interpolation.*nearest neighbour"),
        ([0.0, np.nan, 1.0], "NaN.*set them to 0"),
        ([-1.0, 0.0, 1.0], "0 or positive, got -1"),
    ],
)
def test_each_cause_has_its_own_way_out(
    tmp_path: Path, straight: Phantom, values: list[float], said: str
) -> None:
    labels = np.resize(np.array(values, np.float32), straight.grid.shape)
    path = write_file(tmp_path / "labels.nrrd", labels, straight.grid)
    with pytest.raises(LabelError, match=said):
        read(tmp_path, path, straight)


def test_values_without_a_name_are_told_with_their_size(tmp_path: Path, straight: Phantom) -> None:
    labels = block(straight.grid)
    labels[1:3, 1:4, 1:6] = 9
    study = read(tmp_path, write_nifti(tmp_path / "l.nii", labels, straight.grid), straight)
    ml = 30 * straight.grid.voxel_ml
    assert any(f"left out: 9 ({ml:.2f} mL)" in note for note in study.notes)


def test_notes_of_many_masks_are_said_once(tmp_path: Path, straight: Phantom) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    for n in range(3):
        write_nifti(folder / f"organ_{n}.nii", np.roll(block(straight.grid), n, 0), straight.grid)
    two = np.where(np.arange(24)[:, None, None] % 2, 1, 2) * block(straight.grid)
    write_nifti(folder / "several.nii", two.astype(np.uint8), straight.grid)
    (folder / "vein.stl").write_text("solid")
    ct = write_nifti(tmp_path / "ct.nii", straight.values, straight.grid)
    notes = image.load(ct, folder).notes
    assert sum("unit of length" in note for note in notes) == 2
    assert any("masks: 4 files, first organ_0.nii: the file names no unit" in n for n in notes)
    assert any("several.nii: it holds the values 1, 2; all were taken as one" in n for n in notes)
    assert any("not read as labels: vein.stl" in note for note in notes)


# DICOM SEG.


def measures(data: FileDataset) -> Dataset:
    found: Dataset = data.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    return found


def thick() -> Phantom:
    """A scan of 5 mm slices; its segmentation is read beside 2.5 mm ones."""
    return phantom_on(grid_of((24, 20, 16), (0.8, 0.8, 5.0), (-10.0, -8.0, 100.0)))


def loaded(tmp_path: Path, data: FileDataset, scan: Phantom) -> tuple[LabelMap, tuple[str, ...]]:
    write_slices(tmp_path / "ct", slices_of(scan))
    data.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    study = image.load(tmp_path / "ct", tmp_path / "seg.dcm")
    assert study.labels is not None
    return study.labels, study.notes


def set_spacing(between: float | None, thickness: float | None) -> Callable[[FileDataset], None]:
    def change(data: FileDataset) -> None:
        for keyword, value in (("SpacingBetweenSlices", between), ("SliceThickness", thickness)):
            if value is None:
                delattr(measures(data), keyword)
            else:
                setattr(measures(data), keyword, value)

    return change


@pytest.mark.parametrize(
    ("between", "thickness", "said"),
    [
        (5.0, 5.0, None),
        (None, 5.0, None),
        (None, None, "no spacing between slices is stated; 5 mm was taken from the positions"),
        (None, 2.5, r"5 mm was taken from the positions of its frames \(slices are 2.5 mm thick"),
        (None, 8.0, r"5 mm was taken from the positions of its frames \(slices are 8 mm thick"),
        (2.5, 5.0, "stated spacing between slices of 2.5 mm contradicts its frames; 5 mm"),
        (3.0, 5.0, "stated spacing between slices of 3 mm contradicts its frames; 5 mm"),
        (10.0, 5.0, "stated spacing between slices of 10 mm contradicts its frames; 5 mm"),
    ],
)
def test_a_segmentation_has_the_spacing_that_it_tells_itself(
    tmp_path: Path, between: float | None, thickness: float | None, said: str | None
) -> None:
    scan = thick()
    fine = phantom_on(grid_of((24, 20, 32), (0.8, 0.8, 2.5), (-10.0, -8.0, 100.0)))
    data = seg_dataset(scan, {"liver": block(scan.grid) == 1})
    set_spacing(between, thickness)(data)
    labels, notes = loaded(tmp_path, data, fine)
    found = labels.mask("liver")
    assert found.sum() * fine.grid.voxel_ml == pytest.approx(
        block(scan.grid).sum() * scan.grid.voxel_ml
    )
    filled = np.flatnonzero(found.any(axis=(0, 1)))
    assert (np.diff(filled) == 1).all()
    told = [note for note in notes if "spacing" in note or "taken from" in note]
    assert bool(told) == (said is not None)
    assert said is None or re.search(said, told[0])


@pytest.mark.parametrize(("thickness", "height_mm", "told"), [(5.0, 5.0, False), (None, 2.5, True)])
def test_one_slice_has_its_thickness_before_the_images(
    tmp_path: Path, thickness: float | None, height_mm: float, told: bool
) -> None:
    scan = thick()
    fine = phantom_on(grid_of((24, 20, 32), (0.8, 0.8, 2.5), (-10.0, -8.0, 100.0)))
    mask = (block(scan.grid) == 1) & (np.arange(16) == 7)
    data = seg_dataset(scan, {"liver": mask})
    set_spacing(None, thickness)(data)
    labels, notes = loaded(tmp_path, data, fine)
    ml = labels.mask("liver").sum() * fine.grid.voxel_ml
    assert ml == pytest.approx(mask.sum() * 0.8 * 0.8 * height_mm / 1000.0)
    assert any("the image's 2.5 mm was assumed" in note for note in notes) == told


def test_two_far_slices_are_as_thick_as_they_say(tmp_path: Path) -> None:
    scan = thick()
    mask = (block(scan.grid) == 1) & np.isin(np.arange(16), (5, 9))
    data = seg_dataset(scan, {"liver": mask})
    set_spacing(None, 5.0)(data)
    labels, _ = loaded(tmp_path, data, scan)
    np.testing.assert_array_equal(labels.mask("liver"), mask)


def shifted_frame(data: FileDataset) -> None:
    place = data.PerFrameFunctionalGroupsSequence[3].PlanePositionSequence[0]
    x, y, z = place.ImagePositionPatient
    place.ImagePositionPatient = [float(x) + 3.0, y, z]


def no_position(data: FileDataset) -> None:
    del data.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence


def no_pixel_spacing(data: FileDataset) -> None:
    del measures(data).PixelSpacing


def stretched(data: FileDataset) -> None:
    plane = data.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0]
    plane.ImageOrientationPatient = [2, 0, 0, 0, 1, 0]


def turned(data: FileDataset) -> None:
    plane = data.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0]
    plane.ImageOrientationPatient = [0.9962, 0.0872, 0, -0.0872, 0.9962, 0]


def described_twice(data: FileDataset) -> None:
    data.SegmentSequence = [data.SegmentSequence[0], data.SegmentSequence[0]]


def no_type(data: FileDataset) -> None:
    eight_bits(data, 255)
    del data.SegmentationType


def fractions_without_a_maximum(data: FileDataset) -> None:
    eight_bits(data, 255)
    data.SegmentationType = "FRACTIONAL"


def binary_with_shades(data: FileDataset) -> None:
    eight_bits(data, 128)


def eight_bits(data: FileDataset, inside: int) -> None:
    pixels = data.pixel_array
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit = 7
    data.PixelData = (pixels * inside).astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shifted_frame, "shifted sideways by up to 3.0 mm"),
        (no_position, "ImagePositionPatient is missing"),
        (no_pixel_spacing, "PixelSpacing is missing"),
        (stretched, "not two unit vectors"),
        (turned, "turned by 5.0 degrees"),
        (described_twice, "segment 1 is described twice"),
        (no_type, "type not stated"),
        (fractions_without_a_maximum, "maximum not stated"),
        (binary_with_shades, "type BINARY.*highest value 128"),
    ],
)
def test_a_segmentation_that_contradicts_itself_is_refused(
    tmp_path: Path, straight: Phantom, spoil: Callable[[FileDataset], None], said: str
) -> None:
    data = seg_dataset(straight, {"liver": block(straight.grid) == 1})
    spoil(data)
    with pytest.raises(LabelError, match=said):
        loaded(tmp_path, data, straight)


def test_fractions_count_from_one_half_and_the_rest_is_told(
    tmp_path: Path, straight: Phantom
) -> None:
    data = seg_dataset(straight, {"liver": block(straight.grid) == 1})
    eight_bits(data, 200)
    data.SegmentationType, data.SegmentationFractionalType = "FRACTIONAL", "PROBABILITY"
    data.MaximumFractionalValue = 200
    pixels = np.frombuffer(data.PixelData, np.uint8).copy()
    pixels[np.flatnonzero(pixels)[:10]] = 60
    data.PixelData = pixels.tobytes()
    labels, notes = loaded(tmp_path, data, straight)
    assert labels.mask("liver").sum() == block(straight.grid).sum() - 10
    ml = 10 * straight.grid.voxel_ml
    assert any(f"what lies below ({ml:.2f} mL) was left out" in note for note in notes)


@pytest.mark.parametrize("named", [True, False])
def test_segments_that_nobody_describes_are_told_with_frames_and_size(
    tmp_path: Path, straight: Phantom, named: bool
) -> None:
    spine = np.roll(block(straight.grid), 8, axis=0) == 1
    data = seg_dataset(straight, {"liver": block(straight.grid) == 1, "spine": spine})
    data.SegmentSequence = [data.SegmentSequence[0]]
    if not named:
        for group in data.PerFrameFunctionalGroupsSequence:
            if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 2:
                del group.SegmentIdentificationSequence
    labels, notes = loaded(tmp_path, data, straight)
    assert labels.names == ("liver",)
    what = "segment 2" if named else "frames that name no segment"
    ml = spine.sum() * straight.grid.voxel_ml
    assert any(f"left out: {what}, 8 frame(s) ({ml:.2f} mL)" in note for note in notes)


def test_values_of_a_label_map_segmentation_that_nobody_describes(
    tmp_path: Path, straight: Phantom
) -> None:
    data = seg_dataset(straight, {"liver": block(straight.grid) == 1})
    eight_bits(data, 1)
    pixels = np.frombuffer(data.PixelData, np.uint8).copy()
    pixels[np.flatnonzero(pixels)[:12]] = 7
    data.PixelData = pixels.tobytes()
    data.SegmentationType = "LABELMAP"
    labels, notes = loaded(tmp_path, data, straight)
    assert labels.mask("liver").sum() == block(straight.grid).sum() - 12
    ml = 12 * straight.grid.voxel_ml
    assert any(f"left out: segment 7 ({ml:.2f} mL)" in note for note in notes)


# NIfTI headers.


def patched(path: Path, at: int, fields: str, *values: float) -> Path:
    raw = bytearray(path.read_bytes())
    struct.pack_into("<" + fields, raw, at, *values)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("at", "fields", "values", "said"),
    [
        (112, "2f", (np.nan, 0.0), "slope is nan: the stored values were taken"),
        (112, "2f", (np.inf, np.nan), "slope is inf: the stored values were taken"),
        (112, "2f", (0.0, -500.0), "slope is 0: .*, without the intercept -500"),
        (112, "2f", (0.0, 0.0), None),
        (123, "b", (2,), None),
        (123, "b", (0,), "names no unit of length: millimetres were assumed"),
        (80, "3f", (1.6, 1.6, 2.0), "pixdim says voxels of 1.6 x 1.6 x 2, the sform 0.8"),
    ],
)
def test_headers_that_are_read_as_nibabel_reads_them_with_a_note(
    tmp_path: Path, straight: Phantom, at: int, fields: str, values: Any, said: str | None
) -> None:
    path = write_nifti(tmp_path / "ct.nii", straight.values, straight.grid)
    patched(path, 252, "2h", 0, 1)
    patched(path, 123, "b", 2)
    patched(path, at, fields, *values)
    study = image.load(path, modality="CT", position="supine")
    np.testing.assert_array_equal(study.image.values, nib.load(path).get_fdata())
    assert study.image.grid.matches(straight.grid)
    assert bool(study.notes) == (said is not None), study.notes
    assert said is None or re.search(said, study.notes[0])


@pytest.mark.parametrize(("code", "scale"), [(1, 1e-3), (3, 1e3)])
def test_metres_and_micrometres_become_millimetres(
    tmp_path: Path, straight: Phantom, code: int, scale: float
) -> None:
    affine = np.diag([-1.0, -1, 1, 1]) @ straight.grid.index_to_lps
    affine[:3] *= scale
    nib.save(nib.Nifti1Image(straight.values, affine), tmp_path / "ct.nii")
    study = image.load(patched(tmp_path / "ct.nii", 123, "b", code))
    assert study.image.grid.matches(straight.grid, 1e-3)
    assert any("converted from m" in note for note in study.notes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(112, "2f", (2.0, np.nan))], "scaling is 2 x value . nan"),
        ([(112, "2f", (2.0, np.inf))], "scaling is 2 x value . inf"),
        ([(123, "b", (5,))], "unknown unit of length"),
        ([(252, "2h", (1, 0)), (256, "3f", (0.9, 0.9, 0.0))], "qform is no rotation"),
        ([(252, "2h", (1, 0)), (80, "f", (-0.8,))], "qform is no rotation"),
        ([(252, "2h", (1, 1)), (76, "f", (-1.0,))], "mirror images"),
        ([(252, "2h", (0, 0))], "no transform to patient space"),
    ],
)
def test_headers_that_contradict_themselves_are_refused(
    tmp_path: Path, straight: Phantom, changes: list[tuple[int, str, Any]], said: str
) -> None:
    path = write_nifti(tmp_path / "ct.nii", straight.values, straight.grid)
    for at, fields, values in changes:
        patched(path, at, fields, *values)
    with pytest.raises(ImageError, match=said):
        image.load(path)
