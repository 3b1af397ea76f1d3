"""Planar: the front and back pictures of a gamma camera, as counts; no volume and no place.

A picture from behind is kept as it is stored: whether a camera has mirrored it already is not told
reliably. Draw regions on each picture; only their sums can be compared without that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.image.dicom_headers import scan
from seldinger.image.raster import list_inputs, silence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.record import InputFile

_KINDS: Final = ("STATIC", "WHOLE BODY")
_KIND_AT = 2
_VIEWS: Final = ("anterior", "posterior")


@dataclass(frozen=True, slots=True, eq=False)
class PlanarView:
    """One planar picture.

    Attributes:
        view: "anterior" or "posterior".
        counts: float64, (columns, rows), read-only, as stored.
        spacing_mm: between columns, between rows.
        inputs: its file.
    """

    view: str
    counts: NDArray[np.float64]
    spacing_mm: tuple[float, float]
    inputs: tuple[InputFile, ...]

    __repr__ = short_repr


def load_planar(path: str | Path, energy_window: int = 1) -> tuple[PlanarView, PlanarView]:
    """The anterior and the posterior picture in one static or whole-body Nuclear Medicine file.

    ``energy_window`` is the number of the window, from 1, in a file that holds several.

    Raises:
        ImageError: not one such file, no such window, or not exactly one frame for either view.
    """
    source = Path(path)
    headers = scan(source) if source.exists() else ()
    if len(headers) != 1 or headers[0].modality != "NM":
        raise ImageError(
            f"{source.name}: one planar Nuclear Medicine file is needed, got {len(headers)} DICOM "
            f"file(s) that may be; give the file itself"
        )
    pictures = _read(headers[0].path)
    inputs = list_inputs("planar", [headers[0].path])
    made = []
    for view in _VIEWS:
        counts = pictures.find_counts(view, energy_window)
        made.append(PlanarView(view, counts, pictures.spacing_mm, inputs))
    return made[0], made[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Pictures:
    """All frames of a file: (frame, row, column), with the window and view of each."""

    name: str
    frames: NDArray[np.float64]
    windows: list[int]
    views: list[str]
    spacing_mm: tuple[float, float]

    def find_counts(self, view: str, energy_window: int) -> NDArray[np.float64]:
        """The only frame of ``view`` in the window, (columns, rows)."""
        pairs = enumerate(zip(self.windows, self.views, strict=True))
        found = [n for n, pair in pairs if pair == (energy_window, view)]
        if len(found) != 1:
            told = ", ".join(v or "not told" for v in self.views)
            raise ImageError(
                f"{self.name}: energy window {energy_window} holds {len(found)} {view} frames, one "
                f"is needed (views: {told}; windows: {sorted(set(self.windows))}); give a file "
                f"with one anterior and one posterior picture, whose detectors tell their view"
            )
        counts = np.ascontiguousarray(self.frames[found[0]].T)
        counts.flags.writeable = False
        return counts


def _read(file: Path) -> _Pictures:
    import pydicom

    try:
        with silence():
            data = pydicom.dcmread(file)
            words = [str(word) for word in data.get("ImageType") or ()]
            kind = words[_KIND_AT] if len(words) > _KIND_AT else "not told"
            stored = np.asarray(data.pixel_array, dtype=np.float64)
            frames = stored[np.newaxis] if stored.ndim == 2 else stored  # noqa: PLR2004
            frames = frames * float(data.get("RescaleSlope") or 1.0)
            frames += float(data.get("RescaleIntercept") or 0.0)
            windows = _whole(data, "EnergyWindowVector") or [1] * len(frames)
            detectors = _whole(data, "DetectorVector") or [1] * len(frames)
            told = [_view(item) for item in data.get("DetectorInformationSequence") or ()]
            views = [told[n - 1] if 0 < n <= len(told) else "" for n in detectors]
            between_rows, between_columns = (float(v) for v in data.PixelSpacing)
    except Exception as wrong:
        raise ImageError(
            f"{file.name}: the planar file is damaged, cut short or stored in a way that is not "
            f"read ({wrong})"
        ) from wrong
    if kind not in _KINDS:
        raise ImageError(
            f"{file.name}: Image Type {kind} is no pair of planar pictures; give "
            f"{' or '.join(_KINDS)}"
        )
    if len(windows) != len(frames) or len(views) != len(frames):
        raise ImageError(f"{file.name}: {len(frames)} frames are stored, and not all described")
    return _Pictures(file.name, frames, windows, views, (between_columns, between_rows))


def _view(detector: Any) -> str:
    """From where a detector looked, by the meaning of its code; "" when not told."""
    code = (detector.get("ViewCodeSequence") or [{}])[0]
    meaning = str(code.get("CodeMeaning") or "").strip().lower()
    return meaning if meaning in _VIEWS else ""


def _whole(data: Any, keyword: str) -> list[int]:
    value = data.get(keyword)
    if value is None:
        return []
    return [int(v) for v in value] if hasattr(value, "__iter__") else [int(value)]
