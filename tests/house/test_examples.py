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
def last_line(capsys: pytest.CaptureFixture[str]) -> LastLine:
    """What a program prints in the end; run in this process, which has opened the kernels."""

    def run(name: str) -> dict[str, Any]:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return found

    return run


def test_a_biopsy(last_line: LastLine) -> None:
    said = last_line("01_biopsy.py")
    assert 30.0 < said["depth_mm"] < 150.0
    assert said["tilt_deg"] <= 30.0
    assert 0.0 < said["hit"] <= 1.0


def test_my_own_path(last_line: LastLine) -> None:
    said = last_line("02_my_own_path.py")
    assert 5.0 < said["apart_mm"] < 30.0
    assert said["proposed_depth_mm"] < said["my_depth_mm"] + 10.0


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
