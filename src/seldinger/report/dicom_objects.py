"""DICOM objects: what every DICOM file of ours shares, whose images it was made of, and its names.

A plan has no time, so that the same inputs give the same bytes: new identifiers come from hashes,
and where DICOM demands a date the beginning of the epoch stands.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from seldinger.image.study import Modality

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from seldinger.core.space import Grid
    from seldinger.image.study import DicomIdentity

DAY, CLOCK = "19700101", "000000"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://dicom.nema.org/seldinger")
EMPTY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber",
    "StudyDate", "StudyTime", "ReferringPhysicianName", "PositionReferenceIndicator",
)  # fmt: skip
"""Elements that an object has, with or without a value."""
_KNOWN = {
    "FrameOfReferenceUID": "frame_of_reference_uid",
    "StudyInstanceUID": "study_instance_uid",
    "PatientName": "patient_name",
    "PatientID": "patient_id",
    "PatientBirthDate": "patient_birth_date",
    "PatientSex": "patient_sex",
    "StudyID": "study_id",
    "AccessionNumber": "accession_number",
    "StudyDate": "study_date",
    "StudyTime": "study_time",
}
"""Tags of a new object that are the images' own, where those have them."""
_UTF_8 = "ISO_IR 192"


class Identifiers:
    """Identifiers from hashes: the same images and content have the same ones.

    Args:
        images: what tells the images from others.
        content: what tells what was made of them from the rest that is made of them.
    """

    def __init__(self, images: str, content: str) -> None:
        self._images, self._content = images, content

    def of_images(self, what: str) -> str:
        """Shared by all that is made of the same images."""
        return self._uid(f"{what} {self._images}")

    def of_content(self, what: str) -> str:
        """Of this content alone."""
        return self._uid(f"{what} {self._images} {self._content}")

    @staticmethod
    def _uid(text: str) -> str:
        return f"2.25.{uuid.uuid5(_NAMESPACE, text).int}"


def describe_images(inputs: dict[str, str], identity: DicomIdentity | None) -> str:
    """What tells the images from others, for ``Identifiers``: hashes, and DICOM's own names."""
    images = repr(sorted(inputs.items()))
    if identity is not None:
        images += f" {identity.study_instance_uid} {identity.frame_of_reference_uid}"
    return images


def belong_to(dataset: Any, identity: DicomIdentity, texts: tuple[str, ...] = ()) -> None:
    """Give ``dataset`` the space, study, patient and source images of ``identity``.

    This is done last and unchecked: the writer refuses texts that break the standard, but only
    those that equal the images' to the letter are recognised as theirs.

    Args:
        dataset: to be changed.
        identity: of the images.
        texts: of ``dataset``, that may need more letters than ASCII.
    """
    from pydicom.config import disable_value_validation

    with disable_value_validation():
        known = {tag: getattr(identity, name) for tag, name in _KNOWN.items()}
        for tag, text in known.items():
            if text:
                # An element that is there already would go on checking what is put into it.
                dataset.pop(tag, None)
                setattr(dataset, tag, text)
        if not all(text.isascii() for text in (*known.values(), *texts)):
            dataset.SpecificCharacterSet = _UTF_8


def refer_to_images(dataset: Any, identity: DicomIdentity) -> None:
    """Name the images that the content was computed on.

    Frames name no image: the lattice is the content's, and its planes need not be slices of the
    scan.
    """
    from pydicom.dataset import Dataset

    if not (identity.instances and identity.series_instance_uid):
        return

    def references() -> list[Dataset]:
        listed = []
        for instance in identity.instances:
            reference = Dataset()
            reference.ReferencedSOPClassUID = instance.class_uid
            reference.ReferencedSOPInstanceUID = instance.uid
            listed.append(reference)
        return listed

    series = Dataset()
    series.SeriesInstanceUID = identity.series_instance_uid
    series.ReferencedInstanceSequence = references()
    dataset.ReferencedSeriesSequence = [series]
    dataset.SourceImageSequence = references()


def make_source(grid: Grid, modality: Modality, uid: Identifiers) -> Dataset:
    """A stand-in for the images: writers ask for one, on the lattice of the content."""
    from pydicom import uid as uids
    from pydicom.dataset import Dataset

    kinds = {
        Modality.MR: uids.MRImageStorage,
        Modality.PET: uids.PositronEmissionTomographyImageStorage,
        Modality.NM: uids.NuclearMedicineImageStorage,
    }
    spacing, affine = grid.spacing_mm, grid.index_to_lps
    source = Dataset()
    source.SOPClassUID = kinds.get(modality, uids.CTImageStorage)
    source.SOPInstanceUID = uid.of_images("image")
    source.StudyInstanceUID = uid.of_images("study")
    source.SeriesInstanceUID = uid.of_images("images")
    source.FrameOfReferenceUID = uid.of_images("frame")
    for keyword in EMPTY:
        setattr(source, keyword, "")
    source.Modality = modality.value
    source.Rows, source.Columns = grid.shape[1], grid.shape[0]
    source.ImageOrientationPatient = [
        *(affine[:3, 0] / spacing[0]).tolist(),
        *(affine[:3, 1] / spacing[1]).tolist(),
    ]
    source.ImagePositionPatient = list(grid.origin_lps_mm)
    source.PixelSpacing = [spacing[1], spacing[0]]
    source.SliceThickness = spacing[2]
    return source


def make_timeless(data: Any, dimensions_uid: str) -> None:
    """Replace dates and random identifiers of the writer by fixed ones."""
    data.InstanceCreationDate = data.ContentDate = data.SeriesDate = DAY
    data.InstanceCreationTime = data.ContentTime = data.SeriesTime = CLOCK
    for tool in data.get("ContributingEquipmentSequence", []):
        tool.ContributionDateTime = f"{DAY}{CLOCK}"
    for sequence in ("DimensionOrganizationSequence", "DimensionIndexSequence"):
        for item in data.get(sequence, ()):
            item.DimensionOrganizationUID = dimensions_uid
