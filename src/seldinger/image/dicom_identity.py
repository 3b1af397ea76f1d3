"""DICOM identity: whose images a series holds, and how other objects refer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seldinger.core.errors import ImageError
from seldinger.image.raster import silence
from seldinger.image.study import DicomIdentity, SopInstance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from seldinger.image.dicom_headers import Header

_CARRIED = {
    "patient_name": "PatientName",
    "patient_id": "PatientID",
    "patient_birth_date": "PatientBirthDate",
    "patient_sex": "PatientSex",
    "study_id": "StudyID",
    "accession_number": "AccessionNumber",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
}
_TELLING = {
    "patient_id": "Patient ID",
    "patient_birth_date": "birth date",
    "patient_sex": "sex",
}
_ACQUIRED = ("AcquisitionDateTime", "AcquisitionDate", "AcquisitionTime")


def read(headers: Sequence[Header]) -> tuple[DicomIdentity, tuple[str, ...]]:
    """The identity of a series, and a note when its files do not agree about their space.

    Args:
        headers: of its files, from the first slice to the last.

    Raises:
        ImageError: the first file cannot be read again.
    """
    first = headers[0]
    instances = tuple(
        SopInstance(_text(h.dataset, "SOPClassUID"), _text(h.dataset, "SOPInstanceUID"))
        for h in headers
    )
    frames = [_text(h.dataset, "FrameOfReferenceUID") for h in headers]
    identity = DicomIdentity(
        frame_of_reference_uid=frames[0],
        study_instance_uid=_text(first.dataset, "StudyInstanceUID"),
        series_instance_uid=first.uid,
        instances=instances if all(i.uid and i.class_uid for i in instances) else (),
        **_carried(first.path),
    )
    several = len(set(frames))
    if several == 1:
        return identity, ()
    return identity, (
        f"the slices name {several} different frames of reference; that of the first slice holds",
    )


def check_same_patient(one: DicomIdentity | None, other: DicomIdentity | None, name: str) -> None:
    """Refuse a series whose header contradicts that it shows the same patient.

    Names are not compared: they are spelled in many ways.

    Args:
        one: of the series that is there; None for a file that tells nothing.
        other: of the series that is added.
        name: of its file or folder, for the message, which tells no value.

    Raises:
        ImageError: naming the tags that differ.
    """
    if one is None or other is None:
        return
    both = ((tag, getattr(one, key), getattr(other, key)) for key, tag in _TELLING.items())
    unlike = [tag for tag, first, second in both if first and second and first != second]
    if unlike:
        raise ImageError(
            f"{name}: its header tells another patient ({', '.join(unlike)} differ); leave it out, "
            "or correct the headers"
        )


def is_known(one: DicomIdentity | None, other: DicomIdentity | None) -> bool:
    """Whether both headers tell who the patient is, so that they could be compared."""
    if one is None or other is None:
        return False
    ids, births = (
        [getattr(who, key) for who in (one, other)] for key in ("patient_id", "patient_birth_date")
    )
    return all(ids) or all(births)


def _carried(path: Path) -> dict[str, str]:
    """Who the patient is: read from one file of the chosen series alone, not from the folder."""
    import pydicom
    from pydicom.config import disable_value_validation

    try:
        # A check that fails would log the value.
        with silence(), disable_value_validation():
            data = pydicom.dcmread(
                path,
                stop_before_pixels=True,
                force=True,
                specific_tags=[*_CARRIED.values(), *_ACQUIRED],
            )
            whole, day, time = (_text(data, keyword) for keyword in _ACQUIRED)
            carried = {name: _text(data, keyword) for name, keyword in _CARRIED.items()}
            return {**carried, "acquired": whole or (day and day + time)}
    except Exception:  # noqa: BLE001  pydicom raises many kinds
        # What pydicom says may quote the patient's name, so it is neither printed nor chained.
        message = f"{path.name}: the patient's tags cannot be read; copy the file again"
    raise ImageError(message)


def _text(data: Any, keyword: str) -> str:
    """A tag as it is recorded; values that should be one but are several keep their separator."""
    from pydicom.multival import MultiValue

    value = data.get(keyword)
    parts = value if isinstance(value, MultiValue) else [value or ""]
    return "\\".join(str(part) for part in parts).strip()
