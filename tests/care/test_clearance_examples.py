"""The ten worked cases of the how-to: what they answer, and that the page says the same."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import fields
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from seldinger.cli.app import app

ROOT = Path(__file__).parents[2]
CASES = ROOT / "examples" / "clear"
PAGE = (ROOT / "docs" / "how-to" / "clear-a-patient.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference" / "clearance.md").read_text(encoding="utf-8")
BERLIN = ZoneInfo("Europe/Berlin")

USUAL = "2026-11-25T14:00:00+01:00"
NOW = {
    "08_emergency_cholecystostomy": "2026-11-25T22:30:00+01:00",
    "10_clock_change": "2026-10-20T12:00:00+02:00",
}

EXPECTED: dict[str, tuple[str, str | None, list[str], list[str]]] = {
    # answer, bleeding class, what is missing, last permitted doses by the longer hold
    "01_liver_biopsy": ("clear", "high", [], ["apixaban 2026-12-01 08:00"]),
    "02_thyroid_biopsy": ("clear", "low", [], []),
    "03_kidney_biopsy": (
        "unknown",
        "high",
        ["INR", "Platelets", "whether there is a pregnancy"],
        [],
    ),
    "04_leg_stent": ("not-clear", "low", [], []),
    "05_chemoembolization": ("clear", "high", [], []),
    "06_fresh_stent": ("not-clear", "high", [], []),
    "07_dabigatran_kidney": ("clear", "high", [], ["dabigatran 2026-11-29 08:00"]),
    "08_emergency_cholecystostomy": (
        "unknown",
        "high",
        [
            "chronic liver disease: all conditions (conditions_complete)",
            "Haemoglobin",
            "Fibrinogen",
            "all drugs (drugs_complete)",
            "all conditions (conditions_complete)",
            "Creatinine",
            "the weight",
            "whether on dialysis",
            "whether there is acute kidney injury",
            "all allergies (allergies_complete)",
            "the ASA class",
        ],
        ["rivaroxaban 2026-11-22 18:00"],
    ),
    "09_metformin": ("conditional", "high", [], []),
    "10_clock_change": ("clear", "high", [], ["apixaban 2026-10-24 08:00"]),
}


def run(name: str, *more: str) -> str:
    result = CliRunner().invoke(
        app, ["clear", str(CASES / f"{name}.toml"), "--now", NOW.get(name, USUAL), *more]
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_all_ten_are_here() -> None:
    found = {path.stem for path in CASES.glob("*.toml")} - {"local"}
    assert found == set(EXPECTED)
    assert len(found) == 10


@pytest.mark.parametrize("name", EXPECTED)
def test_a_worked_case_answers_as_the_page_says(name: str) -> None:
    answer, bleeding_class, missing, doses = EXPECTED[name]
    made = json.loads(run(name, "--json"))
    assert made["answer"] == answer
    assert made["bleeding"]["value"] == bleeding_class
    assert made["missing"] == missing
    told = [
        f"{one['drug']} {dt.datetime.fromisoformat(one['last_dose']):%Y-%m-%d %H:%M}"
        for one in made["drugs"]
        if one["last_dose"] is not None
    ]
    assert told == doses
    assert made["profile"]["name"] == "example-hospital"
    assert made["profile"]["signed_by"] == "C. Reed"


@pytest.mark.parametrize("name", EXPECTED)
def test_the_page_quotes_the_case_word_for_word(name: str) -> None:
    section = PAGE.split(f"`examples/clear/{name}.toml`", 1)[1].split("\n## ", 1)[0]
    (quoted,) = re.findall(r"^```text\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    lines = run(name, "--all").splitlines()
    assert quoted.splitlines()[0] == lines[0]
    for line in quoted.splitlines():
        assert any(line.strip() in one for one in lines), line


def test_the_answer_stands_first() -> None:
    assert run("02_thyroid_biopsy").splitlines()[0] == "CLEAR"
    assert (
        run("03_kidney_biopsy")
        .splitlines()[0]
        .startswith("UNKNOWN: not known: INR; Platelets; and 1 more")
    )


def test_the_emergency_says_who_decides_before_all_else() -> None:
    made = json.loads(run("08_emergency_cholecystostomy", "--json"))
    assert made["findings"][0]["rule"] == "emergency"
    assert made["decides"][0].startswith("the operator with anaesthesia")


def test_the_same_case_gives_the_same_bytes_and_a_release_is_recorded(tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = ["--out", str(out), "--release", "C. Reed", "--role", "radiologist"]
    assert run("01_liver_biopsy", *told) == run("01_liver_biopsy", *told)
    assert {p.name for p in out.iterdir()} >= {"clearance.txt", "clearance.json"}
    made = json.loads((out / "clearance.json").read_text(encoding="utf-8"))
    assert made["release"]["name"] == "C. Reed"
    assert len(made["release"]["sha256"]) == 64
    assert "Released by C. Reed" in (out / "clearance.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--release", "C. Reed"], "--role"),
        (["--now", "2026-11-25T14:00:00"], "offset"),
        (["--now", "noon"], "no date"),
        (["--profile", "none.toml"], "path of a TOML file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(more: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["clear", str(CASES / "02_thyroid_biopsy.toml"), *more])
    assert result.exit_code == 2
    assert said in result.output


def test_the_reference_names_every_key_of_the_answer() -> None:
    made = json.loads(
        run("01_liver_biopsy", "--json", "--release", "C. Reed", "--role", "radiologist")
    )
    keys = set(made)
    for part in ("bleeding", "profile", "release"):
        keys |= set(made[part])
    for part in ("drugs", "timetable", "findings", "assumptions"):
        keys |= set(made[part][0])
    keys |= set(made["topics"]) | set(made["topics"]["bleeding"])
    assert not {key for key in keys if f"`{key}`" not in REFERENCE}


def test_the_reference_names_every_key_of_a_case_and_every_procedure() -> None:
    from seldinger.care.clearance import RadialArtery, case_file
    from seldinger.care.clearance.rules import tables
    from seldinger.evidence.mistakes import written_key

    sections = (
        case_file.ProcedureSection,
        RadialArtery,
        case_file.IntakeSection,
        case_file.DecisionSection,
    )
    keys = {written_key(part) for one in sections for part in fields(one)}
    assert not {key for key in keys if f"`{key}`" not in REFERENCE}
    assert not {key for key in tables().procedures if f"`{key}`" not in REFERENCE}
