"""Nuclear acquisition: what a PET or SPECT header says of nuclide, times, decay and units.

Texts and instants are as recorded; what is not told is None, never assumed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from seldinger.core.formatting import short_repr


class DecayCorrection(StrEnum):
    """The event to which a PET was corrected for decay, as DICOM has it."""

    NONE = "NONE"
    START = "START"
    """Start of the acquisition: the reference instant of the series."""
    ADMIN = "ADMIN"
    """Administration."""


class ReferenceOrigin(StrEnum):
    """Where the reference instant comes from."""

    SERIES = "series time"
    FRAMES = "frame reference times, frame durations and half-life"
    ADMINISTRATION = "start of administration"
    SLICES = "each slice's own acquisition"


@dataclass(frozen=True, slots=True)
class NuclearAcquisition:
    """How a PET or SPECT came about, by its header.

    Attributes:
        units: as recorded ("BQML", "CNTS", "GML" ...); "" when absent.
        corrections: applied to it, as recorded ("ATTN", "DECY" ...); empty when not told.
        is_calibrated: whether the numbers are activity concentration: BQML, corrected for
            attenuation.
        nuclide: meaning of its code; "" when absent.
        nuclide_code: its code value; "" when absent.
        half_life_s: that the scanner worked with.
        positron_fraction: that the scanner divided by, positrons per decay.
        administered_at: start of the administration.
        administered_clock: the same as a time of day without a date, as recorded; "" when absent.
        administered_bq: total dose in the header; whether residual was taken off is not told.
        decay_correction: None when not told, or contradicted by the corrections listed.
        reference_at: the instant at which the numbers hold; None when it cannot be told, and with
            ``ReferenceOrigin.SLICES``, where every slice has its own.
        reference_origin: where it comes from.
        slice_starts: acquisition of each slice, first slice to last, or the one of a multi-frame
            file; empty when not all tell.
        slice_durations_s: of their frames, likewise.
        time_zone: offset from UTC as recorded ("+0100"); "" when absent: instants then are those
            of the scanner's clock.
    """

    units: str = ""
    corrections: tuple[str, ...] = ()
    is_calibrated: bool = False
    nuclide: str = ""
    nuclide_code: str = ""
    half_life_s: float | None = None
    positron_fraction: float | None = None
    administered_at: dt.datetime | None = None
    administered_clock: str = ""
    administered_bq: float | None = None
    decay_correction: DecayCorrection | None = None
    reference_at: dt.datetime | None = None
    reference_origin: ReferenceOrigin | None = None
    slice_starts: tuple[dt.datetime, ...] = field(default=(), repr=False)
    slice_durations_s: tuple[float, ...] = field(default=(), repr=False)
    time_zone: str = ""

    __repr__ = short_repr

    def list_unknowns(self) -> tuple[str, ...]:
        """What activity may rest on and the header does not tell, in words."""
        clock = f"administration began at {self.administered_clock}, on which day is not told"
        untold = (
            (not self.time_zone, "no time zone is told: instants are those of the scanner's clock"),
            (bool(self.administered_clock), clock),
            (
                self.administered_at is None and not self.administered_clock,
                "when administration began is not told",
            ),
            (
                self.is_calibrated and not self.corrections,
                "which corrections the scan has is not told: attenuation is taken as corrected",
            ),
        )
        return tuple(note for is_untold, note in untold if is_untold)
