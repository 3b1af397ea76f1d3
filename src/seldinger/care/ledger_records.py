"""What the ledger takes and gives: frozen records of a case, and how their words are checked.

Every number beside a record (``number``) is the ledger's own and is how a person names it later.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from seldinger.core.errors import CareError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

ImplantKind = Literal["filter", "drain", "stent", "other"]
IMPLANT_KINDS: tuple[str, ...] = get_args(ImplantKind)
_UNPRINTABLE = {"Cc", "Cs"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who says so, and in which role."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands.

    Attributes:
        name: the owner's own identifier.
        procedure, access: as the case was opened; what was decided later is an entry.
        state: of ``pathway``.
        opened, closed: UTC; ``closed`` is None while it is open.
    """

    name: str
    procedure: str
    access: str | None
    state: str
    opened: dt.datetime
    closed: dt.datetime | None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened.

    Attributes:
        name: the owner's own identifier.
        procedure, access: as ordered; ``access`` is None where nobody said.
        known: words by the pathway's keys, written with it.
    """

    name: str
    procedure: str
    access: str | None = None
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A word under a key; the last one of a key counts, the earlier ones stay."""

    number: int
    at: dt.datetime
    by: Author
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Move:
    """A step on the pathway; ``came_from`` is None where the case was opened."""

    at: dt.datetime
    by: Author
    came_from: str | None
    to: str


@dataclass(frozen=True, slots=True)
class NewImplant:
    """Something that stays in the patient and must be looked after.

    Attributes:
        kind: of ``IMPLANT_KINDS``.
        device: which one.
        udi: its identifier; None: not recorded.
        placed: on which day.
        owner: who sees to it that it is removed, exchanged or handed over.
        due: by when; None: nobody said, and then it is listed as due until somebody does.
    """

    kind: str
    device: str
    udi: str | None
    placed: dt.date
    owner: str
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class ImplantWord:
    """What was said of an implant: when it was added, moved to another date, resolved.

    Attributes:
        at, by: when and by whom.
        owner, due: from then on.
        resolved: the day on which it was removed or handed over for good; None: it is open.
        how: what became of it, or why owner or date changed.
    """

    at: dt.datetime
    by: Author
    owner: str
    due: dt.date | None
    resolved: dt.date | None
    how: str


@dataclass(frozen=True, slots=True)
class Implant:
    """An implant and everything that was said of it.

    Attributes:
        number: the ledger's.
        case: whose.
        kind, device, udi, placed: as in ``NewImplant``.
        words: in the order of writing; the last one counts.
    """

    number: int
    case: str
    kind: str
    device: str
    udi: str | None
    placed: dt.date
    words: tuple[ImplantWord, ...]

    @property
    def owner(self) -> str:
        """Who looks after it now."""
        return self.words[-1].owner

    @property
    def due(self) -> dt.date | None:
        """By when, as last told."""
        return self.words[-1].due

    @property
    def resolved(self) -> dt.date | None:
        """Since when nobody need look after it; None: it is open."""
        return self.words[-1].resolved

    @property
    def how(self) -> str:
        """What became of it, as last told."""
        return self.words[-1].how


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An adverse event.

    Attributes:
        scale: "sir2017" or "cirse2017"; neither is ever converted into the other.
        grade: of that scale, see ``adverse``.
        text: what happened.
        device_related: whether a device had a part in it; None: not known.
        harm: whether the patient came to harm; None: not known.
        corrects: number of the event that this one replaces; the old one stays to be read.
    """

    scale: str
    grade: str
    text: str
    device_related: bool | None = None
    harm: bool | None = None
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An adverse event as it was recorded; attributes as in ``NewEvent``.

    Attributes:
        key: the pathway's key that it answers: "adverse_event" until discharge, then "late_event".
        replaced_by: number of the event that corrects this one; None: it counts.
    """

    number: int
    case: str
    at: dt.datetime
    by: Author
    key: str
    scale: str
    grade: str
    text: str
    device_related: bool | None
    harm: bool | None
    corrects: int | None
    replaced_by: int | None


@dataclass(frozen=True, slots=True)
class NewIncident:
    """A device that failed, or nearly did.

    Attributes:
        case: None: before it came to a patient, or the case is not in this ledger.
        device, lot, udi, expiry: which one; None: not recorded.
        what: what happened.
        reported_to: None: nobody yet.
    """

    case: str | None
    device: str
    what: str
    lot: str | None = None
    udi: str | None = None
    expiry: dt.date | None = None
    reported_to: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """To whom an incident was reported."""

    at: dt.datetime
    by: Author
    to: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A device incident with everyone it was reported to; attributes as in ``NewIncident``."""

    number: int
    case: str | None
    at: dt.datetime
    by: Author
    device: str
    lot: str | None
    udi: str | None
    expiry: dt.date | None
    what: str
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Everything about a case, each list in the order in which it was written."""

    case: Case
    entries: tuple[Entry, ...]
    moves: tuple[Move, ...]
    implants: tuple[Implant, ...]
    events: tuple[Event, ...]
    incidents: tuple[Incident, ...]

    @property
    def known(self) -> dict[str, Entry]:
        """The last entry of each key."""
        return {one.key: one for one in self.entries}


def strip_words(raw: str, what: str) -> str:
    """``told`` without blanks around it.

    Args:
        raw: as it came.
        what: how a message calls it.

    Raises:
        CareError: nothing is left, or it holds characters that nobody can read.
    """
    text = raw.strip()
    if not text:
        raise CareError(f"{what} is empty: say it in words")
    readable = text.replace("\n", " ").replace("\t", " ")
    if any(unicodedata.category(one) in _UNPRINTABLE for one in readable):
        raise CareError(f"{what} holds characters that cannot be read: {text!r}")
    return text


def strip_or_none(told: str | None, what: str) -> str | None:
    """The same for what need not be told."""
    return None if told is None else strip_words(told, what)


def require_zone(instant: dt.datetime, what: str = "now") -> dt.datetime:
    """An instant that has a zone.

    Raises:
        CareError: it has none.
    """
    if instant.utcoffset() is None:
        raise CareError(f"{what}, {instant.isoformat()}, has no zone: write its offset (+01:00)")
    return instant
