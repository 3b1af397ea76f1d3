"""Reading a dose report: a file's bytes are held against what it must be before they are told.

In:    a DICOM file.      Out: ``DoseReport``.
Never: images, or a report that is cut short.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import warnings
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import CareError
from seldinger.core.record import InputFile
from seldinger.image import dose_report_events as parts
from seldinger.image.dose_report import DoseReport
from seldinger.image.dose_report_items import read_tree
from seldinger.image.dose_report_whole import is_whole

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 256 * 1024 * 1024
"""A larger file is no dose report; the real ones have a third of a megabyte."""

XRAY_SR = "1.2.840.10008.5.1.4.1.1.88.67"
ENHANCED_SR = "1.2.840.10008.5.1.4.1.1.88.76"
GENERAL_SR = {
    "1.2.840.10008.5.1.4.1.1.88.22": "Enhanced SR",
    "1.2.840.10008.5.1.4.1.1.88.33": "Comprehensive SR",
    "1.2.840.10008.5.1.4.1.1.88.34": "Comprehensive 3D SR",
    "1.2.840.10008.5.1.4.1.1.88.35": "Extensible SR",
}
"""Classes of structured report that may carry a dose template among others."""


def read(path: Path) -> DoseReport:
    """The dose report in a file.

    Raises:
        CareError: not DICOM, another kind of object, cut short or damaged, a dose in a unit that is
            not known, or nothing in it that tells a dose. The message starts with the file's name.
    """
    name = path.name
    data = _bytes(path)
    try:
        # pydicom warns of names and uids that bend a rule; what counts is judged here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = _dataset(data)
            _check_class(dataset)
            general = GENERAL_SR.get(_text(dataset, "SOPClassUID"), "")
            found = parts.interpret(read_tree(dataset), general)
            return DoseReport(
                kind=found.kind,
                source=InputFile("dose report", name, hashlib.sha256(data).hexdigest()),
                instance_uid=_text(dataset, "SOPInstanceUID"),
                date=_date(_text(dataset, "StudyDate") or _text(dataset, "ContentDate")),
                manufacturer=_text(dataset, "Manufacturer"),
                model=_text(dataset, "ManufacturerModelName"),
                complete={"COMPLETE": True, "PARTIAL": False}.get(_text(dataset, "CompletionFlag")),
                weight_kg=_size(dataset, "PatientWeight", 0.3, 500.0),
                height_cm=_size(dataset, "PatientSize", 0.2, 2.6, 100.0),
                totals=found.totals,
                events=found.events,
                ct_totals=found.ct_totals,
                ct_events=found.ct_events,
                study_uid=_text(dataset, "StudyInstanceUID"),
                written=_written(dataset),
                notes=found.notes,
            )
    except CareError as wrong:
        raise CareError(f"{name}: {wrong}") from wrong
    except Exception as wrong:
        raise CareError(
            f"{name}: the dose report is damaged or cut short ({type(wrong).__name__}); "
            "export it again"
        ) from wrong


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise CareError(
                f"{path.name} is a folder; give its dose reports, or for a department: "
                f"seldinger dose audit {path.name}"
            )
        if not path.is_file():
            raise CareError(f"{path.name}: there is no such file; give a DICOM dose report")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise CareError(
                f"{path.name}: the file has {size // 2**20} MB and a dose report less than "
                f"{MOST_BYTES // 2**20}; give a dose report, not images"
            )
        return path.read_bytes()
    except OSError as wrong:
        raise CareError(f"{path.name}: the file cannot be read: {wrong.strerror}") from wrong


def _dataset(data: bytes) -> Any:
    """The whole file, with every end where it belongs."""
    import pydicom

    if data[128:132] != b"DICM":
        raise CareError("this is not a DICOM file; give a radiation dose report as it was exported")
    dataset = pydicom.dcmread(io.BytesIO(data))
    if not is_whole(data, str(dataset.file_meta.get("TransferSyntaxUID", ""))):
        raise CareError("the dose report is cut short; copy or export it again")
    return dataset


def _check_class(dataset: Any) -> None:
    """Refuse what can hold no dose template, and a general report that holds none."""
    uid = _text(dataset, "SOPClassUID")
    if uid in {XRAY_SR, ENHANCED_SR, *GENERAL_SR}:
        return
    named = str(getattr(dataset.get("SOPClassUID"), "name", ""))
    # A uid that pydicom does not know is its own name.
    what = named if named[:1].isalpha() else "an object of no kind that is known here"
    raise CareError(
        f"this is {what}; allowed: X-Ray Radiation Dose SR and Enhanced X-Ray Radiation Dose SR, "
        f"or one of {', '.join(GENERAL_SR.values())} that carries their template"
    )


def _text(dataset: Any, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()


def _date(text: str) -> str:
    """DICOM's date as ISO; "" where it is none."""
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
    except ValueError:
        return ""


def _written(dataset: Any) -> str:
    """When the content was made, ISO; "" where that is not told."""
    day, clock = _date(_text(dataset, "ContentDate")), _text(dataset, "ContentTime")[:6]
    return f"{day}T{clock}" if day and clock.isdigit() else day


def _size(dataset: Any, keyword: str, low: float, high: float, factor: float = 1.0) -> float | None:
    """A patient's size where it is someone's; scanners write zero for not known."""
    try:
        value = float(_text(dataset, keyword))
    except ValueError:
        return None
    return value * factor if low <= value <= high else None
