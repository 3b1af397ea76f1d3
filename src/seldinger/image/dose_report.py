"""Dose reports: a DICOM X-ray or CT radiation dose report becomes plain records, as it was told.

Three templates are read: projection X-ray (TID 10001), CT (TID 10011) and Enhanced X-Ray Radiation
Dose (TID 10040), whether they come as a dose report's own class of object or in an Enhanced or
Comprehensive SR. Nothing is added up here and nothing is filled in: what a report does not tell is
None, and a side value that cannot be read is None with a note. Names, numbers and birth dates of
patients are not read.
"""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import CareError
from seldinger.core.record import InputFile

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


class ReportKind(StrEnum):
    """Which template a report follows."""

    XRAY = "x-ray"
    ENHANCED = "enhanced x-ray"
    CT = "ct"


class Mode(StrEnum):
    """What an irradiation was for, as totals are kept apart."""

    FLUOROSCOPY = "fluoroscopy"
    ACQUISITION = "acquisition"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Filter:
    """A sheet in the beam; material as told."""

    material: str
    minimum_mm: float | None
    maximum_mm: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """The table, in the equipment's own coordinates, as the report names them.

    DICOM calls "longitudinal" what moves towards the patient's left and "lateral" what moves
    towards the head; height grows downwards. Every zero is the equipment's own.

    Attributes:
        longitudinal_mm, lateral_mm, height_mm: None: not told.
        height_above_floor_mm: a vendor's private height, growing upwards.
        x_mm, y_mm, z_mm: from the isocentre, in newer reports.
        head_tilt_deg, rotation_deg, cradle_deg: angles.
    """

    longitudinal_mm: float | None = None
    lateral_mm: float | None = None
    height_mm: float | None = None
    height_above_floor_mm: float | None = None
    x_mm: float | None = None
    y_mm: float | None = None
    z_mm: float | None = None
    head_tilt_deg: float | None = None
    rotation_deg: float | None = None
    cradle_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Shutters:
    """Distances of the four shutters from the beam's axis, mm, in a plane that is not told."""

    left_mm: float
    right_mm: float
    top_mm: float
    bottom_mm: float


@dataclass(frozen=True, slots=True)
class XRayEvent:
    """One irradiation.

    Attributes:
        uid: of the event; "" when not told.
        plane: "single", "a", "b", a maker's own code, or "" when not told.
        mode: fluoroscopy or acquisition.
        kind: as told, "Stationary Acquisition".
        started: ISO time in the equipment's own clock; "" when not told.
        kerma_gy, kerma_half_digit_gy: air kerma at the reference point, and half of its last digit.
        pka_gy_m2, pka_half_digit_gy_m2: kerma-area product, likewise.
        tube_kv, tube_ma: means of what is told.
        filters: as told.
        primary_deg, secondary_deg: positioner angles, LAO and CRA positive.
        primary_end_deg, secondary_end_deg: where a rotation ends; None: it stands.
        source_isocentre_mm, source_detector_mm, source_reference_mm: distances.
        reference_point: code or text of its definition.
        field_area_m2: collimated area, at the image receptor.
        field_width_mm, field_height_mm: collimated sides.
        shutters: None where not told.
        table: where it stands.
        duration_s, pulses, pulse_rate_per_s: as told.
        position: "supine", "prone", ..., "" when not told.
        region: as told, "Head".
    """

    uid: str
    plane: str
    mode: Mode
    kind: str
    started: str
    kerma_gy: float | None
    kerma_half_digit_gy: float
    pka_gy_m2: float | None
    pka_half_digit_gy_m2: float
    tube_kv: float | None
    tube_ma: float | None
    filters: tuple[Filter, ...]
    primary_deg: float | None
    secondary_deg: float | None
    primary_end_deg: float | None
    secondary_end_deg: float | None
    source_isocentre_mm: float | None
    source_detector_mm: float | None
    source_reference_mm: float | None
    reference_point: str
    field_area_m2: float | None
    field_width_mm: float | None
    field_height_mm: float | None
    shutters: Shutters | None
    table: Table
    duration_s: float | None
    pulses: float | None
    pulse_rate_per_s: float | None
    position: str
    region: str


@dataclass(frozen=True, slots=True)
class Total:
    """A total as a report tells it.

    Attributes:
        value: None: not told.
        half_digit: half of its last digit.
        at_least: a part of it is not told, so that ``value`` is a lower bound.
    """

    value: float | None
    half_digit: float = 0.0
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class PlaneTotals:
    """What a report says of one plane in all.

    Attributes:
        plane: "single", "a", "b", a maker's own code, or "" when not told.
        kerma_gy, fluoro_kerma_gy, acquisition_kerma_gy: at the reference point.
        pka_gy_m2, fluoro_pka_gy_m2, acquisition_pka_gy_m2: kerma-area product.
        fluoro_time_s, acquisition_time_s: as told.
        isocentre_height_mm: a vendor's private height of the isocentre above the floor.
    """

    plane: str
    kerma_gy: Total
    fluoro_kerma_gy: Total
    acquisition_kerma_gy: Total
    pka_gy_m2: Total
    fluoro_pka_gy_m2: Total
    acquisition_pka_gy_m2: Total
    fluoro_time_s: Total
    acquisition_time_s: Total
    isocentre_height_mm: float | None = None


@dataclass(frozen=True, slots=True)
class CtEvent:
    """One CT acquisition; ``phantom`` is "head", "body" or "" when not told."""

    uid: str
    kind: str
    protocol: str
    ctdi_vol_mgy: float | None
    dlp_mgy_cm: float | None
    dlp_half_digit_mgy_cm: float
    phantom: str


@dataclass(frozen=True, slots=True)
class CtTotals:
    """What a CT report says in all."""

    events: Total
    dlp_mgy_cm: Total


@dataclass(frozen=True, slots=True)
class DoseReport:
    """A dose report as it was told.

    Attributes:
        kind: template.
        source: file name and hash.
        instance_uid: of the report.
        date: ISO date of the study; "" when not told.
        manufacturer, model: of the equipment.
        complete: what the report says of itself; None: nothing.
        weight_kg, height_cm: of the patient, where told and not zero.
        totals: by plane.
        events: irradiations, in order.
        ct_totals, ct_events: of a CT report.
        study_uid: of the study that the report belongs to; "" when not told.
        written: ISO date and time at which the content was made; "" when not told.
        also: further files of the same study that are counted in.
        notes: what could not be read, or was counted once.
    """

    kind: ReportKind
    source: InputFile
    instance_uid: str
    date: str
    manufacturer: str
    model: str
    complete: bool | None
    weight_kg: float | None
    height_cm: float | None
    totals: tuple[PlaneTotals, ...]
    events: tuple[XRayEvent, ...]
    ct_totals: tuple[CtTotals, ...]
    ct_events: tuple[CtEvent, ...]
    study_uid: str = ""
    written: str = ""
    also: tuple[InputFile, ...] = ()
    notes: tuple[str, ...] = ()


def read(path: Path) -> DoseReport:
    """The dose report in a file.

    Raises:
        CareError: not DICOM, another kind of object, cut short or damaged, a dose in a unit that is
            not known, or nothing in it that tells a dose. The message starts with the file's name.
    """
    from seldinger.image import dose_report_events as parts
    from seldinger.image.dose_report_items import tree

    name = path.name
    data = _bytes(path)
    try:
        # pydicom warns of names and uids that bend a rule; what counts is judged here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = _dataset(data)
            _check_class(dataset)
            general = GENERAL_SR.get(_text(dataset, "SOPClassUID"), "")
            found = parts.interpreted(tree(dataset), general)
            return DoseReport(
                kind=found.kind,
                source=InputFile("dose report", name, _sha256(data)),
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
    import io

    import pydicom

    from seldinger.image.dose_report_whole import is_whole

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


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()
