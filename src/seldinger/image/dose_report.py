"""Dose reports: a DICOM X-ray or CT radiation dose report becomes plain records, as it was told.

Three templates are read: projection X-ray (TID 10001), CT (TID 10011) and Enhanced X-Ray Radiation
Dose (TID 10040), whether they come as a dose report's own class of object or in an Enhanced or
Comprehensive SR. Nothing is added up here and nothing is filled in: what a report does not tell is
None, and a side value that cannot be read is None with a note. Names, numbers and birth dates of
patients are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.core.record import InputFile


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
