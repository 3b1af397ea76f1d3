"""Dose structured report: doses of segments as a coded DICOM SR, beside the SEG they belong to.

In:    the segmentation as it was made, and the figures of each of its segments.
Out:   a pydicom data set after TID 1500, with every figure under a code of DICOM and a UCUM unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import OutputError
from seldinger.report.dicom_objects import (
    Identifiers,
    belong_to,
    make_timeless,
)
from seldinger.report.segmentation import OWN_SCHEME, Code

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from seldinger.image.study import DicomIdentity

GRAY = Code("Gy", "UCUM", "gray")
MILLILITRE = Code("mL", "UCUM", "milliliter")
MEAN_DOSE = Code("128533", "DCM", "Mean Absorbed Radiation Dose")
MEDIAN_DOSE = Code("128539", "DCM", "Median Absorbed Radiation Dose")
LEAST_DOSE = Code("128532", "DCM", "Minimum Absorbed Radiation Dose")
LARGEST_DOSE = Code("128531", "DCM", "Maximum Absorbed Radiation Dose")
VOLUME = Code("118565006", "SCT", "Volume")
D95 = Code("D95", OWN_SCHEME, "Least absorbed dose of the best 95 % of the volume")
D70 = Code("D70", OWN_SCHEME, "Least absorbed dose of the best 70 % of the volume")
"""DICOM has no code for them that readers know."""


@dataclass(frozen=True, slots=True)
class CodedFigure:
    """A figure of a segment: what it is, how large, and in which unit."""

    name: Code
    value: float
    unit: Code


@dataclass(frozen=True, slots=True)
class DoseBasis:
    """What figures rest on: "measured" or "provisional", constants and method in short words.

    ``version`` is that of this package.
    """

    status: str
    constants: str
    method: str
    version: str


@dataclass(frozen=True, slots=True)
class SegmentDoses:
    """The figures of one segment of the SEG, by its number in it."""

    number: int
    figures: tuple[CodedFigure, ...]


def make_dose_report(
    segmentation: Any,
    doses: tuple[SegmentDoses, ...],
    images: str,
    identity: DicomIdentity | None,
    basis: DoseBasis,
) -> Dataset:
    """Doses of segments as a Comprehensive 3D SR.

    Args:
        segmentation: the SEG, as ``segmentation.make_segmentation`` made it.
        doses: at least one; every number is a segment of it.
        images: what tells the images from others.
        identity: of the images; None: they are no DICOM images.
        basis: how far the figures may be relied on, and what they rest on.

    Raises:
        OutputError: there is no dose, or a segment that the SEG has not.
    """
    import highdicom as hd
    from pydicom.sr.codedict import codes

    known = {int(one.SegmentNumber): one for one in segmentation.SegmentSequence}
    if not doses or not {one.number for one in doses} <= set(known):
        raise OutputError(
            f"doses of segments {[one.number for one in doses]} were given; the segmentation has "
            f"{sorted(known)}"
        )
    uid = Identifiers(images, f"doses {segmentation.SOPInstanceUID} {doses!r}")
    observer = hd.sr.ObserverContext(
        codes.DCM.Device,
        hd.sr.DeviceObserverIdentifyingAttributes(uid=uid.of_images("program"), name="seldinger"),
    )
    report = hd.sr.MeasurementReport(
        hd.sr.ObservationContext(observer_device_context=observer),
        codes.cid7021.ImagingMeasurementReport,
        [_group(segmentation, known[one.number], one, uid, basis) for one in doses],
    )
    made: Dataset = hd.sr.Comprehensive3DSR(
        evidence=[segmentation],
        content=report[0],
        series_number=2,
        series_instance_uid=uid.of_content("report series"),
        sop_instance_uid=uid.of_content("report instance"),
        instance_number=1,
        manufacturer="seldinger",
        is_complete=False,
        is_verified=False,
        series_description=f"{basis.status}: absorbed doses",
    )
    made.SoftwareVersions = basis.version
    made.ManufacturerModelName = "seldinger"
    make_timeless(made, "")
    if identity is not None:
        belong_to(made, identity)
    return made


def _group(
    segmentation: Any, segment: Any, doses: SegmentDoses, uid: Identifiers, basis: DoseBasis
) -> Any:
    import highdicom as hd

    kind = segment.SegmentedPropertyTypeCodeSequence[0]
    finding = hd.sr.CodedConcept(kind.CodeValue, kind.CodingSchemeDesignator, kind.CodeMeaning)
    series = segmentation.ReferencedSeriesSequence[0]
    source = hd.sr.SourceSeriesForSegmentation(series.SeriesInstanceUID)
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid.of_content(f"segment {doses.number}"), segment.SegmentLabel
        ),
        referenced_segment=hd.sr.ReferencedSegment(
            segmentation.SOPClassUID,
            segmentation.SOPInstanceUID,
            doses.number,
            source_series=source,
        ),
        finding_type=finding,
        measurements=[
            hd.sr.Measurement(_code(one.name), round(one.value, 6), _code(one.unit))
            for one in doses.figures
        ],
        qualitative_evaluations=[
            hd.sr.QualitativeEvaluation(
                hd.sr.CodedConcept(name, OWN_SCHEME, meaning),
                hd.sr.CodedConcept(value[:16], OWN_SCHEME, value[:64]),
            )
            for name, meaning, value in (
                ("status", "Status of the figures", basis.status),
                ("constants", "Decay constants and dose constant", basis.constants),
                ("method", "Method of the dose", basis.method),
            )
        ],
    )


def _code(one: Code) -> Any:
    import highdicom as hd

    return hd.sr.CodedConcept(one.value, one.scheme, one.meaning)
