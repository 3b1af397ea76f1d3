"""Concentration: a PET or SPECT as activity concentration at a stated instant.

Only numbers that are activity concentration become one: BQML in DICOM, a unit or a calibration that
the user states. A scanner that was set to another nuclide divided by the wrong positron fraction
and corrected for the wrong decay: both are undone, and said. Nothing is corrected twice: what the
scanner did is looked up, and only the rest is added.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.volume import Volume
from seldinger.image.nuclear import DecayCorrection, NuclearAcquisition
from seldinger.image.study import Modality
from seldinger.physics.activity import (
    CONCENTRATION,
    Radionuclide,
    compute_decay,
    compute_frame_factor,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.image.study import Series

_SAME_HALF_LIFE: Final = 0.01
"""Published half-lives of one nuclide differ by less than this share, those of two by more."""
_SAME_FRACTION: Final = 0.02
"""Likewise for positrons per decay."""


@dataclass(frozen=True, slots=True, eq=False)
class Concentration:
    """Activity concentration at one instant.

    Attributes:
        volume: float64 in "Bq/mL", on the series' own lattice; negative voxels as they were.
        at: when it holds; None when only the scanner knew.
        nuclide: as the user states it.
        notes: everything that was applied or could not be told.
    """

    volume: Volume
    at: dt.datetime | None
    nuclide: Radionuclide
    notes: tuple[str, ...]

    __repr__ = short_repr


def measure_concentration(
    series: Series,
    nuclide: Radionuclide,
    at: dt.datetime | None = None,
    *,
    bq_per_ml_per_count: float | None = None,
    reference_at: dt.datetime | None = None,
    scanner: Radionuclide | None = None,
) -> Concentration:
    """Activity concentration of ``series`` at the instant ``at``.

    Args:
        series: PET or SPECT.
        nuclide: what was given to the patient.
        at: when the concentration is wanted, such as the administration; None: when the scanner's
            numbers hold.
        bq_per_ml_per_count: calibration of numbers that are no concentration (counts, uptake
            values), made with ``nuclide``; refused for numbers that are one.
        reference_at: when the numbers hold, where the header does not tell.
        scanner: what the scanner was set to, where the header does not tell.

    Returns:
        The concentration, with a note for each thing that was done to the numbers.

    Raises:
        ImageError: no PET or SPECT; numbers without calibration; an instant, nuclide or fraction
            that is not known and needed, or told twice; instants with and without time zone.
    """
    acquired = series.acquisition or NuclearAcquisition()
    values, notes = _calibrated(series, bq_per_ml_per_count)
    used = _scanner(acquired, scanner)
    if bq_per_ml_per_count is None and series.modality is Modality.PET:
        values, note = _positrons(values, nuclide, used)
        notes += note
    reference = _reference(acquired, reference_at)
    factors, holds_at, decay_notes = _decay(acquired, nuclide, used, reference, at)
    values = values * factors
    unknown = series.acquisition.list_unknowns() if series.acquisition else ()
    said = tuple(note for note in (*notes, *decay_notes, *unknown) if note)
    volume = Volume(values, series.image.grid, CONCENTRATION)
    return Concentration(volume, holds_at, nuclide, said)


@dataclass(frozen=True, slots=True)
class _Used:
    """What the scanner worked with, as far as it is known."""

    half_life_s: float | None
    positron_fraction: float | None


def _calibrated(
    series: Series, bq_per_ml_per_count: float | None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The numbers as concentration, by their unit or by the user's calibration."""
    unit = series.image.unit
    if series.modality not in (Modality.PET, Modality.NM):
        raise ImageError(
            f"the series is {series.modality}, and activity is measured by PET or SPECT; give one, "
            f"or name the modality of the file"
        )
    if bq_per_ml_per_count is None:
        if unit == CONCENTRATION:
            return series.image.values.astype(np.float64), ()
        raise ImageError(
            f"the numbers are in {unit!r}, and activity concentration is needed ({CONCENTRATION}; "
            f"in DICOM, PET with Units BQML). Give the calibration of the scanner for this nuclide "
            f"(bq_per_ml_per_count=), state the unit of a file that tells none (unit=), or spread "
            f"the known activity over the counts instead"
        )
    if unit == CONCENTRATION:
        raise ImageError(
            f"the numbers are in {CONCENTRATION} already, and a calibration of "
            f"{bq_per_ml_per_count:g} was given too; leave it out"
        )
    if not (np.isfinite(bq_per_ml_per_count) and bq_per_ml_per_count > 0.0):
        raise ImageError(
            f"the calibration is {bq_per_ml_per_count:g} Bq/mL per count; give a number above 0"
        )
    note = f"calibrated by the user: {bq_per_ml_per_count:g} {CONCENTRATION} for each {unit!r}"
    return series.image.values.astype(np.float64) * bq_per_ml_per_count, (note,)


def _scanner(acquired: NuclearAcquisition, stated: Radionuclide | None) -> _Used:
    header = _Used(acquired.half_life_s, acquired.positron_fraction)
    if stated is None:
        return header
    known = header.half_life_s
    if known is not None and not _alike(known, stated.half_life_s, _SAME_HALF_LIFE):
        raise ImageError(
            f"the header says that the scanner worked with a half-life of {known:g} s, "
            f"scanner={stated.name} has {stated.half_life_s:g} s; leave it out: the header holds"
        )
    return _Used(known or stated.half_life_s, header.positron_fraction or stated.positron_fraction)


def _positrons(
    values: NDArray[np.float64], nuclide: Radionuclide, used: _Used
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The concentration by the right number of positrons per decay."""
    true, theirs = nuclide.positron_fraction, used.positron_fraction
    if true is None:
        raise ImageError(
            f"{nuclide.name} was stated without its positrons per decay, by which a PET divides; "
            f"give its positron_fraction"
        )
    if theirs is None:
        if used.half_life_s is not None and not _same(nuclide, used):
            raise ImageError(
                f"the scanner was set to another nuclide than {nuclide.name} (half-life "
                f"{used.half_life_s:g} s), and the header does not tell by how many positrons per "
                f"decay it divided; say what it was set to (scanner=), with its positron_fraction"
            )
        return values, (
            f"positrons per decay are not told in the header: taken as those of {nuclide.name}",
        )
    if _alike(theirs, true, _SAME_FRACTION):
        return values, ()
    note = (
        f"the scanner divided by {theirs:g} positrons per decay, {nuclide.name} has {true:g}: "
        f"numbers multiplied by {theirs / true:.6g}"
    )
    return values * (theirs / true), (note,)


def _reference(acquired: NuclearAcquisition, stated: dt.datetime | None) -> dt.datetime | None:
    """When the numbers hold, if that is one instant."""
    own = acquired.reference_at
    slicewise = acquired.decay_correction is DecayCorrection.NONE and acquired.slice_starts
    if stated is not None and (own is not None or slicewise):
        raise ImageError(
            "the header tells when the numbers hold, and reference_at= was given too; leave it out"
        )
    return own if own is not None else stated


def _decay(
    acquired: NuclearAcquisition,
    nuclide: Radionuclide,
    used: _Used,
    reference: dt.datetime | None,
    at: dt.datetime | None,
) -> tuple[NDArray[np.float64] | float, dt.datetime | None, tuple[str, ...]]:
    """Factor of each slice, (k,), or of all; when the result holds; what was done."""
    kind = acquired.decay_correction
    starts = acquired.slice_starts
    if kind is DecayCorrection.NONE and starts:
        holds_at = min(starts) if at is None else at
        own = [compute_decay(_seconds(start, holds_at), nuclide.half_life_s) for start in starts]
        within, note = _within(acquired, nuclide.half_life_s)
        said = f"not corrected by the scanner: each slice brought to {holds_at.isoformat(' ')}"
        return np.asarray(own) * within, holds_at, (said, note)
    factors: NDArray[np.float64] | float = 1.0
    notes: tuple[str, ...] = ()
    if kind in (DecayCorrection.START, DecayCorrection.ADMIN):
        factors, notes = _redone(acquired, nuclide, used, reference)
    elif used.half_life_s is not None and not _same(nuclide, used):
        notes = (
            f"{_set_to(nuclide, used)}; how it corrected decay is not told: nothing was undone",
        )
    if at is None:
        return factors, reference, (*notes, _untold(kind, reference))
    if reference is None:
        raise ImageError(
            f"it is not known when the numbers hold ({_event(kind)}), so they cannot be brought to "
            f"another instant; give that instant (reference_at=), or leave out at="
        )
    rest = compute_decay(_seconds(reference, at), nuclide.half_life_s)
    said = (
        f"from {reference.isoformat(' ')} ({_event(kind)}) to {at.isoformat(' ')}: "
        f"numbers multiplied by {rest:.6g}"
    )
    return factors * rest, at, (*notes, said)


def _redone(
    acquired: NuclearAcquisition,
    nuclide: Radionuclide,
    used: _Used,
    reference: dt.datetime | None,
) -> tuple[NDArray[np.float64] | float, tuple[str, ...]]:
    """The scanner's own correction with the right half-life, where it had a wrong one."""
    theirs = used.half_life_s
    if theirs is None:
        return 1.0, (f"the half-life that the scanner used is not told: taken as {nuclide.name}'s",)
    if _same(nuclide, used):
        return 1.0, ()
    starts = acquired.slice_starts
    if reference is None or not starts:
        raise ImageError(
            f"{_set_to(nuclide, used)}; to undo its decay correction, the start of the acquisition "
            f"and the instant it corrected to must be known. Give reference_at= if only that is "
            f"missing"
        )
    elapsed = [_seconds(reference, start) for start in starts]
    true, wrong = (
        np.asarray([compute_decay(-s, half_life) for s in elapsed])
        for half_life in (nuclide.half_life_s, theirs)
    )
    within_true, note = _within(acquired, nuclide.half_life_s)
    within_wrong, _ = _within(acquired, theirs)
    factors = (true * within_true) / (wrong * within_wrong)
    said = (
        f"{_set_to(nuclide, used)}: its decay correction was undone and made anew, slices "
        f"multiplied by {factors.min():.6g} to {factors.max():.6g}"
    )
    return factors, (said, note)


def _within(
    acquired: NuclearAcquisition, half_life_s: float
) -> tuple[NDArray[np.float64] | float, str]:
    """Activity at the start of each frame per mean over it, (k,)."""
    if not acquired.slice_durations_s:
        return 1.0, "how long frames took is not told: decay within them is left out"
    factors = [compute_frame_factor(s, half_life_s) for s in acquired.slice_durations_s]
    return np.asarray(factors), ""


def _seconds(start: dt.datetime, end: dt.datetime) -> float:
    if (start.tzinfo is None) is (end.tzinfo is None):
        return (end - start).total_seconds()
    raise ImageError(
        f"{start.isoformat(' ')} and {end.isoformat(' ')} cannot be compared, for one has a time "
        f"zone and the other none; give instants as the header has them"
    )


def _untold(kind: DecayCorrection | None, reference: dt.datetime | None) -> str:
    if reference is not None:
        return f"numbers hold at {reference.isoformat(' ')} ({_event(kind)})"
    return f"when the numbers hold is not told ({_event(kind)})"


def _event(kind: DecayCorrection | None) -> str:
    return {
        None: "decay correction not told",
        DecayCorrection.NONE: "decay not corrected",
        DecayCorrection.START: "corrected to the start of the scan",
        DecayCorrection.ADMIN: "corrected to the administration",
    }[kind]


def _set_to(nuclide: Radionuclide, used: _Used) -> str:
    return (
        f"the scanner worked with a half-life of {used.half_life_s:g} s, {nuclide.name} has "
        f"{nuclide.half_life_s:g} s"
    )


def _same(nuclide: Radionuclide, used: _Used) -> bool:
    theirs = used.half_life_s
    return theirs is not None and _alike(theirs, nuclide.half_life_s, _SAME_HALF_LIFE)


def _alike(one: float, other: float, share: float) -> bool:
    return abs(one / other - 1.0) <= share
