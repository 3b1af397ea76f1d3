"""Examples are programs; their last line is a test."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

LastLine = Callable[[str], dict[str, Any]]


@pytest.fixture
def last_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LastLine:
    """What a program prints in the end; run in this process, which has opened the kernels."""

    def run(name: str) -> dict[str, Any]:
        monkeypatch.setattr("sys.argv", [name])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        printed: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return printed

    return run


def test_a_biopsy(last_line: LastLine) -> None:
    assert last_line("01_biopsy.py")["depth_mm"] == pytest.approx(63.6, abs=0.5)


def test_my_own_path(last_line: LastLine) -> None:
    assert last_line("02_my_own_path.py")["apart_mm"] == pytest.approx(15.0, abs=1.5)


def test_two_experiments_are_repeated(last_line: LastLine) -> None:
    said = last_line("03_repeat_an_experiment.py")
    assert abs(said["sphere_centre_missed_k"]) < 0.1
    assert abs(said["minus_40_missed_mm"]) < 0.1


def _rehearsed(place: Path, procedure: str) -> dict[str, Any]:
    """The program of the fourth example, for one procedure."""
    program = runpy.run_path(str(EXAMPLES / "04_rehearse.py"))
    program["bring"](place)
    said: dict[str, Any] = program["rehearsed"](place, procedure)
    assert (said["target"], said["report"]) == ("liver tumour 1", "report.html")
    assert said["clearance"] == "unknown"
    assert (place / "out" / "rehearsal.json").is_file()
    assert abs(said["hit"] - said["hit_planned"]) < 0.03
    return said


def test_a_plan_is_rehearsed(tmp_path: Path) -> None:
    said = _rehearsed(tmp_path, "biopsy")
    assert said["as_meant"] == pytest.approx(0.99, abs=0.02)
    assert said["margin_p50_mm"] is None


@pytest.mark.slow
def test_an_ablation_is_rehearsed(tmp_path: Path) -> None:
    said = _rehearsed(tmp_path, "ablation")
    assert said["devices"] >= 1
    assert said["margin_p50_mm"] is not None
    assert -2.0 < said["margin_p50_mm"] < 8.0


@pytest.mark.slow
def test_an_ablation(last_line: LastLine) -> None:
    assert last_line("05_ablation.py")["as_planned_mm"] == pytest.approx(5.6, abs=0.3)


def test_a_margin_that_is_known(last_line: LastLine) -> None:
    said = last_line("06_margin.py")
    assert said["minimal_mm"] == pytest.approx(said["exact_mm"], abs=0.1)


def test_a_drug_is_held(last_line: LastLine) -> None:
    assert last_line("07_hold_a_drug.py")["hours"] == pytest.approx(50.0)


def test_overlapping_beams(last_line: LastLine) -> None:
    """Twice the dose of one, which the square of the distance gives: 675 mm from the source."""
    said = last_line("08_skin_dose.py")
    alone = 2.0 * 1.3 * 1.06 * 0.8 * (635.0 / 675.0) ** 2
    assert said["one_angle_gy"] == pytest.approx(alone, abs=0.001)
    assert said["both_gy"] == pytest.approx(2.0 * alone, rel=0.01)


def test_a_drain_that_was_left_out(last_line: LastLine) -> None:
    said = last_line("09_drain_flow.py")
    assert said["ml_per_min"] == pytest.approx(said["measured_ml_per_min"], abs=36.7)  # its SD


def test_an_angioplasty(last_line: LastLine) -> None:
    said = last_line("11_angioplasty.py")
    assert said["before_mmhg"] == pytest.approx(37.0, abs=1.0)
    assert said["after_mmhg"] < 2.0
    assert said["way_mm"] == pytest.approx(337.0, abs=5.0)


def test_an_audit(last_line: LastLine) -> None:
    assert last_line("10_audit.py")["interval"] == pytest.approx([0.017, 0.137], abs=0.0005)
