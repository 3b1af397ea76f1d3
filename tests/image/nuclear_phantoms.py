"""PET and SPECT as scanners write them, with every trap that a header can hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import NuclearMedicineImageStorage, PositronEmissionTomographyImageStorage
from tests.image.phantoms import Phantom, slice_dataset, write_slices

from seldinger.physics.activity import Radionuclide, compute_decay, compute_frame_factor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Y90 = Radionuclide("Y-90", 230_760.0, 3.2e-5)
F18 = Radionuclide("F-18", 6586.2, 0.967)
FRAME_S = 600.0
BED_S = 620.0
SLICES_PER_BED = 4


@dataclass(frozen=True)
class Pet:
    """A PET whose slices have slopes of their own, scanned bed by bed from 10:00:00.

    ``header`` replaces tags of all slices, ``injected`` those of the radiopharmaceutical; None
    removes. ``scanner`` is the nuclide that the scanner believes in.
    """

    scanner: Radionuclide = Y90
    decay: str = "START"
    header: dict[str, Any] = field(default_factory=dict)
    injected: dict[str, Any] = field(default_factory=dict)

    def slices(self, phantom: Phantom, stored: NDArray[np.int16]) -> list[FileDataset]:
        return [self._slice(phantom, stored, k) for k in range(phantom.grid.shape[2])]

    def write(self, folder: Path, phantom: Phantom, stored: NDArray[np.int16]) -> Path:
        return write_slices(folder, self.slices(phantom, stored))

    def _slice(self, phantom: Phantom, stored: NDArray[np.int16], k: int) -> FileDataset:
        data = slice_dataset(phantom, k)
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = (
            PositronEmissionTomographyImageStorage
        )
        data.Modality, data.Units = "PT", "BQML"
        data.PixelRepresentation = 1
        data.RescaleIntercept, data.RescaleSlope = "0", f"{slope_of(k):.6f}"
        data.PixelData = np.ascontiguousarray(stored[:, :, k].T.astype("<i2")).tobytes()
        data.SeriesDate = data.AcquisitionDate = "20250303"
        data.SeriesTime = "100000"
        start_s = start_of(k)
        data.AcquisitionTime = clock(36_000.0 + start_s)
        data.ActualFrameDuration = str(int(FRAME_S * 1000))
        data.DecayCorrection = self.decay
        data.CorrectedImage = ["NORM", "ATTN", "SCAT"]
        if self.decay != "NONE":
            data.CorrectedImage = [*data.CorrectedImage, "DECY"]
        if self.decay == "START":
            data.DecayFactor = f"{decay_factor(self.scanner, start_s):.8g}"
        data.TimezoneOffsetFromUTC = "+0100"
        item = Dataset()
        item.RadionuclideHalfLife = str(self.scanner.half_life_s)
        item.RadionuclidePositronFraction = str(self.scanner.positron_fraction)
        item.RadionuclideTotalDose = "1400000000"
        item.RadiopharmaceuticalStartDateTime = "20250302153000"
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator = "77501007", "SCT"
        code.CodeMeaning = "^90^Yttrium"
        item.RadionuclideCodeSequence = [code]
        change(item, self.injected)
        data.RadiopharmaceuticalInformationSequence = [item]
        change(data, self.header)
        return data


def change(data: Dataset, tags: dict[str, Any]) -> None:
    for keyword, value in tags.items():
        if value is None:
            delattr(data, keyword)
        else:
            setattr(data, keyword, value)


def slope_of(k: int) -> float:
    """The slope of each slice, as some scanners choose it; that of the first is whole."""
    return 1.0 + 0.13 * k


def start_of(k: int) -> float:
    """Seconds from the start of the scan to the bed of a slice."""
    return BED_S * (k // SLICES_PER_BED)


def decay_factor(nuclide: Radionuclide, start_s: float) -> float:
    """By which a scanner brings the mean over a frame to the start of the scan."""
    return compute_frame_factor(FRAME_S, nuclide.half_life_s) * compute_decay(
        -start_s, nuclide.half_life_s
    )


def clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}{whole // 60 % 60:02d}{whole % 60:02d}"


def spect_dataset(phantom: Phantom, step_mm: float, **changes: Any) -> FileDataset:
    """A reconstructed SPECT in one file, first slice where ``step_mm`` begins to stack."""
    shape = phantom.grid.shape
    order = range(shape[2]) if step_mm > 0 else range(shape[2] - 1, -1, -1)
    frames = [slice_dataset(phantom, k) for k in order]
    data = nm_dataset(frames[0], ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"])
    data.NumberOfFrames = shape[2]
    data.SpacingBetweenSlices = f"{step_mm:.6f}"
    data.SliceVector = list(range(1, shape[2] + 1))
    detector = Dataset()
    detector.ImagePositionPatient = frames[0].ImagePositionPatient
    detector.ImageOrientationPatient = frames[0].ImageOrientationPatient
    data.DetectorInformationSequence = [detector]
    del data.ImagePositionPatient, data.ImageOrientationPatient
    data.PixelData = b"".join(frame.PixelData for frame in frames)
    change(data, changes)
    return data


def planar_dataset(phantom: Phantom, **changes: Any) -> FileDataset:
    """Whole-body pictures from front and back in two energy windows, four frames in all."""
    data = nm_dataset(slice_dataset(phantom, 0), ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"])
    frames = [slice_dataset(phantom, k) for k in range(4)]
    data.NumberOfFrames = 4
    data.EnergyWindowVector, data.DetectorVector = [1, 1, 2, 2], [1, 2, 1, 2]
    detectors = []
    for meaning in ("Anterior", "Posterior"):
        code, detector = Dataset(), Dataset()
        code.CodeMeaning = meaning
        detector.ViewCodeSequence = [code]
        detectors.append(detector)
    data.DetectorInformationSequence = detectors
    data.PixelData = b"".join(frame.PixelData for frame in frames)
    change(data, changes)
    return data


def nm_dataset(data: FileDataset, image_type: list[str]) -> FileDataset:
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = NuclearMedicineImageStorage
    data.Modality, data.ImageType = "NM", image_type
    data.RescaleIntercept, data.RescaleSlope = "0", "1"
    return data
