"""The ledger: what it keeps, what it refuses, and that nothing is overwritten."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from seldinger.care import checklist, ledger_tables, pathway
from seldinger.care.ledger import Ledger
from seldinger.care.ledger_records import Author, Case, NewEvent, NewImplant, NewIncident
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from pathlib import Path

BERLIN = dt.timezone(dt.timedelta(hours=2))
NOW = dt.datetime(2026, 4, 12, 9, 30, tzinfo=BERLIN)
LATER = NOW + dt.timedelta(days=20)
DAY = dt.date(2026, 4, 12)
WHO: dict[str, Any] = {"by": Author("R. Vogel", "nurse"), "now": NOW}
THEN: dict[str, Any] = {"by": Author("M. Stern", "radiologist"), "now": LATER}
DRAIN = NewImplant("drain", "pigtail 10 F", None, DAY, "drain clinic", dt.date(2026, 4, 26))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "department.ledger"


@pytest.fixture
def ledger(place: Path) -> Ledger:
    made = Ledger.open(place, create=True)
    made.open_case("K-1", "drainage", "percutaneous", **WHO)
    return made


def walk(ledger: Ledger, case: str, to: str) -> Case:
    """Bring a case to a state, saying what every move asks for."""
    found = ledger.show(case).case
    while found.state != to:
        coming = pathway.next_state(found.state)
        assert coming is not None
        said = {need.key: "none" for need in ledger.missing(case)}
        found = ledger.move(case, coming.name, entries=said, **WHO)
    return found


def test_a_case_walks_the_whole_pathway(ledger: Ledger) -> None:
    assert ledger.show("K-1").case.state == "referred"
    assert len(ledger.missing("K-1")) == 6
    assert len(ledger.missing("K-1", "followed-up")) == 40
    walk(ledger, "K-1", "followed-up")
    closed = ledger.close("K-1", **THEN)
    assert (closed.state, closed.opened, closed.closed) == ("closed", NOW, LATER)
    assert ledger.missing("K-1") == ()
    steps = [(move.came_from, move.to) for move in ledger.show("K-1").moves]
    assert steps[0] == (None, "referred")
    assert steps[-1] == ("followed-up", "closed")
    assert len(steps) == 12
    with pytest.raises(CareError, match="moves no further"):
        ledger.close("K-1", **THEN)


def test_a_move_that_fails_keeps_nothing_of_what_was_told_with_it(ledger: Ledger) -> None:
    before = ledger.export()
    with pytest.raises(CareError, match="missing: imaging_date"):
        ledger.move("K-1", "assessed", entries={"indication": "abscess"}, **WHO)
    with pytest.raises(CareError, match="next comes assessed"):
        ledger.move("K-1", "planned", entries={"indication": "abscess"}, **WHO)
    assert ledger.export() == before


def test_a_correction_is_a_new_entry_and_the_last_one_counts(ledger: Ledger) -> None:
    ledger.record("K-1", {"allergies": "none"}, **WHO)
    # Said later, though somebody's clock runs behind: the order is that of writing.
    early: dict[str, Any] = {**THEN, "now": NOW - dt.timedelta(hours=1)}
    record = ledger.record("K-1", {"allergies": "latex"}, **early)
    assert record.known["allergies"].value == "latex"
    assert record.known["allergies"].by.role == "radiologist"
    assert [entry.value for entry in record.entries] == ["none", "latex"]


def test_instants_are_kept_in_utc(ledger: Ledger, place: Path) -> None:
    ledger.record("K-1", {"note": "x"}, **WHO)
    with closing(sqlite3.connect(place)) as raw:
        told = raw.execute("SELECT at FROM entries").fetchone()[0]
    assert told == "2026-04-12T07:30:00.000000+00:00"
    entry = ledger.show("K-1").entries[0]
    assert entry.at == NOW
    assert entry.at.utcoffset() == dt.timedelta(0)


def test_the_database_itself_changes_and_deletes_nothing(ledger: Ledger, place: Path) -> None:
    ledger.record("K-1", {"note": "x"}, **WHO)
    ledger.add_implant("K-1", DRAIN, **WHO)
    ledger.add_event("K-1", NewEvent("sir2017", "mild", "pain"), **WHO)
    ledger.add_incident(NewIncident("K-1", "drain", "hub off", reported_to="maker"), **WHO)
    with closing(sqlite3.connect(place)) as raw:
        for table in (one.name for one in ledger_tables.GROWING):
            column = "opened" if table == "cases" else "at"
            for act in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = 'x'"):  # noqa: S608
                with pytest.raises(sqlite3.IntegrityError, match="the ledger only grows"):
                    raw.execute(act)


def test_a_case_does_not_close_over_an_open_implant(ledger: Ledger) -> None:
    one = ledger.add_implant("K-1", DRAIN, **WHO)
    assert (one.owner, one.due, one.resolved) == ("drain clinic", dt.date(2026, 4, 26), None)
    walk(ledger, "K-1", "followed-up")
    before = ledger.export()
    refused = r"cannot close with an open implant date: 1 \(drain pigtail 10 F, drain clinic, due"
    for closing_ in (ledger.close, lambda case, **who: ledger.move(case, "closed", **who)):
        with pytest.raises(CareError, match=refused):
            closing_("K-1", **THEN)
    assert ledger.export() == before
    done = ledger.resolve_implant(1, dt.date(2026, 4, 20), "removed", **THEN)
    assert (done.resolved, done.how, done.due) == (dt.date(2026, 4, 20), "removed", one.due)
    assert ledger.close("K-1", **THEN).state == "closed"
    with pytest.raises(CareError, match="is closed: open a new one"):
        ledger.add_implant("K-1", DRAIN, **THEN)


def test_the_implant_of_another_case_does_not_matter(ledger: Ledger) -> None:
    ledger.open_case("K-2", "ivc-filter", **WHO)
    ledger.add_implant("K-2", DRAIN, **WHO)
    walk(ledger, "K-1", "followed-up")
    assert ledger.close("K-1", **THEN).state == "closed"
    assert [one.name for one in ledger.cases(open_only=True)] == ["K-2"]
    assert [one.name for one in ledger.cases()] == ["K-1", "K-2"]


def test_what_is_due_on_a_day(ledger: Ledger) -> None:
    late = dt.date(2026, 4, 20)
    undated = NewImplant("filter", "filter", "udi", DAY, "R. Vogel", None)
    for new in (DRAIN, undated, NewImplant("stent", "stent", None, DAY, "x", late), DRAIN):
        ledger.add_implant("K-1", new, **WHO)
    ledger.resolve_implant(4, DAY, "removed", **WHO)

    def due(on: dt.date) -> list[int]:
        return [one.number for one in ledger.due(on)]

    assert due(dt.date(2026, 4, 19)) == [2]
    assert due(late) == [3, 2]
    assert due(dt.date(2026, 4, 25)) == [3, 2]
    assert due(dt.date(2026, 4, 26)) == [3, 1, 2]
    ledger.assign_implant(2, "reviewed", due=dt.date(2026, 6, 1), owner="M. Stern", **WHO)
    moved = ledger.assign_implant(1, "still draining", due=dt.date(2026, 5, 10), **WHO)
    assert due(dt.date(2026, 4, 26)) == [3]
    assert [(word.due, word.how) for word in moved.words] == [
        (dt.date(2026, 4, 26), ""),
        (dt.date(2026, 5, 10), "still draining"),
    ]
    assert moved.owner == "drain clinic"
    assert due(dt.date.max) == [3, 1, 2]


def test_implants_that_cannot_be_are_refused(ledger: Ledger) -> None:
    def new(**change: Any) -> NewImplant:
        told = {"kind": "drain", "device": "d", "udi": None, "placed": DAY, "owner": "o"}
        return NewImplant(**{**told, "due": None, **change})

    before = ledger.export()
    for change, said in (
        ({"kind": "coil"}, "allowed: filter, drain, stent, other"),
        ({"owner": "  "}, "owner"),
        ({"device": ""}, "implant's name"),
        ({"placed": dt.date(2026, 4, 13)}, "has not come"),
        ({"due": dt.date(2026, 4, 11)}, "before it was placed"),
    ):
        with pytest.raises(CareError, match=said):
            ledger.add_implant("K-1", new(**change), **WHO)
    with pytest.raises(CareError, match="no implant has the number 7"):
        ledger.resolve_implant(7, DAY, "removed", **WHO)
    assert ledger.export() == before
    ledger.add_implant("K-1", new(), **WHO)
    for day, said in ((dt.date(2026, 4, 11), "but placed on"), (LATER.date(), "has not come")):
        with pytest.raises(CareError, match=said):
            ledger.resolve_implant(1, day, "removed", **WHO)
    ledger.resolve_implant(1, DAY, "removed", **WHO)
    with pytest.raises(CareError, match="was resolved on 2026-04-12"):
        ledger.assign_implant(1, "again", due=LATER.date(), **WHO)


def test_an_event_answers_the_pathway_until_discharge_and_after(ledger: Ledger) -> None:
    first = ledger.add_event("K-1", NewEvent("sir2017", "Moderate", "bled"), **WHO)
    assert (first.key, first.grade) == ("adverse_event", "moderate")
    assert (first.harm, first.device_related) == (None, None)
    assert ledger.show("K-1").known["adverse_event"].value == "moderate (SIR 2017): bled"
    walk(ledger, "K-1", "discharged")
    late = ledger.add_event("K-1", NewEvent("cirse2017", "3", "sepsis", False, True), **THEN)
    assert (late.key, late.device_related, late.harm) == ("late_event", False, True)
    assert ledger.show("K-1").known["late_event"].value == "3 (CIRSE 2017): sepsis"
    for key in ("adverse_event", "late_event"):
        for nothing in ("none", " None ", "no"):
            with pytest.raises(CareError, match=f"{key} cannot be none"):
                ledger.record("K-1", {key: nothing}, **THEN)


def test_an_event_is_corrected_by_another_once(ledger: Ledger) -> None:
    ledger.add_event("K-1", NewEvent("sir2017", "mild", "bled"), **WHO)
    walk(ledger, "K-1", "discharged")
    worse = NewEvent("sir2017", "severe", "bled, embolized", corrects=1)
    assert ledger.add_event("K-1", worse, **THEN).key == "adverse_event"
    old, new = ledger.show("K-1").events
    assert (old.replaced_by, new.corrects, new.replaced_by) == (2, 1, None)
    with pytest.raises(CareError, match="corrected by 2"):
        ledger.add_event("K-1", worse, **THEN)
    ledger.open_case("K-2", "biopsy", **WHO)
    with pytest.raises(CareError, match="K-2 has no event 2"):
        ledger.add_event("K-2", NewEvent("sir2017", "mild", "x", corrects=2), **WHO)
    with pytest.raises(CareError, match="no grade 'D'"):
        ledger.add_event("K-1", NewEvent("sir2017", "D", "x"), **WHO)


def test_incidents_with_and_without_a_case_and_to_whom_they_went(ledger: Ledger) -> None:
    expiry = dt.date(2027, 1, 31)
    told = NewIncident("K-1", "drain", "hub off", "A17", "udi", expiry, "maker")
    one = ledger.add_incident(told, **WHO)
    assert (one.case, one.lot, one.udi, one.expiry) == ("K-1", "A17", "udi", expiry)
    two = ledger.add_incident(NewIncident(None, "wire", "pack open"), **WHO)
    assert two.reports == ()
    ledger.report_incident(1, "authority", **THEN)
    assert [report.to for report in ledger.show("K-1").incidents[0].reports] == [
        "maker",
        "authority",
    ]
    whole = json.loads(ledger.export())
    assert [found["number"] for found in whole["incidents"]] == [2]
    with pytest.raises(CareError, match="no incident has the number 3"):
        ledger.report_incident(3, "authority", **THEN)
    with pytest.raises(CareError, match="no case is called 'K-9'"):
        ledger.add_incident(NewIncident("K-9", "wire", "pack open"), **WHO)


def test_a_time_out_answers_its_key_only_when_complete(ledger: Ledger) -> None:
    keys = [need.key for need in checklist.items()]
    answers = [checklist.Answer(key, True, WHO["by"], NOW) for key in keys]
    old = [checklist.Device("drain", None, dt.date(2026, 4, 11))]
    judged = checklist.judge(answers, old, DAY)
    record = ledger.time_out("K-1", judged, **WHO)
    assert "time_out" not in record.known
    assert record.known["time_out.device 1"].value == "not_met: drain: expired on 2026-04-11"
    record = ledger.time_out("K-1", checklist.judge(answers, [], DAY), **WHO)
    assert record.known["time_out"].value == "complete, 11 of 11"
    assert record.known["time_out.site"].value.startswith("met: ")


def test_mistakes_of_the_caller(ledger: Ledger) -> None:
    before = ledger.export()
    naive = NOW.replace(tzinfo=None)
    for call, said in (
        (lambda: ledger.open_case("K-1", "biopsy", **WHO), "is called 'K-1' already"),
        (lambda: ledger.open_case(" ", "biopsy", **WHO), "case's name is empty"),
        (lambda: ledger.open_case("x" * 201, "biopsy", **WHO), "up to 200"),
        (lambda: ledger.open_case("a\nb", "biopsy", **WHO), "one line"),
        (lambda: ledger.open_case("K-2", "\x00", **WHO), "cannot be read"),
        (lambda: ledger.open_case("K-2", "biopsy", by=WHO["by"], now=naive), "no zone"),
        (lambda: ledger.record("K-1", {"note": " "}, **WHO), "note is empty"),
        (lambda: ledger.record("K-1", {"note": "\ud800"}, **WHO), "cannot be read"),
        (lambda: ledger.record("K-1", {"alergies": "x"}, **WHO), "did you mean 'allergies'"),
        (lambda: ledger.record("K-2", {"note": "x"}, **WHO), "no case is called 'K-2'"),
        (lambda: ledger.record("K-1", {"note": "x"}, by=Author("", "n"), now=NOW), "name of who"),
        (lambda: ledger.record("K-1", {"note": "x"}, by=Author("n", " "), now=NOW), "role of who"),
        (lambda: ledger.record("K-1", {"note": "x"}, by=WHO["by"], now=naive), "no zone"),
        (lambda: ledger.missing("K-1", "lost"), "no state is called 'lost'"),
    ):
        with pytest.raises(CareError, match=said):
            call()
    assert ledger.export() == before


def test_words_come_back_as_they_were_told(ledger: Ledger) -> None:
    odd = 'O\'Neil; DROP TABLE entries; -- "ü" 漢字 🫀\nsecond line\ttab\u00a0end'
    ledger.open_case(odd.replace("\n", " "), "biopsy", **WHO)
    record = ledger.record(odd.replace("\n", " "), {"note": f"  {odd} "}, **WHO)
    assert record.known["note"].value == odd
    assert json.loads(ledger.export())["cases"][1]["entries"][0]["value"] == odd


def test_the_export_holds_everything_and_is_the_same_twice(ledger: Ledger) -> None:
    ledger.add_implant("K-1", DRAIN, **WHO)
    whole = json.loads(ledger.export())
    assert whole["seldinger_ledger"] == 1
    (case,) = whole["cases"]
    assert case["case"]["opened"] == "2026-04-12T07:30:00+00:00"
    assert case["implants"][0]["due"] == "2026-04-26"
    assert ledger.export() == ledger.export()


def test_a_ledger_is_made_only_when_asked_to(tmp_path: Path, place: Path) -> None:
    with pytest.raises(CareError, match="there is no ledger"):
        Ledger.open(place)
    assert list(tmp_path.iterdir()) == []
    assert Ledger.open(place, create=True).database.made
    assert not Ledger.open(place, create=True).database.made
    assert Ledger.open(f"sqlite:///{place}").cases() == ()
    assert list(tmp_path.iterdir()) == [place], "one file between operations"


def test_what_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Dear colleague, " * 100, encoding="utf-8")
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("CREATE TABLE theirs (x)")
        raw.commit()
    for place, said in (
        (text, "not a database"),
        (other, "but no ledger"),
        (tmp_path, "cannot be used"),
        (tmp_path / "none" / "x.db", "folder that exists"),
    ):
        bytes_ = place.read_bytes() if place.is_file() else b""
        with pytest.raises(CareError, match=said):
            Ledger.open(place, create=True)
        assert not place.is_file() or place.read_bytes() == bytes_


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mysql://u:secret@host/x", "cannot live in mysql"),
        ("sqlite://", "in memory forgets"),
        ("sqlite:///:memory:", "in memory forgets"),
        (":memory:", "needs a file"),
        ("", "needs a file"),
        ("post gres://", "cannot"),
    ],
)
def test_addresses_that_cannot_hold_a_ledger(where: str, said: str) -> None:
    with pytest.raises(CareError, match=said) as refused:
        Ledger.open(where, create=True)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("version", "said"),
    [(2, "schema 2.*knows up to 1: a newer seldinger wrote it"), (0, "schema 0.*damaged")],
)
def test_another_schema_is_refused_in_words(
    ledger: Ledger, place: Path, version: int, said: str
) -> None:
    assert ledger.cases()
    with closing(sqlite3.connect(place)) as raw:
        raw.execute("UPDATE ledger_schema SET version = ?", (version,))
        raw.commit()
    for create in (False, True):
        with pytest.raises(CareError, match=said):
            Ledger.open(place, create=create)


def test_every_connection_keeps_its_promises(ledger: Ledger) -> None:
    with ledger.database.reading() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "synchronous", "journal_mode")
        }
    assert told == {"foreign_keys": 1, "synchronous": 3, "journal_mode": "delete"}


def test_the_tables_can_be_spelled_for_postgresql() -> None:
    """Compiled, not run: no such server is here."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    spelled = {
        table.name: str(CreateTable(table).compile(dialect=dialect))
        for table in ledger_tables.metadata.sorted_tables
    }
    assert len(spelled) == 9
    assert "id SERIAL NOT NULL" in spelled["entries"]
    assert "FOREIGN KEY(case_name) REFERENCES cases (name)" in spelled["entries"]
    assert "at VARCHAR(32) NOT NULL" in spelled["entries"]
    assert "case_name TEXT NOT NULL" in spelled["moves"]
    assert 'UNIQUE (case_name, "to")' in spelled["moves"]
    assert "device_related BOOLEAN" in spelled["events"]
    assert "kind IN ('filter', 'drain', 'stent', 'other')" in spelled["implants"]
    for table in ledger_tables.GROWING:
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
