"""Pages: the whole report of a plan, from its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.anatomy.model import Territory
from seldinger.report import words
from seldinger.report.blocks import Document, Heading, Note, Text
from seldinger.report.sections import Part, load_sections

if TYPE_CHECKING:
    from seldinger.guide import Rehearsal
    from seldinger.plan.model import Plan
    from seldinger.report.blocks import Block

_APPENDIX = "Appendix: details, and what this plan rests on"
_BEFORE = (
    "Settings, figures and rules in full, each with its source; every assumption; the files that "
    "the plan was made from."
)


def build_report(plan: Plan, command: str | None, outcome: Rehearsal | None = None) -> Document:
    """Everything that is printed about ``plan`` and what came of it.

    Args:
        plan: what to tell.
        command: how it was asked for.
        outcome: of this plan.

    Raises:
        OutputError: the report's sections are not installed.
    """
    sections, left_out = load_sections()
    parts: dict[Part, tuple[Block, ...]] = dict.fromkeys(Part, ())
    details: tuple[Block, ...] = ()
    for section in sections:
        for told in section.concerns(plan, outcome):
            parts[section.part] += section.blocks(told)
            details += section.details(told)
    end: tuple[Block, ...] = (Text(command, lead="Command:"),) if command else ()
    missing = tuple(Note(sentence, "warn", "Left out") for sentence in left_out)
    begun = (Heading(_APPENDIX, new_page=True), Text(_BEFORE, soft=True))
    appendix = (*begun, *details, *parts[Part.APPENDIX], *end)
    return Document(
        _title(plan), _subtitle(plan), parts[Part.FIRST], (*parts[Part.BODY], *missing, *appendix)
    )


def _title(plan: Plan) -> str:
    return f"{words.name(plan.request.procedure).capitalize()} of {words.name(plan.target.label)}"


def _fate(plan: Plan) -> str:
    return plan.goal.fate if isinstance(plan.goal, Territory) else "perfused"


def _subtitle(plan: Plan) -> str:
    target = plan.target
    if target.volume_ml is None:
        long = "" if target.length_mm is None else f"; {words.mm(target.length_mm)} long"
        return f"{words.name(target.vessel or target.label)}{long}; from a {target.origin}"
    organ = words.name(target.organ) if target.organ else "organ unknown"
    if target.diameter_mm is None:
        return f"{organ}; {target.volume_ml:.0f} mL are {_fate(plan)} ({target.origin})"
    return (
        f"{organ}; {words.mm(target.diameter_mm)} wide (equal-volume sphere), "
        f"{target.volume_ml:.1f} mL; outline: {target.origin}"
    )
