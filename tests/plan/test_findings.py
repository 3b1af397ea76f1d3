"""The verdict over findings: what stops, what is open, and that unknown is never go."""

from __future__ import annotations

from itertools import product

import pytest

from seldinger.plan import findings
from seldinger.plan.model import Finding, Met, Severity, Status


def finding(status: Met, severity: Severity, text: str = "A rule. With reasons.") -> Finding:
    return Finding("a-rule", status, severity, text)


@pytest.mark.parametrize(("status", "severity"), list(product(Met, Severity)))
def test_one_finding_decides_as_written(status: Met, severity: Severity) -> None:
    expected = Status.GO
    if severity is Severity.STOP and status is Met.NOT_MET:
        expected = Status.UNSUITABLE
    elif severity in (Severity.STOP, Severity.ACTION) and status is not Met.MET:
        expected = Status.UNKNOWN
    assert findings.verdict([finding(status, severity)]).status is expected


def test_a_stop_outranks_what_is_unknown() -> None:
    both = [finding(Met.UNKNOWN, Severity.STOP), finding(Met.NOT_MET, Severity.STOP, "Blocked.")]
    made = findings.verdict(both)
    assert made.status is Status.UNSUITABLE
    assert made.reasons == ("Blocked.",)


def test_the_banner_takes_the_first_sentence() -> None:
    made = findings.verdict([finding(Met.UNKNOWN, Severity.ACTION, "Labs are missing. And more.")])
    assert made.reasons == ("Labs are missing.",)


def test_what_stops_is_read_first_and_open_before_met() -> None:
    found = [
        finding(Met.MET, Severity.STOP),
        finding(Met.NOT_MET, Severity.INFO),
        finding(Met.UNKNOWN, Severity.STOP),
    ]
    ordered = findings.ordered(found)
    assert [(f.severity, f.status) for f in ordered] == [
        (Severity.STOP, Met.UNKNOWN),
        (Severity.STOP, Met.MET),
        (Severity.INFO, Met.NOT_MET),
    ]
