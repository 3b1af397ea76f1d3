"""The sheet on the command line: medicines only under a release, and only under its own seal."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

import pytest
from fhir.resources.R4B.bundle import Bundle
from typer.testing import CliRunner

from seldinger.cli.app import app
from seldinger.core.errors import CareError
from seldinger.report import sheet_release

if TYPE_CHECKING:
    from pathlib import Path

RUN = CliRunner()
NOW = "2026-12-04T08:00:00+00:00"


def done(*words: str | Path) -> str:
    found = RUN.invoke(app, [str(w) for w in words])
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture
def released(tmp_path: Path) -> Path:
    case = resources.files("seldinger.demo") / "patient.toml"
    done(
        "clear", str(case), "--now", NOW, "--release", "A. Nurse", "--role", "nurse",
        "--out", tmp_path / "clear",
    )  # fmt: skip
    return tmp_path / "clear" / "clearance.json"


def test_a_clearance_is_a_folder_that_a_person_can_open(released: Path) -> None:
    page = (released.parent / "clearance.html").read_text(encoding="utf-8")
    assert page.index("CLEAR") < page.index("Timetable") < page.index("Rules of clearance")
    assert "Released by A. Nurse, nurse" in page
    assert "<script" not in page
    assert (released.parent / "clearance.pdf").read_bytes().startswith(b"%PDF")
    bundle = Bundle.model_validate(json.loads((released.parent / "fhir.json").read_text()))
    assert len(bundle.entry or ()) >= 2


def test_a_sheet_is_written(tmp_path: Path) -> None:
    said = done("sheet", "biopsy", "--organ", "liver", "--out", tmp_path / "out")
    assert "grade" in said
    assert (tmp_path / "out" / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert "Eliquis" not in (tmp_path / "out" / "sheet.html").read_text()


def test_released_medicines_are_told(released: Path) -> None:
    told = done("sheet", "biopsy", "--organ", "liver", "--release", released, "--json")
    assert "Eliquis: your last dose before the procedure is on Sat 05 Dec, 08:00." in told
    assert "do not start again before Tue 08 Dec, 10:00." in told
    assert "A. Nurse, nurse, has checked this part on 2026-12-04." in told


def test_a_changed_or_unreleased_clearance_is_refused(released: Path, tmp_path: Path) -> None:
    told = json.loads(released.read_text())
    told["drugs"][0]["last_dose"] = "2026-12-06T20:00:00+01:00"
    released.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    with pytest.raises(CareError, match="changed since it was released"):
        sheet_release.read(released)
    del told["release"]
    released.write_text(json.dumps(told))
    with pytest.raises(CareError, match="is not released"):
        sheet_release.read(released)
    for broken in ("", "[]", "{", '{"drugs": 1, "release": {"sha256": "x"}}'):
        released.write_text(broken)
        with pytest.raises(CareError):
            sheet_release.read(released)
    with pytest.raises(CareError):
        sheet_release.read(tmp_path / "nowhere.json")


def test_a_sheet_needs_somewhere_to_go() -> None:
    found = RUN.invoke(app, ["sheet", "biopsy", "--organ", "liver"])
    assert found.exit_code == 2
    assert "--out" in found.output
