"""Scan files: a computed CT, PET or SPECT as DICOM, so that a chain can be tried from its files.

Of computed patients only: a real scan keeps the files of its scanner.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import OutputError
from seldinger.image.study import Modality
from seldinger.report.dicom_objects import EMPTY, Identifiers

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.uid import UID

    from seldinger.image.study import Series

_LARGEST = 32767
_KINDS = {Modality.CT: "CT", Modality.PET: "PT", Modality.NM: "NM"}
_SQUARE = 1e-6


@dataclass(frozen=True, slots=True)
class NuclearTelling:
    """What the header of a PET or SPECT tells.

    Attributes:
        nuclide: such as "Y-90".
        half_life_s: physical.
        positron_fraction: positrons per decay; None for SPECT.
        administered_at: with a time zone.
        administered_bq: net.
        scanned_at: start of the scan, to which decay is corrected.
        seconds: of the scan.
    """

    nuclide: str
    half_life_s: float
    positron_fraction: float | None
    administered_at: dt.datetime
    administered_bq: float
    scanned_at: dt.datetime
    seconds: float


def write_scan(folder: Path, series: Series, telling: NuclearTelling | None = None) -> Path:
    """Write a series: a file for every slice, or one of many frames for SPECT.

    Args:
        folder: is made; the files are ``slice-0001.dcm`` and so on, or ``spect.dcm``.
        series: with an identity, on a grid along the patient's axes.
        telling: of PET and SPECT.

    Raises:
        OutputError: no identity, a grid that stands oblique, another modality, or a PET or SPECT
            of which nothing is told.
    """
    made = _check(series, telling)
    folder.mkdir(parents=True, exist_ok=True)
    if series.modality is Modality.NM:
        _spect(series, telling, made).save_as(folder / "spect.dcm", enforce_file_format=True)
        return folder
    for k in range(series.image.grid.shape[2]):
        _slice(series, telling, made, k).save_as(
            folder / f"slice-{k + 1:04d}.dcm", enforce_file_format=True
        )
    return folder


def _check(series: Series, telling: NuclearTelling | None) -> Identifiers:
    axes = series.image.grid.index_to_lps[:3, :3]
    if series.identity is None or series.modality not in _KINDS:
        raise OutputError(
            f"a {series.modality} {'without' if series.identity is None else 'with'} identity is "
            "not written as DICOM here; give a computed CT, PET or SPECT with one"
        )
    if not np.allclose(axes, np.diag(np.diag(axes)), atol=_SQUARE) or np.diag(axes).min() <= 0.0:
        raise OutputError("a scan is written along the patient's axes: resample it first")
    if (series.modality is Modality.CT) != (telling is None):
        raise OutputError("a PET or SPECT tells its nuclide and times, a CT none")
    return Identifiers(series.identity.study_instance_uid, series.inputs[0].sha256)


def _base(series: Series, made: Identifiers, sop_class: UID, what: str) -> Any:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    identity, grid = series.identity, series.image.grid
    assert identity is not None  # noqa: S101  checked before
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = sop_class
    data.SOPInstanceUID = made.of_content(what)
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    for keyword in EMPTY:
        setattr(data, keyword, "")
    data.Modality, data.PatientPosition = _KINDS[series.modality], "HFS"
    data.Manufacturer, data.SeriesDescription = "seldinger", series.description
    data.StudyInstanceUID = identity.study_instance_uid
    data.SeriesInstanceUID = identity.series_instance_uid
    data.FrameOfReferenceUID = identity.frame_of_reference_uid
    data.SeriesNumber = data.InstanceNumber = 1
    data.Rows, data.Columns = grid.shape[1], grid.shape[0]
    data.PixelSpacing = [f"{grid.spacing_mm[1]:.8g}", f"{grid.spacing_mm[0]:.8g}"]
    data.SliceThickness = f"{grid.spacing_mm[2]:.8g}"
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation = 15, 1
    return data


def _place(series: Series, k: int) -> list[str]:
    at = series.image.grid.to_lps(np.array([0.0, 0.0, float(k)]))
    return [f"{float(x):.8g}" for x in at]


def _store(data: Any, values: NDArray[Any], slope: float) -> bytes:
    data.RescaleIntercept, data.RescaleSlope = "0", f"{slope:.10g}"
    stored = np.rint(values.astype(np.float64) / float(data.RescaleSlope))
    return np.ascontiguousarray(stored.T.astype("<i2")).tobytes()


def _slice(series: Series, telling: NuclearTelling | None, made: Identifiers, k: int) -> Any:
    from pydicom.uid import CTImageStorage, PositronEmissionTomographyImageStorage

    is_pet = telling is not None
    kind = PositronEmissionTomographyImageStorage if is_pet else CTImageStorage
    data = _base(series, made, kind, f"slice {k}")
    data.InstanceNumber = k + 1
    data.ImagePositionPatient = _place(series, k)
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    values = series.image.values[:, :, k]
    # Every slice of a PET has its own slope, as scanners choose it.
    slope = max(float(np.abs(values).max()) / _LARGEST, 1e-6) if is_pet else 1.0
    data.PixelData = _store(data, values, slope)
    if telling is None:
        data.ImageType, data.RescaleType = ["ORIGINAL", "PRIMARY", "AXIAL"], "HU"
        return data
    data.ImageType, data.Units = ["ORIGINAL", "PRIMARY"], "BQML"
    data.DecayCorrection, data.DecayFactor = "START", "1"
    data.CorrectedImage = ["NORM", "ATTN", "SCAT", "DECY"]
    _tell(data, telling)
    return data


def _spect(series: Series, telling: NuclearTelling | None, made: Identifiers) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.uid import NuclearMedicineImageStorage

    assert telling is not None  # noqa: S101  checked before
    data = _base(series, made, NuclearMedicineImageStorage, "spect")
    frames = series.image.grid.shape[2]
    data.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    data.NumberOfFrames, data.FrameIncrementPointer = frames, 0x00540080
    data.SliceVector = list(range(1, frames + 1))
    data.SpacingBetweenSlices = f"{series.image.grid.spacing_mm[2]:.8g}"
    detector = Dataset()
    detector.ImagePositionPatient = _place(series, 0)
    detector.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.DetectorInformationSequence = [detector]
    values = series.image.values
    slope = max(1.0, float(np.abs(values).max()) / _LARGEST)
    data.PixelData = b"".join(_store(data, values[:, :, k], slope) for k in range(frames))
    data.Units = "CNTS"
    _tell(data, telling)
    return data


def _tell(data: Any, telling: NuclearTelling) -> None:
    """Nuclide and times; instants in the zone of the scan."""
    from pydicom.dataset import Dataset

    scanned = telling.scanned_at
    given = telling.administered_at.astimezone(scanned.tzinfo)
    data.TimezoneOffsetFromUTC = f"{scanned:%z}"
    for keyword in ("SeriesDate", "AcquisitionDate"):
        setattr(data, keyword, f"{scanned:%Y%m%d}")
    for keyword in ("SeriesTime", "AcquisitionTime"):
        setattr(data, keyword, f"{scanned:%H%M%S}")
    data.ActualFrameDuration = str(round(telling.seconds * 1000.0))
    item, code = Dataset(), Dataset()
    item.RadionuclideHalfLife = f"{telling.half_life_s:.8g}"
    if telling.positron_fraction is not None:
        item.RadionuclidePositronFraction = f"{telling.positron_fraction:.6g}"
    item.RadionuclideTotalDose = f"{telling.administered_bq:.8g}"
    item.RadiopharmaceuticalStartDateTime = f"{given:%Y%m%d%H%M%S}"
    code.CodeValue, code.CodingSchemeDesignator = telling.nuclide, "99SELDINGER"
    code.CodeMeaning = telling.nuclide
    item.RadionuclideCodeSequence = [code]
    data.RadiopharmaceuticalInformationSequence = [item]
