"""A program that writes to a ledger and is killed again and again; see ``test_ledger_kill``.

It forks what is killed, so that the libraries are loaded once. What a child said before it died is
what a user would have been told.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import random
import signal
import sys
import time
from typing import TYPE_CHECKING

from seldinger.care.ledger import Ledger
from seldinger.care.ledger_records import Author, NewEvent, NewImplant

if TYPE_CHECKING:
    from collections.abc import Callable

BY = Author("R. Vogel", "nurse")
NOW = dt.datetime(2026, 4, 12, 9, 30, tzinfo=dt.UTC)
FIRST = 3  # rounds that hit the making of the ledger
LONGEST_S = 0.01  # about what an operation takes: where in it the kill falls is left to chance
ASSESSED = (
    "indication",
    "imaging_date",
    "alternatives_discussed",
    "pregnancy",
    "allergies",
    "drugs",
)


def one_case(ledger: Ledger, name: str) -> None:
    """Four operations of several rows each, every one acknowledged."""
    ledger.open_case(name, "drainage", by=BY, now=NOW)
    say("opened", name)
    told = dict.fromkeys(ASSESSED, "told") | {"imaging_date": "2026-04-10"}
    ledger.move(name, "assessed", by=BY, now=NOW, entries=told)
    say("moved", name)
    new = NewImplant("drain", "pigtail", None, NOW.date(), "drain clinic", None)
    ledger.add_implant(name, new, by=BY, now=NOW)
    say("implanted", name)
    ledger.add_event(name, NewEvent("sir2017", "mild", "pain"), by=BY, now=NOW)
    say("harmed", name)


def say(act: str, name: str) -> None:
    """Past every buffer, as an acknowledgement must be."""
    os.write(1, f"{act} {name}\n".encode())


def forked(work: Callable[[], None]) -> tuple[int, int]:
    """A child that works with its words in a pipe; its process and the pipe's end."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writes, 1)
        os.close(reads)
        try:
            work()
        except BaseException as wrong:  # noqa: BLE001  a child tells, and never runs on as its parent
            os.write(1, f"failed {wrong}\n".encode())
        os._exit(0)
    os.close(writes)
    return child, reads


def heard(reads: int, enough: int | None = None) -> str:
    """What a child has said: until so many lines, or until it is gone."""
    found = b""
    while enough is None or found.count(b"\n") < enough:
        more = os.read(reads, 4096)
        if not more:
            break
        found += more
    return found.decode()


def killed(where: str, round_: int, lines: int, after_s: float) -> list[str]:
    """What a child said that is killed so long after so many lines; it may make the ledger."""

    def work() -> None:
        ledger = Ledger.open(where, create=True)
        for number in itertools.count():
            one_case(ledger, f"{round_}-{number}")

    child, reads = forked(work)
    said = heard(reads, lines)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return (said + heard(reads)).splitlines()


def killed_inside(where: str) -> list[str]:
    """What a child said that kills itself with its rows written and nothing committed."""

    def work() -> None:
        ledger = Ledger.open(where)
        from seldinger.care import ledger_writing

        with ledger.database.writing() as connection:
            ledger_writing.insert_entry(connection, "end", "note", "never said", BY, NOW)
            os.kill(os.getpid(), signal.SIGKILL)

    child, reads = forked(work)
    os.waitpid(child, 0)
    return heard(reads).splitlines()


def together(where: str, cases: int) -> list[str]:
    """What two children said that wrote at once."""

    def work(who: str) -> None:
        for number in range(cases):
            one_case(Ledger.open(where, wait_s=60.0), f"{who}-{number}")

    children = [forked(lambda: work("left")), forked(lambda: work("right"))]
    lines = [line for _, reads in children for line in heard(reads).splitlines()]
    for child, _ in children:
        os.waitpid(child, 0)
    return lines


def main(where: str, kills: int, seed: int, cases: int) -> None:
    """Run all of it and print what was acknowledged."""
    warm = Ledger.open(f"{where}.warm", create=True)  # what is loaded once, the children need not
    one_case(warm, "warm")
    chance = random.Random(seed)  # noqa: S311  moments to be killed at, no secrets
    said = []
    for number in range(kills):
        lines = 0 if number < FIRST else chance.randrange(1, 8)
        said += killed(where, number, lines, chance.uniform(0.0, LONGEST_S))
    Ledger.open(where, create=True).open_case("end", "drainage", by=BY, now=NOW)
    said += killed_inside(where)
    both = together(where, cases)
    sys.stdout.write("\n" + json.dumps({"killed": said, "together": both}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
