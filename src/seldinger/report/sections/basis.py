"""What a plan rests on: findings, assumptions, notes, sources, provenance. The appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.verdict import Severity, Status
from seldinger.report import words
from seldinger.report.blocks import Block, Heading, Row, Table, Text
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.core.finding import Finding
    from seldinger.core.record import AssumptionUse
    from seldinger.plan.model import Plan

_SEVERITIES = (Severity.STOP, Severity.ACTION, Severity.CAUTION, Severity.INFO)
_NOTHING = "nothing"
"""What a rule that is met asks for."""
_STATUS_WORDS = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNKNOWN: "unknown"}


def build_findings(every: tuple[Finding, ...]) -> Table:
    """Every rule, what is open first."""

    def order(finding: Finding) -> tuple[bool, int]:
        return (finding.status is Status.MET, _SEVERITIES.index(finding.severity))

    rows = tuple(
        Row(
            (
                _NOTHING if f.status is Status.MET else f.severity.value,
                _STATUS_WORDS[f.status],
                f.text,
                ", ".join(f.sources) or "no source",
            ),
            _finding_tone(f),
        )
        for f in sorted(every, key=order)
    )
    head, widths = ("Asks for", "Rule", "Finding", "Source"), ("auto", "auto", "1fr", "20%")
    return Table(head, rows, "No rule was applied.", widths=widths, dense=True)


def _finding_tone(finding: Finding) -> str:
    if finding.status is Status.MET:
        return "plain"
    if finding.status is Status.UNKNOWN:
        return "warn"
    serious = finding.severity in {Severity.STOP, Severity.ACTION}
    return "bad" if serious else "warn" if finding.severity is Severity.CAUTION else "plain"


def build_assumptions(plan: Plan) -> Table:
    """Assumptions of the organ at hand; those of its neighbours' tissue are counted."""
    shown = [a for a in plan.assumptions if a.edited or _concerns(a.name, plan.target.organ)]
    rows = tuple(
        Row(
            (
                words.assumption(a.name) + (" (edited)" if a.edited else ""),
                f"{_value(a)} {words.unit(a.unit)}".strip(),
                f"{words.number(a.low)} to {words.number(a.high)}",
                a.reason,
            ),
            "warn" if a.edited else "plain",
        )
        for a in shown
    )
    left = len(plan.assumptions) - len(shown)
    note = f"{left} more, of neighbouring tissue, stand in plan.json. " if left else ""
    note += "plan.json has each under the name that --assume takes."
    head, widths = ("Assumption", "Value", "Range", "Why"), ("26%", "auto", "auto", "1fr")
    empty = "No assumption was used."
    return Table(head, rows, empty, note, widths, wrap=True, dense=True)


def _value(use: AssumptionUse) -> str:
    """What was used; what the user gave stands as it was given."""
    return f"{use.value:g}" if use.edited else words.number(use.value)


def _concerns(name: str, organ: str | None) -> bool:
    """Whether a tissue's number is the organ's own; what belongs to no tissue always is."""
    tissue, dot, _ = name.partition(".")
    if not dot or tissue == "soft_tissue" or organ is None:
        return True
    return tissue.split("_")[0] in organ.replace("_", " ").split()


def build_sources(plan: Plan) -> Table:
    """Every citation with its trust."""
    rows = tuple(
        Row((c.key, c.text + (f" doi:{c.doi}" if c.doi and c.doi not in c.text else ""), c.trust))
        for c in plan.citations
    )
    head, widths = ("Source", "", "Trust"), ("auto", "1fr", "auto")
    return Table(head, rows, "No source is cited.", widths=widths, dense=True)


def build_provenance(plan: Plan) -> Table:
    """Inputs, version, seed and settings."""
    provenance = plan.provenance
    rows = [
        Row((f"SHA-256 of {role}", digest)) for role, digest in sorted(provenance.inputs.items())
    ]
    rows.append(Row(("seldinger", provenance.version)))
    rows.append(Row(("seed", str(provenance.seed))))
    rows += [Row(words.setting(k, v)) for k, v in provenance.settings.items()]
    asked = [(k, v) for k, v in plan.request.options.items() if v is not None]
    rows += [Row((f"asked: {words.setting(k, v)[0]}", words.setting(k, v)[1])) for k, v in asked]
    return Table(("Made from", ""), tuple(rows), widths=("28%", "1fr"), dense=True)


def build_series(plan: Plan) -> Table:
    """The series beside the one that was planned on, and whether each is registered to it."""
    rows = tuple(
        Row(
            (
                one.role,
                f"{one.modality} {one.description}".strip(),
                one.position,
                "unknown"
                if one.days_after_planning is None
                else f"{one.days_after_planning:+.1f} d",
                one.alignment,
            )
        )
        for one in plan.provenance.further_series
    )
    head = ("Series", "Modality", "Position", "From planning", "Registration")
    return Table(head, rows, widths=("auto", "1fr", "auto", "auto", "1fr"), dense=True)


def list_notes(plan: Plan) -> tuple[str, ...]:
    """What readers, builders and treatment had to say, each sentence once."""
    study, anatomy = plan.anatomy.study.notes, plan.anatomy.notes
    return tuple(dict.fromkeys((*plan.target.notes, *study, *anatomy, *plan.treatment.notes)))


def _under(title: str, *blocks: Block) -> tuple[Block, ...]:
    return (Heading(title, level=2), *blocks)


def _told_notes(plan: Plan) -> tuple[Block, ...]:
    said = list_notes(plan)
    return _under("Notes", Text(points=said)) if said else ()


def _told_provenance(plan: Plan) -> tuple[Block, ...]:
    further = _under("Further series", build_series(plan))
    return (
        *(further if plan.provenance.further_series else ()),
        *_under("Provenance", build_provenance(plan)),
    )


FINDINGS = Section(
    Part.APPENDIX, 10, lambda plan: _under("Findings", build_findings(plan.findings))
)
ASSUMPTIONS = Section(
    Part.APPENDIX, 20, lambda plan: _under("Assumptions", build_assumptions(plan))
)
NOTES = Section(Part.APPENDIX, 30, _told_notes)
SOURCES = Section(Part.APPENDIX, 40, lambda plan: _under("Sources", build_sources(plan)))
PROVENANCE = Section(Part.APPENDIX, 50, _told_provenance)
