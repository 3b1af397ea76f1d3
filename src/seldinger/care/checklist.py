"""The time-out: the pause before the puncture, item by item, with the devices and their dates.

Items are data (``data/time_out.toml``). Only a yes counts; what nobody answered is unknown, and
unknown never completes a list. A device past its date does not pass, one without a date is unknown.
The pause is one moment: its answers are given together, and an old list is never filled up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated

from annotated_types import MinLen

from seldinger.care import pages
from seldinger.care.ledger_records import require_zone, strip_words
from seldinger.care.pathway import Need  # noqa: TC001  a page is read by it
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean
from seldinger.core.verdict import Status
from seldinger.evidence.records import written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from seldinger.care.ledger_records import Author

KEY = "time_out"
"""The pathway's key that a complete list answers."""
DEVICES = "devices"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of an item: yes or no."""

    key: str
    yes: bool
    by: Author
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Device:
    """A device that will be used.

    Attributes:
        name: which one.
        udi: its identifier; None: not told.
        expiry: the last day on which it may be used; None: not told.
    """

    name: str
    udi: str | None = None
    expiry: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list.

    Attributes:
        key: of the item; "device 1" for the first device.
        ask: what is asked.
        met: yes, no, or unknown.
        why: in words, where it is not met or unknown.
        by, at: who answered and when; None: nobody, or a device's date.
    """

    key: str
    ask: str
    met: Status
    why: str = ""
    by: Author | None = None
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class TimeOut:
    """The list as it stands."""

    items: tuple[Item, ...]

    @property
    def complete(self) -> bool:
        """Whether every line is a yes."""
        return all(one.met is Status.MET for one in self.items)

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands against it, a line each."""
        return tuple(f"{one.key}: {one.why}" for one in self.items if one.met is not Status.MET)

    @property
    def entry(self) -> str | None:
        """What the pathway's key ``time_out`` is answered with; None while it is not complete."""
        return f"complete, {len(self.items)} of {len(self.items)}" if self.complete else None


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``time_out.toml``."""

    items: Annotated[tuple[Need, ...], MinLen(1)] = field(metadata=written("item"))


@cache
def items() -> tuple[Need, ...]:
    """The items that are asked, in their order.

    Raises:
        CareError: the page does not hold together.
    """
    page = pages.read_page(_Page, "time_out.toml")
    pages.require_once("time_out.toml", [one.key for one in page.items])
    return page.items


def judge(answers: Sequence[Answer], devices: Sequence[Device] | None, on: dt.date) -> TimeOut:
    """The list, answered.

    Args:
        answers: in the order in which they were given; the last one of an item counts.
        devices: that will be used; empty: none; None: nobody has said.
        on: the day, where the patient is; a device may be used through its last day.

    Raises:
        CareError: an item that is not on the list, or an answer without a name or a zone.
    """
    needs = items()
    given = {one.key: _checked(one) for one in answers}
    unknown = sorted(set(given) - {one.key for one in needs})
    if unknown:
        names = [one.key for one in needs]
        hint = did_you_mean(unknown[0], names)
        raise CareError(f"no item is called {unknown[0]!r}; {hint}allowed: {', '.join(names)}")
    return TimeOut(
        (*(_item(one, given.get(one.key)) for one in needs), *_device_items(devices, on))
    )


def _checked(answer: Answer) -> Answer:
    strip_words(answer.by.name, "the name of who answers")
    strip_words(answer.by.role, "the role of who answers")
    require_zone(answer.at, "the time of an answer")
    return answer


def _item(need: Need, answer: Answer | None) -> Item:
    if answer is None:
        return Item(need.key, need.ask, Status.UNKNOWN, "nobody has answered")
    if answer.yes:
        return Item(need.key, need.ask, Status.MET, "", answer.by, answer.at)
    return Item(need.key, need.ask, Status.NOT_MET, "answered no", answer.by, answer.at)


def _device_items(devices: Sequence[Device] | None, on: dt.date) -> list[Item]:
    """One line for each device; one line where there is none, or nobody has said."""
    if devices is None:
        return [Item(DEVICES, "Devices and their dates", Status.UNKNOWN, "nobody has named them")]
    if not devices:
        return [Item(DEVICES, "No device is used", Status.MET)]
    lines = []
    for number, device in enumerate(devices, start=1):
        key, ask = f"device {number}", strip_words(device.name, "a device's name")
        if device.expiry is None:
            lines.append(Item(key, ask, Status.UNKNOWN, f"{ask}: no expiry date told"))
        elif device.expiry < on:
            why = f"{ask}: expired on {device.expiry.isoformat()}"
            lines.append(Item(key, ask, Status.NOT_MET, why))
        else:
            lines.append(Item(key, f"{ask}, usable to {device.expiry.isoformat()}", Status.MET))
    return lines
