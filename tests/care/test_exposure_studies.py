"""Reports of one study: versions count once, continuations once each, and nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot

from seldinger.care.exposure.assessment import assess_dose
from seldinger.care.exposure.audit import audit
from seldinger.core.errors import CareError
from seldinger.image.dose_report_reader import read

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

    from seldinger.image.dose_report import DoseReport

SHOTS = [Shot("1.0", "0.01", uid=f"1.2.{n}") for n in range(1, 5)]


def saved(made: Dataset, folder: Path, name: str, **tags: str) -> DoseReport:
    made.StudyInstanceUID = tags.pop("study", "1.9")
    made.ContentDate, made.ContentTime = "20260301", tags.pop("at", "100000")
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return read(synthetic.saved(made, folder / name))


def totalled(shots: list[Shot], kerma: str) -> Dataset:
    return synthetic.xray(shots, synthetic.totals("single", kerma=f"{kerma} Gy"))


def study(kind: str, folder: Path) -> list[DoseReport]:
    """Reports of one study with four irradiations of 1 Gy each, told in many ways."""
    first, rest = SHOTS[:2], SHOTS[2:]
    built = {
        "a version after each irradiation": [
            (totalled(SHOTS[:n], f"{n}.0"), {"at": f"10000{n}"}) for n in range(1, 5)
        ],
        "a copy": [(totalled(SHOTS, "4.0"), {}), (totalled(SHOTS, "4.0"), {"at": "100001"})],
        "a continuation": [
            (totalled(first, "2.0"), {}), (totalled(rest, "2.0"), {"at": "110000"}),
        ],
        "a continuation whose total runs on": [
            (totalled(first, "2.0"), {}), (totalled(rest, "4.0"), {"at": "110000"}),
        ],
        "an overlap": [
            (totalled(SHOTS[:3], "3.0"), {}), (totalled(SHOTS[1:], "3.0"), {"at": "110000"}),
        ],
        "the same irradiations filed as another study": [
            (totalled(SHOTS, "4.0"), {}), (totalled(SHOTS, "4.0"), {"study": "1.8"}),
        ],
        "a partial one sent before": [
            (totalled(SHOTS, "4.0"), {"CompletionFlag": "PARTIAL", "at": "120000"}),
            (totalled(SHOTS, "4.0"), {}),
        ],
    }  # fmt: skip
    return [saved(made, folder, f"{n}.dcm", **tags) for n, (made, tags) in enumerate(built[kind])]


KINDS = (
    "a version after each irradiation", "a copy", "a continuation",
    "a continuation whose total runs on", "an overlap",
    "the same irradiations filed as another study", "a partial one sent before",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_irradiation_counts_once_in_dose_and_in_audit(tmp_path: Path, kind: str) -> None:
    reports = study(kind, tmp_path)
    for order in (reports, reports[::-1]):
        found = assess_dose(order)
        assert found.together.found.kerma.best == pytest.approx(4.0)
        assert len(found.cases) == 1
        assert not found.cases[0].made.disagreeing
        assert not any(f.id == "dose.partial" for f in found.findings)
        assert len(found.cases[0].made.report.also) == len(reports) - 1
    department = audit(tmp_path)
    (kerma,) = [m for m in department.medians if m.quantity == "kerma"]
    assert kerma.cases == 1
    assert kerma.median == pytest.approx(4000.0)
    assert len(department.lines) == len(reports)
    assert all("counted with" in line.error for line in department.broken)


def test_reports_of_one_study_without_irradiations_are_not_guessed_at(tmp_path: Path) -> None:
    bare = [
        saved(totalled([], kerma), tmp_path, f"{kerma}.dcm", at=f"1{kerma[0]}0000")
        for kerma in ("2.0", "3.5")
    ]
    with pytest.raises(CareError, match=r"version or a continuation .* is not told; give only"):
        assess_dose(bare)
    broken = audit(tmp_path).broken
    assert [line.file for line in broken] == ["2.0.dcm", "3.5.dcm"]
    # The same totals, told again, are the same dose.
    again = saved(totalled([], "2.0"), tmp_path, "again.dcm")
    assert assess_dose([bare[0], again]).together.found.kerma.best == pytest.approx(2.0)


def test_two_procedures_stay_two(tmp_path: Path) -> None:
    first = saved(totalled(SHOTS[:2], "2.0"), tmp_path, "a.dcm", study="1.1")
    later = saved(totalled(SHOTS[2:], "2.0"), tmp_path, "b.dcm", study="1.2")
    found = assess_dose([first, later])
    assert len(found.cases) == 2
    assert found.together.found.kerma.best == pytest.approx(4.0)
    (kerma,) = [m for m in audit(tmp_path).medians if m.quantity == "kerma"]
    assert kerma.cases == 2
    assert kerma.median == pytest.approx(2000.0)


def test_ct_reports_of_one_study_count_each_acquisition_once(tmp_path: Path) -> None:
    scans = (("10", "300", "113691"), ("10", "200", "113691"))
    whole = synthetic.ct(scans, "500", "2")
    early = synthetic.ct(scans[:1], "300", "1")
    # The later report tells the earlier one's acquisition again.
    early.ContentSequence[-1] = whole.ContentSequence[-2]
    reports = [
        saved(early, tmp_path, "a.dcm"),
        saved(whole, tmp_path, "b.dcm", at="110000"),
    ]
    found = assess_dose(reports)
    assert [case.made.dlp_mgy_cm for case in found.cases] == [pytest.approx(500.0)]


def test_a_version_with_other_doses_is_told(tmp_path: Path) -> None:
    reports = [
        saved(totalled([Shot(kerma, "0.01", uid="1.2.1")], kerma), tmp_path, f"{at}.dcm", at=at)
        for kerma, at in (("1.5", "100000"), ("1.0", "110000"))
    ]
    (made,) = [case.made for case in assess_dose(reports).cases]
    assert made.kerma_gy == pytest.approx(1.0)
    assert [n for n in made.notes if "differently, 1.5 and 1 Gy: those of 110000.dcm stand" in n]
