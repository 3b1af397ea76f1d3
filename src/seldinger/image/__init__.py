"""Image: files become a study.

In:    DICOM folders, NIfTI, NRRD, MetaImage; label maps, label folders, DICOM SEG; label keys.
Out:   ``Study``, ``Mask``, resampled ``Volume``; raw label names, LPS+ mm, index (i, j, k).
Never: what a label means (``anatomy`` maps names), what a patient needs, any writing of files.

Readers and their libraries are opened when a function is first called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from seldinger.image.study import (
    Alignment,
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    Role,
    Series,
    SeriesInfo,
    SeriesSource,
    SopInstance,
    Study,
)

if TYPE_CHECKING:
    from seldinger.image.loading import check_there, list_series, load, load_mask, read_mask
    from seldinger.image.raster import identify_input
    from seldinger.image.resample import resample_layer, resample_mask, resample_volume

__all__ = [
    "Alignment",
    "DicomIdentity",
    "Modality",
    "PatientPosition",
    "PositionOrigin",
    "Role",
    "Series",
    "SeriesInfo",
    "SeriesSource",
    "SopInstance",
    "Study",
    "check_there",
    "identify_input",
    "load",
    "load_mask",
    "read_mask",
    "resample_volume",
    "resample_layer",
    "resample_mask",
    "list_series",
]

_PAGES = {
    "check_there": "seldinger.image.loading",
    "identify_input": "seldinger.image.raster",
    "load": "seldinger.image.loading",
    "load_mask": "seldinger.image.loading",
    "read_mask": "seldinger.image.loading",
    "list_series": "seldinger.image.loading",
    "resample_volume": "seldinger.image.resample",
    "resample_layer": "seldinger.image.resample",
    "resample_mask": "seldinger.image.resample",
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
