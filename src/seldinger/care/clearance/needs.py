"""Needs: drugs that a procedure needs go on, and beat the table of holds; missing ones are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, settle
from seldinger.core.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.care.clearance.holds import Setting
    from seldinger.care.clearance.rules import Need
    from seldinger.care.patient import Drug
    from seldinger.core.finding import Finding

TOPIC = "drugs"
STOPPED_H = 48.0
"""Hours without a dose after which a drug of every day is not taken any more: of this project."""


def find_need(drug: Drug, setting: Setting) -> Need | None:
    """The need of the procedure that a drug fills; None: it needs no such drug."""
    for need in _concerned(setting):
        if any(_is_one(drug, part) for part in need.any_of):
            return need
    return None


def list_missing(setting: Setting) -> Iterator[Finding]:
    """What is said where a drug that the procedure needs is not taken."""
    listed = [one for one in setting.case.patient.drugs if one.recognised]
    taken = [one for one in listed if not _stopped(one, setting)]
    for need in _concerned(setting):
        lacking = [p for p in need.any_of if not any(_is_one(one, p) for one in taken)]
        if not lacking:
            continue
        kinds = "; ".join(_words(part) for part in lacking)
        stopped = [o for o in listed if o not in taken and any(_is_one(o, p) for p in lacking)]
        last = "".join(
            f" {one.told} was last taken {one.last:%a %d %b %Y %H:%M}, and not since."
            for one in stopped
        )
        who = f"{need.decides[:1].upper()}{need.decides[1:]}"
        result = finding(
            need.id, TOPIC, need.status, need.severity,
            f"{need.absent}; not among the drugs that are taken: {kinds}.{last} {who} "
            "decides.",
            profile=setting.profile, facts=need.facts, decides=need.decides,
            considers=tuple(f"drug.{one.name}" for one in stopped),
        )  # fmt: skip
        yield settle(result, setting.case.request, setting.profile)


def _concerned(setting: Setting) -> Iterator[Need]:
    for need in setting.tables.needs:
        if concerns(need.when, setting.inputs).status is Status.MET:
            yield need


def _is_one(drug: Drug, part: frozenset[str]) -> bool:
    return bool(part & {drug.name, *(f"@{one}" for one in drugs.drug(drug.name).classes)})


def _stopped(drug: Drug, setting: Setting) -> bool:
    """Whether a drug that is listed was last taken too long ago to be taken now."""
    if drug.last is None:
        return False
    return setting.now.timestamp() - drug.last.timestamp() > STOPPED_H * 3600.0


def _words(part: frozenset[str]) -> str:
    kinds = drugs.table().classes
    named = [kinds[one[1:]] if one.startswith("@") else one for one in sorted(part)]
    return " or ".join(named)
