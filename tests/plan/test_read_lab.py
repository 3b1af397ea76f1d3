"""A lab counts in a plan while clearance counts it: not when it is old, or of tomorrow."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from seldinger import care
from seldinger.plan.readiness import read_lab

if TYPE_CHECKING:
    from pathlib import Path

DRAWN = dt.datetime(2026, 12, 7, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("days", "known"), [(1.0, True), (400.0, False), (-1.0, False)], ids=["new", "old", "tomorrow"]
)
def test_only_a_lab_that_still_counts_is_read(days: float, known: bool, tmp_path: Path) -> None:
    file = tmp_path / "patient.toml"
    file.write_text(
        f'[[lab]]\nname = "bilirubin"\nvalue = 0.4\nunit = "mg/dL"\ntaken = {DRAWN.isoformat()}\n'
    )
    value, told = read_lab(care.load(file, DRAWN + dt.timedelta(days=days)), "bilirubin")
    assert (value == pytest.approx(0.4)) if known else (value is None)
    assert "0.4 mg/dL" in told
    assert read_lab(care.load(file, DRAWN), "fibrinogen") == (None, "")
    assert read_lab(None, "bilirubin") == (None, "")
