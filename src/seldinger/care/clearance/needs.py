"""Needs: drugs that a procedure needs go on, and beat the table of holds; missing ones are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.findings import finding, settled
from seldinger.core.verdict import Met

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.care.clearance.holds import Setting
    from seldinger.care.clearance.rules import Need
    from seldinger.care.finding import CareFinding
    from seldinger.care.patient import Drug

TOPIC = "drugs"


def of(drug: Drug, setting: Setting) -> Need | None:
    """The need of the procedure that a drug fills; None: it needs no such drug."""
    for need in _concerned(setting):
        if any(_is_one(drug, part) for part in need.any_of):
            return need
    return None


def missing(setting: Setting) -> Iterator[CareFinding]:
    """What is said where a drug that the procedure needs is not taken."""
    taken = [one for one in setting.case.patient.drugs if one.recognised]
    for need in _concerned(setting):
        lacking = [p for p in need.any_of if not any(_is_one(one, p) for one in taken)]
        if not lacking:
            continue
        kinds = "; ".join(_words(part) for part in lacking)
        made = finding(
            need.id, TOPIC, need.status, need.severity,
            f"{need.absent}; not among the drugs that were told: {kinds}. {need.decides} decides.",
            profile=setting.profile, facts=need.facts, decides=need.decides,
        )  # fmt: skip
        yield settled(made, setting.case.request, setting.profile)


def _concerned(setting: Setting) -> Iterator[Need]:
    for need in setting.tables.needs:
        if concerns(need.when, setting.inputs).status is Met.MET:
            yield need


def _is_one(drug: Drug, part: frozenset[str]) -> bool:
    return bool(part & {drug.name, *(f"@{one}" for one in drugs.known(drug.name).classes)})


def _words(part: frozenset[str]) -> str:
    kinds = drugs.table().classes
    named = [kinds[one[1:]] if one.startswith("@") else one for one in sorted(part)]
    return " or ".join(named)
