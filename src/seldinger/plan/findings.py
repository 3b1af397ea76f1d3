"""Findings: what the procedure asks and offers, and the order in which a reader takes them.

The verdict over them is written in ``plan.gates`` alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.plan.declared import Question
    from seldinger.plan.procedure import Case

_ORDER = (Severity.STOP, Severity.ACTION, Severity.CAUTION, Severity.INFO)
_OPEN_FIRST = (Status.NOT_MET, Status.UNKNOWN, Status.MET)


def list_other_choices(case: Case) -> tuple[Finding, ...]:
    """What else could be done."""
    if not case.procedure.alternatives:
        return ()
    text = f"Other choices: {' '.join(case.procedure.alternatives)}"
    return (Finding("alternatives", Status.MET, Severity.INFO, text),)


def check_questions(case: Case, modality: str | None) -> tuple[Finding, ...]:
    """What the procedure asks of this organ and this modality: answered, or unknown."""
    return tuple(
        _question(question, case.settings.answers.get(question.id))
        for question in case.procedure.questions
        if question.concerns(case.target.organ, modality)
    )


def _question(question: Question, answer: str | None) -> Finding:
    status = Status.UNKNOWN if answer is None else Status.MET
    if answer == question.stop_if:
        status = Status.NOT_MET
    said = "not answered" if answer is None else f"answered: {answer}"
    text = f"{question.text} ({said})"
    return Finding(question.id, status, Severity(question.severity), text, question.sources)


def sort_findings(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What stops first; within one severity what is not met before what is unknown.

    A rule that is met asks nothing of the reader: it comes back as information, whatever it would
    ask if it were broken.
    """
    asking = (replace(f, severity=Severity.INFO) if f.status is Status.MET else f for f in found)
    return tuple(
        sorted(asking, key=lambda f: (_ORDER.index(f.severity), _OPEN_FIRST.index(f.status)))
    )


def shorten_finding(finding: Finding) -> str:
    """The first sentence of a finding: a banner is read in three seconds."""
    first, dot, _ = finding.text.partition(". ")
    return f"{first}." if dot else first
