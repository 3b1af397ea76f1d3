"""A study of several series: what each is for, and whether its places are the plan's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.image.phantoms import FRAME_UID, Phantom, slices_of, write_nifti, write_slices

from seldinger import image
from seldinger.core.errors import ImageError
from seldinger.image import Alignment, Modality, Role, SeriesSource

if TYPE_CHECKING:
    from pathlib import Path

WHO = {"PatientID": "0815", "PatientBirthDate": "19510304", "PatientSex": "F"}


def dicom(folder: Path, phantom: Phantom, uid: str, **tags: Any) -> Path:
    return write_slices(folder, slices_of(phantom, SeriesInstanceUID=uid, **{**WHO, **tags}))


@pytest.fixture
def planning(tmp_path: Path, phantom: Phantom) -> Path:
    return dicom(tmp_path / "ct", phantom, "1.2.1", AcquisitionDateTime="20240102101112.5")


def test_a_pet_of_the_same_frame_is_kept_on_its_own_lattice(
    tmp_path: Path, planning: Path, phantom: Phantom
) -> None:
    pet = dicom(
        tmp_path / "pet", phantom, "1.2.2", Modality="PT", Units="BQML",
        SeriesDescription="FDG", AcquisitionDate="20240104", AcquisitionTime="221112",
    )  # fmt: skip
    alone = image.load(planning)
    study = image.load(planning, others=[SeriesSource(pet)])
    first, second = study.series
    assert (first.role, second.role) == (Role.PLANNING, Role.FUNCTIONAL)
    assert (second.modality, second.description) == (Modality.PET, "FDG")
    assert second.frame_of_reference_uid == FRAME_UID
    assert study.alignment(second) is Alignment.SAME_FRAME
    assert study.days_after_planning(second) == pytest.approx(2.5, abs=1e-4)
    assert [file.role for file in study.inputs] == ["image", "series 2 (functional PT)"]
    assert study.notes == alone.notes
    assert "functional PT (same frame of reference)" in repr(study)
    assert (study.image.values == alone.image.values).all()
    assert "2024" not in repr(study) + repr(second) + study._repr_html_()


@pytest.mark.parametrize(
    ("frame", "aligned"), [("1.2.9", Alignment.OTHER_FRAME), (None, Alignment.UNKNOWN)]
)
def test_another_frame_is_kept_and_said_to_be_not_registered(
    tmp_path: Path, planning: Path, phantom: Phantom, frame: str | None, aligned: Alignment
) -> None:
    later = dicom(tmp_path / "later", phantom, "1.2.3", FrameOfReferenceUID=frame)
    study = image.load(planning, others=[SeriesSource(later, "after")])
    assert study.alignment(study.series[1]) is aligned
    assert study.days_after_planning(study.series[1]) is None
    assert f"series 2 (after CT): {aligned}: its places" in " ".join(study.notes)
    np.testing.assert_array_equal(study.series[1].image.values, phantom.values)


def test_a_file_tells_neither_its_frame_nor_its_patient(
    tmp_path: Path, planning: Path, phantom: Phantom
) -> None:
    file = write_nifti(tmp_path / "spect.nii.gz", phantom.values, phantom.grid)
    study = image.load(planning, others=[SeriesSource(file, modality="NM")])
    told = [note for note in study.notes if note.startswith("series 2 (functional NM): ")]
    assert any("the frame of reference is not known" in note for note in told)
    assert any("nothing tells that it shows the same patient" in note for note in told)


def test_a_series_made_before_is_not_one_after(
    tmp_path: Path, planning: Path, phantom: Phantom
) -> None:
    earlier = dicom(tmp_path / "earlier", phantom, "1.2.3", AcquisitionDate="20231231")
    study = image.load(planning, others=[SeriesSource(earlier, "after")])
    assert "series 2 (after CT): it was made 2.4 d before planning" in study.notes
    rightly = image.load(planning, others=[SeriesSource(earlier, "before")])
    assert not any("before planning" in note for note in rightly.notes)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"PatientID": "0816"}, "other: its header tells another patient (Patient ID differ)"),
        (
            {"PatientBirthDate": "19510305", "PatientSex": "M"},
            "other: its header tells another patient (birth date, sex differ)",
        ),
    ],
)
def test_another_patient_is_refused_without_telling_who(
    tmp_path: Path, planning: Path, phantom: Phantom, tags: dict[str, str], said: str
) -> None:
    other = dicom(tmp_path / "other", phantom, "1.2.3", **tags)
    with pytest.raises(ImageError, match=re.escape(said)) as caught:
        image.load(planning, others=[SeriesSource(other)])
    assert not any(value in str(caught.value) for value in (*WHO.values(), *tags.values()))


def test_a_series_is_given_once(tmp_path: Path, planning: Path, phantom: Phantom) -> None:
    with pytest.raises(ImageError, match="ct: the study has this series already; give it once"):
        image.load(planning, others=[SeriesSource(planning)])
    part = write_slices(tmp_path / "part", slices_of(phantom, SeriesInstanceUID="1.2.1", **WHO)[2:])
    with pytest.raises(ImageError, match="part: the study has this series already"):
        image.load(planning, others=[SeriesSource(part)])
    file = write_nifti(tmp_path / "mr.nii.gz", phantom.values, phantom.grid)
    twice = [SeriesSource(file, modality="MR"), SeriesSource(file, "after", modality="MR")]
    with pytest.raises(ImageError, match=r"mr\.nii\.gz: the study has this series already"):
        image.load(planning, others=twice)


def test_what_is_not_there_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "ct.nii.gz").write_bytes(b"this is no image")
    with pytest.raises(ImageError, match=r"there is nothing at .*pet; give a DICOM folder"):
        image.load(tmp_path / "ct.nii.gz", others=[SeriesSource(tmp_path / "pet")])


def test_a_study_has_one_planning_series_and_first(tmp_path: Path, phantom: Phantom) -> None:
    study = image.load(write_nifti(tmp_path / "ct.nii.gz", phantom.values, phantom.grid))
    after = replace(study.planning, role=Role.AFTER)
    assert len(replace(study, series=(study.planning, after)).series) == 2
    for wrong in ((), (after,), (after, study.planning), (study.planning, study.planning)):
        with pytest.raises(ImageError, match="one planning series, and first; its series are"):
            replace(study, series=wrong)
