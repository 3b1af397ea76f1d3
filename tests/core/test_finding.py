"""A finding names its rule and says something; plan and care share it, each file keeps its own."""

from __future__ import annotations

from dataclasses import fields

import pytest

from seldinger.core import Finding, Severity, Status
from seldinger.plan.file import FindingLine
from seldinger.plan.readiness import RuleLine


@pytest.mark.parametrize(("name", "text"), [("", "It holds."), ("a-rule", " ")])
def test_a_finding_that_says_nothing_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"names its rule and says what it found: give both"):
        Finding(name, Status.MET, Severity.INFO, text)


def test_between_them_the_files_drop_nothing_of_a_finding() -> None:
    ours = {f.name for f in fields(Finding)}
    plan = {f.name for f in fields(FindingLine)}
    care = {f.name for f in fields(RuleLine)} - {"rule"} | {"id"}
    assert plan | care == ours
    assert plan & care == {"id", "status", "severity", "text"}


def test_findings_are_told_apart_by_what_they_were_judged_on() -> None:
    one = Finding("inr", Status.MET, Severity.INFO, "In range.", inputs={"inr": "1.1"})
    other = Finding("inr", Status.MET, Severity.INFO, "In range.", inputs={"inr": "1.4"})
    assert one != other
    assert len({one, other}) == 2
