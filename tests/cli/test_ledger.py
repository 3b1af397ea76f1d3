"""``seldinger ledger``: every command, as typed, as JSON, and as refused."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from seldinger.care import pathway
from seldinger.care.ledger import Ledger
from seldinger.care.ledger_records import Author, NewEvent
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
    assert len(said) == 18
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


def test_a_case_is_moved_and_closed_from_the_command_line(place: Path) -> None:
    opened()
    state = run("missing", "K-1").stdout.splitlines()[0].split()[4].strip(",:")
    told = [f"{one['key']}=none" for one in found("missing", "K-1")]
    assert run("move", "K-1", state, *told, *WHO).exit_code == 0, state
    assert found("show", "K-1")["case"]["state"] == state == "assessed"
    # The states between are walked by the library's own test.
    follow(Ledger.open(place), "K-1")
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
    assert_refused(run("export", "--out", str(other)), "there and not ours")
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


TABLE = """case;procedure;access;indication;imaging_date
A-1;Drainage;percutaneous;liver abscess;2026-04-11
A-2;tace;femoral;;none
A-3;other: thoracic duct;;;
"""


def test_cases_come_in_as_a_table_and_go_out_as_one(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(TABLE)
    assert "3 case(s) opened" in run("import", "in.csv", *WHO).stdout
    assert found("show", "A-1")["case"]["procedure"] == "drainage"
    assert run("export", "--csv", "--out", "out.csv").exit_code == 0
    head, first, *_ = (tmp_path / "out.csv").read_text().splitlines()
    assert head.startswith("case,procedure,access,state,opened,closed,events,open_implants")
    assert first.startswith("A-1,drainage,percutaneous,referred,")
    assert "liver abscess" in first
    # What went out comes in again, in another ledger.
    again = run("import", "out.csv", "--db", "other.ledger", *WHO)
    assert "3 case(s) opened" in again.stdout
    assert run("export", "--csv", "--db", "other.ledger").stdout.splitlines()[1] == first


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("case,procedure\nA,drainage\nB,banana\n", "case 2 (B): no procedure is called 'banana'"),
        ("case,procedure\nA,biospy\n", "did you mean biopsy"),
        ("case,procedure\nA,drainage\nA,biopsy\n", "twice: A"),
        ("case,procedure,colour\nA,drainage,red\n", "'colour' is not known"),
        ("case,procedure,indicaton\nA,drainage,x\n", "did you mean 'indication'"),
        ("case,procedure,imaging_date\nA,drainage,yesterday\n", "write a day as YYYY-MM-DD"),
        ("case,procedure\nA\n", "row 2 has 1 cells"),
        ("case,procedure\n,drainage\n", "row 2 names no case"),
        ("case,access\nA,femoral\n", "no column 'procedure'"),
        ("case,procedure\n", "no case in the file"),
    ],
)
def test_a_table_that_does_not_fit_opens_no_case_at_all(
    tmp_path: Path, table: str, said: str
) -> None:
    opened()
    (tmp_path / "in.csv").write_text(table)
    assert_refused(run("import", "in.csv", *WHO), said)
    assert [one["name"] for one in found("list")] == ["K-1"]


def test_a_formula_goes_out_as_text() -> None:
    opened()
    run("record", "K-1", "note==cmd|calc", *WHO)
    assert "'=cmd|calc" in run("export", "--csv").stdout


def follow(book: Ledger, name: str) -> None:
    """Through every state up to followed-up."""
    who, now = Author("R. Vogel", "nurse"), dt.datetime.fromisoformat(WHO[-1])
    while (state := book.show(name).case.state) != "followed-up":
        coming = pathway.next_state(state)
        assert coming is not None
        said = {need.key: "not due" for need in book.missing(name)}
        book.move(name, coming.name, by=who, now=now, entries=said)


def followed(place: Path, count: int, hit: int) -> None:
    """Cases of drainage that were followed up, some of them with a severe event."""
    book, who = Ledger.open(place, create=True), Author("R. Vogel", "nurse")
    now = dt.datetime.fromisoformat(WHO[-1])
    for number in range(count):
        case = book.open_case(f"D-{number}", "drainage", by=who, now=now)
        if number < hit:
            book.add_event(case.name, NewEvent("sir2017", "severe", "bled"), by=who, now=now)
        follow(book, case.name)


def test_a_summary_counts_those_that_were_followed_and_feeds_the_audit(place: Path) -> None:
    followed(place, 2, 1)
    run("open", "B-1", "biopsy", *WHO)
    run("event", "B-1", "3", "air", "--scale", "cirse2017", *WHO)
    run("implant", "B-1", "drain", "8 F", "--placed", "2026-05-01", "--owner", "clinic",
        "--due", "2026-05-02", *WHO)  # fmt: skip
    words = ("--scale", "sir2017", "--grade", "severe", "--threshold", "0.05", "--now", WHO[-1])
    biopsy, drainage, both = found("summary", *words)
    assert (drainage["opened"], drainage["followed"], drainage["with_event"]) == (2, 2, 1)
    assert drainage["audited"]["standing"] == "above"
    assert drainage["interval"] == pytest.approx([0.0945, 0.9055], abs=1e-3)
    assert (biopsy["followed"], biopsy["interval"], biopsy["audited"]) == (0, None, None)
    assert (biopsy["other_scale"], biopsy["open_implants"], biopsy["overdue"]) == (1, 1, 1)
    assert (both["procedure"], both["opened"]) == ("all", 3)
    told = run("summary", "--now", WHO[-1]).stdout
    assert "seldinger audit 1 2 --threshold T" in told
    assert found("summary", "--since", "2026-05-10", "--now", WHO[-1]) == []
    assert_refused(run("summary", "--grade", "severe"), "--scale")
    assert_refused(run("summary", "--procedure", "banana"), "no procedure")


def test_due_dates_are_a_calendar(tmp_path: Path) -> None:
    opened()
    for device, due in (("pigtail; 10 F, long", "2026-05-02"), ("no date", None)):
        words = ["implant", "K-1", "drain", device, "--placed", "2026-05-01", "--owner", "clinic"]
        run(*words, *(() if due is None else ("--due", due)), *WHO)
    result = run("due", "--ics", "due.ics", "--now", WHO[-1])
    assert "1 without a date" in result.stderr
    raw = (tmp_path / "due.ics").read_bytes()
    assert raw.count(b"BEGIN:VEVENT") == 1
    assert b"DTSTART;VALUE=DATE:20260502\r\n" in raw
    assert b"DTSTAMP:20260509T073000Z\r\n" in raw
    assert b"pigtail\\; 10 F\\, long" in raw.replace(b"\r\n ", b"")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    run("due", "--ics", "due.ics", "--now", WHO[-1])
    assert (tmp_path / "due.ics").read_bytes() == raw
    (tmp_path / "letter.txt").write_text("x")
    assert_refused(run("due", "--ics", "letter.txt"), "not ours")


def test_names_and_days_are_checked_where_they_are_told() -> None:
    assert_refused(run("open", "K-2", "banana", *WHO), "ledger procedures", "other: IN WORDS")
    assert run("open", "K-3", "Kyphoplasty", *WHO).exit_code == 0
    assert_refused(run("record", "K-3", "imaging_date=yesterday", *WHO), "YYYY-MM-DD")
    assert run("record", "K-3", "imaging_date=2026-05-01", *WHO).exit_code == 0
    said = run("open", "Meier, Anna 1956", "drainage", *WHO)
    assert "looks like a person's name" in said.stderr
    assert "drainage" in run("procedures").stdout.split()


def test_a_filter_without_a_date_is_told_when_it_should_come_out() -> None:
    opened()
    words = ("implant", "K-1", "filter", "caval", "--placed", "2026-05-01", "--owner", "clinic")
    assert "2026-05-30 to 2026-06-24" in run(*words, *WHO).stderr
    assert "filter has no date" not in run(*words, "--due", "2026-06-01", *WHO).stderr
