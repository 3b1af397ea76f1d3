"""A ledger survives being killed at any moment, and two programs that write at once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from seldinger.care.ledger import Ledger
from seldinger.care.ledger_records import Author, CaseRecord

PROGRAM = Path(__file__).with_name("ledger_writer.py")
KILLS, SEED, CASES = 12, 20260412, 5
ACTS = ("opened", "moved", "implanted", "harmed")
ASSESSED = {
    "indication",
    "imaging_date",
    "alternatives_discussed",
    "pregnancy",
    "allergies",
    "drugs",
}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledger") / "department.ledger"


@pytest.fixture(scope="module")
def said(place: Path) -> dict[str, list[str]]:
    """What the killed program and the two at once acknowledged."""
    command = [sys.executable, "-W", "error", str(PROGRAM), str(place), f"{KILLS}", f"{SEED}"]
    done = subprocess.run([*command, f"{CASES}"], capture_output=True, text=True, check=True)
    assert not done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def kept(place: Path, said: dict[str, list[str]]) -> dict[str, CaseRecord]:
    """The cases that are there afterwards."""
    assert said
    ledger = Ledger.open(place)
    return {one.name: ledger.show(one.name) for one in ledger.cases()}


def test_the_database_is_sound(place: Path, kept: dict[str, CaseRecord]) -> None:
    assert kept
    with closing(sqlite3.connect(place)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def test_children_were_killed_at_different_points(said: dict[str, list[str]]) -> None:
    """Else this page would test nothing."""
    assert not [line for line in said["killed"] if line.startswith("failed")]
    last = {line.split()[1].partition("-")[0]: line.split()[0] for line in said["killed"]}
    assert len(last) > KILLS // 3  # rounds that had acknowledged something
    assert len(set(last.values())) > 1


def test_every_operation_is_whole(kept: dict[str, CaseRecord]) -> None:
    for record in kept.values():
        states = [move.to for move in record.moves]
        assert states in (["referred"], ["referred", "assessed"])
        written = Counter(entry.key for entry in record.entries)
        assert set(written) - {"adverse_event"} == (ASSESSED if "assessed" in states else set())
        assert written["adverse_event"] == len(record.events)
        assert max(written.values(), default=1) == 1
        for implant in record.implants:
            assert len(implant.words) == 1


def test_everything_acknowledged_is_there(
    said: dict[str, list[str]], kept: dict[str, CaseRecord]
) -> None:
    for line in said["killed"] + said["together"]:
        act, name = line.split()
        record = kept[name]
        there = (True, len(record.moves) == 2, len(record.implants) == 1, len(record.events) == 1)
        assert there[ACTS.index(act)], line


def test_what_was_not_committed_is_gone(kept: dict[str, CaseRecord]) -> None:
    values = {entry.value for record in kept.values() for entry in record.entries}
    assert "never said" not in values


def test_two_programs_write_at_once(said: dict[str, list[str]]) -> None:
    """Each is done, or was told to try again; here both have the time to wait."""
    wanted = {f"{act} {who}-{n}" for act in ACTS for who in ("left", "right") for n in range(CASES)}
    assert set(said["together"]) == wanted


def test_a_busy_ledger_says_so_and_changes_nothing(
    place: Path, kept: dict[str, CaseRecord]
) -> None:
    by = Author("A", "nurse")
    ledger = Ledger.open(place, wait_s=0.02)
    name = next(iter(kept))
    now = kept[name].case.opened
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ledger.show(name) == kept[name]
        with pytest.raises(Exception, match="busy, another program writes to it: try again"):
            ledger.record(name, {"note": "too early"}, by=by, now=now)
        other.execute("ROLLBACK")
    assert ledger.show(name) == kept[name]
    assert ledger.record(name, {"note": "now"}, by=by, now=now).known["note"].value == "now"
