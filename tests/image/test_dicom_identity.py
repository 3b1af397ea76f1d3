"""A DICOM series keeps who and where it is, as its files say it, and tells nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from tests.image.phantoms import (
    FRAME_UID,
    SERIES_UID,
    Phantom,
    enhanced_dataset,
    slices_of,
    write_nifti,
    write_slices,
)

from seldinger import image

if TYPE_CHECKING:
    from pathlib import Path

STUDY_UID = "1.2.826.0.1.3680043.8.498.3"
RECORDED = {
    "SpecificCharacterSet": "ISO_IR 100",
    "StudyInstanceUID": STUDY_UID,
    "PatientName": "Müller^Zoë",
    "PatientID": "0815-X",
    "PatientBirthDate": "19510304",
    "PatientSex": "F",
    "StudyID": "7",
    "AccessionNumber": "A55",
    "StudyDate": "20240102",
    "StudyTime": "101112.5",
}


def identity_of(study: image.Study) -> image.DicomIdentity:
    assert study.identity is not None
    return study.identity


def test_the_identity_is_what_the_files_say(tmp_path: Path, phantom: Phantom) -> None:
    found = identity_of(image.load(write_slices(tmp_path, slices_of(phantom, **RECORDED))))
    assert found.frame_of_reference_uid == FRAME_UID
    assert found.series_instance_uid == SERIES_UID
    assert found.study_instance_uid == STUDY_UID
    assert (found.patient_name, found.patient_id) == ("Müller^Zoë", "0815-X")
    assert (found.patient_birth_date, found.patient_sex) == ("19510304", "F")
    assert (found.study_id, found.accession_number) == ("7", "A55")
    assert (found.study_date, found.study_time) == ("20240102", "101112.5")


def test_instances_follow_the_slices(tmp_path: Path, phantom: Phantom) -> None:
    slices = slices_of(phantom)
    study = image.load(write_slices(tmp_path, slices[::-1]))
    listed = [(i.class_uid, i.uid) for i in identity_of(study).instances]
    assert listed == [(d.SOPClassUID, d.SOPInstanceUID) for d in slices]
    by_uid = {d.SOPInstanceUID: d for d in slices}
    for k, (_, uid) in enumerate(listed):
        there = np.array(by_uid[uid].ImagePositionPatient, dtype=float)
        np.testing.assert_allclose(study.image.grid.to_lps([0.0, 0.0, k]), there, atol=1e-3)


def test_a_multi_frame_file_is_one_instance(tmp_path: Path, phantom: Phantom) -> None:
    data = enhanced_dataset(phantom, range(phantom.grid.shape[2]))
    data.save_as(tmp_path / "all.dcm", enforce_file_format=True)
    (instance,) = identity_of(image.load(tmp_path)).instances
    assert (instance.class_uid, instance.uid) == (data.SOPClassUID, data.SOPInstanceUID)


def test_what_is_absent_is_empty(tmp_path: Path, phantom: Phantom) -> None:
    bare = slices_of(phantom, FrameOfReferenceUID=None, SOPInstanceUID=None)
    found = identity_of(image.load(write_slices(tmp_path, bare)))
    assert (found.frame_of_reference_uid, found.study_instance_uid) == ("", "")
    assert (found.patient_name, found.patient_id) == ("", "")
    assert found.instances == ()


def test_values_that_break_the_standard_are_kept_as_they_are(
    tmp_path: Path, phantom: Phantom
) -> None:
    odd = {
        "PatientBirthDate": "1951",
        "PatientSex": "unknown",
        "PatientID": "a\\b",
        "FrameOfReferenceUID": "1.2.03.x",
    }
    with pydicom.config.disable_value_validation():
        folder = write_slices(tmp_path, slices_of(phantom, **odd))
    found = identity_of(image.load(folder))
    assert (found.patient_birth_date, found.patient_sex) == ("1951", "unknown")
    assert (found.patient_id, found.frame_of_reference_uid) == ("a\\b", "1.2.03.x")


def test_slices_that_disagree_about_their_space_are_noted(tmp_path: Path, phantom: Phantom) -> None:
    slices = slices_of(phantom)
    slices[-1].FrameOfReferenceUID = FRAME_UID + ".9"
    study = image.load(write_slices(tmp_path, slices))
    assert identity_of(study).frame_of_reference_uid == FRAME_UID
    assert any("2 different frames of reference" in note for note in study.notes)


def test_only_dicom_has_an_identity(tmp_path: Path, phantom: Phantom) -> None:
    assert (
        image.load(write_nifti(tmp_path / "ct.nii", phantom.values, phantom.grid)).identity is None
    )


@pytest.mark.parametrize("shown", [repr, str])
def test_the_patient_is_not_shown_by_accident(
    tmp_path: Path, phantom: Phantom, shown: type[str]
) -> None:
    study = image.load(write_slices(tmp_path, slices_of(phantom, **RECORDED)))
    text = shown(study) + shown(study.identity)
    assert STUDY_UID in text
    for secret in ("Müller", "0815", "19510304", "A55", "20240102"):
        assert secret not in text
