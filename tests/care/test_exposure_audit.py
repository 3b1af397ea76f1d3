"""Audit of a department: medians, their intervals, reference levels, broken files."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot

from seldinger.care.exposure.audit import Standing, audit, median_interval, to_csv
from seldinger.core.errors import CareError
from seldinger.evidence.model import FactKind

if TYPE_CHECKING:
    from pathlib import Path


def department(folder: Path, products: list[float]) -> None:
    """One report per kerma-area product in Gy.cm2, each on 100 cm2."""
    for number, product in enumerate(products):
        shot = Shot(f"{product / 100.0:.6g}", f"{product:.6g}", pka_unit="Gy.cm2", seconds=600.0)
        synthetic.saved(synthetic.xray([shot]), folder / f"{number:03}.dcm")


@pytest.mark.parametrize(
    ("count", "ranks"),
    # Textbook ranks of the 95 % interval of a median.
    [(5, None), (6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (50, (18, 33)), (100, (40, 61))],
)
def test_the_interval_has_the_ranks_of_the_textbook(
    count: int, ranks: tuple[int, int] | None
) -> None:
    values = [float(n) for n in range(1, count + 1)]
    assert median_interval(values) == (None if ranks is None else tuple(float(r) for r in ranks))


@pytest.mark.parametrize(
    ("middle", "standing"),
    [(100.0, Standing.BELOW), (189.0, Standing.OPEN), (400.0, Standing.ABOVE)],
)
def test_a_median_stands_below_above_or_open(
    tmp_path: Path, middle: float, standing: Standing
) -> None:
    department(tmp_path, [middle + n for n in range(-10, 11)])
    found = audit(tmp_path, "tace")
    (pka,) = [m for m in found.medians if m.quantity == "pka"]
    assert pka.cases == 21
    assert pka.median == pytest.approx(middle)
    assert {h.level: h.standing for h in found.held if h.quantity == "pka"}[189.0] is standing


@pytest.mark.parametrize("count", [1, 2, 19])
def test_a_few_patients_are_never_judged(tmp_path: Path, count: int) -> None:
    department(tmp_path, [1000.0] * count)
    found = audit(tmp_path, "tace")
    assert {h.standing for h in found.held} == {Standing.FEW}


def test_a_median_of_others_judges_nothing(tmp_path: Path) -> None:
    department(tmp_path, [20.0] * 25)
    found = audit(tmp_path, "nephrostomy")
    assert [(h.fact.kind, h.standing) for h in found.held] == [(FactKind.MEDIAN, None)] * 3
    assert {h.quantity: h.level for h in found.held} == {"pka": 6.61, "kerma": 39.2, "time": 4.1}


def test_broken_files_are_listed_and_do_not_count(tmp_path: Path) -> None:
    department(tmp_path, [50.0, 60.0, 70.0])
    (tmp_path / "=cmd.txt").write_text("no report")
    wrong = synthetic.xray([Shot("0.001", "2.0")])
    synthetic.saved(wrong, tmp_path / "wrong-unit.dcm")
    (tmp_path / "copy.dcm").write_bytes((tmp_path / "000.dcm").read_bytes())
    found = audit(tmp_path)
    assert [line.file for line in found.broken] == ["=cmd.txt", "copy.dcm", "wrong-unit.dcm"]
    (pka,) = [m for m in found.medians if m.quantity == "pka"]
    assert pka.cases == 3
    assert pka.median == pytest.approx(60.0)
    rows = list(csv.DictReader(StringIO(to_csv(found))))
    assert len(rows) == 6
    assert rows[0]["pka_gy_cm2"] == "50"
    assert [r["file"] for r in rows if r["error"]] == ["'=cmd.txt", "copy.dcm", "wrong-unit.dcm"]


def test_what_cannot_be_audited_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CareError, match="is empty"):
        audit(tmp_path)
    with pytest.raises(CareError, match="is no folder"):
        audit(tmp_path / "absent")
    with pytest.raises(CareError, match=r"no reference level.*tace, ptbd"):
        audit(tmp_path, "tea")


def test_a_partial_report_is_no_case(tmp_path: Path) -> None:
    department(tmp_path, [50.0, 60.0, 70.0])
    synthetic.saved(
        synthetic.xray([Shot("0.01", "0.0001")], CompletionFlag="PARTIAL"), tmp_path / "part.dcm"
    )
    found = audit(tmp_path)
    assert [(line.file, "partial" in line.error) for line in found.broken] == [("part.dcm", True)]
    (pka,) = [m for m in found.medians if m.quantity == "pka"]
    assert pka.cases == 3
    assert pka.median == pytest.approx(60.0)
