"""Image: files become a study.

In:    DICOM folders, NIfTI, NRRD, MetaImage; label maps, label folders, DICOM SEG; label keys.
Out:   ``Study``, ``Mask``, resampled ``Volume``; raw label names, LPS+ mm, index (i, j, k);
       of PET and SPECT ``Concentration`` at an instant, of planar pictures ``PlanarView``.
Never: what a label means (``anatomy`` maps names), what a patient needs, any writing of files.

Readers and their libraries are opened when a function is first called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late
from seldinger.image.nuclear import DecayCorrection, NuclearAcquisition, ReferenceOrigin
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
    from seldinger.image.carrying import Carried, carry_concentration, check_frames, lay_upon
    from seldinger.image.concentration import Concentration, measure_concentration
    from seldinger.image.curve_files import TreeFile, load_tree
    from seldinger.image.loading import (
        check_there,
        list_series,
        load,
        load_labels,
        load_mask,
        read_mask,
    )
    from seldinger.image.planar import PlanarView, load_planar
    from seldinger.image.raster import identify_input
    from seldinger.image.resample import resample_layer, resample_mask, resample_volume

__all__ = [
    "Alignment",
    "Carried",
    "Concentration",
    "DecayCorrection",
    "DicomIdentity",
    "Modality",
    "NuclearAcquisition",
    "PatientPosition",
    "PlanarView",
    "PositionOrigin",
    "ReferenceOrigin",
    "Role",
    "Series",
    "SeriesInfo",
    "SeriesSource",
    "SopInstance",
    "Study",
    "TreeFile",
    "carry_concentration",
    "check_frames",
    "check_there",
    "identify_input",
    "lay_upon",
    "load",
    "load_labels",
    "load_mask",
    "load_planar",
    "load_tree",
    "measure_concentration",
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
        "carrying": ("Carried", "carry_concentration", "check_frames", "lay_upon"),
        "concentration": ("Concentration", "measure_concentration"),
        "curve_files": ("TreeFile", "load_tree"),
        "planar": ("PlanarView", "load_planar"),
        "raster": ("identify_input",),
        "resample": ("resample_volume", "resample_layer", "resample_mask"),
    },
)
