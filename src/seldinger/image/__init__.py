"""Image: files become a study.

In:    DICOM folders, NIfTI, NRRD, MetaImage; label maps, label folders, DICOM SEG; label keys.
Out:   ``Study``, ``Mask``, resampled ``Volume``; raw label names, LPS+ mm, index (i, j, k).
Never: what a label means (``anatomy`` maps names), what a patient needs, any writing of files.

Readers and their libraries are opened when a function is first called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late
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
    from seldinger.image.curve_files import TreeFile, load_tree
    from seldinger.image.loading import (
        check_there,
        list_series,
        load,
        load_labels,
        load_mask,
        read_mask,
    )
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
    "TreeFile",
    "check_there",
    "identify_input",
    "load",
    "load_labels",
    "load_mask",
    "load_tree",
    "read_mask",
    "resample_volume",
    "resample_layer",
    "resample_mask",
    "list_series",
]

__getattr__, __dir__ = open_late(
    __name__,
    {
        "loading": ("check_there", "load", "load_labels", "load_mask", "read_mask", "list_series"),
        "curve_files": ("TreeFile", "load_tree"),
        "raster": ("identify_input",),
        "resample": ("resample_volume", "resample_layer", "resample_mask"),
    },
)
