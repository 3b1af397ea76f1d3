"""The sheet on the command line: medicines only under a release, and only under its own seal."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from typer.testing import CliRunner

from seldinger.cli.app import app
from seldinger.core.errors import CareError
from seldinger.report import sheet_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = CliRunner()
NOW = "2026-12-04T08:00:00+00:00"
TODAY = "2026-12-04"
EARLIER = "2026-12-01T09:00:00+01"
LIVER = sheet_release.Purpose("biopsy", "liver", dt.date(2026, 12, 4))


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
    told = done(
        "sheet", "biopsy", "--organ", "liver", "--release", released, "--json", "--today", TODAY
    )
    assert "Eliquis: your last dose before the procedure is on Sat 5 Dec 2026, 08:00." in told
    assert "do not start again before Tue 8 Dec 2026, 10:00." in told
    assert "A. Nurse, nurse, has checked this part on 2026-12-04." in told
    assert "Do not stop any medicine on your own. That can be dangerous." in told
    assert "Clear drinks, such as water: until Mon 7 Dec 2026, 07:00." in told


def test_a_changed_or_unreleased_clearance_is_refused(released: Path, tmp_path: Path) -> None:
    told = json.loads(released.read_text())
    told["drugs"][0]["last_dose"] = "2026-12-06T20:00:00+01:00"
    released.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    with pytest.raises(CareError, match="changed since it was released"):
        sheet_release.read(released, LIVER)
    del told["release"]
    released.write_text(json.dumps(told))
    with pytest.raises(CareError, match="is not released"):
        sheet_release.read(released, LIVER)
    for broken in ("", "[]", "{", '{"drugs": 1, "release": {"sha256": "x"}}'):
        released.write_text(broken)
        with pytest.raises(CareError):
            sheet_release.read(released, LIVER)
    with pytest.raises(CareError):
        sheet_release.read(tmp_path / "nowhere.json", LIVER)


@pytest.mark.parametrize(
    "words",
    [
        ("ufe",),
        ("tace",),
        ("drainage",),
        ("vertebroplasty",),
        ("biopsy", "--organ", "left kidney"),
        ("biopsy", "--organ", "lung"),
        ("biopsy",),
        ("biopsy", "--organ", "thyroid"),
        ("ablation", "--organ", "liver"),
    ],
    ids=" ".join,
)
def test_a_release_holds_for_its_own_procedure_and_organ(
    released: Path, words: tuple[str, ...]
) -> None:
    found = RUN.invoke(
        app, ["sheet", *words, "--release", str(released), "--json", "--today", TODAY]
    )
    assert found.exit_code == 2, found.output
    assert "Eliquis" not in found.output


def test_a_release_holds_for_its_own_day_and_patient(released: Path, tmp_path: Path) -> None:
    def said(*words: str | Path) -> str:
        told = ["sheet", "biopsy", "--organ", "liver", "--release", str(released), "--json"]
        found = RUN.invoke(app, [*told, *(str(w) for w in words)])
        return found.output if found.exit_code == 2 else ""

    assert "which is past" in said("--today", "2027-06-01")
    own = resources.files("seldinger.demo") / "patient.toml"
    assert not said("--today", TODAY, "--patient", str(own))
    other = tmp_path / "other.toml"
    other.write_text(own.read_text(encoding="utf-8").replace("weight_kg = ", "weight_kg = 1"))
    assert "released for another patient" in said("--today", TODAY, "--patient", other)
    found = RUN.invoke(app, ["sheet", "biopsy", "--organ", "liver", "--patient", str(own)])
    assert found.exit_code == 2


def resealed(released: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same clearance with something else in it, sealed anew."""
    told = json.loads(released.read_text())
    seal = told.pop("release")
    change(told)
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    seal["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    released.write_text(json.dumps({**told, "release": seal}, indent=2, ensure_ascii=False) + "\n")
    return released


def undecided(told: dict[str, Any]) -> None:
    told["drugs"][0] |= {"decides": "cardiology", "decision": None}


def open_class(told: dict[str, Any]) -> None:
    told["bleeding"] |= {"value": None, "considered": ["low", "high"]}
    told["drugs"].append({**told["drugs"][0], "act": "continue", "bleeding_class": "low"})


def two_plans(told: dict[str, Any]) -> None:
    told["drugs"].append({**told["drugs"][0], "act": "continue", "decision": None, "decides": ""})


def two_names(told: dict[str, Any]) -> None:
    told["patient"]["drugs"].append({**told["patient"]["drugs"][0], "told": "apixaban"})


def unknown(told: dict[str, Any]) -> None:
    told["answer"] = "unknown"


def silent(told: dict[str, Any]) -> None:
    told["drugs"] = []


def no_dose(told: dict[str, Any]) -> None:
    told["drugs"][0] |= {"last_dose": None}


@pytest.mark.parametrize(
    "change",
    [undecided, open_class, two_plans, two_names, unknown, silent, no_dose],
    ids=lambda f: f.__name__,
)
def test_a_drug_that_nobody_decided_about_is_to_be_asked_about(
    released: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    lines = sheet_release.read(resealed(released, change), LIVER).lines
    found = {one.drug: (one.ask, one.last) for one in lines}
    assert found.pop("apixaban", (True, None)) == (True, None)
    assert found == {"Eliquis": (True, None), "metformin": (True, None)}


def test_a_last_dose_that_has_passed_is_told_as_that(released: Path) -> None:
    def said(today: str) -> str:
        words = ("sheet", "biopsy", "--organ", "liver", "--release", released, "--json")
        return done(*words, "--today", today)

    assert "your last dose before the procedure is on Sat 5 Dec 2026" in said("2026-12-05")
    late = said("2026-12-06")
    assert "your last dose was due on Sat 5 Dec 2026, 08:00. Call us if you took any" in late
    words = ["sheet", "biopsy", "--organ", "liver", "--release", str(released), "--json"]
    found = RUN.invoke(app, [*words, "--today", "2026-12-01"])
    assert found.exit_code == 2
    assert "released on 2026-12-04, after 2026-12-01" in found.output


def test_what_is_not_clear_tells_no_medicines(released: Path) -> None:
    def refuse(told: dict[str, Any]) -> None:
        told["answer"] = "not clear"

    with pytest.raises(CareError, match="says NOT CLEAR"):
        sheet_release.read(resealed(released, refuse), LIVER)


@pytest.mark.parametrize(
    ("findings", "decided", "line"),
    [
        ([("fda.metformin.hold", "met", "action")], None, ("Glucophage", False, True)),
        ([("contrast.metformin", "unknown", "action")], None, ("Glucophage", True, False)),
        ([("acr2026.metformin.no_hold", "met", "info")], None, ("Glucophage", False, False)),
        ([("contrast.metformin", "met", "action")], "continue", ("Glucophage", False, False)),
        ([], None, ("Glucophage", True, False)),
    ],
)
def test_metformin_is_never_left_out(
    released: Path,
    findings: list[tuple[str, str, str]],
    decided: str | None,
    line: tuple[str, bool, bool],
) -> None:
    def add(told: dict[str, Any]) -> None:
        told["drugs"] = []
        told["patient"]["drugs"] = [{"name": "metformin", "told": "Glucophage"}]
        told["findings"] = [
            {"rule": rule, "status": status, "severity": severity}
            for rule, status, severity in findings
        ]
        if any("hold" in rule and "no_hold" not in rule for rule, _, _ in findings):
            told["timetable"].append(
                {"when": "2026-12-09T09:30:00+01:00", "what": "x", "rule": "fda.metformin.hold"}
            )
        if decided is not None:
            told["request"]["decisions"] = [
                {
                    "about": "contrast.metformin",
                    "decided": "hold",
                    "at": "2026-12-02T09:00:00+01:00",
                },
                {"about": "contrast.metformin", "decided": decided, "at": NOW},
                {"about": "metformin", "decided": "hold", "at": "2026-12-01T09:00:00+01:00"},
            ]

    (found,) = sheet_release.read(resealed(released, add), LIVER).lines
    assert (found.drug, found.ask, found.dye) == line


def test_a_sheet_needs_somewhere_to_go() -> None:
    found = RUN.invoke(app, ["sheet", "biopsy", "--organ", "liver"])
    assert found.exit_code == 2
    assert "--out" in found.output
