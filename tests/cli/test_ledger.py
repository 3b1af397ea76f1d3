"""``seldinger ledger``: every command, as typed, as JSON, and as refused."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from seldinger.cli.app import app

PAGE = Path(__file__).parents[2] / "docs/how-to/keep-a-ledger.md"
WHO = ("--by", "R. Vogel", "--role", "nurse", "--now", "2026-05-09T09:30:00+02:00")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SELDINGER_LEDGER", "department.ledger")
    return tmp_path / "department.ledger"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["ledger", *words])


def found(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def assert_refused(result: Result, *said: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, "one line"
    for words in said:
        assert words in result.stderr


def opened() -> None:
    assert run("open", "K-1", "drainage", *WHO).exit_code == 0


def commands() -> list[tuple[list[str], bool]]:
    """The ledger's commands on the page, and whether the page says that they are refused."""
    shell = "\n".join(
        re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
    lines = shell.replace("\\\n", " ").splitlines()
    return [
        (shlex.split(line, comments=True)[2:], "# refused" in line)
        for line in lines
        if line.startswith("seldinger ledger")
    ]


def test_the_page_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    said = {}
    for words, refused in commands():
        now = () if not {"--by"} & set(words) else WHO[-2:]
        result = run(*words, *now)
        assert result.exit_code == (2 if refused else 0), (words, result.output)
        said[words[0]] = result.output
    assert len(said) == 16
    assert "time-out not complete: 8 of 11 open" in said["time-out"]
    assert "resolved 2026-05-08: removed" in said["resolve"]
    assert "the authority" in said["reported"]
    assert json.loads((tmp_path / "ledger.json").read_text("utf-8"))["cases"]


def test_every_command_prints_json() -> None:
    assert found("open", "K-1", "drainage", *WHO)["state"] == "referred"
    assert [one["name"] for one in found("list")] == ["K-1"]
    assert found("record", "K-1", "note=a=b", *WHO)["entries"][0]["value"] == "a=b"
    keys = [one["key"] for one in found("missing", "K-1")]
    assert keys[0] == "indication"
    told = [f"{key}=none" for key in keys]
    assert found("move", "K-1", "assessed", *told, *WHO)["state"] == "assessed"
    judged = found("time-out", "K-1", "--yes", "site", "--no-device", *WHO)
    assert judged["complete"] is False
    assert len(judged["missing"]) == 9
    stent = ("implant", "K-1", "stent", "s", "--placed", "2026-05-09", "--owner", "o")
    assert found(*stent, *WHO)["due"] is None
    assert [one["number"] for one in found("due", "--on", "2026-05-09")] == [1]
    assert found("assign", "1", "--why", "w", "--due", "2026-06-01", *WHO)["due"] == "2026-06-01"
    assert found("due", "--now", "2026-05-31T23:00:00+02:00") == []
    assert [one["number"] for one in found("due", "--all")] == [1]
    assert found("resolve", "1", "--how", "permanent", *WHO)["resolved"] == "2026-05-09"
    event = found("event", "K-1", "2", "x", "--scale", "cirse2017", "--harm", "no", *WHO)
    assert (event["harm"], event["device_related"], event["grade"]) == (False, None, "2")
    assert found("incident", "wire", "open pack", *WHO)["case"] is None
    assert found("reported", "1", "maker", *WHO)["reports"][0]["to"] == "maker"
    assert len(found("show", "K-1")["moves"]) == 2
    assert found("export") == found("export")


def test_a_case_is_closed_from_the_command_line() -> None:
    opened()
    while (shown := found("show", "K-1"))["case"]["state"] != "followed-up":
        state = run("missing", "K-1").stdout.splitlines()[0].split()[4].strip(",:")
        told = [f"{one['key']}=none" for one in found("missing", "K-1")]
        assert run("move", "K-1", state, *told, *WHO).exit_code == 0, (shown, state)
    assert run("missing", "K-1").stdout == "K-1 can be closed: nothing is missing\n"
    assert run("close", "K-1", *WHO).stdout == "K-1: closed\n"
    assert run("missing", "K-1").stdout == "K-1 is closed\n"
    assert run("list", "--open").stdout == "no case\n"


def test_no_ledger_is_assumed(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert_refused(run("list"), "there is no ledger at", "open a case there")
    monkeypatch.delenv("SELDINGER_LEDGER")
    for words in (["list"], ["due"], ["open", "K-1", "drainage", *WHO]):
        assert_refused(run(*words), "--db FILE_OR_URL", "SELDINGER_LEDGER", "no default")
    assert not place.exists()
    made = run("open", "K-1", "drainage", "--db", str(place), *WHO)
    assert made.stdout == "K-1: referred\n"
    assert "made a new ledger" in made.stderr
    assert run("list", "--db", f"sqlite:///{place}").exit_code == 0


def test_mistakes_are_refused_in_one_line() -> None:
    opened()
    assert_refused(run("open", "K-1", "drainage", *WHO), "already")
    assert_refused(run("record", "K-1", "note=x"), "--by NAME and --role ROLE")
    assert_refused(run("record", "K-1", *WHO), "KEY=WORDS")
    assert_refused(run("record", "K-1", "note", *WHO), "'note' has no key")
    assert_refused(run("record", "K-1", "note=x", "note=y", *WHO), "told twice")
    assert_refused(run("record", "K-1", "note=x", *WHO[:-1], "2026-05-09T09:30:00"), "no zone")
    assert_refused(run("record", "K-1", "note=x", *WHO[:-1], "2026-05-09"), "no date with a time")
    assert_refused(run("show", "K-2"), "K-2")
    assert_refused(run("due", "--on", "soon"), "2026-11-25")
    yes_and_no = ("--yes", "site", "--no", "site")
    assert_refused(run("time-out", "K-1", *yes_and_no, *WHO), "site is answered yes and no")
    both = ("--device", "x=2027-01-01", "--no-device")
    assert_refused(run("time-out", "K-1", *both, *WHO), "say one of them")
    assert_refused(run("time-out", "K-1", "--yes", "sight", *WHO), "did you mean 'site'")
    assert_refused(run("time-out", "K-2"), "K-2")
    assert_refused(run("list", "--db", "a", "--db", "b"), "--db is given twice")
    assert len(found("show", "K-1")["entries"]) == 0


def test_an_export_never_replaces_what_is_not_one(tmp_path: Path) -> None:
    opened()
    other = tmp_path / "letter.json"
    other.write_text("{}", encoding="utf-8")
    assert_refused(run("export", "--out", str(other)), "no export of a ledger")
    assert other.read_text("utf-8") == "{}"
    out = tmp_path / "ledger.json"
    assert run("export", "--out", str(out)).exit_code == 0
    assert run("record", "K-1", "note=x", *WHO).exit_code == 0
    assert run("export", "--out", str(out)).exit_code == 0
    assert out.read_text("utf-8") == run("export").stdout


def test_a_device_without_a_date_is_unknown_and_an_old_one_fails() -> None:
    opened()
    shown = run("time-out", "K-1", "--device", "wire", "--device", "drain=2026-05-08", *WHO).stdout
    assert "device 1: wire: no expiry date told" in shown
    assert "device 2: drain: expired on 2026-05-08" in shown
