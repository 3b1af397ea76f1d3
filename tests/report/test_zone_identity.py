"""The zone's segmentation lies beside the images it was made of, and nothing else names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import highdicom
import numpy as np
import pydicom
import pytest
from tests.ablated import fields, refilled, zone_of
from tests.image.phantoms import (
    FRAME_UID,
    SERIES_UID,
    enhanced_dataset,
    grid_of,
    phantom_on,
    slices_of,
    write_slices,
)
from tests.report.ablation_phantom import ablated
from tests.report.phantom import AIM

from seldinger import image
from seldinger.core.errors import LabelError
from seldinger.core.space import Grid
from seldinger.plan import file
from seldinger.report import pages, slicer, zone_files
from seldinger.report.blocks import Entries
from seldinger.report.sections import effect

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.plan import model

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
NAME = "predicted ablation zone: tumour-1"
# Turned and coarser than the plan's lattice, and around all of it.
CT = phantom_on(
    grid_of(
        (44, 40, 36), (2.1, 2.4, 2.8), (AIM[0] - 46, AIM[1] - 46, AIM[2] - 50), (3.0, -2.0, 4.0)
    )
)


def on(plan: model.Plan, study: image.Study) -> model.Plan:
    """``plan`` as if it had been made on ``study``."""
    return replace(plan, anatomy=replace(plan.anatomy, study=study))


@pytest.fixture(scope="module")
def heated(plan: model.Plan) -> model.Plan:
    return ablated(plan)


@pytest.fixture(scope="module")
def ct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_slices(tmp_path_factory.mktemp("study") / "ct", slices_of(CT, **RECORDED))


@pytest.fixture(scope="module")
def matched(heated: model.Plan, ct: Path) -> model.Plan:
    return on(heated, image.load(ct))


@pytest.fixture(scope="module")
def zone(matched: model.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("zone")
    zone_files.write(place, matched)
    return place / "zone.dcm"


def check_lies_where_it_was_planned(study: image.Study, plan: model.Plan) -> None:
    """Volume and middle of the only label of ``study`` are the zone's."""
    effect = fields(plan)
    assert study.labels is not None
    assert study.labels.names == (NAME,)
    carried = study.labels.mask(NAME)
    there_ml, meant_ml = (
        carried.sum() * study.image.grid.voxel_ml,
        effect.zone.sum() * effect.grid.voxel_ml,
    )
    assert there_ml == pytest.approx(meant_ml, rel=0.05)
    middle = study.image.grid.to_lps(np.argwhere(carried).mean(axis=0))
    meant = effect.grid.to_lps(np.argwhere(effect.zone).mean(axis=0))
    np.testing.assert_allclose(middle, meant, atol=0.5)


def test_our_own_reader_lays_it_over_the_ct(ct: Path, zone: Path, matched: model.Plan) -> None:
    check_lies_where_it_was_planned(image.load(ct, zone), matched)


def test_it_may_lie_in_the_folder_of_the_ct(
    tmp_path: Path, zone: Path, matched: model.Plan
) -> None:
    folder = write_slices(tmp_path, slices_of(CT, **RECORDED))
    (folder / "zone.dcm").write_bytes(zone.read_bytes())
    check_lies_where_it_was_planned(image.load(folder, folder), matched)


def test_a_zone_of_other_images_is_refused(heated: model.Plan, ct: Path, tmp_path: Path) -> None:
    zone_files.write(tmp_path, heated)
    with pytest.raises(LabelError, match="another frame of reference"):
        image.load(ct, tmp_path / "zone.dcm")


def test_it_belongs_to_the_study_and_is_a_series_of_its_own(zone: Path) -> None:
    data = pydicom.dcmread(zone)
    assert (data.FrameOfReferenceUID, data.StudyInstanceUID) == (FRAME_UID, STUDY_UID)
    assert data.SeriesInstanceUID != SERIES_UID
    for keyword, value in RECORDED.items():
        if keyword != "SpecificCharacterSet":
            assert str(data[keyword].value) == value
    assert data.SpecificCharacterSet == "ISO_IR 192"


def test_it_refers_to_every_slice_in_order(zone: Path) -> None:
    data = pydicom.dcmread(zone)
    slices = [(d.SOPClassUID, d.SOPInstanceUID) for d in slices_of(CT)]
    (series,) = data.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == SERIES_UID
    for listed in (series.ReferencedInstanceSequence, data.SourceImageSequence):
        found = [(i.ReferencedSOPClassUID, i.ReferencedSOPInstanceUID) for i in listed]
        assert found == slices


def test_another_reader_finds_the_source_images(zone: Path) -> None:
    read = highdicom.seg.segread(zone)
    found = {(study, series) for study, series, _ in read.get_source_image_uids()}
    assert found == {(STUDY_UID, SERIES_UID)}
    assert len(read.get_source_image_uids()) == CT.grid.shape[2]
    assert read.get_volume(combine_segments=True).frame_of_reference_uid == FRAME_UID


def test_the_same_plan_gives_the_same_bytes(
    zone: Path, matched: model.Plan, tmp_path: Path
) -> None:
    zone_files.write(tmp_path, matched)
    assert (tmp_path / "zone.dcm").read_bytes() == zone.read_bytes()


def test_the_object_is_another_one_in_another_space(heated: model.Plan, zone: Path) -> None:
    alone, joined = zone_files.make_segmentation(heated, zone_of(heated)), pydicom.dcmread(zone)
    assert alone.SOPInstanceUID != joined.SOPInstanceUID
    assert alone.SeriesInstanceUID != joined.SeriesInstanceUID


def test_a_multi_frame_source(heated: model.Plan, tmp_path: Path) -> None:
    data = enhanced_dataset(CT, range(CT.grid.shape[2]))
    source = tmp_path / "ct"
    source.mkdir()
    data.save_as(source / "all.dcm", enforce_file_format=True)
    plan = on(heated, image.load(source))
    zone_files.write(tmp_path, plan)
    check_lies_where_it_was_planned(image.load(source, tmp_path / "zone.dcm"), plan)
    (one,) = pydicom.dcmread(tmp_path / "zone.dcm").SourceImageSequence
    assert one.ReferencedSOPInstanceUID == data.SOPInstanceUID


def test_identifiers_that_break_the_standard_still_match(
    heated: model.Plan, tmp_path: Path
) -> None:
    odd = {
        "PatientBirthDate": "1951",
        "PatientSex": "unknown",
        "StudyDate": "spring",
        "PatientID": "x" * 80,
        "FrameOfReferenceUID": "1.2.03.4",
        "StudyInstanceUID": "1.2.003",
    }
    with pydicom.config.disable_value_validation():
        source = write_slices(tmp_path / "ct", slices_of(CT, **odd))
    plan = on(heated, image.load(source))
    zone_files.write(tmp_path, plan)
    check_lies_where_it_was_planned(image.load(source, tmp_path / "zone.dcm"), plan)
    with pydicom.config.disable_value_validation():
        data = pydicom.dcmread(tmp_path / "zone.dcm")
        assert {keyword: str(data[keyword].value) for keyword in odd} == odd


def test_without_a_frame_the_study_is_kept_and_the_report_says_so(
    heated: model.Plan, tmp_path: Path
) -> None:
    bare = slices_of(CT, FrameOfReferenceUID=None, **RECORDED)
    plan = on(heated, image.load(write_slices(tmp_path / "ct", bare)))
    zone_files.write(tmp_path, plan)
    data = pydicom.dcmread(tmp_path / "zone.dcm")
    assert data.StudyInstanceUID == STUDY_UID
    assert data.FrameOfReferenceUID.startswith("2.25.")
    assert zone_files.list_notes(plan) == (zone_files.OWN_FRAME,)


def test_the_report_says_whose_frame_it_is(
    plan: model.Plan, heated: model.Plan, matched: model.Plan
) -> None:
    assert zone_files.list_notes(plan) == ()
    for one, said in ((heated, zone_files.OWN_FRAME), (matched, zone_files.SHARED_FRAME)):
        (notes,) = (b for b in effect.build_details(one) if isinstance(b, Entries))
        assert notes.rows[-1].cells[1] == said


def test_nothing_but_the_segmentation_names_the_patient(matched: model.Plan, zone: Path) -> None:
    texts = [
        file.to_json(matched),
        slicer.to_markups(matched),
        repr(pages.build_report(matched, "seldinger plan ablation ct")),
        repr(matched),
        *(
            path.read_bytes().decode("latin-1")
            for path in zone.parent.iterdir()
            if path.name != "zone.dcm"
        ),
    ]
    assert len(texts) == 8
    for text in texts:
        for secret in ("Müller", "Zoë", "0815-X", "19510304", "A55", "20240102", STUDY_UID):
            if text is texts[3] and secret == STUDY_UID:
                continue  # identifiers of objects may be shown where a plan is debugged
            assert secret not in text


@pytest.mark.real
def test_beside_a_real_series(heated: model.Plan, data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "pet-qin-dicom" / "PET"
    study = image.load(source)
    effect = fields(heated)
    corner = [c - 32.0 for c in study.image.grid.centre_lps_mm]
    plan = refilled(on(heated, study), grid=Grid.aligned(effect.zone.shape, 1.0, corner))
    zone_files.write(tmp_path, plan)
    check_lies_where_it_was_planned(image.load(source, tmp_path / "zone.dcm"), plan)
    made, first = pydicom.dcmread(tmp_path / "zone.dcm"), pydicom.dcmread(next(source.iterdir()))
    for keyword in ("FrameOfReferenceUID", "StudyInstanceUID", "PatientID", "PatientName"):
        assert made[keyword].value == first[keyword].value
    listed = {i.ReferencedSOPInstanceUID for i in made.SourceImageSequence}
    assert listed == {
        pydicom.dcmread(p, stop_before_pixels=True).SOPInstanceUID for p in source.iterdir()
    }
