"""The command line: help, lists, schemas, and what it does with mistakes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from tests.plan import stranger
from typer.testing import CliRunner, Result

from seldinger import evidence, workflow
from seldinger.cli.app import app
from seldinger.core.errors import Cancelled, PlanError

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = typer.main.get_group(app).commands


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def assert_refused(result: Result, *said: str) -> None:
    """Exit code 2, one line, every one of ``said`` in it, and nothing on stdout."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, "one line"
    for words in said:
        assert words in result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example_that_the_command_understands(name: str) -> None:
    shown = run(name, "--help").output
    lines = [line.strip() for line in shown.splitlines()]
    examples = [line for line in lines if line.startswith(f"seldinger {name}")]
    assert examples
    for line in examples:
        words = shlex.split(line.partition(" > ")[0])[2:]  # what follows is the shell's
        COMMANDS[name].make_context(name, words)


def test_no_command_is_a_call_for_help() -> None:
    assert "Usage: seldinger" in run().output


def test_the_version() -> None:
    assert run("--version").stdout.strip() == "0.1.0"


def test_an_unknown_command_or_option_is_the_callers_mistake() -> None:
    assert run("fly").exit_code == 2
    assert run("plan", "biopsy", "--wings", "2").exit_code == 2


def test_facts_as_a_table_and_as_json() -> None:
    topic = evidence.facts()[0].topic
    found = json.loads(run("facts", topic, "--json").stdout)
    assert {one["topic"] for one in found} == {topic}
    table = run("facts", topic).stdout
    assert all(f"\n{one['id']} " in table for one in found)


def test_an_unknown_topic_is_refused_with_those_there_are() -> None:
    assert_refused(run("facts", "astrology"), "astrology", evidence.facts()[0].topic)


def test_devices_as_a_table_and_as_json() -> None:
    found = json.loads(run("devices", "--json").stdout)
    assert len(found) > 5
    assert all(one["usable_mm"] > 0 for one in found)
    table = run("devices").stdout
    assert all(one["id"] in table for one in found)


def test_an_unknown_kind_of_device_is_refused() -> None:
    assert_refused(run("devices", "harpoon"), "harpoon", "drain")


@pytest.mark.parametrize("name", ["plan", "case"])
def test_schemas_are_json_schemas(name: str) -> None:
    schema = json.loads(run("schema", name).stdout)
    assert schema["type"] == "object"
    assert schema["properties"]


def test_doctor_knows_this_machine() -> None:
    told = json.loads(run("doctor", "--json").stdout)
    assert told["python"].startswith("3.")
    assert told["cores"] == os.cpu_count()
    assert {"numpy", "numba", "typer"} <= set(told["packages"])
    assert "numba" in run("doctor").stdout


def test_doctor_says_whether_the_data_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELDINGER_DATA", str(tmp_path / "gone"))
    assert json.loads(run("doctor", "--json").stdout)["data_present"] is False
    monkeypatch.setenv("SELDINGER_DATA", str(tmp_path))
    assert json.loads(run("doctor", "--json").stdout)["data_present"] is True


def test_a_folder_without_dicom_has_no_series(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    assert_refused(run("series", str(tmp_path)), tmp_path.name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("biopsy --ct a.nii.gz --target x", "--out"),
        ("biopsy --target x --json", "--ct is missing"),
        ("biopsy --ct a.nii.gz --json", "--target, --target-mask or --target-lps"),
        ("biopsy --ct a.nii.gz --target-lps 1,2 --json", "--target-lps is '1,2'"),
        ("biopsy --ct a.nii.gz --target-lps 1,2,3 --json", "diameter"),
        ("biopsy --ct a.nii.gz --target-lps 1,nan,3 --diameter-mm 9 --json", "--target-lps"),
        ("biopsy --ct a.nii.gz --target-lps 1,2,3 --diameter-mm -9 --json", "--diameter-mm is -9"),
        ("biopsy --ct a --target-mask b --target-lps 1,2,3 --diameter-mm 9 --json", "one of them"),
        ("biopsy --ct a --target x --entry-lps here --json", "--entry-lps is 'here'"),
        ("biopsy --ct a --target x --scanned-position upright --json", "position 'upright'"),
        ("biopsy --ct a --target x --position prone --json", "did you mean --scanned-position?"),
        ("biopsy --ct a --target x --guidance smell --json", "'ct' or 'ultrasound'"),
        ("biopsy --ct a --target x --assume depth --json", "--assume is 'depth'"),
        ("biopsy --ct a --target x --assume depth=deep --json", "--assume depth is 'deep'"),
        ("biopsy --ct a --target x --assume a=1 --assume a=2 --json", "twice"),
        ("biopsy --ct a --target x --answer sure=maybe --json", "asks no question 'sure'"),
        ("biopsy --ct a --target x --answer hydatid=maybe --json", "'maybe' to 'hydatid'"),
        ("ablation --ct a --target x --probe one --json", "--probe is 'one'"),
        ("ablation --ct a --target x --probe 9.power=1 --json", "--probe is '9.power=1'"),
        ("biopsy --ct a --target x --assume a=b=c --json", "--assume a is 'b=c'"),
        ("biopsy --ct a --target x --seed -1 --json", "--seed is -1"),
        ("biopsy --ct nowhere.nii.gz --target x --json", "nowhere.nii.gz"),
        ("biopsy --ct a --target x --target y --json", "--target is given twice"),
        ("biopsy --ct a --ct=b --target x --json", "--ct is given twice"),
        ("biopsie --ct a --target x --json", "did you mean 'biopsy'"),
        ("nowhere.toml --json", "nowhere.toml"),
        ("nowhere.toml --ct a --seed 3 --json", "--ct, --seed beside a case file"),
    ],
)
def test_a_mistake_is_refused_by_the_name_the_caller_used(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(run("plan", *words.split()), said)
    assert not list(tmp_path.iterdir())


def raising(wrong: BaseException) -> Any:
    def run(*_: object) -> None:
        raise wrong

    return run


ASKED = ("plan", "biopsy", "--ct", "a.nii.gz", "--target", "x", "--json")


def test_our_errors_end_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "run", raising(PlanError("no\n  way:  turn back")))
    assert_refused(run(*ASKED), "seldinger: no way: turn back")


@pytest.mark.parametrize("wrong", [KeyboardInterrupt(), Cancelled("stop")])
def test_stopping_ends_with_1(wrong: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "run", raising(wrong))
    result = run(*ASKED)
    assert result.exit_code == 1
    assert result.stderr == "seldinger: stopped: nothing is half-written\n"


def test_the_unexpected_ends_with_1_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workflow, "run", raising(ZeroDivisionError("oh")))
    result = run(*ASKED)
    assert result.exit_code == 1
    assert isinstance(result.exception, ZeroDivisionError)


STOPPED = """
import signal, sys, time
from seldinger import demo
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
from seldinger.cli import main

def build_anatomy(*_, **__):
    print("working", flush=True)
    time.sleep(60)

demo.build_anatomy = build_anatomy
sys.argv = ["seldinger", "demo", "--out", sys.argv[1]]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_in_a_real_process_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STOPPED, str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    # On a busy machine a line of progress stands before it.
    assert said.splitlines()[-1] == "seldinger: stopped: nothing is half-written"
    assert not list(tmp_path.iterdir())


def test_a_plug_in_that_cannot_be_used_is_named_and_the_others_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger.enter(monkeypatch)
    result = run("procedures", "--json")
    assert result.exit_code == 0
    listed = {one["name"] for one in json.loads(result.stdout)}
    assert {"biopsy", "ablation", "prick"} <= listed
    for name in (stranger.BROKEN, stranger.NO_PROCEDURE, stranger.LEAVES):
        assert name not in listed
        assert f"not usable: {name}: " in result.stderr
