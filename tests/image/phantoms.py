"""A phantom whose marker is at a known place, and writers for every format that is read."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    SegmentationStorage,
    generate_uid,
)

from seldinger.core.space import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

sitk: Any = SimpleITK
nib: Any = nibabel

FRAME_UID = "1.2.826.0.1.3680043.8.498.1"
SERIES_UID = "1.2.826.0.1.3680043.8.498.2"
MARKER = (5, 12, 9)


@dataclass(frozen=True)
class Phantom:
    """Air, a block of tissue and one bright voxel."""

    values: NDArray[np.int16]
    grid: Grid
    marker_lps_mm: NDArray[np.float64]


def rotation(degrees: tuple[float, float, float]) -> NDArray[np.float64]:
    """Rotation about x, then y, then z."""
    a, b, c = np.radians(degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turned: NDArray[np.float64] = about_z @ about_y @ about_x
    return turned


def grid_of(
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    origin_mm: tuple[float, float, float],
    degrees: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Grid:
    """A lattice, turned by ``degrees``."""
    affine = np.eye(4)
    affine[:3, :3] = rotation(degrees) * np.array(spacing_mm)
    affine[:3, 3] = origin_mm
    return Grid(shape, affine)


def phantom_on(grid: Grid) -> Phantom:
    """The phantom on ``grid``."""
    values = np.full(grid.shape, -1000, dtype=np.int16)
    values[3:-3, 3:-3, 2:-2] = 40
    values[MARKER] = 900
    return Phantom(values, grid, grid.to_lps(np.array(MARKER, dtype=float)))


def marker_of(values: NDArray[Any], grid: Grid) -> NDArray[np.float64]:
    """Where the brightest voxel lies."""
    return grid.to_lps(np.array(np.unravel_index(int(np.argmax(values)), values.shape), float))


def itk_image(values: NDArray[Any], grid: Grid) -> Any:
    """An ITK image as any other program would make it: x fastest."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(values.transpose(2, 1, 0)))
    image.SetSpacing(list(grid.spacing_mm))
    image.SetOrigin(list(grid.origin_lps_mm))
    image.SetDirection((grid.index_to_lps[:3, :3] / np.array(grid.spacing_mm)).ravel().tolist())
    return image


def write_file(path: Path, values: NDArray[Any], grid: Grid, *, packed: bool = False) -> Path:
    """Any format that SimpleITK writes."""
    sitk.WriteImage(itk_image(values, grid), str(path), packed)
    return path


def write_nifti(path: Path, values: NDArray[Any], grid: Grid) -> Path:
    """By nibabel, which is RAS+ and not ours."""
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.index_to_lps
    nib.save(nib.Nifti1Image(values, affine), path)
    return path


def write_key(path: Path, key: dict[str, Any]) -> Path:
    path.write_text(json.dumps(key))
    return path


def slice_dataset(phantom: Phantom, k: int, **changes: Any) -> FileDataset:
    """One CT slice; ``changes`` replace tags, None removes them."""
    affine = phantom.grid.index_to_lps
    spacing = phantom.grid.spacing_mm
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(k), SERIES_UID])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID = CTImageStorage
    data.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    data.Modality = "CT"
    data.SeriesDescription = "phantom"
    data.SeriesInstanceUID = SERIES_UID
    data.FrameOfReferenceUID = FRAME_UID
    data.PatientPosition = "HFS"
    data.InstanceNumber = k + 1
    data.ImagePositionPatient = [f"{v:.6f}" for v in phantom.grid.to_lps([0.0, 0.0, float(k)])]
    cosines = [affine[:3, 0] / spacing[0], affine[:3, 1] / spacing[1]]
    data.ImageOrientationPatient = [f"{v:.9f}" for v in np.concatenate(cosines)]
    data.PixelSpacing = [f"{spacing[1]:.6f}", f"{spacing[0]:.6f}"]
    data.Columns, data.Rows = phantom.grid.shape[:2]
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit = 15
    data.PixelRepresentation = 0
    data.RescaleIntercept, data.RescaleSlope = "-1024", "1"
    data.PixelData = (phantom.values[:, :, k].T + 1024).astype("<u2").tobytes()
    for keyword, value in changes.items():
        if value is None:
            delattr(data, keyword)
        else:
            setattr(data, keyword, value)
    return data


def slices_of(phantom: Phantom, **changes: Any) -> list[FileDataset]:
    return [slice_dataset(phantom, k, **changes) for k in range(phantom.grid.shape[2])]


def write_slices(folder: Path, slices: Iterable[FileDataset]) -> Path:
    """File names do not follow the order of slices."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, data in enumerate(slices):
        data.save_as(folder / f"{(n * 7) % 97:03d}.dcm", enforce_file_format=True)
    return folder


def enhanced_dataset(phantom: Phantom, order: Iterable[int]) -> FileDataset:
    """One multi-frame CT file with frames in ``order``."""
    frames = list(order)
    data = slice_dataset(phantom, 0)
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    singles = [slice_dataset(phantom, k) for k in frames]
    shared = Dataset()
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PixelMeasuresSequence[0].PixelSpacing = data.PixelSpacing
    shared.PixelMeasuresSequence[0].SliceThickness = phantom.grid.spacing_mm[2]
    shared.PlaneOrientationSequence = [Dataset()]
    shared.PlaneOrientationSequence[0].ImageOrientationPatient = data.ImageOrientationPatient
    scaling = Dataset()
    scaling.RescaleIntercept, scaling.RescaleSlope, scaling.RescaleType = "-1024", "1", "HU"
    shared.PixelValueTransformationSequence = [scaling]
    groups = []
    for single in singles:
        group = Dataset()
        group.PlanePositionSequence = [Dataset()]
        group.PlanePositionSequence[0].ImagePositionPatient = single.ImagePositionPatient
        groups.append(group)
    data.SharedFunctionalGroupsSequence = [shared]
    data.PerFrameFunctionalGroupsSequence = groups
    data.NumberOfFrames = len(frames)
    data.PixelData = b"".join(single.PixelData for single in singles)
    for keyword in (
        "RescaleIntercept",
        "RescaleSlope",
        "PixelSpacing",
        "ImagePositionPatient",
        "ImageOrientationPatient",
    ):
        delattr(data, keyword)
    return data


def seg_dataset(phantom: Phantom, segments: dict[str, NDArray[np.bool_]]) -> FileDataset:
    """A binary DICOM SEG with frames only where a segment has voxels."""
    data = enhanced_dataset(phantom, [0])
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = SegmentationStorage
    data.Modality = "SEG"
    data.SeriesInstanceUID = SERIES_UID + ".1"
    data.SegmentationType = "BINARY"
    measures = data.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = phantom.grid.spacing_mm[2]
    data.BitsAllocated = data.BitsStored = 1
    data.HighBit = 0
    named, groups, bits = [], [], []
    for number, (name, mask) in enumerate(segments.items(), start=1):
        segment = Dataset()
        segment.SegmentNumber, segment.SegmentLabel = number, name
        named.append(segment)
        for k in np.flatnonzero(mask.any(axis=(0, 1))):
            group = Dataset()
            group.SegmentIdentificationSequence = [Dataset()]
            group.SegmentIdentificationSequence[0].ReferencedSegmentNumber = number
            group.PlanePositionSequence = [Dataset()]
            position = slice_dataset(phantom, int(k)).ImagePositionPatient
            group.PlanePositionSequence[0].ImagePositionPatient = position
            groups.append(group)
            bits.append(mask[:, :, k].T.ravel())
    data.SegmentSequence = named
    data.PerFrameFunctionalGroupsSequence = groups
    data.NumberOfFrames = len(groups)
    packed = np.packbits(np.concatenate(bits), bitorder="little").tobytes()
    data.PixelData = packed + b"\0" * (len(packed) % 2)
    return data


def recompressed(data: FileDataset, compressor: str, folder: Path) -> FileDataset:
    """``data`` with its pixels as GDCM encodes them."""
    pixels = data.pixel_array.astype(np.uint16)[np.newaxis]
    writer = sitk.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.UseCompressionOn()
    writer.SetCompressor(compressor)
    target = folder / "encoded.dcm"
    writer.SetFileName(str(target))
    writer.Execute(sitk.GetImageFromArray(pixels))
    encoded = pydicom.dcmread(target)
    target.unlink()
    out = copy.deepcopy(data)
    out.file_meta.TransferSyntaxUID = encoded.file_meta.TransferSyntaxUID
    out.PixelData = encoded.PixelData
    out["PixelData"].is_undefined_length = True
    return out
