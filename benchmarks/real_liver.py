"""Whole commands on a real liver CT, where the data directory is there: processor seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PLACE_LPS_MM, DIAMETER_MM = "129.3,155.3,123.2", "22"


def folder() -> Path | None:
    """Where the CT lies; None when nobody has it."""
    named = os.environ.get("SELDINGER_DATA")
    place = Path(named or ".") / "liver-ircad17"
    return place if named and (place / "ct.nii.gz").is_file() else None


def plan_cpu_s(place: Path, procedure: str) -> float:
    """Processor seconds of one plan with its report, start to end of the process."""
    with tempfile.TemporaryDirectory() as out:
        words = (
            sys.executable, "-m", "seldinger", "plan", procedure,
            "--ct", str(place / "ct.nii.gz"),
            "--labels", str(place / "labels.nii.gz"),
            "--label-key", str(place / "labels.json"),
            "--target-lps", PLACE_LPS_MM, "--diameter-mm", DIAMETER_MM,
            "--out", str(Path(out) / "plan"),
        )  # fmt: skip
        before = os.times()
        subprocess.run(words, check=True, capture_output=True)  # noqa: S603  our own words
        after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system
