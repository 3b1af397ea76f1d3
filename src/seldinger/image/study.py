"""A study: one image series of one patient, its labels, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger.core.errors import ImageError
from seldinger.core.formatting import describe_size, format_html_table

if TYPE_CHECKING:
    from seldinger.core.record import InputFile
    from seldinger.core.volume import LabelMap, Volume


class PatientPosition(StrEnum):
    """How the patient lies, and how the program knows the words."""

    SUPINE = "supine"
    PRONE = "prone"
    LEFT_LATERAL = "left lateral decubitus"
    """Lying on the left side: the right side is up."""
    RIGHT_LATERAL = "right lateral decubitus"
    """Lying on the right side: the left side is up."""


_OTHER_WORDS = {
    "left": PatientPosition.LEFT_LATERAL,
    "left lateral": PatientPosition.LEFT_LATERAL,
    "left decubitus": PatientPosition.LEFT_LATERAL,
    "right": PatientPosition.RIGHT_LATERAL,
    "right lateral": PatientPosition.RIGHT_LATERAL,
    "right decubitus": PatientPosition.RIGHT_LATERAL,
}


def parse_position(word: str | PatientPosition) -> PatientPosition:
    """The position that ``word`` means: "prone", "left-lateral", "Left lateral decubitus" ...

    Raises:
        ImageError: it means none.
    """
    text = " ".join(str(word).lower().replace("-", " ").replace("_", " ").split())
    try:
        return _OTHER_WORDS[text] if text in _OTHER_WORDS else PatientPosition(text)
    except ValueError as wrong:
        allowed = ", ".join(repr(p.value) for p in PatientPosition)
        raise ImageError(
            f"patient position {word!r} is unknown; use one of {allowed}, with spaces or hyphens"
        ) from wrong


class PositionOrigin(StrEnum):
    """Who said how the patient lies."""

    DICOM = "DICOM"
    USER = "user"
    ASSUMED = "assumed"


class Modality(StrEnum):
    """What made the image; decides whether its numbers are HU."""

    CT = "CT"
    MR = "MR"
    PET = "PT"


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """One series of a DICOM folder, as it is listed when the caller must choose.

    Attributes:
        uid: Series Instance UID.
        description: as the scanner named it; "" when it did not.
        modality: DICOM code ("CT", "MR", "PT" can be loaded).
        slices: image planes: files, or frames of multi-frame files.
    """

    uid: str
    description: str
    modality: str
    slices: int


@dataclass(frozen=True, slots=True)
class SopInstance:
    """One DICOM object, as others refer to it.

    Attributes:
        class_uid: SOP Class UID: what kind of object it is.
        uid: SOP Instance UID.
    """

    class_uid: str
    uid: str


@dataclass(frozen=True, slots=True)
class DicomIdentity:
    """What ties a DICOM series to its patient, study and space: for what is made of it.

    Texts are as recorded, "" when absent. Those that tell who the patient is are kept out of
    ``repr``, and so out of messages and logs; only a DICOM file made of the series carries them on.

    Attributes:
        frame_of_reference_uid: two objects that share it lie in the same patient millimetres.
        study_instance_uid: the study.
        series_instance_uid: the series.
        instances: its objects from the first slice to the last as the file positions order them;
            one for a multi-frame file; empty when any of them has no identifier.
        patient_name, patient_id, patient_birth_date, patient_sex: the patient.
        study_id, accession_number, study_date, study_time: the study, as archives list it.
    """

    frame_of_reference_uid: str
    study_instance_uid: str
    series_instance_uid: str
    instances: tuple[SopInstance, ...] = field(repr=False)
    patient_name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    patient_birth_date: str = field(default="", repr=False)
    patient_sex: str = field(default="", repr=False)
    study_id: str = field(default="", repr=False)
    accession_number: str = field(default="", repr=False)
    study_date: str = field(default="", repr=False)
    study_time: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """One series in patient space with its raw labels.

    Attributes:
        image: CT in HU, MR and PET in the file's own unit.
        modality: decides what may be concluded from the numbers.
        labels: raw names as the files give them, on the image's own grid; None without labels.
        position: how the patient lay in the scanner.
        position_origin: who said so.
        inputs: every file that was read, with its hash (one entry for a DICOM series: the hash over
            its files in slice order).
        notes: what the reader had to say (resampled slices, assumed units ...), printed in reports.
        identity: of the DICOM series; None for files of other kinds and for computed patients.
        position_in_header: what the DICOM header says of the position; None when it does not.
    """

    image: Volume
    modality: Modality
    labels: LabelMap | None
    position: PatientPosition
    position_origin: PositionOrigin
    inputs: tuple[InputFile, ...]
    notes: tuple[str, ...] = ()
    identity: DicomIdentity | None = None
    position_in_header: PatientPosition | None = None

    def __repr__(self) -> str:
        return f"<Study: {', '.join(self._told().values())}>"

    def _repr_html_(self) -> str:
        """A small table, for notebooks; who the patient is stands in none of it."""
        return format_html_table(
            "Study", {**self._told(), "notes": "; ".join(self.notes) or "none"}
        )

    def _told(self) -> dict[str, str]:
        grid = self.image.grid
        return {
            "modality": self.modality.value,
            "image": describe_size(grid.shape, grid.spacing_mm),
            "labels": "no labels" if self.labels is None else f"{len(self.labels.names)} labels",
            "position": f"{self.position.value} ({self.position_origin.value})",
        }
