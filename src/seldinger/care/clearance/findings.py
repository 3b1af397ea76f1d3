"""Findings: how every rule's answer is written down; what it is worth follows from its facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care.clearance.decided import find_ruling
from seldinger.care.clearance.model import LOCAL, PROJECT_RULE
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import MEMORY_STAMP, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Request
    from seldinger.care.clearance.profile import Profile

_WORST = (Severity.STOP, Severity.ACTION, Severity.CAUTION, Severity.INFO)
_STATUS = (Status.NOT_MET, Status.UNKNOWN, Status.MET)


def finding(  # noqa: PLR0913  a finding has as many parts as a reader needs
    rule: str,
    topic: str,
    status: Status,
    severity: Severity,
    text: str,
    *,
    profile: Profile,
    facts: Iterable[str] = (),
    inputs: Mapping[str, str] | None = None,
    missing: Iterable[str] = (),
    decides: str = "",
    considers: Iterable[str] = (),
) -> Finding:
    """A finding on a ``topic``; a rule from memory is unknown and no more than to be confirmed.

    ``text`` is what it says, ``facts`` and ``inputs`` what it rests on, ``missing`` what nobody
    told, ``decides`` who decides where the rule does not, ``considers`` what else it looked at.
    """
    named = tuple(facts)
    mark = stamp_of(named) if named else PROJECT_RULE
    if mark == MEMORY_STAMP and status is not Status.UNKNOWN:
        status = Status.UNKNOWN
    return Finding(
        id=rule,
        topic=topic,
        status=status,
        severity=severity,
        text=text,
        inputs=dict(inputs or {}),
        missing=tuple(dict.fromkeys(missing)),
        facts=named,
        stamp=mark,
        profile=profile.name,
        decides=decides,
        considers=tuple(dict.fromkeys(considers)),
    )


def format_inputs(inputs: Mapping[str, Input], names: Iterable[str]) -> dict[str, str]:
    """Some inputs as they are printed."""
    return {name: inputs[name].told for name in names}


def settle(
    item: Finding, request: Request, profile: Profile, *names: str, also: str = ""
) -> Finding:
    """The finding, met where a person or the local profile decided it.

    A decision settles what the source leaves open, never what nobody has told; one that does not
    count is told, and settles nothing.

    Args:
        item: as the rules have it.
        request: with its decisions.
        profile: with what it settles.
        names: under which it may be decided, besides its rule's id.
        also: who must decide the same, besides whom the finding names.
    """
    if item.status is Status.MET or item.missing:
        return item
    used = (*item.inputs, *item.considers)
    notes = []
    for name in (item.id, *names):
        decided = find_ruling(request, name, item.decides, also, used)
        decision = decided.decision
        if decided.told:
            notes.append(f" {decided.told}.")
        if decision is not None:
            # What stood in the way, and was decided, stays on the page: it is no rule in order.
            open_once = item.severity is not Severity.INFO
            return replace(
                item, status=Status.MET, severity=Severity.CAUTION if open_once else Severity.INFO,
                text=f"{item.text} {decision.text}.", settled_by=name,
            )  # fmt: skip
        if name in profile.settled:
            return replace(
                item, status=Status.MET, severity=Severity.INFO, stamp=f"{item.stamp}; {LOCAL}",
                text=f"{item.text} {profile.settled[name]}: {profile.signature}.",
            )  # fmt: skip
    return replace(item, text=item.text + "".join(notes)) if notes else item


def sort_findings(items: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first: what stands in the way, then what is asked of the reader."""

    def key(one: Finding) -> tuple[bool, int, int]:
        free = one.status is Status.MET or one.severity is Severity.INFO
        return free, _WORST.index(one.severity), _STATUS.index(one.status)

    return tuple(sorted(items, key=key))
