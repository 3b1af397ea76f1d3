"""A department's summary of its ledger: how many, how far, and how often something happened.

Rates are counted over cases that were followed far enough: an open case may still have its
complication. They are a department's, and nobody's risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.care import adverse, pathway
from seldinger.care.ledger_procedures import match_procedure
from seldinger.care.quality import AuditedRate, audit, wilson_interval

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from seldinger.care.ledger_records import CaseRecord, Event

_FOLLOWED = "followed-up"
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """What is counted.

    Attributes:
        since, until: days on which a case was opened, both included; None: no end.
        procedure: by any of its names; None: all.
        scale, grade: count events of this grade or worse; None: every event.
        threshold: share that triggers a review; None: no audit.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    procedure: str | None = None
    scale: str | None = None
    grade: str | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One procedure.

    Attributes:
        procedure: its name, or "all".
        opened: cases.
        followed: of these, how many were followed up or closed.
        with_event: of those followed, how many had an event that counts.
        interval: Wilson's 95 % interval of that rate; None without a followed case.
        other_scale: events on another scale, which are not turned into this one.
        open_implants, overdue: implants that nobody has resolved, and whose date has passed.
        audited: against the threshold; None without one, or without a followed case.
    """

    procedure: str
    opened: int
    followed: int
    with_event: int
    interval: tuple[float, float] | None
    other_scale: int
    open_implants: int
    overdue: int
    audited: AuditedRate | None


def summarize(
    records: Sequence[CaseRecord], request: SummaryRequest, today: dt.date
) -> tuple[Line, ...]:
    """Count a ledger's cases by procedure; the last line is all of them, where there are several.

    Args:
        records: everything about every case.
        request: what is counted.
        today: by which implants are overdue.

    Raises:
        CareError: no such procedure, scale, grade or threshold.
    """
    wanted = None if request.procedure is None else match_procedure(request.procedure)
    if request.grade is not None:
        adverse.grade(request.scale or "", request.grade)
    chosen = [r for r in records if _counts(r, request, wanted)]
    by_name: dict[str, list[CaseRecord]] = {}
    for record in chosen:
        by_name.setdefault(record.case.procedure, []).append(record)
    lines = [_line(name, by_name[name], request, today) for name in sorted(by_name)]
    if len(lines) > 1:
        lines.append(_line("all", chosen, request, today))
    return tuple(lines)


def _counts(record: CaseRecord, request: SummaryRequest, procedure: str | None) -> bool:
    day = record.case.opened.date()
    return (
        (procedure is None or record.case.procedure == procedure)
        and (request.since is None or day >= request.since)
        and (request.until is None or day <= request.until)
    )


def _line(
    name: str, records: Sequence[CaseRecord], request: SummaryRequest, today: dt.date
) -> Line:
    names = [state.name for state in pathway.states()]
    followed = [r for r in records if names.index(r.case.state) >= names.index(_FOLLOWED)]
    hit = sum(
        1 for r in followed if any(_is_counted(e.scale, e.grade, request) for e in _events(r))
    )
    events = [e for r in records for e in _events(r)]
    implants = [i for r in records for i in r.implants if i.resolved is None]
    audited = None
    if request.threshold is not None and followed:
        audited = audit(hit, len(followed), request.threshold, LEVEL)
    return Line(
        procedure=name,
        opened=len(records),
        followed=len(followed),
        with_event=hit,
        interval=wilson_interval(hit, len(followed), LEVEL) if followed else None,
        other_scale=sum(
            1 for e in events if request.scale is not None and e.scale != request.scale
        ),
        open_implants=len(implants),
        overdue=sum(1 for i in implants if i.due is not None and i.due < today),
        audited=audited,
    )


def _events(record: CaseRecord) -> list[Event]:
    """The events that count: those that no later one corrects."""
    return [one for one in record.events if one.replaced_by is None]


def _is_counted(scale: str, grade: str, request: SummaryRequest) -> bool:
    """Whether an event is of the grade that is counted, or worse."""
    if request.scale is not None and scale != request.scale:
        return False
    if request.grade is None:
        return True
    order = [one.key for one in adverse.scale(scale).grades]
    return order.index(grade) >= order.index(adverse.grade(scale, request.grade).key)
