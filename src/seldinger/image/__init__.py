"""Image: a study becomes volumes.

In:    DICOM folders, NIfTI, NRRD, MetaImage; label maps, label folders, DICOM SEG; label keys.
Out:   ``Study``, ``Mask``, resampled ``Volume``; raw label names, LPS+ mm, index (i, j, k).
Never: what a label means (``anatomy`` maps names), what a patient needs, any writing of files.

Readers and their libraries are opened when a function is first called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from seldinger.image.study import (
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    SeriesInfo,
    SopInstance,
    Study,
)

if TYPE_CHECKING:
    from seldinger.image.loading import check_there, load, load_mask, read_mask, series
    from seldinger.image.raster import identified
    from seldinger.image.resample import resampled, resampled_layer, resampled_mask

__all__ = [
    "DicomIdentity",
    "Modality",
    "PatientPosition",
    "PositionOrigin",
    "SeriesInfo",
    "SopInstance",
    "Study",
    "check_there",
    "identified",
    "load",
    "load_mask",
    "read_mask",
    "resampled",
    "resampled_layer",
    "resampled_mask",
    "series",
]

_PAGES = {
    "check_there": "seldinger.image.loading",
    "identified": "seldinger.image.raster",
    "load": "seldinger.image.loading",
    "load_mask": "seldinger.image.loading",
    "read_mask": "seldinger.image.loading",
    "series": "seldinger.image.loading",
    "resampled": "seldinger.image.resample",
    "resampled_layer": "seldinger.image.resample",
    "resampled_mask": "seldinger.image.resample",
}


def __getattr__(name: str) -> object:
    """Open the page that holds ``name`` when it is first asked for."""
    if name not in _PAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_PAGES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
