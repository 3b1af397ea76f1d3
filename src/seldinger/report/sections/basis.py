"""What a plan rests on: findings, assumptions, notes, sources, provenance. The appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import tables, words
from seldinger.report.blocks import Block, Entries, Row, Table
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.core.finding import Finding
    from seldinger.plan.model import Plan


def _sources_of(finding: Finding) -> str:
    return ", ".join(finding.sources) or "no source"


def build_assumptions(plan: Plan) -> Entries:
    """Assumptions of the organ at hand; those of its neighbours' tissue are counted."""
    shown = [a for a in plan.assumptions if a.edited or _concerns(a.name, plan.target.organ)]
    left = len(plan.assumptions) - len(shown)
    note = f"{left} more, of neighbouring tissue, stand in plan.json. " if left else ""
    note += "plan.json has each under the name that --assume takes."
    return tables.build_assumptions(shown, note)


def _concerns(name: str, organ: str | None) -> bool:
    """Whether a tissue's number is the organ's own; what belongs to no tissue always is."""
    tissue, dot, _ = name.partition(".")
    if not dot or tissue == "soft_tissue" or organ is None:
        return True
    return tissue.split("_")[0] in organ.replace("_", " ").split()


def build_sources(plan: Plan) -> Entries:
    """Every citation with its trust."""
    return tables.build_sources(
        (c.key, c.text + (f" doi:{c.doi}" if c.doi and c.doi not in c.text else ""), c.trust)
        for c in plan.citations
    )


def build_provenance(plan: Plan) -> Entries:
    """Inputs, version, seed and settings."""
    provenance = plan.provenance
    settings = [words.setting(key, value) for key, value in provenance.settings.items()]
    asked = [words.setting(k, v) for k, v in plan.request.options.items() if v is not None]
    more = [("seed", str(provenance.seed)), *settings, *((f"asked: {k}", v) for k, v in asked)]
    return tables.build_provenance(sorted(provenance.inputs.items()), provenance.version, more)


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


def _findings(plan: Plan) -> tuple[Block, ...]:
    return tables.with_subheadings(("Findings", tables.build_findings(plan.findings, _sources_of)))


def _assumptions(plan: Plan) -> tuple[Block, ...]:
    return tables.with_subheadings(("Assumptions", (build_assumptions(plan),)))


def _notes(plan: Plan) -> tuple[Block, ...]:
    rows = tuple(Row(("", note)) for note in list_notes(plan))
    return tables.with_subheadings(("Notes", (Entries(rows),) if rows else ()))


def _sources(plan: Plan) -> tuple[Block, ...]:
    return tables.with_subheadings(("Sources", (build_sources(plan),)))


def _provenance(plan: Plan) -> tuple[Block, ...]:
    series = (build_series(plan),) if plan.provenance.further_series else ()
    return tables.with_subheadings(
        ("Further series", series), ("Provenance", (build_provenance(plan),))
    )


FINDINGS = Section(Part.APPENDIX, 10, _findings)
ASSUMPTIONS = Section(Part.APPENDIX, 20, _assumptions)
NOTES = Section(Part.APPENDIX, 30, _notes)
SOURCES = Section(Part.APPENDIX, 40, _sources)
PROVENANCE = Section(Part.APPENDIX, 50, _provenance)
