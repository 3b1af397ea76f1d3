"""``seldinger risk`` and ``seldinger audit``: the answer first, machine-readable on request."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seldinger.care import outcomes
from seldinger.cli.app import app

PAGE = Path(__file__).parents[2] / "docs/how-to/weigh-the-alternatives.md"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def flat(result: Result) -> str:
    return " ".join(result.stdout.split())


def assert_refused(result: Result, *said: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, "one line"
    for words in said:
        assert words in result.stderr


def test_the_answer_stands_before_every_figure() -> None:
    shown = flat(run("risk", "cholecystostomy"))
    assert shown.index("A drain is for those") < shown.index("patient's probability")
    assert shown.index("Not simply comparable") < shown.index("BENEFIT") < shown.index("HARM")
    assert shown.index("HARM") < shown.index("BURDEN") < shown.index("OPTIONS")


def test_options_stand_side_by_side_under_one_endpoint() -> None:
    shown = flat(run("risk", "cholecystostomy"))
    both = shown[shown.index("death [30 days]") :]
    assert both.index("Cholecystostomy: 15.4 %") < both.index("cholecystectomy: 4.5 %") < 600


def test_stamps_and_horizons_are_printed() -> None:
    shown = flat(run("risk", "ablation", "--organ", "lung"))
    assert "11 to 67 % [to be confirmed: from memory, drives nothing]" in shown
    assert "[2 years]" in shown
    assert "No figure for resection of lung tumours was read." in shown
    tace = flat(run("risk", "tace"))
    assert "Transplant:" in tace


@pytest.mark.parametrize(("name", "organ"), outcomes.list_pages())
def test_every_page_is_printed_and_is_json(name: str, organ: str | None) -> None:
    words = ["risk", name, *(() if organ is None else ("--organ", organ))]
    shown = run(*words)
    assert shown.exit_code == 0, shown.output
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    found = json.loads(run(*words, "--json").stdout)
    assert found["procedure"] == name
    assert found["caveat"] == outcomes.NOT_THIS_PATIENT
    rows = [row for option in found["options"] for row in option["rows"]]
    assert rows
    assert all(row["horizon"] and row["population"] and row["trust"] for row in rows)


def test_without_a_name_the_pages_are_listed() -> None:
    assert "cholecystostomy" in run("risk").stdout
    listed = json.loads(run("risk", "--json").stdout)
    assert {"procedure": "ablation", "organ": "liver"} in listed


def test_a_wrong_question_is_one_line() -> None:
    assert_refused(run("risk", "ablaton"), "did you mean 'ablation'")
    assert_refused(run("risk", "ablation"), "name kidney, liver, lung")
    assert_refused(run("risk", "--organ", "liver"), "name a procedure")
    assert_refused(run("risk", "tace", "--organ", "liver", "--organ", "lung"), "given twice")


def test_an_audit_says_what_can_be_told() -> None:
    shown = run("audit", "23", "81", "--threshold", "0.3")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("cannot tell")
    for words in ("28.4 %", "19.7 % to 39 %", "Wilson", "not a patient's risk"):
        assert words in shown.stdout
    assert run("audit", "0", "200", "--threshold", "5%").stdout.startswith("below")
    assert run("audit", "9", "20", "--threshold", "5 %").stdout.startswith("above")


def test_an_audit_as_json() -> None:
    found = json.loads(run("audit", "1", "400", "--threshold", "5%", "--json").stdout)
    assert found["standing"] == "below"
    assert found["threshold"] == 0.05
    assert found["interval"][0] < found["rate"] < found["interval"][1]


@pytest.mark.parametrize("told", ["5", "-1%", "0", "100%", "five", "nan", ""])
def test_a_threshold_that_is_no_share_is_refused(told: str) -> None:
    assert_refused(run("audit", "1", "40", f"--threshold={told}"), "threshold")


def test_counts_that_cannot_be_are_refused() -> None:
    assert_refused(run("audit", "41", "40", "--threshold", "5%"), "between 0 and 40")
    assert_refused(run("audit", "0", "0", "--threshold", "5%"), "one or more")


def test_the_commands_of_the_how_to_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    commands = [shlex.split(line) for line in shell.splitlines() if line]
    assert len(commands) == 6
    for words in commands:
        done = run(*words[1:])
        assert done.exit_code == 0, done.output
