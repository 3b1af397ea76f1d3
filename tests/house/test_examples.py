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
