"""A study: one image series of one patient, its labels, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

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
    """

    image: Volume
    modality: Modality
    labels: LabelMap | None
    position: PatientPosition
    position_origin: PositionOrigin
    inputs: tuple[InputFile, ...]
    notes: tuple[str, ...] = ()
