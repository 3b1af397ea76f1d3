"""Zone files: the fields of an effect, for other programs, beside ``plan.json``.

Every field is a NIfTI file of its name on its own lattice; ``zone.dcm`` is the zone as a DICOM
segmentation, in the space, study and name of the DICOM images that the plan was made on.
The same plan gives the same bytes: new identifiers come from hashes, and the dates are fixed.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.volume import Volume
from seldinger.image.study import Modality
from seldinger.simulate.thermal.effect import KIND as ABLATION

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

    from seldinger.core.space import Grid
    from seldinger.image.study import DicomIdentity
    from seldinger.plan.model import Plan

SEG = "zone.dcm"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://dicom.nema.org/seldinger")
_DAY, _CLOCK = "19700101", "000000"
"""A plan has no time: where DICOM demands one, the beginning of the epoch stands."""
_EMPTY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber",
    "StudyDate", "StudyTime", "ReferringPhysicianName", "PositionReferenceIndicator",
)  # fmt: skip
_LABEL_LETTERS = 64
_KNOWN = {
    "FrameOfReferenceUID": "frame_of_reference_uid",
    "StudyInstanceUID": "study_instance_uid",
    "PatientName": "patient_name",
    "PatientID": "patient_id",
    "PatientBirthDate": "patient_birth_date",
    "PatientSex": "patient_sex",
    "StudyID": "study_id",
    "AccessionNumber": "accession_number",
    "StudyDate": "study_date",
    "StudyTime": "study_time",
}
"""Tags of the segmentation that are the images' own, where those have them."""
_UTF_8 = "ISO_IR 192"
OWN_FRAME = (
    f"{SEG} lies in a frame of reference of its own, because the images name none: a viewer may "
    "not lay it over them by itself. Its patient millimetres are those of the images."
)
SHARED_FRAME = (
    f"{SEG} lies in the images' frame of reference and names the patient as far as they do: treat "
    "it as a part of the record."
)


def write(folder: Path, plan: Plan) -> None:
    """Every field of the effect in ``folder``; nothing where the plan predicts none.

    Raises:
        OutputError: a file cannot be written.
    """
    volumes = {} if plan.fields is None else plan.fields.volumes
    for name, volume in volumes.items():
        # SimpleITK and highdicom open only for plans that have fields.
        from seldinger.report import nifti

        kind = np.uint8 if volume.values.dtype == bool else np.float32
        written = Volume(volume.values.astype(kind), volume.grid, volume.unit)
        nifti.write(folder / f"{name}.nii.gz", written)
    if "zone" in volumes:
        make_segmentation(plan, volumes["zone"]).save_as(folder / SEG, enforce_file_format=True)


def list_notes(plan: Plan) -> tuple[str, ...]:
    """What a reader of the report must know of ``zone.dcm``; nothing where it is not written."""
    if plan.fields is None or "zone" not in plan.fields.volumes:
        return ()
    identity = plan.anatomy.study.identity
    has_frame = identity is not None and identity.frame_of_reference_uid
    return (SHARED_FRAME if has_frame else OWN_FRAME,)


def make_segmentation(plan: Plan, zone: Volume) -> Dataset:
    """The nominal zone as a DICOM SEG with one segment, every slice of the lattice stored.

    Made of DICOM images it lies in their frame of reference, belongs to their study and patient,
    and refers to their series, on the lattice of the plan. Otherwise its frame of reference is its
    own, named by the hash of the images, in the same patient millimetres.
    """
    import highdicom as hd
    from pydicom.sr.codedict import codes

    kind = "effect" if plan.effect is None else plan.effect.kind
    identity = plan.anatomy.study.identity
    images = repr(sorted(plan.provenance.inputs.items()))
    if identity is not None:
        images += f" {identity.study_instance_uid} {identity.frame_of_reference_uid}"
    uid = _Names(images, _digest(plan, zone))
    volume = hd.Volume(
        np.ascontiguousarray(zone.values.transpose(2, 1, 0)).astype(np.uint8),
        zone.grid.index_to_lps[:, [2, 1, 0, 3]],
        coordinate_system="PATIENT",
        frame_of_reference_uid=uid.of_images("frame"),
    )
    method = hd.AlgorithmIdentificationSequence(
        "seldinger",
        hd.sr.CodedConcept("predicted", "99SELDINGER", "Predicted effect of heat or cold"),
        plan.provenance.version,
    )
    segment = hd.seg.SegmentDescription(
        1,
        f"predicted {kind} zone: {plan.target.label}"[:_LABEL_LETTERS],
        codes.SCT.MorphologicallyAbnormalStructure,
        codes.SCT.Necrosis
        if kind == ABLATION
        else hd.sr.CodedConcept("zone", "99SELDINGER", f"Predicted {kind} zone"),
        hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        method,
    )
    dataset: Dataset = hd.seg.Segmentation(
        source_images=[_source(plan, zone.grid, uid)],
        pixel_array=volume,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[segment],
        series_instance_uid=uid.of_zone("series"),
        series_number=1,
        sop_instance_uid=uid.of_zone("instance"),
        instance_number=1,
        manufacturer="seldinger",
        manufacturer_model_name="seldinger",
        software_versions=plan.provenance.version,
        device_serial_number="0",
        content_label="ZONE",
        content_description="Predicted, not measured",
        # Readers that take the first stored slice for the lattice's first then take the right one.
        omit_empty_frames=False,
    )
    _timeless(dataset, uid.of_zone("dimensions"))
    if identity is not None:
        _belongs_to(dataset, identity)
    return dataset


def _belongs_to(dataset: Any, identity: DicomIdentity) -> None:
    """Give ``made`` the space, study, patient and source images of ``identity``.

    This is done last and unchecked: the writer refuses texts that break the standard, but only
    those that equal the images' to the letter are recognised as theirs.
    """
    from pydicom.config import disable_value_validation

    with disable_value_validation():
        known = {tag: getattr(identity, name) for tag, name in _KNOWN.items()}
        for tag, text in known.items():
            if text:
                # An element that is there already would go on checking what is put into it.
                dataset.pop(tag, None)
                setattr(dataset, tag, text)
        texts = (*known.values(), dataset.SegmentSequence[0].SegmentLabel)
        if not all(text.isascii() for text in texts):
            dataset.SpecificCharacterSet = _UTF_8
        if identity.instances and identity.series_instance_uid:
            _refer(dataset, identity)


def _refer(dataset: Any, identity: DicomIdentity) -> None:
    """Name the images that the zone was computed on.

    Frames name no image: the lattice is the plan's, and its planes need not be slices of the scan.
    """
    from pydicom.dataset import Dataset

    def references() -> list[Dataset]:
        listed = []
        for instance in identity.instances:
            reference = Dataset()
            reference.ReferencedSOPClassUID = instance.class_uid
            reference.ReferencedSOPInstanceUID = instance.uid
            listed.append(reference)
        return listed

    series = Dataset()
    series.SeriesInstanceUID = identity.series_instance_uid
    series.ReferencedInstanceSequence = references()
    dataset.ReferencedSeriesSequence = [series]
    dataset.SourceImageSequence = references()


class _Names:
    """Identifiers from hashes: the same images and zone have the same ones."""

    def __init__(self, images: str, zone: str) -> None:
        self._images, self._zone = images, zone

    def of_images(self, what: str) -> str:
        """Shared by all plans on the same images."""
        return self._uid(f"{what} {self._images}")

    def of_zone(self, what: str) -> str:
        """Of this zone alone."""
        return self._uid(f"{what} {self._images} {self._zone}")

    @staticmethod
    def _uid(text: str) -> str:
        return f"2.25.{uuid.uuid5(_NAMESPACE, text).int}"


def _digest(plan: Plan, zone: Volume) -> str:
    """What tells this zone from others."""
    digest = hashlib.sha256(plan.target.label.encode())
    digest.update(np.packbits(zone.values).tobytes())
    digest.update(repr(zone.values.shape).encode())
    digest.update(zone.grid.index_to_lps.tobytes())
    return digest.hexdigest()


def _source(plan: Plan, grid: Grid, uid: _Names) -> Dataset:
    """A stand-in for the images: the writer asks for one, on the lattice of the zone."""
    from pydicom.dataset import Dataset
    from pydicom.uid import CTImageStorage, MRImageStorage

    is_mr = plan.anatomy.study.modality is Modality.MR
    spacing, affine = grid.spacing_mm, grid.index_to_lps
    source = Dataset()
    source.SOPClassUID = MRImageStorage if is_mr else CTImageStorage
    source.SOPInstanceUID = uid.of_images("image")
    source.StudyInstanceUID = uid.of_images("study")
    source.SeriesInstanceUID = uid.of_images("images")
    source.FrameOfReferenceUID = uid.of_images("frame")
    for keyword in _EMPTY:
        setattr(source, keyword, "")
    source.Modality = "MR" if is_mr else "CT"
    source.Rows, source.Columns = grid.shape[1], grid.shape[0]
    source.ImageOrientationPatient = [
        *(affine[:3, 0] / spacing[0]).tolist(),
        *(affine[:3, 1] / spacing[1]).tolist(),
    ]
    source.ImagePositionPatient = list(grid.origin_lps_mm)
    source.PixelSpacing = [spacing[1], spacing[0]]
    source.SliceThickness = spacing[2]
    return source


def _timeless(data: Any, dimensions_uid: str) -> None:
    """Dates and random identifiers of the writer, replaced by fixed ones."""
    data.InstanceCreationDate = data.ContentDate = data.SeriesDate = _DAY
    data.InstanceCreationTime = data.ContentTime = data.SeriesTime = _CLOCK
    for tool in data.get("ContributingEquipmentSequence", []):
        tool.ContributionDateTime = f"{_DAY}{_CLOCK}"
    for item in (*data.DimensionOrganizationSequence, *data.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimensions_uid
