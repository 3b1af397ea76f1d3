"""Nuclear headers: the acquisition of a PET or SPECT series, from its files.

The reference instant of a decay-corrected PET is its series time, unless that is later than the
acquisition (a series made again afterwards); then frame reference times lead back to it. Decay
factors that the scanner wrote judge either: what they contradict is not known.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, Final, TypeVar

from seldinger.core.errors import ImageError
from seldinger.image.instants import join_instant, parse_instant, parse_zone
from seldinger.image.nuclear import DecayCorrection, NuclearAcquisition, ReferenceOrigin
from seldinger.image.raster import silence
from seldinger.physics.activity import (
    CONCENTRATION,
    compute_decay,
    compute_frame_factor,
    find_mean_instant_s,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_T = TypeVar("_T")

_TAGS: Final = (
    "Units", "DecayCorrection", "CorrectedImage", "TimezoneOffsetFromUTC", "SeriesDate",
    "SeriesTime", "AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime",
    "ActualFrameDuration", "FrameReferenceTime", "DecayFactor",
    "RadiopharmaceuticalInformationSequence",
)  # fmt: skip
_CLOCKS_S: Final = 1.0
"""Clocks in headers may be cut to the second."""
_AGREE_S: Final = 2.0
_AGREE: Final = 0.01
"""Share by which a decay factor may differ from what the instants give."""
CALIBRATED: Final = "BQML"
"""The only units of a PET that are activity concentration."""
_UNITS: Final = {"GML": "g/mL", "CNTS": "counts", "CPS": "counts/s", "PROPCNTS": "counts"}


def name_unit(acquisition: NuclearAcquisition) -> str:
    """The unit of a PET's numbers: "Bq/mL" only where they are activity concentration."""
    if acquisition.is_calibrated:
        return CONCENTRATION
    if acquisition.units == CALIBRATED:
        return "Bq/mL without attenuation correction"
    return _UNITS.get(acquisition.units, acquisition.units or "1")


def read_acquisition(
    paths: Sequence[Path], name: str
) -> tuple[NuclearAcquisition, tuple[str, ...]]:
    """The acquisition of one series, and what there is to say about it.

    ``paths`` are its files from the first slice to the last; ``name`` is for messages.

    Raises:
        ImageError: a file cannot be read again, or the slices state different units or events of
            decay correction.
    """
    import pydicom
    from pydicom.config import disable_value_validation

    try:
        with silence(), disable_value_validation():
            slices = [
                pydicom.dcmread(
                    path, stop_before_pixels=True, force=True, specific_tags=list(_TAGS)
                )
                for path in paths
            ]
            return _read(slices, name)
    except ImageError:
        raise
    except Exception as wrong:
        raise ImageError(
            f"{name}: the tags of the acquisition cannot be read ({wrong}); copy the series again"
        ) from wrong


def _read(slices: Sequence[Any], name: str) -> tuple[NuclearAcquisition, tuple[str, ...]]:
    first = slices[0]
    units = _alike(slices, "Units", name)
    zone_text = _text(first, "TimezoneOffsetFromUTC")
    zone = parse_zone(zone_text)
    notes = []
    if zone_text and zone is None:
        notes.append(f"the time zone {zone_text} cannot be read, so none is told")
    injected = (first.get("RadiopharmaceuticalInformationSequence") or [{}])[0]
    administered = parse_instant(_text(injected, "RadiopharmaceuticalStartDateTime"), zone)
    clock = _text(injected, "RadiopharmaceuticalStartTime")
    code = (injected.get("RadionuclideCodeSequence") or [{}])[0]
    half_life_s = _number(injected, "RadionuclideHalfLife")
    corrections = [str(word).upper() for word in _several(first, "CorrectedImage")]
    calibrated, calibrated_note = _is_calibrated(units, corrections)
    decay, decay_note = _decay(_alike(slices, "DecayCorrection", name), corrections)
    starts = _whole([_start(data, zone) for data in slices])
    durations = _whole([_seconds(data, "ActualFrameDuration") for data in slices])
    reference, origin, reference_note = _reference(
        slices, decay, half_life_s, administered, starts, durations, zone
    )
    notes += [calibrated_note, decay_note, reference_note]
    acquisition = NuclearAcquisition(
        units=units,
        corrections=tuple(corrections),
        is_calibrated=calibrated,
        nuclide=_text(code, "CodeMeaning"),
        nuclide_code=_text(code, "CodeValue"),
        half_life_s=half_life_s,
        positron_fraction=_number(injected, "RadionuclidePositronFraction"),
        administered_at=administered,
        administered_clock="" if administered else clock,
        administered_bq=_number(injected, "RadionuclideTotalDose"),
        decay_correction=decay,
        reference_at=reference,
        reference_origin=origin,
        slice_starts=starts,
        slice_durations_s=durations,
        time_zone=zone_text if zone else "",
    )
    return acquisition, tuple(note for note in notes if note)


def _reference(
    slices: Sequence[Any],
    decay: DecayCorrection | None,
    half_life_s: float | None,
    administered: dt.datetime | None,
    starts: tuple[dt.datetime, ...],
    durations: tuple[float, ...],
    zone: dt.timezone | None,
) -> tuple[dt.datetime | None, ReferenceOrigin | None, str]:
    """The instant at which the numbers hold, where it comes from, and what to say about it."""
    if decay is DecayCorrection.ADMIN:
        return administered, ReferenceOrigin.ADMINISTRATION if administered else None, ""
    if decay is DecayCorrection.NONE:
        return None, ReferenceOrigin.SLICES if starts else None, ""
    if decay is None:
        return None, None, ""
    if not starts:
        return None, None, "when the slices were acquired is not told: no reference for decay"
    factors = [_number(data, "DecayFactor") for data in slices]
    series = join_instant(_text(slices[0], "SeriesDate"), _text(slices[0], "SeriesTime"), zone)
    late = series is not None and (series - min(starts)).total_seconds() > _CLOCKS_S
    frames = _from_frames(slices, half_life_s, starts, durations)
    tried = (
        (None if late else series, ReferenceOrigin.SERIES, ""),
        (frames, ReferenceOrigin.FRAMES, _FRAMES_NOTE),
    )
    for instant, origin, note in tried:
        if instant and _fits(instant, factors, half_life_s, starts, durations):
            return instant, origin, note
    why = "the series time is later than the acquisition" if late else "no series time fits"
    return None, None, (
        f"{why} and frame reference times do not lead back: the instant to which decay was "
        f"corrected is not known"
    )  # fmt: skip


_FRAMES_NOTE = (
    "the series time does not serve: the instant to which decay was corrected was taken from frame "
    "reference times, frame durations and half-life"
)


def _from_frames(
    slices: Sequence[Any],
    half_life_s: float | None,
    starts: tuple[dt.datetime, ...],
    durations: tuple[float, ...],
) -> dt.datetime | None:
    """The one instant to which the frame reference times of all slices lead back."""
    offsets = _whole([_seconds(data, "FrameReferenceTime") for data in slices])
    if not (offsets and durations and half_life_s):
        return None
    found = [
        start + dt.timedelta(seconds=find_mean_instant_s(duration, half_life_s) - offset)
        for start, duration, offset in zip(starts, durations, offsets, strict=True)
    ]
    return min(found) if (max(found) - min(found)).total_seconds() <= _AGREE_S else None


def _fits(
    reference: dt.datetime,
    factors: Sequence[float | None],
    half_life_s: float | None,
    starts: tuple[dt.datetime, ...],
    durations: tuple[float, ...],
) -> bool:
    """Whether no decay factor contradicts; some leave the decay within the frame out."""
    if half_life_s is None:
        return True
    for n, factor in enumerate(factors):
        if factor is None:
            continue
        alone = compute_decay(-(starts[n] - reference).total_seconds(), half_life_s)
        whole = alone * (compute_frame_factor(durations[n], half_life_s) if durations else 1.0)
        if min(abs(factor / alone - 1.0), abs(factor / whole - 1.0)) > _AGREE:
            return False
    return True


def _is_calibrated(units: str, corrections: Sequence[str]) -> tuple[bool, str]:
    if units != CALIBRATED:
        told = units or "not told"
        return False, f"the unit is {told}: activity cannot be read from the numbers"
    if corrections and "ATTN" not in corrections:
        return False, "the PET is not corrected for attenuation: its numbers are no activity"
    return True, ""


def _decay(word: str, corrections: Sequence[str]) -> tuple[DecayCorrection | None, str]:
    if word not in {d.value for d in DecayCorrection}:
        return None, f"decay correction is {word}, which is not known here" if word else ""
    decay = DecayCorrection(word)
    corrected = decay is not DecayCorrection.NONE
    if corrections and corrected is not ("DECY" in corrections):
        return None, (
            f"decay correction is {word}, and the corrections listed "
            f"{'do not name it' if corrected else 'name one'}: the instant at which the numbers "
            f"hold is not known"
        )
    return decay, ""


def _start(data: Any, zone: dt.timezone | None) -> dt.datetime | None:
    whole = parse_instant(_text(data, "AcquisitionDateTime"), zone)
    parts = join_instant(_text(data, "AcquisitionDate"), _text(data, "AcquisitionTime"), zone)
    return whole or parts


def _alike(slices: Sequence[Any], keyword: str, name: str) -> str:
    """The one word that all slices have."""
    words = sorted({_text(data, keyword).upper() for data in slices})
    if len(words) == 1:
        return words[0]
    shown = ", ".join(word or "none" for word in words)
    raise ImageError(
        f"{name}: the slices differ in {keyword} ({shown}), so they are not one image; export the "
        f"series again"
    )


def _whole(values: Sequence[_T | None]) -> tuple[_T, ...]:
    """All of ``values``, or none when one is not told."""
    told = tuple(value for value in values if value is not None)
    return told if len(told) == len(values) else ()


def _seconds(data: Any, keyword: str) -> float | None:
    """Of a tag in ms, above 0: some scanners write 0 where nothing was known."""
    value_ms = _number(data, keyword)
    return value_ms / 1000.0 if value_ms is not None and value_ms > 0.0 else None


def _number(data: Any, keyword: str) -> float | None:
    """A finite number above 0, else None: header fields are left empty, or 0, where not known."""
    value = _quiet(lambda: float(data.get(keyword)))
    return value if value is not None and math.isfinite(value) and value > 0.0 else None


def _text(data: Any, keyword: str) -> str:
    return _quiet(lambda: str(data.get(keyword) or "").strip()) or ""


def _several(data: Any, keyword: str) -> list[Any]:
    value = data.get(keyword) or []
    return [value] if isinstance(value, str) else list(value)


def _quiet(read: Callable[[], _T]) -> _T | None:
    """What is no value is not told."""
    try:
        return read()
    except (TypeError, ValueError):
        return None
