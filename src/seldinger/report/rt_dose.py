"""RT dose: a dose on a lattice as DICOM RTDOSE, for treatment planning systems and viewers.

In:    a dose in Gy, whose images it lies on, and how it was computed.
Out:   a pydicom data set: 32-bit, planes from the feet to the head, offsets that begin at 0.

A dose that was computed from an image is below zero where the image is: RTDOSE holds none, so those
voxels are 0 there, and the comment says so. Figures are never taken from the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import OutputError
from seldinger.report.dicom_objects import (
    CLOCK,
    DAY,
    EMPTY,
    Identifiers,
    belong_to,
    refer_to_images,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from seldinger.core.space import Grid
    from seldinger.core.volume import Volume
    from seldinger.image.study import DicomIdentity

_STEPS = 2**32 - 1
_DECIMALS = 16
"""Letters that DICOM allows for a decimal string."""
_COMMENT = 64
"""Letters that DICOM allows for a comment of a dose; the whole text stands beside it."""
_SQUARE = 1e-6


@dataclass(frozen=True, slots=True)
class DoseText:
    """What a dose file says of itself in words.

    Attributes:
        description: as archives list the series.
        comment: nuclide, constants, method: what a reader must know.
        version: of this package.
        by_density: whether the dose follows the density of the patient's own image.
    """

    description: str
    comment: str
    version: str
    by_density: bool


def make_rt_dose(
    dose: Volume, images: str, identity: DicomIdentity | None, text: DoseText
) -> Dataset:
    """A dose as DICOM RTDOSE, of type PHYSICAL, summed over all decays.

    It names no RT plan, because there is none: a planning system that asks for one refuses it.

    Args:
        dose: in Gy, on a grid along the patient's axes.
        images: what tells the images from others: ``dicom_objects.describe_images``.
        identity: of the images that contours lie on; None: they are no DICOM images.
        text: how it was computed.

    Raises:
        OutputError: it is not in Gy, not finite, or its grid stands oblique.
    """
    values, grid = _order(dose)
    uid = Identifiers(images, _digest(dose))
    scale, steps = _scale(values)
    made: Dataset = _new(uid)
    _place(made, grid)
    made.SeriesDescription = text.description[:64]
    made.SoftwareVersions = text.version
    clipped = "; voxels below 0 Gy are 0 here" if float(dose.values.min()) < 0.0 else ""
    made.ImageComments = f"{text.comment}{clipped}"
    made.DoseComment = made.ImageComments[:_COMMENT]
    made.DoseUnits, made.DoseType, made.DoseSummationType = "GY", "PHYSICAL", "PLAN"
    made.TissueHeterogeneityCorrection = ["IMAGE" if text.by_density else "WATER"]
    made.DoseGridScaling = scale
    made.PixelData = steps.tobytes()
    if identity is not None:
        belong_to(made, identity, (made.SeriesDescription, made.ImageComments))
        refer_to_images(made, identity)
    return made


def is_along_axes(dose: Volume) -> bool:
    """Whether the grid of a dose lies along the patient's axes, so that it can be written."""
    affine = np.abs(dose.grid.index_to_lps[:3, :3])
    straight = affine.max(axis=0)
    axes = sorted(int(n) for n in affine.argmax(axis=0))
    return axes == [0, 1, 2] and np.allclose(affine.sum(axis=0), straight, rtol=_SQUARE)


def _order(dose: Volume) -> tuple[NDArray[np.float64], Grid]:
    """Values as (k, j, i) with every index along its own axis of the patient, and their grid."""
    from seldinger.core.space import Grid, as_vector

    if dose.unit != "Gy":
        raise OutputError(f"an RTDOSE file holds Gy, got {dose.unit!r}: compute the dose first")
    values = np.asarray(dose.values, dtype=np.float64)
    if not np.isfinite(values).all():
        raise OutputError("the dose is not finite everywhere: an RTDOSE file cannot hold it")
    affine = dose.grid.index_to_lps[:3, :3]
    axes = [int(n) for n in np.abs(affine).argmax(axis=0)]
    if not is_along_axes(dose):
        raise OutputError(
            "the grid of the dose stands oblique to the patient, and planning systems misread "
            "such files: resample it along the patient's axes first"
        )
    turn = [axes.index(n) for n in range(3)]
    values = values.transpose(turn)
    spacing, origin = np.empty(3), np.empty(3)
    corner = dose.grid.index_to_lps[:3, 3]
    for patient_axis, index_axis in enumerate(turn):
        step = float(affine[patient_axis, index_axis])
        count = dose.grid.shape[index_axis]
        spacing[patient_axis] = abs(step)
        origin[patient_axis] = corner[patient_axis]
        if step < 0.0:
            values = np.flip(values, axis=patient_axis)
            origin[patient_axis] += step * (count - 1)
    shape = tuple(dose.grid.shape[n] for n in turn)
    grid = Grid.aligned(list(shape), as_vector(spacing), as_vector(origin))
    return np.ascontiguousarray(values.transpose(2, 1, 0)), grid


def _scale(values: NDArray[np.float64]) -> tuple[str, NDArray[np.uint32]]:
    """The scale as the text that is written, and the steps by that very number."""
    top = max(float(values.max(initial=0.0)), 1e-9)
    # Rounded up, so that the largest dose stays within 32 bits.
    text = f"{np.nextafter(top / _STEPS * (1.0 + 1e-8), np.inf):.9e}"
    if len(text) > _DECIMALS:
        raise OutputError(f"the scale of the dose, {text}, has over {_DECIMALS} letters")
    steps = np.rint(np.clip(values, 0.0, None) / float(text))
    return text, steps.astype("<u4")


def _new(uid: Identifiers) -> Any:
    """An RTDOSE object of nobody, without a time."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, RTDoseStorage

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = RTDoseStorage
    made.SOPInstanceUID = uid.of_content("dose instance")
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    for keyword in EMPTY:
        setattr(made, keyword, "")
    made.Modality, made.Manufacturer, made.ManufacturerModelName = (
        "RTDOSE",
        "seldinger",
        "seldinger",
    )
    made.OperatorsName = ""
    made.InstanceCreationDate, made.InstanceCreationTime = DAY, CLOCK
    made.ContentDate, made.ContentTime = DAY, CLOCK
    made.StudyInstanceUID = uid.of_images("study")
    made.FrameOfReferenceUID = uid.of_images("frame")
    made.SeriesInstanceUID = uid.of_content("dose series")
    made.SeriesNumber = made.InstanceNumber = 1
    return made


def _place(made: Any, grid: Grid) -> None:
    """The lattice, as planes with offsets."""
    columns, rows, planes = grid.shape
    dx, dy, dz = grid.spacing_mm
    made.Rows, made.Columns, made.NumberOfFrames = rows, columns, planes
    made.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    made.ImagePositionPatient = [_decimal(x) for x in grid.origin_lps_mm]
    made.PixelSpacing = [_decimal(dy), _decimal(dx)]
    made.SliceThickness = _decimal(dz)
    made.FrameIncrementPointer = 0x3004000C
    made.GridFrameOffsetVector = [_decimal(n * dz) for n in range(planes)]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 32, 32, 31, 0


def _decimal(value: float) -> str:
    """At most 16 letters, as exact as they allow."""
    for digits in range(12, 3, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= _DECIMALS:
            return text
    raise OutputError(f"{value} does not fit into a DICOM decimal string")


def _digest(dose: Volume) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(dose.values, dtype=np.float32).tobytes())
    digest.update(repr(dose.grid.shape).encode())
    digest.update(dose.grid.index_to_lps.tobytes())
    return digest.hexdigest()
