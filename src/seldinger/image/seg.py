"""DICOM SEG: segments with their own names, each on the lattice that its frames span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError, LabelError
from seldinger.image.dicom_headers import scan
from seldinger.image.label_values import add_size
from seldinger.image.raster import silence
from seldinger.image.seg_lattice import Frame, Lattice, span_lattice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_SEG_STORAGE = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_HALF = 0.5
_BINARY, _FRACTIONAL, _LABELMAP = "BINARY", "FRACTIONAL", "LABELMAP"


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment: its raw label and where it is, on its file's lattice."""

    name: str
    mask: Mask
    grid: Grid


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """One DICOM SEG file, opened.

    Attributes:
        name: of the file.
        kind: Segmentation Type.
        full: value that counts as wholly inside; 1 unless fractional.
        labels: segment number -> raw label, as the file describes them.
        pixels: (frame, row, column).
        frames: where each lies and what it shows.
        lattice: what they span.
    """

    name: str
    kind: str
    full: float
    labels: Mapping[int, str]
    pixels: NDArray[Any]
    frames: tuple[Frame, ...]
    lattice: Lattice

    def read_segments(self) -> Iterator[Segment]:
        """The described segments, one at a time."""
        for number, label in self.labels.items():
            if self.kind == _LABELMAP and number == 0:
                continue
            yield Segment(label, self._mask(number), self.lattice.grid)

    def list_notes(self) -> tuple[str, ...]:
        """What was assumed about the lattice, and what is left out, with its size."""
        return (*self.lattice.notes, *self._undescribed(), *self._partial())

    def _mask(self, number: int) -> Mask:
        mask = np.zeros(self.lattice.grid.shape, dtype=bool)
        for frame, k in zip(self.frames, self.lattice.slots, strict=True):
            plane = self.pixels[frame.number]
            if self.kind == _LABELMAP:
                mask[:, :, k] |= (plane == number).T
            elif frame.segment == number:
                mask[:, :, k] |= (plane >= self.full * _HALF).T
        return mask

    def _undescribed(self) -> tuple[str, ...]:
        """Segments that frames show and nothing describes: an obstacle less, so they are told."""
        if self.kind == _LABELMAP:
            values, counts = np.unique(self.pixels, return_counts=True)
            shown = {int(v): (int(n), 0) for v, n in zip(values, counts, strict=True) if v != 0}
        else:
            shown = {}
            for frame in self.frames:
                voxels, frames = shown.get(frame.segment, (0, 0))
                inside = np.count_nonzero(self.pixels[frame.number] >= self.full * _HALF)
                shown[frame.segment] = (voxels + int(inside), frames + 1)
        out = []
        for number in sorted(shown.keys() - self.labels.keys()):
            voxels, frames = shown[number]
            words = f"segment {number}" if number else "frames that name no segment"
            words += f", {frames} frame(s)" if frames else ""
            out.append(add_size(words, voxels, self.lattice.grid.voxel_ml))
        if not out:
            return ()
        return (f"{self.name}: shown but not described, so left out: {'; '.join(out)}",)

    def _partial(self) -> tuple[str, ...]:
        """That fractions were cut at one half, and how much lay below."""
        if self.kind != _FRACTIONAL:
            return ()
        below = int(np.count_nonzero((self.pixels > 0) & (self.pixels < self.full * _HALF)))
        cut = add_size("what lies below", below, self.lattice.grid.voxel_ml)
        note = (
            f"{self.name}: a fractional segmentation; voxels of at least one half were taken as "
            f"inside, {cut} was left out"
        )
        return (note,)


def list_segmentations(path: Path) -> tuple[Path, ...]:
    """DICOM SEG files at or below ``path``.

    Raises:
        LabelError: nothing DICOM there, or no segmentation.
    """
    try:
        headers = scan(path)
    except ImageError as wrong:
        raise LabelError(
            f"labels {wrong}; a label folder holds one NIfTI, NRRD or MetaImage file per class, "
            f"or DICOM SEG"
        ) from wrong
    files = tuple(h.path for h in headers if str(h.dataset.get("SOPClassUID", "")) in _SEG_STORAGE)
    if not files:
        kinds = ", ".join(sorted({h.modality or "unknown" for h in headers}))
        raise LabelError(f"{path.name}: no DICOM segmentation (SEG) is there; found: {kinds}")
    return files


def open_segmentation(path: Path, image: Grid, frame_uid: str) -> Segmentation:
    """One DICOM SEG file.

    Args:
        path: the file.
        image: the image's lattice; lends its spacing to a single frame that tells none.
        frame_uid: the image's Frame of Reference UID, "" when unknown.

    Raises:
        LabelError: damaged, another frame of reference, contradicting itself, or frames that form
            no lattice.
    """
    import pydicom

    name = path.name
    try:
        with silence():
            data = pydicom.dcmread(path)
            own_uid = str(data.get("FrameOfReferenceUID", "") or "")
            stored = data.pixel_array
            frames = _frames(data)
            labels = _labels(data, name)
            kind = str(data.get("SegmentationType", "") or "").strip().upper()
            full = float(data.get("MaximumFractionalValue", 0) or 0)
    except LabelError:
        raise
    except Exception as wrong:
        raise LabelError(
            f"{name}: the DICOM segmentation is damaged, cut short or stored in a way that is "
            f"not read ({wrong})"
        ) from wrong
    if frame_uid and own_uid and own_uid != frame_uid:
        raise LabelError(
            f"{name}: the segmentation lies in another frame of reference than the image; "
            f"register it first, or give the segmentation of this series"
        )
    pixels = stored[np.newaxis] if stored.ndim == 2 else stored  # noqa: PLR2004  one frame
    if len(pixels) != len(frames) or not frames:
        raise LabelError(f"{name}: {len(pixels)} frames are stored, {len(frames)} are described")
    full = _checked_full(pixels, kind, full, name)
    lattice = span_lattice(frames, pixels.shape[1:], image, name)
    return Segmentation(name, kind, full, labels, pixels, tuple(frames), lattice)


def _checked_full(pixels: NDArray[Any], kind: str, full: float, name: str) -> float:
    """The value of a voxel that is wholly inside, if type and numbers do not contradict."""
    highest = float(pixels.max(initial=0))
    if kind == _LABELMAP:
        return 1.0
    if kind == _BINARY and highest <= 1.0:
        return 1.0
    if kind == _FRACTIONAL and full > 0.0 and highest <= full:
        return full
    stated = f"type {kind or 'not stated'}, maximum {f'{full:g}' if full else 'not stated'}"
    raise LabelError(
        f"{name}: how its numbers are meant is not told or contradicts them ({stated}, highest "
        f"value {highest:g}); a segmentation is BINARY (0 and 1), LABELMAP, or FRACTIONAL with "
        f"its MaximumFractionalValue. Export it again as one of these"
    )


def _labels(data: Any, name: str) -> dict[int, str]:
    """Segment number -> label; a number that is described twice is refused."""
    labels: dict[int, str] = {}
    for segment in data.SegmentSequence:
        number = int(segment.SegmentNumber)
        if number in labels:
            raise LabelError(f"{name}: segment {number} is described twice; export it again")
        label = str(segment.get("SegmentLabel", "") or "").strip()
        labels[number] = label or f"segment {number}"
    return labels


def _frames(data: Any) -> list[Frame]:
    shared = (data.get("SharedFunctionalGroupsSequence") or [None])[0]
    frames = []
    for number, own in enumerate(data.PerFrameFunctionalGroupsSequence):
        places = [g for g in (own, shared) if g is not None]
        segment = _value(places, "SegmentIdentificationSequence", "ReferencedSegmentNumber", "0")
        frames.append(
            Frame(
                number=number,
                segment=int(segment[0]),
                position_mm=_value(places, "PlanePositionSequence", "ImagePositionPatient"),
                orientation=_value(places, "PlaneOrientationSequence", "ImageOrientationPatient"),
                spacing_mm=_value(places, "PixelMeasuresSequence", "PixelSpacing"),
                between_mm=abs(_value(places, _MEASURES, "SpacingBetweenSlices", "0")[0]),
                thickness_mm=_value(places, _MEASURES, "SliceThickness", "0")[0],
            )
        )
    return frames


_MEASURES = "PixelMeasuresSequence"


def _value(
    places: Sequence[Any], sequence: str, keyword: str, default: str | None = None
) -> tuple[float, ...]:
    for place in places:
        items = place.get(sequence)
        if items and items[0].get(keyword) is not None:
            value = items[0].get(keyword)
            return tuple(float(v) for v in value) if hasattr(value, "__iter__") else (float(value),)
    if default is None:
        raise ValueError(f"{keyword} is missing")
    return (float(default),)
