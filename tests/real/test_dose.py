"""The two real dose reports: read, added up, mapped, and beside a peer's stored numbers."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from seldinger.care.exposure.assessment import DoseAssessment, assess_dose
from seldinger.care.exposure.skin import EstimateKind
from seldinger.care.exposure.summary import Agreement
from seldinger.cli.app import app
from seldinger.core.errors import CareError
from seldinger.image.dose_report import ReportKind
from seldinger.image.dose_report_reader import read

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

PHILIPS, SIEMENS = "philips_allura_clarity_u104.dcm", "siemens_axiom_example_procedure.dcm"

# PySkinDose 25.1.1 on these files, elliptic cylinder of 200 x 100 mm half axes, table 0.8, inherent
# filtration 3.1 mm Al: what it printed, mGy.
PEER_SIEMENS_MGY = 12.73
PEER_PHILIPS_MGY = 0.0
PEER_PHILIPS_MOVED_MGY = 0.616
"""The same with its body moved 30 cm towards the head, so that the beams meet it."""
PEER_BODY = {
    "backscatter": 1.6, "table_transmission": 0.8, "medium": 1.033, "half_width_mm": 200.0,
    "half_depth_mm": 100.0, "pad_mm": 40.0,
}  # fmt: skip


@cache
def answer(folder: Path, name: str) -> DoseAssessment:
    return assess_dose([read(folder / "rdsr" / name)])


def test_the_philips_report_disagrees_with_itself(data_dir: Path) -> None:
    (case,) = answer(data_dir, PHILIPS).cases
    assert len(case.made.report.events) == 25
    assert case.made.report.kind is ReportKind.XRAY
    wrong = {one.quantity: one for one in case.made.disagreeing}
    # The 21 fluoroscopies add up to 41 % less than the report's own total of them.
    assert set(wrong) == {"pka", "fluoro_pka"}
    fluoro, whole = wrong["fluoro_pka"], wrong["pka"]
    assert fluoro.told == pytest.approx(3.0104686289e-6)
    assert fluoro.summed.value == pytest.approx(1.7618893224e-6)
    assert whole.told == pytest.approx(7.8391324289e-6)
    assert whole.summed.value == pytest.approx(6.5905531224e-6)
    assert whole.difference == pytest.approx(fluoro.difference or 0.0)
    assert case.made.kerma_gy == pytest.approx(0.70936639118e-3)
    assert case.made.area_cm2 == pytest.approx(110.5, abs=0.1)


def test_the_siemens_report_agrees_within_its_rounding(data_dir: Path) -> None:
    (case,) = answer(data_dir, SIEMENS).cases
    assert len(case.made.report.events) == 24
    found = {one.quantity: one.agreement for one in case.made.compared}
    assert Agreement.DISAGREES not in found.values()
    assert found["kerma"] is found["pka"] is Agreement.ROUNDING
    assert case.made.kerma_gy == pytest.approx(0.01406)
    assert case.made.pka_gy_m2 == pytest.approx(0.00027902)
    assert case.made.area_cm2 == pytest.approx(198.4, abs=0.1)
    assert case.made.report.complete is False


@pytest.mark.parametrize(
    ("name", "least", "most"),
    # Half of the kerma and what all of it could do on one spot, mGy.
    [(PHILIPS, 0.35, 0.75), (SIEMENS, 7.0, 16.0)],
)
def test_skin_dose_has_an_interval_around_it(
    data_dir: Path, name: str, least: float, most: float
) -> None:
    (case,) = answer(data_dir, name).cases
    skin = case.skin
    assert skin.how is EstimateKind.MAP
    assert skin.peak_gy is not None
    assert skin.low_gy is not None
    assert skin.high_gy is not None
    assert least < 1000.0 * skin.peak_gy < most
    assert skin.low_gy < skin.peak_gy < skin.high_gy
    assert skin.mapped_share > 0.99
    screened = answer(data_dir, name).screening_gy
    assert screened is not None
    assert skin.low_gy < screened < skin.high_gy


def test_the_peers_number_lies_in_our_interval_where_it_has_one(data_dir: Path) -> None:
    (case,) = answer(data_dir, SIEMENS).cases
    assert case.skin.low_gy is not None
    assert case.skin.high_gy is not None
    assert case.skin.low_gy < PEER_SIEMENS_MGY / 1000.0 < case.skin.high_gy


def test_with_the_peers_body_we_differ_by_its_smaller_backscatter(data_dir: Path) -> None:
    from seldinger.care.exposure.assessment import DoseRequest

    (case,) = assess_dose([read(data_dir / "rdsr" / SIEMENS)], DoseRequest(edits=PEER_BODY)).cases
    assert case.skin.peak_gy is not None
    # One factor of 1.6 for every field; the peer's falls to 1.4 on small ones.
    assert 1000.0 * case.skin.peak_gy / PEER_SIEMENS_MGY == pytest.approx(1.2, abs=0.1)


def test_where_the_peers_beams_missed_we_do_not_say_zero(data_dir: Path) -> None:
    (case,) = answer(data_dir, PHILIPS).cases
    assert PEER_PHILIPS_MGY == 0.0
    assert case.skin.low_gy is not None
    assert case.skin.high_gy is not None
    assert 0.0 < case.skin.low_gy < PEER_PHILIPS_MOVED_MGY / 1000.0 < case.skin.high_gy


def test_no_name_of_the_patient_is_in_the_answer(data_dir: Path) -> None:
    for name, patient in ((PHILIPS, "nc7fXdlv9HDE2FUnrpSUchdyOEMpxC310Y"), (SIEMENS, "PAT-0555")):
        done = CliRunner().invoke(app, ["dose", str(data_dir / "rdsr" / name), "--json"])
        assert done.exit_code == 0
        assert patient not in done.output


def test_every_cut_of_a_real_report_is_refused(data_dir: Path, tmp_path: Path) -> None:
    for name in (PHILIPS, SIEMENS):
        data = (data_dir / "rdsr" / name).read_bytes()
        for share in (0.1, 0.5, 0.9, 0.999):
            (tmp_path / "cut.dcm").write_bytes(data[: int(share * len(data))])
            with pytest.raises(CareError, match=r"^cut\.dcm: "):
                read(tmp_path / "cut.dcm")


def test_reports_are_written_the_same_twice(data_dir: Path, tmp_path: Path) -> None:
    marks = []
    for run in ("one", "two"):
        out = tmp_path / run
        arguments = ["dose", str(data_dir / "rdsr" / SIEMENS), "--out", str(out)]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        marks.append(
            {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(out.rglob("*"))
                if path.is_file()
            }
        )
    assert marks[0] == marks[1]
    assert {"dose.json", "dose.html", "dose.pdf", "skin-1.png"} <= set(marks[0])
