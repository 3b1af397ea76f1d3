"""CT values: whether stored numbers become Hounsfield units, and which of them are no measurement.

DICOM PS3.3: C.11.1.1.2 (rescale type), C.7.5.1.1.2 (pixel padding), C.8.15.3 (image types).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import scipy

from seldinger.core.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.image.dicom_headers import Header

AIR_HU: Final = -1024
"""What padding becomes when its own number would read as tissue or metal."""

_OUTSIDE_HU: Final = -1000
"""Padding at or below is air for every threshold, and stays as it is stored."""
_TISSUE_HU: Final = 3071
"""Numbers up to this also occur in patients: such padding is trusted at the picture's edge only."""
_UNSPECIFIED: Final = "US"
_NOT_HU: Final = frozenset(
    {"MAT_SPECIFIC", "MAT_FRACTIONAL", "EFF_ATOMIC_NUM", "ELECTRON_DENSITY", "MAT_VALUE_BASED"}
)
_CHANGED_HU: Final = frozenset({"MAT_REMOVED", "MAT_MODIFIED", "VMI"})
_COMPRESSED: Final = ("1.2.840.10008.1.2.4", "1.2.840.10008.1.2.5")


def check_rescale(places: Sequence[Any], types: Sequence[str], name: str) -> tuple[str, ...]:
    """Refuse values that say they are no Hounsfield units; notes on what is not said.

    Args:
        places: where each plane states slope, intercept and type.
        types: values of Image Type and Frame Type.
        name: of the series.

    Raises:
        ImageError: another rescale type or material, or slices that differ in stating a rescale.
    """
    kinds = {str(place.get("RescaleType") or "").strip().upper() for place in places}
    wrong = sorted(kinds - {"", "HU", _UNSPECIFIED})
    material = sorted(_NOT_HU.intersection(types)) if kinds != {"HU"} else []
    if wrong or material:
        says = f"Rescale Type {', '.join(wrong)}" if wrong else f"Image Type {', '.join(material)}"
        raise ImageError(
            f"{name}: the values of this CT are no Hounsfield units ({says}), so nothing can be "
            f"told from air, fat, water and bone. Give the series in HU of the same scan"
        )
    stated = [
        place.get("RescaleSlope") is not None and place.get("RescaleIntercept") is not None
        for place in places
    ]
    if len(set(stated)) > 1:
        raise ImageError(
            f"{name}: {stated.count(False)} of {len(stated)} slices state no rescale slope and "
            f"intercept, the others do, so their numbers are not comparable; export the series "
            f"again"
        )
    notes = []
    if not stated[0]:
        notes.append("the CT states no complete rescale (slope and intercept): 1 and 0 were taken")
    if _UNSPECIFIED in kinds:
        notes.append("the CT leaves its unit open (Rescale Type US): HU were assumed")
    changed = sorted(_CHANGED_HU.intersection(types))
    if changed:
        notes.append(f"computed HU (Image Type {', '.join(changed)}), not those of a plain scan")
    return tuple(notes)


def check_storage(headers: Sequence[Header], name: str) -> None:
    """Refuse numbers whose bits contradict each other: no two readers agree on them.

    Raises:
        ImageError: high bit not at the top of the stored bits, or slices stored in different ways.
    """
    for header in headers:
        data = header.dataset
        stored, high = data.get("BitsStored"), data.get("HighBit")
        allocated = int(data.get("BitsAllocated") or 16)
        if stored is None or high is None:
            continue
        if int(high) != int(stored) - 1 or int(stored) > allocated:
            raise ImageError(
                f"{name}: {header.path.name} stores {stored} of {allocated} bits with High Bit "
                f"{high}; it must be {int(stored) - 1}. Readers disagree on such numbers: correct "
                f"the header, or export the series again"
            )
    signs = {header.dataset.get("PixelRepresentation") for header in headers}
    if len(signs) > 1:
        raise ImageError(
            f"{name}: some slices store signed numbers, others unsigned (Pixel Representation); "
            f"export the series again"
        )


def check_wrap(values: NDArray[Any], headers: Sequence[Header], name: str) -> None:
    """Refuse bone that became colder than air: unsigned numbers read as signed.

    ``values`` are (i, j, k), ``headers`` those of the files, ``name`` is for messages.

    Raises:
        ImageError: many different values below any that fewer than 16 signed bits measure.
    """
    data = headers[0].dataset
    bits = int(data.get("BitsStored") or 16)
    if int(data.get("PixelRepresentation") or 0) != 1 or bits >= 16:  # noqa: PLR2004
        return
    below = values[values < AIR_HU - 76]
    if below.size and np.unique(below).size > 32:  # noqa: PLR2004
        raise ImageError(
            f"{name}: {below.size} voxels lie below {AIR_HU - 76} HU, at many different values, "
            f"colder than air: numbers above the sign bit were stored as unsigned, but Pixel "
            f"Representation says signed. Correct the header, or export the series again"
        )


def fill_padding(
    values: NDArray[Any],
    headers: Sequence[Header],
    scales: Sequence[tuple[float, float]],
    frames: Sequence[int],
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """``values`` (i, j, k) with pixels that the header calls padding set to air, and a note.

    Padding is told by its stored bits, whatever sign the header gives them. Padding that is air
    anyway stays; a number that tissue has too counts only where it is joined to the edge.

    Args:
        values: HU.
        headers: of each slice, or the one of all frames.
        scales: slope and intercept of each slice.
        frames: place of each slice in the pixel data of its file.
    """
    filled, spans, gone = values, set[str](), 0
    for k, (slope, intercept) in enumerate(scales):
        header = headers[k] if len(headers) > 1 else headers[0]
        span = _span(header.dataset)
        if span is None:
            continue
        padded, highest = _padded(values[..., k], header, span, (slope, intercept), frames[k])
        if padded is None or highest <= _OUTSIDE_HU or not padded.any():
            continue
        if highest <= _TISSUE_HU:
            padded = _at_the_edge(padded)
        if filled is values:
            kind = np.result_type(values.dtype, np.int16)
            filled = values.astype(kind)
        filled[..., k][padded] = AIR_HU
        gone += int(np.count_nonzero(padded))
        spans.add(" to ".join(str(p) for p in dict.fromkeys(span)))
    if not gone:
        return values, ()
    note = (
        f"{gone} padding pixels (stored as {', '.join(sorted(spans))}) were set to {AIR_HU} HU: "
        f"nothing was measured there"
    )
    return filled, (note,)


def _span(data: Any) -> tuple[int, int] | None:
    """First and last padding number as the header gives them; None without any."""
    first, last = (
        _number(data.get("PixelPaddingValue")),
        _number(data.get("PixelPaddingRangeLimit")),
    )
    if first is None:
        return None
    return first, first if last is None else last


def _number(value: Any) -> int | None:
    if value is None or value == "":
        return None
    return int.from_bytes(value[:2], "little") if isinstance(value, bytes) else int(value)


def _padded(
    plane: NDArray[Any],
    header: Header,
    span: tuple[int, int],
    scale: tuple[float, float],
    frame: int,
) -> tuple[NDArray[np.bool_] | None, float]:
    """Where one plane (i, j) is padded, and the highest number that padding reads as."""
    data = header.dataset
    allocated = int(data.get("BitsAllocated") or 16)
    stored = int(data.get("BitsStored") or allocated)
    is_signed = int(data.get("PixelRepresentation") or 0) == 1
    slope, intercept = scale
    ends = [_read_as(number, stored, is_signed=is_signed) for number in span]
    low, high = sorted(end * slope + intercept for end in ends)
    whole = [_read_as(number, allocated, is_signed=is_signed) for number in span]
    if whole != ends and not header.transfer_syntax.startswith(_COMPRESSED):
        raw = _raw(header, allocated, frame, plane.shape)
        bits = [number % (1 << allocated) for number in span]
        return (raw >= min(bits)) & (raw <= max(bits)), high
    half = abs(slope) / 2.0
    return (plane > low - half) & (plane < high + half), high


def _read_as(number: int, bits: int, *, is_signed: bool) -> int:
    """What readers make of the lowest ``bits`` of ``number``."""
    low = number % (1 << bits)
    return low - (1 << bits) if is_signed and low >> (bits - 1) else low


def _raw(header: Header, bits: int, frame: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """All bits of one plane (i, j), those above the stored ones too, which readers cut off."""
    import pydicom

    data = pydicom.dcmread(header.path)
    order = "<" if data.original_encoding[1] else ">"
    count = shape[0] * shape[1]
    kind = np.dtype(f"{order}u{bits // 8}")
    found = np.frombuffer(data.PixelData, kind, count, frame * count * kind.itemsize)
    return found.reshape(shape[1], shape[0]).T


def _at_the_edge(padded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those parts of a plane's padding that reach its border."""
    parts, _ = scipy.ndimage.label(padded)
    rim = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    found: NDArray[np.bool_] = np.isin(parts, rim[rim > 0])
    return found
