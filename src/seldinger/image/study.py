"""A study: the series of one patient, the labels of the one that is planned on, and their files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path  # noqa: TC003  pydantic reads it at run time
from typing import TYPE_CHECKING, Literal

from seldinger.core.errors import ImageError
from seldinger.core.formatting import describe_size, format_html_table, short_repr
from seldinger.evidence.records import Text, describe, optional

if TYPE_CHECKING:
    from seldinger.core.record import InputFile
    from seldinger.core.volume import LabelMap, Volume
    from seldinger.image.nuclear import NuclearAcquisition


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
    """What made the image, as DICOM has it; decides whether its numbers are HU."""

    CT = "CT"
    MR = "MR"
    PET = "PT"
    NM = "NM"
    """SPECT."""


class Role(StrEnum):
    """What a series is for."""

    PLANNING = "planning"
    ANATOMICAL = "anatomical"
    FUNCTIONAL = "functional"
    """Uptake or perfusion: PET, SPECT."""
    BEFORE = "before"
    """Made before the planning series, to compare with."""
    AFTER = "after"
    """Made after it, likewise."""


class Alignment(StrEnum):
    """Whether a further series lies in the patient millimetres of the planning series."""

    SAME_FRAME = "same frame of reference"
    OTHER_FRAME = "not registered: another frame of reference"
    UNKNOWN = "not registered: the frame of reference is not known"


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """One series of a DICOM folder, as it is listed when the caller must choose.

    Attributes:
        uid: Series Instance UID.
        description: as the scanner named it; "" when it did not.
        modality: DICOM code ("CT", "MR", "PT", "NM" can be loaded).
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
        acquired: date and time of its first slice, run together.
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
    acquired: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SeriesSource:
    """Where a further series is read from, beside the one that is planned on."""

    path: Path = field(
        metadata=describe("DICOM folder or file, NIfTI, NRRD or MetaImage", metavar="PATH")
    )
    role: Literal["anatomical", "functional", "before", "after"] | None = optional(
        "what it is for; left out: functional for PT and NM", flag="role"
    )
    series: Text | None = optional(
        "Series Instance UID, when the folder has several", flag="series", metavar="UID"
    )
    modality: Literal["CT", "MR", "PT", "NM"] | None = optional(
        "when the file does not say", flag="modality"
    )
    unit: Literal["Bq/mL", "counts"] | None = optional(
        "of a PET or SPECT file that is not DICOM; left out: activity is not read from it",
        flag="unit",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One series in its own patient millimetres.

    Attributes:
        image: CT in HU, others in the file's own unit.
        modality: decides what may be concluded from the numbers.
        position: how the patient lay in the scanner.
        position_origin: who said so.
        inputs: every file that was read, with its hash (one entry for a DICOM series: the hash over
            its files in slice order).
        notes: what the reader had to say (resampled slices, assumed units ...), printed in reports.
        role: what it is for.
        description: as the scanner named it; "" when it did not.
        identity: of a DICOM series; None for files of other kinds and for computed patients.
        position_in_header: what the DICOM header says of the position; None when it does not.
        acquisition: of a DICOM PET or SPECT, what its header says of nuclide, times and decay.
    """

    image: Volume
    modality: Modality
    position: PatientPosition
    position_origin: PositionOrigin
    inputs: tuple[InputFile, ...] = ()
    notes: tuple[str, ...] = ()
    role: Role = Role.PLANNING
    description: str = ""
    identity: DicomIdentity | None = None
    position_in_header: PatientPosition | None = None
    acquisition: NuclearAcquisition | None = None

    __repr__ = short_repr

    @property
    def frame_of_reference_uid(self) -> str:
        """Series that share it lie in the same patient millimetres; "" when none is known."""
        return "" if self.identity is None else self.identity.frame_of_reference_uid

    @property
    def acquired(self) -> dt.datetime | None:
        """When its first slice was made, by the scanner's clock; None when no header says."""
        digits = "" if self.identity is None else self.identity.acquired[:14]
        for form in ("%Y%m%d%H%M%S", "%Y%m%d"):
            try:
                return dt.datetime.strptime(digits, form)  # noqa: DTZ007  scanners tell no zone
            except ValueError:
                continue
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The series of one patient, with raw labels of the planning series.

    Attributes:
        series: the planning series, which plans are made on, and further ones. Those keep their own
            lattice: nothing is resampled.
        labels: raw names as the files give them, on the planning image's grid; None without labels.
        label_inputs: the labels' files, with their hashes.
        label_notes: what their reader had to say.

    Raises:
        ImageError: the first series, and no other, must be the planning one.
    """

    series: tuple[Series, ...]
    labels: LabelMap | None = None
    label_inputs: tuple[InputFile, ...] = ()
    label_notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first = [one.role is Role.PLANNING for one in self.series]
        if first != [n == 0 for n in range(max(1, len(first)))]:
            roles = ", ".join(one.role for one in self.series) or "none"
            raise ImageError(f"a study has one planning series, and first; its series are: {roles}")

    @property
    def planning(self) -> Series:
        """The series that plans are made on."""
        return self.series[0]

    @property
    def image(self) -> Volume:
        """Of the planning series, as are modality, position and identity."""
        return self.planning.image

    @property
    def modality(self) -> Modality:
        """Of the planning series."""
        return self.planning.modality

    @property
    def position(self) -> PatientPosition:
        """How the patient lay for the planning series."""
        return self.planning.position

    @property
    def position_origin(self) -> PositionOrigin:
        """Who said so."""
        return self.planning.position_origin

    @property
    def identity(self) -> DicomIdentity | None:
        """Of the planning series."""
        return self.planning.identity

    @property
    def inputs(self) -> tuple[InputFile, ...]:
        """Every file that was read, with its hash."""
        further = (file for one in self.series[1:] for file in one.inputs)
        return (*self.planning.inputs, *self.label_inputs, *further)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the readers had to say."""
        further = (note for one in self.series[1:] for note in one.notes)
        return (*self.planning.notes, *self.label_notes, *further)

    def alignment(self, series: Series) -> Alignment:
        """Whether ``series`` lies in the planning series' millimetres, as the headers have it."""
        frames = self.planning.frame_of_reference_uid, series.frame_of_reference_uid
        if not all(frames):
            return Alignment.UNKNOWN
        return Alignment.SAME_FRAME if frames[0] == frames[1] else Alignment.OTHER_FRAME

    def days_after_planning(self, series: Series) -> float | None:
        """Days from the planning series to ``series``; negative: it is older; None: not known."""
        if self.planning.acquired is None or series.acquired is None:
            return None
        return (series.acquired - self.planning.acquired) / dt.timedelta(days=1)

    def __repr__(self) -> str:
        return f"<Study: {', '.join(self._told().values())}>"

    def _repr_html_(self) -> str:
        """A small table, for notebooks; who the patient is stands in none of it."""
        return format_html_table(
            "Study", {**self._told(), "notes": "; ".join(self.notes) or "none"}
        )

    def _told(self) -> dict[str, str]:
        grid = self.image.grid
        further = {
            f"series {n}": f"{one.role} {one.modality} ({self.alignment(one)})"
            for n, one in enumerate(self.series[1:], start=2)
        }
        return {
            "modality": self.modality.value,
            "image": describe_size(grid.shape, grid.spacing_mm),
            "labels": "no labels" if self.labels is None else f"{len(self.labels.names)} labels",
            "position": f"{self.position.value} ({self.position_origin.value})",
            **further,
        }
