"""Doses as a structured report: coded, beside their segments, and the same bytes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highdicom as hd
import numpy as np
import pydicom
import pytest

from seldinger.core.errors import OutputError
from seldinger.core.space import Grid
from seldinger.image.study import DicomIdentity, Modality, SopInstance
from seldinger.report import dose_sr, segmentation
from seldinger.report.dose_sr import CodedFigure, DoseBasis, SegmentDoses
from seldinger.report.segmentation import Made, SegmentOut

if TYPE_CHECKING:
    from pathlib import Path

GRID = Grid.aligned([6, 5, 4], 2.0, (1.0, 2.0, 3.0))
IDENTITY = DicomIdentity(
    "1.2.3", "1.2.4", "1.2.5", (SopInstance("1.2.840.10008.5.1.4.1.1.128", "1.2.6"),), "Doe^Jan"
)


def _segments() -> Any:
    liver, tumour = np.zeros(GRID.shape, bool), np.zeros(GRID.shape, bool)
    liver[1:5], tumour[2, 2, 1:3] = True, True  # they overlap
    return segmentation.make_segmentation(
        (
            SegmentOut("liver", liver, segmentation.ANATOMICAL, segmentation.LIVER),
            SegmentOut("tumour 1", tumour, segmentation.ABNORMAL, segmentation.NEOPLASM),
        ),
        GRID, "images", IDENTITY, Modality.PET, Made("LIVER", "As given", "1"),
    )  # fmt: skip


BASIS = DoseBasis("provisional", "Y-90 icrp107 49.76 Gy kg/GBq", "local", "1")
DOSES = (
    SegmentDoses(1, (CodedFigure(dose_sr.MEAN_DOSE, 41.25, dose_sr.GRAY),)),
    SegmentDoses(
        2,
        (
            CodedFigure(dose_sr.MEAN_DOSE, 212.5, dose_sr.GRAY),
            CodedFigure(dose_sr.D70, 150.125, dose_sr.GRAY),
        ),
    ),
)


def test_another_reader_finds_segments_in_their_place(tmp_path: Path) -> None:
    _segments().save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    read = hd.seg.segread(tmp_path / "seg.dcm")
    labels = [read.get_segment_description(n).segment_label for n in (1, 2)]
    assert labels == ["liver", "tumour 1"]
    assert read.get_segment_description(2).segmented_property_type.value == "108369006"
    volume = read.get_volume(segment_numbers=[2], combine_segments=False)
    places = np.argwhere(np.asarray(volume.array)[..., 0])
    centre = volume.map_indices_to_reference(places).mean(axis=0)
    np.testing.assert_allclose(centre, [1.0 + 4.0, 2.0 + 4.0, 3.0 + 3.0])


def test_every_figure_has_its_code_its_unit_and_its_segment(tmp_path: Path) -> None:
    made = dose_sr.make_dose_report(_segments(), DOSES, "images", IDENTITY, BASIS)
    path = tmp_path / "sr.dcm"
    made.save_as(path, enforce_file_format=True)
    report = hd.sr.srread(path)
    content: Any = report.content
    groups = content.get_volumetric_roi_measurement_groups()
    assert [group.tracking_identifier for group in groups] == ["liver", "tumour 1"]
    (mean, d70) = groups[1].get_measurements()
    assert (mean.name.value, mean.value, mean.unit.value) == ("128533", 212.5, "Gy")
    assert (d70.name.value, d70.value) == ("D70", 150.125)
    told = [one.value.meaning for one in groups[1].get_qualitative_evaluations()]
    assert "provisional" in told
    plain: Any = pydicom.dcmread(path)
    assert (plain.StudyInstanceUID, str(plain.PatientName)) == ("1.2.4", "Doe^Jan")


def test_the_same_doses_give_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        made = dose_sr.make_dose_report(_segments(), DOSES, "images", IDENTITY, BASIS)
        made.save_as(tmp_path / name, enforce_file_format=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_segment_that_is_not_there_is_refused() -> None:
    with pytest.raises(OutputError, match=r"segments \[3\]"):
        dose_sr.make_dose_report(_segments(), (SegmentDoses(3, ()),), "i", None, BASIS)
