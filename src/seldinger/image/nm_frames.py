"""NM frames: where the slices of a reconstructed SPECT lie; planar and raw frames are no volume.

The first slice has its place in the detector's item, the others follow along the normal (row x
column) by the spacing between slices, whose sign tells the side. Frames are slices by the slice
vector, not by their order alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.image.geometry import Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.image.dicom_headers import Header

_VECTORS: Final = {
    "EnergyWindowVector": "energy windows",
    "DetectorVector": "detectors",
    "PhaseVector": "phases",
    "RotationVector": "rotations",
    "RRIntervalVector": "heart rates",
    "TimeSlotVector": "time slots of the heart beat",
    "TimeSliceVector": "time slices",
    "AngularViewVector": "angles of view",
}
KEYWORDS: Final = (
    "DetectorInformationSequence",
    "SpacingBetweenSlices",
    "SliceVector",
    *_VECTORS,
)
"""Tags that tell it."""
_NM_STORAGE = "1.2.840.10008.5.1.4.1.1.20"
_VOLUME = "RECON TOMO"
_KINDS = {
    "STATIC": "planar pictures",
    "DYNAMIC": "a planar series in time",
    "GATED": "gated planar pictures",
    "WHOLE BODY": "planar whole-body pictures",
    "TOMO": "projections that are not reconstructed yet",
    "GATED TOMO": "gated projections that are not reconstructed yet",
    "RECON GATED TOMO": "a gated SPECT: several volumes of the heart beat",
}
_KIND_AT = 2


def is_stack(headers: Sequence[Header]) -> bool:
    """Whether the series is one Nuclear Medicine file, whose frames are placed together."""
    return len(headers) == 1 and str(headers[0].dataset.get("SOPClassUID", "")) == _NM_STORAGE


def read_planes(header: Header, name: str) -> list[Plane]:
    """The frames of a reconstructed SPECT, in stored order; ``name`` is for messages.

    Raises:
        ImageError: planar, dynamic, gated or not reconstructed; several volumes in one file; or a
            header that does not say where the slices lie.
    """
    data = header.dataset
    _check_kind(data, name)
    for keyword, words in _VECTORS.items():
        several = len(set(_whole(data, keyword)))
        if several > 1:
            raise ImageError(
                f"{name}: the file holds {several} {words}, so its frames are several volumes; "
                f"export one of them as a file of its own"
            )
    step_mm = _step_mm(data, name)
    first = (data.get("DetectorInformationSequence") or [data])[0]
    position, orientation = (
        _numbers(first, keyword) or _numbers(data, keyword)
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient")
    )
    if len(position) != 3 or len(orientation) != 6:  # noqa: PLR2004
        raise ImageError(
            f"{name}: the SPECT does not say where its first slice lies (Image Position and Image "
            f"Orientation of the detector are needed); export it again with its geometry"
        )
    normal = np.cross(orientation[:3], orientation[3:])
    return [
        Plane(
            name=f"frame {number}",
            position_mm=tuple(float(v) for v in np.asarray(position) + slot * step_mm * normal),
            orientation=orientation,
            spacing_mm=_numbers(data, "PixelSpacing"),
            rows=int(data.Rows),
            columns=int(data.Columns),
        )
        for number, slot in enumerate(_slots(data, header.frames, name), start=1)
    ]


def _check_kind(data: Any, name: str) -> None:
    words = [str(word) for word in data.get("ImageType") or ()]
    kind = words[_KIND_AT] if len(words) > _KIND_AT else ""
    if kind != _VOLUME:
        what = _KINDS.get(kind, f"of a kind that is not read ({kind or 'not told'})")
        raise ImageError(
            f"{name}: this Nuclear Medicine file holds no volume, it is {what}; give the "
            f"reconstructed SPECT (Image Type {_VOLUME})"
        )


def _step_mm(data: Any, name: str) -> float:
    """From one slice to the next along the normal, negative for the other side."""
    told = data.get("SpacingBetweenSlices")
    step_mm = 0.0 if told is None or str(told) == "" else float(told)
    if step_mm == 0.0 or not np.isfinite(step_mm):
        raise ImageError(
            f"{name}: the SPECT states no spacing between slices, and so not on which side of the "
            f"first the others lie; thickness does not tell it. Export it again with its geometry"
        )
    return step_mm


def _slots(data: Any, frames: int, name: str) -> list[int]:
    """The slice of each frame, from 0."""
    told = _whole(data, "SliceVector")
    if not told:
        return list(range(frames))
    if sorted(told) != list(range(1, frames + 1)):
        raise ImageError(
            f"{name}: its {frames} frames are said to be the slices {min(told)} to {max(told)}, "
            f"{len(set(told))} of them different; one slice for each frame can be read. Export one "
            f"volume as a file of its own"
        )
    return [slot - 1 for slot in told]


def _whole(data: Any, keyword: str) -> list[int]:
    value = data.get(keyword)
    if value is None:
        return []
    return [int(v) for v in value] if hasattr(value, "__iter__") else [int(value)]


def _numbers(data: Any, keyword: str) -> tuple[float, ...]:
    values = data.get(keyword)
    return () if values is None else tuple(float(v) for v in values)
