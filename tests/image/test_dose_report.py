"""Dose reports: what is read, in which units, and how bad files are refused."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot

from seldinger.care.exposure.summary import summarize_dose
from seldinger.core.errors import CareError
from seldinger.image.dose_report import Mode, ReportKind
from seldinger.image.dose_report_reader import read
from seldinger.image.dose_report_whole import is_whole

if TYPE_CHECKING:
    from pathlib import Path

TWO = (Shot(kerma="0.25"), Shot(kerma="0.05", fluoroscopy=False))


def test_a_legacy_report_is_read_as_it_was_told(tmp_path: Path) -> None:
    sums = synthetic.totals("single", kerma="0.3 Gy", pka="0.002 Gy.m2", fluoro_time="10 s")
    made = synthetic.xray(TWO, sums, PatientWeight="82", PatientSize="1.8")
    found = read(synthetic.saved(made, tmp_path / "synthetic-legacy.dcm"))
    assert found.kind is ReportKind.XRAY
    assert [e.kerma_gy for e in found.events] == [0.25, 0.05]
    assert [e.mode for e in found.events] == [Mode.FLUOROSCOPY, Mode.ACQUISITION]
    assert [e.plane for e in found.events] == ["single", "single"]
    assert found.events[0].field_area_m2 == 0.03
    assert found.events[0].reference_point == "113860"
    assert found.events[0].table.height_mm == 200.0
    assert found.events[0].shutters is None
    assert found.totals[0].kerma_gy.value == 0.3
    assert found.totals[0].fluoro_pka_gy_m2.value is None
    assert (found.weight_kg, found.height_cm, found.date) == (82.0, 180.0, "2026-03-01")
    assert found.complete is True


def test_an_enhanced_report_joins_summary_and_details(tmp_path: Path) -> None:
    sums = synthetic.totals("single", "130500", kerma="0.3 Gy")
    found = read(synthetic.saved(synthetic.enhanced(TWO, sums), tmp_path / "synthetic-enh.dcm"))
    assert found.kind is ReportKind.ENHANCED
    assert [e.kerma_gy for e in found.events] == [0.25, 0.05]
    assert [e.source_isocentre_mm for e in found.events] == [785.0, 785.0]
    assert found.totals[0].kerma_gy.value == 0.3


def test_a_ct_report_keeps_both_phantoms(tmp_path: Path) -> None:
    scans = (("10.0", "300.0", "113691"), ("40.0", "600.0", "113690"))
    found = read(synthetic.saved(synthetic.ct(scans, "900", "2"), tmp_path / "synthetic-ct.dcm"))
    assert found.kind is ReportKind.CT
    assert [(e.ctdi_vol_mgy, e.dlp_mgy_cm, e.phantom) for e in found.ct_events] == [
        (10.0, 300.0, "body"),
        (40.0, 600.0, "head"),
    ]
    assert len(found.ct_totals) == 1
    assert found.ct_totals[0].dlp_mgy_cm.value == 900.0


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("Gy.m2", "0.002"),
        ("Gym2", "2e-003"),
        ("mGy.m2", "2"),
        ("uGy.m2", "2000"),
        ("uGym2", "2000"),
        ("Gy.cm2", "20"),
        ("dGy.cm2", "200"),
        ("cGy.cm2", "2000"),
        ("mGy.cm2", "20000"),
    ],
)
def test_every_spelling_of_the_product_is_the_same_dose(
    tmp_path: Path, unit: str, told: str
) -> None:
    made = synthetic.xray([Shot(pka=told, pka_unit=unit)])
    found = read(synthetic.saved(made, tmp_path / "synthetic-unit.dcm"))
    assert found.events[0].pka_gy_m2 == pytest.approx(0.002, rel=1e-12)


@pytest.mark.parametrize(
    "shot",
    [
        Shot(pka_unit="Gy"),
        Shot(pka_unit="Gycm"),
        Shot(pka_unit="R.cm2"),
        Shot(kerma_unit="Gy.m2"),
        Shot(kerma_unit="rad"),
    ],
    ids=lambda s: f"{s.kerma_unit} {s.pka_unit}",
)
def test_an_unknown_unit_is_an_error_and_never_guessed(tmp_path: Path, shot: Shot) -> None:
    path = synthetic.saved(synthetic.xray([shot]), tmp_path / "synthetic.dcm")
    with pytest.raises(CareError, match=r"synthetic\.dcm: item .* nothing is guessed"):
        read(path)


def test_what_is_not_told_is_none(tmp_path: Path) -> None:
    bare = Shot(None, None, "single", fluoroscopy=True, primary=None, height=None, area_m2=None)
    found = read(synthetic.saved(synthetic.xray([bare]), tmp_path / "synthetic-bare.dcm"))
    event = found.events[0]
    told = (event.kerma_gy, event.pka_gy_m2, event.primary_deg, event.table.height_mm)
    assert told == (None, None, None, None)
    assert found.totals == ()


def test_no_name_is_kept(tmp_path: Path) -> None:
    found = read(synthetic.saved(synthetic.xray(TWO), tmp_path / "synthetic.dcm"))
    assert "Doe" not in str(asdict(found))


@pytest.mark.parametrize("value", ["-0.1", "2000", "nan", "x"])
def test_a_dose_that_is_no_ones_is_refused(tmp_path: Path, value: str) -> None:
    data = synthetic.as_bytes(synthetic.xray([Shot(kerma="0.1")]))
    old, new = b"\x04\x000.1 ", f"{value:<4}".encode()[:4]
    path = tmp_path / "synthetic.dcm"
    path.write_bytes(data.replace(old, b"\x04\x00" + new))
    assert path.read_bytes() != data
    with pytest.raises(CareError, match="dose report"):
        read(path)


def test_another_kind_of_object_is_refused(tmp_path: Path) -> None:
    made = synthetic.xray([Shot()], SOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    path = synthetic.saved(made, tmp_path / "ct.dcm")
    with pytest.raises(CareError, match=r"ct\.dcm: this is CT Image Storage; allowed: X-Ray"):
        read(path)


def test_a_report_without_content_is_refused(tmp_path: Path) -> None:
    path = synthetic.saved(synthetic.xray([]), tmp_path / "empty.dcm")
    with pytest.raises(CareError, match="no content that tells a dose"):
        read(path)


def test_what_is_no_dicom_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dose: little")
    with pytest.raises(CareError, match=r"notes\.txt: this is not a DICOM file"):
        read(path)
    with pytest.raises(CareError, match="no such file"):
        read(tmp_path / "absent.dcm")


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    inner = synthetic.container("113706", [])
    for _ in range(30):
        inner = synthetic.container("113706", [inner])
    made = synthetic.xray([Shot()])
    made.ContentSequence.append(inner)
    path = synthetic.saved(made, tmp_path / "deep.dcm")
    with pytest.raises(CareError, match=r"deep\.dcm: the dose report nests deeper"):
        read(path)


def test_a_cut_report_is_never_a_shorter_one(tmp_path: Path) -> None:
    data = synthetic.as_bytes(synthetic.xray([Shot() for _ in range(6)]))
    path = tmp_path / "cut.dcm"
    rng = random.Random(1)  # noqa: S311  places to cut, no secret
    for end in [len(data) - 1, len(data) - 40, *(rng.randrange(300, len(data)) for _ in range(25))]:
        path.write_bytes(data[:end])
        with pytest.raises(CareError, match=r"^cut\.dcm: "):
            read(path)


def test_lengths_that_end_the_file_are_whole_and_longer_ones_are_not() -> None:
    data = synthetic.as_bytes(synthetic.xray([Shot()]))
    assert is_whole(data, "1.2.840.10008.1.2.1")
    assert not is_whole(data[:-1], "1.2.840.10008.1.2.1")


MUTABLE = synthetic.as_bytes(
    synthetic.xray(TWO, synthetic.totals("single", kerma="0.3 Gy", pka="0.002 Gy.m2"))
)


@given(
    changes=st.lists(
        st.tuples(st.integers(132, len(MUTABLE) - 1), st.integers(0, 255)), min_size=1, max_size=6
    ),
    cut=st.none() | st.integers(0, len(MUTABLE)),
)
def test_a_mangled_report_is_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], cut: int | None
) -> None:
    data = bytearray(MUTABLE)
    for at, value in changes:
        data[at] = value
    path = tmp_path_factory.getbasetemp() / "mangled.dcm"
    path.write_bytes(bytes(data[:cut]))
    try:
        found = read(path)
    except CareError as wrong:
        assert str(wrong).startswith("mangled.dcm: ")  # noqa: PT017  both ways are right
    else:
        assert found.events or found.totals or found.ct_events or found.ct_totals


def test_a_container_that_tells_a_dose_twice_is_no_smaller_dose(tmp_path: Path) -> None:
    def told(*kerma: str) -> float | None:
        total = synthetic.totals("single", pka="0.01 Gy.m2")
        total.ContentSequence.extend(synthetic.number("113725", *k.split()) for k in kerma)
        return (
            read(synthetic.saved(synthetic.xray([], total), tmp_path / "a.dcm"))
            .totals[0]
            .kerma_gy.value
        )

    with pytest.raises(CareError, match=r"item 113725 twice \(1 and 1.5\)"):
        told("1 Gy", "1500 mGy")
    assert told("1.004 Gy", "1 Gy") == told("0 Gy", "1004 mGy") == pytest.approx(1.004)


def test_a_total_for_each_phantom_in_one_container_is_a_part(tmp_path: Path) -> None:
    scans = (("10.0", "300", "113691"), ("40.0", "600", "113690"))
    for events, dose in ((scans, 900.0), ((), None)):
        made = synthetic.ct(events, "300", "2")
        totals = next(c for c in made.ContentSequence if c.ValueType == "CONTAINER")
        totals.ContentSequence.append(synthetic.number("113813", "600", "mGy.cm"))
        report = read(synthetic.saved(made, tmp_path / "ct.dcm"))
        if dose is None:
            with pytest.raises(CareError, match="300 mGy cm and 600 mGy cm"):
                summarize_dose(report)
        else:
            found = summarize_dose(report)
            assert found.dlp_mgy_cm == dose
            assert not found.disagreeing


def test_ct_beside_x_ray_in_one_report_is_told(tmp_path: Path) -> None:
    made = synthetic.xray([Shot("1.0", "0.01")])
    made.ContentSequence.extend(
        c
        for c in synthetic.ct((("10.0", "300", "113691"),), "300", "1").ContentSequence
        if c.ValueType == "CONTAINER"
    )
    notes = summarize_dose(read(synthetic.saved(made, tmp_path / "a.dcm"))).notes
    assert [n for n in notes if "tells CT, too (300 mGy cm in all): none of it is counted" in n]
