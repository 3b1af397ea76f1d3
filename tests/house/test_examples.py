"""Examples are programs; their last line is a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.slow


def last_line(name: str) -> dict[str, Any]:
    """What the example prints in the end."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_biopsy() -> None:
    said = last_line("01_biopsy.py")
    assert 30.0 < said["depth_mm"] < 150.0
    assert said["tilt_deg"] <= 30.0
    assert 0.0 < said["hit"] <= 1.0


def test_my_own_path() -> None:
    said = last_line("02_my_own_path.py")
    assert 5.0 < said["apart_mm"] < 30.0
    assert said["proposed_depth_mm"] < said["my_depth_mm"] + 10.0


def test_two_experiments_are_repeated() -> None:
    said = last_line("03_repeat_an_experiment.py")
    assert abs(said["sphere_centre_missed_k"]) < 0.1
    assert abs(said["minus_40_missed_mm"]) < 0.1
