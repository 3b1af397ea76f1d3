"""CT that is no HU, padding that reads as metal, acquisitions that alternate, slices apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from tests.image.phantoms import (
    SERIES_UID,
    Phantom,
    enhanced_dataset,
    grid_of,
    phantom_on,
    slices_of,
    write_file,
    write_slices,
)

from seldinger import image
from seldinger.core.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import FileDataset


@pytest.fixture
def small() -> Phantom:
    return phantom_on(grid_of((16, 16, 12), (2.0, 2.0, 3.0), (0.0, 0.0, 0.0)))


def saved(tmp_path: Path, slices: list[FileDataset]) -> Path:
    return write_slices(tmp_path / "ct", slices)


def refused(path: Path, message: str) -> None:
    with pytest.raises(ImageError, match=f"(?s){message}"):
        image.load(path)


# What the numbers are.


@pytest.mark.parametrize("kind", ["EDW", "MGML", "Z_EFF", "HU_MOD", "ED", "PCT", "OD", "nonsense"])
def test_another_rescale_type_is_refused(tmp_path: Path, small: Phantom, kind: str) -> None:
    refused(saved(tmp_path, slices_of(small, RescaleType=kind)), f"no Hounsfield.*{kind.upper()}")


def test_one_slice_of_another_type_is_refused(tmp_path: Path, small: Phantom) -> None:
    slices = slices_of(small, RescaleType="HU")
    slices[7].RescaleType = "EDW"
    refused(saved(tmp_path, slices), "no Hounsfield units .Rescale Type EDW")


@pytest.mark.parametrize("place", ["shared", "each frame", "one frame"])
def test_an_enhanced_file_tells_its_type_in_its_groups(
    tmp_path: Path, small: Phantom, place: str
) -> None:
    data = enhanced_dataset(small, range(12))
    shared = data.SharedFunctionalGroupsSequence[0]
    other = Dataset()
    other.RescaleIntercept, other.RescaleSlope, other.RescaleType = "-1024", "1", "Z_EFF"
    if place == "shared":
        shared.PixelValueTransformationSequence = [other]
    else:
        frames = data.PerFrameFunctionalGroupsSequence
        for group in frames if place == "each frame" else frames[3:4]:
            group.PixelValueTransformationSequence = [other]
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    refused(tmp_path / "a.dcm", "no Hounsfield units .Rescale Type Z_EFF")


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"RescaleType": "HU"}, None),
        ({"RescaleType": "hu "}, None),
        ({"RescaleType": "US"}, "leaves its unit open"),
        ({"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "VMI"]}, "computed HU .Image Type VMI"),
        ({"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "MAT_REMOVED"]}, "computed HU"),
        ({"GantryDetectorTilt": "12"}, "gantry tilt of 12 degrees, but its slices lie straight"),
    ],
)
def test_what_is_told_and_odd_is_noted(
    tmp_path: Path, small: Phantom, tags: dict[str, Any], said: str | None
) -> None:
    study = image.load(saved(tmp_path, slices_of(small, **tags)))
    np.testing.assert_array_equal(study.image.values, small.values)
    assert (said is None) == (study.notes == ())
    assert said is None or re.search(said, study.notes[0])


@pytest.mark.parametrize("word", ["EFF_ATOMIC_NUM", "ELECTRON_DENSITY", "MAT_SPECIFIC"])
def test_a_material_map_without_a_type_is_refused(
    tmp_path: Path, small: Phantom, word: str
) -> None:
    kind = ["DERIVED", "PRIMARY", "AXIAL", word]
    refused(saved(tmp_path, slices_of(small, ImageType=kind)), f"no Hounsfield.*{word}")


def signed(data: FileDataset, small: Phantom, k: int) -> None:
    """HU stored as they are, without an intercept."""
    data.PixelRepresentation = 1
    data.PixelData = small.values[:, :, k].T.astype("<i2").tobytes()


def test_a_ct_without_a_rescale_is_read_with_a_note(tmp_path: Path, small: Phantom) -> None:
    slices = slices_of(small, RescaleSlope=None, RescaleIntercept=None)
    for k, data in enumerate(slices):
        signed(data, small, k)
    study = image.load(saved(tmp_path, slices))
    np.testing.assert_array_equal(study.image.values, small.values)
    assert any("no complete rescale" in note for note in study.notes)


def drop_some(slices: list[FileDataset]) -> None:
    del slices[4].RescaleIntercept


def zero_slope(slices: list[FileDataset]) -> None:
    for data in slices:
        data.RescaleSlope = "0"


def high_bit(slices: list[FileDataset]) -> None:
    for data in slices:
        data.BitsStored, data.HighBit = 12, 15


def low_bit(slices: list[FileDataset]) -> None:
    slices[2].HighBit = 11


def mixed_sign(slices: list[FileDataset]) -> None:
    slices[2].PixelRepresentation = 1


def wrapped(slices: list[FileDataset]) -> None:
    """Unsigned numbers of 12 bits, called signed: whatever lies above 1023 HU turns negative."""
    for data in slices:
        data.BitsStored, data.HighBit, data.PixelRepresentation = 12, 11, 1
        pixels = np.frombuffer(data.PixelData, "<u2").copy()
        pixels[60:110] = 2100 + 30 * np.arange(50)
        data.PixelData = pixels.tobytes()


def two_positions(slices: list[FileDataset]) -> None:
    slices[5].PatientPosition = "HFP"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (drop_some, "1 of 12 slices state no rescale"),
        (zero_slope, "rescale is 0 x value"),
        (high_bit, "12 of 16 bits with High Bit 15; it must be 11"),
        (low_bit, "16 of 16 bits with High Bit 11"),
        (mixed_sign, "signed numbers, others unsigned"),
        (wrapped, "colder than air.*Pixel Representation says signed"),
        (two_positions, "different patient positions .HFP, HFS"),
    ],
)
def test_a_header_that_contradicts_is_refused(
    tmp_path: Path, small: Phantom, spoil: Callable[[list[FileDataset]], None], said: str
) -> None:
    slices = slices_of(small)
    spoil(slices)
    refused(saved(tmp_path, slices), said)


# Padding.


@pytest.mark.parametrize(
    ("bits", "is_signed", "intercept", "stored", "told", "limit"),
    [
        (16, False, -1024, 63536, 63536, None),  # -2000, called unsigned
        (16, False, -1024, 63536, -2000, None),
        (16, False, -1024, 32768, 32768, None),
        (16, False, -1024, 65535, -1, None),
        (16, True, 0, 32767, 32767, None),
        (16, True, 0, -2000, -2000, None),
        (16, True, 0, -2000, 63536, None),
        (12, False, -1024, 63536, 63536, None),  # readers cut it to 2096: bone
        (12, False, -1024, 4095, 4095, None),
        (16, False, -1024, 60001, 60000, 60010),
        (16, False, -1024, 60001, 60010, 60000),
        (16, False, -1024, 1064, 1064, None),  # 40 HU, as tissue has it
    ],
)
def test_padding_is_air_whatever_its_sign(
    tmp_path: Path,
    small: Phantom,
    bits: int,
    is_signed: bool,
    intercept: int,
    stored: int,
    told: int,
    limit: int | None,
) -> None:
    padded = np.hypot(*(np.indices((16, 16)) - 7.5)) > 9.5
    slices = slices_of(small, RescaleIntercept=str(intercept), BitsStored=bits, HighBit=bits - 1)
    for k, data in enumerate(slices):
        data.PixelRepresentation = int(is_signed)
        raw = small.values[:, :, k].T.astype(np.int32) - intercept
        raw[padded] = stored
        data.PixelData = (raw % 65536).astype("<u2").tobytes()
        data.add_new("PixelPaddingValue", "SS" if told < 0 else "US", told)
        if limit is not None:
            data.add_new("PixelPaddingRangeLimit", "US", limit)
    study = image.load(saved(tmp_path, slices))
    expected = np.where(padded.T[..., None], -1024, small.values)
    if study.notes == ():  # padding that is colder than air stays as stored
        assert stored + intercept <= -1000
        expected = np.where(padded.T[..., None], stored + intercept, small.values)
    else:
        assert f"{padded.sum() * 12} padding pixels" in study.notes[0]
    np.testing.assert_array_equal(study.image.values, expected)


def test_numbers_above_sixteen_signed_bits_are_refused(tmp_path: Path, small: Phantom) -> None:
    slices = slices_of(small)
    for data in slices:
        pixels = np.frombuffer(data.PixelData, "<u2").copy()
        pixels[:20] = 63536
        data.PixelData = pixels.tobytes()
    refused(saved(tmp_path, slices), "negative numbers read as unsigned")


# Acquisitions.


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("AcquisitionNumber", (1, 2)),
        ("TriggerTime", ("0", "350")),
        ("EchoTime", ("2.3", "4.6")),
        ("ConvolutionKernel", ("B30f", "B70f")),
        ("KVP", ("80", "140")),
        ("ImageType", (["ORIGINAL", "PRIMARY", "AXIAL"], ["DERIVED", "PRIMARY", "AXIAL"])),
        ("TemporalPositionIdentifier", (1, 2)),
        ("AcquisitionTime", ("101500", "101730")),
        ("FrameOfReferenceUID", ("1.2.3", "1.2.4")),
        ("ContrastBolusAgent", ("", "iodine")),
    ],
)
def test_acquisitions_that_alternate_are_two_volumes(
    tmp_path: Path, small: Phantom, keyword: str, values: tuple[Any, Any]
) -> None:
    slices = slices_of(small)
    for k, data in enumerate(slices):
        setattr(data, keyword, values[k % 2])
    refused(
        saved(tmp_path, slices),
        f"2 volumes alternate in one series; their slices differ in {keyword} .*6 slices, first",
    )


def test_three_phases_at_the_same_positions(tmp_path: Path, small: Phantom) -> None:
    phases = []
    for number in range(3):
        phase = slices_of(small, AcquisitionNumber=number + 1)
        for data in phase:
            data.SOPInstanceUID = f"1.2.3.{number}.{data.InstanceNumber}"
        phases += phase
    refused(saved(tmp_path, phases), "3 volumes alternate.*AcquisitionNumber")


def test_instance_numbers_of_two_runs(tmp_path: Path, small: Phantom) -> None:
    slices = slices_of(small)
    for k, data in enumerate(slices):
        data.InstanceNumber = k // 2 + 1 + 6 * (k % 2)
    refused(saved(tmp_path, slices), "2 volumes alternate.*InstanceNumber .1 to 6: 6 slices")


def blocks(k: int) -> dict[str, Any]:
    return {"AcquisitionNumber": k // 4 + 1, "AcquisitionTime": f"10150{k // 4}"}


def each_its_own(k: int) -> dict[str, Any]:
    return {
        "AcquisitionNumber": k + 1,
        "TriggerTime": str(7 * k % 12),
        "ContentTime": f"1015{k:02d}",
    }


def counted_back(k: int) -> dict[str, Any]:
    return {"InstanceNumber": 100 - k}


def told_to_the_second(k: int) -> dict[str, Any]:
    """Reconstructions run side by side: around a full second two slices change places."""
    seconds = (0, 0, 0, 1, 0, 1, 1, 1, 2, 2, 2, 2)
    return {"ContentTime": f"10150{seconds[k]}", "AcquisitionTime": f"10140{seconds[k]}"}


@pytest.mark.parametrize("tags", [blocks, each_its_own, counted_back, told_to_the_second])
def test_what_is_one_volume_stays_one(
    tmp_path: Path, small: Phantom, tags: Callable[[int], dict[str, Any]]
) -> None:
    slices = slices_of(small)
    for k, data in enumerate(slices):
        for keyword, value in tags(k).items():
            setattr(data, keyword, value)
    np.testing.assert_array_equal(image.load(saved(tmp_path, slices)).image.values, small.values)


def test_frames_of_an_enhanced_file_that_alternate(tmp_path: Path, small: Phantom) -> None:
    data = enhanced_dataset(small, range(12))
    for k, group in enumerate(data.PerFrameFunctionalGroupsSequence):
        content = Dataset()
        content.TemporalPositionIndex = k % 2 + 1
        group.FrameContentSequence = [content]
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    refused(tmp_path / "a.dcm", "2 volumes alternate.*TemporalPositionIndex")


# A series for every slice.


@pytest.mark.parametrize("beside", [False, True])
def test_a_series_per_slice_is_refused_once_with_the_way_out(
    tmp_path: Path, small: Phantom, beside: bool
) -> None:
    slices = slices_of(small, StudyInstanceUID="1.2.9")
    for k, data in enumerate(slices):
        data.SeriesInstanceUID = f"{SERIES_UID}.{k + 1}"
    folder = saved(tmp_path, slices)
    if beside:
        write_slices(folder / "whole", slices_of(small, StudyInstanceUID="1.2.9"))
        assert image.load(folder, series=SERIES_UID).image.values.shape == (16, 16, 12)
    said = "12 series hold one slice each.*Export it again.*dcmodify"
    with pytest.raises(ImageError, match=said):
        image.load(folder, series=f"{SERIES_UID}.4")
    if not beside:
        refused(folder, said)


# Files that name no axes, origin or unit.


def edited(path: Path, old: str, new: str) -> Path:
    data = path.read_bytes()
    assert data.count(old.encode()) == 1
    path.write_bytes(data.replace(old.encode(), new.encode()))
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("space: left-posterior-superior", "space: scanner-xyz", "space scanner-xyz"),
        ("space: left-posterior-superior", "space: 3D-right-handed", "space 3d-right-handed"),
        ("space: left-posterior-superior", "space dimension: 3", "names no space"),
        ("space origin: (0,0,0)\n", "", "states no space origin"),
        ("kinds:", 'space units: "parsec" "mm" "mm"\nkinds:', "parsec.*mm, cm, m or um"),
        ("kinds:", 'space units: "mm"\nkinds:', "one known unit for each axis"),
    ],
)
def test_nrrd_headers_that_name_no_place(
    tmp_path: Path, small: Phantom, old: str, new: str, said: str
) -> None:
    path = write_file(tmp_path / "ct.nrrd", small.values, small.grid)
    refused(edited(path, old, new), said)


@pytest.mark.parametrize(
    ("space", "signs"),
    [("right-anterior-superior", (-1, -1)), ("LAS", (1, -1)), ("LPS", (1, 1))],
)
def test_nrrd_spaces_of_the_patient_become_lps(
    tmp_path: Path, small: Phantom, space: str, signs: tuple[int, int]
) -> None:
    path = write_file(tmp_path / "ct.nrrd", small.values, small.grid)
    study = image.load(edited(path, "space: left-posterior-superior", f"space: {space}"))
    flip = np.diag([*signs, 1, 1])
    np.testing.assert_allclose(study.image.grid.index_to_lps, flip @ small.grid.index_to_lps)


@pytest.mark.parametrize(("unit", "scale"), [("cm", 10.0), ("um", 0.001), ("m", 1000.0)])
def test_units_of_nrrd_are_converted(
    tmp_path: Path, small: Phantom, unit: str, scale: float
) -> None:
    grid = grid_of((16, 16, 12), (2.0 / scale, 2.0 / scale, 3.0 / scale), (0.0, 0.0, 0.0))
    path = write_file(tmp_path / "ct.nrrd", small.values, grid)
    units = " ".join([f'"{unit}"'] * 3)
    study = image.load(edited(path, "kinds:", f"space units: {units}\nkinds:"))
    assert study.image.grid.matches(small.grid, 1e-6)
    assert any("converted from" in note for note in study.notes)


@pytest.mark.parametrize("field", ["TransformMatrix", "Offset", "AnatomicalOrientation"])
@pytest.mark.parametrize("suffix", [".mha", ".mhd"])
def test_metaimage_headers_that_name_no_place(
    tmp_path: Path, small: Phantom, field: str, suffix: str
) -> None:
    path = write_file(tmp_path / f"ct{suffix}", small.values, small.grid)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(x for x in lines if not x.startswith(field.encode())))
    refused(path, f"(states no {field}|{field} is missing)")


def test_metaimage_axes_that_are_unknown_and_units(tmp_path: Path, small: Phantom) -> None:
    path = write_file(tmp_path / "a.mha", small.values, small.grid)
    refused(
        edited(path, "Orientation = RAI", "Orientation = ???"), r"AnatomicalOrientation is \?\?\?"
    )
    grid = grid_of((16, 16, 12), (0.2, 0.2, 0.3), (0.0, 0.0, 0.0))
    path = write_file(tmp_path / "b.mha", small.values, grid)
    study = image.load(edited(path, "ElementSpacing", "DistanceUnits = cm\nElementSpacing"))
    assert study.image.grid.matches(small.grid, 1e-6)
