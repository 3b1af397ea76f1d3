"""Segmentation: masks on one lattice as a DICOM SEG, with codes of the field.

In:    masks with their names and codes, the grid, and whose images they belong to.
Out:   a pydicom data set; every slice of the lattice is stored.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.report.dicom_objects import (
    Identifiers,
    belong_to,
    make_source,
    make_timeless,
    refer_to_images,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.image.study import DicomIdentity, Modality

_LABEL_LETTERS = 64
OWN_SCHEME = "99SELDINGER"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: value, scheme ("SCT", "DCM", ours) and meaning."""

    value: str
    scheme: str
    meaning: str


ABNORMAL = Code("49755003", "SCT", "Morphologically Abnormal Structure")
ANATOMICAL = Code("91723000", "SCT", "Anatomical Structure")
NECROSIS = Code("6574001", "SCT", "Necrosis")
NEOPLASM = Code("108369006", "SCT", "Neoplasm")
LIVER = Code("10200004", "SCT", "Liver")
LUNG = Code("39607008", "SCT", "Lung")
ORGAN = Code("91772007", "SCT", "Organ")
_GIVEN = Code("given", OWN_SCHEME, "Label as given: how it was drawn is not known")
TISSUE = Code("85756007", "SCT", "Tissue")


@dataclass(frozen=True, slots=True, eq=False)
class SegmentOut:
    """One segment that is written.

    Attributes:
        label: as viewers list it.
        mask: on the common grid.
        category, kind: what it is, coded.
        made_by: what drew it, coded in words: "Predicted effect of heat or cold"; None: it is a
            label as it was given.
    """

    label: str
    mask: Mask
    category: Code
    kind: Code
    made_by: Code | None = None

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Made:
    """What tells a set of segments: its name for archives, and the program's version."""

    content_label: str
    description: str
    version: str


def make_segmentation(
    segments: tuple[SegmentOut, ...],
    grid: Grid,
    images: str,
    identity: DicomIdentity | None,
    modality: Modality,
    made: Made,
) -> Dataset:
    """Masks as a DICOM SEG.

    Made of DICOM images it lies in their frame of reference, belongs to their study and patient,
    and refers to their series. Otherwise its frame of reference is its own, named by the hash of
    the images, in the same patient millimetres.

    Args:
        segments: at least one, on ``grid``.
        grid: of every mask.
        images: what tells the images from others: ``dicom_objects.describe_images``.
        identity: of the images; None: they are no DICOM images.
        modality: of the images.
        made: what the set is called, and by which version it was made.
    """
    import highdicom as hd

    uid = Identifiers(images, _digest(segments, grid))
    stacked = np.stack([one.mask.transpose(2, 1, 0) for one in segments], axis=-1)
    volume = hd.Volume(
        np.ascontiguousarray(stacked).astype(np.uint8),
        grid.index_to_lps[:, [2, 1, 0, 3]],
        coordinate_system="PATIENT",
        frame_of_reference_uid=uid.of_images("frame"),
        channels={"SegmentNumber": list(range(1, len(segments) + 1))},
    )
    dataset: Dataset = hd.seg.Segmentation(
        source_images=[make_source(grid, modality, uid)],
        pixel_array=volume,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _describe(number, one, made) for number, one in enumerate(segments, start=1)
        ],
        series_instance_uid=uid.of_content("series"),
        series_number=1,
        sop_instance_uid=uid.of_content("instance"),
        instance_number=1,
        manufacturer="seldinger",
        manufacturer_model_name="seldinger",
        software_versions=made.version,
        device_serial_number="0",
        content_label=made.content_label,
        content_description=made.description,
        # Readers that take the first stored slice for the lattice's first then take the right one.
        omit_empty_frames=False,
    )
    make_timeless(dataset, uid.of_content("dimensions"))
    if identity is not None:
        belong_to(dataset, identity, tuple(one.SegmentLabel for one in dataset.SegmentSequence))
        refer_to_images(dataset, identity)
    return dataset


def _describe(number: int, one: SegmentOut, made: Made) -> Any:
    import highdicom as hd

    kinds = hd.seg.SegmentAlgorithmTypeValues
    method = hd.AlgorithmIdentificationSequence(
        "seldinger", _code(one.made_by or _GIVEN), made.version
    )
    return hd.seg.SegmentDescription(
        number,
        one.label[:_LABEL_LETTERS],
        _code(one.category),
        _code(one.kind),
        kinds.SEMIAUTOMATIC if one.made_by is None else kinds.AUTOMATIC,
        method,
    )


def _code(one: Code) -> Any:
    import highdicom as hd

    return hd.sr.CodedConcept(one.value, one.scheme, one.meaning)


def _digest(segments: tuple[SegmentOut, ...], grid: Grid) -> str:
    """What tells these segments from others."""
    digest = hashlib.sha256()
    for one in segments:
        digest.update(one.label.encode())
        digest.update(np.packbits(one.mask).tobytes())
    digest.update(repr(grid.shape).encode())
    digest.update(grid.index_to_lps.tobytes())
    return digest.hexdigest()
