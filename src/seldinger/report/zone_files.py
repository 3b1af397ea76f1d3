"""Zone files: the fields of an effect, for other programs, beside ``plan.json``.

Every field is a NIfTI file of its name on its own lattice; ``zone.dcm`` is the zone as a DICOM
segmentation, ``rtdose.dcm`` a predicted dose as RTDOSE, in the space, study and name of the DICOM
images that the plan was made on.
The same plan gives the same bytes: new identifiers come from hashes, and the dates are fixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.volume import Volume
from seldinger.report import segmentation
from seldinger.report.dicom_objects import describe_images
from seldinger.report.segmentation import Code, Made, SegmentOut
from seldinger.simulate.thermal.effect import KIND as ABLATION

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

    from seldinger.plan.model import Plan

SEG, RT_DOSE = "zone.dcm", "rtdose.dcm"
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
    if "dose" in volumes and volumes["dose"].unit == "Gy":
        make_dose(plan, volumes["dose"]).save_as(folder / RT_DOSE, enforce_file_format=True)


def make_dose(plan: Plan, dose: Volume) -> Dataset:
    """The predicted dose as DICOM RTDOSE: see ``rt_dose.make_rt_dose``."""
    from seldinger.report.rt_dose import DoseText, make_rt_dose

    study = plan.anatomy.study
    constants = plan.treatment.settings.get("constants") or "constants not told"
    text = DoseText(
        "Predicted absorbed dose",
        f"Predicted before treatment, not measured; local deposition; {constants}. Research and "
        "education software, not a medical device.",
        plan.provenance.version,
        by_density=False,
    )
    images = describe_images(dict(plan.provenance.inputs), study.identity)
    return make_rt_dose(dose, images, study.identity, text)


def list_notes(plan: Plan) -> tuple[str, ...]:
    """What a reader of the report must know of ``zone.dcm``; nothing where it is not written."""
    if plan.fields is None or "zone" not in plan.fields.volumes:
        return ()
    identity = plan.anatomy.study.identity
    has_frame = identity is not None and identity.frame_of_reference_uid
    return (SHARED_FRAME if has_frame else OWN_FRAME,)


def make_segmentation(plan: Plan, zone: Volume) -> Dataset:
    """The nominal zone as a DICOM SEG with one segment: see ``segmentation.make_segmentation``."""
    kind = "effect" if plan.effect is None else plan.effect.kind
    own = Code("zone", segmentation.OWN_SCHEME, f"Predicted {kind} zone")
    one = SegmentOut(
        f"predicted {kind} zone: {plan.target.label}",
        zone.values.astype(bool),
        segmentation.ABNORMAL,
        segmentation.NECROSIS if kind == ABLATION else own,
        Code("predicted", segmentation.OWN_SCHEME, f"Predicted effect: {kind}"),
    )
    study = plan.anatomy.study
    return segmentation.make_segmentation(
        (one,),
        zone.grid,
        describe_images(dict(plan.provenance.inputs), study.identity),
        study.identity,
        study.modality,
        Made("ZONE", "Predicted, not measured", plan.provenance.version),
    )
