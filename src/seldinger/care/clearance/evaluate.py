"""Evaluate: whether a rule concerns a case, in three answers.

An input that is not known leaves a rule unknown, unless another input already says no.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.care.clearance.when import Interval
from seldinger.core.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.when import Test, When


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a rule concerns a case.

    Attributes:
        status: met: it does.
        used: the inputs that were looked at.
        missing: what would have to be known.
    """

    status: Status
    used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def concerns(when: When, inputs: Mapping[str, Input]) -> Judgement:
    """Whether one of the alternatives holds.

    Args:
        when: alternatives; none at all always holds.
        inputs: by name; every name that the alternatives use.
    """
    if not when:
        return Judgement(Status.MET)
    judged = [_all_of(row, inputs) for row in when]
    for status in (Status.MET, Status.UNKNOWN):
        fitting = [one for one in judged if one.status is status]
        if fitting:
            return Judgement(
                status,
                _once(name for one in fitting for name in one.used),
                _once(name for one in fitting for name in one.missing),
            )
    return Judgement(Status.NOT_MET, _once(name for one in judged for name in one.used))


def _all_of(row: Mapping[str, Test], inputs: Mapping[str, Input]) -> Judgement:
    used: list[str] = []
    missing: list[str] = []
    for name, test in row.items():
        known = inputs[name]
        used.append(name)
        if known.value is None:
            missing.extend(known.missing)
        elif not _passes(test, known.value):
            return Judgement(Status.NOT_MET, (name,))
    unknown = any(inputs[name].value is None for name in row)
    return Judgement(Status.UNKNOWN if unknown else Status.MET, tuple(used), _once(missing))


def _passes(test: Test, value: float | bool | str) -> bool:  # noqa: FBT001  an input may be one
    if isinstance(test, bool):
        return value is test
    if isinstance(test, Interval):
        return isinstance(value, float) and test.holds(value)
    return value in test


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
