"""``seldinger score``: the list, an answer, what is missing, and refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from seldinger.care import scores
from seldinger.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["score", *words])


def test_the_list_names_every_score_and_what_it_asks() -> None:
    shown = run()
    assert shown.exit_code == 0
    for form in scores.FORMS.values():
        assert f"{form.name}: {form.title}" in shown.stdout
    told = json.loads(run("--json").stdout)
    assert [one["name"] for one in told] == list(scores.FORMS)
    assert told[0]["inputs"][0]["key"] == "bilirubin"


def test_an_answer_comes_first_and_carries_its_stamps() -> None:
    shown = run("albi", "bilirubin=1.2mg/dL", "albumin=38 g/L")
    lines = shown.stdout.splitlines()
    assert shown.exit_code == 0
    assert lines[0] == "ALBI: -2.36, grade 2"
    assert lines[1].strip() == "secondary source, primary not opened"
    assert "grade 2" not in lines[2], "a group of the same trust needs no stamp of its own"
    assert "albumin = 38 g/L" in shown.stdout


def test_json_is_the_whole_score() -> None:
    told = json.loads(run("albi", "bilirubin=20umol/L", "albumin=40g/L", "--json").stdout)
    assert told["value"] == pytest.approx(-2.541, abs=5e-4)
    assert told["drives"] is True
    assert told["band_drives"] is True
    assert "scores.albi.albumin" in told["fact_ids"]


def test_what_is_missing_is_an_answer() -> None:
    shown = run("albi", "bilirubin=1.2mg/dL")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("ALBI: unknown")
    assert "not told: albumin" in shown.stdout


def test_a_score_that_is_off_says_why_unless_one_insists() -> None:
    words = ("mehran", "age=60", "contrast=150mL", "creatinine=1mg/dL", "--others-no")
    assert "off: made for coronary intervention" in run(*words).stdout
    assert run(*words, "--insist").stdout.startswith("Mehran 2004: 1 point, group 1 of 4")


def test_a_patients_file_fills_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "patient.toml"
    path.write_text(
        "[patient]\nbirth_date = 1956-01-01\nsex = 'male'\nweight_kg = 80\n"
        "[[lab]]\nname = 'creatinine'\nvalue = 1.2\nunit = 'mg/dL'\n"
    )
    words = ("cockcroft-gault", "--patient", str(path), "--now", "2026-11-25T08:00+01:00")
    assert run(*words).stdout.startswith("Creatinine clearance (Cockcroft-Gault): 64.81 mL/min")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("albee",), "did you mean 'albi'"),
        (("albi", "bilirubin"), "is not KEY=VALUE"),
        (("albi", "bilirubin=1mg/dL", "bilirubin=2mg/dL"), "given twice"),
        (("albi", "albumin=4g/L"), "allowed: 5 to 70 g/L"),
        (("albi", "albumen=40g/L"), "did you mean 'albumin'"),
        (("albi", "--now", "2026-11-25T08:00+01:00"), "--now belongs to --patient"),
        (("albi", "--patient", "none.toml"), "give the path of a TOML file"),
    ],
)
def test_a_refusal_is_one_line(words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
