"""The time-out: only a yes counts, an old device does not pass, an unknown one is unknown."""

from __future__ import annotations

import datetime as dt

import pytest

from seldinger.care import checklist
from seldinger.care.checklist import Answer, Device, judge
from seldinger.care.ledger_records import Author
from seldinger.core.errors import CareError
from seldinger.core.verdict import Status

NURSE = Author("R. Vogel", "nurse")
AT = dt.datetime(2026, 4, 12, 9, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 4, 12)
ITEMS = [
    "patient",
    "site",
    "consent",
    "allergies",
    "clearance",
    "antibiotic",
    "fasting",
    "dose_alert",
    "instructions",
    "bail_out",
]


def said(*keys: str, yes: bool = True) -> list[Answer]:
    return [Answer(key, yes, NURSE, AT) for key in keys]


def test_the_items_are_these() -> None:
    assert [one.key for one in checklist.items()] == ITEMS


def test_all_answered_and_no_device_is_complete() -> None:
    judged = judge(said(*ITEMS), [], DAY)
    assert judged.complete
    assert judged.missing == ()
    assert judged.entry == "complete, 11 of 11"
    assert {(one.by, one.at) for one in judged.items[:-1]} == {(NURSE, AT)}


@pytest.mark.parametrize("gone", ITEMS)
def test_every_item_counts(gone: str) -> None:
    others = [key for key in ITEMS if key != gone]
    silent = judge(said(*others), [], DAY)
    assert silent.missing == (f"{gone}: nobody has answered",)
    assert silent.entry is None
    refused = judge([*said(*others), *said(gone, yes=False)], [], DAY)
    assert refused.missing == (f"{gone}: answered no",)
    assert [one.met for one in refused.items if one.key == gone] == [Status.NOT_MET]


def test_the_last_answer_counts() -> None:
    assert judge([*said(*ITEMS), *said("site", yes=False)], [], DAY).missing
    assert judge([*said("site", yes=False), *said(*ITEMS)], [], DAY).complete


@pytest.mark.parametrize(
    ("expiry", "met"),
    [
        (dt.date(2026, 4, 11), Status.NOT_MET),
        (dt.date(2026, 4, 12), Status.MET),
        (dt.date(2026, 4, 13), Status.MET),
        (None, Status.UNKNOWN),
    ],
)
def test_a_device_may_be_used_through_its_last_day(expiry: dt.date | None, met: Status) -> None:
    judged = judge(
        said(*ITEMS), [Device("wire", "udi", dt.date.max), Device("drain", None, expiry)], DAY
    )
    assert judged.items[-1].met is met
    assert judged.complete is (met is Status.MET)
    if met is not Status.MET:
        assert judged.missing[0].startswith("device 2: drain")


def test_devices_that_nobody_named_are_unknown() -> None:
    judged = judge(said(*ITEMS), None, DAY)
    assert judged.missing == ("devices: nobody has named them",)
    assert judged.items[-1].met is Status.UNKNOWN


def test_mistakes_are_refused() -> None:
    with pytest.raises(CareError, match="did you mean 'patient'"):
        judge(said("patiant"), [], DAY)
    with pytest.raises(CareError, match="name of who answers"):
        judge([Answer("site", True, Author(" ", "nurse"), AT)], [], DAY)
    with pytest.raises(CareError, match="no zone"):
        judge([Answer("site", True, NURSE, AT.replace(tzinfo=None))], [], DAY)
    with pytest.raises(CareError, match="device's name"):
        judge(said(*ITEMS), [Device("", None, DAY)], DAY)
