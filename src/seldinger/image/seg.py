"""DICOM SEG: segments with their own names, each on the lattice that its frames span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError, LabelError
from seldinger.image.checks import checked_grid
from seldinger.image.dicom_headers import scanned
from seldinger.image.raster import silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

_SEG_STORAGE = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_OFF = 0.1
"""Frames may lie this share of the slice spacing off the lattice."""
_ANGLE = 1e-3
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment: its raw label and where it is, on its file's lattice."""

    name: str
    mask: Mask
    grid: Grid


@dataclass(frozen=True, slots=True)
class _Frame:
    number: int
    segment: int
    position_mm: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, ...]


def segmentations_in(path: Path) -> tuple[Path, ...]:
    """DICOM SEG files at or below ``path``.

    Raises:
        LabelError: nothing DICOM there, or no segmentation.
    """
    try:
        headers = scanned(path)
    except ImageError as wrong:
        raise LabelError(
            f"labels {wrong}; a label folder holds one NIfTI, NRRD or MetaImage file per class, "
            f"or DICOM SEG"
        ) from wrong
    found = tuple(h.path for h in headers if str(h.dataset.get("SOPClassUID", "")) in _SEG_STORAGE)
    if not found:
        kinds = ", ".join(sorted({h.modality or "unknown" for h in headers}))
        raise LabelError(f"{path.name}: no DICOM segmentation (SEG) is there; found: {kinds}")
    return found


def segments(path: Path, image: Grid, frame_uid: str) -> Iterator[Segment]:
    """Segments of one DICOM SEG file, one at a time.

    Args:
        path: the file.
        image: the image's lattice; says how far apart slices are when the file does not.
        frame_uid: the image's Frame of Reference UID, "" when unknown.

    Raises:
        LabelError: damaged, another frame of reference, or frames that form no lattice.
    """
    name = path.name
    data, pixels, frames, labels = _opened(path)
    with silence():
        own_uid = str(data.get("FrameOfReferenceUID", "") or "")
    if frame_uid and own_uid and own_uid != frame_uid:
        raise LabelError(
            f"{name}: the segmentation lies in another frame of reference than the image; "
            f"register it first, or give the segmentation of this series"
        )
    if len(pixels) != len(frames) or not frames:
        raise LabelError(f"{name}: {len(pixels)} frames are stored, {len(frames)} are described")
    grid, slots = _lattice(frames, pixels.shape[1:], image, name)
    is_labelmap = str(data.get("SegmentationType", "")) == "LABELMAP"
    full = float(data.get("MaximumFractionalValue", 1) or 1)
    for number, label in labels.items():
        if is_labelmap and number == 0:
            continue
        mask = np.zeros(grid.shape, dtype=bool)
        for frame, k in zip(frames, slots, strict=True):
            plane = pixels[frame.number]
            if is_labelmap:
                mask[:, :, k] |= (plane == number).T
            elif frame.segment == number:
                mask[:, :, k] |= (plane >= full * _HALF).T
        yield Segment(label, mask, grid)


def _opened(path: Path) -> tuple[Any, NDArray[Any], list[_Frame], dict[int, str]]:
    """Tags, pixels (frame, row, column), frames and segment labels of one file."""
    import pydicom

    try:
        with silence():
            data = pydicom.dcmread(path)
            stored = data.pixel_array
        pixels = stored[np.newaxis] if stored.ndim == 2 else stored  # noqa: PLR2004  one frame
        frames = _frames(data)
        labels = {
            int(s.SegmentNumber): str(
                s.get("SegmentLabel", "") or f"segment {s.SegmentNumber}"
            ).strip()
            for s in data.SegmentSequence
        }
    except Exception as wrong:
        raise LabelError(
            f"{path.name}: the DICOM segmentation is damaged, cut short or stored in a way that is "
            f"not read ({wrong})"
        ) from wrong
    return data, pixels, frames, labels


def _frames(data: Any) -> list[_Frame]:
    shared = (data.get("SharedFunctionalGroupsSequence") or [None])[0]
    frames = []
    for number, own in enumerate(data.PerFrameFunctionalGroupsSequence):
        places = [g for g in (own, shared) if g is not None]
        segment = _value(places, "SegmentIdentificationSequence", "ReferencedSegmentNumber", "0")
        frames.append(
            _Frame(
                number=number,
                segment=int(segment[0]),
                position_mm=_value(places, "PlanePositionSequence", "ImagePositionPatient"),
                orientation=_value(places, "PlaneOrientationSequence", "ImageOrientationPatient"),
                spacing_mm=(
                    *_value(places, "PixelMeasuresSequence", "PixelSpacing"),
                    *_value(places, "PixelMeasuresSequence", "SpacingBetweenSlices", "0"),
                    *_value(places, "PixelMeasuresSequence", "SliceThickness", "0"),
                ),
            )
        )
    return frames


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


def _lattice(
    frames: Sequence[_Frame], shape: tuple[int, ...], image: Grid, name: str
) -> tuple[Grid, list[int]]:
    """The lattice that the frames span, and the k of each frame; other slices are empty."""
    first = frames[0]
    turned = np.abs(np.array([f.orientation for f in frames]) - first.orientation).max()
    if float(turned) > _ANGLE or any(f.spacing_mm != first.spacing_mm for f in frames):
        raise LabelError(f"{name}: its frames differ in orientation or spacing; export it again")
    row, column = (np.asarray(v) for v in (first.orientation[:3], first.orientation[3:]))
    normal = np.cross(row, column)
    positions = np.array([f.position_mm for f in frames])
    heights = positions @ normal
    step_mm = _step_mm(heights, first, image, normal, name)
    slots = np.rint((heights - heights.min()) / step_mm).astype(int)
    affine = np.eye(4)
    affine[:3, 0] = row * first.spacing_mm[1]
    affine[:3, 1] = column * first.spacing_mm[0]
    affine[:3, 2] = normal * step_mm
    affine[:3, 3] = positions[int(np.argmin(heights))]
    size = (shape[1], shape[0], int(slots.max()) + 1)
    return checked_grid(size, affine, name, LabelError), slots.tolist()


def _step_mm(
    heights: NDArray[np.float64],
    frame: _Frame,
    image: Grid,
    normal: NDArray[np.float64],
    name: str,
) -> float:
    """Slice spacing: what the file says, else the image's, else what its frames show."""
    axis = int(np.argmax(np.abs(normal @ image.index_to_lps[:3, :3]) / np.array(image.spacing_mm)))
    stated = [*frame.spacing_mm[2:3], image.spacing_mm[axis], *frame.spacing_mm[3:4]]
    levels = np.unique(np.round(heights - heights.min(), 3))
    if levels.size > 1:
        stated.append(float(np.diff(levels).min()))
    for step_mm in stated:
        if step_mm > 0:
            slots = np.rint(levels / step_mm)
            off = np.abs(levels / step_mm - slots).max()
            if float(off) < _OFF and np.unique(slots).size == levels.size:
                return step_mm
    raise LabelError(f"{name}: its frames are unevenly spaced; export the segmentation again")
